/* SPDX-License-Identifier: MIT */
/*
 * A driver deletes the memory object of what it sends: the framework's reference keeps it, from the
 * formatting until the request is formatted again, used again, completed or deleted; of a
 * synchronous send without a request until that is over. The framework's pages of
 * WdfIoTargetFormatRequestFor..., WdfIoTargetSend...Synchronously.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/exec.h"
#include "target_fixture.h"

#define BYTES 48u

static struct target_fixture t;
static struct target_sent sent;
static WDFREQUEST request;
static unsigned int cleaned, destroyed; /* atomic */

static void on_cleanup(WDFOBJECT object)
{
	(void)object;
	__atomic_add_fetch(&cleaned, 1, __ATOMIC_RELAXED);
}

static void on_destroy(WDFOBJECT object)
{
	(void)object;
	__atomic_add_fetch(&destroyed, 1, __ATOMIC_RELAXED);
}

static void expect_ends(unsigned int of_cleanup, unsigned int of_destroy)
{
	assert_int_equal(__atomic_load_n(&cleaned, __ATOMIC_RELAXED), of_cleanup);
	assert_int_equal(__atomic_load_n(&destroyed, __ATOMIC_RELAXED), of_destroy);
}

static WDFMEMORY new_memory(const char *text, char **out_bytes)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFMEMORY memory;
	PVOID bytes;

	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.EvtCleanupCallback = on_cleanup;
	attrs.EvtDestroyCallback = on_destroy;
	assert_int_equal(WdfMemoryCreate(&attrs, NonPagedPoolNx, 1, BYTES, &memory, &bytes),
			 STATUS_SUCCESS);
	memset(bytes, 0, BYTES);
	memcpy(bytes, text, strlen(text));
	if (out_bytes)
		*out_bytes = bytes;
	return memory;
}

static int setup(void **state)
{
	(void)state;
	cleaned = destroyed = 0;
	sent = (struct target_sent){ .t = &t };
	target_setup(&t, false);
	target_below.information = BYTES;
	request = target_request(&t);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	target_settle(&t);
	WdfObjectDelete(request);
	target_teardown(&t);
	return 0;
}

/* --- every way to format one --- */

static NTSTATUS as_read(WDFREQUEST of, WDFMEMORY memory)
{
	return WdfIoTargetFormatRequestForRead(t.target, of, memory, NULL, NULL);
}

static NTSTATUS as_write(WDFREQUEST of, WDFMEMORY memory)
{
	return WdfIoTargetFormatRequestForWrite(t.target, of, memory, NULL, NULL);
}

static NTSTATUS as_ioctl_in(WDFREQUEST of, WDFMEMORY memory)
{
	return WdfIoTargetFormatRequestForIoctl(t.target, of, TARGET_CODE, memory, NULL, NULL,
						NULL);
}

static NTSTATUS as_ioctl_out(WDFREQUEST of, WDFMEMORY memory)
{
	return WdfIoTargetFormatRequestForIoctl(t.target, of, TARGET_CODE, NULL, NULL, memory,
						NULL);
}

static NTSTATUS as_internal_in(WDFREQUEST of, WDFMEMORY memory)
{
	return WdfIoTargetFormatRequestForInternalIoctl(t.target, of, TARGET_CODE, memory, NULL,
							NULL, NULL);
}

static NTSTATUS as_internal_out(WDFREQUEST of, WDFMEMORY memory)
{
	return WdfIoTargetFormatRequestForInternalIoctl(t.target, of, TARGET_CODE, NULL, NULL,
							memory, NULL);
}

static NTSTATUS as_others_1(WDFREQUEST of, WDFMEMORY memory)
{
	return WdfIoTargetFormatRequestForInternalIoctlOthers(t.target, of, TARGET_OTHERS, memory,
							      NULL, NULL, NULL, NULL, NULL);
}

static NTSTATUS as_others_2(WDFREQUEST of, WDFMEMORY memory)
{
	return WdfIoTargetFormatRequestForInternalIoctlOthers(t.target, of, TARGET_OTHERS, NULL,
							      NULL, memory, NULL, NULL, NULL);
}

static NTSTATUS as_others_4(WDFREQUEST of, WDFMEMORY memory)
{
	return WdfIoTargetFormatRequestForInternalIoctlOthers(t.target, of, TARGET_OTHERS, NULL,
							      NULL, NULL, NULL, memory, NULL);
}

static NTSTATUS as_all_of_it(WDFREQUEST of, WDFMEMORY memory)
{
	return WdfIoTargetFormatRequestForInternalIoctlOthers(t.target, of, TARGET_OTHERS, memory,
							      NULL, memory, NULL, memory, NULL);
}

typedef NTSTATUS format_fn(WDFREQUEST of, WDFMEMORY memory);
static format_fn *const formats[] = { as_read,        as_write,        as_ioctl_in, as_ioctl_out,
				      as_internal_in, as_internal_out, as_others_1, as_others_2,
				      as_others_4,    as_all_of_it };
#define FORMATS UW_ARRAY_SIZE(formats)

/* The last one that knows of it is the request. */
static void format_and_delete(WDFREQUEST of, unsigned int which)
{
	WDFMEMORY memory = new_memory("held", NULL);

	cleaned = destroyed = 0;
	assert_int_equal(formats[which](of, memory), STATUS_SUCCESS);
	WdfObjectDelete(memory);
	expect_ends(1, 0);
}

static void reuse(WDFREQUEST of)
{
	WDF_REQUEST_REUSE_PARAMS params;

	WDF_REQUEST_REUSE_PARAMS_INIT(&params, WDF_REQUEST_REUSE_NO_FLAGS, STATUS_SUCCESS);
	assert_int_equal(WdfRequestReuse(of, &params), STATUS_SUCCESS);
}

static void test_not_sent__each_format__until_it_is_used_again(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < FORMATS; i++) {
		format_and_delete(request, i);
		reuse(request);
		expect_ends(1, 1);
	}
}

static void test_not_sent__each_format__until_it_is_formatted_again(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < FORMATS; i++) {
		format_and_delete(request, i);
		assert_int_equal(formats[(i + 1) % FORMATS](request, NULL), STATUS_SUCCESS);
		expect_ends(1, 1);
	}
}

static void test_not_sent__each_format__until_the_request_is_deleted(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < FORMATS; i++) {
		WDFREQUEST other = target_request(&t);

		format_and_delete(other, i);
		WdfObjectDelete(other);
		expect_ends(1, 1);
	}
}

/* A driver may not, having deleted it; but nothing of it is used that is gone. */
static void test_formatted_again_with_the_same__it_stays(void **state)
{
	char *bytes;
	WDFMEMORY memory = new_memory("same", &bytes);

	(void)state;
	assert_int_equal(as_write(request, memory), STATUS_SUCCESS);
	WdfObjectDelete(memory);
	assert_int_equal(as_write(request, memory), STATUS_SUCCESS);
	expect_ends(1, 0);
	WdfRequestSetCompletionRoutine(request, target_count_end, &sent);
	target_below.completes = true;
	target_below.information = 0;
	assert_true(target_send(&t, request, 0, 0));
	target_settle(&t);
	assert_string_equal(target_below.got, "same");
	reuse(request);
	expect_ends(1, 1);
}

/* --- sent --- */

static void still_there(struct target_sent *of)
{
	(void)of;
	expect_ends(1, 0);
}

/* Deleted while the lower driver has it, which then fills it, or reads it again. */
static void test_sent__each_format__there_for_the_target_and_in_the_routine(void **state)
{
	(void)state;
	sent.then = still_there;
	strcpy(target_below.text, "from below");
	for (unsigned int i = 0; i < FORMATS; i++) {
		char *bytes;
		WDFMEMORY memory = new_memory("from above", &bytes);

		cleaned = destroyed = 0;
		sent.ends = 0;
		assert_int_equal(formats[i](request, memory), STATUS_SUCCESS);
		WdfRequestSetCompletionRoutine(request, target_count_end, &sent);
		assert_true(target_send(&t, request, 0, 0));
		target_settle(&t);
		WdfObjectDelete(memory);
		expect_ends(1, 0);
		target_complete(&t, i, STATUS_SUCCESS, 0);
		target_settle(&t);
		assert_int_equal(sent.ends, 1);
		expect_ends(1, 0); /* completion parameters name it */
		reuse(request);
		expect_ends(1, 1);
	}
}

static void test_sent_and_cancelled__until_it_is_used_again(void **state)
{
	(void)state;
	target_below.marks = true;
	sent.then = still_there;
	for (unsigned int i = 0; i < FORMATS; i++) {
		sent.ends = 0;
		format_and_delete(request, i);
		WdfRequestSetCompletionRoutine(request, target_count_end, &sent);
		assert_true(target_send(&t, request, 0, 0));
		target_settle(&t);
		assert_true(WdfRequestCancelSentRequest(request));
		target_settle(&t);
		assert_int_equal(sent.status, STATUS_CANCELLED);
		reuse(request);
		expect_ends(1, 1);
	}
}

static void complete_the_clients(struct target_sent *of)
{
	expect_ends(1, 0);
	WdfRequestComplete(of->request, STATUS_SUCCESS);
}

/* One that came from a client, and goes on with memory of the driver's own. */
static void test_client_s__each_format__until_it_is_completed(void **state)
{
	static struct io_op op;

	(void)state;
	target_below.completes = true;
	target_below.information = 0;
	sent.then = complete_the_clients;
	for (unsigned int i = 0; i < FORMATS; i++) {
		io_op_read(&op, 8);
		io_submit(&t.f, &op);
		format_and_delete(io_seen.last, i);
		WdfRequestSetCompletionRoutine(io_seen.last, target_count_end, &sent);
		assert_true(target_send(&t, io_seen.last, 0, 0));
		target_settle(&t);
		assert_int_equal(op.completions, 1);
		expect_ends(1, 1);
		op.completions = 0;
	}
}

static void test_client_s__forgotten__until_the_target_completes_it(void **state)
{
	static struct io_op op;

	(void)state;
	io_op_read(&op, 8);
	io_submit(&t.f, &op);
	/* what is sent and forgotten goes as it came: what it was formatted with before goes first
	 */
	format_and_delete(io_seen.last, 1);
	WdfRequestFormatRequestUsingCurrentType(io_seen.last);
	assert_true(target_send(&t, io_seen.last, WDF_REQUEST_SEND_OPTION_SEND_AND_FORGET, 0));
	target_settle(&t);
	target_complete(&t, 0, STATUS_SUCCESS, 0);
	target_settle(&t);
	assert_int_equal(op.completions, 1);
	expect_ends(1, 1);
}

/* --- synchronously, with memory descriptors --- */

struct sync_send {
	WDFREQUEST request;
	WDF_MEMORY_DESCRIPTOR descriptor;
	WDFMEMORY memory;
	unsigned int which;
	NTSTATUS status;
};

static NTSTATUS send_synchronously(struct sync_send *s)
{
	switch (s->which) {
	case 0:
		return WdfIoTargetSendReadSynchronously(t.target, s->request, &s->descriptor, NULL,
							NULL, NULL);
	case 1:
		return WdfIoTargetSendWriteSynchronously(t.target, s->request, &s->descriptor, NULL,
							 NULL, NULL);
	case 2:
		return WdfIoTargetSendIoctlSynchronously(t.target, s->request, TARGET_CODE,
							 &s->descriptor, NULL, NULL, NULL);
	case 3:
		return WdfIoTargetSendInternalIoctlSynchronously(t.target, s->request, TARGET_CODE,
								 NULL, &s->descriptor, NULL, NULL);
	default:
		return WdfIoTargetSendInternalIoctlOthersSynchronously(t.target, s->request,
								       TARGET_OTHERS, NULL, NULL,
								       &s->descriptor, NULL, NULL);
	}
}
#define SYNC_SENDS 5u

static void sync_thread(void *arg)
{
	struct sync_send *s = arg;

	s->status = send_synchronously(s);
}

static void await_below(unsigned int count)
{
	for (unsigned int i = 0; i < 60000; i++) {
		if (__atomic_load_n(&target_below.came, __ATOMIC_ACQUIRE) >= count)
			return;
		exec_sleep_ms(1);
	}
	fail_msg("nothing came to the lower driver");
}

/* Deleted while another thread waits for it. */
static void delete_under_a_sync_send(struct sync_send *s)
{
	const struct exec_thread_params params = {
		.name = "sync", .run = sync_thread, .arg = s, .node = -1
	};
	unsigned int before = target_below.came;
	struct exec_thread *thread;

	cleaned = destroyed = 0;
	s->memory = new_memory("sync", NULL);
	WDF_MEMORY_DESCRIPTOR_INIT_HANDLE(&s->descriptor, s->memory, NULL);
	assert_int_equal(exec_thread_start(&params, &thread), 0);
	await_below(before + 1);
	WdfObjectDelete(s->memory);
	expect_ends(1, 0);
	target_complete(&t, before, STATUS_SUCCESS, 0);
	exec_thread_join(thread);
	assert_int_equal(s->status, STATUS_SUCCESS);
}

static void test_synchronously__without_a_request__until_it_is_over(void **state)
{
	struct sync_send s = { .request = NULL };

	(void)state;
	for (s.which = 0; s.which < SYNC_SENDS; s.which++) {
		delete_under_a_sync_send(&s);
		expect_ends(1, 1);
	}
}

static void test_synchronously__with_a_request__until_that_is_used_again(void **state)
{
	struct sync_send s = { .request = request };

	(void)state;
	for (s.which = 0; s.which < SYNC_SENDS; s.which++) {
		delete_under_a_sync_send(&s);
		expect_ends(1, 0);
		reuse(request);
		expect_ends(1, 1);
	}
}

/* Nothing was sent: nothing is held, or no longer than the request is formatted for it. */
static void test_synchronously__refused__nothing_is_held(void **state)
{
	struct sync_send s = { .request = NULL };

	(void)state;
	WdfIoTargetPurge(t.target, WdfIoTargetPurgeIoAndWait);
	for (s.which = 0; s.which < SYNC_SENDS; s.which++) {
		cleaned = destroyed = 0;
		s.memory = new_memory("none", NULL);
		WDF_MEMORY_DESCRIPTOR_INIT_HANDLE(&s.descriptor, s.memory, NULL);
		assert_false(NT_SUCCESS(send_synchronously(&s)));
		WdfObjectDelete(s.memory);
		expect_ends(1, 1);
	}
	assert_int_equal(WdfIoTargetStart(t.target), STATUS_SUCCESS);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_not_sent__each_format__until_it_is_used_again),
		TEST(test_not_sent__each_format__until_it_is_formatted_again),
		TEST(test_not_sent__each_format__until_the_request_is_deleted),
		TEST(test_formatted_again_with_the_same__it_stays),
		TEST(test_sent__each_format__there_for_the_target_and_in_the_routine),
		TEST(test_sent_and_cancelled__until_it_is_used_again),
		TEST(test_client_s__each_format__until_it_is_completed),
		TEST(test_client_s__forgotten__until_the_target_completes_it),
		TEST(test_synchronously__without_a_request__until_it_is_over),
		TEST(test_synchronously__with_a_request__until_that_is_used_again),
		TEST(test_synchronously__refused__nothing_is_held),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
