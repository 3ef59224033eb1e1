/* SPDX-License-Identifier: MIT */
/* What keeps a driver loaded, in a tree of any size and with little memory to look at it. */
#include "fx_fixture.h"

#include <string.h>

#include "base/fault.h"

#define MANY 9000u

static struct uwdf_hold holds[8];
static WDFTIMER timer;

static void on_timer(WDFTIMER which)
{
	(void)which;
}

/* MANY objects below the device, and the last of them has a timer that is due. */
static void make_many(WDFDEVICE device)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_TIMER_CONFIG config;
	WDFOBJECT object = NULL;

	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = device;
	for (unsigned int i = 0; i < MANY; i++)
		assert_int_equal(WdfObjectCreate(&attrs, &object), STATUS_SUCCESS);
	attrs.ParentObject = object;
	WDF_TIMER_CONFIG_INIT(&config, on_timer);
	assert_int_equal(WdfTimerCreate(&config, &attrs, &timer), STATUS_SUCCESS);
	assert_true(!WdfTimerStart(timer, WDF_REL_TIMEOUT_IN_SEC(3600)));
}

static void up_with_many(void)
{
	assert_int_equal(fx_verify("VerifierOn=0"), 0);
	fx_script.in_add = make_many;
	fx_up();
}

static size_t all(void)
{
	return uwdf_driver_holds(fx.driver, holds, UW_ARRAY_SIZE(holds));
}

static void test_holds__last_of_many_objects__found(void **state)
{
	(void)state;
	up_with_many();
	assert_int_equal(all(), 2);
	assert_int_equal(holds[0].kind, UWDF_HOLD_DEVICE);
	assert_int_equal(holds[1].kind, UWDF_HOLD_TIMER);
	assert_true(WdfTimerStop(timer, FALSE));
	assert_int_equal(all(), 1);
}

static WDFOBJECT objects[MANY];

static void up_with_leftovers(void)
{
	assert_int_equal(fx_verify("VerifierOn=0"), 0);
	fx_up();
	for (unsigned int i = 0; i < MANY; i++) {
		assert_int_equal(WdfObjectCreate(WDF_NO_OBJECT_ATTRIBUTES, &objects[i]),
				 STATUS_SUCCESS);
		WdfObjectReference(objects[i]);
		WdfObjectDelete(objects[i]);
	}
}

static void drop_leftovers(void)
{
	for (unsigned int i = 0; i < MANY; i++)
		WdfObjectDereference(objects[i]);
	assert_int_equal(all(), 1);
}

static void test_holds__many_leftovers__all_named(void **state)
{
	static struct uwdf_hold each[MANY + 1];
	(void)state;
	up_with_leftovers();
	assert_int_equal(uwdf_driver_holds(fx.driver, each, UW_ARRAY_SIZE(each)), 1 + MANY);
	for (unsigned int i = 1; i <= MANY; i++)
		assert_int_equal(each[i].kind, UWDF_HOLD_REFERENCE);
	drop_leftovers();
}

static void test_holds__many_leftovers_and_no_memory__all_counted(void **state)
{
	(void)state;
	up_with_leftovers();
	for (uint64_t k = 1; k <= 4; k++) {
		fault_arm(FAULT_ALLOC, k);
		assert_true(all() >= 1 + MANY);
		fault_disarm();
	}
	drop_leftovers();
}

/* The k-th allocation fails: what was not looked at is counted, never left out in silence. */
static void test_holds__no_memory__what_was_not_seen_is_counted(void **state)
{
	bool complete = false;
	unsigned int failures = 0;
	size_t count, most = 0;
	(void)state;
	up_with_many();
	for (uint64_t k = 1; !complete; k++) {
		memset(holds, 0, sizeof(holds));
		fault_arm(FAULT_ALLOC, k);
		count = all();
		fault_disarm();
		assert_true(count >= 2);
		assert_int_equal(holds[0].kind, UWDF_HOLD_DEVICE);
		most = count > most ? count : most;
		complete = holds[1].kind == UWDF_HOLD_TIMER;
		failures += !complete;
		assert_true(k < 100);
	}
	assert_true(failures >= 2); /* nothing to begin with; no more for the many */
	assert_true(most > MANY / 2);
	assert_int_equal(count, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fx_setup, fx_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_holds__last_of_many_objects__found),
		TEST(test_holds__many_leftovers__all_named),
		TEST(test_holds__many_leftovers_and_no_memory__all_counted),
		TEST(test_holds__no_memory__what_was_not_seen_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
