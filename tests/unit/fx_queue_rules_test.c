/* SPDX-License-Identifier: MIT */
/* Rules 103 and 106: what a driver says before a queue has the request. With the verifier off, too.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "io_fixture.h"
#include "object/driver.h"

static struct io_fixture f;
static struct io_op op;

static uint32_t breaks(enum fx_rule rule)
{
	return fx_verifier_breaks_of(f.driver, rule);
}

/* --- EvtIoWdmIrpForForwardProgress --- */

static WDF_IO_FORWARD_PROGRESS_ACTION action;
static unsigned int examined;

static WDF_IO_FORWARD_PROGRESS_ACTION examine(WDFQUEUE queue, PIRP irp)
{
	(void)queue;
	(void)irp;
	examined++;
	return action;
}

static NTSTATUS no_resources(WDFQUEUE queue, WDFREQUEST request)
{
	(void)queue;
	(void)request;
	return STATUS_INSUFFICIENT_RESOURCES;
}

static void examine_with(const char *verify)
{
	WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY policy;

	io_fixture_setup_verify(&f, NULL, verify);
	WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY_EXAMINE_INIT(&policy, 1, examine);
	policy.EvtIoAllocateRequestResources = no_resources;
	assert_int_equal(WdfIoQueueAssignForwardProgressPolicy(io_default_queue(&f), &policy),
			 STATUS_SUCCESS);
	io_fixture_start(&f);
	examined = 0;
}

static void expect_after(WDF_IO_FORWARD_PROGRESS_ACTION what, NTSTATUS status, uint32_t broken)
{
	action = what;
	io_op_read(&op, 8);
	io_submit(&f, &op);
	assert_int_equal(op.completions, 1);
	assert_int_equal(op.status, status);
	assert_int_equal(io_seen.kept_count, 0);
	assert_int_equal(breaks(FX_RULE_PROGRESS_ACTION), broken);
}

static void test_examine__an_action_of_no_meaning__rule_106_and_unsuccessful(void **state)
{
	const char *const words[] = { "", "VerifierOn=0" };

	(void)state;
	for (size_t i = 0; i < UW_ARRAY_SIZE(words); i++) {
		examine_with(words[i]);
		expect_after(WdfIoForwardProgressActionFailRequest, STATUS_INSUFFICIENT_RESOURCES,
			     0);
		expect_after(WdfIoForwardProgressActionInvalid, STATUS_UNSUCCESSFUL, 1);
		expect_after((WDF_IO_FORWARD_PROGRESS_ACTION)3, STATUS_UNSUCCESSFUL, 2);
		assert_int_equal(examined, 3);
		io_fixture_teardown(&f);
	}
}

/* --- WdfDeviceEnqueueRequest in a filter --- */

static NTSTATUS enqueued;
static bool formats_anew;

static VOID format_and_enqueue(WDFDEVICE device, WDFREQUEST request)
{
	assert_int_equal(WdfIoTargetFormatRequestForIoctl(WdfDeviceGetIoTarget(device), request,
							  0x222000, NULL, NULL, NULL, NULL),
			 STATUS_SUCCESS);
	if (formats_anew)
		WdfRequestFormatRequestUsingCurrentType(request);
	enqueued = WdfDeviceEnqueueRequest(device, request);
	if (!NT_SUCCESS(enqueued))
		WdfRequestComplete(request, STATUS_DEVICE_BUSY);
}

static void filter_with(const char *verify)
{
	struct fx_io_config config = { .filter = true, .evt_in_caller = format_and_enqueue };

	io_fixture_setup_verify(&f, &config, verify);
	io_fixture_start(&f);
	io_op_read(&op, 8);
	io_submit(&f, &op);
	assert_int_equal(op.completions, 1);
}

static void test_enqueue__formatted_and_no_queue__rule_103(void **state)
{
	const char *const words[] = { "", "VerifierOn=0" };

	(void)state;
	formats_anew = false;
	for (size_t i = 0; i < UW_ARRAY_SIZE(words); i++) {
		filter_with(words[i]);
		assert_int_equal(enqueued, STATUS_INVALID_DEVICE_REQUEST);
		assert_int_equal(op.status, STATUS_DEVICE_BUSY);
		assert_int_equal(breaks(FX_RULE_ENQUEUE_FORMATTED), 1);
		io_fixture_teardown(&f);
	}
}

/* There is nothing below. */
static void test_enqueue__formatted_as_it_came_and_no_queue__goes_down(void **state)
{
	(void)state;
	formats_anew = true;
	filter_with("");
	assert_int_equal(enqueued, STATUS_SUCCESS);
	assert_int_equal(op.status, STATUS_INVALID_DEVICE_REQUEST);
	assert_false(io_broke());
	io_fixture_teardown(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_examine__an_action_of_no_meaning__rule_106_and_unsuccessful),
		cmocka_unit_test(test_enqueue__formatted_and_no_queue__rule_103),
		cmocka_unit_test(test_enqueue__formatted_as_it_came_and_no_queue__goes_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
