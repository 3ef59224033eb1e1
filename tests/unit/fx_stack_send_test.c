/* SPDX-License-Identifier: MIT */
/* What a filter's driver sends to the next lower one itself, through its local target. */
#include "stack.h"

#include <string.h>

#define ALL (AT(LOW) | AT(FN) | AT(UP) | AT(TOP))

static struct stack_op op;

static void up_with(enum stacked_way way)
{
	stack.scripts[UP].handlers = STACKED_WRITE | STACKED_READ;
	stack.scripts[UP].way = way;
	stack_up(ALL);
	assert_int_equal(stack_open(), STATUS_SUCCESS);
	stack_log_clear();
}

static void test_send__forgotten__the_lower_drivers_end_is_the_clients(void **state)
{
	(void)state;
	up_with(STACKED_FORGET);
	stack_op_init(&op, FX_PACKET_WRITE);
	stack_submit(&op);
	assert_log("up.Write fn.Default");
	assert_int_equal(op.completions, 1);
	assert_int_equal(op.status, STATUS_SUCCESS);
	assert_int_equal(op.information, FN + 1);
}

static void test_send__with_a_routine__it_comes_back(void **state)
{
	(void)state;
	up_with(STACKED_SEND);
	stack_op_init(&op, FX_PACKET_WRITE);
	stack_submit(&op);
	assert_log("up.Write fn.Default up.Back");
	assert_int_equal(op.information, FN + 1);
}

static void test_send__waiting_on_the_loop_of_the_lower_one__it_runs_meanwhile(void **state)
{
	(void)state;
	up_with(STACKED_SEND_WAIT);
	stack_op_init(&op, FX_PACKET_WRITE);
	stack_submit(&op);
	assert_log("up.Write fn.Default");
	assert_int_equal(op.information, FN + 1);
}

static void test_send__nobody_below_wants_it__the_bus_refuses(void **state)
{
	(void)state;
	stack.scripts[FN].handlers = STACKED_CONTROL;
	stack.scripts[FN].filter = TRUE;
	up_with(STACKED_SEND);
	stack_op_init(&op, FX_PACKET_READ);
	stack_submit(&op);
	assert_log("up.Read up.Back");
	assert_int_equal(op.status, STATUS_INVALID_DEVICE_REQUEST);
}

static void test_send__kept_below__a_cancel_gets_there(void **state)
{
	(void)state;
	stack.scripts[FN].way = STACKED_KEEP_MARKED;
	up_with(STACKED_SEND);
	stack_op_init(&op, FX_PACKET_WRITE);
	stack_submit(&op);
	assert_int_equal(op.completions, 0);
	stack_cancel(&op);
	assert_log("up.Write fn.Default fn.Cancel up.Back");
	assert_int_equal(op.status, STATUS_CANCELLED);
}

static void test_send__forgotten_and_kept_below__a_cancel_gets_there(void **state)
{
	(void)state;
	stack.scripts[FN].way = STACKED_KEEP_MARKED;
	up_with(STACKED_FORGET);
	stack_op_init(&op, FX_PACKET_WRITE);
	stack_submit(&op);
	stack_cancel(&op);
	assert_int_equal(op.status, STATUS_CANCELLED);
}

static void test_close__sent_and_kept_below__cancelled_and_closed_at_all_levels(void **state)
{
	(void)state;
	for (enum place i = 0; i < PLACES; i++)
		stack.scripts[i].files = TRUE;
	stack.scripts[FN].way = STACKED_KEEP_MARKED;
	up_with(STACKED_SEND);
	stack_op_init(&op, FX_PACKET_WRITE);
	stack_submit(&op);
	stack_log_clear();
	stack_close();
	assert_log("top.Cleanup up.Cleanup fn.Cancel fn.Cleanup up.Back "
		   "top.Close up.Close fn.Close top.FileGone up.FileGone fn.FileGone");
	assert_int_equal(op.status, STATUS_CANCELLED);
}

static void test_file_object__of_what_was_sent__the_lower_devices_own(void **state)
{
	(void)state;
	stack.scripts[UP].files = stack.scripts[FN].files = TRUE;
	up_with(STACKED_SEND);
	stack_op_init(&op, FX_PACKET_WRITE);
	stack_submit(&op);
	assert_non_null(stack.scripts[FN].file);
	assert_ptr_not_equal(stack.scripts[UP].file, stack.scripts[FN].file);
}

static void test_create__sent_by_a_filter__opens_the_lower_level(void **state)
{
	(void)state;
	for (enum place i = 0; i < PLACES; i++)
		stack.scripts[i].files = TRUE;
	stack.scripts[UP].creates = stack.scripts[UP].sends_creates = TRUE;
	stack.scripts[UP].way = STACKED_SEND;
	stack.scripts[FN].creates = TRUE;
	stack_up(ALL);
	assert_int_equal(stack_open(), STATUS_SUCCESS);
	assert_log("up.Create fn.Create up.Back");
	stack_log_clear();
	stack_close();
	assert_log("top.Cleanup up.Cleanup fn.Cleanup "
		   "top.Close up.Close fn.Close top.FileGone up.FileGone fn.FileGone");
}

static void test_create__sent_and_refused_below__so_is_the_open(void **state)
{
	(void)state;
	stack.scripts[UP].creates = stack.scripts[UP].sends_creates = TRUE;
	stack.scripts[UP].way = STACKED_SEND;
	stack.scripts[FN].creates = TRUE;
	stack.scripts[FN].create_status = STATUS_ACCESS_DENIED;
	stack_up(ALL);
	assert_int_equal(stack_open(), STATUS_ACCESS_DENIED);
	stack.file = NULL;
	assert_int_equal(fx_io_stats(stack_device(FN)->io).open_files, 0);
}

static void test_remove__sent_and_kept_below__comes_back_before_the_end(void **state)
{
	(void)state;
	stack.scripts[FN].way = STACKED_KEEP;
	up_with(STACKED_SEND);
	stack_op_init(&op, FX_PACKET_WRITE);
	stack_submit(&op);
	stack_remove();
	assert_int_equal(op.completions, 1);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, stack_setup, stack_teardown)
	const struct CMUnitTest tests[] = {
		T(test_send__forgotten__the_lower_drivers_end_is_the_clients),
		T(test_send__with_a_routine__it_comes_back),
		T(test_send__waiting_on_the_loop_of_the_lower_one__it_runs_meanwhile),
		T(test_send__nobody_below_wants_it__the_bus_refuses),
		T(test_send__kept_below__a_cancel_gets_there),
		T(test_send__forgotten_and_kept_below__a_cancel_gets_there),
		T(test_close__sent_and_kept_below__cancelled_and_closed_at_all_levels),
		T(test_file_object__of_what_was_sent__the_lower_devices_own),
		T(test_create__sent_by_a_filter__opens_the_lower_level),
		T(test_create__sent_and_refused_below__so_is_the_open),
		T(test_remove__sent_and_kept_below__comes_back_before_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
