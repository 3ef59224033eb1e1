/* SPDX-License-Identifier: MIT */
/*
 * A bus with three children, one of which comes late and goes missing, and a client whose request
 * the parent answers: each allocation, system call and ring operation of their lives failed in
 * turn. No crash, and nothing left.
 */
#include "fx_child.h"

#include <string.h>

#include "base/fault.h"
#include "base/mem.h"

#define MOST_POINTS 5000

static unsigned int answered, refused;

/* What cannot be made is missed. */
static void make_bus(WDFDEVICE parent)
{
	child_script.forwards = NT_SUCCESS(child_make_parent_queue(parent, true));
	(void)!child_make(parent);
	(void)!child_make(parent);
}

static void count(NTSTATUS status)
{
	if (NT_SUCCESS(status))
		answered++;
	else
		refused++;
}

static void ask_first(void)
{
	static struct child_op op;
	struct uwdf_device *device;
	struct uwdf_file *file;
	NTSTATUS status;

	if (!child_open_count())
		return;
	device = child_find(0);
	status = child_open(device, &file);
	count(status);
	if (NT_SUCCESS(status)) {
		count(child_ask(file, &op));
		child_close(file);
	}
	uwdf_device_release(device);
}

static void come_and_go(void)
{
	unsigned int last = child_count;
	NTSTATUS status = child_make(fx_made.device);

	count(status);
	if (NT_SUCCESS(status))
		assert_int_equal(WdfPdoMarkMissing(child_devices[last]), STATUS_SUCCESS);
}

/* True when no operation was left to fail. A host each: its pool's threads stay as long as it. */
static bool one_life(enum fault_kind kind, uint64_t k)
{
	void *state = NULL;
	bool fired;

	assert_int_equal(child_setup(&state), 0);
	assert_int_equal(fx_verify("VerifierOn=0"), 0);
	child_script.parent_answers = true;
	fx_script.in_add = make_bus;
	fault_arm(kind, k);
	if (!fx_start("model:edu")) {
		ask_first();
		come_and_go();
		fx_remove();
	}
	if (fx.driver)
		fx_unload();
	fired = fault_fired();
	fault_disarm();
	assert_int_equal(fx_teardown(&state), 0); /* blocks and descriptors are as before */
	return !fired;
}

static void sweep(enum fault_kind kind)
{
	uint64_t k = 0;

	while (!one_life(kind, ++k))
		assert_in_range(k, 1, MOST_POINTS);
	assert_int_not_equal(k, 1);
	print_message("%u points of kind %d, %u answered, %u refused\n", (unsigned int)k - 1,
		      (int)kind, answered, refused);
}

static void test_life__each_allocation_fails__nothing_left(void **state)
{
	(void)state;
	sweep(FAULT_ALLOC);
	assert_int_not_equal(answered, 0);
	assert_int_not_equal(refused, 0);
}

static void test_life__each_system_call_fails__nothing_left(void **state)
{
	(void)state;
	sweep(FAULT_SYSCALL);
}

static void test_life__each_submission_fails__nothing_left(void **state)
{
	(void)state;
	sweep(FAULT_SUBMIT);
}

static void test_life__each_completion_fails__nothing_left(void **state)
{
	(void)state;
	sweep(FAULT_COMPLETE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_life__each_allocation_fails__nothing_left),
		cmocka_unit_test(test_life__each_system_call_fails__nothing_left),
		cmocka_unit_test(test_life__each_submission_fails__nothing_left),
		cmocka_unit_test(test_life__each_completion_fails__nothing_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
