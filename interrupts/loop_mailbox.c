/* SPDX-License-Identifier: MIT */
#include "loop_mailbox.h"

#include <errno.h>
#include <sys/eventfd.h>

#include "base/exec.h"
#include "base/log.h"
#include "base/report.h"
#include "base/sys.h"
#include "irq/loop.h"

#define BELL_TRIES 3

/* Where senders and receiver may overtake each other: in a simulation the seed decides who does. */
static inline void race_point(void)
{
	if (uw_unlikely(exec_sim_active()))
		exec_yield();
}

int loop_mailbox_init(struct loop_mailbox *box)
{
	box->top = NULL;
	box->may_sleep = 0;
	box->senders = 0;
	box->bell = sys_eventfd(0, EFD_NONBLOCK);
	return box->bell < 0 ? box->bell : 0;
}

void loop_mailbox_deinit(struct loop_mailbox *box)
{
	/* pairs with the release of the last one's */
	for (unsigned int i = 0; __atomic_load_n(&box->senders, __ATOMIC_ACQUIRE); i++)
		exec_spin_wait(&box->senders, i);
	sys_close(box->bell);
	box->bell = -1;
}

UW_COLD static void ring_bell(struct loop_mailbox *box)
{
	int err = 0;

	/* nobody would ring again for this message */
	for (int i = 0; i < BELL_TRIES; i++) {
		err = sys_eventfd_signal(box->bell);
		if (!err || err == -EAGAIN) /* EAGAIN: full, so it is ringing already */
			return;
	}
	log_error("loop", "waking the loop: %s", err_text(err));
}

void loop_mailbox_push(struct loop_mailbox *box, struct irq_message *msg)
{
	struct irq_message *top;

	/* whoever has the message sees it: the push below releases */
	__atomic_add_fetch(&box->senders, 1, __ATOMIC_RELAXED);
	top = __atomic_load_n(&box->top, __ATOMIC_RELAXED);
	race_point();
	do
		msg->next = top;
	while (!__atomic_compare_exchange_n(&box->top, &top, msg, true, __ATOMIC_SEQ_CST,
					    __ATOMIC_RELAXED));
	race_point();
	if (__atomic_load_n(&box->may_sleep, __ATOMIC_SEQ_CST) &&
	    __atomic_exchange_n(&box->may_sleep, 0, __ATOMIC_RELAXED))
		ring_bell(box);
	race_point();
	__atomic_sub_fetch(&box->senders, 1, __ATOMIC_RELEASE);
}

struct irq_message *loop_mailbox_take(struct loop_mailbox *box)
{
	struct irq_message *newest, *oldest = NULL;

	if (!__atomic_load_n(&box->top, __ATOMIC_RELAXED))
		return NULL;
	newest = __atomic_exchange_n(&box->top, NULL, __ATOMIC_ACQUIRE);
	while (newest) {
		struct irq_message *older = newest->next;

		newest->next = oldest;
		oldest = newest;
		newest = older;
	}
	return oldest;
}

bool loop_mailbox_announce_sleep(struct loop_mailbox *box)
{
	race_point();
	__atomic_store_n(&box->may_sleep, 1, __ATOMIC_SEQ_CST);
	race_point();
	if (!__atomic_load_n(&box->top, __ATOMIC_SEQ_CST))
		return true;
	loop_mailbox_awake(box);
	return false;
}

void loop_mailbox_awake(struct loop_mailbox *box)
{
	__atomic_store_n(&box->may_sleep, 0, __ATOMIC_RELAXED);
}
