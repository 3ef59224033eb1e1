/* SPDX-License-Identifier: MIT */
/* A node's programs and its device: what the one calls and what the other answers. */
#include "uw_test.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "fake_cuse.h"

static int setup(void **state)
{
	int err = cuse_fixture_setup(state);

	return err ? err : cuse_fixture_start(*state);
}

static uint64_t opened(int flags)
{
	uint64_t file = 0;

	assert_int_equal(fake_open(flags, &file), 0);
	assert_true(file);
	return file;
}

/* --- open and close --- */

static void test_open_close__the_driver_sees_both(void **state)
{
	struct cuse_fixture *f = *state;
	uint64_t file = opened(O_RDWR);

	assert_int_equal(f->device.process_id, getpid());
	assert_int_equal(fake_device_closes(&f->device), 0);
	assert_int_equal(fake_release(file), 0);
	assert_int_equal(fake_device_closes(&f->device), 1); /* before close() returns */
}

static void test_open__driver_refuses__errno(void **state)
{
	struct cuse_fixture *f = *state;
	uint64_t file;

	f->device.open_status = UWDF_STATUS(0xc0000043u);
	assert_int_equal(fake_open(O_RDWR, &file), -EBUSY);
}

static void test_open__signal_while_the_driver_thinks__program_goes_driver_closes(void **state)
{
	struct cuse_call call = { .what = FAKE_OPEN, .flags = O_RDWR };
	struct cuse_fixture *f = *state;

	f->device.open_waits = true;
	fake_call(&call);
	fake_device_await_opening(&f->device);
	fake_signal(&call);
	fake_await(&call);
	assert_int_equal(call.err, -EINTR);
	fake_device_let_open(&f->device);
	fake_device_await_closes(&f->device, 1);
}

static void test_open__program_gone_when_answered__driver_closes(void **state)
{
	struct cuse_call call = { .what = FAKE_OPEN, .gone = true };
	struct cuse_fixture *f = *state;

	fake_call(&call);
	fake_await(&call);
	fake_device_await_closes(&f->device, 1);
}

static bool held; /* atomic */

static bool opens_are_held(void *arg)
{
	struct cuse_fixture *f = arg;

	assert_int_equal(cuse_handles(f->cuse, NULL, 0), 1); /* it counts already */
	return __atomic_load_n(&held, __ATOMIC_ACQUIRE);
}

static void test_open__somebody_wants_it_unused__busy(void **state)
{
	struct cuse_fixture *f = *state;
	uint64_t file;

	cuse_fixture_stop(f);
	f->params.opens_are_held = opens_are_held;
	f->params.arg = f;
	assert_int_equal(cuse_fixture_start(f), 0);
	__atomic_store_n(&held, true, __ATOMIC_RELEASE);
	assert_int_equal(fake_open(O_RDWR, &file), -EBUSY);
	assert_int_equal(cuse_handles(f->cuse, NULL, 0), 0);
	__atomic_store_n(&held, false, __ATOMIC_RELEASE);
	assert_int_equal(fake_open(O_RDWR, &file), 0);
}

/* --- read and write --- */

static void await_pending(struct cuse_fixture *f, struct cuse_call *call)
{
	fake_call(call);
	fake_device_await_pending(&f->device, 1);
}

static void test_write_read__bytes_travel(void **state)
{
	struct cuse_fixture *f = *state;
	uint64_t file = opened(O_RDWR);
	struct cuse_call call = { .what = FAKE_READ, .file = file, .len = 10 };

	assert_int_equal(fake_write(file, "hello", 5), 5);
	await_pending(f, &call);
	fake_device_finish(&f->device, UWDF_STATUS_SUCCESS, "a frame, and too long");
	fake_await(&call);
	assert_int_equal(call.err, 0);
	assert_int_equal(call.count, 10);
	assert_memory_equal(call.bytes, "a frame, a", 10);
	assert_int_equal(fake_release(file), 0);
}

static void read_ends(struct cuse_fixture *f, uint64_t file, uint32_t status, int err, size_t count)
{
	struct cuse_call call = { .what = FAKE_READ, .file = file, .len = 10 };

	await_pending(f, &call);
	fake_device_finish(&f->device, UWDF_STATUS(status), "text");
	fake_await(&call);
	assert_int_equal(call.err, err);
	assert_int_equal(call.count, count);
}

static void test_read__error_end_and_warning(void **state)
{
	struct cuse_fixture *f = *state;
	uint64_t file = opened(O_RDONLY);

	read_ends(f, file, 0xc0000185u, -EIO, 0);
	read_ends(f, file, 0xc0000011u, 0, 0); /* end of file */
	read_ends(f, file, 0x80000005u, 0, 4); /* buffer overflow: a warning, with data */
	read_ends(f, file, 0x80000011u, -EBUSY, 0);
	read_ends(f, file, 0xc0000120u, -ECANCELED, 0); /* by the driver: no signal came */
	assert_int_equal(fake_release(file), 0);
}

static void test_read__signal__cancelled_and_interrupted(void **state)
{
	struct cuse_fixture *f = *state;
	uint64_t file = opened(O_RDONLY);
	struct cuse_call call = { .what = FAKE_READ, .file = file, .len = 10 };

	await_pending(f, &call);
	fake_signal(&call);
	fake_await(&call);
	assert_int_equal(call.err, -EINTR);
	assert_int_equal(FAKE_COUNT(&f->device, cancels), 1);
	assert_int_equal(fake_release(file), 0);
}

static void test_control__signal_but_driver_done_first__its_answer_counts(void **state)
{
	struct cuse_fixture *f = *state;
	uint64_t file = opened(O_RDWR);
	struct uwdf_cuse_control control = { .code = FAKE_STUBBORN };
	struct cuse_call call = {
		.what = FAKE_IOCTL,
		.file = file,
		.ioctl = { .number = UWDF_CUSE_CONTROL,
			   .in = &control,
			   .in_len = sizeof(control),
			   .out_len = sizeof(control) },
	};

	await_pending(f, &call);
	fake_signal(&call);
	assert_int_equal(FAKE_COUNT(&f->device, cancels), 1);
	fake_device_finish(&f->device, UWDF_STATUS_SUCCESS, "");
	fake_await(&call);
	assert_int_equal(call.err, 0);
	assert_int_equal(fake_release(file), 0);
}

/* --- poll --- */

#define READS  (POLLIN | POLLRDNORM)
#define WRITES (POLLOUT | POLLWRNORM)

static void test_poll__waits_where_a_request_waits(void **state)
{
	struct cuse_waiter first = { 0 }, second = { 0 };
	struct cuse_fixture *f = *state;
	uint64_t file = opened(O_RDWR);
	struct cuse_call call = { .what = FAKE_READ, .file = file, .len = 10 };

	assert_int_equal(fake_poll(file, NULL), READS | WRITES);
	await_pending(f, &call);
	assert_int_equal(fake_poll(file, &first), WRITES);
	assert_int_equal(fake_poll(file, &second), WRITES);
	assert_int_equal(first.forgotten, 1);
	fake_device_finish(&f->device, UWDF_STATUS_SUCCESS, "x");
	fake_await(&call);
	assert_int_equal(fake_poll(file, NULL), READS | WRITES); /* after the wake-up, too */
	assert_int_equal(second.woken, 1);
	assert_int_equal(fake_poll(file, &first), READS | WRITES);
	assert_int_equal(fake_release(file), 0);
	assert_int_equal(first.forgotten, 2); /* nobody polls a closed file */
}

/* --- the end --- */

static void test_leave__waiting_calls_end__new_ones_refused(void **state)
{
	struct cuse_fixture *f = *state;
	uint64_t file = opened(O_RDWR), other;
	struct cuse_call call = { .what = FAKE_READ, .file = file, .len = 10 };
	struct cuse_waiter waiter = { 0 };
	char byte;

	await_pending(f, &call);
	assert_int_equal(fake_poll(file, &waiter), WRITES);
	assert_true(cuse_leave(f->cuse, exec_deadline_ms(60000)));
	fake_await(&call);
	assert_int_equal(call.err, -ENODEV);
	assert_int_equal(fake_device_closes(&f->device), 1);
	assert_int_equal(waiter.woken, 1);
	assert_int_equal(cuse_handles(f->cuse, NULL, 0), 0); /* the device has it no more */
	assert_int_equal(fake_poll(file, NULL), POLLERR | POLLHUP);
	assert_int_equal(fake_read(file, &byte, 1), -ENODEV);
	assert_int_equal(fake_write(file, &byte, 1), -ENODEV);
	assert_int_equal(fake_open(O_RDWR, &other), -ENODEV);
	assert_int_equal(fake_release(file), 0);
	assert_int_equal(fake_device_closes(&f->device), 1);
}

static void test_leave__open_on_its_way__refused_and_closed(void **state)
{
	struct cuse_call call = { .what = FAKE_OPEN, .flags = O_RDWR };
	struct cuse_fixture *f = *state;

	f->device.open_waits = true;
	fake_call(&call);
	fake_device_await_opening(&f->device);
	assert_false(cuse_leave(f->cuse, exec_deadline_ms(20)));
	fake_device_let_open(&f->device);
	fake_await(&call);
	assert_int_equal(call.err, -ENODEV);
	fake_device_await_closes(&f->device, 1);
}

static void test_free__driver_keeps_a_request__says_so(void **state)
{
	struct cuse_fixture *f = *state;
	struct uwdf_cuse_control control = { .code = FAKE_STUBBORN };
	struct cuse_call call = { .what = FAKE_IOCTL,
				  .file = opened(O_RDWR),
				  .ioctl = { .number = UWDF_CUSE_CONTROL,
					     .in = &control,
					     .in_len = sizeof(control),
					     .out_len = sizeof(control) } };

	await_pending(f, &call);
	assert_int_equal(cuse_free(f->cuse, exec_deadline_ms(20)), -ETIMEDOUT);
	fake_device_finish(&f->device, UWDF_STATUS_CANCELLED, "");
	fake_await(&call);
	assert_int_equal(call.err, -ENODEV);
}

static void test_kernel_ends_it__driver_closes_all(void **state)
{
	struct cuse_fixture *f = *state;
	struct cuse_call call = { .what = FAKE_READ, .file = opened(O_RDWR), .len = 10 };

	(void)opened(O_RDONLY);
	await_pending(f, &call);
	fake_end();
	fake_await(&call);
	fake_device_await_closes(&f->device, 2);
}

static void test_handles__who_and_how_busy(void **state)
{
	struct cuse_fixture *f = *state;
	uint64_t file = opened(O_RDWR);
	struct cuse_call call = { .what = FAKE_READ, .file = file, .len = 10 };
	struct server_handle handles[2];

	await_pending(f, &call);
	assert_int_equal(cuse_handles(f->cuse, handles, 2), 1);
	assert_int_equal(handles[0].process_id, getpid());
	assert_int_equal(handles[0].requests, 1);
	fake_device_finish(&f->device, UWDF_STATUS_SUCCESS, "");
	fake_await(&call);
	assert_int_equal(fake_release(file), 0);
	assert_int_equal(cuse_handles(f->cuse, NULL, 0), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, cuse_fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_open_close__the_driver_sees_both),
		TEST(test_open__driver_refuses__errno),
		TEST(test_open__signal_while_the_driver_thinks__program_goes_driver_closes),
		TEST(test_open__program_gone_when_answered__driver_closes),
		TEST(test_open__somebody_wants_it_unused__busy),
		TEST(test_write_read__bytes_travel),
		TEST(test_read__error_end_and_warning),
		TEST(test_read__signal__cancelled_and_interrupted),
		TEST(test_control__signal_but_driver_done_first__its_answer_counts),
		TEST(test_poll__waits_where_a_request_waits),
		TEST(test_leave__waiting_calls_end__new_ones_refused),
		TEST(test_leave__open_on_its_way__refused_and_closed),
		TEST(test_free__driver_keeps_a_request__says_so),
		TEST(test_kernel_ends_it__driver_closes_all),
		TEST(test_handles__who_and_how_busy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
