/* SPDX-License-Identifier: MIT */
/* exec_impl.h - the two implementations behind exec.h; exec.c chooses between them. */
#ifndef BASE_EXEC_IMPL_H
#define BASE_EXEC_IMPL_H

#include "base/exec.h"
#include "base/list.h"

#define EXEC_NAME_MAX 16

enum sim_wait {
	SIM_RUNNABLE,
	SIM_MUTEX, /* object: struct exec_mutex, until it is free */
	SIM_COND,  /* object: struct exec_cond, until signalled */
	SIM_WORD,  /* object: uint32_t, until it is zero */
	SIM_JOIN,  /* object: struct sim_thread, until it finished */
	SIM_FD,    /* fd and events, until poll() says so */
	SIM_SLEEP, /* until the deadline */
};

/* One logical thread of the simulation. Touched by whoever holds the baton. */
struct sim_thread {
	struct list link; /* in creation order, so that a seed replays */
	const char *name;
	pthread_cond_t turn; /* signalled when the baton is handed to this thread */
	enum sim_wait wait;
	const void *object;
	int fd;
	short events;
	short revents;
	bool signalled;
	bool finished;
	uint64_t deadline_ns;
};

struct exec_thread {
	pthread_t handle;
	uint32_t id;
	char name[EXEC_NAME_MAX];
	void (*run)(void *arg);
	void *arg;
	int node;
	const struct exec_thread_hooks *hooks; /* of the time it was started; may be NULL */
	bool simulated;
	struct sim_thread sim;
};

uint32_t exec_new_thread_id(void);
void exec_adopt_thread_id(uint32_t id);
void exec_thread_work(struct exec_thread *thread); /* hooks and function, in the new thread */

/* exec_real.c */
uint64_t real_now_ns(void);
void real_sleep_until(uint64_t deadline_ns);
int real_thread_launch(struct exec_thread *thread, void *(*entry)(void *thread));
void real_thread_settle(const struct exec_thread *thread); /* name and node, in the new thread */
void *real_thread_main(void *thread);
int real_cond_init(pthread_cond_t *cond);
bool real_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex, uint64_t deadline_ns);
int real_wait_fd(int fd, short events, uint64_t deadline_ns);
void real_spin_wait(unsigned int round);

/* exec_sim.c; all but sim_is_running() from a simulated thread */
extern bool exec_sim_on; /* atomic, relaxed */
struct sim_thread *sim_self(void);
uint64_t sim_now_ns(void);
void sim_sleep_until(uint64_t deadline_ns);
int sim_thread_start(struct exec_thread *thread);
void sim_thread_join(struct exec_thread *thread);
void sim_yield(void);
void sim_mutex_lock(struct exec_mutex *m);
bool sim_mutex_trylock(struct exec_mutex *m);
void sim_mutex_unlock(struct exec_mutex *m);
bool sim_cond_wait(struct exec_cond *c, struct exec_mutex *m, uint64_t deadline_ns);
void sim_cond_wake(struct exec_cond *c, bool all);
int sim_wait_fd(int fd, short events, uint64_t deadline_ns);
void sim_spin_wait(const uint32_t *word);

/* Is the caller part of a simulation? One load and a predicted branch when there is none. */
static inline bool simulated(void)
{
	return uw_unlikely(__atomic_load_n(&exec_sim_on, __ATOMIC_RELAXED)) && sim_self();
}

#endif
