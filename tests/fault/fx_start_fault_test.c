/* SPDX-License-Identifier: MIT */
/*
 * Every allocation, system call and ring operation of loading a driver, starting its device, an
 * interrupt, and stopping, failed in turn: no crash, nothing left, and a reason given.
 */
#include "fx_fixture.h"

#include <errno.h>
#include <string.h>

#include "base/fault.h"
#include "base/mem.h"

#define MOST_POINTS 5000

static void make_buffers(WDFDEVICE device)
{
	WDFCOMMONBUFFER buffer;

	(void)device;
	/* a driver would give up; this one lives on without */
	if (fx_made.enablers[0])
		(void)!WdfCommonBufferCreate(fx_made.enablers[0], 8192, NULL, &buffer);
}

static void script(bool dispatch)
{
	memset(&fx_script, 0, sizeof(fx_script));
	memset(&fx_made, 0, sizeof(fx_made));
	fx_script.interrupts = 1;
	fx_script.enablers = 1;
	fx_script.queue = true;
	fx_script.dispatch = dispatch;
	fx_script.in_add = make_buffers;
	fx_log_clear();
}

/* One life with the k-th operation of @kind failing; true when none was left to fail. */
static bool one_life(enum fault_kind kind, uint64_t k, bool dispatch)
{
	bool fired;
	int err;

	script(dispatch);
	memset(&fx.rep, 0, sizeof(fx.rep));
	fault_arm(kind, k);
	err = fx_start("model:edu");
	if (!err) {
		fx_edu_raise();
		if (!fault_fired())
			assert_true(fx_log_await("Dpc", 1));
		fx_remove();
	} else {
		assert_true(fx.rep.text[0]);
	}
	if (fx.driver)
		fx_unload();
	fired = fault_fired();
	fault_disarm();
	return !fired;
}

static void sweep(enum fault_kind kind, bool dispatch)
{
	uint64_t blocks = mem_live_blocks();
	unsigned int fds = test_open_fds();

	for (uint64_t k = 1; k < MOST_POINTS; k++) {
		bool last = one_life(kind, k, dispatch);

		if (mem_live_blocks() != blocks || test_open_fds() != fds)
			fail_msg("point %u of kind %d leaves %d blocks and %d descriptors",
				 (unsigned int)k, (int)kind, (int)(mem_live_blocks() - blocks),
				 (int)(test_open_fds() - fds));
		if (last) {
			print_message("%u points of kind %d\n", (unsigned int)k - 1, (int)kind);
			assert_int_not_equal(k, 1);
			return;
		}
	}
	fail_msg("no end of points");
}

static void test_life__each_allocation_fails__nothing_left(void **state)
{
	(void)state;
	sweep(FAULT_ALLOC, false);
	sweep(FAULT_ALLOC, true);
}

static void test_life__each_system_call_fails__nothing_left(void **state)
{
	(void)state;
	sweep(FAULT_SYSCALL, false);
	sweep(FAULT_SYSCALL, true);
}

static void test_life__each_submission_fails__nothing_left(void **state)
{
	(void)state;
	sweep(FAULT_SUBMIT, false);
}

static void test_life__each_completion_fails__nothing_left(void **state)
{
	(void)state;
	sweep(FAULT_COMPLETE, true);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fx_setup, fx_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_life__each_allocation_fails__nothing_left),
		TEST(test_life__each_system_call_fails__nothing_left),
		TEST(test_life__each_submission_fails__nothing_left),
		TEST(test_life__each_completion_fails__nothing_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
