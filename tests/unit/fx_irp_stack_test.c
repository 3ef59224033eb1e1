/* SPDX-License-Identifier: MIT */
/* Cleanup, close and flush in a stack of two: who sees them as IRPs, and when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/exec.h"
#include "io_fixture.h"

enum level { LOW, TOP, LEVELS };

static struct io_fixture f; /* its device is the lower one */
static struct fx_device_head *devices[LEVELS];
static NTSTATUS (*does[LEVELS])(enum level level, PIRP irp);
static PIRP kept;
static struct fx_file *file;
static NTSTATUS create_status;
static struct io_op op;
static unsigned int closed;
static char seen[256]; /* in order; written on the owner loop */

static void note(enum level level, const char *word)
{
	size_t len = strlen(seen);

	(void)snprintf(seen + len, sizeof(seen) - len, "%s%s.%s", len ? " " : "",
		       level == LOW ? "low" : "top", word);
}

static WDFDEVICE device_at(enum level level)
{
	return (WDFDEVICE)fx_object_handle(&devices[level]->base);
}

static enum level level_of(WDFDEVICE device)
{
	return device == device_at(LOW) ? LOW : TOP;
}

/* --- the drivers --- */

static NTSTATUS complete(enum level level, PIRP irp)
{
	(void)level;
	irp->IoStatus.Status = STATUS_SUCCESS;
	IoCompleteRequest(irp, IO_NO_INCREMENT);
	return STATUS_SUCCESS;
}

static NTSTATUS pass_on(enum level level, PIRP irp)
{
	IoSkipCurrentIrpStackLocation(irp);
	return WdfDeviceWdmDispatchPreprocessedIrp(device_at(level), irp);
}

static NTSTATUS keep(enum level level, PIRP irp)
{
	(void)level;
	kept = irp;
	IoMarkIrpPending(irp);
	return STATUS_PENDING;
}

static NTSTATUS preprocess(WDFDEVICE device, PIRP irp)
{
	PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
	enum level level = level_of(device);

	assert_ptr_equal(stack->DeviceObject, WdfDeviceWdmGetDeviceObject(device));
	assert_ptr_equal(stack->FileObject->DeviceObject, stack->DeviceObject);
	note(level, stack->MajorFunction == IRP_MJ_CLEANUP ? "CLEANUP"
		    : stack->MajorFunction == IRP_MJ_CLOSE ? "CLOSE"
							   : "FLUSH");
	return does[level](level, irp);
}

static void on_cleanup(WDFFILEOBJECT object)
{
	note(level_of(WdfFileObjectGetDevice(object)), "Cleanup");
}

static void on_close(WDFFILEOBJECT object)
{
	note(level_of(WdfFileObjectGetDevice(object)), "Close");
}

static void on_create(WDFDEVICE device, WDFREQUEST request, WDFFILEOBJECT object)
{
	(void)device;
	(void)object;
	WdfRequestComplete(request, create_status);
}

/* --- the stack --- */

static struct fx_io_config config_of(bool sees)
{
	struct fx_io_config config = { 0 };

	WDF_FILEOBJECT_CONFIG_INIT(&config.file_config, NULL, on_close, on_cleanup);
	if (sees) {
		config.preprocess[IRP_MJ_CLEANUP].evt = preprocess;
		config.preprocess[IRP_MJ_CLOSE].evt = preprocess;
		config.preprocess[IRP_MJ_FLUSH_BUFFERS].evt = preprocess;
	}
	return config;
}

static void start(enum level level)
{
	fx_io_resume(devices[level]->io);
	fx_io_set_started(devices[level]->io);
	fx_io_allow_open(devices[level]->io, true);
}

/* Both drivers see IRPs unless a test says otherwise; the upper one is a filter. */
static void stack_up(const struct fx_io_config *low, const struct fx_io_config *top)
{
	io_fixture_setup(&f, low);
	devices[LOW] = f.device;
	devices[TOP] = io_device_above(&f, f.device, top);
	start(LOW);
	start(TOP);
	does[LOW] = does[TOP] = pass_on;
	closed = 0;
	create_status = STATUS_SUCCESS;
	assert_int_equal(fx_file_open((struct fx_device *)(void *)devices[TOP], &file),
			 STATUS_SUCCESS);
	seen[0] = '\0';
}

static int setup(void **state)
{
	struct fx_io_config low = config_of(true), top = config_of(true);

	(void)state;
	top.filter = true;
	stack_up(&low, &top);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fx_io_purge(devices[TOP]->io, false);
	if (file)
		fx_file_close(file);
	fx_object_delete(&devices[TOP]->base);
	io_fixture_teardown(&f);
	assert_false(io_broke());
	return 0;
}

static void count_closed(void *arg)
{
	(void)arg;
	closed++;
}

/* Each level, each way, has a flush of its own. */
static void settle(void)
{
	for (int i = 0; i < 4; i++)
		io_settle(&f);
}

static void close_file(void)
{
	struct fx_file *it = file;

	file = NULL;
	fx_file_close_start(it, count_closed, NULL);
	settle();
}

static void dispatch_kept(void *arg)
{
	(void)pass_on(*(enum level *)arg, kept);
}

static void pass_on_kept(enum level level)
{
	does[level] = pass_on;
	io_on_owner(&f, dispatch_kept, &level);
	settle();
}

/* --- cleanup and close --- */

static void test_close__passed_on__from_the_top_down(void **state)
{
	(void)state;
	close_file();
	assert_string_equal(seen, "top.CLEANUP top.Cleanup low.CLEANUP low.Cleanup "
				  "top.CLOSE top.Close low.CLOSE low.Close");
	assert_int_equal(closed, 1);
}

static void test_cleanup__kept_above__those_below_hear_of_it_later(void **state)
{
	(void)state;
	does[TOP] = keep;
	close_file();
	assert_string_equal(seen, "top.CLEANUP");
	pass_on_kept(TOP);
	assert_string_equal(seen, "top.CLEANUP top.Cleanup low.CLEANUP low.Cleanup "
				  "top.CLOSE top.Close low.CLOSE low.Close");
	assert_int_equal(closed, 1);
}

static void test_cleanup__kept_below__the_close_waits_at_the_top(void **state)
{
	(void)state;
	does[LOW] = keep;
	close_file();
	assert_string_equal(seen, "top.CLEANUP top.Cleanup low.CLEANUP");
	assert_int_equal(closed, 0);
	pass_on_kept(LOW);
	assert_string_equal(seen, "top.CLEANUP top.Cleanup low.CLEANUP low.Cleanup "
				  "top.CLOSE top.Close low.CLOSE low.Close");
	assert_int_equal(closed, 1);
}

static void test_cleanup__completed_above__those_below_do_not_hear_of_it(void **state)
{
	(void)state;
	does[TOP] = complete;
	close_file();
	assert_string_equal(seen, "top.CLEANUP top.CLOSE");
	assert_int_equal(closed, 1);
}

static void test_removal__file_open__told_as_by_a_close(void **state)
{
	struct fx_file *it = file;

	(void)state;
	does[LOW] = complete;
	fx_io_purge(devices[TOP]->io, false);
	assert_string_equal(seen, "top.CLEANUP top.Cleanup low.CLEANUP "
				  "top.CLOSE top.Close low.CLOSE");
	assert_ptr_equal(it, file); /* a shell */
}

/* What was set aside for it is the device's, not the shell's. */
static void test_removal__completed_above__the_irps_below_stay_with_their_device(void **state)
{
	(void)state;
	does[TOP] = complete;
	fx_io_purge(devices[TOP]->io, false);
	assert_string_equal(seen, "top.CLEANUP top.CLOSE");
	assert_int_equal(devices[LOW]->io->irps.idle_count, 2);
}

static struct fx_open opening;

static void note_opened(struct fx_open *open, NTSTATUS status, struct fx_file *opened)
{
	(void)open;
	assert_int_equal(status, STATUS_SUCCESS);
	file = opened;
}

static NTSTATUS take_back(PDEVICE_OBJECT object, PIRP irp, PVOID context)
{
	(void)object;
	(void)context;
	kept = irp;
	return STATUS_MORE_PROCESSING_REQUIRED;
}

static NTSTATUS take_back_create(WDFDEVICE device, PIRP irp)
{
	if (!opening.done)
		return pass_on(TOP, irp);
	IoCopyCurrentIrpStackLocationToNext(irp);
	IoSetCompletionRoutine(irp, take_back, NULL, TRUE, TRUE, TRUE);
	return WdfDeviceWdmDispatchPreprocessedIrp(device, irp);
}

static void complete_create(void *arg)
{
	(void)arg;
	exec_sleep_ms(20);
	assert_string_equal(seen, "");
	(void)complete(TOP, kept);
}

/* Seen first by the upper driver; the lower one refuses it. */
static void test_create__passed_on_by_a_filter__the_function_driver_decides(void **state)
{
	struct fx_io_config low = config_of(true), top = config_of(true);
	struct fx_file *it;

	(void)state;
	opening = (struct fx_open){ 0 };
	top.filter = true;
	top.preprocess[IRP_MJ_CREATE].evt = take_back_create;
	low.file_config.EvtDeviceFileCreate = on_create;
	stack_up(&low, &top);
	close_file();
	seen[0] = '\0';
	create_status = STATUS_ACCESS_DENIED;
	assert_int_equal(fx_file_open((struct fx_device *)(void *)devices[TOP], &it),
			 STATUS_ACCESS_DENIED);
	assert_string_equal(seen, "");
}

static void test_removal__create_taken_back_above__told_from_the_top_down_later(void **state)
{
	struct exec_thread_params params = { .name = "driver", .run = complete_create, .node = -1 };
	struct fx_io_config low = config_of(true), top = config_of(true);
	struct exec_thread *driver;

	(void)state;
	opening = (struct fx_open){ 0 };
	top.filter = true;
	top.preprocess[IRP_MJ_CREATE].evt = take_back_create;
	stack_up(&low, &top);
	close_file();
	seen[0] = '\0';
	opening = (struct fx_open){ .done = note_opened };
	fx_file_open_start((struct fx_device *)(void *)devices[TOP], &opening);
	settle();
	assert_int_equal(exec_thread_start(&params, &driver), 0);
	fx_io_purge(devices[TOP]->io, false);
	exec_thread_join(driver);
	assert_string_equal(seen, "top.CLEANUP top.Cleanup low.CLEANUP low.Cleanup "
				  "top.CLOSE top.Close low.CLOSE low.Close");
	settle();
	assert_non_null(file);
}

/* AutoForwardCleanupClose, and whether the upper driver is a filter. */
static void test_close__not_forwarded__nothing_below(void **state)
{
	struct fx_io_config low = config_of(true), top = config_of(true);

	(void)state;
	top.filter = true;
	top.file_config.AutoForwardCleanupClose = WdfFalse;
	stack_up(&low, &top);
	close_file();
	assert_string_equal(seen, "top.CLEANUP top.Cleanup top.CLOSE top.Close");
}

static void test_close__not_a_filter_but_told_to__forwarded(void **state)
{
	struct fx_io_config low = config_of(true), top = config_of(false);

	(void)state;
	top.file_config.AutoForwardCleanupClose = WdfTrue;
	stack_up(&low, &top);
	close_file();
	assert_string_equal(seen, "top.Cleanup low.CLEANUP low.Cleanup "
				  "top.Close low.CLOSE low.Close");
}

/* It never heard of the open. */
static void test_close__create_completed_above__not_seen_below(void **state)
{
	struct fx_io_config low = config_of(true), top = config_of(true);

	(void)state;
	top.filter = true;
	top.file_config.EvtDeviceFileCreate = on_create;
	stack_up(&low, &top);
	close_file();
	assert_string_equal(seen, "top.CLEANUP top.Cleanup top.CLOSE top.Close");
}

/* --- flush --- */

static void flush(void)
{
	io_op_flush(&op);
	fx_io_submit(file, &op.packet);
	settle();
	assert_int_equal(op.completions, 1);
}

static void test_flush__passed_on_by_the_filter__the_function_driver_does_it(void **state)
{
	(void)state;
	does[LOW] = complete;
	flush();
	assert_string_equal(seen, "top.FLUSH low.FLUSH");
	assert_int_equal(op.status, STATUS_SUCCESS);
}

static void test_flush__filter_that_sees_none__goes_through(void **state)
{
	struct fx_io_config low = config_of(true), top = config_of(false);

	(void)state;
	top.filter = true;
	stack_up(&low, &top);
	does[LOW] = complete;
	flush();
	assert_string_equal(seen, "low.FLUSH");
	assert_int_equal(op.status, STATUS_SUCCESS);
}

static void test_flush__no_filter__ends_there(void **state)
{
	struct fx_io_config low = config_of(true), top = config_of(false);

	(void)state;
	stack_up(&low, &top);
	flush();
	assert_string_equal(seen, "");
	assert_int_equal(op.status, STATUS_INVALID_DEVICE_REQUEST);
}

#define T(test)     cmocka_unit_test_setup_teardown(test, setup, teardown)
#define T_OWN(test) cmocka_unit_test_teardown(test, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_close__passed_on__from_the_top_down),
		T(test_cleanup__kept_above__those_below_hear_of_it_later),
		T(test_cleanup__kept_below__the_close_waits_at_the_top),
		T(test_cleanup__completed_above__those_below_do_not_hear_of_it),
		T(test_removal__file_open__told_as_by_a_close),
		T(test_removal__completed_above__the_irps_below_stay_with_their_device),
		T_OWN(test_create__passed_on_by_a_filter__the_function_driver_decides),
		T_OWN(test_removal__create_taken_back_above__told_from_the_top_down_later),
		T_OWN(test_close__not_forwarded__nothing_below),
		T_OWN(test_close__not_a_filter_but_told_to__forwarded),
		T_OWN(test_close__create_completed_above__not_seen_below),
		T(test_flush__passed_on_by_the_filter__the_function_driver_does_it),
		T_OWN(test_flush__filter_that_sees_none__goes_through),
		T_OWN(test_flush__no_filter__ends_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
