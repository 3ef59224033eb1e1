/* SPDX-License-Identifier: MIT */
/*
 * What client.h says of each call, over each way to a driver: the socket, rings, and in process.
 * One list of behaviours, run on the same driver through all of them, so that none is another's
 * exception.
 */
#include "client_ways.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "base/exec.h"

#define DIRECT_LEN (100u << 10)

static bool becomes_readable(uwdf_handle *h, int timeout_ms)
{
	struct pollfd p = { .fd = uwdf_poll_fd(h), .events = POLLIN };

	return poll(&p, 1, timeout_ms) == 1;
}

static bool is_readable(uwdf_handle *h)
{
	return becomes_readable(h, 0);
}

static void expect_event(uwdf_handle *h, enum uwdf_event expected)
{
	enum uwdf_event event;

	assert_int_equal(uwdf_next_event(h, WAYS_SOON_MS, &event), 1);
	assert_int_equal(event, expected);
}

static void expect_alive(uwdf_handle *h)
{
	char out[8] = "";
	int32_t status;
	size_t done;

	assert_int_equal(uwdf_control(h, WAYS_ECHO, "hello", 5, out, sizeof(out), WAYS_SOON_MS,
				      &status, &done),
			 0);
	assert_int_equal(status, STATUS_SUCCESS);
	assert_int_equal(done, 5);
	assert_string_equal(out, "hello");
}

/* --- open --- */

static void open__names__and_what_is_behind_them(void)
{
	static const struct {
		const char *what, *seen;
	} names[] = {
		{ "%s", "" },
		{ "%s\\sub\\path", "\\sub\\path" },
		{ "%s\\a/b", "\\a/b" },
		{ WAYS_GUID, "" },
		{ WAYS_GUID "\\ref\\x", "\\ref\\x" },
		{ "\\\\.\\WaysLink", "" },
		{ "\\\\.\\wayslink\\x", "\\x" },
		{ "\\\\?\\WaysLink\\x", "\\x" },
		{ "\\??\\WaysLink\\x", "\\x" },
		{ "\\DosDevices\\WaysLink\\x\\y", "\\x\\y" },
	};

	for (size_t i = 0; i < UW_ARRAY_SIZE(names); i++) {
		uwdf_handle *h = ways_open(names[i].what);

		assert_string_equal(ways_file_name(), names[i].seen);
		assert_string_equal(uwdf_handle_name(h), ways_name());
		expect_alive(h);
		uwdf_close(h);
	}
}

static void open__no_such__refused(void)
{
	uwdf_handle *h;

	assert_int_equal(ways_try("nobody", &h), -ENOENT);
	assert_int_equal(ways_try("nobody\\x", &h), -ENOENT);
	assert_int_equal(ways_try("{00000000-9366-454a-ba71-7c27b51470a4}", &h), -ENOENT);
	assert_int_equal(ways_try("\\\\.\\Other", &h), -ENOENT);
	assert_true(ways_error()[0]);
	ways_refuse_opens(true);
	assert_int_equal(ways_try("%s", &h), -EIO);
	assert_true(ways_error()[0]);
	ways_refuse_opens(false);
	uwdf_close(ways_open("%s"));
	uwdf_close(NULL);
}

static void open__device_is_removed__refused(void)
{
	uwdf_handle *h = ways_open("%s"), *late;

	ways_start_leaving();
	assert_int_equal(ways_try("%s", &late), -ECONNREFUSED);
	assert_non_null(strstr(ways_error(), "is being removed"));
	uwdf_close(h);
}

/* --- one request --- */

static void requests__each_kind__status_and_length(void)
{
	uwdf_handle *h = ways_open("%s");
	char out[8] = "before";
	int32_t status = -1;
	size_t done = 9;

	expect_alive(h);
	assert_int_equal(uwdf_write(h, "abc", 3, WAYS_SOON_MS, &status, &done), 0);
	assert_int_equal(status, STATUS_SUCCESS);
	assert_int_equal(done, 3);
	assert_int_equal(uwdf_control(h, WAYS_FAIL, "xyz", 3, out, 8, WAYS_SOON_MS, &status, &done),
			 0);
	assert_int_equal(status, STATUS_UNSUCCESSFUL);
	assert_string_equal(out, "before"); /* an error carries no data */
	assert_int_equal(uwdf_control(h, WAYS_WARN, "xyz", 4, out, 8, WAYS_SOON_MS, &status, &done),
			 0);
	assert_int_equal(status, STATUS_BUFFER_OVERFLOW);
	assert_string_equal(out, "xyz"); /* a warning does */
	assert_int_equal(uwdf_control(h, 0x99, NULL, 0, NULL, 0, WAYS_SOON_MS, &status, NULL), 0);
	assert_int_equal(status, STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(uwdf_write(h, "x", 1, WAYS_SOON_MS, NULL, NULL), 0);
	uwdf_close(h);
}

static void requests__that_no_device_could_have__refused(void)
{
	static char big[UWDF_WIRE_MAX_PAYLOAD + 1];
	const uint32_t in_direct = WAYS_ECHO | METHOD_IN_DIRECT;
	struct uwdf_op bad = { .kind = (enum uwdf_op_kind)7 };
	uwdf_handle *h = ways_open("%s");

	assert_int_equal(uwdf_submit(h, &bad), -EINVAL);
	bad = (struct uwdf_op){ .kind = UWDF_READ, .in = "x", .in_len = 1 };
	assert_int_equal(uwdf_submit(h, &bad), -EINVAL);
	bad = (struct uwdf_op){ .kind = UWDF_READ, .out_len = 1 };
	assert_int_equal(uwdf_submit(h, &bad), -EINVAL);
	assert_int_equal(uwdf_write(h, big, sizeof(big), WAYS_SOON_MS, NULL, NULL), -EMSGSIZE);
	assert_int_equal(uwdf_read(h, big, sizeof(big), WAYS_SOON_MS, NULL, NULL), -EMSGSIZE);
	assert_int_equal(uwdf_control(h, in_direct, big, sizeof(big) / 2 + 1, big,
				      sizeof(big) / 2 + 1, WAYS_SOON_MS, NULL, NULL),
			 -EMSGSIZE);
	assert_int_equal(uwdf_write(h, big, sizeof(big) - 1, WAYS_SOON_MS, NULL, NULL), 0);
	uwdf_close(h);
}

static void timeout__cancels_first(void)
{
	uwdf_handle *h = ways_open("%s");
	char buf[8];

	assert_int_equal(uwdf_read(h, buf, sizeof(buf), 5, NULL, NULL), -ETIMEDOUT);
	assert_int_equal(ways_pending(), 0);
	expect_alive(h);
	uwdf_close(h);
}

/* --- many --- */

static void many__reaped_in_the_order_of_completion(void)
{
	static char in[50][4], out[50][4];
	struct uwdf_op ops[50], *list[50], *got[50];
	uwdf_handle *h = ways_open("%s");
	unsigned int count = 0;

	for (unsigned int i = 0; i < 50; i++) {
		in[i][0] = (char)i;
		ops[i] = (struct uwdf_op){ .kind = UWDF_CONTROL,
					   .code = WAYS_ECHO,
					   .in = in[i],
					   .in_len = 4,
					   .out = out[i],
					   .out_len = 4 };
		list[i] = &ops[i];
	}
	assert_int_equal(uwdf_submit_many(h, list, 50), 50);
	while (count < 50) {
		int more = uwdf_reap_many(h, WAYS_SOON_MS, &got[count], 50 - count);

		assert_true(more > 0);
		count += (unsigned int)more;
	}
	for (unsigned int i = 0; i < 50; i++) {
		assert_ptr_equal(got[i], &ops[i]);
		assert_memory_equal(in[i], out[i], 4);
	}
	assert_int_equal(uwdf_reap(h, 0, got), 0);
	uwdf_close(h);
}

/* What is not reaped is left to close, which cancels. */
static void many__too_many__again_after_a_reap(void)
{
	static struct uwdf_op ops[UWDF_WIRE_MAX_OUTSTANDING + 2];
	uwdf_handle *h = ways_open("%s");
	unsigned int count = 0;
	struct uwdf_op *got;
	int err = 0;

	for (; !err && count <= UWDF_WIRE_MAX_OUTSTANDING; count++) {
		ops[count] = (struct uwdf_op){ .kind = UWDF_READ };
		err = uwdf_submit(h, &ops[count]);
	}
	assert_int_equal(err, -EAGAIN);
	assert_int_equal(uwdf_cancel(h, &ops[0]), 0);
	assert_int_equal(uwdf_reap(h, WAYS_SOON_MS, &got), 1);
	assert_ptr_equal(got, &ops[0]);
	assert_int_equal(uwdf_submit(h, &ops[0]), 0);
	uwdf_close(h);
	ways_await_pending(0);
}

static void cancel__one_and_all(void)
{
	struct uwdf_op ops[3] = { { .kind = UWDF_READ },
				  { .kind = UWDF_READ },
				  { .kind = UWDF_READ } };
	uwdf_handle *h = ways_open("%s");
	struct uwdf_op *got;

	for (int i = 0; i < 3; i++)
		assert_int_equal(uwdf_submit(h, &ops[i]), 0);
	assert_int_equal(uwdf_cancel(h, &ops[1]), 0);
	assert_int_equal(uwdf_reap(h, WAYS_SOON_MS, &got), 1);
	assert_ptr_equal(got, &ops[1]);
	assert_int_equal(got->status, STATUS_CANCELLED);
	assert_int_equal(uwdf_cancel(h, &ops[1]), 0); /* too late is fine */
	assert_int_equal(uwdf_cancel_all(h), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(uwdf_reap(h, WAYS_SOON_MS, &got), 1);
		assert_int_equal(got->status, STATUS_CANCELLED);
	}
	assert_int_equal(uwdf_cancel_all(h), 0);
	assert_int_equal(uwdf_reap(h, 0, &got), 0);
	expect_alive(h);
	uwdf_close(h);
}

static void poll__readable_while_there_is_something(void)
{
	struct uwdf_op ops[2] = { { .kind = UWDF_WRITE, .in = "x", .in_len = 1 },
				  { .kind = UWDF_WRITE, .in = "y", .in_len = 1 } };
	uwdf_handle *h = ways_open("%s");
	struct uwdf_op *got;

	uwdf_set_spin(h, 0);
	assert_false(is_readable(h));
	for (int i = 0; i < 2; i++) {
		assert_int_equal(uwdf_submit(h, &ops[i]), 0);
		assert_true(becomes_readable(h, WAYS_SOON_MS));
	}
	assert_true(is_readable(h));
	assert_int_equal(uwdf_reap(h, WAYS_SOON_MS, &got), 1);
	assert_int_equal(uwdf_reap(h, WAYS_SOON_MS, &got), 1);
	assert_int_equal(uwdf_reap(h, 0, &got), 0);
	assert_false(is_readable(h));
	uwdf_close(h);
}

/* --- memory --- */

static void memory__aligned_zeroed_and_usable(void)
{
	uwdf_handle *h = ways_open("%s");
	void *in, *out, *none = &none;
	int32_t status;
	size_t done;

	assert_int_equal(uwdf_memory_alloc(h, 100, &in), 0);
	assert_int_equal(uwdf_memory_alloc(h, 200, &out), 0);
	assert_int_equal((uintptr_t)in % 64 + (uintptr_t)out % 64, 0);
	assert_int_equal(((char *)in)[99] | ((char *)out)[199], 0);
	memset(in, 7, 100);
	assert_int_equal(
		uwdf_control(h, WAYS_ECHO, in, 100, out, 200, WAYS_SOON_MS, &status, &done), 0);
	assert_int_equal(done, 100);
	assert_memory_equal(in, out, 100);
	assert_int_equal(uwdf_memory_alloc(h, SIZE_MAX, &none), -ENOMEM);
	assert_ptr_equal(none, &none);
	expect_alive(h);
	uwdf_close(h);
}

/* "Then a control's out may be longer than 64 KiB. Where there is no shared memory the calls are
 * the same, and copy." */
static void memory__long_direct_output(void)
{
	uwdf_handle *h = ways_open("%s");
	int32_t status;
	size_t done;
	uint8_t *out;
	void *at;
	int err;

	assert_int_equal(uwdf_memory_alloc(h, DIRECT_LEN, &at), 0);
	out = at;
	err = uwdf_control(h, WAYS_FILL, NULL, 0, out, DIRECT_LEN, WAYS_SOON_MS, &status, &done);
	assert_int_equal(err, ways_shares_memory() ? 0 : -EMSGSIZE);
	if (!err) {
		assert_int_equal(done, DIRECT_LEN);
		assert_int_equal(out[0], WAYS_FILLING);
		assert_int_equal(out[DIRECT_LEN - 1], WAYS_FILLING);
	}
	uwdf_close(h);
}

/* --- query-remove --- */

static uwdf_handle *open_listener(void)
{
	uwdf_handle *h = ways_open("%s");

	assert_int_equal(uwdf_notify(h, 1), 0);
	expect_alive(h); /* what is answered after it is answered knowing it */
	return h;
}

static void query__driver_refuses__listener_hears_both__others_nothing(void)
{
	uwdf_handle *listener = open_listener(), *deaf = ways_open("%s");
	enum uwdf_event event;

	ways_refuse_removal(true);
	ways_patience(20);
	assert_int_equal(ways_query_from_elsewhere(), -ECANCELED);
	expect_event(listener, UWDF_QUERY_REMOVE);
	expect_event(listener, UWDF_STAYS);
	assert_int_equal(uwdf_next_event(listener, 0, &event), 0);
	assert_int_equal(uwdf_next_event(deaf, 0, &event), 0);
	expect_alive(listener);
	expect_alive(deaf);
	uwdf_close(listener);
	uwdf_close(deaf);
}

static void query__listener_hears_no_more__hears_nothing(void)
{
	uwdf_handle *h = open_listener();
	enum uwdf_event event;

	assert_int_equal(uwdf_notify(h, 0), 0);
	expect_alive(h);
	assert_int_equal(ways_query(), 0);
	assert_int_equal(uwdf_next_event(h, 0, &event), 0);
	uwdf_close(h);
}

/* It is waited for, a second: the driver is asked when it has closed. */
static void query__listener_closes__driver_is_asked_then(void)
{
	uwdf_handle *h = open_listener();

	ways_query_start();
	expect_event(h, UWDF_QUERY_REMOVE);
	assert_false(ways_was_asked());
	uwdf_close(h);
	assert_int_equal(ways_query_end(), 0);
	assert_true(ways_was_asked());
}

static void query__listener_stops_listening__driver_is_asked_then(void)
{
	uwdf_handle *h = open_listener();

	ways_query_start();
	expect_event(h, UWDF_QUERY_REMOVE);
	assert_int_equal(uwdf_notify(h, 0), 0);
	assert_int_equal(ways_query_end(), 0);
	expect_alive(h);
	uwdf_close(h);
}

static void query__event_beside_answers__both_there(void)
{
	struct uwdf_op op = { .kind = UWDF_WRITE, .in = "x", .in_len = 1 }, *got;
	uwdf_handle *h = open_listener();

	assert_int_equal(uwdf_submit(h, &op), 0);
	assert_true(becomes_readable(h, WAYS_SOON_MS));
	ways_query_start();
	expect_event(h, UWDF_QUERY_REMOVE);
	/* a bell that rang late may have been what woke us: the answer is about to come */
	assert_true(becomes_readable(h, WAYS_SOON_MS));
	assert_int_equal(uwdf_reap(h, WAYS_SOON_MS, &got), 1);
	assert_ptr_equal(got, &op);
	uwdf_close(h);
	assert_int_equal(ways_query_end(), 0);
}

/* --- removal --- */

static void removal__outstanding_answered__later_calls_fail_at_once(void)
{
	struct uwdf_op op = { .kind = UWDF_READ }, *got;
	uwdf_handle *h = ways_open("%s");
	enum uwdf_event event;

	assert_int_equal(uwdf_submit(h, &op), 0);
	ways_await_pending(1);
	ways_remove();
	assert_int_equal(uwdf_reap(h, WAYS_SOON_MS, &got), 1);
	assert_int_equal(op.status, STATUS_DEVICE_REMOVED);
	expect_event(h, UWDF_REMOVED);
	assert_int_equal(uwdf_submit(h, &op), -ENODEV);
	assert_int_equal(uwdf_write(h, "x", 1, WAYS_SOON_MS, NULL, NULL), -ENODEV);
	assert_int_equal(uwdf_notify(h, 1), -ENODEV);
	assert_int_equal(uwdf_next_event(h, WAYS_SOON_MS, &event), -EPIPE);
	assert_int_equal(uwdf_reap(h, WAYS_SOON_MS, &got), -EPIPE);
	uwdf_close(h);
}

static void removal__not_seen_yet__requests_answered_removed(void)
{
	struct uwdf_op op = { .kind = UWDF_WRITE, .in = "x", .in_len = 1 }, *got;
	uwdf_handle *h = ways_open("%s");

	ways_start_leaving();
	assert_int_equal(uwdf_submit(h, &op), 0);
	assert_int_equal(uwdf_reap(h, WAYS_SOON_MS, &got), 1);
	assert_int_equal(op.status, STATUS_DEVICE_REMOVED);
	assert_int_equal(uwdf_submit(h, &op), -ENODEV);
	uwdf_close(h);
}

static void wait_for_event(void *arg)
{
	expect_event(arg, UWDF_REMOVED);
}

static void removal__wakes_who_waits(void)
{
	uwdf_handle *h = ways_open("%s");
	struct exec_thread_params params = {
		.name = "waiter", .run = wait_for_event, .arg = h, .node = -1
	};
	struct exec_thread *waiter;

	assert_int_equal(exec_thread_start(&params, &waiter), 0);
	ways_remove();
	exec_thread_join(waiter);
	uwdf_close(h);
}

static void removal__revokes__the_driver_sees_the_file_closed(void)
{
	uwdf_handle *h = ways_open("%s");

	ways_remove();
	assert_int_equal(ways_files_closed(), 1);
	uwdf_close(h);
	assert_int_equal(ways_files_closed(), 1);
}

static void removal__polled__readable(void)
{
	uwdf_handle *h = open_listener();

	assert_false(is_readable(h));
	ways_remove();
	assert_true(becomes_readable(h, WAYS_SOON_MS));
	expect_event(h, UWDF_REMOVED);
	uwdf_close(h);
}

int main(void)
{
	static const struct ways_behaviour behaviours[] = {
		BEHAVIOUR(open__names__and_what_is_behind_them),
		BEHAVIOUR(open__no_such__refused),
		BEHAVIOUR(open__device_is_removed__refused),
		BEHAVIOUR(requests__each_kind__status_and_length),
		BEHAVIOUR(requests__that_no_device_could_have__refused),
		BEHAVIOUR(timeout__cancels_first),
		BEHAVIOUR(many__reaped_in_the_order_of_completion),
		BEHAVIOUR(many__too_many__again_after_a_reap),
		BEHAVIOUR(cancel__one_and_all),
		BEHAVIOUR(poll__readable_while_there_is_something),
		BEHAVIOUR(memory__aligned_zeroed_and_usable),
		BEHAVIOUR(memory__long_direct_output),
		BEHAVIOUR(query__driver_refuses__listener_hears_both__others_nothing),
		BEHAVIOUR(query__listener_hears_no_more__hears_nothing),
		BEHAVIOUR(query__listener_closes__driver_is_asked_then),
		BEHAVIOUR(query__listener_stops_listening__driver_is_asked_then),
		BEHAVIOUR(query__event_beside_answers__both_there),
		BEHAVIOUR(removal__outstanding_answered__later_calls_fail_at_once),
		BEHAVIOUR(removal__not_seen_yet__requests_answered_removed),
		BEHAVIOUR(removal__wakes_who_waits),
		BEHAVIOUR(removal__revokes__the_driver_sees_the_file_closed),
		BEHAVIOUR(removal__polled__readable),
	};

	return ways_run(behaviours, UW_ARRAY_SIZE(behaviours));
}
