/* SPDX-License-Identifier: MIT */
#include "nt/key_handle.h"

#include "base/log.h"
#include "base/mem.h"

static void free_key(struct nt_object *obj)
{
	registry_release();
	mem_free(uw_container_of(obj, struct nt_key, base));
}

NTSTATUS nt_key_handle_new(const struct nt_key_params *params, HANDLE *out)
{
	struct nt_key *key = mem_calloc(1, sizeof(*key));
	NTSTATUS status;

	if (!key)
		return STATUS_INSUFFICIENT_RESOURCES;
	key->base = (struct nt_object){
		.kind = NT_KEY,
		.refs = 1,
		.framework_s = params->framework_s,
		.granted = params->granted,
		.free = free_key,
	};
	key->key = params->key;
	registry_hold();
	status = nt_handle_new(&key->base, out);
	if (!NT_SUCCESS(status))
		nt_object_unref(&key->base);
	return status;
}

NTSTATUS nt_registry_enter(bool create, struct registry **out)
{
	struct report rep = REPORT_INIT;
	NTSTATUS status = registry_enter(create, &rep, out);

	if (!NT_SUCCESS(status) && rep.text[0])
		log_error("registry", "%s", rep.text);
	return status;
}
