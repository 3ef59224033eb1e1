/* SPDX-License-Identifier: MIT */
/*
 * bare_ring.h - the server's own code of a ring, on memory of the test's, with no server, socket or
 * client round it.
 */
#ifndef BARE_RING_H
#define BARE_RING_H

#include "uw_test.h"

#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

#include "base/exec.h"
#include "base/mem.h"
#include "base/sys.h"
#include "server_impl.h"
#include "server_ring.h"

#define BARE_ENTRIES 8u
#define BARE_REGION  4096u

struct bare_ring {
	struct server server;
	struct server_ring ring;
	struct exec_event gone;
};

static inline UW_UNUSED void bare_ring_is_gone(struct irq_message *msg)
{
	struct bare_ring *b = uw_container_of(uw_container_of(msg, struct server_ring, gone),
					      struct bare_ring, ring);

	exec_event_set(&b->gone);
}

/* ring.broken says it all. */
static inline UW_UNUSED void bare_ring_broke(struct irq_message *msg)
{
	(void)msg;
}

static inline UW_UNUSED int bare_ring_bell(void)
{
	int fd = sys_eventfd(0, EFD_NONBLOCK);

	assert_true(fd >= 0);
	return fd;
}

/* To be attached on @loop. @entries: of the test's; zeroed. */
static inline UW_UNUSED void bare_ring_make(struct bare_ring *b, struct irq_loop *loop,
					    const struct uwdf_device_io_ops *ops,
					    struct uwdf_ring_entry *entries)
{
	struct server_ring *ring = &b->ring;

	memset(b, 0, sizeof(*b));
	b->server.loop = loop;
	assert_int_equal(exec_event_init(&b->gone), 0);
	ring->header = mem_calloc(1, sizeof(*ring->header));
	ring->answers = mem_calloc(BARE_ENTRIES, sizeof(*ring->answers));
	ring->requests = mem_aligned_zalloc(UW_CACHELINE, BARE_ENTRIES * sizeof(*ring->requests));
	ring->regions[0] =
		(struct ring_region){ .base = mem_calloc(1, BARE_REGION), .len = BARE_REGION };
	assert_true(ring->header && ring->answers && ring->requests && ring->regions[0].base);
	ring->entries = entries;
	ring->mask = BARE_ENTRIES - 1;
	ring->ops = ops;
	ring->loop = loop;
	ring->server = &b->server;
	ring->rights = UWDF_ACCESS_BOTH;
	ring->bell_fd = bare_ring_bell();
	ring->client_fd = bare_ring_bell();
	ring->attach.run = ring_attach;
	ring->detach.run = ring_detach;
	ring->broke.run = bare_ring_broke;
	ring->gone.run = bare_ring_is_gone;
	ring_fast_init(ring);
}

/* Detached, and told so. */
static inline UW_UNUSED void bare_ring_unmake(struct bare_ring *b)
{
	struct server_ring *ring = &b->ring;

	sys_close(ring->bell_fd);
	sys_close(ring->client_fd);
	mem_free(ring->header);
	mem_free(ring->answers);
	mem_free(ring->requests);
	mem_free(ring->regions[0].base);
	exec_event_deinit(&b->gone);
}

#endif
