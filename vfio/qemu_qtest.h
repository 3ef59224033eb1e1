/* SPDX-License-Identifier: MIT */
/*
 * qemu_qtest.h - QEMU's qtest protocol: one line a command, one line an answer, and lines about
 * interrupt pins that come whenever they like.
 *
 * The thread that sends a command reads its answer itself: one write and one read a register
 * access. Somebody else watches the descriptor and calls qtest_arrived() when anything came; that
 * takes the lines which no command is waiting for.
 */
#ifndef VFIO_QEMU_QTEST_H
#define VFIO_QEMU_QTEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/lock.h"

#define QTEST_LINE_MAX 256

struct qtest_callbacks {
	/* A pin changed; the connection's lock is held: no command from in here. */
	void (*irq)(void *arg, unsigned int pin, bool level);
	/* No command works from now on; once, no lock held. @err: why. */
	void (*dead)(void *arg, int err);
	void *arg;
};

struct qtest {
	int fd; /* owned */
	uint64_t deadline_ms;
	struct qtest_callbacks callbacks;
	struct rank_mutex lock; /* LOCK_RANK_BACKEND; guards in, in_len, and the right to read */
	uint32_t commands;      /* atomic: commands that will look at what arrives */
	uint32_t arrived;       /* atomic: something came that may be nobody's answer */
	bool dead;              /* atomic; set with the lock held */
	size_t in_len;
	char in[QTEST_LINE_MAX]; /* an unfinished line */
};

/** qtest_init() - speak on @fd, a connected stream socket that is now owned. */
int qtest_init(struct qtest *q, int fd, uint64_t deadline_ms,
	       const struct qtest_callbacks *callbacks) UW_MUST_CHECK;
void qtest_deinit(struct qtest *q);

/**
 * qtest_command() - send one or more lines, each ended by '\n', and wait for as many answers.
 * @out: the value of the last answer, 0 if it has none; may be NULL.
 *
 * Context: any thread; takes the connection's lock.
 * Return: 0; -EPROTO QEMU refused; -ENODEV the connection is dead; -ETIMEDOUT (dead from now on).
 */
int qtest_command(struct qtest *q, uint64_t *out, const char *format, ...)
	UW_PRINTF(3, 4) UW_MUST_CHECK;
/** qtest_arrived() - the descriptor became readable (edge): take what is nobody's answer. */
void qtest_arrived(struct qtest *q);
/** qtest_kill() - the other side is known to be gone. */
void qtest_kill(struct qtest *q, int err);

#endif
