/* SPDX-License-Identifier: MIT */
/* key.c - WDFKEY: how one is made, and the way from it into the registry. */
#include "support/key.h"

#include "base/mem.h"
#include "nt/key_handle.h"
#include "object/trouble.h"
#include "support/registry_name.h"
#include "support/support.h"

#define KEY_RIGHTS (KEY_ALL_ACCESS & SPECIFIC_RIGHTS_ALL)

/* After EvtCleanupCallback, which may still use the key. */
static void key_disposed(struct fx_object *obj)
{
	struct fx_key *key = uw_container_of(obj, struct fx_key, base);

	if (key->handle)
		nt_handle_close(key->handle, true);
	key->handle = NULL;
	if (key->holds)
		registry_release();
	key->holds = false;
}

HANDLE fx_key_nt_handle(struct fx_key *key)
{
	const struct nt_key_params params = {
		.key = key->key,
		.granted = key->granted,
		.framework_s = true,
	};
	HANDLE mine, before = NULL;

	mine = __atomic_load_n(&key->handle, __ATOMIC_RELAXED); /* a number: nothing hangs on it */
	if (mine || !NT_SUCCESS(nt_key_handle_new(&params, &mine)))
		return mine;
	if (__atomic_compare_exchange_n(&key->handle, &before, mine, false, __ATOMIC_RELAXED,
					__ATOMIC_RELAXED))
		return mine;
	nt_handle_close(mine, true); /* another thread was faster */
	return before;
}

static const struct fx_object_class key_class = {
	.type = FX_TYPE_KEY,
	.name = "WDFKEY",
	.driver_may_delete = true,
	.passive_cleanup = true, /* closing the last one may write to the disk */
	.disposed = key_disposed,
};

/* All standard rights and none of a key's: what Microsoft's samples ask for to do everything. */
static bool means_everything(ACCESS_MASK desired)
{
	bool standard = (desired & STANDARD_RIGHTS_REQUIRED) == STANDARD_RIGHTS_REQUIRED;

	return (desired & (GENERIC_ALL | MAXIMUM_ALLOWED)) || (standard && !(desired & KEY_RIGHTS));
}

static ACCESS_MASK rights(ACCESS_MASK desired)
{
	if (means_everything(desired))
		return KEY_ALL_ACCESS;
	if (desired & GENERIC_READ)
		desired |= KEY_READ;
	if (desired & GENERIC_WRITE)
		desired |= KEY_WRITE;
	if (desired & GENERIC_EXECUTE)
		desired |= KEY_EXECUTE;
	return desired;
}

NTSTATUS fx_key_check_text(PCUNICODE_STRING text)
{
	if (text->Length % sizeof(WCHAR) || text->Length > text->MaximumLength)
		return STATUS_INVALID_PARAMETER;
	return text->Length && !text->Buffer ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;
}

NTSTATUS fx_key_enter(struct fx_driver *driver, bool create, struct registry **out)
{
	struct report rep = REPORT_INIT;
	NTSTATUS status = registry_enter(create, &rep, out);

	if (!NT_SUCCESS(status) && rep.text[0])
		fx_trouble_note(driver, status, &rep);
	return status;
}

/* The file is to blame, not the driver. */
static bool is_of_the_file(NTSTATUS status)
{
	return status == STATUS_REGISTRY_CORRUPT || status == STATUS_REGISTRY_IO_FAILED ||
	       status == STATUS_DISK_FULL || status == STATUS_ACCESS_DENIED ||
	       status == STATUS_IO_TIMEOUT;
}

NTSTATUS fx_key_leave(struct fx_driver *driver, struct registry *r, NTSTATUS status)
{
	struct report rep = REPORT_INIT;

	if (is_of_the_file(status)) {
		report_say(&rep, "using the registry: %s", registry_trouble(r));
		report_hint(&rep, "uwdf reg check");
		fx_trouble_note(driver, status, &rep);
	}
	registry_leave();
	return status;
}

static NTSTATUS find_or_make(struct registry *r, struct fx_key_open_params *params,
			     registry_key *out)
{
	struct registry_make_params make;
	NTSTATUS status = params->prepare ? params->prepare(r, params) : STATUS_SUCCESS;
	bool made;

	if (!NT_SUCCESS(status))
		return status;
	if (!params->make)
		return registry_find(r, params->from, params->path, out);
	make = (struct registry_make_params){
		.from = params->from,
		.path = params->path,
		.is_volatile = params->is_volatile,
		.parents = params->parents,
	};
	status = registry_make(r, &make, out, &made);
	if (NT_SUCCESS(status) && params->out_disposition)
		*params->out_disposition = made ? REG_CREATED_NEW_KEY : REG_OPENED_EXISTING_KEY;
	return status;
}

static NTSTATUS open_in_registry(struct fx_driver *driver, struct fx_key_open_params *params,
				 registry_key *out)
{
	struct registry *r;
	NTSTATUS status = fx_key_enter(driver, params->make, &r);

	return NT_SUCCESS(status) ? fx_key_leave(driver, r, find_or_make(r, params, out)) : status;
}

NTSTATUS fx_key_open(struct fx_driver *driver, struct fx_key_open_params *params,
		     PWDF_OBJECT_ATTRIBUTES attrs, WDFKEY *out)
{
	struct fx_object *obj;
	struct fx_key *key;
	NTSTATUS status = fx_support_new(&key_class, sizeof(struct fx_key), driver, attrs, &obj);

	if (!NT_SUCCESS(status))
		return status;
	key = uw_container_of(obj, struct fx_key, base);
	registry_hold();
	key->holds = true;
	key->granted = rights(params->desired);
	status = open_in_registry(driver, params, &key->key);
	if (!NT_SUCCESS(status)) {
		fx_object_delete(obj);
		return status;
	}
	return fx_object_publish(obj, attrs, out);
}

/* --- values --- */

static NTSTATUS begin_value(const struct fx_key *key, PCUNICODE_STRING name, ACCESS_MASK right,
			    struct registry_name *out, struct registry **out_r)
{
	NTSTATUS status = fx_key_check_text(name);

	if (NT_SUCCESS(status) && !(key->granted & right))
		status = STATUS_ACCESS_DENIED;
	if (NT_SUCCESS(status))
		status = registry_name_from(out, name, REGISTRY_VALUE_NAME_MAX);
	if (!NT_SUCCESS(status))
		return status;
	status = fx_key_enter(key->base.driver, false, out_r);
	if (!NT_SUCCESS(status))
		registry_name_deinit(out);
	return status;
}

static NTSTATUS end_value(const struct fx_key *key, struct registry_name *name, struct registry *r,
			  NTSTATUS status)
{
	registry_name_deinit(name);
	return fx_key_leave(key->base.driver, r, status);
}

NTSTATUS fx_key_get(const struct fx_key *key, PCUNICODE_STRING name, struct registry_value *out)
{
	struct registry_name both;
	struct registry *r;
	NTSTATUS status = begin_value(key, name, KEY_QUERY_VALUE, &both, &r);

	if (!NT_SUCCESS(status))
		return status;
	return end_value(key, &both, r, registry_get(r, key->key, both.folded, out));
}

NTSTATUS fx_key_set(const struct fx_key *key, PCUNICODE_STRING name,
		    const struct registry_value *value)
{
	struct registry_name both;
	struct registry *r;
	NTSTATUS status = begin_value(key, name, KEY_SET_VALUE, &both, &r);

	if (!NT_SUCCESS(status))
		return status;
	return end_value(key, &both, r, registry_set(r, key->key, both.text, both.folded, value));
}

NTSTATUS fx_key_unset(const struct fx_key *key, PCUNICODE_STRING name)
{
	struct registry_name both;
	struct registry *r;
	NTSTATUS status = begin_value(key, name, KEY_SET_VALUE, &both, &r);

	if (!NT_SUCCESS(status))
		return status;
	return end_value(key, &both, r, registry_unset(r, key->key, both.folded));
}

char *fx_key_driver_path(const struct fx_driver *driver, const char *below)
{
	char *service = registry_utf8(driver->registry_path,
				      driver->registry_path_string.Length / sizeof(WCHAR));
	char *path = NULL;

	if (service)
		path = mem_asprintf("%s\\%s", registry_path_below_root(service), below);
	mem_free(service);
	return path;
}
