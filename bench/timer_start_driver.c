/* SPDX-License-Identifier: MIT */
/*
 * timer_start_driver.c - a driver whose DPC starts and stops a timer, as a network driver does with
 * its watchdog for each frame; and beside it the least that a timer can be: one look at the clock,
 * a place in a sorted list, and out again.
 */
#include <sched.h>
#include <wdf.h>

#include "timer_start_driver.h"

#define PENDING 4 /* other timers of the device */

static int measure(enum bench_timer_side side, uint64_t *samples, unsigned int count);
__attribute__((visibility("default"))) struct bench_timer bench_timer = { .measure = measure };

static WDFTIMER timer;
static WDFDPC dpc;

static struct {
	enum bench_timer_side side;
	uint64_t *samples;
	unsigned int count;
	int done; /* atomic */
} request;

/* --- the limit --- */

struct entry {
	LIST_ENTRY link;
	uint64_t due;
};
static LIST_ENTRY queue;
static struct entry pending[PENDING], entry;

static void insert(struct entry *e, uint64_t due)
{
	PLIST_ENTRY after = queue.Blink;

	while (after != &queue && CONTAINING_RECORD(after, struct entry, link)->due > due)
		after = after->Blink;
	e->due = due;
	InsertHeadList(after, &e->link);
}

static void pairs_of_limit(void)
{
	for (unsigned int i = 0; i < BENCH_TIMER_PAIRS; i++) {
		insert(&entry, bench_timer.now() + 5000000);
		RemoveEntryList(&entry.link);
		/* it is to be done each time */
		__asm__ volatile("" : : : "memory");
	}
}

/* --- ours --- */

static void pairs_of_ours(void)
{
	for (unsigned int i = 0; i < BENCH_TIMER_PAIRS; i++) {
		WdfTimerStart(timer, WDF_REL_TIMEOUT_IN_MS(5));
		WdfTimerStop(timer, FALSE);
	}
}

static VOID bench_dpc(WDFDPC object)
{
	UNREFERENCED_PARAMETER(object);
	for (unsigned int i = 0; i < request.count; i++) {
		uint64_t begin = bench_timer.now();

		if (request.side == BENCH_TIMER_OURS)
			pairs_of_ours();
		else
			pairs_of_limit();
		request.samples[i] = bench_timer.now() - begin;
	}
	__atomic_store_n(&request.done, 1, __ATOMIC_RELEASE);
}

static int measure(enum bench_timer_side side, uint64_t *samples, unsigned int count)
{
	if (!dpc)
		return -1;
	request.side = side;
	request.samples = samples;
	request.count = count;
	__atomic_store_n(&request.done, 0, __ATOMIC_RELEASE);
	WdfDpcEnqueue(dpc);
	while (!__atomic_load_n(&request.done, __ATOMIC_ACQUIRE))
		sched_yield();
	return 0;
}

/* --- the driver --- */

static VOID on_timer(WDFTIMER object)
{
	UNREFERENCED_PARAMETER(object);
}

/* Others that wait, far away, as in the limit's list. */
static NTSTATUS make_pending(PWDF_OBJECT_ATTRIBUTES attrs)
{
	NTSTATUS status = STATUS_SUCCESS;
	WDF_TIMER_CONFIG config;
	WDFTIMER other;

	WDF_TIMER_CONFIG_INIT(&config, on_timer);
	InitializeListHead(&queue);
	for (unsigned int i = 0; i < PENDING && NT_SUCCESS(status); i++) {
		insert(&pending[i], UINT64_MAX - PENDING + i);
		status = WdfTimerCreate(&config, attrs, &other);
		if (NT_SUCCESS(status))
			WdfTimerStart(other, WDF_REL_TIMEOUT_IN_SEC(3600));
	}
	return status;
}

static NTSTATUS make_objects(WDFDEVICE device)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_TIMER_CONFIG config;
	WDF_DPC_CONFIG dpc_config;
	NTSTATUS status;

	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = device;
	WDF_TIMER_CONFIG_INIT(&config, on_timer);
	status = WdfTimerCreate(&config, &attrs, &timer);
	if (NT_SUCCESS(status))
		status = make_pending(&attrs);
	WDF_DPC_CONFIG_INIT(&dpc_config, bench_dpc);
	if (NT_SUCCESS(status))
		status = WdfDpcCreate(&dpc_config, &attrs, &dpc);
	return status;
}

static NTSTATUS bench_device_add(WDFDRIVER driver, PWDFDEVICE_INIT init)
{
	WDFDEVICE device;
	NTSTATUS status;

	UNREFERENCED_PARAMETER(driver);
	status = WdfDeviceCreate(&init, WDF_NO_OBJECT_ATTRIBUTES, &device);
	return NT_SUCCESS(status) ? make_objects(device) : status;
}

DRIVER_INITIALIZE DriverEntry;
NTSTATUS DriverEntry(PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	WDF_DRIVER_CONFIG config;

	WDF_DRIVER_CONFIG_INIT(&config, bench_device_add);
	return WdfDriverCreate(object, path, WDF_NO_OBJECT_ATTRIBUTES, &config, WDF_NO_HANDLE);
}
