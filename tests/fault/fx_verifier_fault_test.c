/* SPDX-License-Identifier: MIT */
/*
 * Every allocation of a driver's day failed in turn, with the verifier on and off: what the
 * verifier allocates for itself never makes a call of the driver's fail, and nothing is left.
 */
#include "fx_fixture.h"

#include "base/fault.h"

#define TAG         0x746c6166 /* "falt" */
#define MOST_POINTS 1000

typedef struct thing {
	ULONG value[16];
} thing;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(thing, thing_of);

static unsigned int failed; /* calls of this day */
static WDFOBJECT root;      /* that all else goes with */

static bool worked(NTSTATUS status)
{
	failed += !NT_SUCCESS(status);
	return NT_SUCCESS(status);
}

static void attributes(PWDF_OBJECT_ATTRIBUTES attrs)
{
	WDF_OBJECT_ATTRIBUTES_INIT(attrs);
	attrs->ParentObject = root;
}

static void use_objects(void)
{
	WDF_OBJECT_ATTRIBUTES attrs, context;
	WDFOBJECT object;
	PVOID data;

	attributes(&attrs);
	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&context, thing);
	if (!worked(WdfObjectCreate(&attrs, &object)))
		return;
	WdfObjectReferenceWithTag(object, &root);
	WdfObjectReference(object);
	(void)worked(WdfObjectAllocateContext(object, &context, &data));
	WdfObjectDereferenceWithTag(object, &root);
	WdfObjectDelete(object);
	WdfObjectDereference(object);
}

static void use_locks(void)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFWAITLOCK wait;
	WDFSPINLOCK spin;

	attributes(&attrs);
	if (worked(WdfWaitLockCreate(&attrs, &wait)) && worked(WdfWaitLockAcquire(wait, NULL)))
		WdfWaitLockRelease(wait);
	if (worked(WdfSpinLockCreate(&attrs, &spin))) {
		WdfSpinLockAcquire(spin);
		WdfSpinLockRelease(spin);
	}
}

static void use_support(void)
{
	DECLARE_CONST_UNICODE_STRING(text, L"text");
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFCOLLECTION collection;
	WDFMEMORY memory;
	WDFSTRING string;

	attributes(&attrs);
	if (worked(WdfCollectionCreate(&attrs, &collection)) &&
	    worked(WdfStringCreate(&text, &attrs, &string)))
		(void)worked(WdfCollectionAdd(collection, string));
	if (worked(WdfMemoryCreate(&attrs, NonPagedPoolNx, TAG, 100, &memory, NULL)))
		WdfObjectDelete(memory);
}

static void use_pool(void)
{
	UNICODE_STRING string = { 0 };
	ANSI_STRING text;
	PVOID block = ExAllocatePool2(POOL_FLAG_NON_PAGED, 100, TAG);

	failed += !block;
	if (block)
		ExFreePoolWithTag(block, TAG);
	RtlInitAnsiString(&text, "text");
	if (worked(RtlAnsiStringToUnicodeString(&string, &text, TRUE)))
		RtlFreeUnicodeString(&string);
}

/* The @k-th allocation fails; false: there were not so many. */
static bool day(uint64_t k)
{
	bool fired;

	assert_int_equal(WdfObjectCreate(WDF_NO_OBJECT_ATTRIBUTES, &root), STATUS_SUCCESS);
	fault_arm(FAULT_ALLOC, k);
	use_objects();
	use_locks();
	use_support();
	use_pool();
	WdfObjectDelete(root);
	fired = fault_fired();
	fault_disarm();
	return fired;
}

/* How many calls fail, with each allocation failing once; how many allocations there are. */
static unsigned int all_points(uint64_t *out_points)
{
	uint64_t k = 1;

	failed = 0;
	while (day(k)) {
		assert_in_range(failed, 0, k); /* at most one more each day */
		assert_true(k++ < MOST_POINTS);
	}
	*out_points = k - 1;
	assert_false(fx_broke());
	fx_unload();
	assert_false(fx_broke());
	return failed;
}

static void test_verifiers_own_memory__never_fails_the_driver(void **state)
{
	uint64_t watched_points, points;
	unsigned int watched;

	(void)state;
	assert_int_equal(fx_load(), 0);
	watched = all_points(&watched_points);
	assert_int_equal(fx_verify("VerifierOn=0"), 0);
	assert_int_equal(fx_load(), 0);
	assert_int_equal(all_points(&points), watched);
	assert_true(watched > 5);
	assert_true(watched_points > points); /* it has allocations of its own */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_verifiers_own_memory__never_fails_the_driver,
						fx_setup, fx_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
