/* SPDX-License-Identifier: MIT */
/*
 * A tree that several threads delete, reference and grow at the same time: a seed chooses every
 * meeting. Each object is cleaned up once and destroyed once, its cleanup comes before that of its
 * parent, and nothing stays that was created below what was being deleted.
 */
#include "sim_device.h"

#include "object/worker.h"

#define SEEDS   150 /* 10000 with UWDF_LONG */
#define THREADS 3
#define STEPS   10
#define NODES   20

typedef struct _NODE {
	unsigned int id;
} NODE;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(NODE, GetNode)

static struct node {
	WDFOBJECT handle; /* referenced until the end */
	unsigned int parent;
	unsigned int cleanups, destroys; /* atomic */
} nodes[NODES];
/* Children that threads add: nobody knows their handles, their parents end them. */
static unsigned int added, added_cleanups, added_destroys; /* atomic */
static uint64_t refused, grown;                            /* over all seeds */

static void on_cleanup(WDFOBJECT object)
{
	unsigned int id = GetNode(object)->id;
	struct node *node = &nodes[id];

	check(!__atomic_fetch_add(&node->cleanups, 1, __ATOMIC_ACQ_REL), "%u: cleaned up twice",
	      id);
	if (id)
		check(!__atomic_load_n(&nodes[node->parent].cleanups, __ATOMIC_ACQUIRE),
		      "%u: cleaned up after its parent", id);
	exec_yield();
	for (unsigned int i = 1; i < NODES; i++) {
		if (nodes[i].parent == id)
			check(__atomic_load_n(&nodes[i].cleanups, __ATOMIC_ACQUIRE) == 1,
			      "%u: cleaned up before its child %u", id, i);
	}
}

static void on_destroy(WDFOBJECT object)
{
	struct node *node = &nodes[GetNode(object)->id];

	check(__atomic_load_n(&node->cleanups, __ATOMIC_ACQUIRE) == 1, "destroyed uncleaned");
	check(!__atomic_fetch_add(&node->destroys, 1, __ATOMIC_ACQ_REL), "destroyed twice");
}

static void on_added_cleanup(WDFOBJECT object)
{
	(void)object;
	exec_yield();
	__atomic_add_fetch(&added_cleanups, 1, __ATOMIC_ACQ_REL);
}

static void on_added_destroy(WDFOBJECT object)
{
	(void)object;
	__atomic_add_fetch(&added_destroys, 1, __ATOMIC_ACQ_REL);
}

static void make_tree(void)
{
	WDF_OBJECT_ATTRIBUTES attrs;

	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attrs, NODE);
	attrs.EvtCleanupCallback = on_cleanup;
	attrs.EvtDestroyCallback = on_destroy;
	for (unsigned int i = 0; i < NODES; i++) {
		nodes[i] = (struct node){ .parent = i ? (unsigned int)exec_sim_random(i) : 0 };
		attrs.ParentObject = i ? nodes[nodes[i].parent].handle : NULL;
		attrs.ExecutionLevel = exec_sim_random(4) ? WdfExecutionLevelInheritFromParent
							  : WdfExecutionLevelPassive;
		assert_int_equal(WdfObjectCreate(&attrs, &nodes[i].handle), STATUS_SUCCESS);
		GetNode(nodes[i].handle)->id = i;
		WdfObjectReference(nodes[i].handle);
	}
}

static void grow(WDFOBJECT parent)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFOBJECT child;
	NTSTATUS status;

	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.EvtCleanupCallback = on_added_cleanup;
	attrs.EvtDestroyCallback = on_added_destroy;
	attrs.ParentObject = parent;
	status = WdfObjectCreate(&attrs, &child);
	check(status == STATUS_SUCCESS || status == STATUS_DELETE_PENDING, "%#x",
	      (unsigned int)status);
	if (status == STATUS_SUCCESS)
		__atomic_add_fetch(&added, 1, __ATOMIC_ACQ_REL);
	else
		refused++;
}

static void meddle(void *arg)
{
	(void)arg;
	for (unsigned int step = 0; step < STEPS; step++) {
		WDFOBJECT object = nodes[exec_sim_random(NODES)].handle;
		KIRQL before = fx_irql_raise(exec_sim_random(2) ? DISPATCH_LEVEL : PASSIVE_LEVEL);

		switch (exec_sim_random(4)) {
		case 0: /* as often as it comes; the verifier would have something to say */
			WdfObjectDelete(object);
			break;
		case 1:
			WdfObjectReference(object);
			exec_yield();
			WdfObjectDereference(object);
			break;
		default:
			grow(object);
			break;
		}
		fx_irql_restore(before);
	}
}

static void check_end(void)
{
	for (unsigned int i = 0; i < NODES; i++)
		check(nodes[i].cleanups == 1 && nodes[i].destroys == 1, "%u: %u cleanups, %u ends",
		      i, nodes[i].cleanups, nodes[i].destroys);
	check(added == added_cleanups && added == added_destroys, "%u added, %u and %u ended",
	      added, added_cleanups, added_destroys);
}

static void run_seed(uint64_t seed)
{
	struct exec_thread *threads[THREADS];

	sim_device_up(seed);
	assert_int_equal(fx_verify("VerifierOn=0"), 0);
	assert_int_equal(fx_load(), 0);
	added = added_cleanups = added_destroys = 0;
	make_tree();
	for (unsigned int i = 0; i < THREADS; i++)
		threads[i] = sim_thread_run(meddle, NULL);
	for (unsigned int i = 0; i < THREADS; i++)
		exec_thread_join(threads[i]);
	WdfObjectDelete(nodes[0].handle);
	fx_worker_drain();
	for (unsigned int i = 0; i < NODES; i++) {
		check(nodes[i].cleanups == 1 && !nodes[i].destroys, "%u: not kept", i);
		WdfObjectDereference(nodes[i].handle);
	}
	fx_worker_drain();
	check_end();
	assert_false(fx_broke());
	grown += added;
	sim_device_down();
}

static void test_tree__deleted_and_grown_by_threads__each_ends_once_in_order(void **state)
{
	unsigned int seeds = getenv("UWDF_LONG") ? 10000 : SEEDS;

	(void)state;
	for (uint64_t seed = 1; seed <= seeds; seed++)
		run_seed(seed);
	print_message("%u seeds: %llu children added, %llu refused\n", seeds,
		      (unsigned long long)grown, (unsigned long long)refused);
	assert_true(grown > seeds && refused > seeds);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tree__deleted_and_grown_by_threads__each_ends_once_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
