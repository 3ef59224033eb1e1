/* SPDX-License-Identifier: MIT */
/*
 * Why a device leaves and how: the function's events reach the host once, and the removal that
 * follows is orderly or by surprise, with a request of the driver's on the way (pnp-states A5, A6).
 */
#include "fx_fixture.h"

#include <string.h>

#include "pci_function_ops.h"
#include "uwdf/device_io.h"

static struct client {
	struct uwdf_file *file;
	struct uwdf_io io;
	char out[8];
	int32_t status; /* of io; STATUS_PENDING: not completed */
} client;

/* --- a queue whose driver keeps its request until it must give it back --- */

static void keep(WDFQUEUE queue, WDFREQUEST request)
{
	(void)queue;
	(void)request;
	fx_note("Kept");
}

static void on_stop(WDFQUEUE queue, WDFREQUEST request, ULONG flags)
{
	(void)queue;
	if (flags & WdfRequestStopActionSuspend) {
		fx_note("StopSuspend");
		WdfRequestStopAcknowledge(request, FALSE);
	} else if (flags & WdfRequestStopActionPurge) {
		fx_note("StopPurge");
		WdfRequestComplete(request, STATUS_DEVICE_REMOVED);
	}
}

static void on_resume(WDFQUEUE queue, WDFREQUEST request)
{
	(void)queue;
	(void)request;
	fx_note("Resume");
}

static void make_keeping_queue(WDFDEVICE device)
{
	WDF_IO_QUEUE_CONFIG config;

	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
	config.EvtIoDefault = keep;
	config.EvtIoStop = on_stop;
	config.EvtIoResume = on_resume;
	assert_int_equal(WdfIoQueueCreate(device, &config, WDF_NO_OBJECT_ATTRIBUTES, NULL),
			 STATUS_SUCCESS);
}

static void completed(struct uwdf_io *io, int32_t status, uint64_t information)
{
	struct client *c = io->owner;

	(void)information;
	__atomic_store_n(&c->status, status, __ATOMIC_RELEASE);
}

/* The driver has a request, the log is empty. */
static void up_with_a_request(void)
{
	fx_script.interrupts = 1;
	fx_script.enablers = 1;
	fx_script.in_add = make_keeping_queue;
	fx_up();
	memset(&client, 0, sizeof(client));
	client.status = STATUS_PENDING;
	client.io = (struct uwdf_io){
		.kind = UWDF_IO_READ,
		.out = client.out,
		.out_len = sizeof(client.out),
		.complete = completed,
		.owner = &client,
	};
	assert_int_equal(uwdf_device_io.open(fx.device, 4711, &client.file), STATUS_SUCCESS);
	uwdf_device_io.submit(client.file, &client.io);
	assert_true(fx_log_await("Kept", 1));
	fx_log_clear();
}

static void remove_device(void)
{
	fx_log_clear();
	fx_remove();
	assert_int_equal(__atomic_load_n(&client.status, __ATOMIC_ACQUIRE), STATUS_DEVICE_REMOVED);
}

static int teardown(void **state)
{
	fx_remove();
	uwdf_device_io.close(client.file);
	return fx_teardown(state);
}

/* Both ways down, from the first callback that they share. */
#define REMOVED                                                                                    \
	"SmioSuspend StopSuspend DmaStop Disable Flush D0ExitPre InterruptDisable D0Exit "         \
	"ReleaseHardware StopPurge SmioFlush SmioCleanup DeviceCleanup DeviceDestroy"

static void post(enum pci_event event)
{
	pci_function_post_event(fx_host_function(fx.device), event);
}

/* --- tests --- */

static void test_release__host_told_once__removal_by_surprise(void **state)
{
	(void)state;
	up_with_a_request();
	post(PCI_EVENT_RELEASE);
	post(PCI_EVENT_RELEASE);
	assert_int_equal(fx.leaves, 1);
	assert_string_equal(fx.why, "somebody wants the function back");
	assert_string_equal(fx_log(), "Leave"); /* the driver is told by the removal, not before */
	remove_device();
	assert_string_equal(fx_log(), "SurpriseRemoval " REMOVED);
}

static void test_error__host_told_once__removal_by_surprise(void **state)
{
	(void)state;
	up_with_a_request();
	post(PCI_EVENT_ERROR);
	post(PCI_EVENT_RELEASE);
	assert_int_equal(fx.leaves, 1);
	assert_string_equal(fx.why, "the function reported an uncorrectable error");
	remove_device();
	assert_string_equal(fx_log(), "SurpriseRemoval " REMOVED);
}

static void test_gone__host_told_once__removal_by_surprise(void **state)
{
	(void)state;
	up_with_a_request();
	assert_int_equal(pci_function_provoke_removal(fx_host_function(fx.device)), 0);
	assert_true(fx_log_await("Leave", 1));
	post(PCI_EVENT_ERROR);
	assert_int_equal(fx.leaves, 1);
	assert_string_equal(fx.why, "the function was removed");
	remove_device();
	assert_string_equal(fx_log(), "SurpriseRemoval " REMOVED);
}

static void test_gone__after_a_release__removal_by_surprise_all_the_same(void **state)
{
	(void)state;
	up_with_a_request();
	post(PCI_EVENT_RELEASE);
	pci_function_mark_gone(fx_host_function(fx.device));
	assert_int_equal(fx.leaves, 1);
	assert_string_equal(fx.why, "somebody wants the function back");
	remove_device();
	assert_string_equal(fx_log(), "SurpriseRemoval " REMOVED);
}

static struct {
	WDFDEVICE device;
	WDF_DEVICE_PNP_STATE state;
	KIRQL level;
	ULONG id;
	int32_t status;
} seen;

static void look(WDFDEVICE device)
{
	seen.device = device;
	seen.state = WdfDeviceGetDevicePnpState(device);
	seen.level = KeGetCurrentIrql();
	seen.id = READ_REGISTER_ULONG((volatile ULONG *)fx_made.registers);
	seen.status = __atomic_load_n(&client.status, __ATOMIC_ACQUIRE);
}

static void
test_surprise__the_callback__at_passive_with_requests_and_registers_of_ones(void **state)
{
	(void)state;
	fx_script.in_surprise = look;
	up_with_a_request();
	pci_function_mark_gone(fx_host_function(fx.device));
	assert_null(seen.device); /* the driver is told by the removal, not before */
	remove_device();
	assert_ptr_equal(seen.device, fx_made.device);
	assert_int_equal(seen.state, WdfDevStatePnpSurpriseRemove);
	assert_int_equal(seen.level, PASSIVE_LEVEL);
	assert_int_equal(seen.id, 0xffffffff);
	assert_int_equal(seen.status, STATUS_PENDING);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fx_setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_release__host_told_once__removal_by_surprise),
		TEST(test_error__host_told_once__removal_by_surprise),
		TEST(test_gone__host_told_once__removal_by_surprise),
		TEST(test_gone__after_a_release__removal_by_surprise_all_the_same),
		TEST(test_surprise__the_callback__at_passive_with_requests_and_registers_of_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
