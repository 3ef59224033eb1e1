/* SPDX-License-Identifier: MIT */
/* The verifier's rules about how callbacks return. */
#include "stop_child.h"

#include "fx_fixture.h"

#include "object/driver.h"
#include "verifier/verifier.h"

static void start(const char *verify)
{
	void *state = NULL;

	assert_int_equal(fx_setup(&state), 0);
	assert_int_equal(fx_verify(verify), 0);
}

static uint32_t broken(enum fx_rule rule)
{
	return fx_verifier_breaks_of(fx.driver->fx, rule);
}

/* --- callbacks --- */

static void stay_high(WDFDEVICE device)
{
	(void)device;
	fx_irql_raise(DISPATCH_LEVEL);
}

static void child_level(void *verify)
{
	start(verify);
	fx_script.in_d0_entry = stay_high;
	fx_up();
	assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
	assert_int_equal(broken(FX_RULE_CALLBACK_LEVEL), 1);
}

static char everything[] = "", not_enhanced[] = "EnhancedVerifierOptions=0";

static void test_rule_22__callback_returns_higher__stops(void **state)
{
	(void)state;
	assert_true(child_stops(child_level, everything));
	assert_said("WDF_VIOLATION 0x10d (0xe, 0x0, 0x2, 0x");
	assert_said("WDF_VERIFIER_IRQL_MISMATCH, rule 22\n");
	assert_said("EvtDeviceD0Entry was entered at IRQL 0 and returned at 2\n");
}

static void test_rule_22__not_enhanced__level_put_right(void **state)
{
	(void)state;
	assert_true(child_returns(child_level, not_enhanced));
	assert_said("broke rule 22");
}

static void stay_inside(WDFDEVICE device)
{
	(void)device;
	KeEnterCriticalRegion();
}

static void keep_wait_lock(WDFDEVICE device)
{
	WDFWAITLOCK lock;

	(void)device;
	assert_int_equal(WdfWaitLockCreate(NULL, &lock), STATUS_SUCCESS);
	assert_int_equal(WdfWaitLockAcquire(lock, NULL), STATUS_SUCCESS);
}

static void balanced(WDFDEVICE device)
{
	WDFWAITLOCK lock;

	(void)device;
	assert_int_equal(WdfWaitLockCreate(NULL, &lock), STATUS_SUCCESS);
	assert_int_equal(WdfWaitLockAcquire(lock, NULL), STATUS_SUCCESS);
	KeEnterCriticalRegion();
	KeLeaveCriticalRegion();
	WdfWaitLockRelease(lock);
}

static void child_in_d0_entry(void *fn)
{
	start("");
	fx_script.in_d0_entry = *(void (**)(WDFDEVICE))fn;
	fx_up();
	fx_remove();
	assert_false(fx_broke());
}

static void test_rule_23__critical_region__stops(void **state)
{
	void (*fn)(WDFDEVICE) = stay_inside;

	(void)state;
	assert_true(child_stops(child_in_d0_entry, &fn));
	assert_said("WDF_VERIFIER_CRITICAL_REGION_MISMATCH, rule 23\n");
	fn = keep_wait_lock;
	assert_true(child_stops(child_in_d0_entry, &fn));
	assert_said("EvtDeviceD0Entry was entered 0 critical regions deep and returned 1 deep");
	fn = balanced;
	assert_true(child_returns(child_in_d0_entry, &fn));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rule_22__callback_returns_higher__stops),
		cmocka_unit_test(test_rule_22__not_enhanced__level_put_right),
		cmocka_unit_test(test_rule_23__critical_region__stops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
