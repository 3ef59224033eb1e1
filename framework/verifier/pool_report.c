/* SPDX-License-Identifier: MIT */
#include "verifier/pool_report.h"

#include "base/log.h"
#include "object/driver.h"
#include "verifier/object_report.h"
#include "verifier/pool_track.h"
#include "verifier/record.h"
#include "verifier/verifier.h"

#define BLOCKS 10u /* that are named */
#define TAGS   16u

static const char *tag_text(ULONG tag, char *out, size_t len)
{
	fx_tag_text((const void *)(uintptr_t)tag, out, len);
	return out;
}

void fx_pool_report_written(struct fx_driver *driver, const struct fx_pool_record *record)
{
	char tag[32], allocated[160], freed[160];

	fx_call_site_text(&record->allocated, allocated, sizeof(allocated));
	fx_call_site_text(&record->freed_from, freed, sizeof(freed));
	fx_verifier_break(driver,
			  "pool %p, %zu bytes with tag %s, was written to after it was freed: "
			  "allocated from %s, freed from %s",
			  record->block, record->len, tag_text(record->tag, tag, sizeof(tag)),
			  allocated, freed);
}

struct total {
	ULONG tag;
	size_t blocks, bytes;
};

/* Of all live blocks, or of those with the lowest tag from @tag on. False: there are none. */
static bool count(const struct fx_driver *driver, bool all, uint64_t tag, struct total *out)
{
	struct total total = { .tag = UINT32_MAX };

	fx_records_lock();
	list_for_each (link, &driver->verifier.pool) {
		const struct fx_pool_record *record = list_entry(link, struct fx_pool_record, link);

		if (!all && (record->tag < tag || record->tag > total.tag))
			continue;
		if (!all && record->tag < total.tag)
			total = (struct total){ .tag = record->tag };
		total.blocks++;
		total.bytes += record->len;
	}
	fx_records_unlock();
	*out = total;
	return total.blocks;
}

static void say_tags(const struct fx_driver *driver)
{
	struct total total;
	uint64_t tag = 0;
	char text[32];

	for (unsigned int i = 0; count(driver, false, tag, &total); i++) {
		if (i == TAGS) {
			log_error("verifier", "  and more tags");
			return;
		}
		log_error("verifier", "  tag %s: %zu bytes in %zu block%s",
			  tag_text(total.tag, text, sizeof(text)), total.bytes, total.blocks,
			  total.blocks == 1 ? "" : "s");
		tag = (uint64_t)total.tag + 1;
	}
}

/* The @at-th oldest live block; false: there are not so many. */
static bool get(const struct fx_driver *driver, unsigned int at, struct fx_pool_record *out)
{
	bool found = false;

	fx_records_lock();
	list_for_each (link, &driver->verifier.pool) {
		if (at--)
			continue;
		*out = *list_entry(link, struct fx_pool_record, link);
		found = true;
		break;
	}
	fx_records_unlock();
	return found;
}

static void say_block(const struct fx_pool_record *record)
{
	char tag[32], site[400];

	fx_call_site_text(&record->allocated, site, sizeof(site));
	log_error("verifier", "  pool %p: %zu bytes with tag %s, allocated by thread %u from %s",
		  record->block, record->len, tag_text(record->tag, tag, sizeof(tag)),
		  record->thread, site);
}

void fx_pool_report_leaks(struct fx_driver *driver)
{
	struct fx_pool_record record;
	struct total total;

	if (!count(driver, true, 0, &total))
		return;
	fx_rule_break(driver, FX_RULE_POOL_LEAK, NULL,
		      "it is unloaded, and %zu bytes of pool in %zu block%s that it allocated are "
		      "left",
		      total.bytes, total.blocks, total.blocks == 1 ? "" : "s");
	say_tags(driver);
	for (unsigned int i = 0; i < BLOCKS && get(driver, i, &record); i++)
		say_block(&record);
	if (total.blocks > BLOCKS)
		log_error("verifier", "  and %zu more blocks", total.blocks - BLOCKS);
}
