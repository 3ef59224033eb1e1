/* SPDX-License-Identifier: MIT */
/* registry.c - paths of keys. */
#include "support/registry.h"

#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "support/registry_name.h"

/* The path's next part, which @path moves behind; 0: there is none. */
static size_t next_part(const char **path, const char **part)
{
	*path += strspn(*path, "\\");
	*part = *path;
	*path += strcspn(*path, "\\");
	return (size_t)(*path - *part);
}

/* A zero-terminated copy, because that is what a name is made of. */
static NTSTATUS name_of_part(struct registry_name *name, const char *part, size_t len)
{
	char *text = mem_alloc(len + 1);
	NTSTATUS status;

	if (!text)
		return STATUS_INSUFFICIENT_RESOURCES;
	memcpy(text, part, len);
	text[len] = '\0';
	status = registry_name_init(name, text, REGISTRY_KEY_NAME_MAX);
	mem_free(text);
	return status;
}

const char *registry_path_below_root(const char *path)
{
	static const char root[] = "\\Registry";
	size_t len = sizeof(root) - 1;

	if (strncasecmp(path, root, len) != 0 || (path[len] && path[len] != '\\'))
		return NULL;
	return path + len;
}

/* How a step from a key to one below it is taken. */
typedef NTSTATUS step_fn(struct registry *r, const struct registry_make_params *params,
			 const struct registry_name *name, bool is_last, registry_key *key);

static NTSTATUS step_find(struct registry *r, const struct registry_make_params *params,
			  const struct registry_name *name, bool is_last, registry_key *key)
{
	(void)params;
	(void)is_last;
	return registry_child(r, *key, name->folded, key);
}

static NTSTATUS step_make(struct registry *r, const struct registry_make_params *params,
			  const struct registry_name *name, bool is_last, registry_key *key)
{
	NTSTATUS status = registry_child(r, *key, name->folded, key);

	if (status != STATUS_OBJECT_NAME_NOT_FOUND || !(is_last || params->parents))
		return status;
	return registry_add(r, *key, name->text, name->folded, params->is_volatile, key);
}

static NTSTATUS walk(struct registry *r, const struct registry_make_params *params, step_fn *step,
		     registry_key *out)
{
	const char *path = params->path, *part;
	registry_key key = params->from;
	NTSTATUS status = STATUS_SUCCESS;
	unsigned int depth = 0;
	size_t len;

	while (NT_SUCCESS(status) && (len = next_part(&path, &part))) {
		struct registry_name name;

		if (++depth > REGISTRY_DEPTH_MAX)
			return STATUS_OBJECT_NAME_INVALID;
		status = name_of_part(&name, part, len);
		if (!NT_SUCCESS(status))
			return status;
		status = step(r, params, &name, !path[strspn(path, "\\")], &key);
		registry_name_deinit(&name);
	}
	if (NT_SUCCESS(status))
		*out = key;
	return status;
}

NTSTATUS registry_find(struct registry *r, registry_key from, const char *path, registry_key *out)
{
	const struct registry_make_params params = { .from = from, .path = path };
	NTSTATUS status = registry_key_exists(r, from);

	return NT_SUCCESS(status) ? walk(r, &params, step_find, out) : status;
}

/* What is there already needs no transaction, which others would have to wait for. */
NTSTATUS registry_make(struct registry *r, const struct registry_make_params *params,
		       registry_key *out, bool *out_made)
{
	NTSTATUS status = registry_find(r, params->from, params->path, out);
	bool own = !registry_in_transaction(r);

	*out_made = false;
	if (status != STATUS_OBJECT_NAME_NOT_FOUND)
		return status;
	status = own ? registry_begin(r) : STATUS_SUCCESS;
	if (!NT_SUCCESS(status))
		return status;
	status = walk(r, params, step_make, out);
	*out_made = NT_SUCCESS(status);
	if (!own)
		return status;
	if (NT_SUCCESS(status))
		return registry_commit(r);
	registry_rollback(r);
	return status;
}

NTSTATUS registry_get_named(struct registry *r, registry_key key, const char *name,
			    struct registry_value *out)
{
	struct registry_name both;
	NTSTATUS status = registry_name_init(&both, name, REGISTRY_VALUE_NAME_MAX);

	if (!NT_SUCCESS(status))
		return status;
	status = registry_get(r, key, both.folded, out);
	registry_name_deinit(&both);
	return status;
}

NTSTATUS registry_set_named(struct registry *r, registry_key key, const char *name,
			    const struct registry_value *value)
{
	struct registry_name both;
	NTSTATUS status = registry_name_init(&both, name, REGISTRY_VALUE_NAME_MAX);

	if (!NT_SUCCESS(status))
		return status;
	status = registry_set(r, key, both.text, both.folded, value);
	registry_name_deinit(&both);
	return status;
}

NTSTATUS registry_unset_named(struct registry *r, registry_key key, const char *name)
{
	struct registry_name both;
	NTSTATUS status = registry_name_init(&both, name, REGISTRY_VALUE_NAME_MAX);

	if (!NT_SUCCESS(status))
		return status;
	status = registry_unset(r, key, both.folded);
	registry_name_deinit(&both);
	return status;
}
