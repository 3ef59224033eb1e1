/* SPDX-License-Identifier: MIT */
/* The order of a device's callbacks: start, removal, surprise removal, failure at each step. */
#include "fx_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define UP_TO_D0      "DriverEntry DeviceAdd PrepareHardware D0Entry"
#define CLEAN_TAIL    "DeviceCleanup DeviceDestroy"
#define DOWN_FROM_D0  "D0ExitPre InterruptDisable D0Exit ReleaseHardware"
#define DMA_DOWN      "DmaStop Disable Flush"
#define REMOVED_FULLY "SmioSuspend " DMA_DOWN " " DOWN_FROM_D0 " SmioFlush SmioCleanup " CLEAN_TAIL

static void script_all(void)
{
	fx_script.interrupts = 1;
	fx_script.enablers = 1;
	fx_script.queue = true;
}

static void test_start__every_callback__order_of_kmdf(void **state)
{
	(void)state;
	script_all();
	assert_int_equal(fx_start("model:edu"), 0);
	assert_string_equal(fx_log(), UP_TO_D0 " InterruptEnable D0EntryPost Fill Enable DmaStart "
					       "SmioInit");
	assert_int_equal(WdfDeviceGetDevicePnpState(fx_made.device), WdfDevStatePnpStarted);
	assert_int_equal(WdfDeviceGetDevicePowerState(fx_made.device), WdfDevStatePowerD0);
}

static void test_remove__every_callback__reverse_order_of_kmdf(void **state)
{
	(void)state;
	script_all();
	fx_up();
	fx_remove();
	assert_string_equal(fx_log(), "QueryRemove " REMOVED_FULLY);
}

static void test_remove__function_gone__surprise_removal_first(void **state)
{
	(void)state;
	script_all();
	fx_up();
	assert_int_equal(pci_function_provoke_removal(fx_host_function(fx.device)), 0);
	assert_true(fx_log_await("Leave", 1));
	assert_string_equal(fx.why, "the function was removed");
	fx_log_clear();
	fx_remove();
	assert_string_equal(fx_log(), "SurpriseRemoval " REMOVED_FULLY);
	assert_int_equal(fx.leaves, 1);
}

static void test_remove__query_refused__device_goes_all_the_same(void **state)
{
	(void)state;
	fx_up();
	fx_script.fail = "QueryRemove";
	fx_remove();
	assert_string_equal(fx_log(), "QueryRemove SmioSuspend D0ExitPre D0Exit ReleaseHardware "
				      "SmioFlush SmioCleanup " CLEAN_TAIL);
}

static void test_remove__callbacks_fail_on_the_way_down__all_run(void **state)
{
	static const char *const failing[] = { "SmioSuspend", "DmaStop",        "Disable",
					       "Flush",       "D0ExitPre",      "InterruptDisable",
					       "D0Exit",      "ReleaseHardware" };
	(void)state;
	for (size_t i = 0; i < UW_ARRAY_SIZE(failing); i++) {
		script_all();
		fx_up();
		fx_script.fail = failing[i];
		fx_remove();
		fx_script.fail = NULL;
		assert_string_equal(fx_log(), "QueryRemove " REMOVED_FULLY);
	}
}

static void test_start_again__after_removal__a_new_device(void **state)
{
	(void)state;
	script_all();
	fx_up();
	fx_remove();
	fx_log_clear();
	assert_int_equal(fx_start("model:edu"), 0);
	assert_string_equal(fx_log(),
			    "DeviceAdd PrepareHardware D0Entry InterruptEnable D0EntryPost "
			    "Fill Enable DmaStart SmioInit");
}

/* pnp-states A10, one row each: what fails, what the log says from there on, whom the report
 * blames. */
static const struct failing {
	const char *name, *log, *blame;
} failing[] = {
	{ "DeviceAdd", CLEAN_TAIL, "EvtDriverDeviceAdd" },
	{ "PrepareHardware", "ReleaseHardware " CLEAN_TAIL, "EvtDevicePrepareHardware" },
	{ "D0Entry", "ReleaseHardware " CLEAN_TAIL, "EvtDeviceD0Entry" },
	{ "InterruptEnable", "D0Exit ReleaseHardware " CLEAN_TAIL, "EvtInterruptEnable" },
	{ "D0EntryPost", "InterruptDisable D0Exit ReleaseHardware " CLEAN_TAIL,
	  "EvtDeviceD0EntryPostInterruptsEnabled" },
	{ "Fill", "DmaStop " DOWN_FROM_D0 " " CLEAN_TAIL, "EvtDmaEnablerFill" },
	{ "Enable", "DmaStop Disable " DOWN_FROM_D0 " " CLEAN_TAIL, "EvtDmaEnablerEnable" },
	{ "DmaStart", DMA_DOWN " " DOWN_FROM_D0 " " CLEAN_TAIL, "EvtDmaEnablerSelfManagedIoStart" },
	{ "SmioInit", DMA_DOWN " " DOWN_FROM_D0 " SmioFlush SmioCleanup " CLEAN_TAIL,
	  "EvtDeviceSelfManagedIoInit" },
};

static void test_start__a_callback_fails__undone_as_kmdf_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < UW_ARRAY_SIZE(failing); i++) {
		char expected[512], name[64];
		const char *tail;

		script_all();
		fx_script.fail = failing[i].name;
		fx_script.status = STATUS_DEVICE_HARDWARE_ERROR;
		fx_log_clear();
		fx_note("-");
		assert_int_equal(fx_start("model:edu"), -ECANCELED);
		(void)snprintf(name, sizeof(name), " %s", failing[i].name);
		(void)snprintf(expected, sizeof(expected), "%s %s", failing[i].name,
			       failing[i].log);
		tail = strstr(fx_log(), name);
		assert_non_null(tail);
		assert_string_equal(tail + 1, expected);
		assert_non_null(strstr(fx.rep.text, failing[i].blame));
		assert_non_null(strstr(fx.rep.text, "STATUS_DEVICE_HARDWARE_ERROR (0xc0000483)"));
	}
}

static void test_start__second_enabler_fails__both_go_down(void **state)
{
	(void)state;
	fx_script.interrupts = 1;
	fx_script.enablers = 2;
	fx_script.fail = "Enable";
	fx_script.fail_skip = 1;
	assert_int_equal(fx_start("model:edu"), -ECANCELED);
	/* DMA down over all enablers, also the one that never came up */
	assert_string_equal(fx_log(), UP_TO_D0
			    " InterruptEnable D0EntryPost Fill Enable DmaStart "
			    "Fill Enable DmaStop Disable Flush DmaStop Disable " DOWN_FROM_D0
			    " " CLEAN_TAIL);
}

static void test_start__no_callbacks_at_all__works(void **state)
{
	(void)state;
	fx_script.skip = "all";
	assert_int_equal(fx_start("model:edu"), 0);
	fx_remove();
	assert_string_equal(fx_log(), "DriverEntry DeviceAdd " CLEAN_TAIL);
}

static void test_start__no_such_function__says_so(void **state)
{
	(void)state;
	assert_int_not_equal(fx_start("model:nothing-of-that-name"), 0);
	assert_non_null(strstr(fx.rep.text, "nothing-of-that-name"));
	assert_string_equal(fx_log(), "DriverEntry");
}

static void test_add__no_device_created__start_fails(void **state)
{
	(void)state;
	fx_script.no_device = true;
	assert_int_equal(fx_start("model:edu"), -ECANCELED);
	assert_non_null(strstr(fx.rep.text, "without creating a device"));
}

static WDF_DEVICE_PNP_STATE seen_pnp;
static WDF_DEVICE_POWER_STATE seen_power;

static void look_at_states(WDFDEVICE device)
{
	seen_pnp = WdfDeviceGetDevicePnpState(device);
	seen_power = WdfDeviceGetDevicePowerState(device);
}

static void test_states__in_d0_entry__as_in_kmdf(void **state)
{
	(void)state;
	fx_script.in_d0_entry = look_at_states;
	fx_up();
	assert_int_equal(seen_pnp, WdfDevStatePnpHardwareAvailable);
	assert_int_equal(seen_power, WdfDevStatePowerD0Starting);
}

static void test_host_free__device_runs__removed_first(void **state)
{
	(void)state;
	fx_up();
	uwdf_host_free(fx.host);
	fx.host = NULL;
	assert_string_equal(fx_log(),
			    "QueryRemove SmioSuspend D0ExitPre D0Exit ReleaseHardware "
			    "SmioFlush SmioCleanup " CLEAN_TAIL " DriverUnload DriverCleanup");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fx_setup, fx_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_start__every_callback__order_of_kmdf),
		TEST(test_remove__every_callback__reverse_order_of_kmdf),
		TEST(test_remove__function_gone__surprise_removal_first),
		TEST(test_remove__query_refused__device_goes_all_the_same),
		TEST(test_remove__callbacks_fail_on_the_way_down__all_run),
		TEST(test_start_again__after_removal__a_new_device),
		TEST(test_start__a_callback_fails__undone_as_kmdf_does),
		TEST(test_start__second_enabler_fails__both_go_down),
		TEST(test_start__no_callbacks_at_all__works),
		TEST(test_start__no_such_function__says_so),
		TEST(test_add__no_device_created__start_fails),
		TEST(test_states__in_d0_entry__as_in_kmdf),
		TEST(test_host_free__device_runs__removed_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
