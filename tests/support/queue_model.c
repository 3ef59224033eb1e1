/* SPDX-License-Identifier: MIT */
#include "queue_model.h"

#include <stdlib.h>
#include <string.h>

/* --- lists of small numbers --- */

static void push_back(unsigned int *list, unsigned int *count, unsigned int it)
{
	if (*count == MODEL_OPS)
		abort();
	list[(*count)++] = it;
}

static void push_front(unsigned int *list, unsigned int *count, unsigned int it)
{
	if (*count == MODEL_OPS)
		abort();
	memmove(list + 1, list, *count * sizeof(*list));
	list[0] = it;
	(*count)++;
}

static void take_out(unsigned int *list, unsigned int *count, unsigned int it)
{
	for (unsigned int i = 0; i < *count; i++) {
		if (list[i] != it)
			continue;
		(*count)--;
		memmove(list + i, list + i + 1, (*count - i) * sizeof(*list));
		return;
	}
	abort();
}

/* --- --- */

void model_begin(struct model *m)
{
	m->stops = m->resumes = m->called_off = 0;
	for (unsigned int i = 0; i < MODEL_QUEUES; i++)
		m->queues[i].presented_count = m->queues[i].told = 0;
}

static struct model_queue *queue_of(struct model *m, unsigned int op)
{
	return &m->queues[m->ops[op].queue];
}

static void end(struct model *m, unsigned int op, NTSTATUS status)
{
	struct model_queue *q = queue_of(m, op);

	if (m->ops[op].state == OP_DRIVER)
		take_out(q->owned, &q->owned_count, op);
	else if (m->ops[op].state == OP_WAITING)
		take_out(q->waiting, &q->waiting_count, op);
	m->ops[op].state = OP_DONE;
	m->ops[op].status = status;
}

/* Marked too late: the driver hears of it by the status, or by EvtRequestCancel. */
static NTSTATUS mark(struct model *m, unsigned int op, bool fails_if_cancelled)
{
	struct model_op *it = &m->ops[op];

	if (!it->cancelled && !queue_of(m, op)->cancels) {
		it->marked = true;
		return STATUS_SUCCESS;
	}
	it->cancelled = true;
	if (fails_if_cancelled)
		return STATUS_CANCELLED;
	it->claimed = true;
	if (it->on_cancel == PLAN_COMPLETE)
		end(m, op, STATUS_CANCELLED);
	return STATUS_SUCCESS;
}

static void give(struct model *m, struct model_queue *q, unsigned int op)
{
	m->ops[op].state = OP_DRIVER;
	m->ops[op].presented = true;
	push_back(q->owned, &q->owned_count, op);
}

static void present(struct model *m, struct model_queue *q, unsigned int op)
{
	take_out(q->waiting, &q->waiting_count, op);
	give(m, q, op);
	push_back(q->presented, &q->presented_count, op);
	if (m->ops[op].on_present == PLAN_COMPLETE)
		end(m, op, STATUS_SUCCESS);
	else if (m->ops[op].on_present == PLAN_MARK && mark(m, op, true) == STATUS_CANCELLED)
		end(m, op, STATUS_CANCELLED);
}

bool model_queue_is_open(const struct model *m, const struct model_queue *q)
{
	return !q->stopped && !(q->power_managed && m->held);
}

static void tell(struct model_queue *q)
{
	if (q->owned_count)
		return;
	if (!q->refuses)
		q->cancels = false;
	if (q->idle_due) {
		q->idle_due = false;
		q->told++;
	}
	if (q->empty_due && !q->waiting_count) {
		q->empty_due = false;
		q->told++;
	}
}

/* After each step: present what can be, tell who waits. */
static void run(struct model *m)
{
	for (unsigned int i = 0; i < MODEL_QUEUES; i++) {
		struct model_queue *q = &m->queues[i];

		while (q->type != WdfIoQueueDispatchManual && model_queue_is_open(m, q) &&
		       q->waiting_count && q->owned_count < q->limit)
			present(m, q, q->waiting[0]);
		tell(q);
	}
}

void model_submit(struct model *m, unsigned int op)
{
	struct model_op *it = &m->ops[op];
	struct model_queue *q = queue_of(m, op);

	it->presented = it->marked = it->cancelled = it->claimed = false;
	it->state = OP_FREE;
	if (m->closing[it->file]) {
		end(m, op, STATUS_FILE_CLOSED);
	} else if (q->refuses) {
		end(m, op, STATUS_INVALID_DEVICE_STATE);
	} else {
		it->state = OP_WAITING;
		push_back(q->waiting, &q->waiting_count, op);
	}
	run(m);
}

/* It waits no more: the driver hears of it if it has had it, and completes it. */
static void cancel_waiting(struct model *m, unsigned int op)
{
	m->called_off += m->ops[op].presented && queue_of(m, op)->told_of_cancel;
	end(m, op, STATUS_CANCELLED);
}

static void cancel(struct model *m, unsigned int op)
{
	struct model_op *it = &m->ops[op];

	if (it->state == OP_WAITING) {
		cancel_waiting(m, op);
	} else if (it->state == OP_DRIVER) {
		it->cancelled = true;
		if (!it->marked)
			return;
		it->marked = false;
		it->claimed = true;
		if (it->on_cancel == PLAN_COMPLETE)
			end(m, op, STATUS_CANCELLED);
	}
}

void model_cancel(struct model *m, unsigned int op)
{
	cancel(m, op);
	run(m);
}

void model_close(struct model *m, unsigned int file)
{
	m->closing[file] = true;
	for (unsigned int i = 0; i < MODEL_OPS; i++) {
		if (m->ops[i].file == file)
			cancel(m, i);
	}
	run(m);
}

bool model_file_is_over(const struct model *m, unsigned int file)
{
	for (unsigned int i = 0; i < MODEL_OPS; i++) {
		const struct model_op *it = &m->ops[i];

		if (it->file == file && (it->state == OP_WAITING || it->state == OP_DRIVER))
			return false;
	}
	return m->closing[file];
}

void model_complete(struct model *m, unsigned int op, NTSTATUS status)
{
	end(m, op, status);
	run(m);
}

NTSTATUS model_mark(struct model *m, unsigned int op, bool fails_if_cancelled)
{
	NTSTATUS status = mark(m, op, fails_if_cancelled);

	run(m);
	return status;
}

NTSTATUS model_unmark(struct model *m, unsigned int op)
{
	struct model_op *it = &m->ops[op];

	if (it->claimed)
		return STATUS_CANCELLED;
	it->marked = false;
	return STATUS_SUCCESS;
}

/* What somebody wants cancelled does not wait again. */
static void hand_back(struct model *m, unsigned int op, unsigned int to, bool at_front)
{
	struct model_queue *q = &m->queues[to];

	take_out(queue_of(m, op)->owned, &queue_of(m, op)->owned_count, op);
	m->ops[op].queue = to;
	m->ops[op].claimed = false;
	m->ops[op].state = OP_WAITING;
	if (at_front)
		push_front(q->waiting, &q->waiting_count, op);
	else
		push_back(q->waiting, &q->waiting_count, op);
	if (m->ops[op].cancelled || q->cancels)
		cancel_waiting(m, op);
}

NTSTATUS model_forward(struct model *m, unsigned int op, unsigned int to)
{
	if (m->queues[to].refuses)
		return STATUS_WDF_BUSY;
	hand_back(m, op, to, false);
	run(m);
	return STATUS_SUCCESS;
}

void model_requeue(struct model *m, unsigned int op)
{
	hand_back(m, op, m->ops[op].queue, true);
	run(m);
}

NTSTATUS model_retrieve(struct model *m, unsigned int queue, unsigned int file, unsigned int *out)
{
	struct model_queue *q = &m->queues[queue];

	if (q->type == WdfIoQueueDispatchParallel)
		return STATUS_INVALID_DEVICE_STATE;
	if (!model_queue_is_open(m, q))
		return STATUS_WDF_PAUSED;
	for (unsigned int i = 0; i < q->waiting_count; i++) {
		unsigned int op = q->waiting[i];

		if (file != MODEL_FILES && m->ops[op].file != file)
			continue;
		take_out(q->waiting, &q->waiting_count, op);
		give(m, q, op);
		*out = op;
		return STATUS_SUCCESS;
	}
	return STATUS_NO_MORE_ENTRIES;
}

static void cancel_all(struct model *m, struct model_queue *q)
{
	q->cancels = true;
	while (q->waiting_count)
		cancel_waiting(m, q->waiting[0]);
	for (unsigned int op = 0; op < MODEL_OPS; op++) {
		if (&m->queues[m->ops[op].queue] == q && m->ops[op].marked &&
		    m->ops[op].state == OP_DRIVER)
			cancel(m, op);
	}
}

void model_change(struct model *m, unsigned int queue, enum model_change change, bool callback)
{
	struct model_queue *q = &m->queues[queue];
	bool stops = change == MODEL_STOP || change == MODEL_STOP_AND_PURGE;

	if (change == MODEL_START) {
		q->stopped = q->refuses = q->cancels = false;
		run(m);
		return;
	}
	if (stops)
		q->stopped = true;
	q->refuses = !stops;
	if (callback && stops)
		q->idle_due = true;
	else if (callback)
		q->empty_due = true;
	if (change == MODEL_PURGE || change == MODEL_STOP_AND_PURGE)
		cancel_all(m, q);
	run(m);
}

static void stop_one(struct model *m, unsigned int op)
{
	m->stops++;
	if (m->ops[op].on_stop == PLAN_KEEP)
		return;
	m->ops[op].marked = false;
	if (m->ops[op].on_stop == PLAN_REQUEUE)
		hand_back(m, op, m->ops[op].queue, true);
	else
		end(m, op, STATUS_SUCCESS);
}

void model_hold(struct model *m)
{
	unsigned int now[MODEL_OPS];

	m->held = true;
	for (unsigned int i = 0; i < MODEL_QUEUES; i++) {
		struct model_queue *q = &m->queues[i];
		unsigned int count = q->owned_count;

		if (!q->power_managed)
			continue;
		memcpy(now, q->owned, sizeof(now));
		for (unsigned int k = 0; k < count; k++)
			stop_one(m, now[k]);
	}
	run(m);
}

void model_resume(struct model *m)
{
	for (unsigned int i = 0; i < MODEL_QUEUES; i++) {
		struct model_queue *q = &m->queues[i];

		for (unsigned int k = 0; q->power_managed && k < q->owned_count; k++)
			m->resumes += !m->ops[q->owned[k]].cancelled;
	}
	m->held = false;
	run(m);
}
