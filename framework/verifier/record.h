/* SPDX-License-Identifier: MIT */
/*
 * record.h - what the verifier knows of one object: who made and deleted it, who holds references,
 * what happened to it last. Only for drivers whose verifier is on.
 */
#ifndef FX_RECORD_H
#define FX_RECORD_H

#include "base/list.h"
#include "object/object.h"
#include "verifier/call_site.h"

enum fx_event_kind {
	FX_EVENT_NONE,
	FX_EVENT_CREATED,
	FX_EVENT_REFERENCED,
	FX_EVENT_DEREFERENCED,
	FX_EVENT_COMPLETED, /* a request, by its driver */
	FX_EVENT_DELETED,   /* its disposal began */
	FX_EVENT_DISPOSED,
	FX_EVENT_DESTROYED,
};

struct fx_event {
	uint8_t kind; /* enum fx_event_kind */
	uint32_t thread;
	uint64_t time_ns;
	struct fx_reference ref; /* of FX_EVENT_REFERENCED and FX_EVENT_DEREFERENCED */
};
#define FX_EVENTS_KEPT 8u

/* A reference that the driver took and has not dropped. */
struct fx_held_reference {
	struct fx_held_reference *next;
	struct fx_reference ref;
	uint32_t thread;
};

struct fx_record {
	struct list link; /* the driver's live records, or its quarantine; guarded by the lock */
	struct fx_object *object;    /* owned in the quarantine; NULL: its memory is used again */
	struct fx_context *contexts; /* in the quarantine; owned where there is no object */
	uint64_t handle;             /* as the driver knew it */
	const char *name;            /* of its class */
	const char *type_name;       /* "WDFMEMORY", as lists of types have it */
	size_t bytes;                /* of poisoned contexts */
	bool delete_asked;           /* WdfObjectDelete was called; guarded by the lock */
	bool completed;              /* deleted is where; guarded by the lock */
	bool counted;                /* by the leak limit */
	bool tracked;                /* its tags are judged */
	struct fx_held_reference *held; /* owned, latest first; guarded by the lock */
	uint32_t events;                /* so far; the latest is event[(events - 1) % KEPT] */
	struct fx_event event[FX_EVENTS_KEPT];
	struct fx_call_site created, deleted;
};

extern const struct fx_object_hooks fx_record_hooks;

/* NULL: there is none. Only while the object lives. */
static inline struct fx_record *fx_record_of(const struct fx_object *obj)
{
	return obj ? obj->debug : NULL;
}

/* The one lock of all records, leaf but for the log. */
void fx_records_lock(void);
void fx_records_unlock(void);

/* No device is left and EvtDriverUnload ran: say what was not freed. */
void fx_records_report(struct fx_driver *driver);
/* The same, and end the quarantine. */
void fx_records_end(struct fx_driver *driver);

#endif
