/* SPDX-License-Identifier: MIT */
/* key_assign.c - the border of WDFKEY: values set. */
#include <string.h>

#include "base/mem.h"
#include "object/functions.h"
#include "support/key.h"
#include "verifier/verifier.h"

static NTSTATUS set(const struct fx_key *key, PCUNICODE_STRING name, ULONG type, const void *data,
		    size_t len)
{
	const struct registry_value value = {
		.type = type, .len = (ULONG)len, .data = (void *)(uintptr_t)data, /* only read */
	};

	if (len > REGISTRY_DATA_MAX)
		return STATUS_INSUFFICIENT_RESOURCES;
	return fx_key_set(key, name, &value);
}

NTSTATUS fx_WdfRegistryAssignValue(PWDF_DRIVER_GLOBALS globals, WDFKEY handle,
				   PCUNICODE_STRING name, ULONG type, ULONG len, PVOID data)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_key *key = fx_key_from_handle(driver, handle);

	fx_require(driver, name);
	fx_require(driver, data);
	if (!fx_check_level(driver, PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	return set(key, name, type, data, len);
}

NTSTATUS fx_WdfRegistryAssignULong(PWDF_DRIVER_GLOBALS globals, WDFKEY handle,
				   PCUNICODE_STRING name, ULONG number)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_key *key = fx_key_from_handle(driver, handle);

	fx_require(driver, name);
	if (!fx_check_level(driver, PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	return set(key, name, REG_DWORD, &number, sizeof(number));
}

NTSTATUS fx_WdfRegistryAssignMemory(PWDF_DRIVER_GLOBALS globals, WDFKEY handle,
				    PCUNICODE_STRING name, ULONG type, WDFMEMORY memory,
				    PWDFMEMORY_OFFSET part)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_key *key = fx_key_from_handle(driver, handle);
	size_t len, offset = 0;
	const char *data;

	fx_require(driver, name);
	data = fx_WdfMemoryGetBuffer(globals, memory, &len);
	if (!fx_check_level(driver, PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	if (part) {
		if (part->BufferOffset > len || part->BufferLength > len - part->BufferOffset)
			return STATUS_INTEGER_OVERFLOW;
		offset = part->BufferOffset;
		len = part->BufferLength;
	}
	return set(key, name, type, data + offset, len);
}

/* --- text --- */

/* A copy with a zero behind it. */
static NTSTATUS set_text(const struct fx_key *key, PCUNICODE_STRING name, PCUNICODE_STRING text)
{
	size_t len = text->Length + sizeof(WCHAR);
	char *copy = mem_calloc(1, len);
	NTSTATUS status;

	if (!copy)
		return STATUS_INSUFFICIENT_RESOURCES;
	if (text->Length)
		memcpy(copy, text->Buffer, text->Length);
	status = set(key, name, REG_SZ, copy, len);
	mem_free(copy);
	return status;
}

NTSTATUS fx_WdfRegistryAssignUnicodeString(PWDF_DRIVER_GLOBALS globals, WDFKEY handle,
					   PCUNICODE_STRING name, PCUNICODE_STRING text)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_key *key = fx_key_from_handle(driver, handle);
	NTSTATUS status;

	fx_require(driver, name);
	fx_require(driver, text);
	if (!fx_check_level(driver, PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	status = fx_key_check_text(text);
	return NT_SUCCESS(status) ? set_text(key, name, text) : status;
}

NTSTATUS fx_WdfRegistryAssignString(PWDF_DRIVER_GLOBALS globals, WDFKEY handle,
				    PCUNICODE_STRING name, WDFSTRING string)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_key *key = fx_key_from_handle(driver, handle);
	UNICODE_STRING text;

	(void)fx_object_from_handle(driver, string, FX_TYPE_STRING);
	fx_require(driver, name);
	if (!fx_check_level(driver, PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	fx_WdfStringGetUnicodeString(globals, string, &text);
	return set_text(key, name, &text);
}

/* --- several texts --- */

/* The text of item @index; false: it is no string object. */
static bool item_text(PWDF_DRIVER_GLOBALS globals, WDFCOLLECTION strings, ULONG index,
		      UNICODE_STRING *out)
{
	WDFOBJECT item = fx_WdfCollectionGetItem(globals, strings, index);

	if (!item ||
	    fx_object_from_any(fx_driver_from_globals(globals), item)->type != FX_TYPE_STRING)
		return false;
	fx_WdfStringGetUnicodeString(globals, item, out);
	return true;
}

static NTSTATUS total_length(PWDF_DRIVER_GLOBALS globals, WDFCOLLECTION strings, ULONG count,
			     size_t *out)
{
	UNICODE_STRING text;

	*out = sizeof(WCHAR);
	for (ULONG i = 0; i < count; i++) {
		if (!item_text(globals, strings, i, &text))
			return STATUS_INVALID_PARAMETER;
		*out += text.Length + sizeof(WCHAR);
	}
	return count ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

/* Each with a zero behind it, and one more behind all; @len is what they took a moment ago. */
static NTSTATUS join(PWDF_DRIVER_GLOBALS globals, WDFCOLLECTION strings, ULONG count, char *to,
		     size_t len)
{
	UNICODE_STRING text;
	size_t used = 0;

	for (ULONG i = 0; i < count; i++) {
		if (!item_text(globals, strings, i, &text) ||
		    text.Length + 2 * sizeof(WCHAR) > len - used)
			return STATUS_INVALID_PARAMETER; /* changed by another thread */
		if (text.Length)
			memcpy(to + used, text.Buffer, text.Length);
		used += text.Length + sizeof(WCHAR);
	}
	return STATUS_SUCCESS;
}

static NTSTATUS set_strings(PWDF_DRIVER_GLOBALS globals, const struct fx_key *key,
			    PCUNICODE_STRING name, WDFCOLLECTION strings)
{
	ULONG count = fx_WdfCollectionGetCount(globals, strings);
	NTSTATUS status;
	size_t len;
	char *all;

	status = total_length(globals, strings, count, &len);
	if (!NT_SUCCESS(status))
		return status;
	all = mem_calloc(1, len);
	if (!all)
		return STATUS_INSUFFICIENT_RESOURCES;
	status = join(globals, strings, count, all, len);
	if (NT_SUCCESS(status))
		status = set(key, name, REG_MULTI_SZ, all, len);
	mem_free(all);
	return status;
}

NTSTATUS fx_WdfRegistryAssignMultiString(PWDF_DRIVER_GLOBALS globals, WDFKEY handle,
					 PCUNICODE_STRING name, WDFCOLLECTION strings)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_key *key = fx_key_from_handle(driver, handle);

	(void)fx_object_from_handle(driver, strings, FX_TYPE_COLLECTION);
	fx_require(driver, name);
	if (!fx_check_level(driver, PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	return set_strings(globals, key, name, strings);
}
