/* SPDX-License-Identifier: MIT */
/*
 * e1000_liar_test.c - the e1000 driver on a device that lies, is deaf or broken: a model:e1000
 * whose registers pass through this test, and whose descriptors it forges.
 */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "model_private.h"
#include "nic.h"
#include "vfio/mmio.h"

enum { CTRL = 0x0000, EERD = 0x0014, ICS = 0x00c8, RCTL = 0x0100, TCTL = 0x0400, RDBAL = 0x2800 };
enum { RDH = 0x2810, TDBAL = 0x3800, RAL0 = 0x5400, RAH0 = 0x5404 };
enum { INT_TXDW = 0x01, INT_RXT0 = 0x80, CTRL_RESETS = 0x04000000 };
enum { DD = 0x01, EOP = 0x02, EC = 0x02, DESCRIPTOR_BYTES = 16, STATUS_AT = 12 };

/* What the device under the driver says wrong. */
static struct {
	bool eeprom_deaf, eeprom_wrong, filter_changed, no_address, reset_never_ends;
	uint32_t rctl, tctl; /* written last */
} lie;

static uint64_t lying_read(struct pci_model *m, unsigned int bar, uint64_t offset,
			   unsigned int width)
{
	uint64_t value = model_e1000.bar_read(m, bar, offset, width);

	if (offset == EERD && lie.eeprom_deaf)
		return 0;
	if (offset == EERD && lie.eeprom_wrong)
		return value ^ 0x00100000u;
	if (offset == RAL0 && lie.filter_changed)
		return value ^ 0x10u;
	if ((offset == RAL0 || offset == RAH0) && lie.no_address)
		return 0;
	if (offset == CTRL && lie.reset_never_ends)
		return value | CTRL_RESETS;
	return value;
}

static void lying_write(struct pci_model *m, unsigned int bar, uint64_t offset, unsigned int width,
			uint64_t value)
{
	if (offset == RCTL)
		lie.rctl = (uint32_t)value;
	if (offset == TCTL)
		lie.tctl = (uint32_t)value;
	model_e1000.bar_write(m, bar, offset, width, value);
}

static struct pci_model_type liar;
static struct rig_leftovers before;
static const struct rig_params params = {
	.driver = UWDF_TEST_DRIVERS "/e1000.so",
	.address = "model:liar",
};

static int setup(void **state)
{
	(void)state;
	before = rig_leftovers_now();
	memset(&lie, 0, sizeof(lie));
	liar = model_e1000;
	liar.name = "liar";
	liar.bar_read = lying_read;
	liar.bar_write = lying_write;
	return pci_model_register(&liar);
}

static int teardown(void **state)
{
	(void)state;
	pci_model_unregister(&liar);
	return rig_nothing_left(&before) ? 0 : -1;
}

static void start(struct rig *rig)
{
	if (rig_start(rig, &params))
		fail_msg("%s", rig->report.text);
}

static void start_fails(const char *status)
{
	struct rig rig;

	check(rig_start(&rig, &params) < 0, "it started");
	check(strstr(rig.report.text, "EvtDeviceD0Entry"), "it says '%s'", rig.report.text);
	check(strstr(rig.report.text, status), "it says '%s'", rig.report.text);
}

static volatile uint8_t *reg(struct rig *rig, uint32_t offset)
{
	return (volatile uint8_t *)pci_function_bar(rig_function(rig), 0)->regs + offset;
}

/* Write into the device's memory as the device would, then raise the interrupt. */
static void forge(struct rig *rig, uint64_t address, const void *data, size_t len, uint32_t cause)
{
	struct pci_model *m = pci_model_of(rig_function(rig), "liar");

	pci_model_lock(m);
	check(pci_model_dma_write(m, address, data, len), "outside the arena");
	pci_model_unlock(m);
	vfio_mmio_write32(reg(rig, ICS), cause);
}

static void expect_usual_address(void)
{
	static const uint8_t expected[6] = { 0x52, 0x54, 0x00, 0x12, 0x34, 0x56 };
	uint8_t address[6];
	struct rig rig;

	start(&rig);
	nic_address(&rig, address);
	assert_memory_equal(address, expected, 6);
	rig_stop(&rig);
}

static void test_eeprom__never_answers__address_of_the_filter_does(void **state)
{
	(void)state;
	lie.eeprom_deaf = true;
	expect_usual_address();
}

static void test_eeprom__wrong_checksum__address_of_the_filter_does(void **state)
{
	(void)state;
	lie.eeprom_wrong = true;
	expect_usual_address();
}

static void test_eeprom__sound__is_believed_before_the_filter(void **state)
{
	(void)state;
	lie.filter_changed = true;
	expect_usual_address();
}

static void test_address__nowhere__start_fails(void **state)
{
	(void)state;
	lie.eeprom_deaf = lie.no_address = true;
	start_fails("c0000182");
}

static void test_reset__never_ends__start_fails(void **state)
{
	(void)state;
	lie.reset_never_ends = true;
	start_fails("c000009d");
}

static void test_stop__receiver_and_transmitter__are_off(void **state)
{
	struct rig rig;

	(void)state;
	start(&rig);
	assert_int_not_equal(lie.rctl, 0);
	assert_int_not_equal(lie.tctl, 0);
	rig_stop(&rig);
	assert_int_equal(lie.rctl, 0);
	assert_int_equal(lie.tctl, 0);
}

static void test_receive__impossible_descriptors__are_counted_and_given_back(void **state)
{
	static const struct {
		uint16_t length, checksum;
		uint8_t status, errors;
		uint16_t special;
	} forged[] = {
		{ .length = 0, .status = DD | EOP },
		{ .length = 13, .status = DD | EOP },
		{ .length = 1515, .status = DD | EOP },
		{ .length = 0xffff, .status = DD | EOP },
		{ .length = 100, .status = DD | EOP, .errors = 0x01 },
		{ .length = 100, .status = 0xff, .errors = 0xff },
		{ .length = 100, .status = DD },
	};
	struct rig rig;
	uint64_t ring;

	(void)state;
	start(&rig);
	ring = vfio_mmio_read32(reg(&rig, RDBAL));
	for (uint32_t i = 0; i < sizeof(forged) / sizeof(forged[0]); i++) {
		forge(&rig, ring + i * DESCRIPTOR_BYTES + 8, &forged[i], 8, INT_RXT0);
		while (nic_query_number(&rig, NIC_OID_GEN_RCV_ERROR) <= i)
			; /* bounded by the test's own time limit */
	}
	assert_int_equal(nic_query_number(&rig, NIC_OID_GEN_RCV_OK), 0);
	rig_stop(&rig);
}

/* Then a good one, so that all three have been seen. */
static void test_receive__frame_over_three_descriptors__is_one_error(void **state)
{
	static const uint8_t status[] = { DD, DD, DD | EOP, DD | EOP };
	uint8_t got[NIC_MAX_FRAME];
	struct rig rig;
	uint64_t ring;
	size_t len;

	(void)state;
	start(&rig);
	ring = vfio_mmio_read32(reg(&rig, RDBAL));
	for (size_t i = 0; i < sizeof(status); i++) {
		struct {
			uint16_t length, checksum;
			uint8_t status, errors;
			uint16_t special;
		} forged = { .length = (uint16_t)(100 + i), .status = status[i] };

		forge(&rig, ring + i * DESCRIPTOR_BYTES + 8, &forged, sizeof(forged), INT_RXT0);
	}
	assert_int_equal(nic_receive(&rig, got, sizeof(got), &len), STATUS_SUCCESS);
	assert_int_equal(len, 103);
	assert_int_equal(nic_query_number(&rig, NIC_OID_GEN_RCV_ERROR), 1);
	assert_int_equal(nic_query_number(&rig, NIC_OID_GEN_RCV_OK), 1);
	rig_stop(&rig);
}

static void test_send__given_up_by_the_device__write_fails_and_is_counted(void **state)
{
	static const uint8_t given_up = DD | EC;
	uint8_t frame[60] = { 0 };
	struct rig_op write;
	struct rig rig;

	(void)state;
	start(&rig);
	vfio_mmio_write32(reg(&rig, TCTL), 0); /* it stays in the ring */
	rig_write(&rig, &write, frame, sizeof(frame));
	(void)nic_query_number(&rig, NIC_OID_GEN_VENDOR_ID); /* behind it: now it is there */
	forge(&rig, vfio_mmio_read32(reg(&rig, TDBAL)) + STATUS_AT, &given_up, 1, INT_TXDW);
	assert_true(rig_wait(&write));
	assert_int_equal(write.status, STATUS_IO_DEVICE_ERROR);
	assert_int_equal(nic_query_number(&rig, NIC_OID_GEN_XMIT_ERROR), 1);
	assert_int_equal(nic_query_number(&rig, NIC_OID_GEN_XMIT_OK), 0);
	rig_stop(&rig);
}

/* Interrupts that nobody asked for, with registers of all ones: nothing must be believed. */
static void test_registers__all_ones_for_a_while__are_not_believed(void **state)
{
	uint8_t frame[64], got[NIC_MAX_FRAME], own[6];
	struct rig_op watcher;
	size_t got_len;
	struct rig rig;

	(void)state;
	start(&rig);
	nic_address(&rig, own);
	rig_control(&rig, &watcher, IOCTL_NIC_INDICATE_STATUS, "", 0, sizeof(uint32_t));
	pci_model_set_wedged(rig_function(&rig), true);
	for (int i = 0; i < 10; i++) {
		pci_model_spurious_interrupt(rig_function(&rig), 0);
		assert_int_equal(nic_query_number(&rig, NIC_OID_GEN_RCV_NO_BUFFER), 0);
		assert_int_equal(nic_query_number(&rig, NIC_OID_GEN_RCV_ERROR), 0);
	}
	pci_model_set_wedged(rig_function(&rig), false);
	assert_false(rig_is_done(&watcher));
	assert_int_not_equal(nic_query_number(&rig, NIC_OID_GEN_LINK_SPEED), 0);
	nic_frame(frame, sizeof(frame), own, own, 1);
	assert_int_equal(nic_send(&rig, frame, sizeof(frame)), STATUS_SUCCESS);
	assert_int_equal(nic_receive(&rig, got, sizeof(got), &got_len), STATUS_SUCCESS);
	rig_stop(&rig);
}

#define LIAR_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LIAR_TEST(test_eeprom__never_answers__address_of_the_filter_does),
		LIAR_TEST(test_eeprom__wrong_checksum__address_of_the_filter_does),
		LIAR_TEST(test_eeprom__sound__is_believed_before_the_filter),
		LIAR_TEST(test_address__nowhere__start_fails),
		LIAR_TEST(test_reset__never_ends__start_fails),
		LIAR_TEST(test_stop__receiver_and_transmitter__are_off),
		LIAR_TEST(test_receive__impossible_descriptors__are_counted_and_given_back),
		LIAR_TEST(test_receive__frame_over_three_descriptors__is_one_error),
		LIAR_TEST(test_send__given_up_by_the_device__write_fails_and_is_counted),
		LIAR_TEST(test_registers__all_ones_for_a_while__are_not_believed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
