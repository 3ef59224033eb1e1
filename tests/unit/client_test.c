/* SPDX-License-Identifier: MIT */
/* The client library against the real socket server on a fake device. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server_fixture.h"
#include "uwdf/client.h"
#include "uwdf/status.h"
#include "uwdf/wire.h"

#define SOON_MS 60000

static uwdf_handle *open_or_fail(const char *what)
{
	struct uwdf_error error = { .text = "" };
	uwdf_handle *h;

	if (uwdf_open(what, &error, &h))
		fail_msg("%s", error.text);
	return h;
}

static bool is_readable(int fd, int timeout_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, timeout_ms) == 1;
}

static void expect_alive(uwdf_handle *h)
{
	char out[8];
	int32_t status;
	size_t done;

	assert_int_equal(
		uwdf_control(h, FAKE_ECHO, "hello", 5, out, sizeof(out), SOON_MS, &status, &done),
		0);
	assert_int_equal(status, UWDF_STATUS_SUCCESS);
	assert_int_equal(done, 5);
	assert_memory_equal(out, "hello", 5);
}

/* --- open --- */

/* Root may go anywhere, so it becomes somebody else for the moment. */
static void test_open__not_permitted__says_as_whom_to_run(void **state)
{
	struct uwdf_error error = { .text = "" };
	char dir[] = "/tmp/uwdf-closed-XXXXXX", path[64];
	bool is_root = geteuid() == 0;
	uwdf_handle *h;
	int err;

	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(chmod(dir, 0), 0);
	snprintf(path, sizeof(path), "%s/x.sock", dir);
	assert_int_equal(is_root ? seteuid(65534) : 0, 0);
	err = uwdf_open(path, &error, &h);
	assert_int_equal(is_root ? seteuid(0) : 0, 0);
	assert_int_equal(rmdir(dir), 0);
	assert_int_equal(err, -EACCES);
	assert_non_null(strstr(error.text, path));
	assert_non_null(strstr(error.hint, "as the user that runs the host"));
}

static void test_open__by_name_guid_and_path(void **state)
{
	struct server_fixture *f = *state;
	const char *ways[] = { "fake", FIXTURE_GUID_TEXT, "b74cfec2-9366-454a-ba71-7c27b51470a4",
			       "{B74CFEC2-9366-454A-BA71-7C27B51470A4}", server_socket(f->server) };

	for (size_t i = 0; i < UW_ARRAY_SIZE(ways); i++) {
		uwdf_handle *h = open_or_fail(ways[i]);

		assert_string_equal(uwdf_handle_name(h), "fake");
		expect_alive(h);
		uwdf_close(h);
	}
	uwdf_close(NULL);
}

static void test_open__what_is_behind_the_name__reaches_the_device(void **state)
{
	static const struct {
		const char *what, *seen;
	} ways[] = {
		{ "fake", "" },
		{ "fake\\sub\\path", "\\sub\\path" },
		{ "fake\\a/b", "\\a/b" },
		{ FIXTURE_GUID_TEXT "\\ref", "\\ref" },
		{ "b74cfec2-9366-454a-ba71-7c27b51470a4\\ref\\x", "\\ref\\x" },
	};
	struct server_fixture *f = *state;

	for (size_t i = 0; i < UW_ARRAY_SIZE(ways); i++) {
		uwdf_handle *h = open_or_fail(ways[i].what);

		assert_string_equal(f->device.file_name, ways[i].seen);
		assert_string_equal(uwdf_handle_name(h), "fake");
		uwdf_close(h);
	}
}

/* The whole name goes to the hosts, one after the other. */
static bool find_link(void *arg, const uint8_t *guid, const char *text, char *file_name, size_t len)
{
	static const char link[] = "\\??\\Link";
	(void)arg;
	if (guid || strncmp(text, link, strlen(link)) != 0)
		return false;
	snprintf(file_name, len, "%s", text + strlen(link));
	return true;
}

static void test_open__symbolic_link__as_programs_write_it(void **state)
{
	static const char *const ways[] = { "\\\\.\\Link\\x", "\\\\?\\Link\\x", "\\??\\Link\\x" };
	struct server_fixture *f = *state;
	uwdf_handle *h;

	server_fixture_stop(f);
	f->params.find = find_link;
	server_fixture_start(f);
	for (size_t i = 0; i < UW_ARRAY_SIZE(ways); i++) {
		h = open_or_fail(ways[i]);
		assert_string_equal(f->device.file_name, "\\x");
		uwdf_close(h);
	}
	assert_int_equal(uwdf_open("\\\\.\\Other", NULL, &h), -ENOENT);
	assert_int_equal(uwdf_open(FIXTURE_GUID_TEXT, NULL, &h), -ENOENT);
}

static void test_open__name_too_long__said(void **state)
{
	char what[2000] = "fake\\";
	uwdf_handle *h;
	(void)state;
	memset(what + 5, 'x', sizeof(what) - 6);
	assert_int_equal(uwdf_open(what, NULL, &h), -ENAMETOOLONG);
	memcpy(what, "\\\\.\\x", 5);
	assert_int_equal(uwdf_open(what, NULL, &h), -ENAMETOOLONG);
	memset(what, 'x', 100);
	what[100] = '\\';
	assert_int_equal(uwdf_open(what, NULL, &h), -ENAMETOOLONG);
}

static void expect_open_error(const char *what, int err, const char *text, const char *hint)
{
	struct uwdf_error error = { .text = "" };
	uwdf_handle *h;

	assert_int_equal(uwdf_open(what, &error, &h), err);
	assert_non_null(strstr(error.text, text));
	assert_non_null(strstr(error.hint, hint));
	assert_int_equal(uwdf_open(what, NULL, &h), err); /* the text is optional */
}

static void test_open__errors_say_what_to_do(void **state)
{
	struct server_fixture *f = *state;

	expect_open_error("nothere", -ENOENT, "nothere: no host", "uwdf run");
	expect_open_error("{00000000-9366-454a-ba71-7c27b51470a4}", -ENOENT, "no host", "uwdf dev");
	expect_open_error("/nonexistent/x.sock", -ENOENT, "/nonexistent/x.sock", "uwdf devices");
	expect_open_error("a b", -EINVAL, "not a device name", "uwdf devices");
	f->device.open_status = UWDF_STATUS(0xc0000043u);
	expect_open_error("fake", -EIO, "0xc0000043", "");
	expect_open_error(FIXTURE_GUID_TEXT, -EIO, "0xc0000043", "");
}

static void test_open__dead_host__refused_at_once(void **state)
{
	struct server_fixture *f = *state;
	char path[128];
	FILE *file;

	/* a socket file that nobody serves */
	snprintf(path, sizeof(path), "%s/dead.sock", f->dir);
	file = fopen(path, "w");
	assert_non_null(file);
	fclose(file);
	expect_open_error("dead", -ECONNREFUSED, "dead.sock", "start it again");
}

static void test_open__leaving_device__refused(void **state)
{
	struct server_fixture *f = *state;

	assert_true(server_leave(f->server, exec_deadline_ms(SOON_MS)));
	expect_open_error("fake", -ECONNREFUSED, "being removed", "");
}

/* --- one request --- */

static void test_read__waits_for_the_device(void **state)
{
	struct server_fixture *f = *state;
	uwdf_handle *h = open_or_fail("fake");
	struct uwdf_op op = { .kind = UWDF_READ }, *got;
	char buf[32] = "";

	op.out = buf;
	op.out_len = sizeof(buf);
	assert_int_equal(uwdf_submit(h, &op), 0);
	fake_device_await_pending(&f->device, 1);
	fake_device_finish(&f->device, UWDF_STATUS_SUCCESS, "frame");
	assert_int_equal(uwdf_reap(h, SOON_MS, &got), 1);
	assert_ptr_equal(got, &op);
	assert_int_equal(op.information, 5);
	assert_string_equal(buf, "frame");
	uwdf_close(h);
}

static void test_write__tells_how_much(void **state)
{
	uwdf_handle *h = open_or_fail("fake");
	static char big[UWDF_WIRE_MAX_PAYLOAD + 1];
	int32_t status;
	size_t done;

	(void)state;
	assert_int_equal(uwdf_write(h, big, UWDF_WIRE_MAX_PAYLOAD, SOON_MS, &status, &done), 0);
	assert_int_equal(done, UWDF_WIRE_MAX_PAYLOAD);
	assert_int_equal(uwdf_write(h, big, sizeof(big), SOON_MS, &status, &done), -EMSGSIZE);
	assert_int_equal(uwdf_write(h, NULL, 1, SOON_MS, &status, &done), -EINVAL);
	assert_int_equal(uwdf_write(h, "", 0, SOON_MS, NULL, NULL), 0);
	uwdf_close(h);
}

static void test_error_text__of_any_error__says_something(void **state)
{
	(void)state;
	for (int err = 0; err < 4096; err++) {
		assert_true(strlen(uwdf_error_text(err)) > 5);
		assert_ptr_equal(uwdf_error_text(-err), uwdf_error_text(err));
	}
	assert_non_null(strstr(uwdf_error_text(-EMSGSIZE), "64 KiB"));
	assert_non_null(strstr(uwdf_error_text(-ENODEV), "removed"));
	assert_non_null(strstr(uwdf_error_text(-EIO), "refused"));
	assert_non_null(strstr(uwdf_error_text(-EMFILE), "open files"));
	assert_non_null(strstr(uwdf_error_text(-ENAMETOOLONG), "longer"));
}

static void test_flush__reaches_the_device(void **state)
{
	struct server_fixture *f = *state;
	uwdf_handle *h = open_or_fail("fake");
	struct uwdf_op op = { .kind = UWDF_FLUSH }, *got;
	int32_t status = -1;

	assert_int_equal(uwdf_flush(h, SOON_MS, &status), 0);
	assert_int_equal(status, UWDF_STATUS_SUCCESS);
	assert_int_equal(uwdf_submit(h, &op), 0);
	assert_int_equal(uwdf_reap(h, SOON_MS, &got), 1);
	assert_ptr_equal(got, &op);
	assert_int_equal(op.status, UWDF_STATUS_SUCCESS);
	assert_int_equal(FAKE_COUNT(&f->device, flushes), 2);
	uwdf_close(h);
}

static void test_control__largest_both_ways(void **state)
{
	uwdf_handle *h = open_or_fail("fake");
	static uint8_t in[UWDF_WIRE_MAX_PAYLOAD], out[UWDF_WIRE_MAX_PAYLOAD];
	int32_t status;
	size_t done;

	(void)state;
	for (size_t i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)(i * 7);
	assert_int_equal(uwdf_control(h, FAKE_ECHO, in, sizeof(in), out, sizeof(out), SOON_MS,
				      &status, &done),
			 0);
	assert_int_equal(done, sizeof(in));
	assert_memory_equal(in, out, sizeof(in));
	assert_int_equal(uwdf_control(h, 0x99, NULL, 0, NULL, 0, SOON_MS, &status, &done), 0);
	assert_int_equal(status, UWDF_STATUS_INVALID_DEVICE_REQUEST);
	uwdf_close(h);
}

static void test_read__timeout__cancels_first(void **state)
{
	struct server_fixture *f = *state;
	uwdf_handle *h = open_or_fail("fake");
	char buf[8];

	assert_int_equal(uwdf_read(h, buf, sizeof(buf), 10, NULL, NULL), -ETIMEDOUT);
	fake_device_await_pending(&f->device, 0);
	assert_int_equal(FAKE_COUNT(&f->device, cancels), 1);
	expect_alive(h);
	uwdf_close(h);
}

static void test_control__timeout_of_a_stubborn_request__left_behind(void **state)
{
	struct server_fixture *f = *state;
	uwdf_handle *h = open_or_fail("fake");
	char *buf = malloc(8);

	assert_int_equal(uwdf_control(h, FAKE_STUBBORN, NULL, 0, buf, 8, 10, NULL, NULL),
			 -ETIMEDOUT);
	free(buf); /* its late answer must not be written there */
	fake_device_finish(&f->device, UWDF_STATUS_SUCCESS, "too late");
	expect_alive(h);
	uwdf_close(h);
}

/* --- many requests --- */

static void test_submit__many__reaped_in_order_of_completion(void **state)
{
	struct server_fixture *f = *state;
	uwdf_handle *h = open_or_fail("fake");
	static struct uwdf_op ops[300];
	static char bufs[300][8];
	struct uwdf_op *got;

	for (int i = 0; i < 300; i++) {
		ops[i] = (struct uwdf_op){ .kind = UWDF_READ, .out = bufs[i], .out_len = 8 };
		assert_int_equal(uwdf_submit(h, &ops[i]), 0);
	}
	fake_device_await_pending(&f->device, 300);
	assert_false(is_readable(uwdf_poll_fd(h), 0));
	for (int i = 0; i < 300; i++) {
		fake_device_finish(&f->device, UWDF_STATUS_SUCCESS, i % 2 ? "odd" : "even");
		assert_true(is_readable(uwdf_poll_fd(h), SOON_MS));
		assert_int_equal(uwdf_reap(h, SOON_MS, &got), 1);
		assert_ptr_equal(got, &ops[i]);
		assert_memory_equal(bufs[i], i % 2 ? "odd" : "even", 3);
	}
	assert_int_equal(uwdf_reap(h, 0, &got), 0);
	assert_int_equal(uwdf_reap(h, 5, &got), 0);
	uwdf_close(h);
}

static void test_submit__too_many__again_after_a_reap(void **state)
{
	struct server_fixture *f = *state;
	uwdf_handle *h = open_or_fail("fake");
	static struct uwdf_op ops[UWDF_WIRE_MAX_OUTSTANDING + 1];
	struct uwdf_op *got;
	unsigned int most;

	for (size_t i = 0; i < UW_ARRAY_SIZE(ops); i++)
		ops[i] = (struct uwdf_op){ .kind = UWDF_READ };
	for (most = 0; most < UW_ARRAY_SIZE(ops) && !uwdf_submit(h, &ops[most]); most++)
		;
	assert_in_range(most, 1000, UWDF_WIRE_MAX_OUTSTANDING);
	assert_int_equal(uwdf_submit(h, &ops[most]), -EAGAIN);
	fake_device_await_pending(&f->device, most);
	fake_device_finish(&f->device, UWDF_STATUS_SUCCESS, "");
	assert_int_equal(uwdf_reap(h, SOON_MS, &got), 1);
	assert_int_equal(uwdf_submit(h, &ops[most]), 0);
	for (size_t i = 1; i <= most; i++)
		assert_int_equal(uwdf_cancel(h, &ops[i]), 0);
	for (size_t i = 1; i <= most; i++) {
		assert_int_equal(uwdf_reap(h, SOON_MS, &got), 1);
		assert_int_equal(got->status, UWDF_STATUS_CANCELLED);
	}
	uwdf_close(h);
}

static void test_submit__malformed__refused(void **state)
{
	uwdf_handle *h = open_or_fail("fake");
	char c = 0;
	struct uwdf_op bad[] = {
		{ .kind = 0 },
		{ .kind = 7 },
		{ .kind = UWDF_READ, .in = &c, .in_len = 1 },
		{ .kind = UWDF_WRITE, .out = &c, .out_len = 1 },
		{ .kind = UWDF_CONTROL, .in_len = 1 },
		{ .kind = UWDF_CONTROL, .out_len = 1 },
		{ .kind = UWDF_FLUSH, .in = &c, .in_len = 1 },
		{ .kind = UWDF_FLUSH, .out = &c, .out_len = 1 },
		{ .kind = UWDF_FLUSH, .offset = 1 },
		{ .kind = UWDF_FLUSH, .code = 1 },
	};

	(void)state;
	for (size_t i = 0; i < UW_ARRAY_SIZE(bad); i++)
		assert_int_equal(uwdf_submit(h, &bad[i]), -EINVAL);
	expect_alive(h);
	uwdf_close(h);
}

static void test_single_request__keeps_others_for_reap(void **state)
{
	struct server_fixture *f = *state;
	uwdf_handle *h = open_or_fail("fake");
	struct uwdf_op op = { .kind = UWDF_READ }, *got;

	assert_int_equal(uwdf_submit(h, &op), 0);
	fake_device_await_pending(&f->device, 1);
	fake_device_finish(&f->device, UWDF_STATUS_SUCCESS, "");
	expect_alive(h); /* meets the other's answer on its way */
	assert_true(is_readable(uwdf_poll_fd(h), 0));
	assert_int_equal(uwdf_reap(h, 0, &got), 1);
	assert_ptr_equal(got, &op);
	assert_false(is_readable(uwdf_poll_fd(h), 0));
	uwdf_close(h);
}

struct canceller {
	struct server_fixture *f;
	uwdf_handle *h;
	struct uwdf_op *op;
};

static void cancel_when_pending(void *arg)
{
	struct canceller *c = arg;

	fake_device_await_pending(&c->f->device, 1);
	assert_int_equal(uwdf_cancel(c->h, c->op), 0);
}

static void test_cancel__from_another_thread__wakes_the_waiter(void **state)
{
	struct server_fixture *f = *state;
	uwdf_handle *h = open_or_fail("fake");
	struct uwdf_op op = { .kind = UWDF_READ }, *got;
	struct canceller c = { .f = f, .h = h, .op = &op };
	struct exec_thread_params params = {
		.name = "canceller", .run = cancel_when_pending, .arg = &c, .node = -1
	};
	struct exec_thread *thread;

	assert_int_equal(uwdf_submit(h, &op), 0);
	assert_int_equal(exec_thread_start(&params, &thread), 0);
	assert_int_equal(uwdf_reap(h, SOON_MS, &got), 1);
	assert_int_equal(got->status, UWDF_STATUS_CANCELLED);
	exec_thread_join(thread);
	assert_int_equal(uwdf_cancel(h, &op), 0); /* reaped already: nothing to do */
	uwdf_close(h);
}

static void test_close__cancels_what_is_outstanding(void **state)
{
	struct server_fixture *f = *state;
	uwdf_handle *h = open_or_fail("fake");
	struct uwdf_op ops[10];

	for (size_t i = 0; i < 10; i++) {
		ops[i] = (struct uwdf_op){ .kind = UWDF_READ };
		assert_int_equal(uwdf_submit(h, &ops[i]), 0);
	}
	fake_device_await_pending(&f->device, 10);
	uwdf_close(h);
	fake_device_await_closes(&f->device, 1);
	assert_int_equal(FAKE_COUNT(&f->device, pending_count), 0);
}

/* --- the host ends --- */

static void test_host_ends__outstanding_come_back_as_removed(void **state)
{
	struct server_fixture *f = *state;
	uwdf_handle *h = open_or_fail("fake");
	struct uwdf_op ops[3], *got;

	for (size_t i = 0; i < 3; i++) {
		ops[i] = (struct uwdf_op){ .kind = UWDF_READ };
		assert_int_equal(uwdf_submit(h, &ops[i]), 0);
	}
	fake_device_await_pending(&f->device, 3);
	server_fixture_stop(f);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(uwdf_reap(h, SOON_MS, &got), 1);
		assert_int_equal(got->status, UWDF_STATUS_DEVICE_REMOVED);
	}
	assert_int_equal(uwdf_reap(h, SOON_MS, &got), -EPIPE);
	assert_int_equal(uwdf_submit(h, &ops[0]), -EPIPE);
	assert_int_equal(uwdf_read(h, NULL, 0, SOON_MS, NULL, NULL), -EPIPE);
	assert_true(is_readable(uwdf_poll_fd(h), 0));
	uwdf_close(h);
}

static void test_device_leaves__outstanding_come_back_as_removed(void **state)
{
	struct server_fixture *f = *state;
	uwdf_handle *h = open_or_fail("fake");
	struct uwdf_op op = { .kind = UWDF_READ }, *got;

	assert_int_equal(uwdf_submit(h, &op), 0);
	fake_device_await_pending(&f->device, 1);
	assert_true(server_leave(f->server, exec_deadline_ms(SOON_MS)));
	assert_int_equal(uwdf_reap(h, SOON_MS, &got), 1);
	assert_int_equal(got->status, UWDF_STATUS_DEVICE_REMOVED);
	assert_int_equal(uwdf_write(h, "x", 1, SOON_MS, NULL, NULL), -ENODEV);
	uwdf_close(h);
}

/* --- hosts --- */

static void test_hosts__lists_by_name_and_skips_the_dead(void **state)
{
	struct server_fixture *f = *state;
	struct server_params params = f->params;
	struct uwdf_host_entry entries[4];
	struct server *second;
	char path[128];
	size_t count;
	FILE *file;

	params.name = "another";
	assert_int_equal(server_start(&params, NULL, &second), 0);
	snprintf(path, sizeof(path), "%s/dead.sock", f->dir);
	file = fopen(path, "w");
	fclose(file);
	assert_int_equal(uwdf_hosts(entries, 4, &count), 0);
	assert_int_equal(count, 2);
	assert_string_equal(entries[0].name, "another");
	assert_string_equal(entries[1].name, "fake");
	assert_int_equal(entries[1].pid, getpid());
	assert_string_equal(entries[1].socket, server_socket(f->server));
	assert_int_equal(uwdf_hosts(entries, 1, &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(server_free(second, exec_deadline_ms(SOON_MS)), 0);
}

static void test_host_status__whole_text(void **state)
{
	struct server_fixture *f = *state;
	struct uwdf_error error;
	char *text;

	f->description_len = 200000;
	assert_int_equal(uwdf_host_status("fake", &error, &text), 0);
	assert_int_equal(strlen(text), 200000);
	assert_int_equal(text[199999], 'a' + 199999 % 26);
	free(text);
	assert_int_equal(uwdf_host_status("nothere", &error, &text), -ENOENT);
	assert_non_null(strstr(error.text, "no host of that name runs"));
	assert_non_null(strstr(error.hint, "uwdf devices"));
}

static void test_host_stop__host_that_stays__time_out_and_hint(void **state)
{
	struct server_fixture *f = *state;
	struct uwdf_error error = { .text = "" };

	/* this very process is the host, so it does not end */
	assert_int_equal(uwdf_host_stop("fake", 20, &error), -ETIMEDOUT);
	assert_int_equal(f->stops, 1);
	assert_non_null(strstr(error.hint, "kill"));
}

#define with_server(test)                                                                          \
	cmocka_unit_test_setup_teardown(test, server_fixture_setup, server_fixture_teardown)

/* The same calls over rings and over the socket: what a client sees is the same. */
int main(void)
{
	const struct CMUnitTest tests[] = {
		with_server(test_open__not_permitted__says_as_whom_to_run),
		with_server(test_open__by_name_guid_and_path),
		with_server(test_open__what_is_behind_the_name__reaches_the_device),
		with_server(test_open__symbolic_link__as_programs_write_it),
		with_server(test_open__name_too_long__said),
		with_server(test_open__errors_say_what_to_do),
		with_server(test_open__dead_host__refused_at_once),
		with_server(test_open__leaving_device__refused),
		with_server(test_read__waits_for_the_device),
		with_server(test_write__tells_how_much),
		cmocka_unit_test(test_error_text__of_any_error__says_something),
		with_server(test_flush__reaches_the_device),
		with_server(test_control__largest_both_ways),
		with_server(test_read__timeout__cancels_first),
		with_server(test_control__timeout_of_a_stubborn_request__left_behind),
		with_server(test_submit__many__reaped_in_order_of_completion),
		with_server(test_submit__too_many__again_after_a_reap),
		with_server(test_submit__malformed__refused),
		with_server(test_single_request__keeps_others_for_reap),
		with_server(test_cancel__from_another_thread__wakes_the_waiter),
		with_server(test_close__cancels_what_is_outstanding),
		with_server(test_host_ends__outstanding_come_back_as_removed),
		with_server(test_device_leaves__outstanding_come_back_as_removed),
		with_server(test_hosts__lists_by_name_and_skips_the_dead),
		with_server(test_host_status__whole_text),
		with_server(test_host_stop__host_that_stays__time_out_and_hint),
	};

	int failed;

	setenv("UWDF_TRANSPORT", "rings", 1);
	failed = cmocka_run_group_tests_name("over rings", tests, NULL, NULL);
	setenv("UWDF_TRANSPORT", "socket", 1);
	return failed + cmocka_run_group_tests_name("over the socket", tests, NULL, NULL);
}
