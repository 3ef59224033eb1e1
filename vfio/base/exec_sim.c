/* SPDX-License-Identifier: MIT */
/*
 * exec_sim.c - the simulated implementation: one logical thread at a time, chosen by a seed.
 *
 * Every logical thread is a real one that holds the baton (sim.current) or waits for it. Only the
 * holder touches the simulation's state, so nothing here is locked but the hand-over. Time is
 * virtual and moves only when nobody can run, to the nearest deadline.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/sys.h"
#include "exec_impl.h"

#define SIM_START_NS EXEC_NS_PER_S /* not zero: zero often means "never" */
/* A thread that polls the clock would poll for ever: so many yields in a row, then time moves. */
#define SIM_PATIENCE 1000u
#define SIM_TICK_NS  1000u

bool exec_sim_on;

static struct {
	pthread_mutex_t hand_over;  /* guards current */
	struct sim_thread *current; /* who holds the baton */
	struct list threads;        /* alive, in creation order */
	struct sim_thread first;    /* the caller of exec_sim_begin() */
	uint64_t seed, random, steps, now_ns, yields_in_a_row;
} sim = { .hand_over = PTHREAD_MUTEX_INITIALIZER };

static _Thread_local struct sim_thread *own_sim_thread;

struct sim_thread *sim_self(void)
{
	return own_sim_thread;
}

uint64_t sim_now_ns(void)
{
	return sim.now_ns;
}

/* splitmix64: passes through every 64-bit state, so no seed is a bad one */
static uint64_t next_random(void)
{
	uint64_t z = sim.random += 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

uint64_t exec_sim_random(uint64_t bound)
{
	return bound ? next_random() % bound : 0;
}

/* --- who can run --- */

static bool fd_is_ready(struct sim_thread *t)
{
	struct pollfd poll = { .fd = t->fd, .events = t->events };

	t->revents = 0;
	if (sys_ppoll(&poll, 1, 0) > 0)
		t->revents = poll.revents;
	return t->revents != 0;
}

static bool wait_is_over(struct sim_thread *t)
{
	switch (t->wait) {
	case SIM_RUNNABLE:
		return true;
	case SIM_MUTEX:
		return !((const struct exec_mutex *)t->object)->sim;
	case SIM_COND:
		return t->signalled;
	case SIM_WORD:
		return __atomic_load_n((const uint32_t *)t->object, __ATOMIC_RELAXED) == 0;
	case SIM_JOIN:
		return ((const struct sim_thread *)t->object)->finished;
	case SIM_FD:
		return fd_is_ready(t);
	case SIM_SLEEP:
		break;
	}
	return false;
}

static bool can_run(struct sim_thread *t)
{
	return wait_is_over(t) || t->deadline_ns <= sim.now_ns;
}

static const char *const wait_names[] = {
	[SIM_RUNNABLE] = "can run",
	[SIM_MUTEX] = "waits for a mutex",
	[SIM_COND] = "waits for a condition",
	[SIM_WORD] = "waits for a spin lock",
	[SIM_JOIN] = "joins a thread",
	[SIM_FD] = "waits for a descriptor",
	[SIM_SLEEP] = "sleeps",
};

static void say(const char *text)
{
	if (sys_write_quiet(2, text, strlen(text)) < 0)
		return; /* about to abort in any case */
}

UW_COLD __attribute__((noreturn)) static void stop_with_table(const char *why)
{
	char line[256];

	snprintf(line, sizeof(line), "exec_sim: %s: seed %llu, step %llu, time %llu ns\n", why,
		 (unsigned long long)sim.seed, (unsigned long long)sim.steps,
		 (unsigned long long)sim.now_ns);
	say(line);
	list_for_each (it, &sim.threads) {
		struct sim_thread *t = list_entry(it, struct sim_thread, link);

		snprintf(line, sizeof(line), "exec_sim:   %-15s %s (object %p, fd %d)\n", t->name,
			 wait_names[t->wait], t->object, t->fd);
		say(line);
	}
	abort();
}

static uint64_t nearest_deadline(void)
{
	uint64_t nearest = EXEC_FOREVER;

	list_for_each (it, &sim.threads) {
		struct sim_thread *t = list_entry(it, struct sim_thread, link);

		if (t->deadline_ns < nearest)
			nearest = t->deadline_ns;
	}
	return nearest;
}

static uint64_t count_ready(void)
{
	uint64_t count = 0;

	list_for_each (it, &sim.threads)
		count += can_run(list_entry(it, struct sim_thread, link));
	return count;
}

static struct sim_thread *nth_ready(uint64_t n)
{
	list_for_each (it, &sim.threads) {
		struct sim_thread *t = list_entry(it, struct sim_thread, link);

		if (can_run(t) && n-- == 0)
			return t;
	}
	stop_with_table("a descriptor changed behind the simulation");
}

static struct sim_thread *choose(void)
{
	uint64_t ready;

	for (;;) {
		ready = count_ready();
		if (ready)
			break;
		if (nearest_deadline() == EXEC_FOREVER)
			stop_with_table("deadlock");
		sim.now_ns = nearest_deadline();
	}
	sim.steps++;
	return nth_ready(exec_sim_random(ready));
}

/* --- the baton --- */

static void await_turn_locked(struct sim_thread *self)
{
	while (sim.current != self)
		pthread_cond_wait(&self->turn, &sim.hand_over);
}

static void hand_baton(struct sim_thread *next)
{
	struct sim_thread *self = own_sim_thread;

	if (next == self)
		return;
	pthread_mutex_lock(&sim.hand_over);
	sim.current = next;
	pthread_cond_signal(&next->turn);
	if (!self->finished)
		await_turn_locked(self);
	pthread_mutex_unlock(&sim.hand_over);
}

/* Let the seed choose who goes on; returns when it chose the caller and its wait is over. */
static bool block(enum sim_wait wait, const void *object, uint64_t deadline_ns)
{
	struct sim_thread *self = own_sim_thread;
	bool over;

	self->wait = wait;
	self->object = object;
	self->deadline_ns = deadline_ns;
	hand_baton(choose());
	over = wait_is_over(self);
	self->wait = SIM_RUNNABLE;
	self->object = NULL;
	self->deadline_ns = EXEC_FOREVER;
	return over;
}

static void switch_point(void)
{
	sim.yields_in_a_row = 0;
	block(SIM_RUNNABLE, NULL, EXEC_FOREVER);
}

void sim_yield(void)
{
	if (++sim.yields_in_a_row > SIM_PATIENCE)
		sim.now_ns += SIM_TICK_NS;
	block(SIM_RUNNABLE, NULL, EXEC_FOREVER);
}

/* --- threads and time --- */

static void enter(struct sim_thread *t, const char *name)
{
	*t = (struct sim_thread){ .name = name, .fd = -1, .deadline_ns = EXEC_FOREVER };
	pthread_cond_init(&t->turn, NULL);
	list_push_back(&sim.threads, &t->link);
}

static void leave(struct sim_thread *t)
{
	list_remove(&t->link);
	pthread_cond_destroy(&t->turn);
}

static void *sim_thread_main(void *arg)
{
	struct exec_thread *thread = arg;

	real_thread_settle(thread);
	own_sim_thread = &thread->sim;
	pthread_mutex_lock(&sim.hand_over);
	await_turn_locked(&thread->sim);
	pthread_mutex_unlock(&sim.hand_over);
	exec_thread_work(thread);
	thread->sim.finished = true;
	leave(&thread->sim);
	hand_baton(choose());
	return NULL;
}

int sim_thread_start(struct exec_thread *thread)
{
	int err;

	thread->simulated = true;
	enter(&thread->sim, thread->name);
	err = real_thread_launch(thread, sim_thread_main);
	if (err)
		leave(&thread->sim);
	else
		switch_point();
	return err;
}

void sim_thread_join(struct exec_thread *thread)
{
	sim.yields_in_a_row = 0;
	block(SIM_JOIN, &thread->sim, EXEC_FOREVER);
}

void sim_sleep_until(uint64_t deadline_ns)
{
	sim.yields_in_a_row = 0;
	block(SIM_SLEEP, NULL, deadline_ns);
}

int sim_wait_fd(int fd, short events, uint64_t deadline_ns)
{
	struct sim_thread *self = own_sim_thread;

	sim.yields_in_a_row = 0;
	self->fd = fd;
	self->events = events;
	block(SIM_FD, NULL, deadline_ns);
	self->fd = -1;
	return self->revents;
}

void sim_spin_wait(const uint32_t *word)
{
	sim.yields_in_a_row = 0;
	block(SIM_WORD, word, EXEC_FOREVER);
}

/* --- mutex and condition: exec_mutex.sim is the owner --- */

static void take(struct exec_mutex *m)
{
	while (m->sim)
		block(SIM_MUTEX, m, EXEC_FOREVER);
	m->sim = own_sim_thread;
}

void sim_mutex_lock(struct exec_mutex *m)
{
	switch_point();
	if (m->sim == own_sim_thread)
		stop_with_table("a thread locks a mutex twice");
	take(m);
}

bool sim_mutex_trylock(struct exec_mutex *m)
{
	switch_point();
	if (m->sim)
		return false;
	m->sim = own_sim_thread;
	return true;
}

static bool somebody_waits(const void *object)
{
	list_for_each (it, &sim.threads)
		if (list_entry(it, struct sim_thread, link)->object == object)
			return true;
	return false;
}

void sim_mutex_unlock(struct exec_mutex *m)
{
	m->sim = NULL;
	if (somebody_waits(m))
		switch_point();
}

bool sim_cond_wait(struct exec_cond *c, struct exec_mutex *m, uint64_t deadline_ns)
{
	bool signalled;

	sim.yields_in_a_row = 0;
	own_sim_thread->signalled = false;
	m->sim = NULL;
	signalled = block(SIM_COND, c, deadline_ns);
	take(m);
	return signalled;
}

static struct sim_thread *nth_waiter(const struct exec_cond *c, uint64_t n, uint64_t *out_count)
{
	struct sim_thread *found = NULL;

	*out_count = 0;
	list_for_each (it, &sim.threads) {
		struct sim_thread *t = list_entry(it, struct sim_thread, link);

		if (t->wait == SIM_COND && t->object == c && !t->signalled && (*out_count)++ == n)
			found = t;
	}
	return found;
}

void sim_cond_wake(struct exec_cond *c, bool all)
{
	uint64_t count, rest;

	nth_waiter(c, 0, &count);
	if (!all && count)
		nth_waiter(c, exec_sim_random(count), &rest)->signalled = true;
	for (; all && count; count--)
		nth_waiter(c, 0, &rest)->signalled = true;
}

/* --- begin and end --- */

int exec_sim_begin(uint64_t seed)
{
	if (exec_sim_active())
		return -EBUSY;
	list_init(&sim.threads);
	sim.seed = seed;
	sim.random = seed;
	sim.steps = 0;
	sim.yields_in_a_row = 0;
	sim.now_ns = SIM_START_NS;
	enter(&sim.first, "first");
	sim.current = &sim.first;
	own_sim_thread = &sim.first;
	__atomic_store_n(&exec_sim_on, true, __ATOMIC_RELAXED);
	return 0;
}

void exec_sim_end(void)
{
	if (sim.first.link.next != &sim.threads || sim.first.link.prev != &sim.threads)
		stop_with_table("threads are left at the end");
	__atomic_store_n(&exec_sim_on, false, __ATOMIC_RELAXED);
	own_sim_thread = NULL;
	leave(&sim.first);
}

bool exec_sim_active(void)
{
	return __atomic_load_n(&exec_sim_on, __ATOMIC_RELAXED);
}

uint64_t exec_sim_steps(void)
{
	return sim.steps;
}
