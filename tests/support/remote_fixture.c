/* SPDX-License-Identifier: MIT */
#include "remote_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/exec.h"
#include "base/sys.h"
#include "other_hosts.h"
#include "pnp/shown.h"
#include "server.h"
#include "uwdf/device_io.h"

#define SOON_MS 60000

struct server *remote_server;
char remote_dir[64];

static bool find(void *arg, const uint8_t *guid, const char *text, char *file_name, size_t len)
{
	const struct uwdf_device_name name = { .guid = guid, .text = text };

	return uwdf_device_find(arg, &name, file_name, len);
}

/* Where it was removed, its threads have ended. */
static void settle(void *arg)
{
	(void)arg;
	named_meet();
}

static void up(void)
{
	const struct server_params params = { .name = "other",
					      .ops = &uwdf_device_io,
					      .device = fx.device,
					      .find = find,
					      .settle = settle,
					      .arg = fx.device };
	struct report rep = REPORT_INIT;

	fx_shown_remove(fx.device);
	if (server_start(&params, &rep, &remote_server))
		fail_msg("%s", rep.text);
}

static void end_server(void)
{
	assert_int_equal(server_free(remote_server, exec_deadline_ms(SOON_MS)), 0);
	remote_server = NULL;
}

static void down(void)
{
	if (remote_server)
		end_server();
}

static int query_remove(void)
{
	return remote_query_remove(SOON_MS);
}

static const struct named_place elsewhere = {
	.up = up,
	.down = down,
	.query_remove = query_remove,
	.remove = remote_remove,
	.surprise = remote_remove, /* clients are told of no other */
};

int remote_setup(void **state)
{
	int err = named_setup(state);

	snprintf(remote_dir, sizeof(remote_dir), "/tmp/uwdf-remote-XXXXXX");
	assert_non_null(mkdtemp(remote_dir));
	setenv("UWDF_RUNTIME_DIR", remote_dir, 1);
	fx_remote_use(&other_hosts);
	named.place = &elsewhere;
	return err;
}

static int unlink_in(void *arg, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", (const char *)arg, name);
	return unlink(path);
}

int remote_teardown(void **state)
{
	int err = named_teardown(state);

	fx_remote_use(NULL);
	assert_int_equal(sys_list_dir(remote_dir, unlink_in, remote_dir), 0);
	assert_int_equal(rmdir(remote_dir), 0);
	unsetenv("UWDF_RUNTIME_DIR");
	return err;
}

void remote_remove(void)
{
	(void)server_leave(remote_server, exec_deadline_ms(SOON_MS));
	fx_remove();
	end_server();
}

int remote_query_remove(unsigned int let_go_ms)
{
	int err;

	server_query_remove(remote_server);
	(void)server_await_let_go(remote_server, exec_deadline_ms(let_go_ms));
	err = uwdf_device_query_remove(fx.device, &fx.rep);
	if (err)
		server_tell_stays(remote_server);
	return err;
}

void remote_kill(void)
{
	end_server();
}
