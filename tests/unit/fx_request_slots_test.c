/* SPDX-License-Identifier: MIT */
/*
 * The order in which a device's free requests are used again, and that those which a driver's own
 * contexts took apart are.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "io_fixture.h"
#include "object/driver.h"
#include "room.h"

typedef struct _EXTRA {
	ULONG value;
} EXTRA;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(EXTRA, GetExtra)

static struct io_fixture f;
static struct io_op op;
static const void *slots[2 * REQUEST_CHUNK]; /* of each request, in order */
static unsigned int count, cleanups;

static void one_more_gone(WDFOBJECT object)
{
	(void)object;
	cleanups++;
}

static void answer(WDFQUEUE queue, WDFREQUEST request)
{
	(void)queue;
	slots[count++] = fx_object_at(request);
	WdfRequestComplete(request, STATUS_SUCCESS);
}

/* A context with a callback: the slot is not as it was made. */
static void extend_and_answer(WDFQUEUE queue, WDFREQUEST request)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	EXTRA *extra = NULL;

	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attrs, EXTRA);
	attrs.EvtCleanupCallback = one_more_gone;
	assert_int_equal(WdfObjectAllocateContext(request, &attrs, (PVOID *)&extra),
			 STATUS_SUCCESS);
	assert_int_equal(extra->value, 0);
	extra->value = 1;
	answer(queue, request);
}

static void use(const char *verify, PFN_WDF_IO_QUEUE_IO_DEFAULT callback, unsigned int times)
{
	WDF_IO_QUEUE_CONFIG config;

	count = 0;
	cleanups = 0;
	op.completions = 0;
	io_fixture_setup_verify(&f, NULL, verify);
	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
	config.EvtIoDefault = callback;
	(void)io_queue(&f, &config);
	io_fixture_start(&f);
	for (unsigned int i = 0; i < times; i++) {
		io_op_read(&op, 8);
		op.completions = 0;
		io_submit(&f, &op);
		assert_int_equal(op.completions, 1);
		assert_int_equal(op.status, STATUS_SUCCESS);
	}
	assert_int_equal(count, times);
	assert_null(f.io->pool.chunks->next); /* there was one free all the time */
	io_fixture_teardown(&f);
}

static void test_slots__no_verifier__the_last_one_is_used_again(void **state)
{
	(void)state;
	use("VerifierOn=0", answer, 3);
	assert_ptr_equal(slots[0], slots[1]);
	assert_ptr_equal(slots[0], slots[2]);
}

/* A handle repeats after 65536 uses of its slot. */
static void test_slots__verifier_listens__all_others_come_first(void **state)
{
	(void)state;
	use("", answer, 2 * REQUEST_CHUNK);
	for (unsigned int i = 0; i < REQUEST_CHUNK; i++) {
		for (unsigned int before = 0; before < i; before++)
			assert_ptr_not_equal(slots[before], slots[i]);
		assert_ptr_equal(slots[i], slots[i + REQUEST_CHUNK]);
	}
}

static void test_slots__taken_apart_by_contexts__made_again_when_no_other_is_free(void **state)
{
	(void)state;
	use("VerifierOn=0", extend_and_answer, 2 * REQUEST_CHUNK);
	assert_int_equal(cleanups, 2 * REQUEST_CHUNK);
	for (unsigned int i = 0; i < REQUEST_CHUNK; i++)
		assert_ptr_equal(slots[i], slots[i + REQUEST_CHUNK]);
}

/* One that a library of the driver's made: nobody has asked yet who it is. */
static void *complete_it(void *request)
{
	WdfRequestComplete(request, STATUS_SUCCESS);
	return NULL;
}

static void test_thread_of_nobodys__completes_as_its_first_call__by_the_loop(void **state)
{
	pthread_t thread;
	(void)state;
	io_fixture_setup_verify(&f, NULL, "VerifierOn=0");
	io_default_queue(&f);
	io_fixture_start(&f);
	io_op_read(&op, 8);
	op.completions = 0;
	io_submit(&f, &op);
	assert_int_equal(op.completions, 0);
	assert_int_equal(pthread_create(&thread, NULL, complete_it, io_seen.last), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	io_settle(&f);
	assert_int_equal(op.completions, 1);
	io_fixture_teardown(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slots__no_verifier__the_last_one_is_used_again),
		cmocka_unit_test(test_slots__verifier_listens__all_others_come_first),
		cmocka_unit_test(
			test_slots__taken_apart_by_contexts__made_again_when_no_other_is_free),
		cmocka_unit_test(test_thread_of_nobodys__completes_as_its_first_call__by_the_loop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
