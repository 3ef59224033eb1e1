/* SPDX-License-Identifier: MIT */
/*
 * fake_device.h - a device that the socket server can serve, with no driver behind it.
 *
 * Reads pend until fake_device_finish(); writes and flushes complete at once; control codes:
 * FAKE_ECHO gives the input back, FAKE_PEND pends, FAKE_STUBBORN pends and ignores its
 * cancellation, anything else fails. With a loop of its own, which serves the rings then, there is
 * FAKE_WAIT, too: done at once, but the driver stays in its callback, running the loop meanwhile,
 * until fake_device_go_on(); and FAKE_WAIT_CANCEL, which pends and stays until it is cancelled.
 */
#ifndef FAKE_DEVICE_H
#define FAKE_DEVICE_H

#include "base/exec.h"
#include "uwdf/device_io.h"

#define FAKE_ECHO        0x120800u
#define FAKE_PEND        0x120804u
#define FAKE_STUBBORN    0x120808u
#define FAKE_WAIT        0x12080cu
#define FAKE_WAIT_CANCEL 0x120810u

struct fake_device {
	struct exec_mutex lock;
	struct exec_cond changed;
	struct uwdf_io *pending[5000]; /* in the order of arrival; guarded by lock, as all below */
	unsigned int pending_count;
	unsigned int opens, closes, submitted, cancels;
	unsigned int memories;  /* atomic: given and not given back */
	unsigned int flushes;   /* atomic */
	uint32_t process_id;    /* of the last open */
	char file_name[64];     /* the same */
	int32_t open_status;    /* what the next opens say */
	bool open_waits;        /* for fake_device_let_open() */
	bool opening;           /* one waits */
	struct uwdf_open *kept; /* the open_start() that does; one at a time */
	struct irq_loop *loop;  /* owned by the fixture; NULL: the server's does */
	void (*pump)(struct irq_loop *loop, uint64_t deadline_ns); /* irq_loop_pump(), with loop */
	unsigned int waiting;                                      /* callbacks that run the loop */
	bool go_on;                                                /* atomic: no longer */
};

extern const struct uwdf_device_io_ops fake_device_ops, fake_device_loop_ops;

void fake_device_init(struct fake_device *d);
void fake_device_deinit(struct fake_device *d); /* nothing is open or pending */
/* Wait until exactly @count requests pend. */
void fake_device_await_pending(struct fake_device *d, unsigned int count);
void fake_device_await_cancels(struct fake_device *d, unsigned int count);
void fake_device_await_opening(struct fake_device *d);
void fake_device_await_waiting(struct fake_device *d, unsigned int count);
void fake_device_go_on(struct fake_device *d);
void fake_device_let_open(struct fake_device *d);
/* One of @d's numbers, of which its threads may go on counting. */
#define FAKE_COUNT(d, field) fake_device_count(d, &(d)->field)
unsigned int fake_device_count(struct fake_device *d, const unsigned int *number);
unsigned int fake_device_closes(struct fake_device *d);
void fake_device_await_closes(struct fake_device *d, unsigned int count);
/* Complete the oldest pending request with @text, a read's or control's output. */
void fake_device_finish(struct fake_device *d, int32_t status, const char *text);
void fake_device_finish_if_any(struct fake_device *d, int32_t status, const char *text);

#endif
