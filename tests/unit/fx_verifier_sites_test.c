/* SPDX-License-Identifier: MIT */
/*
 * What the verifier says of a request has both places: where the driver is wrong, and where it gave
 * the request up, marked it, or was given it.
 */
#include "stop_child.h"

#include "base/exec.h"
#include "io_fixture.h"

static struct io_fixture f;
static struct io_op op;
static WDFQUEUE manual;
static char report[16384];

static void keep_text(void *arg, enum log_level level, const char *area, const char *text)
{
	size_t used = strlen(report);

	(void)arg;
	(void)level;
	(void)area;
	(void)snprintf(report + used, sizeof(report) - used, "%s\n", text);
}

static void set_up(void)
{
	WDF_IO_QUEUE_CONFIG config;

	io_fixture_setup_verify(&f, NULL, "VerifierOn=1,DbgBreakOnError=0");
	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
	config.EvtIoDefault = io_keep_request;
	io_queue(&f, &config);
	manual = io_manual_queue(&f);
	io_fixture_start(&f);
	report[0] = '\0';
	log_set_sink(keep_text, NULL);
	io_op_write(&op, "x");
	io_submit(&f, &op);
}

static int setup(void **state)
{
	(void)state;
	set_up();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	io_fixture_teardown(&f);
	return 0;
}

/* Two functions of the driver's, to be told from each other. */
__attribute__((noinline)) static void complete_here(WDFREQUEST request)
{
	WdfRequestComplete(request, STATUS_SUCCESS);
	__asm__ volatile("" ::: "memory"); /* a call, not a jump */
}

__attribute__((noinline)) static void complete_again(void *request)
{
	WdfRequestComplete(request, STATUS_UNSUCCESSFUL);
	__asm__ volatile("" ::: "memory");
}

__attribute__((noinline)) static void mark_here(WDFREQUEST request)
{
	WdfRequestMarkCancelable(request, io_cancel_completes);
	__asm__ volatile("" ::: "memory");
}

__attribute__((noinline)) static void forward_here(WDFREQUEST request)
{
	assert_int_equal(WdfRequestForwardToIoQueue(request, manual), STATUS_SUCCESS);
}

__attribute__((noinline)) static WDFREQUEST retrieve_here(void)
{
	WDFREQUEST request;

	assert_int_equal(WdfIoQueueRetrieveNextRequest(manual, &request), STATUS_SUCCESS);
	return request;
}

/* "completed in complete_here at ...": the function is there where symbols are. */
static void expect_said(const char *how, const char *function)
{
	char wanted[128];

	(void)snprintf(wanted, sizeof(wanted), "%s %s", how, function);
	if (!strstr(report, wanted))
		fail_msg("not said: %s\n%s", wanted, report);
}

/* In a child: the end of the process is part of it. */
static void complete_aloud(void *request)
{
	log_set_sink(NULL, NULL);
	complete_again(request);
}

static void test_completed_twice__stale_handle__the_first_place(void **state)
{
	(void)state;
	complete_here(io_seen.last);
	io_settle(&f);
	assert_true(child_stops(complete_aloud, io_seen.last));
	assert_said("completed in complete_here");
	assert_said("called from complete_again");
}

static void complete_twice(void *arg)
{
	WdfObjectReference(arg);
	complete_here(arg);
	complete_again(arg);
	WdfObjectDereference(arg);
}

static void test_completed_twice__still_referenced__both_places(void **state)
{
	(void)state;
	io_on_owner(&f, complete_twice, io_seen.last);
	expect_said("broke rule", "40");
	expect_said("completed in", "complete_here");
	expect_said("given to", "io_keep_request");
	assert_int_equal(op.completions, 1);
}

static void test_completed_while_marked__where_it_was_marked(void **state)
{
	(void)state;
	mark_here(io_seen.last);
	complete_here(io_seen.last);
	io_settle(&f);
	expect_said("broke rule", "42");
	expect_said("marked cancelable in", "mark_here");
	assert_int_equal(op.completions, 1);
}

static void cancel_then_complete(void *arg)
{
	WDFREQUEST request = io_seen.last;

	(void)arg;
	request_cancel(op.packet.request); /* EvtRequestCancel is due, and completes it as well */
	complete_here(request);
}

static void test_completed_after_the_cancel_without_unmarking__both_places(void **state)
{
	(void)state;
	mark_here(io_seen.last);
	io_on_owner(&f, cancel_then_complete, NULL);
	expect_said("broke rule", "40");
	expect_said("called from", "io_cancel_completes");
	expect_said("marked cancelable in", "mark_here");
	expect_said("completed in", "complete_here");
	assert_int_equal(op.completions, 1);
	assert_int_equal(op.status, STATUS_SUCCESS);
}

static void test_completed_after_its_cancel_callback_did__the_first_place(void **state)
{
	WDFREQUEST request = io_seen.last;

	(void)state;
	mark_here(request);
	io_cancel(&f, &op);
	assert_int_equal(op.status, STATUS_CANCELLED);
	assert_true(child_stops(complete_aloud, request));
	assert_said("completed in io_cancel_completes");
	assert_said("called from complete_again");
}

static void test_touched_after_forwarding__where_it_was_forwarded(void **state)
{
	(void)state;
	forward_here(io_seen.last);
	io_settle(&f);
	complete_here(io_seen.last);
	expect_said("broke rule", "39");
	expect_said("forwarded in", "forward_here");
	complete_here(retrieve_here());
	io_settle(&f);
	assert_int_equal(op.completions, 1);
}

static void test_marked_twice__where_it_was_retrieved_and_marked(void **state)
{
	WDFREQUEST request;

	(void)state;
	forward_here(io_seen.last);
	io_settle(&f);
	request = retrieve_here();
	mark_here(request);
	WdfRequestMarkCancelable(request, io_cancel_completes);
	expect_said("broke rule", "47");
	expect_said("given to", "retrieve_here");
	expect_said("marked cancelable in", "mark_here");
	io_cancel(&f, &op);
}

/* The handle of a use before the last one: the slot does not know any more, and says nothing. */
static void test_stale_handle__used_again_since__nobody_is_accused(void **state)
{
	WDFREQUEST request = io_seen.last;

	(void)state;
	for (unsigned int i = 0; i < 200; i++) {
		complete_here(io_seen.last);
		io_settle(&f);
		io_op_write(&op, "x");
		io_submit(&f, &op);
	}
	assert_true(child_stops(complete_aloud, request));
	assert_null(strstr(stop_output, "completed in"));
	complete_here(io_seen.last);
}

static void complete_late(void *arg)
{
	(void)arg;
	exec_sleep_ms(FX_PATIENCE_S * 1000ull + 1000);
	complete_here(io_seen.last);
}

/* A driver that takes a minute: the request it keeps is named, with who was given it. */
static void test_never_completed__removal_names_it(void **state)
{
	struct exec_thread_params params = { .name = "late", .run = complete_late, .node = -1 };
	struct exec_thread *thread;

	(void)state;
	assert_int_equal(exec_sim_begin(1), 0);
	set_up();
	assert_int_equal(exec_thread_start(&params, &thread), 0);
	fx_io_purge(f.io, false);
	exec_thread_join(thread);
	expect_said("broke rule", "112");
	expect_said("given to", "io_keep_request");
	io_fixture_teardown(&f);
	exec_sim_end();
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_completed_twice__stale_handle__the_first_place),
		TEST(test_completed_twice__still_referenced__both_places),
		TEST(test_completed_after_the_cancel_without_unmarking__both_places),
		TEST(test_completed_after_its_cancel_callback_did__the_first_place),
		TEST(test_completed_while_marked__where_it_was_marked),
		TEST(test_touched_after_forwarding__where_it_was_forwarded),
		TEST(test_marked_twice__where_it_was_retrieved_and_marked),
		TEST(test_stale_handle__used_again_since__nobody_is_accused),
		cmocka_unit_test(test_never_completed__removal_names_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
