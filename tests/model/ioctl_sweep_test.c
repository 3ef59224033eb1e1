/* SPDX-License-Identifier: MIT */
/*
 * Every control code: 4096 functions, 4 methods, 16 classes of lengths, over a server's socket,
 * over rings and in process. The driver handles three functions in four and checks what it is
 * given; a reference of a few lines says what each answer must be. Builds that are slow (debug,
 * sanitizers) take a sample, chosen by a seed that is printed; UWDF_LONG=1 takes all.
 */
#include "fx_control.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "in_process.h"
#include "server.h"
#include "uwdf/client.h"
#include "uwdf/wire.h"

#define FUNCTIONS 4096u
#define LENGTHS   16u
#define AT_ONCE   64u
#define LONGEST   512u
#define LEAST     8u
#define SAMPLED   64u /* one in so many */

static const size_t in_lengths[] = { 0, 1, LEAST, LONGEST };
static const size_t out_lengths[] = { 0, LEAST - 1, LEAST, LONGEST };

/* What the driver does with a function, by its low bits. */
enum behaviour { REVERSE, WANTS_INPUT, GIVES_NUMBER, UNKNOWN };

static enum behaviour behaviour_of(uint32_t code)
{
	return (enum behaviour)(code >> 2 & 3);
}

static uint32_t method_of(uint32_t code)
{
	return code & 3;
}

/* What is where in a buffer, for a code. */
static uint8_t in_byte(uint32_t code, size_t i)
{
	return (uint8_t)(code + i);
}

static uint8_t out_byte(uint32_t code, size_t i)
{
	return (uint8_t)(~code - i);
}

/* --- the driver --- */

static unsigned int wrong_buffers; /* atomic */

static void expect_bytes(const uint8_t *buf, size_t len, uint32_t code,
			 uint8_t (*byte)(uint32_t code, size_t i))
{
	for (size_t i = 0; i < len; i++)
		if (buf[i] != byte(code, i))
			__atomic_fetch_add(&wrong_buffers, 1, __ATOMIC_RELAXED);
}

static NTSTATUS input_of(WDFREQUEST request, uint32_t code, size_t least, uint8_t **buf,
			 size_t *len)
{
	NTSTATUS status = WdfRequestRetrieveInputBuffer(request, least, (PVOID *)buf, len);

	if (NT_SUCCESS(status))
		expect_bytes(*buf, *len, code, in_byte);
	return status;
}

static NTSTATUS output_of(WDFREQUEST request, uint32_t code, size_t least, uint8_t **buf,
			  size_t *len)
{
	NTSTATUS status = WdfRequestRetrieveOutputBuffer(request, least, (PVOID *)buf, len);

	if (NT_SUCCESS(status) && method_of(code) == METHOD_IN_DIRECT)
		expect_bytes(*buf, *len, code, out_byte); /* the client's own */
	return status;
}

static NTSTATUS reverse(WDFREQUEST request, uint32_t code, size_t *done)
{
	uint8_t copy[LONGEST], *in, *out;
	size_t in_len, out_len;
	NTSTATUS status = input_of(request, code, 0, &in, &in_len);

	if (NT_SUCCESS(status))
		status = output_of(request, code, 0, &out, &out_len);
	if (!NT_SUCCESS(status))
		return status;
	memcpy(copy, in, in_len); /* they may be one buffer */
	*done = in_len < out_len ? in_len : out_len;
	for (size_t i = 0; i < *done; i++)
		out[i] = copy[in_len - 1 - i];
	return STATUS_SUCCESS;
}

static NTSTATUS give_number(WDFREQUEST request, uint32_t code, size_t *done)
{
	uint8_t *out;
	size_t len;
	NTSTATUS status = output_of(request, code, LEAST, &out, &len);

	if (!NT_SUCCESS(status))
		return status;
	memcpy(out, &code, sizeof(code));
	*done = sizeof(code);
	return STATUS_SUCCESS;
}

static void on_request(WDFQUEUE queue, WDFREQUEST request)
{
	WDF_REQUEST_PARAMETERS parameters;
	NTSTATUS status = STATUS_INVALID_DEVICE_REQUEST;
	size_t done = 0, len;
	uint32_t code;
	uint8_t *in;

	(void)queue;
	WDF_REQUEST_PARAMETERS_INIT(&parameters);
	WdfRequestGetParameters(request, &parameters);
	code = parameters.Parameters.DeviceIoControl.IoControlCode;
	if (behaviour_of(code) == REVERSE)
		status = reverse(request, code, &done);
	else if (behaviour_of(code) == WANTS_INPUT)
		status = input_of(request, code, LEAST, &in, &len);
	else if (behaviour_of(code) == GIVES_NUMBER)
		status = give_number(request, code, &done);
	WdfRequestCompleteWithInformation(request, status, done);
}

/* --- the reference --- */

struct answer {
	NTSTATUS status;
	size_t information;
	uint8_t out[LONGEST];
};

static NTSTATUS buffer_status(uint32_t code, size_t len, size_t least)
{
	if (len && method_of(code) == METHOD_NEITHER)
		return STATUS_INVALID_DEVICE_REQUEST;
	return !len || len < least ? STATUS_BUFFER_TOO_SMALL : STATUS_SUCCESS;
}

static NTSTATUS reference_status(uint32_t code, size_t in_len, size_t out_len)
{
	NTSTATUS status = STATUS_INVALID_DEVICE_REQUEST;

	if (behaviour_of(code) == REVERSE) {
		status = buffer_status(code, in_len, 0);
		if (NT_SUCCESS(status))
			status = buffer_status(code, out_len, 0);
	} else if (behaviour_of(code) == WANTS_INPUT) {
		status = buffer_status(code, in_len, LEAST);
	} else if (behaviour_of(code) == GIVES_NUMBER) {
		status = buffer_status(code, out_len, LEAST);
	}
	return status;
}

/* What was in the client's buffer stays where nothing is answered. */
static void reference(uint32_t code, size_t in_len, size_t out_len, struct answer *answer)
{
	answer->status = reference_status(code, in_len, out_len);
	answer->information = 0;
	for (size_t i = 0; i < out_len; i++)
		answer->out[i] = out_byte(code, i);
	if (!NT_SUCCESS(answer->status))
		return;
	if (behaviour_of(code) == REVERSE) {
		answer->information = in_len < out_len ? in_len : out_len;
		for (size_t i = 0; i < answer->information; i++)
			answer->out[i] = in_byte(code, in_len - 1 - i);
	} else if (behaviour_of(code) == GIVES_NUMBER) {
		answer->information = sizeof(code);
		memcpy(answer->out, &code, sizeof(code));
	}
}

/* --- the client --- */

struct slot {
	struct uwdf_op op;
	uint8_t in[LONGEST], out[LONGEST];
};
static struct slot slots[AT_ONCE];

static void submit(uwdf_handle *handle, struct slot *slot, uint32_t which)
{
	uint32_t code = CTL_CODE(FILE_DEVICE_UNKNOWN, which / LENGTHS / 4, which / LENGTHS % 4,
				 FILE_ANY_ACCESS);
	size_t in_len = in_lengths[which % 4], out_len = out_lengths[which / 4 % 4];

	slot->op = (struct uwdf_op){ .kind = UWDF_CONTROL,
				     .code = code,
				     .in = slot->in,
				     .in_len = in_len,
				     .out = slot->out,
				     .out_len = out_len };
	for (size_t i = 0; i < in_len; i++)
		slot->in[i] = in_byte(code, i);
	for (size_t i = 0; i < out_len; i++)
		slot->out[i] = out_byte(code, i);
	assert_int_equal(uwdf_submit(handle, &slot->op), 0);
}

static struct slot *reap(uwdf_handle *handle)
{
	struct answer expected;
	struct uwdf_op *op;

	assert_int_equal(uwdf_reap(handle, 10000, &op), 1);
	reference(op->code, op->in_len, op->out_len, &expected);
	if (op->status != expected.status || op->information != expected.information ||
	    memcmp(op->out, expected.out, op->out_len) != 0)
		fail_msg("code 0x%08x, %zu bytes in, %zu out: status 0x%08x (not 0x%08x), "
			 "information %zu (not %zu), or other bytes",
			 op->code, op->in_len, op->out_len, (uint32_t)op->status,
			 (uint32_t)expected.status, op->information, expected.information);
	return (struct slot *)op;
}

static uint32_t seed, random_state;

static uint32_t next_random(void)
{
	random_state = random_state * 1664525u + 1013904223u;
	return random_state >> 8;
}

static bool takes_all(void)
{
#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	return true;
#else
	return getenv("UWDF_LONG"); /* NOLINT(concurrency-mt-unsafe) */
#endif
}

static uint32_t step(void)
{
	return takes_all() ? 1 : 1 + next_random() % (2 * SAMPLED);
}

static void sweep(uwdf_handle *handle, const char *way)
{
	struct timespec begin, end;
	unsigned int count = 0, free_slots = AT_ONCE;
	struct slot *slot = slots;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	random_state = seed;
	__atomic_store_n(&wrong_buffers, 0, __ATOMIC_RELAXED);
	for (uint32_t which = step() - 1; which < FUNCTIONS * 4 * LENGTHS; which += step()) {
		slot = free_slots ? &slots[--free_slots] : reap(handle);
		submit(handle, slot, which);
		count++;
	}
	for (; free_slots < AT_ONCE; free_slots++)
		reap(handle);
	clock_gettime(CLOCK_MONOTONIC, &end);
	assert_int_equal(__atomic_load_n(&wrong_buffers, __ATOMIC_RELAXED), 0);
	print_message("%s: %u control codes of %u, seed %u, %.2f s\n", way, count,
		      FUNCTIONS * 4 * LENGTHS, seed,
		      (double)(end.tv_sec - begin.tv_sec) +
			      (double)(end.tv_nsec - begin.tv_nsec) / 1e9);
	if (takes_all())
		assert_int_equal(count, FUNCTIONS * 4 * LENGTHS);
}

/* --- the three ways --- */

/* Is it the way that it is said to be? Only shared memory carries as much. */
static void expect_shares_memory(uwdf_handle *handle, bool shares)
{
	const size_t len = 2 * UWDF_WIRE_MAX_PAYLOAD;
	void *memory;

	assert_int_equal(uwdf_memory_alloc(handle, len, &memory), 0);
	assert_int_equal(uwdf_control(handle, CTL_CODE(FILE_DEVICE_UNKNOWN, UNKNOWN, 0, 0), memory,
				      len, NULL, 0, 60000, NULL, NULL),
			 shares ? 0 : -EMSGSIZE);
}

static struct uwdf_device *start_driver(void)
{
	assert_int_equal(fx_verify("VerifierOn=0"), 0);
	control_script.name = L"\\Device\\Sweep";
	control_script.in_io = on_request;
	control_legacy(control_make);
	if (fx_load())
		fail_msg("%s", fx.rep.text);
	fx_log_clear();
	return control_find();
}

static void settle(void *device)
{
	uwdf_device_settle(device);
}

static void sweep_served(const char *transport)
{
	struct uwdf_device *device = start_driver();
	const struct server_params params = { .name = "sweep",
					      .ops = &uwdf_device_io,
					      .device = device,
					      .settle = settle,
					      .arg = device };
	char dir[] = "/tmp/uwdf-sweep-XXXXXX";
	struct report rep = REPORT_INIT;
	struct server *server;
	uwdf_handle *handle;

	assert_non_null(mkdtemp(dir));
	setenv("UWDF_RUNTIME_DIR", dir, 1);
	setenv("UWDF_TRANSPORT", transport, 1);
	if (server_start(&params, &rep, &server))
		fail_msg("%s", rep.text);
	assert_int_equal(uwdf_open("sweep", NULL, &handle), 0);
	expect_shares_memory(handle, strcmp(transport, "socket") != 0);
	sweep(handle, transport);
	uwdf_close(handle);
	assert_int_equal(server_free(server, exec_deadline_ms(60000)), 0);
	assert_int_equal(rmdir(dir), 0);
	uwdf_device_release(device);
}

static void test_socket__every_code__as_the_reference_says(void **state)
{
	(void)state;
	sweep_served("socket");
}

static void test_rings__every_code__as_the_reference_says(void **state)
{
	(void)state;
	sweep_served("rings");
}

static void test_in_process__every_code__as_the_reference_says(void **state)
{
	struct uwdf_device *device = start_driver();
	const struct in_process_params params = { .ops = &uwdf_device_io,
						  .device = device,
						  .name = "sweep" };
	struct uwdf_transport *transport;
	uwdf_handle *handle;
	(void)state;
	assert_int_equal(in_process_transport_new(&params, &transport), 0);
	assert_int_equal(uwdf_open_transport(transport, &handle), 0);
	sweep(handle, "in process");
	uwdf_close(handle);
	uwdf_device_release(device);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, control_setup, fx_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_socket__every_code__as_the_reference_says),
		TEST(test_rings__every_code__as_the_reference_says),
		TEST(test_in_process__every_code__as_the_reference_says),
	};

	seed = (uint32_t)time(NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
