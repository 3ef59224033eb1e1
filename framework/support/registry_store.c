/* SPDX-License-Identifier: MIT */
/* registry_store.c - the registry's database: statements, transactions, what its errors mean. */
#include "support/registry_store.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "base/exec.h"
#include "base/mem.h"
#include "base/sys.h"

#define SCHEMA_VERSION 1
#define APPLICATION_ID 0x75776466 /* "uwdf" */

unsigned int registry_busy_ms = 5000;

enum statement {
	BEGIN,
	COMMIT,
	ROLLBACK,
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
	CHECK,
	CHECK_LINKS,
	STATEMENTS,
};

static const char *const sql[STATEMENTS] = {
	[BEGIN] = "BEGIN IMMEDIATE",
	[COMMIT] = "COMMIT",
	[ROLLBACK] = "ROLLBACK",
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
	[CHECK] = "PRAGMA integrity_check(1)",
	[CHECK_LINKS] = "PRAGMA foreign_key_check",
};

static const char settings[] = "PRAGMA synchronous = NORMAL;" /* a kill loses nothing */
			       "PRAGMA foreign_keys = ON;"
			       "PRAGMA trusted_schema = OFF;"
			       "PRAGMA cell_size_check = ON;"
			       "PRAGMA temp_store = MEMORY;";

/* AUTOINCREMENT: the number of a removed key is never given to another one. */
static const char schema[] =
	"CREATE TABLE key("
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" parent INTEGER REFERENCES key(id) ON DELETE CASCADE,"
	" name TEXT NOT NULL, folded TEXT NOT NULL,"
	" boot TEXT," /* NULL: not volatile */
	" UNIQUE (parent, folded));"
	"CREATE INDEX key_boot ON key(boot) WHERE boot IS NOT NULL;"
	"CREATE TABLE value("
	" key INTEGER NOT NULL REFERENCES key(id) ON DELETE CASCADE,"
	" name TEXT NOT NULL, folded TEXT NOT NULL, type INTEGER NOT NULL, data BLOB NOT NULL,"
	" PRIMARY KEY (key, folded)) WITHOUT ROWID;"
	"INSERT INTO key(id, name, folded) VALUES (1, 'Registry', 'REGISTRY');"
	"INSERT INTO key(parent, name, folded) VALUES"
	" (1, 'Machine', 'MACHINE'), (1, 'User', 'USER'),"
	" (2, 'Hardware', 'HARDWARE'), (2, 'Software', 'SOFTWARE'), (2, 'System', 'SYSTEM'),"
	" (6, 'CurrentControlSet', 'CURRENTCONTROLSET'), (7, 'Control', 'CONTROL'),"
	" (7, 'Enum', 'ENUM'), (7, 'Services', 'SERVICES'), (8, 'Class', 'CLASS');"
	"PRAGMA application_id = 0x75776466;"
	"PRAGMA user_version = 1;";

struct registry {
	sqlite3 *db;
	sqlite3_stmt *statements[STATEMENTS]; /* prepared at first use */
	uint64_t busy_until;                  /* deadline of the wait that goes on */
	bool in_transaction;                  /* registry_begin() */
	char boot[64];                        /* names this boot */
	char trouble[256];
};

/* --- sqlite3's memory: counted and made to fail like all other --- */

#define SIZE_BYTES 16 /* before each block: what xSize answers; keeps the alignment */

static void *block_alloc(int len)
{
	char *block = mem_alloc((size_t)len + SIZE_BYTES);

	if (!block)
		return NULL;
	memcpy(block, &len, sizeof(len));
	return block + SIZE_BYTES;
}

static void block_free(void *at)
{
	mem_free(at ? (char *)at - SIZE_BYTES : NULL);
}

static void *block_realloc(void *at, int len)
{
	char *block = mem_realloc((char *)at - SIZE_BYTES, (size_t)len + SIZE_BYTES);

	if (!block)
		return NULL;
	memcpy(block, &len, sizeof(len));
	return block + SIZE_BYTES;
}

static int block_size(void *at)
{
	int len;

	memcpy(&len, (char *)at - SIZE_BYTES, sizeof(len));
	return len;
}

static int block_roundup(int len)
{
	return (len + 7) & ~7;
}

static int memory_init(void *arg)
{
	(void)arg;
	return SQLITE_OK;
}

static void memory_shutdown(void *arg)
{
	(void)arg;
}

/* Once a process; a program that used sqlite3 before us keeps the memory functions it has. */
static void use_our_memory(void)
{
	static bool done;
	static const sqlite3_mem_methods methods = {
		.xMalloc = block_alloc,
		.xFree = block_free,
		.xRealloc = block_realloc,
		.xSize = block_size,
		.xRoundup = block_roundup,
		.xInit = memory_init,
		.xShutdown = memory_shutdown,
	};

	if (!__atomic_exchange_n(&done, true, __ATOMIC_ACQ_REL))
		(void)sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
}

/* --- errors --- */

static NTSTATUS status_of(int code)
{
	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return STATUS_SUCCESS;
	case SQLITE_NOMEM:
	case SQLITE_TOOBIG:
		return STATUS_INSUFFICIENT_RESOURCES;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_PROTOCOL:
		return STATUS_IO_TIMEOUT;
	case SQLITE_PERM:
	case SQLITE_AUTH:
	case SQLITE_READONLY:
		return STATUS_ACCESS_DENIED;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return STATUS_REGISTRY_CORRUPT;
	case SQLITE_FULL:
		return STATUS_DISK_FULL;
	case SQLITE_IOERR:
		return code == SQLITE_IOERR_NOMEM ? STATUS_INSUFFICIENT_RESOURCES
						  : STATUS_REGISTRY_IO_FAILED;
	default:
		return STATUS_REGISTRY_IO_FAILED;
	}
}

UW_COLD static NTSTATUS failed(struct registry *r, int code)
{
	(void)snprintf(r->trouble, sizeof(r->trouble), "%s", sqlite3_errmsg(r->db));
	return status_of(code);
}

const char *registry_trouble(const struct registry *r)
{
	return r->trouble;
}

/* --- statements --- */

static int prepare(struct registry *r, enum statement which)
{
	if (r->statements[which])
		return SQLITE_OK;
	return sqlite3_prepare_v3(r->db, sql[which], -1, SQLITE_PREPARE_PERSISTENT,
				  &r->statements[which], NULL);
}

static void finish(struct registry *r, enum statement which)
{
	(void)sqlite3_reset(r->statements[which]); /* tells again what the step said */
	(void)sqlite3_clear_bindings(r->statements[which]);
}

/* One step: SQLITE_ROW leaves the statement open for its columns, all else is finished. */
static int step(struct registry *r, enum statement which)
{
	int code = sqlite3_step(r->statements[which]);

	if (code == SQLITE_ROW)
		return code;
	if (code != SQLITE_DONE)
		(void)failed(r, code);
	finish(r, which);
	return code;
}

/* A number and texts are bound in the order of the statement's parameters; NULL binds NULL. */
static int bind_texts(struct registry *r, enum statement which, registry_key key,
		      const char *const *texts, int count)
{
	int code = prepare(r, which);

	if (!code && key)
		code = sqlite3_bind_int64(r->statements[which], 1, key);
	for (int i = 0; !code && i < count; i++)
		code = sqlite3_bind_text(r->statements[which], i + (key ? 2 : 1), texts[i], -1,
					 SQLITE_STATIC);
	if (code)
		(void)failed(r, code);
	return code;
}

static int run(struct registry *r, enum statement which, registry_key key, const char *text)
{
	int code = bind_texts(r, which, key, &text, text != NULL);

	return code ? code : step(r, which);
}

/* The first column of the only row; @out_there: is there a row? */
static NTSTATUS ask(struct registry *r, enum statement which, registry_key key, const char *text,
		    int64_t *out, bool *out_there)
{
	int code = run(r, which, key, text);

	*out_there = code == SQLITE_ROW;
	if (code == SQLITE_ROW) {
		*out = sqlite3_column_int64(r->statements[which], 0);
		finish(r, which);
	}
	return status_of(code);
}

/* --- transactions --- */

NTSTATUS registry_begin(struct registry *r)
{
	NTSTATUS status = status_of(run(r, BEGIN, 0, NULL));

	r->in_transaction = NT_SUCCESS(status);
	return status;
}

void registry_rollback(struct registry *r)
{
	if (!sqlite3_get_autocommit(r->db))
		(void)run(r, ROLLBACK, 0, NULL);
	r->in_transaction = false;
}

NTSTATUS registry_commit(struct registry *r)
{
	NTSTATUS status = status_of(run(r, COMMIT, 0, NULL));

	if (!NT_SUCCESS(status))
		registry_rollback(r);
	r->in_transaction = false;
	return status;
}

bool registry_in_transaction(const struct registry *r)
{
	return r->in_transaction;
}

/* --- keys --- */

NTSTATUS registry_key_exists(struct registry *r, registry_key key)
{
	bool there;
	int64_t one;
	NTSTATUS status = ask(r, IS_KEY, key, NULL, &one, &there);

	return NT_SUCCESS(status) && !there ? STATUS_KEY_DELETED : status;
}

NTSTATUS registry_child(struct registry *r, registry_key parent, const char *folded,
			registry_key *out)
{
	bool there;
	NTSTATUS status = ask(r, FIND_CHILD, parent, folded, out, &there);

	return NT_SUCCESS(status) && !there ? STATUS_OBJECT_NAME_NOT_FOUND : status;
}

static NTSTATUS may_have_child(struct registry *r, registry_key parent, bool is_volatile)
{
	bool there;
	int64_t parent_is_volatile = 0;
	NTSTATUS status = ask(r, IS_VOLATILE, parent, NULL, &parent_is_volatile, &there);

	if (!NT_SUCCESS(status))
		return status;
	if (!there)
		return STATUS_KEY_DELETED;
	return parent_is_volatile && !is_volatile ? STATUS_CHILD_MUST_BE_VOLATILE : STATUS_SUCCESS;
}

/* A constraint that stopped a statement is no trouble of the file. */
static NTSTATUS constraint(int code, NTSTATUS unique)
{
	if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY)
		return unique;
	if (code == SQLITE_CONSTRAINT_FOREIGNKEY)
		return STATUS_KEY_DELETED;
	return status_of(code);
}

NTSTATUS registry_add(struct registry *r, registry_key parent, const char *name, const char *folded,
		      bool is_volatile, registry_key *out)
{
	const char *texts[] = { name, folded, is_volatile ? r->boot : NULL };
	NTSTATUS status = may_have_child(r, parent, is_volatile);
	int code;

	if (!NT_SUCCESS(status))
		return status;
	code = bind_texts(r, ADD_KEY, parent, texts, UW_ARRAY_SIZE(texts));
	if (!code)
		code = step(r, ADD_KEY);
	if (code != SQLITE_DONE)
		return constraint(code, STATUS_OBJECT_NAME_COLLISION);
	*out = sqlite3_last_insert_rowid(r->db);
	return STATUS_SUCCESS;
}

NTSTATUS registry_remove(struct registry *r, registry_key key, bool whole_tree)
{
	NTSTATUS status = status_of(run(r, whole_tree ? REMOVE_TREE : REMOVE_LEAF, key, NULL));

	if (!NT_SUCCESS(status) || sqlite3_changes(r->db))
		return status;
	status = registry_key_exists(r, key);
	return NT_SUCCESS(status) ? STATUS_CANNOT_DELETE : status;
}

/* --- values --- */

/* Four zero bytes more: text that lacks its end has one here. */
static NTSTATUS copy_value(sqlite3_stmt *row, int column, struct registry_value *out)
{
	const void *data;
	int len;

	out->type = (ULONG)sqlite3_column_int64(row, column);
	data = sqlite3_column_blob(row, column + 1); /* before the length, see its manual */
	len = sqlite3_column_bytes(row, column + 1);
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
	int code = run(r, GET_VALUE, key, folded);
	NTSTATUS status;

	if (code == SQLITE_DONE)
		return no_such_value(r, key);
	if (code != SQLITE_ROW)
		return status_of(code);
	status = copy_value(r->statements[GET_VALUE], 0, out);
	finish(r, GET_VALUE);
	return status;
}

NTSTATUS registry_set(struct registry *r, registry_key key, const char *name, const char *folded,
		      const struct registry_value *value)
{
	const char *texts[] = { name, folded };
	int code;

	if (value->len > REGISTRY_DATA_MAX)
		return STATUS_INSUFFICIENT_RESOURCES;
	code = bind_texts(r, SET_VALUE, key, texts, UW_ARRAY_SIZE(texts));
	if (!code)
		code = sqlite3_bind_int64(r->statements[SET_VALUE], 4, value->type);
	if (!code) /* a NULL pointer would be an SQL NULL, not an empty value */
		code = sqlite3_bind_blob(r->statements[SET_VALUE], 5, value->len ? value->data : "",
					 (int)value->len, SQLITE_STATIC);
	if (!code)
		code = step(r, SET_VALUE);
	return code == SQLITE_DONE ? STATUS_SUCCESS : constraint(code, STATUS_INTERNAL_ERROR);
}

NTSTATUS registry_unset(struct registry *r, registry_key key, const char *folded)
{
	NTSTATUS status = status_of(run(r, UNSET_VALUE, key, folded));

	if (!NT_SUCCESS(status) || sqlite3_changes(r->db))
		return status;
	return no_such_value(r, key);
}

/* --- lists --- */

static const char *column_text(sqlite3_stmt *row, int column)
{
	return (const char *)sqlite3_column_text(row, column);
}

static NTSTATUS give_key(sqlite3_stmt *row, registry_key_fn *fn, void *arg)
{
	const char *name = column_text(row, 1);

	return name ? fn(arg, sqlite3_column_int64(row, 0), name, sqlite3_column_int(row, 2))
		    : STATUS_INSUFFICIENT_RESOURCES;
}

NTSTATUS registry_each_key(struct registry *r, registry_key parent, registry_key_fn *fn, void *arg)
{
	int code = run(r, LIST_KEYS, parent, NULL);
	NTSTATUS status = STATUS_SUCCESS;

	while (code == SQLITE_ROW) {
		status = give_key(r->statements[LIST_KEYS], fn, arg);
		if (!NT_SUCCESS(status))
			break;
		code = step(r, LIST_KEYS);
	}
	if (code == SQLITE_ROW)
		finish(r, LIST_KEYS);
	return NT_SUCCESS(status) ? status_of(code) : status;
}

static NTSTATUS give_value(sqlite3_stmt *row, registry_value_fn *fn, void *arg)
{
	const char *name = column_text(row, 0);
	struct registry_value value;
	NTSTATUS status;

	if (!name)
		return STATUS_INSUFFICIENT_RESOURCES;
	status = copy_value(row, 1, &value);
	if (!NT_SUCCESS(status))
		return status;
	status = fn(arg, name, &value);
	registry_value_free(&value);
	return status;
}

NTSTATUS registry_each_value(struct registry *r, registry_key key, registry_value_fn *fn, void *arg)
{
	int code = run(r, LIST_VALUES, key, NULL);
	NTSTATUS status = STATUS_SUCCESS;

	while (code == SQLITE_ROW) {
		status = give_value(r->statements[LIST_VALUES], fn, arg);
		if (!NT_SUCCESS(status))
			break;
		code = step(r, LIST_VALUES);
	}
	if (code == SQLITE_ROW)
		finish(r, LIST_VALUES);
	return NT_SUCCESS(status) ? status_of(code) : status;
}

/* --- the file --- */

static int on_busy(void *arg, int count)
{
	struct registry *r = arg;

	if (!count)
		r->busy_until = exec_deadline_ms(registry_busy_ms);
	if (exec_now_ns() >= r->busy_until)
		return 0;
	exec_sleep_ms(count < 10 ? 1 : 10);
	return 1;
}

static int pragma_number(struct registry *r, const char *text, int64_t *out)
{
	sqlite3_stmt *row;
	int code = sqlite3_prepare_v2(r->db, text, -1, &row, NULL);

	if (code)
		return code;
	code = sqlite3_step(row);
	if (code == SQLITE_ROW)
		*out = sqlite3_column_int64(row, 0);
	(void)sqlite3_finalize(row);
	return code == SQLITE_ROW ? SQLITE_OK : code;
}

/* Two processes may do this to a new file at once; sqlite3 does not wait here by itself. */
static int use_wal(struct registry *r)
{
	uint64_t until = exec_deadline_ms(registry_busy_ms);
	int code;

	while ((code = sqlite3_exec(r->db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL)) ==
		       SQLITE_BUSY &&
	       exec_now_ns() < until)
		exec_sleep_ms(2);
	return code;
}

/* Who made the file, and are there tables? */
static int read_header(struct registry *r, int64_t *id, int64_t *version, int64_t *tables)
{
	int code = pragma_number(r, "PRAGMA application_id", id);

	if (!code)
		code = pragma_number(r, "PRAGMA user_version", version);
	if (!code)
		code = pragma_number(r, "SELECT count(*) FROM sqlite_schema", tables);
	return code;
}

static NTSTATUS make_schema(struct registry *r)
{
	int64_t id, version, tables;
	NTSTATUS status = registry_begin(r);
	int code;

	if (!NT_SUCCESS(status))
		return status;
	code = read_header(r, &id, &version, &tables); /* another process may have been first */
	if (!code && !tables)
		code = sqlite3_exec(r->db, schema, NULL, NULL, NULL);
	if (!code)
		return registry_commit(r);
	status = failed(r, code);
	registry_rollback(r);
	return status;
}

static NTSTATUS check_header(struct registry *r, const char *path, struct report *rep)
{
	int64_t id = 0, version = 0, tables = 0;
	int code = read_header(r, &id, &version, &tables);

	if (code)
		return failed(r, code);
	if (!id && !tables) {
		code = use_wal(r);
		return code ? failed(r, code) : make_schema(r);
	}
	if (id != APPLICATION_ID) {
		report_say(rep, "registry %s: this is a database of another program", path);
		report_hint(rep, "UWDF_REGISTRY=/path/of/your/registry.db chooses another file");
		return STATUS_OBJECT_TYPE_MISMATCH;
	}
	if (version != SCHEMA_VERSION) {
		report_say(rep, "registry %s: its layout has version %lld, this uwdf knows %d",
			   path, (long long)version, SCHEMA_VERSION);
		report_hint(rep, "use the newer uwdf that made it; nothing was changed");
		return STATUS_REVISION_MISMATCH;
	}
	return STATUS_SUCCESS;
}

/* Volatile keys of an earlier boot. */
static NTSTATUS drop_stale(struct registry *r)
{
	int64_t stale = 0;
	bool there;
	NTSTATUS status;

	if (sys_read_file("/proc/sys/kernel/random/boot_id", r->boot, sizeof(r->boot)) < 0)
		(void)snprintf(r->boot, sizeof(r->boot), "boot");
	r->boot[strcspn(r->boot, "\n")] = '\0';
	status = ask(r, HAS_STALE, 0, r->boot, &stale, &there);
	if (NT_SUCCESS(status) && stale)
		status = status_of(run(r, DROP_STALE, 0, r->boot));
	return status;
}

static NTSTATUS set_up(struct registry *r, const char *path, struct report *rep)
{
	NTSTATUS status;
	int code;

	(void)sqlite3_extended_result_codes(r->db, 1);
	(void)sqlite3_busy_handler(r->db, on_busy, r);
	(void)sqlite3_db_config(r->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	code = sqlite3_exec(r->db, settings, NULL, NULL, NULL);
	if (code)
		return failed(r, code);
	status = check_header(r, path, rep);
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

static NTSTATUS open_file(struct registry *r, const char *path, bool create)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
	int code = sqlite3_open_v2(path, &r->db, flags | (create ? SQLITE_OPEN_CREATE : 0), NULL);

	if (!code)
		return STATUS_SUCCESS;
	if (!r->db)
		return STATUS_INSUFFICIENT_RESOURCES;
	return failed(r, code);
}

NTSTATUS registry_open(const char *path, bool create, struct report *rep, struct registry **out)
{
	struct registry *r;
	NTSTATUS status;
	struct stat st;

	if (!create && sys_stat(path, &st) == -ENOENT)
		return STATUS_OBJECT_NAME_NOT_FOUND;
	use_our_memory();
	r = mem_calloc(1, sizeof(*r));
	if (!r)
		return STATUS_INSUFFICIENT_RESOURCES;
	status = open_file(r, path, create);
	if (NT_SUCCESS(status))
		status = set_up(r, path, rep);
	if (!NT_SUCCESS(status)) {
		explain(status, path, r->trouble[0] ? r->trouble : "no memory", rep);
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
	for (unsigned int i = 0; i < STATEMENTS; i++)
		(void)sqlite3_finalize(r->statements[i]);
	(void)sqlite3_close(r->db);
	mem_free(r);
}

static NTSTATUS check_pages(struct registry *r, struct report *rep)
{
	int code = run(r, CHECK, 0, NULL);
	const char *found;
	bool sound;

	if (code != SQLITE_ROW)
		return status_of(code);
	found = column_text(r->statements[CHECK], 0);
	sound = found && !strcmp(found, "ok");
	if (!sound)
		report_say(rep, "the registry is damaged: %s", found ? found : "?");
	finish(r, CHECK);
	return sound ? STATUS_SUCCESS : STATUS_REGISTRY_CORRUPT;
}

NTSTATUS registry_check(struct registry *r, struct report *rep)
{
	NTSTATUS status = check_pages(r, rep);
	int code;

	if (!NT_SUCCESS(status))
		return status;
	code = run(r, CHECK_LINKS, 0, NULL);
	if (code != SQLITE_ROW)
		return status_of(code);
	finish(r, CHECK_LINKS);
	report_say(rep, "the registry is damaged: something hangs on a key that is not there");
	return STATUS_REGISTRY_CORRUPT;
}
