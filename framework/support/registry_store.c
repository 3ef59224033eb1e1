/* SPDX-License-Identifier: MIT */
/* registry_store.c - keys and values: the statements on their tables. */
#include "support/registry_store.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/sys.h"
#include "support/database.h"
#include "support/registry_schema.h"

unsigned int registry_busy_ms = 5000;

enum statement {
	FIND_CHILD,
	ADD_KEY,
	REMOVE_LEAF,
	REMOVE_TREE,
	IS_KEY,
	IS_VOLATILE,
	HAS_STALE,
	DROP_STALE,
	GET_VALUE,
	SET_VALUE,
	UNSET_VALUE,
	LIST_KEYS,
	LIST_VALUES,
	STATEMENTS,
};

static const char *const sql[STATEMENTS] = {
	[FIND_CHILD] = "SELECT id FROM key WHERE parent = ?1 AND folded = ?2",
	[ADD_KEY] = "INSERT INTO key(parent, name, folded, boot) VALUES (?1, ?2, ?3, ?4)",
	[REMOVE_LEAF] = ("DELETE FROM key WHERE id = ?1 AND parent > 1 "
			 "AND NOT EXISTS (SELECT 1 FROM key AS child WHERE child.parent = ?1)"),
	[REMOVE_TREE] = "DELETE FROM key WHERE id = ?1 AND parent > 1",
	[IS_KEY] = "SELECT 1 FROM key WHERE id = ?1",
	[IS_VOLATILE] = "SELECT boot IS NOT NULL FROM key WHERE id = ?1",
	[HAS_STALE] = "SELECT EXISTS (SELECT 1 FROM key WHERE boot IS NOT NULL AND boot <> ?1)",
	[DROP_STALE] = "DELETE FROM key WHERE boot IS NOT NULL AND boot <> ?1",
	[GET_VALUE] = "SELECT type, data FROM value WHERE key = ?1 AND folded = ?2",
	[SET_VALUE] =
		("INSERT INTO value(key, name, folded, type, data) VALUES (?1, ?2, ?3, ?4, ?5) "
		 "ON CONFLICT (key, folded) DO UPDATE SET type = ?4, data = ?5"),
	[UNSET_VALUE] = "DELETE FROM value WHERE key = ?1 AND folded = ?2",
	[LIST_KEYS] =
		"SELECT id, name, boot IS NOT NULL FROM key WHERE parent = ?1 ORDER BY folded",
	[LIST_VALUES] = "SELECT name, type, data FROM value WHERE key = ?1 ORDER BY folded",
};

_Static_assert(STATEMENTS <= DATABASE_STATEMENTS_MAX, "room for every statement");

struct registry {
	struct database db;
	char boot[64]; /* names this boot */
};

const char *registry_trouble(const struct registry *r)
{
	return r->db.trouble;
}

/* --- statements --- */

/* A number and texts are bound in the order of the statement's parameters; NULL binds NULL. */
static NTSTATUS bind_texts(struct registry *r, enum statement which, registry_key key,
			   const char *const *texts, int count)
{
	NTSTATUS status = key ? database_bind_number(&r->db, which, 1, key) : STATUS_SUCCESS;

	for (int i = 0; NT_SUCCESS(status) && i < count; i++)
		status = database_bind_text(&r->db, which, i + (key ? 2 : 1), texts[i]);
	return status;
}

/* @out_row: as database_step(). */
static NTSTATUS ask(struct registry *r, enum statement which, registry_key key, const char *text,
		    bool *out_row)
{
	NTSTATUS status = bind_texts(r, which, key, &text, text != NULL);

	*out_row = false;
	return NT_SUCCESS(status) ? database_step(&r->db, which, out_row) : status;
}

/* What gives no row. */
static NTSTATUS run(struct registry *r, enum statement which, registry_key key, const char *text)
{
	bool row;

	return ask(r, which, key, text, &row);
}

/* The first column of the only row; @out_there: is there a row? */
static NTSTATUS ask_number(struct registry *r, enum statement which, registry_key key,
			   const char *text, int64_t *out, bool *out_there)
{
	NTSTATUS status = ask(r, which, key, text, out_there);

	if (*out_there) {
		*out = database_column_number(&r->db, which, 0);
		database_finish(&r->db, which);
	}
	return status;
}

/* --- transactions --- */

NTSTATUS registry_begin(struct registry *r)
{
	return database_begin(&r->db);
}

NTSTATUS registry_begin_reading(struct registry *r)
{
	return database_begin_reading(&r->db);
}

void registry_rollback(struct registry *r)
{
	database_rollback(&r->db);
}

NTSTATUS registry_commit(struct registry *r)
{
	return database_commit(&r->db);
}

bool registry_in_transaction(const struct registry *r)
{
	return r->db.in_transaction;
}

/* --- keys --- */

NTSTATUS registry_key_exists(struct registry *r, registry_key key)
{
	bool there;
	int64_t one;
	NTSTATUS status = ask_number(r, IS_KEY, key, NULL, &one, &there);

	return NT_SUCCESS(status) && !there ? STATUS_KEY_DELETED : status;
}

NTSTATUS registry_child(struct registry *r, registry_key parent, const char *folded,
			registry_key *out)
{
	bool there;
	NTSTATUS status = ask_number(r, FIND_CHILD, parent, folded, out, &there);

	return NT_SUCCESS(status) && !there ? STATUS_OBJECT_NAME_NOT_FOUND : status;
}

static NTSTATUS may_have_child(struct registry *r, registry_key parent, bool is_volatile)
{
	bool there;
	int64_t parent_is_volatile = 0;
	NTSTATUS status = ask_number(r, IS_VOLATILE, parent, NULL, &parent_is_volatile, &there);

	if (!NT_SUCCESS(status))
		return status;
	if (!there)
		return STATUS_KEY_DELETED;
	return parent_is_volatile && !is_volatile ? STATUS_CHILD_MUST_BE_VOLATILE : STATUS_SUCCESS;
}

NTSTATUS registry_add(struct registry *r, registry_key parent, const char *name, const char *folded,
		      bool is_volatile, registry_key *out)
{
	const char *texts[] = { name, folded, is_volatile ? r->boot : NULL };
	NTSTATUS status = may_have_child(r, parent, is_volatile);
	bool row;

	if (NT_SUCCESS(status))
		status = bind_texts(r, ADD_KEY, parent, texts, UW_ARRAY_SIZE(texts));
	if (NT_SUCCESS(status))
		status = database_step(&r->db, ADD_KEY, &row);
	if (NT_SUCCESS(status))
		*out = database_last_row(&r->db);
	return status;
}

NTSTATUS registry_remove(struct registry *r, registry_key key, bool whole_tree)
{
	NTSTATUS status = run(r, whole_tree ? REMOVE_TREE : REMOVE_LEAF, key, NULL);

	if (!NT_SUCCESS(status) || database_changed(&r->db))
		return status;
	status = registry_key_exists(r, key);
	return NT_SUCCESS(status) ? STATUS_CANNOT_DELETE : status;
}

/* --- values --- */

/* Four zero bytes more: text that lacks its end has one here. */
static NTSTATUS copy_value(struct registry *r, enum statement row, int column,
			   struct registry_value *out)
{
	const void *data;
	int len;

	out->type = (ULONG)database_column_number(&r->db, row, column);
	data = database_column_blob(&r->db, row, column + 1, &len);
	out->data = mem_calloc(1, (size_t)len + 4);
	if (!out->data)
		return STATUS_INSUFFICIENT_RESOURCES;
	if (len)
		memcpy(out->data, data, (size_t)len);
	out->len = (ULONG)len;
	return STATUS_SUCCESS;
}

void registry_value_free(struct registry_value *value)
{
	mem_free(value->data);
	value->data = NULL;
}

static NTSTATUS no_such_value(struct registry *r, registry_key key)
{
	NTSTATUS status = registry_key_exists(r, key);

	return NT_SUCCESS(status) ? STATUS_OBJECT_NAME_NOT_FOUND : status;
}

NTSTATUS registry_get(struct registry *r, registry_key key, const char *folded,
		      struct registry_value *out)
{
	bool row;
	NTSTATUS status = ask(r, GET_VALUE, key, folded, &row);

	if (!NT_SUCCESS(status))
		return status;
	if (!row)
		return no_such_value(r, key);
	status = copy_value(r, GET_VALUE, 0, out);
	database_finish(&r->db, GET_VALUE);
	return status;
}

NTSTATUS registry_set(struct registry *r, registry_key key, const char *name, const char *folded,
		      const struct registry_value *value)
{
	const char *texts[] = { name, folded };
	NTSTATUS status;
	bool row;

	if (value->len > REGISTRY_DATA_MAX)
		return STATUS_INSUFFICIENT_RESOURCES;
	status = bind_texts(r, SET_VALUE, key, texts, UW_ARRAY_SIZE(texts));
	if (NT_SUCCESS(status))
		status = database_bind_number(&r->db, SET_VALUE, 4, value->type);
	if (NT_SUCCESS(status))
		status = database_bind_blob(&r->db, SET_VALUE, 5, value->data, (int)value->len);
	return NT_SUCCESS(status) ? database_step(&r->db, SET_VALUE, &row) : status;
}

NTSTATUS registry_unset(struct registry *r, registry_key key, const char *folded)
{
	NTSTATUS status = run(r, UNSET_VALUE, key, folded);

	if (!NT_SUCCESS(status) || database_changed(&r->db))
		return status;
	return no_such_value(r, key);
}

/* --- lists --- */

static NTSTATUS give_key(struct registry *r, registry_key_fn *fn, void *arg)
{
	const char *name = database_column_text(&r->db, LIST_KEYS, 1);

	return name ? fn(arg, database_column_number(&r->db, LIST_KEYS, 0), name,
			 database_column_number(&r->db, LIST_KEYS, 2) != 0)
		    : STATUS_INSUFFICIENT_RESOURCES;
}

NTSTATUS registry_each_key(struct registry *r, registry_key parent, registry_key_fn *fn, void *arg)
{
	bool row;
	NTSTATUS status = ask(r, LIST_KEYS, parent, NULL, &row);

	while (NT_SUCCESS(status) && row) {
		status = give_key(r, fn, arg);
		if (NT_SUCCESS(status))
			status = database_step(&r->db, LIST_KEYS, &row);
	}
	if (row)
		database_finish(&r->db, LIST_KEYS);
	return status;
}

static NTSTATUS give_value(struct registry *r, registry_value_fn *fn, void *arg)
{
	const char *name = database_column_text(&r->db, LIST_VALUES, 0);
	struct registry_value value;
	NTSTATUS status;

	if (!name)
		return STATUS_INSUFFICIENT_RESOURCES;
	status = copy_value(r, LIST_VALUES, 1, &value);
	if (!NT_SUCCESS(status))
		return status;
	status = fn(arg, name, &value);
	registry_value_free(&value);
	return status;
}

NTSTATUS registry_each_value(struct registry *r, registry_key key, registry_value_fn *fn, void *arg)
{
	bool row;
	NTSTATUS status = ask(r, LIST_VALUES, key, NULL, &row);

	while (NT_SUCCESS(status) && row) {
		status = give_value(r, fn, arg);
		if (NT_SUCCESS(status))
			status = database_step(&r->db, LIST_VALUES, &row);
	}
	if (row)
		database_finish(&r->db, LIST_VALUES);
	return status;
}

/* --- the file --- */

/* Volatile keys of an earlier boot. */
static NTSTATUS drop_stale(struct registry *r)
{
	int64_t stale = 0;
	bool there;
	NTSTATUS status;

	if (sys_read_file("/proc/sys/kernel/random/boot_id", r->boot, sizeof(r->boot)) < 0)
		(void)snprintf(r->boot, sizeof(r->boot), "boot");
	r->boot[strcspn(r->boot, "\n")] = '\0';
	status = ask_number(r, HAS_STALE, 0, r->boot, &stale, &there);
	if (NT_SUCCESS(status) && stale)
		status = run(r, DROP_STALE, 0, r->boot);
	return status;
}

static NTSTATUS set_up(struct registry *r, const struct database_params *params, struct report *rep)
{
	NTSTATUS status = database_init(&r->db, params);

	if (NT_SUCCESS(status))
		status = registry_schema_prepare(&r->db, params->path, rep);
	return NT_SUCCESS(status) ? drop_stale(r) : status;
}

UW_COLD static void explain(NTSTATUS status, const char *path, const char *why, struct report *rep)
{
	if (!rep || rep->text[0])
		return;
	if (status == STATUS_REGISTRY_CORRUPT) {
		report_say(rep, "registry %s is damaged: %s; it was left as it is", path, why);
		report_hint(rep,
			    "sqlite3 '%s' .recover    # what can be saved; then move the file away",
			    path);
	} else {
		report_say(rep, "opening registry %s: %s", path, why);
		report_hint(rep, "UWDF_REGISTRY=/path/of/your/registry.db chooses another file");
	}
}

NTSTATUS registry_open(const char *path, bool create, struct report *rep, struct registry **out)
{
	const struct database_params params = {
		.path = path,
		.create = create,
		.sql = sql,
		.busy_ms = &registry_busy_ms,
	};
	struct registry *r;
	NTSTATUS status;
	struct stat st;

	if (!create && sys_stat(path, &st) == -ENOENT)
		return STATUS_OBJECT_NAME_NOT_FOUND;
	r = mem_calloc(1, sizeof(*r));
	if (!r)
		return STATUS_INSUFFICIENT_RESOURCES;
	status = set_up(r, &params, rep);
	if (!NT_SUCCESS(status)) {
		explain(status, path, r->db.trouble[0] ? r->db.trouble : "no memory", rep);
		registry_close(r);
		return status;
	}
	*out = r;
	return STATUS_SUCCESS;
}

void registry_close(struct registry *r)
{
	if (!r)
		return;
	database_deinit(&r->db);
	mem_free(r);
}

NTSTATUS registry_check(struct registry *r, struct report *rep)
{
	char why[sizeof(rep->text)];
	NTSTATUS status = database_check(&r->db, why, sizeof(why));

	if (why[0])
		report_say(rep, "the registry is damaged: %s", why);
	return status;
}
