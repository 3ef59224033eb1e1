/* SPDX-License-Identifier: MIT */
/* How long a driver is waited for before that is said (DbgWaitForSignalTimeoutInSec), in virtual
 * time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/exec.h"
#include "base/log.h"
#include "io_fixture.h"
#include "object/driver.h"

static struct io_fixture f;
static struct io_op op;
static unsigned int patience_ms; /* what the driver makes of it: one more */

static void begin(const char *verify)
{
	assert_int_equal(exec_sim_begin(1), 0);
	io_fixture_setup_verify(&f, NULL, verify);
	patience_ms = f.driver->verifier.patience_ms;
}

static void end(void)
{
	io_fixture_teardown(&f);
	exec_sim_end();
}

static uint32_t said(void)
{
	return fx_verifier_breaks_of(f.driver, FX_RULE_LONG_WAIT);
}

/* --- a request that is kept --- */

static void complete_late(void *arg)
{
	(void)arg;
	exec_sleep_ms(patience_ms + 1);
	WdfRequestComplete(io_seen.last, STATUS_SUCCESS);
}

static void close_with_a_request(void)
{
	struct exec_thread_params params = { .name = "driver", .run = complete_late, .node = -1 };
	struct exec_thread *driver;

	io_default_queue(&f);
	io_fixture_start(&f);
	io_op_write(&op, "x");
	io_submit(&f, &op);
	assert_int_equal(exec_thread_start(&params, &driver), 0);
	assert_false(io_broke());
	fx_file_close(f.file);
	f.file = NULL;
	exec_thread_join(driver);
}

static void test_close__driver_keeps_a_request__said_after_a_minute(void **state)
{
	(void)state;
	begin("");
	assert_int_equal(patience_ms, 60000);
	close_with_a_request();
	assert_int_equal(said(), 1);
	assert_true(io_broke());
	end();
}

static void test_close__seven_seconds_asked_for__said_after_seven(void **state)
{
	(void)state;
	begin("DbgWaitForSignalTimeoutInSec=7");
	assert_int_equal(patience_ms, 7000);
	close_with_a_request();
	assert_int_equal(said(), 1);
	end();
}

/* --- a callback that does not return --- */

static void hang(WDFQUEUE queue, WDFREQUEST request)
{
	(void)queue;
	exec_sleep_ms(patience_ms + 1);
	WdfRequestComplete(request, STATUS_SUCCESS);
}

static void hold_with_a_callback(void)
{
	WDF_IO_QUEUE_CONFIG config;

	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
	config.EvtIoDefault = hang;
	io_queue(&f, &config);
	io_fixture_start(&f);
	io_op_write(&op, "x");
	fx_io_submit(f.file, &op.packet);
	assert_false(io_broke());
	fx_io_hold(f.io);
}

static void test_hold__callback_does_not_return__said_after_a_minute(void **state)
{
	(void)state;
	begin("");
	hold_with_a_callback();
	assert_int_equal(said(), 1);
	assert_true(io_broke());
	end();
}

static void test_hold__seven_seconds_asked_for__said_after_seven(void **state)
{
	(void)state;
	begin("DbgWaitForSignalTimeoutInSec=7");
	hold_with_a_callback();
	assert_int_equal(said(), 1);
	end();
}

static void test_hold__returns_in_time__nothing_said(void **state)
{
	(void)state;
	begin("DbgWaitForSignalTimeoutInSec=7");
	patience_ms -= 2;
	hold_with_a_callback();
	assert_int_equal(said(), 0);
	end();
}

/* --- a cleanup that the driver keeps as an IRP --- */

static PIRP kept;
static unsigned int named; /* times that the right one was */
static const char *name;

static void look_for_name(void *arg, enum log_level level, const char *area, const char *text)
{
	(void)arg;
	(void)level;
	(void)area;
	named += strstr(text, name) != NULL;
}

static NTSTATUS keep_irp(WDFDEVICE device, PIRP irp)
{
	(void)device;
	kept = irp;
	IoMarkIrpPending(irp);
	return STATUS_PENDING;
}

static void complete_irp_late(void *arg)
{
	(void)arg;
	exec_sleep_ms(patience_ms + 1);
	kept->IoStatus.Status = STATUS_SUCCESS;
	IoCompleteRequest(kept, IO_NO_INCREMENT);
}

/* @what: is to be in what is said. */
static struct exec_thread *begin_with_irp(UCHAR major, const char *what)
{
	struct exec_thread_params params = { .name = "driver",
					     .run = complete_irp_late,
					     .node = -1 };
	struct fx_io_config config = { 0 };
	struct exec_thread *driver;

	config.preprocess[major].evt = keep_irp;
	assert_int_equal(exec_sim_begin(1), 0);
	io_fixture_setup(&f, &config);
	patience_ms = f.driver->verifier.patience_ms;
	io_fixture_start(&f);
	named = 0;
	name = what;
	log_set_sink(look_for_name, NULL);
	assert_int_equal(exec_thread_start(&params, &driver), 0);
	return driver;
}

static void check_named(struct exec_thread *driver)
{
	exec_thread_join(driver);
	assert_int_equal(named, 1);
	end();
}

static void close_with_irp(UCHAR major, const char *what)
{
	struct exec_thread *driver = begin_with_irp(major, what);

	fx_file_close(f.file);
	f.file = NULL;
	assert_int_equal(said(), 1);
	check_named(driver);
}

static void test_close__driver_keeps_its_irps__named(void **state)
{
	(void)state;
	close_with_irp(IRP_MJ_CLEANUP, "IRP_MJ_CLEANUP");
	close_with_irp(IRP_MJ_CLOSE, "IRP_MJ_CLOSE");
}

static void test_removal__driver_keeps_the_cleanup__its_irp_is_named(void **state)
{
	struct exec_thread *driver = begin_with_irp(IRP_MJ_CLEANUP, "major function 0x12");

	(void)state;
	fx_io_purge(f.io, false);
	check_named(driver);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_close__driver_keeps_a_request__said_after_a_minute),
		cmocka_unit_test(test_close__seven_seconds_asked_for__said_after_seven),
		cmocka_unit_test(test_hold__callback_does_not_return__said_after_a_minute),
		cmocka_unit_test(test_hold__seven_seconds_asked_for__said_after_seven),
		cmocka_unit_test(test_hold__returns_in_time__nothing_said),
		cmocka_unit_test(test_close__driver_keeps_its_irps__named),
		cmocka_unit_test(test_removal__driver_keeps_the_cleanup__its_irp_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
