/* SPDX-License-Identifier: MIT */
/*
 * bus_property.c - properties of a PCI function, as the PCI bus of Windows reports them. What an
 * installation adds there (class, manufacturer, names) is nowhere here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pnp/bus_interface.h"

/* One more text of a REG_MULTI_SZ, in ASCII. */
static void add_text(struct fx_property *out, const char *text)
{
	size_t at = out->len / sizeof(WCHAR);

	do
		out->data[at++] = (WCHAR)*text;
	while (*text++);
	out->len = (ULONG)(at * sizeof(WCHAR));
}

static void end_texts(struct fx_property *out)
{
	out->data[out->len / sizeof(WCHAR)] = 0;
	out->len += sizeof(WCHAR);
}

static void add_id(struct fx_property *out, const struct pci_id *id, const char *rest)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "PCI\\VEN_%04X&DEV_%04X%s", id->vendor, id->device,
		       rest);
	add_text(out, text);
}

/* From the one that fits least else on. */
static NTSTATUS hardware_ids(const struct pci_id *id, struct fx_property *out)
{
	char rest[40];

	(void)snprintf(rest, sizeof(rest), "&SUBSYS_%04X%04X&REV_%02X", id->subdevice,
		       id->subvendor, id->revision);
	add_id(out, id, rest);
	rest[strlen("&SUBSYS_") + 8] = 0;
	add_id(out, id, rest);
	(void)snprintf(rest, sizeof(rest), "&CC_%06X", id->class_code & 0xffffff);
	add_id(out, id, rest);
	rest[strlen("&CC_") + 4] = 0;
	add_id(out, id, rest);
	end_texts(out);
	return STATUS_SUCCESS;
}

static NTSTATUS compatible_ids(const struct pci_id *id, struct fx_property *out)
{
	unsigned int class = id->class_code & 0xffffff;
	char text[64];

	(void)snprintf(text, sizeof(text), "&REV_%02X", id->revision);
	add_id(out, id, text);
	add_id(out, id, "");
	(void)snprintf(text, sizeof(text), "PCI\\VEN_%04X&CC_%06X", id->vendor, class);
	add_text(out, text);
	text[strlen("PCI\\VEN_1234&CC_") + 4] = 0;
	add_text(out, text);
	(void)snprintf(text, sizeof(text), "PCI\\VEN_%04X", id->vendor);
	add_text(out, text);
	(void)snprintf(text, sizeof(text), "PCI\\CC_%06X", class);
	add_text(out, text);
	text[strlen("PCI\\CC_") + 4] = 0;
	add_text(out, text);
	end_texts(out);
	return STATUS_SUCCESS;
}

static NTSTATUS take(struct fx_property *out, const void *data, ULONG len)
{
	memcpy(out->data, data, len);
	out->len = len;
	return STATUS_SUCCESS;
}

static NTSTATUS number(struct fx_property *out, ULONG value)
{
	return take(out, &value, sizeof(value));
}

struct place {
	unsigned long bus, device, function;
};

static bool field(const char **text, char end, unsigned long *out)
{
	char *rest;

	*out = strtoul(*text, &rest, 16);
	if (rest == *text || *rest != end)
		return false;
	*text = rest + 1;
	return true;
}

/* "0000:00:03.0"; false: a device of another kind of place. */
static bool place_of(const struct pci_function *fn, struct place *out)
{
	const char *text = pci_function_address(fn);
	unsigned long domain;

	return field(&text, ':', &domain) && field(&text, ':', &out->bus) &&
	       field(&text, '.', &out->device) && field(&text, 0, &out->function);
}

static NTSTATUS place_property(const struct pci_function *fn, bool bus, struct fx_property *out)
{
	struct place place;

	if (!place_of(fn, &place))
		return STATUS_OBJECT_NAME_NOT_FOUND;
	return number(out, (ULONG)(bus ? place.bus : place.device << 16 | place.function));
}

NTSTATUS fx_bus_property(const struct pci_function *fn, DEVICE_REGISTRY_PROPERTY which,
			 struct fx_property *out)
{
	static const GUID pci = {
		0xc8ebdfb0, 0xb510, 0x11d0, { 0x80, 0xe5, 0x00, 0xa0, 0xc9, 0x25, 0x42, 0xe3 }
	};
	struct pci_id id;

	if ((unsigned int)which > DevicePropertyContainerID)
		return STATUS_INVALID_PARAMETER_2;
	if (!fn)
		return STATUS_INVALID_DEVICE_REQUEST;
	id = pci_function_id(fn);
	out->len = 0;
	switch (which) {
	case DevicePropertyHardwareID:
		return hardware_ids(&id, out);
	case DevicePropertyCompatibleIDs:
		return compatible_ids(&id, out);
	case DevicePropertyBusTypeGuid:
		return take(out, &pci, sizeof(pci));
	case DevicePropertyLegacyBusType:
		return number(out, PCIBus);
	case DevicePropertyBusNumber:
		return place_property(fn, true, out);
	case DevicePropertyAddress:
		return place_property(fn, false, out);
	case DevicePropertyEnumeratorName:
		add_text(out, "PCI");
		return STATUS_SUCCESS;
	case DevicePropertyInstallState:
		return number(out, 0); /* installed */
	default:
		return STATUS_OBJECT_NAME_NOT_FOUND;
	}
}
