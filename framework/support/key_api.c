/* SPDX-License-Identifier: MIT */
/* key_api.c - the border of WDFKEY: keys opened, made, removed, closed. */
#include "base/mem.h"
#include "object/functions.h"
#include "support/key.h"
#include "support/registry_name.h"
#include "verifier/verifier.h"

/* @out_path: owned. Sets where @params goes from and to. */
static NTSTATUS resolve(const struct fx_key *parent, PCUNICODE_STRING name,
			struct fx_key_open_params *params, char **out_path)
{
	NTSTATUS status = fx_key_check_text(name);
	const char *below;
	char *path;

	if (!NT_SUCCESS(status))
		return status;
	path = registry_utf8(name->Buffer, name->Length / sizeof(WCHAR));
	if (!path)
		return STATUS_INSUFFICIENT_RESOURCES;
	below = parent ? path : registry_path_below_root(path);
	if (!below || (parent && path[0] == '\\')) {
		mem_free(path);
		return STATUS_OBJECT_PATH_SYNTAX_BAD;
	}
	params->from = parent ? parent->key : REGISTRY_ROOT;
	params->path = below;
	*out_path = path;
	return STATUS_SUCCESS;
}

static NTSTATUS open_named(struct fx_driver *driver, WDFKEY parent, PCUNICODE_STRING name,
			   struct fx_key_open_params *params, PWDF_OBJECT_ATTRIBUTES attrs,
			   WDFKEY *out)
{
	const struct fx_key *above = parent ? fx_key_from_handle(driver, parent) : NULL;
	NTSTATUS status;
	char *path;

	status = resolve(above, name, params, &path);
	if (!NT_SUCCESS(status))
		return status;
	status = fx_key_open(driver, params, attrs, out);
	mem_free(path);
	return status;
}

NTSTATUS fx_WdfRegistryOpenKey(PWDF_DRIVER_GLOBALS globals, WDFKEY parent, PCUNICODE_STRING name,
			       ACCESS_MASK desired, PWDF_OBJECT_ATTRIBUTES attrs, WDFKEY *out)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_key_open_params params = { .desired = desired };

	fx_require(driver, name);
	fx_require(driver, out);
	if (!fx_check_level(driver, PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	*out = NULL;
	return open_named(driver, parent, name, &params, attrs, out);
}

NTSTATUS fx_WdfRegistryCreateKey(PWDF_DRIVER_GLOBALS globals, WDFKEY parent, PCUNICODE_STRING name,
				 ACCESS_MASK desired, ULONG options, PULONG disposition,
				 PWDF_OBJECT_ATTRIBUTES attrs, WDFKEY *out)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_key_open_params params = {
		.desired = desired,
		.make = true,
		.is_volatile = options & REG_OPTION_VOLATILE,
		.out_disposition = disposition,
	};

	fx_require(driver, name);
	fx_require(driver, out);
	if (!fx_check_level(driver, PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	*out = NULL;
	if (options & REG_OPTION_CREATE_LINK)
		return STATUS_NOT_SUPPORTED;
	if (options & ~(ULONG)(REG_OPTION_VOLATILE | REG_OPTION_BACKUP_RESTORE))
		return STATUS_INVALID_PARAMETER;
	return open_named(driver, parent, name, &params, attrs, out);
}

VOID fx_WdfRegistryClose(PWDF_DRIVER_GLOBALS globals, WDFKEY handle)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_key *key = fx_key_from_handle(driver, handle);

	if (fx_check_level(driver, PASSIVE_LEVEL))
		fx_object_delete(&key->base);
}

HANDLE fx_WdfRegistryWdmGetHandle(PWDF_DRIVER_GLOBALS globals, WDFKEY handle)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_key *key = fx_key_from_handle(driver, handle);

	return fx_check_level(driver, PASSIVE_LEVEL) ? fx_key_nt_handle(key) : NULL;
}

NTSTATUS fx_WdfRegistryRemoveKey(PWDF_DRIVER_GLOBALS globals, WDFKEY handle)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_key *key = fx_key_from_handle(driver, handle);
	struct registry *r;
	NTSTATUS status;

	if (!fx_check_level(driver, PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	if (!(key->granted & DELETE))
		return STATUS_ACCESS_DENIED;
	status = fx_key_enter(driver, false, &r);
	if (NT_SUCCESS(status))
		status = fx_key_leave(driver, r, registry_remove(r, key->key, false));
	if (NT_SUCCESS(status))
		fx_object_delete(&key->base);
	return status;
}

NTSTATUS fx_WdfRegistryRemoveValue(PWDF_DRIVER_GLOBALS globals, WDFKEY handle,
				   PCUNICODE_STRING name)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_key *key = fx_key_from_handle(driver, handle);

	fx_require(driver, name);
	if (!fx_check_level(driver, PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	return fx_key_unset(key, name);
}

/* --- the driver's own --- */

static NTSTATUS open_driver_key(struct fx_driver *driver, WDFDRIVER handle, const char *below,
				ACCESS_MASK desired, PWDF_OBJECT_ATTRIBUTES attrs, WDFKEY *out)
{
	struct fx_object *object = fx_object_from_handle(driver, handle, FX_TYPE_DRIVER);
	struct fx_key_open_params params = {
		.from = REGISTRY_ROOT,
		.desired = desired,
		.make = true,
		.parents = true,
	};
	char *path = fx_key_driver_path(uw_container_of(object, struct fx_driver, base), below);
	NTSTATUS status;

	if (!path)
		return STATUS_INSUFFICIENT_RESOURCES;
	params.path = path;
	status = fx_key_open(driver, &params, attrs, out);
	mem_free(path);
	return status;
}

NTSTATUS fx_WdfDriverOpenParametersRegistryKey(PWDF_DRIVER_GLOBALS globals, WDFDRIVER handle,
					       ACCESS_MASK desired, PWDF_OBJECT_ATTRIBUTES attrs,
					       WDFKEY *out)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);

	(void)fx_object_from_handle(driver, handle, FX_TYPE_DRIVER);
	fx_require(driver, out);
	if (!fx_check_level(driver, PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	*out = NULL;
	return open_driver_key(driver, handle, "Parameters", desired, attrs, out);
}

NTSTATUS fx_WdfDriverOpenPersistentStateRegistryKey(PWDF_DRIVER_GLOBALS globals, WDFDRIVER handle,
						    ACCESS_MASK desired,
						    PWDF_OBJECT_ATTRIBUTES attrs, WDFKEY *out)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);

	(void)fx_object_from_handle(driver, handle, FX_TYPE_DRIVER);
	fx_require(driver, out);
	if (!fx_check_level(driver, PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	*out = NULL;
	return open_driver_key(driver, handle, "State", desired, attrs, out);
}
