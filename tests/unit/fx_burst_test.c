/* SPDX-License-Identifier: MIT */
/*
 * A client on the owner loop: many packets at a time, which go the short way where there is nothing
 * to think of, and come back as all others where there is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/fault.h"
#include "base/trace.h"
#include "io_fixture.h"
#include "object/driver.h"
#include "room.h"

#define OPS  8
#define CODE 0x222000u /* METHOD_BUFFERED */

static struct io_fixture f;
static struct io_op ops[OPS];
static struct fx_packet *packets[OPS];
static WDFQUEUE queue;
static NTSTATUS retrieved;
static KIRQL leave_at;

static void answer(WDFREQUEST request)
{
	PVOID in, out;
	size_t len = 0;

	retrieved = WdfRequestRetrieveInputBuffer(request, 1, &in, &len);
	if (NT_SUCCESS(retrieved))
		retrieved = WdfRequestRetrieveOutputBuffer(request, 1, &out, NULL);
	if (NT_SUCCESS(retrieved))
		((char *)out)[0]++;
	WdfRequestCompleteWithInformation(request, STATUS_SUCCESS, len);
}

static void answers(WDFQUEUE q, WDFREQUEST request, size_t out_len, size_t in_len, ULONG code)
{
	(void)out_len;
	(void)in_len;
	(void)code;
	io_keep_request(q, request);
	answer(request);
	if (leave_at)
		(void)fx_irql_raise(leave_at);
}

static void keeps(WDFQUEUE q, WDFREQUEST request, size_t out_len, size_t in_len, ULONG code)
{
	(void)out_len;
	(void)in_len;
	(void)code;
	io_keep_request(q, request);
}

static void begin(PFN_WDF_IO_QUEUE_IO_DEVICE_CONTROL evt, WDF_IO_QUEUE_DISPATCH_TYPE type,
		  const char *verify)
{
	WDF_IO_QUEUE_CONFIG config;

	leave_at = 0;
	io_fixture_setup_verify(&f, NULL, verify);
	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, type);
	if (type != WdfIoQueueDispatchManual)
		config.EvtIoDeviceControl = evt;
	queue = io_queue(&f, &config);
	io_fixture_start(&f);
	for (unsigned int i = 0; i < OPS; i++) {
		io_op_control(&ops[i], CODE, "abcdefgh", 8);
		ops[i].in[0] = (char)('a' + i);
		packets[i] = &ops[i].packet;
	}
}

static void end(void)
{
	io_fixture_teardown(&f);
	for (unsigned int i = 0; i < OPS; i++)
		assert_int_equal(ops[i].completions, 1);
}

static void submit_all(void *arg)
{
	(void)arg;
	fx_io_submit_many(f.file, packets, OPS, NULL);
}

static void submit_and_reap(void *arg)
{
	submit_all(arg);
	for (unsigned int i = 0; i < OPS; i++)
		assert_int_equal(ops[i].completions, 0); /* never inside the call */
	fx_io_reap(f.file);
}

static void check_answers(void)
{
	for (unsigned int i = 0; i < OPS; i++) {
		assert_int_equal(ops[i].completions, 1);
		assert_int_equal(ops[i].status, STATUS_SUCCESS);
		assert_int_equal(ops[i].information, 8);
		assert_int_equal(ops[i].out[0], 'a' + i + 1);
		assert_memory_equal(ops[i].out + 1, "bcdefgh", 7);
	}
}

static void check_counts(void)
{
	struct fx_io_stats stats = fx_io_stats(f.io);

	assert_int_equal(stats.submitted, stats.completed);
	assert_int_equal(stats.driver_owned_now, 0);
	assert_int_equal(stats.queued_now, 0);
	assert_true(list_empty(&f.file->requests));
}

static void answered(WDF_IO_QUEUE_DISPATCH_TYPE type, const char *verify)
{
	begin(answers, type, verify);
	assert_true(fx_io_call(f.file, submit_and_reap, NULL));
	check_answers();
	assert_int_equal(io_seen.kept_count, OPS);
	assert_int_equal(retrieved, STATUS_SUCCESS);
	check_counts();
	end();
}

static void test_burst__answered_in_callbacks__all_reaped_in_one_call(void **state)
{
	(void)state;
	answered(WdfIoQueueDispatchParallel, "VerifierOn=0");
}

static void test_burst__with_the_verifier__the_same(void **state)
{
	(void)state;
	answered(WdfIoQueueDispatchParallel, "");
}

static void test_burst__sequential_queue__the_same(void **state)
{
	(void)state;
	answered(WdfIoQueueDispatchSequential, "VerifierOn=0");
}

/* Its first callback has the loop run, by which more come. */
static unsigned int inside, most_inside;

static void comes_again(WDFQUEUE q, WDFREQUEST request, size_t out_len, size_t in_len, ULONG code)
{
	inside++;
	most_inside = inside > most_inside ? inside : most_inside;
	if (!io_seen.kept_count) {
		fx_io_submit_many(f.file, packets + OPS / 2, OPS / 2, NULL);
		fx_io_reap(f.file);
	}
	answers(q, request, out_len, in_len, code);
	inside--;
}

static void submit_half(void *arg)
{
	(void)arg;
	fx_io_submit_many(f.file, packets, OPS / 2, NULL);
	fx_io_reap(f.file);
}

static void comes_inside(WDF_IO_QUEUE_DISPATCH_TYPE type, const char *verify)
{
	inside = most_inside = 0;
	begin(comes_again, type, verify);
	assert_true(fx_io_call(f.file, submit_half, NULL));
	io_settle(&f);
	check_answers();
	assert_int_equal(io_seen.kept_count, OPS);
	assert_int_equal(most_inside, 1);
	check_counts();
	end();
}

static void test_burst__another_while_a_callback_has_the_loop_run__comes_behind(void **state)
{
	(void)state;
	comes_inside(WdfIoQueueDispatchParallel, "VerifierOn=0");
	comes_inside(WdfIoQueueDispatchParallel, "");
	comes_inside(WdfIoQueueDispatchSequential, "");
}

static void test_burst__not_reaped__the_flush_hands_back(void **state)
{
	(void)state;
	begin(answers, WdfIoQueueDispatchParallel, "VerifierOn=0");
	assert_true(fx_io_call(f.file, submit_all, NULL));
	io_settle(&f);
	check_answers();
	end();
}

/* --- what does not go straight through --- */

static void finish_kept(void *arg)
{
	(void)arg;
	for (unsigned int i = 0; i < io_seen.kept_count; i++)
		answer(io_seen.kept[i]);
	fx_io_reap(f.file);
}

static void test_burst__kept_by_the_driver__listed_until_it_answers(void **state)
{
	(void)state;
	begin(keeps, WdfIoQueueDispatchParallel, "VerifierOn=0");
	assert_true(fx_io_call(f.file, submit_and_reap, NULL));
	assert_int_equal(fx_io_stats(f.io).driver_owned_now, OPS);
	assert_false(list_empty(&f.file->requests));
	assert_true(fx_io_call(f.file, finish_kept, NULL));
	check_answers();
	check_counts();
	end();
}

static void mark_kept(void *arg)
{
	(void)arg;
	for (unsigned int i = 0; i < io_seen.kept_count; i++)
		assert_int_equal(WdfRequestMarkCancelableEx(io_seen.kept[i], io_cancel_completes),
				 STATUS_SUCCESS);
}

static void cancel_first(void *arg)
{
	(void)arg;
	fx_io_cancel(packets[0]);
}

static void unmark_others(void *arg)
{
	(void)arg;
	for (unsigned int i = 1; i < OPS; i++) {
		assert_int_equal(WdfRequestUnmarkCancelable(io_seen.kept[i]), STATUS_SUCCESS);
		answer(io_seen.kept[i]);
	}
}

static void test_burst__marked__cancelled_or_unmarked_and_answered(void **state)
{
	(void)state;
	begin(keeps, WdfIoQueueDispatchParallel, "VerifierOn=0");
	io_on_owner(&f, submit_all, NULL);
	io_on_owner(&f, mark_kept, NULL);
	io_on_owner(&f, cancel_first, NULL);
	assert_int_equal(ops[0].status, STATUS_CANCELLED);
	assert_int_equal(io_seen.cancels, 1);
	io_on_owner(&f, unmark_others, NULL);
	for (unsigned int i = 1; i < OPS; i++)
		assert_int_equal(ops[i].status, STATUS_SUCCESS);
	check_counts();
	end();
}

static void test_burst__file_closed_while_kept__each_marked_one_is_cancelled(void **state)
{
	(void)state;
	begin(keeps, WdfIoQueueDispatchParallel, "VerifierOn=0");
	io_on_owner(&f, submit_all, NULL);
	io_on_owner(&f, mark_kept, NULL);
	fx_file_close(f.file);
	f.file = NULL;
	assert_int_equal(io_seen.cancels, OPS);
	end();
}

static void test_burst__stopped_queue__wait_in_order_until_started(void **state)
{
	(void)state;
	begin(answers, WdfIoQueueDispatchParallel, "VerifierOn=0");
	WdfIoQueueStop(queue, NULL, NULL);
	io_settle(&f);
	assert_true(fx_io_call(f.file, submit_and_reap, NULL));
	assert_int_equal(fx_io_stats(f.io).queued_now, OPS);
	WdfIoQueueStart(queue);
	io_settle(&f);
	check_answers();
	end();
}

static void test_burst__purged_queue__refused(void **state)
{
	(void)state;
	begin(answers, WdfIoQueueDispatchParallel, "VerifierOn=0");
	WdfIoQueuePurge(queue, NULL, NULL);
	io_settle(&f);
	assert_true(fx_io_call(f.file, submit_and_reap, NULL));
	for (unsigned int i = 0; i < OPS; i++)
		assert_int_equal(ops[i].status, STATUS_INVALID_DEVICE_STATE);
	end();
}

static void test_burst__mixed_kinds__only_those_with_a_handler_are_served(void **state)
{
	(void)state;
	begin(answers, WdfIoQueueDispatchParallel, "VerifierOn=0");
	io_op_read(&ops[1], 8);
	io_op_write(&ops[4], "x");
	assert_true(fx_io_call(f.file, submit_and_reap, NULL));
	for (unsigned int i = 0; i < OPS; i++)
		assert_int_equal(ops[i].status,
				 i == 1 || i == 4 ? STATUS_INVALID_DEVICE_REQUEST : STATUS_SUCCESS);
	end();
}

static void test_burst__after_the_device_went__refused(void **state)
{
	(void)state;
	begin(answers, WdfIoQueueDispatchParallel, "VerifierOn=0");
	fx_io_purge(f.io, false);
	assert_false(fx_io_call(f.file, submit_all, NULL));
	submit_all(NULL);
	for (unsigned int i = 0; i < OPS; i++)
		assert_int_equal(ops[i].status, STATUS_DEVICE_REMOVED);
	end();
}

/* --- without memory --- */

/* The slot that is used next was used by a request that ended in @last. */
static void use_a_slot(WDFQUEUE last)
{
	WDFREQUEST request;

	io_submit(&f, &ops[0]);
	assert_int_equal(WdfRequestForwardToIoQueue(io_seen.last, last), STATUS_SUCCESS);
	io_settle(&f);
	assert_int_equal(WdfIoQueueRetrieveNextRequest(last, &request), STATUS_SUCCESS);
	WdfRequestComplete(request, STATUS_SUCCESS);
	io_settle(&f);
	assert_int_equal(ops[0].completions, 1);
	ops[0].completions = 0;
}

/* What AddressSanitizer sees: the queue that the slot was in before is not looked at. */
static void test_burst__no_memory_in_a_slot_whose_queue_was_deleted__fails_alone(void **state)
{
	WDFQUEUE manual;

	(void)state;
	begin(keeps, WdfIoQueueDispatchParallel, "VerifierOn=0");
	manual = io_manual_queue(&f);
	use_a_slot(manual);
	WdfObjectDelete(manual);
	io_settle(&f);
	ops[0].packet.out_len = 4 * REQUEST_BUFFER_LEN; /* more than its buffer has */
	io_seen.kept_count = 0;
	fault_arm(FAULT_ALLOC, 1);
	assert_true(fx_io_call(f.file, submit_and_reap, NULL));
	assert_true(fault_fired());
	fault_disarm();
	assert_int_equal(ops[0].status, STATUS_INSUFFICIENT_RESOURCES);
	assert_int_equal(io_seen.kept_count, OPS - 1);
	assert_true(fx_io_call(f.file, finish_kept, NULL));
	check_counts();
	end();
}

/* --- what is watched all the same --- */

static void test_burst__many__one_in_so_many_is_traced_to_its_end(void **state)
{
	struct trace_event events[TRACE_EVENTS];

	(void)state;
	begin(answers, WdfIoQueueDispatchParallel, "VerifierOn=0");
	assert_int_equal(fx_io_trace(f.io, events, TRACE_EVENTS), 0);
	f.io->untraced = 2;
	assert_true(fx_io_call(f.file, submit_and_reap, NULL));
	assert_int_equal(fx_io_trace(f.io, events, TRACE_EVENTS), 3);
	for (unsigned int i = 0; i < 3; i++) {
		assert_int_equal(events[i].kind, FX_IO_ARRIVED + i);
		assert_int_equal(events[i].what, (uintptr_t)packets[2]);
		assert_int_equal(events[i].more, i ? STATUS_SUCCESS : CODE);
		assert_true(!i || events[i].at_ns >= events[i - 1].at_ns);
	}
	assert_int_equal(f.io->untraced, TRACE_SAMPLE - 1 - 5);
	end();
}

static void test_burst__callback_returns_at_another_level__told_and_put_right(void **state)
{
	(void)state;
	begin(answers, WdfIoQueueDispatchParallel, "VerifierOn=0");
	leave_at = DISPATCH_LEVEL;
	assert_true(fx_io_call(f.file, submit_and_reap, NULL));
	check_answers();
	assert_true(fx_verifier_breaks_of(f.driver, FX_RULE_CALLBACK_LEVEL) > 0);
	end();
}

static void use_stale(void *arg)
{
	PVOID in;

	(void)arg;
	(void)WdfRequestRetrieveInputBuffer(io_seen.kept[0], 1, &in, NULL);
}

static void complete_stale(void *arg)
{
	(void)arg;
	WdfRequestCompleteWithInformation(io_seen.kept[0], STATUS_SUCCESS, 0);
}

static void test_burst__handle_kept_past_completion__stops(void **state)
{
	(void)state;
	begin(answers, WdfIoQueueDispatchParallel, "VerifierOn=0");
	assert_true(fx_io_call(f.file, submit_and_reap, NULL));
	assert_true(io_stops(use_stale, NULL, WDF_INVALID_HANDLE));
	assert_true(io_stops(complete_stale, NULL, WDF_INVALID_HANDLE));
	end();
}

static void test_burst__lengths__copied_whole(void **state)
{
	(void)state;
	for (unsigned int len = 1; len < sizeof(ops[0].in); len++) {
		begin(answers, WdfIoQueueDispatchParallel, "VerifierOn=0");
		for (unsigned int i = 0; i < OPS; i++) {
			memset(ops[i].in, (int)(i + len), len);
			ops[i].packet.in_len = len;
			ops[i].packet.out_len = len;
		}
		assert_true(fx_io_call(f.file, submit_and_reap, NULL));
		for (unsigned int i = 0; i < OPS; i++) {
			assert_int_equal(ops[i].information, len);
			ops[i].in[0]++;
			assert_memory_equal(ops[i].out, ops[i].in, len);
			assert_int_equal(ops[i].out[len], 0); /* and nothing behind */
		}
		end();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_burst__answered_in_callbacks__all_reaped_in_one_call),
		cmocka_unit_test(test_burst__with_the_verifier__the_same),
		cmocka_unit_test(test_burst__sequential_queue__the_same),
		cmocka_unit_test(
			test_burst__another_while_a_callback_has_the_loop_run__comes_behind),
		cmocka_unit_test(test_burst__not_reaped__the_flush_hands_back),
		cmocka_unit_test(test_burst__kept_by_the_driver__listed_until_it_answers),
		cmocka_unit_test(test_burst__marked__cancelled_or_unmarked_and_answered),
		cmocka_unit_test(test_burst__file_closed_while_kept__each_marked_one_is_cancelled),
		cmocka_unit_test(test_burst__stopped_queue__wait_in_order_until_started),
		cmocka_unit_test(test_burst__purged_queue__refused),
		cmocka_unit_test(test_burst__mixed_kinds__only_those_with_a_handler_are_served),
		cmocka_unit_test(test_burst__after_the_device_went__refused),
		cmocka_unit_test(
			test_burst__no_memory_in_a_slot_whose_queue_was_deleted__fails_alone),
		cmocka_unit_test(test_burst__many__one_in_so_many_is_traced_to_its_end),
		cmocka_unit_test(test_burst__callback_returns_at_another_level__told_and_put_right),
		cmocka_unit_test(test_burst__handle_kept_past_completion__stops),
		cmocka_unit_test(test_burst__lengths__copied_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
