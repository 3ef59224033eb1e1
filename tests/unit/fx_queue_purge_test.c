/* SPDX-License-Identifier: MIT */
/* When a purge is over: what is handed to the queue afterwards. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/exec.h"
#include "io_fixture.h"

static struct io_fixture f;
static struct io_op op, other;
static WDFQUEUE manual;

static int setup(void **state)
{
	(void)state;
	io_fixture_setup(&f, NULL);
	io_default_queue(&f);
	manual = io_manual_queue(&f);
	io_fixture_start(&f);
	io_op_write(&op, "x");
	io_submit(&f, &op);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	io_fixture_teardown(&f);
	return 0;
}

/* Nobody asked to be told, and the queue had nothing: the purge is over, and it takes what comes.
 */
static void test_stop_and_purge__nobody_told__later_ones_wait(void **state)
{
	WDFREQUEST request;

	(void)state;
	WdfIoQueueStopAndPurge(manual, NULL, NULL);
	io_settle(&f);
	assert_int_equal(WdfRequestForwardToIoQueue(io_seen.last, manual), STATUS_SUCCESS);
	io_settle(&f);
	assert_int_equal(op.completions, 0);
	WdfIoQueueStart(manual);
	assert_int_equal(WdfIoQueueRetrieveNextRequest(manual, &request), STATUS_SUCCESS);
	WdfRequestComplete(request, STATUS_SUCCESS);
	io_settle(&f);
	assert_int_equal(op.status, STATUS_SUCCESS);
}

/* While the driver still has one, the purge goes on; with the last one's end it is over. */
static void test_stop_and_purge__driver_has_one__over_with_it(void **state)
{
	WDFREQUEST first = io_seen.last, request;

	(void)state;
	assert_int_equal(WdfRequestForwardToIoQueue(first, manual), STATUS_SUCCESS);
	io_settle(&f);
	assert_int_equal(WdfIoQueueRetrieveNextRequest(manual, &request), STATUS_SUCCESS);
	WdfIoQueueStopAndPurge(manual, NULL, NULL);
	io_op_write(&other, "x");
	io_submit(&f, &other);
	WdfRequestComplete(request, STATUS_SUCCESS);
	io_settle(&f);
	assert_int_equal(WdfRequestForwardToIoQueue(io_seen.last, manual), STATUS_SUCCESS);
	io_settle(&f);
	assert_int_equal(other.completions, 0);
	WdfIoQueuePurgeSynchronously(manual);
	io_settle(&f);
	assert_int_equal(other.status, STATUS_CANCELLED);
}

struct blocked {
	struct irq_message msg;
	struct exec_event go;
};

static void wait_here(struct irq_message *msg)
{
	exec_event_wait(&uw_container_of(msg, struct blocked, msg)->go, EXEC_FOREVER);
}

/* The owner hears of the purge (by the message that the start posted) before it hears of the
 * forward, which came first. */
static void test_purge__over_and_told__a_late_forward_is_cancelled(void **state)
{
	struct blocked blocked = { .msg.run = wait_here };

	(void)state;
	assert_int_equal(exec_event_init(&blocked.go), 0);
	irq_loop_post(f.loop, &blocked.msg);
	WdfIoQueueStart(manual);
	assert_int_equal(WdfRequestForwardToIoQueue(io_seen.last, manual), STATUS_SUCCESS);
	WdfIoQueuePurge(manual, io_count_state, NULL);
	exec_event_set(&blocked.go);
	io_settle(&f);
	exec_event_deinit(&blocked.go);
	assert_int_equal(io_seen.states, 1);
	assert_int_equal(op.completions, 1);
	assert_int_equal(op.status, STATUS_CANCELLED);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_stop_and_purge__nobody_told__later_ones_wait),
		TEST(test_stop_and_purge__driver_has_one__over_with_it),
		TEST(test_purge__over_and_told__a_late_forward_is_cancelled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
