/* SPDX-License-Identifier: MIT */
/* Targets as WDM describes them, and forwarding where there is no parent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "target_fixture.h"
#include "target_impl.h"

static struct target_fixture t;

static int setup(void **state)
{
	(void)state;
	target_setup(&t, false);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	target_settle(&t);
	target_teardown(&t);
	return 0;
}

static void test_device_object__of_the_next_lower_device(void **state)
{
	WDFDEVICE lower = (WDFDEVICE)fx_object_handle(&t.lower->base);
	PDEVICE_OBJECT bus = WdfIoTargetWdmGetTargetPhysicalDevice(t.target);

	(void)state;
	assert_ptr_equal(WdfIoTargetWdmGetTargetDeviceObject(t.target),
			 WdfDeviceWdmGetDeviceObject(lower));
	assert_non_null(bus);
	assert_ptr_equal(WdfIoTargetWdmGetTargetPhysicalDevice(WdfDeviceGetIoTarget(lower)), bus);
	assert_ptr_equal(WdfIoTargetWdmGetTargetDeviceObject(WdfDeviceGetIoTarget(lower)), bus);
}

static void test_attached_and_physical_device__of_the_stack(void **state)
{
	WDFDEVICE upper = io_fixture_device(&t.f);
	WDFDEVICE lower = (WDFDEVICE)fx_object_handle(&t.lower->base);
	PDEVICE_OBJECT bus = WdfDeviceWdmGetPhysicalDevice(upper);

	(void)state;
	assert_ptr_equal(WdfDeviceWdmGetAttachedDevice(upper), WdfDeviceWdmGetDeviceObject(lower));
	assert_non_null(bus);
	assert_null(WdfWdmDeviceGetWdfDeviceHandle(bus));
	assert_ptr_equal(WdfDeviceWdmGetPhysicalDevice(lower), bus);
	assert_ptr_equal(WdfDeviceWdmGetAttachedDevice(lower), bus);
}

static void test_attached_and_physical_device__of_a_control_device__none(void **state)
{
	const struct fx_io_config config = { .no_bus = true };
	struct fx_device_head *alone = io_device_new(&t.f, t.loop, &config);
	WDFDEVICE handle = (WDFDEVICE)fx_object_handle(&alone->base);

	(void)state;
	assert_null(WdfDeviceWdmGetAttachedDevice(handle));
	assert_null(WdfDeviceWdmGetPhysicalDevice(handle));
	fx_io_purge(alone->io, false);
	fx_object_delete(&alone->base);
}

/* --- a target that is open by name --- */

static void close_nothing(struct fx_sink *sink)
{
	(void)sink;
}

static const struct fx_sink_ops fake_ops = { .close = close_nothing };
static struct fx_sink fake = { .ops = &fake_ops };

static void open_as_if_by_name(struct fx_target *target)
{
	target->sink = &fake;
	spin_lock_acquire(&target->lock);
	target->state = WdfIoTargetStarted;
	spin_lock_release(&target->lock);
}

static void test_file_object__while_open_by_name(void **state)
{
	WDFIOTARGET named;

	(void)state;
	assert_int_equal(WdfIoTargetCreate(io_fixture_device(&t.f), NULL, &named), STATUS_SUCCESS);
	open_as_if_by_name(uw_container_of(fx_object_at(named), struct fx_target, base));
	assert_non_null(WdfIoTargetWdmGetTargetFileObject(named));
	assert_non_null(WdfIoTargetWdmGetTargetFileHandle(named));
	assert_null(WdfIoTargetWdmGetTargetDeviceObject(named));
	WdfIoTargetClose(named);
	assert_null(WdfIoTargetWdmGetTargetFileObject(named));
	assert_null(WdfIoTargetWdmGetTargetFileHandle(named));
	WdfObjectDelete(named);
}

/* --- forwarding to a parent --- */

static NTSTATUS forward(WDFREQUEST request, ULONG size, ULONG flags)
{
	WDF_REQUEST_FORWARD_OPTIONS options;

	WDF_REQUEST_FORWARD_OPTIONS_INIT(&options);
	options.Size += size;
	options.Flags = flags;
	return WdfRequestForwardToParentDeviceIoQueue(request, t.queue, &options);
}

static void test_forward_to_parent__there_is_none__refused_and_kept(void **state)
{
	const ULONG good = WDF_REQUEST_FORWARD_OPTION_SEND_AND_FORGET;
	uint32_t before = fx_verifier_breaks_of(t.f.driver, FX_RULE_FORWARD_TO_PARENT);
	static struct io_op op;

	(void)state;
	io_op_read(&op, 4);
	io_submit(&t.f, &op);
	assert_int_equal(forward(io_seen.last, 1, good), STATUS_INFO_LENGTH_MISMATCH);
	assert_int_equal(forward(io_seen.last, 0, 0), STATUS_INVALID_PARAMETER);
	assert_int_equal(forward(io_seen.last, 0, good | 2), STATUS_INVALID_PARAMETER);
	assert_false(io_broke());
	assert_int_equal(forward(io_seen.last, 0, good), STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(fx_verifier_breaks_of(t.f.driver, FX_RULE_FORWARD_TO_PARENT), before + 1);
	(void)io_broke();
	WdfRequestComplete(io_seen.last, STATUS_SUCCESS);
	io_settle(&t.f);
	assert_int_equal(op.completions, 1);
}

#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_device_object__of_the_next_lower_device),
		T(test_attached_and_physical_device__of_the_stack),
		T(test_attached_and_physical_device__of_a_control_device__none),
		T(test_file_object__while_open_by_name),
		T(test_forward_to_parent__there_is_none__refused_and_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
