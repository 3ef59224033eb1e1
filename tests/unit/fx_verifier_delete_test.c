/* SPDX-License-Identifier: MIT */
/*
 * The verifier and the end of objects: what is deleted twice or may not be deleted, what is
 * dereferenced once too often, what is written to afterwards; and what the verifier's own memory
 * costs the driver, which is nothing.
 */
#include "stop_child.h"

#include "fx_fixture.h"

#include "base/exec.h"
#include "base/fault.h"
#include "object/driver.h"
#include "verifier/record.h"
#include "verifier/verifier.h"

typedef struct thing {
	ULONG value[16];
} thing;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(thing, thing_of);
typedef struct other {
	ULONG value[16];
} other;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(other, other_of);

#define FILE_LINE(line) assert_said("fx_verifier_delete_test.c:%d (", (line))

static char on[] = "", off[] = "VerifierOn=0";

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

static uint32_t broken(enum fx_rule rule)
{
	return fx_verifier_breaks_of(fx.driver->fx, rule);
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

/* --- deleted twice --- */

enum { FIRST_LINE = __LINE__ + 8, SECOND_LINE };
static void child_deleted_twice(void *verify)
{
	WDFOBJECT object;

	up(verify);
	object = make(NULL);
	WdfObjectReference(object);
	WdfObjectDelete(object);
	WdfObjectDelete(object);
	assert_int_equal(fx_broke(), !*(char *)verify);
	thing_of(object)->value[0] = 1; /* still there, as the reference has it */
	WdfObjectDereference(object);
	fx_teardown(NULL);
}

static void test_deleted_twice__named_with_both_lines(void **state)
{
	(void)state;
	assert_true(child_returns(child_deleted_twice, on));
	assert_said("driver tested: WdfObjectDelete on a WDFOBJECT that it was called for before, "
		    "from child_deleted_twice at ");
	FILE_LINE(FIRST_LINE);
	assert_called_from("child_deleted_twice", SECOND_LINE);
	assert_said("object WDFOBJECT ");
	assert_said("    deletion began by thread ");
}

static void test_deleted_twice__verifier_off__ignored(void **state)
{
	(void)state;
	assert_true(child_returns(child_deleted_twice, off));
	assert_string_equal(stop_output, "");
}

static WDFOBJECT in_cleanup;

static void delete_again(WDFOBJECT object)
{
	(void)object;
	WdfObjectDelete(in_cleanup);
}

/* Not a mistake: whoever cleans up may not know that the parent takes it along. */
static void test_deleted_while_its_parent_goes__ignored(void **state)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFOBJECT parent;

	(void)state;
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.EvtCleanupCallback = delete_again;
	assert_int_equal(WdfObjectCreate(&attrs, &parent), STATUS_SUCCESS);
	in_cleanup = make(parent);
	WdfObjectDelete(parent);
	assert_false(fx_broke());
}

static void delete_it(void *object)
{
	WdfObjectDelete(object);
}

/* Two at once, both of which saw it alive. */
static void test_deleted_by_two_threads__one_is_named(void **state)
{
	struct exec_thread_params params = { .name = "delete", .run = delete_it, .node = -1 };
	struct exec_thread *threads[2];
	WDFOBJECT object = make(NULL);

	(void)state;
	WdfObjectReference(object);
	params.arg = object;
	for (size_t i = 0; i < UW_ARRAY_SIZE(threads); i++)
		assert_int_equal(exec_thread_start(&params, &threads[i]), 0);
	for (size_t i = 0; i < UW_ARRAY_SIZE(threads); i++)
		exec_thread_join(threads[i]);
	assert_int_equal(broken(FX_RULE_NONE), 1);
	assert_true(fx_broke());
	WdfObjectDereference(object);
}

/* --- rule 8: may not be deleted --- */

static WDFCMRESLIST resources;

static void keep_resources(WDFDEVICE device, WDFCMRESLIST raw, WDFCMRESLIST translated)
{
	(void)device;
	(void)raw;
	resources = translated;
	WdfObjectDelete(translated);
	assert_int_equal(broken(FX_RULE_MAY_NOT_DELETE), 1);
	assert_int_not_equal(WdfCmResourceListGetCount(translated), 0);
}

static void test_rule_8__what_the_framework_deletes__ignored(void **state)
{
	WDFOBJECT kept[3];

	(void)state;
	fx_script.queue = true;
	fx_script.in_prepare = keep_resources;
	fx_up();
	kept[0] = fx_made.driver;
	kept[1] = fx_made.device;
	kept[2] = fx_made.queue;
	for (uint32_t i = 0; i < UW_ARRAY_SIZE(kept); i++) {
		WdfObjectDelete(kept[i]);
		assert_int_equal(broken(FX_RULE_MAY_NOT_DELETE), i + 2);
	}
	assert_int_equal(broken(FX_RULE_NONE), 0);
	assert_true(fx_broke());
	assert_ptr_equal(WdfIoQueueGetDevice(fx_made.queue), fx_made.device);
	fx_remove();
}

static void child_may_not_delete(void *verify)
{
	up(verify);
	WdfObjectDelete(fx_made.driver);
	assert_true(fx_broke());
}

static void test_rule_8__verifier_off__the_same(void **state)
{
	(void)state;
	assert_true(child_returns(child_may_not_delete, off));
	assert_said("broke rule 8: WdfObjectDelete on a WDFDRIVER, which the framework deletes: "
		    "STATUS_CANNOT_DELETE\n");
}

/* --- rules 7 and 10: dereferenced once too often --- */

static void no_dpc(WDFDPC dpc)
{
	(void)dpc;
}

static void no_timer(WDFTIMER timer)
{
	(void)timer;
}

static void no_work(WDFWORKITEM work)
{
	(void)work;
}

static WDFOBJECT make_kind(const char *kind)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_DPC_CONFIG dpc;
	WDF_TIMER_CONFIG timer;
	WDF_WORKITEM_CONFIG work;
	WDFOBJECT made = NULL;

	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = fx_made.device;
	WDF_DPC_CONFIG_INIT(&dpc, no_dpc);
	WDF_TIMER_CONFIG_INIT(&timer, no_timer);
	WDF_WORKITEM_CONFIG_INIT(&work, no_work);
	if (!strcmp(kind, "WDFDPC"))
		assert_int_equal(WdfDpcCreate(&dpc, &attrs, (WDFDPC *)&made), STATUS_SUCCESS);
	else if (!strcmp(kind, "WDFTIMER"))
		assert_int_equal(WdfTimerCreate(&timer, &attrs, (WDFTIMER *)&made), STATUS_SUCCESS);
	else if (!strcmp(kind, "WDFWORKITEM"))
		assert_int_equal(WdfWorkItemCreate(&work, &attrs, (WDFWORKITEM *)&made),
				 STATUS_SUCCESS);
	else
		made = fx_made.interrupts[0];
	return made;
}

static void child_dereferenced(void *kind)
{
	void *state = NULL;

	assert_int_equal(fx_setup(&state), 0);
	fx_script.interrupts = 1;
	fx_up();
	WdfObjectDereference(make_kind(kind));
	fail();
}

static void test_rule_10__ends_without_deletion__stops_as_rule_7(void **state)
{
	char kinds[][16] = { "WDFDPC", "WDFTIMER", "WDFWORKITEM", "WDFINTERRUPT" };

	(void)state;
	for (size_t i = 0; i < UW_ARRAY_SIZE(kinds); i++) {
		assert_true(child_stops(child_dereferenced, kinds[i]));
		assert_said("WDF_VIOLATION 0x10d (0x7, 0x");
		assert_said("WDF_OBJECT_ERROR, rule 7\n");
		assert_said("the last reference on a %s was dropped before it was deleted",
			    kinds[i]);
		assert_said("object %s ", kinds[i]);
	}
}

/* The parents are found without the verifier's records, too. */
static void child_dereferenced_deep(void *verify)
{
	WDFOBJECT object = NULL;

	up(verify);
	for (unsigned int i = 0; i < 40; i++)
		object = make(object);
	WdfObjectDereference(object);
	fail();
}

static void test_report__parents_named_up_to_a_bound(void **state)
{
	char untracked[] = "TrackHandles=WDFQUEUE", *const verify[] = { untracked, off };

	(void)state;
	for (size_t i = 0; i < UW_ARRAY_SIZE(verify); i++) {
		unsigned int named = 0;

		assert_true(child_stops(child_dereferenced_deep, verify[i]));
		for (const char *at = stop_output; (at = strstr(at, " in WDFOBJECT ")); at++)
			named++;
		assert_int_equal(named, 16);
	}
}

/* Of which the parent is not there any more, as after a race with its deletion. */
static void child_parent_is_gone(void *arg)
{
	WDFOBJECT object;

	up(off);
	object = make(make(NULL));
	fx_object_at(object)->parent = *(struct fx_object **)arg;
	fx_verifier_bad_handle(fx.driver->fx, object, FX_TYPE_QUEUE, NULL);
}

static void test_report__parent_is_gone__still_ends_as_a_stop(void **state)
{
	static char used_again[4096];
	void *gone[] = { (void *)(uintptr_t)0x1000, used_again };

	(void)state;
	memset(used_again, 0xff, sizeof(used_again));
	for (size_t i = 0; i < UW_ARRAY_SIZE(gone); i++) {
		assert_true(child_stops(child_parent_is_gone, &gone[i]));
		assert_said(" is a WDFOBJECT, not a WDFQUEUE\n");
		assert_null(strstr(stop_output, "    in "));
	}
}

/* --- what is written to afterwards --- */

#if !defined(__SANITIZE_ADDRESS__) /* which sees such a write itself, at once */
static volatile char *make_longer_and_delete(void)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFOBJECT object;
	volatile char *context;

	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attrs, thing);
	attrs.ContextSizeOverride = sizeof(thing) + 100;
	assert_int_equal(WdfObjectCreate(&attrs, &object), STATUS_SUCCESS);
	context = (char *)thing_of(object);
	context[sizeof(thing) + 99] = 1;
	WdfObjectDelete(object);
	return context;
}

static void child_write_behind(void *arg)
{
	volatile char *context;

	(void)arg;
	up("Quarantine=1");
	(void)make_longer_and_delete();
	context = make_longer_and_delete();
	assert_false(fx_broke());
	context[sizeof(thing) + 99] = 5;
	WdfObjectDelete(make(NULL)); /* the quarantine holds one */
	assert_true(fx_broke());
}

static void test_written_in_the_tail_of_a_longer_context__reported(void **state)
{
	(void)state;
	assert_true(child_returns(child_write_behind, NULL));
	assert_said("the context thing of a WDFOBJECT was written to after the object was freed");
}
#endif

/* --- types --- */

static void child_tracked(void *names)
{
	char verify[64];
	WDFSTRING string;

	(void)snprintf(verify, sizeof(verify), "TrackHandles=%s", (char *)names);
	up(verify);
	assert_int_equal(WdfStringCreate(NULL, NULL, &string), STATUS_SUCCESS);
	WdfObjectReference(string);
	WdfObjectDereferenceWithTag(string, &fx);
	WdfObjectReference(fx_made.driver);
	WdfObjectDereferenceWithTag(fx_made.driver, &fx);
	assert_int_equal(broken(FX_RULE_TAG_UNKNOWN), 1);
}

static void test_track_handles__by_type__the_driver_too(void **state)
{
	char string[] = "WDFQUEUE:WDFSTRING", drivers[] = "WDFDRIVER";

	(void)state;
	assert_true(child_returns(child_tracked, string));
	assert_said("a reference on a WDFSTRING was dropped with tag ");
	assert_true(child_returns(child_tracked, drivers));
	assert_said("a reference on a WDFDRIVER was dropped with tag ");
	assert_said("    created from DriverEntry at ");
}

/* --- limits --- */

static void child_context_limit(void *arg)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFOBJECT object;
	PVOID context = &object;

	(void)arg;
	up("VerifierAllocateFailCount=1");
	object = make(NULL);
	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attrs, other);
	assert_int_equal(WdfObjectAllocateContext(object, &attrs, &context),
			 STATUS_INSUFFICIENT_RESOURCES);
	assert_ptr_equal(context, &object);
	assert_null(other_of(object));
}

static void test_allocate_fail_count__contexts_count(void **state)
{
	(void)state;
	assert_true(child_returns(child_context_limit, NULL));
}

static void child_buffer_limit(void *arg)
{
	DECLARE_CONST_UNICODE_STRING(text, L"text");
	WDFCOLLECTION collection;
	WDFLOOKASIDE lookaside;
	WDFMEMORY memory;
	WDFSTRING string;

	up(arg);
	if (!NT_SUCCESS(WdfMemoryCreate(NULL, PagedPool, 0, 1, &memory, NULL)))
		return;
	assert_int_equal(WdfCollectionCreate(NULL, &collection), STATUS_SUCCESS);
	if (!NT_SUCCESS(WdfCollectionAdd(collection, memory)))
		return;
	assert_int_equal(WdfLookasideListCreate(NULL, 1, PagedPool, NULL, 0, &lookaside),
			 STATUS_SUCCESS);
	if (!NT_SUCCESS(WdfMemoryCreateFromLookaside(lookaside, &memory)))
		return;
	assert_int_not_equal(WdfStringCreate(&text, NULL, &string), STATUS_SUCCESS);
}

/* What is made in that order: memory and its buffer, a collection and its item, a list, memory and
 * its buffer, a string and its text. */
static void test_allocate_fail_count__buffers_count(void **state)
{
	static const unsigned int counts[] = { 1, 3, 6, 8 };
	char verify[64];

	(void)state;
	for (size_t i = 0; i < UW_ARRAY_SIZE(counts); i++) {
		(void)snprintf(verify, sizeof(verify), "VerifierAllocateFailCount=%u", counts[i]);
		assert_true(child_returns(child_buffer_limit, verify));
	}
}

/* How many points of it fail, if every allocation fails in turn. */
static unsigned int failing_points(void)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	unsigned int failed = 0;
	bool fired = true;

	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attrs, thing);
	for (uint64_t k = 1; fired; k++) {
		WDFOBJECT object = NULL;
		NTSTATUS status;

		fault_arm(FAULT_ALLOC, k);
		status = WdfObjectCreate(&attrs, &object);
		if (NT_SUCCESS(status)) {
			WdfObjectReference(object);
			WdfObjectDereference(object);
			WdfObjectDelete(object);
		} else {
			assert_int_equal(status, STATUS_INSUFFICIENT_RESOURCES);
			failed++;
		}
		fired = fault_fired();
		fault_disarm();
	}
	return failed;
}

static void test_no_memory_for_a_record__the_driver_does_not_notice(void **state)
{
	unsigned int watched = failing_points();

	(void)state;
	fx_unload();
	assert_int_equal(fx_verify("VerifierOn=0"), 0);
	assert_int_equal(fx_load(), 0);
	assert_int_equal(watched, failing_points());
	assert_int_equal(watched, 1);
	assert_false(fx_broke());
}

/* --- several threads --- */

enum { THREADS = 4, ROUNDS = 60 };

static void live_and_err(void *arg)
{
	WDFOBJECT parent = arg;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		WDFOBJECT object = make(parent);

		WdfObjectReference(object);
		WdfObjectReferenceWithTag(parent, object);
		WdfObjectDereferenceWithTag(parent, object);
		WdfObjectDelete(object);
		if (i % 16 == 0)
			WdfObjectDelete(object);
		WdfObjectDereferenceWithTag(object, i % 16 == 1 ? parent : NULL);
	}
}

static void test_several_threads__mistakes_and_all(void **state)
{
	struct exec_thread_params params = { .name = "err", .run = live_and_err, .node = -1 };
	struct exec_thread *threads[THREADS];

	(void)state;
	params.arg = make(NULL);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(exec_thread_start(&params, &threads[i]), 0);
	for (size_t i = 0; i < THREADS; i++)
		exec_thread_join(threads[i]);
	assert_int_equal(broken(FX_RULE_NONE), THREADS * 4);
	assert_int_equal(broken(FX_RULE_TAG_UNKNOWN), THREADS * 4);
	assert_true(fx_broke());
	WdfObjectDelete(params.arg);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, fx_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_deleted_twice__named_with_both_lines),
		cmocka_unit_test(test_deleted_twice__verifier_off__ignored),
		T(test_deleted_while_its_parent_goes__ignored),
		T(test_deleted_by_two_threads__one_is_named),
		T(test_rule_8__what_the_framework_deletes__ignored),
		cmocka_unit_test(test_rule_8__verifier_off__the_same),
		cmocka_unit_test(test_rule_10__ends_without_deletion__stops_as_rule_7),
		cmocka_unit_test(test_report__parents_named_up_to_a_bound),
		cmocka_unit_test(test_report__parent_is_gone__still_ends_as_a_stop),
#if !defined(__SANITIZE_ADDRESS__)
		cmocka_unit_test(test_written_in_the_tail_of_a_longer_context__reported),
#endif
		cmocka_unit_test(test_track_handles__by_type__the_driver_too),
		cmocka_unit_test(test_allocate_fail_count__contexts_count),
		cmocka_unit_test(test_allocate_fail_count__buffers_count),
		T(test_several_threads__mistakes_and_all),
		T(test_no_memory_for_a_record__the_driver_does_not_notice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
