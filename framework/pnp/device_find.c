/* SPDX-License-Identifier: MIT */
/*
 * device_find.c - is what a client calls a device this one, and what is behind its name? The rest
 * is the file name that the driver sees; to a driver a reference string is a part of it.
 */
#include "pnp/device_find.h"

#include <string.h>

#include "nt/utf.h"
#include "pnp/device.h"
#include "pnp/host_impl.h"
#include "pnp/names.h"
#include "pnp/shell.h"

#define FIND_MAX_CHARS 1024u

static ULONG count_of(const UNICODE_STRING *text)
{
	return text->Length / (ULONG)sizeof(WCHAR);
}

static UNICODE_STRING behind(const UNICODE_STRING *text, ULONG count)
{
	const USHORT bytes = (USHORT)(text->Length - count * sizeof(WCHAR));

	return (UNICODE_STRING){ bytes, bytes, text->Buffer + count };
}

static bool put_utf8(const UNICODE_STRING *text, char *buf, size_t len)
{
	const struct utf_span from = { .wide = text->Buffer, .len = count_of(text) };
	size_t need = utf8_from_utf16(&from, NULL, SIZE_MAX);

	if (need >= len)
		return false;
	buf[utf8_from_utf16(&from, buf, len)] = '\0';
	return true;
}

static bool put_reference(const struct fx_interface *interface, char *buf, size_t len)
{
	buf[0] = '\\';
	return put_utf8(&interface->reference, buf + 1, len - 1);
}

/* --- by interface --- */

/* Its fields but one stay once it is in the list. */
static const struct fx_interface *interface_at(struct fx_device *device, unsigned int i)
{
	const struct fx_interface *interface = &device->interfaces[i];
	bool enabled;

	spin_lock_acquire(&device->base.lock);
	enabled = i < device->interface_count && interface->enabled;
	spin_lock_release(&device->base.lock);
	return enabled ? interface : NULL;
}

/* Is @text "\REFERENCE", or that and more? */
static bool begins_with_reference(const UNICODE_STRING *text, const UNICODE_STRING *reference)
{
	const ULONG end = 1 + count_of(reference);
	UNICODE_STRING part;

	if (count_of(text) < end || (count_of(text) > end && text->Buffer[end] != '\\'))
		return false;
	part = behind(text, 1);
	part.Length = reference->Length;
	return RtlEqualUnicodeString(&part, reference, TRUE);
}

/* The one that is meant: by its reference, else one without, else, if nothing says which, any. */
static const struct fx_interface *find_interface(struct fx_device *device, const uint8_t *guid,
						 const UNICODE_STRING *text)
{
	const struct fx_interface *plain = NULL, *any = NULL;

	for (unsigned int i = 0; i < FX_DEVICE_INTERFACES; i++) {
		const struct fx_interface *interface = interface_at(device, i);

		if (!interface || memcmp(&interface->guid, guid, sizeof(interface->guid)) != 0)
			continue;
		if (!interface->reference.Length)
			plain = interface;
		else if (text->Length && begins_with_reference(text, &interface->reference))
			return interface;
		else if (!text->Length && !any)
			any = interface;
	}
	return plain ? plain : any;
}

static bool find_by_guid(struct fx_device *device, const uint8_t *guid, const UNICODE_STRING *text,
			 char *buf, size_t len)
{
	const struct fx_interface *interface = find_interface(device, guid, text);

	if (!interface)
		return false;
	if (!text->Length && interface->reference.Length)
		return put_reference(interface, buf, len);
	return put_utf8(text, buf, len);
}

/* --- by name --- */

/* As WdfDeviceRetrieveDeviceInterfaceString() calls it; the reference stays in the file name. */
static bool find_by_interface_link(struct fx_device *device, const UNICODE_STRING *text, char *buf,
				   size_t len)
{
	for (unsigned int i = 0; i < FX_DEVICE_INTERFACES; i++) {
		const struct fx_interface *interface = interface_at(device, i);
		WCHAR place[FX_INTERFACE_LINK_CHARS];
		UNICODE_STRING link, rest;

		if (!interface || !NT_SUCCESS(fx_device_interface_link(device, &interface->guid,
								       NULL, place, &link)))
			continue;
		if (!RtlPrefixUnicodeString(&link, text, TRUE))
			continue;
		rest = behind(text, count_of(&link));
		if ((!rest.Length || rest.Buffer[0] == '\\') &&
		    find_by_guid(device, (const uint8_t *)&interface->guid, &rest, buf, len))
			return true;
	}
	return false;
}

static bool find_by_name(struct fx_device *device, const UNICODE_STRING *text, char *buf,
			 size_t len)
{
	UNICODE_STRING rest;
	ULONG count;

	if (!fx_names_find(&device->names, text, &count))
		return find_by_interface_link(device, text, buf, len);
	rest = behind(text, count);
	return put_utf8(&rest, buf, len);
}

struct wanted {
	const uint8_t *guid; /* NULL: none */
	const UNICODE_STRING *text;
};

static bool find_at(struct fx_device *device, const struct wanted *wanted, char *buf, size_t len)
{
	return wanted->guid ? find_by_guid(device, wanted->guid, wanted->text, buf, len)
			    : find_by_name(device, wanted->text, buf, len);
}

/* A client that means any device of the stack gets the highest. */
static bool find(struct uwdf_device *host, struct fx_device *top, const struct wanted *wanted,
		 char *buf, size_t len)
{
	bool found = find_at(top, wanted, buf, len);

	for (unsigned int i = 0; i < host->level_count && !found; i++)
		found = host->levels[i].device && host->levels[i].device != top &&
			find_at(host->levels[i].device, wanted, buf, len);
	return found;
}

bool fx_device_find(struct uwdf_device *host, struct fx_device *top,
		    const struct fx_named_search *search)
{
	const struct wanted wanted = { .text = search->name };

	return count_of(search->name) <= FIND_MAX_CHARS &&
	       find(host, top, &wanted, search->file_name, search->len);
}

static bool widen(const char *narrow, WCHAR *wide, UNICODE_STRING *out)
{
	const struct utf_span from = { .narrow = narrow, .len = strlen(narrow) };

	if (utf16_from_utf8(&from, NULL, SIZE_MAX) > FIND_MAX_CHARS)
		return false;
	out->Buffer = wide;
	out->Length = (USHORT)(utf16_from_utf8(&from, wide, FIND_MAX_CHARS) * sizeof(WCHAR));
	out->MaximumLength = out->Length;
	return true;
}

UW_EXPORT bool uwdf_device_find(struct uwdf_device *host, const struct uwdf_device_name *name,
				char *file_name, size_t len)
{
	WCHAR wide[FIND_MAX_CHARS];
	UNICODE_STRING text;
	const struct wanted wanted = { .guid = name->guid, .text = &text };
	struct fx_device *device = fx_host_device_lock(host);
	bool found = device && widen(name->text, wide, &text) &&
		     find(host, device, &wanted, file_name, len);

	fx_host_device_unlock(host);
	return found;
}
