/* SPDX-License-Identifier: MIT */
/* What gdb_printers_test looks at: values of each kind, and a function to stop in. */
#include "fx_fixture.h"

#include "object/object.h"

typedef struct _SUBJECT_DATA {
	int number;
} SUBJECT_DATA;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(SUBJECT_DATA, GetSubjectData)

static struct subject {
	WDFOBJECT object, child, none, stale, nonsense;
	WDFCOLLECTION collection;
	const struct fx_object *inside;
	NTSTATUS good, bad, unknown;
	UNICODE_STRING text, empty, broken;
	ANSI_STRING narrow;
	LIST_ENTRY list, entries[3], lonely, torn;
} subject;

void subject_ready(const struct subject *what);
__attribute__((noinline)) void subject_ready(const struct subject *what)
{
	__asm__ volatile("" : : "r"(what) : "memory");
}

static void make_objects(void)
{
	WDF_OBJECT_ATTRIBUTES attrs;

	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attrs, SUBJECT_DATA);
	assert_int_equal(WdfObjectCreate(&attrs, &subject.object), STATUS_SUCCESS);
	WdfObjectReference(subject.object);
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = subject.object;
	assert_int_equal(WdfObjectCreate(&attrs, &subject.child), STATUS_SUCCESS);
	assert_int_equal(WdfCollectionCreate(&attrs, &subject.collection), STATUS_SUCCESS);
	/* the same place, another generation */
	subject.stale = (WDFOBJECT)((uintptr_t)subject.child ^ 1ull << 48);
	subject.nonsense = (WDFOBJECT)(uintptr_t)16;
	subject.inside = (const void *)((uintptr_t)subject.object & FX_HANDLE_ADDRESS_MASK);
}

static void make_values(void)
{
	static WCHAR text[] = { 'G', 'r', 0xfc, 0xdf, 'e' };

	subject.bad = STATUS_INSUFFICIENT_RESOURCES;
	subject.unknown = (NTSTATUS)0xe0001234;
	subject.text = (UNICODE_STRING){ sizeof(text), sizeof(text), text };
	subject.broken = (UNICODE_STRING){ 8, 4, text };
	RtlInitAnsiString(&subject.narrow, "narrow");
	InitializeListHead(&subject.list);
	for (unsigned int i = 0; i < 3; i++)
		InsertTailList(&subject.list, &subject.entries[i]);
	InitializeListHead(&subject.lonely);
	subject.torn = subject.list; /* a copy: its neighbours know the original */
}

static void show(void **state)
{
	(void)state;
	assert_int_equal(fx_load(), 0);
	make_objects();
	make_values();
	subject_ready(&subject);
	WdfObjectDereference(subject.object);
	WdfObjectDelete(subject.object);
	fx_unload();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(show, fx_setup, fx_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
