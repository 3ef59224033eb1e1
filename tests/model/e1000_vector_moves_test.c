/* SPDX-License-Identifier: MIT */
/*
 * e1000_vector_moves_test.c - the e1000 driver on a model:e1000 whose reports of sent frames are
 * forged: vectors of frames of all lengths, lost ones among them, at once.
 */
#include <string.h>

#include "check.h"
#include "model_forger.h"
#include "nic.h"

enum { COUNT = 12, GAP = 16 };

/* One byte more and less than what is moved in one go, and the ends. */
static const uint32_t lengths[COUNT] = { 60, 64, 65, 64, 1514, 61, 63, 64, 128, 60, 1024, 64 };

static struct rig_leftovers before;
static struct rig rig;
static struct memory {
	struct nic_frame array[COUNT];
	uint8_t frames[COUNT * (NIC_MAX_FRAME + GAP)];
} write, read;
static struct rig_op write_op, read_op;

static int setup(void **state)
{
	static const struct rig_params params = {
		.driver = UWDF_TEST_DRIVERS "/e1000.so",
		.address = "model:forger",
	};

	(void)state;
	before = rig_leftovers_now();
	if (model_forger_register())
		return -1;
	return rig_start(&rig, &params);
}

static int teardown(void **state)
{
	(void)state;
	rig_stop(&rig);
	model_forger_unregister();
	return rig_nothing_left(&before) ? 0 : -1;
}

static const uint8_t stranger[6] = { 0x02, 0, 0, 0, 0, 9 };

/* Places one behind the other, a gap between two. */
static void place(struct memory *memory, const uint32_t *room)
{
	uint32_t offset = sizeof(memory->array);

	memset(memory, 0xee, sizeof(*memory));
	for (int i = 0; i < COUNT; i++) {
		memory->array[i] = (struct nic_frame){ .offset = offset, .length = room[i] };
		offset += room[i] + GAP;
	}
}

static uint8_t *frame_of(struct memory *memory, int i)
{
	return (uint8_t *)memory + memory->array[i].offset;
}

static void pass(struct rig_op *op, uint32_t code, struct memory *memory)
{
	struct nic_frame array[COUNT];

	memcpy(array, memory->array, sizeof(array));
	rig_control_in_place(&rig, op, code, array, sizeof(array), memory, sizeof(*memory));
	assert_true(rig_wait(op));
	assert_int_equal(op->status, STATUS_SUCCESS);
}

static void send_all(const uint8_t to[6])
{
	place(&write, lengths);
	for (int i = 0; i < COUNT; i++)
		nic_frame(frame_of(&write, i), lengths[i], to, stranger, (uint32_t)i);
	pass(&write_op, IOCTL_NIC_WRITE_FRAMES, &write);
	assert_int_equal(write_op.information, sizeof(write.array));
}

static void expect_read(const uint8_t to[6], int i, size_t len)
{
	const uint8_t *frame = frame_of(&read, i);

	assert_int_equal(read.array[i].status, STATUS_SUCCESS);
	assert_int_equal(read.array[i].reserved, 0);
	assert_int_equal(read.array[i].length, len);
	check(nic_frame_is(frame, len, len, to, stranger, (uint32_t)i), "frame %d is another", i);
}

static void test_vector__lengths_of_all_kinds__arrive_as_they_are(void **state)
{
	uint8_t own[6];

	(void)state;
	nic_address(&rig, own);
	for (int round = 0; round < 50; round++) { /* the rings' ends at every place of it */
		send_all(own);
		place(&read, lengths);
		pass(&read_op, IOCTL_NIC_READ_FRAMES, &read);
		for (int i = 0; i < COUNT; i++) {
			const uint8_t *behind = frame_of(&read, i) + lengths[i];

			assert_int_equal(write.array[i].status, STATUS_SUCCESS);
			assert_int_equal(write.array[i].length, lengths[i]);
			expect_read(own, i, lengths[i]);
			for (int k = 0; k < GAP; k++)
				check(behind[k] == 0xee, "frame %d: byte %d behind it", i, k);
		}
		assert_int_equal(read_op.information, frame_of(&read, COUNT - 1) +
							      lengths[COUNT - 1] -
							      (uint8_t *)&read);
	}
	assert_int_equal(nic_query_number(&rig, NIC_OID_GEN_XMIT_OK), 50 * COUNT);
	assert_int_equal(nic_query_number(&rig, NIC_OID_GEN_RCV_OK), 50 * COUNT);
}

static void test_vector__lost_at_once__outcomes_say_which(void **state)
{
	static const uint8_t all[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	const uint64_t which = 1u << 2 | 1u << 7;

	(void)state;
	model_forger_lose(which);
	send_all(all);
	for (int i = 0; i < COUNT; i++) {
		NTSTATUS expected = which >> i & 1 ? STATUS_IO_DEVICE_ERROR : STATUS_SUCCESS;

		check(write.array[i].status == expected, "frame %d: %08x", i,
		      (uint32_t)write.array[i].status);
		assert_int_equal(write.array[i].length, lengths[i]);
	}
	assert_int_equal(nic_query_number(&rig, NIC_OID_GEN_XMIT_OK), COUNT - 2);
	assert_int_equal(nic_query_number(&rig, NIC_OID_GEN_XMIT_ERROR), 2);
}

static void test_write__lost_at_once__fails_and_the_next_is_sent(void **state)
{
	uint8_t frame[64];

	(void)state;
	model_forger_lose(1);
	nic_frame(frame, sizeof(frame), stranger, stranger, 0);
	assert_int_equal(nic_send(&rig, frame, sizeof(frame)), STATUS_IO_DEVICE_ERROR);
	model_forger_lose(0);
	assert_int_equal(nic_send(&rig, frame, sizeof(frame)), STATUS_SUCCESS);
	assert_int_equal(nic_query_number(&rig, NIC_OID_GEN_XMIT_OK), 1);
	assert_int_equal(nic_query_number(&rig, NIC_OID_GEN_XMIT_ERROR), 1);
}

/* Judged before anything is done: the last of them alone is wrong. */
static void test_vector__last_place_is_wrong__nothing_is_done(void **state)
{
	uint8_t own[6];

	(void)state;
	nic_address(&rig, own);
	send_all(own);
	place(&read, lengths);
	read.array[COUNT - 1].reserved = 1;
	rig_control_in_place(&rig, &read_op, IOCTL_NIC_READ_FRAMES, read.array, sizeof(read.array),
			     &read, sizeof(read));
	assert_true(rig_wait(&read_op));
	assert_int_equal(read_op.status, STATUS_INVALID_PARAMETER);
	check(*frame_of(&read, 0) == 0xee, "a frame was moved");
	rig_control_in_place(&rig, &write_op, IOCTL_NIC_WRITE_FRAMES, read.array,
			     sizeof(read.array), &read, sizeof(read));
	assert_true(rig_wait(&write_op));
	assert_int_equal(write_op.status, STATUS_INVALID_PARAMETER);
	assert_int_equal(nic_query_number(&rig, NIC_OID_GEN_XMIT_OK), COUNT);
	place(&read, lengths);
	pass(&read_op, IOCTL_NIC_READ_FRAMES, &read);
	for (int i = 0; i < COUNT; i++)
		expect_read(own, i, lengths[i]);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_vector__lengths_of_all_kinds__arrive_as_they_are),
		TEST(test_vector__lost_at_once__outcomes_say_which),
		TEST(test_write__lost_at_once__fails_and_the_next_is_sent),
		TEST(test_vector__last_place_is_wrong__nothing_is_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
