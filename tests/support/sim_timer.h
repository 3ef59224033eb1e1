/* SPDX-License-Identifier: MIT */
/* sim_timer.h - a WDFTIMER on virtual time, and what its callback saw. */
#ifndef TEST_SIM_TIMER_H
#define TEST_SIM_TIMER_H

#include "sim_device.h"

static struct sim_seen seen;
static WDFTIMER timer;

static inline UW_UNUSED int sim_timer_setup(void **state)
{
	(void)state;
	seen = (struct sim_seen){ 0 };
	timer = NULL;
	sim_device_up(1);
	return 0;
}

static inline UW_UNUSED int sim_timer_teardown(void **state)
{
	(void)state;
	sim_device_down();
	return 0;
}

static inline UW_UNUSED void on_timer(WDFTIMER t)
{
	(void)t;
	sim_see(&seen);
}

static inline UW_UNUSED void take_long_once(WDFTIMER t)
{
	on_timer(t);
	if (sim_count(&seen) == 1)
		exec_sleep_ms(34);
}

static inline UW_UNUSED void up(void)
{
	fx_up();
	(void)fx_broke();
}

static inline UW_UNUSED void timer_attrs(WDF_OBJECT_ATTRIBUTES *attrs, WDF_EXECUTION_LEVEL level)
{
	WDF_OBJECT_ATTRIBUTES_INIT(attrs);
	attrs->ParentObject = fx_made.device;
	if (level)
		attrs->ExecutionLevel = level;
}

static inline UW_UNUSED void make(PFN_WDF_TIMER callback, ULONG period, WDF_EXECUTION_LEVEL level)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_TIMER_CONFIG config;

	if (!fx.device)
		up();
	WDF_TIMER_CONFIG_INIT_PERIODIC(&config, callback, (LONG)period);
	timer_attrs(&attrs, level);
	assert_int_equal(WdfTimerCreate(&config, &attrs, &timer), STATUS_SUCCESS);
}

#define TIMER_TEST(name) cmocka_unit_test_setup_teardown(name, sim_timer_setup, sim_timer_teardown)

#endif
