/* SPDX-License-Identifier: MIT */
/* Requests and files in a stack: who gets them, who hears of the end, who is asked to cancel. */
#include "stack.h"

#include <stdio.h>
#include <string.h>

#define ALL (AT(LOW) | AT(FN) | AT(UP) | AT(TOP))

static struct stack_op op;

/* --- which driver gets what: kind of request, handlers, role --- */

static const struct handlers {
	ULONG of_kind; /* the handler of just this kind */
	enum fx_packet_kind kind;
	const char *word;
} kinds[] = {
	{ STACKED_READ, FX_PACKET_READ, "Read" },
	{ STACKED_WRITE, FX_PACKET_WRITE, "Write" },
	{ STACKED_CONTROL, FX_PACKET_CONTROL, "Control" },
	{ STACKED_INTERNAL, FX_PACKET_INTERNAL_CONTROL, "Internal" },
};

static const struct presence {
	bool own;      /* the handler of the request's kind is there */
	bool other;    /* one of another kind */
	bool default_; /* EvtIoDefault */
} presences[] = {
	{ false, false, false }, { true, false, false }, { false, true, false },
	{ true, true, false },   { false, false, true }, { true, false, true },
};

static ULONG handlers_of(const struct presence *presence, size_t kind)
{
	ULONG handlers = 0;

	if (presence->own)
		handlers |= kinds[kind].of_kind;
	if (presence->other)
		handlers |= kinds[(kind + 1) % UW_ARRAY_SIZE(kinds)].of_kind;
	if (presence->default_)
		handlers |= STACKED_DEFAULT;
	return handlers;
}

/* Who completes it, with STATUS_SUCCESS and the number of the level as information; else nobody. */
static void expect_by(const struct presence *presence, size_t kind, bool filter)
{
	const char *before = stack.scripts[UP].in_caller_context ? "up.InCaller" : "";
	const char *word = presence->own ? kinds[kind].word : "Default";
	bool taken = presence->own || presence->default_;
	const char *space = *before && (taken || filter) ? " " : "";
	char text[64];

	if (taken)
		(void)snprintf(text, sizeof(text), "%s%sup.%s", before, space, word);
	else
		(void)snprintf(text, sizeof(text), "%s%s%s", before, space,
			       filter ? "fn.Default" : "");
	assert_log(text);
	assert_int_equal(op.completions, 1);
	if (taken || filter) {
		assert_int_equal(op.status, STATUS_SUCCESS);
		assert_int_equal(op.information, (taken ? UP : FN) + 1);
	} else {
		assert_int_equal(op.status, STATUS_INVALID_DEVICE_REQUEST);
	}
}

static void try_handlers(const struct presence *presence, size_t kind, bool filter)
{
	stack.scripts[UP].filter = filter;
	stack.scripts[UP].handlers = handlers_of(presence, kind);
	stack_up(AT(FN) | AT(UP));
	assert_int_equal(stack_open(), STATUS_SUCCESS);
	stack_log_clear();
	stack_op_init(&op, kinds[kind].kind);
	stack_submit(&op);
	expect_by(presence, kind, filter);
	stack_close();
	stack_remove();
}

static void test_forward__kind_by_handler_by_role__as_kmdf_does(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < UW_ARRAY_SIZE(kinds); kind++)
		for (size_t i = 0; i < UW_ARRAY_SIZE(presences); i++) {
			try_handlers(&presences[i], kind, true);
			try_handlers(&presences[i], kind, false);
		}
}

/* WdfDeviceEnqueueRequest() looks for a queue as a request that comes from above does. */
static void test_forward__enqueued__kind_by_handler_by_role__the_same(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < UW_ARRAY_SIZE(kinds); kind++)
		for (size_t i = 0; i < UW_ARRAY_SIZE(presences); i++)
			for (int filter = 0; filter < 2; filter++) {
				stack.scripts[UP].in_caller_context = TRUE;
				try_handlers(&presences[i], kind, filter);
			}
}

static void test_forward__manual_default_queue__takes_all(void **state)
{
	(void)state;
	stack.scripts[UP].dispatch = WdfIoQueueDispatchManual;
	stack_up(ALL);
	assert_int_equal(stack_open(), STATUS_SUCCESS);
	stack_op_init(&op, FX_PACKET_READ);
	stack_submit(&op);
	assert_int_equal(op.completions, 0);
	stack_cancel(&op);
	assert_int_equal(op.status, STATUS_CANCELLED);
}

static void test_forward__past_all_drivers__the_bus_does_not_know_it(void **state)
{
	(void)state;
	stack.scripts[FN].filter = TRUE;
	stack.scripts[FN].handlers = 0;
	stack_up(ALL);
	assert_int_equal(stack_open(), STATUS_SUCCESS);
	stack_op_init(&op, FX_PACKET_WRITE);
	stack_submit(&op);
	assert_int_equal(op.status, STATUS_INVALID_DEVICE_REQUEST);
}

static void test_forward__direct_io__the_clients_own_buffer(void **state)
{
	(void)state;
	stack_up(ALL);
	assert_int_equal(stack_open(), STATUS_SUCCESS);
	stack_op_init(&op, FX_PACKET_CONTROL);
	op.packet.code = 0x222000 | METHOD_IN_DIRECT;
	op.packet.out = op.out;
	stack_submit(&op);
	assert_int_equal(op.status, STATUS_SUCCESS);
	assert_non_null(stack.scripts[FN].input);
}

static void test_forward__enqueued_by_a_filter_without_a_queue__goes_on(void **state)
{
	(void)state;
	stack.scripts[UP].in_caller_context = TRUE;
	stack_up(ALL);
	assert_int_equal(stack_open(), STATUS_SUCCESS);
	stack_log_clear();
	stack_op_init(&op, FX_PACKET_WRITE);
	stack_submit(&op);
	assert_log("up.InCaller fn.Default");
	assert_int_equal(op.information, FN + 1);
}

static void test_stats__passed_on__counted_where_they_came_in(void **state)
{
	struct uwdf_device_info info;

	(void)state;
	stack.scripts[FN].way = STACKED_KEEP;
	stack_up(ALL);
	assert_int_equal(stack_open(), STATUS_SUCCESS);
	stack_op_init(&op, FX_PACKET_WRITE);
	stack_submit(&op);
	uwdf_device_info(stack.device, &info);
	assert_int_equal(info.stack[2].requests_pending, 1);
	assert_int_equal(info.requests, info.requests_completed + 1);
	stack_complete(FN, STATUS_SUCCESS);
	uwdf_device_info(stack.device, &info);
	assert_int_equal(info.requests, info.requests_completed);
}

/* --- create, cleanup, close --- */

static void give_files(void)
{
	for (enum place i = 0; i < PLACES; i++)
		stack.scripts[i].files = TRUE;
}

static void test_create__filters_without_callback__function_driver_is_asked(void **state)
{
	(void)state;
	give_files();
	stack.scripts[FN].creates = TRUE;
	stack_up(ALL);
	assert_int_equal(stack_open(), STATUS_SUCCESS);
	assert_log("fn.Create");
	stack_log_clear();
	stack_close();
	assert_log("top.Cleanup up.Cleanup fn.Cleanup "
		   "top.Close up.Close fn.Close top.FileGone up.FileGone fn.FileGone");
}

static void test_create__function_driver_is_a_filter_too__goes_to_the_lowest(void **state)
{
	(void)state;
	give_files();
	stack.scripts[FN].filter = TRUE;
	stack.scripts[LOW].creates = TRUE;
	stack_up(ALL);
	assert_int_equal(stack_open(), STATUS_SUCCESS);
	assert_log("low.Create");
	stack_log_clear();
	stack_close();
	assert_log("top.Cleanup up.Cleanup fn.Cleanup low.Cleanup "
		   "top.Close up.Close fn.Close low.Close "
		   "top.FileGone up.FileGone fn.FileGone low.FileGone");
}

static void test_create__a_filter_completes_it__those_below_never_hear_of_it(void **state)
{
	(void)state;
	give_files();
	stack.scripts[UP].creates = TRUE;
	stack.scripts[FN].creates = TRUE;
	stack_up(ALL);
	assert_int_equal(stack_open(), STATUS_SUCCESS);
	assert_log("up.Create");
	stack_log_clear();
	stack_close();
	assert_log("top.Cleanup up.Cleanup top.Close up.Close top.FileGone up.FileGone");
}

static void test_create__refused_below__no_callback_of_the_end(void **state)
{
	(void)state;
	give_files();
	stack.scripts[FN].creates = TRUE;
	stack.scripts[FN].create_status = STATUS_ACCESS_DENIED;
	stack_up(ALL);
	assert_int_equal(stack_open(), STATUS_ACCESS_DENIED);
	assert_log("fn.Create top.FileGone up.FileGone fn.FileGone");
	assert_int_equal(fx_io_stats(stack_device(FN)->io).open_files, 0);
	assert_int_equal(fx_io_stats(stack_device(TOP)->io).open_files, 0);
	stack.file = NULL;
}

/* AutoForwardCleanupClose of the upper filter or of the function driver; who hears of the end. */
static const struct forwarding {
	WDF_TRI_STATE forward;
	bool filter;
	const char *log;
} forwardings[] = {
	{ WdfUseDefault, true, "up.Cleanup fn.Cleanup up.Close fn.Close" },
	{ WdfTrue, true, "up.Cleanup fn.Cleanup up.Close fn.Close" },
	{ WdfFalse, true, "up.Cleanup up.Close" },
	{ WdfUseDefault, false, "up.Cleanup up.Close" },
	{ WdfTrue, false, "up.Cleanup fn.Cleanup up.Close fn.Close" },
	{ WdfFalse, false, "up.Cleanup up.Close" },
};

static void test_cleanup__forwarding_by_role__as_kmdf_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < UW_ARRAY_SIZE(forwardings); i++) {
		char log[256];

		give_files();
		stack.scripts[UP].forward = forwardings[i].forward;
		stack.scripts[UP].filter = forwardings[i].filter;
		stack_up(AT(FN) | AT(UP));
		assert_int_equal(stack_open(), STATUS_SUCCESS);
		stack_log_clear();
		stack_close();
		(void)snprintf(log, sizeof(log), "%s", stack_log());
		if (strstr(log, " up.FileGone"))
			*strstr(log, " up.FileGone") = '\0';
		assert_string_equal(log, forwardings[i].log);
		stack_remove();
	}
}

static void test_file_objects__each_level__one_of_its_own(void **state)
{
	(void)state;
	give_files();
	stack.scripts[UP].handlers = STACKED_READ;
	stack_up(ALL);
	assert_int_equal(stack_open(), STATUS_SUCCESS);
	stack_op_init(&op, FX_PACKET_READ);
	stack_submit(&op);
	stack_op_init(&op, FX_PACKET_WRITE);
	stack_submit(&op);
	assert_non_null(stack.scripts[UP].file);
	assert_non_null(stack.scripts[FN].file);
	assert_ptr_not_equal(stack.scripts[UP].file, stack.scripts[FN].file);
}

/* --- cancellation --- */

static void test_cancel__kept_below__reaches_the_driver_that_has_it(void **state)
{
	(void)state;
	stack.scripts[LOW].handlers = STACKED_DEFAULT;
	stack.scripts[LOW].way = STACKED_KEEP_MARKED;
	stack.scripts[FN].filter = TRUE;
	stack.scripts[FN].handlers = 0;
	stack_up(ALL);
	assert_int_equal(stack_open(), STATUS_SUCCESS);
	stack_op_init(&op, FX_PACKET_WRITE);
	stack_submit(&op);
	assert_int_equal(op.completions, 0);
	stack_cancel(&op);
	assert_log("low.Default low.Cancel");
	assert_int_equal(op.completions, 1);
	assert_int_equal(op.status, STATUS_CANCELLED);
}

static void test_close__requests_at_two_levels__all_are_cancelled(void **state)
{
	struct stack_op other;

	(void)state;
	give_files();
	stack.scripts[UP].handlers = STACKED_READ;
	stack.scripts[UP].way = STACKED_KEEP_MARKED;
	stack.scripts[FN].way = STACKED_KEEP_MARKED;
	stack_up(ALL);
	assert_int_equal(stack_open(), STATUS_SUCCESS);
	stack_op_init(&op, FX_PACKET_READ);
	stack_op_init(&other, FX_PACKET_WRITE);
	stack_submit(&op);
	stack_submit(&other);
	stack_log_clear();
	stack_close();
	assert_log("top.Cleanup up.Cleanup up.Cancel fn.Cleanup fn.Cancel "
		   "top.Close up.Close fn.Close top.FileGone up.FileGone fn.FileGone");
	assert_int_equal(op.status, STATUS_CANCELLED);
	assert_int_equal(other.status, STATUS_CANCELLED);
}

static void test_close__cleanup_not_forwarded__requests_below_are_cancelled_too(void **state)
{
	(void)state;
	give_files();
	stack.scripts[UP].forward = WdfFalse;
	stack.scripts[FN].way = STACKED_KEEP_MARKED;
	stack_up(AT(FN) | AT(UP));
	assert_int_equal(stack_open(), STATUS_SUCCESS);
	stack_op_init(&op, FX_PACKET_WRITE);
	stack_submit(&op);
	stack_log_clear();
	stack_close();
	assert_int_equal(op.status, STATUS_CANCELLED);
	assert_null(strstr(stack_log(), "fn.Close"));
}

static void test_remove__request_kept_below__given_up_on_the_way_down(void **state)
{
	(void)state;
	stack.scripts[FN].way = STACKED_KEEP;
	stack_up(ALL);
	assert_int_equal(stack_open(), STATUS_SUCCESS);
	stack_op_init(&op, FX_PACKET_WRITE);
	stack_submit(&op);
	stack_remove();
	assert_int_equal(op.completions, 1);
	assert_int_equal(op.status, STATUS_DEVICE_NOT_READY);
	stack_op_init(&op, FX_PACKET_WRITE);
	fx_io_submit(stack.file, &op.packet);
	assert_int_equal(op.status, STATUS_DEVICE_REMOVED);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, stack_setup, stack_teardown)
	const struct CMUnitTest tests[] = {
		T(test_forward__kind_by_handler_by_role__as_kmdf_does),
		T(test_forward__enqueued__kind_by_handler_by_role__the_same),
		T(test_forward__manual_default_queue__takes_all),
		T(test_forward__past_all_drivers__the_bus_does_not_know_it),
		T(test_forward__direct_io__the_clients_own_buffer),
		T(test_forward__enqueued_by_a_filter_without_a_queue__goes_on),
		T(test_stats__passed_on__counted_where_they_came_in),
		T(test_create__filters_without_callback__function_driver_is_asked),
		T(test_create__function_driver_is_a_filter_too__goes_to_the_lowest),
		T(test_create__a_filter_completes_it__those_below_never_hear_of_it),
		T(test_create__refused_below__no_callback_of_the_end),
		T(test_cleanup__forwarding_by_role__as_kmdf_does),
		T(test_file_objects__each_level__one_of_its_own),
		T(test_cancel__kept_below__reaches_the_driver_that_has_it),
		T(test_close__requests_at_two_levels__all_are_cancelled),
		T(test_close__cleanup_not_forwarded__requests_below_are_cancelled_too),
		T(test_remove__request_kept_below__given_up_on_the_way_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
