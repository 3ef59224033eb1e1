/* SPDX-License-Identifier: MIT */
/*
 * e1000_requests_test.c - the e1000 driver on model:e1000: requests that wait, and how they end:
 * cancelled, by a free descriptor, by close, by removal.
 */
#include <string.h>

#include "check.h"
#include "model_nic.h"
#include "nic.h"

/* One descriptor of the ring always stays free (3.4), so that many writes are in the device. */
#define IN_RING 255
#define WAITING 20

static struct rig_op writes[IN_RING + WAITING];

static void write_frames(struct rig *rig, int count)
{
	static const uint8_t to[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	static const uint8_t from[6] = { 0x02, 0, 0, 0, 0, 1 };
	uint8_t frame[64];

	for (int i = 0; i < count; i++) {
		nic_frame(frame, sizeof(frame), to, from, (uint32_t)i);
		rig_write(rig, &writes[i], frame, sizeof(frame));
	}
}

/* A control request behind others on the loop: when it is done, they have been presented. */
static void settle(struct rig *rig)
{
	(void)nic_query_number(rig, NIC_OID_GEN_VENDOR_ID);
}

static void test_e1000__pending_read_cancelled__ends_cancelled(void **state)
{
	struct rig *rig = *state;
	struct rig_op read;

	rig_read(rig, &read, NIC_MAX_FRAME);
	settle(rig);
	assert_false(rig_is_done(&read));
	rig_cancel(&read);
	assert_true(rig_wait(&read));
	assert_int_equal(read.status, STATUS_CANCELLED);
}

static void test_e1000__cancelled_read__loses_no_frame(void **state)
{
	struct rig *rig = *state;
	struct rig_op first, second;
	uint8_t own[6], frame[64];

	nic_address(rig, own);
	rig_read(rig, &first, NIC_MAX_FRAME);
	rig_read(rig, &second, NIC_MAX_FRAME);
	settle(rig);
	rig_cancel(&first);
	assert_true(rig_wait(&first));
	nic_frame(frame, sizeof(frame), own, own, 3);
	assert_true(pci_model_e1000_receive(rig_function(rig), frame, sizeof(frame)));
	assert_true(rig_wait(&second));
	assert_int_equal(second.status, STATUS_SUCCESS);
}

static void test_e1000__ring_full__further_writes_wait_for_a_descriptor(void **state)
{
	struct rig *rig = *state;

	model_nic_hold_transmit(rig, true);
	write_frames(rig, IN_RING + WAITING);
	settle(rig);
	for (int i = 0; i < IN_RING + WAITING; i++)
		check(!rig_is_done(&writes[i]), "write %d completed", i);
	model_nic_hold_transmit(rig, false);
	for (int i = 0; i < IN_RING + WAITING; i++) {
		check(rig_wait(&writes[i]), "write %d did not complete", i);
		assert_int_equal(writes[i].status, STATUS_SUCCESS);
		assert_int_equal(writes[i].information, 64);
	}
	assert_int_equal(nic_query_number(rig, NIC_OID_GEN_XMIT_OK), IN_RING + WAITING);
}

static void test_e1000__write_cancelled_while_it_waits__is_not_sent(void **state)
{
	struct rig *rig = *state;

	model_nic_hold_transmit(rig, true);
	write_frames(rig, IN_RING + WAITING);
	settle(rig);
	rig_cancel(&writes[IN_RING]);
	assert_true(rig_wait(&writes[IN_RING]));
	assert_int_equal(writes[IN_RING].status, STATUS_CANCELLED);
	model_nic_hold_transmit(rig, false);
	assert_true(rig_wait(&writes[IN_RING + WAITING - 1]));
	settle(rig);
	assert_int_equal(nic_query_number(rig, NIC_OID_GEN_XMIT_OK), IN_RING + WAITING - 1);
}

static void test_e1000__write_cancelled_in_the_ring__ends_at_once(void **state)
{
	struct rig *rig = *state;

	model_nic_hold_transmit(rig, true);
	write_frames(rig, 3);
	settle(rig);
	rig_cancel(&writes[1]);
	assert_true(rig_wait(&writes[1]));
	assert_int_equal(writes[1].status, STATUS_CANCELLED);
	assert_false(rig_is_done(&writes[0]));
	model_nic_hold_transmit(rig, false);
	assert_true(rig_wait(&writes[0]));
	assert_true(rig_wait(&writes[2]));
	assert_int_equal(writes[0].status, STATUS_SUCCESS);
	assert_int_equal(writes[2].status, STATUS_SUCCESS);
}

static void test_e1000__closed_with_requests_pending__all_end_cancelled(void **state)
{
	struct rig *rig = *state;
	struct rig_op read, status;

	model_nic_hold_transmit(rig, true);
	rig_read(rig, &read, NIC_MAX_FRAME);
	rig_control(rig, &status, IOCTL_NIC_INDICATE_STATUS, "", 0, sizeof(uint32_t));
	write_frames(rig, IN_RING + WAITING);
	settle(rig);
	fx_file_close(rig->file);
	rig->file = NULL;
	assert_true(rig_is_done(&read) && rig_is_done(&status));
	assert_int_equal(read.status, STATUS_CANCELLED);
	assert_int_equal(status.status, STATUS_CANCELLED);
	for (int i = 0; i < IN_RING + WAITING; i++) {
		check(rig_is_done(&writes[i]), "write %d still pends", i);
		assert_int_equal(writes[i].status, STATUS_CANCELLED);
	}
}

static void test_e1000__removed_in_order_with_requests_pending__all_end(void **state)
{
	struct rig *rig = *state;
	struct rig_op read;

	model_nic_hold_transmit(rig, true);
	rig_read(rig, &read, NIC_MAX_FRAME);
	write_frames(rig, IN_RING + WAITING);
	settle(rig);
	uwdf_device_remove(rig->device);
	assert_true(rig_is_done(&read));
	assert_false(NT_SUCCESS(read.status));
	for (int i = 0; i < IN_RING + WAITING; i++)
		check(rig_is_done(&writes[i]) && !NT_SUCCESS(writes[i].status), "write %d", i);
}

/* On the loop, as soon as the first write is over; latest first, to meet whoever ends the others.
 */
static void cancel_others(struct fx_packet *packet, NTSTATUS status, size_t information)
{
	(void)packet;
	(void)status;
	(void)information;
	for (int i = IN_RING - 2; i >= 0; i--)
		if (!rig_is_done(&writes[i]))
			rig_cancel(&writes[i]);
}

/* Power goes down on one thread while cancellations come on another. */
static void test_e1000__removed_while_writes_are_cancelled__all_end(void **state)
{
	struct fx_packet first = { .kind = FX_PACKET_WRITE, .complete = cancel_others };
	static const uint8_t frame[64];
	struct rig *rig = *state;

	first.in = frame;
	first.in_len = sizeof(frame);
	model_nic_hold_transmit(rig, true);
	fx_io_submit(rig->file, &first);
	write_frames(rig, IN_RING - 1);
	settle(rig);
	uwdf_device_remove(rig->device);
	for (int i = 0; i < IN_RING - 1; i++)
		check(rig_is_done(&writes[i]) && !NT_SUCCESS(writes[i].status), "write %d", i);
}

static void test_e1000__pulled_out_under_traffic__all_requests_end(void **state)
{
	struct rig *rig = *state;
	struct rig_op read;

	model_nic_hold_transmit(rig, true);
	rig_read(rig, &read, NIC_MAX_FRAME);
	write_frames(rig, IN_RING + WAITING);
	assert_int_equal(pci_function_provoke_removal(rig_function(rig)), 0);
	assert_true(rig_wait_left(rig));
	uwdf_device_remove(rig->device);
	assert_true(rig_is_done(&read));
	for (int i = 0; i < IN_RING + WAITING; i++)
		check(rig_is_done(&writes[i]), "write %d still pends", i);
}

static void test_e1000__link_goes_and_comes__watchers_are_told(void **state)
{
	struct rig *rig = *state;
	struct rig_op down, up;
	uint32_t indication;

	assert_int_equal(nic_query_number(rig, NIC_OID_GEN_MEDIA_CONNECT_STATUS), 0);
	rig_control(rig, &down, IOCTL_NIC_INDICATE_STATUS, "", 0, sizeof(indication));
	settle(rig);
	assert_false(rig_is_done(&down));
	pci_model_e1000_set_link(rig_function(rig), false);
	assert_true(rig_wait(&down));
	memcpy(&indication, down.data, sizeof(indication));
	assert_int_equal(down.status, STATUS_SUCCESS);
	assert_int_equal(indication, NIC_STATUS_MEDIA_DISCONNECT);
	assert_int_equal(nic_query_number(rig, NIC_OID_GEN_MEDIA_CONNECT_STATUS), 1);
	assert_int_equal(nic_query_number(rig, NIC_OID_GEN_LINK_SPEED), 0);

	rig_control(rig, &up, IOCTL_NIC_INDICATE_STATUS, "", 0, sizeof(indication));
	settle(rig);
	pci_model_e1000_set_link(rig_function(rig), true);
	assert_true(rig_wait(&up));
	memcpy(&indication, up.data, sizeof(indication));
	assert_int_equal(indication, NIC_STATUS_MEDIA_CONNECT);
	assert_int_equal(nic_query_number(rig, NIC_OID_GEN_LINK_SPEED), 10000000);
}

#define E1000_TEST(name) cmocka_unit_test_setup_teardown(name, model_nic_setup, model_nic_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		E1000_TEST(test_e1000__pending_read_cancelled__ends_cancelled),
		E1000_TEST(test_e1000__cancelled_read__loses_no_frame),
		E1000_TEST(test_e1000__ring_full__further_writes_wait_for_a_descriptor),
		E1000_TEST(test_e1000__write_cancelled_while_it_waits__is_not_sent),
		E1000_TEST(test_e1000__write_cancelled_in_the_ring__ends_at_once),
		E1000_TEST(test_e1000__closed_with_requests_pending__all_end_cancelled),
		E1000_TEST(test_e1000__removed_in_order_with_requests_pending__all_end),
		E1000_TEST(test_e1000__removed_while_writes_are_cancelled__all_end),
		E1000_TEST(test_e1000__pulled_out_under_traffic__all_requests_end),
		E1000_TEST(test_e1000__link_goes_and_comes__watchers_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
