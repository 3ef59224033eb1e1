/* SPDX-License-Identifier: MIT */
/* The server's rings and clients that lie in them: each field, each bound, each bad moment. */
#include "uw_test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "raw_ring.h"
#include "server_fixture.h"
#include "uwdf/client.h"

#define SOON_MS 60000

static const char *path_of(const struct server_fixture *f)
{
	return server_socket(f->server);
}

static void expect_served(struct raw_ring *ring, uint32_t slot)
{
	const struct uwdf_ring_entry e = raw_ring_echo(slot);
	struct uwdf_ring_answer a;

	raw_ring_put(ring, &e);
	assert_true(raw_ring_take(ring, SOON_MS, &a));
	assert_int_equal(a.tag, e.tag);
	assert_int_equal(a.status, UWDF_STATUS_SUCCESS);
	assert_int_equal(a.information, 3);
	assert_int_equal(a.len, 3);
	assert_memory_equal(a.data, "lie", 3);
}

/* Others notice nothing. */
static void expect_others_served(struct server_fixture *f)
{
	struct raw_ring other;

	raw_ring_open(&other, path_of(f), "fake");
	expect_served(&other, 0);
	raw_ring_close(&other);
}

/* --- as they should be --- */

static void test_ring__more_laps_than_one__each_answered(void **state)
{
	struct raw_ring ring;

	raw_ring_open(&ring, path_of(*state), "fake");
	for (uint32_t i = 0; i < 5 * RAW_RING_ENTRIES; i++)
		expect_served(&ring, i % RAW_RING_ENTRIES);
	raw_ring_close(&ring);
}

static void test_ring__full__all_answered(void **state)
{
	struct uwdf_ring_answer a;
	struct raw_ring ring;

	raw_ring_open(&ring, path_of(*state), "fake");
	for (uint32_t lap = 0; lap < 3; lap++) {
		for (uint32_t i = 0; i < RAW_RING_ENTRIES; i++) {
			const struct uwdf_ring_entry e = raw_ring_echo(i);

			raw_ring_put(&ring, &e);
		}
		for (uint32_t i = 0; i < RAW_RING_ENTRIES; i++) {
			assert_true(raw_ring_take(&ring, SOON_MS, &a));
			assert_int_equal(a.tag & 0xffff, i + 1);
		}
	}
	raw_ring_close(&ring);
}

static void test_ring__memory_is_sealed(void **state)
{
	const int wanted = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
	struct raw_ring ring;

	raw_ring_open(&ring, path_of(*state), "fake");
	assert_int_equal(fcntl(ring.memory_fd, F_GET_SEALS) & wanted, wanted);
	assert_int_equal(ftruncate(ring.memory_fd, 0), -1);
	expect_served(&ring, 0);
	raw_ring_close(&ring);
}

/* The client has a descriptor to wait with, but not the one that the host writes to. */
static void test_ring__what_the_client_waits_with__cannot_be_filled(void **state)
{
	const uint64_t most = UINT64_MAX - 1;
	struct raw_ring ring;

	raw_ring_open(&ring, path_of(*state), "fake");
	assert_int_equal(write(ring.wait_fd, &most, sizeof(most)), -1);
	expect_served(&ring, 0);
	raw_ring_close(&ring);
}

static void test_ring__shared_memory_both_ways(void **state)
{
	struct uwdf_ring_entry e = raw_ring_echo(0);
	struct uwdf_ring_answer a;
	struct raw_ring ring;

	raw_ring_open(&ring, path_of(*state), "fake");
	memcpy(ring.region + 64, "shared", 6);
	e.flags = UWDF_RING_IN_SHARED | UWDF_RING_OUT_SHARED;
	e.in_len = e.out_len = 6;
	e.in_at = UWDF_RING_AT(0, 64);
	e.out_at = UWDF_RING_AT(0, ring.header->region_len - 6);
	raw_ring_put(&ring, &e);
	assert_true(raw_ring_take(&ring, SOON_MS, &a));
	assert_int_equal(a.status, UWDF_STATUS_SUCCESS);
	assert_int_equal(a.len, 0);
	assert_memory_equal(ring.region + ring.header->region_len - 6, "shared", 6);
	raw_ring_close(&ring);
}

/* A connection can have more of them: this says whose rings end. */
static void test_ring__handle_closed__its_end_is_told(void **state)
{
	static struct raw_answer answer;
	struct uwdf_entry e;
	struct raw_ring ring;

	raw_ring_open(&ring, path_of(*state), "fake");
	e = raw_entry(UWDF_OP_CLOSE, 5, ring.handle);
	raw_send(ring.fd, &e, NULL);
	assert_true(raw_receive(ring.fd, &answer));
	assert_int_equal(answer.entry.opcode, UWDF_OP_EVENT);
	assert_int_equal(answer.entry.code, UWDF_EVENT_RINGS_END);
	assert_int_equal(answer.entry.handle, ring.handle);
	raw_expect(ring.fd, 5, UWDF_STATUS_SUCCESS, NULL);
	raw_ring_close(&ring);
}

/* --- lies --- */

#define REGION (4ull << 20)

/* What is put over a well-formed entry; zero: as it was. */
struct lie {
	const char *what;
	uint16_t opcode, flags;
	uint64_t tag, offset;
	uint32_t in_len, out_len;
	uint64_t in_at, out_at;
};

/* clang-format off */
static const struct lie lies[] = {
	{ "no opcode", .opcode = 0xffff },
	{ "an opcode of the socket's", .opcode = UWDF_OP_OPEN },
	{ "a control's stop", .opcode = UWDF_OP_STOP },
	{ "a read with input", .opcode = UWDF_OP_READ },
	{ "a write with output", .opcode = UWDF_OP_WRITE }, { "a flush with both", .opcode = UWDF_OP_FLUSH },
	{ "a flag too many", .flags = 4 },
	{ "all flags", .flags = 0xffff },
	{ "tag 0", .tag = 1ull << 32 },
	{ "a slot behind the last", .tag = RAW_RING_ENTRIES + 1 },
	{ "the last slot of 16 bits", .tag = 0xffff },
	{ "a code of more than 32 bits", .offset = 1ull << 32 },
	{ "more input than is inline", .in_len = UWDF_RING_INLINE + 1 },
	{ "all the input there is", .in_len = UINT32_MAX },
	{ "more output than is inline", .out_len = UWDF_RING_INLINE + 1 },
	{ "all the output there is", .out_len = UINT32_MAX },
	{ "inline input over where the output goes", .flags = UWDF_RING_OUT_SHARED, .in_len = UWDF_RING_INLINE_IN + 1 },
	{ "input from behind its region", .flags = UWDF_RING_IN_SHARED, .in_at = REGION },
	{ "input to behind its region", .flags = UWDF_RING_IN_SHARED, .in_at = REGION - 2 },
	{ "input whose end wraps", .flags = UWDF_RING_IN_SHARED, .in_at = UWDF_RING_AT(0, 0xffffffffffffull) },
	{ "input in a region there is not", .flags = UWDF_RING_IN_SHARED, .in_at = UWDF_RING_AT(1, 0) },
	{ "input in a region there cannot be", .flags = UWDF_RING_IN_SHARED, .in_at = UWDF_RING_AT(0xffff, 0) },
	{ "output to behind its region", .flags = UWDF_RING_OUT_SHARED, .out_at = REGION - 2 },
	{ "output in a region there is not", .flags = UWDF_RING_OUT_SHARED, .out_at = UWDF_RING_AT(15, 0) },
	{ "output in a region past the table", .flags = UWDF_RING_OUT_SHARED, .out_at = UWDF_RING_AT(16, 0) },
	{ "output longer than its region", .flags = UWDF_RING_OUT_SHARED, .out_len = REGION + 1 },
	{ "input longer than its region", .flags = UWDF_RING_IN_SHARED, .in_len = REGION + 1 },
};
/* clang-format on */

static struct uwdf_ring_entry entry_of(const struct lie *lie)
{
	struct uwdf_ring_entry e = raw_ring_echo(0);

	e.opcode = lie->opcode ? lie->opcode : e.opcode;
	e.flags = lie->flags;
	e.tag = lie->tag ? lie->tag : e.tag;
	e.offset = lie->offset ? lie->offset : e.offset;
	e.in_len = lie->in_len ? lie->in_len : e.in_len;
	e.out_len = lie->out_len ? lie->out_len : e.out_len;
	e.in_at = lie->in_at ? lie->in_at : e.in_at;
	e.out_at = lie->out_at;
	if ((e.flags & UWDF_RING_IN_SHARED) && !lie->in_at)
		e.in_at = 0;
	return e;
}

static void test_lie__in_an_entry__told_and_cut_off(void **state)
{
	struct server_fixture *f = *state;

	for (size_t i = 0; i < UW_ARRAY_SIZE(lies); i++) {
		const struct uwdf_ring_entry e = entry_of(&lies[i]);
		unsigned int before = FAKE_COUNT(&f->device, submitted);
		struct raw_ring ring;

		raw_ring_open(&ring, path_of(f), "fake");
		raw_ring_put(&ring, &e);
		raw_ring_expect_told(&ring);
		raw_ring_close(&ring);
		if (FAKE_COUNT(&f->device, submitted) != before)
			fail_msg("%s: reached the device", lies[i].what);
	}
	expect_others_served(f);
}

static void test_lie__tag_in_use__cut_off_and_the_first_is_cancelled(void **state)
{
	struct server_fixture *f = *state;
	struct uwdf_ring_entry e = raw_ring_echo(2);
	struct raw_ring ring;

	raw_ring_open(&ring, path_of(f), "fake");
	e.offset = FAKE_PEND;
	raw_ring_put(&ring, &e);
	fake_device_await_pending(&f->device, 1);
	raw_ring_put(&ring, &e);
	raw_ring_expect_told(&ring);
	fake_device_await_closes(&f->device, 1);
	fake_device_await_pending(&f->device, 0);
	raw_ring_close(&ring);
}

static void test_lie__in_a_sequence_number__cut_off(void **state)
{
	const uint32_t lies_told[] = { 2, RAW_RING_ENTRIES + 1, UINT32_MAX, 0x80000000u };
	struct server_fixture *f = *state;

	for (size_t i = 0; i < UW_ARRAY_SIZE(lies_told); i++) {
		struct raw_ring ring;

		raw_ring_open(&ring, path_of(f), "fake");
		__atomic_store_n(&ring.entries[0].seq, lies_told[i], __ATOMIC_RELEASE);
		raw_ring_ring(&ring);
		raw_ring_expect_told(&ring);
		raw_ring_close(&ring);
	}
	expect_others_served(f);
}

/* The host reads nothing of the header but its own flag. */
static void test_lie__in_the_header__believed_by_nobody(void **state)
{
	struct uwdf_ring_header *h;
	struct raw_ring ring;

	raw_ring_open(&ring, path_of(*state), "fake");
	h = ring.header;
	memset(h, 0xff, offsetof(struct uwdf_ring_header, host_asleep));
	memset(h->pad1, 0xff, sizeof(h->pad1));
	memset(h->pad2, 0xff, sizeof(h->pad2));
	expect_served(&ring, 0);
	__atomic_store_n(&h->host_asleep, 0x7fffffff, __ATOMIC_RELAXED);
	__atomic_store_n(&h->host_left, 1, __ATOMIC_RELAXED);
	expect_served(&ring, 1);
	raw_ring_close(&ring);
}

/* Answers that nobody takes are written over; what is the host's own is not. */
static void test_client_that_never_reaps__served_all_the_same(void **state)
{
	struct server_fixture *f = *state;
	struct raw_ring ring;

	raw_ring_open(&ring, path_of(f), "fake");
	for (uint32_t i = 0; i < 100 * RAW_RING_ENTRIES; i++) {
		const struct uwdf_ring_entry e = raw_ring_echo(i % RAW_RING_ENTRIES);
		const uint32_t *seq = &ring.answers[i % RAW_RING_ENTRIES].seq;

		raw_ring_put(&ring, &e);
		while (!uwdf_ring_is_there(seq, i))
			exec_give_way(); /* it comes in no time */
	}
	expect_others_served(f);
	raw_ring_close(&ring);
}

/* --- asking for rings and memory --- */

static int32_t ask(int fd, uint16_t opcode, uint32_t handle, uint32_t code, uint64_t offset)
{
	struct uwdf_entry e = raw_entry(opcode, 9, handle);
	int fds[3];

	e.code = code;
	e.offset = offset;
	raw_ask_descriptors(fd, &e, fds);
	for (unsigned int i = 0; i < 3; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	return e.status;
}

static void test_ask__impossible_rings__refused_and_goes_on(void **state)
{
	const uint32_t counts[] = { 0, 1, 3, 6, 2 * UWDF_RING_MAX, UINT32_MAX, 0x80000000u };
	uint32_t handle;
	int fd = raw_client(path_of(*state), "fake", &handle);

	for (size_t i = 0; i < UW_ARRAY_SIZE(counts); i++)
		assert_int_equal(ask(fd, UWDF_OP_RING, handle, counts[i], 0),
				 UWDF_STATUS_INVALID_PARAMETER);
	assert_int_equal(ask(fd, UWDF_OP_RING, handle + 1, 8, 0), UWDF_STATUS_INVALID_HANDLE);
	assert_int_equal(ask(fd, UWDF_OP_MEMORY, handle, 0, 4096), UWDF_STATUS_INVALID_HANDLE);
	assert_int_equal(ask(fd, UWDF_OP_RING, handle, 8, 0), UWDF_STATUS_SUCCESS);
	assert_int_equal(ask(fd, UWDF_OP_RING, handle, 8, 0), UWDF_STATUS_INVALID_DEVICE_REQUEST);
	close(fd);
}

static void test_ask__impossible_memory__refused_and_goes_on(void **state)
{
	const uint64_t lens[] = { 0, 1, 4095, 4097, UINT64_MAX };
	struct server_fixture *f = *state;
	struct raw_ring ring;
	uint32_t i;

	raw_ring_open(&ring, path_of(*state), "fake");
	for (i = 0; i < UW_ARRAY_SIZE(lens); i++)
		assert_int_equal(ask(ring.fd, UWDF_OP_MEMORY, ring.handle, 0, lens[i]),
				 UWDF_STATUS_INVALID_PARAMETER);
	assert_int_equal(ask(ring.fd, UWDF_OP_MEMORY, ring.handle, 0, 1ull << 40),
			 UWDF_STATUS_INSUFFICIENT_RESOURCES);
	for (i = 1; i < UWDF_RING_MAX_REGION; i++)
		assert_int_equal(ask(ring.fd, UWDF_OP_MEMORY, ring.handle, 0, 4096),
				 UWDF_STATUS_SUCCESS);
	assert_int_equal(ask(ring.fd, UWDF_OP_MEMORY, ring.handle, 0, 4096),
			 UWDF_STATUS_INSUFFICIENT_RESOURCES);
	assert_int_equal(FAKE_COUNT(&f->device, memories),
			 UWDF_RING_MAX_REGION - 1); /* the device's */
	expect_served(&ring, 0);
	raw_ring_close(&ring);
}

static void test_ask__as_much_memory_as_the_header_says__and_no_more(void **state)
{
	struct raw_ring ring;

	raw_ring_open(&ring, path_of(*state), "fake");
	assert_int_equal(ask(ring.fd, UWDF_OP_MEMORY, ring.handle, 0, (256ull << 20) + 4096),
			 UWDF_STATUS_INSUFFICIENT_RESOURCES);
	assert_int_equal(ask(ring.fd, UWDF_OP_MEMORY, ring.handle, 0, 256ull << 20),
			 UWDF_STATUS_SUCCESS);
	assert_int_equal(ask(ring.fd, UWDF_OP_MEMORY, ring.handle, 0, 4096),
			 UWDF_STATUS_INSUFFICIENT_RESOURCES);
	raw_ring_close(&ring);
}

static void test_ask__more_rings_than_a_quota_has_room_for__refused(void **state)
{
	struct server_fixture *f = *state;
	int32_t status = UWDF_STATUS_SUCCESS;
	int fds[40];
	unsigned int count = 0;

	while (count < UW_ARRAY_SIZE(fds) && UWDF_STATUS_OK(status)) {
		uint32_t handle;

		fds[count] = raw_client(path_of(f), "fake", &handle);
		status = ask(fds[count++], UWDF_OP_RING, handle, UWDF_RING_MAX, 0);
	}
	assert_int_equal(status, UWDF_STATUS_QUOTA_EXCEEDED);
	assert_int_equal(count, 33); /* 32 of 4096 entries are 131072 requests */
	while (count)
		close(fds[--count]);
}

/* --- cancel, and clients that go --- */

static void test_cancel__flood_of_one_tag__ends_once(void **state)
{
	struct server_fixture *f = *state;
	struct uwdf_ring_entry e = raw_ring_echo(0);
	struct uwdf_entry c;
	struct uwdf_ring_answer a;
	struct raw_ring ring;

	raw_ring_open(&ring, path_of(f), "fake");
	e.offset = FAKE_PEND;
	raw_ring_put(&ring, &e);
	c = raw_entry(UWDF_OP_CANCEL, 1ull << 62, ring.handle);
	c.flags = UWDF_FLAG_SILENT;
	for (unsigned int i = 0; i < 2000; i++) {
		c.offset = i % 2 ? e.tag : e.tag + (1u << 16); /* and of a use there was not */
		raw_send(ring.fd, &c, NULL);
	}
	assert_true(raw_ring_take(&ring, SOON_MS, &a));
	assert_int_equal(a.status, UWDF_STATUS_CANCELLED);
	expect_served(&ring, 0);
	fake_device_await_pending(&f->device, 0);
	assert_int_equal(FAKE_COUNT(&f->device, cancels), 1);
	raw_ring_close(&ring);
}

static void test_cancel__of_what_there_is_not__nothing_happens(void **state)
{
	const uint64_t tags[] = { 1, 0xffff, UINT64_MAX, RAW_RING_ENTRIES + 1 };
	struct raw_ring ring;

	raw_ring_open(&ring, path_of(*state), "fake");
	for (size_t i = 0; i < UW_ARRAY_SIZE(tags); i++) {
		struct uwdf_entry c = raw_entry(UWDF_OP_CANCEL, 1ull << 62, ring.handle);

		c.flags = UWDF_FLAG_SILENT;
		c.offset = tags[i];
		raw_send(ring.fd, &c, NULL);
	}
	expect_served(&ring, 0);
	raw_ring_close(&ring);
}

/* In a process of its own: 1000 requests, and no more is heard of it. */
static void run_client_that_waits(void)
{
	static struct uwdf_op ops[1000];
	static uint8_t out[1000][64];
	struct uwdf_error error;
	struct uwdf_op *got;
	uwdf_handle *h;

	if (uwdf_open("fake", &error, &h))
		_exit(1);
	for (size_t i = 0; i < UW_ARRAY_SIZE(ops); i++) {
		ops[i] = (struct uwdf_op){ .kind = UWDF_READ, .out = out[i], .out_len = 64 };
		if (uwdf_submit(h, &ops[i]))
			_exit(2);
	}
	_exit(uwdf_reap(h, -1, &got));
}

static void test_client__killed_with_1000_in_flight__all_cancelled(void **state)
{
	struct server_fixture *f = *state;
	pid_t pid;
	int status;

	fflush(stdout);
	pid = fork();
	if (!pid)
		run_client_that_waits();
	fake_device_await_pending(&f->device, 1000);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	fake_device_await_closes(&f->device, 1);
	assert_int_equal(FAKE_COUNT(&f->device, cancels), 1000);
	expect_others_served(f);
}

static void test_client_leaves__driver_holds_on__memory_stays_for_it(void **state)
{
	struct server_fixture *f = *state;
	struct uwdf_ring_entry e = raw_ring_echo(0);
	struct raw_ring ring;

	raw_ring_open(&ring, path_of(f), "fake");
	e.offset = FAKE_STUBBORN;
	e.flags = UWDF_RING_OUT_SHARED;
	e.out_at = UWDF_RING_AT(0, 0);
	raw_ring_put(&ring, &e);
	fake_device_await_pending(&f->device, 1);
	raw_ring_close(&ring);
	expect_others_served(f);
	fake_device_await_closes(&f->device, 1);                    /* the other's */
	fake_device_finish(&f->device, UWDF_STATUS_SUCCESS, "lat"); /* into the client's memory */
	fake_device_await_closes(&f->device, 2);
}

#define T(name) cmocka_unit_test_setup_teardown(name, server_fixture_setup, server_fixture_teardown)
#define L(name)                                                                                    \
	{                                                                                          \
#name " (loop of its own)", name, server_fixture_setup_of_loop,                    \
			server_fixture_teardown, NULL                                              \
	}
#define BOTH(name) T(name), L(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(test_ring__more_laps_than_one__each_answered),
		BOTH(test_ring__full__all_answered),
		BOTH(test_ring__memory_is_sealed),
		BOTH(test_ring__what_the_client_waits_with__cannot_be_filled),
		BOTH(test_ring__shared_memory_both_ways),
		BOTH(test_ring__handle_closed__its_end_is_told),
		BOTH(test_lie__in_an_entry__told_and_cut_off),
		BOTH(test_lie__tag_in_use__cut_off_and_the_first_is_cancelled),
		BOTH(test_lie__in_a_sequence_number__cut_off),
		BOTH(test_lie__in_the_header__believed_by_nobody),
		BOTH(test_client_that_never_reaps__served_all_the_same),
		BOTH(test_ask__impossible_rings__refused_and_goes_on),
		BOTH(test_ask__impossible_memory__refused_and_goes_on),
		BOTH(test_ask__as_much_memory_as_the_header_says__and_no_more),
		BOTH(test_ask__more_rings_than_a_quota_has_room_for__refused),
		BOTH(test_cancel__flood_of_one_tag__ends_once),
		BOTH(test_cancel__of_what_there_is_not__nothing_happens),
		BOTH(test_client__killed_with_1000_in_flight__all_cancelled),
		BOTH(test_client_leaves__driver_holds_on__memory_stays_for_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
