/* SPDX-License-Identifier: MIT */
/*
 * e1000_vector_ends_test.c - the e1000 driver on model:e1000: how vectors of frames end that wait:
 * reported in part, cancelled, closed, removed.
 */
#include <string.h>

#include "check.h"
#include "model_nic.h"
#include "model_private.h"
#include "vector.h"
#include "vfio/mmio.h"

enum { ICS = 0x00c8, TDBAL = 0x3800, INT_TXDW = 0x01, DESCRIPTOR_BYTES = 16, STATUS_AT = 12 };
enum { DD = 0x01, LOST = 0x02, LEN = 64 };

static const uint8_t to[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
static const uint8_t from[6] = { 0x02, 0, 0, 0, 0, 1 };
static struct vector writes[5], read;
static struct rig_op single;

/* A control request behind others on the loop: when it is done, they have been presented. */
static void settle(struct rig *rig)
{
	(void)nic_query_number(rig, NIC_OID_GEN_VENDOR_ID);
}

static void write_held(struct rig *rig, struct vector *v, uint32_t count)
{
	vector_prepare(v, count, LEN);
	vector_fill(v, to, from, 0);
	vector_write(rig, v);
	settle(rig);
	check(!rig_is_done(&v->op), "it completed");
}

static volatile uint8_t *reg(struct rig *rig, uint32_t offset)
{
	return (volatile uint8_t *)pci_function_bar(rig_function(rig), 0)->regs + offset;
}

/* As if the device had written descriptor @i back, without an interrupt. */
static void report(struct rig *rig, uint32_t i, uint8_t status)
{
	struct pci_model *m = pci_model_of(rig_function(rig), "e1000");
	uint64_t ring = vfio_mmio_read32(reg(rig, TDBAL));

	pci_model_lock(m);
	check(pci_model_dma_write(m, ring + i * DESCRIPTOR_BYTES + STATUS_AT, &status, 1),
	      "outside the arena");
	pci_model_unlock(m);
}

static void expect_outcomes(const struct vector *v, uint32_t first, uint32_t end, NTSTATUS status)
{
	for (uint32_t i = first; i < end; i++) {
		struct nic_frame outcome = vector_outcome(v, i);

		check(outcome.status == status, "frame %u: %08x", i, (uint32_t)outcome.status);
		assert_int_equal(outcome.offset, v->array[i].offset);
		assert_int_equal(outcome.length, LEN);
	}
}

static void expect_cancelled(struct vector *v)
{
	check(rig_wait(&v->op), "it pends");
	assert_int_equal(v->op.status, STATUS_CANCELLED);
	assert_int_equal(v->op.information, 0);
	assert_int_equal(v->memory[0], 0xee); /* no outcomes */
}

static void test_vector__frames_lost_by_the_device__have_their_own_status(void **state)
{
	struct rig *rig = *state;

	model_nic_hold_transmit(rig, true);
	write_held(rig, &writes[0], 4);
	for (uint32_t i = 0; i < 4; i++)
		report(rig, i, i == 1 || i == 3 ? DD | LOST : DD);
	vfio_mmio_write32(reg(rig, ICS), INT_TXDW);
	assert_true(rig_wait(&writes[0].op));
	assert_int_equal(writes[0].op.status, STATUS_SUCCESS);
	assert_int_equal(writes[0].op.information, 4 * sizeof(struct nic_frame));
	expect_outcomes(&writes[0], 0, 1, STATUS_SUCCESS);
	expect_outcomes(&writes[0], 1, 2, STATUS_IO_DEVICE_ERROR);
	expect_outcomes(&writes[0], 2, 3, STATUS_SUCCESS);
	expect_outcomes(&writes[0], 3, 4, STATUS_IO_DEVICE_ERROR);
	assert_int_equal(nic_query_number(rig, NIC_OID_GEN_XMIT_OK), 2);
	assert_int_equal(nic_query_number(rig, NIC_OID_GEN_XMIT_ERROR), 2);
}

static void test_vector__reported_in_part__pends_for_the_last(void **state)
{
	struct rig *rig = *state;

	model_nic_hold_transmit(rig, true);
	write_held(rig, &writes[0], 4);
	for (uint32_t i = 0; i < 3; i++)
		report(rig, i, DD);
	vfio_mmio_write32(reg(rig, ICS), INT_TXDW);
	settle(rig);
	assert_false(rig_is_done(&writes[0].op));
	model_nic_hold_transmit(rig, false);
	assert_true(rig_wait(&writes[0].op));
	expect_outcomes(&writes[0], 0, 4, STATUS_SUCCESS);
}

static void test_vector__cancelled_before_any_report__ends_cancelled(void **state)
{
	struct rig *rig = *state;

	model_nic_hold_transmit(rig, true);
	write_held(rig, &writes[0], 4);
	write_held(rig, &writes[1], 2);
	rig_cancel(&writes[0].op);
	expect_cancelled(&writes[0]);
	assert_false(rig_is_done(&writes[1].op));
	model_nic_hold_transmit(rig, false);
	assert_true(rig_wait(&writes[1].op));
	expect_outcomes(&writes[1], 0, 2, STATUS_SUCCESS);
}

static void test_vector__cancelled_reported_in_part__says_which(void **state)
{
	struct rig *rig = *state;

	model_nic_hold_transmit(rig, true);
	write_held(rig, &writes[0], 4);
	report(rig, 0, DD);
	report(rig, 1, DD | LOST);
	rig_cancel(&writes[0].op);
	assert_true(rig_wait(&writes[0].op));
	assert_int_equal(writes[0].op.status, STATUS_SUCCESS);
	assert_int_equal(writes[0].op.information, 4 * sizeof(struct nic_frame));
	expect_outcomes(&writes[0], 0, 1, STATUS_SUCCESS);
	expect_outcomes(&writes[0], 1, 2, STATUS_IO_DEVICE_ERROR);
	expect_outcomes(&writes[0], 2, 4, STATUS_CANCELLED);
}

/* Four of 63 are in the ring; the fifth waits for room, and a write of one frame behind it. */
static void fill_ring(struct rig *rig)
{
	static const uint8_t frame[LEN];

	model_nic_hold_transmit(rig, true);
	for (int i = 0; i < 5; i++)
		write_held(rig, &writes[i], 63);
	rig_write(rig, &single, frame, sizeof(frame));
	settle(rig);
	assert_false(rig_is_done(&single));
}

static void test_vector__no_room_in_the_ring__waits_and_keeps_its_turn(void **state)
{
	struct rig *rig = *state;

	fill_ring(rig);
	model_nic_hold_transmit(rig, false);
	assert_true(rig_wait(&single));
	for (int i = 0; i < 5; i++) {
		check(rig_is_done(&writes[i].op), "a later write overtook vector %d", i);
		expect_outcomes(&writes[i], 0, 63, STATUS_SUCCESS);
	}
	assert_int_equal(nic_query_number(rig, NIC_OID_GEN_XMIT_OK), 5 * 63 + 1);
}

static void test_vector__cancelled_while_it_waits_for_room__is_not_sent(void **state)
{
	struct rig *rig = *state;

	fill_ring(rig);
	rig_cancel(&writes[4].op);
	expect_cancelled(&writes[4]);
	model_nic_hold_transmit(rig, false);
	assert_true(rig_wait(&single));
	assert_int_equal(nic_query_number(rig, NIC_OID_GEN_XMIT_OK), 4 * 63 + 1);
}

static void test_vector__lies_while_there_is_no_room__is_refused_at_once(void **state)
{
	static struct vector liar;
	struct rig *rig = *state;

	fill_ring(rig);
	vector_prepare(&liar, 2, LEN);
	liar.array[1].reserved = 1;
	vector_write(rig, &liar);
	assert_true(rig_wait(&liar.op));
	assert_int_equal(liar.op.status, STATUS_INVALID_PARAMETER);
}

static void test_vector__read_cancelled_while_it_pends__loses_no_frame(void **state)
{
	struct rig *rig = *state;
	uint8_t own[6], frame[LEN], got[NIC_MAX_FRAME];
	size_t len;

	nic_address(rig, own);
	vector_prepare(&read, 4, LEN);
	vector_read(rig, &read);
	settle(rig);
	rig_cancel(&read.op);
	expect_cancelled(&read);
	nic_frame(frame, sizeof(frame), own, from, 3);
	assert_true(pci_model_e1000_receive(rig_function(rig), frame, sizeof(frame)));
	assert_int_equal(nic_receive(rig, got, sizeof(got), &len), STATUS_SUCCESS);
	assert_true(nic_frame_is(got, len, LEN, own, from, 3));
}

static void expect_ended(void)
{
	check(rig_is_done(&read.op), "the read pends");
	assert_false(NT_SUCCESS(read.op.status));
	assert_true(rig_is_done(&single));
	for (int i = 0; i < 5; i++) {
		check(rig_is_done(&writes[i].op), "vector %d pends", i);
		check(!NT_SUCCESS(writes[i].op.status), "vector %d: %08x", i,
		      (uint32_t)writes[i].op.status);
	}
}

static void fill_all(struct rig *rig)
{
	vector_prepare(&read, 4, LEN);
	vector_read(rig, &read);
	fill_ring(rig);
}

static void test_vector__closed_while_all_pend__all_end(void **state)
{
	struct rig *rig = *state;

	fill_all(rig);
	fx_file_close(rig->file);
	rig->file = NULL;
	expect_ended();
}

static void test_vector__removed_in_order_while_all_pend__all_end(void **state)
{
	struct rig *rig = *state;

	fill_all(rig);
	uwdf_device_remove(rig->device);
	expect_ended();
}

/* Power goes down with one reported in part: that one says what it knows. */
static void test_vector__removed_with_one_reported_in_part__says_which(void **state)
{
	struct rig *rig = *state;

	model_nic_hold_transmit(rig, true);
	write_held(rig, &writes[0], 3);
	report(rig, 0, DD);
	uwdf_device_remove(rig->device);
	assert_true(rig_is_done(&writes[0].op));
	assert_int_equal(writes[0].op.status, STATUS_SUCCESS);
	expect_outcomes(&writes[0], 0, 1, STATUS_SUCCESS);
	expect_outcomes(&writes[0], 1, 3, STATUS_CANCELLED);
}

/* All are reported, but nobody has looked: each ends once, as sent. */
static void test_vector__removed_with_all_reported__ends_once(void **state)
{
	struct rig *rig = *state;

	model_nic_hold_transmit(rig, true);
	write_held(rig, &writes[0], 3);
	for (uint32_t i = 0; i < 3; i++)
		report(rig, i, DD);
	uwdf_device_remove(rig->device);
	assert_true(rig_is_done(&writes[0].op));
	assert_int_equal(writes[0].op.status, STATUS_SUCCESS);
	expect_outcomes(&writes[0], 0, 3, STATUS_SUCCESS);
}

static void test_single__removed_with_it_reported__ends_once(void **state)
{
	struct rig *rig = *state;
	uint8_t frame[LEN];

	model_nic_hold_transmit(rig, true);
	nic_frame(frame, sizeof(frame), to, from, 0);
	rig_write(rig, &single, frame, sizeof(frame));
	settle(rig);
	assert_false(rig_is_done(&single));
	report(rig, 0, DD);
	uwdf_device_remove(rig->device);
	assert_true(rig_is_done(&single));
	assert_int_equal(single.status, STATUS_SUCCESS);
	assert_int_equal(single.information, LEN);
}

static void test_vector__pulled_out_while_all_pend__all_end(void **state)
{
	struct rig *rig = *state;

	fill_all(rig);
	assert_int_equal(pci_function_provoke_removal(rig_function(rig)), 0);
	assert_true(rig_wait_left(rig));
	uwdf_device_remove(rig->device);
	expect_ended();
}

/* The device's buffers go round: what a longer frame left in one is not for whoever reads next. */
static void test_read__a_short_frame__nothing_of_an_earlier_one(void **state)
{
	struct rig *rig = *state;
	uint8_t own[6], frame[64], got[64];
	size_t len;

	nic_address(rig, own);
	memset(frame, 0xaa, sizeof(frame));
	memcpy(frame, own, sizeof(own));
	for (unsigned int i = 0; i < 256; i++) {
		assert_true(pci_model_e1000_receive(rig_function(rig), frame, sizeof(frame)));
		assert_int_equal(nic_receive(rig, got, sizeof(got), &len), STATUS_SUCCESS);
	}
	for (size_t length = sizeof(frame); length >= 60; length--) {
		memset(frame, 0x55, sizeof(frame));
		memcpy(frame, own, sizeof(own));
		assert_true(pci_model_e1000_receive(rig_function(rig), frame, length));
		vector_prepare(&read, 1, sizeof(frame));
		vector_read(rig, &read);
		assert_true(rig_wait(&read.op));
		assert_int_equal(vector_outcome(&read, 0).length, length);
		for (size_t i = length; i < sizeof(frame); i++)
			assert_int_not_equal(vector_frame(&read, 0)[i], 0xaa);
	}
}

#define ENDS_TEST(name) cmocka_unit_test_setup_teardown(name, model_nic_setup, model_nic_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ENDS_TEST(test_vector__frames_lost_by_the_device__have_their_own_status),
		ENDS_TEST(test_vector__reported_in_part__pends_for_the_last),
		ENDS_TEST(test_vector__cancelled_before_any_report__ends_cancelled),
		ENDS_TEST(test_vector__cancelled_reported_in_part__says_which),
		ENDS_TEST(test_vector__no_room_in_the_ring__waits_and_keeps_its_turn),
		ENDS_TEST(test_vector__cancelled_while_it_waits_for_room__is_not_sent),
		ENDS_TEST(test_vector__lies_while_there_is_no_room__is_refused_at_once),
		ENDS_TEST(test_vector__read_cancelled_while_it_pends__loses_no_frame),
		ENDS_TEST(test_vector__closed_while_all_pend__all_end),
		ENDS_TEST(test_vector__removed_in_order_while_all_pend__all_end),
		ENDS_TEST(test_vector__removed_with_one_reported_in_part__says_which),
		ENDS_TEST(test_vector__removed_with_all_reported__ends_once),
		ENDS_TEST(test_single__removed_with_it_reported__ends_once),
		ENDS_TEST(test_vector__pulled_out_while_all_pend__all_end),
		ENDS_TEST(test_read__a_short_frame__nothing_of_an_earlier_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
