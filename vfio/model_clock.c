/* SPDX-License-Identifier: MIT */
/* model_clock.c - what a model does later, on exec's time. */
#include "model_private.h"

/* The timer that is due first, or NULL. */
static struct pci_model_timer *nearest_locked(struct pci_model *m)
{
	struct pci_model_timer *nearest = NULL;

	list_for_each (it, &m->timers) {
		struct pci_model_timer *t = list_entry(it, struct pci_model_timer, link);

		if (!nearest || t->due_ns < nearest->due_ns)
			nearest = t;
	}
	return nearest;
}

static void run_clock(void *arg)
{
	struct pci_model *m = arg;

	rank_mutex_lock(&m->lock);
	while (!m->clock_stopping) {
		struct pci_model_timer *t = nearest_locked(m);

		if (!t || t->due_ns > exec_now_ns()) {
			rank_mutex_wait(&m->lock, &m->clock_changed, t ? t->due_ns : EXEC_FOREVER);
			continue;
		}
		list_remove(&t->link);
		t->run(m);
	}
	rank_mutex_unlock(&m->lock);
}

int model_clock_start(struct pci_model *m)
{
	struct exec_thread_params params = {
		.name = "uwdf-model", .run = run_clock, .arg = m, .node = -1
	};
	int err;

	if (!m->type->has_clock)
		return 0;
	err = exec_cond_init(&m->clock_changed);
	if (err)
		return err;
	err = exec_thread_start(&params, &m->clock);
	if (err)
		exec_cond_deinit(&m->clock_changed);
	return err;
}

void model_clock_stop(struct pci_model *m)
{
	if (!m->clock)
		return;
	rank_mutex_lock(&m->lock);
	m->clock_stopping = true;
	exec_cond_broadcast(&m->clock_changed);
	rank_mutex_unlock(&m->lock);
	exec_thread_join(m->clock);
	m->clock = NULL;
	exec_cond_deinit(&m->clock_changed);
}

void pci_model_timer_start(struct pci_model *m, struct pci_model_timer *timer, uint64_t delay_ns,
			   void (*run)(struct pci_model *m))
{
	list_remove(&timer->link);
	timer->due_ns = exec_now_ns() + delay_ns;
	timer->run = run;
	list_push_back(&m->timers, &timer->link);
	exec_cond_signal(&m->clock_changed);
}

void pci_model_timer_stop(struct pci_model_timer *timer)
{
	list_remove(&timer->link);
}
