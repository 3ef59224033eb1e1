/* SPDX-License-Identifier: MIT */
/*
 * What the host of another device may do wrong, in virtual time: no answer, no room, no end, lies,
 * and opens that fail.
 */
#include "remote_sim.h"

#include <errno.h>

/* Close and removal wait for nobody without end. */
static void close_is_over_in_time(void)
{
	uint64_t before;

	assert_int_equal(remote_sim_open_elsewhere(), STATUS_SUCCESS);
	for (unsigned int i = 0; i < 2; i++)
		assert_true(remote_sim_send(&remote_sim.made[i], 0, NULL));
	remote_sim_await_pending(2);
	before = exec_now_ns();
	WdfIoTargetClose(remote_sim.target);
	assert_true(exec_now_ns() - before < 6 * EXEC_NS_PER_S);
	assert_int_equal(fake_remote.abandoned, 2);
	for (unsigned int i = 0; i < 2; i++)
		assert_int_equal(remote_sim.made[i].status, STATUS_CANCELLED);
}

static void test_cancel__never_answered__given_up_in_time(void **state)
{
	(void)state;
	remote_sim_begin(1);
	fake_remote.is_stubborn = true;
	close_is_over_in_time();
	remote_sim_end();
}

/* It hangs, and its socket is full. */
static void test_cancel__never_room_for_it__given_up_in_time(void **state)
{
	(void)state;
	remote_sim_begin(4);
	fake_remote.refuses_cancels = true;
	close_is_over_in_time();
	remote_sim_end();
}

static void test_cancel__host_reads_nothing_for_now__asked_again(void **state)
{
	(void)state;
	remote_sim_begin(2);
	assert_int_equal(remote_sim_open_elsewhere(), STATUS_SUCCESS);
	assert_true(remote_sim_send(&remote_sim.made[0], 0, NULL));
	remote_sim_await_pending(1);
	fake_remote.refuses_cancels = true;
	assert_true(WdfRequestCancelSentRequest(remote_sim.made[0].request));
	exec_sleep_ms(1000);
	assert_int_equal(remote_sim.made[0].ended, 0);
	fake_remote.refuses_cancels = false;
	remote_sim_await_end(&remote_sim.made[0]);
	assert_int_equal(fake_remote.cancels, 1);
	assert_int_equal(remote_sim.made[0].status, STATUS_CANCELLED);
	assert_int_equal(fake_remote.abandoned, 0);
	remote_sim_end();
}

static void test_send__no_room_there__waits_here_and_can_be_cancelled(void **state)
{
	(void)state;
	remote_sim_begin(3);
	fake_remote.room = 1;
	assert_int_equal(remote_sim_open_elsewhere(), STATUS_SUCCESS);
	for (unsigned int i = 0; i < 3; i++)
		assert_true(remote_sim_send(&remote_sim.made[i], 0, NULL));
	remote_sim_await_pending(1);
	assert_true(WdfRequestCancelSentRequest(remote_sim.made[1].request));
	remote_sim_await_end(&remote_sim.made[1]);
	assert_int_equal(fake_remote.cancels, 0); /* it never got there */
	assert_true(fake_remote_answer(0, STATUS_SUCCESS, 0));
	remote_sim_await_end(&remote_sim.made[0]);
	remote_sim_await_pending(1);
	assert_true(fake_remote_answer(0, STATUS_SUCCESS, 0));
	remote_sim_await_end(&remote_sim.made[2]);
	assert_int_equal(remote_sim.made[2].status, STATUS_SUCCESS);
	remote_sim_end();
}

/* Nothing is out whose answer could say that there is room again. */
static void test_send__no_room_for_anything__tried_again_by_itself(void **state)
{
	(void)state;
	remote_sim_begin(4);
	assert_int_equal(remote_sim_open_elsewhere(), STATUS_SUCCESS);
	assert_true(remote_sim_send(&remote_sim.made[0], 0, NULL));
	remote_sim_await_pending(1);
	fake_remote.room = 1;
	assert_true(remote_sim_send(&remote_sim.made[1], 0, NULL));
	exec_sleep_ms(300);
	fake_remote.room = 2;
	remote_sim_await_pending(2);
	assert_true(fake_remote_answer(1, STATUS_SUCCESS, 0));
	remote_sim_await_end(&remote_sim.made[1]);
	remote_sim_end();
}

static void test_answer__lies__cut_to_what_can_be(void **state)
{
	WDFMEMORY memory;
	char *buffer;
	(void)state;
	remote_sim_begin(5);
	assert_int_equal(remote_sim_open_elsewhere(), STATUS_SUCCESS);
	assert_int_equal(WdfMemoryCreate(WDF_NO_OBJECT_ATTRIBUTES, NonPagedPoolNx, 0x74657374, 8,
					 &memory, (PVOID *)&buffer),
			 STATUS_SUCCESS);
	assert_true(remote_sim_send(&remote_sim.made[0], 0, memory));
	remote_sim_await_pending(1);
	assert_true(fake_remote_answer(0, STATUS_SUCCESS, SIZE_MAX));
	remote_sim_await_end(&remote_sim.made[0]);
	assert_int_equal(remote_sim.made[0].information, 8);
	assert_true(remote_sim_send(&remote_sim.made[1], 0, memory));
	remote_sim_await_pending(1);
	assert_true(fake_remote_answer(0, STATUS_PENDING, 8));
	remote_sim_await_end(&remote_sim.made[1]);
	assert_int_equal(remote_sim.made[1].status, STATUS_UNSUCCESSFUL);
	for (unsigned int i = 0; i < 2; i++) {
		WDF_REQUEST_REUSE_PARAMS reuse;

		WDF_REQUEST_REUSE_PARAMS_INIT(&reuse, WDF_REQUEST_REUSE_NO_FLAGS, STATUS_SUCCESS);
		assert_int_equal(WdfRequestReuse(remote_sim.made[i].request, &reuse),
				 STATUS_SUCCESS);
	}
	WdfObjectDelete(memory);
	remote_sim_end();
}

static void test_close__never_confirmed__over_in_time(void **state)
{
	uint64_t before;
	(void)state;
	remote_sim_begin(6);
	fake_remote.never_lets_go = true;
	assert_int_equal(remote_sim_open_elsewhere(), STATUS_SUCCESS);
	before = exec_now_ns();
	WdfIoTargetClose(remote_sim.target);
	assert_true(exec_now_ns() - before < 6 * EXEC_NS_PER_S);
	assert_int_equal(fake_remote.closes, 1);
	remote_sim_end();
}

/* The other host has closed its file when the close is over, and that takes no time-out. */
static void test_close__no_room_for_the_asking__asked_again(void **state)
{
	uint64_t before;
	(void)state;
	remote_sim_begin(11);
	fake_remote.busy_let_gos = 3;
	assert_int_equal(remote_sim_open_elsewhere(), STATUS_SUCCESS);
	before = exec_now_ns();
	WdfIoTargetClose(remote_sim.target);
	assert_true(exec_now_ns() - before < EXEC_NS_PER_S);
	assert_int_equal(fake_remote.let_gos, 1);
	remote_sim_end();
}

static void test_close__cannot_be_asked_after_all__over_at_once(void **state)
{
	uint64_t before;
	(void)state;
	remote_sim_begin(12);
	fake_remote.busy_let_gos = 3;
	fake_remote.let_go_err = -ENODEV;
	assert_int_equal(remote_sim_open_elsewhere(), STATUS_SUCCESS);
	before = exec_now_ns();
	WdfIoTargetClose(remote_sim.target);
	assert_true(exec_now_ns() - before < EXEC_NS_PER_S);
	assert_int_equal(fake_remote.closes, 1);
	remote_sim_end();
}

static void open_on_loop(void *arg)
{
	*(NTSTATUS *)arg = remote_sim_open_elsewhere();
}

static void test_open__takes_its_time__the_senders_loop_goes_on(void **state)
{
	NTSTATUS status = STATUS_PENDING;
	(void)state;
	remote_sim_begin(7);
	fake_remote.open_takes_ms = 3000;
	irq_loop_call(remote_sim.f.loop, open_on_loop, &status);
	assert_int_equal(status, STATUS_SUCCESS);
	remote_sim_end();
}

static void test_open__each_failure__its_status_and_nothing_left(void **state)
{
	static const struct {
		int err;
		int32_t said;
		NTSTATUS status;
	} cases[] = {
		{ -ENOENT, 0, STATUS_OBJECT_NAME_NOT_FOUND },
		{ -ENAMETOOLONG, 0, STATUS_OBJECT_NAME_NOT_FOUND },
		{ -EIO, STATUS_SHARING_VIOLATION, STATUS_SHARING_VIOLATION },
		{ -EIO, 0, STATUS_UNSUCCESSFUL },
		{ -EACCES, 0, STATUS_ACCESS_DENIED },
		{ -EDQUOT, 0, STATUS_QUOTA_EXCEEDED },
		{ -ETIMEDOUT, 0, STATUS_IO_TIMEOUT },
		{ -EPROTO, 0, STATUS_DEVICE_PROTOCOL_ERROR },
		{ -EPIPE, 0, STATUS_DEVICE_REMOVED },
		{ -ECONNREFUSED, 0, STATUS_NO_SUCH_DEVICE },
		{ -ENOMEM, 0, STATUS_INSUFFICIENT_RESOURCES },
		{ -EMFILE, 0, STATUS_INSUFFICIENT_RESOURCES },
	};
	(void)state;
	remote_sim_begin(8);
	for (size_t i = 0; i < UW_ARRAY_SIZE(cases); i++) {
		fake_remote.open_err = cases[i].err;
		fake_remote.open_status = cases[i].said;
		assert_int_equal(remote_sim_open_elsewhere(), cases[i].status);
		assert_int_equal(WdfIoTargetGetState(remote_sim.target), WdfIoTargetClosed);
	}
	fake_remote.open_err = 0;
	fake_remote.open_status = 0;
	fake_remote.notify_err = -EPIPE;
	assert_int_equal(remote_sim_open_elsewhere(), STATUS_DEVICE_REMOVED);
	fake_remote.notify_err = 0;
	assert_int_equal(remote_sim_open_elsewhere(), STATUS_SUCCESS);
	remote_sim_end();
}

/* Names of the object manager begin so; the client's library would open others as its own. */
static void test_open__name_without_a_backslash__no_other_host_is_asked(void **state)
{
	DECLARE_CONST_UNICODE_STRING(bare, L"Elsewhere");
	DECLARE_CONST_UNICODE_STRING(path, L"/run/uwdf/elsewhere.sock");
	DECLARE_CONST_UNICODE_STRING(guid, L"{b74cfec2-9366-454a-ba71-7c27b51470a4}");
	DECLARE_CONST_UNICODE_STRING(empty, L"");
	const UNICODE_STRING *const names[] = { &bare, &path, &guid };
	(void)state;
	remote_sim_begin(13);
	for (size_t i = 0; i < UW_ARRAY_SIZE(names); i++)
		assert_int_equal(remote_sim_open(names[i]), STATUS_OBJECT_PATH_SYNTAX_BAD);
	assert_int_equal(remote_sim_open(&empty), STATUS_INVALID_PARAMETER);
	assert_int_equal(fake_remote.opens, 0);
	remote_sim_end();
}

static void expect_removal(void)
{
	const uint64_t deadline = exec_now_ns() + 5 * EXEC_NS_PER_S;

	assert_int_equal(remote_sim_open_elsewhere(), STATUS_SUCCESS);
	for (unsigned int i = 0; i < REMOTE_SIM_MADE; i++)
		assert_true(remote_sim_send(&remote_sim.made[i], 0, NULL));
	remote_sim_await_pending(REMOTE_SIM_MADE);
	fake_remote_die();
	while (WdfIoTargetGetState(remote_sim.target) != WdfIoTargetClosed &&
	       exec_now_ns() < deadline)
		exec_sleep_ms(1);
	assert_int_equal(WdfIoTargetGetState(remote_sim.target), WdfIoTargetClosed);
	for (unsigned int i = 0; i < REMOTE_SIM_MADE; i++)
		assert_int_equal(remote_sim.made[i].status, STATUS_DEVICE_REMOVED);
}

/* It says nothing of a removal, it is just not there any more. */
static void test_death__without_a_word__is_a_removal(void **state)
{
	(void)state;
	remote_sim_begin(10);
	expect_removal();
	remote_sim_end();
}

/* What it said was nothing that the library believes: there is no more to read, and no hang-up. */
static void test_death__said_only_once__all_come_back_and_is_a_removal(void **state)
{
	(void)state;
	remote_sim_begin(14);
	fake_remote.ends_in_silence = true;
	expect_removal();
	remote_sim_end();
}

/* Asked and called off so fast that nobody heard of it, over and over: nothing piles up. */
static void test_events__more_than_anybody_tells__still_in_order(void **state)
{
	(void)state;
	remote_sim_begin(9);
	assert_int_equal(remote_sim_open_elsewhere(), STATUS_SUCCESS);
	for (unsigned int i = 0; i < 50; i++) {
		fake_remote_tell(UWDF_QUERY_REMOVE);
		fake_remote_tell(UWDF_STAYS);
		fake_remote_tell(UWDF_STAYS);
		if (i % 5)
			exec_sleep_ms(i % 3);
		while (fake_remote_events() > 3)
			exec_sleep_ms(1);
	}
	while (WdfIoTargetGetState(remote_sim.target) != WdfIoTargetStarted)
		exec_sleep_ms(1);
	remote_sim_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cancel__never_answered__given_up_in_time),
		cmocka_unit_test(test_cancel__never_room_for_it__given_up_in_time),
		cmocka_unit_test(test_cancel__host_reads_nothing_for_now__asked_again),
		cmocka_unit_test(test_send__no_room_there__waits_here_and_can_be_cancelled),
		cmocka_unit_test(test_send__no_room_for_anything__tried_again_by_itself),
		cmocka_unit_test(test_answer__lies__cut_to_what_can_be),
		cmocka_unit_test(test_close__never_confirmed__over_in_time),
		cmocka_unit_test(test_close__no_room_for_the_asking__asked_again),
		cmocka_unit_test(test_close__cannot_be_asked_after_all__over_at_once),
		cmocka_unit_test(test_open__takes_its_time__the_senders_loop_goes_on),
		cmocka_unit_test(test_open__each_failure__its_status_and_nothing_left),
		cmocka_unit_test(test_open__name_without_a_backslash__no_other_host_is_asked),
		cmocka_unit_test(test_death__without_a_word__is_a_removal),
		cmocka_unit_test(test_death__said_only_once__all_come_back_and_is_a_removal),
		cmocka_unit_test(test_events__more_than_anybody_tells__still_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
