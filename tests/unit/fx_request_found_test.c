/* SPDX-License-Identifier: MIT */
/*
 * WdfRequestGetParameters of a request that WdfIoQueueFindRequest found, on a thread of the
 * driver's, while its client cancels it: the reference keeps what is asked, whatever becomes of the
 * client's packet.
 */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "io_fixture.h"

#define NEITHER_CODE CTL_CODE(FILE_DEVICE_UNKNOWN, 0x801, METHOD_NEITHER, FILE_ANY_ACCESS)
#define ROUNDS       20000u
#define ASKED        20u

static struct io_fixture f;
static WDFQUEUE queue;
static unsigned int back; /* atomic: packets that are their client's again */
static bool over;         /* atomic */
static const char input[] = "hello";

static void expect_parameters(const WDF_REQUEST_PARAMETERS *params)
{
	const void *at = params->Parameters.DeviceIoControl.Type3InputBuffer;

	assert_int_equal(params->Parameters.DeviceIoControl.InputBufferLength, sizeof(input) - 1);
	assert_int_equal(params->Parameters.DeviceIoControl.IoControlCode, NEITHER_CODE);
	assert_true(!at || at == input); /* NULL: completed meanwhile */
}

static void look(void)
{
	WDF_REQUEST_PARAMETERS params;
	WDFREQUEST found;

	WDF_REQUEST_PARAMETERS_INIT(&params);
	if (WdfIoQueueFindRequest(queue, NULL, NULL, &params, &found))
		return;
	expect_parameters(&params);
	for (unsigned int i = 0; i < ASKED; i++) {
		WDF_REQUEST_PARAMETERS_INIT(&params);
		WdfRequestGetParameters(found, &params);
		expect_parameters(&params);
	}
	WdfObjectDereference(found);
}

static void *look_all_the_time(void *arg)
{
	(void)arg;
	while (!__atomic_load_n(&over, __ATOMIC_ACQUIRE))
		look();
	return NULL;
}

/* A client that gives the packet's memory back at once. */
static void client_has_it(struct fx_packet *packet, NTSTATUS status, size_t information)
{
	struct io_op *op = uw_container_of(packet, struct io_op, packet);

	(void)status;
	(void)information;
	memset(op, 0xa5, sizeof(*op));
	free(op);
	__atomic_add_fetch(&back, 1, __ATOMIC_RELEASE);
}

static void submit_and_cancel(unsigned int round)
{
	struct io_op *op = calloc(1, sizeof(*op));

	assert_non_null(op);
	io_op_control(op, NEITHER_CODE, input, 16);
	op->packet.in = input;
	op->packet.complete = client_has_it;
	fx_io_submit(f.file, &op->packet);
	for (volatile unsigned int i = 0; i < round % 700; i++)
		; /* so that it comes at another moment each time */
	fx_io_cancel(&op->packet);
	while (__atomic_load_n(&back, __ATOMIC_ACQUIRE) <= round)
		sched_yield();
}

static void test_parameters__asked_while_the_client_cancels__from_the_request(void **state)
{
	WDF_IO_QUEUE_CONFIG config;
	pthread_t looks;

	(void)state;
	io_fixture_setup_verify(&f, NULL, "VerifierOn=0");
	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchManual);
	queue = io_queue(&f, &config);
	io_fixture_start(&f);
	assert_int_equal(pthread_create(&looks, NULL, look_all_the_time, NULL), 0);
	for (unsigned int i = 0; i < ROUNDS; i++)
		submit_and_cancel(i);
	__atomic_store_n(&over, true, __ATOMIC_RELEASE);
	assert_int_equal(pthread_join(looks, NULL), 0);
	io_settle(&f);
	io_fixture_teardown(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parameters__asked_while_the_client_cancels__from_the_request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
