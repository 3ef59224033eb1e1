/* SPDX-License-Identifier: MIT */
/*
 * e1000_vector_test.c - the e1000 driver on model:e1000: vectors of frames, as uwdf_nic.h has them,
 * sent and read in full and in part, and refused.
 */
#include <string.h>

#include "check.h"
#include "model_nic.h"
#include "vector.h"

#define LEN 64u

static const uint8_t stranger[6] = { 0x02, 0, 0, 0, 0, 9 };
static struct vector write, read;

static void receive(struct rig *rig, uint32_t number, size_t len)
{
	uint8_t own[6], frame[VECTOR_SLOT];

	nic_address(rig, own);
	nic_frame(frame, len, own, stranger, number);
	assert_true(pci_model_e1000_receive(rig_function(rig), frame, len));
}

/* Frame @i of the vector read is @number, of @len bytes. */
static void expect_frame(struct rig *rig, uint32_t i, uint32_t number, size_t len)
{
	struct nic_frame outcome = vector_outcome(&read, i);
	uint8_t own[6];

	nic_address(rig, own);
	check(outcome.status == STATUS_SUCCESS, "frame %u: status %08x", i,
	      (uint32_t)outcome.status);
	assert_int_equal(outcome.offset, read.array[i].offset);
	assert_int_equal(outcome.length, len);
	assert_int_equal(outcome.reserved, 0);
	check(nic_frame_is(vector_frame(&read, i), outcome.length, len, own, stranger, number),
	      "frame %u is another", i);
}

static void expect_none(uint32_t from)
{
	for (uint32_t i = from; i < read.count; i++) {
		struct nic_frame outcome = vector_outcome(&read, i);

		check((NTSTATUS)outcome.status == STATUS_NO_MORE_ENTRIES, "entry %u: %08x", i,
		      (uint32_t)outcome.status);
		assert_int_equal(outcome.length, 0);
		assert_int_equal(outcome.offset, read.array[i].offset);
		assert_int_equal(*vector_frame(&read, i), 0xee);
	}
}

static void test_vector__sent_and_read_whole__is_the_same(void **state)
{
	static const uint32_t counts[] = { 1, 2, 63, 64 };
	struct rig *rig = *state;
	uint8_t own[6];

	nic_address(rig, own);
	for (size_t c = 0; c < sizeof(counts) / sizeof(counts[0]); c++) {
		vector_prepare(&write, counts[c], LEN);
		vector_fill(&write, own, stranger, 100);
		vector_write(rig, &write);
		assert_true(rig_wait(&write.op));
		assert_int_equal(write.op.status, STATUS_SUCCESS);
		assert_int_equal(write.op.information, counts[c] * sizeof(struct nic_frame));
		vector_prepare(&read, counts[c], VECTOR_SLOT);
		vector_read(rig, &read);
		assert_true(rig_wait(&read.op));
		assert_int_equal(read.op.status, STATUS_SUCCESS);
		assert_int_equal(read.op.information, read.array[counts[c] - 1].offset + LEN);
		for (uint32_t i = 0; i < counts[c]; i++) {
			assert_int_equal(vector_outcome(&write, i).status, STATUS_SUCCESS);
			assert_int_equal(vector_outcome(&write, i).length, LEN);
			expect_frame(rig, i, 100 + i, LEN);
		}
	}
	assert_int_equal(nic_query_number(rig, NIC_OID_GEN_XMIT_OK), 130);
	assert_int_equal(nic_query_number(rig, NIC_OID_GEN_RCV_OK), 130);
}

static void test_vector__several_hundred_times__the_rings_go_round(void **state)
{
	struct rig *rig = *state;
	uint8_t own[6];

	nic_address(rig, own);
	for (uint32_t round = 0; round < 30; round++) {
		vector_prepare(&write, 61, LEN);
		vector_fill(&write, own, stranger, round * 61);
		vector_write(rig, &write);
		assert_true(rig_wait(&write.op));
		vector_prepare(&read, 64, LEN);
		vector_read(rig, &read);
		assert_true(rig_wait(&read.op));
		for (uint32_t i = 0; i < 61; i++)
			expect_frame(rig, i, round * 61 + i, LEN);
		expect_none(61);
	}
}

static void test_vector__read_with_fewer_frames_there__ends_with_those(void **state)
{
	struct rig *rig = *state;

	for (uint32_t i = 0; i < 3; i++)
		receive(rig, i, LEN + i);
	vector_prepare(&read, 8, VECTOR_SLOT);
	vector_read(rig, &read);
	assert_true(rig_wait(&read.op));
	assert_int_equal(read.op.status, STATUS_SUCCESS);
	assert_int_equal(read.op.information, read.array[2].offset + LEN + 2);
	for (uint32_t i = 0; i < 3; i++)
		expect_frame(rig, i, i, LEN + i);
	expect_none(3);
}

/* Places in any order: information covers the last byte, wherever it is. */
static void test_vector__places_backwards__information_ends_at_the_highest(void **state)
{
	struct rig *rig = *state;
	struct nic_frame first;

	for (uint32_t i = 0; i < 2; i++)
		receive(rig, i, LEN);
	vector_prepare(&read, 2, VECTOR_SLOT);
	first = read.array[0];
	read.array[0] = read.array[1];
	read.array[1] = first;
	vector_read(rig, &read);
	assert_true(rig_wait(&read.op));
	assert_int_equal(read.op.information, read.array[0].offset + LEN);
	expect_frame(rig, 0, 0, LEN);
	expect_frame(rig, 1, 1, LEN);
}

static void test_vector__read_with_no_frame__pends_until_one_comes(void **state)
{
	struct rig *rig = *state;

	vector_prepare(&read, 4, VECTOR_SLOT);
	vector_read(rig, &read);
	(void)nic_query_number(rig, NIC_OID_GEN_VENDOR_ID);
	assert_false(rig_is_done(&read.op));
	receive(rig, 7, LEN);
	assert_true(rig_wait(&read.op));
	assert_int_equal(read.op.status, STATUS_SUCCESS);
	expect_frame(rig, 0, 7, LEN);
	expect_none(1);
}

/* Nor does a change in place reach a frame that was judged elsewhere. */
static void test_vector__array_changed_while_it_pends__places_are_those_judged(void **state)
{
	struct rig *rig = *state;

	vector_prepare(&read, 1, LEN);
	vector_read(rig, &read);
	(void)nic_query_number(rig, NIC_OID_GEN_VENDOR_ID);
	read.array[0] = (struct nic_frame){ .offset = 0xfffffff0u, .length = 0xffffffffu };
	memcpy(read.memory, read.array, sizeof(read.array[0]));
	receive(rig, 7, LEN);
	assert_true(rig_wait(&read.op));
	assert_int_equal(read.op.status, STATUS_SUCCESS);
	read.array[0].offset = sizeof(struct nic_frame);
	expect_frame(rig, 0, 7, LEN);
}

static void test_vector__behind_a_read_that_waits__comes_second(void **state)
{
	struct rig *rig = *state;
	struct rig_op single, last;

	rig_read(rig, &single, NIC_MAX_FRAME);
	vector_prepare(&read, 4, VECTOR_SLOT);
	vector_read(rig, &read);
	rig_read(rig, &last, NIC_MAX_FRAME);
	for (uint32_t i = 0; i < 3; i++) {
		receive(rig, i, LEN);
		(void)nic_query_number(rig, NIC_OID_GEN_VENDOR_ID);
	}
	assert_true(rig_wait(&single) && rig_wait(&read.op) && rig_wait(&last));
	expect_frame(rig, 0, 1, LEN);
	assert_int_equal(single.status, STATUS_SUCCESS);
	assert_int_equal(last.status, STATUS_SUCCESS);
}

static void test_vector__frame_longer_than_its_place__ends_the_read_before_it(void **state)
{
	struct rig *rig = *state;

	receive(rig, 0, LEN);
	receive(rig, 1, LEN + 1);
	vector_prepare(&read, 4, LEN);
	vector_read(rig, &read);
	assert_true(rig_wait(&read.op));
	assert_int_equal(read.op.status, STATUS_SUCCESS);
	expect_frame(rig, 0, 0, LEN);
	expect_none(1);
	vector_prepare(&read, 4, LEN);
	vector_read(rig, &read);
	assert_true(rig_wait(&read.op));
	assert_int_equal(read.op.status, STATUS_BUFFER_TOO_SMALL);
	assert_int_equal(read.op.information, 0);
	vector_prepare(&read, 4, LEN + 1);
	vector_read(rig, &read);
	assert_true(rig_wait(&read.op));
	expect_frame(rig, 0, 1, LEN + 1);
}

/* --- lies --- */

static void none(struct vector *v)
{
	v->count = 0;
}

static void too_many(struct vector *v)
{
	vector_prepare(v, NIC_MOST_FRAMES + 1, LEN);
}

static void no_room_for_the_array(struct vector *v)
{
	v->room = v->count * sizeof(struct nic_frame) - 1;
}

static void in_the_array(struct vector *v)
{
	v->array[1].offset = v->count * (uint32_t)sizeof(struct nic_frame) - 1;
}

static void past_the_end(struct vector *v)
{
	v->array[2].offset = (uint32_t)v->room - LEN + 1;
}

static void far_away(struct vector *v)
{
	v->array[2].offset = 0xffffffffu;
}

static void wraps(struct vector *v)
{
	v->array[2].offset = 0xffffffffu - LEN + 65;
}

static void longer_than_all(struct vector *v)
{
	v->array[0].length = 0xffffffffu;
}

static void reserved_bit(struct vector *v)
{
	v->array[2].reserved = 0x80000000u;
}

static void too_short(struct vector *v)
{
	v->array[2].length = NIC_MIN_FRAME - 1;
}

static void empty(struct vector *v)
{
	v->array[2].length = 0;
}

static const struct {
	const char *what;
	void (*lie)(struct vector *v);
	NTSTATUS to_write, to_read;
} lies[] = {
	{ "none", none, STATUS_INVALID_BUFFER_SIZE, STATUS_INVALID_BUFFER_SIZE },
	{ "65", too_many, STATUS_INVALID_BUFFER_SIZE, STATUS_INVALID_BUFFER_SIZE },
	{ "no room", no_room_for_the_array, STATUS_BUFFER_TOO_SMALL, STATUS_BUFFER_TOO_SMALL },
	{ "in the array", in_the_array, STATUS_INVALID_PARAMETER, STATUS_INVALID_PARAMETER },
	{ "past the end", past_the_end, STATUS_INVALID_PARAMETER, STATUS_INVALID_PARAMETER },
	{ "far away", far_away, STATUS_INVALID_PARAMETER, STATUS_INVALID_PARAMETER },
	{ "wraps", wraps, STATUS_INVALID_PARAMETER, STATUS_INVALID_PARAMETER },
	{ "long", longer_than_all, STATUS_INVALID_PARAMETER, STATUS_INVALID_PARAMETER },
	{ "reserved", reserved_bit, STATUS_INVALID_PARAMETER, STATUS_INVALID_PARAMETER },
	{ "short", too_short, STATUS_INVALID_BUFFER_SIZE, STATUS_INVALID_PARAMETER },
	{ "empty", empty, STATUS_INVALID_BUFFER_SIZE, STATUS_INVALID_PARAMETER },
};

static void expect_refused(struct vector *v, const char *what, NTSTATUS status)
{
	check(rig_wait(&v->op), "%s: pends", what);
	check(v->op.status == status, "%s: %08x", what, (uint32_t)v->op.status);
	assert_int_equal(v->op.information, 0);
}

static void test_vector__array_that_lies__is_refused_and_nothing_done(void **state)
{
	struct rig *rig = *state;
	uint8_t own[6];

	nic_address(rig, own);
	receive(rig, 5, LEN);
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		vector_prepare(&write, 3, LEN);
		vector_fill(&write, own, stranger, 0);
		lies[i].lie(&write);
		vector_write(rig, &write);
		expect_refused(&write, lies[i].what, lies[i].to_write);
		vector_prepare(&read, 3, LEN);
		lies[i].lie(&read);
		vector_read(rig, &read);
		expect_refused(&read, lies[i].what, lies[i].to_read);
	}
	assert_int_equal(nic_query_number(rig, NIC_OID_GEN_XMIT_OK), 0);
	assert_int_equal(nic_query_number(rig, NIC_OID_GEN_RCV_OK), 1);
}

/* Half an entry too many, and a frame too long for the wire: of these arrays alone. */
static void test_vector__broken_entry_or_giant_frame__is_refused(void **state)
{
	static uint8_t memory[4096];
	struct nic_frame array[2] = { { .offset = sizeof(array), .length = NIC_MAX_FRAME + 1 },
				      { .offset = sizeof(array), .length = LEN } };
	struct rig *rig = *state;
	struct rig_op op;

	rig_control_in_place(rig, &op, IOCTL_NIC_WRITE_FRAMES, array, sizeof(array), memory,
			     sizeof(memory));
	assert_true(rig_wait(&op));
	assert_int_equal(op.status, STATUS_INVALID_BUFFER_SIZE);
	array[0].length = NIC_MAX_FRAME;
	rig_control_in_place(rig, &op, IOCTL_NIC_WRITE_FRAMES, array, sizeof(array) - 1, memory,
			     sizeof(memory));
	assert_true(rig_wait(&op));
	assert_int_equal(op.status, STATUS_INVALID_BUFFER_SIZE);
	rig_control_in_place(rig, &op, IOCTL_NIC_WRITE_FRAMES, array, sizeof(array), memory,
			     sizeof(memory));
	assert_true(rig_wait(&op));
	assert_int_equal(op.status, STATUS_SUCCESS);
	assert_int_equal(nic_query_number(rig, NIC_OID_GEN_XMIT_OK), 2);
}

#define VECTOR_TEST(name) cmocka_unit_test_setup_teardown(name, model_nic_setup, model_nic_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		VECTOR_TEST(test_vector__sent_and_read_whole__is_the_same),
		VECTOR_TEST(test_vector__several_hundred_times__the_rings_go_round),
		VECTOR_TEST(test_vector__read_with_fewer_frames_there__ends_with_those),
		VECTOR_TEST(test_vector__places_backwards__information_ends_at_the_highest),
		VECTOR_TEST(test_vector__read_with_no_frame__pends_until_one_comes),
		VECTOR_TEST(test_vector__array_changed_while_it_pends__places_are_those_judged),
		VECTOR_TEST(test_vector__behind_a_read_that_waits__comes_second),
		VECTOR_TEST(test_vector__frame_longer_than_its_place__ends_the_read_before_it),
		VECTOR_TEST(test_vector__array_that_lies__is_refused_and_nothing_done),
		VECTOR_TEST(test_vector__broken_entry_or_giant_frame__is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
