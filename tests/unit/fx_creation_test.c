/* SPDX-License-Identifier: MIT */
/*
 * Creation that fails late, where a queue may be, and trees of 100,000 objects with the verifier
 * off and on.
 */
#include "fx_kinds.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/io.h"
#include "object/driver.h"
#include "object/object.h"

static int setup(void **state)
{
	return fx_setup(state);
}

static int setup_off(void **state)
{
	return fx_setup(state) || fx_verify("VerifierOn=0");
}

static int teardown(void **state)
{
	if (fx.device)
		fx_remove();
	return fx_teardown(state);
}

static void note_own(WDFOBJECT object)
{
	(void)object;
	fx_note("own");
}

static void note_child_cleanup(WDFOBJECT object)
{
	(void)object;
	fx_note("cleanup");
}

static void note_child_destroy(WDFOBJECT object)
{
	(void)object;
	fx_note("destroy");
}

/* --- what is made before its creation fails --- */

static void unmade_disposed(struct fx_object *obj)
{
	(void)obj;
	fx_note("disposed");
}

static void unmade_destroyed(struct fx_object *obj)
{
	(void)obj;
	fx_note("destroyed");
}

static const struct fx_object_class unmade_class = {
	.type = FX_TYPE_OBJECT,
	.name = "WDFOBJECT of a test",
	.driver_may_delete = true,
	.disposed = unmade_disposed,
	.destroy = unmade_destroyed,
};

/* An object on its way: not yet published, with two children below it. */
static struct fx_object *half_made(PWDF_OBJECT_ATTRIBUTES own, struct fx_object *parent)
{
	struct fx_driver *driver = fx_driver_of(WdfDriverGlobals);
	WDF_OBJECT_ATTRIBUTES attrs;
	struct fx_object *obj;
	WDFOBJECT child;

	WDF_OBJECT_ATTRIBUTES_INIT(own);
	own->EvtCleanupCallback = note_own;
	own->EvtDestroyCallback = note_own;
	assert_int_equal(fx_object_new(&unmade_class, sizeof(*obj), driver, parent, own, &obj),
			 STATUS_SUCCESS);
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = fx_object_handle(obj);
	attrs.EvtCleanupCallback = note_child_cleanup;
	attrs.EvtDestroyCallback = note_child_destroy;
	assert_int_equal(WdfObjectCreate(&attrs, &child), STATUS_SUCCESS);
	attrs.ParentObject = child;
	assert_int_equal(WdfObjectCreate(&attrs, &child), STATUS_SUCCESS);
	fx_log_clear();
	return obj;
}

static void test_creation__fails_after_children__they_go_and_it_hears_nothing(void **state)
{
	WDF_OBJECT_ATTRIBUTES own;
	uint64_t blocks;

	(void)state;
	fx_up();
	blocks = mem_live_blocks();
	fx_object_delete(half_made(&own, fx_object_at(fx_made.device)));
	assert_string_equal(fx_log(), "cleanup cleanup destroy destroy disposed destroyed");
	assert_int_equal(mem_live_blocks(), blocks);
}

static struct fx_object *late;
static WDF_OBJECT_ATTRIBUTES late_attrs;
static NTSTATUS late_status;
static void *late_handle;

static void publish_late(WDFOBJECT parent)
{
	(void)parent;
	late_status = fx_object_publish(late, &late_attrs, &late_handle);
}

/* Its parent is deleted between its making and its last step. */
static void test_creation__parent_goes_meanwhile__delete_pending_children_go(void **state)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFOBJECT parent;
	uint64_t blocks;

	(void)state;
	fx_up();
	blocks = mem_live_blocks();
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = fx_made.device;
	attrs.EvtCleanupCallback = publish_late;
	assert_int_equal(WdfObjectCreate(&attrs, &parent), STATUS_SUCCESS);
	late = half_made(&late_attrs, fx_object_at(parent));
	late_handle = NULL;
	WdfObjectDelete(parent);
	assert_int_equal(late_status, STATUS_DELETE_PENDING);
	assert_null(late_handle);
	assert_string_equal(fx_log(), "cleanup cleanup destroy destroy disposed destroyed");
	assert_int_equal(mem_live_blocks(), blocks);
}

static void add_children(WDFDEVICE device)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFOBJECT object;

	for (unsigned int i = 0; i < UW_ARRAY_SIZE(fx_kinds); i++) {
		WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
		attrs.ParentObject = device;
		attrs.EvtCleanupCallback = note_child_cleanup;
		attrs.EvtDestroyCallback = note_child_destroy;
		fx_made.device = device;
		assert_int_equal(fx_kinds[i].make(&attrs, &object), STATUS_SUCCESS);
	}
}

static unsigned int count_of(const char *word)
{
	unsigned int count = 0;

	for (const char *at = fx_log(); (at = strstr(at, word)); at += strlen(word))
		count++;
	return count;
}

/* EvtDriverDeviceAdd fails after it made a device and an object of each kind. */
static void test_device_add__fails_with_children__each_cleaned_up_before_the_device(void **state)
{
	(void)state;
	fx_script.in_add = add_children;
	fx_script.fail = "DeviceAdd";
	assert_int_not_equal(fx_start("model:edu"), 0);
	assert_int_equal(count_of("cleanup"), UW_ARRAY_SIZE(fx_kinds));
	assert_int_equal(count_of("destroy"), UW_ARRAY_SIZE(fx_kinds));
	assert_non_null(strstr(fx_log(), "DeviceCleanup"));
	assert_null(strstr(strstr(fx_log(), "DeviceCleanup"), "cleanup"));
}

/* --- the parent of a queue --- */

static NTSTATUS queue_below(WDFOBJECT parent, WDF_SYNCHRONIZATION_SCOPE scope, WDFOBJECT *out)
{
	WDF_OBJECT_ATTRIBUTES attrs;

	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = parent;
	attrs.SynchronizationScope = scope;
	attrs.EvtCleanupCallback = note_child_cleanup;
	*out = NULL;
	return fx_make_queue(&attrs, out);
}

static WDFOBJECT general(WDFOBJECT parent)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFOBJECT object;

	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = parent;
	attrs.EvtCleanupCallback = note_own;
	assert_int_equal(WdfObjectCreate(&attrs, &object), STATUS_SUCCESS);
	return object;
}

static void test_queue__parent_that_outlives_the_device__refused(void **state)
{
	WDFOBJECT lone, queue;

	(void)state;
	fx_up();
	lone = general(NULL);
	assert_int_equal(queue_below(WdfGetDriver(), WdfSynchronizationScopeNone, &queue),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_null(queue);
	assert_int_equal(queue_below(lone, WdfSynchronizationScopeNone, &queue),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_null(queue);
	WdfObjectDelete(lone);
}

static void test_queue__parent_below_the_device__goes_with_it(void **state)
{
	WDFOBJECT parent, queue;

	(void)state;
	fx_up();
	parent = general(fx_made.device);
	assert_int_equal(queue_below(parent, WdfSynchronizationScopeNone, &queue), STATUS_SUCCESS);
	assert_ptr_equal(WdfIoQueueGetDevice((WDFQUEUE)queue), fx_made.device);
	fx_log_clear();
	WdfObjectDelete(parent);
	assert_string_equal(fx_log(), "cleanup own");
}

/* Its scope is its parent's, which is not the device's here. */
static void test_queue__below_a_queue__inherits_from_it(void **state)
{
	WDFOBJECT parent, queue;

	(void)state;
	fx_up();
	assert_int_equal(queue_below(fx_made.device, WdfSynchronizationScopeQueue, &parent),
			 STATUS_SUCCESS);
	assert_int_equal(queue_below(parent, WdfSynchronizationScopeInheritFromParent, &queue),
			 STATUS_SUCCESS);
	assert_non_null(fx_io_queue_scope(fx_object_at(queue)));
	assert_ptr_not_equal(fx_io_queue_scope(fx_object_at(queue)),
			     fx_io_queue_scope(fx_object_at(parent)));
	fx_log_clear();
	WdfObjectDelete(parent);
	assert_string_equal(fx_log(), "cleanup cleanup");
}

/* --- many --- */

static unsigned int cleaned, destroyed;

static void count_cleaned(WDFOBJECT object)
{
	(void)object;
	cleaned++;
}

static void count_destroyed(WDFOBJECT object)
{
	(void)object;
	destroyed++;
}

static void tree_comes_and_goes(unsigned int count, bool deep)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFOBJECT top, last;

	cleaned = destroyed = 0;
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.EvtCleanupCallback = count_cleaned;
	attrs.EvtDestroyCallback = count_destroyed;
	assert_int_equal(WdfObjectCreate(&attrs, &top), STATUS_SUCCESS);
	last = top;
	for (unsigned int i = 1; i < count; i++) {
		attrs.ParentObject = deep ? last : top;
		assert_int_equal(WdfObjectCreate(&attrs, &last), STATUS_SUCCESS);
	}
	assert_int_equal(cleaned, 0);
	WdfObjectDelete(top);
	assert_int_equal(cleaned, count);
	assert_int_equal(destroyed, count);
}

static void test_trees__100000_wide_and_deep__verifier_off(void **state)
{
	(void)state;
	assert_int_equal(fx_load(), 0);
	tree_comes_and_goes(100000, false);
	tree_comes_and_goes(100000, true);
}

/* A record each: fewer of them in a short run. */
static void test_trees__wide_and_deep__verifier_on(void **state)
{
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): nobody sets the environment */
	unsigned int count = getenv("UWDF_LONG") ? 100000 : 5000;

	(void)state;
	assert_int_equal(fx_load(), 0);
	tree_comes_and_goes(count, false);
	tree_comes_and_goes(count, true);
	assert_false(fx_broke());
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define OFF(name)  cmocka_unit_test_setup_teardown(name, setup_off, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		OFF(test_creation__fails_after_children__they_go_and_it_hears_nothing),
		OFF(test_creation__parent_goes_meanwhile__delete_pending_children_go),
		TEST(test_device_add__fails_with_children__each_cleaned_up_before_the_device),
		TEST(test_queue__parent_that_outlives_the_device__refused),
		TEST(test_queue__parent_below_the_device__goes_with_it),
		TEST(test_queue__below_a_queue__inherits_from_it),
		OFF(test_trees__100000_wide_and_deep__verifier_off),
		TEST(test_trees__wide_and_deep__verifier_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
