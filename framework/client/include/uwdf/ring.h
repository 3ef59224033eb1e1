/* SPDX-License-Identifier: MIT */
/*
 * ring.h - requests and their answers in shared memory, 64 bytes each.
 *
 * The host makes the memory (a memfd, sealed against resizing) and passes it over the socket with
 * two descriptors: the eventfd that wakes the host, and one that is readable when the host wakes
 * the client. The socket stays: it opens, closes, cancels, and its hang-up says that the other side
 * is gone.
 *
 * Each ring has one producer and one consumer. Entry p of a ring (counted from 0, for ever) is
 * whole when the sequence number in it is p + 1. There are no heads and tails: an answer says that
 * its entry was read, and a client has at most as many requests outstanding as a ring has entries.
 *
 * Sleeping: the consumer sets its flag, full fence, looks again, then waits for its descriptor. The
 * producer publishes, full fence, looks at the flag, clears it and rings. So there is no system
 * call while the other side is awake.
 *
 * The host believes nothing of what it reads: it copies an entry once, judges the copy, and reads
 * nothing of the header but the flags of who sleeps, which say no more than whether it rings. A
 * client that breaks the protocol loses its connection.
 */
#ifndef UWDF_RING_H
#define UWDF_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UWDF_RING_MAGIC      0x474e4952u /* "RING", little-endian */
#define UWDF_RING_VERSION    1
#define UWDF_RING_INLINE     32u /* payload bytes in an entry or an answer */
#define UWDF_RING_INLINE_IN  24u /* the same in an entry whose output goes to shared memory */
#define UWDF_RING_MIN        2u  /* entries */
#define UWDF_RING_MAX        4096u
#define UWDF_RING_MAX_REGION 16u /* regions of one ring; the first is part of its own memory */

#define UWDF_RING_IN_SHARED  1u /* the input lies at in_at */
#define UWDF_RING_OUT_SHARED 2u /* the output goes to out_at */

/* in_at and out_at: which region, and where in it. */
#define UWDF_RING_AT(region, offset) ((uint64_t)(region) << 48 | (offset))
#define UWDF_RING_REGION_OF(at)      ((uint32_t)((at) >> 48))
#define UWDF_RING_OFFSET_OF(at)      ((at)&0xffffffffffffull)

/* Client to host. */
struct uwdf_ring_entry {
	uint32_t seq;    /* written last */
	uint16_t opcode; /* UWDF_OP_READ, WRITE, CONTROL or FLUSH */
	uint16_t flags;
	uint64_t tag;    /* low 16 bits: slot + 1, below the ring's entries; free until answered */
	uint64_t offset; /* of a read or write; the code of a control */
	uint32_t in_len, out_len;
	union {
		uint8_t data[UWDF_RING_INLINE]; /* in_len bytes without UWDF_RING_IN_SHARED */
		struct {
			uint64_t in_at, zero[2], out_at;
		};
	};
};

/* Host to client. */
struct uwdf_ring_answer {
	uint32_t seq; /* written last */
	int32_t status;
	uint64_t tag;
	uint64_t information;
	uint32_t len; /* bytes of data that are output */
	uint32_t zero;
	uint8_t data[UWDF_RING_INLINE];
};

/* Written by the host before the client sees it; then the flags alone change. */
struct uwdf_ring_header {
	uint32_t magic;
	uint16_t version;
	uint16_t entry_len; /* 64 */
	uint32_t entries;   /* of either ring: a power of two */
	uint32_t zero;
	uint64_t entries_at, answers_at, region_at; /* where in the memory */
	uint64_t region_len;
	uint64_t memory_len; /* of all */
	uint8_t pad0[8];
	uint32_t host_asleep; /* the client rings */
	uint32_t host_left;   /* nobody reads the entries any more; the socket says why */
	uint8_t pad1[56];
	uint32_t client_asleep; /* the host rings */
	uint8_t pad2[60];
};

#ifdef __cplusplus
#define UWDF_RING_ASSERT(fact) static_assert(fact, "frozen")
#else
#define UWDF_RING_ASSERT(fact) _Static_assert(fact, "frozen")
#endif
UWDF_RING_ASSERT(sizeof(struct uwdf_ring_entry) == 64);
UWDF_RING_ASSERT(sizeof(struct uwdf_ring_answer) == 64);
UWDF_RING_ASSERT(offsetof(struct uwdf_ring_header, host_asleep) == 64);
UWDF_RING_ASSERT(offsetof(struct uwdf_ring_header, client_asleep) == 128);

/* Where a model lets somebody else run. */
#ifndef UWDF_RING_RACE_POINT
#define UWDF_RING_RACE_POINT() ((void)0)
#endif

/* The store before and the load after it keep their order: one side sees the other. */
static inline void uwdf_ring_fence(void)
{
#if defined(__x86_64__)
	/* what a sequentially consistent fence is, but cheaper than mfence */
	__asm__ __volatile__("lock; orl $0, (%%rsp)" ::: "memory", "cc");
#else
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
#endif
}

/* The number in entry @position once it is whole. */
static inline uint32_t uwdf_ring_seq(uint32_t position)
{
	return position + 1;
}

static inline void uwdf_ring_publish(uint32_t *seq, uint32_t position)
{
	UWDF_RING_RACE_POINT();
	__atomic_store_n(seq, uwdf_ring_seq(position), __ATOMIC_RELEASE);
}

static inline bool uwdf_ring_is_there(const uint32_t *seq, uint32_t position)
{
	return __atomic_load_n(seq, __ATOMIC_ACQUIRE) == uwdf_ring_seq(position);
}

/* The consumer, about to sleep; then it looks again. */
static inline void uwdf_ring_doze(uint32_t *asleep)
{
	UWDF_RING_RACE_POINT();
	__atomic_store_n(asleep, 1, __ATOMIC_RELAXED);
	UWDF_RING_RACE_POINT();
	uwdf_ring_fence();
}
/* A store would take the line from the other side, who looks at it whenever it publishes. */
static inline void uwdf_ring_wake(uint32_t *asleep)
{
	if (__atomic_load_n(asleep, __ATOMIC_RELAXED))
		__atomic_store_n(asleep, 0, __ATOMIC_RELAXED);
}

/* The producer, after publishing: must it ring? At most once for each time the consumer sleeps. */
static inline bool uwdf_ring_must_ring(uint32_t *asleep)
{
	UWDF_RING_RACE_POINT();
	uwdf_ring_fence();
	UWDF_RING_RACE_POINT();
	if (!__atomic_load_n(asleep, __ATOMIC_RELAXED))
		return false;
	return __atomic_exchange_n(asleep, 0, __ATOMIC_RELAXED) != 0;
}

#endif
