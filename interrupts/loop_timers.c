/* SPDX-License-Identifier: MIT */
/* loop_timers.c - the timers of a loop: a sorted list, since a device has a handful. */
#include "base/exec.h"
#include "loop_impl.h"

void irq_loop_timer_start(struct irq_loop *loop, struct irq_timer *timer, uint64_t due_ns)
{
	irq_loop_timer_start_within(loop, timer, due_ns, 0);
}

/* The first timer behind @after, if it is due at most @slack_ns after @due_ns. */
static struct list *companion(struct irq_loop *loop, struct list *after, uint64_t due_ns,
			      uint64_t slack_ns)
{
	struct list *next = after->next;

	if (next == &loop->timers ||
	    list_entry(next, struct irq_timer, link)->due_ns - due_ns > slack_ns)
		return NULL;
	return next;
}

void irq_loop_timer_start_within(struct irq_loop *loop, struct irq_timer *timer, uint64_t due_ns,
				 uint64_t slack_ns)
{
	struct list *after, *with;

	list_remove(&timer->link);
	timer->due_ns = due_ns;
	/* from the back: a new timer is usually the latest, and equal ones keep their order */
	after = loop->timers.prev;
	while (after != &loop->timers && list_entry(after, struct irq_timer, link)->due_ns > due_ns)
		after = after->prev;
	with = slack_ns ? companion(loop, after, due_ns, slack_ns) : NULL;
	if (with) {
		timer->due_ns = list_entry(with, struct irq_timer, link)->due_ns;
		after = with;
	}
	list_push_front(after, &timer->link);
}

bool irq_loop_timer_stop(struct irq_timer *timer)
{
	bool pending = !list_empty(&timer->link);

	list_remove(&timer->link);
	return pending;
}

uint64_t loop_timers_next(const struct irq_loop *loop)
{
	if (list_empty(&loop->timers))
		return EXEC_FOREVER;
	return list_first(&loop->timers, struct irq_timer, link)->due_ns;
}

/* Taken out first: one that its own function starts anew, due already, waits for the next round. */
static void take_due(struct irq_loop *loop, struct list *out)
{
	uint64_t now = exec_now_ns();

	while (loop_timers_next(loop) <= now)
		list_push_back(out, list_pop_front(&loop->timers));
}

void loop_timers_run(struct irq_loop *loop)
{
	struct list *link;

	if (!list_empty(&loop->timers)) /* the usual case reads no clock */
		take_due(loop, &loop->due);
	while ((link = list_pop_front(&loop->due))) {
		struct irq_timer *timer = list_entry(link, struct irq_timer, link);

		loop_count(&loop->stats.timers, 1);
		timer->run(timer);
	}
}
