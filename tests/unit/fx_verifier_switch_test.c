/* SPDX-License-Identifier: MIT */
/*
 * The verifier's switches: every value of a driver's Parameters\Wdf key that KMDF knows, set in the
 * registry with nothing asked for on the command line, and what comes of it.
 */
#include "registry_put.h"
#include "stop_child.h"

#include "fx_fixture.h"

#include <errno.h>

#include "object/driver.h"
#include "verifier/verifier.h"

static void put(const char *name, ULONG value)
{
	test_registry_put("tested", name, REG_DWORD, &value, sizeof(value));
}

static void put_names(const char *name, const WCHAR *names, ULONG len)
{
	test_registry_put("tested", name, REG_MULTI_SZ, names, len);
}

static int setup(void **state)
{
	test_registry_begin();
	assert_int_equal(fx_setup(state), 0);
	fx.host->verify_given = false; /* the registry alone */
	return 0;
}

static int teardown(void **state)
{
	int err = fx_teardown(state);

	test_registry_end();
	return err;
}

static const struct fx_verifier *load(void)
{
	assert_int_equal(fx_load(), 0);
	(void)fx_broke();
	return &fx.driver->fx->verifier;
}

static ULONG flags(void)
{
	return WdfDriverGlobals->DriverFlags & (WdfVerifierOn | WdfVerifyOn);
}

static void test_nothing__as_the_build_has_it(void **state)
{
	const struct fx_verifier *v = load();

	(void)state;
#ifdef FX_VERIFIER_DEFAULT
	assert_true(v->on);
	assert_int_equal(flags(), WdfVerifierOn | WdfVerifyOn);
#else
	assert_false(v->on);
	assert_int_equal(flags(), 0);
#endif
}

static void test_verifier_on__zero__off_in_every_build(void **state)
{
	WDFSPINLOCK lock;

	(void)state;
	put("VerifierOn", 0);
	assert_false(load()->on);
	assert_int_equal(flags(), 0);
	assert_int_equal(WdfSpinLockCreate(NULL, &lock), STATUS_SUCCESS);
	WdfSpinLockRelease(lock);
	assert_false(fx_broke());
}

static void release(void *lock)
{
	WdfSpinLockRelease(lock);
}

static void test_verifier_on__one__on_in_every_build(void **state)
{
	WDFSPINLOCK lock;

	(void)state;
	put("VerifierOn", 1);
	assert_true(load()->on);
	assert_int_equal(flags(), WdfVerifierOn | WdfVerifyOn);
	assert_int_equal(WdfSpinLockCreate(NULL, &lock), STATUS_SUCCESS);
	assert_true(fx_stops(release, lock, WDF_INVALID_LOCK_OPERATION));
}

static void test_verify_on__its_own_flag(void **state)
{
	(void)state;
	put("VerifierOn", 0);
	put("VerifyOn", 1);
	load();
	assert_int_equal(flags(), WdfVerifyOn);
	fx_unload();
	put("VerifierOn", 1);
	put("VerifyOn", 0);
	load();
	assert_int_equal(flags(), WdfVerifierOn);
}

/* --- what a break does --- */

static void child_breaks(void *arg)
{
	(void)arg;
	load();
	WdfVerifierDbgBreakPoint();
}

static bool child_traps(void)
{
	int status = test_in_child(child_breaks, NULL, stop_output, sizeof(stop_output));

	return WIFSIGNALED(status) && WTERMSIG(status) == SIGTRAP;
}

static void test_dbg_break_on_error__traps_or_not(void **state)
{
	(void)state;
	put("VerifierOn", 1);
	assert_false(child_traps());
	assert_said("driver tested: WdfVerifierDbgBreakPoint");
	put("DbgBreakOnError", 1);
	assert_true(child_traps());
	put("DbgBreakOnError", 0);
	assert_false(child_traps());
}

/* --- which rules --- */

static void test_verify_down_level__later_rules_for_older_drivers(void **state)
{
	(void)state;
	put("VerifierOn", 1);
	load();
	assert_true(fx_rule_is_open(fx.driver->fx, FX_RULE_TIMER_STOPPED_TWICE));
	fx.driver->fx->verifier.minor = 7; /* it is rule 152, for 1.9 and later */
	assert_false(fx_rule_is_open(fx.driver->fx, FX_RULE_TIMER_STOPPED_TWICE));
	fx_unload();
	put("VerifyDownLevel", 1);
	load();
	fx.driver->fx->verifier.minor = 7;
	assert_true(fx_rule_is_open(fx.driver->fx, FX_RULE_TIMER_STOPPED_TWICE));
}

static void test_enhanced_options__bit_0_wraps_callbacks(void **state)
{
	(void)state;
	put("VerifierOn", 1);
	put("EnhancedVerifierOptions", 0);
	load();
	assert_false(fx_rule_is_open(fx.driver->fx, FX_RULE_CALLBACK_LEVEL));
	fx_unload();
	put("EnhancedVerifierOptions", 1);
	load();
	assert_true(fx_rule_is_open(fx.driver->fx, FX_RULE_CALLBACK_LEVEL));
	assert_true(fx_rule_is_open(fx.driver->fx, FX_RULE_CALLBACK_REGION));
}

/* --- allocations and leaks --- */

static unsigned int objects_made(void)
{
	unsigned int made = 0;
	WDFOBJECT object;

	while (made < 100 && NT_SUCCESS(WdfObjectCreate(NULL, &object)))
		made++;
	return made;
}

static void test_allocate_fail_count__that_many(void **state)
{
	(void)state;
	put("VerifierOn", 1);
	put("VerifierAllocateFailCount", 7);
	load();
	assert_int_equal(objects_made(), 7);
	fx_unload();
	put("VerifierOn", 0);
	load();
	assert_int_equal(objects_made(), 100);
}

static void test_leak_detection__of_the_types_named(void **state)
{
	static const WCHAR queues[] = L"WDFQUEUE\0", objects[] = L"WDFQUEUE\0WDFOBJECT\0";

	(void)state;
	put("VerifierOn", 1);
	put("ObjectLeakDetectionLimit", 5);
	put_names("ObjectsForLeakDetection", queues, sizeof(queues));
	load();
	assert_int_equal(objects_made(), 100);
	assert_false(fx_broke());
	fx_unload();
	put_names("ObjectsForLeakDetection", objects, sizeof(objects));
	load();
	assert_int_equal(objects_made(), 100);
	assert_true(fx_broke());
	assert_int_equal(fx_verifier_breaks_of(fx.driver->fx, FX_RULE_LEAK_LIMIT), 1);
	fx_unload();
	put("ObjectLeakDetectionLimit", 0xffffffff);
	load();
	assert_int_equal(objects_made(), 100);
	assert_false(fx_broke());
}

static void drop_unknown_tag(void)
{
	static char tag;
	WDFOBJECT object;

	assert_int_equal(WdfObjectCreate(NULL, &object), STATUS_SUCCESS);
	WdfObjectReference(object);
	WdfObjectDereferenceWithTag(object, &tag);
}

static void test_track_handles__of_the_types_named(void **state)
{
	static const WCHAR queues[] = L"WDFQUEUE\0", objects[] = L"WDFOBJECT\0";

	(void)state;
	put("VerifierOn", 1);
	put_names("TrackHandles", queues, sizeof(queues));
	load();
	drop_unknown_tag();
	assert_false(fx_broke());
	fx_unload();
	(void)fx_broke();
	put_names("TrackHandles", objects, sizeof(objects));
	load();
	drop_unknown_tag();
	assert_true(fx_broke());
	assert_int_equal(fx_verifier_breaks_of(fx.driver->fx, FX_RULE_TAG_UNKNOWN), 1);
}

/* --- types that there are not --- */

static void refuse_types(const char *options, const char *said)
{
	assert_int_equal(fx_verify(options), -EINVAL);
	if (!strstr(fx.rep.text, said))
		fail_msg("'%s' is not in: %s", said, fx.rep.text);
	assert_non_null(strstr(fx.rep.hint, ":WDFOBJECT:WDFDRIVER:"));
	assert_non_null(strstr(fx.rep.hint, ":WDFWMIINSTANCE"));
}

static void test_types_asked_for__unknown__refused(void **state)
{
	(void)state;
	refuse_types("TrackHandles=WDFFOO", "TrackHandles: there is no handle type WDFFOO,");
	refuse_types("TrackHandles=WDFQUEUE:WDFQUEU,VerifyOn", "no handle type WDFQUEU,");
	refuse_types("ObjectsForLeakDetection=*:WDFQUEUES:WDFQUEUE",
		     "ObjectsForLeakDetection: there is no handle type WDFQUEUES,");
	assert_int_equal(fx_verify("TrackHandles=wdfqueue:WDFMEMORY,ObjectsForLeakDetection=*"), 0);
	assert_string_equal(load()->track, "wdfqueue:WDFMEMORY");
}

static void child_types(void *arg)
{
	(void)arg;
	assert_int_equal(fx_setup(NULL), 0);
	fx.host->verify_given = false;
	load();
}

static void test_types_in_registry__unknown__said_and_the_others_hold(void **state)
{
	static const WCHAR tracked[] = L"WDFFOO\0WDFQUEUE\0WDFBAR\0", leaks[] = L"WDFBAZ\0";

	(void)state;
	test_registry_begin();
	put("VerifierOn", 1);
	put_names("TrackHandles", tracked, sizeof(tracked));
	put_names("ObjectsForLeakDetection", leaks, sizeof(leaks));
	assert_true(child_returns(child_types, NULL));
	assert_said("driver tested: TrackHandles in its registry key names WDFFOO: there is no");
	assert_said("driver tested: TrackHandles in its registry key names WDFBAR: there is no");
	assert_said("driver tested: ObjectsForLeakDetection in its registry key names WDFBAZ:");
	assert_null(strstr(stop_output, "names WDFQUEUE"));
	test_registry_end();
}

/* --- waiting --- */

static void test_wait_for_signal__seconds(void **state)
{
	(void)state;
	assert_int_equal(load()->patience_ms, 60000);
	fx_unload();
	put("DbgWaitForSignalTimeoutInSec", 7);
	assert_int_equal(load()->patience_ms, 7000);
	fx_unload();
	put("DbgWaitForSignalTimeoutInSec", 0); /* it would never stop talking */
	assert_int_equal(load()->patience_ms, 60000);
	fx_unload();
	put("DbgWaitForSignalTimeoutInSec", 0xffffffff);
	assert_int_equal(load()->patience_ms, UINT32_MAX);
}

/* --- and without a subject --- */

static void child_idle(void *arg)
{
	(void)arg;
	assert_int_equal(fx_setup(NULL),
			 0); /* here: the parent's threads are not in its children */
	fx.host->verify_given = false;
	load();
	fx_unload();
	assert_int_equal(fx_verify("TrackPower=2,DsfOn"), 0);
	load();
}

static void test_values_without_a_subject__said(void **state)
{
	static const char *const names[] = {
		"DbgBreakOnDeviceStateError",
		"DbgWaitForWakeInterruptIsrTimeoutInSec",
		"VerboseOn",
		"ForceLogsInMiniDump",
		"TrackDriverForMiniDumpLog",
		"RequestParentOptimizationOn",
		"RemoveLockOptionFlags",
	};

	(void)state;
	test_registry_begin();
	put("VerifierOn", 1);
	for (size_t i = 0; i < UW_ARRAY_SIZE(names); i++)
		put(names[i], 1);
	assert_true(child_returns(child_idle, NULL));
	for (size_t i = 0; i < UW_ARRAY_SIZE(names); i++)
		assert_said("driver tested: %s has no effect", names[i]);
	assert_said("driver tested: TrackPower has no effect");
	assert_said("driver tested: DsfOn has no effect");
	test_registry_end();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nothing__as_the_build_has_it),
		TEST(test_verifier_on__zero__off_in_every_build),
		TEST(test_verifier_on__one__on_in_every_build),
		TEST(test_verify_on__its_own_flag),
		TEST(test_dbg_break_on_error__traps_or_not),
		TEST(test_verify_down_level__later_rules_for_older_drivers),
		TEST(test_enhanced_options__bit_0_wraps_callbacks),
		TEST(test_allocate_fail_count__that_many),
		TEST(test_leak_detection__of_the_types_named),
		TEST(test_track_handles__of_the_types_named),
		TEST(test_types_asked_for__unknown__refused),
		cmocka_unit_test(test_types_in_registry__unknown__said_and_the_others_hold),
		TEST(test_wait_for_signal__seconds),
		cmocka_unit_test(test_values_without_a_subject__said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
