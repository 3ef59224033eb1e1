/* SPDX-License-Identifier: MIT */
/*
 * Clients that die, never read, flood or send noise: the server lives, nothing is left (the
 * fixture counts), and a second client's round trips go on meanwhile, each checked.
 */
#include "uw_test.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "raw_wire.h"
#include "server_fixture.h"

static int client_of(const struct server_fixture *f, uint32_t *handle)
{
	return raw_client(server_socket(f->server), "fake", handle);
}

/* --- the other client --- */

struct bystander {
	int fd;
	uint32_t handle;
	uint64_t tag;
};

static struct bystander bystander_of(const struct server_fixture *f)
{
	struct bystander b = { .tag = 0 };

	b.fd = client_of(f, &b.handle);
	return b;
}

static void round_trip(struct bystander *b)
{
	struct uwdf_entry e = raw_entry(UWDF_OP_CONTROL, ++b->tag, b->handle);
	struct raw_answer answer;

	e.code = FAKE_ECHO;
	e.in_len = e.out_len = sizeof(b->tag);
	raw_send(b->fd, &e, &b->tag);
	raw_expect(b->fd, b->tag, UWDF_STATUS_SUCCESS, &answer);
	assert_int_equal(answer.entry.in_len, sizeof(b->tag));
	assert_memory_equal(answer.payload, &b->tag, sizeof(b->tag));
}

static void round_trips(struct bystander *b, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		round_trip(b);
}

/* --- in another process --- */

#define IN_FLIGHT 1000u

__attribute__((noreturn)) static void pend_and_wait(const char *path)
{
	uint32_t handle;
	int fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	alarm(120);
	fd = raw_client(path, "fake", &handle);
	for (uint64_t tag = 1; tag <= IN_FLIGHT; tag++) {
		struct uwdf_entry e = raw_entry(UWDF_OP_READ, tag, handle);

		e.out_len = 100;
		raw_send(fd, &e, NULL);
	}
	for (;;)
		pause();
}

static pid_t start_pending(const struct server_fixture *f)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid)
		pend_and_wait(server_socket(f->server));
	return pid;
}

static void test_killed__with_a_thousand_in_flight__cancelled_and_forgotten(void **state)
{
	struct server_fixture *f = *state;
	struct bystander other = bystander_of(f);
	pid_t pid = start_pending(f);
	int status;

	fake_device_await_pending(&f->device, IN_FLIGHT);
	round_trips(&other, 50);
	assert_int_equal(kill(pid, SIGKILL), 0);
	round_trips(&other, 50);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	fake_device_await_pending(&f->device, 0);
	fake_device_await_closes(&f->device, 1);
	assert_int_equal(FAKE_COUNT(&f->device, cancels), IN_FLIGHT);
	round_trips(&other, 10);
	close(other.fd);
	fake_device_await_closes(&f->device, 2);
}

static void test_killed__device_completes_meanwhile__answers_are_nobodys(void **state)
{
	struct server_fixture *f = *state;
	struct bystander other = bystander_of(f);
	pid_t pid = start_pending(f);
	int status;

	fake_device_await_pending(&f->device, IN_FLIGHT);
	assert_int_equal(kill(pid, SIGSTOP), 0);
	for (unsigned int i = 0; i < IN_FLIGHT / 2; i++) {
		fake_device_finish(&f->device, UWDF_STATUS_SUCCESS, "an answer");
		if (i % 50 == 0)
			round_trip(&other);
	}
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	fake_device_await_closes(&f->device, 1);
	round_trips(&other, 10);
	close(other.fd);
	fake_device_await_closes(&f->device, 2);
}

/* --- noise at every byte --- */

static const uint8_t noises[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };

/* What each opcode looks like when it is right. */
static struct uwdf_entry good_entry(uint16_t opcode, uint32_t handle)
{
	struct uwdf_entry e = raw_entry(opcode, 50, handle);

	if (opcode == UWDF_OP_CONTROL) {
		e.code = FAKE_ECHO;
		e.in_len = e.out_len = 8;
	} else if (opcode == UWDF_OP_WRITE) {
		e.in_len = 8;
	} else if (opcode == UWDF_OP_CANCEL) {
		e.offset = 77;
	} else if (opcode == UWDF_OP_OPEN) {
		e.handle = 0;
		e.in_len = 4;
	} else if (opcode == UWDF_OP_NOTIFY) {
		e.handle = 0;
		e.code = 1;
	} else if (opcode == UWDF_OP_STATUS || opcode == UWDF_OP_WHY) {
		e.handle = 0;
		e.out_len = 100;
	}
	return e;
}

/* Anything may be answered, with any status; then either side may hang up. */
static void send_noise(const struct server_fixture *f, uint16_t opcode, size_t at, uint8_t noise)
{
	uint8_t datagram[sizeof(struct uwdf_entry) + 8] = { 0 };
	struct raw_answer answer;
	struct uwdf_entry e;
	uint32_t handle;
	int fd = client_of(f, &handle);

	e = good_entry(opcode, handle);
	memcpy(datagram, &e, sizeof(e));
	memcpy(datagram + sizeof(e), opcode == UWDF_OP_OPEN ? "fake" : "payload", 4);
	datagram[at] ^= noise;
	raw_send_bytes(fd, datagram, sizeof(e) + e.in_len);
	/* a pending request has no answer, and one to the host itself no other end */
	if (recv(fd, &answer, sizeof(answer), MSG_DONTWAIT) == 0)
		assert_int_equal(recv(fd, &answer, sizeof(answer), 0), 0);
	close(fd);
}

static void test_noise__at_every_byte_of_each_opcode__others_go_on(void **state)
{
	static const uint16_t opcodes[] = { UWDF_OP_OPEN,    UWDF_OP_CLOSE,  UWDF_OP_WRITE,
					    UWDF_OP_CONTROL, UWDF_OP_CANCEL, UWDF_OP_STATUS,
					    UWDF_OP_WHY,     UWDF_OP_NOTIFY, UWDF_OP_FLUSH };
	struct server_fixture *f = *state;
	struct bystander other = bystander_of(f);

	for (size_t i = 0; i < UW_ARRAY_SIZE(opcodes); i++)
		for (size_t at = 0; at < sizeof(struct uwdf_entry); at++) {
			send_noise(f, opcodes[i], at, noises[at % 5] | 1);
			send_noise(f, opcodes[i], at, noises[(at + i) % 5] | 0x80);
			round_trip(&other);
		}
	close(other.fd);
}

/* --- clients that do not read --- */

#define ANSWER_LEN 8192u
#define UNREAD     400u

/* A blocked socket holds the first answers, the server's backlog the others. */
static void ask_without_reading(int fd, uint32_t handle)
{
	static char payload[ANSWER_LEN];
	struct uwdf_entry e = raw_entry(UWDF_OP_CONTROL, 0, handle);

	e.code = FAKE_ECHO;
	e.in_len = e.out_len = ANSWER_LEN;
	for (e.tag = 1; e.tag <= UNREAD; e.tag++)
		raw_send(fd, &e, payload);
}

static void test_half_read_answers__held__others_go_on_and_it_gets_the_rest(void **state)
{
	static struct raw_answer answer;
	struct server_fixture *f = *state;
	struct bystander other = bystander_of(f);
	uint32_t handle;
	int fd = client_of(f, &handle);

	ask_without_reading(fd, handle);
	round_trips(&other, 20);
	/* half of one: what was cut off is lost to it, not to the order */
	assert_int_equal(recv(fd, &answer, sizeof(answer.entry) / 2, 0), sizeof(answer.entry) / 2);
	for (uint64_t tag = 2; tag <= UNREAD; tag++) {
		raw_expect(fd, tag, UWDF_STATUS_SUCCESS, &answer);
		assert_int_equal(answer.entry.in_len, ANSWER_LEN);
	}
	close(fd);
	close(other.fd);
}

static void test_half_read_answers__held__then_gone__nothing_is_left(void **state)
{
	struct server_fixture *f = *state;
	struct bystander other = bystander_of(f);
	uint32_t handle;

	for (unsigned int i = 1; i <= 5; i++) {
		int fd = client_of(f, &handle);

		ask_without_reading(fd, handle);
		assert_int_equal(shutdown(fd, SHUT_RD),
				 0); /* its answers cannot be sent any more */
		close(fd);
		fake_device_await_closes(&f->device, i);
		round_trips(&other, 5);
	}
	close(other.fd);
}

/* --- floods --- */

static void test_cancel_flood__of_another_clients_tags__touches_nobody_elses(void **state)
{
	struct server_fixture *f = *state;
	struct bystander other = bystander_of(f);
	struct uwdf_entry e = raw_entry(UWDF_OP_READ, 500, other.handle);
	uint32_t handle;
	int fd = client_of(f, &handle);

	e.out_len = 10;
	raw_send(other.fd, &e, NULL);
	fake_device_await_pending(&f->device, 1);
	for (uint64_t tag = 1; tag <= 2000; tag++) {
		struct uwdf_entry cancel = raw_entry(UWDF_OP_CANCEL, tag, handle);

		cancel.offset = 500;
		raw_send(fd, &cancel, NULL);
		raw_expect(fd, tag, UWDF_STATUS_NOT_FOUND, NULL);
		if (tag % 100 == 0)
			round_trip(&other);
	}
	assert_int_equal(FAKE_COUNT(&f->device, cancels), 0);
	fake_device_finish(&f->device, UWDF_STATUS_SUCCESS, "mine");
	raw_expect(other.fd, 500, UWDF_STATUS_SUCCESS, NULL);
	close(fd);
	close(other.fd);
}

static void test_connect_flood__each_hangs_up_at_once__others_go_on(void **state)
{
	struct server_fixture *f = *state;
	struct bystander other = bystander_of(f);

	for (unsigned int i = 0; i < 500; i++) {
		close(raw_connect(server_socket(f->server)));
		if (i % 50 == 0)
			round_trip(&other);
	}
	close(other.fd);
}

#define TEST(name)                                                                                 \
	cmocka_unit_test_setup_teardown(name, server_fixture_setup, server_fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_killed__with_a_thousand_in_flight__cancelled_and_forgotten),
		TEST(test_killed__device_completes_meanwhile__answers_are_nobodys),
		TEST(test_noise__at_every_byte_of_each_opcode__others_go_on),
		TEST(test_half_read_answers__held__others_go_on_and_it_gets_the_rest),
		TEST(test_half_read_answers__held__then_gone__nothing_is_left),
		TEST(test_cancel_flood__of_another_clients_tags__touches_nobody_elses),
		TEST(test_connect_flood__each_hangs_up_at_once__others_go_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
