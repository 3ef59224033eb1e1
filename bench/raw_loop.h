/* SPDX-License-Identifier: MIT */
/*
 * raw_loop.h - the limits: a thread that waits for one eventfd as tersely as the kernel allows and
 * serves it, with nothing of uwdf in it.
 */
#ifndef BENCH_RAW_LOOP_H
#define BENCH_RAW_LOOP_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum raw_loop_kind {
	RAW_LOOP_READ,  /* blocking read() */
	RAW_LOOP_URING, /* io_uring read; SINGLE_ISSUER, DEFER_TASKRUN, registered ring descriptor
			 */
};

struct raw_loop {
	enum raw_loop_kind kind;
	int fd;                   /* eventfd, blocking; owned */
	void (*serve)(void *arg); /* acknowledge the device; may be NULL */
	void *arg;
	uint64_t served; /* written by the thread alone */
	bool stop;       /* atomic */
	int err;         /* valid after raw_loop_stop() */
	pthread_t thread;
};

int raw_loop_start(struct raw_loop *loop, enum raw_loop_kind kind, void (*serve)(void *arg),
		   void *arg);
void raw_loop_stop(struct raw_loop *loop);

#endif
