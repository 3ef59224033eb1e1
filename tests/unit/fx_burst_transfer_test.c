/* SPDX-License-Identifier: MIT */
/*
 * Reads and writes of a client on the owner loop: the short way, answered in their callback or
 * later, with what fits into the buffers and no more; and bursts of none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "io_fixture.h"
#include "object/driver.h"
#include "room.h"

#define OPS 8

static struct io_fixture f;
static struct io_op ops[OPS];
static struct fx_packet *packets[OPS];
static bool answer_at_once;
static size_t more; /* than the buffer has */
static KIRQL leave_at;
static WDFQUEUE next_reads_go_to; /* NULL: where they went */
static bool stop_at_write;

static void answer_read(WDFREQUEST request)
{
	WDF_REQUEST_PARAMETERS params;
	size_t len;
	PVOID out;

	WDF_REQUEST_PARAMETERS_INIT(&params);
	WdfRequestGetParameters(request, &params);
	assert_int_equal(params.Type, WdfRequestTypeRead);
	assert_int_equal(WdfRequestRetrieveOutputBuffer(request, 1, &out, &len), STATUS_SUCCESS);
	assert_int_equal(params.Parameters.Read.Length, len);
	memset(out, (int)params.Parameters.Read.DeviceOffset, len);
	WdfRequestCompleteWithInformation(request, STATUS_SUCCESS, len + more);
}

static void answer_write(WDFREQUEST request)
{
	WDF_REQUEST_PARAMETERS params;
	size_t len;
	PVOID in;

	WDF_REQUEST_PARAMETERS_INIT(&params);
	WdfRequestGetParameters(request, &params);
	assert_int_equal(params.Type, WdfRequestTypeWrite);
	assert_int_equal(WdfRequestRetrieveInputBuffer(request, 1, &in, &len), STATUS_SUCCESS);
	assert_int_equal(params.Parameters.Write.Length, len);
	assert_int_equal(((char *)in)[len - 1], (char)params.Parameters.Write.DeviceOffset);
	WdfRequestCompleteWithInformation(request, STATUS_SUCCESS, len + more);
}

static void reads(WDFQUEUE q, WDFREQUEST request, size_t len)
{
	assert_true(len);
	io_keep_request(q, request);
	if (next_reads_go_to)
		assert_int_equal(WdfDeviceConfigureRequestDispatching(io_fixture_device(&f),
								      next_reads_go_to,
								      WdfRequestTypeRead),
				 STATUS_SUCCESS);
	if (answer_at_once)
		answer_read(request);
	if (leave_at)
		(void)fx_irql_raise(leave_at);
}

static void writes(WDFQUEUE q, WDFREQUEST request, size_t len)
{
	assert_true(len);
	io_keep_request(q, request);
	if (stop_at_write)
		WdfIoQueueStop(q, NULL, NULL);
	if (answer_at_once)
		answer_write(request);
}

/* Reads, then writes, of @len bytes each. */
static void begin(WDF_DEVICE_IO_TYPE io_type, size_t len)
{
	struct fx_io_config device = { .io_type = io_type };
	WDF_IO_QUEUE_CONFIG config;

	leave_at = 0;
	next_reads_go_to = NULL;
	stop_at_write = false;
	more = 0;
	answer_at_once = true;
	io_fixture_setup_verify(&f, &device, "VerifierOn=0");
	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
	config.EvtIoRead = reads;
	config.EvtIoWrite = writes;
	(void)io_queue(&f, &config);
	io_fixture_start(&f);
	for (unsigned int i = 0; i < OPS; i++) {
		if (i < OPS / 2) {
			io_op_read(&ops[i], len);
			ops[i].packet.in_len = 3; /* not looked at */
		} else {
			io_op_write(&ops[i], "");
			ops[i].packet.in_len = len;
			memset(ops[i].in, 'a' + (int)i, len);
			ops[i].packet.out_len = 3;
		}
		ops[i].packet.offset = 'a' + i;
		packets[i] = &ops[i].packet;
	}
}

static void end(void)
{
	io_fixture_teardown(&f);
	for (unsigned int i = 0; i < OPS; i++)
		assert_int_equal(ops[i].completions, 1);
}

static void submit_and_reap(void *arg)
{
	(void)arg;
	fx_io_submit_many(f.file, packets, OPS, NULL);
	for (unsigned int i = 0; i < OPS; i++)
		assert_true(packets[i]->state & PACKET_SHORT);
	fx_io_reap(f.file);
}

static void finish_kept(void *arg)
{
	(void)arg;
	for (unsigned int i = 0; i < io_seen.kept_count; i++)
		(i < OPS / 2 ? answer_read : answer_write)(io_seen.kept[i]);
	fx_io_reap(f.file);
}

static void check(size_t len)
{
	struct fx_io_stats stats = fx_io_stats(f.io);

	for (unsigned int i = 0; i < OPS; i++) {
		assert_int_equal(ops[i].status, STATUS_SUCCESS);
		assert_int_equal(ops[i].information, len);
		for (size_t at = 0; at < sizeof(ops[i].out); at++)
			assert_int_equal(ops[i].out[at], i < OPS / 2 && at < len ? 'a' + i : 0);
	}
	assert_int_equal(stats.submitted, stats.completed);
	assert_int_equal(stats.driver_owned_now, 0);
	assert_true(list_empty(&f.file->requests));
}

static void test_transfer__answered_in_callbacks__every_length_goes_the_short_way(void **state)
{
	(void)state;
	for (size_t len = 1; len <= sizeof(ops[0].out); len++) {
		begin(WdfDeviceIoBuffered, len);
		assert_true(fx_io_call(f.file, submit_and_reap, NULL));
		assert_int_equal(io_seen.kept_count, OPS);
		check(len);
		end();
	}
}

static void test_transfer__answered_later__every_length_is_copied_whole(void **state)
{
	(void)state;
	for (size_t len = 1; len <= sizeof(ops[0].out); len++) {
		begin(WdfDeviceIoBuffered, len);
		answer_at_once = false;
		assert_true(fx_io_call(f.file, submit_and_reap, NULL));
		assert_int_equal(fx_io_stats(f.io).driver_owned_now, OPS);
		assert_true(fx_io_call(f.file, finish_kept, NULL));
		check(len);
		end();
	}
}

static void test_transfer__direct__in_the_clients_memory(void **state)
{
	(void)state;
	begin(WdfDeviceIoDirect, 48);
	assert_true(fx_io_call(f.file, submit_and_reap, NULL));
	check(48);
	end();
}

static void more_than_there_is(bool at_once)
{
	begin(WdfDeviceIoBuffered, 24);
	answer_at_once = at_once;
	more = 9;
	assert_true(fx_io_call(f.file, submit_and_reap, NULL));
	if (!at_once)
		assert_true(fx_io_call(f.file, finish_kept, NULL));
	assert_int_equal(fx_verifier_breaks_of(f.driver, FX_RULE_INFORMATION_LENGTH), OPS);
	check(24);
	end();
}

static void test_transfer__more_information_than_bytes__told_and_cut(void **state)
{
	(void)state;
	more_than_there_is(true);
	more_than_there_is(false);
}

static void test_transfer__callback_returns_at_another_level__told_and_put_right(void **state)
{
	(void)state;
	begin(WdfDeviceIoBuffered, 16);
	leave_at = DISPATCH_LEVEL;
	assert_true(fx_io_call(f.file, submit_and_reap, NULL));
	assert_int_equal(fx_verifier_breaks_of(f.driver, FX_RULE_CALLBACK_LEVEL), OPS / 2);
	check(16);
	end();
}

static void submit_all(void *arg)
{
	(void)arg;
	fx_io_submit_many(f.file, packets, OPS, NULL);
}

static void submit_and_reap_any(void *arg)
{
	submit_all(arg);
	fx_io_reap(f.file);
}

static void test_transfer__of_nothing__done_without_the_driver(void **state)
{
	(void)state;
	begin(WdfDeviceIoBuffered, 16);
	packets[1]->out_len = 0;
	packets[OPS - 1]->in_len = 0;
	assert_true(fx_io_call(f.file, submit_and_reap_any, NULL));
	assert_int_equal(io_seen.kept_count, OPS - 2);
	assert_int_equal(ops[1].status, STATUS_SUCCESS);
	assert_int_equal(ops[1].information, 0);
	assert_int_equal(ops[OPS - 1].status, STATUS_SUCCESS);
	end();
}

static void test_transfer__reads_and_writes_by_turns__all_go_the_short_way(void **state)
{
	(void)state;
	begin(WdfDeviceIoDirect, 16);
	for (unsigned int i = 0; i < OPS; i++)
		packets[i] = &ops[i / 2 + i % 2 * (OPS / 2)].packet;
	assert_true(fx_io_call(f.file, submit_and_reap, NULL));
	assert_int_equal(io_seen.kept_count, OPS);
	check(16);
	end();
}

static void test_transfer__callback_sends_reads_elsewhere__the_next_go_there(void **state)
{
	ULONG waiting, with_driver;

	(void)state;
	begin(WdfDeviceIoBuffered, 16);
	next_reads_go_to = io_manual_queue(&f);
	assert_true(fx_io_call(f.file, submit_and_reap_any, NULL));
	(void)WdfIoQueueGetState(next_reads_go_to, &waiting, &with_driver);
	assert_int_equal(waiting, OPS / 2 - 1);
	assert_int_equal(io_seen.kept_count, 1 + OPS / 2);
	end();
}

static void test_transfer__callback_stops_the_queue__the_next_wait(void **state)
{
	(void)state;
	begin(WdfDeviceIoBuffered, 16);
	stop_at_write = true;
	assert_true(fx_io_call(f.file, submit_and_reap_any, NULL));
	assert_int_equal(io_seen.kept_count, OPS / 2 + 1);
	assert_int_equal(ops[OPS / 2].completions, 1);
	assert_int_equal(ops[OPS / 2 + 1].completions, 0);
	end();
}

static void test_transfer__its_turn_to_be_followed__traced_to_its_end(void **state)
{
	struct trace_event events[TRACE_EVENTS];

	(void)state;
	begin(WdfDeviceIoBuffered, 16);
	f.io->untraced = OPS - 1;
	assert_true(fx_io_call(f.file, submit_and_reap_any, NULL));
	assert_int_equal(fx_io_trace(f.io, events, TRACE_EVENTS), 3);
	for (unsigned int i = 0; i < 3; i++) {
		assert_int_equal(events[i].kind, FX_IO_ARRIVED + i);
		assert_int_equal(events[i].what, (uintptr_t)packets[OPS - 1]);
	}
	check(16);
	end();
}

/* --- none --- */

static void submit_none(void *arg)
{
	struct fx_packet *const *turn = packets;

	(void)arg;
	fx_io_submit_many(f.file, NULL, 0, &turn);
	assert_ptr_equal(turn, packets);
	fx_io_submit_many(f.file, packets, 0, NULL);
}

static void test_burst__of_none__nothing_happens(void **state)
{
	struct fx_io_stats before, after;

	(void)state;
	begin(WdfDeviceIoDirect, 16);
	before = fx_io_stats(f.io);
	f.io->untraced = 0; /* the next one is followed */
	assert_true(fx_io_call(f.file, submit_none, NULL));
	after = fx_io_stats(f.io);
	assert_memory_equal(&after, &before, sizeof(before));
	assert_int_equal(f.io->untraced, 0);
	assert_int_equal(io_seen.kept_count, 0);
	assert_true(fx_io_call(f.file, submit_and_reap_any, NULL)); /* and others come as ever */
	check(16);
	end();
}

static void test_burst__of_none_after_the_device_went__nothing_happens(void **state)
{
	(void)state;
	begin(WdfDeviceIoDirect, 16);
	fx_io_purge(f.io, false);
	submit_none(NULL);
	assert_int_equal(io_seen.kept_count, 0);
	submit_all(NULL);
	for (unsigned int i = 0; i < OPS; i++)
		assert_int_equal(ops[i].status, STATUS_DEVICE_REMOVED);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_transfer__answered_in_callbacks__every_length_goes_the_short_way),
		cmocka_unit_test(test_transfer__answered_later__every_length_is_copied_whole),
		cmocka_unit_test(test_transfer__direct__in_the_clients_memory),
		cmocka_unit_test(test_transfer__more_information_than_bytes__told_and_cut),
		cmocka_unit_test(
			test_transfer__callback_returns_at_another_level__told_and_put_right),
		cmocka_unit_test(test_transfer__of_nothing__done_without_the_driver),
		cmocka_unit_test(test_transfer__reads_and_writes_by_turns__all_go_the_short_way),
		cmocka_unit_test(test_transfer__callback_sends_reads_elsewhere__the_next_go_there),
		cmocka_unit_test(test_transfer__callback_stops_the_queue__the_next_wait),
		cmocka_unit_test(test_transfer__its_turn_to_be_followed__traced_to_its_end),
		cmocka_unit_test(test_burst__of_none__nothing_happens),
		cmocka_unit_test(test_burst__of_none_after_the_device_went__nothing_happens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
