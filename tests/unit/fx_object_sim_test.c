/* SPDX-License-Identifier: MIT */
/*
 * Threads that create in, refer to and delete overlapping trees, at PASSIVE and at DISPATCH, with
 * objects that end at PASSIVE among them; under the simulated executor, where a seed chooses every
 * meeting. Every cleanup and destroy comes once, children's before parents', each finding its
 * parent and its children still there, and nothing is left over.
 *
 * The threads follow KMDF's rule: each holds a reference on whatever it names.
 */
#include "fx_fixture.h"

#include <stdlib.h>
#include <string.h>

#include "base/exec.h"
#include "base/mem.h"
#include "object/driver.h"
#include "object/irql.h"
#include "object/worker.h"
#include "verifier/verifier.h"

#ifdef FX_VERIFIER_DEFAULT
#define SEEDS 40 /* 10000 with UWDF_LONG; it has much to say */
#else
#define SEEDS 150
#endif
#define NODES   12
#define THREADS 3
#define OPS     8 /* of each thread */

extern const struct uwdf_driver_image UwdfDriverImage;

typedef struct _NODE {
	unsigned int id; /* 0: made while the tree was ending */
} NODE;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(NODE, GetNode)
WDF_DECLARE_CUSTOM_TYPE(LATE)

static struct node {
	WDFOBJECT handle;
	unsigned int parent; /* 0: the driver */
	bool passive;
	int asked;              /* to go, by WdfObjectDelete; atomic */
	int cleaned, destroyed; /* atomic */
} nodes[NODES + 1];
static int late_made, late_cleaned, late_destroyed, contexts_made, contexts_cleaned; /* atomic */
static int wrong;                                                                    /* atomic */
static uint64_t breaks_before;
static bool verified;

static void count(int *what)
{
	__atomic_add_fetch(what, 1, __ATOMIC_SEQ_CST);
}

static int counted(const int *what)
{
	return __atomic_load_n(what, __ATOMIC_SEQ_CST);
}

static void want(bool holds)
{
	if (!holds)
		count(&wrong);
}

static void check_children(unsigned int id)
{
	for (unsigned int i = id + 1; i <= NODES; i++) {
		if (nodes[i].parent != id)
			continue;
		want(counted(&nodes[i].cleaned) == 1);
		if (!counted(&nodes[i].asked))
			want(!counted(&nodes[i].destroyed));
	}
}

static void on_cleanup(WDFOBJECT object)
{
	unsigned int id = GetNode(object)->id;
	struct node *node = &nodes[id];

	exec_yield();
	if (!id)
		return count(&late_cleaned);
	count(&node->cleaned);
	want(!counted(&node->destroyed));
	want(!node->parent || !counted(&nodes[node->parent].cleaned));
	want(!node->parent || GetNode(nodes[node->parent].handle)->id == node->parent);
	want(!node->passive || KeGetCurrentIrql() == PASSIVE_LEVEL);
	check_children(id);
}

static void on_destroy(WDFOBJECT object)
{
	unsigned int id = GetNode(object)->id;

	if (!id)
		return count(&late_destroyed);
	want(counted(&nodes[id].cleaned) == 1);
	want(!nodes[id].passive || KeGetCurrentIrql() == PASSIVE_LEVEL);
	count(&nodes[id].destroyed);
}

static NTSTATUS make(WDFOBJECT parent, bool passive, WDFOBJECT *out)
{
	WDF_OBJECT_ATTRIBUTES attrs;

	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attrs, NODE);
	attrs.EvtCleanupCallback = on_cleanup;
	attrs.EvtDestroyCallback = on_destroy;
	attrs.ParentObject = parent;
	if (passive)
		attrs.ExecutionLevel = WdfExecutionLevelPassive;
	return WdfObjectCreate(&attrs, out);
}

static void build(void)
{
	for (unsigned int i = 1; i <= NODES; i++) {
		struct node *node = &nodes[i];

		node->parent = (unsigned int)exec_sim_random(i);
		node->passive = exec_sim_random(4) == 0;
		assert_int_equal(make(nodes[node->parent].handle, node->passive, &node->handle),
				 STATUS_SUCCESS);
		GetNode(node->handle)->id = i;
		for (unsigned int t = 0; t <= THREADS; t++)
			WdfObjectReferenceWithTag(node->handle, (PVOID)(uintptr_t)t);
	}
}

static void ask(struct node *node)
{
	count(&node->asked);
	WdfObjectDelete(node->handle);
}

static void delete_node(struct node *node)
{
	KIRQL before = KeGetCurrentIrql();

	if (exec_sim_random(2))
		before = fx_irql_raise(DISPATCH_LEVEL);
	ask(node);
	fx_irql_restore(before);
}

static void add_child(struct node *node)
{
	WDFOBJECT child = NULL;
	NTSTATUS status = make(node->handle, false, &child);

	want(status == STATUS_SUCCESS || status == STATUS_DELETE_PENDING);
	want((status == STATUS_SUCCESS) == (child != NULL));
	if (status == STATUS_SUCCESS)
		count(&late_made);
}

static void on_context_cleanup(WDFOBJECT object)
{
	(void)object;
	count(&contexts_cleaned);
}

static void add_context(struct node *node)
{
	NTSTATUS status =
		WdfObjectAddCustomTypeWithData(node->handle, LATE, 1, on_context_cleanup, NULL);

	want(status == STATUS_SUCCESS || status == STATUS_DELETE_PENDING ||
	     status == STATUS_OBJECT_NAME_EXISTS);
	if (status == STATUS_SUCCESS)
		count(&contexts_made);
}

static void do_something(struct node *node)
{
	switch (exec_sim_random(4)) {
	case 0:
		delete_node(node);
		break;
	case 1:
		add_context(node);
		break;
	default:
		add_child(node);
		break;
	}
}

static void run(void *arg)
{
	for (unsigned int i = 0; i < OPS; i++) {
		do_something(&nodes[1 + exec_sim_random(NODES)]);
		exec_yield();
	}
	for (unsigned int i = 1; i <= NODES; i++)
		WdfObjectDereferenceWithTag(nodes[i].handle, arg);
}

/* The verifier names each deletion but an object's first, and nothing else. */
static void check_breaks(void)
{
	uint64_t again = 0;

	for (unsigned int i = 1; i <= NODES; i++)
		again += (uint64_t)nodes[i].asked - 1;
	want(fx_verifier_breaks() - breaks_before == (verified ? again : 0));
}

static void check_all(uint64_t seed)
{
	for (unsigned int i = 1; i <= NODES; i++) {
		want(nodes[i].cleaned == 1);
		want(nodes[i].destroyed == 1);
	}
	check_breaks();
	want(late_cleaned == late_made && late_destroyed == late_made);
	want(contexts_cleaned == contexts_made);
	if (wrong)
		fail_msg("seed %llu: %d wrong; %d late: %d cleaned, %d destroyed; contexts %d, %d",
			 (unsigned long long)seed, wrong, late_made, late_cleaned, late_destroyed,
			 contexts_made, contexts_cleaned);
}

static void one_seed(uint64_t seed)
{
	struct exec_thread *threads[THREADS];

	build();
	for (unsigned int i = 0; i < THREADS; i++) {
		struct exec_thread_params params = {
			.name = "user", .run = run, .arg = (void *)(uintptr_t)i, .node = -1
		};

		assert_int_equal(exec_thread_start(&params, &threads[i]), 0);
	}
	for (unsigned int i = 0; i < THREADS; i++)
		exec_thread_join(threads[i]);
	for (unsigned int i = 1; i <= NODES; i++) {
		ask(&nodes[i]);
		WdfObjectDereferenceWithTag(nodes[i].handle, (PVOID)(uintptr_t)THREADS);
	}
	fx_worker_drain();
	check_all(seed);
}

static void clear(void)
{
	memset(nodes, 0, sizeof(nodes));
	late_made = late_cleaned = late_destroyed = contexts_made = contexts_cleaned = wrong = 0;
}

static void test_trees__threads_that_meet__each_ends_once_in_order(void **state)
{
	uint64_t seeds = getenv("UWDF_LONG") ? 10000 : SEEDS; // NOLINT(concurrency-mt-unsafe)
	(void)state;
	for (uint64_t seed = 1; seed <= seeds; seed++) {
		uint64_t blocks = mem_live_blocks();
		struct fx_driver *driver;

		clear();
		memset(&fx_script, 0, sizeof(fx_script));
		assert_int_equal(exec_sim_begin(seed), 0);
		assert_int_equal(fx_worker_start(), 0);
		assert_int_equal(fx_driver_load_image("sim", &UwdfDriverImage, NULL, NULL, &driver),
				 0);
		verified = driver->verifier.on;
		breaks_before = fx_verifier_breaks();
		one_seed(seed);
		fx_driver_unload(driver);
		fx_worker_stop();
		exec_sim_end();
		assert_int_equal(mem_live_blocks(), blocks);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trees__threads_that_meet__each_ends_once_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
