/* SPDX-License-Identifier: MIT */
/* The verifier's rules about handles and objects, each by its number, and what a report says. */
#include "stop_child.h"

#include "fx_fixture.h"

#include <errno.h>

#include "object/driver.h"
#include "verifier/verifier.h"

typedef struct thing {
	ULONG value[16];
} thing;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(thing, thing_of);

static void up(const char *verify)
{
	void *state = NULL;

	assert_int_equal(fx_setup(&state), 0);
	assert_int_equal(fx_verify(verify), 0);
	assert_int_equal(fx_load(), 0);
}

static int setup(void **state)
{
	return fx_setup(state) || fx_load();
}

static struct fx_driver *driver(void)
{
	return fx.driver->fx;
}

static WDFOBJECT make(WDFOBJECT parent)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFOBJECT object = NULL;

	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attrs, thing);
	attrs.ParentObject = parent;
	assert_int_equal(WdfObjectCreate(&attrs, &object), STATUS_SUCCESS);
	return object;
}

/* --- stops --- */

enum { NULL_HANDLE_LINE = __LINE__ + 6 };
static void child_null_handle(void *arg)
{
	up("VerifierOn=0");
	(void)arg;
	/* a call that is not the last thing done leaves a trace of its caller */
	WdfObjectDelete(NULL);
	fail();
}

static void test_rule_1__null_handle__stops(void **state)
{
	(void)state;
	assert_true(child_stops(child_null_handle, NULL));
	assert_said("driver tested stopped: WDF_VIOLATION 0x10d (0x5, 0x0, 0x1000, 0x");
	assert_said("): WDF_INVALID_HANDLE, rule 1\n");
	assert_called_from("child_null_handle", NULL_HANDLE_LINE);
	assert_said("hint: look at the status of the call that should have made the object");
}

enum { WRONG_TYPE_LINE = __LINE__ + 5 };
static void child_wrong_type(void *arg)
{
	up("VerifierOn=0");
	(void)arg;
	WdfSpinLockAcquire((WDFSPINLOCK)fx_made.driver);
	fail();
}

static void test_rule_2__wrong_type__stops_and_says_what_it_is(void **state)
{
	(void)state;
	assert_true(child_stops(child_wrong_type, NULL));
	assert_said(", 0x%x, 0x", FX_TYPE_SPINLOCK);
	assert_said("WDF_INVALID_HANDLE, rule 2\n");
	assert_said(" is a WDFDRIVER, not a WDFSPINLOCK\n");
	assert_said("object WDFDRIVER ");
	assert_called_from("child_wrong_type", WRONG_TYPE_LINE);
}

enum { CREATED_LINE = __LINE__ + 7, DELETED_LINE, STALE_LINE };
static void child_stale(void *arg)
{
	WDFSPINLOCK lock;

	(void)arg;
	up("");
	assert_int_equal(WdfSpinLockCreate(NULL, &lock), STATUS_SUCCESS);
	WdfObjectDelete(lock);
	WdfSpinLockAcquire(lock);
	fail();
}

static void test_rule_2__stale_handle__stops_and_says_who_deleted_it(void **state)
{
	(void)state;
	assert_true(child_stops(child_stale, NULL));
	assert_said("WDF_INVALID_HANDLE, rule 2\n");
	assert_said(" is the handle of a freed object\n");
	assert_called_from("child_stale", STALE_LINE);
	assert_said("it was a WDFSPINLOCK and is freed\n");
	assert_said("created from child_stale at ");
	assert_said("fx_verifier_object_test.c:%d (", CREATED_LINE);
	assert_said("deleted from child_stale at ");
	assert_said("fx_verifier_object_test.c:%d (", DELETED_LINE);
	assert_said("destroyed by thread ");
}

/* As of an object whose memory is in use again, by one of the same type. */
static void child_other_generation(void *arg)
{
	(void)arg;
	up("Quarantine=0");
	WdfObjectDelete((WDFOBJECT)((uintptr_t)make(NULL) ^ 1ull << 60));
	fail();
}

static void test_rule_2__memory_used_again__generation_tells(void **state)
{
	(void)state;
	assert_true(child_stops(child_other_generation, NULL));
	assert_said("is a stale handle: it was a WDFOBJECT's of which the memory is used again");
}

enum { NULL_POINTER_LINE = __LINE__ + 5 };
static void child_null_pointer(void *arg)
{
	up("VerifierOn=0");
	(void)arg;
	(void)WdfSpinLockCreate(NULL, NULL);
	fail();
}

static void test_rule_3__null_pointer__stops(void **state)
{
	(void)state;
	assert_true(child_stops(child_null_pointer, NULL));
	assert_said("WDF_VIOLATION 0x10d (0x4, 0x0, 0x");
	assert_said("WDF_REQUIRED_PARAMETER_IS_NULL, rule 3\n");
	assert_said("WdfSpinLockCreate was given NULL");
	assert_called_from("child_null_pointer", NULL_POINTER_LINE);
}

static void child_device_dereferenced(void *arg)
{
	void *state = NULL;

	(void)arg;
	assert_int_equal(fx_setup(&state), 0);
	assert_int_equal(fx_verify("VerifierOn=0"), 0);
	fx_up();
	for (unsigned int i = 0; i < 10; i++)
		WdfObjectDereference(fx_made.device);
}

static void test_rule_5__device_dereferenced__stops(void **state)
{
	(void)state;
	assert_true(child_stops(child_device_dereferenced, NULL));
	assert_said("WDF_VIOLATION 0x10d (0x7, 0x");
	assert_said("WDF_OBJECT_ERROR, rule 5\n");
	assert_said("object WDFDEVICE ");
}

static void child_driver_dereferenced(void *arg)
{
	(void)arg;
	up("VerifierOn=0");
	WdfObjectDereference(fx_made.driver);
	fail();
}

static void test_rule_6__driver_dereferenced__stops(void **state)
{
	(void)state;
	assert_true(child_stops(child_driver_dereferenced, NULL));
	assert_said("WDF_OBJECT_ERROR, rule 6\n");
}

enum { REFERENCE_LINE = __LINE__ + 12 };
static void child_object_dereferenced(void *arg)
{
	WDFOBJECT parent, child;

	(void)arg;
	up("");
	parent = make(NULL);
	child = make(parent);
	(void)make(child);
	(void)make(child);
	WdfObjectReferenceWithTag(child, (PVOID)(uintptr_t)0x64636261);
	WdfObjectDereferenceWithTag(child, (PVOID)(uintptr_t)0x64636261);
	WdfObjectDereference(child);
	fail();
}

static void test_rule_7__object_dereferenced__stops_with_tree_and_history(void **state)
{
	(void)state;
	assert_true(child_stops(child_object_dereferenced, NULL));
	assert_said("WDF_OBJECT_ERROR, rule 7\n");
	assert_said("object WDFOBJECT ");
	assert_said(": alive, 0 references\n");
	assert_said("    in WDFOBJECT ");
	assert_said(" in WDFDRIVER ");
	assert_said("    with WDFOBJECT ");
	assert_said("    created by thread ");
	assert_said("    referenced by thread ");
	assert_said("tag 'abcd' at ");
	assert_said("fx_verifier_object_test.c:%d\n", REFERENCE_LINE);
	assert_said("    dereferenced by thread ");
}

/* A slot of the table that is not filled. */
static void child_unavailable(void *arg)
{
	typedef VOID unavailable(PWDF_DRIVER_GLOBALS globals, WDFOBJECT object);

	(void)arg;
	up("");
	((unavailable *)WdfFunctions[WdfUsbTargetPipeGetTypeTableIndex])(WdfDriverGlobals, NULL);
}

static void test_rule_19__function_not_there__stops_by_name(void **state)
{
	(void)state;
	assert_true(child_stops(child_unavailable, NULL));
	assert_said("WDF_API_UNAVAILABLE, rule 19\n");
	assert_said("WdfUsbTargetPipeGetType");
}

/* --- breaks --- */

static void test_rule_8__delete_the_driver__ignored(void **state)
{
	(void)state;
	WdfObjectDelete(fx_made.driver);
	assert_int_equal(fx_verifier_breaks_of(driver(), FX_RULE_MAY_NOT_DELETE), 1);
	assert_true(fx_broke());
}

static void child_leak_limit(void *arg)
{
	(void)arg;
	up("ObjectLeakDetectionLimit=3,ObjectsForLeakDetection=WDFOBJECT:WDFQUEUE");
	WdfObjectDelete(make(NULL));
	(void)make(NULL);
	(void)make(NULL);
	assert_false(fx_broke());
	(void)make(NULL);
	assert_true(fx_broke());
	(void)make(NULL);
	assert_false(fx_broke());
	fx_teardown(NULL);
}

static void test_rule_11__leak_limit__reported_once(void **state)
{
	(void)state;
	assert_true(child_returns(child_leak_limit, NULL));
	assert_said("broke rule 11: it has 3 objects; ObjectLeakDetectionLimit is 3");
	assert_said("created from make at ");
}

static void child_other_types_leak(void *arg)
{
	(void)arg;
	up("ObjectLeakDetectionLimit=1,ObjectsForLeakDetection=WDFQUEUE");
	(void)make(NULL);
	(void)make(NULL);
	assert_false(fx_broke());
}

static void test_rule_11__other_types__not_counted(void **state)
{
	(void)state;
	assert_true(child_returns(child_other_types_leak, NULL));
}

static void test_rule_12__tag_never_taken__reported(void **state)
{
	WDFOBJECT object = make(NULL);

	(void)state;
	WdfObjectReferenceWithTag(object, &fx);
	WdfObjectReference(object);
	WdfObjectDereferenceWithTag(object, &fx);
	assert_int_equal(fx_verifier_breaks_of(driver(), FX_RULE_TAG_UNKNOWN), 0);
	WdfObjectDereferenceWithTag(object, &fx);
	assert_int_equal(fx_verifier_breaks_of(driver(), FX_RULE_TAG_UNKNOWN), 1);
	assert_true(fx_broke());
	WdfObjectDelete(object);
}

static void child_tags_not_tracked(void *arg)
{
	WDFOBJECT object;

	(void)arg;
	up("TrackHandles=WDFQUEUE");
	object = make(NULL);
	WdfObjectReference(object);
	WdfObjectDereferenceWithTag(object, &fx);
	assert_false(fx_broke());
}

static void test_rule_12__type_not_tracked__silent(void **state)
{
	(void)state;
	assert_true(child_returns(child_tags_not_tracked, NULL));
}

enum { HELD_LINE = __LINE__ + 7 };
static void child_leaks_at_unload(void *arg)
{
	(void)arg;
	up("");
	WDFOBJECT object = make(NULL);

	WdfObjectReference(object);
	(void)uwdf_host_unload(fx.driver); /* -EBUSY: it is referenced */
	uwdf_host_free(fx.host);
}

static void test_rule_15__left_at_unload__told_with_who_holds_it(void **state)
{
	(void)state;
	assert_true(child_returns(child_leaks_at_unload, NULL));
	assert_said("broke rule 15: it is unloaded, and objects of it are left");
	assert_said("object WDFOBJECT ");
	assert_said(": deleted, 1 reference, in WDFDRIVER 0x");
	assert_said("a reference is held since ");
	assert_said("fx_verifier_object_test.c:%d, tag 0x0\n", HELD_LINE);
}

/* One that is deleted by itself, and two in one that is left as they are. */
static void child_leaks_tree(void *arg)
{
	(void)arg;
	up("VerifierOn=0");
	WDFOBJECT alone = make(NULL), top = make(NULL), first = make(top), second = make(top);

	(void)fprintf(stderr, "made %p %p %p %p %p\n", (void *)fx_made.driver, alone, top, first,
		      second);
	WdfObjectReference(first);
	WdfObjectReference(second);
	WdfObjectReference(top);
	WdfObjectReference(alone);
	WdfObjectDelete(alone);
	(void)uwdf_host_unload(fx.driver);
	uwdf_host_free(fx.host);
}

static const char *line_of(const char *indent, const char *object, const char *in)
{
	char line[200];
	const char *at;

	(void)snprintf(line, sizeof(line), "%sWDFOBJECT %s: 1 reference%s%s%s\n", indent, object,
		       in ? ", in WDFDRIVER " : "", in ? in : "", in ? " (gone)" : "");
	at = strstr(stop_output, line);
	if (!at)
		fail_msg("'%s' is not in:\n%s", line, stop_output);
	return at;
}

static void test_leak__tree__each_under_what_it_was_in(void **state)
{
	char driver[20], alone[20], top[20], first[20], second[20];
	const char *made, *at[4];

	(void)state;
	assert_true(child_returns(child_leaks_tree, NULL));
	made = strstr(stop_output, "made 0x");
	assert_non_null(made);
	assert_int_equal(
		sscanf(made, "made %19s %19s %19s %19s %19s", driver, alone, top, first, second),
		5);
	at[0] = line_of("  ", alone, driver);
	at[1] = line_of("  ", top, driver);
	at[2] = line_of("    ", first, NULL);
	at[3] = line_of("    ", second, NULL);
	assert_true(at[0] < at[1] && at[1] < at[2] && at[1] < at[3]);
}

static void test_rule_20__too_high__refused_with_the_line(void **state)
{
	WDFDPC dpc = NULL;
	WDFKEY key = NULL;
	KIRQL before = fx_irql_raise(DISPATCH_LEVEL);

	(void)state;
	(void)dpc;
	assert_int_equal(
		WdfDriverOpenParametersRegistryKey(fx_made.driver, GENERIC_READ, NULL, &key),
		STATUS_INVALID_DEVICE_REQUEST);
	fx_irql_restore(before);
	assert_int_equal(fx_verifier_breaks_of(driver(), FX_RULE_LEVEL), 1);
	assert_true(fx_broke());
}

static void child_hint_once(void *arg)
{
	KIRQL before;

	(void)arg;
	up("VerifierOn=0");
	before = fx_irql_raise(FX_DIRQL);
	for (unsigned int i = 0; i < 3; i++)
		(void)WdfObjectCreate(NULL, (WDFOBJECT *)&fx_made.driver);
	fx_irql_restore(before);
	assert_false(fx_broke());
}

static void test_gate_shut__said_once_in_one_line(void **state)
{
	const char *first;

	(void)state;
	assert_true(child_returns(child_hint_once, NULL));
	first = strstr(stop_output, "broke rule 20");
	assert_non_null(first);
	assert_null(strstr(first + 1, "broke rule 20"));
	assert_said("; --verify says where");
}

/* --- beside the rules --- */

#if !defined(__SANITIZE_ADDRESS__) /* which sees such a write itself, at once */
static void child_write_after_free(void *arg)
{
	WDFOBJECT object;
	volatile ULONG *value;

	(void)arg;
	up("Quarantine=1");
	object = make(NULL);
	value = thing_of(object)->value;
	WdfObjectDelete(object);
	*value = 5;
	WdfObjectDelete(make(NULL)); /* the quarantine holds one */
	assert_true(fx_broke());
}

static void test_write_to_a_freed_context__reported(void **state)
{
	(void)state;
	assert_true(child_returns(child_write_after_free, NULL));
	assert_said("the context thing of a WDFOBJECT was written to after the object was freed");
}
#endif

static void child_allocations_fail(void *arg)
{
	WDFOBJECT object;
	unsigned int made = 0;

	(void)arg;
	up("VerifierAllocateFailCount=5");
	while (made < 100 && NT_SUCCESS(WdfObjectCreate(NULL, &object)))
		made++;
	assert_int_equal(made, 5);
	assert_int_equal(WdfObjectCreate(NULL, &object), STATUS_INSUFFICIENT_RESOURCES);
}

static void test_allocate_fail_count__every_further_one_fails(void **state)
{
	(void)state;
	assert_true(child_returns(child_allocations_fail, NULL));
}

static void child_flags(void *arg)
{
	(void)arg;
	up("");
	assert_int_equal(WdfDriverGlobals->DriverFlags & (WdfVerifierOn | WdfVerifyOn),
			 WdfVerifierOn | WdfVerifyOn);
	fx_unload();
	assert_int_equal(fx_verify("VerifierOn=0"), 0);
	assert_int_equal(fx_load(), 0);
	assert_int_equal(WdfDriverGlobals->DriverFlags & (WdfVerifierOn | WdfVerifyOn), 0);
	fx_unload();
	assert_int_equal(fx_verify("VerifyOn=0"), 0);
	assert_int_equal(fx_load(), 0);
	assert_int_equal(WdfDriverGlobals->DriverFlags & (WdfVerifierOn | WdfVerifyOn),
			 WdfVerifierOn);
}

static void test_settings__public_flags(void **state)
{
	(void)state;
	assert_true(child_returns(child_flags, NULL));
}

static void test_settings__wrong_words__named(void **state)
{
	static const char *const wrong[] = { "VerifyerOn", "VerifierOn=yes", "TrackHandles",
					     "Quarantine=-1", "ObjectLeakDetectionLimit=" };
	struct uwdf_report rep;

	(void)state;
	for (size_t i = 0; i < UW_ARRAY_SIZE(wrong); i++) {
		assert_int_equal(uwdf_host_verify(fx.host, wrong[i], &rep), -EINVAL);
		assert_non_null(strstr(rep.text, wrong[i]));
		assert_non_null(strstr(rep.hint, "VerifierAllocateFailCount=N"));
	}
	assert_int_equal(uwdf_host_verify(fx.host, "verifieron=0x1,TRACKHANDLES=*", &rep), 0);
}

static void child_wdfverify(void *count)
{
	unsigned int *evaluated = count;

	up("VerifyOn=0");
	WDFVERIFY(++*evaluated == 0);
	assert_int_equal(*evaluated, 0);
	fx_unload();
	fx_verify("");
	fx_load();
	WDFVERIFY(++*evaluated == 1);
	WDFCASSERT(sizeof(ULONG) == 4);
	VERIFY_IS_IRQL_PASSIVE_LEVEL();
	WDFVERIFY(IS_AT_PASSIVE() && ++*evaluated == 7);
}

static void test_wdfverify__evaluated_and_stops_with_verify_on_only(void **state)
{
	unsigned int evaluated = 0;

	(void)state;
	assert_true(child_stops(child_wdfverify, &evaluated));
	assert_said("assertion failed: IS_AT_PASSIVE() && ++*evaluated == 7");
}

static void child_bug_check(void *arg)
{
	(void)arg;
	up("VerifierOn=0");
	WdfVerifierDbgBreakPoint();
	assert_true(fx_broke());
	WdfVerifierKeBugCheck(0x1234, 1, 2, 3, 4);
}

static void test_bug_check__ends_with_its_numbers(void **state)
{
	(void)state;
	assert_true(child_stops(child_bug_check, NULL));
	assert_said("driver tested: WdfVerifierDbgBreakPoint\n");
	assert_said("WdfVerifierKeBugCheck(0x1234, 0x1, 0x2, 0x3, 0x4)");
}

static void test_triage_info__names_the_version(void **state)
{
	const ULONG *version = WdfGetTriageInfo();

	(void)state;
	assert_int_equal(version[0], 1);
	assert_int_equal(version[1], 33);
}

static void child_trap(void *arg)
{
	(void)arg;
	up("DbgBreakOnError");
	WdfVerifierDbgBreakPoint();
}

static void test_break_on_error__asked_for__raises_sigtrap(void **state)
{
	int status;

	(void)state;
	status = test_in_child(child_trap, NULL, stop_output, sizeof(stop_output));
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTRAP);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, fx_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rule_1__null_handle__stops),
		cmocka_unit_test(test_rule_2__wrong_type__stops_and_says_what_it_is),
		cmocka_unit_test(test_rule_2__stale_handle__stops_and_says_who_deleted_it),
		cmocka_unit_test(test_rule_2__memory_used_again__generation_tells),
		cmocka_unit_test(test_rule_3__null_pointer__stops),
		cmocka_unit_test(test_rule_5__device_dereferenced__stops),
		cmocka_unit_test(test_rule_6__driver_dereferenced__stops),
		cmocka_unit_test(test_rule_7__object_dereferenced__stops_with_tree_and_history),
		T(test_rule_8__delete_the_driver__ignored),
		cmocka_unit_test(test_rule_11__leak_limit__reported_once),
		cmocka_unit_test(test_rule_11__other_types__not_counted),
		T(test_rule_12__tag_never_taken__reported),
		cmocka_unit_test(test_rule_12__type_not_tracked__silent),
		cmocka_unit_test(test_rule_15__left_at_unload__told_with_who_holds_it),
		cmocka_unit_test(test_leak__tree__each_under_what_it_was_in),
		cmocka_unit_test(test_rule_19__function_not_there__stops_by_name),
		T(test_rule_20__too_high__refused_with_the_line),
		cmocka_unit_test(test_gate_shut__said_once_in_one_line),
#if !defined(__SANITIZE_ADDRESS__)
		cmocka_unit_test(test_write_to_a_freed_context__reported),
#endif
		cmocka_unit_test(test_allocate_fail_count__every_further_one_fails),
		cmocka_unit_test(test_settings__public_flags),
		cmocka_unit_test_setup_teardown(test_settings__wrong_words__named, fx_setup,
						fx_teardown),
		cmocka_unit_test(test_wdfverify__evaluated_and_stops_with_verify_on_only),
		cmocka_unit_test(test_bug_check__ends_with_its_numbers),
		T(test_triage_info__names_the_version),
		cmocka_unit_test(test_break_on_error__asked_for__raises_sigtrap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
