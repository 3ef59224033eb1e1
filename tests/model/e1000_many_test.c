/* SPDX-License-Identifier: MIT */
/*
 * e1000_many_test.c - the e1000 driver on a model:e1000 whose reports of sent frames may be forged:
 * reads and writes that came together, of all lengths, refused and lost ones among them.
 */
#include <string.h>

#include "check.h"
#include "model_forger.h"
#include "model_nic.h"
#include "nic.h"

enum { COUNT = 12, ROUNDS = 50 };

/* One byte more and less than what is moved in one go, and the ends. */
static const size_t lengths[COUNT] = { 60, 64, 65, 64, 1514, 61, 63, 64, 128, 60, 1024, 64 };
static const uint8_t stranger[6] = { 0x02, 0, 0, 0, 0, 9 };

static struct rig_leftovers before;
static struct rig rig;
static uint8_t own[6];
static struct rig_op sent[RIG_MANY], got[RIG_MANY];

static int setup(void **state)
{
	static const struct rig_params params = {
		.driver = UWDF_TEST_DRIVERS "/e1000.so",
		.address = "model:forger",
		.verify = "VerifierOn=0", /* or all come one at a time */
	};

	(void)state;
	before = rig_leftovers_now();
	if (model_forger_register() || rig_start(&rig, &params))
		return -1;
	nic_address(&rig, own);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	rig_stop(&rig);
	model_forger_unregister();
	return rig_nothing_left(&before) ? 0 : -1;
}

/* Frames @first on, to itself. */
static void write_many(struct rig_op *ops, size_t count, const size_t *lens, uint32_t first)
{
	for (size_t i = 0; i < count; i++)
		if (lens[i] >= NIC_MIN_FRAME && lens[i] <= NIC_MAX_FRAME)
			nic_frame(ops[i].data, lens[i], own, stranger, first + (uint32_t)i);
	rig_write_many(&rig, ops, count, lens);
}

static void all_end(struct rig_op *ops, size_t count, NTSTATUS status)
{
	for (size_t i = 0; i < count; i++) {
		check(rig_wait(&ops[i]), "request %zu does not end", i);
		check(ops[i].status == status, "request %zu: %08x", i, (uint32_t)ops[i].status);
	}
}

static void is_frame(const struct rig_op *op, size_t len, uint32_t number)
{
	check(op->information == len, "frame %u has %zu bytes, not %zu", number, op->information,
	      len);
	check(nic_frame_is(op->data, op->information, len, own, stranger, number),
	      "frame %u is another", number);
}

static void in_order(const struct rig_op *ops, size_t count)
{
	for (size_t i = 1; i < count; i++)
		check(ops[i - 1].order < ops[i].order, "request %zu before the one before it", i);
}

static const size_t *all_of(size_t len)
{
	static size_t lens[RIG_MANY];

	for (size_t i = 0; i < RIG_MANY; i++)
		lens[i] = len;
	return lens;
}

static void test_many__lengths_of_all_kinds__arrive_as_they_are(void **state)
{
	uint32_t doorbells = nic_query_number(&rig, NIC_OID_UWDF_DOORBELLS);

	(void)state;
	for (int round = 0; round < ROUNDS; round++) { /* the rings' ends at every place of it */
		write_many(sent, COUNT, lengths, 0);
		all_end(sent, COUNT, STATUS_SUCCESS);
		for (int i = 0; i < COUNT; i++)
			memset(got[i].data, 0xee, sizeof(got[i].data));
		rig_read_many(&rig, got, COUNT, lengths);
		all_end(got, COUNT, STATUS_SUCCESS);
		for (uint32_t i = 0; i < COUNT; i++) {
			assert_int_equal(sent[i].information, lengths[i]);
			is_frame(&got[i], lengths[i], i);
			assert_int_equal(got[i].data[lengths[i]], 0xee);
		}
	}
	assert_int_equal(nic_query_number(&rig, NIC_OID_GEN_XMIT_OK), ROUNDS * COUNT);
	assert_int_equal(nic_query_number(&rig, NIC_OID_GEN_RCV_OK), ROUNDS * COUNT);
	/* one for the writes of a round, one for each batch of reads; one request in 64 is alone */
	doorbells = nic_query_number(&rig, NIC_OID_UWDF_DOORBELLS) - doorbells;
	check(doorbells < ROUNDS + ROUNDS * COUNT / 32 + 2 * ROUNDS * COUNT / 16, "%u doorbells",
	      doorbells);
}

static void test_many__more_reads_than_frames__the_rest_get_the_next_in_order(void **state)
{
	(void)state;
	write_many(sent, 5, lengths, 0);
	all_end(sent, 5, STATUS_SUCCESS);
	rig_read_many(&rig, got, COUNT, all_of(NIC_MAX_FRAME));
	all_end(got, 5, STATUS_SUCCESS);
	assert_false(rig_is_done(&got[5]));
	write_many(sent, COUNT, lengths, 5);
	all_end(sent, COUNT, STATUS_SUCCESS);
	all_end(got, COUNT, STATUS_SUCCESS);
	in_order(got, COUNT);
	for (uint32_t i = 0; i < COUNT; i++)
		is_frame(&got[i], lengths[i < 5 ? i : i - 5], i);
	rig_read_many(&rig, got, 5, all_of(NIC_MAX_FRAME)); /* what is left of the second */
	all_end(got, 5, STATUS_SUCCESS);
	is_frame(&got[4], lengths[COUNT - 1], COUNT + 4);
}

static void test_many__read_too_small__frame_stays_for_the_next(void **state)
{
	static const size_t rooms[4] = { 64, 59, 20, 1514 };
	static const NTSTATUS ends[4] = { STATUS_SUCCESS, STATUS_BUFFER_TOO_SMALL,
					  STATUS_BUFFER_TOO_SMALL, STATUS_SUCCESS };

	(void)state;
	write_many(sent, 2, lengths, 0);
	all_end(sent, 2, STATUS_SUCCESS);
	rig_read_many(&rig, got, 4, rooms);
	for (int i = 0; i < 4; i++)
		all_end(&got[i], 1, ends[i]);
	is_frame(&got[0], 60, 0);
	is_frame(&got[3], 64, 1);
	assert_int_equal(got[1].information, 0);
}

static void test_many__writes_that_are_no_frames__refused_the_others_sent(void **state)
{
	static const size_t lens[6] = { 64, 13, 64, 1515, 64, 1 };

	(void)state;
	write_many(sent, 6, lens, 0);
	for (int i = 0; i < 6; i++)
		all_end(&sent[i], 1, i % 2 ? STATUS_INVALID_BUFFER_SIZE : STATUS_SUCCESS);
	in_order(sent, 6);
	rig_read_many(&rig, got, 3, all_of(64));
	all_end(got, 3, STATUS_SUCCESS);
	for (uint32_t i = 0; i < 3; i++)
		is_frame(&got[i], 64, 2 * i);
}

static void test_many__lost_at_once__only_these_fail(void **state)
{
	const uint64_t which = 1u << 2 | 1u << 7;

	(void)state;
	model_forger_lose(which);
	write_many(sent, COUNT, lengths, 0);
	for (int i = 0; i < COUNT; i++)
		all_end(&sent[i], 1, which >> i & 1 ? STATUS_IO_DEVICE_ERROR : STATUS_SUCCESS);
	assert_int_equal(nic_query_number(&rig, NIC_OID_GEN_XMIT_OK), COUNT - 2);
	assert_int_equal(nic_query_number(&rig, NIC_OID_GEN_XMIT_ERROR), 2);
}

static void test_many__device_sends_later__they_wait_and_can_be_cancelled(void **state)
{
	(void)state;
	model_nic_hold_transmit(&rig, true);
	write_many(sent, COUNT, lengths, 0);
	assert_false(rig_is_done(&sent[0]));
	rig_cancel_of_many(&sent[3]);
	all_end(&sent[3], 1, STATUS_CANCELLED);
	assert_false(rig_is_done(&sent[4]));
	model_nic_hold_transmit(&rig, false);
	write_many(sent + COUNT, 1, lengths, COUNT); /* the doorbell has the device look */
	all_end(sent, 3, STATUS_SUCCESS);
	all_end(sent + 4, COUNT - 3, STATUS_SUCCESS);
	for (int i = 0; i < COUNT; i++)
		assert_int_equal(sent[i].information, i == 3 ? 0 : lengths[i]);
}

static void test_many__more_writes_than_descriptors__all_are_sent_in_order(void **state)
{
	static struct rig_op more[3 * RIG_MANY];

	(void)state;
	model_nic_hold_transmit(&rig, true);
	for (uint32_t i = 0; i < 3; i++)
		write_many(more + i * RIG_MANY, RIG_MANY, all_of(64), i * RIG_MANY);
	for (int i = 0; i < 3; i++)
		assert_false(rig_is_done(&more[i * RIG_MANY]));
	model_nic_hold_transmit(&rig, false);
	write_many(sent, 1, lengths, 3 * RIG_MANY);
	all_end(more, 3 * RIG_MANY, STATUS_SUCCESS);
	all_end(sent, 1, STATUS_SUCCESS);
	in_order(more, 3 * RIG_MANY);
	rig_read_many(&rig, got, RIG_MANY,
		      all_of(64)); /* those that the receive ring has room for */
	all_end(got, RIG_MANY, STATUS_SUCCESS);
	for (uint32_t i = 0; i < RIG_MANY; i++)
		is_frame(&got[i], 64, i);
}

static void test_many__device_goes_away__all_end(void **state)
{
	(void)state;
	model_nic_hold_transmit(&rig, true);
	write_many(sent, COUNT, lengths, 0);
	rig_read_many(&rig, got, COUNT, lengths);
	assert_false(rig_is_done(&sent[0]));
	assert_false(rig_is_done(&got[0]));
	uwdf_device_remove(rig.device);
	rig.device = NULL;
	for (int i = 0; i < COUNT; i++) {
		assert_true(rig_wait(&sent[i]));
		assert_true(rig_wait(&got[i]));
	}
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_many__lengths_of_all_kinds__arrive_as_they_are),
		TEST(test_many__more_reads_than_frames__the_rest_get_the_next_in_order),
		TEST(test_many__read_too_small__frame_stays_for_the_next),
		TEST(test_many__writes_that_are_no_frames__refused_the_others_sent),
		TEST(test_many__lost_at_once__only_these_fail),
		TEST(test_many__device_sends_later__they_wait_and_can_be_cancelled),
		TEST(test_many__more_writes_than_descriptors__all_are_sent_in_order),
		TEST(test_many__device_goes_away__all_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
