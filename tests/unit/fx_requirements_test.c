/* SPDX-License-Identifier: MIT */
/*
 * What a device could do with and what it is given: the lists that EvtDeviceFilterRemove...,
 * ...FilterAddResourceRequirements and EvtDeviceRemoveAddedResources see and change, and their
 * order (pnp-states A3, A10; Microsoft: "Modifying a Resource Requirements List", "Using Interrupt
 * Resource Descriptors").
 */
#include "fx_fixture.h"

#include <errno.h>
#include <string.h>

#include "base/fault.h"
#include "hw/interrupt.h"
#include "pci_function_ops.h"

#define TOKEN CM_RESOURCE_INTERRUPT_MESSAGE_TOKEN

static struct requirements_script {
	void (*remove)(WDFIORESREQLIST list);
	void (*add)(WDFIORESREQLIST list);
	void (*remove_added)(WDFCMRESLIST raw, WDFCMRESLIST translated);
	NTSTATUS remove_status, add_status, remove_added_status;
	bool no_remove_added;
	unsigned int msix; /* messages that the function is made to have */
	ULONG size;        /* of the structure; 0: its own */
} script;

/* --- what the lists held --- */

static struct seen {
	ULONG configurations, descriptors[4];
	ULONG messages, lines, memory, ports, private;
} required;

static struct given {
	ULONG count, messages, lines, memory, private;
	KAFFINITY affinity[8];
} given, passed;

static void count_descriptor(const IO_RESOURCE_DESCRIPTOR *d)
{
	switch (d->Type) {
	case CmResourceTypeInterrupt:
		if (d->Flags & CM_RESOURCE_INTERRUPT_MESSAGE)
			required.messages +=
				d->u.Interrupt.MaximumVector - d->u.Interrupt.MinimumVector + 1;
		else
			required.lines++;
		break;
	case CmResourceTypeMemory:
		required.memory++;
		break;
	case CmResourceTypeDevicePrivate:
		required.private ++;
		break;
	default:
		required.ports++;
	}
}

static void see_required(WDFIORESREQLIST all)
{
	memset(&required, 0, sizeof(required));
	required.configurations = WdfIoResourceRequirementsListGetCount(all);
	for (ULONG i = 0; i < required.configurations && i < 4; i++) {
		WDFIORESLIST one = WdfIoResourceRequirementsListGetIoResList(all, i);

		required.descriptors[i] = WdfIoResourceListGetCount(one);
		for (ULONG k = 0; k < required.descriptors[i]; k++)
			count_descriptor(WdfIoResourceListGetDescriptor(one, k));
	}
}

static void see_given(struct given *to, WDFCMRESLIST raw, WDFCMRESLIST translated)
{
	memset(to, 0, sizeof(*to));
	to->count = WdfCmResourceListGetCount(raw);
	assert_int_equal(WdfCmResourceListGetCount(translated), to->count);
	for (ULONG i = 0; i < to->count; i++) {
		const CM_PARTIAL_RESOURCE_DESCRIPTOR *r = WdfCmResourceListGetDescriptor(raw, i);
		const CM_PARTIAL_RESOURCE_DESCRIPTOR *t =
			WdfCmResourceListGetDescriptor(translated, i);

		assert_int_equal(r->Type, t->Type);
		to->memory += r->Type == CmResourceTypeMemory;
		to->private += r->Type == CmResourceTypeDevicePrivate;
		if (r->Type != CmResourceTypeInterrupt)
			continue;
		if (!(r->Flags & CM_RESOURCE_INTERRUPT_MESSAGE)) {
			to->lines++;
			continue;
		}
		assert_int_equal(r->u.MessageInterrupt.u.Raw.MessageCount, 1);
		if (to->messages < 8)
			to->affinity[to->messages] = t->u.MessageInterrupt.u.Translated.Affinity;
		to->messages++;
	}
}

static void see_prepare(WDFDEVICE device, WDFCMRESLIST raw, WDFCMRESLIST translated)
{
	(void)device;
	see_given(&given, raw, translated);
}

/* --- the driver --- */

static NTSTATUS on_remove(WDFDEVICE device, WDFIORESREQLIST list)
{
	fx_note("FilterRemove");
	assert_ptr_equal(device, fx_made.device);
	assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
	see_required(list);
	if (script.remove)
		script.remove(list);
	return script.remove_status;
}

static NTSTATUS on_add(WDFDEVICE device, WDFIORESREQLIST list)
{
	fx_note("FilterAdd");
	assert_ptr_equal(device, fx_made.device);
	assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
	see_required(list);
	if (script.add)
		script.add(list);
	return script.add_status;
}

static NTSTATUS on_remove_added(WDFDEVICE device, WDFCMRESLIST raw, WDFCMRESLIST translated)
{
	fx_note("RemoveAdded");
	assert_ptr_equal(device, fx_made.device);
	assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
	see_given(&passed, raw, translated);
	if (script.remove_added)
		script.remove_added(raw, translated);
	return script.remove_added_status;
}

static void set_callbacks(PWDFDEVICE_INIT init)
{
	WDF_FDO_EVENT_CALLBACKS callbacks;

	WDF_FDO_EVENT_CALLBACKS_INIT(&callbacks);
	callbacks.EvtDeviceFilterRemoveResourceRequirements = on_remove;
	callbacks.EvtDeviceFilterAddResourceRequirements = on_add;
	if (!script.no_remove_added)
		callbacks.EvtDeviceRemoveAddedResources = on_remove_added;
	if (script.size)
		callbacks.Size = script.size;
	WdfFdoInitSetEventCallbacks(init, &callbacks);
}

static void add_messages(WDFDEVICE device)
{
	struct pci_function *fn =
		fx_host_function(fx_device_from_handle(fx.driver->fx, device)->host);

	fn->irqs[PCI_IRQ_MSIX].count = script.msix;
}

static int setup(void **state)
{
	memset(&script, 0, sizeof(script));
	memset(&given, 0, sizeof(given));
	memset(&passed, 0, sizeof(passed));
	memset(&required, 0, sizeof(required));
	return fx_setup(state);
}

static int start(void)
{
	fx_script.in_init = set_callbacks;
	if (!fx_script.in_prepare)
		fx_script.in_prepare = see_prepare;
	if (script.msix)
		fx_script.in_add = add_messages;
	if (!fx.driver)
		assert_int_equal(fx_load(), 0);
	fx_log_clear();
	return fx_start("model:edu");
}

static IO_RESOURCE_DESCRIPTOR message(ULONG count)
{
	IO_RESOURCE_DESCRIPTOR d;

	memset(&d, 0, sizeof(d));
	d.Type = CmResourceTypeInterrupt;
	d.Flags = CM_RESOURCE_INTERRUPT_LATCHED | CM_RESOURCE_INTERRUPT_MESSAGE;
	d.u.Interrupt.MinimumVector = TOKEN - count + 1;
	d.u.Interrupt.MaximumVector = TOKEN;
	return d;
}

static WDFIORESLIST first(WDFIORESREQLIST list)
{
	return WdfIoResourceRequirementsListGetIoResList(list, 0);
}

static void append(WDFIORESREQLIST list, IO_RESOURCE_DESCRIPTOR d)
{
	assert_int_equal(WdfIoResourceListAppendDescriptor(first(list), &d), STATUS_SUCCESS);
}

/* --- as it is --- */

static void test_start__order_and_default_lists(void **state)
{
	(void)state;
	assert_int_equal(start(), 0);
	assert_string_equal(fx_log(), "DeviceAdd FilterRemove FilterAdd RemoveAdded "
				      "PrepareHardware D0Entry D0EntryPost SmioInit");
	assert_int_equal(required.configurations, 2); /* with its message, with its line */
	assert_int_equal(required.messages, 1);
	assert_int_equal(required.lines, 1);
	assert_int_equal(required.memory, 2); /* BAR 0 in each */
	assert_int_equal(passed.count, 2);
	assert_int_equal(given.count, 2);
	assert_int_equal(given.messages, 1);
	assert_int_equal(given.memory, 1);
}

static void test_msix__a_descriptor_each(void **state)
{
	(void)state;
	script.msix = 5;
	assert_int_equal(start(), 0);
	assert_int_equal(required.descriptors[0], 6);
	assert_int_equal(required.descriptors[1], 2);
	assert_int_equal(given.messages, 5);
	assert_int_equal(given.lines, 0);
}

static void test_msix__more_than_32(void **state)
{
	(void)state;
	script.msix = 100;
	assert_int_equal(start(), 0);
	assert_int_equal(given.messages, 100);
}

/* --- removing --- */

static void remove_last_two(WDFIORESREQLIST list)
{
	WDFIORESLIST one = first(list);

	WdfIoResourceListRemove(one, WdfIoResourceListGetCount(one) - 1);
	WdfIoResourceListRemove(one, WdfIoResourceListGetCount(one) - 1);
}

static void test_remove__messages__fewer_given(void **state)
{
	(void)state;
	script.msix = 5;
	script.remove = remove_last_two;
	assert_int_equal(start(), 0);
	assert_int_equal(given.messages, 3);
}

static void remove_first_configuration(WDFIORESREQLIST list)
{
	WdfIoResourceRequirementsListRemove(list, 0);
}

static void test_remove__configuration_with_messages__line_given(void **state)
{
	(void)state;
	script.remove = remove_first_configuration;
	assert_int_equal(start(), 0);
	assert_int_equal(required.configurations, 1); /* as EvtDeviceFilterAdd... saw it */
	assert_int_equal(given.messages, 0);
	assert_int_equal(given.lines, 1);
	assert_int_equal(given.memory, 1);
}

static void remove_all(WDFIORESREQLIST list)
{
	while (WdfIoResourceRequirementsListGetCount(list))
		WdfIoResourceRequirementsListRemove(list, 0);
}

static void test_remove__everything__nothing_given(void **state)
{
	(void)state;
	script.remove = remove_all;
	fx_script.skip = "PrepareHardware"; /* it wants registers */
	assert_int_equal(start(), 0);
	assert_non_null(strstr(fx_log(), "RemoveAdded"));
	assert_int_equal(passed.count, 0);
}

static void add_a_message(WDFIORESREQLIST list)
{
	IO_RESOURCE_DESCRIPTOR d = message(1);

	assert_int_equal(WdfIoResourceListAppendDescriptor(first(list), &d), STATUS_ACCESS_DENIED);
}

static void test_remove__adding_is_refused(void **state)
{
	(void)state;
	script.msix = 2;
	script.remove = add_a_message;
	assert_int_equal(start(), 0);
	assert_true(fx_broke());
	assert_int_equal(given.messages, 2);
}

/* --- adding --- */

static void add_three_messages(WDFIORESREQLIST list)
{
	append(list, message(3));
}

static void remove_messages(WDFIORESREQLIST list)
{
	WDFIORESLIST one = first(list);

	while (WdfIoResourceListGetCount(one) > 1)
		WdfIoResourceListRemove(one, 1);
}

static void test_add__messages__as_many_as_asked_for(void **state)
{
	(void)state;
	script.msix = 5;
	script.remove = remove_messages;
	script.add = add_three_messages;
	assert_int_equal(start(), 0);
	assert_int_equal(given.messages, 3);
}

static void test_add__more_messages_than_there_are__all_given(void **state)
{
	(void)state;
	script.msix = 5;
	script.add = add_three_messages;
	assert_int_equal(start(), 0);
	assert_int_equal(given.messages, 5);
}

static void add_with_affinity(WDFIORESREQLIST list)
{
	IO_RESOURCE_DESCRIPTOR d = message(1);

	d.u.Interrupt.AffinityPolicy = IrqPolicySpecifiedProcessors;
	d.u.Interrupt.TargetedProcessors = 2;
	append(list, d);
	append(list, message(1));
}

static void test_add__affinity__is_in_the_lists(void **state)
{
	(void)state;
	script.msix = 5;
	script.remove = remove_messages;
	script.add = add_with_affinity;
	assert_int_equal(start(), 0);
	assert_int_equal(given.messages, 2);
	assert_int_equal(given.affinity[0], 2);
	assert_true(given.affinity[1] == ~(KAFFINITY)0);
}

static void add_private(WDFIORESREQLIST list)
{
	IO_RESOURCE_DESCRIPTOR d;

	memset(&d, 0, sizeof(d));
	d.Type = CmResourceTypeDevicePrivate;
	d.u.DevicePrivate.Data[0] = 0x12345678;
	append(list, d);
}

static void remove_private(WDFCMRESLIST raw, WDFCMRESLIST translated)
{
	ULONG last = WdfCmResourceListGetCount(raw) - 1;

	assert_int_equal(WdfCmResourceListGetDescriptor(raw, last)->u.DevicePrivate.Data[0],
			 0x12345678);
	WdfCmResourceListRemove(raw, last);
	WdfCmResourceListRemove(translated, last);
}

static void test_add__private__removed_for_those_below_seen_by_prepare(void **state)
{
	(void)state;
	script.add = add_private;
	script.remove_added = remove_private;
	assert_int_equal(start(), 0);
	assert_int_equal(passed.private, 1);
	assert_int_equal(given.private, 1);
	assert_int_equal(given.count, 3);
	assert_false(fx_broke());
}

static IO_RESOURCE_DESCRIPTOR memory_elsewhere(void)
{
	IO_RESOURCE_DESCRIPTOR d;

	memset(&d, 0, sizeof(d));
	d.Type = CmResourceTypeMemory;
	d.u.Memory.Length = 0x1000;
	d.u.Memory.Alignment = 0x1000;
	d.u.Memory.MaximumAddress.QuadPart = 0xffffffff;
	return d;
}

static void add_memory(WDFIORESREQLIST list)
{
	append(list, memory_elsewhere());
}

static void test_add__memory_that_is_not_there__next_configuration(void **state)
{
	(void)state;
	script.add = add_memory;
	assert_int_equal(start(), 0);
	assert_int_equal(given.messages, 0);
	assert_int_equal(given.lines, 1);
}

static void add_memory_or_private(WDFIORESREQLIST list)
{
	IO_RESOURCE_DESCRIPTOR d;

	append(list, memory_elsewhere());
	memset(&d, 0, sizeof(d));
	d.Type = CmResourceTypeDevicePrivate;
	d.Option = IO_RESOURCE_ALTERNATIVE;
	append(list, d);
}

static void test_add__alternative__taken_where_the_first_is_not_there(void **state)
{
	(void)state;
	script.add = add_memory_or_private;
	assert_int_equal(start(), 0);
	assert_int_equal(given.messages, 1);
	assert_int_equal(given.private, 1);
	assert_int_equal(given.memory, 1);
}

static void add_memory_to_all(WDFIORESREQLIST list)
{
	IO_RESOURCE_DESCRIPTOR d = memory_elsewhere();

	for (ULONG i = 0; i < WdfIoResourceRequirementsListGetCount(list); i++)
		assert_int_equal(WdfIoResourceListAppendDescriptor(
					 WdfIoResourceRequirementsListGetIoResList(list, i), &d),
				 STATUS_SUCCESS);
}

static void test_add__no_configuration_can_be_met__start_fails(void **state)
{
	(void)state;
	script.add = add_memory_to_all;
	assert_int_equal(start(), -ECANCELED);
	assert_non_null(strstr(fx.rep.text, "has not the resources"));
	assert_string_equal(fx_log(), "DeviceAdd FilterRemove FilterAdd DeviceCleanup "
				      "DeviceDestroy");
}

static void add_configuration_in_front(WDFIORESREQLIST list)
{
	IO_RESOURCE_DESCRIPTOR d = message(1);
	WDFIORESLIST one;

	assert_int_equal(WdfIoResourceListCreate(list, WDF_NO_OBJECT_ATTRIBUTES, &one),
			 STATUS_SUCCESS);
	assert_int_equal(WdfIoResourceListAppendDescriptor(one, &d), STATUS_SUCCESS);
	assert_int_equal(WdfIoResourceRequirementsListInsertIoResList(list, one, 0),
			 STATUS_SUCCESS);
}

static void test_add__configuration_in_front__is_the_first_choice(void **state)
{
	(void)state;
	script.add = add_configuration_in_front;
	fx_script.skip = "PrepareHardware"; /* it wants registers */
	assert_int_equal(start(), 0);
	assert_int_equal(passed.count, 1);
	assert_int_equal(passed.messages, 1);
}

/* --- what a driver above took away --- */

static int first_message, second_message;

static void without_first_message(WDFCMRESLIST raw, WDFCMRESLIST translated)
{
	struct fx_assignment *assigned =
		&fx_device_from_handle(fx.driver->fx, fx_made.device)->level->assigned;

	(void)raw;
	(void)translated;
	assert_int_equal(assigned->at[1].raw.u.MessageInterrupt.u.Raw.Vector, 0);
	assigned->count--;
	memmove(&assigned->at[1], &assigned->at[2], (assigned->count - 1) * sizeof(*assigned->at));
}

static void see_messages(WDFDEVICE device, WDFCMRESLIST raw, WDFCMRESLIST translated)
{
	struct fx_device *fx_device = fx_device_from_handle(fx.driver->fx, device);

	see_prepare(device, raw, translated);
	first_message = list_entry(fx_device->interrupts.next, struct fx_interrupt, link)->message;
	second_message =
		list_entry(fx_device->interrupts.next->next, struct fx_interrupt, link)->message;
}

static void test_messages__first_is_another_s__interrupts_have_those_in_the_list(void **state)
{
	(void)state;
	script.msix = 3;
	script.remove_added = without_first_message;
	fx_script.interrupts = 2;
	fx_script.in_prepare = see_messages;
	assert_int_equal(start(), 0);
	assert_int_equal(given.messages, 2);
	assert_int_equal(first_message, 1);
	assert_int_equal(second_message, 2);
}

/* --- failures --- */

static void test_filter__fails__requirements_stay(void **state)
{
	(void)state;
	script.msix = 5;
	script.remove = remove_messages;
	script.remove_status = STATUS_UNSUCCESSFUL;
	assert_int_equal(start(), 0);
	assert_string_equal(fx_log(), "DeviceAdd FilterRemove RemoveAdded PrepareHardware D0Entry "
				      "D0EntryPost SmioInit");
	assert_int_equal(given.messages, 5);
	fx_remove();
	script.remove_status = STATUS_SUCCESS;
	script.add_status = STATUS_UNSUCCESSFUL;
	assert_int_equal(start(), 0);
	assert_int_equal(given.messages, 5);
}

static void test_remove_added__fails__start_fails_with_nothing_to_undo(void **state)
{
	(void)state;
	script.remove_added_status = STATUS_INVALID_PARAMETER;
	assert_int_equal(start(), -ECANCELED);
	assert_non_null(strstr(fx.rep.text, "EvtDeviceRemoveAddedResources failed with "
					    "STATUS_INVALID_PARAMETER"));
	assert_string_equal(fx_log(), "DeviceAdd FilterRemove FilterAdd RemoveAdded "
				      "DeviceCleanup DeviceDestroy");
}

static void test_set__adds_without_removing__named_and_not_asked(void **state)
{
	(void)state;
	script.no_remove_added = true;
	script.msix = 5;
	script.remove = remove_last_two;
	assert_int_equal(start(), 0);
	assert_true(fx_broke());
	assert_string_equal(fx_log(), "DeviceAdd FilterRemove PrepareHardware D0Entry D0EntryPost "
				      "SmioInit");
	assert_int_equal(given.messages, 5);
}

static void test_set__wrong_size__ignored(void **state)
{
	(void)state;
	script.size = sizeof(WDF_FDO_EVENT_CALLBACKS) - 1;
	assert_int_equal(start(), 0);
	assert_true(fx_broke());
	assert_null(strstr(fx_log(), "Filter"));
}

static void test_start__allocations_fail__one_after_the_other(void **state)
{
	bool fired = true;
	(void)state;
	assert_int_equal(fx_verify("VerifierOn=0"), 0);
	assert_int_equal(fx_load(), 0);
	for (uint64_t k = 1; fired; k++) {
		int err;

		script.add = NULL;
		fault_arm(FAULT_ALLOC, k);
		err = start();
		fired = fault_fired();
		fault_disarm();
		if (!err)
			fx_remove();
		assert_true(k < 2000);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fx_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_start__order_and_default_lists),
		TEST(test_msix__a_descriptor_each),
		TEST(test_msix__more_than_32),
		TEST(test_remove__messages__fewer_given),
		TEST(test_remove__configuration_with_messages__line_given),
		TEST(test_remove__everything__nothing_given),
		TEST(test_remove__adding_is_refused),
		TEST(test_add__messages__as_many_as_asked_for),
		TEST(test_add__more_messages_than_there_are__all_given),
		TEST(test_add__affinity__is_in_the_lists),
		TEST(test_add__private__removed_for_those_below_seen_by_prepare),
		TEST(test_add__memory_that_is_not_there__next_configuration),
		TEST(test_add__alternative__taken_where_the_first_is_not_there),
		TEST(test_add__no_configuration_can_be_met__start_fails),
		TEST(test_add__configuration_in_front__is_the_first_choice),
		TEST(test_messages__first_is_another_s__interrupts_have_those_in_the_list),
		TEST(test_filter__fails__requirements_stay),
		TEST(test_remove_added__fails__start_fails_with_nothing_to_undo),
		TEST(test_set__adds_without_removing__named_and_not_asked),
		TEST(test_set__wrong_size__ignored),
		TEST(test_start__allocations_fail__one_after_the_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
