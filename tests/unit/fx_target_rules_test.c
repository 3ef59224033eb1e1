/* SPDX-License-Identifier: MIT */
/* The verifier's rules about requests that a driver makes or sends, each by its number. */
#include "stop_child.h"

#include "object/driver.h"
#include "object/irql.h"
#include "target_fixture.h"
#include "target_impl.h"

static struct target_fixture t;
static struct target_sent sent;
static struct io_op op;
static WDFREQUEST made, client;

static void open_gates(bool open)
{
	t.f.driver->verifier.gates = open ? 0xff : 1u << FX_GATE_ALWAYS;
}

static int setup(void **state)
{
	(void)state;
	sent = (struct target_sent){ .t = &t };
	target_setup_verify(&t, false, "VerifierOn=1,DbgBreakOnError=0");
	made = target_request(&t);
	target_format(&t, made, &sent);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fx_irql_restore(PASSIVE_LEVEL);
	open_gates(true);
	if (client)
		WdfRequestComplete(client, STATUS_SUCCESS);
	client = NULL;
	target_settle(&t);
	if (made)
		WdfObjectDelete(made);
	target_teardown(&t);
	return 0;
}

/* As in fx_verifier_request_test: counted, and reported if and only if its gate is open. */
#define expect_rule(rule, gated, call)                                                             \
	do {                                                                                       \
		uint32_t breaks_before = fx_verifier_breaks_of(t.f.driver, FX_RULE_##rule);        \
                                                                                                   \
		open_gates(true);                                                                  \
		(void)io_broke();                                                                  \
		call;                                                                              \
		assert_true(io_broke());                                                           \
		assert_int_equal(fx_verifier_breaks_of(t.f.driver, FX_RULE_##rule),                \
				 breaks_before + 1);                                               \
		open_gates(false);                                                                 \
		call;                                                                              \
		assert_int_equal(io_broke(), !(gated));                                            \
		open_gates(true);                                                                  \
	} while (0)

static WDFREQUEST delivered(void)
{
	io_op_control(&op, TARGET_CODE, "in", 8);
	io_submit(&t.f, &op);
	client = io_seen.last;
	return client;
}

static void complete_it(struct target_sent *s)
{
	WdfRequestComplete(s->request, s->status);
}

static void send_made(void)
{
	assert_true(target_send(&t, made, 0, 0));
	target_settle(&t);
}

static void test_complete__of_a_request_that_the_driver_made__rule_41(void **state)
{
	(void)state;
	expect_rule(REQUEST_NOT_DELIVERED, true, WdfRequestComplete(made, STATUS_SUCCESS));
	send_made();
	target_complete(&t, 0, STATUS_SUCCESS, 0);
	assert_int_equal(sent.ends, 1);
}

static void test_forward_requeue_mark_and_look__at_a_made_request__refused(void **state)
{
	WDFQUEUE manual = io_manual_queue(&t.f);
	PVOID buffer;

	(void)state;
	assert_int_equal(WdfRequestForwardToIoQueue(made, manual), STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(WdfRequestRequeue(made), STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(WdfRequestMarkCancelableEx(made, io_count_cancel),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(WdfRequestUnmarkCancelable(made), STATUS_INVALID_DEVICE_REQUEST);
	assert_false(WdfRequestIsCanceled(made));
	assert_int_equal(WdfRequestRetrieveInputBuffer(made, 0, &buffer, NULL),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(WdfRequestRetrieveUnsafeUserInputBuffer(made, 0, &buffer, NULL),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_null(WdfRequestGetFileObject(made));
	assert_null(WdfRequestGetIoQueue(made));
	assert_int_equal(WdfRequestGetRequestorMode(made), KernelMode);
	assert_true(io_broke());
}

static void test_complete__of_a_request_that_is_sent__rule_38_with_both_places(void **state)
{
	(void)state;
	send_made();
	expect_rule(REQUEST_NOT_OWNED, true, WdfRequestComplete(made, STATUS_SUCCESS));
	target_complete(&t, 0, STATUS_SUCCESS, 0);
	assert_int_equal(sent.ends, 1);
}

static void test_format__of_a_request_that_is_sent__rule_38(void **state)
{
	(void)state;
	send_made();
	expect_rule(
		REQUEST_NOT_OWNED, true,
		assert_int_equal(WdfIoTargetFormatRequestForRead(t.target, made, NULL, NULL, NULL),
				 STATUS_INVALID_DEVICE_REQUEST));
	expect_rule(REQUEST_NOT_OWNED, true,
		    WdfRequestSetCompletionRoutine(made, target_count_end, NULL));
	expect_rule(REQUEST_NOT_OWNED, true,
		    assert_int_equal(WdfRequestChangeTarget(made, t.target),
				     STATUS_INVALID_DEVICE_REQUEST));
	expect_rule(REQUEST_NOT_OWNED, true,
		    assert_int_equal(WdfRequestAllocateTimer(made), STATUS_INVALID_DEVICE_REQUEST));
	expect_rule(REQUEST_NOT_OWNED, true, WdfRequestFormatRequestUsingCurrentType(made));
	target_complete(&t, 0, STATUS_SUCCESS, 0);
	assert_int_equal(sent.ends, 1);
	assert_int_equal(WdfRequestChangeTarget(made, t.target), STATUS_SUCCESS);
	assert_int_equal(WdfRequestAllocateTimer(made), STATUS_SUCCESS);
	assert_false(io_broke());
}

static void test_get_completion_params__never_formatted_or_wrong_size__rules_60_and_61(void **state)
{
	WDF_REQUEST_COMPLETION_PARAMS params;
	WDF_REQUEST_REUSE_PARAMS reuse;

	(void)state;
	WDF_REQUEST_REUSE_PARAMS_INIT(&reuse, WDF_REQUEST_REUSE_NO_FLAGS, STATUS_SUCCESS);
	assert_int_equal(WdfRequestReuse(made, &reuse), STATUS_SUCCESS);
	WDF_REQUEST_COMPLETION_PARAMS_INIT(&params);
	params.IoStatus.Status = STATUS_UNSUCCESSFUL;
	expect_rule(NEVER_FORMATTED, false, WdfRequestGetCompletionParams(made, &params));
	assert_int_equal(params.IoStatus.Status, 0);
	params.Size--;
	expect_rule(PARAMETERS_SIZE, false, WdfRequestGetCompletionParams(made, &params));
}

static void test_delete__of_a_request_that_is_sent__rule_73(void **state)
{
	uint32_t before = fx_verifier_breaks_of(t.f.driver, FX_RULE_DELETED_SENT);

	(void)state;
	target_below.marks = true;
	send_made();
	WdfObjectDelete(made);
	made = NULL;
	assert_int_equal(fx_verifier_breaks_of(t.f.driver, FX_RULE_DELETED_SENT), before + 1);
	assert_true(io_broke());
	target_settle(&t);
	assert_int_equal(sent.ends, 1); /* once, also now */
	assert_int_equal(sent.status, STATUS_CANCELLED);
}

static void test_reuse__of_a_request_that_is_sent__rule_74(void **state)
{
	WDF_REQUEST_REUSE_PARAMS reuse;

	(void)state;
	WDF_REQUEST_REUSE_PARAMS_INIT(&reuse, WDF_REQUEST_REUSE_NO_FLAGS, STATUS_SUCCESS);
	send_made();
	expect_rule(REUSED_SENT, true,
		    assert_int_equal(WdfRequestReuse(made, &reuse), STATUS_INVALID_DEVICE_REQUEST));
	target_complete(&t, 0, STATUS_SUCCESS, 0);
}

static void test_reuse__with_wrong_parameters__refused(void **state)
{
	WDF_REQUEST_REUSE_PARAMS reuse;

	(void)state;
	WDF_REQUEST_REUSE_PARAMS_INIT(&reuse, WDF_REQUEST_REUSE_SET_NEW_IRP, STATUS_SUCCESS);
	assert_int_equal(WdfRequestReuse(made, &reuse), STATUS_WDF_REQUEST_INVALID_STATE);
	reuse.Flags = 0x80;
	assert_int_equal(WdfRequestReuse(made, &reuse), STATUS_INVALID_PARAMETER);
	reuse.Size--;
	assert_int_equal(WdfRequestReuse(made, &reuse), STATUS_INFO_LENGTH_MISMATCH);
	assert_false(io_broke());
}

static void send_twice(void *arg)
{
	(void)arg;
	(void)target_send(&t, made, 0, 0);
}

static void test_send__twice__rule_77_stops(void **state)
{
	(void)state;
	send_made();
	assert_true(io_stops(send_twice, NULL, WDF_REQUEST_FATAL_ERROR));
	open_gates(false);
	assert_false(target_send(&t, made, 0, 0));
	target_complete(&t, 0, STATUS_SUCCESS, 0);
	assert_int_equal(sent.ends, 1);
}

static void format_made(void *arg)
{
	(void)arg;
	WdfRequestFormatRequestUsingCurrentType(made);
}

static void test_format_using_current_type__of_a_made_request__rule_80_stops(void **state)
{
	(void)state;
	assert_true(io_stops(format_made, NULL, WDF_REQUEST_FATAL_ERROR));
}

static void test_send__with_wrong_options__rule_82(void **state)
{
	WDF_REQUEST_SEND_OPTIONS options;

	(void)state;
	WDF_REQUEST_SEND_OPTIONS_INIT(&options, 0);
	options.Size--;
	expect_rule(SEND_OPTIONS, false, assert_false(WdfRequestSend(made, t.target, &options)));
	assert_int_equal(WdfRequestGetStatus(made), STATUS_INVALID_PARAMETER);
	expect_rule(SEND_OPTIONS, false, assert_false(target_send(&t, made, 0x10, 0)));
	expect_rule(SEND_OPTIONS, false,
		    assert_false(target_send(&t, made,
					     WDF_REQUEST_SEND_OPTION_SEND_AND_FORGET |
						     WDF_REQUEST_SEND_OPTION_IGNORE_TARGET_STATE,
					     0)));
}

static void test_forget__of_what_was_formatted__rule_83(void **state)
{
	WDFREQUEST request = delivered();

	(void)state;
	target_format(&t, request, &sent);
	expect_rule(
		FORGET_FORMATTED, false,
		assert_false(target_send(&t, request, WDF_REQUEST_SEND_OPTION_SEND_AND_FORGET, 0)));
	assert_int_equal(WdfRequestGetStatus(request), STATUS_INVALID_DEVICE_REQUEST);
	expect_rule(
		FORGET_FORMATTED, false,
		assert_false(target_send(&t, made, WDF_REQUEST_SEND_OPTION_SEND_AND_FORGET, 0)));
}

static void test_send__of_a_clients_request_without_a_routine__rule_84(void **state)
{
	WDFREQUEST request = delivered();

	(void)state;
	WdfRequestFormatRequestUsingCurrentType(request);
	expect_rule(NO_COMPLETION_ROUTINE, false,
		    assert_false(WdfRequestSend(request, t.target, NULL)));
	assert_int_equal(WdfRequestGetStatus(request), STATUS_INVALID_DEVICE_REQUEST);
}

static void forget_with_routine(void)
{
	WDFREQUEST request = delivered();

	WdfRequestSetCompletionRoutine(request, target_count_end, &sent);
	client = NULL;
	assert_true(target_send(&t, request, WDF_REQUEST_SEND_OPTION_SEND_AND_FORGET, 0));
	target_settle(&t);
}

static void test_forget__with_a_routine__rule_85_and_it_is_not_called(void **state)
{
	(void)state;
	target_below.completes = true;
	expect_rule(FORGET_ROUTINE, true, forget_with_routine());
	assert_int_equal(sent.ends, 0);
	assert_int_equal(op.completions, 1);
}

static void test_send__while_marked_cancelable__rule_49(void **state)
{
	WDFREQUEST request = delivered();

	(void)state;
	WdfRequestFormatRequestUsingCurrentType(request);
	WdfRequestSetCompletionRoutine(request, target_count_end, &sent);
	sent.then = complete_it;
	WdfRequestMarkCancelable(request, io_count_cancel);
	expect_rule(MOVED_CANCELABLE, true, assert_false(WdfRequestSend(request, t.target, NULL)));
	assert_int_equal(WdfRequestUnmarkCancelable(request), STATUS_SUCCESS);
}

static void test_start__above_passive_while_another_stops__rule_119(void **state)
{
	struct fx_target *target = uw_container_of(fx_object_at(t.target), struct fx_target, base);
	KIRQL before = fx_irql_raise(DISPATCH_LEVEL);

	(void)state;
	target->stoppers = 1;
	expect_rule(START_WHILE_STOPPING, true, (void)!WdfIoTargetStart(t.target));
	target->stoppers = 0;
	fx_irql_restore(before);
}

static void test_stop__that_waits_while_another_waits__rule_120(void **state)
{
	struct fx_target *target = uw_container_of(fx_object_at(t.target), struct fx_target, base);

	(void)state;
	target->stoppers = 1;
	expect_rule(TARGET_WAIT_TWICE, false,
		    WdfIoTargetStop(t.target, WdfIoTargetWaitForSentIoToComplete));
	target->stoppers = 0;
}

static VOID forget_create(WDFDEVICE device, WDFREQUEST request, WDFFILEOBJECT file)
{
	(void)device;
	assert_non_null(file);
	assert_true(target_send(&t, request, WDF_REQUEST_SEND_OPTION_SEND_AND_FORGET, 0));
}

static void test_forget__of_a_create_with_a_file_object__rule_86(void **state)
{
	struct fx_io_config config = { 0 };

	(void)state;
	WDF_FILEOBJECT_CONFIG_INIT(&config.file_config, forget_create, NULL, NULL);
	target_setup_config(&t, false, &config, "VerifierOn=1,DbgBreakOnError=0");
	assert_int_equal(fx_verifier_breaks_of(t.f.driver, FX_RULE_FORGET_CREATE), 1);
	assert_true(io_broke());
	target_teardown(&t);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_complete__of_a_request_that_the_driver_made__rule_41),
		TEST(test_forward_requeue_mark_and_look__at_a_made_request__refused),
		TEST(test_complete__of_a_request_that_is_sent__rule_38_with_both_places),
		TEST(test_format__of_a_request_that_is_sent__rule_38),
		TEST(test_get_completion_params__never_formatted_or_wrong_size__rules_60_and_61),
		TEST(test_delete__of_a_request_that_is_sent__rule_73),
		TEST(test_reuse__of_a_request_that_is_sent__rule_74),
		TEST(test_reuse__with_wrong_parameters__refused),
		TEST(test_send__twice__rule_77_stops),
		TEST(test_format_using_current_type__of_a_made_request__rule_80_stops),
		TEST(test_send__with_wrong_options__rule_82),
		TEST(test_forget__of_what_was_formatted__rule_83),
		TEST(test_send__of_a_clients_request_without_a_routine__rule_84),
		TEST(test_forget__with_a_routine__rule_85_and_it_is_not_called),
		TEST(test_send__while_marked_cancelable__rule_49),
		cmocka_unit_test(test_forget__of_a_create_with_a_file_object__rule_86),
		TEST(test_start__above_passive_while_another_stops__rule_119),
		TEST(test_stop__that_waits_while_another_waits__rule_120),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
