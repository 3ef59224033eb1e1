/* SPDX-License-Identifier: MIT */
#include "verifier/record.h"

#include "base/exec.h"
#include "base/mem.h"
#include "object/driver.h"
#include "verifier/object_report.h"
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

bool fx_record_may_allocate(struct fx_driver *driver)
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

	if (limit == UINT64_MAX || !fx_verifier_names(v->leaks, record->name))
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
	fx_report_oldest(driver);
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

static NTSTATUS on_created(struct fx_object *obj)
{
	static uint32_t generation; /* atomic */
	struct fx_driver *driver = obj->driver;
	struct fx_record *record;
	uint64_t next;

	if (!fx_record_may_allocate(driver))
		return STATUS_INSUFFICIENT_RESOURCES;
	record = mem_calloc(1, sizeof(*record));
	if (!record)
		return STATUS_INSUFFICIENT_RESOURCES;
	/* never 0, so that no handle is an address */
	next = __atomic_fetch_add(&generation, 1, __ATOMIC_RELAXED) % UINT16_MAX + 1;
	obj->handle |= next << GENERATION_SHIFT;
	obj->debug = record;
	record->object = obj;
	record->handle = obj->handle;
	record->name = obj->class->name;
	record->tracked = fx_verifier_names(driver->verifier.track, record->name);
	note_site(driver, &record->created);
	fx_records_lock();
	note_locked(record, FX_EVENT_CREATED, NULL);
	list_push_back(&driver->verifier.records, &record->link);
	fx_records_unlock();
	count_object(driver, record);
	return STATUS_SUCCESS;
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

static bool on_destroyed(struct fx_object *obj)
{
	struct fx_driver *driver = obj->driver;
	struct fx_record *record = obj->debug;

	if (record->counted)
		__atomic_sub_fetch(&driver->verifier.counted, 1, __ATOMIC_RELAXED);
	fx_records_lock();
	list_remove(&record->link);
	fx_records_unlock();
	free_held(record);
	if (fx_quarantine_take(driver, record))
		return true;
	mem_free(record);
	return false;
}

const struct fx_object_hooks fx_record_hooks = {
	.created = on_created,
	.referenced = on_referenced,
	.dereferenced = on_dereferenced,
	.state_changed = on_state_changed,
	.destroyed = on_destroyed,
};

/* --- the end --- */

void fx_records_report(struct fx_driver *driver)
{
	if (!driver->verifier.on || list_empty(&driver->verifier.records))
		return;
	fx_rule_break(driver, FX_RULE_POOL_LEAK, NULL,
		      "it is unloaded, and objects of it are left");
	fx_report_oldest(driver);
}

void fx_records_end(struct fx_driver *driver)
{
	if (!driver->verifier.on)
		return;
	fx_records_report(driver);
	fx_quarantine_end(driver);
}
