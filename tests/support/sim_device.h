/* SPDX-License-Identifier: MIT */
/*
 * sim_device.h - a started device in a simulation: the fixture of fx_fixture.h, each thread of it
 * driven by a seed, on virtual time. Test threads wait by exec functions alone.
 */
#ifndef SIM_DEVICE_H
#define SIM_DEVICE_H

#include "fx_fixture.h"

#include "base/exec.h"
#include "check.h"
#include "object/driver.h"
#include "object/irql.h"
#include "pnp/device.h"

#define MS ((LONGLONG)10000) /* of KMDF's units */

static inline UW_UNUSED void sim_device_up(uint64_t seed)
{
	assert_int_equal(exec_sim_begin(seed), 0);
	assert_int_equal(fx_setup(NULL), 0);
}

static inline UW_UNUSED void sim_device_down(void)
{
	if (fx.device)
		fx_remove();
	fx_teardown(NULL);
	exec_sim_end();
}

static inline UW_UNUSED struct exec_thread *sim_thread_run(void (*run)(void *arg), void *arg)
{
	struct exec_thread_params params = { .name = "test", .run = run, .arg = arg, .node = -1 };
	struct exec_thread *thread;

	assert_int_equal(exec_thread_start(&params, &thread), 0);
	return thread;
}

/* On the device's interrupt loop at DISPATCH, as from a DPC; waits for it. */
struct sim_dispatch {
	void (*fn)(void *arg);
	void *arg;
};

static inline void sim_at_dispatch(void *arg)
{
	struct sim_dispatch *call = arg;
	KIRQL before = fx_irql_raise(DISPATCH_LEVEL);

	call->fn(call->arg);
	fx_irql_restore(before);
}

static inline UW_UNUSED void sim_on_loop(void (*fn)(void *arg), void *arg)
{
	struct sim_dispatch call = { fn, arg };
	struct fx_device *device = fx_device_from_handle(NULL, fx_made.device);

	irq_loop_call(device->irq_loop, sim_at_dispatch, &call);
}

/* What callbacks saw. One writer at a time, or counted alone. */
struct sim_seen {
	unsigned int count; /* atomic */
	uint64_t at_ns[32];
	uint32_t thread;
	KIRQL level;
};

static inline UW_UNUSED void sim_see(struct sim_seen *seen)
{
	unsigned int count = __atomic_fetch_add(&seen->count, 1, __ATOMIC_ACQ_REL);

	if (count < UW_ARRAY_SIZE(seen->at_ns))
		seen->at_ns[count] = exec_now_ns();
	seen->thread = exec_thread_id();
	seen->level = KeGetCurrentIrql();
}

static inline UW_UNUSED unsigned int sim_count(const struct sim_seen *seen)
{
	return __atomic_load_n(&seen->count, __ATOMIC_ACQUIRE);
}

/* Virtual time moves in steps of deadlines, and by a microsecond where many look at the clock. */
static inline UW_UNUSED void sim_check_time(uint64_t is_ns, uint64_t should_ns)
{
	check(is_ns >= should_ns && is_ns < should_ns + EXEC_NS_PER_MS / 10,
	      "at %llu ns, not at %llu", (unsigned long long)is_ns, (unsigned long long)should_ns);
}

static inline UW_UNUSED void sim_wait_for(const unsigned int *count, unsigned int at_least)
{
	for (int i = 0; i < 10000 && __atomic_load_n(count, __ATOMIC_ACQUIRE) < at_least; i++)
		exec_sleep_ms(1);
	check(__atomic_load_n(count, __ATOMIC_ACQUIRE) >= at_least, "waited for %u in vain",
	      at_least);
}

#endif
