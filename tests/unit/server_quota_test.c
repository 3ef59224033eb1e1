/* SPDX-License-Identifier: MIT */
/* What one user may have of a server: each limit, who is told, and that others do not notice. */
#include "uw_test.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "base/log.h"
#include "raw_wire.h"
#include "server_fixture.h"
#include "skips.h"
#include "uwdf/client.h"

#define STRANGER 54321u
#define OVER     UWDF_STATUS_QUOTA_EXCEEDED

static char last_warning[256];
static unsigned int warnings;

static void note_warning(void *arg, enum log_level level, const char *area, const char *text)
{
	(void)arg;
	(void)area;
	if (level != LOG_LEVEL_WARN)
		return;
	snprintf(last_warning, sizeof(last_warning), "%s", text);
	__atomic_add_fetch(&warnings, 1, __ATOMIC_RELEASE);
}

static void serve_with(struct server_fixture *f, enum quota_kind kind, uint64_t most)
{
	server_fixture_stop(f);
	f->params.quota.most[kind] = most;
	server_fixture_start(f);
	warnings = 0;
	log_set_sink(note_warning, NULL);
}

static int client_of(const struct server_fixture *f, uint32_t *handle)
{
	return raw_client(server_socket(f->server), "fake", handle);
}

static int32_t try_open(int fd, struct raw_answer *answer)
{
	struct uwdf_entry e = raw_entry(UWDF_OP_OPEN, 3, 0);

	e.in_len = 4;
	raw_send(fd, &e, "fake");
	assert_true(raw_receive(fd, answer));
	return answer->entry.status;
}

static void close_handle(int fd, uint32_t handle)
{
	struct uwdf_entry e = raw_entry(UWDF_OP_CLOSE, 4, handle);

	raw_send(fd, &e, NULL);
	raw_expect(fd, 4, UWDF_STATUS_SUCCESS, NULL);
}

static void expect_words(const struct raw_answer *answer, const char *words)
{
	char text[256];

	snprintf(text, sizeof(text), "%.*s", (int)answer->entry.in_len, answer->payload);
	if (!strstr(text, words))
		fail_msg("'%s' lacks '%s'", text, words);
}

static void send_read(int fd, uint64_t tag, uint32_t handle, uint32_t len)
{
	struct uwdf_entry e = raw_entry(UWDF_OP_READ, tag, handle);

	e.out_len = len;
	raw_send(fd, &e, NULL);
}

/* --- each limit --- */

static void test_handles__limit_over_all_connections__told_and_logged_once(void **state)
{
	static struct raw_answer answer;
	struct server_fixture *f = *state;
	uint32_t handle, first;
	int one, two;

	serve_with(f, QUOTA_HANDLES, 20);
	one = client_of(f, &first);
	two = client_of(f, &handle);
	for (unsigned int i = 2; i < 20; i++)
		assert_int_equal(try_open(i % 2 ? one : two, &answer), UWDF_STATUS_SUCCESS);
	for (unsigned int i = 0; i < 3; i++) {
		assert_int_equal(try_open(i % 2 ? one : two, &answer), OVER);
		expect_words(&answer, "has reached the limit of 20 open handles");
		expect_words(&answer, "uwdf run --quota handles=N");
	}
	assert_int_equal(warnings, 1);
	assert_non_null(strstr(last_warning, "fake: user "));
	close_handle(one, first);
	assert_int_equal(try_open(two, &answer), UWDF_STATUS_SUCCESS);
	assert_int_equal(try_open(one, &answer), OVER);
	close(one);
	close(two);
	fake_device_await_closes(&f->device, 21);
}

static void test_handles__usual_limit_is_1024(void **state)
{
	static struct raw_answer answer;
	struct server_fixture *f = *state;
	int fd;

	serve_with(f, QUOTA_HANDLES, 0);
	fd = client_of(f, NULL);
	for (unsigned int i = 0; i < 1024; i++)
		assert_int_equal(try_open(fd, &answer), UWDF_STATUS_SUCCESS);
	assert_int_equal(try_open(fd, &answer), OVER);
	close(fd);
	fake_device_await_closes(&f->device, 1024);
}

/* The tests run as an administrator: eight more may ask, and open nothing. */
static void test_connections__limit__spare_ones_ask_only(void **state)
{
	static struct raw_answer answer;
	struct uwdf_entry status = raw_entry(UWDF_OP_STATUS, 9, 0);
	struct server_fixture *f = *state;
	uint32_t handle;
	int fds[12], last;

	serve_with(f, QUOTA_CONNECTIONS, 4);
	for (unsigned int i = 0; i < 12; i++)
		fds[i] = client_of(f, i < 4 ? &handle : NULL);
	assert_int_equal(try_open(fds[4], &answer), OVER);
	expect_words(&answer, "has reached the limit of 4 connections");
	status.out_len = 1000;
	raw_send(fds[11], &status, NULL);
	raw_expect(fds[11], 9, UWDF_STATUS_SUCCESS, NULL);
	last = raw_connect(server_socket(f->server));
	raw_expect(last, 0, OVER, &answer);
	expect_words(&answer, "has reached the limit of 4 connections");
	raw_expect_hang_up(last);
	close(last);
	assert_int_equal(warnings, 1);
	for (unsigned int i = 0; i < 12; i++)
		close(fds[i]);
}

static void test_connections__one_closed__another_comes(void **state)
{
	struct server_fixture *f = *state;
	uint32_t handle;
	int fd;

	serve_with(f, QUOTA_CONNECTIONS, 1);
	for (unsigned int i = 1; i <= 3; i++) {
		fd = client_of(f, &handle);
		close(fd);
		fake_device_await_closes(&f->device, i);
	}
}

static void test_requests__limit_over_all_connections__refused_until_some_are_done(void **state)
{
	static struct raw_answer answer;
	struct server_fixture *f = *state;
	uint32_t one_handle, two_handle;
	int one, two;

	serve_with(f, QUOTA_REQUESTS, 10);
	one = client_of(f, &one_handle);
	two = client_of(f, &two_handle);
	for (uint64_t tag = 1; tag <= 10; tag++)
		send_read(one, tag, one_handle, 100);
	fake_device_await_pending(&f->device, 10);
	send_read(two, 11, two_handle, 100);
	raw_expect(two, 11, OVER, &answer);
	assert_int_equal(answer.entry.in_len, 0);
	fake_device_finish(&f->device, UWDF_STATUS_SUCCESS, "x");
	raw_expect(one, 1, UWDF_STATUS_SUCCESS, NULL);
	send_read(two, 12, two_handle, 100);
	fake_device_await_pending(&f->device, 10);
	close(one);
	close(two);
	fake_device_await_closes(&f->device, 2);
	assert_int_equal(warnings, 1);
	assert_non_null(strstr(last_warning, "limit of 10 outstanding requests"));
}

static void test_bytes__limit_over_all_connections__small_ones_still_fit(void **state)
{
	struct server_fixture *f = *state;
	uint32_t one_handle, two_handle;
	int one, two;

	serve_with(f, QUOTA_BYTES, 140000);
	one = client_of(f, &one_handle);
	two = client_of(f, &two_handle);
	send_read(one, 1, one_handle, UWDF_WIRE_MAX_PAYLOAD);
	send_read(one, 2, one_handle, UWDF_WIRE_MAX_PAYLOAD);
	fake_device_await_pending(&f->device, 2);
	send_read(two, 3, two_handle, UWDF_WIRE_MAX_PAYLOAD);
	raw_expect(two, 3, OVER, NULL);
	send_read(two, 4, two_handle, 100);
	fake_device_await_pending(&f->device, 3);
	close(one);
	close(two);
	fake_device_await_closes(&f->device, 2);
}

/* Asks for the host's status again and again and reads no answer; how often, until it hangs up. */
static unsigned int ask_and_never_read(int fd)
{
	struct uwdf_entry e = raw_entry(UWDF_OP_STATUS, 7, 0);
	struct pollfd ready = { .fd = fd, .events = POLLOUT };
	unsigned int asked = 0;

	e.out_len = UWDF_WIRE_MAX_PAYLOAD;
	while (poll(&ready, 1, 60000) == 1 && !(ready.revents & POLLHUP))
		asked += raw_try_send(fd, &e);
	assert_true(ready.revents & POLLHUP);
	return asked;
}

static void test_bytes__answers_nobody_reads__count_and_cut_off(void **state)
{
	struct server_fixture *f = *state;
	struct uwdf_entry e = raw_entry(UWDF_OP_STATUS, 8, 0);
	int fds[3], reader;

	f->description_len = UWDF_WIRE_MAX_PAYLOAD;
	serve_with(f, QUOTA_BYTES, 20ull * UWDF_WIRE_MAX_PAYLOAD);
	reader = client_of(f, NULL);
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(fds); i++) {
		fds[i] = client_of(f, NULL);
		assert_in_range(ask_and_never_read(fds[i]), 10, 100);
	}
	assert_int_equal(warnings, 1);
	assert_non_null(strstr(last_warning, "bytes in his requests"));
	e.out_len = UWDF_WIRE_MAX_PAYLOAD;
	for (unsigned int i = 0; i < 100; i++) {
		raw_send(reader, &e, NULL);
		raw_expect(reader, 8, UWDF_STATUS_SUCCESS, NULL);
	}
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(fds); i++)
		close(fds[i]);
	close(reader);
}

/* Rings count with all they have room for; who gets none goes by the socket. */
static void test_rings__no_room_for_a_second__socket_serves(void **state)
{
	struct server_fixture *f = *state;
	uwdf_handle *handles[3];

	serve_with(f, QUOTA_REQUESTS, 1500);
	for (unsigned int i = 0; i < 3; i++) {
		assert_int_equal(uwdf_open("fake", NULL, &handles[i]), 0);
		assert_int_equal(uwdf_write(handles[i], "x", 1, 5000, NULL, NULL), 0);
	}
	assert_int_equal(warnings, 1);
	assert_non_null(strstr(last_warning, "limit of 1500 outstanding requests"));
	for (unsigned int i = 0; i < 3; i++)
		uwdf_close(handles[i]);
	fake_device_await_closes(&f->device, 3);
	warnings = 0;
	serve_with(f, QUOTA_BYTES, 1 << 20);
	assert_int_equal(uwdf_open("fake", NULL, &handles[0]), 0);
	assert_int_equal(uwdf_write(handles[0], "x", 1, 5000, NULL, NULL), 0);
	assert_int_equal(warnings, 1);
	uwdf_close(handles[0]);
	fake_device_await_closes(&f->device, 4);
}

#define COPY   (4u << 20) /* of a read that lies in shared memory: the device copies it */
#define READS  8u
#define COPIES (40ull << 20)

/* One user's handles: reads that have room wait at the device, the others are refused. */
static unsigned int read_until_refused(uwdf_handle *h, void *out, struct uwdf_op *ops)
{
	unsigned int count = 0;
	struct uwdf_op *got;

	do {
		/* the device has a read that did not come back before a flush that did */
		ops[count] = (struct uwdf_op){ .kind = UWDF_READ, .out = out, .out_len = COPY };
		assert_int_equal(uwdf_submit(h, &ops[count++]), 0);
		ops[READS] = (struct uwdf_op){ .kind = UWDF_FLUSH };
		assert_int_equal(uwdf_submit(h, &ops[READS]), 0);
		assert_int_equal(uwdf_reap(h, 60000, &got), 1);
	} while (got == &ops[READS] && count < READS);
	if (got == &ops[READS])
		return count;
	assert_int_equal(got->status, OVER);
	assert_int_equal(uwdf_reap(h, 60000, &got), 1);
	return count - 1;
}

static void end_reads(uwdf_handle *h, unsigned int count)
{
	struct uwdf_op *got;

	assert_int_equal(uwdf_cancel_all(h), 0);
	for (unsigned int i = 0; i < count; i++) {
		assert_int_equal(uwdf_reap(h, 60000, &got), 1);
		assert_int_equal(got->status, UWDF_STATUS_CANCELLED);
	}
}

static void test_rings__copies_of_all_of_them__count_and_are_given_back(void **state)
{
	static struct uwdf_op ops[2][READS + 1];
	struct server_fixture *f = *state;
	unsigned int first[2], pending[2];
	uwdf_handle *h[2];
	void *out[2];

	serve_with(f, QUOTA_BYTES, COPIES);
	for (unsigned int round = 0; round < 3; round++) {
		for (unsigned int i = 0; i < 2; i++) {
			assert_int_equal(uwdf_open("fake", NULL, &h[i]), 0);
			assert_int_equal(uwdf_memory_alloc(h[i], COPY, &out[i]), 0);
		}
		for (unsigned int again = 0; again < 2; again++) {
			for (unsigned int i = 0; i < 2; i++)
				pending[i] = read_until_refused(h[i], out[i], ops[i]);
			if (!round && !again)
				memcpy(first, pending, sizeof(first));
			assert_memory_equal(pending, first, sizeof(first));
			for (unsigned int i = 0; i < 2; i++)
				end_reads(h[i], pending[i]);
		}
		for (unsigned int i = 0; i < 2; i++)
			uwdf_close(h[i]);
		fake_device_await_closes(&f->device, 2 * round + 2);
	}
	/* beside two rings with their memory, and another memory each */
	assert_in_range(first[0] + first[1], 3, (COPIES - 4 * COPY) / COPY);
	assert_true(warnings >= 1);
}

static void test_library__over_quota__error_text_names_the_limit(void **state)
{
	struct server_fixture *f = *state;
	struct uwdf_error error = { .text = "" };
	uwdf_handle *first, *second;

	serve_with(f, QUOTA_HANDLES, 1);
	assert_int_equal(uwdf_open("fake", &error, &first), 0);
	assert_int_equal(uwdf_open("fake", &error, &second), -EDQUOT);
	assert_non_null(strstr(error.text, "opening fake: user "));
	assert_non_null(strstr(error.text, "limit of 1 open handles"));
	uwdf_close(first);
	fake_device_await_closes(&f->device, 1);
	serve_with(f, QUOTA_CONNECTIONS, 1);
	assert_int_equal(uwdf_open("fake", &error, &first), 0);
	assert_int_equal(uwdf_open("fake", &error, &second), -EDQUOT);
	assert_non_null(strstr(error.text, "limit of 1 connections"));
	uwdf_close(first);
	fake_device_await_closes(&f->device, 2);
}

/* --- ten thousand --- */

static void test_ten_thousand_handles__allowed__all_work_and_close(void **state)
{
	static struct raw_answer answer;
	static uint32_t handles[10000];
	struct server_fixture *f = *state;
	struct uwdf_entry e = raw_entry(UWDF_OP_CONTROL, 5, 0);
	int fd;

	serve_with(f, QUOTA_HANDLES, 10000);
	fd = client_of(f, NULL);
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(handles); i++) {
		assert_int_equal(try_open(fd, &answer), UWDF_STATUS_SUCCESS);
		handles[i] = answer.entry.handle;
	}
	assert_int_equal(try_open(fd, &answer), OVER);
	e.code = FAKE_ECHO;
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(handles); i += 1111) {
		e.handle = handles[i];
		raw_send(fd, &e, NULL);
		raw_expect(fd, 5, UWDF_STATUS_SUCCESS, NULL);
	}
	close(fd);
	fake_device_await_closes(&f->device, 10000);
}

/* --- another user --- */

static const struct uwdf_access everybody[] = {
	{ .who = UWDF_WHO_EVERYBODY, .rights = UWDF_ACCESS_READ | UWDF_ACCESS_WRITE },
};

/* As somebody else: takes all handles, connections and requests there are; then waits. */
__attribute__((noreturn)) static void take_everything(const char *path, int ready)
{
	static struct raw_answer answer;
	uint32_t handle;
	int fds[4];

	alarm(120);
	if (setgid(STRANGER) || setuid(STRANGER))
		child_exit(1);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (unsigned int i = 0; i < 4; i++)
		fds[i] = raw_client(path, "fake", i ? NULL : &handle);
	if (try_open(fds[1], &answer) || try_open(fds[2], &answer) != OVER)
		child_exit(2);
	for (uint64_t tag = 1; tag <= 8; tag++)
		send_read(fds[0], tag, handle, 100);
	send_read(fds[0], 9, handle, 100);
	raw_expect(fds[0], 9, OVER, NULL);
	fds[3] = raw_connect(path);
	raw_expect(fds[3], 0, OVER, NULL);
	if (write(ready, "x", 1) != 1)
		child_exit(3);
	for (;;)
		pause();
}

static void test_one_user_at_each_limit__others_notice_nothing(void **state)
{
	struct server_fixture *f = *state;
	uint32_t handle;
	int fd, status, ready[2];
	char byte;
	pid_t pid;

	if (geteuid())
		skip_and_say("only root can become somebody else");
	assert_int_equal(chmod(f->dir, 0711), 0);
	f->params.access_given = true;
	f->params.access_count = 1;
	f->params.access[0] = everybody[0];
	f->params.quota.most[QUOTA_HANDLES] = 2;
	f->params.quota.most[QUOTA_REQUESTS] = 8;
	serve_with(f, QUOTA_CONNECTIONS, 4);
	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (!pid)
		take_everything(server_socket(f->server), ready[1]);
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	fd = client_of(f, &handle);
	send_read(fd, 5, handle, 10);
	fake_device_await_pending(&f->device, 9);
	assert_int_equal(warnings, 3);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	fake_device_await_pending(&f->device, 1);
	fake_device_finish(&f->device, UWDF_STATUS_SUCCESS, "mine");
	raw_expect(fd, 5, UWDF_STATUS_SUCCESS, NULL);
	close(fd);
}

/* --- the option --- */

static void test_option__each_name__and_what_it_is_not(void **state)
{
	static const char *const wrong[] = { "",
					     "handles",
					     "handles=",
					     "handles=0",
					     "handles=-1",
					     "handles=1x",
					     "handles=1,",
					     ",handles=1",
					     "handles=99999999999",
					     "files=3",
					     "handles=1 ",
					     "handle=1",
					     "bytes=99999999999999999999" };
	struct server_quota quota = { .most = { 0 } };
	struct report rep = REPORT_INIT;
	(void)state;
	assert_int_equal(server_quota_parse("handles=10000,connections=7", &quota, &rep), 0);
	assert_int_equal(quota.most[QUOTA_HANDLES], 10000);
	assert_int_equal(quota.most[QUOTA_CONNECTIONS], 7);
	assert_int_equal(server_quota_parse("bytes=1,requests=100000", &quota, &rep), 0);
	assert_int_equal(quota.most[QUOTA_BYTES], 1);
	assert_int_equal(quota.most[QUOTA_REQUESTS], 100000);
	assert_int_equal(quota.most[QUOTA_HANDLES], 10000);
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(wrong); i++) {
		rep.text[0] = '\0';
		if (server_quota_parse(wrong[i], &quota, &rep) != -EINVAL)
			fail_msg("'%s' was accepted", wrong[i]);
		assert_int_equal(quota.most[QUOTA_HANDLES], 10000);
		assert_non_null(strstr(rep.text, wrong[i]));
	}
}

static int teardown(void **state)
{
	int err = server_fixture_teardown(state);

	log_set_sink(NULL, NULL);
	return err;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, server_fixture_setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_handles__limit_over_all_connections__told_and_logged_once),
		TEST(test_handles__usual_limit_is_1024),
		TEST(test_connections__limit__spare_ones_ask_only),
		TEST(test_connections__one_closed__another_comes),
		TEST(test_requests__limit_over_all_connections__refused_until_some_are_done),
		TEST(test_bytes__limit_over_all_connections__small_ones_still_fit),
		TEST(test_bytes__answers_nobody_reads__count_and_cut_off),
		TEST(test_rings__no_room_for_a_second__socket_serves),
		TEST(test_rings__copies_of_all_of_them__count_and_are_given_back),
		TEST(test_library__over_quota__error_text_names_the_limit),
		TEST(test_ten_thousand_handles__allowed__all_work_and_close),
		TEST(test_one_user_at_each_limit__others_notice_nothing),
		cmocka_unit_test(test_option__each_name__and_what_it_is_not),
	};

	return skips_status(cmocka_run_group_tests(tests, NULL, NULL));
}
