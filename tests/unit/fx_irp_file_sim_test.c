/* SPDX-License-Identifier: MIT */
/*
 * Cleanups, closes and flushes as IRPs at every level of a stack: drivers end them, pass them on,
 * take them back in a completion routine or keep them for a thread of theirs, while clients cancel
 * and close and the devices are removed. Under the simulated executor, where a seed chooses.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/exec.h"
#include "object/driver.h"
#include "sim_stack.h"

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define SEEDS 15
#else
#define SEEDS 40
#endif
#define SEEDS_LONG 10000 /* with UWDF_LONG=1 */
#define CLIENTS    2
#define SESSIONS   3
#define OPS        4 /* of each session */
#define KEPT       64

/* How far the end of a file has come at one level. */
typedef struct {
	unsigned int cleanup_irps, cleanups, close_irps, closes;
} file_context;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(file_context, context_of)

static bool sees[LEVELS];          /* IRPs */
static bool disorder;              /* what must not be; on the owner loop */
static unsigned int clients_done;  /* atomic */
static unsigned int opened;        /* atomic */
static unsigned int ended[LEVELS]; /* close IRPs of each, or its EvtFileClose if it sees none */
static unsigned int kept_ends, cancels, flushes, cleanups; /* of all seeds */

/* --- IRPs that drivers keep --- */

static KSPIN_LOCK lock;
static struct kept {
	enum level level;
	PIRP irp;
} kept[KEPT]; /* guarded by lock */
static unsigned int kept_count;

static void keep(enum level level, PIRP irp)
{
	KIRQL irql;

	KeAcquireSpinLock(&lock, &irql);
	kept[kept_count++] = (struct kept){ level, irp };
	KeReleaseSpinLock(&lock, irql);
}

static bool take(struct kept *out)
{
	bool any;
	KIRQL irql;

	KeAcquireSpinLock(&lock, &irql);
	any = kept_count;
	if (any) {
		unsigned int i = (unsigned int)exec_sim_random(kept_count);

		*out = kept[i];
		kept[i] = kept[--kept_count];
	}
	KeReleaseSpinLock(&lock, irql);
	return any;
}

static NTSTATUS end(PIRP irp)
{
	NTSTATUS status = exec_sim_random(4) ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;

	irp->IoStatus.Status = status;
	irp->IoStatus.Information = 0;
	IoCompleteRequest(irp, IO_NO_INCREMENT);
	return status;
}

static NTSTATUS take_back(PDEVICE_OBJECT object, PIRP irp, PVOID context)
{
	if (exec_sim_random(2)) {
		if (irp->PendingReturned)
			IoMarkIrpPending(irp);
		return STATUS_SUCCESS;
	}
	(void)context;
	keep(sim_stack_level(WdfWdmDeviceGetWdfDeviceHandle(object)), irp);
	return STATUS_MORE_PROCESSING_REQUIRED;
}

static NTSTATUS pass_on(enum level level, PIRP irp)
{
	if (exec_sim_random(2)) {
		IoSkipCurrentIrpStackLocation(irp);
	} else {
		IoCopyCurrentIrpStackLocationToNext(irp);
		IoSetCompletionRoutine(irp, take_back, NULL, TRUE, TRUE, TRUE);
	}
	return WdfDeviceWdmDispatchPreprocessedIrp(sim_stack_device(level), irp);
}

/* --- the drivers, on the owner loop --- */

static void note_irp(enum level level, PIO_STACK_LOCATION stack)
{
	file_context *file;

	if (stack->MajorFunction == IRP_MJ_FLUSH_BUFFERS) {
		flushes++;
		return;
	}
	file = context_of(WdfDeviceGetFileObject(sim_stack_device(level), stack->FileObject));
	if (stack->MajorFunction == IRP_MJ_CLEANUP) {
		disorder |= file->cleanup_irps++ || file->cleanups || file->close_irps;
		return;
	}
	disorder |= stack->MajorFunction != IRP_MJ_CLOSE;
	disorder |= (level == TOP && !file->cleanup_irps) || file->close_irps++ || file->closes;
	ended[level]++;
}

static NTSTATUS preprocess(WDFDEVICE device, PIRP irp)
{
	enum level level = sim_stack_level(device);

	note_irp(level, IoGetCurrentIrpStackLocation(irp));
	switch (exec_sim_random(4)) {
	case 0:
		return end(irp);
	case 1:
		IoMarkIrpPending(irp);
		keep(level, irp);
		kept_ends++;
		return STATUS_PENDING;
	default:
		return pass_on(level, irp);
	}
}

static void on_cleanup(WDFFILEOBJECT object)
{
	file_context *file = context_of(object);
	enum level level = sim_stack_level(WdfFileObjectGetDevice(object));

	disorder |= file->cleanups++ || file->closes || file->close_irps;
	disorder |= sees[level] != (file->cleanup_irps == 1);
	cleanups++;
}

static void on_close(WDFFILEOBJECT object)
{
	file_context *file = context_of(object);
	enum level level = sim_stack_level(WdfFileObjectGetDevice(object));

	disorder |= file->closes++ != 0;
	disorder |= sees[level] ? !file->close_irps : level == TOP && !file->cleanups;
	ended[level] += !sees[level];
}

static void on_cancel(WDFREQUEST request)
{
	cancels++;
	WdfRequestComplete(request, STATUS_CANCELLED);
}

static void on_request(WDFQUEUE queue, WDFREQUEST request)
{
	(void)queue;
	if (!exec_sim_random(3))
		WdfRequestComplete(request, STATUS_SUCCESS);
	else if (!NT_SUCCESS(WdfRequestMarkCancelableEx(request, on_cancel)))
		WdfRequestComplete(request, STATUS_CANCELLED);
}

/* --- threads --- */

static bool is_over(void)
{
	return __atomic_load_n(&clients_done, __ATOMIC_ACQUIRE) == CLIENTS + 1;
}

static void driver_thread(void *arg)
{
	struct kept it;

	(void)arg;
	while (!is_over()) {
		if (!take(&it))
			exec_sleep_ms(1);
		else if (exec_sim_random(2))
			(void)pass_on(it.level, it.irp);
		else
			(void)end(it.irp);
		exec_yield();
	}
}

static void session(struct io_op *ops)
{
	struct fx_file *file;

	if (fx_file_open((struct fx_device *)(void *)sim_stack.devices[TOP], &file) !=
	    STATUS_SUCCESS)
		return;
	__atomic_add_fetch(&opened, 1, __ATOMIC_RELAXED);
	for (unsigned int i = 0; i < OPS; i++) {
		if (exec_sim_random(3))
			io_op_read(&ops[i], 8);
		else
			io_op_flush(&ops[i]);
		fx_io_submit(file, &ops[i].packet);
		if (!exec_sim_random(3))
			exec_yield();
		if (!exec_sim_random(3))
			fx_io_cancel(&ops[i].packet); /* it is ours and stays allocated */
	}
	fx_file_close(file);
	for (unsigned int i = 0; i < OPS; i++)
		if (ops[i].completions != 1)
			abort();
}

static void client_thread(void *arg)
{
	struct io_op(*ops)[OPS] = arg;

	for (unsigned int i = 0; i < SESSIONS; i++)
		session(ops[i]);
	__atomic_add_fetch(&clients_done, 1, __ATOMIC_RELEASE);
}

static void removal_thread(void *arg)
{
	exec_sleep_ms((uint32_t)exec_sim_random(6));
	if (arg)
		sim_stack_purge(false);
	__atomic_add_fetch(&clients_done, 1, __ATOMIC_RELEASE);
}

/* --- one seed --- */

static struct fx_io_config config_of(enum level level)
{
	struct fx_io_config config = { .filter = level != LOW };

	WDF_FILEOBJECT_CONFIG_INIT(&config.file_config, NULL, on_close, on_cleanup);
	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&config.file_attributes, file_context);
	sees[level] = exec_sim_random(3);
	if (sees[level]) {
		config.preprocess[IRP_MJ_CLEANUP].evt = preprocess;
		config.preprocess[IRP_MJ_CLOSE].evt = preprocess;
		config.preprocess[IRP_MJ_FLUSH_BUFFERS].evt = preprocess;
	}
	return config;
}

static void start_device(enum level level)
{
	WDF_IO_QUEUE_CONFIG config;

	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
	config.EvtIoDefault = on_request;
	if (level != MID) /* what the highest has not taken goes through it */
		assert_int_equal(WdfIoQueueCreate(sim_stack_device(level), &config,
						  WDF_NO_OBJECT_ATTRIBUTES, WDF_NO_HANDLE),
				 STATUS_SUCCESS);
	sim_stack_start(level);
}

static void set_up(uint64_t seed)
{
	clients_done = opened = kept_count = 0;
	memset(ended, 0, sizeof(ended));
	disorder = false;
	lock = 0;
	sim_stack_setup(seed & 1 ? "" : "VerifierOn=0", config_of);
	for (enum level i = LOW; i < LEVELS; i++)
		start_device(i);
}

/* Whoever is in the way may keep the end from those below, but nobody's comes twice. */
static void check(uint64_t seed)
{
	bool less = ended[TOP] != opened && (sees[TOP] || ended[TOP] > opened);

	for (enum level i = LOW; i < LEVELS; i++) {
		struct fx_io_stats stats = fx_io_stats(sim_stack.devices[i]->io);

		less |= stats.queued_now || stats.driver_owned_now || stats.open_files;
		less |= ended[i] > opened;
	}
	if (disorder || less || kept_count || (seed & 1 && io_broke()))
		fail_msg("seed %llu: %s%u of %u files, %u kept", (unsigned long long)seed,
			 disorder ? "out of order, " : "", ended[TOP], opened, kept_count);
}

static void live_once(uint64_t seed, bool removed)
{
	static struct io_op ops[CLIENTS][SESSIONS][OPS];
	struct exec_thread *threads[CLIENTS + 2];

	assert_int_equal(exec_sim_begin(seed), 0);
	memset(ops, 0, sizeof(ops));
	set_up(seed);
	for (unsigned int c = 0; c < CLIENTS; c++)
		threads[c] = sim_thread(client_thread, ops[c]);
	threads[CLIENTS] = sim_thread(driver_thread, NULL);
	threads[CLIENTS + 1] = sim_thread(removal_thread, removed ? &ops : NULL);
	for (unsigned int i = 0; i < CLIENTS + 2; i++)
		exec_thread_join(threads[i]);
	check(seed);
	sim_stack_purge(false);
	sim_stack_teardown();
	exec_sim_end();
}

static uint64_t seeds(void)
{
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): nobody sets the environment */
	return getenv("UWDF_LONG") ? SEEDS_LONG : SEEDS;
}

static void test_seeds__closed_by_clients__each_level_in_order(void **state)
{
	(void)state;
	kept_ends = cancels = flushes = cleanups = 0;
	for (uint64_t seed = 1; seed <= seeds(); seed++)
		live_once(seed, false);
	print_message("%u kept, %u cancelled, %u flushes, %u EvtFileCleanup\n", kept_ends, cancels,
		      flushes, cleanups);
	assert_true(kept_ends > seeds() && cancels > seeds() && flushes > seeds());
	assert_true(cleanups > seeds());
}

static void test_seeds__devices_removed_meanwhile__each_level_in_order(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= seeds(); seed++)
		live_once(seed, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seeds__closed_by_clients__each_level_in_order),
		cmocka_unit_test(test_seeds__devices_removed_meanwhile__each_level_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
