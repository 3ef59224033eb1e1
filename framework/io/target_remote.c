/* SPDX-License-Identifier: MIT */
/*
 * target_remote.c - requests to a device of another host, on the sender's owner loop.
 *
 * A packet of ours is in no room, so that its messages and its state are ours to use. It ends once:
 * by an answer, by being cancelled before there was room for it, or because the other host does not
 * answer to its cancellation. One whose cancellation is on its way waits for that message.
 */
#include "target_remote.h"

#include <errno.h>

#include "base/exec.h"
#include "target_impl.h"

#define REAP_AT_ONCE  32u
#define MOST_RETRY_MS 128u

enum {
	REMOTE_OVER = 1,         /* it has a status */
	REMOTE_CANCEL_SENT = 2,  /* a message is on its way */
	REMOTE_CANCEL_TAKEN = 4, /* and came */
};

static_assert((int)FX_PACKET_READ == UWDF_READ && (int)FX_PACKET_WRITE == UWDF_WRITE &&
		      (int)FX_PACKET_CONTROL == UWDF_CONTROL,
	      "one set of kinds");

const struct fx_remote_ops *remote_ops;

UW_EXPORT void fx_remote_use(const struct fx_remote_ops *ops)
{
	remote_ops = ops;
}

NTSTATUS remote_status(int err)
{
	switch (err) {
	case -EMSGSIZE:
		return STATUS_INVALID_BUFFER_SIZE;
	case -EINVAL:
		return STATUS_INVALID_PARAMETER;
	case -EDQUOT:
		return STATUS_QUOTA_EXCEEDED;
	case -EACCES:
	case -EPERM:
		return STATUS_ACCESS_DENIED;
	case -ETIMEDOUT:
		return STATUS_IO_TIMEOUT;
	case -EPROTO:
		return STATUS_DEVICE_PROTOCOL_ERROR;
	case -ENODEV:
	case -EPIPE:
		return STATUS_DEVICE_REMOVED;
	case -ECONNREFUSED:
		return STATUS_NO_SUCH_DEVICE;
	default:
		return STATUS_INSUFFICIENT_RESOURCES; /* memory, descriptors, threads */
	}
}

/* --- the end of a packet --- */

static void finish(struct fx_packet *packet, NTSTATUS status, size_t information)
{
	uint32_t before;

	packet->status = status;
	packet->information = information;
	before = __atomic_fetch_or(&packet->state, REMOTE_OVER, __ATOMIC_ACQ_REL);
	if (!(before & REMOTE_CANCEL_SENT) || (before & REMOTE_CANCEL_TAKEN))
		packet->complete(packet, status, information);
}

/* What a driver may believe: it takes these as lengths of its own buffers. */
static size_t honest_information(const struct uwdf_op *op)
{
	size_t most = op->kind == UWDF_WRITE ? op->in_len : op->out_len;

	if (op->kind == UWDF_CONTROL && !most)
		return op->information; /* whatever the two drivers mean by it */
	return op->information < most ? op->information : most;
}

static NTSTATUS honest_status(const struct uwdf_op *op)
{
	return op->status == STATUS_PENDING ? STATUS_UNSUCCESSFUL : op->status;
}

/* --- places --- */

static struct remote_op *take_op(struct remote *remote)
{
	struct list *link = list_pop_front(&remote->free);
	struct remote_op *op;

	if (link)
		return list_entry(link, struct remote_op, link);
	if (remote->ops_used == REMOTE_OPS)
		return NULL;
	op = &remote->ops[remote->ops_used++];
	list_init(&op->link);
	return op;
}

static void give_back_op(struct remote *remote, struct remote_op *op)
{
	list_remove(&op->link);
	op->op.user = NULL;
	list_push_back(&remote->free, &op->link);
}

static void end_op(struct remote *remote, struct remote_op *op, NTSTATUS status, size_t information)
{
	struct fx_packet *packet = op->op.user;

	give_back_op(remote, op);
	finish(packet, status, information);
}

/* --- submit --- */

static int send(struct remote *remote, struct fx_packet *packet)
{
	const bool reads = packet->kind == FX_PACKET_READ, writes = packet->kind == FX_PACKET_WRITE;
	struct remote_op *op;
	int err;

	if (remote->gone)
		return -EPIPE;
	op = take_op(remote);
	if (!op)
		return -EAGAIN;
	op->op = (struct uwdf_op){ .kind = (enum uwdf_op_kind)packet->kind,
				   .code = packet->code,
				   .in = reads ? NULL : packet->in,
				   .in_len = reads ? 0 : packet->in_len,
				   .out = writes ? NULL : packet->out,
				   .out_len = writes ? 0 : packet->out_len,
				   .offset = packet->offset,
				   .user = packet };
	err = remote_ops->submit(remote->handle, &op->op);
	if (err)
		give_back_op(remote, op);
	else
		packet->phase = (uint32_t)(op - remote->ops) + 1;
	return err;
}

static void tick_at(struct remote *remote, uint64_t due_ns)
{
	if (list_empty(&remote->tick.link) || due_ns < remote->tick.due_ns)
		irq_loop_timer_start(remote->loop, &remote->tick, due_ns);
}

static void try_later(struct remote *remote)
{
	remote->retry_ms = remote->retry_ms ? remote->retry_ms * 2 : 1;
	if (remote->retry_ms > MOST_RETRY_MS)
		remote->retry_ms = MOST_RETRY_MS;
	tick_at(remote, exec_deadline_ms(remote->retry_ms));
}

/* false: there is no room. */
static bool send_one(struct remote *remote, struct fx_packet *packet)
{
	int err = send(remote, packet);

	if (err == -EAGAIN)
		return false;
	remote->retry_ms = 0;
	if (err)
		finish(packet, remote_status(err), 0);
	return true;
}

static void send_waiting(struct remote *remote)
{
	struct list *link;

	while ((link = list_pop_front(&remote->waiting))) {
		if (send_one(remote, list_entry(link, struct fx_packet, link)))
			continue;
		list_push_front(&remote->waiting, link);
		try_later(remote);
		return;
	}
}

static void submit_came(struct irq_message *msg)
{
	struct fx_packet *packet = uw_container_of(msg, struct fx_packet, msg);
	struct remote *remote = packet->remote;

	list_push_back(&remote->waiting, &packet->link);
	if (list_first(&remote->waiting, struct fx_packet, link) == packet)
		send_waiting(remote);
}

void remote_submit(struct remote *remote, struct fx_packet *packet)
{
	list_init(&packet->link);
	packet->remote = remote;
	packet->phase = 0;
	packet->state = 0;
	if (packet->kind > FX_PACKET_CONTROL) { /* its buffers mean nothing in another process */
		packet->complete(packet, STATUS_INVALID_DEVICE_REQUEST, 0);
		return;
	}
	packet->msg.run = submit_came;
	irq_loop_post(remote->loop, &packet->msg);
}

/* --- cancel --- */

/* Those at the front of @ops whose time is over. */
static void give_up_some(struct remote *remote, struct list *ops, uint64_t now_ns)
{
	while (!list_empty(ops)) {
		struct remote_op *op = list_first(ops, struct remote_op, link);

		if (op->give_up_ns > now_ns) {
			tick_at(remote, op->give_up_ns);
			return;
		}
		remote_ops->abandon(remote->handle, &op->op);
		end_op(remote, op, STATUS_CANCELLED, 0);
	}
}

/* Who does not end in time what he was asked to, or has no room for the asking, is not waited for.
 */
static void give_up_late(struct remote *remote, uint64_t now_ns)
{
	give_up_some(remote, &remote->asked, now_ns);
	give_up_some(remote, &remote->cancels, now_ns);
}

static void ask_for_cancels(struct remote *remote)
{
	struct list *link;

	while ((link = list_pop_front(&remote->cancels))) {
		struct remote_op *op = list_entry(link, struct remote_op, link);

		if (remote_ops->cancel(remote->handle, &op->op) == -EAGAIN) {
			list_push_front(&remote->cancels, link);
			try_later(remote);
			return;
		}
		list_push_back(&remote->asked, link);
	}
}

static void cancel_packet(struct remote *remote, struct fx_packet *packet)
{
	struct remote_op *op;

	if (!packet->phase) {
		list_remove(&packet->link);
		finish(packet, STATUS_CANCELLED, 0);
		return;
	}
	op = &remote->ops[packet->phase - 1];
	op->give_up_ns = exec_deadline_ms(REMOTE_GRACE_MS);
	list_push_back(&remote->cancels, &op->link);
	tick_at(remote, op->give_up_ns);
	ask_for_cancels(remote);
}

static void cancel_came(struct irq_message *msg)
{
	struct fx_packet *packet = uw_container_of(msg, struct fx_packet, cancel);
	uint32_t before = __atomic_fetch_or(&packet->state, REMOTE_CANCEL_TAKEN, __ATOMIC_ACQ_REL);

	if (before & REMOTE_OVER)
		packet->complete(packet, packet->status, packet->information);
	else
		cancel_packet(packet->remote, packet);
}

void remote_cancel(struct fx_packet *packet)
{
	struct remote *remote = packet->remote;
	uint32_t before = __atomic_fetch_or(&packet->state, REMOTE_CANCEL_SENT, __ATOMIC_ACQ_REL);

	if (before & REMOTE_OVER)
		return; /* it is being completed */
	packet->cancel.run = cancel_came;
	irq_loop_post(remote->loop, &packet->cancel);
}

/* --- what comes from there --- */

static void end_let_go(struct remote *remote)
{
	struct fx_target_wait *wait = remote->letting_go;

	remote->letting_go = NULL;
	if (wait)
		target_wait_over(wait);
}

/* The library has given all back by now; one that did not would not be believed either. */
static void lose(struct remote *remote)
{
	remote->gone = true;
	irq_loop_remove_source(remote->source);
	remote->source = NULL;
	send_waiting(remote); /* each ends so */
	for (uint32_t i = 0; i < remote->ops_used; i++)
		if (remote->ops[i].op.user)
			end_op(remote, &remote->ops[i], STATUS_DEVICE_REMOVED, 0);
	end_let_go(remote);
	remote_note(remote, UWDF_REMOVED);
}

static void take_events(struct remote *remote)
{
	enum uwdf_event event;

	for (unsigned int i = 0; i < REAP_AT_ONCE; i++) {
		if (remote_ops->next_event(remote->handle, 0, &event) <= 0)
			return;
		if (event == UWDF_LET_GO)
			end_let_go(remote);
		else
			remote_note(remote, event);
	}
}

static int take_some(struct remote *remote)
{
	struct uwdf_op *ops[REAP_AT_ONCE];
	int got = remote_ops->reap_many(remote->handle, 0, ops, REAP_AT_ONCE);

	for (int i = 0; i < got; i++)
		end_op(remote, uw_container_of(ops[i], struct remote_op, op), honest_status(ops[i]),
		       honest_information(ops[i]));
	return got;
}

static void ready(void *arg, uint64_t count)
{
	struct remote *remote = arg;
	int got;

	(void)count;
	do /* not without end: each that is out comes once */
		got = take_some(remote);
	while (got > 0);
	take_events(remote); /* an event keeps the descriptor readable until then */
	if (got < 0)
		lose(remote);
	else
		send_waiting(remote);
}

/* false: it cannot be asked. */
static bool ask_to_let_go(struct remote *remote)
{
	int err = remote_ops->let_go(remote->handle);

	remote->let_go_unsent = err == -EAGAIN;
	if (err == -EAGAIN)
		try_later(remote);
	return !err || err == -EAGAIN;
}

static void tick(struct irq_timer *timer)
{
	struct remote *remote = uw_container_of(timer, struct remote, tick);
	uint64_t now_ns = exec_now_ns();

	if (remote->letting_go && remote->let_go_by_ns <= now_ns)
		end_let_go(remote);
	if (remote->gone)
		return;
	if (remote->letting_go && remote->let_go_unsent && !ask_to_let_go(remote))
		end_let_go(remote);
	ask_for_cancels(remote);
	send_waiting(remote);
	give_up_late(remote, now_ns);
	if (remote->letting_go)
		tick_at(remote, remote->let_go_by_ns);
}

/* --- begin, let go, end --- */

int remote_begin(struct remote *remote)
{
	int err;

	list_init(&remote->free);
	list_init(&remote->waiting);
	list_init(&remote->cancels);
	list_init(&remote->asked);
	list_init(&remote->tick.link);
	remote->tick.run = tick;
	remote_ops->set_patience(remote->handle, 0);
	err = remote_ops->notify(remote->handle, 1);
	if (err)
		return err;
	return irq_loop_add_source(remote->loop, IRQ_SOURCE_READABLE,
				   remote_ops->poll_fd(remote->handle), ready, remote,
				   &remote->source);
}

void remote_let_go(struct remote *remote, struct fx_target_wait *wait)
{
	/* somebody else may close it just now */
	if (!remote->handle || remote->gone || remote->letting_go || !ask_to_let_go(remote)) {
		target_wait_over(wait);
		return;
	}
	remote->letting_go = wait;
	remote->let_go_by_ns = exec_deadline_ms(REMOTE_CLOSE_MS);
	tick_at(remote, remote->let_go_by_ns);
}

void remote_end(struct remote *remote)
{
	end_let_go(remote);
	(void)irq_loop_timer_stop(&remote->tick);
	irq_loop_remove_source(remote->source);
	remote->source = NULL;
	remote_ops->close(remote->handle);
	remote->handle = NULL;
}
