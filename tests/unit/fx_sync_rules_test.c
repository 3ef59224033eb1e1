/* SPDX-License-Identifier: MIT */
/*
 * What WDFTIMER, WDFDPC, WDFWORKITEM and WDFWAITLOCK answer, and what their ends wait for: the
 * sentences of their reference pages, on virtual time.
 */
#include "sim_device.h"

#include "object/worker.h"

static WDFTIMER timer;
static WDFDPC dpc;
static WDFWORKITEM item;
static unsigned int calls, over, cleaned; /* atomic: callbacks begun, ended; cleanups */
static unsigned int again;                /* a callback starts its own object so often */
static bool slow, deletes, in_order;

static int setup(void **state)
{
	(void)state;
	calls = over = cleaned = again = 0;
	slow = deletes = false;
	in_order = true;
	sim_device_up(7);
	fx_up();
	(void)fx_broke();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	sim_device_down();
	return 0;
}

static unsigned int count(const unsigned int *of)
{
	return __atomic_load_n(of, __ATOMIC_ACQUIRE);
}

/* true: the object is to be started again. */
static bool callback(WDFOBJECT object)
{
	__atomic_add_fetch(&calls, 1, __ATOMIC_ACQ_REL);
	if (slow)
		exec_sleep_ms(5);
	if (deletes)
		WdfObjectDelete(object);
	__atomic_add_fetch(&over, 1, __ATOMIC_ACQ_REL);
	return again && again--;
}

static void on_timer(WDFTIMER t)
{
	if (callback(t))
		in_order &= !WdfTimerStart(t, -1 * MS); /* it is not in the system's queue now */
}

static void on_dpc(WDFDPC d)
{
	if (callback(d))
		in_order &= WdfDpcEnqueue(d) == TRUE;
}

static void on_item(WDFWORKITEM w)
{
	if (callback(w))
		WdfWorkItemEnqueue(w);
}

static void on_cleanup(WDFOBJECT object)
{
	(void)object;
	in_order &= KeGetCurrentIrql() == PASSIVE_LEVEL;
	in_order &= deletes || count(&calls) == count(&over);
	__atomic_add_fetch(&cleaned, 1, __ATOMIC_ACQ_REL);
}

static void make(ULONG period)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_WORKITEM_CONFIG work;
	WDF_TIMER_CONFIG time;
	WDF_DPC_CONFIG deferred;

	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = fx_made.device;
	attrs.EvtCleanupCallback = on_cleanup;
	WDF_TIMER_CONFIG_INIT_PERIODIC(&time, on_timer, (LONG)period);
	assert_int_equal(WdfTimerCreate(&time, &attrs, &timer), STATUS_SUCCESS);
	WDF_DPC_CONFIG_INIT(&deferred, on_dpc);
	assert_int_equal(WdfDpcCreate(&deferred, &attrs, &dpc), STATUS_SUCCESS);
	WDF_WORKITEM_CONFIG_INIT(&work, on_item);
	work.AutomaticSerialization = FALSE;
	assert_int_equal(WdfWorkItemCreate(&work, &attrs, &item), STATUS_SUCCESS);
}

static void test_parent_object__the_one_given(void **state)
{
	(void)state;
	make(0);
	assert_ptr_equal(WdfTimerGetParentObject(timer), fx_made.device);
	assert_ptr_equal(WdfDpcGetParentObject(dpc), fx_made.device);
	assert_ptr_equal(WdfWorkItemGetParentObject(item), fx_made.device);
}

static void test_timer__start_and_stop__was_it_in_the_queue(void **state)
{
	(void)state;
	make(0);
	assert_false(WdfTimerStop(timer, FALSE));
	assert_false(WdfTimerStart(timer, -10 * MS));
	assert_true(WdfTimerStart(timer, -20 * MS)); /* and the first time is forgotten */
	exec_sleep_ms(15);
	assert_int_equal(count(&calls), 0);
	sim_wait_for(&over, 1);
	assert_false(WdfTimerStart(timer, -10 * MS)); /* it expired: it left the queue */
	assert_true(WdfTimerStop(timer, TRUE));
	assert_false(WdfTimerStop(timer, TRUE));
	exec_sleep_ms(50);
	assert_int_equal(count(&calls), 1);
}

static void test_timer__periodic__in_the_queue_until_stopped(void **state)
{
	unsigned int stopped_after;

	(void)state;
	make(10);
	assert_false(WdfTimerStart(timer, -30 * MS));
	exec_sleep_ms(25);
	assert_int_equal(count(&calls), 0); /* the first time is DueTime's, not the period */
	sim_wait_for(&over, 3);
	assert_true(WdfTimerStop(timer, TRUE));
	stopped_after = count(&calls);
	exec_sleep_ms(50);
	assert_int_equal(count(&calls), stopped_after);
	assert_false(WdfTimerStop(timer, TRUE));
}

static void test_timer__started_in_its_callback__expires_again(void **state)
{
	(void)state;
	make(0);
	again = 3;
	WdfTimerStart(timer, 0);
	sim_wait_for(&over, 4);
	assert_true(in_order);
}

static void test_dpc__enqueue_and_cancel__was_it_queued(void **state)
{
	(void)state;
	make(0);
	assert_false(WdfDpcCancel(dpc, FALSE));
	assert_true(WdfDpcEnqueue(dpc));
	sim_wait_for(&over, 1);
	again = 1;
	assert_true(WdfDpcEnqueue(dpc));
	sim_wait_for(&over, 3);
	assert_true(in_order);
	assert_false(WdfDpcCancel(dpc, TRUE));
}

static void test_work_item__enqueued_in_its_callback__called_again(void **state)
{
	(void)state;
	make(0);
	again = 2;
	WdfWorkItemEnqueue(item);
	sim_wait_for(&over, 3);
	WdfWorkItemFlush(item);
	assert_int_equal(count(&calls), 3);
}

static void test_flush_cancel_stop__callback_runs__waited_for(void **state)
{
	(void)state;
	make(0);
	slow = true;
	WdfWorkItemEnqueue(item);
	WdfWorkItemFlush(item);
	assert_int_equal(count(&over), 1);
	WdfDpcEnqueue(dpc);
	sim_wait_for(&calls, 2);
	assert_false(WdfDpcCancel(dpc, TRUE));
	assert_int_equal(count(&over), 2);
	WdfTimerStart(timer, 0);
	sim_wait_for(&calls, 3);
	assert_false(WdfTimerStop(timer, TRUE));
	assert_int_equal(count(&over), 3);
}

/* The cleanup comes when every call has returned. */
static void test_delete__callback_runs__cleanup_after_it(void **state)
{
	(void)state;
	make(0);
	slow = true;
	WdfWorkItemEnqueue(item);
	sim_wait_for(&calls, 1);
	WdfObjectDelete(item);
	sim_wait_for(&cleaned, 1);
	WdfTimerStart(timer, 0);
	sim_wait_for(&calls, 2);
	WdfObjectDelete(timer);
	sim_wait_for(&cleaned, 2);
	WdfDpcEnqueue(dpc);
	sim_wait_for(&calls, 3);
	WdfObjectDelete(dpc);
	sim_wait_for(&cleaned, 3);
	assert_true(in_order);
	exec_sleep_ms(20);
	assert_int_equal(count(&calls), 3);
}

static void test_delete__in_its_own_callback__work_item_timer_and_dpc_may(void **state)
{
	(void)state;
	make(0);
	deletes = true;
	WdfWorkItemEnqueue(item);
	WdfTimerStart(timer, 0);
	WdfDpcEnqueue(dpc);
	sim_wait_for(&over, 3);
	sim_wait_for(&cleaned, 3);
	fx_worker_drain();
	assert_true(in_order);
	assert_false(fx_broke());
}

static void test_wait_lock__answers(void **state)
{
	LONGLONG at_once = 0, soon = -2 * MS;
	WDFWAITLOCK lock;
	KIRQL before;

	(void)state;
	assert_int_equal(WdfWaitLockCreate(NULL, &lock), STATUS_SUCCESS);
	assert_int_equal(WdfWaitLockAcquire(lock, NULL), STATUS_SUCCESS);
	WdfWaitLockRelease(lock);
	assert_int_equal(WdfWaitLockAcquire(lock, &soon), STATUS_SUCCESS);
	WdfWaitLockRelease(lock);
	before = fx_irql_raise(DISPATCH_LEVEL);
	assert_int_equal(WdfWaitLockAcquire(lock, &at_once), STATUS_SUCCESS);
	WdfWaitLockRelease(lock);
	fx_irql_restore(before);
	assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
	assert_false(fx_broke());
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_parent_object__the_one_given),
		TEST(test_timer__start_and_stop__was_it_in_the_queue),
		TEST(test_timer__periodic__in_the_queue_until_stopped),
		TEST(test_timer__started_in_its_callback__expires_again),
		TEST(test_dpc__enqueue_and_cancel__was_it_queued),
		TEST(test_work_item__enqueued_in_its_callback__called_again),
		TEST(test_flush_cancel_stop__callback_runs__waited_for),
		TEST(test_delete__callback_runs__cleanup_after_it),
		TEST(test_delete__in_its_own_callback__work_item_timer_and_dpc_may),
		TEST(test_wait_lock__answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
