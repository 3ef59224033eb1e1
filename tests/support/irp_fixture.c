/* SPDX-License-Identifier: MIT */
#include "irp_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/exec.h"

struct io_fixture irp_f;
const UCHAR irp_majors[5] = { IRP_MJ_CREATE, IRP_MJ_READ, IRP_MJ_WRITE, IRP_MJ_DEVICE_CONTROL,
			      IRP_MJ_INTERNAL_DEVICE_CONTROL };
WDFDEVICE irp_device;
WDFQUEUE irp_queue;
PIRP irp_last;
unsigned int irp_calls;
NTSTATUS (*irp_does)(PIRP irp);

NTSTATUS irp_evt(WDFDEVICE device, PIRP irp)
{
	assert_ptr_equal(device, irp_device);
	irp_calls++;
	irp_last = irp;
	return irp_does(irp);
}

static void give_up(WDFQUEUE queue, WDFREQUEST request, ULONG action)
{
	(void)queue;
	(void)action;
	WdfRequestComplete(request, STATUS_CANCELLED);
}

void irp_setup(WDF_DEVICE_IO_TYPE io_type, const UCHAR *majors, size_t count)
{
	struct fx_io_config config = { .io_type = io_type };

	for (size_t i = 0; i < count; i++)
		config.preprocess[majors[i]].evt = irp_evt;
	irp_setup_config(&config);
}

void irp_setup_config(const struct fx_io_config *config)
{
	WDF_IO_QUEUE_CONFIG parallel;

	irp_calls = 0;
	irp_last = NULL;
	irp_does = irp_pass_on;
	io_fixture_setup(&irp_f, config);
	irp_device = io_fixture_device(&irp_f);
	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&parallel, WdfIoQueueDispatchParallel);
	parallel.EvtIoDefault = io_keep_request;
	parallel.EvtIoStop = give_up;
	irp_queue = io_queue(&irp_f, &parallel);
	io_fixture_start(&irp_f);
}

void irp_teardown(void)
{
	io_fixture_teardown(&irp_f);
}

NTSTATUS irp_end_with(PIRP irp, NTSTATUS status, ULONG_PTR information)
{
	irp->IoStatus.Status = status;
	irp->IoStatus.Information = information;
	IoCompleteRequest(irp, IO_NO_INCREMENT);
	return status;
}

NTSTATUS irp_pass_on(PIRP irp)
{
	IoSkipCurrentIrpStackLocation(irp);
	return WdfDeviceWdmDispatchPreprocessedIrp(irp_device, irp);
}

NTSTATUS irp_keep(PIRP irp)
{
	IoMarkIrpPending(irp);
	return STATUS_PENDING;
}

void irp_check_ended(const struct io_op *op, NTSTATUS status, size_t information)
{
	assert_int_equal(op->completions, 1);
	assert_int_equal(op->status, status);
	assert_int_equal(op->information, information);
	assert_false(io_broke());
}

void irp_run_elsewhere(void (*fn)(void *arg), void *arg)
{
	struct exec_thread_params params = { .name = "driver", .run = fn, .arg = arg, .node = -1 };
	struct exec_thread *thread;

	assert_int_equal(exec_thread_start(&params, &thread), 0);
	exec_thread_join(thread);
	io_settle(&irp_f);
}
