/* SPDX-License-Identifier: MIT */
/*
 * Who polls uwdf_poll_fd() is woken by all there is to reap or to hear of, whatever call came by it
 * before: over rings and over the socket.
 */
#include "uw_test.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "server_fixture.h"
#include "uwdf/client.h"
#include "uwdf/status.h"

#define SOON_MS 60000

static uwdf_handle *open_fake(void)
{
	struct uwdf_error error;
	uwdf_handle *h;

	if (uwdf_open("fake", &error, &h))
		fail_msg("%s", error.text);
	return h;
}

static bool is_readable(uwdf_handle *h, int timeout_ms)
{
	struct pollfd poll_entry = { .fd = uwdf_poll_fd(h), .events = POLLIN };

	return poll(&poll_entry, 1, timeout_ms) == 1;
}

/* What the host has answered after @h asked, it answered knowing it. */
static void sync_with_host(uwdf_handle *h)
{
	assert_int_equal(uwdf_write(h, "x", 1, SOON_MS, NULL, NULL), 0);
}

static uwdf_handle *open_listener(void)
{
	uwdf_handle *h = open_fake();

	assert_int_equal(uwdf_notify(h, 1), 0);
	sync_with_host(h);
	return h;
}

/* Returns when it was sent. */
static void ask_for_removal(struct server_fixture *f)
{
	server_query_remove(f->server);
	assert_false(server_await_let_go(f->server, exec_deadline_ms(20)));
}

static void expect_query(uwdf_handle *h)
{
	enum uwdf_event event;

	assert_int_equal(uwdf_next_event(h, 0, &event), 1);
	assert_int_equal(event, UWDF_QUERY_REMOVE);
	assert_false(is_readable(h, 0));
}

static void next_event_finds_none(int timeout_ms, struct server_fixture *f)
{
	struct uwdf_op op = { .kind = UWDF_READ }, *got;
	uwdf_handle *h = open_fake();
	enum uwdf_event event;

	assert_int_equal(uwdf_submit(h, &op), 0);
	fake_device_await_pending(&f->device, 1);
	assert_false(is_readable(h, 0));
	assert_int_equal(uwdf_next_event(h, timeout_ms, &event), 0);
	fake_device_finish(&f->device, UWDF_STATUS_SUCCESS, "");
	assert_true(is_readable(h, SOON_MS));
	assert_int_equal(uwdf_reap(h, 0, &got), 1);
	assert_ptr_equal(got, &op);
	assert_false(is_readable(h, 0));
	uwdf_close(h);
}

static void test_next_event__finds_none__later_answers_wake(void **state)
{
	next_event_finds_none(0, *state);
	next_event_finds_none(5, *state);
}

static void test_memory_alloc__event_comes_first__polled(void **state)
{
	uwdf_handle *h = open_listener();
	void *memory;

	assert_false(is_readable(h, 0));
	ask_for_removal(*state);
	assert_int_equal(uwdf_memory_alloc(h, 100, &memory), 0);
	assert_true(is_readable(h, 0));
	expect_query(h);
	uwdf_close(h);
}

static void test_notify__event_comes_first__polled(void **state)
{
	uwdf_handle *h = open_listener();

	assert_false(is_readable(h, 0));
	ask_for_removal(*state);
	assert_int_equal(uwdf_notify(h, 1), 0);
	assert_true(is_readable(h, 0));
	expect_query(h);
	uwdf_close(h);
}

static bool over_rings; /* there its host's answer is waited for */

static void notify_of_gone(struct server_fixture *f, bool heard_first)
{
	uwdf_handle *h = open_listener();
	enum uwdf_event event;

	assert_true(server_leave(f->server, exec_deadline_ms(SOON_MS)));
	if (heard_first)
		assert_int_equal(uwdf_next_event(h, SOON_MS, &event), 1);
	assert_int_equal(uwdf_notify(h, 1), heard_first || over_rings ? -ENODEV : 0);
	if (!heard_first)
		assert_int_equal(uwdf_next_event(h, SOON_MS, &event), 1);
	assert_int_equal(event, UWDF_REMOVED);
	server_fixture_stop(f);
	while (uwdf_next_event(h, SOON_MS, &event) == 1)
		;
	assert_true(uwdf_notify(h, 1) < 0);
	uwdf_close(h);
}

static void test_notify__device_is_gone__says_so(void **state)
{
	notify_of_gone(*state, true);
	server_fixture_start(*state);
	notify_of_gone(*state, false);
}

static void test_reap_many__event_comes_first__polled(void **state)
{
	struct uwdf_op op = { .kind = UWDF_WRITE, .in = "x", .in_len = 1 }, *got;
	uwdf_handle *h = open_listener(), *other = open_fake();

	assert_false(is_readable(h, 0));
	ask_for_removal(*state);
	assert_int_equal(uwdf_submit(h, &op), 0);
	sync_with_host(other); /* so it is answered */
	assert_int_equal(uwdf_reap_many(h, 0, &got, 1), 1);
	assert_true(is_readable(h, 0));
	expect_query(h);
	uwdf_close(other);
	uwdf_close(h);
}

static void submit_to_leaving(struct server_fixture *f, bool allocate)
{
	uwdf_handle *h = open_fake();
	struct uwdf_op op = { .kind = UWDF_READ }, *got;
	void *memory;
	int err;

	assert_false(is_readable(h, 0));
	assert_true(server_leave(f->server, exec_deadline_ms(SOON_MS)));
	err = uwdf_submit(h, &op);
	assert_int_equal(err, 0); /* it did not look yet */
	if (allocate)
		(void)!uwdf_memory_alloc(h, 100, &memory);
	assert_true(is_readable(h, SOON_MS));
	assert_int_equal(uwdf_reap(h, SOON_MS, &got), 1);
	assert_ptr_equal(got, &op);
	assert_int_equal(got->status, UWDF_STATUS_DEVICE_REMOVED);
	uwdf_close(h);
}

static void test_submit__device_leaves__op_comes_back(void **state)
{
	submit_to_leaving(*state, false);
}

static void test_memory_alloc__rings_ended__op_comes_back(void **state)
{
	submit_to_leaving(*state, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_next_event__finds_none__later_answers_wake,
						server_fixture_setup, server_fixture_teardown),
		cmocka_unit_test_setup_teardown(test_memory_alloc__event_comes_first__polled,
						server_fixture_setup, server_fixture_teardown),
		cmocka_unit_test_setup_teardown(test_notify__event_comes_first__polled,
						server_fixture_setup, server_fixture_teardown),
		cmocka_unit_test_setup_teardown(test_notify__device_is_gone__says_so,
						server_fixture_setup, server_fixture_teardown),
		cmocka_unit_test_setup_teardown(test_reap_many__event_comes_first__polled,
						server_fixture_setup, server_fixture_teardown),
		cmocka_unit_test_setup_teardown(test_submit__device_leaves__op_comes_back,
						server_fixture_setup, server_fixture_teardown),
		cmocka_unit_test_setup_teardown(test_memory_alloc__rings_ended__op_comes_back,
						server_fixture_setup, server_fixture_teardown),
	};
	int failed;

	setenv("UWDF_TRANSPORT", "rings", 1);
	over_rings = true;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	setenv("UWDF_TRANSPORT", "socket", 1);
	over_rings = false;
	return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
