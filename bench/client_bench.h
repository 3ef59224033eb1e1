/* SPDX-License-Identifier: MIT */
/* client_bench.h - what the two processes of bench/client and their driver agree on. */
#ifndef BENCH_CLIENT_BENCH_H
#define BENCH_CLIENT_BENCH_H

#include <stdbool.h>
#include <stdint.h>

#define BENCH_PAYLOAD 16u         /* bytes each way */
#define BENCH_INLINE  0x80002000u /* METHOD_BUFFERED */
#define BENCH_ARENA   0x80002006u /* METHOD_OUT_DIRECT */

/* What the other process is to do until it is asked again. */
enum bench_peer { PEER_PING_PONG, PEER_SPIN, PEER_QUIT };

struct bench_peer_order {
	enum bench_peer what;
	uint32_t rounds;
};

/* Shared by both. */
struct bench_shared {
	uint32_t there __attribute__((aligned(64))); /* atomic; from here, counting rounds */
	uint32_t back __attribute__((aligned(64)));  /* atomic; the answer */
};

/* The host's side of the bench: a process that serves the driver and is the peer of the limits. */
struct bench_host {
	int pid;
	int orders;  /* a pipe; ours to write */
	int ready;   /* a pipe; ours to read: a byte once the device is served */
	int ping[2]; /* eventfds: there and back */
	struct bench_shared *shared;
};

/* Of those this process may use; before the first bench_run_on(). */
int bench_processors(void);
bool bench_run_on(int number); /* the calling thread, on the number-th of them */
/* Forks it there, waits until it serves; -errno, said why. No thread may run yet. */
int bench_host_start(struct bench_host *host, int number);
int bench_host_order(struct bench_host *host, enum bench_peer what, uint32_t rounds);
void bench_host_stop(struct bench_host *host);

#endif
