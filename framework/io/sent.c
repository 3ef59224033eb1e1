/* SPDX-License-Identifier: MIT */
/*
 * sent.c - from the driver's send to the end of it, whoever brings that about.
 *
 * The sink completes, the driver cancels, time runs out, the target is stopped, purged or closed:
 * any of them at once, each in its own thread. What decides is the phase, under the target's lock;
 * the last one inside the sink (fx_sent.users) hands an ended one over, exactly once.
 */
#include "sent.h"

#include <string.h>

#include "target_impl.h"

static void completed(struct fx_packet *packet, NTSTATUS status, size_t information);
static void time_ran_out(struct irq_timer *timer);

void sent_init(struct fx_sent *sent, struct fx_request *req)
{
	memset(sent, 0, sizeof(*sent));
	sent->request = req;
	spin_lock_init(&sent->lock, LOCK_RANK_SENT);
	list_init(&sent->link);
	list_init(&sent->due_link);
	list_init(&sent->timer.link);
	sent->timer.run = time_ran_out;
	sent->type = WdfRequestTypeNoFormat;
}

/* --- who is inside the sink --- */

/* Everybody who could touch it has left the sink. */
static void over(struct fx_sent *sent)
{
	request_race_point();
	if (sent->wait)
		target_wait_over(sent->wait);
	else
		request_sent_over(sent);
}

static void completed(struct fx_packet *packet, NTSTATUS status, size_t information)
{
	struct fx_sent *sent = uw_container_of(packet, struct fx_sent, packet);
	struct fx_target *target = sent->target;
	bool last;

	request_race_point();
	spin_lock_acquire(&target->lock);
	sent->status = status;
	sent->information = information;
	sent->phase = SENT_OVER;
	last = !sent->users;
	spin_lock_release(&target->lock);
	if (last)
		over(sent);
}

enum leave { LEFT, LEFT_LAST, STAY_TO_CANCEL };

/* The last one asks: another who is inside may be about to submit it. */
static enum leave leave_locked(struct fx_sent *sent)
{
	if (sent->phase == SENT_BELOW && sent->users == 1 && sent->cancel_wanted &&
	    !sent->cancel_asked) {
		sent->cancel_asked = true;
		return STAY_TO_CANCEL;
	}
	sent->users--;
	return sent->phase == SENT_OVER && !sent->users ? LEFT_LAST : LEFT;
}

static void cancel_below(struct fx_target *target, struct fx_sent *sent)
{
	struct fx_sink *sink = target_sink(target);

	sink->ops->cancel(sink, &sent->packet);
}

/* The caller is counted in users: out of the sink, and not without a cancel that came meanwhile. */
static void leave_sink(struct fx_sent *sent)
{
	struct fx_target *target = sent->target;
	enum leave how;

	for (;;) {
		request_race_point();
		spin_lock_acquire(&target->lock);
		how = leave_locked(sent);
		spin_lock_release(&target->lock);
		if (how != STAY_TO_CANCEL)
			break;
		cancel_below(target, sent);
	}
	if (how == LEFT_LAST)
		over(sent);
}

/* It is in target->below, and the caller is counted. */
static void submit(struct fx_sent *sent)
{
	struct fx_sink *sink = target_sink(sent->target);

	sent->packet.complete = completed;
	sent->packet.owner = sent;
	sink->ops->submit(sink, &sent->packet, sent->from);
	leave_sink(sent);
}

/* --- send --- */

/* What a send comes to. */
struct entry {
	bool now;       /* into the sink; else it waits for a start */
	bool cancelled; /* the request is wanted cancelled already */
};

/* Under sent->lock: a cancel before it is seen here, one behind it finds sent->target. */
static bool is_cancelled(const struct fx_sent *sent)
{
	struct fx_request *req = sent->request;

	return req && ((request_word(req) & REQUEST_CANCELLED) || request_irp_is_cancelled(req));
}

static void set_out(struct fx_sent *sent, struct fx_target *target, const struct entry *entry,
		    const struct sent_options *options)
{
	sent->target = target;
	sent->phase = entry->now ? SENT_BELOW : SENT_WAITS;
	sent->users = 1; /* whoever sends it */
	sent->cancel_wanted = entry->now && entry->cancelled;
	sent->cancel_asked = false;
	sent->timed_out = false;
	sent->has_due = options->has_due;
	sent->due = options->due;
	sent->wait = options->wait;
	sent->forget = options->forget;
	list_push_back(entry->now ? &target->below : &target->waiting, &sent->link);
}

static NTSTATUS enter(struct fx_sent *sent, struct fx_target *target,
		      const struct sent_options *options, struct entry *out)
{
	NTSTATUS status;

	request_race_point();
	spin_lock_acquire(&sent->lock);
	spin_lock_acquire(&target->lock);
	out->cancelled = is_cancelled(sent);
	status = target_admit_locked(target, options->any_state || options->forget, &out->now);
	if (NT_SUCCESS(status)) {
		fx_object_ref(&target->base);
		set_out(sent, target, out, options);
	}
	spin_lock_release(&target->lock);
	spin_lock_release(&sent->lock);
	return status;
}

NTSTATUS sent_send(struct fx_sent *sent, struct fx_target *target,
		   const struct sent_options *options)
{
	struct entry entry;
	NTSTATUS status = enter(sent, target, options, &entry);

	if (!NT_SUCCESS(status))
		return status;
	if (options->has_due && !options->wait)
		request_arm(sent->request);
	if (entry.now) {
		submit(sent);
		return STATUS_SUCCESS;
	}
	if (entry.cancelled)
		(void)sent_cancel(sent);
	leave_sink(sent);
	return STATUS_SUCCESS;
}

static struct fx_sent *take_waiting(struct fx_target *target)
{
	struct list *link;
	struct fx_sent *sent = NULL;

	spin_lock_acquire(&target->lock);
	link = target->state == WdfIoTargetStarted ? list_pop_front(&target->waiting) : NULL;
	if (link) {
		sent = list_entry(link, struct fx_sent, link);
		sent->phase = SENT_BELOW;
		sent->users++;
		list_push_back(&target->below, link);
	} else {
		target->starting = false;
	}
	spin_lock_release(&target->lock);
	return sent;
}

void sent_submit_waiting(struct fx_target *target)
{
	struct fx_sent *sent;

	while ((sent = take_waiting(target)))
		submit(sent);
}

/* --- cancel --- */

enum cancel { TOO_LATE, NOTED, ENDED, ASK_SINK };

static enum cancel cancel_locked(struct fx_target *target, struct fx_sent *sent)
{
	switch (sent->phase) {
	case SENT_WAITS:
		list_remove(&sent->link);
		list_push_back(&target->below, &sent->link);
		sent->phase = SENT_OVER;
		sent->status = STATUS_CANCELLED;
		sent->information = 0;
		return sent->users ? NOTED : ENDED;
	case SENT_BELOW:
		if (!sent->cancel_wanted && !sent->users) {
			sent->cancel_asked = true;
			sent->users++;
			sent->cancel_wanted = true;
			return ASK_SINK;
		}
		sent->cancel_wanted = true; /* whoever is in the sink does it, or did */
		return NOTED;
	default:
		return TOO_LATE;
	}
}

static bool cancel_on(struct fx_target *target, struct fx_sent *sent, enum cancel how)
{
	if (how == ENDED) {
		over(sent);
	} else if (how == ASK_SINK) {
		cancel_below(target, sent);
		leave_sink(sent);
	}
	return how != TOO_LATE;
}

static bool cancel_if(struct fx_sent *sent, bool timed_out)
{
	enum cancel how = TOO_LATE;
	struct fx_target *target;

	request_race_point();
	spin_lock_acquire(&sent->lock);
	target = sent->target;
	if (target) {
		spin_lock_acquire(&target->lock);
		how = cancel_locked(target, sent);
		sent->timed_out |= timed_out && how != TOO_LATE;
		spin_lock_release(&target->lock);
	}
	spin_lock_release(&sent->lock);
	return cancel_on(target, sent, how);
}

bool sent_cancel(struct fx_sent *sent)
{
	return cancel_if(sent, false);
}

bool sent_expire(struct fx_sent *sent)
{
	return cancel_if(sent, true);
}

static struct fx_sent *turn_locked(struct list *list)
{
	struct list *link = list_pop_front(list);

	if (!link)
		return NULL;
	list_push_back(list, link);
	return list_entry(link, struct fx_sent, link);
}

static size_t count_locked(const struct list *list)
{
	size_t count = 0;

	list_for_each (link, list)
		count++;
	return count;
}

/* All that wait, then as many turns as there are below: who leaves meanwhile makes them shorter. */
void sent_cancel_all(struct fx_target *target)
{
	enum cancel how = NOTED;
	struct fx_sent *sent;
	size_t turns;

	spin_lock_acquire(&target->lock);
	turns = count_locked(&target->waiting) + count_locked(&target->below);
	spin_lock_release(&target->lock);
	while (turns--) {
		request_race_point();
		spin_lock_acquire(&target->lock);
		sent = turn_locked(list_empty(&target->waiting) ? &target->below
								: &target->waiting);
		if (sent)
			how = cancel_locked(target, sent);
		spin_lock_release(&target->lock);
		if (!sent)
			return;
		(void)cancel_on(target, sent, how);
	}
}

/* --- time --- */

/* When to look next; 0: it is not out any more, or has no time-out. */
static uint64_t next_look(struct fx_sent *sent, uint64_t now_ns)
{
	struct fx_target *target;
	uint64_t at = 0;

	spin_lock_acquire(&sent->lock);
	target = sent->target;
	if (target) {
		spin_lock_acquire(&target->lock);
		if (sent->has_due && sent->phase != SENT_OVER)
			at = fx_due_next(&sent->due, now_ns);
		spin_lock_release(&target->lock);
	}
	spin_lock_release(&sent->lock);
	return at;
}

void sent_arm(struct fx_sent *sent)
{
	uint64_t at = next_look(sent, exec_now_ns());

	if (at)
		irq_loop_timer_start(sent->request->io->owner, &sent->timer, at);
}

/* Owner. */
static void time_ran_out(struct irq_timer *timer)
{
	struct fx_sent *sent = uw_container_of(timer, struct fx_sent, timer);
	uint64_t now = exec_now_ns();
	uint64_t at = next_look(sent, now);

	if (at > now)
		irq_loop_timer_start(sent->request->io->owner, &sent->timer, at);
	else if (at)
		(void)sent_expire(sent);
}

/* --- the end --- */

NTSTATUS sent_take_back(struct fx_sent *sent)
{
	struct fx_target *target = sent->target;
	NTSTATUS status;

	request_race_point();
	spin_lock_acquire(&sent->lock);
	spin_lock_acquire(&target->lock);
	list_remove(&sent->link);
	target->telling++;
	sent->phase = SENT_IDLE;
	sent->target = NULL;
	status = sent->timed_out && sent->status == STATUS_CANCELLED ? STATUS_IO_TIMEOUT
								     : sent->status;
	spin_lock_release(&target->lock);
	spin_lock_release(&sent->lock);
	return status;
}

void sent_left(struct fx_target *target)
{
	spin_lock_acquire(&target->lock);
	target->telling--;
	target_tell_idle_locked(target);
	spin_lock_release(&target->lock);
	fx_object_unref(&target->base);
}
