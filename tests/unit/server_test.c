/* SPDX-License-Identifier: MIT */
/* The socket server, and what it is for. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "server_client.h"

static void test_read_write_control_flush(void **state)
{
	struct server_fixture *f = *state;
	struct raw_answer answer;
	struct uwdf_entry e;
	uint32_t h;
	int fd = client_of(f, &h);

	e = raw_entry(UWDF_OP_WRITE, 5, h);
	e.in_len = 4;
	raw_send(fd, &e, "data");
	raw_expect(fd, 5, UWDF_STATUS_SUCCESS, &answer);
	assert_int_equal(answer.entry.information, 4);
	e = read_entry(6, h);
	raw_send(fd, &e, NULL);
	fake_device_await_pending(&f->device, 1);
	fake_device_finish(&f->device, UWDF_STATUS_SUCCESS, "a frame");
	raw_expect(fd, 6, UWDF_STATUS_SUCCESS, &answer);
	assert_int_equal(answer.entry.in_len, 7);
	assert_memory_equal(answer.payload, "a frame", 7);
	e = raw_entry(UWDF_OP_CONTROL, 7, h);
	e.code = 0x99;
	raw_send(fd, &e, NULL);
	raw_expect(fd, 7, UWDF_STATUS_INVALID_DEVICE_REQUEST, NULL);
	e = raw_entry(UWDF_OP_FLUSH, 8, h);
	raw_send(fd, &e, NULL);
	raw_expect(fd, 8, UWDF_STATUS_SUCCESS, NULL);
	assert_int_equal(FAKE_COUNT(&f->device, flushes), 1);
	expect_alive(fd, h);
	close(fd);
}

static void test_error_carries_no_data(void **state)
{
	struct server_fixture *f = *state;
	struct raw_answer answer;
	uint32_t h;
	int fd = client_of(f, &h);
	struct uwdf_entry e = read_entry(6, h);

	raw_send(fd, &e, NULL);
	fake_device_await_pending(&f->device, 1);
	fake_device_finish(&f->device, UWDF_STATUS_UNSUCCESSFUL, "secret");
	raw_expect(fd, 6, UWDF_STATUS_UNSUCCESSFUL, &answer);
	assert_int_equal(answer.entry.in_len, 0);
	close(fd);
}

static void test_many_outstanding__answered_as_they_complete(void **state)
{
	struct server_fixture *f = *state;
	uint32_t h;
	int fd = client_of(f, &h);

	for (uint64_t tag = 101; tag <= 200; tag++) {
		struct uwdf_entry e = read_entry(tag, h);

		raw_send(fd, &e, NULL);
	}
	fake_device_await_pending(&f->device, 100);
	expect_alive(fd, h); /* overtakes the hundred */
	for (uint64_t tag = 101; tag <= 200; tag++) {
		fake_device_finish(&f->device, UWDF_STATUS_SUCCESS, "x");
		raw_expect(fd, tag, UWDF_STATUS_SUCCESS, NULL);
	}
	close(fd);
}

static void test_cancel__ends_the_request_and_is_answered(void **state)
{
	struct server_fixture *f = *state;
	struct raw_answer first, second;
	uint32_t h;
	int fd = client_of(f, &h);
	struct uwdf_entry e = read_entry(8, h);

	raw_send(fd, &e, NULL);
	fake_device_await_pending(&f->device, 1);
	e = cancel_entry(9, h, 8);
	raw_send(fd, &e, NULL);
	assert_true(raw_receive(fd, &first) && raw_receive(fd, &second));
	assert_int_equal(first.entry.tag + second.entry.tag, 8 + 9);
	if (first.entry.tag == 9)
		first = second;
	assert_int_equal(first.entry.status, UWDF_STATUS_CANCELLED);
	close(fd);
}

static void test_cancel__of_an_answered_request_is_no_mistake(void **state)
{
	struct server_fixture *f = *state;
	uint32_t h;
	int fd = client_of(f, &h);
	struct uwdf_entry e = cancel_entry(9, h, 12345);

	raw_send(fd, &e, NULL);
	raw_expect(fd, 9, UWDF_STATUS_NOT_FOUND, NULL);
	expect_alive(fd, h);
	close(fd);
}

static void test_close__cancels_and_answers_last(void **state)
{
	struct server_fixture *f = *state;
	uint32_t h;
	int fd = client_of(f, &h);
	struct uwdf_entry e = read_entry(8, h);

	raw_send(fd, &e, NULL);
	fake_device_await_pending(&f->device, 1);
	e = raw_entry(UWDF_OP_CLOSE, 10, h);
	raw_send(fd, &e, NULL);
	raw_expect(fd, 8, UWDF_STATUS_CANCELLED, NULL);
	raw_expect(fd, 10, UWDF_STATUS_SUCCESS, NULL);
	e = read_entry(11, h);
	raw_send(fd, &e, NULL);
	raw_expect(fd, 11, UWDF_STATUS_INVALID_HANDLE, NULL);
	close(fd);
}

static void test_open__by_interface_and_refusals(void **state)
{
	struct server_fixture *f = *state;
	struct raw_answer answer;
	int fd = client_of(f, NULL);
	struct uwdf_entry e = raw_entry(UWDF_OP_OPEN, 3, 0);

	e.flags = UWDF_FLAG_OPEN_GUID;
	e.in_len = 16;
	raw_send(fd, &e, f->params.interfaces[0]);
	raw_expect(fd, 3, UWDF_STATUS_SUCCESS, &answer);
	assert_int_equal(f->device.process_id, getpid());
	expect_alive(fd, answer.entry.handle);
	raw_send(fd, &e, "0123456789abcdef");
	raw_expect(fd, 3, UWDF_STATUS_OBJECT_NAME_NOT_FOUND, NULL);
	e = raw_entry(UWDF_OP_OPEN, 4, 0);
	e.in_len = 5;
	raw_send(fd, &e, "fakes");
	raw_expect(fd, 4, UWDF_STATUS_OBJECT_NAME_NOT_FOUND, NULL);
	close(fd);
}

static void test_open__driver_refuses__status_travels(void **state)
{
	struct server_fixture *f = *state;
	int fd = client_of(f, NULL);
	struct uwdf_entry e = raw_entry(UWDF_OP_OPEN, 3, 0);

	f->device.open_status = UWDF_STATUS(0xc0000043u);
	e.in_len = 4;
	raw_send(fd, &e, "fake");
	raw_expect(fd, 3, UWDF_STATUS(0xc0000043u), NULL);
	close(fd);
}

static void test_status__long_text_comes_in_pieces(void **state)
{
	struct server_fixture *f = *state;
	static struct raw_answer answer;
	struct uwdf_entry e = raw_entry(UWDF_OP_STATUS, 3, 0);
	int fd;

	f->description_len = 150000;
	fd = client_of(f, NULL);
	e.out_len = UWDF_WIRE_MAX_PAYLOAD;
	for (e.offset = 0; e.offset < 150000; e.offset += answer.entry.in_len) {
		raw_send(fd, &e, NULL);
		raw_expect(fd, 3, UWDF_STATUS_SUCCESS, &answer);
		assert_true(answer.entry.in_len > 0);
		assert_int_equal(answer.payload[0], 'a' + e.offset % 26);
		assert_int_equal(!!(answer.entry.flags & UWDF_FLAG_MORE),
				 e.offset + answer.entry.in_len < 150000);
	}
	e.offset = 1u << 30;
	raw_send(fd, &e, NULL);
	raw_expect(fd, 3, UWDF_STATUS_SUCCESS, &answer);
	assert_int_equal(answer.entry.in_len, 0);
	close(fd);
}

static void test_stop__is_noted_and_answered(void **state)
{
	struct server_fixture *f = *state;
	struct uwdf_entry e = raw_entry(UWDF_OP_STOP, 3, 0);
	int fd = client_of(f, NULL);

	raw_send(fd, &e, NULL);
	raw_expect(fd, 3, UWDF_STATUS_SUCCESS, NULL);
	assert_int_equal(f->stops, 1);
	close(fd);
}

static int32_t ask_to_stop_if_unused(int fd)
{
	struct uwdf_entry e = raw_entry(UWDF_OP_STOP, 3, 0);
	static struct raw_answer answer;

	e.flags = UWDF_FLAG_IF_UNUSED;
	raw_send(fd, &e, NULL);
	assert_true(raw_receive(fd, &answer));
	return answer.entry.status;
}

static void test_stop_if_unused__open_handle__busy_until_it_is_closed(void **state)
{
	struct server_fixture *f = *state;
	struct uwdf_entry again = raw_entry(UWDF_OP_OPEN, 4, 0);
	uint32_t h;
	int other = client_of(f, &h), fd = client_of(f, NULL);

	assert_int_equal(ask_to_stop_if_unused(fd), UWDF_STATUS_DEVICE_BUSY);
	assert_int_equal(f->stops, 0);
	close(other);
	fake_device_await_closes(&f->device, 1);
	while (ask_to_stop_if_unused(fd) == UWDF_STATUS_DEVICE_BUSY)
		; /* the server hears of the close a little later than the device */
	assert_int_equal(f->stops, 1);
	again.in_len = (uint32_t)strlen(server_name(f->server));
	raw_send(fd, &again, server_name(f->server));
	raw_expect(fd, 4, UWDF_STATUS_DEVICE_BUSY, NULL); /* nobody comes in between */
	close(fd);
}

static void test_why__who_has_it_open(void **state)
{
	struct server_fixture *f = *state;
	struct uwdf_entry e = raw_entry(UWDF_OP_WHY, 3, 0);
	static struct raw_answer answer;
	uint32_t h;
	int other = client_of(f, &h), fd = client_of(f, NULL);
	char expected[64];

	e.out_len = UWDF_WIRE_MAX_PAYLOAD;
	raw_send(fd, &e, NULL);
	raw_expect(fd, 3, UWDF_STATUS_SUCCESS, &answer);
	(void)snprintf(expected, sizeof(expected), "1 handles, pid %d, 0 requests", getpid());
	assert_int_equal(answer.entry.in_len, strlen(expected));
	assert_memory_equal(answer.payload, expected, strlen(expected));
	close(other);
	close(fd);
}

/* The C library's; whoever looks for the name at this moment must not find it. */
static const char *listened_dir;
static unsigned int listened;

int listen(int fd, int backlog)
{
	char path[128];
	struct stat st;

	snprintf(path, sizeof(path), "%s/fake.sock", listened_dir ? listened_dir : "");
	if (listened_dir)
		assert_int_equal(stat(path, &st), -1);
	listened++;
	return (int)syscall(SYS_listen, fd, backlog);
}

static void test_name__is_there_only_when_it_listens(void **state)
{
	struct server_fixture *f = *state;
	char hidden[128], path[128];
	struct stat st;
	int fd;

	server_fixture_stop(f);
	snprintf(path, sizeof(path), "%s/fake.sock", f->dir);
	assert_int_equal(stat(path, &st), -1);
	snprintf(hidden, sizeof(hidden), "%s/.fake", f->dir);
	fd = open(hidden, O_CREAT | O_WRONLY, 0600); /* left by a host that was killed there */
	assert_true(fd >= 0);
	close(fd);
	listened_dir = f->dir;
	listened = 0;
	server_fixture_start(f);
	listened_dir = NULL;
	assert_int_equal(listened, 1);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(stat(hidden, &st), -1);
	fd = client_of(f, NULL);
	close(fd);
}

static void test_why__nobody_can_say__refused(void **state)
{
	struct server_fixture *f = *state;
	struct uwdf_entry e = raw_entry(UWDF_OP_WHY, 3, 0);
	int fd;

	server_fixture_stop(f);
	f->params.why = NULL;
	server_fixture_start(f);
	fd = client_of(f, NULL);
	raw_send(fd, &e, NULL);
	raw_expect(fd, 3, UWDF_STATUS_INVALID_DEVICE_REQUEST, NULL);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_server(test_read_write_control_flush),
		with_server(test_error_carries_no_data),
		with_server(test_many_outstanding__answered_as_they_complete),
		with_server(test_cancel__ends_the_request_and_is_answered),
		with_server(test_cancel__of_an_answered_request_is_no_mistake),
		with_server(test_close__cancels_and_answers_last),
		with_server(test_open__by_interface_and_refusals),
		with_server(test_open__driver_refuses__status_travels),
		with_server(test_status__long_text_comes_in_pieces),
		with_server(test_stop__is_noted_and_answered),
		with_server(test_stop_if_unused__open_handle__busy_until_it_is_closed),
		with_server(test_why__who_has_it_open),
		with_server(test_why__nobody_can_say__refused),
		with_server(test_name__is_there_only_when_it_listens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
