/* SPDX-License-Identifier: MIT */
#include "sim_stack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct sim_stack sim_stack;

void sim_stack_setup(const char *verify, struct fx_io_config (*config_of)(enum level level))
{
	struct fx_io_config config = config_of(LOW);

	io_fixture_setup_verify(&sim_stack.f, &config, verify);
	sim_stack.devices[LOW] = sim_stack.f.device;
	for (enum level i = MID; i < LEVELS; i++) {
		config = config_of(i);
		sim_stack.devices[i] =
			io_device_above(&sim_stack.f, sim_stack.devices[i - 1], &config);
	}
}

void sim_stack_start(enum level level)
{
	struct fx_io *io = sim_stack.devices[level]->io;

	fx_io_resume(io);
	fx_io_set_started(io);
	fx_io_allow_open(io, true);
}

void sim_stack_purge(bool power_managed_only)
{
	for (enum level i = LEVELS; i--;)
		fx_io_purge(sim_stack.devices[i]->io, power_managed_only);
}

void sim_stack_teardown(void)
{
	fx_object_delete(&sim_stack.devices[TOP]->base);
	fx_object_delete(&sim_stack.devices[MID]->base);
	io_fixture_teardown(&sim_stack.f);
}

WDFDEVICE sim_stack_device(enum level level)
{
	return (WDFDEVICE)fx_object_handle(&sim_stack.devices[level]->base);
}

enum level sim_stack_level(WDFDEVICE device)
{
	enum level i = LOW;

	while (sim_stack_device(i) != device)
		i++;
	return i;
}

struct exec_thread *sim_thread(void (*run)(void *arg), void *arg)
{
	struct exec_thread_params params = { .name = "sim", .run = run, .arg = arg, .node = -1 };
	struct exec_thread *thread;

	assert_int_equal(exec_thread_start(&params, &thread), 0);
	return thread;
}
