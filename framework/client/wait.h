/* SPDX-License-Identifier: MIT */
/*
 * wait.h - the client library's own waiting.
 *
 * The library is loaded into other people's programs, also late and by dlopen, so it brings neither
 * threads nor the executor with its initial-exec thread locals; a clock and poll() are all it
 * needs.
 */
#ifndef CLIENT_WAIT_H
#define CLIENT_WAIT_H

#include <stdint.h>

#include "base/compiler.h"

/* An absolute time in milliseconds; -1 means never. */
typedef int64_t wait_deadline;

wait_deadline wait_until_ms(int timeout_ms);
uint64_t wait_now_ns(void);
int wait_left_ms(wait_deadline deadline); /* for poll(): -1 for ever, 0 passed */
/* 1: one of @events holds on @fd (or it was hung up), 0: the deadline passed, -errno. */
int wait_fd(int fd, short events, wait_deadline deadline) UW_MUST_CHECK;

#endif
