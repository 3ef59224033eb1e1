/* SPDX-License-Identifier: MIT */
/*
 * driver_failures_test.c - drivers whose callbacks fail: the start ends with one message that names
 * the callback, and nothing is left.
 */
#include <string.h>

#include "check.h"
#include "rig.h"

/* Start must fail and say @callback and @status (as hexadecimal digits). */
static void start_fails(const char *driver, const char *callback, const char *status)
{
	struct rig_params params = { .driver = driver, .address = "model:edu" };
	struct rig_leftovers before = rig_leftovers_now();
	struct rig rig;

	check(rig_start_closed(&rig, &params) < 0, "%s started", driver);
	check(strstr(rig.report.text, callback), "'%s' does not say %s", rig.report.text, callback);
	check(strcasestr(rig.report.text, status), "'%s' does not say %s", rig.report.text, status);
	check(rig_nothing_left(&before), "%s leaves something behind", driver);
}

#define FAULTY(name) UWDF_TEST_DRIVERS "/faulty_" name ".so"

static void test_driver_entry__fails__driver_is_refused(void **state)
{
	(void)state;
	start_fails(FAULTY("driver_entry"), "DriverEntry", "c0000001");
	start_fails(FAULTY("driver_entry_late"), "DriverEntry", "c000009a");
}

static void test_device_add__fails__device_is_refused(void **state)
{
	(void)state;
	start_fails(FAULTY("device_add"), "EvtDriverDeviceAdd", "c00000bb");
	start_fails(FAULTY("device_add_late"), "EvtDriverDeviceAdd", "c000009a");
}

static void test_prepare_hardware__fails__start_is_undone(void **state)
{
	(void)state;
	start_fails(FAULTY("prepare_hardware"), "EvtDevicePrepareHardware", "c0000182");
}

static void test_d0_entry__fails__start_is_undone(void **state)
{
	(void)state;
	start_fails(FAULTY("d0_entry"), "EvtDeviceD0Entry", "c000009e");
}

static void test_interrupt_enable__fails__start_is_undone(void **state)
{
	(void)state;
	start_fails(FAULTY("interrupt_enable"), "EvtInterruptEnable", "c0000185");
}

static void removes_anyway(const char *driver)
{
	struct rig_params params = { .driver = driver, .address = "model:edu" };
	struct rig_leftovers before = rig_leftovers_now();
	struct rig rig;

	if (rig_start_closed(&rig, &params))
		fail_msg("%s", rig.report.text);
	rig_stop(&rig);
	check(rig_nothing_left(&before), "%s leaves something behind", driver);
}

static void test_way_down__callback_fails__device_goes_anyway(void **state)
{
	(void)state;
	removes_anyway(FAULTY("d0_exit"));
	removes_anyway(FAULTY("release_hardware"));
}

/* The line stays asserted: interrupts without end, but requests and removal get their turn. */
static void survives_storm(const char *driver)
{
	struct rig_params params = { .driver = driver, .address = "model:e1000" };
	struct rig_leftovers before = rig_leftovers_now();
	static struct rig_op read;
	struct rig rig;

	if (rig_start(&rig, &params))
		fail_msg("%s", rig.report.text);
	rig_read(&rig, &read, 100);
	rig_cancel(&read);
	assert_true(rig_wait(&read));
	assert_int_equal(read.status, STATUS_CANCELLED);
	rig_stop(&rig);
	check(rig_nothing_left(&before), "%s leaves something behind", driver);
}

static void test_isr__never_acknowledges__requests_and_removal_get_through(void **state)
{
	(void)state;
	survives_storm(FAULTY("isr_storm"));
	survives_storm(FAULTY("isr_unclaimed"));
}

static void test_failed_start__other_driver_afterwards__starts(void **state)
{
	(void)state;
	start_fails(FAULTY("d0_entry"), "EvtDeviceD0Entry", "c000009e");
	removes_anyway(FAULTY("nothing"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_driver_entry__fails__driver_is_refused),
		cmocka_unit_test(test_device_add__fails__device_is_refused),
		cmocka_unit_test(test_prepare_hardware__fails__start_is_undone),
		cmocka_unit_test(test_d0_entry__fails__start_is_undone),
		cmocka_unit_test(test_interrupt_enable__fails__start_is_undone),
		cmocka_unit_test(test_way_down__callback_fails__device_goes_anyway),
		cmocka_unit_test(test_isr__never_acknowledges__requests_and_removal_get_through),
		cmocka_unit_test(test_failed_start__other_driver_afterwards__starts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
