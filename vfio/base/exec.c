/* SPDX-License-Identifier: MIT */
/* exec.c - chooses between the real and the simulated implementation. */
#include "base/exec.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "base/barrier.h"
#include "base/mem.h"
#include "exec_impl.h"

#define FILETIME_OF_1970 116444736000000000ull /* 100 ns units from 1601 to 1970 */
#define SIM_WALL_CLOCK   133801632000000000ull /* 2025-01-01: any fixed day will do */

static uint32_t last_thread_id;                      /* atomic */
static const struct exec_thread_hooks *thread_hooks; /* atomic */
_Thread_local uint32_t exec_own_thread_id
	__attribute__((tls_model("initial-exec"), visibility("hidden")));

/* --- clock --- */

uint64_t exec_now_ns(void)
{
	return simulated() ? sim_now_ns() : real_now_ns();
}

uint64_t exec_deadline_ms(uint64_t ms)
{
	uint64_t now = exec_now_ns();

	if (ms > (EXEC_FOREVER - now) / EXEC_NS_PER_MS)
		return EXEC_FOREVER;
	return now + ms * EXEC_NS_PER_MS;
}

void exec_sleep_until(uint64_t deadline_ns)
{
	if (simulated())
		sim_sleep_until(deadline_ns);
	else
		real_sleep_until(deadline_ns);
}

void exec_sleep_ms(uint64_t ms)
{
	exec_sleep_until(exec_deadline_ms(ms));
}

uint64_t exec_system_time_100ns(void)
{
	struct timespec now;

	if (simulated())
		return SIM_WALL_CLOCK + sim_now_ns() / 100;
	clock_gettime(CLOCK_REALTIME, &now);
	return FILETIME_OF_1970 + (uint64_t)now.tv_sec * 10000000u + (uint64_t)now.tv_nsec / 100;
}

/* --- threads --- */

uint32_t exec_new_thread_id(void)
{
	return __atomic_add_fetch(&last_thread_id, 1, __ATOMIC_RELAXED);
}

void exec_adopt_thread_id(uint32_t id)
{
	exec_own_thread_id = id;
}

uint32_t exec_first_thread_id(void)
{
	exec_own_thread_id = exec_new_thread_id();
	return exec_own_thread_id;
}

void exec_set_thread_hooks(const struct exec_thread_hooks *hooks)
{
	__atomic_store_n(&thread_hooks, hooks, __ATOMIC_RELEASE); /* pairs with the start's load */
}

void exec_thread_work(struct exec_thread *thread)
{
	if (thread->hooks)
		thread->hooks->enter();
	thread->run(thread->arg);
	if (thread->hooks)
		thread->hooks->leave();
}

int exec_thread_start(const struct exec_thread_params *params, struct exec_thread **out)
{
	struct exec_thread *thread = mem_calloc(1, sizeof(*thread));
	int err;

	if (!thread)
		return -ENOMEM;
	thread->id = exec_new_thread_id();
	snprintf(thread->name, sizeof(thread->name), "%s", params->name);
	thread->run = params->run;
	thread->arg = params->arg;
	thread->node = params->node;
	thread->hooks = __atomic_load_n(&thread_hooks, __ATOMIC_ACQUIRE);
	/* before it runs: the thread may ask exec_thread_is_self() through what @out points at */
	*out = thread;
	err = simulated() ? sim_thread_start(thread) : real_thread_launch(thread, real_thread_main);
	if (err) {
		*out = NULL;
		mem_free(thread);
	}
	return err;
}

void exec_thread_join(struct exec_thread *thread)
{
	if (!thread)
		return;
	if (thread->simulated)
		sim_thread_join(thread);
	pthread_join(thread->handle, NULL);
	mem_free(thread);
}

bool exec_thread_is_self(const struct exec_thread *thread)
{
	return thread->id == exec_thread_id();
}

void exec_yield(void)
{
	if (simulated())
		sim_yield();
	else
		barrier_cpu_pause();
}

void exec_give_way(void)
{
	if (simulated())
		sim_yield();
	else
		real_spin_wait(0);
}

void exec_spin_wait(const uint32_t *word, unsigned int round)
{
	if (simulated())
		sim_spin_wait(word);
	else
		real_spin_wait(round);
}

/* --- mutex and condition --- */

int exec_mutex_init(struct exec_mutex *m)
{
	m->sim = NULL;
	return -pthread_mutex_init(&m->real, NULL);
}

void exec_mutex_deinit(struct exec_mutex *m)
{
	pthread_mutex_destroy(&m->real);
}

void exec_mutex_lock(struct exec_mutex *m) UW_NO_TSA
{
	if (simulated())
		sim_mutex_lock(m);
	else
		pthread_mutex_lock(&m->real);
}

bool exec_mutex_trylock(struct exec_mutex *m) UW_NO_TSA
{
	return simulated() ? sim_mutex_trylock(m) : pthread_mutex_trylock(&m->real) == 0;
}

void exec_mutex_unlock(struct exec_mutex *m) UW_NO_TSA
{
	if (simulated())
		sim_mutex_unlock(m);
	else
		pthread_mutex_unlock(&m->real);
}

int exec_cond_init(struct exec_cond *c)
{
	c->sim = NULL;
	return real_cond_init(&c->real);
}

void exec_cond_deinit(struct exec_cond *c)
{
	pthread_cond_destroy(&c->real);
}

bool exec_cond_wait(struct exec_cond *c, struct exec_mutex *m, uint64_t deadline_ns)
{
	if (simulated())
		return sim_cond_wait(c, m, deadline_ns);
	return real_cond_wait(&c->real, &m->real, deadline_ns);
}

void exec_cond_signal(struct exec_cond *c)
{
	if (simulated())
		sim_cond_wake(c, false);
	else
		pthread_cond_signal(&c->real);
}

void exec_cond_broadcast(struct exec_cond *c)
{
	if (simulated())
		sim_cond_wake(c, true);
	else
		pthread_cond_broadcast(&c->real);
}

/* --- event --- */

int exec_event_init(struct exec_event *e)
{
	int err = exec_mutex_init(&e->lock);

	if (err)
		return err;
	e->set = false;
	err = exec_cond_init(&e->cond);
	if (err)
		exec_mutex_deinit(&e->lock);
	return err;
}

void exec_event_deinit(struct exec_event *e)
{
	exec_cond_deinit(&e->cond);
	exec_mutex_deinit(&e->lock);
}

void exec_event_set(struct exec_event *e)
{
	exec_mutex_lock(&e->lock);
	e->set = true;
	exec_cond_broadcast(&e->cond); /* under the lock: the waiter may free the event next */
	exec_mutex_unlock(&e->lock);
}

void exec_event_clear(struct exec_event *e)
{
	exec_mutex_lock(&e->lock);
	e->set = false;
	exec_mutex_unlock(&e->lock);
}

bool exec_event_wait(struct exec_event *e, uint64_t deadline_ns)
{
	bool set;

	exec_mutex_lock(&e->lock);
	while (!e->set && exec_cond_wait(&e->cond, &e->lock, deadline_ns))
		;
	set = e->set;
	exec_mutex_unlock(&e->lock);
	return set;
}

int exec_wait_fd(int fd, short events, uint64_t deadline_ns)
{
	return simulated() ? sim_wait_fd(fd, events, deadline_ns)
			   : real_wait_fd(fd, events, deadline_ns);
}
