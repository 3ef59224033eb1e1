/* SPDX-License-Identifier: MIT */
/*
 * What WDF_OBJECT_ATTRIBUTES means to each kind of object: default and forbidden parents, illegal
 * values, contexts, and that a creation that fails leaves nothing.
 */
#include "fx_kinds.h"

#include <string.h>

#include "base/fault.h"
#include "base/mem.h"
#include "object/irql.h"

typedef struct _LABEL {
	const char *name;
} LABEL;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(LABEL, GetLabel)

typedef struct _SECOND {
	ULONG64 numbers[5];
} SECOND;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(SECOND, GetSecond)

typedef struct _THIRD {
	char letter;
} THIRD;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(THIRD, GetThird)

static int setup(void **state)
{
	int err = fx_setup(state);

	if (!err)
		fx_up();
	(void)fx_broke();
	return err;
}

/* The verifier's records are no blocks of the object. */
static int setup_counting(void **state)
{
	if (fx_setup(state) || fx_verify("VerifierOn=0"))
		return -1;
	fx_up();
	return 0;
}

static int teardown(void **state)
{
	if (fx.device)
		fx_remove();
	return fx_teardown(state);
}

static void note_cleanup(WDFOBJECT object)
{
	fx_note(GetLabel(object)->name);
}

static void labelled(PWDF_OBJECT_ATTRIBUTES attrs, WDFOBJECT parent)
{
	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(attrs, LABEL);
	attrs->EvtCleanupCallback = note_cleanup;
	attrs->ParentObject = parent;
}

static WDFOBJECT make(const struct fx_kind *kind, PWDF_OBJECT_ATTRIBUTES attrs)
{
	WDFOBJECT object = NULL;
	NTSTATUS status = kind->make(attrs, &object);

	if (status != STATUS_SUCCESS)
		fail_msg("%s: %#x", kind->name, (unsigned int)status);
	GetLabel(object)->name = kind->name;
	return object;
}

static void expect(const struct fx_kind *kind, PWDF_OBJECT_ATTRIBUTES attrs, NTSTATUS should)
{
	WDFOBJECT object = NULL;
	NTSTATUS status = kind->make(attrs, &object);

	if (status != should)
		fail_msg("%s: %#x, not %#x", kind->name, (unsigned int)status,
			 (unsigned int)should);
}

/* A general object below @parent. */
static WDFOBJECT general(WDFOBJECT parent)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFOBJECT object;

	labelled(&attrs, parent);
	assert_int_equal(WdfObjectCreate(&attrs, &object), STATUS_SUCCESS);
	GetLabel(object)->name = "general";
	return object;
}

static bool noted_before(const char *first, const char *second)
{
	const char *a = strstr(fx_log(), first), *b = strstr(fx_log(), second);

	return a && b && a < b;
}

/* --- parents --- */

static void test_parent__none_given__the_default_of_the_kind(void **state)
{
	WDF_OBJECT_ATTRIBUTES attrs;

	(void)state;
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(fx_kinds); i++) {
		labelled(&attrs, NULL);
		if (fx_kinds[i].parent != FX_BELOW_NONE)
			(void)make(&fx_kinds[i], &attrs);
	}
	fx_remove();
	assert_true(noted_before("queue", "DeviceCleanup"));
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(fx_kinds); i++) {
		if (fx_kinds[i].parent == FX_BELOW_DRIVER && strstr(fx_log(), fx_kinds[i].name))
			fail_msg("%s went with the device", fx_kinds[i].name);
	}
	fx_log_clear();
	fx_unload();
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(fx_kinds); i++) {
		if (fx_kinds[i].parent == FX_BELOW_DRIVER &&
		    !noted_before(fx_kinds[i].name, "DriverCleanup"))
			fail_msg("%s stayed after its driver", fx_kinds[i].name);
	}
}

static void test_parent__given__goes_before_it(void **state)
{
	WDF_OBJECT_ATTRIBUTES attrs;

	(void)state;
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(fx_kinds); i++) {
		WDFOBJECT parent = general(fx_made.device);

		labelled(&attrs, parent);
		(void)make(&fx_kinds[i], &attrs);
		fx_log_clear();
		WdfObjectDelete(parent);
		if (!noted_before(fx_kinds[i].name, "general"))
			fail_msg("%s: %s", fx_kinds[i].name, fx_log());
	}
}

static void test_parent__needed__none_or_without_a_device__refused(void **state)
{
	WDFOBJECT lone = general(NULL), below = general(fx_made.device);
	WDF_OBJECT_ATTRIBUTES attrs;

	(void)state;
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(fx_kinds); i++) {
		if (fx_kinds[i].parent != FX_BELOW_NONE)
			continue;
		expect(&fx_kinds[i], NULL, STATUS_WDF_PARENT_NOT_SPECIFIED);
		labelled(&attrs, NULL);
		expect(&fx_kinds[i], &attrs, STATUS_WDF_PARENT_NOT_SPECIFIED);
		labelled(&attrs, WdfGetDriver());
		expect(&fx_kinds[i], &attrs, STATUS_INVALID_DEVICE_REQUEST);
		labelled(&attrs, lone);
		expect(&fx_kinds[i], &attrs, STATUS_INVALID_DEVICE_REQUEST);
		labelled(&attrs, below);
		(void)make(&fx_kinds[i], &attrs);
	}
}

static NTSTATUS device_status;

static void create_device_below_driver(PWDFDEVICE_INIT init)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFDEVICE device;

	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = WdfGetDriver();
	device_status = WdfDeviceCreate(&init, &attrs, &device);
}

static void test_parent__of_a_device__refused(void **state)
{
	(void)state;
	fx_remove();
	fx_script.in_init = create_device_below_driver;
	fx_up();
	assert_int_equal(device_status, STATUS_WDF_PARENT_ASSIGNMENT_NOT_ALLOWED);
}

static void test_parent__of_a_common_buffer__refused(void **state)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFCOMMONBUFFER buffer;

	(void)state;
	fx_remove();
	fx_script.enablers = 1;
	fx_up();
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = fx_made.enablers[0];
	assert_int_equal(WdfCommonBufferCreate(fx_made.enablers[0], 64, &attrs, &buffer),
			 STATUS_WDF_PARENT_ASSIGNMENT_NOT_ALLOWED);
	labelled(&attrs, NULL);
	assert_int_equal(WdfCommonBufferCreate(fx_made.enablers[0], 64, &attrs, &buffer),
			 STATUS_SUCCESS);
	GetLabel(buffer)->name = "buffer";
	fx_remove();
	assert_true(noted_before("buffer", "DeviceCleanup"));
}

/* --- illegal values --- */

/* Attributes that @kind takes. */
static void good(const struct fx_kind *kind, PWDF_OBJECT_ATTRIBUTES attrs)
{
	labelled(attrs, kind->parent == FX_BELOW_NONE ? fx_made.device : NULL);
	attrs->EvtDestroyCallback = note_cleanup;
}

static void refuse_contexts(const struct fx_kind *kind)
{
	WDF_OBJECT_CONTEXT_TYPE_INFO type = *WDF_GET_CONTEXT_TYPE_INFO(SECOND);
	WDF_OBJECT_ATTRIBUTES attrs;

	good(kind, &attrs);
	attrs.ContextTypeInfo = NULL;
	attrs.ContextSizeOverride = 8;
	expect(kind, &attrs, STATUS_WDF_OBJECT_ATTRIBUTES_INVALID);
	good(kind, &attrs);
	attrs.ContextSizeOverride = sizeof(LABEL) - 1;
	expect(kind, &attrs, STATUS_WDF_OBJECT_ATTRIBUTES_INVALID);
	type.Size--;
	attrs.ContextSizeOverride = 0;
	attrs.ContextTypeInfo = &type;
	expect(kind, &attrs, STATUS_INFO_LENGTH_MISMATCH);
}

static void refuse_levels(const struct fx_kind *kind)
{
	WDF_OBJECT_ATTRIBUTES attrs;

	good(kind, &attrs);
	attrs.ExecutionLevel = WdfExecutionLevelInvalid;
	expect(kind, &attrs, STATUS_WDF_OBJECT_ATTRIBUTES_INVALID);
	attrs.ExecutionLevel = (WDF_EXECUTION_LEVEL)(WdfExecutionLevelDispatch + 1);
	expect(kind, &attrs, STATUS_WDF_OBJECT_ATTRIBUTES_INVALID);
	attrs.ExecutionLevel = WdfExecutionLevelPassive;
	if (!kind->level)
		expect(kind, &attrs, STATUS_WDF_EXECUTION_LEVEL_INVALID);
	attrs.ExecutionLevel = WdfExecutionLevelDispatch;
	if (!kind->level)
		expect(kind, &attrs, STATUS_WDF_EXECUTION_LEVEL_INVALID);
}

static void refuse_scopes(const struct fx_kind *kind)
{
	WDF_OBJECT_ATTRIBUTES attrs;

	good(kind, &attrs);
	attrs.SynchronizationScope = WdfSynchronizationScopeInvalid;
	expect(kind, &attrs, STATUS_WDF_OBJECT_ATTRIBUTES_INVALID);
	attrs.SynchronizationScope = (WDF_SYNCHRONIZATION_SCOPE)(WdfSynchronizationScopeNone + 1);
	expect(kind, &attrs, STATUS_WDF_OBJECT_ATTRIBUTES_INVALID);
	attrs.SynchronizationScope = WdfSynchronizationScopeDevice;
	if (!kind->scope)
		expect(kind, &attrs, STATUS_WDF_SYNCHRONIZATION_SCOPE_INVALID);
	attrs.SynchronizationScope = WdfSynchronizationScopeQueue;
	if (!kind->scope)
		expect(kind, &attrs, STATUS_WDF_SYNCHRONIZATION_SCOPE_INVALID);
}

static void test_attributes__illegal__the_documented_status_and_nothing_left(void **state)
{
	uint64_t blocks = mem_live_blocks();

	(void)state;
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(fx_kinds); i++) {
		WDF_OBJECT_ATTRIBUTES attrs;

		good(&fx_kinds[i], &attrs);
		attrs.Size--;
		expect(&fx_kinds[i], &attrs, STATUS_INFO_LENGTH_MISMATCH);
		refuse_contexts(&fx_kinds[i]);
		refuse_levels(&fx_kinds[i]);
		refuse_scopes(&fx_kinds[i]);
		assert_int_equal(mem_live_blocks(), blocks);
	}
	assert_string_equal(fx_log(), "");
}

static void test_level__where_the_kind_has_one__taken(void **state)
{
	WDF_OBJECT_ATTRIBUTES attrs;

	(void)state;
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(fx_kinds); i++) {
		good(&fx_kinds[i], &attrs);
		attrs.ExecutionLevel = WdfExecutionLevelPassive;
		if (fx_kinds[i].level)
			WdfObjectDelete(make(&fx_kinds[i], &attrs));
		attrs.ExecutionLevel = WdfExecutionLevelDispatch;
		if (fx_kinds[i].level)
			WdfObjectDelete(make(&fx_kinds[i], &attrs));
	}
}

static void test_create__memory_fails_anywhere__no_callback_nothing_left(void **state)
{
	WDF_OBJECT_ATTRIBUTES attrs;

	(void)state;
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(fx_kinds); i++) {
		NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;
		uint64_t blocks = mem_live_blocks();
		WDFOBJECT object = NULL;
		unsigned int k = 0;

		good(&fx_kinds[i], &attrs);
		while (status == STATUS_INSUFFICIENT_RESOURCES && k < 50) {
			assert_int_equal(mem_live_blocks(), blocks);
			fault_arm(FAULT_ALLOC, ++k);
			status = fx_kinds[i].make(&attrs, &object);
			fault_disarm();
		}
		if (status != STATUS_SUCCESS || k < 2)
			fail_msg("%s: %#x at %u", fx_kinds[i].name, (unsigned int)status, k);
		assert_string_equal(fx_log(), "");
		GetLabel(object)->name = "made";
		WdfObjectDelete(object);
		fx_log_clear();
	}
}

/* --- contexts --- */

static unsigned int cleanups, destroys;

static void count_cleanup(WDFOBJECT object)
{
	assert_int_equal(GetThird(object)->letter, 'c');
	cleanups++;
}

static void count_destroy(WDFOBJECT object)
{
	assert_int_equal(GetThird(object)->letter, 'c');
	assert_int_equal(GetSecond(object)->numbers[4], 44);
	destroys++;
}

static void check_contexts(const struct fx_kind *kind, WDFOBJECT object)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	PVOID second, again;

	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attrs, SECOND);
	attrs.EvtCleanupCallback = count_cleanup;
	attrs.EvtDestroyCallback = count_destroy;
	assert_null(WdfObjectGetTypedContext(object, SECOND));
	assert_int_equal(WdfObjectAllocateContext(object, &attrs, &second), STATUS_SUCCESS);
	assert_ptr_equal(GetSecond(object), second);
	for (int i = 0; i < 5; i++)
		assert_int_equal(GetSecond(object)->numbers[i], 0);
	assert_int_equal((uintptr_t)second % 16, 0);
	assert_int_equal(WdfObjectAllocateContext(object, &attrs, &again),
			 STATUS_OBJECT_NAME_EXISTS);
	assert_ptr_equal(again, second);
	GetSecond(object)->numbers[4] = 44;
	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attrs, THIRD);
	assert_int_equal(WdfObjectAllocateContext(object, &attrs, NULL), STATUS_SUCCESS);
	GetThird(object)->letter = 'c';
	assert_ptr_equal(WdfObjectContextGetObject(second), object);
	assert_ptr_equal(WdfObjectContextGetObject(GetThird(object)), object);
	assert_ptr_equal(WdfObjectContextGetObject(GetLabel(object)), object);
	assert_string_equal(GetLabel(object)->name, kind->name);
}

static void test_contexts__several_of_each_kind__each_with_its_callbacks(void **state)
{
	WDF_OBJECT_ATTRIBUTES attrs;

	(void)state;
	cleanups = destroys = 0;
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(fx_kinds); i++) {
		WDFOBJECT object;

		good(&fx_kinds[i], &attrs);
		attrs.ContextSizeOverride = sizeof(LABEL) + 100;
		object = make(&fx_kinds[i], &attrs);
		for (unsigned int b = 0; b < 100; b++)
			assert_int_equal(((char *)(GetLabel(object) + 1))[b], 0);
		check_contexts(&fx_kinds[i], object);
		fx_log_clear();
		WdfObjectDelete(object);
		assert_int_equal(cleanups, i + 1);
		assert_int_equal(destroys, i + 1);
		assert_non_null(strstr(fx_log(), fx_kinds[i].name));
	}
}

static void test_context__on_the_framework_s_own_objects__taken(void **state)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	PVOID context;

	(void)state;
	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attrs, THIRD);
	assert_int_equal(WdfObjectAllocateContext(fx_made.device, &attrs, &context),
			 STATUS_SUCCESS);
	assert_ptr_equal(GetThird(fx_made.device), context);
	assert_int_equal(WdfObjectAllocateContext(WdfGetDriver(), &attrs, &context),
			 STATUS_SUCCESS);
	assert_ptr_equal(WdfObjectContextGetObject(context), WdfGetDriver());
}

static void test_allocate_context__wrong_attributes__the_documented_status(void **state)
{
	WDFOBJECT object = general(NULL);
	WDF_OBJECT_ATTRIBUTES attrs;
	PVOID context;

	(void)state;
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	assert_int_equal(WdfObjectAllocateContext(object, &attrs, &context),
			 STATUS_OBJECT_NAME_INVALID);
	WDF_OBJECT_ATTRIBUTES_SET_CONTEXT_TYPE(&attrs, SECOND);
	attrs.Size++;
	assert_int_equal(WdfObjectAllocateContext(object, &attrs, &context),
			 STATUS_INFO_LENGTH_MISMATCH);
	attrs.Size--;
	attrs.ParentObject = object;
	assert_int_equal(WdfObjectAllocateContext(object, &attrs, &context),
			 STATUS_WDF_PARENT_ASSIGNMENT_NOT_ALLOWED);
	attrs.ParentObject = NULL;
	attrs.ContextSizeOverride = sizeof(SECOND) - 1;
	assert_int_equal(WdfObjectAllocateContext(object, &attrs, &context),
			 STATUS_WDF_OBJECT_ATTRIBUTES_INVALID);
	assert_null(WdfObjectGetTypedContext(object, SECOND));
}

#define TEST(name)     cmocka_unit_test_setup_teardown(name, setup, teardown)
#define COUNTING(name) cmocka_unit_test_setup_teardown(name, setup_counting, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_parent__none_given__the_default_of_the_kind),
		TEST(test_parent__given__goes_before_it),
		TEST(test_parent__needed__none_or_without_a_device__refused),
		TEST(test_parent__of_a_device__refused),
		TEST(test_parent__of_a_common_buffer__refused),
		COUNTING(test_attributes__illegal__the_documented_status_and_nothing_left),
		TEST(test_level__where_the_kind_has_one__taken),
		COUNTING(test_create__memory_fails_anywhere__no_callback_nothing_left),
		TEST(test_contexts__several_of_each_kind__each_with_its_callbacks),
		TEST(test_context__on_the_framework_s_own_objects__taken),
		TEST(test_allocate_context__wrong_attributes__the_documented_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
