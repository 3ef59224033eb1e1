/* SPDX-License-Identifier: MIT */
/* Each allocation of a driver that makes, sends and waits for requests fails in turn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/fault.h"
#include "target_fixture.h"

static struct target_fixture t;
static struct target_sent sent;
static unsigned int refused, answered;

static void count(NTSTATUS status)
{
	if (NT_SUCCESS(status) || status == STATUS_OBJECT_NAME_NOT_FOUND)
		answered++;
	else if (status == STATUS_INSUFFICIENT_RESOURCES)
		refused++;
	else
		fail_msg("%#x", (unsigned int)status);
}

/* Made, formatted, sent with a time-out; sent is told of it once, or it is not sent. */
static void send_one(void)
{
	unsigned int before = sent.ends;
	WDFREQUEST request;
	NTSTATUS status = WdfRequestCreate(NULL, t.target, &request);
	bool out;

	count(status);
	if (!NT_SUCCESS(status))
		return;
	count(WdfRequestAllocateTimer(request));
	status = WdfIoTargetFormatRequestForIoctl(t.target, request, TARGET_CODE, NULL, NULL, NULL,
						  NULL);
	count(status);
	WdfRequestSetCompletionRoutine(request, target_count_end, &sent);
	out = NT_SUCCESS(status) && target_send(&t, request, 0, WDF_REL_TIMEOUT_IN_SEC(60));
	target_settle(&t);
	assert_int_equal(sent.ends, before + out);
	if (out)
		count(WdfRequestGetStatus(request));
	WdfObjectDelete(request);
}

/* As it came, and forgotten. */
static void send_clients(ULONG flags)
{
	struct io_op op;

	io_op_control(&op, TARGET_CODE, "in", 8);
	io_submit(&t.f, &op);
	if (!op.completions && !target_send(&t, io_seen.last, flags, 0))
		WdfRequestComplete(io_seen.last, WdfRequestGetStatus(io_seen.last));
	target_settle(&t);
	assert_int_equal(op.completions, 1);
	count(op.status);
}

static void live(void)
{
	DECLARE_CONST_UNICODE_STRING(name, L"\\Device\\Nobody");
	WDF_IO_TARGET_OPEN_PARAMS params;
	WDFIOTARGET other;
	NTSTATUS status = WdfIoTargetCreate(io_fixture_device(&t.f), NULL, &other);

	count(status);
	WDF_IO_TARGET_OPEN_PARAMS_INIT_OPEN_BY_NAME(&params, &name, GENERIC_READ);
	if (NT_SUCCESS(status)) {
		count(WdfIoTargetOpen(other, &params));
		WdfObjectDelete(other);
	}
	send_one();
	send_clients(WDF_REQUEST_SEND_OPTION_SEND_AND_FORGET);
	count(WdfIoTargetSendIoctlSynchronously(t.target, NULL, TARGET_CODE, NULL, NULL, NULL,
						NULL));
}

/* --- with IRPs, and to the device itself --- */

static unsigned int irp_ends;

static void end_irp(WDFREQUEST request, WDFIOTARGET target, PWDF_REQUEST_COMPLETION_PARAMS params,
		    WDFCONTEXT context)
{
	(void)target;
	(void)params;
	WdfObjectDelete(request);
	irp_ends++;
	IoCompleteRequest((PIRP)context, IO_NO_INCREMENT);
}

/* Each IRP goes down as a request made from it; what cannot, comes back at once. */
static NTSTATUS send_irp(WDFDEVICE device, PIRP irp)
{
	WDFREQUEST request = NULL;
	NTSTATUS status = WdfRequestCreateFromIrp(NULL, irp, FALSE, &request);

	IoMarkIrpPending(irp);
	if (NT_SUCCESS(status)) {
		WdfRequestWdmFormatUsingStackLocation(request, IoGetCurrentIrpStackLocation(irp));
		WdfRequestSetCompletionRoutine(request, end_irp, irp);
		if (WdfRequestSend(request, WdfDeviceGetIoTarget(device), NULL))
			return STATUS_PENDING;
		WdfObjectDelete(request);
		status = STATUS_INSUFFICIENT_RESOURCES;
	}
	irp->IoStatus.Status = status;
	irp->IoStatus.Information = 0;
	IoCompleteRequest(irp, IO_NO_INCREMENT);
	return STATUS_PENDING;
}

static unsigned int self_came; /* at the device's own queue */

static void complete_own(void)
{
	target_settle(&t);
	if (sent.ends) /* there was no memory for it to come */
		return;
	self_came++;
	WdfRequestComplete(io_seen.last, STATUS_SUCCESS);
	target_settle(&t);
}

static void send_to_self(void)
{
	WDFIOTARGET self = WdfDeviceGetSelfIoTarget(io_fixture_device(&t.f));
	WDFREQUEST request;
	NTSTATUS status = WdfRequestCreate(NULL, self, &request);

	count(status);
	if (!NT_SUCCESS(status))
		return;
	status = WdfIoTargetFormatRequestForIoctl(self, request, TARGET_CODE, NULL, NULL, NULL,
						  NULL);
	count(status);
	WdfRequestSetCompletionRoutine(request, target_count_end, &sent);
	if (NT_SUCCESS(status) && WdfRequestSend(request, self, NULL)) {
		complete_own();
		assert_int_equal(sent.ends, 1);
		count(WdfRequestGetStatus(request));
	}
	WdfObjectDelete(request);
}

static void live_with_irps(void)
{
	struct io_op op;

	io_op_control(&op, TARGET_CODE, "in", 8);
	io_submit(&t.f, &op);
	target_settle(&t);
	assert_int_equal(op.completions, 1);
	count(op.status);
	send_to_self();
}

static void test_irps__each_allocation_fails__ended_once_and_nothing_left(void **state)
{
	struct fx_io_config config = { .to_self = true };
	bool fired = true;
	uint64_t k;

	(void)state;
	config.preprocess[IRP_MJ_DEVICE_CONTROL].evt = send_irp;
	for (k = 1; fired; k++) {
		sent = (struct target_sent){ .t = &t };
		irp_ends = refused = self_came = 0;
		target_setup_config(&t, k & 1, &config, "VerifierOn=0");
		target_below.completes = true;
		fault_arm(FAULT_ALLOC, k);
		live_with_irps();
		fired = fault_fired();
		fault_disarm();
		(void)io_broke();
		target_teardown(&t); /* counts the blocks */
	}
	assert_true(k > 4);
	assert_int_equal(irp_ends, 1);
	assert_int_equal(self_came, 1);
	assert_int_equal(refused, 0); /* the last round, where nothing failed */
}

static void test_send__each_allocation_fails__told_once_and_nothing_left(void **state)
{
	bool fired = true;
	uint64_t k;

	(void)state;
	for (k = 1; fired; k++) {
		sent = (struct target_sent){ .t = &t };
		target_setup_verify(&t, k & 1, "VerifierOn=0");
		target_below.completes = true;
		fault_arm(FAULT_ALLOC, k);
		live();
		fired = fault_fired();
		fault_disarm();
		target_teardown(&t); /* counts the blocks */
	}
	print_message("%llu allocations failed in turn, %u refused, %u answered\n",
		      (unsigned long long)(k - 2), refused, answered);
	assert_true(k > 6 && refused > 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_send__each_allocation_fails__told_once_and_nothing_left),
		cmocka_unit_test(test_irps__each_allocation_fails__ended_once_and_nothing_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
