/* SPDX-License-Identifier: MIT */
/*
 * The device of a target that was opened by name is asked about, stays, or goes, here or in another
 * host: with and without the driver's callbacks. From the pages of EvtIoTargetQueryRemove,
 * EvtIoTargetRemoveCanceled, EvtIoTargetRemoveComplete and "Managing Device Removal for I/O
 * Targets".
 */
#include "remote_fixture.h"

#include <errno.h>
#include <string.h>

/* --- without callbacks --- */

static void test_query__no_callback__closed_and_kept_closed(void **state)
{
	(void)state;
	named_up();
	named_is_open(&named.a);
	assert_int_equal(named_query_remove(), 0);
	assert_string_equal(fx_log(), "FileCleanup FileClose QueryRemove");
	assert_int_equal(named_state(&named.a), WdfIoTargetClosedForQueryRemove);
	assert_int_equal(named_open_files(), 0);
	named_remove();
	named_await_state(&named.a, WdfIoTargetClosed);
	assert_int_equal(named_reopen(&named.a), STATUS_OBJECT_NAME_NOT_FOUND);
}

static void test_query__agreed_to__nobody_opens_it_meanwhile(void **state)
{
	(void)state;
	named_up();
	assert_int_equal(named_query_remove(), 0);
	assert_int_equal(named_open(&named.b, NAMED_DEVICE), STATUS_NO_SUCH_DEVICE);
}

static void test_canceled__no_callback__open_again(void **state)
{
	ULONG_PTR information;
	(void)state;
	named_up();
	named_is_open(&named.a);
	fx_script.fail = "QueryRemove";
	assert_int_equal(named_query_remove(), -ECANCELED);
	assert_true(fx_log_await("Create", 1));
	assert_string_equal(fx_log(), "FileCleanup FileClose QueryRemove Create");
	named_await_state(&named.a, WdfIoTargetStarted);
	assert_int_equal(named_ask(&named.a, "x", &information), STATUS_SUCCESS);
	fx_script.fail = NULL;
	assert_int_equal(named_query_remove(), 0); /* and once more */
	assert_int_equal(named_state(&named.a), WdfIoTargetClosedForQueryRemove);
}

static void test_canceled__cannot_be_opened_again__stays_closed(void **state)
{
	(void)state;
	named_up();
	named_is_open(&named.a);
	fx_script.fail = "QueryRemove";
	named_script.create_status = STATUS_DEVICE_BUSY;
	assert_int_equal(named_query_remove(), -ECANCELED);
	assert_true(fx_log_await("Create", 1));
	assert_int_equal(named_state(&named.a), WdfIoTargetClosedForQueryRemove);
	if (named.place)
		WdfIoTargetClose(named.a.handle); /* it may be at it still */
	named_script.create_status = STATUS_SUCCESS;
	assert_int_equal(named_reopen(&named.a), STATUS_SUCCESS);
	WdfIoTargetClose(named.a.handle);
}

static void test_query__something_is_out__cancelled_first(void **state)
{
	struct named_sent sent;
	(void)state;
	named_script.keeps = true;
	named_up();
	named_is_open(&named.a);
	assert_true(named_send(&named.a, &sent));
	assert_true(fx_log_await("Io", 1));
	assert_int_equal(named_query_remove(), 0);
	assert_string_equal(fx_log(), "Io Cancel Back FileCleanup FileClose QueryRemove");
	assert_int_equal(sent.status, STATUS_CANCELLED);
}

static void test_remove__not_asked_before__asked_then(void **state)
{
	(void)state;
	named_up();
	named_is_open(&named.a);
	fx_remove();
	assert_ptr_equal(strstr(fx_log(), "FileCleanup FileClose QueryRemove"), fx_log());
	assert_int_equal(named_state(&named.a), WdfIoTargetClosed);
}

static void test_surprise__no_callback__comes_back_and_is_closed(void **state)
{
	struct named_sent sent;
	(void)state;
	named_script.keeps = true;
	named_up();
	named_is_open(&named.a);
	assert_true(named_send(&named.a, &sent));
	assert_true(fx_log_await("Io", 1));
	named_surprise();
	assert_true(fx_log_await("Back", 1));
	assert_int_equal(sent.ends, 1);
	assert_false(NT_SUCCESS(sent.status));
	named_await_state(&named.a, WdfIoTargetClosed);
	assert_false(named_send(&named.a, &sent));
	assert_int_equal(WdfRequestGetStatus(sent.request), STATUS_INVALID_DEVICE_STATE);
}

/* --- with callbacks --- */

static void test_query__callback__then_complete(void **state)
{
	(void)state;
	named_up();
	named_all_callbacks(&named.a);
	named_is_open(&named.a);
	assert_int_equal(named_query_remove(), 0);
	assert_string_equal(fx_log(), "a.Query FileCleanup FileClose QueryRemove");
	assert_int_equal(named_state(&named.a), WdfIoTargetClosedForQueryRemove);
	fx_log_clear();
	named_remove();
	assert_true(fx_log_await("a.Complete", 1));
	assert_null(strstr(fx_log(), "a.Canceled"));
	named_await_state(&named.a, WdfIoTargetClosed);
}

static void test_query__callback_refuses__named_and_the_others_hear_of_it(void **state)
{
	(void)state;
	named_up();
	named_all_callbacks(&named.a);
	named_all_callbacks(&named.b);
	named_is_open(&named.a);
	named_is_open(&named.b);
	named.b.query_status = STATUS_DEVICE_BUSY;
	assert_int_equal(named_query_remove(), -ECANCELED);
	assert_string_equal(fx_log(), "a.Query FileCleanup FileClose b.Query a.Canceled Create");
	assert_non_null(strstr(fx.rep.text, "driver tested does not let tested go"));
	assert_non_null(strstr(fx.rep.text, "EvtIoTargetQueryRemove"));
	assert_int_equal(named_state(&named.a), WdfIoTargetStarted);
	assert_int_equal(named_state(&named.b), WdfIoTargetStarted);
}

static void test_canceled__callback__told_after_the_devices_driver_refused(void **state)
{
	ULONG_PTR information;
	(void)state;
	named_up();
	named_all_callbacks(&named.a);
	named_is_open(&named.a);
	fx_script.fail = "QueryRemove";
	assert_int_equal(named_query_remove(), -ECANCELED);
	assert_true(fx_log_await("Create", 1));
	assert_string_equal(fx_log(),
			    "a.Query FileCleanup FileClose QueryRemove a.Canceled Create");
	named_await_state(&named.a, WdfIoTargetStarted);
	assert_int_equal(named_ask(&named.a, "x", &information), STATUS_SUCCESS);
}

static void close_it(WDFIOTARGET target)
{
	WdfIoTargetClose(target);
}

static void delete_it(WDFIOTARGET target)
{
	WdfObjectDelete(target);
	fx_note("deleted");
}

static void leave_it(WDFIOTARGET target)
{
	(void)target;
}

static void test_query__callback_closes_for_good__hears_no_more(void **state)
{
	(void)state;
	named_up();
	named_all_callbacks(&named.a);
	named_is_open(&named.a);
	named.a.in_query = close_it;
	assert_int_equal(named_query_remove(), 0);
	fx_remove();
	assert_null(strstr(fx_log(), "a.Complete"));
	assert_int_equal(named_state(&named.a), WdfIoTargetClosed);
}

static void test_query__callback_deletes_the_target__hears_no_more(void **state)
{
	(void)state;
	named_up();
	named_all_callbacks(&named.a);
	named_is_open(&named.a);
	named.a.in_query = delete_it;
	fx_script.fail = "QueryRemove";
	assert_int_equal(named_query_remove(), -ECANCELED);
	assert_string_equal(fx_log(), "a.Query FileCleanup FileClose deleted QueryRemove");
}

static void test_complete__callback_deletes_the_target__harmless(void **state)
{
	(void)state;
	named_up();
	named_all_callbacks(&named.a);
	named_is_open(&named.a);
	named.a.in_complete = delete_it;
	named_surprise();
	assert_true(fx_log_await("deleted", 1));
	assert_non_null(strstr(fx_log(), "a.Complete"));
	assert_null(strstr(fx_log(), "a.Query"));
}

/* Its file is a shell from then on: refuses, and can be closed. */
static void test_complete__callback_leaves_it_open__what_is_sent_is_refused(void **state)
{
	struct named_sent sent;
	(void)state;
	named_up();
	named_all_callbacks(&named.a);
	named_is_open(&named.a);
	named.a.in_complete = leave_it;
	named_surprise();
	assert_int_equal(named_state(&named.a), WdfIoTargetStarted);
	assert_true(named_send(&named.a, &sent));
	assert_true(fx_log_await("Back", 1));
	assert_false(NT_SUCCESS(sent.status));
	assert_int_equal(named_ask(&named.a, "x", NULL), STATUS_DEVICE_REMOVED);
	WdfIoTargetClose(named.a.handle);
	assert_int_equal(named_state(&named.a), WdfIoTargetClosed);
}

static void test_remove__left_open__goes_all_the_same_and_says_so(void **state)
{
	(void)state;
	named_up();
	named_all_callbacks(&named.a);
	named_is_open(&named.a);
	named.a.query_status = STATUS_DEVICE_BUSY;
	fx_remove();
	assert_non_null(strstr(fx_log(), "a.Query"));
	assert_non_null(strstr(fx_log(), "a.Complete"));
	assert_int_equal(named_state(&named.a), WdfIoTargetClosed);
}

static void test_remove__left_open__the_others_are_asked_too(void **state)
{
	(void)state;
	named_up();
	named_all_callbacks(&named.a);
	named_all_callbacks(&named.b);
	named_is_open(&named.a);
	named_is_open(&named.b);
	named.a.query_status = STATUS_DEVICE_BUSY;
	fx_remove();
	assert_ptr_equal(strstr(fx_log(), "a.Query b.Query FileCleanup FileClose QueryRemove"),
			 fx_log());
	assert_null(strstr(fx_log(), "Canceled"));
	assert_int_equal(named_state(&named.b), WdfIoTargetClosed);
}

static void test_query__closed_target__is_not_asked(void **state)
{
	(void)state;
	named_up();
	named_all_callbacks(&named.a);
	named_is_open(&named.a);
	WdfIoTargetClose(named.a.handle);
	assert_int_equal(named_query_remove(), 0);
	assert_string_equal(fx_log(), "FileCleanup FileClose QueryRemove");
}

/* --- what keeps a driver --- */

static void test_holds__open__target_and_its_driver_are_named(void **state)
{
	struct uwdf_hold holds[4];
	size_t count;
	(void)state;
	named_up();
	named_is_open(&named.a);
	count = uwdf_driver_holds(fx.driver, holds, UW_ARRAY_SIZE(holds));
	assert_int_equal(count, 3); /* and two devices */
	assert_int_equal(holds[2].kind, UWDF_HOLD_TARGET);
	assert_ptr_equal(strstr(holds[2].what, "WDFIOTARGET 0x"), holds[2].what);
	assert_non_null(strstr(holds[2].what, " of tested"));
	assert_string_equal(holds[2].state, "open");
	WdfIoTargetClose(named.a.handle);
	assert_int_equal(uwdf_driver_holds(fx.driver, holds, UW_ARRAY_SIZE(holds)), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		NAMED_BOTH(test_query__no_callback__closed_and_kept_closed),
		NAMED_HERE(test_query__agreed_to__nobody_opens_it_meanwhile),
		NAMED_BOTH(test_canceled__no_callback__open_again),
		NAMED_BOTH(test_canceled__cannot_be_opened_again__stays_closed),
		NAMED_BOTH(test_query__something_is_out__cancelled_first),
		NAMED_HERE(test_remove__not_asked_before__asked_then),
		NAMED_BOTH(test_surprise__no_callback__comes_back_and_is_closed),
		NAMED_BOTH(test_query__callback__then_complete),
		NAMED_HERE(test_query__callback_refuses__named_and_the_others_hear_of_it),
		NAMED_BOTH(test_canceled__callback__told_after_the_devices_driver_refused),
		NAMED_HERE(test_query__callback_closes_for_good__hears_no_more),
		NAMED_HERE(test_query__callback_deletes_the_target__hears_no_more),
		NAMED_BOTH(test_complete__callback_deletes_the_target__harmless),
		NAMED_HERE(test_complete__callback_leaves_it_open__what_is_sent_is_refused),
		NAMED_HERE(test_remove__left_open__goes_all_the_same_and_says_so),
		NAMED_HERE(test_remove__left_open__the_others_are_asked_too),
		NAMED_BOTH(test_query__closed_target__is_not_asked),
		NAMED_HERE(test_holds__open__target_and_its_driver_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
