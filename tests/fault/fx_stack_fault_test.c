/* SPDX-License-Identifier: MIT */
/*
 * Every allocation and system call of a stack's life failed in turn: start, an open through all
 * levels, requests that stop at different ones, close, removal. A filter that cannot make its
 * device is left out; nothing is left over, and a start that fails says why.
 */
#include "stack.h"

#include <string.h>

#include "base/fault.h"
#include "base/mem.h"

#define PLACES_USED (AT(LOW) | AT(FN) | AT(UP))
#define MOST_POINTS 2000

static unsigned int left_out; /* filters */

static void scripts(void)
{
	for (enum place i = 0; i < PLACES; i++)
		stack.scripts[i].files = TRUE;
	stack.scripts[FN].creates = TRUE;
	stack.scripts[UP].handlers = STACKED_READ;
}

static void use(void)
{
	struct stack_op ops[2];

	if (stack_open() != STATUS_SUCCESS) {
		stack.file = NULL;
		return;
	}
	stack_op_init(&ops[0], FX_PACKET_READ);
	stack_op_init(&ops[1], FX_PACKET_WRITE);
	stack_submit(&ops[0]);
	stack_submit(&ops[1]);
	assert_int_equal(ops[0].completions + ops[1].completions, 2);
	stack_close();
}

static void count_left_out(void)
{
	struct uwdf_device_info info;

	uwdf_device_info(stack.device, &info);
	for (uint32_t i = 0; i < info.stack_count; i++)
		left_out += info.stack[i].left_out;
}

/* @return true when there was nothing left to fail. */
static bool one_life(enum fault_kind kind, uint64_t k)
{
	bool fired;

	memset(&stack.rep, 0, sizeof(stack.rep));
	fault_arm(kind, k);
	if (!stack_start(PLACES_USED)) {
		count_left_out();
		use();
		stack_remove();
	} else {
		assert_true(stack.rep.text[0]);
	}
	fired = fault_fired();
	fault_disarm();
	stack_log_clear();
	return !fired;
}

static void sweep_kind(enum fault_kind kind)
{
	uint64_t blocks, k = 1;
	unsigned int fds;

	scripts();
	/* which remembers what it saw */
	assert_int_equal(uwdf_host_verify(stack.host, "VerifierOn=0", &stack.rep), 0);
	(void)one_life(kind, MOST_POINTS); /* the drivers are loaded from here on */
	blocks = mem_live_blocks();
	fds = test_open_fds();
	for (bool last = false; !last; k++) {
		assert_true(k < MOST_POINTS);
		last = one_life(kind, k);
		if (mem_live_blocks() != blocks || test_open_fds() != fds)
			fail_msg("point %u leaves %d blocks and %d descriptors", (unsigned int)k,
				 (int)(mem_live_blocks() - blocks), (int)(test_open_fds() - fds));
	}
	print_message("%u points\n", (unsigned int)k - 2);
	assert_true(k > 2);
}

static void test_life__each_allocation_fails__nothing_left(void **state)
{
	(void)state;
	left_out = 0;
	sweep_kind(FAULT_ALLOC);
	assert_true(left_out);
}

static void test_life__each_system_call_fails__nothing_left(void **state)
{
	(void)state;
	sweep_kind(FAULT_SYSCALL);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, stack_setup, stack_teardown)
	const struct CMUnitTest tests[] = {
		T(test_life__each_allocation_fails__nothing_left),
		T(test_life__each_system_call_fails__nothing_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
