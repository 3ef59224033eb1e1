/* SPDX-License-Identifier: MIT */
/* string.c - WDFSTRING: small enough for logic and border in one file. */
#include "support/string_object.h"

#include <string.h>

#include "base/mem.h"
#include "object/driver.h"
#include "object/functions.h"
#include "support/support.h"
#include "verifier/verifier.h"

struct fx_string {
	struct fx_object base;
	UNICODE_STRING text; /* Buffer: owned, zero-terminated; NULL when made from nothing */
};

static void string_destroy(struct fx_object *obj)
{
	mem_free(uw_container_of(obj, struct fx_string, base)->text.Buffer);
}

static const struct fx_object_class string_class = {
	.type = FX_TYPE_STRING,
	.name = "WDFSTRING",
	.driver_may_delete = true,
	.passive_cleanup = true,
	.destroy = string_destroy,
};

static NTSTATUS check_source(const UNICODE_STRING *source)
{
	bool odd = source->Length % sizeof(WCHAR) || source->MaximumLength % sizeof(WCHAR);

	if (odd || source->Length > source->MaximumLength)
		return STATUS_INVALID_PARAMETER;
	if (source->Length && !source->Buffer)
		return STATUS_INVALID_PARAMETER;
	return STATUS_SUCCESS;
}

/* With a zero behind it, for drivers that take the buffer for a C string. */
static NTSTATUS copy_text(struct fx_driver *driver, UNICODE_STRING *text,
			  const UNICODE_STRING *source)
{
	size_t len = source->Length + sizeof(WCHAR);

	if (len > MAXUSHORT)
		return STATUS_INTEGER_OVERFLOW;
	text->Buffer = fx_driver_may_allocate(driver) ? mem_calloc(1, len) : NULL;
	if (!text->Buffer)
		return STATUS_INSUFFICIENT_RESOURCES;
	if (source->Length)
		memcpy(text->Buffer, source->Buffer, source->Length);
	text->Length = source->Length;
	text->MaximumLength = (USHORT)len;
	return STATUS_SUCCESS;
}

/* The lock is against two who assign; who reads the old buffer meanwhile is the driver's business.
 */
NTSTATUS fx_string_assign(struct fx_object *string, const UNICODE_STRING *text)
{
	struct fx_string *to = uw_container_of(string, struct fx_string, base);
	UNICODE_STRING copy, old;
	NTSTATUS status = copy_text(string->driver, &copy, text);

	if (!NT_SUCCESS(status))
		return status;
	spin_lock_acquire(&string->lock);
	old = to->text;
	to->text = copy;
	spin_lock_release(&string->lock);
	mem_free(old.Buffer);
	return STATUS_SUCCESS;
}

NTSTATUS fx_WdfStringCreate(PWDF_DRIVER_GLOBALS globals, PCUNICODE_STRING source,
			    PWDF_OBJECT_ATTRIBUTES attrs, WDFSTRING *out)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_object *obj;
	NTSTATUS status;

	fx_require(driver, out);
	*out = NULL;
	if (!fx_check_level(driver, PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	status = source ? check_source(source) : STATUS_SUCCESS;
	if (NT_SUCCESS(status))
		status = fx_support_new(&string_class, sizeof(struct fx_string), driver, attrs,
					&obj);
	if (!NT_SUCCESS(status))
		return status;
	if (source)
		status = copy_text(driver, &uw_container_of(obj, struct fx_string, base)->text,
				   source);
	if (!NT_SUCCESS(status)) {
		fx_object_delete(obj);
		return status;
	}
	return fx_object_publish(obj, attrs, out);
}

VOID fx_WdfStringGetUnicodeString(PWDF_DRIVER_GLOBALS globals, WDFSTRING handle,
				  PUNICODE_STRING out)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_object *obj = fx_object_from_handle(driver, handle, FX_TYPE_STRING);

	fx_require(driver, out);
	if (!fx_check_level(driver, PASSIVE_LEVEL))
		return;
	spin_lock_acquire(&obj->lock);
	*out = uw_container_of(obj, struct fx_string, base)->text;
	spin_lock_release(&obj->lock);
}
