/* SPDX-License-Identifier: MIT */
/*
 * spin.h - how long to look at shared memory before sleeping: as long as it pays.
 *
 * Sleeping and being woken costs far more than what is waited for where the other side runs on
 * another CPU, and spinning keeps it from running where it does not. So each spin that was of no
 * use halves the next one, down to none; one that was makes it whole again; and now and then a
 * whole one is tried.
 */
#ifndef BASE_SPIN_H
#define BASE_SPIN_H

#include <stdbool.h>
#include <stdint.h>

#define SPIN_LEAST_NS    1000u
#define SPIN_TRY_AGAIN   64u    /* waits without any spin, then one with; at first */
#define SPIN_TRY_RARELY  4096u  /* and in the end */
#define SPIN_STANDARD_NS 50000u /* about what it costs to be woken on another CPU */

struct spin {
	uint64_t most_ns; /* 0: never */
	uint64_t now_ns;  /* of the next wait */
	uint32_t waits;   /* without a spin */
	uint32_t try_after;
};

static inline void spin_init(struct spin *spin, uint64_t most_ns)
{
	*spin = (struct spin){ .most_ns = most_ns, .now_ns = most_ns, .try_after = SPIN_TRY_AGAIN };
}

/* How long may this wait spin? */
static inline uint64_t spin_budget_ns(struct spin *spin)
{
	if (spin->now_ns || !spin->most_ns || ++spin->waits < spin->try_after)
		return spin->now_ns;
	spin->waits = 0;
	if (spin->try_after < SPIN_TRY_RARELY)
		spin->try_after *= 2;
	return spin->most_ns;
}

/* It brought something, or nothing in all its time. */
static inline void spin_paid(struct spin *spin)
{
	spin->now_ns = spin->most_ns;
	spin->try_after = SPIN_TRY_AGAIN;
}
static inline void spin_failed(struct spin *spin)
{
	spin->now_ns = spin->now_ns / 2 < SPIN_LEAST_NS ? 0 : spin->now_ns / 2;
}

/*
 * Where both sides share a CPU, spinning is of no use; but to give way once before sleeping lets
 * the other side run, and if it leaves something it has to wake nobody: one system call instead of
 * two here, and of one there. Tried as long as it pays, as spinning is. Whoever is kept from
 * running for long by it shares the CPU with somebody else, too, and rather sleeps.
 *
 * One side alone may do so: two that give way to each other leave the CPU to all others.
 */
#define YIELD_VAIN    4u      /* times in a row, then it pays no longer */
#define YIELD_LONG_NS 100000u /* away for that long */

struct yielding {
	uint32_t vain;
	uint32_t waits; /* without giving way */
	uint32_t try_after;
};

static inline void yield_init(struct yielding *y)
{
	*y = (struct yielding){ .try_after = SPIN_TRY_AGAIN };
}

static inline bool yield_may(struct yielding *y)
{
	if (y->vain < YIELD_VAIN)
		return true;
	if (++y->waits < y->try_after)
		return false;
	y->waits = 0;
	if (y->try_after < SPIN_TRY_RARELY)
		y->try_after *= 2;
	return true;
}

/* @paid: it brought something; @away_ns: how long that took. */
static inline void yield_done(struct yielding *y, bool paid, uint64_t away_ns)
{
	if (away_ns > YIELD_LONG_NS) {
		y->vain = YIELD_VAIN;
	} else if (!paid) {
		y->vain += y->vain < YIELD_VAIN;
	} else {
		y->vain = 0;
		y->try_after = SPIN_TRY_AGAIN;
	}
}

#endif
