/* SPDX-License-Identifier: MIT */
#include "object/pool.h"

#include <errno.h>

#include "base/exec.h"
#include "base/log.h"
#include "base/report.h"

static struct pool {
	struct exec_mutex lock; /* a leaf: guards what follows and every fx_work */
	struct exec_cond work;  /* something was queued, or the end */
	struct exec_cond done;  /* some work became idle */
	struct list queue;
	struct exec_thread *threads[FX_POOL_THREADS];
	unsigned int thread_count;
	unsigned int busy;    /* threads that run work; one being started may be among them */
	unsigned int waiting; /* for done */
	unsigned int ending;  /* works whose end() is due */
	bool starting;        /* somebody starts a thread */
	bool stopping;
} pool;

/* What the thread runs: one at a time, since flushing never runs anything. */
static _Thread_local const struct fx_work *current;

static void run_pool(void *arg);

static int start_thread(struct exec_thread **out)
{
	struct exec_thread_params params = { .name = "uwdf-work", .run = run_pool, .node = -1 };

	return exec_thread_start(&params, out);
}

/* Does every thread run something? Others may have begun to while the last one was started. */
static bool needs_spare_locked(void) UW_REQUIRES(pool.lock)
{
	return pool.busy >= pool.thread_count && pool.thread_count < FX_POOL_THREADS &&
	       !pool.starting && !pool.stopping;
}

/* The caller is about to run something that may wait for what is queued later: see that a thread is
 * there for it. One that cannot be had is done without. */
static void grow_locked(void) UW_REQUIRES(pool.lock)
{
	struct exec_thread *thread;
	int err = 0;

	while (!err && needs_spare_locked()) {
		pool.starting = true;
		exec_mutex_unlock(&pool.lock);
		err = start_thread(&thread);
		exec_mutex_lock(&pool.lock);
		pool.starting = false;
		if (!err)
			pool.threads[pool.thread_count++] = thread;
		else
			log_warn("pool", "starting one more worker thread: %s", err_text(err));
		exec_cond_broadcast(&pool.done); /* fx_pool_stop() waits for it */
	}
}

static void become_idle_locked(struct fx_work *work) UW_REQUIRES(pool.lock)
{
	void (*end)(struct fx_work * work) = work->end;

	if (work->running)
		return;
	if (end) {
		exec_mutex_unlock(&pool.lock);
		end(work);
		exec_mutex_lock(&pool.lock);
		pool.ending--;
	}
	if (pool.waiting)
		exec_cond_broadcast(&pool.done);
}

static void run_next_locked(void) UW_REQUIRES(pool.lock)
{
	struct fx_work *work = list_entry(list_pop_front(&pool.queue), struct fx_work, link);

	work->running++;
	pool.busy++;
	grow_locked();
	exec_mutex_unlock(&pool.lock);
	current = work;
	work->run(work);
	current = NULL;
	exec_mutex_lock(&pool.lock);
	work->running--;
	pool.busy--;
	become_idle_locked(work);
}

static void run_pool(void *arg)
{
	(void)arg;
	exec_mutex_lock(&pool.lock);
	while (!pool.stopping) {
		if (!list_empty(&pool.queue)) {
			run_next_locked();
			continue;
		}
		(void)exec_cond_wait(&pool.work, &pool.lock, EXEC_FOREVER);
	}
	exec_mutex_unlock(&pool.lock);
}

/* --- life --- */

int fx_pool_start(void)
{
	int err;

	pool = (struct pool){ .queue = LIST_INIT(pool.queue) };
	err = exec_mutex_init(&pool.lock);
	if (err)
		return err;
	err = exec_cond_init(&pool.work);
	if (err)
		goto err_lock;
	err = exec_cond_init(&pool.done);
	if (err)
		goto err_work;
	err = start_thread(&pool.threads[0]);
	if (err)
		goto err_done;
	pool.thread_count = 1;
	return 0;

err_done:
	exec_cond_deinit(&pool.done);
err_work:
	exec_cond_deinit(&pool.work);
err_lock:
	exec_mutex_deinit(&pool.lock);
	return err;
}

static void wait_done_locked(void) UW_REQUIRES(pool.lock)
{
	pool.waiting++;
	(void)exec_cond_wait(&pool.done, &pool.lock, EXEC_FOREVER);
	pool.waiting--;
}

void fx_pool_drain(void)
{
	exec_mutex_lock(&pool.lock);
	while (pool.ending)
		wait_done_locked();
	exec_mutex_unlock(&pool.lock);
}

void fx_pool_stop(void)
{
	exec_mutex_lock(&pool.lock);
	while (!list_empty(&pool.queue))
		wait_done_locked();
	pool.stopping = true;
	exec_cond_broadcast(&pool.work);
	while (pool.starting)
		wait_done_locked();
	exec_mutex_unlock(&pool.lock);
	for (unsigned int i = 0; i < pool.thread_count; i++)
		exec_thread_join(pool.threads[i]);
	exec_cond_deinit(&pool.done);
	exec_cond_deinit(&pool.work);
	exec_mutex_deinit(&pool.lock);
}

/* --- work --- */

void fx_work_init(struct fx_work *work, void (*run)(struct fx_work *work))
{
	*work = (struct fx_work){ .run = run };
	list_init(&work->link);
}

enum fx_work_queued fx_work_queue(struct fx_work *work)
{
	enum fx_work_queued result = FX_WORK_ALREADY;

	exec_mutex_lock(&pool.lock);
	if (work->closed) {
		result = FX_WORK_CLOSED;
	} else if (list_empty(&work->link)) {
		result = FX_WORK_QUEUED;
		list_push_back(&pool.queue, &work->link);
		exec_cond_signal(&pool.work);
	}
	exec_mutex_unlock(&pool.lock);
	return result;
}

static void wait_idle_locked(struct fx_work *work) UW_REQUIRES(pool.lock)
{
	while (work->running || !list_empty(&work->link))
		wait_done_locked();
}

void fx_work_flush(struct fx_work *work)
{
	exec_mutex_lock(&pool.lock);
	wait_idle_locked(work);
	exec_mutex_unlock(&pool.lock);
}

const char *fx_work_state(const struct fx_work *work)
{
	const char *state = NULL;

	exec_mutex_lock(&pool.lock);
	if (work->running)
		state = "running";
	else if (!list_empty(&work->link))
		state = "queued";
	exec_mutex_unlock(&pool.lock);
	return state;
}

bool fx_work_is_mine(const struct fx_work *work)
{
	return current == work;
}

void fx_work_close(struct fx_work *work, void (*end)(struct fx_work *work))
{
	exec_mutex_lock(&pool.lock);
	work->closed = true;
	if (fx_work_is_mine(work)) {
		list_remove(&work->link);
		work->end = end;
		pool.ending++;
	} else {
		wait_idle_locked(work);
	}
	exec_mutex_unlock(&pool.lock);
}
