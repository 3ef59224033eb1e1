/* SPDX-License-Identifier: MIT */
/*
 * Every allocation of an I/O room's life fails in turn: making it, creating queues, opening, a
 * hundred requests of every kind, closing. Whatever fails says so, each request that was accepted
 * is answered once, and nothing is left over.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/fault.h"
#include "base/mem.h"
#include "io_fixture.h"
#include "object/driver.h"

typedef struct request_context {
	ULONG value[16];
} request_context;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(request_context, context_of);

#define OPS 100 /* more than one chunk of requests at once */

static struct io_fixture f;
static struct io_op ops[OPS];
static unsigned int refused;

static void count_cleanup(WDFOBJECT object)
{
	(void)object;
}

static void keep_or_answer(WDFQUEUE queue, WDFREQUEST request)
{
	static unsigned int turn;
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFMEMORY memory;

	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = request;
	switch (turn++ % 4) {
	case 0:
		io_keep_request(queue, request);
		return;
	case 1: /* a child: may fail, and then the driver says so */
		WdfRequestComplete(request,
				   WdfMemoryCreate(&attrs, NonPagedPoolNx, 0, 100, &memory, NULL));
		return;
	default:
		WdfRequestComplete(request, STATUS_SUCCESS);
		return;
	}
}

static NTSTATUS pass_on(WDFDEVICE device, PIRP irp)
{
	IoSkipCurrentIrpStackLocation(irp);
	return WdfDeviceWdmDispatchPreprocessedIrp(device, irp);
}

static NTSTATUS flush(WDFDEVICE device, PIRP irp)
{
	(void)device;
	irp->IoStatus.Status = STATUS_SUCCESS;
	IoCompleteRequest(irp, IO_NO_INCREMENT);
	return STATUS_SUCCESS;
}

static struct fx_io_config config_with_everything(void)
{
	struct fx_io_config config = { 0 };

	config.preprocess[IRP_MJ_CLEANUP].evt = pass_on;
	config.preprocess[IRP_MJ_CLOSE].evt = pass_on;
	config.preprocess[IRP_MJ_FLUSH_BUFFERS].evt = flush;

	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&config.request_attributes, request_context);
	config.request_attributes.EvtCleanupCallback = count_cleanup;
	WDF_FILEOBJECT_CONFIG_INIT(&config.file_config, NULL, NULL, NULL);
	return config;
}

static bool make_queue(WDF_IO_QUEUE_DISPATCH_TYPE type, bool is_default)
{
	WDF_IO_QUEUE_CONFIG config;
	WDFQUEUE queue;
	NTSTATUS status;

	WDF_IO_QUEUE_CONFIG_INIT(&config, type);
	config.DefaultQueue = is_default;
	if (type != WdfIoQueueDispatchManual)
		config.EvtIoDefault = keep_or_answer;
	status = WdfIoQueueCreate(io_fixture_device(&f), &config, WDF_NO_OBJECT_ATTRIBUTES, &queue);
	assert_true(status == STATUS_SUCCESS || status == STATUS_INSUFFICIENT_RESOURCES);
	return status == STATUS_SUCCESS;
}

static void submit_all(void)
{
	for (unsigned int i = 0; i < OPS; i++) {
		if (i == OPS - 1)
			io_op_flush(&ops[i]);
		else if (i % 2)
			io_op_read(&ops[i], 8);
		else
			io_op_write(&ops[i], "hello");
		fx_io_submit(f.file, &ops[i].packet);
	}
	io_settle(&f);
	for (unsigned int i = 0; i < io_seen.kept_count; i++)
		WdfRequestComplete(io_seen.kept[i], STATUS_SUCCESS);
	io_settle(&f);
	for (unsigned int i = 0; i < OPS; i++) {
		assert_int_equal(ops[i].completions, 1);
		assert_true(ops[i].status == STATUS_SUCCESS ||
			    ops[i].status == STATUS_INSUFFICIENT_RESOURCES);
		refused += ops[i].status != STATUS_SUCCESS;
	}
}

/* With the room made already: its fixture cannot fail. */
static void live(void)
{
	struct fx_file *file;
	NTSTATUS status;

	if (!make_queue(WdfIoQueueDispatchParallel, true) ||
	    !make_queue(WdfIoQueueDispatchManual, false))
		return;
	fx_io_resume(f.io);
	fx_io_allow_open(f.io, true);
	status = fx_file_open((struct fx_device *)(void *)f.device, &file);
	assert_true(status == STATUS_SUCCESS || status == STATUS_INSUFFICIENT_RESOURCES);
	if (!NT_SUCCESS(status))
		return;
	f.file = file;
	submit_all();
	fx_io_hold(f.io);
	fx_io_resume(f.io);
}

static void test_life__each_allocation_fails__answered_and_nothing_left(void **state)
{
	struct fx_io_config config = config_with_everything();
	bool fired = true;
	uint64_t k;

	(void)state;
	for (k = 1; fired; k++) {
		io_fixture_setup(&f, &config);
		fault_arm(FAULT_ALLOC, k);
		live();
		fired = fault_fired();
		fault_disarm();
		io_fixture_teardown(&f); /* counts the blocks */
	}
	print_message("%llu allocations failed in turn, %u requests refused\n",
		      (unsigned long long)(k - 2), refused);
	assert_true(k > 50 && refused > OPS);
}

static void test_new__each_allocation_fails__nothing_left(void **state)
{
	struct fx_io_config config = config_with_everything();
	struct fx_device *device;
	struct fx_io *io;
	bool fired = true;
	uint64_t blocks;

	(void)state;
	/* not the verifier's allocations, which fail nothing, nor what it keeps aside */
	io_fixture_setup_verify(&f, &config, "VerifierOn=0");
	device = (struct fx_device *)(void *)f.device;
	for (uint64_t k = 1; fired; k++) {
		NTSTATUS status;

		blocks = mem_live_blocks();
		fault_arm(FAULT_ALLOC, k);
		status = fx_io_new(device, f.loop, &io);
		if (NT_SUCCESS(status)) {
			status = fx_io_configure(io, &config);
			fx_io_free(io);
		}
		fired = fault_fired();
		fault_disarm();
		assert_int_equal(status, fired ? STATUS_INSUFFICIENT_RESOURCES : STATUS_SUCCESS);
		assert_int_equal(mem_live_blocks(), blocks);
	}
	io_fixture_teardown(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_new__each_allocation_fails__nothing_left),
		cmocka_unit_test(test_life__each_allocation_fails__answered_and_nothing_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
