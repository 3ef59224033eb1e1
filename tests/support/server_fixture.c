/* SPDX-License-Identifier: MIT */
#include "server_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/sys.h"

static const uint8_t guid[16] = { 0xc2, 0xfe, 0x4c, 0xb7, 0x66, 0x93, 0x4a, 0x45,
				  0xba, 0x71, 0x7c, 0x27, 0xb5, 0x14, 0x70, 0xa4 };

static int count_one(void *arg, const char *name)
{
	(void)name;
	++*(unsigned int *)arg;
	return 0;
}

unsigned int open_descriptors(void)
{
	unsigned int count = 0;

	assert_int_equal(sys_list_dir("/proc/self/fd", count_one, &count), 0);
	return count;
}

/* {"x":"aaaa..."} of the length the test wants. */
static size_t describe(void *arg, struct server *server, char *buf, size_t len)
{
	const struct server_fixture *f = arg;
	size_t want = f->description_len;

	(void)server;
	for (size_t i = 0; i < want && i + 1 < len; i++)
		buf[i] = (char)('a' + i % 26);
	if (len)
		buf[want < len ? want : len - 1] = '\0';
	return want;
}

static size_t why(void *arg, struct server *server, char *buf, size_t len)
{
	struct server_handle handle = { .process_id = 0 };
	size_t count = server_handles(server, &handle, 1);

	(void)arg;
	return (size_t)snprintf(buf, len, "%zu handles, pid %u, %u requests", count,
				handle.process_id, handle.requests);
}

static void note_stop(void *arg, enum server_stop how)
{
	struct server_fixture *f = arg;
	bool force = how == SERVER_STOP_FORCED;

	__atomic_add_fetch(&f->stops, 1, __ATOMIC_RELAXED);
	f->forced_stops += force;
	if (!force && !f->stop_waits)
		server_answer_stop(f->server, f->stop_refusal);
}

void server_fixture_start(struct server_fixture *f)
{
	struct report rep = REPORT_INIT;

	if (server_start(&f->params, &rep, &f->server))
		fail_msg("%s", rep.text);
}

void server_fixture_stop(struct server_fixture *f)
{
	assert_int_equal(server_free(f->server, exec_deadline_ms(60000)), 0);
	f->server = NULL;
}

static struct irq_loop *loop_new(void)
{
	const struct irq_loop_params params = { .name = "device", .node = -1, .own_thread = true };
	struct irq_loop *loop;

	assert_int_equal(irq_loop_new(&params, &loop), 0);
	return loop;
}

static void nothing(void *arg)
{
	(void)arg;
}

static void settle(void *arg)
{
	struct server_fixture *f = arg;

	if (f->device.loop)
		irq_loop_call(f->device.loop, nothing, NULL);
}

static int setup(void **state, bool of_loop)
{
	struct server_fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	snprintf(f->dir, sizeof(f->dir), "/tmp/uwdf-test-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	setenv("UWDF_RUNTIME_DIR", f->dir, 1);
	f->blocks = mem_live_blocks();
	f->descriptors = open_descriptors();
	fake_device_init(&f->device);
	f->device.loop = of_loop ? loop_new() : NULL;
	f->device.pump = irq_loop_pump;
	f->description_len = 100;
	f->params =
		(struct server_params){ .name = "fake",
					.interface_count = 1,
					.ops = of_loop ? &fake_device_loop_ops : &fake_device_ops,
					.device = &f->device,
					.describe = describe,
					.why = why,
					.stop = note_stop,
					.settle = settle,
					.arg = f };
	memcpy(f->params.interfaces[0], guid, sizeof(guid));
	server_fixture_start(f);
	*state = f;
	return 0;
}

int server_fixture_setup(void **state)
{
	return setup(state, false);
}

int server_fixture_setup_of_loop(void **state)
{
	return setup(state, true);
}

static int unlink_in(void *arg, const char *name)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", (const char *)arg, name);
	return unlink(path);
}

int server_fixture_teardown(void **state)
{
	struct server_fixture *f = *state;

	if (f->server)
		server_fixture_stop(f);
	irq_loop_free(f->device.loop);
	fake_device_deinit(&f->device);
	assert_int_equal(mem_live_blocks(), f->blocks);
	assert_int_equal(open_descriptors(), f->descriptors);
	assert_int_equal(sys_list_dir(f->dir, unlink_in, f->dir), 0);
	assert_int_equal(rmdir(f->dir), 0);
	free(f);
	return 0;
}
