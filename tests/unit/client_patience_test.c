/* SPDX-License-Identifier: MIT */
/*
 * Clients that must not wait: opens that are over in time and say what the driver said, operations
 * left behind, calls that find a host asleep, and handles that let go of their device and listen
 * on. Over rings and over the socket.
 */
#include "uw_test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "server_fixture.h"
#include "uwdf/client.h"
#include "uwdf/status.h"

#define SOON_MS 60000
#define REFUSAL ((int32_t)0xc0000043u)

static uwdf_handle *open_fake(void)
{
	struct uwdf_error error;
	uwdf_handle *h;

	if (uwdf_open("fake", &error, &h))
		fail_msg("%s", error.text);
	return h;
}

static void expect_alive(uwdf_handle *h)
{
	int32_t status;

	assert_int_equal(uwdf_write(h, "x", 1, SOON_MS, &status, NULL), 0);
	assert_int_equal(status, UWDF_STATUS_SUCCESS);
}

static void expect_event(uwdf_handle *h, enum uwdf_event expected)
{
	enum uwdf_event event;

	assert_int_equal(uwdf_next_event(h, SOON_MS, &event), 1);
	assert_int_equal(event, expected);
}

/* --- opening --- */

static void test_open_within__driver_refuses__its_status(void **state)
{
	static const char *const ways[] = { "fake", FIXTURE_GUID_TEXT };
	struct server_fixture *f = *state;
	struct uwdf_error error;
	uwdf_handle *h;
	int32_t status;

	f->device.open_status = REFUSAL;
	for (size_t i = 0; i < UW_ARRAY_SIZE(ways); i++) {
		status = 7;
		assert_int_equal(uwdf_open_within(ways[i], SOON_MS, &error, &status, &h), -EIO);
		assert_int_equal(status, REFUSAL);
	}
	assert_int_equal(uwdf_open_within("fake", SOON_MS, NULL, NULL, &h), -EIO);
	f->device.open_status = UWDF_STATUS_SUCCESS;
	assert_int_equal(uwdf_open_within("fake", SOON_MS, &error, &status, &h), 0);
	assert_int_equal(status, 0);
	expect_alive(h);
	uwdf_close(h);
}

static void test_open_within__no_such_device__no_status(void **state)
{
	int32_t status = 7;
	uwdf_handle *h;
	(void)state;
	assert_int_equal(uwdf_open_within("nobody", SOON_MS, NULL, &status, &h), -ENOENT);
	assert_int_equal(status, 0);
}

static void test_open_within__driver_keeps_it_waiting__timed_out(void **state)
{
	struct server_fixture *f = *state;
	uint64_t before = exec_now_ns();
	uwdf_handle *h;

	f->device.open_waits = true;
	assert_int_equal(uwdf_open_within("fake", 20, NULL, NULL, &h), -ETIMEDOUT);
	assert_true(exec_now_ns() - before < 3 * EXEC_NS_PER_S);
	fake_device_await_opening(&f->device);
	fake_device_let_open(&f->device);
}

/* It listens, and its process does not run. */
static void test_open_within__host_asleep__timed_out(void **state)
{
	struct server_fixture *f = *state;
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	uint64_t before = exec_now_ns();
	uwdf_handle *h;

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/asleep.sock", f->dir);
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(listen(fd, 5), 0);
	assert_int_equal(uwdf_open_within("asleep", 20, NULL, NULL, &h), -ETIMEDOUT);
	assert_true(exec_now_ns() - before < 3 * EXEC_NS_PER_S);
	close(fd);
}

/* --- operations left behind --- */

static void test_abandon__never_reaped__buffers_untouched(void **state)
{
	struct server_fixture *f = *state;
	char out[4] = "...";
	struct uwdf_op op = {
		.kind = UWDF_CONTROL, .code = FAKE_STUBBORN, .out = out, .out_len = 3
	};
	uwdf_handle *h = open_fake();
	struct uwdf_op *got;

	assert_int_equal(uwdf_submit(h, &op), 0);
	fake_device_await_pending(&f->device, 1);
	uwdf_abandon(h, &op);
	memset(&op, 0xa5, sizeof(op));
	fake_device_finish(&f->device, UWDF_STATUS_SUCCESS, "xyz");
	expect_alive(h);
	assert_int_equal(uwdf_reap(h, 0, &got), 0);
	assert_string_equal(out, "...");
	uwdf_close(h);
}

static void test_abandon__answered_and_kept_aside__not_reaped_either(void **state)
{
	struct uwdf_op ops[3] = { { .kind = UWDF_WRITE },
				  { .kind = UWDF_WRITE },
				  { .kind = UWDF_WRITE } };
	uwdf_handle *h = open_fake();
	struct uwdf_op *got;

	(void)state;
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(uwdf_submit(h, &ops[i]), 0);
	expect_alive(h); /* comes by all three */
	uwdf_abandon(h, &ops[2]);
	uwdf_abandon(h, &ops[0]);
	assert_int_equal(uwdf_submit(h, &ops[0]), 0);
	expect_alive(h);
	assert_int_equal(uwdf_reap(h, 0, &got), 1);
	assert_ptr_equal(got, &ops[1]);
	assert_int_equal(uwdf_reap(h, 0, &got), 1);
	assert_ptr_equal(got, &ops[0]);
	assert_int_equal(uwdf_reap(h, 0, &got), 0);
	uwdf_close(h);
}

/* --- a host that does not keep up --- */

static struct exec_event held, go_on;

/* On the server's thread: what comes is not read. */
static size_t describe_slowly(void *arg, struct server *server, char *buf, size_t len)
{
	(void)arg;
	(void)server;
	if (len)
		buf[0] = '\0';
	exec_event_set(&held);
	(void)exec_event_wait(&go_on, EXEC_FOREVER);
	return 0;
}

static void ask_status(void *arg)
{
	char *text = NULL;

	(void)arg;
	if (!uwdf_host_status("fake", NULL, &text))
		free(text);
}

static struct exec_thread *asker;

static uwdf_handle *open_slow(struct server_fixture *f)
{
	server_fixture_stop(f);
	f->params.describe = describe_slowly;
	server_fixture_start(f);
	assert_int_equal(exec_event_init(&held) + exec_event_init(&go_on), 0);
	return open_fake();
}

static void hold_server(void)
{
	const struct exec_thread_params params = { .name = "asker", .run = ask_status, .node = -1 };

	assert_int_equal(exec_thread_start(&params, &asker), 0);
	assert_true(exec_event_wait(&held, exec_deadline_ms(SOON_MS)));
}

static void let_server_go_on(void)
{
	exec_event_set(&go_on);
	exec_thread_join(asker);
}

static void close_slow(uwdf_handle *h)
{
	uwdf_close(h);
	exec_event_deinit(&held);
	exec_event_deinit(&go_on);
}

static void test_patience__none__says_so_at_once(void **state)
{
	struct server_fixture *f = *state;
	struct uwdf_op op = { .kind = UWDF_CONTROL, .code = FAKE_PEND }, *got;
	uwdf_handle *h = open_slow(f);
	uint64_t before;
	int err = 0;

	uwdf_set_patience(h, 0);
	assert_int_equal(uwdf_submit(h, &op), 0);
	fake_device_await_pending(&f->device, 1);
	hold_server();
	before = exec_now_ns();
	for (unsigned int i = 0; i < 100000 && !err; i++)
		err = uwdf_cancel(h, &op);
	assert_int_equal(err, -EAGAIN);
	for (unsigned int i = 0; i < 100; i++)
		assert_int_equal(uwdf_cancel(h, &op), -EAGAIN);
	assert_true(exec_now_ns() - before < 5 * EXEC_NS_PER_S); /* 100 s with a second for each */
	let_server_go_on();
	assert_int_equal(uwdf_reap(h, SOON_MS, &got), 1);
	assert_int_equal(op.status, UWDF_STATUS_CANCELLED);
	close_slow(h);
}

/* --- notify --- */

static uint32_t released;

static void release_soon(void *arg)
{
	(void)arg;
	exec_sleep_ms(50);
	__atomic_store_n(&released, 1, __ATOMIC_RELAXED);
	exec_event_set(&go_on);
}

/* The rings are read by the device's loop, and the socket by nobody. */
static void test_notify__in_force_before_later_answers(void **state)
{
	const struct exec_thread_params params = { .name = "release",
						   .run = release_soon,
						   .node = -1 };
	uwdf_handle *h = open_slow(*state);
	struct exec_thread *thread;

	released = 0;
	hold_server();
	expect_alive(h);
	uwdf_set_patience(h, SOON_MS);
	assert_int_equal(exec_thread_start(&params, &thread), 0);
	assert_int_equal(uwdf_notify(h, 1), 0);
	assert_true(__atomic_load_n(&released, __ATOMIC_RELAXED));
	let_server_go_on();
	exec_thread_join(thread);
	close_slow(h);
}

static void test_notify__host_does_not_read__over_with_the_patience(void **state)
{
	static const int patience[] = { 0, 20 };
	uwdf_handle *h = open_slow(*state);

	hold_server();
	for (size_t i = 0; i < UW_ARRAY_SIZE(patience); i++) {
		uwdf_set_patience(h, patience[i]);
		assert_int_equal(uwdf_notify(h, 1), 0);
		expect_alive(h);
	}
	let_server_go_on();
	uwdf_set_patience(h, SOON_MS);
	assert_int_equal(uwdf_notify(h, 1), 0); /* now it is read */
	server_query_remove(((struct server_fixture *)*state)->server);
	expect_event(h, UWDF_QUERY_REMOVE);
	close_slow(h);
}

/* --- letting go --- */

static void test_let_go__file_closes__events_go_on(void **state)
{
	struct server_fixture *f = *state;
	uwdf_handle *h = open_fake();

	assert_int_equal(uwdf_notify(h, 1), 0);
	expect_alive(h);
	server_query_remove(f->server);
	expect_event(h, UWDF_QUERY_REMOVE);
	assert_int_equal(uwdf_let_go(h), 0);
	assert_true(server_await_let_go(f->server, exec_deadline_ms(SOON_MS)));
	expect_event(h, UWDF_LET_GO);
	assert_int_equal(fake_device_closes(&f->device), 1);
	assert_false(server_is_open(f->server));
	server_tell_stays(f->server);
	expect_event(h, UWDF_STAYS);
	server_query_remove(f->server);
	expect_event(h, UWDF_QUERY_REMOVE);
	server_fixture_stop(f);
	expect_event(h, UWDF_REMOVED);
	assert_true(uwdf_let_go(h) < 0);
	uwdf_close(h);
}

static void test_let_go__twice__told_twice(void **state)
{
	struct server_fixture *f = *state;
	uwdf_handle *h = open_fake();

	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(uwdf_let_go(h), 0);
		expect_event(h, UWDF_LET_GO);
	}
	assert_int_equal(fake_device_closes(&f->device), 1);
	uwdf_close(h);
}

static void test_let_go__request_out__cancelled_and_answered(void **state)
{
	struct server_fixture *f = *state;
	struct uwdf_op op = { .kind = UWDF_CONTROL, .code = FAKE_PEND }, *got;
	uwdf_handle *h = open_fake();

	assert_int_equal(uwdf_submit(h, &op), 0);
	fake_device_await_pending(&f->device, 1);
	assert_int_equal(uwdf_let_go(h), 0);
	expect_event(h, UWDF_LET_GO);
	assert_int_equal(uwdf_reap(h, SOON_MS, &got), 1);
	assert_int_equal(got->status, UWDF_STATUS_CANCELLED);
	assert_int_equal(fake_device_closes(&f->device), 1);
	uwdf_close(h);
}

static int setup_socket(void **state)
{
	setenv("UWDF_TRANSPORT", "socket", 1);
	return server_fixture_setup(state);
}

static int teardown_socket(void **state)
{
	unsetenv("UWDF_TRANSPORT");
	return server_fixture_teardown(state);
}

#define RINGS(name)                                                                                \
	cmocka_unit_test_setup_teardown(name, server_fixture_setup_of_loop, server_fixture_teardown)
#define SOCKET(name)                                                                               \
	{                                                                                          \
#name " (socket)", name, setup_socket, teardown_socket, NULL                       \
	}
#define BOTH(name) RINGS(name), SOCKET(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(test_open_within__driver_refuses__its_status),
		BOTH(test_open_within__no_such_device__no_status),
		BOTH(test_open_within__driver_keeps_it_waiting__timed_out),
		SOCKET(test_open_within__host_asleep__timed_out),
		BOTH(test_abandon__never_reaped__buffers_untouched),
		BOTH(test_abandon__answered_and_kept_aside__not_reaped_either),
		BOTH(test_patience__none__says_so_at_once),
		RINGS(test_notify__in_force_before_later_answers),
		RINGS(test_notify__host_does_not_read__over_with_the_patience),
		BOTH(test_let_go__file_closes__events_go_on),
		BOTH(test_let_go__twice__told_twice),
		BOTH(test_let_go__request_out__cancelled_and_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
