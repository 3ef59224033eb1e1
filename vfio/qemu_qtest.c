/* SPDX-License-Identifier: MIT */
#include "qemu_qtest.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sys.h"

int qtest_init(struct qtest *q, int fd, uint64_t deadline_ms,
	       const struct qtest_callbacks *callbacks)
{
	*q = (struct qtest){ .fd = fd, .deadline_ms = deadline_ms, .callbacks = *callbacks };
	return rank_mutex_init(&q->lock, LOCK_RANK_BACKEND);
}

void qtest_deinit(struct qtest *q)
{
	sys_close(q->fd);
	q->fd = -1;
	rank_mutex_deinit(&q->lock);
}

/* --- lines --- */

/* What the lines read so far came to. */
struct answers {
	unsigned int missing; /* answers still to come */
	uint64_t value;       /* of the last one */
	int err;              /* -EPROTO: one was a refusal */
};

static bool parse_irq(struct qtest *q, const char *line)
{
	const char *number = NULL;
	bool level = !strncmp(line, "IRQ raise ", 10);
	unsigned long pin;
	char *end;

	if (level || !strncmp(line, "IRQ lower ", 10))
		number = line + 10;
	if (!number)
		return false;
	pin = strtoul(number, &end, 10);
	if (end == number || *end)
		return false;
	q->callbacks.irq(q->callbacks.arg, (unsigned int)pin, level);
	return true;
}

/* "OK", "OK 0x1f", or "FAIL ..." and "ERR ..." */
static bool parse_answer(const char *line, struct answers *answers)
{
	bool refused = !strncmp(line, "FAIL", 4) || !strncmp(line, "ERR", 3);
	char *end = NULL;

	if (!answers->missing)
		return false; /* nobody asked */
	answers->missing--;
	answers->value = 0;
	if (refused)
		answers->err = -EPROTO;
	if (refused || !strcmp(line, "OK"))
		return true;
	if (strncmp(line, "OK 0x", 5) != 0)
		return false;
	answers->value = strtoull(line + 3, &end, 16);
	return *end == '\0';
}

static int take_line(struct qtest *q, char *line, struct answers *answers)
{
	size_t len = strlen(line);

	if (len && line[len - 1] == '\r')
		line[len - 1] = '\0';
	return parse_irq(q, line) || parse_answer(line, answers) ? 0 : -EPROTO;
}

/* Takes the whole lines of q->in and keeps the rest. */
static int take_lines(struct qtest *q, struct answers *answers)
{
	char *at = q->in, *end = q->in + q->in_len, *newline;
	int err = 0;

	while (!err && (newline = memchr(at, '\n', (size_t)(end - at)))) {
		*newline = '\0';
		err = take_line(q, at, answers);
		at = newline + 1;
	}
	q->in_len = (size_t)(end - at);
	memmove(q->in, at, q->in_len);
	if (!err && q->in_len == sizeof(q->in))
		err = -EPROTO; /* no line is that long */
	return err;
}

/* --- the socket; lock held --- */

/* One read: > 0 something came, 0 nothing is there now, -errno. */
static int receive_locked(struct qtest *q, struct answers *answers)
{
	struct iovec part = { q->in + q->in_len, sizeof(q->in) - q->in_len };
	struct msghdr msg = { .msg_iov = &part, .msg_iovlen = 1 };
	ssize_t got = sys_recvmsg(q->fd, &msg, MSG_DONTWAIT);
	int err;

	if (got == -EAGAIN)
		return 0;
	if (got <= 0)
		return got == 0 || got == -ECONNRESET ? -ENODEV : (int)got;
	q->in_len += (size_t)got;
	err = take_lines(q, answers);
	return err ? err : 1;
}

static int send_locked(struct qtest *q, char *text, size_t len)
{
	struct iovec part = { text, len };
	struct msghdr msg = { .msg_iov = &part, .msg_iovlen = 1 };
	ssize_t put = sys_sendmsg(q->fd, &msg, 0);

	if (put < 0)
		return put == -EPIPE || put == -ECONNRESET ? -ENODEV : (int)put;
	return (size_t)put == len ? 0 : -EIO; /* commands are far smaller than the socket's room */
}

static int await_locked(struct qtest *q, struct answers *answers)
{
	uint64_t deadline_ns = exec_deadline_ms(q->deadline_ms);

	while (answers->missing) {
		int got = exec_wait_fd(q->fd, POLLIN, deadline_ns);

		if (got == 0)
			return -ETIMEDOUT;
		if (got > 0)
			got = receive_locked(q, answers);
		if (got < 0)
			return got;
	}
	return 0;
}

static bool is_dead(const struct qtest *q)
{
	return __atomic_load_n(&q->dead, __ATOMIC_RELAXED);
}

/* The first failure ends the connection: what arrives later could be any command's answer. */
static bool die_locked(struct qtest *q)
{
	return !__atomic_exchange_n(&q->dead, true, __ATOMIC_RELAXED);
}

/* Returns 0 or the error that @q died of; -ENODEV if it was dead before. */
static int exchange(struct qtest *q, char *text, size_t len, struct answers *answers)
{
	bool died = false;
	int err;

	rank_mutex_lock(&q->lock);
	err = is_dead(q) ? -ENODEV : send_locked(q, text, len);
	if (!err)
		err = await_locked(q, answers);
	if (err)
		died = die_locked(q);
	rank_mutex_unlock(&q->lock);
	if (died)
		q->callbacks.dead(q->callbacks.arg, err);
	return err;
}

/* Lines that came while no command was waiting. */
static void drain(struct qtest *q)
{
	struct answers none = { 0 };
	bool died = false;
	int got = 0;

	rank_mutex_lock(&q->lock);
	__atomic_store_n(&q->arrived, 0, __ATOMIC_SEQ_CST); /* before the last look */
	if (!is_dead(q))
		while ((got = receive_locked(q, &none)) > 0)
			;
	if (got < 0)
		died = die_locked(q);
	rank_mutex_unlock(&q->lock);
	if (died)
		q->callbacks.dead(q->callbacks.arg, got);
}

void qtest_arrived(struct qtest *q)
{
	/* seq_cst both: either the command that ends sees "arrived", or we see that it ended */
	__atomic_store_n(&q->arrived, 1, __ATOMIC_SEQ_CST);
	if (!__atomic_load_n(&q->commands, __ATOMIC_SEQ_CST))
		drain(q);
}

static unsigned int count_lines(const char *text)
{
	unsigned int count = 0;

	for (; *text; text++)
		count += *text == '\n';
	return count;
}

int qtest_command(struct qtest *q, uint64_t *out, const char *format, ...)
{
	char text[QTEST_LINE_MAX];
	struct answers answers = { 0 };
	va_list args;
	int len, err;

	va_start(args, format);
	len = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (len < 0 || (size_t)len >= sizeof(text))
		return -EINVAL;
	answers.missing = count_lines(text);
	__atomic_add_fetch(&q->commands, 1, __ATOMIC_SEQ_CST);
	err = exchange(q, text, (size_t)len, &answers);
	if (!__atomic_sub_fetch(&q->commands, 1, __ATOMIC_SEQ_CST) &&
	    __atomic_load_n(&q->arrived, __ATOMIC_SEQ_CST))
		drain(q);
	if (!err)
		err = answers.err;
	if (!err && out)
		*out = answers.value;
	return err;
}

void qtest_kill(struct qtest *q, int err)
{
	bool died;

	rank_mutex_lock(&q->lock);
	died = die_locked(q);
	rank_mutex_unlock(&q->lock);
	if (died)
		q->callbacks.dead(q->callbacks.arg, err);
}
