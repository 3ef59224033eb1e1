/* SPDX-License-Identifier: MIT */
#include "verifier/quarantine.h"

#include <string.h>

#include "base/mem.h"
#include "object/driver.h"
#include "verifier/verifier.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define POISON(address, len)   ASAN_POISON_MEMORY_REGION(address, len)
#define UNPOISON(address, len) ASAN_UNPOISON_MEMORY_REGION(address, len)
#else
#define POISON(address, len)
#define UNPOISON(address, len)
#endif

#define POISON_BYTE 0xdd
#define MOST_BYTES  (16u << 20) /* of contexts */

/* --- contexts --- */

static void poison(struct fx_record *record)
{
	for (struct fx_context *ctx = record->object->contexts; ctx; ctx = ctx->next) {
		size_t len = ctx->type->ContextSize;

		ctx->magic = 0;
		memset(ctx + 1, POISON_BYTE, len);
		POISON(ctx + 1, len);
		record->bytes += len;
	}
}

static bool is_poison(const unsigned char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] != POISON_BYTE)
			return false;
	}
	return true;
}

/* Returns the type of a context that was written to; NULL: none was. */
static PCWDF_OBJECT_CONTEXT_TYPE_INFO unpoison(const struct fx_object *obj)
{
	PCWDF_OBJECT_CONTEXT_TYPE_INFO written = NULL;

	for (struct fx_context *ctx = obj->contexts; ctx; ctx = ctx->next) {
		UNPOISON(ctx + 1, ctx->type->ContextSize);
		if (!is_poison((const unsigned char *)(ctx + 1), ctx->type->ContextSize))
			written = ctx->type;
	}
	return written;
}

/* --- in and out --- */

static void let_go(struct fx_driver *driver, struct fx_record *record)
{
	PCWDF_OBJECT_CONTEXT_TYPE_INFO written = unpoison(record->object);

	if (written) {
		char site[400];

		fx_call_site_text(&record->deleted, site, sizeof(site));
		fx_verifier_break(driver,
				  "the context %s of a %s was written to after the object was "
				  "freed; it was deleted from %s",
				  written->ContextName, record->name, site);
	}
	fx_object_free(record->object);
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

bool fx_quarantine_take(struct fx_driver *driver, struct fx_record *record)
{
	struct fx_verifier *v = &driver->verifier;

	if (!v->quarantine_most)
		return false;
	poison(record);
	record->object->type = FX_TYPE_NONE;
	record->object->handle = 0;
	fx_records_lock();
	list_push_back(&v->quarantine.records, &record->link);
	v->quarantine.count++;
	v->quarantine.bytes += record->bytes;
	fx_records_unlock();
	while ((record = surplus(v)))
		let_go(driver, record);
	return true;
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
