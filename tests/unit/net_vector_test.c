/* SPDX-License-Identifier: MIT */
/*
 * net_vector_test.c - uwdf-net with a NIC that takes many frames a request: a NIC made up of
 * answers, an interface that is a pair of sockets.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/sys.h"
#include "bridge.h"
#include "uw_test.h"
#include "uwdf/status.h"
#include "uwdf_nic.h"

#define SHORTEST  60
#define NOT_THERE 0x8000001a /* STATUS_NO_MORE_ENTRIES */
#define BROKEN    0xc0000185 /* STATUS_IO_DEVICE_ERROR */
#define MOST      8

static struct {
	struct uwdf_op *reads[MOST], *write;
	unsigned int reads_waiting;
	int (*answers[MOST])(struct uwdf_op **out); /* what uwdf_reap() does, one after the other */
	unsigned int next, count;
	int event, wire;
	uint8_t *memory;
	size_t memory_len;
	bool no_memory;
} nic;

static void expect_in_memory(const void *at, size_t len)
{
	const uint8_t *first = at;

	if (nic.no_memory)
		return;
	assert_true(first >= nic.memory && first + len <= nic.memory + nic.memory_len);
	assert_int_equal((uintptr_t)first % 64, 0);
}

int uwdf_submit(uwdf_handle *handle, struct uwdf_op *op)
{
	(void)handle;
	if (op->in_len)
		expect_in_memory(op->in, op->in_len);
	expect_in_memory(op->out, op->out_len);
	if (op->code == IOCTL_NIC_READ_FRAMES)
		nic.reads[nic.reads_waiting++] = op;
	else if (op->code == IOCTL_NIC_WRITE_FRAMES)
		nic.write = op;
	return 0;
}

int uwdf_reap(uwdf_handle *handle, int timeout_ms, struct uwdf_op **out)
{
	(void)handle, (void)timeout_ms;
	assert_true(nic.next < nic.count);
	return nic.answers[nic.next++](out);
}

int uwdf_control(uwdf_handle *handle, uint32_t code, const void *in, size_t in_len, void *out,
		 size_t out_len, int timeout_ms, int32_t *status, size_t *done)
{
	(void)handle, (void)code, (void)in, (void)in_len, (void)out, (void)out_len;
	(void)timeout_ms, (void)status, (void)done;
	return -1;
}

/* The device's memory, for all of it, once. */
int uwdf_memory_alloc(uwdf_handle *handle, size_t len, void **out)
{
	(void)handle;
	assert_null(nic.memory);
	if (nic.no_memory)
		return -ENOMEM;
	nic.memory = mem_aligned_zalloc(64, len);
	nic.memory_len = len;
	*out = nic.memory;
	return 0;
}

int uwdf_poll_fd(const uwdf_handle *handle)
{
	(void)handle;
	return nic.event;
}

const char *uwdf_handle_name(const uwdf_handle *handle)
{
	(void)handle;
	return "nic";
}

/* --- answers --- */

static struct uwdf_op *oldest_read(void)
{
	struct uwdf_op *op = nic.reads[0];

	assert_true(nic.reads_waiting > 0);
	memmove(nic.reads, nic.reads + 1, --nic.reads_waiting * sizeof(op));
	return op;
}

/* The outcomes: the same memory as the array. */
static struct nic_frame *entries_of(struct uwdf_op *op)
{
	assert_ptr_equal(op->in, op->out);
	return op->out;
}

static uint8_t *frame_of(struct uwdf_op *op, unsigned int i)
{
	const struct nic_frame *entry = &entries_of(op)[i];

	assert_true(entry->offset >= op->in_len);
	assert_true((uint64_t)entry->offset + entry->length <= op->out_len);
	return (uint8_t *)op->out + entry->offset;
}

static void bring(struct uwdf_op *op, unsigned int i, uint8_t fill, unsigned int length)
{
	assert_true(entries_of(op)[i].length >= NIC_MAX_FRAME);
	memset(frame_of(op, i), fill, length);
	entries_of(op)[i].length = length;
	entries_of(op)[i].status = 0;
}

static void bring_none(struct uwdf_op *op, unsigned int from)
{
	for (unsigned int i = from; i < op->in_len / sizeof(struct nic_frame); i++) {
		entries_of(op)[i].length = 0;
		entries_of(op)[i].status = (int)NOT_THERE;
	}
}

static int two_frames(struct uwdf_op **out)
{
	*out = oldest_read();
	assert_int_equal((*out)->kind, UWDF_CONTROL);
	assert_int_equal((*out)->in_len % sizeof(struct nic_frame), 0);
	bring(*out, 0, 0x11, 64);
	bring(*out, 1, 0x22, NIC_MAX_FRAME);
	bring_none(*out, 2);
	(*out)->status = 0;
	return 1;
}

static int a_frame_longer_than_its_place(struct uwdf_op **out)
{
	*out = oldest_read();
	bring(*out, 0, 0x33, 64);
	bring(*out, 1, 0x44, 64);
	entries_of(*out)[0].length = 100000;
	bring_none(*out, 2);
	(*out)->status = 0;
	return 1;
}

static int nothing(struct uwdf_op **out)
{
	(void)out;
	return 0;
}

/* Of three frames the second was lost. */
static int all_sent_but_one(struct uwdf_op **out)
{
	*out = nic.write;
	assert_non_null(*out);
	assert_int_equal((*out)->in_len, 3 * sizeof(struct nic_frame));
	assert_int_equal(entries_of(*out)[0].length, 64);
	assert_int_equal(entries_of(*out)[1].length, SHORTEST); /* 20 bytes, padded */
	assert_int_equal(entries_of(*out)[2].length, NIC_MAX_FRAME);
	assert_int_equal(frame_of(*out, 0)[63], 1);
	assert_int_equal(frame_of(*out, 1)[19], 2);
	for (int i = 20; i < SHORTEST; i++)
		assert_int_equal(frame_of(*out, 1)[i], 0);
	assert_int_equal(frame_of(*out, 2)[NIC_MAX_FRAME - 1], 3);
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(entries_of(*out)[i].reserved, 0);
	entries_of(*out)[1].status = (int)BROKEN;
	(*out)->status = 0;
	return 1;
}

static int sent_and_lied_about(struct uwdf_op **out)
{
	*out = nic.write;
	assert_non_null(*out);
	for (unsigned int i = 0; i < 2; i++)
		entries_of(*out)[i].length = UINT32_MAX;
	(*out)->status = 0;
	return 1;
}

static int refused(struct uwdf_op **out)
{
	*out = nic.write;
	assert_non_null(*out);
	(*out)->status = (int32_t)BROKEN;
	return 1;
}

static bool overlap(const struct uwdf_op *a, const struct uwdf_op *b)
{
	const uint8_t *first = a->out, *second = b->out;

	return first < second + b->out_len && second < first + a->out_len;
}

static int reads_and_write_apart(struct uwdf_op **out)
{
	assert_non_null(nic.write);
	assert_true(nic.reads_waiting > 1);
	for (unsigned int i = 0; i < nic.reads_waiting; i++) {
		assert_false(overlap(nic.reads[i], nic.write));
		for (unsigned int n = 0; n < i; n++)
			assert_false(overlap(nic.reads[i], nic.reads[n]));
	}
	return nothing(out);
}

static int removed(struct uwdf_op **out)
{
	*out = oldest_read();
	(*out)->status = UWDF_STATUS_DEVICE_REMOVED;
	return 1;
}

/* --- tests --- */

static void then(int (*answer)(struct uwdf_op **out))
{
	assert_true(nic.count < MOST);
	nic.answers[nic.count++] = answer;
}

static void put_on_wire(uint8_t fill, size_t len)
{
	uint8_t frame[2048];

	memset(frame, fill, sizeof(frame));
	assert_int_equal(write(nic.wire, frame, len), len);
}

static void expect_on_wire(uint8_t fill, size_t len)
{
	uint8_t frame[2048];

	assert_int_equal(read(nic.wire, frame, sizeof(frame)), len);
	assert_int_equal(frame[0], fill);
	assert_int_equal(frame[len - 1], fill);
}

static struct tap tap = { .socket_fd = -1, .name = "nic0" };
static int never;

static int setup(void **state)
{
	int ends[2];

	(void)state;
	memset(&nic, 0, sizeof(nic));
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends))
		return -1;
	tap.fd = ends[0];
	nic.wire = ends[1];
	nic.event = sys_eventfd(1, 0);
	never = sys_eventfd(0, 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	sys_close(tap.fd);
	sys_close(nic.wire);
	sys_close(nic.event);
	sys_close(never);
	mem_free(nic.memory);
	return 0;
}

/* All the answers, to the last, which is that the device is gone. */
static struct bridge_counts run(void)
{
	struct bridge_counts counts;
	struct bridge *bridge;
	struct report report;

	then(removed);
	assert_int_equal(bridge_new(NULL, &tap, true, &report, &bridge), 0);
	assert_int_equal(bridge_start(bridge, &report), 0);
	assert_int_equal(bridge_run(bridge, never, &report), -EPIPE);
	assert_int_equal(nic.next, nic.count);
	counts = bridge_counts(bridge);
	bridge_free(bridge);
	return counts;
}

static void test_vector__frames_of_one_read__reach_the_interface_in_order(void **state)
{
	struct bridge_counts counts;

	(void)state;
	then(two_frames);
	counts = run();
	expect_on_wire(0x11, 64);
	expect_on_wire(0x22, NIC_MAX_FRAME);
	assert_int_equal(counts.received_frames, 2);
	assert_int_equal(counts.received_bytes, 64 + NIC_MAX_FRAME);
	assert_int_equal(counts.receive_dropped, 0);
}

static void test_vector__length_past_its_place__is_not_believed(void **state)
{
	struct bridge_counts counts;

	(void)state;
	then(a_frame_longer_than_its_place);
	counts = run();
	expect_on_wire(0x44, 64);
	assert_int_equal(counts.received_frames, 1);
}

static void test_vector__frames_of_the_interface__go_in_one_write(void **state)
{
	struct bridge_counts counts;

	(void)state;
	put_on_wire(1, 64);
	put_on_wire(2, 20);
	put_on_wire(0xff, NIC_MIN_FRAME - 1); /* no frame */
	put_on_wire(3, NIC_MAX_FRAME);
	put_on_wire(0xff, NIC_MAX_FRAME + 1);
	then(nothing);
	then(all_sent_but_one);
	counts = run();
	assert_int_equal(counts.sent_frames, 2);
	assert_int_equal(counts.sent_bytes, 64 + NIC_MAX_FRAME);
	assert_int_equal(counts.send_dropped, 3);
}

static void test_vector__write_fails__all_its_frames_are_dropped(void **state)
{
	struct bridge_counts counts;

	(void)state;
	put_on_wire(1, 64);
	put_on_wire(2, 64);
	then(nothing);
	then(refused);
	counts = run();
	assert_int_equal(counts.sent_frames, 0);
	assert_int_equal(counts.send_dropped, 2);
}

/* "Where there is no shared memory the calls are the same, and copy": so a bridge goes on. */
static void test_vector__device_shares_no_memory__goes_on_with_its_own(void **state)
{
	struct bridge_counts counts;

	(void)state;
	nic.no_memory = true;
	put_on_wire(1, 64);
	then(two_frames);
	then(nothing);
	then(reads_and_write_apart);
	counts = run();
	expect_on_wire(0x11, 64);
	expect_on_wire(0x22, NIC_MAX_FRAME);
	assert_int_equal(counts.received_frames, 2);
}

/* After the fact the host writes what it likes into the memory that it shares. */
static void test_vector__lengths_of_a_write_changed__are_counted_as_sent(void **state)
{
	struct bridge_counts counts;

	(void)state;
	put_on_wire(1, 64);
	put_on_wire(2, 64);
	then(nothing);
	then(sent_and_lied_about);
	counts = run();
	assert_int_equal(counts.sent_frames, 2);
	assert_int_equal(counts.sent_bytes, 128);
}

/* A frame's place belongs to one request alone, whichever are outstanding. */
static void test_vector__all_reads_and_the_write__have_memory_of_their_own(void **state)
{
	(void)state;
	put_on_wire(1, 64);
	then(nothing);
	then(reads_and_write_apart);
	run();
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_vector__frames_of_one_read__reach_the_interface_in_order),
		TEST(test_vector__length_past_its_place__is_not_believed),
		TEST(test_vector__frames_of_the_interface__go_in_one_write),
		TEST(test_vector__write_fails__all_its_frames_are_dropped),
		TEST(test_vector__device_shares_no_memory__goes_on_with_its_own),
		TEST(test_vector__lengths_of_a_write_changed__are_counted_as_sent),
		TEST(test_vector__all_reads_and_the_write__have_memory_of_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
