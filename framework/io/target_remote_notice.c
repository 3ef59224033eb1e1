/* SPDX-License-Identifier: MIT */
/*
 * target_remote_notice.c - what the other host says of its device's removal, told to the driver.
 *
 * To the notices (target_notice.c) it is a device that one target has open. They run on a thread of
 * the pool, one at a time and in their order; whoever closes the target meanwhile leaves the memory
 * to that thread.
 */
#include "base/mem.h"
#include "target_impl.h"
#include "target_remote.h"

static void freed(struct fx_work *work)
{
	mem_free(uw_container_of(work, struct remote, work));
}

void remote_unref(struct remote *remote)
{
	bool mine = fx_work_is_mine(&remote->work);

	if (__atomic_sub_fetch(&remote->refs, 1, __ATOMIC_ACQ_REL))
		return;
	fx_work_close(&remote->work, freed); /* inside its own run: freed at the end of that */
	if (!mine)
		freed(&remote->work);
}

/* 0: nothing, and the next one that comes is somebody else's to tell. */
static enum uwdf_event next_to_tell(struct remote *remote)
{
	enum uwdf_event event = 0;

	spin_lock_acquire(&remote->lock);
	remote->telling = remote->event_count;
	if (remote->telling) {
		event = remote->events[0];
		for (uint32_t i = 1; i < remote->event_count; i++)
			remote->events[i - 1] = remote->events[i];
		remote->event_count--;
	}
	spin_lock_release(&remote->lock);
	return event;
}

/* A veto is that the file stays open: the other host looks at that. */
static void tell_one(struct remote *remote, enum uwdf_event event)
{
	struct fx_driver *refuser;

	switch (event) {
	case UWDF_QUERY_REMOVE:
		(void)fx_named_query_remove(&remote->device, false, &refuser);
		break;
	case UWDF_STAYS:
		fx_named_remove_canceled(&remote->device);
		break;
	default:
		fx_named_leave(&remote->device);
		fx_named_remove_complete(&remote->device);
		break;
	}
}

static bool begin_telling(struct remote *remote)
{
	bool begun;

	spin_lock_acquire(&remote->lock);
	begun = !remote->telling;
	remote->telling = true;
	spin_lock_release(&remote->lock);
	return begun;
}

static void tell(struct fx_work *work)
{
	struct remote *remote = uw_container_of(work, struct remote, work);
	enum uwdf_event event;

	if (begin_telling(remote))
		while ((event = next_to_tell(remote)))
			tell_one(remote, event);
	remote_unref(remote);
}

void remote_notice_init(struct remote *remote)
{
	spin_lock_init(&remote->lock, LOCK_RANK_TARGET);
	fx_work_init(&remote->work, tell);
	fx_named_init(&remote->device);
}

/* What was asked and called off before anybody heard of it is nothing; so are things said twice.
 * What is left is at most the end of one question, another question and the end. */
static void note_locked(struct remote *remote, enum uwdf_event event) UW_REQUIRES(remote->lock)
{
	enum uwdf_event last = remote->event_count ? remote->events[remote->event_count - 1] : 0;

	if (event == last || last == UWDF_REMOVED)
		return;
	if (last == UWDF_QUERY_REMOVE && event == UWDF_STAYS)
		remote->event_count--;
	else if (remote->event_count < REMOTE_EVENTS)
		remote->events[remote->event_count++] = (uint8_t)event;
}

void remote_note(struct remote *remote, enum uwdf_event event)
{
	spin_lock_acquire(&remote->lock);
	note_locked(remote, event);
	spin_lock_release(&remote->lock);
	__atomic_add_fetch(&remote->refs, 1, __ATOMIC_RELAXED); /* the sink has one */
	if (fx_work_queue(&remote->work) != FX_WORK_QUEUED)
		__atomic_sub_fetch(&remote->refs, 1, __ATOMIC_RELAXED);
}

void remote_wait_told(struct remote *remote)
{
	fx_work_flush(&remote->work);
}
