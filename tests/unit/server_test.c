/* SPDX-License-Identifier: MIT */
/* The socket server against clients that are right, slow, rude or gone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "raw_wire.h"
#include "server_fixture.h"

static const char *path_of(const struct server_fixture *f)
{
	return server_socket(f->server);
}

static int client_of(const struct server_fixture *f, uint32_t *handle)
{
	return raw_client(path_of(f), server_name(f->server), handle);
}

/* Whatever happened to others, this connection works. */
static void expect_alive(int fd, uint32_t handle)
{
	struct uwdf_entry e = raw_entry(UWDF_OP_CONTROL, 77, handle);
	struct raw_answer answer;

	e.code = FAKE_ECHO;
	e.in_len = e.out_len = 5;
	raw_send(fd, &e, "alive");
	raw_expect(fd, 77, UWDF_STATUS_SUCCESS, &answer);
	assert_int_equal(answer.entry.information, 5);
	assert_memory_equal(answer.payload, "alive", 5);
}

static struct uwdf_entry read_entry(uint64_t tag, uint32_t handle)
{
	struct uwdf_entry e = raw_entry(UWDF_OP_READ, tag, handle);

	e.out_len = 100;
	return e;
}

static struct uwdf_entry cancel_entry(uint64_t tag, uint32_t handle, uint64_t what)
{
	struct uwdf_entry e = raw_entry(UWDF_OP_CANCEL, tag, handle);

	e.offset = what;
	return e;
}

/* --- what it is for --- */

static void test_read_write_control(void **state)
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
	raw_expect(fd, 4, UWDF_STATUS_DEVICE_REMOVED, NULL); /* nobody comes in between */
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

/* --- clients that break the protocol --- */

struct bad_entry {
	const char *what;
	struct uwdf_entry change; /* non-zero fields replace those of a good read */
	int32_t status;
};

#define MALFORMED UWDF_STATUS_INVALID_PARAMETER

/* clang-format off */
static const struct bad_entry bad_entries[] = {
	{ "magic", { .magic = 0x12345678 }, MALFORMED },
	{ "version", { .version = 2 }, UWDF_STATUS_REVISION_MISMATCH },
	{ "unknown opcode", { .opcode = UWDF_OP_WHY + 1 }, MALFORMED },
	{ "huge opcode", { .opcode = 0xffff }, MALFORMED },
	{ "the host's own opcode", { .opcode = UWDF_OP_EVENT }, MALFORMED },
	{ "second hello", { .opcode = UWDF_OP_HELLO }, MALFORMED },
	{ "payload that is not there", { .in_len = 1 }, MALFORMED },
	{ "huge payload that is not there", { .in_len = 0xffffffff }, MALFORMED },
	{ "huge answer wanted", { .out_len = UWDF_WIRE_MAX_PAYLOAD + 1 }, MALFORMED },
	{ "hugest answer wanted", { .out_len = 0xffffffff }, MALFORMED },
	{ "control code in a read", { .code = 1 }, MALFORMED },
	{ "status", { .status = 1 }, MALFORMED },
	{ "answer flag", { .flags = UWDF_FLAG_ANSWER }, MALFORMED },
	{ "unknown flag", { .flags = 4 }, MALFORMED },
	{ "guid flag in a read", { .flags = UWDF_FLAG_OPEN_GUID }, MALFORMED },
	{ "information", { .information = 1 }, MALFORMED },
	{ "reserved", { .reserved = 1 }, MALFORMED },
	{ "handle where none belongs", { .opcode = UWDF_OP_STATUS }, MALFORMED },
	{ "handle in a question why", { .opcode = UWDF_OP_WHY }, MALFORMED },
	{ "offset in a close", { .opcode = UWDF_OP_CLOSE, .offset = 1 }, MALFORMED },
	{ "answer wanted of a write", { .opcode = UWDF_OP_WRITE }, MALFORMED },
};
/* clang-format on */

#define REPLACE(field)                                                                             \
	do {                                                                                       \
		if (change->field)                                                                 \
			e->field = change->field;                                                  \
	} while (0)

static void apply(struct uwdf_entry *e, const struct uwdf_entry *change)
{
	REPLACE(magic);
	REPLACE(version);
	REPLACE(opcode);
	REPLACE(in_len);
	REPLACE(out_len);
	REPLACE(offset);
	REPLACE(code);
	REPLACE(status);
	REPLACE(flags);
	REPLACE(information);
	REPLACE(reserved);
}

static void test_malformed__each_field__told_and_hung_up_on(void **state)
{
	struct server_fixture *f = *state;
	struct raw_answer answer;
	uint32_t good_handle, h;
	int good = client_of(f, &good_handle);

	for (size_t i = 0; i < UW_ARRAY_SIZE(bad_entries); i++) {
		int fd = client_of(f, &h);
		struct uwdf_entry e = read_entry(50, h);

		apply(&e, &bad_entries[i].change);
		raw_send_bytes(fd, &e, sizeof(e));
		if (!raw_receive(fd, &answer) || answer.entry.status != bad_entries[i].status)
			fail_msg("%s: not told", bad_entries[i].what);
		raw_expect_hang_up(fd);
		close(fd);
		expect_alive(good, good_handle);
	}
	close(good);
}

static void expect_rejected(const struct server_fixture *f, const void *bytes, size_t len)
{
	struct raw_answer answer;
	uint32_t h;
	int fd = client_of(f, &h);

	raw_send_bytes(fd, bytes, len);
	assert_true(raw_receive(fd, &answer));
	assert_int_equal(answer.entry.status, MALFORMED);
	raw_expect_hang_up(fd);
	close(fd);
}

static void test_malformed__truncated_at_each_length(void **state)
{
	struct uwdf_entry e = read_entry(50, 0x101);

	for (size_t len = 1; len < sizeof(e); len += 3)
		expect_rejected(*state, &e, len);
}

static void test_malformed__oversized(void **state)
{
	static uint8_t datagram[sizeof(struct uwdf_entry) + UWDF_WIRE_MAX_PAYLOAD + 1];
	struct uwdf_entry e = raw_entry(UWDF_OP_WRITE, 5, 0x101);

	e.in_len = UWDF_WIRE_MAX_PAYLOAD;
	memcpy(datagram, &e, sizeof(e));
	expect_rejected(*state, datagram, sizeof(datagram));
	e.in_len = UWDF_WIRE_MAX_PAYLOAD + 1;
	memcpy(datagram, &e, sizeof(e));
	expect_rejected(*state, datagram, sizeof(datagram));
}

static void test_malformed__tag_zero(void **state)
{
	struct uwdf_entry e = read_entry(0, 0x101);

	expect_rejected(*state, &e, sizeof(e));
}

static void test_malformed__open_names(void **state)
{
	char name[sizeof(struct uwdf_entry) + 100] = { 0 };
	struct uwdf_entry e = raw_entry(UWDF_OP_OPEN, 5, 0);

	memcpy(name, &e, sizeof(e));
	expect_rejected(*state, name, sizeof(e)); /* empty */
	e.in_len = 64;
	memcpy(name, &e, sizeof(e));
	expect_rejected(*state, name, sizeof(e) + 64);
	e.in_len = 15;
	e.flags = UWDF_FLAG_OPEN_GUID;
	memcpy(name, &e, sizeof(e));
	expect_rejected(*state, name, sizeof(e) + 15);
}

static void test_malformed__anything_before_hello(void **state)
{
	struct server_fixture *f = *state;

	for (unsigned int opcode = UWDF_OP_OPEN; opcode <= UWDF_OP_WHY; opcode++) {
		struct uwdf_entry e = raw_entry((uint16_t)opcode, 5, 0);
		int fd = raw_connect(path_of(f));

		raw_send(fd, &e, NULL);
		raw_expect(fd, 5, MALFORMED, NULL);
		raw_expect_hang_up(fd);
		close(fd);
	}
	assert_int_equal(f->stops, 0);
}

static void test_duplicate_tag__hung_up_on(void **state)
{
	struct server_fixture *f = *state;
	uint32_t h;
	int fd = client_of(f, &h);
	struct uwdf_entry e = read_entry(5, h);

	raw_send(fd, &e, NULL);
	raw_send(fd, &e, NULL);
	raw_expect(fd, 5, MALFORMED, NULL);
	raw_expect_hang_up(fd);
	fake_device_await_closes(&f->device, 1); /* the first was cancelled */
	close(fd);
}

static void test_unknown_handle__answered_and_kept(void **state)
{
	const uint32_t handles[] = { 0, 0xff, 0x100, 0x102, 0x201, 0xffffffff };
	struct server_fixture *f = *state;
	uint32_t h;
	int fd = client_of(f, &h);

	for (size_t i = 0; i < UW_ARRAY_SIZE(handles); i++) {
		struct uwdf_entry e = read_entry(5, handles[i]);

		raw_send(fd, &e, NULL);
		raw_expect(fd, 5, UWDF_STATUS_INVALID_HANDLE, NULL);
	}
	expect_alive(fd, h);
	close(fd);
}

static void test_too_many_outstanding__hung_up_on(void **state)
{
	struct server_fixture *f = *state;
	uint32_t h;
	int fd = client_of(f, &h);

	for (uint64_t tag = 1; tag <= UWDF_WIRE_MAX_OUTSTANDING + 1; tag++) {
		struct uwdf_entry e = read_entry(tag, h);

		raw_send(fd, &e, NULL);
	}
	raw_expect(fd, UWDF_WIRE_MAX_OUTSTANDING + 1, MALFORMED, NULL);
	raw_expect_hang_up(fd);
	fake_device_await_closes(&f->device, 1);
	assert_int_equal(f->device.cancels, UWDF_WIRE_MAX_OUTSTANDING);
	close(fd);
}

static void test_too_many_bytes_outstanding__refused_and_kept(void **state)
{
	struct server_fixture *f = *state;
	struct raw_answer answer;
	uint32_t h;
	int fd = client_of(f, &h);
	struct uwdf_entry e;

	/* a thousand and some reads of 64 KiB reach 64 MiB */
	for (uint64_t tag = 1; tag <= 1024; tag++) {
		e = read_entry(tag, h);
		e.out_len = UWDF_WIRE_MAX_PAYLOAD;
		raw_send(fd, &e, NULL);
	}
	assert_true(raw_receive(fd, &answer));
	assert_int_equal(answer.entry.status, UWDF_STATUS_INSUFFICIENT_RESOURCES);
	assert_in_range(answer.entry.tag, 1000, 1024);
	close(fd);
	fake_device_await_closes(&f->device, 1);
}

static void test_never_reads__hung_up_on_others_served(void **state)
{
	struct server_fixture *f = *state;
	uint32_t h, good_handle;
	int fd = client_of(f, &h), good = client_of(f, &good_handle);
	struct uwdf_entry e = cancel_entry(9, h, 12345);
	unsigned int sent = 0;

	/* each asks for an answer that nobody takes; the server hears them until it has enough */
	while (sent < 100000) {
		if (raw_try_send(fd, &e))
			sent++;
		else
			expect_alive(good, good_handle); /* lets the server catch up */
		if (fake_device_closes(&f->device))
			break;
	}
	assert_true(sent < 100000);
	fake_device_await_closes(&f->device, 1);
	expect_alive(good, good_handle);
	close(good);
	close(fd);
}

static void test_slow_reader__gets_all_answers_in_order(void **state)
{
	struct server_fixture *f = *state;
	uint32_t h;
	int fd = client_of(f, &h);
	struct uwdf_entry e;

	for (uint64_t tag = 1; tag <= 3000; tag++) {
		e = cancel_entry(tag, h, 1u << 20);
		raw_send(fd, &e, NULL);
	}
	for (uint64_t tag = 1; tag <= 3000; tag++)
		raw_expect(fd, tag, UWDF_STATUS_NOT_FOUND, NULL);
	expect_alive(fd, h);
	close(fd);
}

static void test_cancel_storm__each_request_answered_once(void **state)
{
	struct server_fixture *f = *state;
	static uint8_t seen[1001];
	struct raw_answer answer;
	uint32_t h;
	int fd = client_of(f, &h);

	memset(seen, 0, sizeof(seen));
	for (uint64_t tag = 1; tag <= 1000; tag++) {
		struct uwdf_entry e = read_entry(tag, h);

		raw_send(fd, &e, NULL);
		for (uint64_t again = 0; again < 3; again++) {
			e = cancel_entry((1u << 20) + tag * 4 + again, h, tag);
			raw_send(fd, &e, NULL);
		}
	}
	for (unsigned int i = 0; i < 4000; i++) {
		assert_true(raw_receive(fd, &answer));
		if (answer.entry.opcode == UWDF_OP_READ) {
			assert_int_equal(answer.entry.status, UWDF_STATUS_CANCELLED);
			assert_int_equal(seen[answer.entry.tag]++, 0);
		}
	}
	expect_alive(fd, h);
	close(fd);
}

static void test_too_many_files__refused(void **state)
{
	struct server_fixture *f = *state;
	struct uwdf_entry e = raw_entry(UWDF_OP_OPEN, 3, 0);
	int fd = client_of(f, NULL);

	e.in_len = 4;
	for (unsigned int i = 0; i < 16; i++) {
		raw_send(fd, &e, "fake");
		raw_expect(fd, 3, UWDF_STATUS_SUCCESS, NULL);
	}
	raw_send(fd, &e, "fake");
	raw_expect(fd, 3, UWDF_STATUS_INSUFFICIENT_RESOURCES, NULL);
	close(fd);
}

static void test_too_many_connections__refused_with_a_reason(void **state)
{
	struct server_fixture *f = *state;
	int fds[128], last;

	for (size_t i = 0; i < UW_ARRAY_SIZE(fds); i++)
		fds[i] = client_of(f, NULL);
	last = raw_connect(path_of(f));
	raw_expect(last, 0, UWDF_STATUS_INSUFFICIENT_RESOURCES, NULL);
	raw_expect_hang_up(last);
	close(last);
	for (size_t i = 0; i < UW_ARRAY_SIZE(fds); i++)
		close(fds[i]);
}

/* --- leaving --- */

static void test_disconnect__cancels_what_is_pending(void **state)
{
	struct server_fixture *f = *state;
	uint32_t h;
	int fd = client_of(f, &h);

	for (uint64_t tag = 1; tag <= 10; tag++) {
		struct uwdf_entry e = read_entry(tag, h);

		raw_send(fd, &e, NULL);
	}
	fake_device_await_pending(&f->device, 10);
	close(fd);
	fake_device_await_closes(&f->device, 1);
	assert_int_equal(f->device.pending_count, 0);
}

static void test_disconnect__stubborn_request__file_waits_for_it(void **state)
{
	struct server_fixture *f = *state;
	uint32_t h;
	int fd = client_of(f, &h), other;
	struct uwdf_entry e = raw_entry(UWDF_OP_CONTROL, 5, h);

	e.code = FAKE_STUBBORN;
	raw_send(fd, &e, NULL);
	fake_device_await_pending(&f->device, 1);
	close(fd);
	other = client_of(f, &h); /* others are served meanwhile */
	expect_alive(other, h);
	assert_int_equal(fake_device_closes(&f->device), 0);
	fake_device_finish(&f->device, UWDF_STATUS_SUCCESS, "");
	fake_device_await_closes(&f->device, 1);
	close(other);
}

static void test_leave__tells_cancels_and_refuses(void **state)
{
	struct server_fixture *f = *state;
	struct raw_answer answer;
	uint32_t h;
	int fd = client_of(f, &h);
	struct uwdf_entry e = read_entry(5, h);

	raw_send(fd, &e, NULL);
	fake_device_await_pending(&f->device, 1);
	assert_true(server_leave(f->server, exec_deadline_ms(10000)));
	assert_int_equal(fake_device_closes(&f->device), 1);
	assert_true(raw_receive(fd, &answer));
	assert_int_equal(answer.entry.opcode, UWDF_OP_EVENT);
	assert_int_equal(answer.entry.code, UWDF_EVENT_REMOVED);
	raw_expect(fd, 5, UWDF_STATUS_DEVICE_REMOVED, NULL);
	raw_send(fd, &e, NULL);
	raw_expect(fd, 5, UWDF_STATUS_DEVICE_REMOVED, NULL);
	e = raw_entry(UWDF_OP_OPEN, 6, 0);
	e.in_len = 4;
	raw_send(fd, &e, "fake");
	raw_expect(fd, 6, UWDF_STATUS_DEVICE_REMOVED, NULL);
	e = raw_entry(UWDF_OP_STATUS, 7, 0);
	raw_send(fd, &e, NULL);
	raw_expect(fd, 7, UWDF_STATUS_DEVICE_REMOVED, NULL);
	server_fixture_stop(f);
	raw_expect_hang_up(fd);
	close(fd);
}

static void test_leave__stubborn_request__says_so_at_the_deadline(void **state)
{
	struct server_fixture *f = *state;
	uint32_t h;
	int fd = client_of(f, &h);
	struct uwdf_entry e = raw_entry(UWDF_OP_CONTROL, 5, h);

	e.code = FAKE_STUBBORN;
	raw_send(fd, &e, NULL);
	fake_device_await_pending(&f->device, 1);
	assert_false(server_leave(f->server, exec_deadline_ms(20)));
	fake_device_finish(&f->device, UWDF_STATUS_CANCELLED, "");
	fake_device_await_closes(&f->device, 1);
	close(fd);
}

/* A client whose open the driver keeps waiting. */
static int start_opening(struct server_fixture *f)
{
	struct uwdf_entry e = raw_entry(UWDF_OP_OPEN, 2, 0);
	int fd = client_of(f, NULL);

	f->device.open_waits = true;
	e.in_len = (uint32_t)strlen(server_name(f->server));
	raw_send(fd, &e, server_name(f->server));
	fake_device_await_opening(&f->device);
	return fd;
}

static void test_open__kept_waiting__others_are_served_meanwhile(void **state)
{
	struct server_fixture *f = *state;
	struct raw_answer answer;
	int fd = start_opening(f), other;
	uint32_t h;

	other = client_of(f, &h);
	expect_alive(other, h);
	assert_non_null(f->device.kept);
	fake_device_let_open(&f->device);
	assert_true(raw_receive(fd, &answer));
	assert_int_equal(answer.entry.opcode, UWDF_OP_OPEN);
	assert_int_equal(answer.entry.tag, 2);
	assert_int_equal(answer.entry.status, UWDF_STATUS_SUCCESS);
	expect_alive(fd, answer.entry.handle);
	close(fd);
	close(other);
}

static void test_disconnect__open_kept_waiting__closed_when_it_comes(void **state)
{
	struct server_fixture *f = *state;
	int fd = start_opening(f), other;
	uint32_t h;

	close(fd);
	other = client_of(f, &h);
	expect_alive(other, h);
	assert_int_equal(fake_device_closes(&f->device), 0);
	fake_device_let_open(&f->device);
	fake_device_await_closes(&f->device, 1);
	expect_alive(other, h);
	close(other);
}

/* The driver keeps an open until it is removed. */
static void test_leave__open_kept_waiting__says_so_at_the_deadline(void **state)
{
	struct server_fixture *f = *state;
	int fd = start_opening(f);

	assert_false(server_leave(f->server, exec_deadline_ms(20)));
	fake_device_let_open(&f->device);
	fake_device_await_closes(&f->device, 1);
	close(fd);
}

#define with_server(test)                                                                          \
	cmocka_unit_test_setup_teardown(test, server_fixture_setup, server_fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_server(test_read_write_control),
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
		with_server(test_malformed__each_field__told_and_hung_up_on),
		with_server(test_malformed__truncated_at_each_length),
		with_server(test_malformed__oversized),
		with_server(test_malformed__tag_zero),
		with_server(test_malformed__open_names),
		with_server(test_malformed__anything_before_hello),
		with_server(test_duplicate_tag__hung_up_on),
		with_server(test_unknown_handle__answered_and_kept),
		with_server(test_too_many_outstanding__hung_up_on),
		with_server(test_too_many_bytes_outstanding__refused_and_kept),
		with_server(test_never_reads__hung_up_on_others_served),
		with_server(test_slow_reader__gets_all_answers_in_order),
		with_server(test_cancel_storm__each_request_answered_once),
		with_server(test_too_many_files__refused),
		with_server(test_too_many_connections__refused_with_a_reason),
		with_server(test_disconnect__cancels_what_is_pending),
		with_server(test_disconnect__stubborn_request__file_waits_for_it),
		with_server(test_open__kept_waiting__others_are_served_meanwhile),
		with_server(test_disconnect__open_kept_waiting__closed_when_it_comes),
		with_server(test_leave__tells_cancels_and_refuses),
		with_server(test_leave__stubborn_request__says_so_at_the_deadline),
		with_server(test_leave__open_kept_waiting__says_so_at_the_deadline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
