/* SPDX-License-Identifier: MIT */
/* The socket server against clients that break the protocol, are slow or ask for too much. */
#include "server_client.h"

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
	{ "unknown opcode", { .opcode = UWDF_OP_FLUSH + 1 }, MALFORMED },
	{ "answer wanted of a flush", { .opcode = UWDF_OP_FLUSH }, MALFORMED },
	{ "handle in a wish for notice", { .opcode = UWDF_OP_NOTIFY }, MALFORMED },
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
	char name[sizeof(struct uwdf_entry) + UWDF_WIRE_MAX_NAME + 17] = { 0 };
	struct uwdf_entry e = raw_entry(UWDF_OP_OPEN, 5, 0);

	memcpy(name, &e, sizeof(e));
	expect_rejected(*state, name, sizeof(e)); /* empty */
	e.in_len = UWDF_WIRE_MAX_NAME + 1;
	memcpy(name, &e, sizeof(e));
	expect_rejected(*state, name, sizeof(e) + e.in_len);
	e.in_len = 15;
	e.flags = UWDF_FLAG_OPEN_GUID;
	memcpy(name, &e, sizeof(e));
	expect_rejected(*state, name, sizeof(e) + 15);
	e.in_len = UWDF_WIRE_MAX_NAME + 17;
	memcpy(name, &e, sizeof(e));
	expect_rejected(*state, name, sizeof(e) + e.in_len);
}

/* Well formed, but nobody here has such a name. */
static void test_open__names_of_others(void **state)
{
	static const char names[][24] = { "fakes",      "fak", "fake/x",    "fakex\\y",
					  "\\??\\fake", "\\",  "fake\\a\0b" };
	struct server_fixture *f = *state;
	int fd = client_of(f, NULL);

	for (size_t i = 0; i < UW_ARRAY_SIZE(names); i++) {
		struct uwdf_entry e = raw_entry(UWDF_OP_OPEN, 5, 0);

		e.in_len = i + 1 < UW_ARRAY_SIZE(names) ? (uint32_t)strlen(names[i]) : 8;
		raw_send(fd, &e, names[i]);
		raw_expect(fd, 5, UWDF_STATUS_OBJECT_NAME_NOT_FOUND, NULL);
	}
	close(fd);
}

static void test_malformed__anything_before_hello(void **state)
{
	struct server_fixture *f = *state;

	for (unsigned int opcode = UWDF_OP_OPEN; opcode <= UWDF_OP_FLUSH; opcode++) {
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
	fd = client_of(f, &h);
	e = read_entry(5, h);
	raw_send(fd, &e, NULL);
	e = raw_entry(UWDF_OP_FLUSH, 5, h);
	raw_send(fd, &e, NULL);
	raw_expect(fd, 5, MALFORMED, NULL);
	raw_expect_hang_up(fd);
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
	assert_int_equal(FAKE_COUNT(&f->device, cancels), UWDF_WIRE_MAX_OUTSTANDING);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_server(test_malformed__each_field__told_and_hung_up_on),
		with_server(test_malformed__truncated_at_each_length),
		with_server(test_malformed__oversized),
		with_server(test_malformed__tag_zero),
		with_server(test_malformed__open_names),
		with_server(test_open__names_of_others),
		with_server(test_malformed__anything_before_hello),
		with_server(test_duplicate_tag__hung_up_on),
		with_server(test_unknown_handle__answered_and_kept),
		with_server(test_too_many_outstanding__hung_up_on),
		with_server(test_too_many_bytes_outstanding__refused_and_kept),
		with_server(test_never_reads__hung_up_on_others_served),
		with_server(test_slow_reader__gets_all_answers_in_order),
		with_server(test_cancel_storm__each_request_answered_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
