/* SPDX-License-Identifier: MIT */
/*
 * Buffers of a client's in each way to the driver: whose memory a "neither" control shows it, and
 * how much one request carries from memory of uwdf_memory_alloc() and from any other.
 *
 * Source: Windows driver documentation, "Accessing Data Buffers in WDF Drivers" and
 * WDF_REQUEST_PARAMETERS; uwdf/client.h for the lengths.
 */
#include "client_ways.h"

#include <errno.h>
#include <string.h>

#define LOOK(method) ((WAYS_LOOK & ~3u) | (method))
#define ECHO(method) ((WAYS_ECHO & ~3u) | (method))
#define TOO_MUCH     (5u << 20) /* to be copied at a time */

static void *memory_of(uwdf_handle *h, size_t len, int filling)
{
	void *at;

	assert_int_equal(uwdf_memory_alloc(h, len, &at), 0);
	memset(at, filling, len);
	return at;
}

static void control(uwdf_handle *h, uint32_t code, const void *in, size_t in_len, void *out,
		    size_t out_len)
{
	int32_t status;

	assert_int_equal(
		uwdf_control(h, code, in, in_len, out, out_len, WAYS_SOON_MS, &status, NULL), 0);
	assert_int_equal(status, STATUS_SUCCESS);
}

/* --- Type3InputBuffer --- */

static void expect_seen(const char *input)
{
	const struct ways_seen *seen = ways_seen();

	assert_non_null(seen->type3_input);
	assert_ptr_equal(seen->irp_type3_input, seen->type3_input);
	assert_int_equal(seen->in_len, strlen(input));
	assert_memory_equal(seen->input, input, strlen(input));
}

static void type3_input__any_memory__a_copy(void)
{
	uwdf_handle *h = ways_open("%s");
	char in[64] = "what the client has", out[8] = "before";

	control(h, LOOK(METHOD_NEITHER), in, 6, out, 8); /* inline in a ring's entry */
	expect_seen("what t");
	assert_ptr_not_equal(ways_seen()->type3_input, in);
	assert_non_null(ways_seen()->user_buffer);
	assert_ptr_not_equal(ways_seen()->user_buffer, out);
	assert_string_equal(in, "what the client has"); /* the driver wrote to its copy */
	memset(in, 'y', sizeof(in));
	control(h, LOOK(METHOD_NEITHER), in, sizeof(in), NULL, 0); /* and not inline */
	assert_ptr_not_equal(ways_seen()->type3_input, in);
	assert_memory_equal(ways_seen()->input, "yyyyyyyyyyyyyyyy", 16);
	assert_null(ways_seen()->user_buffer);
	assert_int_equal(in[0], 'y');
	uwdf_close(h);
}

static void type3_input__memory_of_the_hosts__itself(void)
{
	uwdf_handle *h = ways_open("%s");
	char *in = memory_of(h, 64, 0), *out = memory_of(h, 64, 0);

	memcpy(in, "shared", 6);
	control(h, LOOK(METHOD_NEITHER), in, 6, out, 64);
	expect_seen("shared");
	assert_int_equal(in[0], ways_shares_memory() ? WAYS_FILLING : 's');
	if (ways_is_in_process()) {
		assert_ptr_equal(ways_seen()->type3_input, in);
		assert_ptr_equal(ways_seen()->user_buffer, out);
	}
	uwdf_close(h);
}

static void type3_input__no_input__null(void)
{
	uwdf_handle *h = ways_open("%s");
	char *own = memory_of(h, 64, 0), out[8];

	control(h, LOOK(METHOD_NEITHER), NULL, 0, out, 8);
	assert_null(ways_seen()->type3_input);
	assert_null(ways_seen()->irp_type3_input);
	control(h, LOOK(METHOD_NEITHER), own, 0, own, 8);
	assert_null(ways_seen()->type3_input);
	assert_null(ways_seen()->irp_type3_input);
	uwdf_close(h);
}

static void type3_input__other_methods__null(void)
{
	static const uint32_t methods[] = { METHOD_BUFFERED, METHOD_IN_DIRECT, METHOD_OUT_DIRECT };
	uwdf_handle *h = ways_open("%s");
	char *own = memory_of(h, 64, 'x'), out[8] = "before";

	for (unsigned int i = 0; i < UW_ARRAY_SIZE(methods); i++) {
		control(h, LOOK(methods[i]), "input", 5, out, 8);
		assert_null(ways_seen()->type3_input);
		assert_null(ways_seen()->irp_type3_input);
		assert_null(ways_seen()->user_buffer);
		control(h, LOOK(methods[i]), own, 32, own + 32, 32);
		assert_null(ways_seen()->type3_input);
		assert_null(ways_seen()->irp_type3_input);
		assert_int_equal(ways_seen()->in_len, 32);
	}
	uwdf_close(h);
}

/* --- more than 64 KiB --- */

static void expect_filled(const uint8_t *at, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (at[i] != WAYS_FILLING)
			fail_msg("byte %zu of %zu is 0x%02x", i, len, at[i]);
}

/* All of it in one request, to the driver and back. */
static void read_and_write(size_t len)
{
	uwdf_handle *h = ways_open("%s");
	uint8_t *at = memory_of(h, len, 0);
	int32_t status;
	size_t done;

	if (!ways_shares_memory()) {
		assert_int_equal(uwdf_read(h, at, len, WAYS_SOON_MS, NULL, NULL), -EMSGSIZE);
		assert_int_equal(uwdf_write(h, at, len, WAYS_SOON_MS, NULL, NULL), -EMSGSIZE);
		uwdf_close(h);
		return;
	}
	assert_int_equal(uwdf_read(h, at, len, WAYS_SOON_MS, &status, &done), 0);
	assert_int_equal(status, STATUS_SUCCESS);
	assert_int_equal(done, len);
	expect_filled(at, len);
	at[7] = 0;
	assert_int_equal(uwdf_write(h, at, len, WAYS_SOON_MS, &status, &done), 0);
	assert_int_equal(status, STATUS_SUCCESS);
	assert_int_equal(done, len - 1);
	uwdf_close(h);
}

static void long__buffered_read_and_write__copied(void)
{
	read_and_write(WAYS_LONG + 1);
	read_and_write(WAYS_MANY);
	read_and_write(4u << 20);
}

static void long__direct_read_and_write__as_long_as_the_memory(void)
{
	read_and_write(WAYS_LONG + 1);
	read_and_write(66u << 20); /* nor do what copies may be in flight bound it */
}

static void long__controls__each_method(void)
{
	static const uint32_t methods[] = { METHOD_BUFFERED, METHOD_IN_DIRECT, METHOD_OUT_DIRECT,
					    METHOD_NEITHER };
	uwdf_handle *h = ways_open("%s");
	uint8_t *in = memory_of(h, WAYS_MANY, WAYS_FILLING), *out = memory_of(h, WAYS_MANY, 0);
	size_t done;

	for (unsigned int i = 0; i < UW_ARRAY_SIZE(methods); i++) {
		bool reads_both = methods[i] == METHOD_IN_DIRECT;
		int32_t status = -1;
		int err;

		memset(out, reads_both ? WAYS_FILLING : 0, WAYS_MANY);
		err = uwdf_control(h, ECHO(methods[i]), in, WAYS_MANY, out, WAYS_MANY, WAYS_SOON_MS,
				   &status, &done);
		assert_int_equal(err, ways_shares_memory() ? 0 : -EMSGSIZE);
		if (err)
			continue;
		assert_int_equal(status, STATUS_SUCCESS);
		assert_int_equal(done, WAYS_MANY);
		expect_filled(out, WAYS_MANY);
	}
	uwdf_close(h);
}

/* One of the two in the host's memory: the other has its limit. */
static void long__one_buffer_elsewhere__its_limit_is_its_own(void)
{
	static uint8_t elsewhere[WAYS_LONG + 1];
	const uint32_t code = ECHO(METHOD_IN_DIRECT);
	uwdf_handle *h = ways_open("%s");
	uint8_t *own = memory_of(h, WAYS_MANY, WAYS_FILLING);
	int32_t status;
	size_t done;
	int err;

	memset(elsewhere, WAYS_FILLING, sizeof(elsewhere));
	err = uwdf_control(h, code, elsewhere, WAYS_LONG, own, WAYS_MANY, WAYS_SOON_MS, &status,
			   &done);
	assert_int_equal(err, ways_shares_memory() ? 0 : -EMSGSIZE);
	if (!err)
		assert_int_equal(done, WAYS_LONG);
	err = uwdf_control(h, code, own, WAYS_MANY, elsewhere, WAYS_LONG, WAYS_SOON_MS, &status,
			   &done);
	assert_int_equal(err, ways_shares_memory() ? 0 : -EMSGSIZE);
	if (!err)
		assert_int_equal(done, WAYS_LONG);
	assert_int_equal(
		uwdf_control(h, code, elsewhere, WAYS_LONG + 1, own, 8, WAYS_SOON_MS, NULL, NULL),
		-EMSGSIZE);
	assert_int_equal(
		uwdf_control(h, code, own, 8, elsewhere, WAYS_LONG + 1, WAYS_SOON_MS, NULL, NULL),
		-EMSGSIZE);
	uwdf_close(h);
}

static void long__other_memory__refused_and_says_what_to_do(void)
{
	static uint8_t elsewhere[WAYS_LONG + 1];
	uwdf_handle *h = ways_open("%s");
	struct uwdf_op op = { .kind = UWDF_WRITE, .in = elsewhere, .in_len = sizeof(elsewhere) };
	struct uwdf_op *none;
	int err = uwdf_submit(h, &op);

	assert_int_equal(err, -EMSGSIZE);
	assert_non_null(strstr(uwdf_error_text(err), "uwdf_memory_alloc()"));
	assert_int_equal(uwdf_reap(h, 0, &none), 0);
	op.in = memory_of(h, sizeof(elsewhere), WAYS_FILLING);
	if (ways_shares_memory()) { /* what it says helps */
		assert_int_equal(uwdf_submit(h, &op), 0);
		assert_int_equal(uwdf_reap(h, WAYS_SOON_MS, &none), 1);
		assert_int_equal(op.information, sizeof(elsewhere));
	}
	uwdf_close(h);
}

/* --- what a host copies for a client has its bounds --- */

static void copies__too_long__refused_and_nobody_is_held_up(void)
{
	uwdf_handle *h = ways_open("%s");
	uint8_t *at = memory_of(h, TOO_MUCH, WAYS_FILLING), *out = memory_of(h, TOO_MUCH, 0);
	const int32_t expected = ways_is_in_process() ? STATUS_SUCCESS : STATUS_INVALID_BUFFER_SIZE;
	int32_t status;

	if (!ways_shares_memory()) {
		uwdf_close(h);
		return;
	}
	assert_int_equal(uwdf_read(h, at, TOO_MUCH, WAYS_SOON_MS, &status, NULL), 0);
	assert_int_equal(status, expected);
	assert_int_equal(uwdf_write(h, at, TOO_MUCH, WAYS_SOON_MS, &status, NULL), 0);
	assert_int_equal(status, expected);
	for (uint32_t method = METHOD_BUFFERED; method <= METHOD_NEITHER; method++) {
		assert_int_equal(uwdf_control(h, ECHO(method), at, TOO_MUCH, out, 5, WAYS_SOON_MS,
					      &status, NULL),
				 0);
		assert_int_equal(status, method == METHOD_NEITHER ? STATUS_SUCCESS : expected);
	}
	control(h, ECHO(METHOD_BUFFERED), "alive", 5, out, 5);
	assert_memory_equal(out, "alive", 5);
	uwdf_close(h);
}

#define COPIED ((size_t)4 << 20)
#define ROOM   16u /* for so many of these */

static void pend(uwdf_handle *h, struct uwdf_op *op, void *out)
{
	*op = (struct uwdf_op){
		.kind = UWDF_READ, .offset = WAYS_PEND_AT, .out = out, .out_len = COPIED
	};
	assert_int_equal(uwdf_submit(h, op), 0);
}

static void reads_of_one_memory(unsigned int expected)
{
	static struct uwdf_op ops[ROOM + 1];
	uwdf_handle *h = ways_open("%s");
	struct uwdf_op *got;
	void *out = memory_of(h, COPIED, 0);

	if (!ways_shares_memory()) {
		uwdf_close(h);
		return;
	}
	for (unsigned int i = 0; i < ROOM + 1; i++)
		pend(h, &ops[i], out);
	ways_await_pending(expected);
	if (expected == ROOM) {
		assert_int_equal(uwdf_reap(h, WAYS_SOON_MS, &got), 1);
		assert_ptr_equal(got, &ops[ROOM]);
		assert_int_equal(got->status, STATUS_INSUFFICIENT_RESOURCES);
	}
	assert_int_equal(uwdf_cancel_all(h), 0);
	for (unsigned int i = 0; i < expected; i++) {
		assert_int_equal(uwdf_reap(h, WAYS_SOON_MS, &got), 1);
		assert_int_equal(got->status, STATUS_CANCELLED);
	}
	pend(h, &ops[0], out); /* what they charged is given back */
	ways_await_pending(1);
	uwdf_close(h);
	ways_await_pending(0);
}

static void copies__of_one_memory_many_times__bounded(void)
{
	reads_of_one_memory(ways_is_in_process() ? ROOM + 1 : ROOM);
}

static void direct__of_one_memory_many_times__nothing_is_copied(void)
{
	reads_of_one_memory(ROOM + 1);
}

/* --- what a driver made below a request is gone before its client hears of the end --- */

static void completion__children_of_the_request__cleaned_before(void)
{
	uwdf_handle *h = ways_open("%s");

	for (unsigned int i = 1; i <= 50; i++) {
		control(h, WAYS_CHILDREN, NULL, 0, NULL, 0);
		assert_int_equal(ways_children_cleaned(), i * WAYS_CHILDREN_COUNT);
	}
	uwdf_close(h);
}

int main(void)
{
	static const struct ways_behaviour behaviours[] = {
		BEHAVIOUR(type3_input__any_memory__a_copy),
		BEHAVIOUR(type3_input__memory_of_the_hosts__itself),
		BEHAVIOUR(type3_input__no_input__null),
		BEHAVIOUR(type3_input__other_methods__null),
		BEHAVIOUR(long__buffered_read_and_write__copied),
		DIRECT_BEHAVIOUR(long__direct_read_and_write__as_long_as_the_memory),
		BEHAVIOUR(long__controls__each_method),
		BEHAVIOUR(long__one_buffer_elsewhere__its_limit_is_its_own),
		BEHAVIOUR(long__other_memory__refused_and_says_what_to_do),
		BEHAVIOUR(copies__too_long__refused_and_nobody_is_held_up),
		BEHAVIOUR(completion__children_of_the_request__cleaned_before),
		BEHAVIOUR(copies__of_one_memory_many_times__bounded),
		DIRECT_BEHAVIOUR(direct__of_one_memory_many_times__nothing_is_copied),
	};

	return ways_run(behaviours, UW_ARRAY_SIZE(behaviours));
}
