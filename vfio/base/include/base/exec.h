/* SPDX-License-Identifier: MIT */
/*
 * exec.h - everything that blocks, waits, spawns or reads a clock.
 *
 * Two implementations behind the same calls. Real: pthreads, futexes, CLOCK_MONOTONIC. Simulated
 * (exec_sim_begin): every logical thread runs one at a time, a seed chooses who runs next at each
 * wait, lock or exec_yield(), and time is virtual: it moves only when nobody can run. No other file
 * calls pthread_create, clock_gettime, sleeps or waits; that is what makes a seed replay a run.
 */
#ifndef BASE_EXEC_H
#define BASE_EXEC_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

#define EXEC_FOREVER   UINT64_MAX
#define EXEC_NS_PER_MS 1000000ull
#define EXEC_NS_PER_S  1000000000ull

/* --- clock: nanoseconds, monotonic --- */
uint64_t exec_now_ns(void);
/* exec_deadline_ms() - an absolute deadline @ms from now; saturates. */
uint64_t exec_deadline_ms(uint64_t ms);
void exec_sleep_until(uint64_t deadline_ns);
void exec_sleep_ms(uint64_t ms);
/* wall clock, 100 ns units since 1601 (KeQuerySystemTime) */
uint64_t exec_system_time_100ns(void);

/* --- threads --- */
struct exec_thread;
struct exec_thread_params {
	const char *name; /* at most 15 characters */
	void (*run)(void *arg);
	void *arg;
	int node; /* NUMA node to run on; -1: anywhere */
};
/* What each thread does first and last, beside its own work: a fault handler's alternate stack. */
struct exec_thread_hooks {
	void (*enter)(void);
	void (*leave)(void);
};
/* For the threads started from now on; one for the process, not owned; NULL: none. */
void exec_set_thread_hooks(const struct exec_thread_hooks *hooks);
/*
 * exec_thread_start() - @out is set before run() begins, so that it may use it; NULL on failure.
 * Return: 0; -ENOMEM; -EAGAIN no more threads.
 */
int exec_thread_start(const struct exec_thread_params *params,
		      struct exec_thread **out) UW_MUST_CHECK;
/* exec_thread_join() - wait for @thread to end and free it; NULL is fine. */
void exec_thread_join(struct exec_thread *thread);
bool exec_thread_is_self(const struct exec_thread *thread);
extern _Thread_local uint32_t exec_own_thread_id
	__attribute__((tls_model("initial-exec"), visibility("hidden")));
uint32_t exec_first_thread_id(void) UW_COLD;
/* A small number that names the calling thread; never 0, never reused. */
static inline uint32_t exec_thread_id(void)
{
	uint32_t id = exec_own_thread_id;

	return uw_likely(id) ? id : exec_first_thread_id();
}
/* A point where the simulated scheduler may run somebody else; a pause instruction otherwise. */
void exec_yield(void);
/* Let another thread run first, if one wants to: once, whoever it is. */
void exec_give_way(void);
/*
 * exec_spin_wait() - one patient step of a spin lock's slow path: returns when *@word may be zero.
 * @round: how often the caller waited before; later rounds give up the CPU for longer.
 */
void exec_spin_wait(const uint32_t *word, unsigned int round);

/* --- mutex and condition; members are private --- */
struct UW_CAPABILITY("mutex") exec_mutex {
	pthread_mutex_t real;
	void *sim;
};
struct exec_cond {
	pthread_cond_t real;
	void *sim;
};
int exec_mutex_init(struct exec_mutex *m) UW_MUST_CHECK;
void exec_mutex_deinit(struct exec_mutex *m);
void exec_mutex_lock(struct exec_mutex *m) UW_ACQUIRE(m);
bool exec_mutex_trylock(struct exec_mutex *m) UW_TRY_ACQUIRE(true, m);
void exec_mutex_unlock(struct exec_mutex *m) UW_RELEASE(m);
int exec_cond_init(struct exec_cond *c) UW_MUST_CHECK;
void exec_cond_deinit(struct exec_cond *c);
/* Returns false when @deadline_ns passed; spurious wake-ups happen. EXEC_FOREVER has no deadline.
 */
bool exec_cond_wait(struct exec_cond *c, struct exec_mutex *m, uint64_t deadline_ns) UW_REQUIRES(m);
void exec_cond_signal(struct exec_cond *c);
void exec_cond_broadcast(struct exec_cond *c);

/* --- a flag to wait for (device gone, work done); it stays set until it is cleared --- */
struct exec_event {
	struct exec_mutex lock;
	struct exec_cond cond;
	bool set; /* guarded by lock */
};
int exec_event_init(struct exec_event *e) UW_MUST_CHECK;
void exec_event_deinit(struct exec_event *e);
void exec_event_set(struct exec_event *e);
void exec_event_clear(struct exec_event *e);
bool exec_event_wait(struct exec_event *e, uint64_t deadline_ns); /* false: deadline passed */

/* --- waiting for descriptors --- */
/* Wait until one of @events (POLLIN...) holds on @fd: returned events, 0 at the deadline, -errno.
 */
int exec_wait_fd(int fd, short events, uint64_t deadline_ns);

/* --- child processes (QEMU, helpers) --- */
struct exec_process;
struct exec_process_params {
	const char *path; /* looked up in PATH when it has no slash */
	char *const *argv;
	int stderr_fd;          /* the child's stderr and stdout; -1: inherit */
	const int *inherit_fds; /* kept open under their own numbers; everything else closes */
	unsigned int inherit_count;
};
/*
 * The child dies with this process, even by SIGKILL: it is forked by a thread that lives until
 * exit. It leads a process group of its own: a terminal's Ctrl-C does not reach it,
 * exec_process_stop() does. Standard input is /dev/null.
 * Return: 0, the child runs the program; -ENOENT no such program; -EACCES it may not be run;
 *         -ENOMEM; another -errno of pipe, fork or exec. No child is left on failure.
 */
int exec_process_start(const struct exec_process_params *params,
		       struct exec_process **out) UW_MUST_CHECK;
pid_t exec_process_pid(const struct exec_process *p);
int exec_process_fd(const struct exec_process *p); /* pidfd: readable when the child has ended */
/* @out_status: as waitpid() gives it; may be NULL, untouched while the child runs. */
bool exec_process_ended(struct exec_process *p, int *out_status);
/* Ask (SIGTERM), wait up to @grace_ms, insist (SIGKILL), reap and free. NULL is fine. */
void exec_process_stop(struct exec_process *p, uint64_t grace_ms);

/* --- the simulated implementation; tests only --- */
/* From here until exec_sim_end(), the calling thread and all it starts are simulated. */
int exec_sim_begin(uint64_t seed) UW_MUST_CHECK;
void exec_sim_end(void);
bool exec_sim_active(void);
/* Choices made so far: two runs of one seed agree. */
uint64_t exec_sim_steps(void);
/* The seed's next number below @bound, for a model or a test that wants a reproducible choice. */
uint64_t exec_sim_random(uint64_t bound);

#endif
