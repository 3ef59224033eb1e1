/* SPDX-License-Identifier: MIT */
/* WDFOBJECT: contexts, attributes, parents, the order in which a tree ends. */
#include "fx_fixture.h"

#include <string.h>

#include "base/fault.h"
#include "irq/loop.h"
#include "object/irql.h"
#include "object/object.h"
#include "object/worker.h"

typedef struct _FIRST {
	int number;
	char name[20];
} FIRST, *PFIRST;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(FIRST, GetFirst)

typedef struct _SECOND {
	double number;
} SECOND;
WDF_DECLARE_CONTEXT_TYPE(SECOND)

static int setup(void **state)
{
	int err = fx_setup(state);

	if (!err)
		err = fx_load();
	fx_log_clear();
	return err;
}

static void note_cleanup(WDFOBJECT object)
{
	fx_note_number("cleanup", (unsigned int)GetFirst(object)->number);
}

static void note_destroy(WDFOBJECT object)
{
	fx_note_number("destroy", (unsigned int)GetFirst(object)->number);
}

/* An object with a number and noisy callbacks. */
static WDFOBJECT make(int number, WDFOBJECT parent)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFOBJECT object;

	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attrs, FIRST);
	attrs.EvtCleanupCallback = note_cleanup;
	attrs.EvtDestroyCallback = note_destroy;
	attrs.ParentObject = parent;
	assert_int_equal(WdfObjectCreate(&attrs, &object), STATUS_SUCCESS);
	GetFirst(object)->number = number;
	return object;
}

static void test_context__of_an_object__zeroed_and_its_own(void **state)
{
	WDFOBJECT a = make(1, NULL), b = make(2, NULL);
	(void)state;
	assert_int_equal(GetFirst(a)->number, 1);
	assert_int_equal(GetFirst(b)->number, 2);
	assert_int_equal(GetFirst(a)->name[19], 0);
	assert_int_equal((uintptr_t)GetFirst(a) % 16, 0);
	assert_ptr_equal(WdfObjectContextGetObject(GetFirst(a)), a);
	assert_ptr_equal(WdfObjectGetTypedContext(b, FIRST), GetFirst(b));
	assert_null(WdfObjectGet_SECOND(a));
}

static void not_a_context(void *arg)
{
	(void)WdfObjectContextGetObject(arg);
}

static void test_context_get_object__of_something_else__stops(void **state)
{
	uint64_t words[16] = { 0 };
	(void)state;
	assert_true(fx_stops(not_a_context, &words[8], WDF_INVALID_HANDLE));
	assert_true(fx_stops(not_a_context, NULL, WDF_REQUIRED_PARAMETER_IS_NULL));
}

static void note_second(WDFOBJECT object)
{
	(void)object;
	fx_note("second");
}

static void test_allocate_context__second_type__both_there(void **state)
{
	WDFOBJECT object = make(1, NULL);
	WDF_OBJECT_ATTRIBUTES attrs;
	PVOID context, again;
	(void)state;
	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attrs, SECOND);
	attrs.EvtCleanupCallback = note_second;
	attrs.EvtDestroyCallback = note_second;
	assert_int_equal(WdfObjectAllocateContext(object, &attrs, &context), STATUS_SUCCESS);
	assert_ptr_equal(context, WdfObjectGet_SECOND(object));
	assert_int_equal(GetFirst(object)->number, 1);
	assert_int_equal(WdfObjectAllocateContext(object, &attrs, &again),
			 STATUS_OBJECT_NAME_EXISTS);
	assert_ptr_equal(again, context);
	assert_ptr_equal(WdfObjectContextGetObject(context), object);
	WdfObjectDelete(object);
	assert_string_equal(fx_log(), "cleanup1 second destroy1 second");
}

static void test_allocate_context__size_override__that_long(void **state)
{
	WDFOBJECT object = make(1, NULL);
	WDF_OBJECT_ATTRIBUTES attrs;
	PVOID context;
	(void)state;
	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attrs, SECOND);
	attrs.ContextSizeOverride = 4096;
	assert_int_equal(WdfObjectAllocateContext(object, &attrs, &context), STATUS_SUCCESS);
	memset(context, 0xff, 4096);
}

static void test_allocate_context__wrong_attributes__refused(void **state)
{
	WDFOBJECT object = make(1, NULL);
	WDF_OBJECT_ATTRIBUTES attrs;
	(void)state;
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	assert_int_equal(WdfObjectAllocateContext(object, &attrs, NULL),
			 STATUS_OBJECT_NAME_INVALID);
	WDF_OBJECT_ATTRIBUTES_SET_CONTEXT_TYPE(&attrs, SECOND);
	attrs.ParentObject = object;
	assert_int_equal(WdfObjectAllocateContext(object, &attrs, NULL),
			 STATUS_WDF_PARENT_ASSIGNMENT_NOT_ALLOWED);
	assert_int_equal(WdfObjectAllocateContext(object, NULL, NULL),
			 STATUS_WDF_PARENT_NOT_SPECIFIED);
}

static PVOID late_context;
static NTSTATUS late_status;

static void allocate_late(WDFOBJECT object)
{
	WDF_OBJECT_ATTRIBUTES attrs;

	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attrs, SECOND);
	late_status = WdfObjectAllocateContext(object, &attrs, &late_context);
}

static void test_allocate_context__object_is_being_deleted__refused(void **state)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFOBJECT object;
	(void)state;
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.EvtCleanupCallback = allocate_late;
	assert_int_equal(WdfObjectCreate(&attrs, &object), STATUS_SUCCESS);
	WdfObjectDelete(object);
	assert_int_equal(late_status, STATUS_DELETE_PENDING);
}

static NTSTATUS create_with(PWDF_OBJECT_ATTRIBUTES attrs)
{
	WDFOBJECT object = (WDFOBJECT)attrs;
	NTSTATUS status = WdfObjectCreate(attrs, &object);

	if (NT_SUCCESS(status))
		WdfObjectDelete(object);
	else
		assert_null(object);
	return status;
}

static void test_create__attributes__checked(void **state)
{
	/* read until the driver is unloaded */
	static WDF_OBJECT_CONTEXT_TYPE_INFO type = { sizeof(type), "TYPE", 8, NULL, NULL };
	WDF_OBJECT_ATTRIBUTES attrs;
	(void)state;
	assert_int_equal(create_with(NULL), STATUS_SUCCESS);
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	assert_int_equal(create_with(&attrs), STATUS_SUCCESS);
	attrs.Size = 8;
	assert_int_equal(create_with(&attrs), STATUS_INFO_LENGTH_MISMATCH);
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ContextSizeOverride = 8;
	assert_int_equal(create_with(&attrs), STATUS_WDF_OBJECT_ATTRIBUTES_INVALID);
	attrs.ContextTypeInfo = &type;
	assert_int_equal(create_with(&attrs), STATUS_SUCCESS);
	attrs.ContextSizeOverride = 7;
	assert_int_equal(create_with(&attrs), STATUS_WDF_OBJECT_ATTRIBUTES_INVALID);
	attrs.ContextSizeOverride = 0;
	type.Size = 4;
	assert_int_equal(create_with(&attrs), STATUS_INFO_LENGTH_MISMATCH);
	type.Size = sizeof(type);
	type.ContextSize = 0;
	assert_int_equal(create_with(&attrs), STATUS_WDF_OBJECT_ATTRIBUTES_INVALID);
	type.ContextSize = 8;
	type.ContextName = NULL;
	assert_int_equal(create_with(&attrs), STATUS_WDF_OBJECT_ATTRIBUTES_INVALID);
}

static void create_into_nothing(void *arg)
{
	(void)arg;
	(void)WdfObjectCreate(NULL, NULL);
}

static void bad_parent(void *arg)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFOBJECT object;

	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = arg;
	(void)WdfObjectCreate(&attrs, &object);
}

static void test_create__null_result_or_wrong_parent__stops(void **state)
{
	uint64_t words[64] = { 0 };
	(void)state;
	assert_true(fx_stops(create_into_nothing, NULL, WDF_REQUIRED_PARAMETER_IS_NULL));
	assert_true(fx_stops(bad_parent, words, WDF_INVALID_HANDLE));
}

static void test_delete__tree__children_first_in_creation_order(void **state)
{
	WDFOBJECT top = make(1, NULL), a = make(2, top), b = make(3, top);
	(void)state;
	make(4, a);
	make(5, b);
	WdfObjectDelete(top);
	assert_string_equal(fx_log(), "cleanup4 cleanup2 cleanup5 cleanup3 cleanup1 "
				      "destroy4 destroy2 destroy5 destroy3 destroy1");
}

static void test_delete__chain_of_200000__no_recursion(void **state)
{
	WDFOBJECT top = NULL, last = NULL;
	WDF_OBJECT_ATTRIBUTES attrs;
	(void)state;
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	for (int i = 0; i < 200000; i++) {
		attrs.ParentObject = last;
		assert_int_equal(WdfObjectCreate(&attrs, &last), STATUS_SUCCESS);
		top = top ? top : last;
	}
	WdfObjectDelete(top);
}

static void test_delete__referenced__destroyed_at_the_last_reference(void **state)
{
	WDFOBJECT object = make(7, NULL);
	(void)state;
	WdfObjectReference(object);
	WdfObjectReferenceWithTag(object, (PVOID)1);
	WdfObjectDelete(object);
	assert_string_equal(fx_log(), "cleanup7");
	assert_int_equal(GetFirst(object)->number, 7);
	WdfObjectDereference(object);
	assert_string_equal(fx_log(), "cleanup7");
	WdfObjectDereferenceWithTag(object, (PVOID)1);
	assert_string_equal(fx_log(), "cleanup7 destroy7");
}

static void test_delete__twice__once(void **state)
{
	WDFOBJECT object = make(7, NULL);
	(void)state;
	WdfObjectReference(object);
	WdfObjectDelete(object);
	WdfObjectDelete(object);
	assert_string_equal(fx_log(), "cleanup7");
	WdfObjectDereference(object);
}

static WDFOBJECT doomed;

static void dereference_too_often(void *arg)
{
	(void)arg;
	WdfObjectDereference(doomed);
}

static void test_dereference__too_often__stops(void **state)
{
	struct fx_object *obj;
	(void)state;
	doomed = make(1, NULL);
	assert_true(fx_stops(dereference_too_often, NULL, WDF_OBJECT_ERROR));
	obj = fx_object_at(doomed);
	obj->refs = 1; /* as it was, for the end of the test */
}

static NTSTATUS child_status;

static void make_child_late(WDFOBJECT object)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFOBJECT child;

	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attrs, SECOND); /* which goes with it */
	attrs.ParentObject = object;
	child_status = WdfObjectCreate(&attrs, &child);
}

static void test_create__parent_is_being_deleted__refused(void **state)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFOBJECT object;
	(void)state;
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.EvtCleanupCallback = make_child_late;
	assert_int_equal(WdfObjectCreate(&attrs, &object), STATUS_SUCCESS);
	WdfObjectDelete(object);
	assert_int_equal(child_status, STATUS_DELETE_PENDING);
}

static void delete_sibling(WDFOBJECT object)
{
	(void)object;
	fx_note("first");
	WdfObjectDelete(doomed);
}

static void test_delete__cleanup_deletes_a_sibling__each_once(void **state)
{
	WDFOBJECT top = make(1, NULL), child;
	WDF_OBJECT_ATTRIBUTES attrs;
	(void)state;
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = top;
	attrs.EvtCleanupCallback = delete_sibling;
	assert_int_equal(WdfObjectCreate(&attrs, &child), STATUS_SUCCESS);
	doomed = make(2, top);
	WdfObjectDelete(top);
	assert_string_equal(fx_log(), "first cleanup2 cleanup1 destroy2 destroy1");
}

static void test_delete__above_dispatch__ignored(void **state)
{
	WDFOBJECT object = make(1, NULL);
	KIRQL before = fx_irql_raise(FX_DIRQL);
	(void)state;
	WdfObjectDelete(object);
	fx_irql_restore(before);
	assert_true(fx_broke());
	assert_string_equal(fx_log(), "");
}

static KIRQL cleanup_level;

static void note_level(WDFOBJECT object)
{
	(void)object;
	cleanup_level = KeGetCurrentIrql();
	fx_note("level");
}

/* A class of our own whose cleanup wants PASSIVE, below an object that does not care. */
static const struct fx_object_class passive_class = {
	.type = FX_TYPE_OBJECT,
	.name = "passive",
	.passive_cleanup = true,
};

static void make_passive_child(WDFOBJECT parent)
{
	struct fx_driver *driver = fx.driver->fx;
	WDF_OBJECT_ATTRIBUTES attrs;
	struct fx_object *obj;

	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = parent;
	attrs.EvtCleanupCallback = note_level;
	assert_int_equal(fx_object_new(&passive_class, sizeof(*obj), driver, NULL, &attrs, &obj),
			 STATUS_SUCCESS);
	assert_int_equal(fx_object_commit(obj, &attrs), STATUS_SUCCESS);
}

static void test_delete__at_dispatch__passive_cleanup_later_parent_after_it(void **state)
{
	WDFOBJECT top = make(1, NULL);
	KIRQL before;
	(void)state;
	make_passive_child(top);
	make_passive_child(top);
	cleanup_level = HIGH_LEVEL;
	before = fx_irql_raise(DISPATCH_LEVEL);
	WdfObjectDelete(top);
	fx_irql_restore(before);
	assert_true(fx_log_await("destroy1", 1));
	assert_string_equal(fx_log(), "level level cleanup1 destroy1");
	assert_int_equal(cleanup_level, PASSIVE_LEVEL);
	fx_worker_drain();
}

static void test_create__no_memory__refused_and_nothing_left(void **state)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFOBJECT object;
	(void)state;
	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attrs, FIRST);
	fault_arm(FAULT_ALLOC, 1);
	assert_int_equal(WdfObjectCreate(&attrs, &object), STATUS_INSUFFICIENT_RESOURCES);
	fault_disarm();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fx_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_context__of_an_object__zeroed_and_its_own),
		TEST(test_context_get_object__of_something_else__stops),
		TEST(test_allocate_context__second_type__both_there),
		TEST(test_allocate_context__size_override__that_long),
		TEST(test_allocate_context__wrong_attributes__refused),
		TEST(test_allocate_context__object_is_being_deleted__refused),
		TEST(test_create__attributes__checked),
		TEST(test_create__null_result_or_wrong_parent__stops),
		TEST(test_delete__tree__children_first_in_creation_order),
		TEST(test_delete__chain_of_200000__no_recursion),
		TEST(test_delete__referenced__destroyed_at_the_last_reference),
		TEST(test_delete__twice__once),
		TEST(test_dereference__too_often__stops),
		TEST(test_create__parent_is_being_deleted__refused),
		TEST(test_delete__cleanup_deletes_a_sibling__each_once),
		TEST(test_delete__above_dispatch__ignored),
		TEST(test_delete__at_dispatch__passive_cleanup_later_parent_after_it),
		TEST(test_create__no_memory__refused_and_nothing_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
