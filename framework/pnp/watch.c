/* SPDX-License-Identifier: MIT */
/*
 * watch.c - tells the watches of a device, one after the other and under no lock: being told may
 * cancel requests, which runs drivers' callbacks.
 *
 * An event is a round. Whoever was not told in this one is next, so that watches may begin and end
 * meanwhile; the end of one waits until it is not being told.
 */
#include "pnp/watch.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>

#include "pnp/host_impl.h"
#include "uwdf/device_io.h"

unsigned int fx_watches_patience_ms = 1000; /* as clients of other processes have */

struct fx_watch {
	struct list link;
	struct uwdf_device *host; /* NULL: gone */
	struct exec_event *ender; /* on his stack: waits until nobody tells */
	uint64_t begun_ns;
	uint32_t round; /* told last */
	uint32_t tellers;
	bool hears;
	bool listens; /* has nothing open */
	bool awaited; /* has not answered yet */
};
static_assert(sizeof(struct fx_watch) <= sizeof(((struct uwdf_io_watch *)0)->private_area),
	      "a watch fits");

/* For all devices: events are rare. */
static struct exec_mutex lock = { .real = PTHREAD_MUTEX_INITIALIZER };

static struct fx_watch *watch_of(struct uwdf_io_watch *watch)
{
	return (struct fx_watch *)(void *)watch->private_area;
}

static struct uwdf_io_watch *public_of(struct fx_watch *w)
{
	return uw_container_of((uint64_t *)(void *)w, struct uwdf_io_watch, private_area[0]);
}

void fx_watches_init(struct fx_watches *watches)
{
	*watches = (struct fx_watches){ .round = 0 };
	list_init(&watches->list);
}

static void event_init(struct exec_event *event)
{
	int err = exec_event_init(event);

	assert(!err); /* with default attributes it allocates nothing */
	(void)err;
}

/* --- telling --- */

static struct fx_watch *next_untold(struct fx_watches *watches)
{
	list_for_each (it, &watches->list) {
		struct fx_watch *w = list_entry(it, struct fx_watch, link);

		if (w->round != watches->round)
			return w;
	}
	return NULL;
}

/* Lock held, but not while @w is told. */
static void tell_one(struct fx_watch *w, enum uwdf_io_event event) UW_NO_TSA
{
	bool awaited;

	w->tellers++;
	exec_mutex_unlock(&lock);
	awaited = public_of(w)->tell(public_of(w), event);
	exec_mutex_lock(&lock);
	w->awaited = awaited && event == UWDF_IO_QUERY_REMOVE && w->hears && w->host && !w->listens;
	if (--w->tellers == 0 && w->ender)
		exec_event_set(w->ender);
}

static void tell_locked(struct uwdf_device *host, enum uwdf_io_event event)
{
	const bool for_all = event == UWDF_IO_LEAVES || event == UWDF_IO_GONE;
	struct fx_watch *w;

	host->watches.round++;
	while ((w = next_untold(&host->watches))) {
		w->round = host->watches.round;
		if (event == UWDF_IO_GONE) {
			list_remove(&w->link);
			w->host = NULL;
		}
		if (for_all || w->hears)
			tell_one(w, event);
	}
}

/* --- asking --- */

static bool one_is_deaf(struct fx_watches *watches)
{
	list_for_each (it, &watches->list) {
		const struct fx_watch *w = list_entry(it, struct fx_watch, link);

		if (!w->hears && !w->listens)
			return true;
	}
	return false;
}

static bool one_is_open(struct fx_watches *watches)
{
	list_for_each (it, &watches->list)
		if (!list_entry(it, struct fx_watch, link)->listens)
			return true;
	return false;
}

static bool one_is_awaited(struct fx_watches *watches)
{
	list_for_each (it, &watches->list)
		if (list_entry(it, struct fx_watch, link)->awaited)
			return true;
	return false;
}

/* Lock held: somebody has answered. */
static void tell_asker(struct uwdf_device *host)
{
	struct fx_watches *watches = &host->watches;

	if (watches->asker && !one_is_awaited(watches))
		exec_event_set(watches->asker);
}

/* Lock held, but not while it waits. */
static void await_answers(struct fx_watches *watches) UW_NO_TSA
{
	struct exec_event answered;

	if (!one_is_awaited(watches))
		return;
	event_init(&answered);
	watches->asker = &answered;
	exec_mutex_unlock(&lock);
	(void)exec_event_wait(&answered, exec_deadline_ms(fx_watches_patience_ms));
	exec_mutex_lock(&lock);
	watches->asker = NULL;
	exec_event_deinit(&answered);
}

static int is_kept(const struct uwdf_device *host, struct report *rep)
{
	report_say(rep, "a client of this process has %s open", host->name);
	return -EBUSY;
}

static int query_locked(struct uwdf_device *host, bool unused, struct report *rep)
{
	struct fx_watches *watches = &host->watches;

	if (unused && one_is_deaf(watches))
		return is_kept(host, rep);
	watches->held = unused;
	tell_locked(host, UWDF_IO_QUERY_REMOVE);
	await_answers(watches);
	if (!unused || !one_is_open(watches))
		return 0;
	watches->held = false;
	tell_locked(host, UWDF_IO_STAYS);
	return is_kept(host, rep);
}

int fx_watches_query(struct uwdf_device *host, bool unused, struct report *rep)
{
	int err;

	exec_mutex_lock(&lock);
	err = query_locked(host, unused, rep);
	exec_mutex_unlock(&lock);
	return err;
}

void fx_watches_stay(struct uwdf_device *host)
{
	exec_mutex_lock(&lock);
	host->watches.held = false;
	tell_locked(host, UWDF_IO_STAYS);
	exec_mutex_unlock(&lock);
}

/* --- going --- */

static void leave_locked(struct uwdf_device *host)
{
	if (host->watches.leaving)
		return;
	host->watches.leaving = true;
	tell_locked(host, UWDF_IO_LEAVES);
}

void fx_watches_leave(struct uwdf_device *host)
{
	exec_mutex_lock(&lock);
	leave_locked(host);
	exec_mutex_unlock(&lock);
}

void fx_watches_end(struct uwdf_device *host)
{
	exec_mutex_lock(&lock);
	leave_locked(host);
	tell_locked(host, UWDF_IO_GONE);
	exec_mutex_unlock(&lock);
}

/* --- whoever watches --- */

static int watch_begin(void *device, struct uwdf_io_watch *watch)
{
	struct uwdf_device *host = device;
	struct fx_watch *w = watch_of(watch);
	int err = 0;

	exec_mutex_lock(&lock);
	*w = (struct fx_watch){ .host = host,
				.begun_ns = exec_now_ns(),
				.round = host->watches.round };
	list_init(&w->link);
	if (host->watches.leaving)
		err = -ECONNREFUSED;
	else if (host->watches.held)
		err = -EBUSY;
	else
		list_push_back(&host->watches.list, &w->link);
	exec_mutex_unlock(&lock);
	return err;
}

static void watch_end(struct uwdf_io_watch *watch)
{
	struct fx_watch *w = watch_of(watch);
	struct exec_event told;
	bool waits;

	event_init(&told);
	exec_mutex_lock(&lock);
	list_remove(&w->link);
	if (w->host)
		tell_asker(w->host);
	w->host = NULL;
	waits = w->tellers;
	w->ender = &told;
	exec_mutex_unlock(&lock);
	if (waits)
		exec_event_wait(&told, EXEC_FOREVER);
	exec_event_deinit(&told);
}

static void watch_hear(struct uwdf_io_watch *watch, bool on)
{
	struct fx_watch *w = watch_of(watch);

	exec_mutex_lock(&lock);
	w->hears = on;
	w->awaited &= on;
	if (w->host)
		tell_asker(w->host);
	exec_mutex_unlock(&lock);
}

static void watch_let_go(struct uwdf_io_watch *watch)
{
	struct fx_watch *w = watch_of(watch);

	exec_mutex_lock(&lock);
	w->listens = true;
	w->awaited = false;
	if (w->host)
		tell_asker(w->host);
	exec_mutex_unlock(&lock);
}

const struct uwdf_io_watch_ops uwdf_device_watch = {
	.begin = watch_begin,
	.end = watch_end,
	.hear = watch_hear,
	.let_go = watch_let_go,
};

/* --- who has it open --- */

static void describe(struct fx_watch *w, struct uwdf_hold *out)
{
	struct uwdf_io_watch *watch = public_of(w);

	*out = (struct uwdf_hold){ .kind = UWDF_HOLD_HANDLE, .state = "in process" };
	(void)snprintf(out->what, sizeof(out->what), "%s", w->host->name);
	out->references = watch->requests ? watch->requests(watch) : 0;
	out->age_ms = (exec_now_ns() - w->begun_ns) / EXEC_NS_PER_MS;
}

size_t fx_watches_hold(struct uwdf_device *host, struct uwdf_hold *holds, size_t max)
{
	size_t count = 0;

	exec_mutex_lock(&lock);
	list_for_each (it, &host->watches.list) {
		struct fx_watch *w = list_entry(it, struct fx_watch, link);

		if (w->listens)
			continue;
		if (count < max)
			describe(w, &holds[count]);
		count++;
	}
	exec_mutex_unlock(&lock);
	return count;
}
