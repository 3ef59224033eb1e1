/* SPDX-License-Identifier: MIT */
/* A ring of events: what its readers get, before and after it is full, and while it is written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/exec.h"
#include "base/trace.h"

static struct trace_ring ring;
static struct trace_event events[TRACE_EVENTS];

static int setup(void **state)
{
	(void)state;
	memset(&ring, 0, sizeof(ring));
	return 0;
}

/* Each word tells the number, so that halves of two events are noticed. */
static void put(uint64_t number)
{
	const struct trace_event event = { .at_ns = number * 3,
					   .what = number * 5,
					   .kind = (uint32_t)number,
					   .more = (uint32_t)number + 7 };

	trace_put(&ring, &event);
}

static void check(const struct trace_event *event, uint64_t number)
{
	assert_int_equal(event->at_ns, number * 3);
	assert_int_equal(event->what, number * 5);
	assert_int_equal(event->kind, (uint32_t)number);
	assert_int_equal(event->more, (uint32_t)number + 7);
}

static void test_trace__empty__nothing_read(void **state)
{
	(void)state;
	assert_int_equal(trace_read(&ring, events, TRACE_EVENTS), 0);
}

static void test_trace__some__read_oldest_first(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 5; i++)
		put(i);
	assert_int_equal(trace_read(&ring, events, TRACE_EVENTS), 5);
	for (uint64_t i = 0; i < 5; i++)
		check(&events[i], i);
}

static void test_trace__less_room__the_last(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 5; i++)
		put(i);
	assert_int_equal(trace_read(&ring, events, 2), 2);
	check(&events[0], 3);
	check(&events[1], 4);
}

static void test_trace__wrapped__all_but_the_place_to_be_written(void **state)
{
	const uint64_t all = 3 * TRACE_EVENTS + 9;

	(void)state;
	for (uint64_t i = 0; i < all; i++)
		put(i);
	assert_int_equal(trace_read(&ring, events, TRACE_EVENTS), TRACE_EVENTS - 1);
	for (uint64_t i = 0; i < TRACE_EVENTS - 1; i++)
		check(&events[i], all - TRACE_EVENTS + 1 + i);
}

static bool stop; /* atomic */

static void write_on(void *arg)
{
	(void)arg;
	for (uint64_t i = 0; !__atomic_load_n(&stop, __ATOMIC_RELAXED); i++)
		put(i);
}

static void test_trace__read_while_written__no_halves(void **state)
{
	struct exec_thread_params params = { .name = "writer", .run = write_on, .node = -1 };
	struct exec_thread *thread;
	bool wrapped = false;

	(void)state;
	assert_int_equal(exec_thread_start(&params, &thread), 0);
	for (int round = 0; round < 2000; round += wrapped) {
		size_t count = trace_read(&ring, events, TRACE_EVENTS);

		wrapped =
			count && events[0].at_ns > 0; /* the writer is a round ahead, and writes */

		for (size_t i = 0; i < count; i++)
			check(&events[i], events[0].at_ns / 3 + i);
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	exec_thread_join(thread);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_trace__empty__nothing_read, setup),
		cmocka_unit_test_setup(test_trace__some__read_oldest_first, setup),
		cmocka_unit_test_setup(test_trace__less_room__the_last, setup),
		cmocka_unit_test_setup(test_trace__wrapped__all_but_the_place_to_be_written, setup),
		cmocka_unit_test_setup(test_trace__read_while_written__no_halves, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
