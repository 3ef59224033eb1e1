/* SPDX-License-Identifier: MIT */
/*
 * server_tags.c - a connection's requests at the device, by the tags their client chose. There are
 * as many buckets as requests, within bounds; without memory for more the chains grow longer.
 */
#include "base/mem.h"
#include "server_impl.h"

#define LEAST_BITS 4u
#define MOST_BITS  12u

static struct list *bucket_of(const struct server_tags *tags, uint64_t tag)
{
	/* the client chooses the tags: a poor choice costs itself time, and of that little */
	return &tags->buckets[tag * 0x9e3779b97f4a7c15ull >> (64 - tags->bits)];
}

static struct list *make_buckets(uint32_t bits)
{
	struct list *buckets = mem_alloc(sizeof(*buckets) << bits);

	for (size_t i = 0; buckets && i < (size_t)1 << bits; i++)
		list_init(&buckets[i]);
	return buckets;
}

bool tags_init(struct server_tags *tags)
{
	*tags = (struct server_tags){ .bits = LEAST_BITS, .buckets = make_buckets(LEAST_BITS) };
	return tags->buckets;
}

void tags_deinit(struct server_tags *tags)
{
	mem_free(tags->buckets);
}

static void grow(struct server_tags *tags)
{
	struct list *old = tags->buckets, *node;
	size_t old_count = (size_t)1 << tags->bits;
	struct list *wider = make_buckets(tags->bits + 1);

	if (!wider)
		return;
	tags->buckets = wider;
	tags->bits++;
	for (size_t i = 0; i < old_count; i++)
		while ((node = list_pop_front(&old[i])))
			list_push_back(
				bucket_of(tags,
					  list_entry(node, struct request, by_tag)->answer.tag),
				node);
	mem_free(old);
}

void tags_add(struct server_tags *tags, struct request *r)
{
	if (tags->count >> tags->bits && tags->bits < MOST_BITS)
		grow(tags);
	list_push_back(bucket_of(tags, r->answer.tag), &r->by_tag);
	tags->count++;
}

void tags_remove(struct server_tags *tags, struct request *r)
{
	list_remove(&r->by_tag);
	tags->count--;
}

struct request *tags_find(const struct server_tags *tags, uint64_t tag)
{
	list_for_each (it, bucket_of(tags, tag)) {
		struct request *r = list_entry(it, struct request, by_tag);

		if (r->answer.tag == tag)
			return r;
	}
	return NULL;
}
