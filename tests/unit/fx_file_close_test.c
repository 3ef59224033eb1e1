/* SPDX-License-Identifier: MIT */
/* Closing a file, and what becomes of one whose device goes first. */
#include "file_fixture.h"

static unsigned int cancel_order;

#define MANY_FILES 500
static uintptr_t deepest, highest;

static void count_cleanup(WDFFILEOBJECT object)
{
	(void)object;
	cleanups++;
}

static void note_depth(WDFFILEOBJECT object)
{
	uintptr_t here = (uintptr_t)__builtin_frame_address(0);

	(void)object;
	closes++;
	deepest = here < deepest ? here : deepest;
	highest = here > highest ? here : highest;
}

/* Their number is the clients' choice, the stack is ours. */
static void test_purge__many_files_end_together__no_deeper_for_each(void **state)
{
	static struct fx_file *files[MANY_FILES];
	static struct io_op kept[MANY_FILES];
	(void)state;
	deepest = UINTPTR_MAX;
	highest = 0;
	io_fixture_start(&f);
	f.io->config.file_config.EvtFileClose = note_depth;
	f.io->config.file_config.EvtFileCleanup = count_cleanup;
	WdfIoQueueStop(WdfDeviceGetDefaultQueue(io_fixture_device(&f)), NULL, NULL);
	for (unsigned int i = 0; i < MANY_FILES; i++) {
		assert_int_equal(open_file(&files[i]), STATUS_SUCCESS);
		io_op_write(&kept[i], "x");
		kept[i].packet.file = files[i];
		fx_io_submit(files[i], &kept[i].packet);
	}
	io_settle(&f);
	fx_io_purge(f.io, false);
	for (unsigned int i = 0; i < MANY_FILES; i++)
		fx_file_close(files[i]);
	assert_true(closes >= MANY_FILES);
	assert_in_range(highest - deepest, 0, 8 << 10);
}

/* --- close --- */

static void cancel_in_order(WDFREQUEST request)
{
	cancel_order = ++order;
	WdfRequestComplete(request, STATUS_CANCELLED);
}

static void test_close__outstanding__cleanup_cancel_close(void **state)
{
	(void)state;
	io_fixture_start(&f);
	io_op_write(&op, "x");
	io_submit(&f, &op);
	WdfRequestMarkCancelable(io_seen.last, cancel_in_order);
	fx_file_close(f.file);
	f.file = NULL;
	assert_int_equal(op.status, STATUS_CANCELLED);
	assert_int_equal(cleanup_order, 1);
	assert_int_equal(cancel_order, 2);
	assert_int_equal(close_order, 3);
	assert_int_equal(fx_io_stats(f.io).open_files, 0);
}

static void test_close__waiting_requests__cancelled(void **state)
{
	WDFQUEUE queue = WdfDeviceGetDefaultQueue(io_fixture_device(&f));
	struct io_op more[3];

	(void)state;
	io_fixture_start(&f);
	WdfIoQueueStop(queue, NULL, NULL);
	for (int i = 0; i < 3; i++) {
		io_op_write(&more[i], "x");
		fx_io_submit(f.file, &more[i].packet);
	}
	fx_file_close(f.file);
	f.file = NULL;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(more[i].completions, 1);
		assert_int_equal(more[i].status, STATUS_CANCELLED);
	}
	assert_int_equal(closes, 1);
}

static bool closed_flag;

static void note_closed(void *arg)
{
	(void)arg;
	closed_flag = true;
}

static void test_close_start__driver_slow__done_comes_after_it(void **state)
{
	struct fx_file *file = NULL;
	WDFREQUEST request;

	(void)state;
	closed_flag = false;
	io_fixture_start(&f);
	io_op_write(&op, "x");
	io_submit(&f, &op);
	request = io_seen.last;
	fx_file_close_start(f.file, note_closed, NULL);
	f.file = NULL;
	io_settle(&f);
	assert_false(closed_flag);
	assert_true(WdfRequestIsCanceled(request));
	assert_int_equal(closes, 0);
	WdfRequestComplete(request, STATUS_CANCELLED);
	io_settle(&f);
	assert_true(closed_flag);
	assert_int_equal(closes, 1);
	assert_int_equal(open_file(&file), STATUS_SUCCESS);
	fx_file_close(file);
}

static void test_submit__on_a_closing_file__file_closed(void **state)
{
	struct io_op late;
	WDFREQUEST request;

	(void)state;
	closed_flag = false;
	io_fixture_start(&f);
	io_op_write(&op, "x");
	io_submit(&f, &op);
	request = io_seen.last;
	fx_file_close_start(f.file, note_closed, NULL);
	io_settle(&f);
	io_op_write(&late, "y");
	io_submit(&f, &late);
	assert_int_equal(late.status, STATUS_FILE_CLOSED);
	f.file = NULL;
	WdfRequestComplete(request, STATUS_CANCELLED);
	io_settle(&f);
	assert_true(closed_flag);
}

/* --- the device goes first --- */

static void test_purge_all__open_file__closed_and_the_shell_refuses(void **state)
{
	(void)state;
	io_fixture_start(&f);
	io_op_write(&op, "x");
	io_submit(&f, &op);
	WdfRequestMarkCancelable(io_seen.last, io_cancel_completes);
	fx_io_purge(f.io, false);
	assert_int_equal(op.completions, 1);
	assert_int_equal(cleanups, 1);
	assert_int_equal(closes, 1);
	assert_int_equal(fx_io_stats(f.io).open_files, 0);
	io_op_write(&op, "x");
	fx_io_submit(f.file, &op.packet);
	assert_int_equal(op.status, STATUS_DEVICE_REMOVED); /* at once, in this thread */
	fx_io_cancel(&op.packet);
}

static void test_device_gone__shell_closed_later__both_ways(void **state)
{
	struct fx_file *second;

	(void)state;
	closed_flag = false;
	io_fixture_start(&f);
	assert_int_equal(open_file(&second), STATUS_SUCCESS);
	file_seen = (WDFFILEOBJECT)fx_object_handle(&f.file->object->base);
	cleanups = closes = 0;
	f.io->config.file_config.EvtFileCleanup = NULL;
	f.io->config.file_config.EvtFileClose = NULL;
	fx_io_purge(f.io, false);
	fx_file_close_start(second, note_closed, NULL);
	assert_true(closed_flag);
	/* the fixture closes the other after the device and before the loop */
}

/* The client's close is on its way while the device closes the file itself. */
static void test_purge_all__close_on_its_way__one_end(void **state)
{
	(void)state;
	closed_flag = false;
	io_fixture_start(&f);
	fx_file_close_start(f.file, note_closed, NULL);
	f.file = NULL;
	fx_io_purge(f.io, false);
	io_settle(&f);
	assert_true(closed_flag);
	assert_int_equal(closes, 1);
}

struct blocked {
	struct irq_message msg;
	struct exec_event go;
};

static void wait_then_close_all(struct irq_message *msg)
{
	exec_event_wait(&uw_container_of(msg, struct blocked, msg)->go, EXEC_FOREVER);
	file_close_all(f.io);
	io_run(f.io);
	assert_int_equal(closes, 1);
	assert_false(closed_flag);
}

/* The other order: the file has ended when the client's close comes. */
static void test_device_closes__before_the_clients_close_comes__one_end(void **state)
{
	struct blocked blocked = { .msg.run = wait_then_close_all };

	(void)state;
	closed_flag = false;
	io_fixture_start(&f);
	assert_int_equal(exec_event_init(&blocked.go), 0);
	irq_loop_post(f.loop, &blocked.msg);
	fx_file_close_start(f.file, note_closed, NULL);
	f.file = NULL;
	exec_event_set(&blocked.go);
	io_settle(&f);
	exec_event_deinit(&blocked.go);
	assert_true(closed_flag);
	assert_int_equal(closes, 1);
}

static void close_all_with_one_on_its_way(struct irq_message *msg)
{
	exec_event_wait(&uw_container_of(msg, struct blocked, msg)->go, EXEC_FOREVER);
	file_close_all(f.io);
	io_run(f.io);
	assert_int_equal(closes, 0); /* or the packet would arrive at a file that may be freed */
}

static void test_device_closes__packet_on_its_way__the_file_waits_for_it(void **state)
{
	struct blocked blocked = { .msg.run = close_all_with_one_on_its_way };

	(void)state;
	io_fixture_start(&f);
	assert_int_equal(exec_event_init(&blocked.go), 0);
	irq_loop_post(f.loop, &blocked.msg);
	io_op_write(&op, "x");
	fx_io_submit(f.file, &op.packet);
	exec_event_set(&blocked.go);
	io_settle(&f);
	exec_event_deinit(&blocked.go);
	assert_int_equal(op.completions, 1);
	assert_int_equal(op.status, STATUS_DEVICE_REMOVED);
	assert_int_equal(closes, 1);
}

/* --- closed on the owner loop --- */

static void submit_op(void *arg)
{
	fx_io_submit(arg, &op.packet);
}

static void count_closed(void *arg)
{
	++*(unsigned int *)arg;
}

static unsigned int closed_count;

static void submit_elsewhere_then_close(void *arg)
{
	struct exec_thread_params params = {
		.name = "client", .run = submit_op, .arg = arg, .node = -1
	};
	struct exec_thread *thread;

	assert_int_equal(exec_thread_start(&params, &thread), 0);
	exec_thread_join(thread);
	fx_file_close_start(arg, count_closed, &closed_count);
}

static void test_close_start__on_the_owner__after_what_was_submitted_before(void **state)
{
	struct fx_file *second;

	(void)state;
	io_fixture_start(&f);
	closed_count = 0;
	assert_int_equal(open_file(&second), STATUS_SUCCESS);
	WdfIoQueueStop(WdfDeviceGetDefaultQueue(io_fixture_device(&f)), NULL, NULL);
	io_op_write(&op, "x");
	io_on_owner(&f, submit_elsewhere_then_close, second);
	assert_int_equal(op.completions, 1);
	assert_int_equal(op.status, STATUS_CANCELLED);
	assert_int_equal(closed_count, 1);
}

/* --- what EvtFileClose causes --- */

static WDFQUEUE started_at_close;

static void evt_close_starts(WDFFILEOBJECT file)
{
	(void)file;
	WdfIoQueueStart(started_at_close);
}

static void test_close_callback__starts_a_queue__what_waited_is_presented(void **state)
{
	struct fx_io_config config = { 0 };
	struct fx_file *second;

	(void)state;
	WDF_FILEOBJECT_CONFIG_INIT(&config.file_config, NULL, evt_close_starts, NULL);
	io_fixture_setup(&f, &config);
	started_at_close = io_default_queue(&f);
	io_fixture_start(&f);
	assert_int_equal(open_file(&second), STATUS_SUCCESS);
	WdfIoQueueStop(started_at_close, NULL, NULL);
	io_op_write(&op, "x");
	io_submit(&f, &op);
	assert_int_equal(io_seen.kept_count, 0);
	fx_file_close(second);
	io_settle(&f);
	assert_int_equal(io_seen.kept_count, 1);
	WdfRequestComplete(io_seen.last, STATUS_SUCCESS);
	io_fixture_teardown(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FILE_T(test_purge__many_files_end_together__no_deeper_for_each),
		FILE_T(test_close__outstanding__cleanup_cancel_close),
		FILE_T(test_close__waiting_requests__cancelled),
		FILE_T(test_close_start__driver_slow__done_comes_after_it),
		FILE_T(test_submit__on_a_closing_file__file_closed),
		FILE_T(test_purge_all__open_file__closed_and_the_shell_refuses),
		FILE_T(test_device_gone__shell_closed_later__both_ways),
		FILE_T(test_purge_all__close_on_its_way__one_end),
		FILE_T(test_device_closes__before_the_clients_close_comes__one_end),
		FILE_T(test_device_closes__packet_on_its_way__the_file_waits_for_it),
		FILE_TP(test_close_start__on_the_owner__after_what_was_submitted_before),
		cmocka_unit_test(test_close_callback__starts_a_queue__what_waited_is_presented),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
