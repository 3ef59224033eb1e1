/* SPDX-License-Identifier: MIT */
/*
 * lock.h - locks with a rank. Ranks live here and nowhere else; debug builds (UW_DEBUG_LOCKS)
 * stop when a thread takes a lock whose rank is not above every rank it holds.
 */
#ifndef BASE_LOCK_H
#define BASE_LOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/exec.h"

/* Outermost first: a lock may be taken only while holding locks of smaller rank. */
enum lock_rank {
	LOCK_RANK_HOST = 10,       /* the host's list of devices and clients */
	LOCK_RANK_DEVICE_PNP = 20, /* PnP state of one device */
	LOCK_RANK_SCOPE = 30,      /* a synchronization scope, held across driver callbacks */
	LOCK_RANK_DRIVER = 35,     /* a driver's own WDFSPINLOCK: it calls us while it holds one */
	LOCK_RANK_QUEUE = 40,
	LOCK_RANK_FILE = 45,
	LOCK_RANK_OBJECT = 50,    /* one object's child list and state */
	LOCK_RANK_SENT = 51,      /* which I/O target one sent request is at */
	LOCK_RANK_TARGET = 52,    /* an I/O target's state and what was sent to it */
	LOCK_RANK_REGISTRY = 55,  /* the registry's connection, held while the disk is waited for */
	LOCK_RANK_HANDLE = 56,    /* the table of NT handles */
	LOCK_RANK_TIMER = 57,     /* one WDFTIMER's place in the timer queue */
	LOCK_RANK_ITEMS = 60,     /* what a collection, resource list or lookaside list holds */
	LOCK_RANK_INTERRUPT = 70, /* an interrupt's lock, held across EvtInterruptIsr */
	LOCK_RANK_DMA = 80,       /* a DMA domain's tables */
	LOCK_RANK_LOOP = 90,      /* a loop's mailbox */
	LOCK_RANK_FUNCTION = 100, /* a PCI function's control path */
	LOCK_RANK_WIRE = 104,     /* the hubs that join models of network cards */
	LOCK_RANK_BACKEND = 105,  /* a back end's own tables and its connection */
	LOCK_RANK_BACKEND_IRQ = 106, /* the interrupt pins and masks of a back end */
	LOCK_RANK_WINDOW = 110,      /* the register window's places, the fault handler's ranges */
	LOCK_RANK_VERIFIER = 115,    /* what the verifier knows of a driver's objects */
	LOCK_RANK_MACHINE = 117,     /* a PnP, power or policy machine's queue and state */
	LOCK_RANK_LOG = 120,
};

/* Adaptive spin lock: spins briefly, then lets others run. 8 bytes. */
struct UW_CAPABILITY("spin lock") spin_lock {
	uint32_t word; /* 0 free, else the owner's exec_thread_id() */
	uint32_t rank;
};

void spin_lock_init(struct spin_lock *l, enum lock_rank rank);
void spin_lock_acquire(struct spin_lock *l) UW_ACQUIRE(l);
/* A driver takes it by a call of its own: its order among a driver's locks is the driver's affair,
 * so only ranks above LOCK_RANK_DRIVER must not be held. */
void spin_lock_acquire_for_driver(struct spin_lock *l) UW_ACQUIRE(l);
bool spin_lock_try(struct spin_lock *l) UW_TRY_ACQUIRE(true, l);
void spin_lock_release(struct spin_lock *l) UW_RELEASE(l);
bool spin_lock_is_mine(const struct spin_lock *l);

/* Sleeping lock with a rank; PASSIVE level only. */
struct UW_CAPABILITY("mutex") rank_mutex {
	struct exec_mutex mutex;
	uint32_t rank;
	uint32_t owner; /* exec_thread_id() of the holder */
};
#define RANK_MUTEX_INIT(rank_)                                                                     \
	{                                                                                          \
		.mutex = { .real = PTHREAD_MUTEX_INITIALIZER }, .rank = (rank_)                    \
	}
int rank_mutex_init(struct rank_mutex *m, enum lock_rank rank) UW_MUST_CHECK;
void rank_mutex_deinit(struct rank_mutex *m);
void rank_mutex_lock(struct rank_mutex *m) UW_ACQUIRE(m);
void rank_mutex_lock_for_driver(struct rank_mutex *m) UW_ACQUIRE(m); /* as the spin lock's */
bool rank_mutex_is_mine(const struct rank_mutex *m);
void rank_mutex_unlock(struct rank_mutex *m) UW_RELEASE(m);
/* Waits with the rank bookkeeping kept right; as exec_cond_wait(). */
bool rank_mutex_wait(struct rank_mutex *m, struct exec_cond *c, uint64_t deadline_ns)
	UW_REQUIRES(m);

#endif
