/* SPDX-License-Identifier: MIT */
#include "verifier/record.h"

#include "base/exec.h"
#include "base/mem.h"
#include "object/driver.h"
#include "verifier/object_report.h"
#include "verifier/pool_track.h"
#include "verifier/quarantine.h"
#include "verifier/verifier.h"

#define GENERATION_SHIFT 48u

static struct spin_lock lock = { .word = 0, .rank = LOCK_RANK_VERIFIER };

void fx_records_lock(void) UW_NO_TSA
{
	spin_lock_acquire(&lock);
}

void fx_records_unlock(void) UW_NO_TSA
{
	spin_lock_release(&lock);
}

/* --- history --- */

static void note_locked(struct fx_record *record, enum fx_event_kind kind,
			const struct fx_reference *ref)
{
	struct fx_event *event = &record->event[record->events++ % FX_EVENTS_KEPT];

	*event = (struct fx_event){ .kind = (uint8_t)kind,
				    .thread = exec_thread_id(),
				    .time_ns = exec_now_ns() };
	if (ref)
		event->ref = *ref;
}

static void note(struct fx_record *record, enum fx_event_kind kind, const struct fx_reference *ref)
{
	fx_records_lock();
	note_locked(record, kind, ref);
	fx_records_unlock();
}

static void note_site(const struct fx_driver *driver, struct fx_call_site *site)
{
	fx_call_site_here(driver->verifier.text, driver->verifier.text_end, site);
}

/* --- limits --- */

bool fx_verifier_may_allocate(struct fx_driver *driver)
{
	uint64_t *left = &driver->verifier.allocations_left;
	uint64_t value = __atomic_load_n(left, __ATOMIC_RELAXED);

	do {
		if (value == UINT64_MAX)
			return true;
		if (!value)
			return false;
	} while (!__atomic_compare_exchange_n(left, &value, value - 1, true, __ATOMIC_RELAXED,
					      __ATOMIC_RELAXED));
	return true;
}

/* The limit is for each device; once reached, the check is over. */
static void count_object(struct fx_driver *driver, struct fx_record *record)
{
	struct fx_verifier *v = &driver->verifier;
	uint64_t limit = __atomic_load_n(&v->leak_limit, __ATOMIC_RELAXED);
	uint64_t devices = driver->device_count ? driver->device_count : 1;
	uint64_t count;

	if (limit == UINT64_MAX || !fx_verifier_names(v->leaks, record->type_name))
		return;
	record->counted = true;
	count = __atomic_add_fetch(&v->counted, 1, __ATOMIC_RELAXED);
	if (count < limit * devices ||
	    __atomic_exchange_n(&v->leak_limit, UINT64_MAX, __ATOMIC_RELAXED) == UINT64_MAX)
		return;
	fx_rule_break(driver, FX_RULE_LEAK_LIMIT, record->object,
		      "it has %llu objects; ObjectLeakDetectionLimit is %llu, for %llu devices",
		      (unsigned long long)count, (unsigned long long)limit,
		      (unsigned long long)devices);
	fx_report_oldest(driver, true);
}

/* --- tags --- */

static void hold(struct fx_record *record, const struct fx_reference *ref)
{
	struct fx_held_reference *held = mem_calloc(1, sizeof(*held));

	if (!held) { /* what is not written down cannot be missed later */
		__atomic_store_n(&record->tracked, false, __ATOMIC_RELAXED);
		return;
	}
	held->ref = *ref;
	held->thread = exec_thread_id();
	fx_records_lock();
	held->next = record->held;
	record->held = held;
	fx_records_unlock();
}

/* The latest reference with this tag; NULL: there is none. */
static struct fx_held_reference *unlink_locked(struct fx_record *record, const void *tag)
{
	for (struct fx_held_reference **at = &record->held; *at; at = &(*at)->next) {
		struct fx_held_reference *held = *at;

		if (held->ref.tag != tag)
			continue;
		*at = held->next;
		return held;
	}
	return NULL;
}

static void drop(struct fx_object *obj, const struct fx_reference *ref)
{
	struct fx_record *record = obj->debug;
	struct fx_held_reference *held;
	char tag[32];

	fx_records_lock();
	held = unlink_locked(record, ref->tag);
	fx_records_unlock();
	if (held) {
		mem_free(held);
		return;
	}
	if (!__atomic_load_n(&record->tracked, __ATOMIC_RELAXED))
		return;
	fx_tag_text(ref->tag, tag, sizeof(tag));
	fx_rule_break(obj->driver, FX_RULE_TAG_UNKNOWN, obj,
		      "a reference on a %s was dropped with tag %s at %s:%d, and none was taken "
		      "with it",
		      record->name, tag, ref->file ? ref->file : "?", ref->line);
}

static void free_held(struct fx_record *record)
{
	while (record->held) {
		struct fx_held_reference *next = record->held->next;

		mem_free(record->held);
		record->held = next;
	}
}

/* --- the hooks --- */

/* Never 0, so that no handle is an address. A slot that is used again has one already. */
static void put_generation(struct fx_object *obj)
{
	static uint32_t generation; /* atomic */
	uint64_t next;

	if (obj->handle >> GENERATION_SHIFT)
		return;
	next = __atomic_fetch_add(&generation, 1, __ATOMIC_RELAXED) % UINT16_MAX + 1;
	obj->handle |= next << GENERATION_SHIFT;
}

/* Objects that stay where they are when they end: slots, and what is part of something else. */
static bool is_pooled(const struct fx_object *obj)
{
	return obj->class->release;
}

static void fill(struct fx_record *record, struct fx_object *obj)
{
	record->object = obj;
	record->handle = obj->handle;
	record->name = obj->class->name;
	record->type_name = fx_type_name(obj->type);
	record->tracked = fx_verifier_names(obj->driver->verifier.track, record->type_name);
	if (obj->type != FX_TYPE_REQUEST) /* a client's */
		note_site(obj->driver, &record->created);
}

/* Without memory for its record the object is not watched: the driver does not notice. */
static void on_created(struct fx_object *obj)
{
	struct fx_driver *driver = obj->driver;
	struct fx_record *record = mem_calloc(1, sizeof(*record));

	put_generation(obj);
	if (!record)
		return;
	fill(record, obj);
	fx_object_set_debug(obj, record);
	fx_records_lock();
	note_locked(record, FX_EVENT_CREATED, NULL);
	list_push_back(&driver->verifier.records, &record->link);
	fx_records_unlock();
	if (!is_pooled(obj))
		count_object(driver, record);
}

static void on_referenced(struct fx_object *obj, const struct fx_reference *ref)
{
	note(obj->debug, FX_EVENT_REFERENCED, ref);
	hold(obj->debug, ref);
}

static void on_dereferenced(struct fx_object *obj, const struct fx_reference *ref)
{
	note(obj->debug, FX_EVENT_DEREFERENCED, ref);
	drop(obj, ref);
}

static void on_state_changed(struct fx_object *obj)
{
	struct fx_record *record = obj->debug;
	struct fx_call_site site;

	switch (fx_object_state(obj)) {
	case FX_OBJECT_DISPOSING:
		note_site(obj->driver, &site);
		fx_records_lock();
		if (!record->completed)
			record->deleted = site;
		note_locked(record, FX_EVENT_DELETED, NULL);
		return fx_records_unlock();
	case FX_OBJECT_DISPOSED:
		return note(record, FX_EVENT_DISPOSED, NULL);
	case FX_OBJECT_DESTROYED:
		return note(record, FX_EVENT_DESTROYED, NULL);
	default:
		return;
	}
}

/* A driver may ask once. Whoever asks for what goes with its parent already is not heard, as in
 * KMDF. */
static void on_delete_asked(struct fx_object *obj)
{
	struct fx_record *record = obj->debug;
	struct fx_call_site first;
	char site[300];
	bool again;

	fx_records_lock();
	again = record->delete_asked;
	record->delete_asked = true;
	first = record->deleted;
	fx_records_unlock();
	if (!again)
		return;
	fx_call_site_text(&first, site, sizeof(site));
	fx_rule_break(obj->driver, FX_RULE_NONE, obj,
		      "WdfObjectDelete on a %s that it was called for before, from %s",
		      record->name, site);
}

static void on_completed(struct fx_object *obj)
{
	struct fx_record *record = obj->debug;
	struct fx_call_site site;

	note_site(obj->driver, &site);
	fx_records_lock();
	record->deleted = site;
	record->completed = true;
	note_locked(record, FX_EVENT_COMPLETED, NULL);
	fx_records_unlock();
}

/* Its object is about to go: nobody finds it any more. */
static struct fx_record *leave(struct fx_object *obj)
{
	struct fx_record *record = obj->debug;

	if (record->counted)
		__atomic_sub_fetch(&obj->driver->verifier.counted, 1, __ATOMIC_RELAXED);
	fx_records_lock();
	list_remove(&record->link);
	fx_records_unlock();
	free_held(record);
	return record;
}

static bool on_destroyed(struct fx_object *obj)
{
	struct fx_driver *driver = obj->driver;
	struct fx_record *record = leave(obj);
	bool pooled = is_pooled(obj);

	if (pooled)
		fx_object_set_debug(obj, NULL);
	if (!driver->verifier.quarantine_most) {
		mem_free(record);
		return false;
	}
	record->contexts = obj->contexts;
	if (pooled) {
		obj->contexts = NULL;
		record->object = NULL;
	}
	fx_quarantine_take(driver, record);
	return true;
}

/* A context of its own for the next use, so that a late write to this one is noticed; as long as
 * there is memory for it. */
static void take_context(struct fx_object *obj, struct fx_record *record)
{
	struct fx_context *old = obj->contexts, *ctx;

	ctx = old ? mem_calloc(1, sizeof(*ctx) + old->len) : NULL;
	if (!ctx)
		return;
	*ctx = *old;
	obj->contexts = ctx;
	record->contexts = old;
}

static void on_used(struct fx_object *obj, bool keep_context)
{
	struct fx_driver *driver = obj->driver;
	struct fx_record *record;

	note(obj->debug, FX_EVENT_DESTROYED, NULL);
	record = leave(obj);
	fx_object_set_debug(obj, NULL);
	record->object = NULL;
	if (!driver->verifier.quarantine_most)
		return mem_free(record);
	if (!keep_context)
		take_context(obj, record);
	fx_quarantine_take(driver, record);
}

const struct fx_object_hooks fx_record_hooks = {
	.created = on_created,
	.referenced = on_referenced,
	.dereferenced = on_dereferenced,
	.state_changed = on_state_changed,
	.delete_asked = on_delete_asked,
	.completed = on_completed,
	.destroyed = on_destroyed,
	.used = on_used,
};

/* --- the end --- */

void fx_records_report(struct fx_driver *driver)
{
	if (!driver->verifier.on || list_empty(&driver->verifier.records))
		return;
	fx_rule_break(driver, FX_RULE_POOL_LEAK, NULL,
		      "it is unloaded, and objects of it are left");
	fx_report_oldest(driver, false);
}

/* What is referenced for ever, as by a client's request that nobody completes: not watched on. */
static void let_live(struct fx_driver *driver)
{
	struct list *link;

	for (;;) {
		struct fx_record *record;

		fx_records_lock();
		link = list_pop_front(&driver->verifier.records);
		fx_records_unlock();
		if (!link)
			return;
		record = list_entry(link, struct fx_record, link);
		fx_object_set_debug(record->object, NULL);
		free_held(record);
		mem_free(record);
	}
}

void fx_records_end(struct fx_driver *driver)
{
	fx_pool_end(driver);
	if (!driver->verifier.on)
		return;
	fx_records_report(driver);
	let_live(driver);
	fx_quarantine_end(driver);
}
