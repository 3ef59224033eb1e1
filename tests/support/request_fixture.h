/* SPDX-License-Identifier: MIT */
/* request_fixture.h - a device that keeps each request that one client submits, for the test to ask
 * and to end. */
#ifndef REQUEST_FIXTURE_H
#define REQUEST_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "io_fixture.h"

typedef struct request_context {
	ULONG value;
	ULONG more[15];
} request_context;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(request_context, context_of);

static struct io_fixture f;
static struct io_op op;
static WDFQUEUE manual, fallback;

static unsigned int cleanups, destroys;

static inline UW_UNUSED void count_cleanup(WDFOBJECT object)
{
	(void)object;
	cleanups++;
}

static inline UW_UNUSED void count_destroy(WDFOBJECT object)
{
	(void)object;
	destroys++;
}

static inline UW_UNUSED void set_up_with(const struct fx_io_config *config)
{
	cleanups = destroys = 0;
	io_fixture_setup(&f, config);
	manual = io_manual_queue(&f);
	fallback = io_default_queue(&f);
	io_fixture_start(&f);
}

static inline UW_UNUSED int setup(void **state)
{
	(void)state;
	set_up_with(NULL);
	return 0;
}

static inline UW_UNUSED int setup_context(void **state)
{
	struct fx_io_config config = { 0 };

	(void)state;
	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&config.request_attributes, request_context);
	set_up_with(&config);
	return 0;
}

static inline UW_UNUSED int setup_callbacks(void **state)
{
	struct fx_io_config config = { 0 };

	(void)state;
	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&config.request_attributes, request_context);
	config.request_attributes.EvtCleanupCallback = count_cleanup;
	config.request_attributes.EvtDestroyCallback = count_destroy;
	set_up_with(&config);
	return 0;
}

static inline UW_UNUSED int setup_direct(void **state)
{
	struct fx_io_config config = { .io_type = WdfDeviceIoDirect };

	(void)state;
	set_up_with(&config);
	return 0;
}

static inline UW_UNUSED int setup_neither(void **state)
{
	struct fx_io_config config = { .io_type = WdfDeviceIoNeither };

	(void)state;
	set_up_with(&config);
	return 0;
}

static inline UW_UNUSED int teardown(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < io_seen.kept_count; i++)
		if (io_seen.kept[i])
			WdfRequestComplete(io_seen.kept[i], STATUS_SUCCESS);
	io_fixture_teardown(&f);
	return 0;
}

/* The newest request, now this test's to complete. */
static inline UW_UNUSED WDFREQUEST take(void)
{
	WDFREQUEST request = io_seen.kept[io_seen.kept_count - 1];

	io_seen.kept[io_seen.kept_count - 1] = NULL;
	return request;
}

static inline UW_UNUSED WDFREQUEST submit_write(const char *text)
{
	io_op_write(&op, text);
	io_submit(&f, &op);
	return take();
}

static inline UW_UNUSED WDFREQUEST submit_read(size_t len)
{
	io_op_read(&op, len);
	io_submit(&f, &op);
	return take();
}

static inline UW_UNUSED WDFREQUEST submit_control(uint32_t code, const char *in, size_t out_len)
{
	io_op_control(&op, code, in, out_len);
	io_submit(&f, &op);
	return take();
}

static inline UW_UNUSED void complete(WDFREQUEST request, NTSTATUS status, size_t information)
{
	WdfRequestCompleteWithInformation(request, status, information);
	io_settle(&f);
}

#define REQUEST_T(name)       cmocka_unit_test_setup_teardown(name, setup, teardown)
#define REQUEST_TS(name, how) cmocka_unit_test_setup_teardown(name, how, teardown)

#endif
