/* SPDX-License-Identifier: MIT */
/* loop_poll.c - what comes through memory alone: looked at every round, and for a while before the
 * loop sleeps. */
#include "loop_impl.h"

#define LOOKS_A_CLOCK 32u /* at the memory, for each look at the clock */
#define ROUNDS_A_LOOK 32u /* without the kernel, where it cannot be asked cheaply */

/*
 * One may pump the loop and so remove any of them, and be here again inside itself. That round
 * comes by all of them, so the outer one has none left.
 */
static bool run_all(struct irq_loop *loop)
{
	bool served = false;

	for (loop->next_poller = loop->pollers.next; loop->next_poller != &loop->pollers;) {
		struct irq_poller *poller = list_entry(loop->next_poller, struct irq_poller, link);

		loop->next_poller = poller->link.next;
		served |= poller->run(poller);
	}
	return served;
}

/* Has the round something else to do, which a spin must not keep waiting? */
static bool is_wanted(struct irq_loop *loop)
{
	return loop_mailbox_has(&loop->mailbox) || loop_has_deferred(loop) ||
	       (loop->backend->has_news && loop->backend->has_news(loop));
}

static uint64_t spin_end(struct irq_loop *loop, uint64_t budget_ns, uint64_t deadline_ns)
{
	uint64_t end = exec_now_ns() + budget_ns, due = loop_timers_next(loop);

	end = due < end ? due : end;
	return deadline_ns < end ? deadline_ns : end;
}

static bool spin(struct irq_loop *loop, uint64_t deadline_ns)
{
	uint64_t budget_ns = deadline_ns ? spin_budget_ns(&loop->spin) : 0, end;

	if (!budget_ns)
		return false;
	end = spin_end(loop, budget_ns, deadline_ns);
	do {
		for (unsigned int i = 0; i < LOOKS_A_CLOCK; i++) {
			if (run_all(loop)) {
				spin_paid(&loop->spin);
				return true;
			}
			if (is_wanted(loop))
				return false;
			exec_yield();
		}
	} while (exec_now_ns() < end);
	spin_failed(&loop->spin);
	return false;
}

/* Whoever fills the memory may be waiting for this very CPU. */
static bool give_way(struct irq_loop *loop, uint64_t deadline_ns)
{
	uint64_t begin, away_ns;
	bool served;

	if (!deadline_ns || !loop->spin.most_ns || !yield_may(&loop->yielding))
		return false;
	begin = exec_now_ns();
	exec_give_way();
	away_ns = exec_now_ns() - begin;
	served = run_all(loop);
	yield_done(&loop->yielding, served, away_ns);
	return served;
}

/* Something was served without the kernel: when is it its turn? */
static enum loop_need after_serving(struct irq_loop *loop)
{
	if (loop->backend->has_news && loop->backend->has_news(loop))
		return LOOP_LOOK;
	if (++loop->polled_rounds < ROUNDS_A_LOOK)
		return LOOP_NOTHING;
	loop->polled_rounds = 0;
	return LOOP_LOOK;
}

/* Nothing is there, nothing else is to be done: before it sleeps, the loop may look again. */
static bool look_longer(struct irq_loop *loop, uint64_t deadline_ns)
{
	if (is_wanted(loop))
		return false;
	if (spin(loop, deadline_ns))
		return true;
	return !is_wanted(loop) && give_way(loop, deadline_ns);
}

enum loop_need loop_poll(struct irq_loop *loop, uint64_t deadline_ns)
{
	if (!run_all(loop) && !look_longer(loop, deadline_ns))
		return LOOP_WAIT; /* which does not wait where something else is to be done */
	loop_count(&loop->stats.events, 1);
	return after_serving(loop);
}

bool loop_poll_sleep(struct irq_loop *loop)
{
	bool empty = true;

	list_for_each (it, &loop->pollers) {
		struct irq_poller *poller = list_entry(it, struct irq_poller, link);

		empty &= poller->sleep(poller, true);
	}
	return empty;
}

void loop_poll_awake(struct irq_loop *loop)
{
	list_for_each (it, &loop->pollers) {
		struct irq_poller *poller = list_entry(it, struct irq_poller, link);

		(void)poller->sleep(poller, false);
	}
}

void irq_loop_poller_add(struct irq_loop *loop, struct irq_poller *poller, uint64_t spin_ns)
{
	list_push_back(&loop->pollers, &poller->link);
	if (!exec_sim_active() && spin_ns > loop->spin.most_ns)
		spin_init(&loop->spin, spin_ns);
	yield_init(&loop->yielding);
}

void irq_loop_poller_remove(struct irq_loop *loop, struct irq_poller *poller)
{
	if (loop->next_poller == &poller->link)
		loop->next_poller = poller->link.next;
	list_remove(&poller->link);
	if (list_empty(&loop->pollers))
		spin_init(&loop->spin, 0);
}
