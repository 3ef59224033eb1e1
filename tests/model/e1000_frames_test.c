/* SPDX-License-Identifier: MIT */
/* e1000_frames_test.c - the e1000 driver on model:e1000: frames sent, received, refused, counted.
 */
#include <string.h>

#include "check.h"
#include "model_nic.h"
#include "nic.h"

static const uint8_t stranger[6] = { 0x02, 0, 0, 0, 0, 0x77 };

static void send_and_receive(struct rig *rig, const uint8_t own[6], size_t len, uint32_t number)
{
	uint8_t frame[NIC_MAX_FRAME], got[NIC_MAX_FRAME];
	size_t got_len;

	nic_frame(frame, len, own, stranger, number);
	assert_int_equal(nic_send(rig, frame, len), STATUS_SUCCESS);
	assert_int_equal(nic_receive(rig, got, sizeof(got), &got_len), STATUS_SUCCESS);
	check(nic_frame_is(got, got_len, len, own, stranger, number),
	      "frame %u of %zu bytes came back as %zu other bytes", number, len, got_len);
}

static void test_e1000__hundred_frames_in_loopback__come_back_unchanged(void **state)
{
	struct rig *rig = *state;
	uint8_t own[6];

	nic_address(rig, own);
	for (uint32_t number = 0; number < 100; number++)
		send_and_receive(rig, own, 60 + number * 14, number);
	assert_int_equal(nic_query_number(rig, NIC_OID_GEN_XMIT_OK), 100);
	assert_int_equal(nic_query_number(rig, NIC_OID_GEN_RCV_OK), 100);
}

static void test_e1000__smallest_and_largest_frame__pass(void **state)
{
	struct rig *rig = *state;
	uint8_t own[6];

	nic_address(rig, own);
	send_and_receive(rig, own, NIC_MIN_FRAME, 1);
	send_and_receive(rig, own, NIC_MAX_FRAME, 2);
}

static void test_e1000__frame_too_short_or_too_long__is_refused(void **state)
{
	struct rig *rig = *state;
	static const size_t lengths[] = { 0, 1, NIC_MIN_FRAME - 1, NIC_MAX_FRAME + 1, 2048 };
	uint8_t frame[2048] = { 0 };

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
		check(nic_send(rig, frame, lengths[i]) == STATUS_INVALID_BUFFER_SIZE, "%zu bytes",
		      lengths[i]);
	assert_int_equal(nic_query_number(rig, NIC_OID_GEN_XMIT_OK), 0);
}

static void test_e1000__read_before_frame__gets_it(void **state)
{
	struct rig *rig = *state;
	uint8_t own[6], frame[100];
	struct rig_op read;

	nic_address(rig, own);
	rig_read(rig, &read, sizeof(frame));
	nic_frame(frame, sizeof(frame), own, stranger, 5);
	assert_true(pci_model_e1000_receive(rig_function(rig), frame, sizeof(frame)));
	assert_true(rig_wait(&read));
	assert_int_equal(read.status, STATUS_SUCCESS);
	assert_int_equal(read.information, sizeof(frame));
	assert_memory_equal(read.data, frame, sizeof(frame));
}

static void test_e1000__reads_of_several_frames__complete_in_order(void **state)
{
	enum { FRAMES = 32 };
	static struct rig_op reads[FRAMES];
	struct rig *rig = *state;
	uint8_t own[6], frame[64];

	nic_address(rig, own);
	for (int i = 0; i < FRAMES; i++)
		rig_read(rig, &reads[i], NIC_MAX_FRAME);
	for (uint32_t i = 0; i < FRAMES; i++) {
		nic_frame(frame, sizeof(frame), own, stranger, i);
		assert_true(pci_model_e1000_receive(rig_function(rig), frame, sizeof(frame)));
	}
	for (uint32_t i = 0; i < FRAMES; i++) {
		assert_true(rig_wait(&reads[i]));
		check(nic_frame_is(reads[i].data, reads[i].information, sizeof(frame), own,
				   stranger, i),
		      "read %u got another frame", i);
	}
}

static void test_e1000__read_buffer_too_small__frame_stays_for_next_read(void **state)
{
	struct rig *rig = *state;
	uint8_t own[6], frame[200], got[NIC_MAX_FRAME];
	size_t got_len;

	nic_address(rig, own);
	nic_frame(frame, sizeof(frame), own, stranger, 9);
	assert_true(pci_model_e1000_receive(rig_function(rig), frame, sizeof(frame)));
	assert_int_equal(nic_receive(rig, got, sizeof(frame) - 1, &got_len),
			 STATUS_BUFFER_TOO_SMALL);
	assert_int_equal(nic_receive(rig, got, sizeof(got), &got_len), STATUS_SUCCESS);
	check(nic_frame_is(got, got_len, sizeof(frame), own, stranger, 9), "another frame");
}

/* The ring keeps 255 frames for slow readers; the device drops and counts the rest. */
static void test_e1000__nobody_reads__frames_are_dropped_and_counted(void **state)
{
	enum { KEPT = 255, SENT = 700 };
	struct rig *rig = *state;
	uint8_t own[6], frame[64], got[NIC_MAX_FRAME];
	uint32_t taken = 0, number;
	size_t got_len;

	nic_address(rig, own);
	for (uint32_t i = 0; i < SENT; i++) {
		nic_frame(frame, sizeof(frame), own, stranger, i);
		assert_int_equal(nic_send(rig, frame, sizeof(frame)), STATUS_SUCCESS);
		taken++;
	}
	assert_int_equal(nic_query_number(rig, NIC_OID_GEN_XMIT_OK), taken);
	for (uint32_t i = 0; i < KEPT; i++) {
		assert_int_equal(nic_receive(rig, got, sizeof(got), &got_len), STATUS_SUCCESS);
		assert_true(nic_frame_number(got, got_len, &number));
		assert_int_equal(number, i);
	}
	assert_int_equal(nic_query_number(rig, NIC_OID_GEN_RCV_OK), KEPT);
	assert_int_equal(nic_query_number(rig, NIC_OID_GEN_RCV_NO_BUFFER), SENT - KEPT);
	send_and_receive(rig, own, 64, SENT);
}

/* Faster than anybody can reap: what the device or the driver had no room for is in the count. */
static void test_e1000__burst_of_frames__every_one_is_received_or_counted(void **state)
{
	enum { FRAMES = 2000 };
	struct rig *rig = *state;
	uint8_t own[6], frame[64];

	nic_address(rig, own);
	for (uint32_t i = 0; i < FRAMES; i++) {
		nic_frame(frame, sizeof(frame), own, stranger, i);
		(void)pci_model_e1000_receive(rig_function(rig), frame, sizeof(frame));
	}
	for (uint32_t seen = 0; seen < FRAMES;) /* the last interrupt may still be on its way */
		seen = nic_query_number(rig, NIC_OID_GEN_RCV_OK) +
		       nic_query_number(rig, NIC_OID_GEN_RCV_NO_BUFFER);
	assert_int_equal(nic_query_number(rig, NIC_OID_GEN_RCV_OK) +
				 nic_query_number(rig, NIC_OID_GEN_RCV_NO_BUFFER),
			 FRAMES);
	assert_int_equal(nic_query_number(rig, NIC_OID_GEN_RCV_ERROR), 0);
}

static void test_e1000__frames_for_others__pass_only_promiscuously(void **state)
{
	static const uint32_t promiscuous = NIC_FILTER_PROMISCUOUS;
	static const uint8_t other[6] = { 0x02, 0, 0, 0, 0, 0x99 };
	struct rig *rig = *state;
	uint8_t frame[64], got[NIC_MAX_FRAME];
	size_t got_len;

	nic_frame(frame, sizeof(frame), other, stranger, 1);
	assert_false(pci_model_e1000_receive(rig_function(rig), frame, sizeof(frame)));
	assert_int_equal(
		nic_set(rig, NIC_OID_GEN_CURRENT_PACKET_FILTER, &promiscuous, sizeof(promiscuous)),
		STATUS_SUCCESS);
	assert_int_equal(nic_query_number(rig, NIC_OID_GEN_CURRENT_PACKET_FILTER), promiscuous);
	assert_true(pci_model_e1000_receive(rig_function(rig), frame, sizeof(frame)));
	assert_int_equal(nic_receive(rig, got, sizeof(got), &got_len), STATUS_SUCCESS);
}

static void test_e1000__address_changed__frames_to_the_new_one_arrive(void **state)
{
	static const uint8_t address[6] = { 0x02, 1, 2, 3, 4, 5 };
	struct rig *rig = *state;
	uint8_t old[6], frame[64], permanent[6];

	nic_address(rig, old);
	assert_int_equal(nic_set(rig, NIC_OID_802_3_CURRENT_ADDRESS, address, 6), STATUS_SUCCESS);
	nic_frame(frame, sizeof(frame), old, stranger, 1);
	assert_false(pci_model_e1000_receive(rig_function(rig), frame, sizeof(frame)));
	send_and_receive(rig, address, 64, 2);
	assert_int_equal(nic_query(rig, NIC_OID_802_3_PERMANENT_ADDRESS, permanent, 6),
			 STATUS_SUCCESS);
	assert_memory_equal(permanent, old, 6);
}

#define E1000_TEST(name) cmocka_unit_test_setup_teardown(name, model_nic_setup, model_nic_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		E1000_TEST(test_e1000__hundred_frames_in_loopback__come_back_unchanged),
		E1000_TEST(test_e1000__smallest_and_largest_frame__pass),
		E1000_TEST(test_e1000__frame_too_short_or_too_long__is_refused),
		E1000_TEST(test_e1000__read_before_frame__gets_it),
		E1000_TEST(test_e1000__reads_of_several_frames__complete_in_order),
		E1000_TEST(test_e1000__read_buffer_too_small__frame_stays_for_next_read),
		E1000_TEST(test_e1000__nobody_reads__frames_are_dropped_and_counted),
		E1000_TEST(test_e1000__burst_of_frames__every_one_is_received_or_counted),
		E1000_TEST(test_e1000__frames_for_others__pass_only_promiscuously),
		E1000_TEST(test_e1000__address_changed__frames_to_the_new_one_arrive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
