/* SPDX-License-Identifier: MIT */
/* The client library against hosts that are wrong, of another version, or die half-way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/exec.h"
#include "raw_wire.h"
#include "uwdf/client.h"

#define SOON_MS 60000

/* A host played by a thread: it accepts one client and does what the test says. */
struct fake_host {
	char dir[32], path[64];
	int listen_fd, fd;
	void (*play)(struct fake_host *h);
	struct exec_thread *thread;
	struct uwdf_entry greeting; /* its answer to HELLO */
	const char *name;           /* and the payload */
	struct raw_answer in;       /* the last entry received */
};

static void answer(struct fake_host *h, struct uwdf_entry e, const void *payload)
{
	static char datagram[sizeof(e) + UWDF_WIRE_MAX_PAYLOAD + 16];

	memcpy(datagram, &e, sizeof(e));
	if (payload)
		memcpy(datagram + sizeof(e), payload, e.in_len);
	/* the client may have hung up on what came before */
	if (send(h->fd, datagram, sizeof(e) + (payload ? e.in_len : 0), MSG_NOSIGNAL) < 0)
		return;
}

static struct uwdf_entry answer_entry(const struct fake_host *h)
{
	struct uwdf_entry e = raw_entry(h->in.entry.opcode, h->in.entry.tag, 0x101);

	e.flags = UWDF_FLAG_ANSWER;
	return e;
}

static void greet(struct fake_host *h)
{
	struct uwdf_entry e = h->greeting;

	assert_true(raw_receive(h->fd, &h->in));
	assert_int_equal(h->in.entry.opcode, UWDF_OP_HELLO);
	if (e.tag == 1) /* the tests' word for "the right one" */
		e.tag = h->in.entry.tag;
	answer(h, e, h->name);
}

static void greet_and_open(struct fake_host *h)
{
	greet(h);
	assert_true(raw_receive(h->fd, &h->in));
	assert_int_equal(h->in.entry.opcode, UWDF_OP_OPEN);
	answer(h, answer_entry(h), NULL);
}

static void host_main(void *arg)
{
	struct fake_host *h = arg;

	h->fd = accept(h->listen_fd, NULL, NULL);
	assert_true(h->fd >= 0);
	h->play(h);
	close(h->fd);
}

static int setup(void **state)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct fake_host *h = calloc(1, sizeof(*h));

	snprintf(h->dir, sizeof(h->dir), "/tmp/uwdf-fake-XXXXXX");
	assert_non_null(mkdtemp(h->dir));
	snprintf(h->path, sizeof(h->path), "%s/h.sock", h->dir);
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", h->path);
	h->listen_fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(h->listen_fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(listen(h->listen_fd, 5), 0);
	h->greeting = raw_entry(UWDF_OP_HELLO, 1, 0);
	h->greeting.flags = UWDF_FLAG_ANSWER;
	h->greeting.in_len = 4;
	h->name = "fake";
	*state = h;
	return 0;
}

static int teardown(void **state)
{
	struct fake_host *h = *state;

	close(h->listen_fd);
	unlink(h->path);
	rmdir(h->dir);
	free(h);
	return 0;
}

static void start(struct fake_host *h, void (*play)(struct fake_host *h))
{
	struct exec_thread_params params = {
		.name = "fake-host", .run = host_main, .arg = h, .node = -1
	};

	h->play = play;
	assert_int_equal(exec_thread_start(&params, &h->thread), 0);
}

static void expect_open(struct fake_host *h, int err, const char *text)
{
	struct uwdf_error error = { .text = "" };
	uwdf_handle *handle;

	assert_int_equal(uwdf_open(h->path, &error, &handle), err);
	if (!strstr(error.text, text))
		fail_msg("'%s' lacks '%s'", error.text, text);
	exec_thread_join(h->thread);
}

/* --- opening --- */

static void test_newer_host__named_with_both_versions(void **state)
{
	struct fake_host *h = *state;

	h->greeting.version = 7;
	h->greeting.status = UWDF_STATUS_REVISION_MISMATCH;
	start(h, greet);
	expect_open(h, -EPROTO, "version 7, this library 1");
}

static void test_greeting_of_another_version_and_size__understood(void **state)
{
	struct fake_host *h = *state;

	h->greeting.version = 9;
	h->greeting.in_len = 3; /* means something else there */
	h->name = NULL;
	start(h, greet);
	expect_open(h, -EPROTO, "version 9");
}

/* Whoever looks for an interface looks who is there, then asks each. */
static void greet_after_a_look(struct fake_host *h)
{
	close(h->fd);
	h->fd = accept(h->listen_fd, NULL, NULL);
	assert_true(h->fd >= 0);
	greet(h);
}

static void test_newer_host__asked_for_an_interface__may_have_it(void **state)
{
	struct fake_host *h = *state;
	struct uwdf_error error = { .text = "" };
	uwdf_handle *handle;

	setenv("UWDF_RUNTIME_DIR", h->dir, 1);
	h->greeting.version = 7;
	h->greeting.status = UWDF_STATUS_REVISION_MISMATCH;
	start(h, greet_after_a_look);
	assert_int_equal(uwdf_open("{b74cfec2-9366-454a-ba71-7c27b51470a4}", &error, &handle),
			 -EPROTO);
	assert_non_null(strstr(error.text, "version 7"));
	exec_thread_join(h->thread);
	unsetenv("UWDF_RUNTIME_DIR");
}

static void test_refused_connection__reason_told(void **state)
{
	struct fake_host *h = *state;

	h->greeting.tag = 0;
	h->greeting.in_len = 0;
	h->greeting.status = UWDF_STATUS_ACCESS_DENIED;
	start(h, greet);
	expect_open(h, -EACCES, "own user");
}

static void test_full_host__reason_told(void **state)
{
	struct fake_host *h = *state;

	h->greeting.tag = 0;
	h->greeting.in_len = 0;
	h->greeting.status = UWDF_STATUS_INSUFFICIENT_RESOURCES;
	start(h, greet);
	expect_open(h, -EBUSY, "too many clients");
}

static void hang_up(struct fake_host *h)
{
	assert_true(raw_receive(h->fd, &h->in));
}

static void test_host_dies_instead_of_greeting(void **state)
{
	start(*state, hang_up);
	expect_open(*state, -EPIPE, "does not answer");
}

static void greet_and_hang_up_on_open(struct fake_host *h)
{
	greet(h);
	assert_true(raw_receive(h->fd, &h->in));
}

static void test_host_dies_instead_of_opening(void **state)
{
	start(*state, greet_and_hang_up_on_open);
	expect_open(*state, -EPIPE, "does not answer");
}

static void test_greeting_with_bad_magic(void **state)
{
	struct fake_host *h = *state;

	h->greeting.magic = 1;
	start(h, greet);
	expect_open(h, -EPROTO, "does not answer");
}

static void test_greeting_whose_payload_is_missing(void **state)
{
	struct fake_host *h = *state;

	h->name = NULL;
	start(h, greet);
	expect_open(h, -EPROTO, "does not answer");
}

static void test_name_too_long(void **state)
{
	struct fake_host *h = *state;
	static char name[200];

	memset(name, 'n', sizeof(name));
	h->name = name;
	h->greeting.in_len = sizeof(name);
	start(h, greet);
	expect_open(h, -EPROTO, "too long");
}

/* --- requests --- */

static uwdf_handle *open_at(struct fake_host *h)
{
	struct uwdf_error error = { .text = "" };
	uwdf_handle *handle;

	if (uwdf_open(h->path, &error, &handle))
		fail_msg("%s", error.text);
	return handle;
}

/* Answers that are for nobody, then the right one with more bytes than were asked for. */
static void answer_oddly(struct fake_host *h)
{
	static char big[UWDF_WIRE_MAX_PAYLOAD];
	struct uwdf_entry e;

	greet_and_open(h);
	assert_true(raw_receive(h->fd, &h->in));
	for (uint64_t i = 0; i < 5; i++) {
		e = answer_entry(h);
		e.tag = i ? h->in.entry.tag + (i << 16) + i * 4096 : 12345678;
		answer(h, e, NULL);
	}
	e = answer_entry(h);
	e.flags = 0; /* not an answer, whatever its tag */
	answer(h, e, NULL);
	e = raw_entry(UWDF_OP_EVENT, 0, 0);
	e.code = 99;
	answer(h, e, NULL);
	memset(big, 'b', sizeof(big));
	e = answer_entry(h);
	e.in_len = sizeof(big);
	e.information = sizeof(big);
	answer(h, e, big);
	answer(h, e, big);                        /* and once more */
	assert_false(raw_receive(h->fd, &h->in)); /* until the client has seen it */
}

static void test_strange_answers__passed_over__nothing_overrun(void **state)
{
	struct fake_host *h = *state;
	char buf[8] = "........";
	uwdf_handle *handle;
	struct uwdf_op *op;
	int32_t status;
	size_t done;

	start(h, answer_oddly);
	handle = open_at(h);
	assert_int_equal(uwdf_read(handle, buf, 4, SOON_MS, &status, &done), 0);
	assert_memory_equal(buf, "bbbb....", 8);
	assert_int_equal(uwdf_reap(handle, 20, &op), 0);
	uwdf_close(handle);
	exec_thread_join(h->thread);
}

static void die_with_requests(struct fake_host *h)
{
	char byte;

	greet_and_open(h);
	for (int i = 0; i < 2; i++)
		assert_true(raw_receive(h->fd, &h->in));
	assert_int_equal(recv(h->fd, &byte, 1, MSG_PEEK), 1);
	/* of the second; the third stays unread, so that the client is told of a reset first */
	answer(h, answer_entry(h), NULL);
}

static void test_host_dies_with_requests__all_come_back(void **state)
{
	struct fake_host *h = *state;
	struct uwdf_op ops[3] = { { .kind = UWDF_READ },
				  { .kind = UWDF_READ },
				  { .kind = UWDF_READ } };
	uwdf_handle *handle;
	struct uwdf_op *op;

	start(h, die_with_requests);
	handle = open_at(h);
	for (int i = 0; i < 3; i++)
		assert_int_equal(uwdf_submit(handle, &ops[i]), 0);
	assert_int_equal(uwdf_reap(handle, SOON_MS, &op), 1);
	assert_ptr_equal(op, &ops[1]);
	assert_int_equal(op->status, UWDF_STATUS_SUCCESS);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(uwdf_reap(handle, SOON_MS, &op), 1);
		assert_int_equal(op->status, UWDF_STATUS_DEVICE_REMOVED);
	}
	assert_int_equal(uwdf_reap(handle, SOON_MS, &op), -EPIPE);
	uwdf_close(handle);
	exec_thread_join(h->thread);
}

static void answer_with_garbage(struct fake_host *h)
{
	greet_and_open(h);
	assert_true(raw_receive(h->fd, &h->in));
	if (send(h->fd, "garbage", 7, MSG_NOSIGNAL) != 7)
		return;
	assert_false(raw_receive(h->fd, &h->in));
}

static void test_garbage__ends_the_connection(void **state)
{
	struct fake_host *h = *state;
	uwdf_handle *handle;
	int32_t status;

	start(h, answer_with_garbage);
	handle = open_at(h);
	assert_int_equal(uwdf_read(handle, NULL, 0, SOON_MS, &status, NULL), 0);
	assert_int_equal(status, UWDF_STATUS_DEVICE_REMOVED);
	assert_int_equal(uwdf_read(handle, NULL, 0, SOON_MS, &status, NULL), -EPIPE);
	uwdf_close(handle);
	exec_thread_join(h->thread);
}

static void never_read_again(struct fake_host *h)
{
	char byte;

	greet_and_open(h);
	/* the client hangs up in the end; what it sent stays unread */
	while (recv(h->fd, &byte, 1, MSG_PEEK) > 0 && send(h->fd, "", 0, MSG_NOSIGNAL) == 0)
		exec_sleep_ms(20);
}

static void test_stopped_host__submit_gives_up_in_time(void **state)
{
	struct fake_host *h = *state;
	static struct uwdf_op ops[4096];
	static char payload[8192];
	uint64_t began = exec_now_ns();
	uwdf_handle *handle;
	int err = 0;

	start(h, never_read_again);
	handle = open_at(h);
	for (size_t i = 0; i < UW_ARRAY_SIZE(ops) && !err; i++) {
		ops[i] = (struct uwdf_op){ .kind = UWDF_WRITE,
					   .in = payload,
					   .in_len = sizeof(payload) };
		err = uwdf_submit(handle, &ops[i]);
	}
	assert_int_equal(err, -EAGAIN);
	assert_true(exec_now_ns() - began < 60 * EXEC_NS_PER_S);
	uwdf_close(handle);
	exec_thread_join(h->thread);
}

#define with_host(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_host(test_newer_host__named_with_both_versions),
		with_host(test_greeting_of_another_version_and_size__understood),
		with_host(test_newer_host__asked_for_an_interface__may_have_it),
		with_host(test_refused_connection__reason_told),
		with_host(test_full_host__reason_told),
		with_host(test_host_dies_instead_of_greeting),
		with_host(test_host_dies_instead_of_opening),
		with_host(test_greeting_with_bad_magic),
		with_host(test_greeting_whose_payload_is_missing),
		with_host(test_name_too_long),
		with_host(test_strange_answers__passed_over__nothing_overrun),
		with_host(test_host_dies_with_requests__all_come_back),
		with_host(test_garbage__ends_the_connection),
		with_host(test_stopped_host__submit_gives_up_in_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
