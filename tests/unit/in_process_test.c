/* SPDX-License-Identifier: MIT */
/* The client's calls on the in-process transport: the same answers as over a socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/mem.h"
#include "fake_device.h"
#include "in_process.h"
#include "uwdf/client.h"
#include "uwdf/status.h"
#include "uwdf/wire.h"

#define SOON_MS 60000

static struct fake_device device;
static uint64_t blocks;

static int open_handle(uwdf_handle **h)
{
	struct uwdf_transport *t;
	int err = in_process_transport_new(&(struct in_process_params){ .ops = &fake_device_ops,
									.device = &device,
									.name = "fake" },
					   &t);

	return err ? err : uwdf_open_transport(t, h);
}

static int open_by_name(uwdf_handle **h)
{
	const struct in_process_params params = {
		.ops = &fake_device_ops, .device = &device, .name = "fake", .file_name = "\\sub"
	};
	struct uwdf_transport *t;
	int err = in_process_transport_new(&params, &t);

	return err ? err : uwdf_open_transport(t, h);
}

static int setup(void **state)
{
	static uwdf_handle *h;

	blocks = mem_live_blocks();
	fake_device_init(&device);
	assert_int_equal(open_handle(&h), 0);
	*state = h;
	return 0;
}

static int teardown(void **state)
{
	uwdf_close(*state);
	fake_device_deinit(&device);
	assert_int_equal(mem_live_blocks(), blocks);
	return 0;
}

static bool is_readable(uwdf_handle *h)
{
	struct pollfd p = { .fd = uwdf_poll_fd(h), .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

static void test_name_read_write_control_flush(void **state)
{
	uwdf_handle *h = *state;
	char out[8] = "";
	int32_t status;
	size_t done;

	assert_string_equal(uwdf_handle_name(h), "fake");
	assert_int_equal(uwdf_write(h, "frame", 5, SOON_MS, &status, &done), 0);
	assert_int_equal(done, 5);
	assert_int_equal(uwdf_control(h, FAKE_ECHO, "hello", 5, out, 8, SOON_MS, &status, &done),
			 0);
	assert_int_equal(done, 5);
	assert_string_equal(out, "hello");
	assert_int_equal(uwdf_control(h, 0x99, NULL, 0, NULL, 0, SOON_MS, &status, &done), 0);
	assert_int_equal(status, UWDF_STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(uwdf_flush(h, SOON_MS, &status), 0);
	assert_int_equal(status, UWDF_STATUS_SUCCESS);
	assert_int_equal(FAKE_COUNT(&device, flushes), 1);
}

static void test_memory__is_the_devices_and_not_copied(void **state)
{
	uwdf_handle *h = *state;
	struct uwdf_op op = { .kind = UWDF_CONTROL, .code = FAKE_PEND, .in_len = 3, .out_len = 8 };
	struct uwdf_op *got;
	void *in, *out, *big;

	assert_int_equal(uwdf_memory_alloc(h, 3, &in), 0);
	assert_int_equal(uwdf_memory_alloc(h, 8, &out), 0);
	assert_int_equal(FAKE_COUNT(&device, memories), 1); /* shared by small ones */
	assert_int_equal(uwdf_memory_alloc(h, 2u << 20, &big), 0);
	assert_int_equal(FAKE_COUNT(&device, memories), 2);
	assert_int_equal(uwdf_memory_alloc(h, SIZE_MAX, &big), -ENOMEM);
	assert_int_equal((uintptr_t)out % 64, 0);
	op.in = in;
	op.out = out;
	assert_int_equal(uwdf_submit(h, &op), 0);
	assert_ptr_equal(device.pending[0]->in, in);
	assert_ptr_equal(device.pending[0]->out, out);
	fake_device_finish(&device, UWDF_STATUS_SUCCESS, "there");
	assert_int_equal(uwdf_reap(h, SOON_MS, &got), 1);
	assert_memory_equal(out, "there", 5);
}

static void test_memory__one_buffer_in_it_and_one_not__that_is_copied(void **state)
{
	uwdf_handle *h = *state;
	char plain[8] = "abc";
	struct uwdf_op op = { .kind = UWDF_CONTROL, .code = FAKE_PEND, .in_len = 3, .out_len = 8 };
	struct uwdf_op *got;
	void *out;

	assert_int_equal(uwdf_memory_alloc(h, 8, &out), 0);
	op.in = plain;
	op.out = out;
	assert_int_equal(uwdf_submit(h, &op), 0);
	plain[0] = 'x'; /* copied by submit */
	assert_memory_equal(device.pending[0]->in, "abc", 3);
	assert_ptr_equal(device.pending[0]->out, out);
	fake_device_finish(&device, UWDF_STATUS_SUCCESS, "there");
	assert_int_equal(uwdf_reap(h, SOON_MS, &got), 1);
	op.in = out;
	op.out = (char *)out + 4; /* behind its end: not inside */
	assert_int_equal(uwdf_submit(h, &op), 0);
	assert_ptr_equal(device.pending[0]->in, out);
	assert_ptr_not_equal(device.pending[0]->out, op.out);
	op.out = plain;
	fake_device_finish(&device, UWDF_STATUS_SUCCESS, "again");
	assert_int_equal(uwdf_reap(h, SOON_MS, &got), 1);
	assert_memory_equal(plain, "again", 5);
}

static void test_memory__device_without_wishes__any(void **state)
{
	struct uwdf_device_io_ops plain = fake_device_ops;
	struct uwdf_transport *t;
	uwdf_handle *h;
	void *memory;

	(void)state;
	plain.memory_new = NULL;
	plain.memory_free = NULL;
	assert_int_equal(in_process_transport_new(&(struct in_process_params){ .ops = &plain,
									       .device = &device,
									       .name = "plain" },
						  &t),
			 0);
	assert_int_equal(uwdf_open_transport(t, &h), 0);
	assert_int_equal(uwdf_memory_alloc(h, 100, &memory), 0);
	assert_int_equal(FAKE_COUNT(&device, memories), 0);
	uwdf_close(h);
}

static void test_many__reaped_in_order_of_completion(void **state)
{
	static struct uwdf_op ops[100];
	static char bufs[100][8];
	uwdf_handle *h = *state;
	struct uwdf_op *got;

	for (int i = 0; i < 100; i++) {
		ops[i] = (struct uwdf_op){ .kind = UWDF_READ, .out = bufs[i], .out_len = 8 };
		assert_int_equal(uwdf_submit(h, &ops[i]), 0);
	}
	assert_false(is_readable(h));
	for (int i = 0; i < 100; i++)
		fake_device_finish(&device, UWDF_STATUS_SUCCESS, "x");
	for (int i = 0; i < 100; i++) {
		assert_true(is_readable(h));
		assert_int_equal(uwdf_reap(h, SOON_MS, &got), 1);
		assert_ptr_equal(got, &ops[i]);
		assert_string_equal(bufs[i], "x");
	}
	assert_false(is_readable(h));
	assert_int_equal(uwdf_reap(h, 0, &got), 0);
}

static void test_error__carries_no_data(void **state)
{
	char buf[8] = "before";
	struct uwdf_op op = { .kind = UWDF_READ, .out = buf, .out_len = 8 }, *got;

	assert_int_equal(uwdf_submit(*state, &op), 0);
	fake_device_finish(&device, UWDF_STATUS_UNSUCCESSFUL, "secret");
	assert_int_equal(uwdf_reap(*state, SOON_MS, &got), 1);
	assert_int_equal(got->status, UWDF_STATUS_UNSUCCESSFUL);
	assert_string_equal(buf, "before");
}

static void test_timeout__cancels_first(void **state)
{
	char buf[8];

	assert_int_equal(uwdf_read(*state, buf, 8, 5, NULL, NULL), -ETIMEDOUT);
	assert_int_equal(FAKE_COUNT(&device, pending_count), 0);
}

static void test_timeout_of_a_stubborn_request__left_behind(void **state)
{
	char *buf = malloc(8);

	assert_int_equal(uwdf_control(*state, FAKE_STUBBORN, NULL, 0, buf, 8, 5, NULL, NULL),
			 -ETIMEDOUT);
	free(buf);
	fake_device_finish(&device, UWDF_STATUS_SUCCESS, "late");
}

static void test_too_many__again_after_a_reap(void **state)
{
	static struct uwdf_op ops[UWDF_WIRE_MAX_OUTSTANDING + 1];
	uwdf_handle *h = *state;
	struct uwdf_op *got;

	for (size_t i = 0; i <= UWDF_WIRE_MAX_OUTSTANDING; i++) {
		ops[i] = (struct uwdf_op){ .kind = UWDF_READ };
		assert_int_equal(uwdf_submit(h, &ops[i]),
				 i < UWDF_WIRE_MAX_OUTSTANDING ? 0 : -EAGAIN);
	}
	fake_device_finish(&device, UWDF_STATUS_SUCCESS, "");
	assert_int_equal(uwdf_reap(h, SOON_MS, &got), 1);
	assert_int_equal(uwdf_submit(h, &ops[UWDF_WIRE_MAX_OUTSTANDING]), 0);
	/* the rest is left to close, which cancels */
}

static struct uwdf_op *op_to_cancel;

static void cancel_from_here(void *arg)
{
	fake_device_await_pending(&device, 1);
	assert_int_equal(uwdf_cancel(arg, op_to_cancel), 0);
}

static void test_cancel__from_another_thread__wakes_the_waiter(void **state)
{
	struct uwdf_op op = { .kind = UWDF_READ }, *got;
	struct exec_thread_params params = {
		.name = "canceller", .run = cancel_from_here, .arg = *state, .node = -1
	};
	struct exec_thread *thread;

	op_to_cancel = &op;
	assert_int_equal(uwdf_submit(*state, &op), 0);
	assert_int_equal(exec_thread_start(&params, &thread), 0);
	assert_int_equal(uwdf_reap(*state, SOON_MS, &got), 1);
	assert_int_equal(got->status, UWDF_STATUS_CANCELLED);
	exec_thread_join(thread);
	assert_int_equal(uwdf_cancel(*state, &op), 0);
}

static uwdf_handle *inside;

/* As by another thread, just before the device has it. */
static void cancel_then_submit(struct uwdf_file *file, struct uwdf_io *io)
{
	assert_int_equal(uwdf_cancel(inside, op_to_cancel), 0);
	assert_int_equal(FAKE_COUNT(&device, cancels), 0);
	fake_device_ops.submit(file, io);
}

static void test_cancel__not_at_the_device_yet__made_up_for(void **state)
{
	struct uwdf_device_io_ops ops = fake_device_ops;
	const struct in_process_params params = { .ops = &ops, .device = &device, .name = "f" };
	struct uwdf_op op = { .kind = UWDF_READ }, *got;
	struct uwdf_transport *t;

	(void)state;
	ops.submit = cancel_then_submit;
	op_to_cancel = &op;
	assert_int_equal(in_process_transport_new(&params, &t), 0);
	assert_int_equal(uwdf_open_transport(t, &inside), 0);
	assert_int_equal(uwdf_submit(inside, &op), 0);
	assert_int_equal(FAKE_COUNT(&device, cancels), 1);
	assert_int_equal(uwdf_reap(inside, SOON_MS, &got), 1);
	assert_int_equal(got->status, UWDF_STATUS_CANCELLED);
	uwdf_close(inside);
}

static int begin_and_leave(void *arg, struct uwdf_io_watch *watch)
{
	(void)arg;
	(void)watch->tell(watch, UWDF_IO_LEAVES);
	return 0;
}

static void no_end(struct uwdf_io_watch *watch)
{
	(void)watch;
}

/* The removal comes between the beginning of the watch and the open. */
static void test_device_leaves__before_it_is_open__closed_once_it_is(void **state)
{
	const struct uwdf_io_watch_ops ops = { .begin = begin_and_leave,
					       .end = no_end,
					       .let_go = no_end };
	const struct in_process_params params = {
		.ops = &fake_device_ops, .watch_ops = &ops, .device = &device, .name = "f"
	};
	struct uwdf_op op = { .kind = UWDF_READ }, *got;
	struct uwdf_transport *t;
	uwdf_handle *h;

	(void)state;
	device.open_status = UWDF_STATUS_UNSUCCESSFUL;
	assert_int_equal(in_process_transport_new(&params, &t), -EIO);
	assert_int_equal(FAKE_COUNT(&device, closes), 0);
	device.open_status = UWDF_STATUS_SUCCESS;
	assert_int_equal(in_process_transport_new(&params, &t), 0);
	assert_int_equal(FAKE_COUNT(&device, closes), 1);
	assert_int_equal(uwdf_open_transport(t, &h), 0);
	assert_int_equal(uwdf_submit(h, &op), 0);
	assert_int_equal(uwdf_reap(h, SOON_MS, &got), 1);
	assert_int_equal(op.status, UWDF_STATUS_DEVICE_REMOVED);
	assert_int_equal(uwdf_submit(h, &op), -ENODEV);
	uwdf_close(h);
	assert_int_equal(FAKE_COUNT(&device, closes), 1);
}

static void test_without_watches__no_events(void **state)
{
	enum uwdf_event event;

	assert_int_equal(uwdf_notify(*state, 1), -EOPNOTSUPP);
	assert_int_equal(uwdf_next_event(*state, 0, &event), 0);
}

static void test_open__refused_by_the_driver(void **state)
{
	uwdf_handle *h;

	(void)state;
	device.open_status = UWDF_STATUS_UNSUCCESSFUL;
	assert_int_equal(open_handle(&h), -EIO);
}

static void scenario(void)
{
	struct uwdf_op op = { .kind = UWDF_READ };
	uwdf_handle *h;
	void *memory;
	char buf[8];

	if (open_handle(&h))
		return;
	(void)!uwdf_memory_alloc(h, 100, &memory);
	(void)!uwdf_write(h, "x", 1, SOON_MS, NULL, NULL);
	(void)!uwdf_read(h, buf, 8, 1, NULL, NULL);
	(void)!uwdf_submit(h, &op);
	uwdf_close(h);
	if (!open_by_name(&h))
		uwdf_close(h);
}

static void test_each_failure__nothing_left(void **state)
{
	const uint64_t before = mem_live_blocks();
	bool fired = true;
	uint64_t k;

	(void)state;
	for (k = 1; fired; k++) {
		fault_arm(FAULT_ANY, k);
		scenario();
		fired = fault_fired();
		fault_disarm();
		assert_int_equal(mem_live_blocks(), before);
		assert_int_equal(FAKE_COUNT(&device, opens),
				 FAKE_COUNT(&device, closes) + 1); /* that of the set-up */
		assert_int_equal(FAKE_COUNT(&device, pending_count), 0);
		assert_int_equal(FAKE_COUNT(&device, memories), 0);
	}
	print_message("swept %lu failures\n", k - 2);
	assert_true(k > 10);
}

#define with_handle(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_handle(test_name_read_write_control_flush),
		with_handle(test_memory__is_the_devices_and_not_copied),
		with_handle(test_memory__one_buffer_in_it_and_one_not__that_is_copied),
		with_handle(test_memory__device_without_wishes__any),
		with_handle(test_many__reaped_in_order_of_completion),
		with_handle(test_error__carries_no_data),
		with_handle(test_timeout__cancels_first),
		with_handle(test_timeout_of_a_stubborn_request__left_behind),
		with_handle(test_too_many__again_after_a_reap),
		with_handle(test_cancel__from_another_thread__wakes_the_waiter),
		with_handle(test_cancel__not_at_the_device_yet__made_up_for),
		with_handle(test_device_leaves__before_it_is_open__closed_once_it_is),
		with_handle(test_without_watches__no_events),
		with_handle(test_open__refused_by_the_driver),
		with_handle(test_each_failure__nothing_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
