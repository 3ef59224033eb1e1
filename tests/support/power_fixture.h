/* SPDX-License-Identifier: MIT */
/* power_fixture.h - a device with two power-managed queues that is held and purged, by threads of
 * their own where that waits. */
#ifndef POWER_FIXTURE_H
#define POWER_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/exec.h"
#include "io_fixture.h"

static struct io_fixture f;
static struct io_op op;
static WDFQUEUE fallback, manual;

static inline UW_UNUSED WDFQUEUE make(WDF_IO_QUEUE_DISPATCH_TYPE type, bool is_default,
				      PFN_WDF_IO_QUEUE_IO_STOP stop)
{
	WDF_IO_QUEUE_CONFIG config;

	WDF_IO_QUEUE_CONFIG_INIT(&config, type);
	if (type != WdfIoQueueDispatchManual)
		config.EvtIoDefault = io_keep_request;
	config.DefaultQueue = is_default;
	config.EvtIoStop = stop;
	config.EvtIoResume = io_count_resume;
	return io_queue(&f, &config);
}

static inline UW_UNUSED void set_up(PFN_WDF_IO_QUEUE_IO_STOP stop)
{
	io_fixture_setup(&f, NULL);
	fallback = make(WdfIoQueueDispatchParallel, true, stop);
	manual = make(WdfIoQueueDispatchManual, false, stop);
	assert_int_equal(WdfDeviceConfigureRequestDispatching(io_fixture_device(&f), manual,
							      WdfRequestTypeRead),
			 STATUS_SUCCESS);
	io_fixture_start(&f);
}

static inline UW_UNUSED int teardown(void **state)
{
	(void)state;
	io_fixture_teardown(&f);
	return 0;
}

static inline UW_UNUSED WDFREQUEST submit_write(void)
{
	io_op_write(&op, "x");
	io_submit(&f, &op);
	return io_seen.last;
}

/* fx_io_hold() and fx_io_purge() wait: somebody else calls them. */
struct waiter {
	struct exec_thread *thread;
	void (*fn)(void);
	bool returned; /* atomic */
};

static inline UW_UNUSED void run_waiter(void *arg)
{
	struct waiter *waiter = arg;

	waiter->fn();
	__atomic_store_n(&waiter->returned, true, __ATOMIC_RELEASE);
}

static inline UW_UNUSED void start(struct waiter *waiter, void (*fn)(void))
{
	struct exec_thread_params params = {
		.name = "pnp", .run = run_waiter, .arg = waiter, .node = -1
	};

	waiter->fn = fn;
	waiter->returned = false;
	assert_int_equal(exec_thread_start(&params, &waiter->thread), 0);
}

static inline UW_UNUSED bool has_returned(struct waiter *waiter)
{
	io_settle(&f);
	return __atomic_load_n(&waiter->returned, __ATOMIC_ACQUIRE);
}

static inline UW_UNUSED void hold(void)
{
	fx_io_hold(f.io);
}

static inline UW_UNUSED void purge_managed(void)
{
	fx_io_purge(f.io, true);
}

static inline UW_UNUSED void purge_all(void)
{
	fx_io_purge(f.io, false);
}

/* Until the waiter's call has told the driver; it cannot be there for ever. */
static inline UW_UNUSED void until_told(unsigned int stops)
{
	while (__atomic_load_n(&io_seen.stops, __ATOMIC_ACQUIRE) < stops)
		io_settle(&f);
}

static inline UW_UNUSED void stop_and_acknowledge(WDFQUEUE queue, WDFREQUEST request, ULONG action)
{
	io_count_stop(queue, request, action);
	if (action & WdfRequestStopActionSuspend)
		WdfRequestStopAcknowledge(request, FALSE);
	else
		WdfRequestComplete(request, STATUS_CANCELLED);
}

static inline UW_UNUSED void stop_and_requeue(WDFQUEUE queue, WDFREQUEST request, ULONG action)
{
	io_count_stop(queue, request, action);
	if (action & WdfRequestStopActionSuspend)
		WdfRequestStopAcknowledge(request, TRUE);
	else
		WdfRequestComplete(request, STATUS_CANCELLED);
}

static inline UW_UNUSED void stop_and_complete(WDFQUEUE queue, WDFREQUEST request, ULONG action)
{
	io_count_stop(queue, request, action);
	WdfRequestComplete(request, STATUS_CANCELLED);
}

#define POWER_T(name) cmocka_unit_test_teardown(name, teardown)

#endif
