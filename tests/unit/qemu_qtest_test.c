/* SPDX-License-Identifier: MIT */
/* The qtest protocol against a peer that is well-behaved, slow, talkative, or broken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "qemu_qtest.h"

struct session {
	struct qtest q;
	int peer;
	unsigned int irqs[32]; /* raises seen, by pin */
	bool level[32];
	unsigned int deaths;
	int death;
};

static void on_irq(void *arg, unsigned int pin, bool level)
{
	struct session *s = arg;

	assert_true(pin < 32);
	s->irqs[pin] += level;
	s->level[pin] = level;
}

static void on_dead(void *arg, int err)
{
	struct session *s = arg;

	s->deaths++;
	s->death = err;
}

static void session_open(struct session *s, uint64_t deadline_ms)
{
	struct qtest_callbacks callbacks = { on_irq, on_dead, s };
	int ends[2];

	memset(s, 0, sizeof(*s));
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	assert_int_equal(qtest_init(&s->q, ends[0], deadline_ms, &callbacks), 0);
	s->peer = ends[1];
}

static void session_close(struct session *s)
{
	qtest_deinit(&s->q);
	close(s->peer);
}

static void say(struct session *s, const char *text)
{
	assert_int_equal(write(s->peer, text, strlen(text)), strlen(text));
}

static void assert_heard(struct session *s, const char *text)
{
	char got[QTEST_LINE_MAX] = "";

	assert_true(read(s->peer, got, sizeof(got) - 1) > 0);
	assert_string_equal(got, text);
}

static void test_command__answered__value(void **state)
{
	struct session s;
	uint64_t value = 1;

	(void)state;
	session_open(&s, 1000);
	say(&s, "OK 0x1f\n");
	assert_int_equal(qtest_command(&s.q, &value, "readl 0x%x\n", 16), 0);
	assert_int_equal(value, 0x1f);
	assert_heard(&s, "readl 0x10\n");
	say(&s, "OK\r\n");
	assert_int_equal(qtest_command(&s.q, NULL, "writel 0x10 0x1\n"), 0);
	session_close(&s);
}

static void test_command__two_lines__waits_for_both_answers(void **state)
{
	struct session s;
	uint64_t value;

	(void)state;
	session_open(&s, 1000);
	say(&s, "OK\nOK 0x8086100e\n");
	assert_int_equal(qtest_command(&s.q, &value, "outl 0xcf8 0x80000000\ninl 0xcfc\n"), 0);
	assert_int_equal(value, 0x8086100e);
	session_close(&s);
}

static void test_command__refused__eproto_and_alive(void **state)
{
	struct session s;

	(void)state;
	session_open(&s, 1000);
	say(&s, "FAIL Unknown command 'x'\nOK\n");
	assert_int_equal(qtest_command(&s.q, NULL, "x\ny\n"), -EPROTO);
	say(&s, "ERR no\n");
	assert_int_equal(qtest_command(&s.q, NULL, "x\n"), -EPROTO);
	say(&s, "OK\n");
	assert_int_equal(qtest_command(&s.q, NULL, "y\n"), 0);
	assert_int_equal(s.deaths, 0);
	session_close(&s);
}

static void test_irq_lines__around_the_answer__reported_in_order(void **state)
{
	struct session s;
	uint64_t value;

	(void)state;
	session_open(&s, 1000);
	say(&s, "IRQ raise 23\nOK 0x5\nIRQ lower 23\nIRQ raise 23\nIRQ raise 0\n");
	assert_int_equal(qtest_command(&s.q, &value, "readl 0x0\n"), 0);
	assert_int_equal(value, 5);
	assert_int_equal(s.irqs[23], 2);
	assert_true(s.level[23]);
	assert_int_equal(s.irqs[0], 1);
	session_close(&s);
}

static void test_irq_lines__nobody_asks__taken_on_arrival(void **state)
{
	struct session s;

	(void)state;
	session_open(&s, 1000);
	qtest_arrived(&s.q); /* nothing there: harmless */
	say(&s, "IRQ raise 5\nIRQ lo");
	qtest_arrived(&s.q);
	assert_true(s.level[5]);
	say(&s, "wer 5\n");
	qtest_arrived(&s.q);
	assert_false(s.level[5]);
	assert_int_equal(s.deaths, 0);
	session_close(&s);
}

/* Every way to cut the text into two pieces gives the same result. */
static void test_partial_lines__cut_anywhere__same_answers(void **state)
{
	static const char text[] = "IRQ raise 7\nOK 0xabc\n";
	struct session s;

	(void)state;
	for (size_t cut = 1; cut < strlen(text) - 9; cut++) {
		uint64_t value = 0;

		session_open(&s, 1000);
		assert_int_equal(write(s.peer, text, cut), cut);
		qtest_arrived(&s.q);
		say(&s, text + cut);
		assert_int_equal(qtest_command(&s.q, &value, "readl 0x0\n"), 0);
		assert_int_equal(value, 0xabc);
		assert_int_equal(s.irqs[7], 1);
		session_close(&s);
	}
}

static void assert_breaks(const char *text)
{
	struct session s;

	session_open(&s, 1000);
	say(&s, text);
	assert_int_equal(qtest_command(&s.q, NULL, "readl 0x0\n"), -EPROTO);
	assert_int_equal(s.deaths, 1);
	assert_int_equal(s.death, -EPROTO);
	assert_int_equal(qtest_command(&s.q, NULL, "readl 0x0\n"), -ENODEV);
	assert_int_equal(s.deaths, 1);
	session_close(&s);
}

static void test_malformed_line__connection_dies_once(void **state)
{
	char endless[QTEST_LINE_MAX + 10];

	(void)state;
	memset(endless, 'x', sizeof(endless) - 1);
	endless[sizeof(endless) - 1] = '\0';
	assert_breaks("\n");
	assert_breaks("HELLO\n");
	assert_breaks("OK 5\n");
	assert_breaks("OK 0x5z\n");
	assert_breaks("OKAY\n");
	assert_breaks("IRQ raise\n");
	assert_breaks("IRQ raise x\n");
	assert_breaks("IRQ raise 5x\n");
	assert_breaks("IRQ toggle 5\n");
	assert_breaks("OK\nOK\n"); /* an answer that nobody asked for */
	assert_breaks(endless);
}

static void test_answer_nobody_asked_for__on_arrival__dies(void **state)
{
	struct session s;

	(void)state;
	session_open(&s, 1000);
	say(&s, "OK\n");
	qtest_arrived(&s.q);
	assert_int_equal(s.deaths, 1);
	assert_int_equal(qtest_command(&s.q, NULL, "readl 0x0\n"), -ENODEV);
	session_close(&s);
}

static void test_silence__deadline__etimedout_then_enodev_at_once(void **state)
{
	struct session s;
	uint64_t before_ns = exec_now_ns();

	(void)state;
	session_open(&s, 50);
	assert_int_equal(qtest_command(&s.q, NULL, "readl 0x0\n"), -ETIMEDOUT);
	assert_true(exec_now_ns() - before_ns >= 50 * EXEC_NS_PER_MS);
	assert_int_equal(s.death, -ETIMEDOUT);
	say(&s, "OK\n");          /* late: must not be taken for the next command's answer */
	s.q.deadline_ms = 120000; /* which would be seen */
	before_ns = exec_now_ns();
	assert_int_equal(qtest_command(&s.q, NULL, "readl 0x0\n"), -ENODEV);
	assert_true(exec_now_ns() - before_ns < 60000 * EXEC_NS_PER_MS);
	session_close(&s);
}

/* Interrupt lines must not put the deadline off for ever. */
static void chatter(void *arg)
{
	struct session *s = arg;

	for (unsigned int i = 0; i < 40 && s->peer >= 0; i++) {
		if (write(s->peer, "IRQ raise 1\n", 12) != 12)
			return;
		exec_sleep_ms(5);
	}
}

static void test_chatter_without_answer__deadline_still_holds(void **state)
{
	struct exec_thread_params params = { .name = "chatter", .run = chatter, .node = -1 };
	struct exec_thread *thread;
	struct session s;

	(void)state;
	session_open(&s, 60);
	params.arg = &s;
	assert_int_equal(exec_thread_start(&params, &thread), 0);
	assert_int_equal(qtest_command(&s.q, NULL, "readl 0x0\n"), -ETIMEDOUT);
	exec_thread_join(thread);
	session_close(&s);
}

static void test_peer_closes__enodev_and_one_death(void **state)
{
	struct session s;

	(void)state;
	session_open(&s, 1000);
	say(&s, "IRQ raise 3\n");
	close(s.peer);
	qtest_arrived(&s.q);
	assert_int_equal(s.irqs[3], 1); /* what it still said counts */
	assert_int_equal(s.deaths, 1);
	assert_int_equal(s.death, -ENODEV);
	qtest_kill(&s.q, -ENODEV);
	assert_int_equal(s.deaths, 1);
	s.peer = -1;
	session_close(&s);
}

static void test_command__too_long__einval_and_nothing_sent(void **state)
{
	char word[QTEST_LINE_MAX];
	struct session s;

	(void)state;
	memset(word, 'a', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	session_open(&s, 50);
	assert_int_equal(qtest_command(&s.q, NULL, "%s\n", word), -EINVAL);
	assert_int_equal(s.deaths, 0);
	session_close(&s);
}

/* --- several threads and a watcher against one answering peer --- */

#define COMMANDS 300

static void answer(void *arg)
{
	struct session *s = arg;
	char line[64];
	size_t len = 0;

	while (read(s->peer, line + len, 1) == 1) {
		if (line[len++] != '\n')
			continue;
		line[len - 1] = '\0';
		len = 0;
		/* "get N" is answered with N, an interrupt before and after */
		dprintf(s->peer, "IRQ raise 9\nOK 0x%s\nIRQ lower 9\n", line + 4);
	}
}

static void ask(void *arg)
{
	struct session *s = arg;

	for (unsigned int i = 0; i < COMMANDS; i++) {
		uint64_t value, want = (exec_thread_id() << 16) + i;

		assert_int_equal(
			qtest_command(&s->q, &value, "get %llx\n", (unsigned long long)want), 0);
		assert_int_equal(value, want);
	}
}

static void test_threads_and_watcher__each_gets_its_own_answer(void **state)
{
	struct exec_thread_params asking = { .name = "ask", .run = ask, .node = -1 };
	struct exec_thread_params answering = { .name = "answer", .run = answer, .node = -1 };
	struct exec_thread *askers[3], *peer;
	struct session s;

	(void)state;
	session_open(&s, 5000);
	asking.arg = answering.arg = &s;
	assert_int_equal(exec_thread_start(&answering, &peer), 0);
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(exec_thread_start(&asking, &askers[i]), 0);
	for (unsigned int i = 0; i < 200; i++) {
		qtest_arrived(&s.q);
		exec_yield();
	}
	for (unsigned int i = 0; i < 3; i++)
		exec_thread_join(askers[i]);
	/* the last "lower" may still be on its way: whoever watches takes it */
	while (exec_wait_fd(s.q.fd, POLLIN, exec_deadline_ms(20)) > 0)
		qtest_arrived(&s.q);
	assert_int_equal(s.irqs[9], 3 * COMMANDS);
	assert_false(s.level[9]);
	assert_int_equal(s.deaths, 0);
	shutdown(s.q.fd, SHUT_RDWR);
	exec_thread_join(peer);
	session_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_command__answered__value),
		cmocka_unit_test(test_command__two_lines__waits_for_both_answers),
		cmocka_unit_test(test_command__refused__eproto_and_alive),
		cmocka_unit_test(test_irq_lines__around_the_answer__reported_in_order),
		cmocka_unit_test(test_irq_lines__nobody_asks__taken_on_arrival),
		cmocka_unit_test(test_partial_lines__cut_anywhere__same_answers),
		cmocka_unit_test(test_malformed_line__connection_dies_once),
		cmocka_unit_test(test_answer_nobody_asked_for__on_arrival__dies),
		cmocka_unit_test(test_silence__deadline__etimedout_then_enodev_at_once),
		cmocka_unit_test(test_chatter_without_answer__deadline_still_holds),
		cmocka_unit_test(test_peer_closes__enodev_and_one_death),
		cmocka_unit_test(test_command__too_long__einval_and_nothing_sent),
		cmocka_unit_test(test_threads_and_watcher__each_gets_its_own_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
