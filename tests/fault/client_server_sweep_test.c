/* SPDX-License-Identifier: MIT */
/*
 * A server, a client and what passes between them, with the 1st, 2nd, 3rd... allocation or system
 * call failing: everything may fail, nothing may be left over or hang.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/mem.h"
#include "server_fixture.h"
#include "uwdf/client.h"
#include "uwdf/status.h"

#define ANSWER_MS 3000 /* what a failure swallows never comes */
#define SOON_MS   60000

static void cancelled_read(uwdf_handle *h)
{
	struct uwdf_op op = { .kind = UWDF_READ }, *got;

	if (uwdf_submit(h, &op))
		return;
	/* whatever fails on the way, closing the handle ends the request */
	if (!uwdf_cancel(h, &op))
		(void)!uwdf_reap(h, ANSWER_MS, &got);
}

static void use(uwdf_handle *h)
{
	char buf[16];

	(void)!uwdf_write(h, "frame", 5, ANSWER_MS, NULL, NULL);
	(void)!uwdf_control(h, FAKE_ECHO, "echo", 4, buf, sizeof(buf), ANSWER_MS, NULL, NULL);
	(void)!uwdf_read(h, buf, sizeof(buf), 1, NULL, NULL);
	cancelled_read(h);
}

static void clients(void)
{
	struct uwdf_host_entry hosts[4];
	struct uwdf_error error;
	uwdf_handle *h;
	size_t count;
	char *text;

	if (!uwdf_open("fake", &error, &h)) {
		use(h);
		uwdf_close(h);
	}
	if (!uwdf_open(FIXTURE_GUID_TEXT, &error, &h))
		uwdf_close(h);
	(void)!uwdf_hosts(hosts, 4, &count);
	if (!uwdf_host_status("fake", &error, &text))
		free(text);
}

static void scenario(struct server_fixture *f)
{
	struct report rep = REPORT_INIT;

	if (server_start(&f->params, &rep, &f->server)) {
		assert_true(rep.text[0]);
		return;
	}
	clients();
	assert_true(server_leave(f->server, exec_deadline_ms(SOON_MS)));
	assert_int_equal(server_free(f->server, exec_deadline_ms(SOON_MS)), 0);
}

static void check_nothing_left(struct server_fixture *f, uint64_t k)
{
	if (mem_live_blocks() != f->blocks)
		fail_msg("failure %lu: %lu blocks left", k, mem_live_blocks() - f->blocks);
	if (open_descriptors() != f->descriptors)
		fail_msg("failure %lu: descriptors left", k);
	if (FAKE_COUNT(&f->device, opens) != FAKE_COUNT(&f->device, closes) ||
	    FAKE_COUNT(&f->device, pending_count))
		fail_msg("failure %lu: device still open or busy", k);
}

/* Returns how many failures there were to try. */
static uint64_t sweep(struct server_fixture *f, enum fault_kind kind)
{
	for (uint64_t k = 1;; k++) {
		bool fired;

		fault_arm(kind, k);
		scenario(f);
		fired = fault_fired();
		fault_disarm();
		f->server = NULL;
		check_nothing_left(f, k);
		if (!fired)
			return k - 1;
	}
}

static int setup(void **state)
{
	int err = server_fixture_setup(state);

	server_fixture_stop(*state);
	return err;
}

static void report_count(const char *kind, uint64_t count)
{
	print_message("swept %lu failures of %s\n", count, kind);
	assert_true(count > 10);
}

static void test_each_allocation(void **state)
{
	report_count("allocation", sweep(*state, FAULT_ALLOC));
}

static void test_each_system_call(void **state)
{
	report_count("system call", sweep(*state, FAULT_SYSCALL));
}

static void test_each_submission(void **state)
{
	report_count("ring submission", sweep(*state, FAULT_SUBMIT));
}

static void test_each_completion(void **state)
{
	report_count("ring completion", sweep(*state, FAULT_COMPLETE));
}

#define swept(test) cmocka_unit_test_setup_teardown(test, setup, server_fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		swept(test_each_allocation),
		swept(test_each_system_call),
		swept(test_each_submission),
		swept(test_each_completion),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
