/* SPDX-License-Identifier: MIT */
/*
 * children.c - all children of one device: who starts and stops them, and when.
 *
 * The parent's phase and what was said of each child decide what is due (due_of()). Whoever has the
 * turn does it, one thing after the other: the control thread with the parent's own start and end,
 * the pool for what a driver asks for in between. No lock is held meanwhile.
 *
 * A child's removal waits for requests that its parent's driver may give up only when that is told
 * to go. So it is done without the turn, by the pool until the parent ends, and then by the control
 * thread, which has ended the parent's I/O first.
 */
#include <errno.h>

#include "base/mem.h"
#include "nt/status.h"
#include "object/driver.h"
#include "pnp/child_impl.h"
#include "pnp/shown.h"
#include "pnp/steps.h"

/* --- what they share --- */

struct fx_children *fx_children_ref(struct fx_children *all)
{
	/* relaxed: whoever calls has a reference */
	__atomic_add_fetch(&all->refs, 1, __ATOMIC_RELAXED);
	return all;
}

void fx_children_unref(struct fx_children *all)
{
	/* acquire and release: the last one sees all that others did to it */
	if (__atomic_sub_fetch(&all->refs, 1, __ATOMIC_ACQ_REL))
		return;
	exec_cond_deinit(&all->turn_over);
	exec_mutex_deinit(&all->turn_lock);
	mem_free(all);
}

static void work_comes(struct fx_work *work);

static int init_turn(struct fx_children *all)
{
	int err = exec_mutex_init(&all->turn_lock);

	if (err)
		return err;
	err = exec_cond_init(&all->turn_over);
	if (err)
		exec_mutex_deinit(&all->turn_lock);
	return err;
}

static struct fx_children *children_new(struct fx_device *parent)
{
	struct fx_children *all = mem_calloc(1, sizeof(*all));

	if (!all)
		return NULL;
	if (init_turn(all)) {
		mem_free(all);
		return NULL;
	}
	all->refs = 1;
	all->parent = parent;
	all->irq_loop = parent->irq_loop;
	all->request_loop = parent->request_loop;
	spin_lock_init(&all->lock, LOCK_RANK_OBJECT);
	list_init(&all->list);
	fx_work_init(&all->work, work_comes);
	return all;
}

/* @made becomes the parent's, unless it has them or ends. */
static struct fx_children *publish(struct fx_device *parent, struct fx_children **made)
{
	struct fx_children *all = NULL;

	spin_lock_acquire(&parent->base.lock);
	if (parent->children_phase != FX_CHILDREN_END) {
		if (!parent->children && *made) {
			(*made)->phase = parent->children_phase;
			(*made)->surprise = parent->children_surprise;
			parent->children = *made;
			*made = NULL;
		}
		all = parent->children;
	}
	spin_lock_release(&parent->base.lock);
	return all;
}

struct fx_children *fx_children_get(struct fx_device *parent)
{
	struct fx_children *made = NULL, *all = publish(parent, &made);

	if (all)
		return all;
	made = children_new(parent);
	if (!made)
		return NULL;
	all = publish(parent, &made);
	if (made)
		fx_children_unref(made);
	return all;
}

static struct fx_children *children_of(struct fx_device *parent)
{
	struct fx_children *all;

	spin_lock_acquire(&parent->base.lock);
	all = parent->children;
	spin_lock_release(&parent->base.lock);
	return all;
}

/* --- what is due --- */

enum due { DUE_NOTHING, DUE_START, DUE_STOP, DUE_REMOVE };

struct step {
	struct fx_child *child;
	enum due due;
	enum fx_child_end why;
};

static enum due due_of(const struct fx_child *child, enum fx_children_phase phase)
{
	bool missing = child->missing || phase == FX_CHILDREN_END;

	if (!child->added) /* its driver's */
		return DUE_NOTHING;
	if (child->state == FX_CHILD_STARTED)
		return missing || child->failed || phase == FX_CHILDREN_STOPPED ? DUE_STOP
										: DUE_NOTHING;
	if (missing)
		return DUE_REMOVE;
	return child->state == FX_CHILD_NEW && phase == FX_CHILDREN_RUN ? DUE_START : DUE_NOTHING;
}

static enum fx_child_end why_of(const struct fx_child *child, bool surprise)
{
	if (child->missing)
		return FX_CHILD_MISSING;
	if (child->failed)
		return FX_CHILD_FAILED;
	return surprise ? FX_CHILD_SURPRISE : FX_CHILD_ORDERLY;
}

/* Who is at it. */
enum worker { POOL, CONTROL };

/* The last steps are the control thread's alone, in their order; it does no removal before. */
static bool may_do(enum worker worker, enum due due, enum fx_children_phase phase)
{
	if (phase == FX_CHILDREN_END)
		return worker == CONTROL;
	return worker == POOL || due != DUE_REMOVE;
}

static bool are_locked(const struct fx_device *parent)
{
	return __atomic_load_n(&parent->children_locks, __ATOMIC_RELAXED);
}

/* They start in order and end in the opposite one. */
static bool next_step_locked(struct fx_children *all, enum worker worker, struct step *out)
{
	*out = (struct step){ .due = DUE_NOTHING };
	if (all->stuck || (all->phase == FX_CHILDREN_RUN && are_locked(all->parent)))
		return false;
	list_for_each (it, &all->list) {
		struct fx_child *child = list_entry(it, struct fx_child, link);
		enum due due = due_of(child, all->phase);

		if (due == DUE_NOTHING || !may_do(worker, due, all->phase))
			continue;
		*out = (struct step){ child, due, why_of(child, all->surprise) };
		if (due == DUE_START)
			break;
	}
	return out->due != DUE_NOTHING;
}

static bool next_step(struct fx_children *all, enum worker worker, struct step *out)
{
	bool any;

	spin_lock_acquire(&all->lock);
	any = next_step_locked(all, worker, out);
	spin_lock_release(&all->lock);
	return any;
}

static void take_turn(struct fx_children *all)
{
	exec_mutex_lock(&all->turn_lock);
	while (all->turn)
		exec_cond_wait(&all->turn_over, &all->turn_lock, EXEC_FOREVER);
	all->turn = true;
	exec_mutex_unlock(&all->turn_lock);
}

static void give_turn(struct fx_children *all)
{
	exec_mutex_lock(&all->turn_lock);
	all->turn = false;
	exec_cond_broadcast(&all->turn_over);
	exec_mutex_unlock(&all->turn_lock);
}

static void remove_without_turn(struct fx_children *all, struct fx_child *child,
				enum fx_child_end why)
{
	fx_child_take_out(child, why);
	give_turn(all);
	fx_child_remove(child);
	take_turn(all);
}

static void do_step(struct fx_children *all, const struct step *step)
{
	if (step->due == DUE_START)
		fx_child_start(step->child);
	else if (step->due == DUE_STOP)
		fx_child_stop(step->child, step->why);
	else
		remove_without_turn(all, step->child, step->why);
}

static void work_off(struct fx_children *all, enum worker worker)
{
	struct step step;

	take_turn(all);
	while (next_step(all, worker, &step))
		do_step(all, &step);
	give_turn(all);
}

static void work_comes(struct fx_work *work)
{
	work_off(uw_container_of(work, struct fx_children, work), POOL);
}

void fx_children_wake(struct fx_children *all)
{
	(void)fx_work_queue(&all->work); /* due already, or too late: the parent ends */
}

/* --- what the driver says --- */

NTSTATUS fx_child_add(struct fx_device *parent, struct fx_device *device)
{
	struct fx_child *child = device->child;
	struct fx_children *all = child ? child->all : NULL;
	NTSTATUS status = STATUS_SUCCESS;

	if (!all || all->parent != parent)
		return STATUS_INVALID_PARAMETER;
	spin_lock_acquire(&all->lock);
	if (all->phase == FX_CHILDREN_END || child->state == FX_CHILD_GONE)
		status = STATUS_DELETE_PENDING;
	else if (child->added)
		status = STATUS_INVALID_DEVICE_STATE;
	else
		child->added = true;
	spin_lock_release(&all->lock);
	if (NT_SUCCESS(status))
		fx_children_wake(all);
	return status;
}

NTSTATUS fx_child_mark_missing(struct fx_device *device)
{
	struct fx_child *child = device->child;
	struct fx_children *all = child->all;
	NTSTATUS status = STATUS_NO_SUCH_DEVICE;

	spin_lock_acquire(&all->lock);
	if (child->added && !child->missing && child->state != FX_CHILD_GONE) {
		child->missing = true;
		status = STATUS_SUCCESS;
	}
	spin_lock_release(&all->lock);
	if (NT_SUCCESS(status))
		fx_children_wake(all);
	return status;
}

void fx_child_fail(struct fx_device *device)
{
	struct fx_child *child = device->child;
	struct fx_children *all = child->all;

	spin_lock_acquire(&all->lock);
	child->failed = true;
	spin_lock_release(&all->lock);
	fx_children_wake(all);
}

/* Counted by the parent, which may have none yet. */
static void set_locks(struct fx_device *parent, unsigned int count)
{
	/* relaxed: a change that was decided on goes on */
	__atomic_store_n(&parent->children_locks, count, __ATOMIC_RELAXED);
}

void fx_children_lock(struct fx_device *parent)
{
	spin_lock_acquire(&parent->base.lock);
	set_locks(parent, parent->children_locks + 1);
	spin_lock_release(&parent->base.lock);
}

void fx_children_unlock(struct fx_device *parent)
{
	struct fx_children *all;

	spin_lock_acquire(&parent->base.lock);
	set_locks(parent, parent->children_locks - (parent->children_locks != 0));
	all = parent->children;
	spin_lock_release(&parent->base.lock);
	if (all)
		fx_children_wake(all);
}

/* Which of WDF_RETRIEVE_CHILD_FLAGS it is; 0: it was not added, or is gone. */
static ULONG kind_of(const struct fx_child *child)
{
	if (!child->added || child->state == FX_CHILD_GONE)
		return 0;
	if (child->missing)
		return WdfRetrieveMissingChildren;
	return child->state == FX_CHILD_NEW ? WdfRetrievePendingChildren
					    : WdfRetrievePresentChildren;
}

static struct fx_device *next_locked(struct fx_children *all, const struct fx_device *after,
				     ULONG flags)
{
	bool found = !after;

	list_for_each (it, &all->list) {
		const struct fx_child *child = list_entry(it, struct fx_child, link);

		if (found && (kind_of(child) & flags))
			return child->device;
		found |= child->device == after;
	}
	return NULL;
}

struct fx_device *fx_children_next(struct fx_device *parent, struct fx_device *after, ULONG flags)
{
	struct fx_children *all = children_of(parent);
	struct fx_device *next = NULL;

	if (!all)
		return NULL;
	spin_lock_acquire(&all->lock);
	next = next_locked(all, after, flags);
	spin_lock_release(&all->lock);
	return next;
}

/* --- with their parent --- */

static struct fx_children *set_phase(struct fx_device *parent, enum fx_children_phase phase,
				     bool surprise)
{
	struct fx_children *all;

	spin_lock_acquire(&parent->base.lock);
	parent->children_phase = phase;
	parent->children_surprise |= surprise;
	all = parent->children;
	spin_lock_release(&parent->base.lock);
	if (!all)
		return NULL;
	spin_lock_acquire(&all->lock);
	all->phase = phase;
	all->surprise |= surprise;
	spin_lock_release(&all->lock);
	return all;
}

void fx_children_start(struct fx_device *parent)
{
	struct fx_children *all = set_phase(parent, FX_CHILDREN_RUN, false);

	if (!all)
		return;
	work_off(all, CONTROL);
	fx_children_wake(all); /* some may be missing already */
}

void fx_children_stop(struct fx_device *parent, bool surprise)
{
	struct fx_children *all = set_phase(parent, FX_CHILDREN_STOPPED, surprise);

	if (all)
		work_off(all, CONTROL);
}

/* Or might have: one that is out of the list may still wait. */
static bool may_forward(struct fx_children *all)
{
	bool may;

	spin_lock_acquire(&all->lock);
	may = all->may_forward;
	spin_lock_release(&all->lock);
	return may;
}

static bool is_stuck(struct fx_children *all)
{
	bool stuck;

	spin_lock_acquire(&all->lock);
	stuck = all->stuck;
	spin_lock_release(&all->lock);
	return stuck;
}

/* Those who make one will have it in the list, or not at all. */
static void close_making(struct fx_children *all)
{
	exec_mutex_lock(&all->turn_lock);
	all->closed = true;
	while (all->making)
		exec_cond_wait(&all->turn_over, &all->turn_lock, EXEC_FOREVER);
	exec_mutex_unlock(&all->turn_lock);
}

bool fx_children_begin_making(struct fx_children *all)
{
	bool may;

	exec_mutex_lock(&all->turn_lock);
	may = !all->closed;
	all->making += may;
	exec_mutex_unlock(&all->turn_lock);
	return may;
}

void fx_children_end_making(struct fx_children *all)
{
	exec_mutex_lock(&all->turn_lock);
	all->making--;
	exec_cond_broadcast(&all->turn_over);
	exec_mutex_unlock(&all->turn_lock);
}

bool fx_children_end(struct fx_device *parent)
{
	struct fx_children *all = set_phase(parent, FX_CHILDREN_END, false);

	if (!all)
		return true;
	close_making(all);
	/* a child waits for what it forwarded, which its parent's driver may give up only now */
	if (may_forward(all))
		fx_io_purge(parent->io, false);
	fx_work_close(&all->work, NULL);
	work_off(all, CONTROL);
	if (is_stuck(all))
		return false;
	all->irq_loop = NULL;
	all->request_loop = NULL;
	return true;
}

void fx_children_drop(struct fx_device *parent)
{
	if (parent->children)
		fx_children_unref(parent->children);
	parent->children = NULL;
}

/* --- asking --- */

/* The next that runs, from the last one on; who has the turn may look at it without a lock. */
static struct fx_child *previous_started(struct fx_children *all, const struct fx_child *before)
{
	struct fx_child *found = NULL;

	spin_lock_acquire(&all->lock);
	list_for_each (it, &all->list) {
		struct fx_child *child = list_entry(it, struct fx_child, link);

		if (child == before)
			break;
		if (child->state == FX_CHILD_STARTED)
			found = child;
	}
	spin_lock_release(&all->lock);
	return found;
}

static int ask_driver(struct fx_child *child, struct report *rep)
{
	NTSTATUS status = fx_device_query_remove(child->device);

	if (NT_SUCCESS(status))
		return 0;
	report_say(rep,
		   "driver %s does not let child device %s go: EvtDeviceQueryRemove returned %s",
		   fx_driver_name(child->device->base.driver), child->name,
		   fx_status_text(status).text);
	return -ECANCELED;
}

/* Programs, drivers that have it open, its own. */
static int ask(struct fx_child *child, bool unused, struct report *rep)
{
	struct uwdf_device *host = &child->shell.host;
	int err = fx_watches_query(host, unused, rep);

	if (err)
		return err;
	child->asked = true;
	err = fx_shown_query_remove(host, rep);
	return err ? err : ask_driver(child, rep);
}

static void call_off(struct fx_children *all)
{
	struct fx_child *child = NULL;

	while ((child = previous_started(all, child))) {
		if (!child->asked)
			continue;
		child->asked = false;
		fx_named_remove_canceled(&child->shell.host.named);
		fx_device_set_states(child->device, WdfDevStatePnpStarted, 0);
		fx_watches_stay(&child->shell.host);
	}
}

int fx_children_query_remove(struct fx_device *parent, bool unused, struct report *rep)
{
	struct fx_children *all = children_of(parent);
	struct fx_child *child = NULL;
	int err = 0;

	if (!all)
		return 0;
	take_turn(all);
	while (!err && (child = previous_started(all, child)))
		err = ask(child, unused, rep);
	if (err)
		call_off(all);
	give_turn(all);
	return err;
}

void fx_children_stay(struct fx_device *parent)
{
	struct fx_children *all = children_of(parent);

	if (!all)
		return;
	take_turn(all);
	call_off(all);
	give_turn(all);
}

void fx_children_ask_late(struct fx_device *parent)
{
	struct fx_children *all = children_of(parent);
	struct fx_child *child = NULL;

	if (!all)
		return;
	take_turn(all);
	while ((child = previous_started(all, child))) {
		fx_shown_ask_late(&child->shell.host);
		fx_device_ask_late(child->device);
	}
	give_turn(all);
}
