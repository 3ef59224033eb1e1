/* SPDX-License-Identifier: MIT */
/*
 * Every function that creates something, with each of its allocations failing in turn: the
 * documented status, no handle, nothing left, no callback, and the next attempt works. None of them
 * makes a system call of ours (the registry's file is SQLite's).
 */
#include "fx_kinds.h"

#include <string.h>

#include "base/fault.h"
#include "base/mem.h"
#include "check.h"
#include "object/driver.h"
#include "object/object.h"
#include "registry_dir.h"
#include "support/reslist.h"

#define MOST_POINTS 200

typedef struct _DATA {
	ULONG64 value[8];
} DATA;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(DATA, GetData)

typedef struct _OTHER {
	ULONG64 value[2];
} OTHER;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(OTHER, GetOther)

static void note(WDFOBJECT object)
{
	(void)object;
	fx_note("callback");
}

static void with_all(PWDF_OBJECT_ATTRIBUTES attrs)
{
	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(attrs, DATA);
	attrs->EvtCleanupCallback = note;
	attrs->EvtDestroyCallback = note;
}

/* --- what there is to create, beside fx_kinds --- */

static WDFLOOKASIDE list;
static WDFKEY parameters;
static WDFIORESREQLIST requirements;
DECLARE_CONST_UNICODE_STRING(sub_key, L"Sub");
DECLARE_CONST_UNICODE_STRING(there, L"There");
DECLARE_CONST_UNICODE_STRING(text, L"some text");

static NTSTATUS make_from_lookaside(PWDF_OBJECT_ATTRIBUTES attrs, WDFOBJECT *out)
{
	(void)attrs; /* the list has some */
	return WdfMemoryCreateFromLookaside(list, (WDFMEMORY *)out);
}

static NTSTATUS make_text(PWDF_OBJECT_ATTRIBUTES attrs, WDFOBJECT *out)
{
	return WdfStringCreate(&text, attrs, (WDFSTRING *)out);
}

static NTSTATUS make_parameters_key(PWDF_OBJECT_ATTRIBUTES attrs, WDFOBJECT *out)
{
	return WdfDriverOpenParametersRegistryKey(WdfGetDriver(), KEY_READ, attrs, (WDFKEY *)out);
}

static NTSTATUS make_state_key(PWDF_OBJECT_ATTRIBUTES attrs, WDFOBJECT *out)
{
	return WdfDriverOpenPersistentStateRegistryKey(WdfGetDriver(), KEY_READ, attrs,
						       (WDFKEY *)out);
}

static NTSTATUS make_hardware_key(PWDF_OBJECT_ATTRIBUTES attrs, WDFOBJECT *out)
{
	return WdfDeviceOpenRegistryKey(fx_made.device, PLUGPLAY_REGKEY_DEVICE, KEY_READ, attrs,
					(WDFKEY *)out);
}

static NTSTATUS make_software_key(PWDF_OBJECT_ATTRIBUTES attrs, WDFOBJECT *out)
{
	return WdfDeviceOpenRegistryKey(fx_made.device, PLUGPLAY_REGKEY_DRIVER, KEY_READ, attrs,
					(WDFKEY *)out);
}

static NTSTATUS make_map_key(PWDF_OBJECT_ATTRIBUTES attrs, WDFOBJECT *out)
{
	return WdfDeviceOpenDevicemapKey(fx_made.device, &sub_key, KEY_READ, attrs, (WDFKEY *)out);
}

static NTSTATUS make_created_key(PWDF_OBJECT_ATTRIBUTES attrs, WDFOBJECT *out)
{
	return WdfRegistryCreateKey(parameters, &sub_key, KEY_READ, 0, NULL, attrs, (WDFKEY *)out);
}

static NTSTATUS make_opened_key(PWDF_OBJECT_ATTRIBUTES attrs, WDFOBJECT *out)
{
	return WdfRegistryOpenKey(parameters, &there, KEY_READ, attrs, (WDFKEY *)out);
}

static NTSTATUS make_value_memory(PWDF_OBJECT_ATTRIBUTES attrs, WDFOBJECT *out)
{
	return WdfRegistryQueryMemory(parameters, &there, NonPagedPoolNx, attrs, (WDFMEMORY *)out,
				      NULL);
}

static NTSTATUS make_io_list(PWDF_OBJECT_ATTRIBUTES attrs, WDFOBJECT *out)
{
	return WdfIoResourceListCreate(requirements, attrs, (WDFIORESLIST *)out);
}

static const struct fx_kind others[] = {
	{ .name = "memory-of-a-list", .make = make_from_lookaside },
	{ .name = "string-with-text", .make = make_text },
	{ .name = "parameters-key", .make = make_parameters_key },
	{ .name = "state-key", .make = make_state_key },
	{ .name = "hardware-key", .make = make_hardware_key },
	{ .name = "software-key", .make = make_software_key },
	{ .name = "devicemap-key", .make = make_map_key },
	{ .name = "created-key", .make = make_created_key },
	{ .name = "opened-key", .make = make_opened_key },
	{ .name = "value-memory", .make = make_value_memory },
	{ .name = "io-list", .make = make_io_list },
};

/* --- the sweep --- */

struct sweep {
	const struct fx_kind *kind;
	PWDF_OBJECT_ATTRIBUTES attrs;
	bool fired; /* in the last attempt */
};

static NTSTATUS try_at(struct sweep *sweep, unsigned int k, WDFOBJECT *out)
{
	NTSTATUS status;

	*out = NULL;
	fault_arm(FAULT_ALLOC, k);
	status = sweep->kind->make(sweep->attrs, out);
	sweep->fired = fault_fired();
	fault_disarm();
	check((*out != NULL) == NT_SUCCESS(status), "%s: %#x and handle %p at %u",
	      sweep->kind->name, (unsigned int)status, (void *)*out, k);
	return status;
}

static void check_blocks(const struct sweep *sweep, uint64_t before, unsigned int k)
{
	check(mem_live_blocks() == before, "%s: %d blocks more at %u", sweep->kind->name,
	      (int)(mem_live_blocks() - before), k);
}

/* Twice: the first time may leave what is kept for later, as the registry's pages. */
static void fail_twice(struct sweep *sweep, unsigned int k, NTSTATUS first)
{
	uint64_t blocks = mem_live_blocks();
	WDFOBJECT object;

	check(first == STATUS_INSUFFICIENT_RESOURCES, "%s: %#x at %u", sweep->kind->name,
	      (unsigned int)first, k);
	(void)try_at(sweep, k, &object);
	check_blocks(sweep, blocks, k);
	check(!fx_log()[0], "%s: %s at %u", sweep->kind->name, fx_log(), k);
}

static void works_twice(const struct sweep *sweep, unsigned int k)
{
	uint64_t blocks = mem_live_blocks();
	WDFOBJECT object;

	for (unsigned int i = 0; i < 2; i++) {
		blocks = mem_live_blocks();
		check(NT_SUCCESS(sweep->kind->make(sweep->attrs, &object)),
		      "%s: the next fails, too, after %u", sweep->kind->name, k);
		fx_object_delete(fx_object_at(object)); /* a driver may not delete each */
	}
	check_blocks(sweep, blocks, k);
	fx_log_clear();
}

/* Returns how many points there are at which it fails. */
static unsigned int sweep_points(struct sweep *sweep)
{
	WDFOBJECT object;
	unsigned int k;

	for (k = 1; k < MOST_POINTS; k++) {
		NTSTATUS status = try_at(sweep, k, &object);

		if (!NT_SUCCESS(status)) {
			fail_twice(sweep, k, status);
		} else { /* some do without: the registry's cache */
			fx_object_delete(fx_object_at(object));
			if (!sweep->fired)
				break;
		}
		works_twice(sweep, k);
	}
	check(k < MOST_POINTS, "%s: no end", sweep->kind->name);
	return k - 1;
}

static unsigned int sweep_kind(const struct fx_kind *kind)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	struct sweep sweep = { .kind = kind, .attrs = &attrs };

	with_all(&attrs);
	if (kind->parent == FX_BELOW_NONE)
		attrs.ParentObject = fx_made.device;
	fx_log_clear();
	return sweep_points(&sweep);
}

static unsigned int sweep_kinds(const struct fx_kind *kinds, size_t count)
{
	unsigned int points = 0;

	for (size_t i = 0; i < count; i++) {
		unsigned int here = sweep_kind(&kinds[i]);

		check(here, "%s: nothing to fail", kinds[i].name);
		points += here;
	}
	return points;
}

static int setup(void **state)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	ULONG value = 7;
	WDFKEY key;

	if (fx_setup(state) || fx_verify("VerifierOn=0"))
		return -1;
	test_registry_begin();
	fx_up();
	with_all(&attrs);
	assert_int_equal(WdfLookasideListCreate(NULL, 64, NonPagedPoolNx, &attrs, 0, &list),
			 STATUS_SUCCESS);
	assert_int_equal(WdfDriverOpenParametersRegistryKey(WdfGetDriver(), KEY_ALL_ACCESS, NULL,
							    &parameters),
			 STATUS_SUCCESS);
	assert_int_equal(WdfRegistryCreateKey(parameters, &there, KEY_READ, 0, NULL, NULL, &key),
			 STATUS_SUCCESS);
	WdfRegistryClose(key);
	assert_int_equal(
		WdfRegistryAssignValue(parameters, &there, REG_DWORD, sizeof(value), &value),
		STATUS_SUCCESS);
	return 0;
}

static int teardown(void **state)
{
	int err;

	if (fx.device)
		fx_remove();
	err = fx_teardown(state);
	test_registry_end();
	return err;
}

static struct fx_io_req_list *make_requirements(void)
{
	struct fx_io_req_list *made;

	assert_int_equal(fx_io_req_list_new(fx_driver_of(WdfDriverGlobals), FX_RES_ADD, &made),
			 STATUS_SUCCESS);
	requirements = (WDFIORESREQLIST)fx_object_handle(&made->base);
	return made;
}

static void sweep_all(void)
{
	struct fx_io_req_list *made = make_requirements();
	unsigned int points = sweep_kinds(fx_kinds, UW_ARRAY_SIZE(fx_kinds)) +
			      sweep_kinds(others, UW_ARRAY_SIZE(others));

	print_message("%u points in %zu functions\n", points,
		      UW_ARRAY_SIZE(fx_kinds) + UW_ARRAY_SIZE(others));
	fx_object_delete(&made->base);
}

static void test_create__each_allocation_fails__nothing_left_and_the_next_works(void **state)
{
	(void)state;
	sweep_all();
}

/* --- attributes that are wrong for all of them; fx_kinds has its own test of that --- */

static void refuse(const struct fx_kind *kind, PWDF_OBJECT_ATTRIBUTES attrs, NTSTATUS should)
{
	WDFOBJECT object = NULL;
	NTSTATUS status = kind->make(attrs, &object);

	check(status == should, "%s: %#x, not %#x", kind->name, (unsigned int)status,
	      (unsigned int)should);
	check(!object, "%s: a handle", kind->name);
}

static void refuse_each(const struct fx_kind *kind)
{
	WDF_OBJECT_ATTRIBUTES attrs;

	with_all(&attrs);
	attrs.Size++;
	refuse(kind, &attrs, STATUS_INFO_LENGTH_MISMATCH);
	with_all(&attrs);
	attrs.ExecutionLevel = WdfExecutionLevelPassive;
	refuse(kind, &attrs, STATUS_WDF_EXECUTION_LEVEL_INVALID);
	with_all(&attrs);
	attrs.SynchronizationScope = WdfSynchronizationScopeDevice;
	refuse(kind, &attrs, STATUS_WDF_SYNCHRONIZATION_SCOPE_INVALID);
	with_all(&attrs);
	attrs.ContextSizeOverride = sizeof(DATA) - 1;
	refuse(kind, &attrs, STATUS_WDF_OBJECT_ATTRIBUTES_INVALID);
}

static void test_create__illegal_attributes__the_documented_status(void **state)
{
	struct fx_io_req_list *made = make_requirements();
	WDF_OBJECT_ATTRIBUTES attrs;
	uint64_t blocks = mem_live_blocks();

	(void)state;
	for (size_t i = 1; i < UW_ARRAY_SIZE(others); i++) /* the first has its list's */
		refuse_each(&others[i]);
	with_all(&attrs);
	attrs.ParentObject = fx_made.device;
	assert_int_equal(WdfIoResourceListCreate(requirements, &attrs, &(WDFIORESLIST){ NULL }),
			 STATUS_WDF_PARENT_ASSIGNMENT_NOT_ALLOWED);
	assert_int_equal(mem_live_blocks(), blocks);
	assert_string_equal(fx_log(), "");
	fx_object_delete(&made->base);
}

/* --- contexts: nothing to delete, so each object is a new one --- */

static NTSTATUS allocate_context(WDFOBJECT object)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	PVOID context = NULL;
	NTSTATUS status;

	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attrs, OTHER);
	status = WdfObjectAllocateContext(object, &attrs, &context);
	assert_int_equal(context != NULL, NT_SUCCESS(status));
	assert_ptr_equal(WdfObjectGetTypedContext(object, OTHER), context);
	return status;
}

WDF_DECLARE_CUSTOM_TYPE(CUSTOM);

static NTSTATUS add_custom_type(WDFOBJECT object)
{
	NTSTATUS status = WdfObjectAddCustomType(object, CUSTOM);

	assert_int_equal(WdfObjectIsCustomType(object, CUSTOM), NT_SUCCESS(status));
	return status;
}

static void fail_and_repeat(NTSTATUS (*add)(WDFOBJECT object))
{
	WDFOBJECT object;
	NTSTATUS status;

	assert_int_equal(WdfObjectCreate(NULL, &object), STATUS_SUCCESS);
	fault_arm(FAULT_ALLOC, 1);
	status = add(object);
	fault_disarm();
	assert_int_equal(status, STATUS_INSUFFICIENT_RESOURCES);
	assert_int_equal(add(object), STATUS_SUCCESS);
	WdfObjectDelete(object);
}

static void test_context__allocation_fails__not_there_and_the_next_works(void **state)
{
	uint64_t blocks = mem_live_blocks();

	(void)state;
	fail_and_repeat(allocate_context);
	fail_and_repeat(add_custom_type);
	assert_int_equal(mem_live_blocks(), blocks);
}

/* --- what a driver may not delete: until it works, which is the next attempt --- */

static void until_it_works(const char *name, NTSTATUS (*make)(void))
{
	uint64_t blocks = mem_live_blocks();
	unsigned int k = 0;
	NTSTATUS status;

	do {
		check(mem_live_blocks() == blocks, "%s: %d blocks more after %u", name,
		      (int)(mem_live_blocks() - blocks), k);
		check(!strstr(fx_log(), "callback"), "%s: %s", name, fx_log());
		fault_arm(FAULT_ALLOC, ++k);
		status = make();
		fault_disarm();
	} while (status == STATUS_INSUFFICIENT_RESOURCES && k < MOST_POINTS);
	check(status == STATUS_SUCCESS, "%s: %#x at %u", name, (unsigned int)status, k);
	check(k > 1, "%s: nothing to fail", name);
}

static PDRIVER_OBJECT driver_object;
static PUNICODE_STRING driver_path;
static PWDFDEVICE_INIT device_init;
static WDFDEVICE device;
static WDFDMAENABLER enabler;

static NTSTATUS make_device(void)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	NTSTATUS status;

	with_all(&attrs);
	device = NULL;
	status = WdfDeviceCreate(&device_init, &attrs, &device);
	assert_int_equal(device != NULL, NT_SUCCESS(status));
	assert_int_equal(device_init == NULL, NT_SUCCESS(status));
	return status;
}

static BOOLEAN no_isr(WDFINTERRUPT interrupt, ULONG message)
{
	(void)interrupt;
	(void)message;
	return FALSE;
}

static NTSTATUS make_interrupt(void)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_INTERRUPT_CONFIG config;
	WDFINTERRUPT interrupt = NULL;
	NTSTATUS status;

	with_all(&attrs);
	WDF_INTERRUPT_CONFIG_INIT(&config, no_isr, NULL);
	status = WdfInterruptCreate(device, &config, &attrs, &interrupt);
	assert_int_equal(interrupt != NULL, NT_SUCCESS(status));
	return status;
}

static NTSTATUS make_enabler(void)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_DMA_ENABLER_CONFIG config;
	NTSTATUS status;

	with_all(&attrs);
	enabler = NULL;
	WDF_DMA_ENABLER_CONFIG_INIT(&config, WdfDmaProfileScatterGather, 4096);
	status = WdfDmaEnablerCreate(device, &config, &attrs, &enabler);
	assert_int_equal(enabler != NULL, NT_SUCCESS(status));
	return status;
}

static NTSTATUS make_common_buffer(void)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFCOMMONBUFFER buffer = NULL;
	NTSTATUS status;

	with_all(&attrs);
	status = WdfCommonBufferCreate(enabler, 8192, &attrs, &buffer);
	assert_int_equal(buffer != NULL, NT_SUCCESS(status));
	return status;
}

static NTSTATUS add_device(WDFDRIVER driver, PWDFDEVICE_INIT init)
{
	(void)driver;
	device_init = init;
	until_it_works("WdfDeviceCreate", make_device);
	until_it_works("WdfInterruptCreate", make_interrupt);
	until_it_works("WdfDmaEnablerCreate", make_enabler);
	until_it_works("WdfCommonBufferCreate", make_common_buffer);
	fx_note("added");
	return STATUS_SUCCESS;
}

static NTSTATUS make_driver(void)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_DRIVER_CONFIG config;
	WDFDRIVER driver = NULL;
	NTSTATUS status;

	with_all(&attrs);
	WDF_DRIVER_CONFIG_INIT(&config, add_device);
	status = WdfDriverCreate(driver_object, driver_path, &attrs, &config, &driver);
	assert_int_equal(driver != NULL, NT_SUCCESS(status));
	return status;
}

static NTSTATUS enter(PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	driver_object = object;
	driver_path = path;
	until_it_works("WdfDriverCreate", make_driver);
	return STATUS_SUCCESS;
}

static void start_with_faults(void)
{
	assert_int_equal(fx_setup(NULL), 0);
	assert_int_equal(fx_verify("VerifierOn=0"), 0);
	fx_script.entry = enter;
	assert_int_equal(fx_start("model:edu"), 0);
	assert_non_null(strstr(fx_log(), "added"));
	fx_remove();
	assert_int_equal(fx_teardown(NULL), 0);
}

static void test_start__each_allocation_of_a_creation_fails__until_it_works(void **state)
{
	(void)state;
	start_with_faults();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_create__each_allocation_fails__nothing_left_and_the_next_works),
		TEST(test_create__illegal_attributes__the_documented_status),
		TEST(test_context__allocation_fails__not_there_and_the_next_works),
		cmocka_unit_test(test_start__each_allocation_of_a_creation_fails__until_it_works),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
