/* SPDX-License-Identifier: MIT */
#include "object/worker.h"

#include "base/lock.h"
#include "irq/loop.h"
#include "object/dispose.h"
#include "object/object.h"
#include "object/pool.h"

static struct worker {
	unsigned int users; /* control thread */
	struct irq_loop *loop;
	struct spin_lock lock;
	struct fx_object *first, **last; /* guarded by lock */
	bool posted;                     /* guarded by lock: the message is on its way */
	struct irq_message message;
} worker;

static struct fx_object *worker_take(void)
{
	struct fx_object *list;

	spin_lock_acquire(&worker.lock);
	list = worker.first;
	worker.first = NULL;
	worker.last = &worker.first;
	worker.posted = false;
	spin_lock_release(&worker.lock);
	return list;
}

static void worker_run(struct irq_message *message)
{
	struct fx_object *obj = worker_take();

	(void)message;
	while (obj) {
		struct fx_object *next = obj->deferred;

		fx_object_resume(obj);
		obj = next;
	}
}

void fx_worker_defer(struct fx_object *obj)
{
	bool post;

	spin_lock_acquire(&worker.lock);
	obj->deferred = NULL;
	*worker.last = obj;
	worker.last = &obj->deferred;
	post = !worker.posted;
	worker.posted = true;
	spin_lock_release(&worker.lock);
	if (post)
		irq_loop_post(worker.loop, &worker.message);
}

int fx_worker_start(void)
{
	struct irq_loop_params params = { .name = "uwdf-worker", .node = -1, .own_thread = true };
	int err;

	if (worker.users++)
		return 0;
	spin_lock_init(&worker.lock, LOCK_RANK_LOOP - 1);
	worker.last = &worker.first;
	worker.message.run = worker_run;
	err = irq_loop_new(&params, &worker.loop);
	if (err)
		goto err_users;
	err = fx_pool_start();
	if (err)
		goto err_loop;
	return 0;

err_loop:
	worker.loop = irq_loop_free(worker.loop);
err_users:
	worker.users--;
	return err;
}

static void nothing(void *arg)
{
	(void)arg;
}

void fx_worker_drain(void)
{
	/* a cleanup may defer the next one: look until nothing is on its way */
	for (bool more = true; more;) {
		irq_loop_call(worker.loop, nothing, NULL);
		spin_lock_acquire(&worker.lock);
		more = worker.posted;
		spin_lock_release(&worker.lock);
	}
	fx_pool_drain();
}

void fx_worker_stop(void)
{
	if (!worker.users || --worker.users)
		return;
	fx_worker_drain();
	fx_pool_stop();
	worker.loop = irq_loop_free(worker.loop);
}
