/* SPDX-License-Identifier: MIT */
/* Opening a file, and what its object says. */
#include "file_fixture.h"

/* --- open --- */

static void test_open__before_interfaces__no_such_device(void **state)
{
	struct fx_file *file;

	(void)state;
	assert_int_equal(open_file(&file), STATUS_NO_SUCH_DEVICE);
	fx_io_allow_open(f.io, true);
	assert_int_equal(open_file(&file), STATUS_SUCCESS);
	fx_file_close(file);
	fx_io_allow_open(f.io, false);
	assert_int_equal(open_file(&file), STATUS_NO_SUCH_DEVICE);
}

static void test_open__driver_agrees__file_object_is_the_same_everywhere(void **state)
{
	(void)state;
	io_fixture_start(&f);
	assert_int_equal(creates, 1);
	assert_non_null(file_seen);
	io_op_write(&op, "x");
	io_submit(&f, &op);
	assert_ptr_equal(WdfRequestGetFileObject(io_seen.last), file_seen);
	assert_ptr_equal(WdfFileObjectGetDevice(file_seen), io_fixture_device(&f));
	assert_int_equal(WdfFileObjectGetFlags(file_seen), 0);
	assert_int_equal(WdfFileObjectGetFileName(file_seen)->Length, 0);
	WdfRequestComplete(io_seen.last, STATUS_SUCCESS);
}

static void test_open__driver_refuses__its_status_and_no_close(void **state)
{
	struct fx_file *file = NULL;

	(void)state;
	fx_io_allow_open(f.io, true);
	create_status = STATUS_ACCESS_DENIED;
	assert_int_equal(open_file(&file), STATUS_ACCESS_DENIED);
	assert_null(file);
	assert_int_equal(cleanups + closes, 0);
	assert_int_equal(fx_io_stats(f.io).open_files, 0);
}

static void test_open__driver_answers_later__the_opener_waits(void **state)
{
	struct exec_thread_params params = { .name = "driver", .run = complete_create, .node = -1 };
	struct exec_thread *thread;
	struct fx_file *file;

	(void)state;
	create_request = NULL;
	create_status = STATUS_PENDING;
	fx_io_allow_open(f.io, true);
	assert_int_equal(exec_thread_start(&params, &thread), 0);
	assert_int_equal(open_file(&file), STATUS_SUCCESS);
	exec_thread_join(thread);
	fx_file_close(file);
	assert_int_equal(closes, 1);
}

static void test_open__create_cannot_be_marked(void **state)
{
	WDFREQUEST request;

	(void)state;
	create_request = NULL;
	create_status = STATUS_SUCCESS;
	io_fixture_start(&f);
	io_op_write(&op, "x");
	io_submit(&f, &op);
	request = io_seen.last;
	((struct fx_request *)(void *)op.packet.request)->queue = NULL; /* as a create has none */
	assert_int_equal(WdfRequestMarkCancelableEx(request, io_count_cancel),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(WdfRequestUnmarkCancelable(request), STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(WdfRequestRequeue(request), STATUS_INVALID_DEVICE_REQUEST);
	assert_true(io_broke());
	((struct fx_request *)(void *)op.packet.request)->queue =
		(struct fx_queue *)(void *)fx_object_at(
			WdfDeviceGetDefaultQueue(io_fixture_device(&f)));
	WdfRequestComplete(request, STATUS_SUCCESS);
}

static void test_open__no_file_object_config__no_file_object(void **state)
{
	(void)state;
	io_fixture_start(&f);
	io_op_write(&op, "x");
	io_submit(&f, &op);
	assert_null(WdfRequestGetFileObject(io_seen.last));
	WdfRequestComplete(io_seen.last, STATUS_SUCCESS);
}

static void test_open__exclusive__second_is_denied(void **state)
{
	struct fx_file *file;

	(void)state;
	f.io->config.exclusive = true;
	io_fixture_start(&f);
	assert_int_equal(open_file(&file), STATUS_ACCESS_DENIED);
	fx_file_close(f.file);
	assert_int_equal(open_file(&f.file), STATUS_SUCCESS);
}

static void test_open__creates_routed_to_a_queue__presented_there(void **state)
{
	WDF_IO_QUEUE_CONFIG config;
	WDFQUEUE queue;

	(void)state;
	WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchSequential);
	config.EvtIoDefault = io_complete_request;
	queue = io_queue(&f, &config);
	assert_int_equal(WdfDeviceConfigureRequestDispatching(io_fixture_device(&f), queue,
							      WdfRequestTypeCreate),
			 STATUS_SUCCESS);
	io_fixture_start(&f);
	assert_int_equal(io_seen.kept_count, 1);
}

/* --- the object --- */

typedef struct open_context {
	ULONG uses;
} open_context;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(open_context, context_of);

static unsigned int object_cleanups, object_destroys, object_cleanup_order;

static void on_object_cleanup(WDFOBJECT object)
{
	assert_int_equal(context_of(object)->uses++, 1);
	object_cleanups++;
	object_cleanup_order = ++order;
}

static void on_object_destroy(WDFOBJECT object)
{
	assert_int_equal(context_of(object)->uses, 2);
	object_destroys++;
}

static int setup_with_context(void **state)
{
	struct fx_io_config config = files_config();

	(void)state;
	reset();
	object_cleanups = object_destroys = 0;
	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&config.file_attributes, open_context);
	config.file_attributes.EvtCleanupCallback = on_object_cleanup;
	config.file_attributes.EvtDestroyCallback = on_object_destroy;
	io_fixture_setup(&f, &config);
	io_default_queue(&f);
	return 0;
}

static void test_object__context_of_each_open__cleanup_after_close(void **state)
{
	struct fx_file *second;
	WDFFILEOBJECT first_object;

	(void)state;
	io_fixture_start(&f);
	first_object = file_seen;
	assert_int_equal(context_of(first_object)->uses, 0);
	context_of(first_object)->uses = 1;
	assert_int_equal(open_file(&second), STATUS_SUCCESS);
	assert_ptr_not_equal(file_seen, first_object);
	assert_int_equal(context_of(file_seen)->uses, 0);
	context_of(file_seen)->uses = 1;
	fx_file_close(second);
	assert_int_equal(object_cleanups, 1);
	assert_int_equal(object_destroys, 1);
	assert_true(object_cleanup_order > close_order);
	file_seen = first_object;
	fx_file_close(f.file);
	f.file = NULL;
	assert_int_equal(object_destroys, 2);
}

static void test_object__referenced__stays_after_close(void **state)
{
	(void)state;
	io_fixture_start(&f);
	context_of(file_seen)->uses = 1;
	WdfObjectReference(file_seen);
	fx_file_close(f.file);
	f.file = NULL;
	assert_int_equal(object_cleanups, 1);
	assert_int_equal(object_destroys, 0);
	assert_ptr_equal(WdfFileObjectGetDevice(file_seen), io_fixture_device(&f));
	assert_int_equal(WdfFileObjectGetInitiatorProcessId(file_seen), getpid());
	WdfObjectDereference(file_seen);
	assert_int_equal(object_destroys, 1);
}

static void test_object__deleted_by_the_driver__refused(void **state)
{
	(void)state;
	io_fixture_start(&f);
	context_of(file_seen)->uses = 1;
	WdfObjectDelete(file_seen);
	assert_true(io_broke());
	assert_int_equal(object_cleanups, 0);
}

static void test_object__opened_for_another_process__names_it(void **state)
{
	WDFFILEOBJECT mine;
	struct fx_file *other;

	(void)state;
	io_fixture_start(&f);
	mine = file_seen;
	assert_int_equal(WdfFileObjectGetInitiatorProcessId(mine), getpid());
	assert_int_equal(fx_file_open_for((struct fx_device *)(void *)f.device, 4711, &other),
			 STATUS_SUCCESS);
	assert_int_equal(WdfFileObjectGetInitiatorProcessId(file_seen), 4711);
	fx_file_close(other);
	file_seen = mine;
}

static void test_object__wdm_file_object__the_driver_keeps_what_it_likes(void **state)
{
	PFILE_OBJECT wdm;

	(void)state;
	io_fixture_start(&f);
	wdm = WdfFileObjectWdmGetFileObject(file_seen);
	assert_non_null(wdm);
	assert_int_equal(wdm->Type, IO_TYPE_FILE);
	assert_null(wdm->FsContext);
	wdm->FsContext = &f;
	wdm->Flags |= FO_SEQUENTIAL_ONLY;
	assert_ptr_equal(WdfFileObjectWdmGetFileObject(file_seen)->FsContext, &f);
	assert_int_equal(WdfFileObjectGetFlags(file_seen), FO_SEQUENTIAL_ONLY);
	assert_ptr_equal(WdfFileObjectGetFileName(file_seen), &wdm->FileName);
}

static void test_object__found_by_the_wdm_file_object(void **state)
{
	WDFDEVICE device = io_fixture_device(&f);
	FILE_OBJECT strange = { .Type = IO_TYPE_FILE };

	(void)state;
	io_fixture_start(&f);
	assert_ptr_equal(WdfDeviceGetFileObject(device, WdfFileObjectWdmGetFileObject(file_seen)),
			 file_seen);
	assert_null(WdfDeviceGetFileObject(device, &strange));
}

static void test_object__name_above_passive__null(void **state)
{
	KIRQL before;

	(void)state;
	io_fixture_start(&f);
	before = fx_irql_raise(DISPATCH_LEVEL);
	assert_null(WdfFileObjectGetFileName(file_seen));
	assert_true(io_broke());
	assert_ptr_equal(WdfFileObjectGetDevice(file_seen), io_fixture_device(&f));
	assert_false(io_broke());
	fx_irql_restore(before);
}

static void close_all(void *arg)
{
	(void)arg;
	file_close_all(f.io);
	io_run(f.io);
}

struct asked {
	struct fx_open open;
	struct fx_file *file;
	unsigned int answers;
};

static void note_open(struct fx_open *open, NTSTATUS status, struct fx_file *file)
{
	struct asked *asked = uw_container_of(open, struct asked, open);

	asked->open.status = status;
	asked->file = file;
	asked->answers++;
}

static void start_open(struct asked *asked)
{
	*asked = (struct asked){ .open.done = note_open };
	fx_file_open_start((struct fx_device *)(void *)f.device, &asked->open);
	io_settle(&f);
}

/* The driver agrees although the file is being closed: a Close never comes without its Cleanup. */
static void test_device_closes__driver_agrees_to_the_open_later__cleanup_then_close(void **state)
{
	struct asked asked;

	(void)state;
	create_request = NULL;
	create_status = STATUS_PENDING;
	fx_io_allow_open(f.io, true);
	start_open(&asked);
	io_on_owner(&f, close_all, NULL);
	assert_int_equal(cleanups + closes, 0);
	assert_int_equal(asked.answers, 0);
	WdfRequestComplete(create_request, STATUS_SUCCESS);
	io_settle(&f);
	assert_int_equal(asked.answers, 1);
	assert_int_equal(asked.open.status, STATUS_SUCCESS);
	assert_int_equal(cleanups, 1);
	assert_int_equal(closes, 1);
	assert_true(cleanup_order < close_order);
	fx_file_close(asked.file);
}

static void test_open_start__driver_answers_later__nobody_waits(void **state)
{
	struct asked first, second;

	(void)state;
	create_request = NULL;
	create_status = STATUS_PENDING;
	fx_io_allow_open(f.io, true);
	start_open(&first);
	create_status = STATUS_ACCESS_DENIED;
	start_open(&second); /* not held up by the first */
	assert_int_equal(second.answers, 1);
	assert_int_equal(second.open.status, STATUS_ACCESS_DENIED);
	assert_null(second.file);
	assert_int_equal(first.answers, 0);
	WdfRequestComplete(create_request, STATUS_SUCCESS);
	io_settle(&f);
	assert_int_equal(first.answers, 1);
	file_seen = (WDFFILEOBJECT)fx_object_handle(&first.file->object->base);
	fx_file_close(first.file);
	assert_int_equal(closes, 1);
}

static void test_open_start__not_allowed__said_at_once(void **state)
{
	struct asked asked;

	(void)state;
	start_open(&asked);
	assert_int_equal(asked.answers, 1);
	assert_int_equal(asked.open.status, STATUS_NO_SUCH_DEVICE);
	assert_null(asked.file);
}

static void test_retrieve_by_file__only_its_requests(void **state)
{
	WDFQUEUE manual = io_manual_queue(&f);
	struct fx_file *second;
	WDFFILEOBJECT first_object, second_object;
	struct io_op other;
	WDFREQUEST request;

	(void)state;
	assert_int_equal(WdfDeviceConfigureRequestDispatching(io_fixture_device(&f), manual,
							      WdfRequestTypeRead),
			 STATUS_SUCCESS);
	f.io->config.file_config.EvtFileCleanup = NULL;
	f.io->config.file_config.EvtFileClose = NULL;
	io_fixture_start(&f);
	first_object = file_seen;
	assert_int_equal(open_file(&second), STATUS_SUCCESS);
	second_object = file_seen;
	io_op_read(&op, 8);
	io_submit(&f, &op);
	io_op_read(&other, 8);
	fx_io_submit(second, &other.packet);
	io_settle(&f);
	assert_int_equal(WdfIoQueueRetrieveRequestByFileObject(manual, second_object, &request),
			 STATUS_SUCCESS);
	assert_ptr_equal(WdfRequestGetFileObject(request), second_object);
	WdfRequestComplete(request, STATUS_SUCCESS);
	assert_int_equal(WdfIoQueueRetrieveRequestByFileObject(manual, second_object, &request),
			 STATUS_NO_MORE_ENTRIES);
	assert_int_equal(WdfIoQueueFindRequest(manual, NULL, first_object, NULL, &request),
			 STATUS_SUCCESS);
	WdfObjectDereference(request);
	assert_int_equal(WdfIoQueueFindRequest(manual, NULL, second_object, NULL, &request),
			 STATUS_NO_MORE_ENTRIES);
	WdfObjectReference(second_object);
	fx_file_close(second);
	assert_int_equal(WdfIoQueueRetrieveRequestByFileObject(manual, second_object, &request),
			 STATUS_NO_MORE_ENTRIES);
	assert_int_equal(WdfIoQueueFindRequest(manual, NULL, second_object, NULL, &request),
			 STATUS_NO_MORE_ENTRIES);
	WdfObjectDereference(second_object);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_object__context_of_each_open__cleanup_after_close, setup_with_context,
			teardown),
		cmocka_unit_test_setup_teardown(test_object__referenced__stays_after_close,
						setup_with_context, teardown),
		cmocka_unit_test_setup_teardown(test_object__deleted_by_the_driver__refused,
						setup_with_context, teardown),
		cmocka_unit_test_setup_teardown(test_object__opened_for_another_process__names_it,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_object__wdm_file_object__the_driver_keeps_what_it_likes, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_object__found_by_the_wdm_file_object, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_object__name_above_passive__null, setup,
						teardown),
		FILE_T(test_open__before_interfaces__no_such_device),
		FILE_T(test_open__driver_agrees__file_object_is_the_same_everywhere),
		FILE_T(test_open__driver_refuses__its_status_and_no_close),
		FILE_T(test_open__driver_answers_later__the_opener_waits),
		FILE_T(test_open__create_cannot_be_marked),
		FILE_TP(test_open__no_file_object_config__no_file_object),
		FILE_TP(test_open__exclusive__second_is_denied),
		FILE_TP(test_open__creates_routed_to_a_queue__presented_there),
		FILE_T(test_device_closes__driver_agrees_to_the_open_later__cleanup_then_close),
		FILE_T(test_open_start__driver_answers_later__nobody_waits),
		FILE_T(test_open_start__not_allowed__said_at_once),
		FILE_T(test_retrieve_by_file__only_its_requests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
