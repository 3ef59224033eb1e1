/* SPDX-License-Identifier: MIT */
/* The states of an I/O target: started, stopped, purged, closed; and being made and opened. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "object/irql.h"
#include "target_fixture.h"
#include "target_impl.h"

static struct target_fixture t;
static struct target_sent sent;
static WDFREQUEST request;

static int setup(void **state)
{
	(void)state;
	sent = (struct target_sent){ 0 };
	target_setup(&t, false);
	request = target_request(&t);
	target_format(&t, request, &sent);
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

static void test_start__of_a_stopped_target__sends_what_waits_in_order(void **state)
{
	struct target_sent second = { 0 };
	WDFREQUEST other = target_request(&t);
	WDFREQUEST came[2];

	(void)state;
	assert_int_equal(WdfIoTargetGetState(t.target), WdfIoTargetStarted);
	WdfIoTargetStop(t.target, WdfIoTargetLeaveSentIoPending);
	assert_int_equal(WdfIoTargetGetState(t.target), WdfIoTargetStopped);
	assert_int_equal(WdfIoTargetFormatRequestForIoctl(t.target, other, TARGET_CODE + 4, NULL,
							  NULL, NULL, NULL),
			 STATUS_SUCCESS);
	second.t = &t;
	WdfRequestSetCompletionRoutine(other, target_count_end, &second);
	assert_true(target_send(&t, request, 0, 0));
	assert_true(target_send(&t, other, 0, 0));
	target_settle(&t);
	assert_int_equal(target_below.came, 0);
	assert_int_equal(WdfIoTargetStart(t.target), STATUS_SUCCESS);
	target_settle(&t);
	assert_int_equal(target_below.came, 2);
	assert_int_equal(target_below.params.Parameters.DeviceIoControl.IoControlCode,
			 TARGET_CODE + 4);
	came[0] = target_below.kept[0];
	came[1] = target_below.kept[1];
	assert_ptr_not_equal(came[0], came[1]);
	target_complete(&t, 0, STATUS_SUCCESS, 0);
	target_complete(&t, 1, STATUS_SUCCESS, 0);
	assert_int_equal(sent.ends, 1);
	assert_int_equal(second.ends, 1);
	WdfObjectDelete(other);
}

static void test_send__with_ignore_target_state__passes_a_stopped_target(void **state)
{
	(void)state;
	WdfIoTargetStop(t.target, WdfIoTargetLeaveSentIoPending);
	assert_true(target_send(&t, request, WDF_REQUEST_SEND_OPTION_IGNORE_TARGET_STATE, 0));
	target_settle(&t);
	assert_int_equal(target_below.came, 1);
	target_complete(&t, 0, STATUS_SUCCESS, 0);
	assert_int_equal(sent.ends, 1);
}

static void test_stop__that_cancels__returns_when_every_routine_has_run(void **state)
{
	(void)state;
	target_below.marks = true;
	assert_true(target_send(&t, request, 0, 0));
	target_settle(&t);
	WdfIoTargetStop(t.target, WdfIoTargetCancelSentIo);
	assert_int_equal(sent.ends, 1);
	assert_int_equal(sent.status, STATUS_CANCELLED);
	assert_int_equal(target_below.cancelled, 1);
}

static void test_stop__that_cancels__ends_what_waits_in_it_too(void **state)
{
	(void)state;
	WdfIoTargetStop(t.target, WdfIoTargetLeaveSentIoPending);
	assert_true(target_send(&t, request, 0, 0));
	WdfIoTargetStop(t.target, WdfIoTargetCancelSentIo);
	assert_int_equal(sent.ends, 1);
	assert_int_equal(sent.status, STATUS_CANCELLED);
	assert_int_equal(target_below.came, 0);
}

static void complete_soon(void *arg)
{
	(void)arg;
	exec_sleep_ms(5);
	target_complete(&t, 0, STATUS_SUCCESS, 0);
}

static void test_stop__that_waits__returns_after_the_completion(void **state)
{
	struct exec_thread_params params = { .name = "completer",
					     .run = complete_soon,
					     .node = -1 };
	struct exec_thread *thread;

	(void)state;
	assert_true(target_send(&t, request, 0, 0));
	target_settle(&t);
	assert_int_equal(exec_thread_start(&params, &thread), 0);
	WdfIoTargetStop(t.target, WdfIoTargetWaitForSentIoToComplete);
	assert_int_equal(sent.ends, 1);
	assert_int_equal(sent.status, STATUS_SUCCESS);
	exec_thread_join(thread);
}

/* --- waits inside a completion routine: for all but that one --- */

static void stop_and_wait(struct target_sent *told)
{
	(void)told;
	WdfIoTargetStop(t.target, WdfIoTargetWaitForSentIoToComplete);
}

static void purge_and_wait(struct target_sent *told)
{
	(void)told;
	WdfIoTargetPurge(t.target, WdfIoTargetPurgeIoAndWait);
}

static void test_stop__that_waits_in_a_routine__does_not_wait_for_that(void **state)
{
	(void)state;
	sent.then = stop_and_wait;
	assert_true(target_send(&t, request, 0, 0));
	target_settle(&t);
	target_complete(&t, 0, STATUS_SUCCESS, 0);
	assert_int_equal(sent.ends, 1);
	assert_int_equal(WdfIoTargetGetState(t.target), WdfIoTargetStopped);
}

static void test_purge__that_waits_in_a_routine__waits_for_the_others(void **state)
{
	struct target_sent second = { 0 };
	WDFREQUEST other = target_request(&t);

	(void)state;
	target_below.marks = true;
	target_format(&t, other, &second);
	sent.then = purge_and_wait;
	assert_true(target_send(&t, request, 0, 0));
	assert_true(target_send(&t, other, 0, 0));
	target_settle(&t);
	assert_true(WdfRequestCancelSentRequest(request));
	target_settle(&t);
	assert_int_equal(sent.ends, 1);
	assert_int_equal(second.ends, 1);
	assert_int_equal(second.status, STATUS_CANCELLED);
	assert_int_equal(target_below.cancelled, 2);
	assert_int_equal(WdfIoTargetGetState(t.target), WdfIoTargetPurged);
	WdfObjectDelete(other);
}

static void test_purge__refuses_until_the_start(void **state)
{
	(void)state;
	target_below.marks = true;
	assert_true(target_send(&t, request, 0, 0));
	target_settle(&t);
	WdfIoTargetPurge(t.target, WdfIoTargetPurgeIoAndWait);
	assert_int_equal(sent.status, STATUS_CANCELLED);
	assert_int_equal(WdfIoTargetGetState(t.target), WdfIoTargetPurged);
	target_format(&t, request, &sent);
	assert_false(target_send(&t, request, 0, 0));
	assert_int_equal(WdfRequestGetStatus(request), STATUS_INVALID_DEVICE_STATE);
	assert_int_equal(WdfIoTargetStart(t.target), STATUS_SUCCESS);
	assert_true(target_send(&t, request, 0, 0));
	WdfIoTargetPurge(t.target, WdfIoTargetPurgeIo);
	target_settle(&t);
	assert_int_equal(sent.ends, 2);
	assert_false(io_broke());
}

static void test_stop_and_purge__with_waiting_above_passive__break(void **state)
{
	KIRQL before = fx_irql_raise(DISPATCH_LEVEL);

	(void)state;
	WdfIoTargetStop(t.target, WdfIoTargetCancelSentIo);
	assert_true(io_broke());
	WdfIoTargetStop(t.target, WdfIoTargetWaitForSentIoToComplete);
	assert_true(io_broke());
	WdfIoTargetPurge(t.target, WdfIoTargetPurgeIoAndWait);
	assert_true(io_broke());
	assert_int_equal(WdfIoTargetGetState(t.target), WdfIoTargetStarted);
	WdfIoTargetStop(t.target, WdfIoTargetLeaveSentIoPending);
	WdfIoTargetPurge(t.target, WdfIoTargetPurgeIo);
	assert_false(io_broke());
	fx_irql_restore(before);
	WdfIoTargetStop(t.target, WdfIoTargetSentIoUndefined);
	assert_true(io_broke());
	WdfIoTargetPurge(t.target, WdfIoTargetPurgeIoUndefined);
	assert_true(io_broke());
}

static void test_get_device__is_the_sender(void **state)
{
	(void)state;
	assert_ptr_equal(WdfIoTargetGetDevice(t.target), io_fixture_device(&t.f));
	assert_ptr_equal(WdfDeviceGetIoTarget(io_fixture_device(&t.f)), t.target);
}

/* --- by name --- */

static WDFIOTARGET create(void)
{
	WDFIOTARGET made = NULL;

	assert_int_equal(
		WdfIoTargetCreate(io_fixture_device(&t.f), WDF_NO_OBJECT_ATTRIBUTES, &made),
		STATUS_SUCCESS);
	return made;
}

static void test_create__makes_a_closed_target(void **state)
{
	WDFIOTARGET made = create();

	(void)state;
	assert_int_equal(WdfIoTargetGetState(made), WdfIoTargetClosed);
	assert_ptr_equal(WdfIoTargetGetDevice(made), io_fixture_device(&t.f));
	assert_int_equal(WdfIoTargetStart(made), STATUS_INVALID_DEVICE_STATE);
	assert_false(WdfRequestSend(request, made, NULL));
	assert_int_equal(WdfRequestGetStatus(request), STATUS_INVALID_DEVICE_STATE);
	WdfObjectDelete(made);
}

static void test_create__with_a_wrong_parent_or_level__is_refused(void **state)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFIOTARGET made;
	KIRQL before;

	(void)state;
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = t.queue; /* of the other device */
	assert_int_equal(WdfIoTargetCreate(io_fixture_device(&t.f), &attrs, &made),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_null(made);
	attrs.Size = 1;
	assert_int_equal(WdfIoTargetCreate(io_fixture_device(&t.f), &attrs, &made),
			 STATUS_INFO_LENGTH_MISMATCH);
	before = fx_irql_raise(DISPATCH_LEVEL);
	assert_int_equal(WdfIoTargetCreate(io_fixture_device(&t.f), NULL, &made),
			 STATUS_INVALID_DEVICE_REQUEST);
	fx_irql_restore(before);
	assert_true(io_broke());
}

static NTSTATUS open_as(WDFIOTARGET target, WDF_IO_TARGET_OPEN_TYPE type)
{
	WDF_IO_TARGET_OPEN_PARAMS params;
	DECLARE_CONST_UNICODE_STRING(name, L"\\Device\\Nobody");

	WDF_IO_TARGET_OPEN_PARAMS_INIT_OPEN_BY_NAME(&params, &name, GENERIC_READ);
	params.Type = type;
	return WdfIoTargetOpen(target, &params);
}

static void test_open__of_a_name_that_there_is_not__fails(void **state)
{
	WDFIOTARGET made = create();
	WDF_IO_TARGET_OPEN_PARAMS params;

	(void)state;
	WDF_IO_TARGET_OPEN_PARAMS_INIT_REOPEN(&params);
	assert_int_equal(WdfIoTargetOpen(made, &params), STATUS_INVALID_DEVICE_STATE);
	assert_int_equal(open_as(made, WdfIoTargetOpenByName), STATUS_OBJECT_NAME_NOT_FOUND);
	assert_int_equal(open_as(made, WdfIoTargetOpenReopen), STATUS_OBJECT_NAME_NOT_FOUND);
	assert_int_equal(WdfIoTargetGetState(made), WdfIoTargetClosed);
	assert_int_equal(open_as(made, WdfIoTargetOpenUndefined), STATUS_INVALID_PARAMETER);
	assert_int_equal(open_as(made, WdfIoTargetOpenUseExistingDevice), STATUS_NOT_SUPPORTED);
	params.Size--;
	assert_int_equal(WdfIoTargetOpen(made, &params), STATUS_INFO_LENGTH_MISMATCH);
	assert_false(io_broke());
	WdfObjectDelete(made);
}

static void test_open_and_close__of_the_local_target__break(void **state)
{
	(void)state;
	assert_int_equal(open_as(t.target, WdfIoTargetOpenByName), STATUS_INVALID_DEVICE_REQUEST);
	assert_true(io_broke());
	WdfIoTargetClose(t.target);
	assert_true(io_broke());
	WdfIoTargetCloseForQueryRemove(t.target);
	assert_true(io_broke());
	assert_int_equal(WdfIoTargetGetState(t.target), WdfIoTargetStarted);
}

/* What a transport would have opened: the device below, under a name. */
static void open_by_hand(WDFIOTARGET handle)
{
	struct fx_target *target = uw_container_of(fx_object_at(handle), struct fx_target, base);

	target->sink = &t.sink.sink;
	target->state = WdfIoTargetStarted;
}

static void test_close__cancels_and_refuses(void **state)
{
	WDFIOTARGET made = create();

	(void)state;
	open_by_hand(made);
	target_below.marks = true;
	assert_true(WdfRequestSend(request, made, NULL));
	target_settle(&t);
	WdfIoTargetCloseForQueryRemove(made);
	assert_int_equal(sent.ends, 1);
	assert_int_equal(sent.status, STATUS_CANCELLED);
	assert_int_equal(WdfIoTargetGetState(made), WdfIoTargetClosedForQueryRemove);
	WdfIoTargetClose(made);
	assert_int_equal(WdfIoTargetGetState(made), WdfIoTargetClosed);
	target_format(&t, request, &sent);
	assert_false(WdfRequestSend(request, made, NULL));
	assert_int_equal(WdfRequestGetStatus(request), STATUS_INVALID_DEVICE_STATE);
	WdfObjectDelete(made);
}

static unsigned int queries, cancels, completes;

static NTSTATUS count_query(WDFIOTARGET target)
{
	queries++;
	WdfIoTargetCloseForQueryRemove(target);
	return queries > 1 ? STATUS_UNSUCCESSFUL : STATUS_SUCCESS;
}

static VOID count_canceled(WDFIOTARGET target)
{
	(void)target;
	cancels++;
}

static VOID count_complete(WDFIOTARGET target)
{
	WdfIoTargetClose(target);
	completes++;
}

static void test_removal_of_the_other_device__asks_and_tells_the_driver(void **state)
{
	WDFIOTARGET made = create();
	struct fx_target *target = uw_container_of(fx_object_at(made), struct fx_target, base);

	(void)state;
	queries = cancels = completes = 0;
	open_by_hand(made);
	target->params.EvtIoTargetQueryRemove = count_query;
	target->params.EvtIoTargetRemoveCanceled = count_canceled;
	target->params.EvtIoTargetRemoveComplete = count_complete;
	assert_int_equal(fx_target_query_remove(target, NULL), STATUS_SUCCESS);
	assert_int_equal(WdfIoTargetGetState(made), WdfIoTargetClosedForQueryRemove);
	fx_target_remove_canceled(target);
	assert_int_equal(fx_target_query_remove(target, NULL), STATUS_UNSUCCESSFUL);
	fx_target_remove_complete(target, NULL);
	assert_int_equal(cancels, 1);
	assert_int_equal(completes, 1);
	assert_int_equal(WdfIoTargetGetState(made), WdfIoTargetClosed);
	WdfObjectDelete(made);
}

static void test_removal_of_the_other_device__without_callbacks__closes_and_opens(void **state)
{
	WDFIOTARGET made = create();
	struct fx_target *target = uw_container_of(fx_object_at(made), struct fx_target, base);

	(void)state;
	open_by_hand(made);
	assert_int_equal(fx_target_query_remove(target, NULL), STATUS_SUCCESS);
	assert_int_equal(WdfIoTargetGetState(made), WdfIoTargetClosedForQueryRemove);
	fx_target_remove_canceled(target); /* the name is gone: it stays closed */
	assert_int_equal(WdfIoTargetGetState(made), WdfIoTargetClosedForQueryRemove);
	fx_target_remove_complete(target, NULL);
	assert_int_equal(WdfIoTargetGetState(made), WdfIoTargetClosed);
	WdfObjectDelete(made);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_start__of_a_stopped_target__sends_what_waits_in_order),
		TEST(test_send__with_ignore_target_state__passes_a_stopped_target),
		TEST(test_stop__that_cancels__returns_when_every_routine_has_run),
		TEST(test_stop__that_cancels__ends_what_waits_in_it_too),
		TEST(test_stop__that_waits__returns_after_the_completion),
		TEST(test_stop__that_waits_in_a_routine__does_not_wait_for_that),
		TEST(test_purge__that_waits_in_a_routine__waits_for_the_others),
		TEST(test_purge__refuses_until_the_start),
		TEST(test_stop_and_purge__with_waiting_above_passive__break),
		TEST(test_get_device__is_the_sender),
		TEST(test_create__makes_a_closed_target),
		TEST(test_create__with_a_wrong_parent_or_level__is_refused),
		TEST(test_open__of_a_name_that_there_is_not__fails),
		TEST(test_open_and_close__of_the_local_target__break),
		TEST(test_close__cancels_and_refuses),
		TEST(test_removal_of_the_other_device__asks_and_tells_the_driver),
		TEST(test_removal_of_the_other_device__without_callbacks__closes_and_opens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
