/* SPDX-License-Identifier: MIT */
/*
 * EvtDeviceWdmIrpPreprocess of IRP_MJ_CLEANUP and IRP_MJ_CLOSE: passed on, completed, kept; beside
 * EvtFileCleanup and EvtFileClose.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/exec.h"
#include "base/fault.h"
#include "irp_fixture.h"

static struct io_op op;
static char seen[256];
static unsigned int closed;
static WDFFILEOBJECT file;

/* In order; written on the owner loop. */
static void note(const char *word)
{
	size_t len = strlen(seen);

	(void)snprintf(seen + len, sizeof(seen) - len, "%s%s", len ? " " : "", word);
}

static void evt_create(WDFDEVICE device, WDFREQUEST request, WDFFILEOBJECT object)
{
	(void)device;
	file = object;
	WdfRequestComplete(request, STATUS_SUCCESS);
}

static void evt_cleanup(WDFFILEOBJECT object)
{
	assert_ptr_equal(object, file);
	note("Cleanup");
}

static void evt_close(WDFFILEOBJECT object)
{
	assert_ptr_equal(object, file);
	note("Close");
}

static const char *name_of(PIRP irp)
{
	PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);

	assert_int_equal(stack->MinorFunction, 0);
	assert_ptr_equal(stack->FileObject, WdfFileObjectWdmGetFileObject(file));
	assert_ptr_equal(irp->Tail.Overlay.OriginalFileObject, stack->FileObject);
	assert_ptr_equal(WdfDeviceGetFileObject(irp_device, stack->FileObject), file);
	assert_ptr_equal(stack->DeviceObject, WdfDeviceWdmGetDeviceObject(irp_device));
	return stack->MajorFunction == IRP_MJ_CLEANUP ? "CLEANUP"
	       : stack->MajorFunction == IRP_MJ_CLOSE ? "CLOSE"
						      : "?";
}

static struct fx_io_config config_of_files(void)
{
	struct fx_io_config config = { 0 };

	WDF_FILEOBJECT_CONFIG_INIT(&config.file_config, evt_create, evt_close, evt_cleanup);
	config.preprocess[IRP_MJ_CLEANUP].evt = irp_evt;
	config.preprocess[IRP_MJ_CLOSE].evt = irp_evt;
	return config;
}

static void start_with(const struct fx_io_config *config)
{
	irp_setup_config(config);
	seen[0] = '\0';
	closed = 0;
}

static int setup(void **state)
{
	struct fx_io_config config = config_of_files();

	(void)state;
	start_with(&config);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	irp_teardown();
	return 0;
}

static void count_closed(void *arg)
{
	(void)arg;
	closed++;
}

/* The client's close begins; @return it is over. */
static bool close_file(void)
{
	struct fx_file *it = irp_f.file;

	irp_f.file = NULL;
	fx_file_close_start(it, count_closed, NULL);
	for (int i = 0; i < 3; i++) /* cleanup and close have a flush each */
		io_settle(&irp_f);
	return closed;
}

/* --- passed on --- */

static NTSTATUS note_and_pass_on(PIRP irp)
{
	note(name_of(irp));
	return irp_pass_on(irp);
}

static void test_close__both_passed_on__each_before_its_callback(void **state)
{
	(void)state;
	irp_does = note_and_pass_on;
	assert_true(close_file());
	assert_string_equal(seen, "CLEANUP Cleanup CLOSE Close");
	assert_int_equal(closed, 1);
	assert_false(io_broke());
}

static NTSTATUS routine(PDEVICE_OBJECT object, PIRP irp, PVOID context)
{
	(void)object;
	(void)context;
	assert_int_equal(irp->IoStatus.Status, STATUS_SUCCESS);
	assert_false(irp->Cancel);
	if (irp->PendingReturned)
		IoMarkIrpPending(irp);
	note("Routine");
	return STATUS_SUCCESS;
}

static NTSTATUS postprocess(PIRP irp)
{
	note(name_of(irp));
	IoCopyCurrentIrpStackLocationToNext(irp);
	IoSetCompletionRoutine(irp, routine, NULL, TRUE, TRUE, TRUE);
	return WdfDeviceWdmDispatchPreprocessedIrp(irp_device, irp);
}

static void test_close__both_postprocessed__routines_after_the_callbacks(void **state)
{
	(void)state;
	irp_does = postprocess;
	assert_true(close_file());
	assert_string_equal(seen, "CLEANUP Cleanup Routine CLOSE Close Routine");
	assert_false(io_broke());
}

static NTSTATUS become(PIRP irp, UCHAR major)
{
	IoGetCurrentIrpStackLocation(irp)->MajorFunction = major;
	return irp_pass_on(irp);
}

static NTSTATUS become_another(PIRP irp)
{
	const char *name = name_of(irp);

	note(name);
	return become(irp, *name == 'C' && name[2] == 'E' ? IRP_MJ_CLOSE : IRP_MJ_READ);
}

static void test_close__passed_on_as_another_function__over_without_the_callback(void **state)
{
	(void)state;
	irp_does = become_another;
	assert_true(close_file());
	assert_string_equal(seen, "CLEANUP CLOSE");
}

static NTSTATUS become_a_cleanup(PIRP irp)
{
	return become(irp, IRP_MJ_CLEANUP);
}

static void test_read__passed_on_as_a_cleanup__refused(void **state)
{
	struct fx_io_config config = config_of_files();

	(void)state;
	config.preprocess[IRP_MJ_READ].evt = irp_evt;
	start_with(&config);
	irp_does = become_a_cleanup;
	io_op_read(&op, 5);
	io_submit(&irp_f, &op);
	irp_check_ended(&op, STATUS_INVALID_DEVICE_REQUEST, 0);
	assert_string_equal(seen, "");
	irp_does = note_and_pass_on;
}

/* --- completed there --- */

static NTSTATUS fail_it(PIRP irp)
{
	note(name_of(irp));
	return irp_end_with(irp, STATUS_UNSUCCESSFUL, 0);
}

/* The framework does not see them; whoever closes is told nothing, as in Windows. */
static void test_close__both_failed_by_the_driver__closed_without_callbacks(void **state)
{
	(void)state;
	irp_does = fail_it;
	assert_true(close_file());
	assert_string_equal(seen, "CLEANUP CLOSE");
	assert_false(io_broke());
}

static void test_cleanup__completed_by_the_driver__requests_are_cancelled(void **state)
{
	(void)state;
	irp_does = fail_it;
	io_op_read(&op, 5);
	io_submit(&irp_f, &op);
	assert_int_equal(WdfRequestMarkCancelableEx(io_seen.last, io_cancel_completes),
			 STATUS_SUCCESS);
	assert_true(close_file());
	irp_check_ended(&op, STATUS_CANCELLED, 0);
}

/* --- kept --- */

static NTSTATUS note_and_keep(PIRP irp)
{
	note(name_of(irp));
	return irp_keep(irp);
}

static void pass_on_last(void *arg)
{
	(void)arg;
	(void)irp_pass_on(irp_last);
}

static void complete_last(void *arg)
{
	(void)arg;
	irp_end_with(irp_last, STATUS_SUCCESS, 0);
}

static void test_close__both_kept__the_close_waits_for_each(void **state)
{
	(void)state;
	irp_does = note_and_keep;
	assert_false(close_file());
	assert_string_equal(seen, "CLEANUP");
	irp_run_elsewhere(pass_on_last, NULL);
	assert_string_equal(seen, "CLEANUP Cleanup CLOSE");
	assert_int_equal(closed, 0);
	irp_run_elsewhere(complete_last, NULL);
	assert_string_equal(seen, "CLEANUP Cleanup CLOSE");
	assert_int_equal(closed, 1);
	assert_false(io_broke());
}

/* The framework has not seen the cleanup before that. */
static void test_cleanup__kept__requests_are_cancelled_when_it_is_passed_on(void **state)
{
	(void)state;
	irp_does = note_and_keep;
	io_op_read(&op, 5);
	io_submit(&irp_f, &op);
	assert_int_equal(WdfRequestMarkCancelableEx(io_seen.last, io_cancel_completes),
			 STATUS_SUCCESS);
	assert_false(close_file());
	assert_int_equal(op.completions, 0);
	irp_does = note_and_pass_on;
	irp_run_elsewhere(pass_on_last, NULL);
	irp_check_ended(&op, STATUS_CANCELLED, 0);
	assert_string_equal(seen, "CLEANUP Cleanup CLOSE Close");
	assert_int_equal(closed, 1);
}

static void test_submit__while_cleanup_or_close_is_kept__refused(void **state)
{
	struct fx_file *it = irp_f.file;

	(void)state;
	irp_does = note_and_keep;
	assert_false(close_file());
	io_op_read(&op, 5);
	fx_io_submit(it, &op.packet);
	io_settle(&irp_f);
	irp_check_ended(&op, STATUS_FILE_CLOSED, 0);
	irp_run_elsewhere(complete_last, NULL); /* the close is kept now */
	io_op_read(&op, 5);
	fx_io_submit(it, &op.packet);
	irp_check_ended(&op, STATUS_DEVICE_REMOVED, 0);
	assert_string_equal(seen, "CLEANUP CLOSE");
	irp_run_elsewhere(complete_last, NULL);
	assert_int_equal(closed, 1);
}

static void test_close__request_outstanding__comes_when_it_is_completed(void **state)
{
	(void)state;
	irp_does = note_and_pass_on;
	io_op_read(&op, 5);
	io_submit(&irp_f, &op);
	assert_false(close_file());
	assert_string_equal(seen, "CLEANUP Cleanup");
	WdfRequestComplete(io_seen.last, STATUS_SUCCESS);
	io_settle(&irp_f);
	assert_string_equal(seen, "CLEANUP Cleanup CLOSE Close");
	assert_int_equal(closed, 1);
}

/* --- opened, or not --- */

static NTSTATUS refuse_create(PIRP irp)
{
	if (IoGetCurrentIrpStackLocation(irp)->MajorFunction == IRP_MJ_CREATE)
		return irp_end_with(irp, STATUS_ACCESS_DENIED, 0);
	return note_and_pass_on(irp);
}

static void test_open__refused__neither_cleanup_nor_close(void **state)
{
	struct fx_io_config config = config_of_files();
	struct fx_file *it;

	(void)state;
	config.preprocess[IRP_MJ_CREATE].evt = irp_evt;
	start_with(&config);
	irp_does = refuse_create;
	assert_int_equal(fx_file_open((struct fx_device *)(void *)irp_f.device, &it),
			 STATUS_ACCESS_DENIED);
	assert_string_equal(seen, "");
}

static void test_open__no_memory_for_the_end__refused_and_a_close_needs_none(void **state)
{
	unsigned int refused = 0, opened = 0;
	bool fired = true;

	(void)state;
	irp_does = note_and_pass_on;
	assert_true(close_file());
	for (uint64_t k = 1; fired; k++) {
		struct fx_file *it;
		NTSTATUS status;

		fault_arm(FAULT_ALLOC, k);
		status = fx_file_open((struct fx_device *)(void *)irp_f.device, &it);
		fired = fault_fired();
		fault_disarm();
		if (!NT_SUCCESS(status)) {
			assert_int_equal(status, STATUS_INSUFFICIENT_RESOURCES);
			refused++;
			continue;
		}
		opened++; /* what the verifier notes may fail */
		seen[0] = '\0';
		fault_arm(FAULT_ALLOC, 1);
		fx_file_close(it);
		assert_false(fault_fired());
		fault_disarm();
		assert_string_equal(seen, "CLEANUP Cleanup CLOSE Close");
	}
	assert_true(opened && refused > 2);
	assert_false(io_broke());
}

/* Without file objects there is none in the IRP, and no callback but this. */
static NTSTATUS without_file_object(PIRP irp)
{
	PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);

	assert_null(stack->FileObject);
	note(stack->MajorFunction == IRP_MJ_CLEANUP ? "CLEANUP" : "CLOSE");
	return irp_pass_on(irp);
}

static void test_close__no_file_objects__seen_without_one(void **state)
{
	const UCHAR majors[] = { IRP_MJ_CLEANUP, IRP_MJ_CLOSE };

	(void)state;
	irp_setup(WdfDeviceIoBuffered, majors, 2);
	seen[0] = '\0';
	closed = 0;
	irp_does = without_file_object;
	assert_true(close_file());
	assert_string_equal(seen, "CLEANUP CLOSE");
}

/* --- the device goes --- */

static void remove_device(void *arg)
{
	(void)arg;
	fx_io_purge(irp_f.io, false);
}

static void pass_on_late(void *arg)
{
	(void)arg;
	exec_sleep_ms(20);
	irp_does = note_and_pass_on;
	(void)irp_pass_on(irp_last);
}

static void test_removal__cleanup_kept__waits_for_it(void **state)
{
	struct exec_thread_params params = { .name = "driver", .run = pass_on_late, .node = -1 };
	struct exec_thread *thread;

	(void)state;
	irp_does = note_and_keep;
	assert_false(close_file());
	assert_int_equal(exec_thread_start(&params, &thread), 0);
	remove_device(NULL);
	assert_string_equal(seen, "CLEANUP Cleanup CLOSE Close");
	assert_int_equal(closed, 1);
	exec_thread_join(thread);
	assert_false(io_broke());
}

static void test_removal__file_open__closed_as_by_its_client(void **state)
{
	(void)state;
	irp_does = note_and_pass_on;
	remove_device(NULL);
	assert_string_equal(seen, "CLEANUP Cleanup CLOSE Close");
	assert_true(close_file());
	assert_string_equal(seen, "CLEANUP Cleanup CLOSE Close");
}

/* Clients submit requests; that a file ends is none of them, whoever has a hand in it. */
static void test_close__with_irps_and_without__counts_as_no_request(void **state)
{
	static NTSTATUS (*const ways[])(PIRP irp) = { NULL, note_and_pass_on, postprocess,
						      fail_it };

	for (size_t i = 0; i < UW_ARRAY_SIZE(ways); i++) {
		struct fx_io_config config = config_of_files();
		struct fx_io_stats before, after;

		if (!ways[i])
			memset(config.preprocess, 0, sizeof(config.preprocess));
		start_with(&config);
		irp_does = ways[i];
		before = fx_io_stats(irp_f.io);
		assert_true(close_file());
		after = fx_io_stats(irp_f.io);
		assert_int_equal(after.submitted, before.submitted);
		assert_int_equal(after.completed, before.completed);
		assert_int_equal(teardown(state), 0);
	}
}

#define T(test)       cmocka_unit_test_setup_teardown(test, setup, teardown)
#define T_PLAIN(test) cmocka_unit_test_setup_teardown(test, NULL, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_close__both_passed_on__each_before_its_callback),
		T(test_close__both_postprocessed__routines_after_the_callbacks),
		T(test_close__passed_on_as_another_function__over_without_the_callback),
		T_PLAIN(test_read__passed_on_as_a_cleanup__refused),
		T(test_close__both_failed_by_the_driver__closed_without_callbacks),
		T(test_cleanup__completed_by_the_driver__requests_are_cancelled),
		T(test_close__both_kept__the_close_waits_for_each),
		T(test_cleanup__kept__requests_are_cancelled_when_it_is_passed_on),
		T(test_submit__while_cleanup_or_close_is_kept__refused),
		T(test_close__request_outstanding__comes_when_it_is_completed),
		T_PLAIN(test_open__refused__neither_cleanup_nor_close),
		T(test_open__no_memory_for_the_end__refused_and_a_close_needs_none),
		T_PLAIN(test_close__no_file_objects__seen_without_one),
		cmocka_unit_test(test_close__with_irps_and_without__counts_as_no_request),
		T(test_removal__cleanup_kept__waits_for_it),
		T(test_removal__file_open__closed_as_by_its_client),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
