/* SPDX-License-Identifier: MIT */
/* A driver deletes a queue inside one of its callbacks, and waits there for what it sends. */
#include "uw_test.h"

#include "target_fixture.h"

static struct target_fixture t;
static WDFQUEUE queue;
static struct {
	NTSTATUS sent;
	bool destroyed, destroyed_inside;
	unsigned int reads;
} seen;

static VOID on_destroy(WDFOBJECT object)
{
	(void)object;
	seen.destroyed = true;
}

/* The sender's loop is the lower device's, too: it runs while the request is waited for. */
static VOID delete_and_wait(WDFQUEUE from, WDFREQUEST request, size_t len)
{
	(void)len;
	seen.reads++;
	WdfRequestComplete(request, STATUS_SUCCESS);
	WdfObjectDelete(from);
	seen.sent = WdfIoTargetSendIoctlSynchronously(t.target, NULL, TARGET_CODE, NULL, NULL, NULL,
						      NULL);
	seen.destroyed_inside = seen.destroyed;
}

static VOID forward(WDFQUEUE from, WDFREQUEST request, size_t len)
{
	(void)from;
	(void)len;
	assert_int_equal(WdfRequestForwardToIoQueue(request, queue), STATUS_SUCCESS);
}

static WDFQUEUE make_queue(WDF_IO_QUEUE_DISPATCH_TYPE type)
{
	WDF_OBJECT_ATTRIBUTES attributes;
	WDF_IO_QUEUE_CONFIG config;
	WDFQUEUE made;

	WDF_OBJECT_ATTRIBUTES_INIT(&attributes);
	attributes.EvtDestroyCallback = on_destroy;
	WDF_IO_QUEUE_CONFIG_INIT(&config, type);
	config.EvtIoRead = delete_and_wait;
	assert_int_equal(WdfIoQueueCreate(io_fixture_device(&t.f), &config, &attributes, &made),
			 STATUS_SUCCESS);
	return made;
}

static void delete_inside(WDF_IO_QUEUE_DISPATCH_TYPE type)
{
	WDF_IO_QUEUE_CONFIG config;
	struct io_op read;

	memset(&seen, 0, sizeof(seen));
	target_setup(&t, true);
	target_below.completes = true;
	queue = make_queue(type);
	WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchParallel);
	config.EvtIoRead = forward;
	assert_int_equal(WdfDeviceConfigureRequestDispatching(io_fixture_device(&t.f),
							      io_queue(&t.f, &config),
							      WdfRequestTypeRead),
			 STATUS_SUCCESS);
	io_op_read(&read, 8);
	io_submit(&t.f, &read);
	target_settle(&t);
	assert_int_equal(seen.reads, 1);
	assert_int_equal(seen.sent, STATUS_SUCCESS);
	assert_false(seen.destroyed_inside);
	assert_true(seen.destroyed);
	assert_int_equal(read.status, STATUS_SUCCESS);
	target_teardown(&t);
}

static void test_delete_then_wait__queue_stays_until_the_callback_has_returned(void **state)
{
	(void)state;
	delete_inside(WdfIoQueueDispatchParallel);
	delete_inside(WdfIoQueueDispatchSequential);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_delete_then_wait__queue_stays_until_the_callback_has_returned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
