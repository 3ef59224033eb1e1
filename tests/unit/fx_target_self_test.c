/* SPDX-License-Identifier: MIT */
/* A device's target that is the device itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "target_fixture.h"

static struct target_fixture t;
static struct target_sent sent;
static WDFIOTARGET self;
static WDFREQUEST request;
static unsigned int irps;

static NTSTATUS pass_on(WDFDEVICE device, PIRP irp)
{
	irps++;
	IoSkipCurrentIrpStackLocation(irp);
	return WdfDeviceWdmDispatchPreprocessedIrp(device, irp);
}

static int setup(void **state)
{
	struct fx_io_config config = { .to_self = true };

	(void)state;
	config.preprocess[IRP_MJ_DEVICE_CONTROL].evt = pass_on;
	irps = 0;
	target_setup_config(&t, false, &config, "");
	self = WdfDeviceGetSelfIoTarget(io_fixture_device(&t.f));
	assert_non_null(self);
	sent = (struct target_sent){ .t = &t };
	request = target_request(&t);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	target_settle(&t);
	WdfObjectDelete(request);
	target_teardown(&t);
	return 0;
}

static void send_control(void)
{
	assert_int_equal(WdfIoTargetFormatRequestForIoctl(self, request, TARGET_CODE, NULL, NULL,
							  NULL, NULL),
			 STATUS_SUCCESS);
	WdfRequestSetCompletionRoutine(request, target_count_end, &sent);
	assert_true(WdfRequestSend(request, self, NULL));
	io_settle(&t.f);
}

static void test_send__comes_to_the_devices_own_queue(void **state)
{
	(void)state;
	assert_ptr_equal(WdfIoTargetWdmGetTargetDeviceObject(self),
			 WdfDeviceWdmGetDeviceObject(io_fixture_device(&t.f)));
	send_control();
	assert_int_equal(io_seen.kept_count, 1);
	assert_int_equal(irps, 0);
	assert_null(WdfRequestGetFileObject(io_seen.last));
	assert_int_equal(WdfRequestGetRequestorMode(io_seen.last), KernelMode);
	assert_int_equal(WdfRequestWdmGetIrp(io_seen.last)->RequestorMode, KernelMode);
	WdfRequestCompleteWithInformation(io_seen.last, STATUS_DEVICE_BUSY, 0);
	io_settle(&t.f);
	assert_int_equal(sent.ends, 1);
	assert_int_equal(sent.status, STATUS_DEVICE_BUSY);
	assert_int_equal(target_below.came, 0);
	assert_false(io_broke());
}

static void test_clients_requests__still_seen_as_irps(void **state)
{
	static struct io_op op;

	(void)state;
	io_op_control(&op, TARGET_CODE, "in", 0);
	io_submit(&t.f, &op);
	assert_int_equal(irps, 1);
	WdfRequestComplete(io_seen.last, STATUS_SUCCESS);
	io_settle(&t.f);
	assert_int_equal(op.completions, 1);
}

static void test_assigned_queue__gets_what_is_sent(void **state)
{
	WDFQUEUE manual = io_manual_queue(&t.f), mine = io_manual_queue(&t.f);
	WDFREQUEST it;

	(void)state;
	assert_int_equal(WdfIoTargetSelfAssignDefaultIoQueue(self, manual), STATUS_SUCCESS);
	assert_int_equal(WdfIoTargetSelfAssignDefaultIoQueue(self, manual), STATUS_WDF_BUSY);
	send_control();
	assert_int_equal(io_seen.kept_count, 0);
	assert_int_equal(WdfIoQueueRetrieveNextRequest(manual, &it), STATUS_SUCCESS);
	WdfRequestComplete(it, STATUS_SUCCESS);
	io_settle(&t.f);
	assert_int_equal(sent.ends, 1);
	WdfObjectDelete(manual);
	assert_int_equal(WdfIoTargetSelfAssignDefaultIoQueue(self, mine), STATUS_WDF_BUSY);
	sent.ends = 0;
	send_control(); /* as without one */
	assert_int_equal(io_seen.kept_count, 1);
	WdfRequestComplete(io_seen.last, STATUS_SUCCESS);
	io_settle(&t.f);
	assert_int_equal(sent.ends, 1);
	assert_false(io_broke());
}

static void test_assign__another_devices_queue_or_target__refused(void **state)
{
	WDFQUEUE mine = io_manual_queue(&t.f);

	(void)state;
	assert_int_equal(WdfIoTargetSelfAssignDefaultIoQueue(self, t.queue),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_true(io_broke());
	assert_int_equal(WdfIoTargetSelfAssignDefaultIoQueue(t.target, mine),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_true(io_broke());
}

static void format_as(WDFREQUEST delivered, UCHAR major)
{
	IO_STACK_LOCATION location = { .MajorFunction = major };

	WdfRequestWdmFormatUsingStackLocation(delivered, &location);
	WdfRequestSetCompletionRoutine(delivered, target_count_end, &sent);
}

static void test_create_and_flush__rule_111(void **state)
{
	const UCHAR majors[] = { IRP_MJ_CREATE, IRP_MJ_FLUSH_BUFFERS };
	uint32_t before = fx_verifier_breaks_of(t.f.driver, FX_RULE_SELF_TARGET);
	static struct io_op op;

	(void)state;
	io_op_read(&op, 4);
	io_submit(&t.f, &op);
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(majors); i++) {
		format_as(io_seen.last, majors[i]);
		assert_true(WdfRequestSend(io_seen.last, self, NULL));
		io_settle(&t.f);
		assert_int_equal(sent.ends, i + 1);
		assert_int_equal(sent.status, STATUS_INVALID_PARAMETER);
		assert_int_equal(fx_verifier_breaks_of(t.f.driver, FX_RULE_SELF_TARGET),
				 before + i + 1);
	}
	(void)io_broke();
	WdfRequestComplete(io_seen.last, STATUS_SUCCESS);
	io_settle(&t.f);
}

static void send_and_wait(void *arg)
{
	(void)arg;
	assert_int_equal(
		WdfIoTargetSendIoctlSynchronously(self, NULL, TARGET_CODE, NULL, NULL, NULL, NULL),
		STATUS_INVALID_DEVICE_REQUEST);
	assert_true(io_broke());
}

static void test_synchronous__on_the_devices_own_loop__refused(void **state)
{
	(void)state;
	io_on_owner(&t.f, send_and_wait, NULL);
	assert_int_equal(io_seen.kept_count, 0);
}

static void purge_and_stop(void *arg)
{
	(void)arg;
	WdfIoTargetStop(self, WdfIoTargetWaitForSentIoToComplete);
	assert_true(io_broke());
	WdfIoTargetPurge(self, WdfIoTargetPurgeIoAndWait);
	assert_true(io_broke());
	assert_int_equal(WdfIoTargetGetState(self), WdfIoTargetPurged);
}

static void test_purge__on_the_devices_own_loop__cancels_and_does_not_wait(void **state)
{
	(void)state;
	send_control();
	WdfRequestMarkCancelable(io_seen.last, io_cancel_completes);
	io_on_owner(&t.f, purge_and_stop, NULL);
	io_settle(&t.f);
	assert_int_equal(sent.ends, 1);
	assert_int_equal(sent.status, STATUS_CANCELLED);
	assert_int_equal(WdfIoTargetStart(self), STATUS_SUCCESS);
}

static void test_cancel__of_what_is_sent(void **state)
{
	(void)state;
	send_control();
	WdfRequestMarkCancelable(io_seen.last, io_cancel_completes);
	assert_true(WdfRequestCancelSentRequest(request));
	io_settle(&t.f);
	assert_int_equal(sent.ends, 1);
	assert_int_equal(sent.status, STATUS_CANCELLED);
}

static void test_other_device__has_no_self_target(void **state)
{
	(void)state;
	assert_null(WdfDeviceGetSelfIoTarget((WDFDEVICE)fx_object_handle(&t.lower->base)));
}

#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_send__comes_to_the_devices_own_queue),
		T(test_clients_requests__still_seen_as_irps),
		T(test_assigned_queue__gets_what_is_sent),
		T(test_assign__another_devices_queue_or_target__refused),
		T(test_create_and_flush__rule_111),
		T(test_synchronous__on_the_devices_own_loop__refused),
		T(test_purge__on_the_devices_own_loop__cancels_and_does_not_wait),
		T(test_cancel__of_what_is_sent),
		T(test_other_device__has_no_self_target),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
