/* SPDX-License-Identifier: MIT */
/* e1000_control_test.c - the e1000 driver on model:e1000: what its control codes answer. */
#include <string.h>

#include "check.h"
#include "model_nic.h"
#include "nic.h"

static int32_t control(struct rig *rig, uint32_t code, const void *in, size_t in_len,
		       size_t out_len, struct rig_op *op)
{
	rig_control(rig, op, code, in, in_len, out_len);
	check(rig_wait(op), "control code %08x did not complete", code);
	return op->status;
}

static void test_e1000__numbers__are_those_of_the_interface(void **state)
{
	struct rig *rig = *state;

	assert_int_equal(nic_query_number(rig, NIC_OID_GEN_MAXIMUM_FRAME_SIZE), 1500);
	assert_int_equal(nic_query_number(rig, NIC_OID_GEN_MAXIMUM_TOTAL_SIZE), 1514);
	assert_int_equal(nic_query_number(rig, NIC_OID_GEN_LINK_SPEED), 10000000);
	assert_int_equal(nic_query_number(rig, NIC_OID_GEN_MEDIA_CONNECT_STATUS), 0);
	assert_int_equal(nic_query_number(rig, NIC_OID_GEN_CURRENT_PACKET_FILTER),
			 NIC_FILTER_DIRECTED | NIC_FILTER_MULTICAST | NIC_FILTER_BROADCAST);
	assert_int_equal(nic_query_number(rig, NIC_OID_GEN_XMIT_ERROR), 0);
	assert_int_equal(nic_query_number(rig, NIC_OID_GEN_RCV_ERROR), 0);
	assert_int_equal(nic_query_number(rig, NIC_OID_GEN_RCV_NO_BUFFER), 0);
}

static void test_e1000__addresses__are_those_of_the_eeprom(void **state)
{
	static const uint8_t expected[6] = { 0x52, 0x54, 0x00, 0x12, 0x34, 0x56 };
	struct rig *rig = *state;
	uint8_t address[6];

	assert_int_equal(nic_query(rig, NIC_OID_802_3_PERMANENT_ADDRESS, address, 6),
			 STATUS_SUCCESS);
	assert_memory_equal(address, expected, 6);
	assert_int_equal(nic_query(rig, NIC_OID_802_3_CURRENT_ADDRESS, address, 6), STATUS_SUCCESS);
	assert_memory_equal(address, expected, 6);
	assert_int_equal(nic_query_number(rig, NIC_OID_GEN_VENDOR_ID), 0x005452);
}

static void test_e1000__unknown_oid_or_code__is_refused(void **state)
{
	static const uint32_t oid = 0x00010101;
	struct rig *rig = *state;
	struct rig_op op;
	uint32_t number = 0;

	assert_int_equal(nic_query(rig, oid, &number, sizeof(number)), STATUS_NOT_SUPPORTED);
	assert_int_equal(nic_set(rig, oid, &number, sizeof(number)), STATUS_NOT_SUPPORTED);
	assert_int_equal(nic_set(rig, NIC_OID_GEN_LINK_SPEED, &number, sizeof(number)),
			 STATUS_NOT_SUPPORTED);
	assert_int_equal(control(rig, NIC_CTL_CODE(0x2ff), &oid, sizeof(oid), 4, &op),
			 STATUS_INVALID_DEVICE_REQUEST);
}

static void test_e1000__short_buffers__are_refused(void **state)
{
	static const uint32_t oids[] = { NIC_OID_GEN_LINK_SPEED, NIC_OID_802_3_CURRENT_ADDRESS,
					 NIC_OID_GEN_CURRENT_PACKET_FILTER };
	struct rig *rig = *state;
	struct rig_op op;
	uint8_t value[6] = { 0 };

	assert_int_equal(control(rig, IOCTL_NIC_QUERY_OID, oids, 3, 4, &op),
			 STATUS_BUFFER_TOO_SMALL);
	assert_int_equal(nic_query(rig, oids[0], value, 3), STATUS_BUFFER_TOO_SMALL);
	assert_int_equal(nic_query(rig, oids[1], value, 5), STATUS_BUFFER_TOO_SMALL);
	assert_int_equal(control(rig, IOCTL_NIC_SET_OID, oids, 3, 0, &op), STATUS_BUFFER_TOO_SMALL);
	assert_int_equal(nic_set(rig, oids[1], value, 5), STATUS_BUFFER_TOO_SMALL);
	assert_int_equal(nic_set(rig, oids[2], value, 3), STATUS_BUFFER_TOO_SMALL);
	assert_int_equal(control(rig, IOCTL_NIC_INDICATE_STATUS, "", 0, 3, &op),
			 STATUS_BUFFER_TOO_SMALL);
}

static void test_e1000__values_that_make_no_sense__are_refused(void **state)
{
	static const uint8_t group[6] = { 0x01, 0, 0x5e, 0, 0, 1 }, zero[6] = { 0 };
	static const uint32_t filter = 0x80000000u;
	struct rig *rig = *state;

	assert_int_equal(nic_set(rig, NIC_OID_802_3_CURRENT_ADDRESS, group, 6),
			 STATUS_INVALID_PARAMETER);
	assert_int_equal(nic_set(rig, NIC_OID_802_3_CURRENT_ADDRESS, zero, 6),
			 STATUS_INVALID_PARAMETER);
	assert_int_equal(nic_set(rig, NIC_OID_GEN_CURRENT_PACKET_FILTER, &filter, 4),
			 STATUS_INVALID_PARAMETER);
}

static void set_filter(struct rig *rig, uint32_t filter)
{
	assert_int_equal(nic_set(rig, NIC_OID_GEN_CURRENT_PACKET_FILTER, &filter, sizeof(filter)),
			 STATUS_SUCCESS);
}

/* Which of a frame to us, to a group and to all are received? They come back in order. */
static uint32_t received(struct rig *rig, uint32_t filter)
{
	static const uint8_t own[6] = { 0x02, 0, 0, 0, 0, 7 },
			     group[6] = { 0x01, 0, 0x5e, 0, 0, 1 };
	static const uint8_t all[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	static const uint8_t *const to[] = { own, group, all, own };
	uint8_t frame[64], got[NIC_MAX_FRAME];
	uint32_t number = 0, mask = 0;
	size_t len;

	set_filter(rig, filter);
	assert_int_equal(nic_set(rig, NIC_OID_802_3_CURRENT_ADDRESS, own, 6), STATUS_SUCCESS);
	for (uint32_t i = 0; i < 4; i++) {
		if (i == 3) /* the end, received in any case */
			set_filter(rig, NIC_FILTER_DIRECTED);
		nic_frame(frame, sizeof(frame), to[i], own, i);
		assert_int_equal(nic_send(rig, frame, sizeof(frame)), STATUS_SUCCESS);
	}
	while (number != 3) {
		assert_int_equal(nic_receive(rig, got, sizeof(got), &len), STATUS_SUCCESS);
		assert_true(nic_frame_number(got, len, &number));
		mask |= 1u << number;
	}
	return mask & 7u;
}

static void test_e1000__filter__receives_what_it_names_only(void **state)
{
	struct rig *rig = *state;

	assert_int_equal(received(rig, 0), 0);
	assert_int_equal(received(rig, NIC_FILTER_DIRECTED), 1);
	assert_int_equal(received(rig, NIC_FILTER_MULTICAST), 2 | 4); /* all are a group */
	assert_int_equal(received(rig, NIC_FILTER_BROADCAST), 4);
	assert_int_equal(received(rig, NIC_FILTER_PROMISCUOUS), 7);
}

#define E1000_TEST(name) cmocka_unit_test_setup_teardown(name, model_nic_setup, model_nic_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		E1000_TEST(test_e1000__numbers__are_those_of_the_interface),
		E1000_TEST(test_e1000__addresses__are_those_of_the_eeprom),
		E1000_TEST(test_e1000__unknown_oid_or_code__is_refused),
		E1000_TEST(test_e1000__short_buffers__are_refused),
		E1000_TEST(test_e1000__values_that_make_no_sense__are_refused),
		E1000_TEST(test_e1000__filter__receives_what_it_names_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
