/* SPDX-License-Identifier: MIT */
/*
 * How objects end, rule by rule of "Framework Object Life Cycle" and the architecture paper:
 * cleanups from the farthest child up, everything still there meanwhile, destroy at the last
 * reference in any order, contexts until then.
 */
#include "fx_kinds.h"

#include <signal.h>
#include <string.h>

#include "object/irql.h"
#include "object/worker.h"

#define NODES  100001
#define NOBODY 0xffffffffu

typedef struct _NODE {
	unsigned int id;
	ULONG magic;
} NODE;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(NODE, GetNode)

#define MAGIC 0x6e6f6465

/* What is known of each object; its own context ends with it. */
static struct node {
	WDFOBJECT handle;
	unsigned int parent;
	unsigned int children, children_cleaned;
	unsigned char cleaned, destroyed, held;
} nodes[NODES];
static unsigned int used, cleaned, destroyed, wrong;

static int setup(void **state)
{
	int err = fx_setup(state);

	used = cleaned = destroyed = wrong = 0;
	if (!err)
		err = fx_load();
	fx_log_clear();
	(void)fx_broke();
	return err;
}

/* Of 100,000 objects the verifier would keep 100,000 records, which is another test's affair. */
static int setup_many(void **state)
{
	if (fx_setup(state) || fx_verify("VerifierOn=0"))
		return -1;
	used = cleaned = destroyed = wrong = 0;
	return fx_load();
}

static int setup_device(void **state)
{
	int err = fx_setup(state);

	used = cleaned = destroyed = wrong = 0;
	if (!err)
		fx_up();
	(void)fx_broke();
	return err;
}

static int teardown(void **state)
{
	if (fx.device)
		fx_remove();
	return fx_teardown(state);
}

/* A handle whose object still is one, and knows who it is. */
static bool alive(unsigned int id)
{
	NODE *node = GetNode(nodes[id].handle);

	return !nodes[id].destroyed && node && node->magic == MAGIC && node->id == id;
}

static void on_cleanup(WDFOBJECT object)
{
	struct node *node = &nodes[GetNode(object)->id];

	wrong += node->cleaned || node->destroyed || node->handle != object;
	wrong += node->children_cleaned != node->children;
	node->cleaned = 1;
	cleaned++;
	if (node->parent == NOBODY)
		return;
	wrong += !alive(node->parent) || nodes[node->parent].cleaned;
	nodes[node->parent].children_cleaned++;
}

static void on_destroy(WDFOBJECT object)
{
	struct node *node = &nodes[GetNode(object)->id];

	wrong += !node->cleaned || node->destroyed || GetNode(object)->magic != MAGIC;
	wrong += node->held;
	node->destroyed = 1;
	destroyed++;
}

static void node_attributes(PWDF_OBJECT_ATTRIBUTES attrs, unsigned int parent)
{
	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(attrs, NODE);
	attrs->EvtCleanupCallback = on_cleanup;
	attrs->EvtDestroyCallback = on_destroy;
	attrs->ParentObject = parent == NOBODY ? NULL : nodes[parent].handle;
}

static unsigned int add_with(PWDF_OBJECT_ATTRIBUTES attrs, unsigned int parent)
{
	struct node *node = &nodes[used];

	*node = (struct node){ .parent = parent };
	assert_int_equal(WdfObjectCreate(attrs, &node->handle), STATUS_SUCCESS);
	*GetNode(node->handle) = (NODE){ used, MAGIC };
	if (parent != NOBODY)
		nodes[parent].children++;
	return used++;
}

static unsigned int add(unsigned int parent)
{
	WDF_OBJECT_ATTRIBUTES attrs;

	node_attributes(&attrs, parent);
	return add_with(&attrs, parent);
}

static void end(unsigned int id)
{
	WdfObjectDelete(nodes[id].handle);
}

/* --- order --- */

static unsigned int random_below(unsigned int *seed, unsigned int below)
{
	*seed = *seed * 1664525 + 1013904223;
	return (*seed >> 8) % below;
}

static void hold(unsigned int id)
{
	WdfObjectReference(nodes[id].handle);
	nodes[id].held++;
}

static void drop(unsigned int id)
{
	nodes[id].held--;
	WdfObjectDereference(nodes[id].handle);
}

/* A tree of 60 by chance, a third of them referenced; then the references go by chance. */
static void tree_with(unsigned int seed)
{
	unsigned int held = 0;

	used = cleaned = destroyed = 0;
	add(NOBODY);
	while (used < 60)
		add(random_below(&seed, used));
	for (unsigned int i = 0; i < used; i++) {
		if (random_below(&seed, 3) == 0) {
			hold(i);
			held++;
		}
	}
	end(0);
	assert_int_equal(cleaned, used);
	assert_int_equal(destroyed, used - held);
	for (unsigned int i = 0; i < used; i++)
		wrong += nodes[i].held && !alive(i);
	for (unsigned int i = random_below(&seed, used); held; i = (i + 7) % used) {
		if (!nodes[i].held)
			continue;
		drop(i);
		held--;
		assert_int_equal(nodes[i].destroyed, 1);
	}
	assert_int_equal(destroyed, used);
	assert_int_equal(wrong, 0);
}

static void test_tree__any__children_first_destroyed_at_the_last_reference(void **state)
{
	(void)state;
	for (unsigned int seed = 1; seed <= 200; seed++)
		tree_with(seed);
}

static void note_family(WDFOBJECT object)
{
	unsigned int id = GetNode(object)->id;

	on_cleanup(object);
	for (unsigned int i = 0; i < used; i++)
		wrong += !alive(i);
	if (id) { /* the parent and the siblings may be used, and given things to hold */
		WdfObjectReference(nodes[0].handle);
		WdfObjectDereference(nodes[0].handle);
	}
}

static void test_cleanup__parent_siblings_and_children__still_there(void **state)
{
	WDF_OBJECT_ATTRIBUTES attrs;

	(void)state;
	for (unsigned int i = 0; i < 9; i++) {
		node_attributes(&attrs, i ? (i - 1) / 2 : NOBODY);
		attrs.EvtCleanupCallback = note_family;
		add_with(&attrs, i ? (i - 1) / 2 : NOBODY);
	}
	end(0);
	assert_int_equal(cleaned, 9);
	assert_int_equal(destroyed, 9);
	assert_int_equal(wrong, 0);
}

static void drop_self_and_parent(WDFOBJECT object)
{
	struct node *node = &nodes[GetNode(object)->id];

	on_cleanup(object);
	drop(GetNode(object)->id);
	drop(node->parent);
}

static void test_cleanup__gives_up_references__destroyed_then(void **state)
{
	WDF_OBJECT_ATTRIBUTES attrs;

	(void)state;
	add(NOBODY);
	node_attributes(&attrs, 0);
	attrs.EvtCleanupCallback = drop_self_and_parent;
	add_with(&attrs, 0);
	hold(0);
	hold(1);
	end(0);
	assert_int_equal(destroyed, 2);
	assert_int_equal(wrong, 0);
}

static void test_subtree__deleted_alone__the_rest_stays(void **state)
{
	(void)state;
	add(NOBODY);
	add(0);
	add(1);
	add(0);
	end(1);
	assert_int_equal(cleaned, 2);
	assert_int_equal(destroyed, 2);
	assert_true(alive(0) && alive(3));
	end(0);
	assert_int_equal(destroyed, 4);
	assert_int_equal(wrong, 0);
}

static void test_wide__100000_children__each_before_the_parent(void **state)
{
	(void)state;
	add(NOBODY);
	while (used < NODES)
		add(0);
	end(0);
	assert_int_equal(cleaned, NODES);
	assert_int_equal(destroyed, NODES);
	assert_int_equal(wrong, 0);
}

static void test_deep__100000_generations__farthest_first(void **state)
{
	(void)state;
	add(NOBODY);
	while (used < NODES)
		add(used - 1);
	end(0);
	assert_int_equal(cleaned, NODES);
	assert_int_equal(destroyed, NODES);
	assert_int_equal(wrong, 0);
}

static void test_references__100000_on_one__destroyed_at_the_last(void **state)
{
	(void)state;
	add(NOBODY);
	for (unsigned int i = 0; i < 100000; i++)
		WdfObjectReference(nodes[0].handle);
	end(0);
	for (unsigned int i = 0; i < 100000; i++) {
		assert_int_equal(destroyed, 0);
		WdfObjectDereference(nodes[0].handle);
	}
	assert_int_equal(destroyed, 1);
}

/* --- deletion inside callbacks --- */

static unsigned int other = NOBODY;
static NTSTATUS late_status;

static void delete_other(WDFOBJECT object)
{
	on_cleanup(object);
	end(other);
}

static void delete_other_at_destroy(WDFOBJECT object)
{
	on_destroy(object);
	end(other);
}

static void create_below(WDFOBJECT object)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFOBJECT child;

	on_cleanup(object);
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.EvtCleanupCallback = on_cleanup;
	attrs.ParentObject = object;
	late_status = WdfObjectCreate(&attrs, &child);
}

/* 0 with children 1 and 2, 1 with child 3, whose cleanup deletes @whom; 4 stands alone. */
static void delete_with_callback(unsigned int whom, unsigned int cleans)
{
	WDF_OBJECT_ATTRIBUTES attrs;

	used = cleaned = destroyed = 0;
	other = whom;
	add(NOBODY);
	add(0);
	add(0);
	node_attributes(&attrs, 1);
	attrs.EvtCleanupCallback = delete_other;
	add_with(&attrs, 1);
	add(NOBODY);
	end(0);
	assert_int_equal(cleaned, cleans);
	assert_int_equal(destroyed, cleans);
	assert_int_equal(wrong, 0);
	if (!nodes[4].destroyed)
		end(4);
}

static void test_cleanup__deletes_others__each_once_in_order(void **state)
{
	(void)state;
	delete_with_callback(0, 4); /* the root that is being deleted */
	delete_with_callback(1, 4); /* its own parent */
	delete_with_callback(2, 4); /* a sibling of its parent, whose turn is before or later */
	delete_with_callback(3, 4); /* itself */
	delete_with_callback(4, 5); /* somebody else */
}

static void test_destroy__deletes_another__done(void **state)
{
	WDF_OBJECT_ATTRIBUTES attrs;

	(void)state;
	other = add(NOBODY);
	node_attributes(&attrs, NOBODY);
	attrs.EvtDestroyCallback = delete_other_at_destroy;
	add_with(&attrs, NOBODY);
	end(1);
	assert_int_equal(destroyed, 2);
	assert_int_equal(wrong, 0);
}

static void test_cleanup__creates_a_child__refused(void **state)
{
	WDF_OBJECT_ATTRIBUTES attrs;

	(void)state;
	node_attributes(&attrs, NOBODY);
	attrs.EvtCleanupCallback = create_below;
	add_with(&attrs, NOBODY);
	end(0);
	assert_int_equal(late_status, STATUS_DELETE_PENDING);
	assert_int_equal(cleaned, 1);
	assert_int_equal(wrong, 0);
}

static void test_delete__again_while_referenced__cleaned_once(void **state)
{
	(void)state;
	add(NOBODY);
	hold(0);
	end(0);
	end(0);
	assert_int_equal(cleaned, 1);
	assert_true(alive(0));
	drop(0);
	assert_int_equal(destroyed, 1);
}

static void dereference(void *arg)
{
	WdfObjectDereference(arg);
}

static void test_dereference__of_what_nobody_deleted__stops(void **state)
{
	char out[4096];
	int status;

	(void)state;
	add(NOBODY);
	add(0);
	status = test_in_child(dereference, nodes[1].handle, out, sizeof(out));
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	assert_non_null(strstr(out, "WDF_OBJECT_ERROR"));
}

/* --- what may not be deleted --- */

static void delete_lists(WDFDEVICE device, WDFCMRESLIST raw, WDFCMRESLIST translated)
{
	ULONG count = WdfCmResourceListGetCount(translated);

	(void)device;
	(void)fx_broke();
	WdfObjectDelete(raw);
	assert_true(fx_broke());
	WdfObjectDelete(translated);
	assert_true(fx_broke());
	assert_int_equal(WdfCmResourceListGetCount(translated), count);
}

static void test_delete__what_the_framework_deletes__reported_and_ignored(void **state)
{
	WDFOBJECT protected[3];

	fx_setup(state);
	fx_script.queue = true;
	fx_script.in_prepare = delete_lists;
	fx_up();
	(void)fx_broke();
	protected[0] = WdfGetDriver();
	protected[1] = fx_made.device;
	protected[2] = fx_made.queue; /* the default one */
	for (unsigned int i = 0; i < 3; i++) {
		WdfObjectDelete(protected[i]);
		assert_true(fx_broke());
	}
	assert_string_equal(fx_log(), "");
	assert_ptr_equal(WdfIoQueueGetDevice(fx_made.queue), fx_made.device);
}

/* --- DISPATCH_LEVEL --- */

static KIRQL cleanup_level;

static void note_level(WDFOBJECT object)
{
	(void)object;
	cleanup_level = KeGetCurrentIrql();
	fx_note("cleanup");
}

static void note_gone(WDFOBJECT object)
{
	(void)object;
	fx_note("gone");
}

static void delete_at_dispatch(const struct fx_kind *kind, WDF_EXECUTION_LEVEL level)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFOBJECT object;
	KIRQL before;

	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.EvtCleanupCallback = note_level;
	attrs.EvtDestroyCallback = note_gone;
	attrs.ParentObject = fx_made.device;
	attrs.ExecutionLevel = level;
	assert_int_equal(kind->make(&attrs, &object), STATUS_SUCCESS);
	fx_log_clear();
	cleanup_level = HIGH_LEVEL;
	before = fx_irql_raise(DISPATCH_LEVEL);
	WdfObjectDelete(object);
	fx_irql_restore(before);
	if (!fx_log_await("gone", 1) || strcmp(fx_log(), "cleanup gone"))
		fail_msg("%s: %s", kind->name, fx_log());
	if ((kind->passive || level == WdfExecutionLevelPassive) && cleanup_level != PASSIVE_LEVEL)
		fail_msg("%s: at level %u", kind->name, cleanup_level);
	assert_true(cleanup_level <= DISPATCH_LEVEL);
}

static void test_delete__at_dispatch__cleaned_up_at_the_level_of_its_kind(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(fx_kinds); i++)
		delete_at_dispatch(&fx_kinds[i], WdfExecutionLevelInheritFromParent);
	fx_worker_drain();
	assert_false(fx_broke());
}

static NTSTATUS make_from_paged_list(PWDF_OBJECT_ATTRIBUTES attrs, WDFOBJECT *out)
{
	WDFLOOKASIDE list;
	NTSTATUS status = WdfLookasideListCreate(NULL, 64, PagedPool, attrs, 0, &list);

	assert_int_equal(status, STATUS_SUCCESS);
	return WdfMemoryCreateFromLookaside(list, (WDFMEMORY *)out);
}

static void test_delete__paged_list_s_memory_at_dispatch__cleaned_up_at_passive(void **state)
{
	static const struct fx_kind kind = { "listed",        make_from_paged_list,
					     FX_BELOW_DRIVER, false,
					     false,           true };

	(void)state;
	delete_at_dispatch(&kind, WdfExecutionLevelInheritFromParent);
	fx_worker_drain();
}

static void test_delete__passive_general_object_at_dispatch__cleaned_up_at_passive(void **state)
{
	(void)state;
	delete_at_dispatch(&fx_kinds[0], WdfExecutionLevelPassive);
	fx_worker_drain();
}

static void note_parent(WDFOBJECT object)
{
	(void)object;
	fx_note("parent");
}

/* Only below a request may the parent be first. */
static void test_delete__parent_at_dispatch__after_its_passive_child(void **state)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFOBJECT parent, child;
	KIRQL before;

	(void)state;
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(fx_kinds); i++) {
		WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
		attrs.ParentObject = fx_made.device;
		attrs.EvtCleanupCallback = note_parent;
		attrs.EvtDestroyCallback = note_gone;
		assert_int_equal(WdfObjectCreate(&attrs, &parent), STATUS_SUCCESS);
		attrs.ParentObject = parent;
		attrs.EvtCleanupCallback = note_level;
		attrs.EvtDestroyCallback = NULL;
		assert_int_equal(fx_kinds[i].make(&attrs, &child), STATUS_SUCCESS);
		fx_log_clear();
		before = fx_irql_raise(DISPATCH_LEVEL);
		WdfObjectDelete(parent);
		fx_irql_restore(before);
		if (!fx_log_await("gone", 1) || strcmp(fx_log(), "cleanup parent gone"))
			fail_msg("%s: %s", fx_kinds[i].name, fx_log());
	}
	fx_worker_drain();
}

/* --- references that others hold --- */

static void test_collection__of_deleted_objects__keeps_them(void **state)
{
	WDFCOLLECTION collection;

	(void)state;
	assert_int_equal(WdfCollectionCreate(NULL, &collection), STATUS_SUCCESS);
	add(NOBODY);
	add(NOBODY);
	assert_int_equal(WdfCollectionAdd(collection, nodes[0].handle), STATUS_SUCCESS);
	assert_int_equal(WdfCollectionAdd(collection, nodes[1].handle), STATUS_SUCCESS);
	end(0);
	end(1);
	assert_int_equal(cleaned, 2);
	assert_true(alive(0) && alive(1));
	assert_int_equal(destroyed, 0);
	WdfCollectionRemove(collection, nodes[0].handle);
	assert_int_equal(destroyed, 1);
	WdfObjectDelete(collection);
	assert_int_equal(destroyed, 2);
}

#define TEST(name)   cmocka_unit_test_setup_teardown(name, setup, teardown)
#define MANY(name)   cmocka_unit_test_setup_teardown(name, setup_many, teardown)
#define DEVICE(name) cmocka_unit_test_setup_teardown(name, setup_device, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		MANY(test_tree__any__children_first_destroyed_at_the_last_reference),
		TEST(test_cleanup__parent_siblings_and_children__still_there),
		TEST(test_cleanup__gives_up_references__destroyed_then),
		TEST(test_subtree__deleted_alone__the_rest_stays),
		MANY(test_wide__100000_children__each_before_the_parent),
		MANY(test_deep__100000_generations__farthest_first),
		MANY(test_references__100000_on_one__destroyed_at_the_last),
		TEST(test_cleanup__deletes_others__each_once_in_order),
		TEST(test_destroy__deletes_another__done),
		TEST(test_cleanup__creates_a_child__refused),
		TEST(test_delete__again_while_referenced__cleaned_once),
		TEST(test_dereference__of_what_nobody_deleted__stops),
		cmocka_unit_test_teardown(
			test_delete__what_the_framework_deletes__reported_and_ignored, teardown),
		DEVICE(test_delete__at_dispatch__cleaned_up_at_the_level_of_its_kind),
		DEVICE(test_delete__paged_list_s_memory_at_dispatch__cleaned_up_at_passive),
		DEVICE(test_delete__passive_general_object_at_dispatch__cleaned_up_at_passive),
		DEVICE(test_delete__parent_at_dispatch__after_its_passive_child),
		TEST(test_collection__of_deleted_objects__keeps_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
