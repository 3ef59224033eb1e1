/* SPDX-License-Identifier: MIT */
/*
 * e1000_power_test.c - the e1000 driver on model:e1000: what came while its power-managed queues
 * were held is served when EvtDeviceSelfManagedIoRestart says that they run again, without one more
 * interrupt.
 */
#include <string.h>

#include "check.h"
#include "io/io.h"
#include "model_nic.h"
#include "nic.h"
#include "pnp/device.h"
#include "pnp/host.h"
#include "vector.h"

#define LEN 64u

static const uint8_t stranger[6] = { 0x02, 0, 0, 0, 0, 9 };
static struct vector waiting;

static void receive(struct rig *rig, uint32_t number)
{
	uint8_t own[6], frame[LEN];

	nic_address(rig, own);
	nic_frame(frame, sizeof(frame), own, stranger, number);
	assert_true(pci_model_e1000_receive(rig_function(rig), frame, sizeof(frame)));
}

/* What comes while the queues are held waits in the framework. */
static void hold(struct rig *rig)
{
	fx_io_hold(fx_host_device(rig->device)->io);
}

static void resume(struct rig *rig)
{
	fx_io_resume(fx_host_device(rig->device)->io);
}

/* As the power machine does, behind that. */
static void restart(struct rig *rig)
{
	struct fx_device *device = fx_host_device(rig->device);

	assert_int_equal(device->config.pnp.EvtDeviceSelfManagedIoRestart(
				 (WDFDEVICE)fx_object_handle(&device->base)),
			 STATUS_SUCCESS);
}

static void test_restart__frame_came_while_a_read_was_held__read_ends(void **state)
{
	struct rig *rig = *state;
	struct rig_op read;
	uint8_t frame[LEN], own[6];

	nic_address(rig, own);
	rig_read(rig, &read, NIC_MAX_FRAME);
	(void)nic_query_number(rig, NIC_OID_GEN_VENDOR_ID); /* behind it: now it waits */
	nic_frame(frame, sizeof(frame), own, stranger, 7);
	hold(rig);
	assert_true(pci_model_e1000_receive(rig_function(rig), frame, sizeof(frame)));
	check(!rig_wait_for(&read, 50), "a held queue gave its request");
	resume(rig);
	restart(rig);
	assert_true(rig_wait(&read));
	assert_int_equal(read.status, STATUS_SUCCESS);
	check(nic_frame_is(read.data, read.information, LEN, own, stranger, 7), "another frame");
}

static void test_restart__frames_came_while_a_vector_was_held__it_ends_with_all(void **state)
{
	struct rig *rig = *state;
	uint8_t frame[LEN], own[6];

	nic_address(rig, own);
	vector_prepare(&waiting, 4, LEN);
	vector_read(rig, &waiting);
	(void)nic_query_number(rig, NIC_OID_GEN_VENDOR_ID); /* behind it: now it waits */
	hold(rig);
	for (uint32_t i = 0; i < 3; i++) {
		nic_frame(frame, sizeof(frame), own, stranger, i);
		assert_true(pci_model_e1000_receive(rig_function(rig), frame, sizeof(frame)));
	}
	check(!rig_wait_for(&waiting.op, 50), "a held queue gave its request");
	resume(rig);
	restart(rig);
	assert_true(rig_wait(&waiting.op));
	assert_int_equal(waiting.op.status, STATUS_SUCCESS);
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(vector_outcome(&waiting, i).status, STATUS_SUCCESS);
	check((NTSTATUS)vector_outcome(&waiting, 3).status == STATUS_NO_MORE_ENTRIES,
	      "a fourth frame");
}

static void test_restart__nothing_waits__changes_nothing(void **state)
{
	struct rig *rig = *state;
	uint8_t got[NIC_MAX_FRAME];
	size_t len;

	hold(rig);
	resume(rig);
	restart(rig);
	receive(rig, 1);
	assert_int_equal(nic_receive(rig, got, sizeof(got), &len), STATUS_SUCCESS);
	assert_int_equal(len, LEN);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, model_nic_setup, model_nic_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_restart__frame_came_while_a_read_was_held__read_ends),
		TEST(test_restart__frames_came_while_a_vector_was_held__it_ends_with_all),
		TEST(test_restart__nothing_waits__changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
