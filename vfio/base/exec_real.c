/* SPDX-License-Identifier: MIT */
/* exec_real.c - the real implementation: pthreads, CLOCK_MONOTONIC, ppoll. */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <time.h>

#include "base/fault.h"
#include "base/numa.h"
#include "base/sys.h"
#include "exec_impl.h"

#define SPIN_YIELDS   16      /* rounds that only give the CPU away, before sleeping */
#define SPIN_SLEEP_NS 50000ll /* the holder lost its CPU: let it run, whatever our priority */

static struct timespec to_timespec(uint64_t ns)
{
	return (struct timespec){ .tv_sec = (time_t)(ns / EXEC_NS_PER_S),
				  .tv_nsec = (long)(ns % EXEC_NS_PER_S) };
}

uint64_t real_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * EXEC_NS_PER_S + (uint64_t)now.tv_nsec;
}

void real_sleep_until(uint64_t deadline_ns)
{
	struct timespec until = to_timespec(deadline_ns);

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
		;
}

void real_thread_settle(const struct exec_thread *thread)
{
	exec_adopt_thread_id(thread->id);
	pthread_setname_np(pthread_self(), thread->name);
	if (numa_bind_thread(thread->node))
		return; /* slower on the wrong node, still right */
}

void *real_thread_main(void *arg)
{
	struct exec_thread *thread = arg;

	real_thread_settle(thread);
	exec_thread_work(thread);
	return NULL;
}

/* Signals for the process go to the program's own threads; faults stay with whoever caused them. */
static void block_async_signals(sigset_t *out_old)
{
	static const int kept[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGPROF };
	sigset_t set;

	sigfillset(&set);
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(kept); i++)
		sigdelset(&set, kept[i]);
	pthread_sigmask(SIG_SETMASK, &set, out_old);
}

int real_thread_launch(struct exec_thread *thread, void *(*entry)(void *thread))
{
	sigset_t old;
	int err;

	if (fault_hit(FAULT_SYSCALL))
		return -EAGAIN;
	block_async_signals(&old);
	err = pthread_create(&thread->handle, NULL, entry, thread);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return -err;
}

int real_cond_init(pthread_cond_t *cond)
{
	pthread_condattr_t attr;
	int err;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	err = pthread_cond_init(cond, &attr);
	pthread_condattr_destroy(&attr);
	return -err;
}

bool real_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex, uint64_t deadline_ns)
{
	struct timespec until = to_timespec(deadline_ns);

	if (deadline_ns == EXEC_FOREVER)
		return pthread_cond_wait(cond, mutex) == 0;
	return pthread_cond_timedwait(cond, mutex, &until) == 0;
}

static int64_t time_left_ns(uint64_t deadline_ns)
{
	uint64_t now;

	if (deadline_ns == EXEC_FOREVER)
		return -1;
	now = real_now_ns();
	return deadline_ns > now ? (int64_t)(deadline_ns - now) : 0;
}

int real_wait_fd(int fd, short events, uint64_t deadline_ns)
{
	struct pollfd poll = { .fd = fd, .events = events };
	int got;

	do
		got = sys_ppoll(&poll, 1, time_left_ns(deadline_ns));
	while (got == -EINTR);
	return got > 0 ? poll.revents : got;
}

void real_spin_wait(unsigned int round)
{
	struct timespec nap = { .tv_nsec = SPIN_SLEEP_NS };

	if (round < SPIN_YIELDS)
		sched_yield();
	else
		clock_nanosleep(CLOCK_MONOTONIC, 0, &nap, NULL);
}
