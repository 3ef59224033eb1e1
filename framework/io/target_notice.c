/* SPDX-License-Identifier: MIT */
/*
 * target_notice.c - a device that targets opened by name may go, stays after all, or goes: each of
 * them is told.
 *
 * One after the other, in the thread that removes the device, under no lock. A target may be closed
 * meanwhile: by its own callback, or by another thread, which waits for that callback to return
 * unless it is the loop of the device. Then fx_target.notices keeps the sender's device.
 */
#include "base/mem.h"
#include "target_impl.h"
#include "target_name.h"

void named_leave(struct named_sink *named)
{
	exec_mutex_lock(&named_lock);
	list_remove(&named->link);
	named->at = NULL;
	if (named->told)
		named->orphan = true;
	else
		mem_free(named);
	exec_mutex_unlock(&named_lock);
}

typedef NTSTATUS tell_fn(struct fx_target *target, const struct fx_sink *of);

/* The lock is given back meanwhile; afterwards @named may be gone. */
static NTSTATUS tell_locked(struct named_sink *named, tell_fn *fn) UW_REQUIRES(named_lock)
{
	struct fx_target *target = named->sink.target;
	struct target_telling telling;
	NTSTATUS status;

	fx_object_ref(&target->base); /* it is not gone before it has closed what it has */
	target_notice_begin(&telling, target);
	named->told = true;
	exec_mutex_unlock(&named_lock);
	status = fn(target, &named->sink);
	exec_mutex_lock(&named_lock);
	named->told = false;
	if (named->orphan)
		mem_free(named);
	exec_mutex_unlock(&named_lock);
	target_notice_end(&telling, target);
	fx_object_unref(&target->base);
	exec_mutex_lock(&named_lock);
	return status;
}

void fx_named_init(struct fx_named_device *named)
{
	list_init(&named->sinks);
	named->leaving = false;
}

/* --- query --- */

static struct named_sink *next_to_ask_locked(struct fx_named_device *device)
{
	list_for_each (link, &device->sinks) {
		struct named_sink *named = list_entry(link, struct named_sink, link);

		if (named->open && !named->asked)
			return named;
	}
	return NULL;
}

/* The one that refuses knows: it is not told that nothing comes of it. */
static NTSTATUS ask_locked(struct named_sink *named, bool must_go, struct fx_driver **out_refuser)
	UW_REQUIRES(named_lock)
{
	struct fx_driver *driver = named->sink.target->base.driver;
	struct fx_named_device *device = named->at;
	NTSTATUS status;

	named->asked = true;
	status = tell_locked(named, fx_target_query_remove);
	if (NT_SUCCESS(status))
		return status;
	*out_refuser = driver;
	if (must_go)
		return status;
	list_for_each (link, &device->sinks) /* is it still there? */
		if (list_entry(link, struct named_sink, link) == named)
			named->asked = false;
	return status;
}

NTSTATUS fx_named_query_remove(struct fx_named_device *device, bool must_go,
			       struct fx_driver **out_refuser)
{
	NTSTATUS status = STATUS_SUCCESS;
	struct named_sink *named;

	exec_mutex_lock(&named_lock);
	device->leaving = true;
	while (NT_SUCCESS(status) && (named = next_to_ask_locked(device)))
		status = ask_locked(named, must_go, out_refuser);
	exec_mutex_unlock(&named_lock);
	return status;
}

/* --- and the answer --- */

static NTSTATUS tell_canceled(struct fx_target *target, const struct fx_sink *of)
{
	(void)of;
	fx_target_remove_canceled(target);
	return STATUS_SUCCESS;
}

static struct named_sink *next_asked_locked(struct fx_named_device *device)
{
	list_for_each (link, &device->sinks) {
		struct named_sink *named = list_entry(link, struct named_sink, link);

		if (named->asked)
			return named;
	}
	return NULL;
}

void fx_named_remove_canceled(struct fx_named_device *device)
{
	struct named_sink *named;

	exec_mutex_lock(&named_lock);
	device->leaving = false;
	while ((named = next_asked_locked(device))) {
		named->asked = false;
		(void)tell_locked(named, tell_canceled); /* cannot fail */
	}
	exec_mutex_unlock(&named_lock);
}

static NTSTATUS tell_complete(struct fx_target *target, const struct fx_sink *of)
{
	fx_target_remove_complete(target, of);
	return STATUS_SUCCESS;
}

/* One that is not open yet will see that the device leaves. */
static struct named_sink *take_attached_locked(struct fx_named_device *device)
{
	list_for_each (link, &device->sinks) {
		struct named_sink *named = list_entry(link, struct named_sink, link);

		if (!named->attached)
			continue;
		list_remove(link);
		named->at = NULL;
		return named;
	}
	return NULL;
}

void fx_named_leave(struct fx_named_device *device)
{
	exec_mutex_lock(&named_lock);
	device->leaving = true;
	exec_mutex_unlock(&named_lock);
}

void fx_named_remove_complete(struct fx_named_device *device)
{
	struct named_sink *named;

	exec_mutex_lock(&named_lock);
	while ((named = take_attached_locked(device)))
		(void)tell_locked(named, tell_complete); /* cannot fail */
	exec_mutex_unlock(&named_lock);
}

void fx_named_forget(struct fx_named_device *device)
{
	struct list *link;

	exec_mutex_lock(&named_lock);
	device->leaving = true;
	while ((link = list_pop_front(&device->sinks)))
		list_entry(link, struct named_sink, link)->at = NULL;
	exec_mutex_unlock(&named_lock);
}

void fx_named_each(struct fx_named_device *device,
		   void (*fn)(void *arg, WDFIOTARGET target, struct fx_driver *driver), void *arg)
{
	exec_mutex_lock(&named_lock);
	list_for_each (link, &device->sinks) {
		const struct named_sink *named = list_entry(link, struct named_sink, link);

		if (named->open)
			fn(arg, target_handle(named->sink.target), named->sink.target->base.driver);
	}
	exec_mutex_unlock(&named_lock);
}
