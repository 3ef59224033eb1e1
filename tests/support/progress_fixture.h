/* SPDX-License-Identifier: MIT */
/*
 * progress_fixture.h - a queue for writes that gets a forward-progress policy, and a driver that
 * counts what it is asked to allocate, and fails when it is told to.
 */
#ifndef PROGRESS_FIXTURE_H
#define PROGRESS_FIXTURE_H

#include "io_fixture.h"

typedef struct request_context {
	ULONG resource; /* what the driver set aside: a number of its own */
} request_context;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(request_context, context_of);

#define RESERVED 2
#define CHUNK    64 /* requests that are there anyway */

static struct io_fixture f;
static struct io_op ops[CHUNK + 4];
static WDFQUEUE queue;
static UW_UNUSED WDFQUEUE manual;
static WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY policy;
static unsigned int reserved, fail_reserved_at, allocations, cleanups, examined;
static NTSTATUS allocation_status;
static WDF_IO_FORWARD_PROGRESS_ACTION action;

static inline UW_UNUSED NTSTATUS reserve_resources(WDFQUEUE of, WDFREQUEST request)
{
	assert_ptr_equal(of, queue);
	assert_true(WdfRequestIsReserved(request));
	if (++reserved == fail_reserved_at)
		return STATUS_DEVICE_BUSY;
	context_of(request)->resource = reserved;
	return STATUS_SUCCESS;
}

static inline UW_UNUSED NTSTATUS allocate_resources(WDFQUEUE of, WDFREQUEST request)
{
	WDF_REQUEST_PARAMETERS parameters;

	assert_ptr_equal(of, queue);
	assert_false(WdfRequestIsReserved(request));
	WDF_REQUEST_PARAMETERS_INIT(&parameters);
	WdfRequestGetParameters(request, &parameters);
	assert_int_equal(parameters.Type, WdfRequestTypeWrite);
	allocations++;
	return allocation_status;
}

static inline UW_UNUSED WDF_IO_FORWARD_PROGRESS_ACTION examine(WDFQUEUE of, PIRP irp)
{
	assert_ptr_equal(of, queue);
	examined++;
	assert_int_equal(IoGetCurrentIrpStackLocation(irp)->MajorFunction, IRP_MJ_WRITE);
	assert_int_equal(IoGetCurrentIrpStackLocation(irp)->Parameters.Write.Length, 5);
	assert_null(irp->AssociatedIrp.SystemBuffer);
	return action;
}

static inline UW_UNUSED void count_cleanup(WDFOBJECT object)
{
	(void)object;
	cleanups++;
}

/* So that a test that fails ends. */
static inline UW_UNUSED void give_up(WDFQUEUE of, WDFREQUEST request, ULONG stop)
{
	(void)of;
	(void)stop;
	WdfRequestComplete(request, STATUS_CANCELLED);
}

static inline UW_UNUSED int setup_seen(const char *verify, PFN_WDF_IO_IN_CALLER_CONTEXT first)
{
	struct fx_io_config config = { .evt_in_caller = first };
	WDF_IO_QUEUE_CONFIG parallel;

	reserved = fail_reserved_at = allocations = cleanups = examined = 0;
	allocation_status = STATUS_SUCCESS;
	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&config.request_attributes, request_context);
	config.request_attributes.EvtCleanupCallback = count_cleanup;
	io_fixture_setup_verify(&f, &config, verify);
	WDF_IO_QUEUE_CONFIG_INIT(&parallel, WdfIoQueueDispatchParallel);
	parallel.EvtIoDefault = io_keep_request;
	parallel.EvtIoStop = give_up;
	queue = io_queue(&f, &parallel);
	assert_int_equal(WdfDeviceConfigureRequestDispatching(io_fixture_device(&f), queue,
							      WdfRequestTypeWrite),
			 STATUS_SUCCESS);
	manual = io_manual_queue(&f);
	WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY_DEFAULT_INIT(&policy, RESERVED);
	policy.EvtIoAllocateResourcesForReservedRequest = reserve_resources;
	policy.EvtIoAllocateRequestResources = allocate_resources;
	return 0;
}

static inline UW_UNUSED int setup_with(const char *verify)
{
	return setup_seen(verify, NULL);
}

static inline UW_UNUSED int setup(void **state)
{
	(void)state;
	return setup_with("");
}

/* Of which no allocation is the verifier's. */
static inline UW_UNUSED int setup_counting(void **state)
{
	(void)state;
	return setup_with("VerifierOn=0");
}

static inline UW_UNUSED int teardown(void **state)
{
	(void)state;
	io_fixture_teardown(&f);
	return 0;
}

static inline UW_UNUSED void assign(void)
{
	assert_int_equal(WdfIoQueueAssignForwardProgressPolicy(queue, &policy), STATUS_SUCCESS);
	io_fixture_start(&f);
}

static inline UW_UNUSED WDFREQUEST submit(unsigned int i)
{
	unsigned int before = io_seen.kept_count;

	io_op_write(&ops[i], "hello");
	io_submit(&f, &ops[i]);
	return io_seen.kept_count == before ? NULL : io_seen.last;
}

static inline UW_UNUSED void complete(WDFREQUEST request)
{
	WdfRequestComplete(request, STATUS_SUCCESS);
	io_settle(&f);
}

static inline UW_UNUSED void expect_done(unsigned int i, NTSTATUS status)
{
	assert_int_equal(ops[i].completions, 1);
	assert_int_equal(ops[i].status, status);
}

#endif
