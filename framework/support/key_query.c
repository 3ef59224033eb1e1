/* SPDX-License-Identifier: MIT */
/* key_query.c - the border of WDFKEY: what its values hold. */
#include <string.h>

#include "base/mem.h"
#include "object/functions.h"
#include "support/key.h"
#include "support/string_object.h"
#include "verifier/verifier.h"

/* The value of a key that the calling driver named; its level is checked. */
static NTSTATUS get(struct fx_driver *driver, const struct fx_key *key, PCUNICODE_STRING name,
		    const char *function, struct registry_value *out)
{
	if (!fx_level_ok(driver, function, PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	return fx_key_get(key, name, out);
}
#define GET(driver, key, name, out) get(driver, key, name, __func__ + 3, out)

NTSTATUS fx_WdfRegistryQueryValue(PWDF_DRIVER_GLOBALS globals, WDFKEY handle, PCUNICODE_STRING name,
				  ULONG len, PVOID data, PULONG out_len, PULONG out_type)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_key *key = fx_key_from_handle(driver, handle);
	ULONG room = data ? len : 0;
	struct registry_value value;
	NTSTATUS status;

	fx_require(driver, name);
	status = GET(driver, key, name, &value);
	if (!NT_SUCCESS(status))
		return status;
	if (room && value.len)
		memcpy(data, value.data, min(room, value.len));
	if (out_len)
		*out_len = value.len;
	if (out_type)
		*out_type = value.type;
	status = value.len > room ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
	registry_value_free(&value);
	return status;
}

NTSTATUS fx_WdfRegistryQueryULong(PWDF_DRIVER_GLOBALS globals, WDFKEY handle, PCUNICODE_STRING name,
				  PULONG out)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_key *key = fx_key_from_handle(driver, handle);
	struct registry_value value;
	NTSTATUS status;

	fx_require(driver, name);
	fx_require(driver, out);
	status = GET(driver, key, name, &value);
	if (!NT_SUCCESS(status))
		return status;
	if (value.type == REG_DWORD && value.len == sizeof(*out))
		memcpy(out, value.data, sizeof(*out));
	else
		status = STATUS_OBJECT_TYPE_MISMATCH;
	registry_value_free(&value);
	return status;
}

NTSTATUS fx_WdfRegistryQueryMemory(PWDF_DRIVER_GLOBALS globals, WDFKEY handle,
				   PCUNICODE_STRING name, POOL_TYPE pool,
				   PWDF_OBJECT_ATTRIBUTES attrs, WDFMEMORY *out, PULONG out_type)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_key *key = fx_key_from_handle(driver, handle);
	struct registry_value value;
	NTSTATUS status;
	void *buffer;

	fx_require(driver, name);
	fx_require(driver, out);
	*out = NULL;
	status = fx_object_check_attributes(attrs, FX_ATTR_NO_SCOPE_LEVEL);
	if (NT_SUCCESS(status))
		status = GET(driver, key, name, &value);
	if (!NT_SUCCESS(status))
		return status;
	if (!value.len)
		status = STATUS_RESOURCE_DATA_NOT_FOUND;
	else
		status = fx_WdfMemoryCreate(globals, attrs, pool, 0, value.len, out, &buffer);
	if (NT_SUCCESS(status)) {
		memcpy(buffer, value.data, value.len);
		if (out_type)
			*out_type = value.type;
	}
	registry_value_free(&value);
	return status;
}

/* --- text --- */

/* UTF-16 units before the first zero, or all of @max. */
static size_t text_length(const WCHAR *units, size_t max)
{
	size_t len = 0;

	while (len < max && units[len])
		len++;
	return len;
}

/* A REG_SZ's text lies in @value, which the caller frees after success. */
static NTSTATUS get_text(struct fx_driver *driver, const struct fx_key *key, PCUNICODE_STRING name,
			 const char *function, struct registry_value *value, UNICODE_STRING *out)
{
	NTSTATUS status = get(driver, key, name, function, value);
	size_t bytes;

	if (!NT_SUCCESS(status))
		return status;
	bytes = text_length(value->data, value->len / sizeof(WCHAR)) * sizeof(WCHAR);
	if (value->type != REG_SZ)
		status = STATUS_OBJECT_TYPE_MISMATCH;
	else if (bytes + sizeof(WCHAR) > MAXUSHORT)
		status = STATUS_INTEGER_OVERFLOW;
	if (!NT_SUCCESS(status)) {
		registry_value_free(value);
		return status;
	}
	out->Buffer = value->data;
	out->Length = (USHORT)bytes;
	out->MaximumLength = (USHORT)(bytes + sizeof(WCHAR));
	return STATUS_SUCCESS;
}

/* With a zero behind it where there is room for one. */
static NTSTATUS put_text(UNICODE_STRING *to, const UNICODE_STRING *text)
{
	if (text->Length > to->MaximumLength)
		return STATUS_BUFFER_OVERFLOW;
	if (text->Length)
		memcpy(to->Buffer, text->Buffer, text->Length);
	to->Length = text->Length;
	if (text->MaximumLength <= to->MaximumLength)
		to->Buffer[text->Length / sizeof(WCHAR)] = UNICODE_NULL;
	return STATUS_SUCCESS;
}

NTSTATUS fx_WdfRegistryQueryUnicodeString(PWDF_DRIVER_GLOBALS globals, WDFKEY handle,
					  PCUNICODE_STRING name, PUSHORT out_bytes,
					  PUNICODE_STRING out)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_key *key = fx_key_from_handle(driver, handle);
	struct registry_value value;
	UNICODE_STRING text;
	NTSTATUS status;

	fx_require(driver, name);
	if (!fx_check_level(driver, PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	if ((!out && !out_bytes) || (out && out->MaximumLength && !out->Buffer))
		return STATUS_INVALID_PARAMETER;
	status = get_text(driver, key, name, __func__ + 3, &value, &text);
	if (!NT_SUCCESS(status))
		return status;
	if (out_bytes)
		*out_bytes = text.MaximumLength;
	if (out)
		status = put_text(out, &text);
	registry_value_free(&value);
	return status;
}

NTSTATUS fx_WdfRegistryQueryString(PWDF_DRIVER_GLOBALS globals, WDFKEY handle,
				   PCUNICODE_STRING name, WDFSTRING string)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_key *key = fx_key_from_handle(driver, handle);
	struct fx_object *into = fx_object_from_handle(driver, string, FX_TYPE_STRING);
	struct registry_value value;
	UNICODE_STRING text;
	NTSTATUS status;

	fx_require(driver, name);
	status = get_text(driver, key, name, __func__ + 3, &value, &text);
	if (!NT_SUCCESS(status))
		return status;
	status = value.len ? fx_string_assign(into, &text) : STATUS_RESOURCE_DATA_NOT_FOUND;
	registry_value_free(&value);
	return status;
}

/* --- several texts --- */

/* The string that begins at unit @at; false: the list ends there. @at moves behind it. */
static bool next_string(const struct registry_value *value, size_t *at, UNICODE_STRING *out)
{
	const WCHAR *units = value->data;
	size_t max = value->len / sizeof(WCHAR), start = *at, len;

	len = start < max ? text_length(units + start, max - start) : 0;
	out->Buffer = (WCHAR *)value->data + start;
	/* too long for a string object: made as long as one that is refused */
	out->Length = (USHORT)(min(len, MAXUSHORT / sizeof(WCHAR)) * sizeof(WCHAR));
	out->MaximumLength = out->Length;
	*at = start + len + 1;
	return len;
}

static size_t count_strings(const struct registry_value *value)
{
	size_t at = 0, count = 0;
	UNICODE_STRING text;

	while (next_string(value, &at, &text))
		count++;
	return count;
}

static NTSTATUS make_strings(PWDF_DRIVER_GLOBALS globals, PWDF_OBJECT_ATTRIBUTES attrs,
			     const struct registry_value *value, WDFSTRING *strings, size_t count)
{
	NTSTATUS status = STATUS_SUCCESS;
	UNICODE_STRING text;
	size_t at = 0;

	for (size_t i = 0; NT_SUCCESS(status) && i < count; i++) {
		(void)next_string(value, &at, &text);
		status = fx_WdfStringCreate(globals, &text, attrs, &strings[i]);
	}
	return status;
}

static NTSTATUS add_strings(PWDF_DRIVER_GLOBALS globals, WDFCOLLECTION collection,
			    WDFSTRING *strings, size_t count)
{
	NTSTATUS status = STATUS_SUCCESS;
	size_t added = 0;

	for (; NT_SUCCESS(status) && added < count; added++)
		status = fx_WdfCollectionAdd(globals, collection, strings[added]);
	if (NT_SUCCESS(status))
		return status;
	for (size_t i = 0; i + 1 < added; i++)
		fx_WdfCollectionRemove(globals, collection, strings[i]);
	return STATUS_INSUFFICIENT_RESOURCES;
}

static NTSTATUS collect(PWDF_DRIVER_GLOBALS globals, PWDF_OBJECT_ATTRIBUTES attrs,
			const struct registry_value *value, WDFCOLLECTION collection)
{
	size_t count = count_strings(value);
	WDFSTRING *strings;
	NTSTATUS status;

	if (value->type != REG_MULTI_SZ)
		return STATUS_OBJECT_TYPE_MISMATCH;
	if (!count)
		return STATUS_RESOURCE_DATA_NOT_FOUND;
	strings = mem_calloc(count, sizeof(*strings));
	if (!strings)
		return STATUS_INSUFFICIENT_RESOURCES;
	status = make_strings(globals, attrs, value, strings, count);
	if (NT_SUCCESS(status))
		status = add_strings(globals, collection, strings, count);
	for (size_t i = 0; !NT_SUCCESS(status) && i < count && strings[i]; i++)
		fx_WdfObjectDelete(globals, strings[i]);
	mem_free(strings);
	return status;
}

NTSTATUS fx_WdfRegistryQueryMultiString(PWDF_DRIVER_GLOBALS globals, WDFKEY handle,
					PCUNICODE_STRING name, PWDF_OBJECT_ATTRIBUTES attrs,
					WDFCOLLECTION collection)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_key *key = fx_key_from_handle(driver, handle);
	struct registry_value value;
	NTSTATUS status;

	(void)fx_object_from_handle(driver, collection, FX_TYPE_COLLECTION);
	fx_require(driver, name);
	status = fx_object_check_attributes(attrs, FX_ATTR_NO_SCOPE_LEVEL);
	if (NT_SUCCESS(status))
		status = GET(driver, key, name, &value);
	if (!NT_SUCCESS(status))
		return status;
	status = collect(globals, attrs, &value, collection);
	registry_value_free(&value);
	return status;
}
