/* SPDX-License-Identifier: MIT */
#include "base/lock.h"

#include "base/barrier.h"
#include "lock_order.h"

/* About 5 us of looking before the CPU is given away: longer than any section a loop guards. */
#define SPIN_LOOKS 100u

static uint32_t owner_of(const uint32_t *word)
{
	return __atomic_load_n(word, __ATOMIC_RELAXED);
}

static bool grab(struct spin_lock *l, uint32_t self)
{
	uint32_t expected = 0;

	/* acquire: pairs with the release store in spin_lock_release() */
	return __atomic_compare_exchange_n(&l->word, &expected, self, false, __ATOMIC_ACQUIRE,
					   __ATOMIC_RELAXED);
}

UW_COLD static void acquire_slowly(struct spin_lock *l, uint32_t self)
{
	for (unsigned int round = 0;; round++) {
		for (unsigned int look = 0; look < SPIN_LOOKS && owner_of(&l->word); look++)
			barrier_cpu_pause();
		if (!owner_of(&l->word) && grab(l, self))
			return;
		exec_spin_wait(&l->word, round);
	}
}

void spin_lock_init(struct spin_lock *l, enum lock_rank rank)
{
	l->word = 0;
	l->rank = (uint32_t)rank;
}

static inline void acquire_checked(struct spin_lock *l) UW_NO_TSA
{
	uint32_t self = exec_thread_id();

	if (uw_unlikely(exec_sim_active()))
		exec_yield(); /* a seed may let somebody else have it first */
	if (uw_unlikely(!grab(l, self)))
		acquire_slowly(l, self);
	lock_order_push(l, l->rank);
}

void spin_lock_acquire(struct spin_lock *l) UW_NO_TSA
{
	lock_order_check(l, l->rank);
	acquire_checked(l);
}

void spin_lock_acquire_for_driver(struct spin_lock *l) UW_NO_TSA
{
	lock_order_check(l, LOCK_RANK_DRIVER + 1);
	acquire_checked(l);
}

bool spin_lock_try(struct spin_lock *l) UW_NO_TSA
{
	if (!grab(l, exec_thread_id()))
		return false;
	lock_order_push(l, l->rank);
	return true;
}

void spin_lock_release(struct spin_lock *l) UW_NO_TSA
{
	lock_order_pop(l, l->rank);
	__atomic_store_n(&l->word, 0, __ATOMIC_RELEASE);
}

bool spin_lock_is_mine(const struct spin_lock *l)
{
	return owner_of(&l->word) == exec_thread_id();
}

int rank_mutex_init(struct rank_mutex *m, enum lock_rank rank)
{
	m->rank = (uint32_t)rank;
	m->owner = 0;
	return exec_mutex_init(&m->mutex);
}

void rank_mutex_deinit(struct rank_mutex *m)
{
	exec_mutex_deinit(&m->mutex);
}

static void set_owner(struct rank_mutex *m, uint32_t owner)
{
	__atomic_store_n(&m->owner, owner,
			 __ATOMIC_RELAXED); /* others only compare it with themselves */
}

static void lock_checked(struct rank_mutex *m) UW_NO_TSA
{
	exec_mutex_lock(&m->mutex);
	set_owner(m, exec_thread_id());
	lock_order_push(m, m->rank);
}

void rank_mutex_lock(struct rank_mutex *m) UW_NO_TSA
{
	lock_order_check(m, m->rank);
	lock_checked(m);
}

void rank_mutex_lock_for_driver(struct rank_mutex *m) UW_NO_TSA
{
	lock_order_check(m, LOCK_RANK_DRIVER + 1);
	lock_checked(m);
}

bool rank_mutex_is_mine(const struct rank_mutex *m)
{
	return owner_of(&m->owner) == exec_thread_id();
}

void rank_mutex_unlock(struct rank_mutex *m) UW_NO_TSA
{
	lock_order_pop(m, m->rank);
	set_owner(m, 0);
	exec_mutex_unlock(&m->mutex);
}

bool rank_mutex_wait(struct rank_mutex *m, struct exec_cond *c, uint64_t deadline_ns) UW_NO_TSA
{
	bool signalled;

	lock_order_pop(m, m->rank);
	set_owner(m, 0);
	signalled = exec_cond_wait(c, &m->mutex, deadline_ns);
	set_owner(m, exec_thread_id());
	lock_order_push(m, m->rank);
	return signalled;
}
