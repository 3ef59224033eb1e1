/* SPDX-License-Identifier: MIT */
/*
 * device_keys.c - a device's keys in the registry: hardware, software, and the device map.
 *
 * The hardware key is named by what the function says it is and where it is; the software key by a
 * value of the hardware key, which is set when it is first asked for. As on Windows.
 */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "object/functions.h"
#include "pnp/device_init.h"
#include "pnp/host.h"
#include "support/key.h"
#include "support/registry_name.h"
#include "verifier/verifier.h"

#define CURRENT "\\Machine\\System\\CurrentControlSet\\"
#define PROFILE                                                                                    \
	CURRENT "Hardware Profiles\\Current\\System\\CurrentControlSet\\" /* instead of CURRENT */
#define NO_CLASS    "{4d36e97e-e325-11ce-bfc1-08002be10318}"              /* "other devices" */
#define MOST_NUMBER 9999

/* "PCI\VEN_8086&DEV_100E&SUBSYS_11001AF4&REV_03\0000:00:03.0"; owned. */
static char *instance_id(struct pci_function *fn)
{
	struct pci_id id = pci_function_id(fn);
	const char *address = pci_function_address(fn);
	char *text;

	/* of a QEMU address, properties are no part of its place */
	text = mem_asprintf("PCI\\VEN_%04X&DEV_%04X&SUBSYS_%04X%04X&REV_%02X\\%.*s", id.vendor,
			    id.device, id.subdevice, id.subvendor, id.revision,
			    (int)strcspn(address, ","), address);
	return text;
}

struct device_key {
	struct fx_driver *driver;
	char *instance; /* owned */
	char *path;     /* owned; what params->path is in the end */
	bool profile;   /* the copy in the hardware profile */
};

static NTSTATUS set_path(struct device_key *d, struct fx_key_open_params *params, char *path)
{
	d->path = path;
	params->path = path;
	return path ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

/* A REG_SZ as a text of ours; NULL without: not there, not text, or no memory (@status). */
static NTSTATUS get_text(struct registry *r, registry_key key, const char *name, char **out)
{
	struct registry_value value;
	NTSTATUS status = registry_get_named(r, key, name, &value);
	size_t max, len = 0;

	*out = NULL;
	if (status == STATUS_OBJECT_NAME_NOT_FOUND)
		return STATUS_SUCCESS;
	if (!NT_SUCCESS(status))
		return status;
	max = value.len / sizeof(WCHAR);
	while (len < max && ((WCHAR *)value.data)[len])
		len++;
	if (value.type == REG_SZ && len) {
		*out = registry_utf8(value.data, len);
		status = *out ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
	}
	registry_value_free(&value);
	return status;
}

static NTSTATUS set_text(struct registry *r, registry_key key, const char *name, const char *text)
{
	WCHAR units[128] = { 0 };
	size_t count = registry_utf16(text, units, UW_ARRAY_SIZE(units) - 1);
	const struct registry_value value = {
		.type = REG_SZ,
		.len = (ULONG)((count + 1) * sizeof(WCHAR)),
		.data = units,
	};

	if (count >= UW_ARRAY_SIZE(units))
		return STATUS_OBJECT_NAME_INVALID;
	return registry_set_named(r, key, name, &value);
}

static NTSTATUS make(struct registry *r, const char *path, registry_key *out, bool *out_made)
{
	const struct registry_make_params params = {
		.from = REGISTRY_ROOT,
		.path = path,
		.parents = true,
	};

	return registry_make(r, &params, out, out_made);
}

/* The first number below the class that is free; its key is made. */
static NTSTATUS take_number(struct registry *r, const char *class, char *buf, size_t len)
{
	bool made = false;
	registry_key key;

	for (int n = 0; n <= MOST_NUMBER; n++) {
		char path[256];
		NTSTATUS status;

		(void)snprintf(path, sizeof(path), CURRENT "Control\\Class\\%s\\%04d", class, n);
		status = make(r, path, &key, &made);
		if (!NT_SUCCESS(status))
			return status;
		(void)snprintf(buf, len, "%s\\%04d", class, n);
		if (made)
			return STATUS_SUCCESS;
	}
	return STATUS_INSUFFICIENT_RESOURCES;
}

/* The hardware key says which software key is the device's: "{class}\0003"; @out: owned. */
static NTSTATUS give_software_key(struct registry *r, const struct device_key *d,
				  registry_key hardware, char **out)
{
	char *class, name[192];
	NTSTATUS status = get_text(r, hardware, "ClassGUID", &class);

	if (!NT_SUCCESS(status))
		return status;
	if (class && strlen(class) > 64)
		status = STATUS_OBJECT_NAME_INVALID;
	if (NT_SUCCESS(status))
		status = take_number(r, class ? class : NO_CLASS, name, sizeof(name));
	if (NT_SUCCESS(status))
		status = set_text(r, hardware, "Driver", name);
	if (NT_SUCCESS(status))
		status = set_text(r, hardware, "Service", fx_driver_name(d->driver));
	mem_free(class);
	if (!NT_SUCCESS(status))
		return status;
	*out = mem_strdup(name);
	return *out ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

static NTSTATUS find_software_key(struct registry *r, const struct device_key *d, char **out)
{
	char *path = mem_asprintf(CURRENT "Enum\\%s", d->instance);
	registry_key hardware;
	NTSTATUS status;
	bool made;

	if (!path)
		return STATUS_INSUFFICIENT_RESOURCES;
	status = make(r, path, &hardware, &made);
	mem_free(path);
	if (NT_SUCCESS(status))
		status = get_text(r, hardware, "Driver", out);
	if (NT_SUCCESS(status) && !*out)
		status = give_software_key(r, d, hardware, out);
	return status;
}

/* One transaction: two hosts that start at once do not get the same number. */
static NTSTATUS prepare_software(struct registry *r, struct fx_key_open_params *params)
{
	struct device_key *d = params->arg;
	char *software = NULL;
	NTSTATUS status = registry_begin(r);

	if (!NT_SUCCESS(status))
		return status;
	status = find_software_key(r, d, &software);
	if (NT_SUCCESS(status))
		status = registry_commit(r);
	else
		registry_rollback(r);
	if (NT_SUCCESS(status))
		status = set_path(d, params,
				  mem_asprintf("%sControl\\Class\\%s",
					       d->profile ? PROFILE : CURRENT, software));
	mem_free(software);
	return status;
}

static NTSTATUS prepare_hardware(struct registry *r, struct fx_key_open_params *params)
{
	struct device_key *d = params->arg;

	(void)r;
	return set_path(d, params,
			mem_asprintf("%sEnum\\%s\\Device Parameters",
				     d->profile ? PROFILE : CURRENT, d->instance));
}

static NTSTATUS open_device_key(struct fx_driver *driver, struct pci_function *fn, ULONG type,
				struct fx_key_open_params *params, PWDF_OBJECT_ATTRIBUTES attrs,
				WDFKEY *out)
{
	ULONG which = type & ~(ULONG)PLUGPLAY_REGKEY_CURRENT_HWPROFILE;
	struct device_key d = { .driver = driver, .profile = which != type };
	NTSTATUS status;

	*out = NULL;
	if (!fn) /* a control device's, or a child's, which has none yet */
		return STATUS_INVALID_DEVICE_REQUEST;
	if (which != PLUGPLAY_REGKEY_DEVICE && which != PLUGPLAY_REGKEY_DRIVER)
		return STATUS_INVALID_PARAMETER;
	d.instance = instance_id(fn);
	if (!d.instance)
		return STATUS_INSUFFICIENT_RESOURCES;
	params->from = REGISTRY_ROOT;
	params->make = params->parents = true;
	params->prepare = which == PLUGPLAY_REGKEY_DEVICE ? prepare_hardware : prepare_software;
	params->arg = &d;
	status = fx_key_open(driver, params, attrs, out);
	mem_free(d.instance);
	mem_free(d.path);
	return status;
}

NTSTATUS fx_WdfDeviceOpenRegistryKey(PWDF_DRIVER_GLOBALS globals, WDFDEVICE handle, ULONG type,
				     ACCESS_MASK desired, PWDF_OBJECT_ATTRIBUTES attrs, WDFKEY *out)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_device *device = fx_device_from_handle(driver, handle);
	struct fx_key_open_params params = { .desired = desired };

	fx_require(driver, out);
	if (!fx_check_level(driver, PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	return open_device_key(driver, device->fn, type, &params, attrs, out);
}

NTSTATUS fx_WdfFdoInitOpenRegistryKey(PWDF_DRIVER_GLOBALS globals, PWDFDEVICE_INIT init, ULONG type,
				      ACCESS_MASK desired, PWDF_OBJECT_ATTRIBUTES attrs,
				      WDFKEY *out)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_key_open_params params = { .desired = desired };

	fx_device_init_check(driver, init, __func__ + 3);
	fx_require(driver, out);
	if (!fx_check_level(driver, PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	return open_device_key(driver,
			       fx_device_init_is_fdo(init) ? fx_host_function(init->host) : NULL,
			       type, &params, attrs, out);
}

static NTSTATUS open_devicemap(struct fx_driver *driver, PCUNICODE_STRING name, ACCESS_MASK desired,
			       PWDF_OBJECT_ATTRIBUTES attrs, WDFKEY *out)
{
	struct fx_key_open_params params = {
		.from = REGISTRY_ROOT,
		.desired = desired,
		.make = true,
		.parents = true,
		.is_volatile = true,
	};
	char *below = registry_utf8(name->Buffer, name->Length / sizeof(WCHAR));
	char *path = below ? mem_asprintf("\\Machine\\Hardware\\DeviceMap\\%s", below) : NULL;
	NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;

	params.path = path;
	if (path)
		status = fx_key_open(driver, &params, attrs, out);
	mem_free(path);
	mem_free(below);
	return status;
}

NTSTATUS fx_WdfDeviceOpenDevicemapKey(PWDF_DRIVER_GLOBALS globals, WDFDEVICE handle,
				      PCUNICODE_STRING name, ACCESS_MASK desired,
				      PWDF_OBJECT_ATTRIBUTES attrs, WDFKEY *out)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);

	(void)fx_device_from_handle(driver, handle);
	fx_require(driver, name);
	fx_require(driver, out);
	if (!fx_check_level(driver, PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	*out = NULL;
	if (!NT_SUCCESS(fx_key_check_text(name)) || !name->Length) {
		fx_verifier_break(driver, "WdfDeviceOpenDevicemapKey: the key's name is %s",
				  name->Length ? "malformed" : "empty");
		return STATUS_INVALID_PARAMETER;
	}
	return open_devicemap(driver, name, desired, attrs, out);
}
