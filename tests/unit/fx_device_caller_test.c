/* SPDX-License-Identifier: MIT */
/* WdfDeviceInitSetIoInCallerContextCallback: a whole device, whose driver sees requests first. */
#include "fx_fixture.h"

#include "uwdf/device_io.h"

static struct uwdf_file *file;
static struct uwdf_io io;
static char out[8];
static int32_t io_status;

static void in_caller_context(WDFDEVICE device, WDFREQUEST request)
{
	fx_note("InCaller");
	assert_ptr_equal(device, fx_made.device);
	WdfRequestComplete(request, STATUS_DEVICE_BUSY);
}

static void want_it(PWDFDEVICE_INIT init)
{
	WdfDeviceInitSetIoInCallerContextCallback(init, in_caller_context);
}

static void note_completed(struct uwdf_io *it, int32_t status, uint64_t information)
{
	(void)it;
	(void)information;
	io_status = status;
	fx_note("Completed");
}

static void read_once(void)
{
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
}

static void test_set__each_request__the_driver_first(void **state)
{
	(void)state;
	fx_script.in_init = want_it;
	fx_up();
	read_once();
	assert_string_equal(fx_log(), "InCaller Completed");
	assert_int_equal(io_status, STATUS_DEVICE_BUSY);
	assert_false(fx_broke());
}

static void set_none(void *arg)
{
	WdfDeviceInitSetIoInCallerContextCallback(arg, NULL);
}

static void want_nothing(PWDFDEVICE_INIT init)
{
	assert_true(fx_stops(set_none, init, WDF_REQUIRED_PARAMETER_IS_NULL));
}

static void test_set__no_callback__stops(void **state)
{
	(void)state;
	fx_script.in_init = want_nothing;
	fx_up();
	read_once(); /* no queue, and nobody sees it before */
	assert_int_equal(io_status, STATUS_INVALID_DEVICE_REQUEST);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fx_setup, fx_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_set__each_request__the_driver_first),
		TEST(test_set__no_callback__stops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
