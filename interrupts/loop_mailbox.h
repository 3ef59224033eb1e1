/* SPDX-License-Identifier: MIT */
/*
 * loop_mailbox.h - messages from any thread to one, without a lock.
 *
 * A stack that senders push on and the receiver takes whole and turns round. The bell (an eventfd)
 * is rung only when the receiver may sleep: it announces that, then looks once more; a sender
 * pushes, then looks whether it was announced. All four accesses are sequentially consistent, so
 * at least one side sees the other. A message's receiver may let the mailbox's owner free it while
 * its sender is still here: senders are counted, and the end waits for them.
 */
#ifndef IRQ_LOOP_MAILBOX_H
#define IRQ_LOOP_MAILBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

struct irq_message;

struct loop_mailbox {
	struct irq_message *top UW_CACHE_ALIGNED; /* atomic */
	uint32_t may_sleep;                       /* atomic */
	uint32_t senders;                         /* atomic: those inside push */
	int bell;                                 /* eventfd; owned */
};

int loop_mailbox_init(struct loop_mailbox *box) UW_MUST_CHECK;
/* Waits for senders that have pushed already; nobody begins to any more. */
void loop_mailbox_deinit(struct loop_mailbox *box);
/* Any thread. */
void loop_mailbox_push(struct loop_mailbox *box, struct irq_message *msg);
/* The receiver: everything pushed so far, oldest first; NULL when empty. */
struct irq_message *loop_mailbox_take(struct loop_mailbox *box);
static inline bool loop_mailbox_has(const struct loop_mailbox *box)
{
	return __atomic_load_n(&box->top, __ATOMIC_RELAXED) != NULL;
}
/* The receiver is about to sleep; false: there is a message, do not. */
bool loop_mailbox_announce_sleep(struct loop_mailbox *box);
void loop_mailbox_awake(struct loop_mailbox *box);

#endif
