/* SPDX-License-Identifier: MIT */
/*
 * Every allocation of a driver's day with the registry failed in turn, then every system call:
 * statuses and nothing else, nothing left, and the registry sound.
 */
#include "fx_fixture.h"
#include "registry_dir.h"

#include "base/fault.h"
#include "base/mem.h"
#include "support/registry.h"

#define MOST_POINTS 20000

DECLARE_CONST_UNICODE_STRING(number_name, L"Number");
DECLARE_CONST_UNICODE_STRING(text_name, L"Text");
DECLARE_CONST_UNICODE_STRING(list_name, L"List");
DECLARE_CONST_UNICODE_STRING(sub_name, L"Sub\\");

/* A driver that goes on whatever fails; what it could make goes with the driver object. */
static void use_texts(WDFKEY key)
{
	WDFCOLLECTION from, to;
	WDFSTRING string;
	WDFMEMORY memory;
	WCHAR room[16];
	UNICODE_STRING text = { 0, sizeof(room), room };

	(void)!WdfRegistryAssignUnicodeString(key, &text_name, &text_name);
	(void)!WdfRegistryQueryUnicodeString(key, &text_name, NULL, &text);
	(void)!WdfRegistryQueryMemory(key, &text_name, PagedPool, NULL, &memory, NULL);
	if (!NT_SUCCESS(WdfStringCreate(&list_name, NULL, &string)) ||
	    !NT_SUCCESS(WdfCollectionCreate(NULL, &from)) ||
	    !NT_SUCCESS(WdfCollectionCreate(NULL, &to)))
		return;
	(void)!WdfRegistryQueryString(key, &text_name, string);
	(void)!WdfRegistryAssignString(key, &text_name, string);
	if (!NT_SUCCESS(WdfCollectionAdd(from, string)))
		return;
	(void)!WdfRegistryAssignMultiString(key, &list_name, from);
	if (!NT_SUCCESS(WdfRegistryQueryMultiString(key, &list_name, NULL, to)))
		assert_int_equal(WdfCollectionGetCount(to), 0);
}

static void use_keys(WDFDEVICE device)
{
	WDFKEY key, sub, hardware, software, map;
	ULONG number;

	if (NT_SUCCESS(WdfDriverOpenParametersRegistryKey(fx_made.driver, KEY_ALL_ACCESS, NULL,
							  &key))) {
		(void)!WdfRegistryAssignULong(key, &number_name, 1);
		(void)!WdfRegistryQueryULong(key, &number_name, &number);
		(void)!WdfRegistryRemoveValue(key, &number_name);
		use_texts(key);
		if (NT_SUCCESS(WdfRegistryCreateKey(key, &sub_name, KEY_ALL_ACCESS, 0, NULL, NULL,
						    &sub)))
			(void)!WdfRegistryRemoveKey(sub);
		WdfRegistryClose(key);
	}
	(void)!WdfDeviceOpenRegistryKey(device, PLUGPLAY_REGKEY_DEVICE, KEY_READ, NULL, &hardware);
	(void)!WdfDeviceOpenRegistryKey(device, PLUGPLAY_REGKEY_DRIVER, KEY_READ, NULL, &software);
	(void)!WdfDeviceOpenDevicemapKey(device, &text_name, KEY_READ, NULL, &map);
}

/* What the whole day counts and fails; the life around it does not. */
static enum fault_kind kind;
static uint64_t point;
static bool fired;

static void day(WDFDEVICE device)
{
	fault_arm(kind, point);
	use_keys(device);
	fired = fault_fired();
	fault_disarm();
}

static void one_life(void)
{
	memset(&fx_script, 0, sizeof(fx_script));
	memset(&fx_made, 0, sizeof(fx_made));
	fx_script.in_add = day;
	fx_log_clear();
	assert_int_equal(fx_start("model:edu"), 0);
	fx_remove();
	fx_unload();
}

static void check_registry(void)
{
	struct report rep = REPORT_INIT;
	struct registry *r;

	if (!NT_SUCCESS(registry_enter(false, &rep, &r)))
		return; /* it was never made */
	if (!NT_SUCCESS(registry_check(r, &rep)))
		fail_msg("point %llu: %s", (unsigned long long)point, rep.text);
	registry_leave();
}

static void sweep(enum fault_kind which, unsigned int least, uint64_t stride)
{
	uint64_t blocks = mem_live_blocks(), points = 0;
	unsigned int fds = test_open_fds();

	kind = which;
	for (point = 1; point < MOST_POINTS; point += stride) {
		unlink(test_registry_path);
		one_life();
		check_registry();
		if (mem_live_blocks() != blocks || test_open_fds() != fds)
			fail_msg("point %llu leaves %d blocks", (unsigned long long)point,
				 (int)(mem_live_blocks() - blocks));
		if (!fired)
			break;
		points++;
	}
	print_message("%llu points of kind %d\n", (unsigned long long)points, (int)which);
	assert_true(points >= least);
}

static void test_day__each_allocation_fails__statuses_and_nothing_left(void **state)
{
	(void)state;
	sweep(FAULT_ALLOC, 20, getenv("UWDF_LONG") ? 1 : 13);
}

static void test_day__each_system_call_fails__statuses_and_nothing_left(void **state)
{
	(void)state;
	sweep(FAULT_SYSCALL, 2, 1);
}

static int setup(void **state)
{
	test_registry_begin();
	return fx_setup(state);
}

static int teardown(void **state)
{
	int err = fx_teardown(state);

	test_registry_end();
	return err;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_day__each_allocation_fails__statuses_and_nothing_left),
		TEST(test_day__each_system_call_fails__statuses_and_nothing_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
