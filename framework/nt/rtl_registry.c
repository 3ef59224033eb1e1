/* SPDX-License-Identifier: MIT */
/* rtl_registry.c - keys and values by name: RtlWriteRegistryValue and its kin. */
#include "nt/rtl_registry.h"

#include "base/mem.h"
#include "nt/dispatcher_impl.h"
#include "nt/registry.h"

#define CURRENT "\\Machine\\System\\CurrentControlSet"

static const char *const roots[RTL_REGISTRY_MAXIMUM] = {
	[RTL_REGISTRY_ABSOLUTE] = "",
	[RTL_REGISTRY_SERVICES] = CURRENT "\\Services",
	[RTL_REGISTRY_CONTROL] = CURRENT "\\Control",
	[RTL_REGISTRY_WINDOWS_NT] = "\\Machine\\Software\\Microsoft\\Windows NT\\CurrentVersion",
	[RTL_REGISTRY_DEVICEMAP] = "\\Machine\\Hardware\\DeviceMap",
	[RTL_REGISTRY_USER] = "\\User\\.Default",
};

static NTSTATUS place_of_handle(struct rtl_place *place, HANDLE handle, ACCESS_MASK access)
{
	NTSTATUS status = nt_handle_get(handle, NT_KEY, access, &place->named);

	if (!NT_SUCCESS(status))
		return status;
	place->from = uw_container_of(place->named, struct nt_key, base)->key;
	place->path = mem_strdup("");
	return place->path ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

static NTSTATUS place_of_path(struct rtl_place *place, ULONG relative, PCWSTR path)
{
	char *text = registry_utf8(path, uwdf_wcslen(path));
	const char *below = text;

	if (text && relative == RTL_REGISTRY_ABSOLUTE)
		below = registry_path_below_root(text);
	if (below)
		place->path = mem_strdup(below);
	mem_free(text);
	if (text && !below)
		return STATUS_OBJECT_PATH_SYNTAX_BAD;
	return place->path ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

NTSTATUS rtl_place_init(struct rtl_place *place, ULONG relative, PCWSTR path, ACCESS_MASK access)
{
	*place = (struct rtl_place){ .from = REGISTRY_ROOT, .root = "" };
	relative &= ~RTL_REGISTRY_OPTIONAL;
	if (!path)
		return STATUS_INVALID_PARAMETER;
	if (relative == RTL_REGISTRY_HANDLE)
		return place_of_handle(place, (HANDLE)(uintptr_t)path, access);
	if (relative >= RTL_REGISTRY_MAXIMUM)
		return STATUS_INVALID_PARAMETER;
	place->is_volatile = relative == RTL_REGISTRY_DEVICEMAP;
	place->root = roots[relative];
	return place_of_path(place, relative, path);
}

void rtl_place_deinit(struct rtl_place *place)
{
	mem_free(place->path);
	if (place->named)
		nt_object_unref(place->named);
}

NTSTATUS rtl_place_find(struct registry *r, const struct rtl_place *place, registry_key *out)
{
	registry_key root;
	NTSTATUS status = registry_find(r, place->from, place->root, &root);

	return NT_SUCCESS(status) ? registry_find(r, root, place->path, out) : status;
}

NTSTATUS rtl_value_name(struct registry_name *name, PCWSTR text)
{
	size_t count = text ? uwdf_wcslen(text) : 0;
	char *utf8 = registry_utf8(text ? text : L"", count);
	NTSTATUS status;

	if (!utf8)
		return STATUS_INSUFFICIENT_RESOURCES;
	status = registry_name_init(name, utf8, REGISTRY_VALUE_NAME_MAX);
	mem_free(utf8);
	return status;
}

/* --- keys --- */

static NTSTATUS make_key(struct registry *r, const struct rtl_place *place, registry_key *out)
{
	struct registry_make_params params = {
		.from = place->from,
		.path = place->root,
		.is_volatile = place->is_volatile,
		.parents = true,
	};
	bool made;
	NTSTATUS status = registry_make(r, &params, &params.from, &made);

	if (!NT_SUCCESS(status))
		return status;
	params.path = place->path;
	params.parents = false;
	return registry_make(r, &params, out, &made);
}

struct at_params {
	ULONG relative;
	PCWSTR path;
	ACCESS_MASK access; /* of a handle */
	bool create;        /* keys, and the registry if there is none */
	void *arg;          /* of the function that is called in the registry */
};
typedef NTSTATUS at_fn(struct registry *r, const struct rtl_place *place, void *arg);

/* All of it or nothing. */
static NTSTATUS in_transaction(struct registry *r, const struct rtl_place *place, at_fn *fn,
			       void *arg)
{
	NTSTATUS status = registry_begin(r);

	if (!NT_SUCCESS(status))
		return status;
	status = fn(r, place, arg);
	if (NT_SUCCESS(status))
		return registry_commit(r);
	registry_rollback(r);
	return status;
}

static NTSTATUS at_place(const struct at_params *at, at_fn *fn)
{
	struct rtl_place place;
	struct registry *r;
	NTSTATUS status = rtl_place_init(&place, at->relative, at->path, at->access);

	if (NT_SUCCESS(status))
		status = nt_registry_enter(at->create, &r);
	if (NT_SUCCESS(status)) {
		if (at->create)
			status = in_transaction(r, &place, fn, at->arg);
		else
			status = fn(r, &place, at->arg);
		registry_leave();
	}
	rtl_place_deinit(&place);
	return status;
}

static NTSTATUS check_key(struct registry *r, const struct rtl_place *place, void *arg)
{
	registry_key key;

	(void)arg;
	return rtl_place_find(r, place, &key);
}

UW_EXPORT NTSTATUS RtlCheckRegistryKey(ULONG RelativeTo, PWSTR Path)
{
	if (!fx_nt_level_ok("RtlCheckRegistryKey", PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	return at_place(&(struct at_params){ .relative = RelativeTo,
					     .path = Path,
					     .access = KEY_QUERY_VALUE | KEY_ENUMERATE_SUB_KEYS },
			check_key);
}

static NTSTATUS create_key(struct registry *r, const struct rtl_place *place, void *arg)
{
	registry_key key;

	(void)arg;
	return make_key(r, place, &key);
}

UW_EXPORT NTSTATUS RtlCreateRegistryKey(ULONG RelativeTo, PWSTR Path)
{
	if (!fx_nt_level_ok("RtlCreateRegistryKey", PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	return at_place(&(struct at_params){ .relative = RelativeTo, .path = Path, .create = true },
			create_key);
}

/* --- values --- */

struct value_arg {
	struct registry_name name;
	struct registry_value value;
};

static NTSTATUS write_value(struct registry *r, const struct rtl_place *place, void *arg)
{
	struct value_arg *set = arg;
	registry_key key;
	NTSTATUS status = make_key(r, place, &key);

	if (!NT_SUCCESS(status))
		return status;
	return registry_set(r, key, set->name.text, set->name.folded, &set->value);
}

UW_EXPORT NTSTATUS RtlWriteRegistryValue(ULONG RelativeTo, PCWSTR Path, PCWSTR ValueName,
					 ULONG ValueType, PVOID ValueData, ULONG ValueLength)
{
	struct value_arg arg = {
		.value = { .type = ValueType, .len = ValueLength, .data = ValueData },
	};
	const struct at_params at = {
		.relative = RelativeTo,
		.path = Path,
		.access = KEY_SET_VALUE,
		.create = true,
		.arg = &arg,
	};
	static char nothing[1];
	NTSTATUS status;

	if (!fx_nt_level_ok("RtlWriteRegistryValue", PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	if (ValueLength && !ValueData)
		return STATUS_INVALID_PARAMETER;
	if (!ValueData)
		arg.value.data = nothing;
	status = rtl_value_name(&arg.name, ValueName);
	if (!NT_SUCCESS(status))
		return status;
	status = at_place(&at, write_value);
	registry_name_deinit(&arg.name);
	return status;
}

static NTSTATUS delete_value(struct registry *r, const struct rtl_place *place, void *arg)
{
	const struct registry_name *name = arg;
	registry_key key;
	NTSTATUS status = rtl_place_find(r, place, &key);

	return NT_SUCCESS(status) ? registry_unset(r, key, name->folded) : status;
}

UW_EXPORT NTSTATUS RtlDeleteRegistryValue(ULONG RelativeTo, PCWSTR Path, PCWSTR ValueName)
{
	struct registry_name name;
	const struct at_params at = {
		.relative = RelativeTo,
		.path = Path,
		.access = KEY_SET_VALUE,
		.arg = &name,
	};
	NTSTATUS status;

	if (!fx_nt_level_ok("RtlDeleteRegistryValue", PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	status = rtl_value_name(&name, ValueName);
	if (!NT_SUCCESS(status))
		return status;
	status = at_place(&at, delete_value);
	registry_name_deinit(&name);
	return status;
}
