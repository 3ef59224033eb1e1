/* SPDX-License-Identifier: MIT */
/*
 * Query-remove and removal as clients see them: who is told, who is waited for, what becomes of
 * their handles, and that another device of the same host goes on.
 */
#include "uw_test.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "raw_wire.h"
#include "server_fixture.h"
#include "uwdf/client.h"

#define SOON_MS 60000
#define REMOVED UWDF_STATUS_DEVICE_REMOVED

static uwdf_handle *open_fake(void)
{
	struct uwdf_error error;
	uwdf_handle *h;

	if (uwdf_open("fake", &error, &h))
		fail_msg("%s", error.text);
	return h;
}

/* What the host has answered after @h asked, it answered knowing it. */
static uwdf_handle *open_listener(void)
{
	uwdf_handle *h = open_fake();

	assert_int_equal(uwdf_notify(h, 1), 0);
	assert_int_equal(uwdf_write(h, "x", 1, SOON_MS, NULL, NULL), 0);
	return h;
}

static void expect_event(uwdf_handle *h, enum uwdf_event expected)
{
	enum uwdf_event event;

	assert_int_equal(uwdf_next_event(h, SOON_MS, &event), 1);
	assert_int_equal(event, expected);
}

static void expect_no_event(uwdf_handle *h)
{
	enum uwdf_event event;

	assert_int_equal(uwdf_write(h, "x", 1, SOON_MS, NULL, NULL), 0);
	assert_int_equal(uwdf_next_event(h, 0, &event), 0);
}

static bool is_readable(uwdf_handle *h)
{
	struct pollfd poll_entry = { .fd = uwdf_poll_fd(h), .events = POLLIN };

	return poll(&poll_entry, 1, 0) == 1;
}

static uint64_t soon(void)
{
	return exec_deadline_ms(SOON_MS);
}

/* --- query-remove --- */

static void test_query_remove__who_asked_is_told__others_are_not(void **state)
{
	struct server_fixture *f = *state;
	uwdf_handle *listener = open_listener(), *deaf = open_fake();

	server_query_remove(f->server);
	expect_event(listener, UWDF_QUERY_REMOVE);
	expect_no_event(deaf);
	server_tell_stays(f->server);
	expect_event(listener, UWDF_STAYS);
	expect_no_event(listener);
	uwdf_close(listener);
	uwdf_close(deaf);
}

static void test_query_remove__listener_closes__waited_for(void **state)
{
	struct server_fixture *f = *state;
	uwdf_handle *listener = open_listener(), *deaf = open_fake();

	server_query_remove(f->server);
	assert_false(server_await_let_go(f->server, exec_deadline_ms(20)));
	expect_event(listener, UWDF_QUERY_REMOVE);
	uwdf_close(listener);
	assert_true(server_await_let_go(f->server, soon()));
	assert_true(server_is_open(f->server));
	uwdf_close(deaf);
}

static void test_query_remove__nobody_listens__not_waited(void **state)
{
	struct server_fixture *f = *state;
	uwdf_handle *deaf = open_fake();

	server_query_remove(f->server);
	assert_true(server_await_let_go(f->server, soon()));
	uwdf_close(deaf);
}

static void test_query_remove__listener_hears_no_more__not_waited(void **state)
{
	struct server_fixture *f = *state;
	uwdf_handle *listener = open_listener();

	server_query_remove(f->server);
	assert_false(server_await_let_go(f->server, exec_deadline_ms(20)));
	assert_int_equal(uwdf_notify(listener, 0), 0);
	assert_true(server_await_let_go(f->server, soon()));
	assert_true(server_is_kept(f->server));
	uwdf_close(listener);
}

static void test_event__met_while_a_request_waits__kept_and_polled(void **state)
{
	struct server_fixture *f = *state;
	uwdf_handle *h = open_listener();
	struct uwdf_error error;
	char *text;

	server_query_remove(f->server);
	assert_int_equal(uwdf_host_status("fake", &error, &text), 0); /* the loop came by since */
	free(text);
	assert_int_equal(uwdf_write(h, "x", 1, SOON_MS, NULL, NULL), 0); /* comes by the event */
	assert_true(is_readable(h));
	expect_event(h, UWDF_QUERY_REMOVE);
	assert_false(is_readable(h));
	uwdf_close(h);
}

static void test_event__with_answers_outstanding__they_are_reaped_later(void **state)
{
	struct server_fixture *f = *state;
	struct uwdf_op op = { .kind = UWDF_WRITE, .in = "x", .in_len = 1 }, *got;
	uwdf_handle *h = open_listener();

	assert_int_equal(uwdf_submit(h, &op), 0);
	assert_true(poll(&(struct pollfd){ .fd = uwdf_poll_fd(h), .events = POLLIN }, 1, SOON_MS));
	server_query_remove(f->server);
	expect_event(h, UWDF_QUERY_REMOVE);
	assert_true(is_readable(h));
	assert_int_equal(uwdf_reap(h, 0, &got), 1);
	assert_ptr_equal(got, &op);
	assert_false(is_readable(h));
	uwdf_close(h);
}

/* --- STOP if unused --- */

static void send_stop_if_unused(int fd)
{
	struct uwdf_entry e = raw_entry(UWDF_OP_STOP, 3, 0);

	e.flags = UWDF_FLAG_IF_UNUSED;
	raw_send(fd, &e, NULL);
}

static void await_stops(const struct server_fixture *f, unsigned int count)
{
	for (unsigned int i = 0; i < 6000 && __atomic_load_n(&f->stops, __ATOMIC_ACQUIRE) != count;
	     i++)
		exec_sleep_ms(10);
	assert_int_equal(__atomic_load_n(&f->stops, __ATOMIC_ACQUIRE), count);
}

static void test_stop_if_unused__only_listeners__they_may_close(void **state)
{
	struct server_fixture *f = *state;
	uwdf_handle *listener = open_listener();
	int fd = raw_client(server_socket(f->server), "fake", NULL);

	f->stop_waits = true;
	send_stop_if_unused(fd);
	await_stops(f, 1); /* not refused at once */
	server_query_remove(f->server);
	expect_event(listener, UWDF_QUERY_REMOVE);
	uwdf_close(listener);
	assert_true(server_await_let_go(f->server, soon()));
	assert_false(server_is_open(f->server));
	server_answer_stop(f->server, NULL);
	raw_expect(fd, 3, UWDF_STATUS_SUCCESS, NULL);
	close(fd);
}

static void test_stop_if_unused__listener_keeps_it__refused_and_open_to_others(void **state)
{
	struct server_fixture *f = *state;
	uwdf_handle *listener = open_listener(), *other;
	int fd = raw_client(server_socket(f->server), "fake", NULL);

	f->stop_waits = true;
	send_stop_if_unused(fd);
	await_stops(f, 1);
	server_query_remove(f->server);
	assert_false(server_await_let_go(f->server, exec_deadline_ms(20)));
	server_answer_busy(f->server);
	raw_expect(fd, 3, UWDF_STATUS_DEVICE_BUSY, NULL);
	server_tell_stays(f->server);
	other = open_fake();
	uwdf_close(other);
	uwdf_close(listener);
	close(fd);
}

static void test_answer_busy__who_asked_without_condition__still_waits(void **state)
{
	struct server_fixture *f = *state;
	struct uwdf_entry e = raw_entry(UWDF_OP_STOP, 4, 0);
	int one = raw_client(server_socket(f->server), "fake", NULL);
	int two = raw_client(server_socket(f->server), "fake", NULL);

	f->stop_waits = true;
	send_stop_if_unused(one);
	raw_send(two, &e, NULL);
	await_stops(f, 2);
	server_answer_busy(f->server);
	raw_expect(one, 3, UWDF_STATUS_DEVICE_BUSY, NULL);
	server_answer_stop(f->server, NULL);
	raw_expect(two, 4, UWDF_STATUS_SUCCESS, NULL);
	close(one);
	close(two);
}

/* Nothing may be opened anywhere from before the count: the host's flag is asked at each open. */
static bool held_elsewhere(void *arg)
{
	const struct server_fixture *f = arg;

	return __atomic_load_n(&f->held, __ATOMIC_SEQ_CST);
}

static void hold_elsewhere(void *arg, bool hold)
{
	struct server_fixture *f = arg;

	__atomic_fetch_add(&f->held, hold ? 1u : (uint32_t)-1, __ATOMIC_SEQ_CST);
}

static void test_open__held_by_another_server__busy(void **state)
{
	struct server_fixture *f = *state;
	struct uwdf_entry e = raw_entry(UWDF_OP_OPEN, 4, 0);
	int fd;

	server_fixture_stop(f);
	f->params.hold_opens = hold_elsewhere;
	f->params.opens_are_held = held_elsewhere;
	server_fixture_start(f);
	f->stop_waits = true;
	fd = raw_client(server_socket(f->server), "fake", NULL);
	hold_elsewhere(f, true);
	e.in_len = 4;
	raw_send(fd, &e, "fake");
	raw_expect(fd, 4, UWDF_STATUS_DEVICE_BUSY, NULL);
	hold_elsewhere(f, false);
	send_stop_if_unused(fd);
	await_stops(f, 1);
	assert_true(held_elsewhere(f));
	server_answer_stop(f->server, "no");
	raw_expect(fd, 3, UWDF_STATUS_DEVICE_BUSY, NULL);
	assert_false(held_elsewhere(f));
	close(fd);
}

/* --- removal --- */

static void test_removal__handle_is_revoked__outstanding_answered_later_calls_at_once(void **state)
{
	struct server_fixture *f = *state;
	struct uwdf_op op = { .kind = UWDF_READ }, *got;
	uwdf_handle *h = open_fake();

	assert_int_equal(uwdf_submit(h, &op), 0);
	fake_device_await_pending(&f->device, 1);
	assert_true(server_leave(f->server, soon()));
	assert_int_equal(uwdf_reap(h, SOON_MS, &got), 1);
	assert_int_equal(op.status, REMOVED);
	expect_event(h, UWDF_REMOVED);
	assert_int_equal(uwdf_submit(h, &op), -ENODEV);
	assert_int_equal(uwdf_write(h, "x", 1, SOON_MS, NULL, NULL), -ENODEV);
	assert_int_equal(uwdf_notify(h, 1), -ENODEV);
	uwdf_close(h);
}

static void test_removal__event_not_seen_yet__requests_answered_removed(void **state)
{
	struct server_fixture *f = *state;
	struct uwdf_op op = { .kind = UWDF_WRITE, .in = "x", .in_len = 1 }, *got;
	uwdf_handle *h = open_fake();

	assert_true(server_leave(f->server, soon()));
	assert_int_equal(uwdf_submit(h, &op), 0);
	assert_int_equal(uwdf_reap(h, SOON_MS, &got), 1);
	assert_int_equal(op.status, REMOVED);
	assert_int_equal(uwdf_submit(h, &op), -ENODEV);
	uwdf_close(h);
}

static void test_removal__driver_holds_on__answered_when_the_host_hangs_up(void **state)
{
	struct server_fixture *f = *state;
	struct uwdf_op op = { .kind = UWDF_CONTROL, .code = FAKE_STUBBORN }, *got;
	uwdf_handle *h = open_fake();

	assert_int_equal(uwdf_submit(h, &op), 0);
	fake_device_await_pending(&f->device, 1);
	assert_false(server_leave(f->server, exec_deadline_ms(20)));
	expect_event(h, UWDF_REMOVED);
	assert_int_equal(uwdf_write(h, "x", 1, SOON_MS, NULL, NULL), -ENODEV);
	fake_device_finish(&f->device, UWDF_STATUS_UNSUCCESSFUL, "");
	server_fixture_stop(f);
	assert_int_equal(uwdf_reap(h, SOON_MS, &got), 1);
	assert_int_equal(op.status, UWDF_STATUS_UNSUCCESSFUL);
	uwdf_close(h);
}

static void test_host_ends__event_once__then_the_end(void **state)
{
	struct server_fixture *f = *state;
	uwdf_handle *h = open_fake();
	enum uwdf_event event;

	server_fixture_stop(f); /* without a word */
	expect_event(h, UWDF_REMOVED);
	assert_int_equal(uwdf_next_event(h, SOON_MS, &event), -EPIPE);
	uwdf_close(h);
}

static void test_removal__of_one_device__another_of_the_host_goes_on(void **state)
{
	struct server_fixture *f = *state;
	struct server_params params = f->params;
	struct report rep = REPORT_INIT;
	struct server *second;
	uwdf_handle *one, *other;

	params.name = "other";
	assert_int_equal(server_start(&params, &rep, &second), 0);
	one = open_fake();
	assert_int_equal(uwdf_open("other", NULL, &other), 0);
	assert_true(server_leave(f->server, soon()));
	expect_event(one, UWDF_REMOVED);
	assert_int_equal(uwdf_write(one, "x", 1, SOON_MS, NULL, NULL), -ENODEV);
	expect_no_event(other);
	uwdf_close(one);
	uwdf_close(other);
	assert_int_equal(server_free(second, soon()), 0);
}

#define TEST(name)                                                                                 \
	cmocka_unit_test_setup_teardown(name, server_fixture_setup, server_fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_query_remove__who_asked_is_told__others_are_not),
		TEST(test_query_remove__listener_closes__waited_for),
		TEST(test_query_remove__nobody_listens__not_waited),
		TEST(test_query_remove__listener_hears_no_more__not_waited),
		TEST(test_event__met_while_a_request_waits__kept_and_polled),
		TEST(test_event__with_answers_outstanding__they_are_reaped_later),
		TEST(test_stop_if_unused__only_listeners__they_may_close),
		TEST(test_stop_if_unused__listener_keeps_it__refused_and_open_to_others),
		TEST(test_answer_busy__who_asked_without_condition__still_waits),
		TEST(test_open__held_by_another_server__busy),
		TEST(test_removal__handle_is_revoked__outstanding_answered_later_calls_at_once),
		TEST(test_removal__event_not_seen_yet__requests_answered_removed),
		TEST(test_removal__driver_holds_on__answered_when_the_host_hangs_up),
		TEST(test_host_ends__event_once__then_the_end),
		TEST(test_removal__of_one_device__another_of_the_host_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
