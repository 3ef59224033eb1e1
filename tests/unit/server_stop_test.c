/* SPDX-License-Identifier: MIT */
/* A client wants the host to end, and the driver has a say: STOP at the server and in the library.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "raw_wire.h"
#include "server_fixture.h"
#include "uwdf/client.h"

#define REFUSAL "driver x does not let fake go"

static int client_of(const struct server_fixture *f, uint32_t *handle)
{
	return raw_client(server_socket(f->server), server_name(f->server), handle);
}

static void send_stop(int fd, uint64_t tag, uint32_t flags)
{
	struct uwdf_entry e = raw_entry(UWDF_OP_STOP, tag, 0);

	e.flags = flags;
	raw_send(fd, &e, NULL);
}

static void send_open(const struct server_fixture *f, int fd, uint64_t tag)
{
	struct uwdf_entry e = raw_entry(UWDF_OP_OPEN, tag, 0);

	e.in_len = (uint32_t)strlen(server_name(f->server));
	raw_send(fd, &e, server_name(f->server));
}

/* The server has read all that @fd sent before. */
static void await_served(int fd)
{
	struct uwdf_entry e = raw_entry(UWDF_OP_CLOSE, 99, 0);

	raw_send(fd, &e, NULL);
	raw_expect(fd, 99, UWDF_STATUS_INVALID_HANDLE, NULL);
}

static unsigned int stops(const struct server_fixture *f)
{
	return __atomic_load_n(&f->stops, __ATOMIC_ACQUIRE);
}

/* --- the server --- */

static void test_stop__driver_agrees_later__answered_then(void **state)
{
	struct server_fixture *f = *state;
	int fd = client_of(f, NULL);

	f->stop_waits = true;
	send_stop(fd, 3, 0);
	await_served(fd);
	assert_int_equal(stops(f), 1);
	server_answer_stop(f->server, NULL);
	raw_expect(fd, 3, UWDF_STATUS_SUCCESS, NULL);
	close(fd);
}

static void test_stop__driver_refuses__reason_and_service_goes_on(void **state)
{
	static struct raw_answer answer;
	struct server_fixture *f = *state;
	int fd = client_of(f, NULL);

	f->stop_refusal = REFUSAL;
	send_stop(fd, 3, UWDF_FLAG_IF_UNUSED);
	raw_expect(fd, 3, UWDF_STATUS_DEVICE_BUSY, &answer);
	assert_int_equal(answer.entry.in_len, strlen(REFUSAL));
	assert_memory_equal(answer.payload, REFUSAL, strlen(REFUSAL));
	send_open(f, fd, 4);
	raw_expect(fd, 4, UWDF_STATUS_SUCCESS, NULL);
	close(fd);
	fake_device_await_closes(&f->device, 1);
}

static void test_stop__asked_again_after_a_refusal__driver_asked_again(void **state)
{
	struct server_fixture *f = *state;
	int fd = client_of(f, NULL);

	f->stop_refusal = REFUSAL;
	send_stop(fd, 3, 0);
	raw_expect(fd, 3, UWDF_STATUS_DEVICE_BUSY, NULL);
	f->stop_refusal = NULL;
	send_stop(fd, 4, 0);
	raw_expect(fd, 4, UWDF_STATUS_SUCCESS, NULL);
	assert_int_equal(stops(f), 2);
	close(fd);
}

static void test_stop__several_ask__one_question_one_answer(void **state)
{
	struct server_fixture *f = *state;
	int one = client_of(f, NULL), other = client_of(f, NULL);

	f->stop_waits = true;
	send_stop(one, 3, 0);
	await_served(one);
	send_stop(other, 4, 0);
	await_served(other);
	assert_int_equal(stops(f), 1);
	server_answer_stop(f->server, REFUSAL);
	raw_expect(one, 3, UWDF_STATUS_DEVICE_BUSY, NULL);
	raw_expect(other, 4, UWDF_STATUS_DEVICE_BUSY, NULL);
	close(one);
	close(other);
}

static void test_stop__twice_on_one_connection__second_refused(void **state)
{
	struct server_fixture *f = *state;
	int fd = client_of(f, NULL);

	f->stop_waits = true;
	send_stop(fd, 3, 0);
	send_stop(fd, 4, 0);
	raw_expect(fd, 4, UWDF_STATUS_INVALID_DEVICE_REQUEST, NULL);
	server_answer_stop(f->server, NULL);
	raw_expect(fd, 3, UWDF_STATUS_SUCCESS, NULL);
	assert_int_equal(stops(f), 1);
	close(fd);
}

static void test_stop__client_gone_before_the_answer__others_served(void **state)
{
	struct server_fixture *f = *state;
	int fd = client_of(f, NULL), other = client_of(f, NULL);

	f->stop_waits = true;
	send_stop(fd, 3, 0);
	await_served(fd);
	close(fd);
	await_served(other);
	server_answer_stop(f->server, REFUSAL);
	await_served(other);
	close(other);
}

static void test_stop_if_unused__while_the_driver_is_asked__nobody_opens(void **state)
{
	struct server_fixture *f = *state;
	int fd = client_of(f, NULL), other = client_of(f, NULL);

	f->stop_waits = true;
	send_stop(fd, 3, UWDF_FLAG_IF_UNUSED);
	await_served(fd);
	send_open(f, other, 4);
	raw_expect(other, 4, UWDF_STATUS_DEVICE_BUSY, NULL);
	server_answer_stop(f->server, NULL);
	raw_expect(fd, 3, UWDF_STATUS_SUCCESS, NULL);
	send_open(f, other, 5);
	raw_expect(other, 5, UWDF_STATUS_DEVICE_BUSY, NULL); /* nor before the end */
	close(fd);
	close(other);
}

static void test_stop_if_unused__open_handle__driver_is_not_asked(void **state)
{
	static struct raw_answer answer;
	struct server_fixture *f = *state;
	uint32_t handle;
	int other = client_of(f, &handle), fd = client_of(f, NULL);

	send_stop(fd, 3, UWDF_FLAG_IF_UNUSED);
	raw_expect(fd, 3, UWDF_STATUS_DEVICE_BUSY, &answer);
	assert_int_equal(answer.entry.in_len, 0);
	assert_int_equal(stops(f), 0);
	close(fd);
	close(other);
	fake_device_await_closes(&f->device, 1);
}

static void test_stop_forced__while_the_driver_is_asked__answered_at_once(void **state)
{
	struct server_fixture *f = *state;
	uint32_t handle;
	int fd = client_of(f, NULL), other = client_of(f, &handle);

	f->stop_waits = true;
	send_stop(fd, 3, 0);
	await_served(fd);
	send_stop(other, 4, UWDF_FLAG_FORCE);
	raw_expect(other, 4, UWDF_STATUS_SUCCESS, NULL);
	assert_int_equal(stops(f), 2);
	assert_int_equal(f->forced_stops, 1);
	server_answer_stop(f->server, REFUSAL);
	raw_expect(fd, 3, UWDF_STATUS_DEVICE_BUSY, NULL);
	close(fd);
	close(other);
	fake_device_await_closes(&f->device, 1);
}

static void test_stop__host_ends_for_another_reason__success(void **state)
{
	struct server_fixture *f = *state;
	int fd = client_of(f, NULL);

	f->stop_waits = true;
	send_stop(fd, 3, 0);
	await_served(fd);
	assert_true(server_leave(f->server, exec_deadline_ms(60000)));
	raw_expect(fd, 3, UWDF_STATUS_SUCCESS, NULL);
	close(fd);
}

static void test_stop__unknown_flags__connection_refused(void **state)
{
	struct server_fixture *f = *state;
	int fd = client_of(f, NULL);

	send_stop(fd, 3, 16);
	raw_expect(fd, 3, UWDF_STATUS_INVALID_PARAMETER, NULL);
	raw_expect_hang_up(fd);
	assert_int_equal(stops(f), 0);
	close(fd);
}

/* --- the library --- */

static void test_host_stop__driver_refuses__its_words_and_what_to_do(void **state)
{
	struct server_fixture *f = *state;
	struct uwdf_error error = { .text = "" };

	f->stop_refusal = REFUSAL;
	assert_int_equal(uwdf_host_stop("fake", 10000, &error), -ECANCELED);
	assert_string_equal(error.text, "unloading fake: " REFUSAL);
	assert_non_null(strstr(error.hint, "uwdf unload --force fake"));
	assert_int_equal(uwdf_host_stop_unused("fake", 10000, &error), -ECANCELED);
}

static void test_host_stop__driver_does_not_answer__time_out_and_what_to_do(void **state)
{
	struct server_fixture *f = *state;
	struct uwdf_error error = { .text = "" };

	f->stop_waits = true;
	assert_int_equal(uwdf_host_stop("fake", 20, &error), -ETIMEDOUT);
	assert_non_null(strstr(error.text, "its driver has not answered"));
	assert_non_null(strstr(error.hint, "uwdf unload --force fake"));
	server_answer_stop(f->server, NULL);
}

static void test_host_stop_forced__driver_does_not_answer__not_asked(void **state)
{
	struct server_fixture *f = *state;
	struct uwdf_error error = { .text = "" };

	f->stop_waits = true;
	/* this very process is the host, so it does not end */
	assert_int_equal(uwdf_host_stop_forced("fake", 20, &error), -ETIMEDOUT);
	assert_non_null(strstr(error.text, "the host has not ended"));
	assert_int_equal(f->forced_stops, 1);
}

/* Root may go anywhere, so it becomes somebody else for the moment. */
static void test_host_stop__not_permitted__says_as_whom_to_run(void **state)
{
	struct server_fixture *f = *state;
	struct uwdf_error error = { .text = "" };
	bool is_root = geteuid() == 0;
	int err;

	assert_int_equal(chmod(f->dir, 0), 0);
	assert_int_equal(is_root ? seteuid(65534) : 0, 0);
	err = uwdf_host_stop_unused("fake", 1000, &error);
	assert_int_equal(is_root ? seteuid(0) : 0, 0);
	assert_int_equal(chmod(f->dir, 0700), 0);
	assert_int_equal(err, -EACCES);
	assert_non_null(strstr(error.text, "Permission denied"));
	assert_non_null(strstr(error.hint, "as the user that runs the host, or as root"));
	assert_int_equal(stops(f), 0);
}

#define TEST(test)                                                                                 \
	cmocka_unit_test_setup_teardown(test, server_fixture_setup, server_fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_stop__driver_agrees_later__answered_then),
		TEST(test_stop__driver_refuses__reason_and_service_goes_on),
		TEST(test_stop__asked_again_after_a_refusal__driver_asked_again),
		TEST(test_stop__several_ask__one_question_one_answer),
		TEST(test_stop__twice_on_one_connection__second_refused),
		TEST(test_stop__client_gone_before_the_answer__others_served),
		TEST(test_stop_if_unused__while_the_driver_is_asked__nobody_opens),
		TEST(test_stop_if_unused__open_handle__driver_is_not_asked),
		TEST(test_stop_forced__while_the_driver_is_asked__answered_at_once),
		TEST(test_stop__host_ends_for_another_reason__success),
		TEST(test_stop__unknown_flags__connection_refused),
		TEST(test_host_stop__driver_refuses__its_words_and_what_to_do),
		TEST(test_host_stop__driver_does_not_answer__time_out_and_what_to_do),
		TEST(test_host_stop__not_permitted__says_as_whom_to_run),
		TEST(test_host_stop_forced__driver_does_not_answer__not_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
