/* SPDX-License-Identifier: MIT */
/* raw_ring.h - a client that may write anything into its rings. */
#ifndef RAW_RING_H
#define RAW_RING_H

#include "raw_wire.h"
#include "uwdf/ring.h"

#define RAW_RING_ENTRIES 8u

struct raw_ring {
	int fd; /* the socket */
	uint32_t handle;
	int memory_fd, bell_fd, wait_fd;
	uint64_t len;
	struct uwdf_ring_header *header;
	struct uwdf_ring_entry *entries;
	struct uwdf_ring_answer *answers;
	uint8_t *region; /* number 0 */
	uint32_t entered, reaped;
};

/* Connects, opens the device and has rings made. */
void raw_ring_open(struct raw_ring *ring, const char *path, const char *device);
void raw_ring_close(struct raw_ring *ring);
/* Sends @entry and takes the answer with as many descriptors as came; -1 in those that did not. */
void raw_ask_descriptors(int fd, struct uwdf_entry *entry, int fds[3]);

/* A well-formed entry: FAKE_ECHO of "lie" in @slot. */
struct uwdf_ring_entry raw_ring_echo(uint32_t slot);
/* Publishes it as the next one and rings. */
void raw_ring_put(struct raw_ring *ring, const struct uwdf_ring_entry *entry);
void raw_ring_ring(struct raw_ring *ring);
/* The next answer; false: none within @ms. */
bool raw_ring_take(struct raw_ring *ring, int ms, struct uwdf_ring_answer *out);
/* The host says that it was lied to, and hangs up. */
void raw_ring_expect_told(struct raw_ring *ring);

#endif
