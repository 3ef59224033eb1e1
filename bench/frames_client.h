/* SPDX-License-Identifier: MIT */
/*
 * frames_client.h - a client of two NICs joined back to back, in their own process and on their own
 * loop thread: bursts of frames written to one and read from the other.
 */
#ifndef BENCH_FRAMES_CLIENT_H
#define BENCH_FRAMES_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "uwdf/host.h"

#define FRAMES_MOST_BURST 64u

struct frames_client;

enum frames_way {
	FRAMES_SINGLE, /* a request a frame, those of a burst submitted together */
	FRAMES_VECTOR, /* a request for a burst */
	FRAMES_PLAIN,  /* a request a frame, each submitted by itself */
	FRAMES_WAYS
};

struct frames_params {
	unsigned int burst; /* frames submitted, then read, before the next */
	enum frames_way way;
};

/* Of both NICs together, since they started. */
struct frames_counters {
	uint64_t doorbells, register_reads;
};

/* Opens both and learns their addresses; 0 or -errno, said on stderr. */
int frames_client_open(struct uwdf_device *sender, struct uwdf_device *receiver,
		       struct frames_client **out);
void frames_client_close(struct frames_client *client);
/*
 * @count bursts, each one's ticks of the time stamp counter from before its first request is
 * submitted until the last one's completion came. What arrived is compared outside of that time.
 */
int frames_client_run(struct frames_client *client, const struct frames_params *params,
		      uint64_t *samples, unsigned int count);
int frames_client_counters(struct frames_client *client, struct frames_counters *out);

#endif
