/* SPDX-License-Identifier: MIT */
/*
 * A collection whose items, and which itself, are deleted while others add and remove; a lookaside
 * list that is deleted while two threads take and give back: under the simulated executor, where a
 * seed chooses every meeting. Each item is destroyed once, no buffer has two owners, nothing stays.
 */
#include "fx_fixture.h"

#include <string.h>

#include "base/exec.h"
#include "base/mem.h"
#include "object/driver.h"
#include "object/worker.h"

#define SEEDS   300
#define ADDERS  2
#define ITEMS   8 /* of each adder */
#define HOLDERS 2
#define ROUNDS  12

extern const struct uwdf_driver_image UwdfDriverImage;

static WDFCOLLECTION collection;
static WDFOBJECT items[ADDERS * ITEMS];
static unsigned int destroys, added, removed; /* atomic */
static WDFLOOKASIDE lookaside;

static struct exec_thread *start(void (*run)(void *arg), void *arg)
{
	struct exec_thread_params params = { .name = "sim", .run = run, .arg = arg, .node = -1 };
	struct exec_thread *thread;

	assert_int_equal(exec_thread_start(&params, &thread), 0);
	return thread;
}

static void on_destroy(WDFOBJECT object)
{
	(void)object;
	__atomic_add_fetch(&destroys, 1, __ATOMIC_RELAXED);
}

static void make_items(void)
{
	WDF_OBJECT_ATTRIBUTES attrs;

	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.EvtDestroyCallback = on_destroy;
	for (unsigned int i = 0; i < ADDERS * ITEMS; i++) {
		assert_int_equal(WdfObjectCreate(&attrs, &items[i]), STATUS_SUCCESS);
		WdfObjectReference(items[i]); /* handles stay good until the end */
	}
}

/* Adds its items, takes some of them out again, looks at whatever is there. */
static void adder(void *arg)
{
	WDFOBJECT *mine = arg;

	for (unsigned int i = 0; i < ITEMS; i++) {
		if (WdfCollectionAdd(collection, mine[i]) != STATUS_SUCCESS)
			abort();
		__atomic_add_fetch(&added, 1, __ATOMIC_RELAXED);
		(void)WdfCollectionGetItem(collection, i);
		(void)WdfCollectionGetLastItem(collection);
		if (exec_sim_random(2) || !WdfCollectionGetFirstItem(collection))
			continue;
		WdfCollectionRemove(collection, mine[i]);
		__atomic_add_fetch(&removed, 1, __ATOMIC_RELAXED);
	}
}

static void deleter(void *arg)
{
	(void)arg;
	for (unsigned int i = 0; i < ADDERS * ITEMS; i++)
		WdfObjectDelete(items[i]);
}

static void collection_seed(uint64_t seed)
{
	struct exec_thread *threads[ADDERS], *other;

	destroys = added = removed = 0;
	assert_int_equal(WdfCollectionCreate(NULL, &collection), STATUS_SUCCESS);
	make_items();
	for (unsigned int i = 0; i < ADDERS; i++)
		threads[i] = start(adder, &items[i * ITEMS]);
	other = start(deleter, NULL);
	for (unsigned int i = 0; i < ADDERS; i++)
		exec_thread_join(threads[i]);
	exec_thread_join(other);
	if (WdfCollectionGetCount(collection) != added - removed || fx_broke())
		fail_msg("seed %llu: %u items, %u added, %u removed", (unsigned long long)seed,
			 WdfCollectionGetCount(collection), added, removed);
	WdfObjectDelete(collection);
	for (unsigned int i = 0; i < ADDERS * ITEMS; i++)
		WdfObjectDereference(items[i]);
	if (destroys != ADDERS * ITEMS)
		fail_msg("seed %llu: %u items destroyed", (unsigned long long)seed, destroys);
}

static void collection_deleter(void *arg)
{
	(void)arg;
	exec_yield();
	WdfObjectDelete(collection);
}

static void add_only(void *arg)
{
	WDFOBJECT *mine = arg;

	for (unsigned int i = 0; i < ITEMS; i++) {
		if (WdfCollectionAdd(collection, mine[i]) != STATUS_SUCCESS)
			abort();
	}
}

static void deleted_collection_seed(uint64_t seed)
{
	struct exec_thread *adding, *deleting;

	destroys = 0;
	assert_int_equal(WdfCollectionCreate(NULL, &collection), STATUS_SUCCESS);
	WdfObjectReference(collection);
	make_items();
	adding = start(add_only, items);
	deleting = start(collection_deleter, NULL);
	exec_thread_join(adding);
	exec_thread_join(deleting);
	WdfObjectDereference(collection);
	deleter(NULL);
	for (unsigned int i = 0; i < ADDERS * ITEMS; i++)
		WdfObjectDereference(items[i]);
	if (destroys != ADDERS * ITEMS || fx_broke())
		fail_msg("seed %llu: %u items destroyed", (unsigned long long)seed, destroys);
}

/* Two at a time; each writes its mark and finds it again. */
static void holder(void *arg)
{
	const unsigned char mark = *(const unsigned char *)arg;
	WDFMEMORY held[2] = { NULL, NULL };

	for (unsigned int i = 0; i < ROUNDS; i++) {
		WDFMEMORY *slot = &held[exec_sim_random(2)];
		unsigned char *buffer;

		if (*slot) {
			buffer = WdfMemoryGetBuffer(*slot, NULL);
			if (buffer[0] != mark || buffer[31] != mark)
				abort();
			WdfObjectDelete(*slot);
			*slot = NULL;
			continue;
		}
		if (WdfMemoryCreateFromLookaside(lookaside, slot) != STATUS_SUCCESS)
			abort();
		memset(WdfMemoryGetBuffer(*slot, NULL), mark, 32);
		exec_yield();
	}
	for (unsigned int i = 0; i < 2; i++) {
		if (held[i])
			WdfObjectDelete(held[i]);
	}
}

static void lookaside_deleter(void *arg)
{
	(void)arg;
	exec_yield();
	WdfObjectDelete(lookaside);
}

static void lookaside_seed(uint64_t seed)
{
	static const unsigned char marks[HOLDERS] = { 1, 2 };
	struct exec_thread *threads[HOLDERS], *deleting = NULL;

	assert_int_equal(WdfLookasideListCreate(NULL, 32, NonPagedPoolNx, NULL, 0, &lookaside),
			 STATUS_SUCCESS);
	WdfObjectReference(lookaside); /* the holders' handle stays good */
	for (unsigned int i = 0; i < HOLDERS; i++)
		threads[i] = start(holder, (void *)(uintptr_t)&marks[i]);
	if (seed % 2)
		deleting = start(lookaside_deleter, NULL);
	for (unsigned int i = 0; i < HOLDERS; i++)
		exec_thread_join(threads[i]);
	exec_thread_join(deleting);
	if (!deleting)
		WdfObjectDelete(lookaside);
	WdfObjectDereference(lookaside);
	if (fx_broke())
		fail_msg("seed %llu: something was reported", (unsigned long long)seed);
}

static void run_seeds(void (*one)(uint64_t seed))
{
	uint64_t seeds = getenv("UWDF_LONG") ? 10000 : SEEDS;

	(void)fx_broke();
	for (uint64_t seed = 1; seed <= seeds; seed++) {
		uint64_t blocks = mem_live_blocks();
		struct fx_driver *driver;

		memset(&fx_script, 0, sizeof(fx_script));
		assert_int_equal(exec_sim_begin(seed), 0);
		assert_int_equal(fx_worker_start(), 0);
		assert_int_equal(fx_driver_load_image("sim", &UwdfDriverImage, NULL, NULL, &driver),
				 0);
		one(seed);
		fx_driver_unload(driver);
		fx_worker_stop();
		exec_sim_end();
		assert_int_equal(mem_live_blocks(), blocks);
	}
}

static void test_collection__items_deleted_meanwhile__each_destroyed_once(void **state)
{
	(void)state;
	run_seeds(collection_seed);
}

static void test_collection__deleted_while_added_to__no_reference_stays(void **state)
{
	(void)state;
	run_seeds(deleted_collection_seed);
}

static void test_lookaside__two_threads_and_a_deletion__one_owner_a_buffer(void **state)
{
	(void)state;
	run_seeds(lookaside_seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_collection__items_deleted_meanwhile__each_destroyed_once),
		cmocka_unit_test(test_collection__deleted_while_added_to__no_reference_stays),
		cmocka_unit_test(test_lookaside__two_threads_and_a_deletion__one_owner_a_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
