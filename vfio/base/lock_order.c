/* SPDX-License-Identifier: MIT */
#include "lock_order.h"

#if defined(UW_DEBUG_LOCKS)

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exec.h"
#include "base/lock.h"
#include "base/sys.h"

#define HELD_MAX 16 /* deeper nesting is a bug in itself: there are no more ranks */

static const struct {
	enum lock_rank rank;
	const char *name;
} rank_names[] = {
	{ LOCK_RANK_HOST, "HOST" },         { LOCK_RANK_DEVICE_PNP, "DEVICE_PNP" },
	{ LOCK_RANK_SCOPE, "SCOPE" },       { LOCK_RANK_QUEUE, "QUEUE" },
	{ LOCK_RANK_FILE, "FILE" },         { LOCK_RANK_OBJECT, "OBJECT" },
	{ LOCK_RANK_DRIVER, "DRIVER" },     { LOCK_RANK_INTERRUPT, "INTERRUPT" },
	{ LOCK_RANK_DMA, "DMA" },           { LOCK_RANK_LOOP, "LOOP" },
	{ LOCK_RANK_FUNCTION, "FUNCTION" }, { LOCK_RANK_WIRE, "WIRE" },
	{ LOCK_RANK_BACKEND, "BACKEND" },   { LOCK_RANK_BACKEND_IRQ, "BACKEND_IRQ" },
	{ LOCK_RANK_WINDOW, "WINDOW" },     { LOCK_RANK_LOG, "LOG" },
	{ LOCK_RANK_MACHINE, "MACHINE" },
};

static _Thread_local struct {
	const void *lock;
	uint32_t rank;
} held[HELD_MAX];
static _Thread_local unsigned int held_count;

static const char *name_of(uint32_t rank)
{
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(rank_names); i++)
		if ((uint32_t)rank_names[i].rank == rank)
			return rank_names[i].name;
	return "unnamed";
}

UW_COLD __attribute__((noreturn)) static void stop(const char *what, const void *lock,
						   uint32_t rank)
{
	char line[256];

	snprintf(line, sizeof(line), "lock: %s %s (%u) at %p in thread %u; it holds", what,
		 name_of(rank), rank, lock, exec_thread_id());
	for (unsigned int i = 0; i < held_count; i++)
		snprintf(line + strlen(line), sizeof(line) - strlen(line), " %s (%u)",
			 name_of(held[i].rank), held[i].rank);
	snprintf(line + strlen(line), sizeof(line) - strlen(line), "%s\n",
		 held_count ? "" : " nothing");
	if (sys_write_quiet(2, line, strlen(line)) < 0)
		abort();
	abort();
}

void lock_order_check(const void *lock, uint32_t rank)
{
	for (unsigned int i = 0; i < held_count; i++)
		if (held[i].rank >= rank)
			stop("wrong order: takes", lock, rank);
}

void lock_order_push(const void *lock, uint32_t rank)
{
	if (held_count == HELD_MAX)
		stop("too deep: takes", lock, rank);
	held[held_count].lock = lock;
	held[held_count++].rank = rank;
}

void lock_order_pop(const void *lock, uint32_t rank)
{
	unsigned int at = held_count;

	while (at > 0 && held[at - 1].lock != lock)
		at--;
	if (!at)
		stop("not held: releases", lock, rank);
	for (held_count--; at <= held_count; at++)
		held[at - 1] = held[at];
}

#endif
