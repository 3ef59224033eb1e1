/* SPDX-License-Identifier: MIT */
#include "pnp/machines/machine.h"

#include <assert.h>
#include <errno.h>

#include "base/exec.h"
#include "base/log.h"

/* --- queues --- */

static bool queue_push(struct fx_machine_queue *q, const struct fx_machine_event *e)
{
	if (q->put - q->taken == FX_MACHINE_QUEUE)
		return false;
	q->ring[q->put++ % FX_MACHINE_QUEUE] = *e;
	return true;
}

static bool queue_pop(struct fx_machine_queue *q, struct fx_machine_event *out)
{
	if (q->put == q->taken)
		return false;
	*out = q->ring[q->taken++ % FX_MACHINE_QUEUE];
	return true;
}

static bool queue_has(const struct fx_machine_queue *q, uint32_t event)
{
	for (uint32_t i = q->taken; i != q->put; i++)
		if (q->ring[i % FX_MACHINE_QUEUE].event == event)
			return true;
	return false;
}

/* --- transitions: the drainer's, under no lock --- */

static void notify(struct fx_machine *m, enum fx_machine_notice_type type, uint16_t current,
		   uint16_t next)
{
	struct fx_machine_notice notice = { .type = type, .current = current, .next = next };

	if (m->ops->notify)
		m->ops->notify(m->owner, m, &notice);
}

static void set_state(struct fx_machine *m, uint16_t to, uint32_t event)
{
	struct fx_machine_step step = { exec_now_ns(), fx_machine_state(m), to, event };

	spin_lock_acquire(&m->lock);
	m->history[m->steps++ % FX_MACHINE_HISTORY] = step;
	/* release: who sees the state sees what led to it (pairs with fx_machine_state()) */
	__atomic_store_n(&m->state, to, __ATOMIC_RELEASE);
	spin_lock_release(&m->lock);
	log_debug("machine", "%s: %s: %s -> %s (%s)", m->label, m->table->name,
		  fx_machine_state_name(m->table, step.from), fx_machine_state_name(m->table, to),
		  fx_machine_event_name(m->table, event));
}

static void stray(struct fx_machine *m, uint16_t wanted)
{
	log_error("machine", "%s: %s: %s does not lead to 0x%x (%s)", m->label, m->table->name,
		  fx_machine_state_name(m->table, fx_machine_state(m)), wanted,
		  fx_machine_state_name(m->table, wanted));
	if (m->ops->astray)
		m->ops->astray(m->owner, m, wanted);
}

/* Where a state without an act goes. */
static uint16_t only_way(const struct fx_machine_row *row)
{
	return fx_machine_row_waits(row) || row->self[1] ? FX_MACHINE_STAY : row->self[0];
}

/* The entry action, and whether it may go where it wants. */
static uint16_t act(struct fx_machine *m, const struct fx_machine_turn *turn)
{
	const struct fx_machine_row *row = fx_machine_row(m->table, turn->state);
	fx_machine_act *fn = m->acts ? m->acts[FX_MACHINE_SLOT(turn->state)] : NULL;
	uint16_t next = fn ? fn(m->owner, turn) : only_way(row);

	if (next == FX_MACHINE_STAY ? !row->self[0] || fx_machine_row_waits(row)
				    : fx_machine_row_leads_to(row, next))
		return next;
	stray(m, next);
	return FX_MACHINE_STAY;
}

/* @to, and on from there as long as the entry actions say where. */
static void enter(struct fx_machine *m, uint16_t to, const struct fx_machine_event *e)
{
	struct fx_machine_turn turn = { .machine = m, .event = e->event, .request = e->request };
	uint32_t why = e->event;

	while (to != FX_MACHINE_STAY) {
		turn.from = fx_machine_state(m);
		turn.state = to;
		notify(m, FX_NOTICE_LEAVE, turn.from, to);
		notify(m, FX_NOTICE_ENTER, turn.from, to);
		set_state(m, to, why);
		to = act(m, &turn);
		notify(m, FX_NOTICE_POST_PROCESS, turn.state, 0);
		why = FX_EVENT_NONE;
	}
}

static void drop(struct fx_machine *m, const struct fx_machine_event *e)
{
	spin_lock_acquire(&m->lock);
	m->dropped++;
	spin_lock_release(&m->lock);
	log_debug("machine", "%s: %s: %s drops %s", m->label, m->table->name,
		  fx_machine_state_name(m->table, fx_machine_state(m)),
		  fx_machine_event_name(m->table, e->event));
	if (m->ops->dropped)
		m->ops->dropped(m->owner, m, e->event, e->request);
}

static void deliver(struct fx_machine *m, const struct fx_machine_event *e)
{
	uint16_t next = fx_machine_row(m->table, fx_machine_state(m))->next[e->event];

	if (next)
		enter(m, next, e);
	else
		drop(m, e);
}

/* --- who drains --- */

static bool deliverable_locked(const struct fx_machine *m) UW_REQUIRES(m->lock)
{
	return m->urgent.put != m->urgent.taken ||
	       (m->ordinary.put != m->ordinary.taken &&
		fx_machine_row(m->table, fx_machine_state(m))->open);
}

/* The next event, or the end of draining. */
static bool take(struct fx_machine *m, struct fx_machine_event *out)
{
	bool got;

	spin_lock_acquire(&m->lock);
	got = queue_pop(&m->urgent, out) ||
	      (fx_machine_row(m->table, fx_machine_state(m))->open && queue_pop(&m->ordinary, out));
	if (!got)
		m->draining = false;
	spin_lock_release(&m->lock);
	return got;
}

void fx_machine_drain(struct fx_machine *m)
{
	/* after take() said no, another thread may drain and the machine be gone */
	void (*let_go)(void *owner) = m->ops->let_go;
	void *owner = m->owner;
	struct fx_machine_event e;

	while (take(m, &e))
		deliver(m, &e);
	if (let_go)
		let_go(owner);
}

static bool put_locked(struct fx_machine *m, const struct fx_machine_event *e) UW_REQUIRES(m->lock)
{
	uint8_t kind = m->table->event_kinds[e->event];
	struct fx_machine_queue *q = kind & FX_EVENT_PRIORITY ? &m->urgent : &m->ordinary;

	if (kind & FX_EVENT_SINGLE && !e->request && queue_has(q, e->event))
		return true;
	return queue_push(q, e);
}

static void start_draining(struct fx_machine *m)
{
	if (m->ops->hold)
		m->ops->hold(m->owner);
	if (!m->ops->may_drain || m->ops->may_drain(m->owner, m))
		fx_machine_drain(m);
	else
		m->ops->defer(m->owner, m);
}

bool fx_machine_post(struct fx_machine *m, uint32_t event, void *request)
{
	struct fx_machine_event e = { .event = event, .request = request };
	bool put, mine;

	assert(event != FX_EVENT_NONE && event < m->table->events);
	spin_lock_acquire(&m->lock);
	put = put_locked(m, &e);
	mine = put && !m->draining && deliverable_locked(m);
	if (mine)
		m->draining = true;
	spin_lock_release(&m->lock);
	if (mine)
		start_draining(m);
	return put;
}

/* --- life --- */

static bool every_choice_has_an_act(const struct fx_machine_params *params)
{
	for (uint32_t i = 0; i < params->table->slots; i++) {
		const struct fx_machine_row *row = &params->table->rows[i];

		if (row->name && row->self[1] && !fx_machine_row_waits(row) &&
		    !(params->acts && params->acts[i]))
			return false;
	}
	return true;
}

int fx_machine_init(struct fx_machine *m, const struct fx_machine_params *params)
{
	if (!every_choice_has_an_act(params))
		return -EINVAL;
	*m = (struct fx_machine){
		.table = params->table,
		.acts = params->acts,
		.ops = params->ops,
		.owner = params->owner,
		.label = params->label,
		.state = params->table->first,
	};
	spin_lock_init(&m->lock, LOCK_RANK_MACHINE);
	return 0;
}

void fx_machine_deinit(struct fx_machine *m)
{
	struct fx_machine_event e;

	assert(fx_machine_is_quiet(m));
	while (queue_pop(&m->urgent, &e) || queue_pop(&m->ordinary, &e))
		drop(m, &e);
}

/* --- looking at it --- */

bool fx_machine_is_quiet(struct fx_machine *m)
{
	bool quiet;

	spin_lock_acquire(&m->lock);
	quiet = !m->draining;
	spin_lock_release(&m->lock);
	return quiet;
}

uint32_t fx_machine_history(struct fx_machine *m, struct fx_machine_step *out, uint32_t max)
{
	uint64_t first;
	uint32_t count;

	spin_lock_acquire(&m->lock);
	count = m->steps < FX_MACHINE_HISTORY ? (uint32_t)m->steps : FX_MACHINE_HISTORY;
	count = count < max ? count : max;
	first = m->steps - count;
	for (uint32_t i = 0; i < count; i++)
		out[i] = m->history[(first + i) % FX_MACHINE_HISTORY];
	spin_lock_release(&m->lock);
	return count;
}

uint64_t fx_machine_dropped(struct fx_machine *m)
{
	uint64_t dropped;

	spin_lock_acquire(&m->lock);
	dropped = m->dropped;
	spin_lock_release(&m->lock);
	return dropped;
}
