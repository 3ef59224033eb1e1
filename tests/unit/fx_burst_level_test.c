/* SPDX-License-Identifier: MIT */
/*
 * A client on the owner loop of a device whose callbacks run at DISPATCH_LEVEL, above its own: each
 * callback is entered there, whatever came before it in the burst, and the client finds its level
 * as it left it.
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

#define OPS  8
#define CODE 0x222000u /* METHOD_BUFFERED */

static struct io_fixture f;
static struct fx_device_head *top; /* above the fixture's, in the tests of a stack */
static struct fx_file *file;       /* the client's */
static struct io_op ops[OPS + 1];  /* the last: for who wants one more */
static struct fx_packet *packets[OPS];
static KIRQL client_at; /* which level the client calls at */

/* What callbacks saw, and what each does besides. */
static struct {
	unsigned int calls, elsewhere, inside, nested;
	void (*each)(WDFREQUEST request);
	KIRQL leave_at;
} seen;

static void entered(void)
{
	seen.elsewhere += fx_irql_get() != DISPATCH_LEVEL;
	seen.nested += seen.inside++;
	seen.calls++;
}

static void returns(void)
{
	seen.inside--;
	fx_irql_restore(seen.leave_at);
}

static void answer(WDFREQUEST request)
{
	WdfRequestCompleteWithInformation(request, STATUS_SUCCESS, 8);
}

static void on_any(WDFQUEUE q, WDFREQUEST request)
{
	entered();
	io_keep_request(q, request);
	seen.each(request);
	returns();
}

static void on_control(WDFQUEUE q, WDFREQUEST request, size_t out_len, size_t in_len, ULONG code)
{
	(void)out_len;
	(void)in_len;
	(void)code;
	on_any(q, request);
}

static void on_read(WDFQUEUE q, WDFREQUEST request, size_t len)
{
	(void)len;
	on_any(q, request);
}

static void on_reads(WDFQUEUE q, PWDFLX_IO ios, ULONG count)
{
	(void)q;
	entered();
	for (ULONG i = 0; i < count; i++) {
		ios[i].Status = STATUS_SUCCESS;
		ios[i].Information = ios[i].Length;
	}
	returns();
}

static void on_cancel(WDFREQUEST request)
{
	entered();
	io_cancel_completes(request);
	returns();
}

/* --- the device, and its client --- */

static void prepare_ops(void)
{
	for (unsigned int i = 0; i <= OPS; i++) {
		io_op_control(&ops[i], CODE, "abcdefgh", 8);
		if (i < OPS)
			packets[i] = &ops[i].packet;
	}
}

static void make_queue(WDF_IO_QUEUE_DISPATCH_TYPE type)
{
	WDF_IO_QUEUE_CONFIG config;
	WDFQUEUE queue;

	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, type);
	config.EvtIoDeviceControl = on_control;
	config.EvtIoRead = on_read;
	config.EvtIoDefault = on_any; /* of writes */
	queue = io_queue(&f, &config);
	if (type == WdfIoQueueDispatchParallel)
		assert_int_equal(WdfLxIoQueueSetMany(queue, on_reads, NULL), STATUS_SUCCESS);
}

static void begin(WDF_IO_QUEUE_DISPATCH_TYPE type, const char *verify)
{
	const struct fx_io_config config = { .level = DISPATCH_LEVEL,
					     .io_type = WdfDeviceIoDirect };

	memset(&seen, 0, sizeof(seen));
	seen.each = answer;
	seen.leave_at = DISPATCH_LEVEL;
	client_at = PASSIVE_LEVEL;
	io_fixture_setup_verify(&f, &config, verify);
	make_queue(type);
	io_fixture_start(&f);
	file = f.file;
	prepare_ops();
}

/* Each came to an end; of callbacks, none was entered elsewhere, and none inside another. */
static void end(void)
{
	io_settle(&f);
	assert_int_equal(seen.elsewhere, 0);
	assert_int_equal(seen.nested, 0);
	for (unsigned int i = 0; i < OPS; i++)
		assert_int_equal(ops[i].completions, 1);
	io_fixture_teardown(&f);
}

static void submit(void *arg)
{
	KIRQL before = fx_irql_raise(client_at);

	(void)arg;
	fx_io_submit_many(file, packets, OPS, NULL);
	assert_int_equal(fx_irql_get(), client_at);
	fx_irql_restore(before);
}

static void submit_and_reap(void *arg)
{
	KIRQL before = fx_irql_raise(client_at);

	submit(arg);
	fx_io_reap(file);
	assert_int_equal(fx_irql_get(), client_at);
	fx_irql_restore(before);
}

static void check_answers(void)
{
	for (unsigned int i = 0; i < OPS; i++) {
		assert_int_equal(ops[i].completions, 1);
		assert_int_equal(ops[i].status, STATUS_SUCCESS);
		assert_int_equal(ops[i].information, 8);
	}
}

static unsigned int breaks(void)
{
	return (unsigned int)fx_verifier_breaks_of(f.driver, FX_RULE_CALLBACK_LEVEL);
}

/* --- straight through --- */

static void answered(WDF_IO_QUEUE_DISPATCH_TYPE type, const char *verify, KIRQL at)
{
	begin(type, verify);
	client_at = at;
	assert_true(fx_io_call(file, submit_and_reap, NULL));
	check_answers();
	assert_int_equal(seen.calls, OPS);
	assert_int_equal(breaks(), 0);
	end();
}

static void test_level__answered_in_callbacks__all_at_the_devices(void **state)
{
	(void)state;
	answered(WdfIoQueueDispatchParallel, "VerifierOn=0", PASSIVE_LEVEL);
	answered(WdfIoQueueDispatchParallel, "", PASSIVE_LEVEL);
	answered(WdfIoQueueDispatchSequential, "VerifierOn=0", PASSIVE_LEVEL);
}

static void test_level__client_is_there_already__stays_there(void **state)
{
	(void)state;
	answered(WdfIoQueueDispatchParallel, "VerifierOn=0", DISPATCH_LEVEL);
	answered(WdfIoQueueDispatchSequential, "", DISPATCH_LEVEL);
}

static void returns_at(KIRQL level)
{
	begin(WdfIoQueueDispatchParallel, "VerifierOn=0");
	seen.leave_at = level;
	assert_true(fx_io_call(file, submit_and_reap, NULL));
	check_answers();
	assert_int_equal(breaks(), OPS);
	end();
}

static void test_level__callbacks_return_at_another__each_told_and_put_right(void **state)
{
	(void)state;
	returns_at(PASSIVE_LEVEL);
	returns_at(APC_LEVEL); /* neither the client's nor the device's */
	returns_at(FX_DIRQL);
}

/* All but the first, which has the pool make slots for them. */
static void reads_at_once(KIRQL leave_at, unsigned int told)
{
	begin(WdfIoQueueDispatchParallel, "VerifierOn=0");
	for (unsigned int i = 1; i < OPS - 1; i++)
		io_op_read(&ops[i], 8);
	seen.leave_at = leave_at;
	assert_true(fx_io_call(file, submit_and_reap, NULL));
	check_answers();
	assert_int_equal(seen.calls, 3);
	assert_int_equal(breaks(), told);
	end();
}

static void test_level__reads_in_one_callback__at_the_devices(void **state)
{
	(void)state;
	reads_at_once(DISPATCH_LEVEL, 0);
	reads_at_once(PASSIVE_LEVEL, 3);
}

/* --- another way in between --- */

/* Writes have no callback of their own: they go the ordinary way. */
static void with_writes(const char *verify)
{
	begin(WdfIoQueueDispatchParallel, verify);
	for (unsigned int i = 1; i < OPS; i += 3)
		io_op_write(&ops[i], "abcdefgh");
	assert_true(fx_io_call(file, submit_and_reap, NULL));
	check_answers();
	assert_int_equal(seen.calls, OPS);
	assert_int_equal(breaks(), 0);
	end();
}

static void test_level__some_go_the_ordinary_way__all_at_the_devices(void **state)
{
	(void)state;
	with_writes("VerifierOn=0");
	with_writes("");
}

static void test_level__ordinary_ones_return_at_another__told_and_the_next_put_right(void **state)
{
	(void)state;
	begin(WdfIoQueueDispatchParallel, "VerifierOn=0");
	for (unsigned int i = 0; i < OPS; i += 2)
		io_op_write(&ops[i], "abcdefgh");
	seen.leave_at = PASSIVE_LEVEL;
	assert_true(fx_io_call(file, submit_and_reap, NULL));
	check_answers();
	assert_int_equal(breaks(), OPS);
	end();
}

static void test_level__its_turn_to_be_followed__all_at_the_devices(void **state)
{
	(void)state;
	begin(WdfIoQueueDispatchParallel, "VerifierOn=0");
	f.io->untraced = 2;
	assert_true(fx_io_call(file, submit_and_reap, NULL));
	check_answers();
	assert_int_equal(seen.calls, OPS);
	assert_int_equal(f.io->untraced, TRACE_SAMPLE - 1 - 5);
	end();
}

/* The first has the loop run, by which one more comes, and then what is there is reaped. */
static void one_more_comes(WDFREQUEST request)
{
	struct fx_packet *more = &ops[OPS].packet;

	if (seen.calls == 1) {
		fx_io_submit_many(file, &more, 1, NULL);
		assert_int_equal(fx_irql_get(), DISPATCH_LEVEL);
		fx_io_reap(file);
		assert_int_equal(fx_irql_get(), DISPATCH_LEVEL);
		assert_int_equal(seen.calls, 1);
	}
	answer(request);
}

static void comes_inside(WDF_IO_QUEUE_DISPATCH_TYPE type)
{
	begin(type, "");
	seen.each = one_more_comes;
	assert_true(fx_io_call(file, submit_and_reap, NULL));
	io_settle(&f);
	check_answers();
	assert_int_equal(seen.calls, OPS + 1);
	assert_int_equal(ops[OPS].completions, 1);
	assert_int_equal(ops[OPS].status, STATUS_SUCCESS);
	assert_int_equal(breaks(), 0);
	end();
}

static void test_level__one_comes_while_a_callback_has_the_loop_run__behind_it(void **state)
{
	(void)state;
	comes_inside(WdfIoQueueDispatchParallel);
	comes_inside(WdfIoQueueDispatchSequential);
}

/* Each but the first ends the one before it. */
static void ends_the_last(WDFREQUEST request)
{
	(void)request;
	if (io_seen.kept_count > 1)
		answer(io_seen.kept[io_seen.kept_count - 2]);
	assert_int_equal(fx_irql_get(), DISPATCH_LEVEL);
	if (io_seen.kept_count == OPS)
		answer(request);
}

static void test_level__callback_ends_another_of_the_burst__at_the_devices(void **state)
{
	(void)state;
	begin(WdfIoQueueDispatchParallel, "VerifierOn=0");
	seen.each = ends_the_last;
	assert_true(fx_io_call(file, submit_and_reap, NULL));
	check_answers();
	assert_int_equal(seen.calls, OPS);
	end();
}

/* The first is kept, marked; the third has it cancelled. */
static void cancels_the_first(WDFREQUEST request)
{
	if (seen.calls == 1) {
		assert_int_equal(WdfRequestMarkCancelableEx(request, on_cancel), STATUS_SUCCESS);
		return;
	}
	if (seen.calls == 3) {
		fx_io_cancel(packets[0]);
		assert_int_equal(io_seen.cancels, 0);
		assert_int_equal(fx_irql_get(), DISPATCH_LEVEL);
	}
	answer(request);
}

static void test_level__callback_cancels_another_of_the_burst__called_behind_it_there(void **state)
{
	(void)state;
	begin(WdfIoQueueDispatchParallel, "");
	seen.each = cancels_the_first;
	assert_true(fx_io_call(file, submit_and_reap, NULL));
	assert_int_equal(io_seen.cancels, 1);
	assert_int_equal(ops[0].status, STATUS_CANCELLED);
	for (unsigned int i = 1; i < OPS; i++)
		assert_int_equal(ops[i].status, STATUS_SUCCESS);
	assert_int_equal(seen.calls, OPS + 1);
	assert_int_equal(breaks(), 0);
	end();
}

/* --- a device above, which passes all of them on --- */

static void begin_stack(const char *verify)
{
	const struct fx_io_config config = { .level = DISPATCH_LEVEL, .filter = true };

	begin(WdfIoQueueDispatchParallel, verify);
	top = io_device_above(&f, f.device, &config);
	fx_io_resume(top->io);
	fx_io_set_started(top->io);
	fx_io_allow_open(top->io, true);
	assert_int_equal(fx_file_open((struct fx_device *)(void *)top, &file), STATUS_SUCCESS);
}

static void end_stack(void)
{
	fx_io_purge(top->io, false);
	fx_file_close(file);
	fx_object_delete(&top->base);
	end();
}

static void through_the_stack(KIRQL at)
{
	begin_stack("");
	client_at = at;
	assert_true(fx_io_call(file, submit_and_reap, NULL));
	check_answers();
	assert_int_equal(seen.calls, OPS);
	assert_int_equal(breaks(), 0);
	end_stack();
}

static void test_stack__answered_below__reaped_in_the_same_call(void **state)
{
	(void)state;
	through_the_stack(PASSIVE_LEVEL);
	through_the_stack(DISPATCH_LEVEL);
}

/* The client has one more as soon as the first is back, and looks at what level it is. */
static void (*complete)(struct fx_packet *packet, NTSTATUS status, size_t information);
static KIRQL completed_at;

static void wants_one_more(struct fx_packet *packet, NTSTATUS status, size_t information)
{
	complete(packet, status, information);
	completed_at = fx_irql_get();
	fx_io_submit(file, &ops[OPS].packet);
	assert_int_equal(fx_irql_get(), completed_at);
}

static void reap_and_look(void *arg)
{
	complete = packets[0]->complete;
	packets[0]->complete = wants_one_more;
	submit_and_reap(arg);
	for (unsigned int i = 0; i < OPS; i++)
		assert_int_equal(ops[i].completions, 1);
	assert_int_equal(completed_at, client_at);
	fx_io_reap(file);
	assert_int_equal(ops[OPS].completions, 1);
}

static void reaped_and_one_more(KIRQL at)
{
	begin_stack("");
	client_at = at;
	assert_true(fx_io_call(file, reap_and_look, NULL));
	check_answers();
	assert_int_equal(seen.calls, OPS + 1);
	assert_int_equal(breaks(), 0);
	end_stack();
}

static void test_stack__one_more_from_a_completion__called_at_the_devices(void **state)
{
	(void)state;
	reaped_and_one_more(PASSIVE_LEVEL);
	reaped_and_one_more(DISPATCH_LEVEL);
}

/* The driver below returns wrongly while the client reaps: told, and the client is as it was. */
static void test_stack__callback_in_a_reap_returns_at_another__put_right(void **state)
{
	(void)state;
	begin_stack("VerifierOn=0");
	seen.leave_at = PASSIVE_LEVEL;
	client_at = DISPATCH_LEVEL;
	assert_true(fx_io_call(file, reap_and_look, NULL));
	check_answers();
	assert_int_equal(breaks(), OPS + 1);
	end_stack();
}

#define T(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_level__answered_in_callbacks__all_at_the_devices),
		T(test_level__client_is_there_already__stays_there),
		T(test_level__callbacks_return_at_another__each_told_and_put_right),
		T(test_level__reads_in_one_callback__at_the_devices),
		T(test_level__some_go_the_ordinary_way__all_at_the_devices),
		T(test_level__ordinary_ones_return_at_another__told_and_the_next_put_right),
		T(test_level__its_turn_to_be_followed__all_at_the_devices),
		T(test_level__one_comes_while_a_callback_has_the_loop_run__behind_it),
		T(test_level__callback_ends_another_of_the_burst__at_the_devices),
		T(test_level__callback_cancels_another_of_the_burst__called_behind_it_there),
		T(test_stack__answered_below__reaped_in_the_same_call),
		T(test_stack__one_more_from_a_completion__called_at_the_devices),
		T(test_stack__callback_in_a_reap_returns_at_another__put_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
