/* SPDX-License-Identifier: MIT */
/*
 * WDFCMRESLIST, WDFIORESLIST, WDFIORESREQLIST: order, copies, and what each list allows. The lists
 * are made as those who hand them to a driver make them.
 */
#include "fx_fixture.h"

#include <string.h>

#include "base/fault.h"
#include "base/mem.h"
#include "object/driver.h"
#include "object/irql.h"
#include "support/reslist.h"
#include "verifier/verifier.h"

#define BOTH (FX_RES_ADD | FX_RES_REMOVE)

static struct fx_cm_res_list *cm_list;
static struct fx_io_req_list *io_list;
static WDFCMRESLIST cm;
static WDFIORESREQLIST requirements;
static WDFIORESLIST io; /* a configuration of the requirements, not in the list yet */

static void allow(unsigned int access)
{
	cm_list->access = access;
	io_list->access = access;
}

static int setup_with(void **state, const char *verify)
{
	struct fx_driver *driver;

	if (fx_setup(state) || fx_verify(verify) || fx_load())
		return -1;
	driver = fx_driver_from_globals(WdfDriverGlobals);
	if (fx_cm_res_list_new(driver, BOTH, &cm_list) ||
	    fx_io_req_list_new(driver, BOTH, &io_list))
		return -1;
	cm = (WDFCMRESLIST)fx_object_handle(&cm_list->base);
	requirements = (WDFIORESREQLIST)fx_object_handle(&io_list->base);
	return WdfIoResourceListCreate(requirements, WDF_NO_OBJECT_ATTRIBUTES, &io);
}

static int setup(void **state)
{
	return setup_with(state, "");
}

/* Of which no allocation is the verifier's. */
static int setup_counting(void **state)
{
	return setup_with(state, "VerifierOn=0");
}

static int teardown(void **state)
{
	fx_object_delete(&cm_list->base);
	fx_object_delete(&io_list->base);
	return fx_teardown(state);
}

/* --- WDFCMRESLIST --- */

static CM_PARTIAL_RESOURCE_DESCRIPTOR port(ULONG length)
{
	CM_PARTIAL_RESOURCE_DESCRIPTOR descriptor = { .Type = CmResourceTypePort };

	descriptor.u.Port.Length = length;
	return descriptor;
}

static NTSTATUS cm_append(ULONG length)
{
	CM_PARTIAL_RESOURCE_DESCRIPTOR descriptor = port(length);

	return WdfCmResourceListAppendDescriptor(cm, &descriptor);
}

static NTSTATUS cm_insert(ULONG length, ULONG index)
{
	CM_PARTIAL_RESOURCE_DESCRIPTOR descriptor = port(length);

	return WdfCmResourceListInsertDescriptor(cm, &descriptor, index);
}

/* The lengths in the list are the digits of @digits. */
static void expect_cm(const char *digits)
{
	assert_int_equal(WdfCmResourceListGetCount(cm), strlen(digits));
	for (ULONG i = 0; digits[i]; i++)
		assert_int_equal(WdfCmResourceListGetDescriptor(cm, i)->u.Port.Length,
				 digits[i] - '0');
}

static void test_cm__insert__in_front_of_the_index(void **state)
{
	(void)state;
	assert_int_equal(cm_append(1), STATUS_SUCCESS);
	assert_int_equal(cm_insert(2, 0), STATUS_SUCCESS);
	assert_int_equal(cm_insert(3, 1), STATUS_SUCCESS);
	assert_int_equal(cm_insert(4, 3), STATUS_SUCCESS); /* the count: behind all */
	assert_int_equal(cm_insert(5, WDF_INSERT_AT_END), STATUS_SUCCESS);
	expect_cm("23145");
	assert_true(cm_list->changed);
	assert_false(fx_broke());
}

static void test_cm__insert_too_far__array_bounds_exceeded(void **state)
{
	(void)state;
	assert_int_equal(cm_insert(1, 1), STATUS_ARRAY_BOUNDS_EXCEEDED);
	assert_int_equal(cm_insert(1, WDF_INSERT_AT_END - 1), STATUS_ARRAY_BOUNDS_EXCEEDED);
	assert_int_equal(WdfCmResourceListGetCount(cm), 0);
	assert_false(cm_list->changed);
}

static void test_cm__remove__the_rest_moves_up(void **state)
{
	CM_PARTIAL_RESOURCE_DESCRIPTOR three = port(3);

	(void)state;
	for (ULONG i = 1; i <= 5; i++)
		assert_int_equal(cm_append(i), STATUS_SUCCESS);
	cm_list->changed = false;
	WdfCmResourceListRemove(cm, 0);
	assert_true(cm_list->changed);
	expect_cm("2345");
	cm_list->changed = false;
	WdfCmResourceListRemoveByDescriptor(cm, &three);
	expect_cm("245");
	WdfCmResourceListRemoveByDescriptor(cm, WdfCmResourceListGetDescriptor(cm, 2));
	expect_cm("24");
	assert_true(cm_list->changed);
	assert_false(fx_broke());
}

static void test_cm__remove_equal__the_first_only(void **state)
{
	CM_PARTIAL_RESOURCE_DESCRIPTOR two = port(2);

	(void)state;
	assert_int_equal(cm_append(2), STATUS_SUCCESS);
	assert_int_equal(cm_append(1), STATUS_SUCCESS);
	assert_int_equal(cm_append(2), STATUS_SUCCESS);
	WdfCmResourceListRemoveByDescriptor(cm, &two);
	expect_cm("12");
}

static void test_cm__remove_what_is_not_there__reported(void **state)
{
	CM_PARTIAL_RESOURCE_DESCRIPTOR two = port(2);

	(void)state;
	assert_int_equal(cm_append(1), STATUS_SUCCESS);
	cm_list->changed = false;
	WdfCmResourceListRemove(cm, 1);
	assert_true(fx_broke());
	WdfCmResourceListRemoveByDescriptor(cm, &two);
	assert_true(fx_broke());
	expect_cm("1");
	assert_false(cm_list->changed);
}

static void test_cm__shown_descriptor__is_a_copy_in_its_place(void **state)
{
	PCM_PARTIAL_RESOURCE_DESCRIPTOR shown;

	(void)state;
	assert_int_equal(cm_append(1), STATUS_SUCCESS);
	assert_int_equal(cm_append(2), STATUS_SUCCESS);
	shown = WdfCmResourceListGetDescriptor(cm, 1);
	shown->u.Port.Length = 9;
	assert_ptr_equal(WdfCmResourceListGetDescriptor(cm, 1), shown);
	assert_int_equal(shown->u.Port.Length, 2);
	assert_int_equal(fx_descriptors_index_of(&cm_list->descriptors, shown), 1);
	assert_int_equal(fx_descriptors_index_of(&cm_list->descriptors, &cm), -1);
	assert_null(WdfCmResourceListGetDescriptor(cm, 2));
	assert_null(WdfCmResourceListGetDescriptor(cm, MAXULONG));
}

static void test_cm__not_allowed__refused(void **state)
{
	CM_PARTIAL_RESOURCE_DESCRIPTOR one = port(1);

	(void)state;
	assert_int_equal(cm_append(1), STATUS_SUCCESS);
	allow(FX_RES_REMOVE);
	assert_int_equal(cm_append(2), STATUS_ACCESS_DENIED);
	assert_true(fx_broke());
	assert_int_equal(cm_insert(2, 0), STATUS_ACCESS_DENIED);
	assert_true(fx_broke());
	allow(FX_RES_ADD);
	WdfCmResourceListRemove(cm, 0);
	assert_true(fx_broke());
	WdfCmResourceListRemoveByDescriptor(cm, &one);
	assert_true(fx_broke());
	expect_cm("1");
	assert_int_equal(cm_append(2), STATUS_SUCCESS);
	allow(FX_RES_REMOVE);
	WdfCmResourceListRemove(cm, 0);
	WdfCmResourceListRemove(cm, 0);
	expect_cm("");
	assert_false(fx_broke());
}

/* --- of a device --- */

static NTSTATUS prepare_status;

static void try_to_change(WDFDEVICE device, WDFCMRESLIST raw, WDFCMRESLIST translated)
{
	CM_PARTIAL_RESOURCE_DESCRIPTOR one = port(1);
	ULONG count = WdfCmResourceListGetCount(raw);

	(void)device;
	prepare_status = WdfCmResourceListAppendDescriptor(raw, &one);
	WdfCmResourceListRemove(translated, 0);
	assert_true(fx_broke());
	assert_int_equal(WdfCmResourceListGetCount(raw), count);
	assert_int_equal(WdfCmResourceListGetCount(translated), count);
	WdfObjectDelete(raw);
	assert_true(fx_broke());
}

static void test_prepare_hardware__its_lists_may_only_be_read(void **state)
{
	(void)state;
	fx_script.in_prepare = try_to_change;
	fx_up();
	assert_int_equal(prepare_status, STATUS_ACCESS_DENIED);
	fx_remove();
}

/* --- WDFIORESLIST --- */

static IO_RESOURCE_DESCRIPTOR memory(ULONG length)
{
	IO_RESOURCE_DESCRIPTOR descriptor = { .Type = CmResourceTypeMemory };

	descriptor.u.Memory.Length = length;
	return descriptor;
}

static NTSTATUS io_append(ULONG length)
{
	IO_RESOURCE_DESCRIPTOR descriptor = memory(length);

	return WdfIoResourceListAppendDescriptor(io, &descriptor);
}

static NTSTATUS io_insert(ULONG length, ULONG index)
{
	IO_RESOURCE_DESCRIPTOR descriptor = memory(length);

	return WdfIoResourceListInsertDescriptor(io, &descriptor, index);
}

static void expect_io(const char *digits)
{
	assert_int_equal(WdfIoResourceListGetCount(io), strlen(digits));
	for (ULONG i = 0; digits[i]; i++)
		assert_int_equal(WdfIoResourceListGetDescriptor(io, i)->u.Memory.Length,
				 digits[i] - '0');
}

static void test_io__insert_update_remove(void **state)
{
	IO_RESOURCE_DESCRIPTOR descriptor = memory(7);

	(void)state;
	assert_int_equal(io_append(1), STATUS_SUCCESS);
	assert_int_equal(io_insert(2, 0), STATUS_SUCCESS);
	assert_int_equal(io_insert(3, 2), STATUS_SUCCESS);
	assert_int_equal(io_insert(4, 4), STATUS_ARRAY_BOUNDS_EXCEEDED);
	expect_io("213");
	assert_true(io_list->changed);
	io_list->changed = false;
	WdfIoResourceListUpdateDescriptor(io, &descriptor, 1);
	assert_true(io_list->changed);
	expect_io("273");
	io_list->changed = false;
	WdfIoResourceListRemoveByDescriptor(io, &descriptor);
	expect_io("23");
	assert_true(io_list->changed);
	io_list->changed = false;
	WdfIoResourceListRemove(io, 1);
	expect_io("2");
	assert_null(WdfIoResourceListGetDescriptor(io, 1));
	assert_null(WdfIoResourceListGetDescriptor(io, MAXULONG));
	assert_true(io_list->changed);
	assert_false(fx_broke());
}

static void test_io__shown_descriptor__is_a_copy(void **state)
{
	PIO_RESOURCE_DESCRIPTOR shown;

	(void)state;
	assert_int_equal(io_append(1), STATUS_SUCCESS);
	shown = WdfIoResourceListGetDescriptor(io, 0);
	shown->u.Memory.Length = 5;
	expect_io("1");
	shown->u.Memory.Length = 5;
	WdfIoResourceListUpdateDescriptor(io, shown, 0);
	expect_io("5");
}

static void test_io__what_is_not_there__reported(void **state)
{
	IO_RESOURCE_DESCRIPTOR two = memory(2);

	(void)state;
	assert_int_equal(io_append(1), STATUS_SUCCESS);
	io_list->changed = false;
	WdfIoResourceListUpdateDescriptor(io, &two, 1);
	assert_true(fx_broke());
	WdfIoResourceListUpdateDescriptor(io, &two, MAXULONG);
	assert_true(fx_broke());
	WdfIoResourceListRemove(io, 1);
	assert_true(fx_broke());
	WdfIoResourceListRemoveByDescriptor(io, &two);
	assert_true(fx_broke());
	expect_io("1");
	assert_false(io_list->changed);
}

static void test_io__not_allowed__refused_but_for_updates(void **state)
{
	IO_RESOURCE_DESCRIPTOR one = memory(1), two = memory(2);

	(void)state;
	assert_int_equal(io_append(1), STATUS_SUCCESS);
	allow(FX_RES_NOTHING);
	assert_int_equal(io_append(2), STATUS_ACCESS_DENIED);
	assert_true(fx_broke());
	assert_int_equal(io_insert(2, 0), STATUS_ACCESS_DENIED);
	assert_true(fx_broke());
	WdfIoResourceListRemove(io, 0);
	assert_true(fx_broke());
	WdfIoResourceListRemoveByDescriptor(io, &one);
	assert_true(fx_broke());
	expect_io("1");
	WdfIoResourceListUpdateDescriptor(io, &two, 0);
	assert_false(fx_broke());
	expect_io("2");
}

/* --- WDFIORESREQLIST --- */

static unsigned int lists_cleaned, lists_left;

static void on_list_cleanup(WDFOBJECT object)
{
	(void)object;
	lists_cleaned++;
	lists_left = WdfIoResourceRequirementsListGetCount(requirements);
}

static WDFIORESLIST another(void)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFIORESLIST list = NULL;

	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.EvtCleanupCallback = on_list_cleanup;
	assert_int_equal(WdfIoResourceListCreate(requirements, &attrs, &list), STATUS_SUCCESS);
	return list;
}

static void test_requirements__configurations_in_order(void **state)
{
	WDFIORESLIST second = another(), third = another();

	(void)state;
	lists_cleaned = 0;
	assert_int_equal(WdfIoResourceRequirementsListGetCount(requirements), 0);
	assert_int_equal(WdfIoResourceRequirementsListAppendIoResList(requirements, third),
			 STATUS_SUCCESS);
	assert_int_equal(WdfIoResourceRequirementsListInsertIoResList(requirements, io, 0),
			 STATUS_SUCCESS);
	assert_int_equal(WdfIoResourceRequirementsListInsertIoResList(requirements, second, 1),
			 STATUS_SUCCESS);
	assert_int_equal(WdfIoResourceRequirementsListGetCount(requirements), 3);
	assert_ptr_equal(WdfIoResourceRequirementsListGetIoResList(requirements, 0), io);
	assert_ptr_equal(WdfIoResourceRequirementsListGetIoResList(requirements, 1), second);
	assert_ptr_equal(WdfIoResourceRequirementsListGetIoResList(requirements, 2), third);
	assert_null(WdfIoResourceRequirementsListGetIoResList(requirements, 3));
	assert_null(WdfIoResourceRequirementsListGetIoResList(requirements, MAXULONG));
	WdfIoResourceRequirementsListRemove(requirements, 1);
	assert_int_equal(lists_cleaned, 1);
	WdfIoResourceRequirementsListRemoveByIoResList(requirements, third);
	assert_int_equal(lists_cleaned, 2);
	assert_int_equal(WdfIoResourceRequirementsListGetCount(requirements), 1);
	assert_false(fx_broke());
}

static void test_requirements__deleted__a_configuration_leaves_before_its_cleanup(void **state)
{
	WDFIORESLIST list = another();
	NTSTATUS status;

	(void)state;
	assert_int_equal(WdfIoResourceRequirementsListAppendIoResList(requirements, list),
			 STATUS_SUCCESS);
	lists_left = 7;
	fx_object_delete(&io_list->base);
	assert_int_equal(lists_left, 0);
	status = fx_io_req_list_new(fx_driver_from_globals(WdfDriverGlobals), BOTH, &io_list);
	assert_int_equal(status, STATUS_SUCCESS);
}

static void test_requirements__slot_and_interface(void **state)
{
	(void)state;
	assert_int_equal(io_list->interface_type, Internal);
	WdfIoResourceRequirementsListSetSlotNumber(requirements, 0);
	WdfIoResourceRequirementsListSetInterfaceType(requirements, Internal);
	assert_false(io_list->changed);
	WdfIoResourceRequirementsListSetSlotNumber(requirements, 17);
	assert_true(io_list->changed);
	io_list->changed = false;
	WdfIoResourceRequirementsListSetInterfaceType(requirements, PCIBus);
	assert_true(io_list->changed);
	assert_int_equal(io_list->slot, 17);
	assert_int_equal(io_list->interface_type, PCIBus);
}

static void test_requirements__what_does_not_belong__refused(void **state)
{
	struct fx_io_req_list *other;
	WDFIORESREQLIST other_handle;

	(void)state;
	assert_int_equal(fx_io_req_list_new(fx_driver_from_globals(WdfDriverGlobals), BOTH, &other),
			 STATUS_SUCCESS);
	other_handle = (WDFIORESREQLIST)fx_object_handle(&other->base);
	assert_int_equal(WdfIoResourceRequirementsListAppendIoResList(other_handle, io),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(WdfIoResourceRequirementsListInsertIoResList(requirements, io, 1),
			 STATUS_ARRAY_BOUNDS_EXCEEDED);
	assert_false(fx_broke());
	assert_int_equal(WdfIoResourceRequirementsListAppendIoResList(requirements, io),
			 STATUS_SUCCESS);
	assert_int_equal(WdfIoResourceRequirementsListAppendIoResList(requirements, io),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_true(fx_broke());
	WdfIoResourceRequirementsListRemove(requirements, 1);
	assert_true(fx_broke());
	WdfIoResourceRequirementsListRemoveByIoResList(other_handle, io);
	assert_true(fx_broke());
	WdfObjectDelete(io);
	assert_true(fx_broke());
	assert_int_equal(WdfIoResourceRequirementsListGetCount(requirements), 1);
	fx_object_delete(&other->base);
}

static void test_requirements__not_allowed__refused(void **state)
{
	(void)state;
	allow(FX_RES_REMOVE);
	assert_int_equal(WdfIoResourceRequirementsListAppendIoResList(requirements, io),
			 STATUS_ACCESS_DENIED);
	assert_true(fx_broke());
	assert_int_equal(WdfIoResourceRequirementsListInsertIoResList(requirements, io, 0),
			 STATUS_ACCESS_DENIED);
	assert_true(fx_broke());
	allow(FX_RES_ADD);
	assert_int_equal(WdfIoResourceRequirementsListAppendIoResList(requirements, io),
			 STATUS_SUCCESS);
	WdfIoResourceRequirementsListRemove(requirements, 0);
	assert_true(fx_broke());
	WdfIoResourceRequirementsListRemoveByIoResList(requirements, io);
	assert_true(fx_broke());
	assert_int_equal(WdfIoResourceRequirementsListGetCount(requirements), 1);
}

static void test_create__with_a_parent_or_wrong_size__refused(void **state)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFIORESLIST list = io;

	(void)state;
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = requirements;
	assert_int_equal(WdfIoResourceListCreate(requirements, &attrs, &list),
			 STATUS_WDF_PARENT_ASSIGNMENT_NOT_ALLOWED);
	assert_null(list);
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.Size = 3;
	assert_int_equal(WdfIoResourceListCreate(requirements, &attrs, &list),
			 STATUS_INFO_LENGTH_MISMATCH);
}

static void test_made_by_the_framework__in_the_list_at_once(void **state)
{
	struct fx_io_res_list *list;

	(void)state;
	assert_int_equal(fx_io_res_list_new(io_list, &list), STATUS_SUCCESS);
	assert_ptr_equal(WdfIoResourceRequirementsListGetIoResList(requirements, 0),
			 fx_object_handle(&list->base));
}

/* --- both --- */

static void test_no_memory__insufficient_resources(void **state)
{
	struct fx_driver *driver = fx_driver_from_globals(WdfDriverGlobals);
	struct fx_cm_res_list *other;
	struct fx_io_req_list *others;
	struct fx_io_res_list *inner;
	WDFIORESLIST list;

	(void)state;
	for (uint64_t k = 1; k <= 2; k++) { /* the descriptor, its place */
		uint64_t blocks = mem_live_blocks();

		fault_arm(FAULT_ALLOC, k);
		assert_int_equal(cm_append(1), STATUS_INSUFFICIENT_RESOURCES);
		fault_arm(FAULT_ALLOC, k);
		assert_int_equal(io_append(1), STATUS_INSUFFICIENT_RESOURCES);
		fault_arm(FAULT_ALLOC, k);
		assert_int_equal(fx_io_res_list_new(io_list, &inner),
				 STATUS_INSUFFICIENT_RESOURCES);
		assert_int_equal(mem_live_blocks(), blocks);
	}
	fault_arm(FAULT_ALLOC, 1);
	assert_int_equal(WdfIoResourceRequirementsListAppendIoResList(requirements, io),
			 STATUS_INSUFFICIENT_RESOURCES);
	fault_arm(FAULT_ALLOC, 1);
	assert_int_equal(WdfIoResourceListCreate(requirements, NULL, &list),
			 STATUS_INSUFFICIENT_RESOURCES);
	fault_arm(FAULT_ALLOC, 1);
	assert_int_equal(fx_cm_res_list_new(driver, BOTH, &other), STATUS_INSUFFICIENT_RESOURCES);
	fault_arm(FAULT_ALLOC, 1);
	assert_int_equal(fx_io_req_list_new(driver, BOTH, &others), STATUS_INSUFFICIENT_RESOURCES);
	fault_disarm();
	assert_int_equal(WdfCmResourceListGetCount(cm), 0);
	assert_int_equal(WdfIoResourceListGetCount(io), 0);
	assert_int_equal(WdfIoResourceRequirementsListGetCount(requirements), 0);
}

/* Nothing happens above DISPATCH, and each call says so. */
static void test_level__above_dispatch__refused(void **state)
{
	CM_PARTIAL_RESOURCE_DESCRIPTOR one = port(1);
	IO_RESOURCE_DESCRIPTOR two = memory(2);
	WDFIORESLIST list = NULL;
	KIRQL before = fx_irql_raise(DISPATCH_LEVEL);
	uint64_t breaks;

	(void)state;
	assert_int_equal(cm_append(1), STATUS_SUCCESS);
	assert_int_equal(io_append(1), STATUS_SUCCESS);
	assert_int_equal(WdfIoResourceRequirementsListAppendIoResList(requirements, io),
			 STATUS_SUCCESS);
	assert_false(fx_broke());
	fx_irql_raise(FX_DIRQL);
	breaks = fx_verifier_breaks();
	assert_int_equal(cm_append(1), STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(cm_insert(1, 0), STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(WdfCmResourceListGetCount(cm), 0);
	assert_null(WdfCmResourceListGetDescriptor(cm, 0));
	WdfCmResourceListRemove(cm, 0);
	WdfCmResourceListRemoveByDescriptor(cm, &one);
	assert_int_equal(io_append(1), STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(io_insert(1, 0), STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(WdfIoResourceListGetCount(io), 0);
	assert_null(WdfIoResourceListGetDescriptor(io, 0));
	WdfIoResourceListUpdateDescriptor(io, &two, 0);
	WdfIoResourceListRemove(io, 0);
	WdfIoResourceListRemoveByDescriptor(io, &two);
	assert_int_equal(WdfIoResourceListCreate(requirements, NULL, &list),
			 STATUS_INVALID_DEVICE_REQUEST);
	WdfIoResourceRequirementsListSetSlotNumber(requirements, 1);
	WdfIoResourceRequirementsListSetInterfaceType(requirements, Isa);
	assert_int_equal(WdfIoResourceRequirementsListAppendIoResList(requirements, io),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(WdfIoResourceRequirementsListInsertIoResList(requirements, io, 0),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(WdfIoResourceRequirementsListGetCount(requirements), 0);
	assert_null(WdfIoResourceRequirementsListGetIoResList(requirements, 0));
	WdfIoResourceRequirementsListRemove(requirements, 0);
	WdfIoResourceRequirementsListRemoveByIoResList(requirements, io);
	assert_int_equal(fx_verifier_breaks() - breaks, 22);
	fx_irql_restore(before);
	expect_cm("1");
	expect_io("1");
	assert_int_equal(WdfIoResourceRequirementsListGetCount(requirements), 1);
	assert_int_equal(io_list->slot, 0);
	assert_int_equal(io_list->interface_type, Internal);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_cm__insert__in_front_of_the_index),
		T(test_cm__insert_too_far__array_bounds_exceeded),
		T(test_cm__remove__the_rest_moves_up),
		T(test_cm__remove_equal__the_first_only),
		T(test_cm__remove_what_is_not_there__reported),
		T(test_cm__shown_descriptor__is_a_copy_in_its_place),
		T(test_cm__not_allowed__refused),
		T(test_prepare_hardware__its_lists_may_only_be_read),
		T(test_io__insert_update_remove),
		T(test_io__shown_descriptor__is_a_copy),
		T(test_io__what_is_not_there__reported),
		T(test_io__not_allowed__refused_but_for_updates),
		T(test_requirements__configurations_in_order),
		T(test_requirements__deleted__a_configuration_leaves_before_its_cleanup),
		T(test_requirements__slot_and_interface),
		T(test_requirements__what_does_not_belong__refused),
		T(test_requirements__not_allowed__refused),
		T(test_create__with_a_parent_or_wrong_size__refused),
		T(test_made_by_the_framework__in_the_list_at_once),
		cmocka_unit_test_setup_teardown(test_no_memory__insufficient_resources,
						setup_counting, teardown),
		T(test_level__above_dispatch__refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
