/* SPDX-License-Identifier: MIT */
/*
 * echo_driver_test.c - the echo driver that the first argument names, echo or echo-manual: what is
 * kept, when it comes back, and a read that ends in each other way.
 */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "pnp/device.h"
#include "pnp/host.h"
#include "rig.h"
#include "uwdf_echo.h"

static char driver[512];

static struct bench {
	struct rig rig;
	struct rig_leftovers before;
} bench;
static struct rig *const rig = &bench.rig;

static int setup(void **state)
{
	struct rig_params params = { .driver = driver, .address = "model:edu" };

	(void)state;
	bench.before = rig_leftovers_now();
	if (!rig_start(rig, &params))
		return 0;
	print_error("%s\n%s\n", rig->report.text, rig->report.hint);
	return -1;
}

static int teardown(void **state)
{
	(void)state;
	rig_stop(rig);
	return rig_nothing_left(&bench.before) ? 0 : -1;
}

static NTSTATUS wait_for(struct rig_op *op)
{
	check(rig_wait(op), "the request did not complete");
	return op->status;
}

static NTSTATUS set_delay(uint32_t delay_ms)
{
	struct rig_op op;

	rig_control(rig, &op, IOCTL_ECHO_SET_DELAY, &delay_ms, sizeof(delay_ms), 0);
	return wait_for(&op);
}

static void keep(const char *text)
{
	struct rig_op op;

	rig_write(rig, &op, text, strlen(text));
	assert_int_equal(wait_for(&op), STATUS_SUCCESS);
	assert_int_equal(op.information, strlen(text));
}

static void expect_echo(struct rig_op *op, const char *text)
{
	assert_int_equal(wait_for(op), STATUS_SUCCESS);
	assert_int_equal(op->information, strlen(text));
	assert_memory_equal(op->data, text, strlen(text));
}

/* A read that waits at the driver for longer than any test takes. */
static void wait_at_driver(struct rig_op *op)
{
	assert_int_equal(set_delay(ECHO_MOST_DELAY_MS), STATUS_SUCCESS);
	rig_read(rig, op, 100);
	assert_false(rig_wait_for(op, 20));
}

/* --- what it is for --- */

static void test_echo__written__comes_back_after_the_delay(void **state)
{
	struct rig_op op;
	uint64_t begun;

	(void)state;
	keep("something older, and longer");
	keep("hello");
	assert_int_equal(set_delay(30), STATUS_SUCCESS);
	begun = exec_now_ns();
	rig_read(rig, &op, 100);
	expect_echo(&op, "hello");
	assert_true(exec_now_ns() - begun >= 30 * EXEC_NS_PER_MS);
	assert_int_equal(set_delay(0), STATUS_SUCCESS);
	rig_read(rig, &op, 3);
	expect_echo(&op, "hel");
}

static void test_echo__nothing_written__nothing_comes(void **state)
{
	struct rig_op op;

	(void)state;
	rig_read(rig, &op, 100);
	expect_echo(&op, "");
}

static void test_echo__wrong_requests__are_refused(void **state)
{
	static char text[ECHO_MOST_BYTES + 1];
	struct rig_op op;

	(void)state;
	assert_int_equal(set_delay(ECHO_MOST_DELAY_MS + 1), STATUS_INVALID_PARAMETER);
	rig_control(rig, &op, IOCTL_ECHO_SET_DELAY, text, 3, 0);
	assert_int_equal(wait_for(&op), STATUS_BUFFER_TOO_SMALL);
	rig_control(rig, &op, IOCTL_ECHO_SET_DELAY + 4, text, 4, 0);
	assert_int_equal(wait_for(&op), STATUS_INVALID_DEVICE_REQUEST);
	op.packet = (struct fx_packet){ .kind = FX_PACKET_WRITE,
					.in = text,
					.in_len = sizeof(text),
					.complete = op.packet.complete,
					.owner = &op };
	op.done = false;
	fx_io_submit(rig->file, &op.packet);
	assert_int_equal(wait_for(&op), STATUS_INVALID_BUFFER_SIZE);
}

static void test_echo__read_waits__others_wait_behind_it_but_not_controls(void **state)
{
	struct rig_op read, write;

	(void)state;
	wait_at_driver(&read);
	rig_write(rig, &write, "later", 5);
	assert_false(rig_wait_for(&write, 20));
	assert_int_equal(set_delay(0), STATUS_SUCCESS); /* of reads after it */
	assert_false(rig_wait_for(&read, 20));
	rig_cancel(&read);
	assert_int_equal(wait_for(&read), STATUS_CANCELLED);
	assert_int_equal(wait_for(&write), STATUS_SUCCESS);
	rig_read(rig, &read, 100);
	expect_echo(&read, "later");
}

/* --- other ends of a read --- */

static void test_cancel__at_the_driver__ends_and_the_next_has_its_own_time(void **state)
{
	struct rig_op first, second;
	uint64_t begun;

	(void)state;
	keep("text");
	wait_at_driver(&first);
	assert_int_equal(set_delay(30), STATUS_SUCCESS);
	begun = exec_now_ns();
	rig_read(rig, &second, 100);
	rig_cancel(&first);
	assert_int_equal(wait_for(&first), STATUS_CANCELLED);
	expect_echo(&second, "text");
	assert_true(exec_now_ns() - begun >= 30 * EXEC_NS_PER_MS);
}

static void test_cancel__in_the_queue__never_reaches_the_driver(void **state)
{
	struct rig_op first, second;

	(void)state;
	wait_at_driver(&first);
	rig_read(rig, &second, 100);
	rig_cancel(&second);
	assert_int_equal(wait_for(&second), STATUS_CANCELLED);
	assert_false(rig_wait_for(&first, 10));
	rig_cancel(&first);
	assert_int_equal(wait_for(&first), STATUS_CANCELLED);
}

static void test_cancel__all_the_time__each_read_ends_once(void **state)
{
	static struct rig_op ops[64];

	(void)state;
	keep("text");
	assert_int_equal(set_delay(1), STATUS_SUCCESS);
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(ops); i++) {
		rig_read(rig, &ops[i], 100);
		if (i % 2)
			exec_sleep_ms(1); /* about when it is due */
		if (i % 4 != 3)
			rig_cancel(&ops[i]);
	}
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(ops); i++) {
		if (wait_for(&ops[i]) == STATUS_SUCCESS)
			expect_echo(&ops[i], "text");
		else
			assert_int_equal(ops[i].status, STATUS_CANCELLED);
	}
}

static void test_power__goes_and_comes__read_waits_on(void **state)
{
	struct fx_io *io = fx_host_device(rig->device)->io;
	struct rig_op op;

	(void)state;
	keep("text");
	wait_at_driver(&op);
	fx_io_hold(io);
	assert_false(rig_is_done(&op));
	fx_io_resume(io);
	rig_cancel(&op);
	assert_int_equal(wait_for(&op), STATUS_CANCELLED);
	assert_int_equal(set_delay(20), STATUS_SUCCESS);
	rig_read(rig, &op, 100);
	fx_io_hold(io); /* it is answered without power, too */
	fx_io_resume(io);
	expect_echo(&op, "text");
}

static void test_removal__read_waits__cancelled(void **state)
{
	struct rig_op first, second;

	(void)state;
	wait_at_driver(&first);
	rig_read(rig, &second, 100);
	uwdf_device_remove(rig->device);
	rig->device = NULL;
	assert_int_equal(wait_for(&first), STATUS_CANCELLED);
	check(!NT_SUCCESS(wait_for(&second)), "a queued read succeeded");
}

static void test_close__read_waits__cancelled(void **state)
{
	struct rig_op op;

	(void)state;
	wait_at_driver(&op);
	fx_file_close(rig->file);
	rig->file = NULL;
	assert_int_equal(wait_for(&op), STATUS_CANCELLED);
}

#define ECHO_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		ECHO_TEST(test_echo__written__comes_back_after_the_delay),
		ECHO_TEST(test_echo__nothing_written__nothing_comes),
		ECHO_TEST(test_echo__wrong_requests__are_refused),
		ECHO_TEST(test_echo__read_waits__others_wait_behind_it_but_not_controls),
		ECHO_TEST(test_cancel__at_the_driver__ends_and_the_next_has_its_own_time),
		ECHO_TEST(test_cancel__in_the_queue__never_reaches_the_driver),
		ECHO_TEST(test_cancel__all_the_time__each_read_ends_once),
		ECHO_TEST(test_power__goes_and_comes__read_waits_on),
		ECHO_TEST(test_removal__read_waits__cancelled),
		ECHO_TEST(test_close__read_waits__cancelled),
	};

	(void)snprintf(driver, sizeof(driver), UWDF_TEST_DRIVERS "/%s.so",
		       argc > 1 ? argv[1] : "echo");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
