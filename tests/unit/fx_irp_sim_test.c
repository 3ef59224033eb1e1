/* SPDX-License-Identifier: MIT */
/*
 * IRPs in many hands: a driver ends them, passes them on, takes them back in its completion routine
 * or keeps them with a cancel routine, a thread of its own takes them up again, clients cancel and
 * close: under the simulated executor, where a seed chooses every meeting.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/exec.h"
#include "irp_fixture.h"
#include "object/worker.h"

#define SEEDS 200 /* 10000 with UWDF_LONG */
#define OPS   12

static struct io_op ops[OPS];
static KSPIN_LOCK lock;
static LIST_ENTRY kept; /* Tail.Overlay.ListEntry; guarded by lock */
static unsigned int cancels, taken_back, passed_on;

static void end(PIRP irp, NTSTATUS status)
{
	irp->IoStatus.Status = status;
	irp->IoStatus.Information = 0;
	IoCompleteRequest(irp, IO_NO_INCREMENT);
}

/* The way that Microsoft's manual has it: whoever gets the routine back has the IRP. */
static VOID cancel_kept(PDEVICE_OBJECT object, PIRP irp)
{
	KIRQL irql;

	(void)object;
	IoReleaseCancelSpinLock(irp->CancelIrql);
	KeAcquireSpinLock(&lock, &irql);
	RemoveEntryList(&irp->Tail.Overlay.ListEntry);
	KeReleaseSpinLock(&lock, irql);
	__atomic_add_fetch(&cancels, 1, __ATOMIC_RELAXED);
	end(irp, STATUS_CANCELLED);
}

static void keep(PIRP irp)
{
	bool late;
	KIRQL irql;

	KeAcquireSpinLock(&lock, &irql);
	(void)IoSetCancelRoutine(irp, cancel_kept);
	exec_yield();
	late = irp->Cancel && IoSetCancelRoutine(irp, NULL);
	if (!late)
		InsertTailList(&kept, &irp->Tail.Overlay.ListEntry);
	KeReleaseSpinLock(&lock, irql);
	if (late)
		end(irp, STATUS_CANCELLED);
}

/* NULL: none that is not being cancelled. */
static PIRP take_up(void)
{
	PIRP irp = NULL;
	KIRQL irql;

	KeAcquireSpinLock(&lock, &irql);
	while (!irp && !IsListEmpty(&kept)) {
		PLIST_ENTRY entry = RemoveHeadList(&kept);

		irp = CONTAINING_RECORD(entry, IRP, Tail.Overlay.ListEntry);
		InitializeListHead(entry); /* cancel_kept() may be about to take it out */
		if (!IoSetCancelRoutine(irp, NULL))
			irp = NULL;
	}
	KeReleaseSpinLock(&lock, irql);
	return irp;
}

static NTSTATUS take_back(PDEVICE_OBJECT object, PIRP irp, PVOID context)
{
	(void)object;
	(void)context;
	if (exec_sim_random(2)) {
		if (irp->PendingReturned)
			IoMarkIrpPending(irp);
		return STATUS_SUCCESS;
	}
	__atomic_add_fetch(&taken_back, 1, __ATOMIC_RELAXED);
	keep(irp);
	return STATUS_MORE_PROCESSING_REQUIRED;
}

static NTSTATUS pass_on(PIRP irp)
{
	__atomic_add_fetch(&passed_on, 1, __ATOMIC_RELAXED);
	if (exec_sim_random(2)) {
		IoSkipCurrentIrpStackLocation(irp);
	} else {
		IoCopyCurrentIrpStackLocationToNext(irp);
		IoSetCompletionRoutine(irp, take_back, NULL, TRUE, TRUE, TRUE);
	}
	return WdfDeviceWdmDispatchPreprocessedIrp(irp_device, irp);
}

static NTSTATUS do_anything(PIRP irp)
{
	switch (exec_sim_random(3)) {
	case 0:
		end(irp, STATUS_SUCCESS);
		return STATUS_SUCCESS;
	case 1:
		return pass_on(irp);
	default:
		IoMarkIrpPending(irp);
		keep(irp);
		return STATUS_PENDING;
	}
}

static void work_on_kept(void *arg)
{
	(void)arg;
	for (unsigned int i = 0; i < OPS; i++) {
		PIRP irp = take_up();

		if (irp && exec_sim_random(2))
			(void)pass_on(irp);
		else if (irp)
			end(irp, STATUS_SUCCESS);
		exec_yield();
	}
}

static void answer(void *arg)
{
	WDFREQUEST request;

	(void)arg;
	for (unsigned int i = 0; i < OPS; i++) {
		if (NT_SUCCESS(WdfIoQueueRetrieveNextRequest(irp_queue, &request)))
			WdfRequestComplete(request, STATUS_SUCCESS);
		exec_yield();
	}
}

static void submit_and_cancel(void *arg)
{
	(void)arg;
	for (unsigned int i = 0; i < OPS; i++) {
		io_op_read(&ops[i], 8);
		fx_io_submit(irp_f.file, &ops[i].packet);
		if (!exec_sim_random(3))
			exec_yield();
		if (!exec_sim_random(3))
			fx_io_cancel(&ops[exec_sim_random(i + 1)].packet);
	}
}

static struct exec_thread *start(void (*run)(void *arg))
{
	struct exec_thread_params params = { .name = "thread", .run = run, .node = -1 };
	struct exec_thread *thread;

	assert_int_equal(exec_thread_start(&params, &thread), 0);
	return thread;
}

static void check_ops(uint64_t seed)
{
	for (unsigned int i = 0; i < OPS; i++) {
		if (ops[i].completions != 1 ||
		    (ops[i].status != STATUS_SUCCESS && ops[i].status != STATUS_CANCELLED &&
		     ops[i].status != STATUS_FILE_CLOSED))
			fail_msg("seed %llu: operation %u came back %u times with %#x",
				 (unsigned long long)seed, i, ops[i].completions,
				 (unsigned int)ops[i].status);
	}
}

static void make_device(uint64_t seed)
{
	struct fx_io_config config = { .level = seed & 1 ? DISPATCH_LEVEL : PASSIVE_LEVEL };
	WDF_IO_QUEUE_CONFIG manual;

	config.preprocess[IRP_MJ_READ].evt = irp_evt;
	irp_does = do_anything;
	lock = 0;
	InitializeListHead(&kept);
	io_fixture_setup_verify(&irp_f, &config, seed & 2 ? "" : "VerifierOn=0");
	irp_device = io_fixture_device(&irp_f);
	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&manual, WdfIoQueueDispatchManual);
	irp_queue = io_queue(&irp_f, &manual);
	io_fixture_start(&irp_f);
}

static void live_once(uint64_t seed)
{
	struct fx_file *file;

	assert_int_equal(exec_sim_begin(seed), 0);
	make_device(seed);
	struct exec_thread *threads[] = { start(submit_and_cancel), start(work_on_kept),
					  start(answer) };
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(threads); i++)
		exec_thread_join(threads[i]);
	file = irp_f.file;
	irp_f.file = NULL;
	fx_file_close(file); /* what is kept or waits is cancelled */
	check_ops(seed);
	assert_true(IsListEmpty(&kept));
	if (io_broke())
		fail_msg("seed %llu: a rule was broken", (unsigned long long)seed);
	io_fixture_teardown(&irp_f);
	exec_sim_end();
}

static void test_seeds__irps_in_many_hands__each_answered_once(void **state)
{
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): nobody sets the environment */
	uint64_t seeds = getenv("UWDF_LONG") ? 10000 : SEEDS;

	(void)state;
	for (uint64_t seed = 1; seed <= seeds; seed++)
		live_once(seed);
	print_message("%u passed on, %u taken back, %u cancelled by their routine\n", passed_on,
		      taken_back, cancels);
	assert_true(passed_on > seeds && taken_back > seeds / 4 && cancels > seeds / 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seeds__irps_in_many_hands__each_answered_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
