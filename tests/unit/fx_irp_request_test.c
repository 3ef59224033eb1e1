/* SPDX-License-Identifier: MIT */
/*
 * WdfRequestCreateFromIrp, WdfRequestWdmFormatUsingStackLocation: the upper driver sees controls as
 * IRPs, or as requests, and sends them to the lower one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "target_fixture.h"

static struct target_fixture t;
static struct io_op op;
static struct target_sent sent;
static WDFREQUEST request;
static PIRP irp_last;
static bool completes; /* in its completion routine the upper driver completes the IRP */

static NTSTATUS end_irp(PIRP irp, NTSTATUS status)
{
	irp->IoStatus.Status = status;
	irp->IoStatus.Information = 0;
	IoCompleteRequest(irp, IO_NO_INCREMENT);
	return status;
}

static void came_back(WDFREQUEST it, WDFIOTARGET target, PWDF_REQUEST_COMPLETION_PARAMS params,
		      WDFCONTEXT context)
{
	target_count_end(it, target, params, context);
	if (!completes)
		return;
	assert_int_equal(irp_last->IoStatus.Status, params->IoStatus.Status);
	assert_int_equal(irp_last->IoStatus.Information, params->IoStatus.Information);
	WdfObjectDelete(it);
	IoCompleteRequest(irp_last, IO_NO_INCREMENT);
}

static void make(PIRP irp)
{
	assert_int_equal(WdfRequestCreateFromIrp(NULL, irp, FALSE, &request), STATUS_SUCCESS);
	assert_ptr_equal(WdfRequestWdmGetIrp(request), irp);
	assert_int_equal(WdfRequestGetRequestorMode(request), UserMode); /* the client's */
}

static void send_it(void)
{
	WdfRequestSetCompletionRoutine(request, came_back, &sent);
	assert_true(WdfRequestSend(request, t.target, NULL));
}

/* As a WDM driver would hand it on. */
static NTSTATUS sends(PIRP irp)
{
	make(irp);
	IoMarkIrpPending(irp);
	WdfRequestWdmFormatUsingStackLocation(request, IoGetCurrentIrpStackLocation(irp));
	send_it();
	return STATUS_PENDING;
}

static NTSTATUS keeps(PIRP irp)
{
	make(irp);
	IoMarkIrpPending(irp);
	return STATUS_PENDING;
}

static NTSTATUS (*does)(PIRP irp);

static NTSTATUS evt(WDFDEVICE device, PIRP irp)
{
	(void)device;
	irp_last = irp;
	return does(irp);
}

static int setup_with(bool irps)
{
	struct fx_io_config config = { .io_type = WdfDeviceIoBuffered };

	if (irps)
		config.preprocess[IRP_MJ_DEVICE_CONTROL].evt = evt;
	target_setup_config(&t, false, &config, "");
	memset(&op, 0, sizeof(op));
	sent = (struct target_sent){ .t = &t };
	request = NULL;
	completes = true;
	does = sends;
	return 0;
}

static int setup(void **state)
{
	(void)state;
	return setup_with(true);
}

static int setup_requests(void **state)
{
	(void)state;
	return setup_with(false);
}

static int teardown(void **state)
{
	(void)state;
	target_settle(&t);
	target_teardown(&t);
	return 0;
}

static void ask(void)
{
	io_op_control(&op, TARGET_CODE, "ask", sizeof(op.out));
	io_submit(&t.f, &op);
	target_settle(&t);
}

static void expect_end(NTSTATUS status, size_t information)
{
	target_settle(&t);
	assert_int_equal(op.completions, 1);
	assert_int_equal(op.status, status);
	assert_int_equal(op.information, information);
	assert_false(io_broke());
}

static uint32_t breaks(enum fx_rule rule)
{
	return fx_verifier_breaks_of(t.f.driver, rule);
}

/* --- made from an IRP --- */

static void test_made_from_irp__sent_as_its_location_says__result_in_iostatus(void **state)
{
	(void)state;
	target_below.completes = true;
	target_below.information = 6;
	memcpy(target_below.text, "answer", 6);
	ask();
	expect_end(STATUS_SUCCESS, 6);
	assert_memory_equal(op.out, "answer", 6);
	assert_memory_equal(target_below.got, "ask", 3);
	assert_int_equal(target_below.params.Parameters.DeviceIoControl.IoControlCode, TARGET_CODE);
	assert_int_equal(sent.ends, 1);
}

static void fill(void *arg)
{
	IO_STACK_LOCATION location = *IoGetCurrentIrpStackLocation(irp_last);

	(void)arg;
	location.Parameters.DeviceIoControl.IoControlCode += 4;
	location.Parameters.DeviceIoControl.InputBufferLength = 2;
	WdfRequestWdmFormatUsingStackLocation(request, &location);
	send_it();
}

static void test_made_from_irp__other_location__that_is_sent(void **state)
{
	(void)state;
	target_below.completes = true;
	does = keeps;
	ask();
	io_on_owner(&t.f, fill, NULL);
	expect_end(STATUS_SUCCESS, 0);
	assert_int_equal(target_below.params.Parameters.DeviceIoControl.IoControlCode,
			 TARGET_CODE + 4);
	assert_int_equal(target_below.params.Parameters.DeviceIoControl.InputBufferLength, 2);
}

static void send_current(void *arg)
{
	(void)arg;
	WdfRequestFormatRequestUsingCurrentType(request);
	send_it();
}

static void test_made_from_irp__using_current_type__its_current_location(void **state)
{
	(void)state;
	target_below.completes = true;
	target_below.status = STATUS_DEVICE_BUSY;
	does = keeps;
	ask();
	io_on_owner(&t.f, send_current, NULL);
	expect_end(STATUS_DEVICE_BUSY, 0);
	assert_int_equal(target_below.params.Parameters.DeviceIoControl.IoControlCode, TARGET_CODE);
}

static void try_to_make(void *arg)
{
	WDFREQUEST other = (WDFREQUEST)arg;

	assert_int_equal(WdfRequestCreateFromIrp(NULL, irp_last, TRUE, &other),
			 STATUS_NOT_SUPPORTED);
	assert_null(other);
	assert_int_equal(WdfRequestCreateFromIrp(NULL, irp_last, FALSE, &other),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_null(other);
	WdfObjectDelete(request);
	(void)end_irp(irp_last, STATUS_SUCCESS);
}

static void test_irp__has_a_request_or_is_to_be_freed__no_other_one(void **state)
{
	(void)state;
	does = keeps;
	ask();
	io_on_owner(&t.f, try_to_make, NULL);
	expect_end(STATUS_SUCCESS, 0);
}

static void complete_early(void *arg)
{
	uint32_t before = breaks(FX_RULE_REQUEST_NOT_OWNED);

	(void)arg;
	(void)end_irp(irp_last, STATUS_SUCCESS);
	assert_int_equal(breaks(FX_RULE_REQUEST_NOT_OWNED), before + 1);
	(void)io_broke();
}

static void test_irp__completed_while_its_request_is_sent__said_and_ignored(void **state)
{
	(void)state;
	ask();
	io_on_owner(&t.f, complete_early, NULL);
	assert_int_equal(op.completions, 0);
	target_complete(&t, 0, STATUS_SUCCESS, 0);
	expect_end(STATUS_SUCCESS, 0);
}

static void test_irp__cancelled_while_its_request_is_sent__the_request_is(void **state)
{
	(void)state;
	target_below.marks = true;
	ask();
	io_cancel(&t.f, &op);
	expect_end(STATUS_CANCELLED, 0);
	assert_int_equal(target_below.cancelled, 1);
	assert_int_equal(sent.status, STATUS_CANCELLED);
}

static void format_without(void *arg)
{
	IO_STACK_LOCATION location = { .MajorFunction = IRP_MJ_READ };

	(void)arg;
	WdfRequestWdmFormatUsingStackLocation(request, &location);
}

static void end_and_look(void *arg)
{
	(void)arg;
	(void)end_irp(irp_last, STATUS_SUCCESS);
	assert_null(WdfRequestWdmGetIrp(request));
}

static void test_irp__over__its_request_has_none(void **state)
{
	(void)state;
	does = keeps;
	ask();
	io_on_owner(&t.f, end_and_look, NULL);
	expect_end(STATUS_SUCCESS, 0);
	assert_true(io_stops(format_without, NULL, WDF_REQUEST_FATAL_ERROR));
	WdfObjectDelete(request);
}

static void end_between(void *arg)
{
	uint32_t before = breaks(FX_RULE_REQUEST_NOT_OWNED);

	(void)arg;
	WdfRequestFormatRequestUsingCurrentType(request);
	(void)end_irp(irp_last, STATUS_SUCCESS);
	WdfRequestSetCompletionRoutine(request, came_back, &sent);
	assert_false(WdfRequestSend(request, t.target, NULL));
	assert_int_equal(WdfRequestGetStatus(request), STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(breaks(FX_RULE_REQUEST_NOT_OWNED), before + 1);
	(void)io_broke();
}

static void format_anew(void *arg)
{
	(void)arg;
	completes = false;
	target_format(&t, request, &sent);
	assert_true(target_send(&t, request, 0, 0));
}

/* Its buffers went with it. */
static void test_irp__over_between_format_and_send__said_and_not_sent(void **state)
{
	(void)state;
	does = keeps;
	target_below.completes = true;
	ask();
	io_on_owner(&t.f, end_between, NULL);
	expect_end(STATUS_SUCCESS, 0);
	assert_int_equal(target_below.came, 0);
	io_on_owner(&t.f, format_anew, NULL); /* with buffers of its own it may go */
	target_settle(&t);
	assert_int_equal(sent.ends, 1);
	WdfObjectDelete(request);
}

static void test_location__of_a_request_without_an_irp__driver_stopped(void **state)
{
	(void)state;
	request = target_request(&t);
	assert_null(WdfRequestWdmGetIrp(request));
	assert_true(io_stops(format_without, NULL, WDF_REQUEST_FATAL_ERROR));
	WdfObjectDelete(request);
}

static void use_again(void *arg)
{
	WDF_REQUEST_REUSE_PARAMS params;

	(void)arg;
	WDF_REQUEST_REUSE_PARAMS_INIT(&params, 0, STATUS_SUCCESS);
	WDF_REQUEST_REUSE_PARAMS_SET_NEW_IRP(&params, NULL);
	assert_int_equal(WdfRequestReuse(request, &params), STATUS_SUCCESS);
	assert_null(WdfRequestWdmGetIrp(request));
	WDF_REQUEST_REUSE_PARAMS_SET_NEW_IRP(&params, irp_last);
	assert_int_equal(WdfRequestReuse(request, &params), STATUS_SUCCESS);
	assert_ptr_equal(WdfRequestWdmGetIrp(request), irp_last);
	WdfObjectDelete(request);
	(void)end_irp(irp_last, STATUS_SUCCESS);
}

static void test_reuse__with_another_irp__is_that_ones(void **state)
{
	(void)state;
	does = keeps;
	ask();
	io_on_owner(&t.f, use_again, NULL);
	expect_end(STATUS_SUCCESS, 0);
}

/* --- delivered by a queue --- */

static void format_delivered(ULONG in_len, UCHAR major)
{
	IO_STACK_LOCATION location = { .MajorFunction = major };

	request = io_seen.last;
	location.Parameters.DeviceIoControl.IoControlCode = TARGET_CODE + 8;
	location.Parameters.DeviceIoControl.InputBufferLength = in_len;
	WdfRequestWdmFormatUsingStackLocation(request, &location);
}

static void test_delivered__sent_as_a_location_says(void **state)
{
	(void)state;
	completes = false;
	target_below.completes = true;
	ask();
	format_delivered(2, IRP_MJ_INTERNAL_DEVICE_CONTROL);
	send_it();
	target_settle(&t);
	assert_int_equal(sent.ends, 1);
	assert_int_equal(target_below.params.Type, WdfRequestTypeDeviceControlInternal);
	assert_int_equal(target_below.params.Parameters.DeviceIoControl.IoControlCode,
			 TARGET_CODE + 8);
	assert_memory_equal(target_below.got, "as", 2);
	WdfRequestComplete(request, STATUS_SUCCESS);
	expect_end(STATUS_SUCCESS, 0);
}

static void expect_unformatted(void)
{
	assert_true(io_broke());
	assert_false(WdfRequestSend(request, t.target, NULL));
	assert_int_equal(WdfRequestGetStatus(request), STATUS_REQUEST_NOT_ACCEPTED);
}

static void test_delivered__location_asks_for_too_much__said_and_unformatted(void **state)
{
	(void)state;
	ask();
	format_delivered(4, IRP_MJ_DEVICE_CONTROL);
	expect_unformatted();
	format_delivered(0, IRP_MJ_PNP);
	expect_unformatted();
	format_delivered(0, IRP_MJ_CLEANUP);
	expect_unformatted();
	WdfRequestComplete(request, STATUS_SUCCESS);
	target_settle(&t);
	assert_int_equal(op.completions, 1);
}

static void make_from_view(void *arg)
{
	uint32_t before = breaks(FX_RULE_REQUEST_NOT_OWNED);
	WDFREQUEST other;

	(void)arg;
	assert_int_equal(
		WdfRequestCreateFromIrp(NULL, WdfRequestWdmGetIrp(io_seen.last), FALSE, &other),
		STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(breaks(FX_RULE_REQUEST_NOT_OWNED), before + 1);
	(void)io_broke();
}

static void test_view_of_a_request__is_not_the_drivers_to_make_one_from(void **state)
{
	(void)state;
	ask();
	io_on_owner(&t.f, make_from_view, NULL);
	WdfRequestComplete(io_seen.last, STATUS_SUCCESS);
	expect_end(STATUS_SUCCESS, 0);
}

#define T(test, setup_) cmocka_unit_test_setup_teardown(test, setup_, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_made_from_irp__sent_as_its_location_says__result_in_iostatus, setup),
		T(test_made_from_irp__other_location__that_is_sent, setup),
		T(test_made_from_irp__using_current_type__its_current_location, setup),
		T(test_irp__has_a_request_or_is_to_be_freed__no_other_one, setup),
		T(test_irp__completed_while_its_request_is_sent__said_and_ignored, setup),
		T(test_irp__cancelled_while_its_request_is_sent__the_request_is, setup),
		T(test_irp__over__its_request_has_none, setup),
		T(test_irp__over_between_format_and_send__said_and_not_sent, setup),
		T(test_location__of_a_request_without_an_irp__driver_stopped, setup),
		T(test_reuse__with_another_irp__is_that_ones, setup),
		T(test_delivered__sent_as_a_location_says, setup_requests),
		T(test_delivered__location_asks_for_too_much__said_and_unformatted, setup_requests),
		T(test_view_of_a_request__is_not_the_drivers_to_make_one_from, setup_requests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
