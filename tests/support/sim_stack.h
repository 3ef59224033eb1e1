/* SPDX-License-Identifier: MIT */
/*
 * sim_stack.h - three devices, one above the other, on one loop, for tests under the simulated
 * executor: filters above the lowest, which is that of io_fixture.h.
 */
#ifndef SIM_STACK_H
#define SIM_STACK_H

#include "base/exec.h"
#include "io_fixture.h"

enum level { LOW, MID, TOP, LEVELS };

struct sim_stack {
	struct io_fixture f; /* its device is the lowest */
	struct fx_device_head *devices[LEVELS];
};
extern struct sim_stack sim_stack;

/* @verify: as io_fixture_setup_verify(); @config_of is asked from the lowest up. */
void sim_stack_setup(const char *verify, struct fx_io_config (*config_of)(enum level level));
void sim_stack_start(enum level level);        /* it has its queues; clients may open it */
void sim_stack_purge(bool power_managed_only); /* from the top down; again is harmless */
void sim_stack_teardown(void);                 /* purged */
WDFDEVICE sim_stack_device(enum level level);
enum level sim_stack_level(WDFDEVICE device);

struct exec_thread *sim_thread(void (*run)(void *arg), void *arg);

#endif
