/* SPDX-License-Identifier: MIT */
/*
 * WdfLxIoQueueSetMany: reads and writes of a burst that the driver gets in one callback, and that
 * end as it says there, or later, or already inside.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <uwdf/wdflx.h>

#include "io_fixture.h"
#include "object/driver.h"
#include "room.h"

#define OPS 8 /* reads, then as many writes */
#define LEN 16

typedef struct _EXTRA {
	ULONG unused;
} EXTRA;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(EXTRA, GetExtra)

static struct io_fixture f;
static struct io_op ops[2 * OPS];
static struct fx_packet *packets[2 * OPS];
static WDFQUEUE queue;
static NTSTATUS set_status; /* what WdfLxIoQueueSetMany() said */

/* What the callbacks saw, and what they do with request @i of a callback. */
static struct {
	unsigned int calls, requests, most, alone;
	void (*each)(WDFLX_IO *io, ULONG i);
	struct fx_packet *const *turn;
	KIRQL leave_at;
} seen;
static struct fx_packet *const *turn;

static void answer(WDFLX_IO *io, ULONG i)
{
	(void)i;
	io->Status = STATUS_SUCCESS;
	io->Information = io->Length;
}

static void look_at(WDFQUEUE q, WDFLX_IO *ios, ULONG count)
{
	assert_ptr_equal(q, queue);
	assert_true(count >= 2);
	seen.calls++;
	seen.requests += count;
	seen.turn = turn;
	if (count > seen.most)
		seen.most = count;
	for (ULONG i = 0; i < count; i++) {
		assert_int_equal(ios[i].Status, STATUS_PENDING);
		assert_int_equal(ios[i].Information, 0);
		assert_ptr_equal(WdfRequestGetIoQueue(ios[i].Request), q);
		seen.each(&ios[i], i);
	}
	if (seen.leave_at)
		(void)fx_irql_raise(seen.leave_at);
}

static void reads(WDFQUEUE q, PWDFLX_IO ios, ULONG count)
{
	for (ULONG i = 0; i < count; i++) {
		size_t len;
		PVOID out;

		assert_int_equal(WdfRequestRetrieveOutputBuffer(ios[i].Request, LEN, &out, &len),
				 STATUS_SUCCESS);
		assert_ptr_equal(out, ios[i].Buffer);
		assert_int_equal(len, ios[i].Length);
		memset(out, 'a', len);
	}
	look_at(q, ios, count);
}

static void writes(WDFQUEUE q, PWDFLX_IO ios, ULONG count)
{
	for (ULONG i = 0; i < count; i++) {
		size_t len;
		PVOID in;

		assert_int_equal(WdfRequestRetrieveInputBuffer(ios[i].Request, LEN, &in, &len),
				 STATUS_SUCCESS);
		assert_ptr_equal(in, ios[i].Buffer);
		assert_int_equal(len, ios[i].Length);
	}
	look_at(q, ios, count);
}

static void one(WDFQUEUE q, WDFREQUEST request, size_t len)
{
	assert_ptr_equal(q, queue);
	seen.alone++;
	WdfRequestCompleteWithInformation(request, STATUS_SUCCESS, len);
}

struct begin {
	WDF_DEVICE_IO_TYPE io_type;
	ULONG limit; /* 0: none */
	const char *verify;
};

static void prepare_ops(void)
{
	memset(ops, 0, sizeof(ops));
	for (unsigned int i = 0; i < 2 * OPS; i++) {
		if (i < OPS) {
			io_op_read(&ops[i], LEN);
		} else {
			io_op_write(&ops[i], "");
			ops[i].packet.in_len = LEN;
		}
		packets[i] = &ops[i].packet;
	}
}

static void submit(void *arg)
{
	size_t count = *(const size_t *)arg;

	fx_io_submit_many(f.file, packets, count, &turn);
	fx_io_reap(f.file);
}

static void submit_all(size_t count)
{
	assert_true(fx_io_call(f.file, submit, &count));
}

/* The pool's first slots are made for the first request that finds none. */
static void warm_up(void)
{
	submit_all(1);
	prepare_ops();
	memset(&seen, 0, sizeof(seen));
	seen.each = answer;
}

static void begin_as(const struct begin *how)
{
	struct fx_io_config device = { .io_type = how->io_type };
	WDF_IO_QUEUE_CONFIG config;

	seen.each = answer;
	io_fixture_setup_verify(&f, &device, how->verify);
	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
	config.EvtIoRead = one;
	config.EvtIoWrite = one;
	if (how->limit)
		config.Settings.Parallel.NumberOfPresentedRequests = how->limit;
	queue = io_queue(&f, &config);
	set_status = WdfLxIoQueueSetMany(queue, reads, writes);
	io_fixture_start(&f);
	prepare_ops();
	warm_up();
}

static void begin(void)
{
	const struct begin how = { .io_type = WdfDeviceIoDirect, .verify = "VerifierOn=0" };

	begin_as(&how);
	assert_int_equal(set_status, STATUS_SUCCESS);
}

static void end(size_t count)
{
	struct fx_io_stats stats = fx_io_stats(f.io);

	assert_int_equal(stats.submitted, stats.completed);
	assert_int_equal(stats.driver_owned_now, 0);
	io_fixture_teardown(&f);
	for (size_t i = 0; i < 2 * OPS; i++)
		assert_int_equal(ops[i].completions, i < count);
}

static void ended_well(size_t count)
{
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(ops[i].status, STATUS_SUCCESS);
		assert_int_equal(ops[i].information, LEN);
		assert_int_equal(ops[i].out[LEN - 1], i < OPS ? 'a' : 0);
	}
	end(count);
}

static void test_many__reads_and_writes_of_a_burst__one_callback_a_kind(void **state)
{
	(void)state;
	begin();
	submit_all(2 * OPS);
	assert_int_equal(seen.calls, 2);
	assert_int_equal(seen.requests, 2 * OPS);
	assert_int_equal(seen.alone, 0);
	assert_ptr_equal(seen.turn, &packets[2 * OPS - 1]); /* it may cancel any of them */
	ended_well(2 * OPS);
}

static void test_many__one_alone__comes_to_the_ordinary_callback(void **state)
{
	(void)state;
	begin();
	submit_all(1);
	assert_int_equal(seen.calls, 0);
	assert_int_equal(seen.alone, 1);
	end(1);
}

static void test_many__by_turns__each_alone_or_with_its_like(void **state)
{
	(void)state;
	begin();
	for (unsigned int i = 0; i < 2 * OPS; i++)
		packets[i] = &ops[i / 2 + i % 2 * OPS].packet;
	submit_all(2 * OPS);
	assert_int_equal(seen.requests + seen.alone, 2 * OPS);
	end(2 * OPS);
}

static void test_many__of_nothing_among_them__done_without_the_driver(void **state)
{
	(void)state;
	begin();
	packets[3]->out_len = 0;
	submit_all(OPS);
	assert_int_equal(seen.requests, OPS - 1);
	assert_int_equal(ops[3].information, 0);
	end(OPS);
}

static void test_many__limit__no_more_than_the_driver_may_have(void **state)
{
	const struct begin how = { .io_type = WdfDeviceIoDirect,
				   .verify = "VerifierOn=0",
				   .limit = 3 };

	(void)state;
	begin_as(&how);
	submit_all(OPS);
	assert_int_equal(seen.most, 3);
	assert_int_equal(seen.requests + seen.alone, OPS);
	end(OPS);
}

static void one_at_a_time(const struct begin *how)
{
	begin_as(how);
	assert_int_equal(set_status, STATUS_SUCCESS);
	submit_all(2 * OPS);
	assert_int_equal(seen.calls, 0);
	assert_int_equal(seen.alone, 2 * OPS);
	end(2 * OPS);
}

static void test_many__buffered_or_verified__one_at_a_time(void **state)
{
	const struct begin buffered = { .io_type = WdfDeviceIoBuffered, .verify = "VerifierOn=0" };
	const struct begin verified = { .io_type = WdfDeviceIoDirect, .verify = "" };

	(void)state;
	one_at_a_time(&buffered);
	one_at_a_time(&verified);
}

static void test_many__its_turn_to_be_followed__traced_to_its_end(void **state)
{
	struct trace_event events[TRACE_EVENTS];

	(void)state;
	begin();
	f.io->untraced = 3;
	submit_all(OPS);
	assert_int_equal(seen.alone, 1);
	assert_int_equal(seen.requests, OPS - 1);
	assert_in_range(fx_io_trace(f.io, events, TRACE_EVENTS), 3, TRACE_EVENTS);
	end(OPS);
}

/* --- how they end --- */

static void answer_badly(WDFLX_IO *io, ULONG i)
{
	if (i == 2) {
		io->Status = STATUS_IO_DEVICE_ERROR;
		io->Information = 0;
	} else {
		answer(io, i);
	}
}

static void test_many__one_fails__the_others_do_not(void **state)
{
	(void)state;
	begin();
	seen.each = answer_badly;
	submit_all(OPS);
	for (unsigned int i = 0; i < OPS; i++)
		assert_int_equal(ops[i].status, i == 2 ? STATUS_IO_DEVICE_ERROR : STATUS_SUCCESS);
	assert_int_equal(ops[2].information, 0);
	end(OPS);
}

static void wait_a_run(WDFOBJECT request)
{
	(void)request;
	irq_loop_pump(f.loop, exec_deadline_ms(10));
}

static void answer_with_a_wait(WDFLX_IO *io, ULONG i)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	EXTRA *extra;

	answer(io, i);
	if (i != 1)
		return;
	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attrs, EXTRA);
	attrs.EvtCleanupCallback = wait_a_run;
	assert_int_equal(WdfObjectAllocateContext(io->Request, &attrs, (PVOID *)&extra),
			 STATUS_SUCCESS);
}

static void submit_and_leave(void *arg)
{
	(void)arg;
	fx_io_submit_many(f.file, packets, OPS, NULL);
}

/* As a cleanup callback does that sends something synchronously: what was due is done in there. */
static void test_many__cleanup_of_one_runs_the_loop__the_others_end_as_soon(void **state)
{
	(void)state;
	begin();
	seen.each = answer_with_a_wait;
	assert_true(fx_io_call(f.file, submit_and_leave, NULL));
	io_settle(&f);
	for (unsigned int i = 0; i < OPS; i++)
		assert_int_equal(ops[i].completions, 1);
	ended_well(OPS);
}

static void tell_more(WDFLX_IO *io, ULONG i)
{
	answer(io, i);
	io->Information += i == 1;
}

static void test_many__more_information_than_bytes__told_and_cut(void **state)
{
	(void)state;
	begin();
	seen.each = tell_more;
	submit_all(OPS);
	assert_int_equal(fx_verifier_breaks_of(f.driver, FX_RULE_INFORMATION_LENGTH), 1);
	ended_well(OPS);
}

static void keep(WDFLX_IO *io, ULONG i)
{
	if (i % 2)
		io_keep_request(queue, io->Request);
	else
		answer(io, i);
}

static void finish_kept(void *arg)
{
	(void)arg;
	for (unsigned int i = 0; i < io_seen.kept_count; i++)
		WdfRequestCompleteWithInformation(io_seen.kept[i], STATUS_SUCCESS, LEN);
	fx_io_reap(f.file);
}

static void test_many__some_are_kept__they_end_later(void **state)
{
	(void)state;
	begin();
	seen.each = keep;
	submit_all(2 * OPS);
	assert_int_equal(fx_io_stats(f.io).driver_owned_now, OPS);
	assert_int_equal(ops[0].completions, 1);
	assert_int_equal(ops[1].completions, 0);
	assert_true(fx_io_call(f.file, finish_kept, NULL));
	ended_well(2 * OPS);
}

static void keep_cancelable(WDFLX_IO *io, ULONG i)
{
	(void)i;
	assert_int_equal(WdfRequestMarkCancelableEx(io->Request, io_cancel_completes),
			 STATUS_SUCCESS);
}

static void cancel_all(void *arg)
{
	(void)arg;
	for (unsigned int i = 0; i < OPS; i++)
		fx_io_cancel(&ops[i].packet);
}

static void test_many__kept_and_cancelled__ends_so(void **state)
{
	(void)state;
	begin();
	seen.each = keep_cancelable;
	submit_all(OPS);
	assert_true(fx_io_call(f.file, cancel_all, NULL));
	io_settle(&f);
	for (unsigned int i = 0; i < OPS; i++)
		assert_int_equal(ops[i].status, STATUS_CANCELLED);
	end(OPS);
}

static void test_many__kept_and_queue_purged__cancelled(void **state)
{
	(void)state;
	begin();
	seen.each = keep_cancelable;
	submit_all(OPS);
	WdfIoQueuePurge(queue, NULL, NULL);
	io_settle(&f);
	for (unsigned int i = 0; i < OPS; i++)
		assert_int_equal(ops[i].status, STATUS_CANCELLED);
	end(OPS);
}

static void answer_cancelable(WDFLX_IO *io, ULONG i)
{
	if (i == 1)
		keep_cancelable(io, i);
	answer(io, i);
}

static void test_many__answered_while_cancelable__told(void **state)
{
	(void)state;
	begin();
	seen.each = answer_cancelable;
	submit_all(OPS);
	assert_int_equal(fx_verifier_breaks_of(f.driver, FX_RULE_COMPLETED_CANCELABLE), 1);
	ended_well(OPS);
}

static void complete_inside(WDFLX_IO *io, ULONG i)
{
	if (i % 3)
		WdfRequestCompleteWithInformation(io->Request, STATUS_SUCCESS, io->Length);
	else
		answer(io, i);
}

static void test_many__completed_inside__that_is_its_end(void **state)
{
	(void)state;
	begin();
	seen.each = complete_inside;
	submit_all(2 * OPS);
	ended_well(2 * OPS);
}

static void complete_twice(WDFLX_IO *io, ULONG i)
{
	WdfRequestCompleteWithInformation(io->Request, STATUS_SUCCESS, io->Length);
	answer(io, i);
}

static void submit_two(void *arg)
{
	(void)arg;
	fx_io_submit_many(f.file, packets, 2, NULL);
}

/* The way out of the stop leaves the callback entered. */
static void submit_two_stops(void *arg)
{
	*(bool *)arg = io_stops(submit_two, NULL, WDF_INVALID_HANDLE);
	f.io->in_driver = 0;
	fx_io_reap(f.file);
}

static void test_many__completed_inside_and_answered__stops(void **state)
{
	bool stops = false;

	(void)state;
	begin();
	seen.each = complete_twice;
	assert_true(fx_io_call(f.file, submit_two_stops, &stops));
	assert_true(stops);
	end(2);
}

static void stop_queue(WDFLX_IO *io, ULONG i)
{
	if (!i)
		WdfIoQueueStop(queue, NULL, NULL);
	answer(io, i);
}

static void start_again(void *arg)
{
	(void)arg;
	seen.each = answer;
	WdfIoQueueStart(queue);
}

static void test_many__callback_stops_the_queue__the_next_wait(void **state)
{
	(void)state;
	begin();
	seen.each = stop_queue;
	submit_all(2 * OPS);
	assert_int_equal(seen.calls, 1);
	for (unsigned int i = 0; i < 2 * OPS; i++)
		assert_int_equal(ops[i].completions, i < OPS);
	io_on_owner(&f, start_again, NULL);
	io_settle(&f);
	assert_int_equal(seen.alone, OPS); /* what waited comes one at a time */
	end(2 * OPS);
}

static void test_many__callback_returns_at_another_level__told_and_put_right(void **state)
{
	(void)state;
	begin();
	seen.leave_at = DISPATCH_LEVEL;
	submit_all(2 * OPS);
	assert_int_equal(fx_verifier_breaks_of(f.driver, FX_RULE_CALLBACK_LEVEL), 2);
	ended_well(2 * OPS);
}

/* --- the border --- */

static NTSTATUS set_on(WDF_IO_QUEUE_DISPATCH_TYPE type, PFN_WDF_IO_QUEUE_IO_READ read)
{
	WDF_IO_QUEUE_CONFIG config;
	NTSTATUS status;

	WDF_IO_QUEUE_CONFIG_INIT(&config, type);
	config.EvtIoRead = read;
	if (type != WdfIoQueueDispatchManual)
		config.EvtIoWrite = one;
	status = WdfLxIoQueueSetMany(io_queue(&f, &config), reads, NULL);
	return status;
}

static void set_on_device(void *arg)
{
	(void)arg;
	(void)WdfLxIoQueueSetMany((WDFQUEUE)io_fixture_device(&f), reads, writes);
}

static void test_set_many__queue_that_cannot__is_refused(void **state)
{
	(void)state;
	io_fixture_setup(&f, NULL);
	assert_int_equal(set_on(WdfIoQueueDispatchSequential, one), STATUS_INVALID_PARAMETER);
	assert_int_equal(set_on(WdfIoQueueDispatchManual, NULL), STATUS_INVALID_PARAMETER);
	assert_int_equal(set_on(WdfIoQueueDispatchParallel, NULL), STATUS_INVALID_PARAMETER);
	assert_int_equal(set_on(WdfIoQueueDispatchParallel, one), STATUS_SUCCESS);
	io_fixture_start(&f);
	assert_int_equal(set_on(WdfIoQueueDispatchParallel, one), STATUS_INVALID_DEVICE_STATE);
	io_fixture_teardown(&f);
}

static void test_set_many__too_high_level__told_and_refused(void **state)
{
	WDF_IO_QUEUE_CONFIG config;
	KIRQL before;

	(void)state;
	io_fixture_setup(&f, NULL);
	WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchParallel);
	config.EvtIoRead = one;
	queue = io_queue(&f, &config);
	before = fx_irql_raise(DISPATCH_LEVEL);
	assert_int_equal(WdfLxIoQueueSetMany(queue, reads, NULL), STATUS_INVALID_DEVICE_REQUEST);
	fx_irql_restore(before);
	assert_true(io_broke());
	io_fixture_start(&f);
	io_fixture_teardown(&f);
}

static void test_set_many__not_a_queue__stops(void **state)
{
	(void)state;
	io_fixture_setup(&f, NULL);
	assert_true(io_stops(set_on_device, NULL, WDF_INVALID_HANDLE));
	io_fixture_start(&f);
	io_fixture_teardown(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_many__reads_and_writes_of_a_burst__one_callback_a_kind),
		cmocka_unit_test(test_many__one_alone__comes_to_the_ordinary_callback),
		cmocka_unit_test(test_many__by_turns__each_alone_or_with_its_like),
		cmocka_unit_test(test_many__of_nothing_among_them__done_without_the_driver),
		cmocka_unit_test(test_many__limit__no_more_than_the_driver_may_have),
		cmocka_unit_test(test_many__buffered_or_verified__one_at_a_time),
		cmocka_unit_test(test_many__its_turn_to_be_followed__traced_to_its_end),
		cmocka_unit_test(test_many__one_fails__the_others_do_not),
		cmocka_unit_test(test_many__cleanup_of_one_runs_the_loop__the_others_end_as_soon),
		cmocka_unit_test(test_many__more_information_than_bytes__told_and_cut),
		cmocka_unit_test(test_many__some_are_kept__they_end_later),
		cmocka_unit_test(test_many__kept_and_cancelled__ends_so),
		cmocka_unit_test(test_many__kept_and_queue_purged__cancelled),
		cmocka_unit_test(test_many__answered_while_cancelable__told),
		cmocka_unit_test(test_many__completed_inside__that_is_its_end),
		cmocka_unit_test(test_many__callback_stops_the_queue__the_next_wait),
		cmocka_unit_test(test_many__callback_returns_at_another_level__told_and_put_right),
		cmocka_unit_test(test_set_many__queue_that_cannot__is_refused),
		cmocka_unit_test(test_set_many__too_high_level__told_and_refused),
		cmocka_unit_test(test_set_many__not_a_queue__stops),
		cmocka_unit_test(test_many__completed_inside_and_answered__stops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
