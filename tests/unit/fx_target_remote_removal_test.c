/* SPDX-License-Identifier: MIT */
/*
 * The device of a target is in another host, which asks to remove it while somebody refuses, or
 * dies. What it shares with a device of this host is in fx_target_removal_test.c. From the pages of
 * EvtIoTargetQueryRemove, EvtIoTargetRemoveCanceled, EvtIoTargetRemoveComplete and "Managing Device
 * Removal for I/O Targets".
 */
#include "remote_fixture.h"

#include <errno.h>
#include <string.h>

#include "base/exec.h"

#define LET_GO_MS 60000u

static void test_query__vetoed__stays_open_and_is_not_told_of_the_end(void **state)
{
	ULONG_PTR information;
	(void)state;
	named_up();
	named_all_callbacks(&named.a);
	named.a.query_status = STATUS_DEVICE_BUSY;
	named_is_open(&named.a);
	fx_script.fail = "QueryRemove";
	assert_int_equal(remote_query_remove(50), -ECANCELED);
	assert_true(fx_log_await("a.Query", 1));
	assert_int_equal(named_state(&named.a), WdfIoTargetStarted);
	assert_int_equal(named_ask(&named.a, "x", &information), STATUS_SUCCESS);
	named.a.query_status = STATUS_SUCCESS;
	fx_script.fail = NULL;
	assert_int_equal(named_query_remove(), 0);
	assert_true(fx_log_await("a.Query", 2));
	assert_null(strstr(fx_log(), "a.Canceled"));
	assert_int_equal(named_state(&named.a), WdfIoTargetClosedForQueryRemove);
}

static struct exec_event in_callback;

static void take_time(WDFIOTARGET target)
{
	(void)target;
	exec_event_set(&in_callback);
	exec_sleep_ms(10);
	fx_note("told");
}

static void close_on_loop(void *arg)
{
	(void)arg;
	WdfIoTargetClose(named.a.handle);
	fx_note("closed");
}

static void close_while_told(bool on_loop)
{
	assert_int_equal(exec_event_init(&in_callback), 0);
	named_up();
	named_all_callbacks(&named.a);
	named.a.in_complete = take_time;
	named_is_open(&named.a);
	remote_kill();
	assert_true(exec_event_wait(&in_callback, exec_deadline_ms(LET_GO_MS)));
	if (on_loop)
		named_on_loop(named.sender, close_on_loop, NULL);
	else
		close_on_loop(NULL);
	assert_true(fx_log_await("FileClose", 1)); /* of the device, which nobody waits for */
	assert_non_null(strstr(fx_log(), "told"));
	assert_non_null(strstr(strstr(fx_log(), "told"), "closed"));
	exec_event_deinit(&in_callback);
}

static void test_complete__closed_meanwhile__waits_for_the_callback(void **state)
{
	(void)state;
	close_while_told(false);
}

static void test_complete__closed_on_the_senders_loop__waits_for_the_callback(void **state)
{
	(void)state;
	close_while_told(true);
}

static void test_two_targets__one_vetoes__the_other_opens_again(void **state)
{
	(void)state;
	named_up();
	named_all_callbacks(&named.a);
	named_all_callbacks(&named.b);
	named.b.query_status = STATUS_UNSUCCESSFUL;
	named_is_open(&named.a);
	named_is_open(&named.b);
	fx_script.fail = "QueryRemove";
	assert_int_equal(remote_query_remove(50), -ECANCELED);
	assert_true(fx_log_await("a.Query", 1));
	assert_true(fx_log_await("b.Query", 1));
	assert_true(fx_log_await("a.Canceled", 1));
	named_await_state(&named.a, WdfIoTargetStarted);
	assert_null(strstr(fx_log(), "b.Canceled"));
	assert_int_equal(named_state(&named.b), WdfIoTargetStarted);
}

/* --- it dies --- */

static void test_death__requests_come_back__then_complete(void **state)
{
	struct named_sent sent;
	(void)state;
	named_script.keeps = true;
	named_up();
	named_all_callbacks(&named.a);
	named_is_open(&named.a);
	assert_true(named_send(&named.a, &sent));
	assert_true(fx_log_await("Io", 1));
	remote_kill();
	assert_true(fx_log_await("Back", 1));
	assert_true(fx_log_await("a.Complete", 1));
	assert_false(NT_SUCCESS(sent.status));
	named_await_state(&named.a, WdfIoTargetClosed);
}

static void test_death__closed_for_query_remove__complete(void **state)
{
	(void)state;
	named_up();
	named_all_callbacks(&named.a);
	named_is_open(&named.a);
	assert_int_equal(named_query_remove(), 0);
	remote_kill();
	assert_true(fx_log_await("a.Complete", 1));
	named_await_state(&named.a, WdfIoTargetClosed);
}

static void keep_open(WDFIOTARGET target)
{
	(void)target;
}

/* Its driver does not close it: what it sends fails at once. */
static void test_death__target_kept__sends_fail(void **state)
{
	struct named_sent sent;
	(void)state;
	named_up();
	named_all_callbacks(&named.a);
	named.a.in_complete = keep_open;
	named_is_open(&named.a);
	remote_kill();
	assert_true(fx_log_await("a.Complete", 1));
	assert_true(named_send(&named.a, &sent));
	assert_true(fx_log_await("Back", 1));
	assert_int_equal(sent.status, STATUS_DEVICE_REMOVED);
	WdfIoTargetClose(named.a.handle);
}

static void test_sender_is_removed__it_was_asked_before__nobody_hangs(void **state)
{
	(void)state;
	named_up();
	named_all_callbacks(&named.a);
	named_is_open(&named.a);
	assert_int_equal(named_query_remove(), 0);
	named_remove_sender();
	remote_remove();
	assert_null(strstr(fx_log(), "a.Complete"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		NAMED_THERE(test_query__vetoed__stays_open_and_is_not_told_of_the_end),
		NAMED_THERE(test_complete__closed_meanwhile__waits_for_the_callback),
		NAMED_THERE(test_complete__closed_on_the_senders_loop__waits_for_the_callback),
		NAMED_THERE(test_two_targets__one_vetoes__the_other_opens_again),
		NAMED_THERE(test_death__requests_come_back__then_complete),
		NAMED_THERE(test_death__closed_for_query_remove__complete),
		NAMED_THERE(test_death__target_kept__sends_fail),
		NAMED_THERE(test_sender_is_removed__it_was_asked_before__nobody_hangs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
