/* SPDX-License-Identifier: MIT */
/*
 * May the device be removed? After Microsoft's documentation of EvtDeviceQueryRemove and pnp-states
 * A5, A6 and A11: asked before an orderly removal, never before one by surprise; a refusal leaves
 * the device started.
 */
#include "stop_child.h"

#include "fx_fixture.h"

#include <errno.h>
#include <string.h>

#define REMOVED                                                                                    \
	"SmioSuspend D0ExitPre D0Exit ReleaseHardware SmioFlush SmioCleanup DeviceCleanup "        \
	"DeviceDestroy"

static WDF_DEVICE_PNP_STATE pnp_state(void)
{
	return WdfDeviceGetDevicePnpState(fx_made.device);
}

static int ask(void)
{
	memset(&fx.rep, 0, sizeof(fx.rep));
	return uwdf_device_query_remove(fx.device, &fx.rep);
}

static void test_query__driver_agrees__removal_does_not_ask_again(void **state)
{
	(void)state;
	fx_up();
	assert_int_equal(ask(), 0);
	assert_string_equal(fx_log(), "QueryRemove");
	assert_int_equal(pnp_state(), WdfDevStatePnpQueryRemovePending);
	fx_remove();
	assert_string_equal(fx_log(), "QueryRemove " REMOVED);
}

static void test_query__driver_refuses__device_stays_started(void **state)
{
	(void)state;
	fx_up();
	fx_script.fail = "QueryRemove";
	fx_script.status = STATUS_DEVICE_BUSY;
	assert_int_equal(ask(), -ECANCELED);
	assert_string_equal(fx_log(), "QueryRemove");
	assert_int_equal(pnp_state(), WdfDevStatePnpStarted);
	assert_int_equal(WdfDeviceGetDevicePowerState(fx_made.device), WdfDevStatePowerD0);
}

static void test_query__driver_refuses__report_names_device_and_status(void **state)
{
	(void)state;
	fx_up();
	fx_script.fail = "QueryRemove";
	fx_script.status = STATUS_DEVICE_DATA_ERROR;
	assert_int_equal(ask(), -ECANCELED);
	assert_non_null(strstr(fx.rep.text, "does not let tested go"));
	assert_non_null(strstr(fx.rep.text, "STATUS_DEVICE_DATA_ERROR (0xc000009c)"));
	assert_int_equal(uwdf_device_query_remove(fx.device, NULL), -ECANCELED);
}

static void test_query__refused_then_agreed__goes(void **state)
{
	(void)state;
	fx_up();
	fx_script.fail = "QueryRemove";
	assert_int_equal(ask(), -ECANCELED);
	fx_script.fail = NULL;
	assert_int_equal(ask(), 0);
	fx_remove();
	assert_string_equal(fx_log(), "QueryRemove QueryRemove " REMOVED);
}

/* An orderly removal that nobody asked about asks, and goes on whatever the answer is. */
static void test_remove__after_a_refusal__asks_again_and_goes(void **state)
{
	(void)state;
	fx_up();
	fx_script.fail = "QueryRemove";
	assert_int_equal(ask(), -ECANCELED);
	fx_remove();
	assert_string_equal(fx_log(), "QueryRemove QueryRemove " REMOVED);
}

static void test_query__function_gone__driver_is_not_asked(void **state)
{
	(void)state;
	fx_up();
	assert_int_equal(pci_function_provoke_removal(fx_host_function(fx.device)), 0);
	assert_true(fx_log_await("Leave", 1));
	fx_log_clear();
	fx_script.fail = "QueryRemove";
	assert_int_equal(ask(), 0);
	fx_remove();
	assert_string_equal(fx_log(), "SurpriseRemoval " REMOVED);
}

static void test_query__failed_device__driver_is_not_asked(void **state)
{
	(void)state;
	fx_up();
	WdfDeviceSetFailed(fx_made.device, WdfDeviceFailedNoRestart);
	fx_log_clear();
	assert_int_equal(ask(), 0);
	fx_remove();
	assert_string_equal(fx_log(), "SurpriseRemoval " REMOVED);
}

/* pnp-states A6: query-remove pending, then as "started". */
static void test_gone__after_consent__removal_by_surprise(void **state)
{
	(void)state;
	fx_up();
	assert_int_equal(ask(), 0);
	assert_int_equal(pci_function_provoke_removal(fx_host_function(fx.device)), 0);
	assert_true(fx_log_await("Leave", 1));
	fx_log_clear();
	fx_remove();
	assert_string_equal(fx_log(), "SurpriseRemoval " REMOVED);
}

static void test_query__no_callback__may_go(void **state)
{
	(void)state;
	fx_script.skip = "all";
	fx_up();
	assert_int_equal(ask(), 0);
	assert_int_equal(pnp_state(), WdfDevStatePnpQueryRemovePending);
	fx_remove();
}

/* Rule 175: whoever asked would take it for "no such request". */
static void test_query__not_supported__refused_and_told(void **state)
{
	(void)state;
	fx_up();
	fx_script.fail = "QueryRemove";
	fx_script.status = STATUS_NOT_SUPPORTED;
	assert_int_equal(ask(), -ECANCELED);
	assert_true(fx_broke());
	assert_int_equal(pnp_state(), WdfDevStatePnpStarted);
}

static struct {
	KIRQL level;
	WDF_DEVICE_PNP_STATE state;
} seen;

static void look(const char *name)
{
	if (strcmp(name, "QueryRemove"))
		return;
	seen.level = KeGetCurrentIrql();
	seen.state = pnp_state();
}

static void test_query__the_callback__at_passive_in_ask_driver(void **state)
{
	(void)state;
	memset(&seen, 0xff, sizeof(seen));
	fx_up();
	fx_script.in_any = look;
	assert_int_equal(ask(), 0);
	assert_int_equal(seen.level, PASSIVE_LEVEL);
	assert_int_equal(seen.state, WdfDevStatePnpQueryRemoveAskDriver);
}

static void leave_raised(const char *name)
{
	KIRQL old;

	if (!strcmp(name, "QueryRemove"))
		KeRaiseIrql(DISPATCH_LEVEL, &old);
}

static void child_raised(void *arg)
{
	void *state = NULL;

	(void)arg;
	assert_int_equal(fx_setup(&state), 0);
	fx_up();
	fx_script.in_any = leave_raised;
	(void)ask();
}

static void test_query__callback_returns_raised__stops(void **state)
{
	(void)state;
	assert_true(child_stops(child_raised, NULL));
	assert_said("EvtDeviceQueryRemove was entered at IRQL 0 and returned at 2\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fx_setup, fx_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		/* first, and with nothing set up: its child starts threads, as no fork of threads
		   may */
		cmocka_unit_test(test_query__callback_returns_raised__stops),
		TEST(test_query__driver_agrees__removal_does_not_ask_again),
		TEST(test_query__driver_refuses__device_stays_started),
		TEST(test_query__driver_refuses__report_names_device_and_status),
		TEST(test_query__refused_then_agreed__goes),
		TEST(test_remove__after_a_refusal__asks_again_and_goes),
		TEST(test_query__function_gone__driver_is_not_asked),
		TEST(test_query__failed_device__driver_is_not_asked),
		TEST(test_gone__after_consent__removal_by_surprise),
		TEST(test_query__no_callback__may_go),
		TEST(test_query__not_supported__refused_and_told),
		TEST(test_query__the_callback__at_passive_in_ask_driver),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
