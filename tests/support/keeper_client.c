/* SPDX-License-Identifier: MIT */
#include "keeper_client.h"

#include "uw_test.h"

#include <string.h>

#include "program_host.h"

#define SOON_MS 60000

static void start_with(const char *verify)
{
	const char *argv[] = { "uwdf", "run", "keeper", "--device", "model:edu", verify, NULL };

	setenv("UWDF_LOG", "debug", 1);
	program_start(&host, argv);
	unsetenv("UWDF_LOG");
	program_await(&host, "is ready");
}

void start_keeper(void)
{
	start_with("--verify=VerifierOn=0");
}

void start_keeper_verified(void)
{
	start_with("--verify");
}

uwdf_handle *keeper_open(void)
{
	struct uwdf_error error;
	uwdf_handle *handle = NULL;

	if (uwdf_open("keeper", &error, &handle))
		fail_msg("%s", error.text);
	return handle;
}

void keeper_do(uint32_t code, uint32_t value)
{
	uwdf_handle *handle = keeper_open();
	int32_t status = 0;
	size_t done;
	int err =
		uwdf_control(handle, code, &value, sizeof(value), NULL, 0, SOON_MS, &status, &done);

	if (err || status)
		fail_msg("control %#x: %d, %#x", code, err, (unsigned int)status);
	uwdf_close(handle);
}

void expect(const struct program *p, const char *text)
{
	if (!strstr(p->output, text))
		fail_msg("'%s' lacks '%s'", p->output, text);
}

unsigned int count_of(const struct program *p, const char *text)
{
	unsigned int count = 0;

	for (const char *at = p->output; (at = strstr(at, text)); at += strlen(text))
		count++;
	return count;
}
