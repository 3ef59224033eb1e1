/* SPDX-License-Identifier: MIT */
#include "verifier/pool_track.h"

#include "base/exec.h"
#include "base/mem.h"
#include "object/driver.h"
#include "verifier/object_report.h"
#include "verifier/poison.h"
#include "verifier/pool_report.h"
#include "verifier/record.h"
#include "verifier/verifier.h"

#define BUCKETS    16384u
#define KEPT_LEN   (64u << 10) /* longer blocks are freed at once */
#define KEPT_BYTES (16u << 20)

uint32_t fx_pool_watched;

static struct list drivers = LIST_INIT(drivers); /* fx_verifier.loaded; guarded by the lock */
static struct fx_pool_record *buckets[BUCKETS];  /* by address; guarded by the lock */

/* --- whose call is it --- */

static struct fx_driver *find_driver_locked(const void *address)
{
	list_for_each (link, &drivers) {
		struct fx_verifier *v = list_entry(link, struct fx_verifier, loaded);

		if (v->text && address >= v->text && address < v->text_end)
			return uw_container_of(v, struct fx_driver, verifier);
	}
	return NULL;
}

/* A call that was the last thing done left no address in the driver; and the framework's string
 * functions allocate for their caller. */
static struct fx_driver *find_on_stack(void)
{
	struct fx_driver *driver = NULL;
	struct fx_call_site site;

	fx_call_site_here(NULL, NULL, &site);
	fx_records_lock();
	for (unsigned int i = 0; i < FX_CALL_SITE_DEPTH && site.frames[i] && !driver; i++)
		driver = find_driver_locked(site.frames[i]);
	fx_records_unlock();
	return driver;
}

struct fx_driver *fx_pool_caller(const void *caller)
{
	struct fx_driver *driver;

	fx_records_lock();
	driver = find_driver_locked(caller);
	fx_records_unlock();
	return driver ? driver : find_on_stack();
}

/* --- records by address --- */

static struct fx_pool_record **bucket_of(const void *block)
{
	uintptr_t key = (uintptr_t)block / MEMORY_ALLOCATION_ALIGNMENT;

	return &buckets[(key ^ (key >> 14)) % BUCKETS];
}

static struct fx_pool_record *find_locked(const void *block)
{
	struct fx_pool_record *record = *bucket_of(block);

	while (record && record->block != block)
		record = record->next;
	return record;
}

static void forget_locked(struct fx_pool_record *record)
{
	struct fx_pool_record **at = bucket_of(record->block);

	while (*at != record)
		at = &(*at)->next;
	*at = record->next;
	list_remove(&record->link);
	if (!record->driver)
		__atomic_sub_fetch(&fx_pool_watched, 1, __ATOMIC_RELAXED);
}

void fx_pool_allocated(struct fx_driver *driver, struct fx_pool_record *record, void *block,
		       size_t len, ULONG tag)
{
	struct fx_pool_record **bucket = bucket_of(block);

	record->driver = driver;
	record->block = block;
	record->len = len;
	record->tag = tag;
	record->thread = exec_thread_id();
	fx_call_site_here(driver->verifier.text, driver->verifier.text_end, &record->allocated);
	fx_records_lock();
	record->next = *bucket;
	*bucket = record;
	list_push_back(&driver->verifier.pool, &record->link);
	fx_records_unlock();
}

/* --- the end of a block --- */

static void stop_freed_twice(const struct fx_pool_record *record, const char *function)
{
	char allocated[160], freed[160];

	fx_call_site_text(&record->allocated, allocated, sizeof(allocated));
	fx_call_site_text(&record->freed_from, freed, sizeof(freed));
	fx_verifier_stop(record->driver, WDF_VERIFIER_FATAL_ERROR, (uintptr_t)record->block,
			 record->tag,
			 "%s of pool %p, which is freed already: allocated from %s, freed from %s",
			 function, record->block, allocated, freed);
}

static void stop_other_tag(const struct fx_pool_record *record, ULONG tag, const char *function)
{
	char mine[32], given[32], site[200];

	fx_tag_text((const void *)(uintptr_t)record->tag, mine, sizeof(mine));
	fx_tag_text((const void *)(uintptr_t)tag, given, sizeof(given));
	fx_call_site_text(&record->allocated, site, sizeof(site));
	fx_verifier_stop(record->driver, WDF_VERIFIER_FATAL_ERROR, (uintptr_t)record->block, tag,
			 "%s with tag %s of pool %p, which has tag %s: %zu bytes, allocated from "
			 "%s",
			 function, given, record->block, mine, record->len, site);
}

/* The innermost calls of the driver that allocated the block, or else of whoever frees it. */
static void note_freer(const void *text, const void *end, struct fx_call_site *out)
{
	if (text)
		fx_call_site_here(text, end, out);
	if (!text || !out->frames[0])
		fx_call_site_here(NULL, NULL, out);
}

/* Whose code allocated it. Its driver may go at any time: another one frees the block. */
static void find_allocator(const void *block, const void **out_text, const void **out_end)
{
	const struct fx_pool_record *record;

	*out_text = *out_end = NULL;
	fx_records_lock();
	record = find_locked(block);
	if (record && record->driver) {
		*out_text = record->driver->verifier.text;
		*out_end = record->driver->verifier.text_end;
	}
	fx_records_unlock();
}

/* Marks it freed unless that is a mistake; @out_before: as it was. Its driver, if it is there
 * still, then stays until fx_pool_freed(). */
static struct fx_pool_record *claim(const void *block, ULONG tag, const struct fx_call_site *site,
				    struct fx_pool_record *out_before)
{
	struct fx_pool_record *record;

	fx_records_lock();
	record = find_locked(block);
	if (record) {
		*out_before = *record;
		if (!record->freed && (!tag || tag == record->tag)) {
			if (record->driver)
				record->driver->verifier.freeing++;
			record->freed = true;
			record->freed_from = *site;
			list_remove(&record->link);
		}
	}
	fx_records_unlock();
	return record;
}

struct fx_pool_record *fx_pool_freeing(const void *block, ULONG tag, const char *function)
{
	struct fx_pool_record *record, before;
	struct fx_call_site site;
	const void *text, *end;

	find_allocator(block, &text, &end);
	note_freer(text, end, &site);
	record = claim(block, tag, &site, &before);
	if (!record)
		return NULL;
	if (before.freed)
		stop_freed_twice(&before, function);
	if (tag && tag != before.tag)
		stop_other_tag(&before, tag, function);
	return record;
}

static void let_go(struct fx_driver *driver, struct fx_pool_record *record)
{
	if (!fx_unpoison(record->block, record->len))
		fx_pool_report_written(driver, record);
	mem_free(record);
}

static struct fx_pool_record *oldest_locked(struct fx_quarantine *q)
{
	struct fx_pool_record *record;

	if (list_empty(&q->records))
		return NULL;
	record = list_first(&q->records, struct fx_pool_record, link);
	forget_locked(record);
	q->count--;
	q->bytes -= record->len;
	return record;
}

static struct fx_pool_record *surplus(struct fx_verifier *v)
{
	struct fx_quarantine *q = &v->freed_pool;
	struct fx_pool_record *record = NULL;

	fx_records_lock();
	if (q->count > v->quarantine_most || q->bytes > KEPT_BYTES)
		record = oldest_locked(q);
	fx_records_unlock();
	return record;
}

static bool keep_locked(struct fx_pool_record *record)
{
	struct fx_driver *driver = record->driver;

	if (!driver || !driver->verifier.quarantine_most || record->len > KEPT_LEN)
		return false;
	fx_poison(record->block, record->len);
	list_push_back(&driver->verifier.freed_pool.records, &record->link);
	driver->verifier.freed_pool.count++;
	driver->verifier.freed_pool.bytes += record->len;
	return true;
}

void fx_pool_freed(struct fx_pool_record *record)
{
	struct fx_driver *driver;
	bool kept;

	fx_records_lock();
	driver = record->driver;
	kept = keep_locked(record);
	if (!kept)
		forget_locked(record);
	fx_records_unlock();
	if (!kept)
		mem_free(record);
	if (!driver)
		return;
	while (kept && (record = surplus(&driver->verifier)))
		let_go(driver, record);
	fx_records_lock();
	driver->verifier.freeing--;
	fx_records_unlock();
}

/* --- the life of a driver --- */

void fx_pool_watch(struct fx_driver *driver)
{
	struct fx_verifier *v = &driver->verifier;

	list_init(&v->pool);
	list_init(&v->freed_pool.records);
	fx_records_lock();
	list_push_back(&drivers, &v->loaded);
	fx_records_unlock();
	if (v->on)
		__atomic_add_fetch(&fx_pool_watched, 1, __ATOMIC_RELAXED);
}

/* What is left stays: another driver may use it and free it. */
static void disown(struct fx_driver *driver)
{
	struct list *link;

	fx_records_lock();
	while ((link = list_pop_front(&driver->verifier.pool))) {
		list_entry(link, struct fx_pool_record, link)->driver = NULL;
		__atomic_add_fetch(&fx_pool_watched, 1, __ATOMIC_RELAXED);
	}
	fx_records_unlock();
}

/* Another driver may free one of its blocks just now, which is soon done. */
static void await_freeing(struct fx_driver *driver)
{
	uint32_t freeing;

	for (;;) {
		fx_records_lock();
		freeing = driver->verifier.freeing;
		fx_records_unlock();
		if (!freeing)
			return;
		exec_sleep_ms(1);
	}
}

static void end_quarantine(struct fx_driver *driver)
{
	struct fx_pool_record *record;

	for (;;) {
		fx_records_lock();
		record = oldest_locked(&driver->verifier.freed_pool);
		fx_records_unlock();
		if (!record)
			return;
		let_go(driver, record);
	}
}

void fx_pool_end(struct fx_driver *driver)
{
	fx_pool_report_leaks(driver);
	disown(driver);
	await_freeing(driver);
	end_quarantine(driver);
	fx_records_lock();
	list_remove(&driver->verifier.loaded);
	fx_records_unlock();
	if (driver->verifier.on)
		__atomic_sub_fetch(&fx_pool_watched, 1, __ATOMIC_RELAXED);
}
