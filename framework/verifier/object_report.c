/* SPDX-License-Identifier: MIT */
#include "verifier/object_report.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/exec.h"
#include "base/log.h"
#include "base/sys.h"
#include "object/driver.h"
#include "verifier/verifier.h"

#define LINE      512u
#define CHILDREN  8u  /* named */
#define ANCESTORS 16u /* named */
#define OLDEST    10u /* leaked objects that are named */
#define FACTS     2u  /* levels of indentation of what is known of an object */

void fx_tag_text(const void *tag, char *out, size_t len)
{
	uintptr_t value = (uintptr_t)tag;
	char letters[5] = "";

	for (unsigned int i = 0; i < 4 && value <= UINT32_MAX; i++)
		letters[i] = (char)(value >> (8 * i));
	for (unsigned int i = 0; i < 4; i++) {
		if (!isprint((unsigned char)letters[i])) {
			(void)snprintf(out, len, "0x%zx", (size_t)value);
			return;
		}
	}
	(void)snprintf(out, len, "'%s'", letters);
}

static void add(char *line, const char *format, ...) UW_PRINTF(2, 3);
static void add(char *line, const char *format, ...)
{
	size_t used = strlen(line);
	va_list args;

	va_start(args, format);
	(void)vsnprintf(line + used, LINE - used, format, args);
	va_end(args);
}

/* A line that stands @depth levels in: an object at FACTS - 1, what is known of it at FACTS. */
static void say(unsigned int depth, const char *format, ...) UW_PRINTF(2, 3);
static void say(unsigned int depth, const char *format, ...)
{
	char line[LINE];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	log_error("verifier", "%*s%s", 2 * (int)depth, "", line);
}

/* --- history --- */

static void say_site(unsigned int depth, const char *what, const struct fx_call_site *site)
{
	char text[400];

	if (!site->frames[0])
		return;
	fx_call_site_text(site, text, sizeof(text));
	say(depth, "%s from %s", what, text);
}

static void say_event(unsigned int depth, const struct fx_event *event, uint64_t now_ns)
{
	static const char *const words[] = {
		[FX_EVENT_NONE] = "?",
		[FX_EVENT_CREATED] = "created",
		[FX_EVENT_REFERENCED] = "referenced",
		[FX_EVENT_DEREFERENCED] = "dereferenced",
		[FX_EVENT_COMPLETED] = "completed",
		[FX_EVENT_DELETED] = "deletion began",
		[FX_EVENT_DISPOSED] = "cleaned up",
		[FX_EVENT_DESTROYED] = "destroyed",
	};
	uint64_t us = (now_ns - event->time_ns) / 1000;
	char line[LINE] = "", tag[32];

	add(line, "%s by thread %u, %llu us ago", words[event->kind], event->thread,
	    (unsigned long long)us);
	if (event->ref.file) {
		fx_tag_text(event->ref.tag, tag, sizeof(tag));
		add(line, ", tag %s at %s:%d", tag, event->ref.file, event->ref.line);
	}
	say(depth, "%s", line);
}

static void say_events(unsigned int depth, const struct fx_record *record)
{
	uint64_t now_ns = exec_now_ns();
	uint32_t first = record->events > FX_EVENTS_KEPT ? record->events - FX_EVENTS_KEPT : 0;

	for (uint32_t i = first; i < record->events; i++)
		say_event(depth, &record->event[i % FX_EVENTS_KEPT], now_ns);
}

/* References of which a copy is made under the lock, so that they can be told without it. */
static void say_held(unsigned int depth, const struct fx_record *record)
{
	struct fx_reference refs[8];
	unsigned int count = 0, more = 0;
	char tag[32];

	fx_records_lock();
	for (const struct fx_held_reference *held = record->held; held; held = held->next) {
		if (count < UW_ARRAY_SIZE(refs))
			refs[count++] = held->ref;
		else
			more++;
	}
	fx_records_unlock();
	for (unsigned int i = 0; i < count; i++) {
		fx_tag_text(refs[i].tag, tag, sizeof(tag));
		say(depth, "a reference is held since %s:%d, tag %s",
		    refs[i].file ? refs[i].file : "?", refs[i].line, tag);
	}
	if (more)
		say(depth, "and %u more references", more);
}

static void say_record(unsigned int depth, const struct fx_record *record)
{
	say_site(depth, "created", &record->created);
	say_site(depth, record->completed ? "completed" : "deleted", &record->deleted);
	say_events(depth, record);
}

void fx_report_freed(const struct fx_record *record)
{
	log_error("verifier", "  it was a %s and is freed", record->name);
	say_record(FACTS, record);
}

/* --- the tree --- */

static const char *state_of(const struct fx_object *obj)
{
	static const char *const names[] = {
		[0] = "?",
		[FX_OBJECT_CREATED] = "alive",
		[FX_OBJECT_DISPOSING] = "being deleted",
		[FX_OBJECT_DISPOSED] = "deleted",
		[FX_OBJECT_DESTROYED] = "destroyed",
	};
	enum fx_object_state state = fx_object_state(obj);

	return state < UW_ARRAY_SIZE(names) ? names[state] : names[0];
}

/*
 * A copy of the object at @at. Other threads may be taking the tree apart: what is there may have
 * been freed and used again, or be no memory any more; then false, most likely, but never a crash.
 */
static bool copy_object(const struct fx_object *at, struct fx_object *out)
{
	return !sys_peek(at, out, sizeof(*out)) && out->type >= FX_TYPE_OBJECT &&
	       out->type < FX_TYPE_END && fx_object_at(fx_object_handle(out)) == at;
}

static void say_ancestors(unsigned int depth, const struct fx_object *obj)
{
	const struct fx_object *at = __atomic_load_n(&obj->parent, __ATOMIC_RELAXED);
	struct fx_object copy;
	char line[LINE] = "";

	for (unsigned int i = 0; i < ANCESTORS && at && copy_object(at, &copy); i++) {
		add(line, "%s%s %p", i ? " in " : "", fx_type_name(copy.type),
		    fx_object_handle(&copy));
		at = copy.parent;
	}
	if (line[0])
		say(depth, "in %s", line);
}

static void put_children(const struct fx_object *obj, char *line)
{
	unsigned int count = 0;

	list_for_each (link, &obj->children) {
		const struct fx_object *child = list_entry(link, struct fx_object, sibling);

		if (count++ < CHILDREN)
			add(line, "%s%s %p", line[0] ? ", " : "", child->class->name,
			    fx_object_handle(child));
	}
	if (count > CHILDREN)
		add(line, " and %u more", count - CHILDREN);
}

/* Whoever is stopped may hold the lock; whoever else holds it may never let go. */
static void say_children(unsigned int depth, const struct fx_object *obj) UW_NO_TSA
{
	struct spin_lock *lock = (struct spin_lock *)(uintptr_t)&obj->lock;
	bool mine = spin_lock_is_mine(lock);
	char line[LINE] = "";

	if (!mine && !spin_lock_try(lock))
		return;
	put_children(obj, line);
	if (!mine)
		spin_lock_release(lock);
	if (line[0])
		say(depth, "with %s", line);
}

/* @own: as in fx_report_object(). @in: the end of the first line. */
static void report(const struct fx_object *obj, int32_t own, unsigned int depth, const char *in)
{
	const struct fx_record *record = fx_record_of(obj);
	int32_t refs = __atomic_load_n(&obj->refs, __ATOMIC_RELAXED) - own;
	struct fx_record copy;

	say(depth - 1, "object %s %p: %s, %d reference%s%s", obj->class->name,
	    fx_object_handle(obj), state_of(obj), refs, refs == 1 ? "" : "s", in);
	say_ancestors(depth, obj);
	say_children(depth, obj);
	if (obj->class->report)
		obj->class->report(obj);
	if (!record)
		return;
	/* other threads go on writing to it */
	fx_records_lock();
	copy = *record;
	fx_records_unlock();
	say_record(depth, &copy);
	say_held(depth, record);
}

void fx_report_object(const struct fx_object *obj, int32_t own)
{
	report(obj, own, FACTS, "");
}

void fx_report_leftover(const struct fx_object *obj, unsigned int depth, const char *in)
{
	report(obj, 1, FACTS + depth, in);
}

/* --- leaks --- */

/* By fx_leftovers_report(): once is enough. */
static bool was_told(const struct fx_object *obj)
{
	return __atomic_load_n(&obj->flags, __ATOMIC_RELAXED) & FX_OBJECT_TOLD;
}

/* The @at-th oldest live object, referenced; NULL: there are not so many. */
static struct fx_object *get_oldest(struct fx_driver *driver, bool counted, unsigned int at)
{
	struct fx_object *obj = NULL;

	fx_records_lock();
	list_for_each (link, &driver->verifier.records) {
		const struct fx_record *record = list_entry(link, struct fx_record, link);

		if (record->object == &driver->base || (counted && !record->counted) ||
		    was_told(record->object))
			continue;
		if (at) {
			at--;
		} else if (fx_object_ref_unless_zero(record->object)) {
			obj = record->object;
			break;
		}
	}
	fx_records_unlock();
	return obj;
}

void fx_report_oldest(struct fx_driver *driver, bool counted)
{
	for (unsigned int i = 0; i < OLDEST; i++) {
		struct fx_object *obj = get_oldest(driver, counted, i);

		if (!obj)
			return;
		fx_report_object(obj, 1);
		fx_object_unref(obj);
	}
}
