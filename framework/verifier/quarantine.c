/* SPDX-License-Identifier: MIT */
#include "verifier/quarantine.h"

#include "base/mem.h"
#include "object/driver.h"
#include "verifier/poison.h"
#include "verifier/verifier.h"

#define MOST_BYTES (16u << 20) /* of contexts */

/* --- contexts --- */

static void poison(struct fx_record *record)
{
	for (struct fx_context *ctx = record->contexts; ctx; ctx = ctx->next) {
		ctx->magic = 0;
		fx_poison(ctx + 1, ctx->len);
		record->bytes += ctx->len;
	}
}

/* Returns the type of a context that was written to; NULL: none was. */
static PCWDF_OBJECT_CONTEXT_TYPE_INFO unpoison(const struct fx_record *record)
{
	PCWDF_OBJECT_CONTEXT_TYPE_INFO written = NULL;

	for (struct fx_context *ctx = record->contexts; ctx; ctx = ctx->next) {
		if (!fx_unpoison(ctx + 1, ctx->len))
			written = ctx->type;
	}
	return written;
}

static void free_contexts(struct fx_context *ctx)
{
	while (ctx) {
		struct fx_context *next = ctx->next;

		mem_free(ctx);
		ctx = next;
	}
}

/* --- in and out --- */

static void let_go(struct fx_driver *driver, struct fx_record *record)
{
	PCWDF_OBJECT_CONTEXT_TYPE_INFO written = unpoison(record);

	if (written) {
		char site[400];

		fx_call_site_text(&record->deleted, site, sizeof(site));
		fx_verifier_break(driver,
				  "the context %s of a %s was written to after the object was "
				  "freed; it was deleted from %s",
				  written->ContextName, record->name, site);
	}
	if (record->object)
		fx_object_free(record->object);
	else
		free_contexts(record->contexts);
	mem_free(record);
}

static struct fx_record *oldest_locked(struct fx_quarantine *q)
{
	struct list *link = list_pop_front(&q->records);
	struct fx_record *record;

	if (!link)
		return NULL;
	record = list_entry(link, struct fx_record, link);
	q->count--;
	q->bytes -= record->bytes;
	return record;
}

static struct fx_record *surplus(struct fx_verifier *v)
{
	struct fx_quarantine *q = &v->quarantine;
	struct fx_record *record = NULL;

	fx_records_lock();
	if (q->count > v->quarantine_most || q->bytes > MOST_BYTES)
		record = oldest_locked(q);
	fx_records_unlock();
	return record;
}

void fx_quarantine_take(struct fx_driver *driver, struct fx_record *record)
{
	struct fx_verifier *v = &driver->verifier;

	poison(record);
	if (record->object) {
		record->object->type = FX_TYPE_NONE;
		record->object->handle = 0;
	}
	fx_records_lock();
	list_push_back(&v->quarantine.records, &record->link);
	v->quarantine.count++;
	v->quarantine.bytes += record->bytes;
	fx_records_unlock();
	while ((record = surplus(v)))
		let_go(driver, record);
}

bool fx_quarantine_find(struct fx_driver *driver, const void *handle, struct fx_record *out)
{
	bool found = false;

	if (!driver || !driver->verifier.on)
		return false;
	fx_records_lock();
	list_for_each (link, &driver->verifier.quarantine.records) {
		const struct fx_record *record = list_entry(link, struct fx_record, link);

		if (record->handle != (uint64_t)(uintptr_t)handle)
			continue;
		*out = *record;
		found = true;
		break;
	}
	fx_records_unlock();
	return found;
}

void fx_quarantine_end(struct fx_driver *driver)
{
	struct fx_record *record;

	for (;;) {
		fx_records_lock();
		record = oldest_locked(&driver->verifier.quarantine);
		fx_records_unlock();
		if (!record)
			return;
		let_go(driver, record);
	}
}
