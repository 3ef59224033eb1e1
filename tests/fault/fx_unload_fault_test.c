/* SPDX-License-Identifier: MIT */
/*
 * Load, use, say what holds it, unload, with each allocation, system call and ring operation failed
 * in turn: what was loaded can be unloaded whatever failed, nothing stays, and the next load works.
 */
#include "fx_fixture.h"

#include <string.h>

#include "base/fault.h"
#include "base/mem.h"
#include "uwdf/device_io.h"

#define MOST_POINTS 5000

static WDFTIMER timer;
static WDFWORKITEM item;
static WDFOBJECT left;
static struct uwdf_hold holds[8];

static void on_timer(WDFTIMER handle)
{
	(void)handle;
}

static void on_work(WDFWORKITEM handle)
{
	(void)handle;
	fx_note("Work");
}

/* What fails here the driver does without. */
static void make_work(WDFDEVICE device)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_TIMER_CONFIG timer_config;
	WDF_WORKITEM_CONFIG work_config;

	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = device;
	WDF_TIMER_CONFIG_INIT(&timer_config, on_timer);
	WDF_WORKITEM_CONFIG_INIT(&work_config, on_work);
	if (!NT_SUCCESS(WdfTimerCreate(&timer_config, &attrs, &timer)))
		timer = NULL;
	if (!NT_SUCCESS(WdfWorkItemCreate(&work_config, &attrs, &item)))
		item = NULL;
	if (NT_SUCCESS(WdfObjectCreate(&attrs, &left)))
		WdfObjectReference(left);
	else
		left = NULL;
}

static void script(void)
{
	memset(&fx_script, 0, sizeof(fx_script));
	fx_script.interrupts = 1;
	fx_script.queue = true;
	fx_script.in_add = make_work;
	timer = NULL;
	item = NULL;
	left = NULL;
	fx_log_clear();
}

static void use(void)
{
	struct uwdf_file *file = NULL;

	if (timer)
		(void)WdfTimerStart(timer, WDF_REL_TIMEOUT_IN_SEC(3600));
	if (item)
		WdfWorkItemEnqueue(item);
	if (!uwdf_device_io.open(fx.device, 1, &file))
		uwdf_device_io.close(file);
	(void)uwdf_driver_holds(fx.driver, holds, UW_ARRAY_SIZE(holds));
	(void)uwdf_device_query_remove(fx.device, &fx.rep);
	fx_remove();
}

/* The first step at once, the second when the reference is dropped. */
static void unload(void)
{
	if (left) {
		assert_int_not_equal(uwdf_host_unload(fx.driver), 0);
		(void)uwdf_driver_holds(fx.driver, holds, UW_ARRAY_SIZE(holds));
		WdfObjectDereference(left);
	}
	fx_unload();
	assert_non_null(strstr(fx_log(), "DriverUnload"));
	assert_non_null(strstr(fx_log(), "DriverCleanup"));
	assert_null(WdfDriverGlobals);
}

static void life(void)
{
	int err;

	script();
	err = fx_start("model:edu");
	if (!err)
		use();
	if (err && left) { /* of a start that failed, or of a DriverEntry that did */
		WdfObjectDereference(left);
		left = NULL;
	}
	if (fx.driver)
		unload();
}

/* True when nothing was left to fail. */
static bool one_point(enum fault_kind kind, uint64_t k)
{
	bool fired;

	fault_arm(kind, k);
	life();
	fired = fault_fired();
	fault_disarm();
	assert_null(fx.driver);
	return !fired;
}

static void load_again(void)
{
	script();
	assert_int_equal(fx_start("model:edu"), 0);
	use();
	unload();
}

static void sweep(enum fault_kind kind)
{
	unsigned int fds = test_open_fds();
	uint64_t blocks;

	assert_int_equal(fx_verify("VerifierOn=0"), 0);
	load_again(); /* and the pool has all the threads that it takes */
	blocks = mem_live_blocks();
	for (uint64_t k = 1; k < MOST_POINTS; k++) {
		bool last = one_point(kind, k);

		if (k % 8 == 1)
			load_again();
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

static void test_unload__each_allocation_fails__unloaded_and_loaded_again(void **state)
{
	(void)state;
	sweep(FAULT_ALLOC);
}

static void test_unload__each_system_call_fails__unloaded_and_loaded_again(void **state)
{
	(void)state;
	sweep(FAULT_SYSCALL);
}

static void test_unload__each_submission_fails__unloaded_and_loaded_again(void **state)
{
	(void)state;
	sweep(FAULT_SUBMIT);
}

static void test_unload__each_completion_fails__unloaded_and_loaded_again(void **state)
{
	(void)state;
	sweep(FAULT_COMPLETE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fx_setup, fx_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_unload__each_allocation_fails__unloaded_and_loaded_again),
		TEST(test_unload__each_system_call_fails__unloaded_and_loaded_again),
		TEST(test_unload__each_submission_fails__unloaded_and_loaded_again),
		TEST(test_unload__each_completion_fails__unloaded_and_loaded_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
