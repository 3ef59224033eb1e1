/* SPDX-License-Identifier: MIT */
/* WdfDeviceInitAssignWdmIrpPreprocessCallback: a whole device, and which IRPs its driver sees. */
#include "fx_fixture.h"

#include "uwdf/device_io.h"

static struct uwdf_io io;
static char out[8];
static int32_t io_status;

static NTSTATUS end_irp(PIRP irp, NTSTATUS status)
{
	irp->IoStatus.Status = status;
	irp->IoStatus.Information = 0;
	IoCompleteRequest(irp, IO_NO_INCREMENT);
	return status;
}

static NTSTATUS first(WDFDEVICE device, PIRP irp)
{
	assert_ptr_equal(device, fx_made.device);
	fx_note("First");
	return end_irp(irp, STATUS_DEVICE_BUSY);
}

static NTSTATUS second(WDFDEVICE device, PIRP irp)
{
	(void)device;
	fx_note("Second");
	return end_irp(irp, STATUS_NOT_SUPPORTED);
}

static void note_completed(struct uwdf_io *it, int32_t status, uint64_t information)
{
	(void)it;
	(void)information;
	io_status = status;
	fx_note("Completed");
}

/* What the driver saw of a read. */
static const char *read_once(void)
{
	struct uwdf_file *file;

	io = (struct uwdf_io){
		.kind = UWDF_IO_READ,
		.out = out,
		.out_len = sizeof(out),
		.complete = note_completed,
	};
	assert_int_equal(uwdf_device_io.open(fx.device, 4711, &file), STATUS_SUCCESS);
	fx_log_clear();
	uwdf_device_io.submit(file, &io);
	assert_true(fx_log_await("Completed", 1));
	uwdf_device_io.close(file);
	return fx_log();
}

static NTSTATUS assign(PWDFDEVICE_INIT init, PFN_WDFDEVICE_WDM_IRP_PREPROCESS evt, UCHAR major,
		       const UCHAR *minors, ULONG count)
{
	return WdfDeviceInitAssignWdmIrpPreprocessCallback(init, evt, major,
							   (PUCHAR)(uintptr_t)minors, count);
}

static void want_reads(PWDFDEVICE_INIT init)
{
	assert_int_equal(assign(init, first, IRP_MJ_READ, NULL, 0), STATUS_SUCCESS);
	assert_int_equal(assign(init, second, IRP_MJ_WRITE, NULL, 0), STATUS_SUCCESS);
	/* of what no client sends */
	assert_int_equal(assign(init, second, IRP_MJ_SHUTDOWN, NULL, 0), STATUS_SUCCESS);
}

static void test_assign__each_major_function_has_its_own_callback(void **state)
{
	(void)state;
	fx_script.in_init = want_reads;
	fx_up();
	assert_string_equal(read_once(), "First Completed");
	assert_int_equal(io_status, STATUS_DEVICE_BUSY);
	assert_false(fx_broke());
}

static NTSTATUS pass_on(WDFDEVICE device, PIRP irp)
{
	static const char *const names[] = { [IRP_MJ_CREATE] = "Create",
					     [IRP_MJ_CLOSE] = "Close",
					     [IRP_MJ_FLUSH_BUFFERS] = "Flush",
					     [IRP_MJ_CLEANUP] = "Cleanup" };

	fx_note(names[IoGetCurrentIrpStackLocation(irp)->MajorFunction]);
	IoSkipCurrentIrpStackLocation(irp);
	return WdfDeviceWdmDispatchPreprocessedIrp(device, irp);
}

static void want_files(PWDFDEVICE_INIT init)
{
	assert_int_equal(assign(init, pass_on, IRP_MJ_CREATE, NULL, 0), STATUS_SUCCESS);
	assert_int_equal(assign(init, pass_on, IRP_MJ_CLEANUP, NULL, 0), STATUS_SUCCESS);
	assert_int_equal(assign(init, pass_on, IRP_MJ_CLOSE, NULL, 0), STATUS_SUCCESS);
	assert_int_equal(assign(init, pass_on, IRP_MJ_FLUSH_BUFFERS, NULL, 0), STATUS_SUCCESS);
}

static void note_closed(void *arg)
{
	(void)arg;
	fx_note("Closed");
}

static void test_assign__of_a_file__sees_it_from_create_to_close(void **state)
{
	struct uwdf_file *file;

	(void)state;
	fx_script.in_init = want_files;
	fx_up();
	assert_int_equal(uwdf_device_io.open(fx.device, 4711, &file), STATUS_SUCCESS);
	io = (struct uwdf_io){ .kind = UWDF_IO_FLUSH, .complete = note_completed };
	uwdf_device_io.submit(file, &io);
	assert_true(fx_log_await("Completed", 1));
	assert_int_equal(io_status, STATUS_INVALID_DEVICE_REQUEST);
	uwdf_device_io.close_start(file, note_closed, NULL);
	assert_true(fx_log_await("Closed", 1));
	assert_string_equal(fx_log(), "Create Flush Completed Cleanup Close Closed");
	assert_false(fx_broke());
}

static void want_other_minors(PWDFDEVICE_INIT init)
{
	static const UCHAR minors[] = { 1, 255 };

	assert_int_equal(assign(init, first, IRP_MJ_READ, minors, 2), STATUS_SUCCESS);
}

static void test_assign__other_minor_functions__not_called(void **state)
{
	(void)state;
	fx_script.in_init = want_other_minors;
	fx_up();
	assert_string_equal(read_once(), "Completed"); /* there is no queue */
	assert_int_equal(io_status, STATUS_INVALID_DEVICE_REQUEST);
}

static void want_minor_zero(PWDFDEVICE_INIT init)
{
	static const UCHAR minors[] = { 7, 0 };

	assert_int_equal(assign(init, first, IRP_MJ_READ, minors, 2), STATUS_SUCCESS);
	/* minor functions once; without any, the callback changes */
	assert_int_equal(assign(init, second, IRP_MJ_READ, minors, 1),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(assign(init, second, IRP_MJ_READ, NULL, 0), STATUS_SUCCESS);
}

static void test_assign__minor_function_zero__called_as_assigned_last(void **state)
{
	(void)state;
	fx_script.in_init = want_minor_zero;
	fx_up();
	assert_string_equal(read_once(), "Second Completed");
	assert_int_equal(io_status, STATUS_NOT_SUPPORTED);
}

static void assign_none(void *init)
{
	(void)assign(init, NULL, IRP_MJ_READ, NULL, 0);
}

static void want_nonsense(PWDFDEVICE_INIT init)
{
	assert_int_equal(assign(init, first, IRP_MJ_MAXIMUM_FUNCTION, NULL, 0), STATUS_SUCCESS);
	assert_int_equal(assign(init, first, IRP_MJ_MAXIMUM_FUNCTION + 1, NULL, 0),
			 STATUS_INVALID_PARAMETER);
	assert_int_equal(assign(init, first, IRP_MJ_READ, NULL, 1), STATUS_INVALID_PARAMETER);
	assert_true(fx_stops(assign_none, init, WDF_REQUIRED_PARAMETER_IS_NULL));
}

static void test_assign__nonsense__refused_and_nothing_called(void **state)
{
	(void)state;
	fx_script.in_init = want_nonsense;
	fx_up();
	assert_string_equal(read_once(), "Completed");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fx_setup, fx_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_assign__each_major_function_has_its_own_callback),
		TEST(test_assign__of_a_file__sees_it_from_create_to_close),
		TEST(test_assign__other_minor_functions__not_called),
		TEST(test_assign__minor_function_zero__called_as_assigned_last),
		TEST(test_assign__nonsense__refused_and_nothing_called),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
