/* SPDX-License-Identifier: MIT */
/* The verifier's records of objects whose memory is used again: requests and what is part of them.
 */
#include "stop_child.h"

#include "io_fixture.h"

#include "base/fault.h"
#include "object/driver.h"
#include "room.h"
#include "verifier/record.h"
#include "verifier/verifier.h"

typedef struct slot_context {
	ULONG value[16];
} slot_context;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(slot_context, context_of);

static struct io_fixture f;
static struct io_op op;

#define FILE_LINE(line) assert_said("fx_verifier_slot_test.c:%d (", (line))

static void up(const char *verify)
{
	struct fx_io_config config = { 0 };

	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&config.request_attributes, slot_context);
	io_fixture_setup_verify(&f, &config, verify);
	io_default_queue(&f);
	io_fixture_start(&f);
	log_set_sink(NULL, NULL);
}

static int setup(void **state)
{
	(void)state;
	up("");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	io_fixture_teardown(&f);
	return 0;
}

static WDFREQUEST arrive(void)
{
	io_op_read(&op, 8);
	io_submit(&f, &op);
	assert_true(io_seen.kept_count > 0);
	return io_seen.kept[--io_seen.kept_count];
}

static const struct fx_record *record_of(WDFOBJECT object)
{
	return fx_record_of(fx_object_at(object));
}

/* --- requests --- */

enum { COMPLETE_LINE = __LINE__ + 9 };
static void child_stale(void *verify)
{
	WDFREQUEST request;

	up(verify);
	request = arrive();
	WdfObjectReference(request);
	WdfObjectDereference(request);
	WdfRequestComplete(request, STATUS_SUCCESS);
	io_settle(&f);
	(void)WdfRequestIsCanceled(request);
	fail();
}

static char on[] = "", off[] = "VerifierOn=0";

static void test_request_used_after_completion__stops_with_its_history(void **state)
{
	(void)state;
	assert_true(child_stops(child_stale, on));
	assert_said("WDF_INVALID_HANDLE, rule 2\n");
	assert_said(" is the handle of a freed object\n");
	assert_said("it was a WDFREQUEST and is freed\n");
	assert_said("completed from child_stale at ");
	FILE_LINE(COMPLETE_LINE);
	assert_said("    created by thread ");
	assert_said("    referenced by thread ");
	assert_said("    completed by thread ");
	assert_true(child_stops(child_stale, off));
	assert_said(" is a stale handle: it was a WDFREQUEST's of which the memory is used again");
}

static void test_request__recorded_while_the_driver_has_it(void **state)
{
	WDFREQUEST request = arrive();
	const struct fx_record *record = record_of(request);

	(void)state;
	assert_non_null(record);
	assert_ptr_equal(record->object, fx_object_at(request));
	assert_true(record->handle == (uint64_t)(uintptr_t)request);
	assert_string_equal(record->type_name, "WDFREQUEST");
	WdfRequestComplete(request, STATUS_SUCCESS);
	io_settle(&f);
	assert_null(record_of(request));
	assert_int_equal(op.completions, 1);
}

static void test_rule_12__request__tags_are_judged(void **state)
{
	WDFREQUEST request = arrive();

	(void)state;
	WdfObjectReferenceWithTag(request, &f);
	WdfObjectDereferenceWithTag(request, &f);
	assert_int_equal(fx_verifier_breaks_of(f.driver, FX_RULE_TAG_UNKNOWN), 0);
	WdfObjectReference(request);
	WdfObjectDereferenceWithTag(request, &f);
	assert_int_equal(fx_verifier_breaks_of(f.driver, FX_RULE_TAG_UNKNOWN), 1);
	WdfRequestComplete(request, STATUS_SUCCESS);
	io_settle(&f);
	(void)io_broke();
}

/* The reference that comes with what was found. */
static void test_rule_12__found_request__one_to_drop(void **state)
{
	WDFQUEUE manual = io_manual_queue(&f);
	WDFREQUEST request = arrive(), found;

	(void)state;
	assert_int_equal(WdfRequestForwardToIoQueue(request, manual), STATUS_SUCCESS);
	io_settle(&f);
	assert_int_equal(WdfIoQueueFindRequest(manual, NULL, NULL, NULL, &found), STATUS_SUCCESS);
	WdfObjectDereference(found);
	assert_int_equal(fx_verifier_breaks_of(f.driver, FX_RULE_TAG_UNKNOWN), 0);
	assert_int_equal(WdfIoQueueRetrieveNextRequest(manual, &request), STATUS_SUCCESS);
	WdfRequestComplete(request, STATUS_SUCCESS);
	io_settle(&f);
	assert_int_equal(op.completions, 1);
}

static void child_dereferenced(void *arg)
{
	(void)arg;
	up("");
	WdfObjectDereference(arrive());
	fail();
}

static void test_rule_7__request_dereferenced__stops_with_its_history(void **state)
{
	(void)state;
	assert_true(child_stops(child_dereferenced, NULL));
	assert_said("WDF_OBJECT_ERROR, rule 7\n");
	assert_said("the last reference on a WDFREQUEST was dropped before it was deleted");
	assert_said("    created by thread ");
}

static void test_rule_8__request__may_not_be_deleted(void **state)
{
	WDFREQUEST request = arrive();

	(void)state;
	WdfObjectDelete(request);
	assert_int_equal(fx_verifier_breaks_of(f.driver, FX_RULE_MAY_NOT_DELETE), 1);
	assert_true(io_broke());
	WdfRequestComplete(request, STATUS_SUCCESS);
	io_settle(&f);
	assert_int_equal(op.status, STATUS_SUCCESS);
}

/* --- contexts --- */

static void child_contexts(void *arg)
{
	slot_context *first = NULL;

	(void)arg;
	up("Quarantine=8");
	for (unsigned int i = 0; i < 3 * REQUEST_CHUNK; i++) {
		WDFREQUEST request = arrive();
		slot_context *context = context_of(request);

		assert_ptr_not_equal(context, first);
		assert_int_equal(context->value[0], 0);
		assert_int_equal(context->value[15], 0);
		memset(context, 1, sizeof(*context));
		assert_ptr_equal(WdfObjectContextGetObject(context), request);
		first = context;
		WdfRequestComplete(request, STATUS_SUCCESS);
		io_settle(&f);
	}
	assert_false(io_broke()); /* nobody wrote to what was put aside */
}

static void test_context__another_for_each_use_and_zeroed(void **state)
{
	(void)state;
	assert_true(child_returns(child_contexts, NULL));
}

#if !defined(__SANITIZE_ADDRESS__) /* which sees such a write itself, at once */
static void child_write_late(void *arg)
{
	volatile slot_context *context;
	WDFREQUEST request;

	(void)arg;
	up("Quarantine=1");
	request = arrive();
	context = context_of(request);
	WdfRequestComplete(request, STATUS_SUCCESS);
	io_settle(&f);
	context->value[3] = 5;
	WdfRequestComplete(arrive(), STATUS_SUCCESS); /* the quarantine holds one */
	io_settle(&f);
	assert_true(io_broke());
}

static void test_context_written_after_completion__reported(void **state)
{
	(void)state;
	assert_true(child_returns(child_write_late, NULL));
	assert_said("the context slot_context of a WDFREQUEST was written to after the object was "
		    "freed; it was deleted from child_write_late at ");
}
#endif

/* --- memory --- */

static void child_stale_memory(void *arg)
{
	WDFREQUEST request;
	WDFMEMORY memory;

	(void)arg;
	up("");
	request = arrive();
	assert_int_equal(WdfRequestRetrieveOutputMemory(request, &memory), STATUS_SUCCESS);
	assert_non_null(record_of(memory));
	WdfRequestComplete(request, STATUS_SUCCESS);
	io_settle(&f);
	(void)WdfMemoryGetBuffer(memory, NULL);
	fail();
}

static void test_memory_of_a_request__stale__stops_with_its_history(void **state)
{
	(void)state;
	assert_true(child_stops(child_stale_memory, NULL));
	assert_said("it was a WDFMEMORY");
	assert_said("created from child_stale_memory at ");
}

static void child_memory_dereferenced(void *arg)
{
	WDFMEMORY memory;

	up(arg);
	assert_int_equal(WdfRequestRetrieveOutputMemory(arrive(), &memory), STATUS_SUCCESS);
	WdfObjectReference(memory);
	WdfObjectDereference(memory);
	WdfObjectDereference(memory);
	fail();
}

static void test_rule_58__memory_of_a_request_dereferenced_too_often__stops_as_rule_7(void **state)
{
	(void)state;
	assert_true(child_stops(child_memory_dereferenced, on));
	assert_said("WDF_OBJECT_ERROR, rule 7\n");
	assert_said("the last reference on a WDFMEMORY");
	assert_true(child_stops(child_memory_dereferenced, off));
	assert_said("WDF_OBJECT_ERROR, rule 7\n");
}

static void child_memory_tracked(void *arg)
{
	WDFMEMORY memory;

	(void)arg;
	up("TrackHandles=WDFMEMORY");
	assert_int_equal(WdfRequestRetrieveOutputMemory(arrive(), &memory), STATUS_SUCCESS);
	WdfObjectReference(memory);
	WdfObjectDereferenceWithTag(memory, &f);
	assert_int_equal(fx_verifier_breaks_of(f.driver, FX_RULE_TAG_UNKNOWN), 1);
}

static void test_memory_of_a_request__tracked_as_wdfmemory(void **state)
{
	(void)state;
	assert_true(child_returns(child_memory_tracked, NULL));
}

/* --- the verifier's own memory --- */

static void test_no_memory_for_a_record__the_request_comes_as_ever(void **state)
{
	bool fired = true;

	(void)state;
	for (unsigned int i = 0; i < REQUEST_CHUNK; i++) { /* each slot has its buffer */
		WdfRequestComplete(arrive(), STATUS_SUCCESS);
		io_settle(&f);
	}
	for (uint64_t k = 1; fired; k++) {
		WDFREQUEST request;

		fault_arm(FAULT_ALLOC, k);
		request = arrive();
		WdfObjectReference(request);
		WdfObjectDereference(request);
		assert_int_equal(context_of(request)->value[0], 0);
		context_of(request)->value[0] = 1;
		WdfRequestComplete(request, STATUS_SUCCESS);
		io_settle(&f);
		assert_int_equal(op.completions, 1);
		assert_int_equal(op.status, STATUS_SUCCESS);
		fired = fault_fired();
		fault_disarm();
	}
	assert_false(io_broke());
}

/* Limits are about what drivers make, and allocations of a slot that is there are none. */
static void child_limits(void *arg)
{
	static struct io_op ops[200];

	(void)arg;
	up("VerifierAllocateFailCount=100,ObjectLeakDetectionLimit=50");
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(ops); i++) {
		io_op_read(&ops[i], 8);
		io_submit(&f, &ops[i]);
	}
	assert_int_equal(io_seen.kept_count, UW_ARRAY_SIZE(ops));
	assert_false(io_broke());
}

static void test_limits__requests_do_not_count(void **state)
{
	(void)state;
	assert_true(child_returns(child_limits, NULL));
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_request_used_after_completion__stops_with_its_history),
		T(test_request__recorded_while_the_driver_has_it),
		T(test_rule_12__request__tags_are_judged),
		T(test_rule_12__found_request__one_to_drop),
		cmocka_unit_test(test_rule_7__request_dereferenced__stops_with_its_history),
		T(test_rule_8__request__may_not_be_deleted),
		cmocka_unit_test(test_context__another_for_each_use_and_zeroed),
#if !defined(__SANITIZE_ADDRESS__)
		cmocka_unit_test(test_context_written_after_completion__reported),
#endif
		cmocka_unit_test(test_memory_of_a_request__stale__stops_with_its_history),
		cmocka_unit_test(
			test_rule_58__memory_of_a_request_dereferenced_too_often__stops_as_rule_7),
		cmocka_unit_test(test_memory_of_a_request__tracked_as_wdfmemory),
		T(test_no_memory_for_a_record__the_request_comes_as_ever),
		cmocka_unit_test(test_limits__requests_do_not_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
