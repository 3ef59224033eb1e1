/* SPDX-License-Identifier: MIT */
/* file_fixture.h - a device whose driver hears of opens, cleanups and closes, counted and in order.
 */
#ifndef FILE_FIXTURE_H
#define FILE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <unistd.h>

#include "base/exec.h"
#include "io_fixture.h"

static struct io_fixture f;
static struct io_op op;
static unsigned int creates, cleanups, closes, order;
static unsigned int cleanup_order, close_order;
static NTSTATUS create_status;
static WDFFILEOBJECT file_seen;
static WDFREQUEST create_request;

static inline UW_UNUSED void evt_create(WDFDEVICE device, WDFREQUEST request, WDFFILEOBJECT file)
{
	WDF_REQUEST_PARAMETERS params;

	assert_ptr_equal(device, io_fixture_device(&f));
	WDF_REQUEST_PARAMETERS_INIT(&params);
	WdfRequestGetParameters(request, &params);
	assert_int_equal(params.Type, WdfRequestTypeCreate);
	creates++;
	file_seen = file;
	assert_ptr_equal(WdfRequestGetFileObject(request), file);
	assert_null(WdfRequestGetIoQueue(request));
	if (create_status == STATUS_PENDING)
		__atomic_store_n(&create_request, request, __ATOMIC_RELEASE);
	else
		WdfRequestComplete(request, create_status);
}

static inline UW_UNUSED void evt_cleanup(WDFFILEOBJECT file)
{
	assert_ptr_equal(file, file_seen);
	cleanups++;
	cleanup_order = ++order;
}

static inline UW_UNUSED void evt_close(WDFFILEOBJECT file)
{
	assert_ptr_equal(file, file_seen);
	closes++;
	close_order = ++order;
}

static inline UW_UNUSED void reset(void)
{
	creates = cleanups = closes = order = 0;
	create_status = STATUS_SUCCESS;
	file_seen = NULL;
}

static inline UW_UNUSED struct fx_io_config files_config(void)
{
	struct fx_io_config config = { 0 };

	WDF_FILEOBJECT_CONFIG_INIT(&config.file_config, evt_create, evt_close, evt_cleanup);
	return config;
}

static inline UW_UNUSED int setup(void **state)
{
	struct fx_io_config config = files_config();

	(void)state;
	reset();
	io_fixture_setup(&f, &config);
	io_default_queue(&f);
	return 0;
}

static inline UW_UNUSED int setup_plain(void **state)
{
	(void)state;
	reset();
	io_fixture_setup(&f, NULL);
	io_default_queue(&f);
	return 0;
}

static inline UW_UNUSED int teardown(void **state)
{
	(void)state;
	io_fixture_teardown(&f);
	assert_int_equal(cleanups, closes);
	return 0;
}

static inline UW_UNUSED NTSTATUS open_file(struct fx_file **file)
{
	return fx_file_open((struct fx_device *)(void *)f.device, file);
}

static inline UW_UNUSED void complete_create(void *arg)
{
	(void)arg;
	while (!__atomic_load_n(&create_request, __ATOMIC_ACQUIRE))
		exec_sleep_ms(1);
	WdfRequestComplete(create_request, STATUS_SUCCESS);
}

#define FILE_T(name)  cmocka_unit_test_setup_teardown(name, setup, teardown)
#define FILE_TP(name) cmocka_unit_test_setup_teardown(name, setup_plain, teardown)

#endif
