/* SPDX-License-Identifier: MIT */
/*
 * object_driver.c - a driver that makes, refers to and deletes objects; and beside it the memory
 * and the atomics that none of it can do without.
 */
#include <stdlib.h>
#include <wdf.h>

#include "object_driver.h"

typedef struct _CONTEXT {
	UCHAR bytes[BENCH_OBJECT_CONTEXT];
} CONTEXT;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(CONTEXT, GetContext)

#define OBJECT_SIZE 128 /* of WDFOBJECT without context */

static WDFOBJECT parent, top;
static int counter;

/* --- create and delete --- */

static void create_ours(void)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFOBJECT object;

	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attrs, CONTEXT);
	attrs.ParentObject = parent;
	for (unsigned int i = 0; i < BENCH_OBJECT_PAIRS; i++) {
		if (!NT_SUCCESS(WdfObjectCreate(&attrs, &object)))
			return;
		WdfObjectDelete(object);
	}
}

static void create_limit(void)
{
	for (unsigned int i = 0; i < BENCH_OBJECT_PAIRS; i++) {
		void *object = malloc(OBJECT_SIZE), *context = calloc(1, BENCH_OBJECT_CONTEXT);

		/* both are to be made each time */
		__asm__ volatile("" : : "r"(object), "r"(context) : "memory");
		__atomic_add_fetch(&counter, 1, __ATOMIC_RELAXED);
		__atomic_sub_fetch(&counter, 1, __ATOMIC_RELEASE);
		free(context);
		free(object);
	}
}

/* --- reference and dereference --- */

static void reference_ours(void)
{
	for (unsigned int i = 0; i < BENCH_OBJECT_PAIRS; i++) {
		WdfObjectReference(parent);
		WdfObjectDereference(parent);
	}
}

void bench_object_up(int *value);
void bench_object_down(int *value);

__attribute__((visibility("default"), noinline)) void bench_object_up(int *value)
{
	__atomic_add_fetch(value, 1, __ATOMIC_RELAXED);
}

__attribute__((visibility("default"), noinline)) void bench_object_down(int *value)
{
	__atomic_sub_fetch(value, 1, __ATOMIC_RELEASE);
}

/* As WdfFunctions: the calls go through a table that the compiler does not see through. */
static void (*volatile const calls[])(int *value) = { bench_object_up, bench_object_down };

static void reference_limit(void)
{
	for (unsigned int i = 0; i < BENCH_OBJECT_PAIRS; i++) {
		calls[0](&counter);
		calls[1](&counter);
	}
}

/* The same with what KMDF's two functions are given: their five arguments cost more than the check
 * of the handle. */
void bench_object_up_five(PVOID globals, int *value, PVOID tag, LONG line, PCCH file);
void bench_object_down_five(PVOID globals, int *value, PVOID tag, LONG line, PCCH file);

__attribute__((visibility("default"), noinline)) void
bench_object_up_five(PVOID globals, int *value, PVOID tag, LONG line, PCCH file)
{
	(void)globals;
	(void)tag;
	(void)line;
	(void)file;
	__atomic_add_fetch(value, 1, __ATOMIC_RELAXED);
}

__attribute__((visibility("default"), noinline)) void
bench_object_down_five(PVOID globals, int *value, PVOID tag, LONG line, PCCH file)
{
	(void)globals;
	(void)tag;
	(void)line;
	(void)file;
	__atomic_sub_fetch(value, 1, __ATOMIC_RELEASE);
}

static void (*const calls_five[])(PVOID globals, int *value, PVOID tag, LONG line, PCCH file) = {
	bench_object_up_five,
	bench_object_down_five,
};
/* A pointer to a table, as WdfFunctions is; a handle in a variable, as the driver's is. */
static void (*const *volatile table)(PVOID globals, int *value, PVOID tag, LONG line,
				     PCCH file) = calls_five;
static int *volatile counted = &counter;

static void reference_limit_five(void)
{
	for (unsigned int i = 0; i < BENCH_OBJECT_PAIRS; i++) {
		table[0](WdfDriverGlobals, counted, NULL, __LINE__, __FILE__);
		table[1](WdfDriverGlobals, counted, NULL, __LINE__, __FILE__);
	}
}

/* --- many --- */

static void empty(void)
{
	if (top)
		WdfObjectDelete(top);
	top = NULL;
}

static int fill(unsigned int count)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFOBJECT object;

	if (!NT_SUCCESS(WdfObjectCreate(WDF_NO_OBJECT_ATTRIBUTES, &top)))
		return -1;
	WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&attrs, CONTEXT);
	attrs.ParentObject = top;
	while (count--) {
		if (!NT_SUCCESS(WdfObjectCreate(&attrs, &object))) {
			empty();
			return -1;
		}
	}
	return 0;
}

/* --- the driver --- */

__attribute__((visibility("default"))) struct bench_object bench_object = {
	.create_ours = create_ours,
	.create_limit = create_limit,
	.reference_ours = reference_ours,
	.reference_limit = reference_limit,
	.reference_limit_five = reference_limit_five,
	.fill = fill,
	.empty = empty,
};

static NTSTATUS bench_device_add(WDFDRIVER driver, PWDFDEVICE_INIT init)
{
	UNREFERENCED_PARAMETER(driver);
	UNREFERENCED_PARAMETER(init);
	return STATUS_NOT_SUPPORTED; /* no device is asked for */
}

DRIVER_INITIALIZE DriverEntry;
NTSTATUS DriverEntry(PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	WDF_DRIVER_CONFIG config;
	NTSTATUS status;

	WDF_DRIVER_CONFIG_INIT(&config, bench_device_add);
	status = WdfDriverCreate(object, path, WDF_NO_OBJECT_ATTRIBUTES, &config, WDF_NO_HANDLE);
	return NT_SUCCESS(status) ? WdfObjectCreate(WDF_NO_OBJECT_ATTRIBUTES, &parent) : status;
}
