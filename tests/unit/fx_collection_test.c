/* SPDX-License-Identifier: MIT */
/* WDFCOLLECTION: order, references, items that are deleted meanwhile, the two ends of its life. */
#include "fx_fixture.h"

#include "base/fault.h"
#include "object/irql.h"

#define MANY 1000

static WDFCOLLECTION collection;
static unsigned int cleanups, destroys, seen_in_cleanup;

static void on_cleanup(WDFOBJECT object)
{
	(void)object;
	cleanups++;
}

static void on_destroy(WDFOBJECT object)
{
	(void)object;
	destroys++;
}

static int setup(void **state)
{
	if (fx_setup(state) || fx_load())
		return -1;
	cleanups = destroys = seen_in_cleanup = 0;
	return WdfCollectionCreate(WDF_NO_OBJECT_ATTRIBUTES, &collection);
}

static WDFOBJECT item(void)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFOBJECT object = NULL;

	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.EvtCleanupCallback = on_cleanup;
	attrs.EvtDestroyCallback = on_destroy;
	assert_int_equal(WdfObjectCreate(&attrs, &object), STATUS_SUCCESS);
	return object;
}

static void test_create__empty(void **state)
{
	(void)state;
	assert_non_null(collection);
	assert_int_equal(WdfCollectionGetCount(collection), 0);
	assert_null(WdfCollectionGetFirstItem(collection));
	assert_null(WdfCollectionGetLastItem(collection));
	assert_null(WdfCollectionGetItem(collection, 0));
	assert_null(WdfCollectionGetItem(collection, MAXULONG));
}

static void test_create__wrong_size__length_mismatch(void **state)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFCOLLECTION other = collection;

	(void)state;
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.Size++;
	assert_int_equal(WdfCollectionCreate(&attrs, &other), STATUS_INFO_LENGTH_MISMATCH);
	assert_null(other);
}

static void test_create__no_memory__insufficient_resources(void **state)
{
	WDFCOLLECTION other = collection;

	(void)state;
	fault_arm(FAULT_ALLOC, 1);
	assert_int_equal(WdfCollectionCreate(WDF_NO_OBJECT_ATTRIBUTES, &other),
			 STATUS_INSUFFICIENT_RESOURCES);
	fault_disarm();
	assert_null(other);
}

static void test_add__many__in_order(void **state)
{
	static WDFOBJECT items[MANY];

	(void)state;
	for (unsigned int i = 0; i < MANY; i++) {
		items[i] = item();
		assert_int_equal(WdfCollectionAdd(collection, items[i]), STATUS_SUCCESS);
		assert_int_equal(WdfCollectionGetCount(collection), i + 1);
		assert_ptr_equal(WdfCollectionGetLastItem(collection), items[i]);
	}
	for (ULONG i = 0; i < MANY; i++)
		assert_ptr_equal(WdfCollectionGetItem(collection, i), items[i]);
	assert_null(WdfCollectionGetItem(collection, MANY));
	assert_null(WdfCollectionGetItem(collection, MAXULONG));
	assert_ptr_equal(WdfCollectionGetFirstItem(collection), items[0]);
}

static void test_add__no_memory__unsuccessful_and_no_reference(void **state)
{
	WDFOBJECT object = item();

	(void)state;
	fault_arm(FAULT_ALLOC, 1);
	assert_int_equal(WdfCollectionAdd(collection, object), STATUS_UNSUCCESSFUL);
	fault_disarm();
	assert_int_equal(WdfCollectionGetCount(collection), 0);
	WdfObjectDelete(object);
	assert_int_equal(destroys, 1);
}

static void test_add__item_deleted__stays_until_removed(void **state)
{
	WDFOBJECT object = item();

	(void)state;
	assert_int_equal(WdfCollectionAdd(collection, object), STATUS_SUCCESS);
	WdfObjectDelete(object);
	assert_int_equal(cleanups, 1);
	assert_int_equal(destroys, 0);
	assert_ptr_equal(WdfCollectionGetFirstItem(collection), object);
	WdfCollectionRemove(collection, object);
	assert_int_equal(destroys, 1);
	assert_int_equal(WdfCollectionGetCount(collection), 0);
	assert_false(fx_broke());
}

static void test_add__twice__in_it_twice(void **state)
{
	WDFOBJECT object = item();

	(void)state;
	assert_int_equal(WdfCollectionAdd(collection, object), STATUS_SUCCESS);
	assert_int_equal(WdfCollectionAdd(collection, object), STATUS_SUCCESS);
	assert_int_equal(WdfCollectionGetCount(collection), 2);
	WdfCollectionRemove(collection, object);
	assert_int_equal(WdfCollectionGetCount(collection), 1);
	WdfObjectDelete(object);
	assert_int_equal(destroys, 0);
	WdfCollectionRemoveItem(collection, 0);
	assert_int_equal(destroys, 1);
}

static void test_remove_item__middle__others_move_up(void **state)
{
	WDFOBJECT a = item(), b = item(), c = item();

	(void)state;
	assert_int_equal(WdfCollectionAdd(collection, a), STATUS_SUCCESS);
	assert_int_equal(WdfCollectionAdd(collection, b), STATUS_SUCCESS);
	assert_int_equal(WdfCollectionAdd(collection, c), STATUS_SUCCESS);
	WdfCollectionRemoveItem(collection, 1);
	assert_int_equal(WdfCollectionGetCount(collection), 2);
	assert_ptr_equal(WdfCollectionGetItem(collection, 0), a);
	assert_ptr_equal(WdfCollectionGetItem(collection, 1), c);
	WdfCollectionRemove(collection, a);
	assert_ptr_equal(WdfCollectionGetFirstItem(collection), c);
	assert_int_equal(cleanups, 0);
}

static void test_remove__not_in_it__reported_and_ignored(void **state)
{
	WDFOBJECT in = item(), out = item();

	(void)state;
	assert_int_equal(WdfCollectionAdd(collection, in), STATUS_SUCCESS);
	WdfCollectionRemove(collection, out);
	assert_true(fx_broke());
	WdfCollectionRemoveItem(collection, 1);
	assert_true(fx_broke());
	WdfCollectionRemoveItem(collection, MAXULONG);
	assert_true(fx_broke());
	assert_int_equal(WdfCollectionGetCount(collection), 1);
	assert_int_equal(destroys, 0);
}

static void test_dispatch__allowed__dirql__refused(void **state)
{
	WDFOBJECT object = item();
	WDFCOLLECTION other = NULL;
	KIRQL before = fx_irql_raise(DISPATCH_LEVEL);

	(void)state;
	assert_int_equal(WdfCollectionAdd(collection, object), STATUS_SUCCESS);
	assert_int_equal(WdfCollectionGetCount(collection), 1);
	assert_false(fx_broke());
	fx_irql_raise(FX_DIRQL);
	assert_int_equal(WdfCollectionAdd(collection, object), STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(WdfCollectionCreate(WDF_NO_OBJECT_ATTRIBUTES, &other),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_null(WdfCollectionGetFirstItem(collection));
	assert_null(WdfCollectionGetLastItem(collection));
	assert_null(WdfCollectionGetItem(collection, 0));
	assert_int_equal(WdfCollectionGetCount(collection), 0);
	WdfCollectionRemove(collection, object);
	WdfCollectionRemoveItem(collection, 0);
	fx_irql_restore(before);
	assert_true(fx_broke());
	assert_int_equal(WdfCollectionGetCount(collection), 1);
}

static void count_items(WDFOBJECT object)
{
	seen_in_cleanup = WdfCollectionGetCount((WDFCOLLECTION)object);
}

static void test_delete__cleanup_sees_the_items__then_references_go(void **state)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFOBJECT object = item(), kept = item();
	WDFCOLLECTION other;

	(void)state;
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.EvtCleanupCallback = count_items;
	assert_int_equal(WdfCollectionCreate(&attrs, &other), STATUS_SUCCESS);
	assert_int_equal(WdfCollectionAdd(other, object), STATUS_SUCCESS);
	assert_int_equal(WdfCollectionAdd(other, kept), STATUS_SUCCESS);
	WdfObjectDelete(object);
	WdfObjectDelete(other);
	assert_int_equal(seen_in_cleanup, 2);
	assert_int_equal(destroys, 1);
	assert_int_equal(cleanups, 1);
}

static void test_add__to_itself__no_leak(void **state)
{
	(void)state;
	assert_int_equal(WdfCollectionAdd(collection, collection), STATUS_SUCCESS);
	WdfObjectDelete(collection);
}

static void test_add__to_a_deleted_one__goes_with_the_last_reference(void **state)
{
	WDFOBJECT object = item();

	(void)state;
	WdfObjectReference(collection);
	WdfObjectDelete(collection);
	assert_int_equal(WdfCollectionAdd(collection, object), STATUS_SUCCESS);
	WdfObjectDelete(object);
	assert_int_equal(destroys, 0);
	WdfObjectDereference(collection);
	assert_int_equal(destroys, 1);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, fx_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_create__empty),
		T(test_create__wrong_size__length_mismatch),
		T(test_create__no_memory__insufficient_resources),
		T(test_add__many__in_order),
		T(test_add__no_memory__unsuccessful_and_no_reference),
		T(test_add__item_deleted__stays_until_removed),
		T(test_add__twice__in_it_twice),
		T(test_remove_item__middle__others_move_up),
		T(test_remove__not_in_it__reported_and_ignored),
		T(test_dispatch__allowed__dirql__refused),
		T(test_delete__cleanup_sees_the_items__then_references_go),
		T(test_add__to_itself__no_leak),
		T(test_add__to_a_deleted_one__goes_with_the_last_reference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
