/* SPDX-License-Identifier: MIT */
/* database.c - a connection to one database file: statements, transactions, what errors mean. */
#include "support/database.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "base/exec.h"
#include "base/mem.h"

/* Statements of our own come behind the user's. */
enum own_statement {
	BEGIN = DATABASE_STATEMENTS_MAX,
	BEGIN_READING,
	COMMIT,
	ROLLBACK,
	CHECK,
	CHECK_LINKS,
};

static const char *const own_sql[DATABASE_STATEMENTS_OWN] = {
	[BEGIN - DATABASE_STATEMENTS_MAX] = "BEGIN IMMEDIATE",
	[BEGIN_READING - DATABASE_STATEMENTS_MAX] = "BEGIN",
	[COMMIT - DATABASE_STATEMENTS_MAX] = "COMMIT",
	[ROLLBACK - DATABASE_STATEMENTS_MAX] = "ROLLBACK",
	[CHECK - DATABASE_STATEMENTS_MAX] = "PRAGMA integrity_check(1)",
	[CHECK_LINKS - DATABASE_STATEMENTS_MAX] = "PRAGMA foreign_key_check",
};

static const char settings[] = "PRAGMA synchronous = NORMAL;" /* a kill loses nothing */
			       "PRAGMA foreign_keys = ON;"
			       "PRAGMA trusted_schema = OFF;"
			       "PRAGMA cell_size_check = ON;"
			       "PRAGMA temp_store = MEMORY;";

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

/* A constraint that stopped a statement is no trouble of the file. */
static NTSTATUS constraint(int code)
{
	if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY)
		return STATUS_OBJECT_NAME_COLLISION;
	if (code == SQLITE_CONSTRAINT_FOREIGNKEY)
		return STATUS_KEY_DELETED;
	return STATUS_REGISTRY_IO_FAILED;
}

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
	case SQLITE_CONSTRAINT:
		return constraint(code);
	default:
		return STATUS_REGISTRY_IO_FAILED;
	}
}

UW_COLD static NTSTATUS failed(struct database *db, int code)
{
	(void)snprintf(db->trouble, sizeof(db->trouble), "%s", sqlite3_errmsg(db->connection));
	return status_of(code);
}

/* SQLITE_OK, too. */
static NTSTATUS crossed(struct database *db, int code)
{
	return code ? failed(db, code) : STATUS_SUCCESS;
}

/* --- statements --- */

static int prepare(struct database *db, unsigned int which)
{
	const char *text = which < DATABASE_STATEMENTS_MAX
				   ? db->sql[which]
				   : own_sql[which - DATABASE_STATEMENTS_MAX];

	if (db->statements[which])
		return SQLITE_OK;
	return sqlite3_prepare_v3(db->connection, text, -1, SQLITE_PREPARE_PERSISTENT,
				  &db->statements[which], NULL);
}

NTSTATUS database_bind_number(struct database *db, unsigned int which, int at, int64_t number)
{
	int code = prepare(db, which);

	if (!code)
		code = sqlite3_bind_int64(db->statements[which], at, number);
	return crossed(db, code);
}

NTSTATUS database_bind_text(struct database *db, unsigned int which, int at, const char *text)
{
	int code = prepare(db, which);

	if (!code)
		code = sqlite3_bind_text(db->statements[which], at, text, -1, SQLITE_STATIC);
	return crossed(db, code);
}

NTSTATUS database_bind_blob(struct database *db, unsigned int which, int at, const void *data,
			    int len)
{
	int code = prepare(db, which);

	if (!code) /* a NULL pointer would be an SQL NULL, not an empty value */
		code = sqlite3_bind_blob(db->statements[which], at, len ? data : "", len,
					 SQLITE_STATIC);
	return crossed(db, code);
}

void database_finish(struct database *db, unsigned int which)
{
	(void)sqlite3_reset(db->statements[which]); /* tells again what the step said */
	(void)sqlite3_clear_bindings(db->statements[which]);
}

static NTSTATUS step(struct database *db, unsigned int which, bool *out_row)
{
	int code = prepare(db, which);
	NTSTATUS status;

	*out_row = false;
	if (code)
		return failed(db, code);
	code = sqlite3_step(db->statements[which]);
	*out_row = code == SQLITE_ROW;
	if (*out_row)
		return STATUS_SUCCESS;
	status = code == SQLITE_DONE ? STATUS_SUCCESS : failed(db, code);
	database_finish(db, which);
	return status;
}

NTSTATUS database_step(struct database *db, unsigned int which, bool *out_row)
{
	return step(db, which, out_row);
}

int64_t database_column_number(const struct database *db, unsigned int which, int column)
{
	return sqlite3_column_int64(db->statements[which], column);
}

const char *database_column_text(const struct database *db, unsigned int which, int column)
{
	return (const char *)sqlite3_column_text(db->statements[which], column);
}

const void *database_column_blob(const struct database *db, unsigned int which, int column,
				 int *out_len)
{
	/* before the length, see its manual */
	const void *data = sqlite3_column_blob(db->statements[which], column);

	*out_len = sqlite3_column_bytes(db->statements[which], column);
	return data;
}

int64_t database_last_row(const struct database *db)
{
	return sqlite3_last_insert_rowid(db->connection);
}

bool database_changed(const struct database *db)
{
	return sqlite3_changes(db->connection) != 0;
}

/* --- without parameters --- */

NTSTATUS database_exec(struct database *db, const char *text)
{
	return crossed(db, sqlite3_exec(db->connection, text, NULL, NULL, NULL));
}

NTSTATUS database_number(struct database *db, const char *text, int64_t *out)
{
	sqlite3_stmt *row;
	int code = sqlite3_prepare_v2(db->connection, text, -1, &row, NULL);

	if (code)
		return failed(db, code);
	code = sqlite3_step(row);
	*out = code == SQLITE_ROW ? sqlite3_column_int64(row, 0) : 0;
	(void)sqlite3_finalize(row); /* tells again what the step said */
	return code == SQLITE_ROW || code == SQLITE_DONE ? STATUS_SUCCESS : failed(db, code);
}

/* --- transactions --- */

static NTSTATUS begin(struct database *db, unsigned int how)
{
	bool row;
	NTSTATUS status = database_step(db, how, &row);

	db->in_transaction = NT_SUCCESS(status);
	return status;
}

NTSTATUS database_begin(struct database *db)
{
	return begin(db, BEGIN);
}

NTSTATUS database_begin_reading(struct database *db)
{
	return begin(db, BEGIN_READING);
}

void database_rollback(struct database *db)
{
	bool row;

	if (!sqlite3_get_autocommit(db->connection))
		(void)step(db, ROLLBACK, &row);
	db->in_transaction = false;
}

NTSTATUS database_commit(struct database *db)
{
	bool row;
	NTSTATUS status = database_step(db, COMMIT, &row);

	if (!NT_SUCCESS(status))
		database_rollback(db);
	db->in_transaction = false;
	return status;
}

/* --- the file --- */

static int on_busy(void *arg, int count)
{
	struct database *db = arg;

	if (!count)
		db->busy_until = exec_deadline_ms(*db->busy_ms);
	if (exec_now_ns() >= db->busy_until)
		return 0;
	exec_sleep_ms(count < 10 ? 1 : 10);
	return 1;
}

/* sqlite3 does not wait here by itself. */
NTSTATUS database_use_wal(struct database *db)
{
	uint64_t until = exec_deadline_ms(*db->busy_ms);
	int code;

	for (;;) {
		code = sqlite3_exec(db->connection, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
		/* the kind of busy is in the upper bits */
		if ((code & 0xff) != SQLITE_BUSY || exec_now_ns() >= until)
			break;
		exec_sleep_ms(2);
	}
	return crossed(db, code);
}

static NTSTATUS check_pages(struct database *db, char *why, size_t len)
{
	const char *found;
	bool row, sound;
	NTSTATUS status = database_step(db, CHECK, &row);

	if (!NT_SUCCESS(status) || !row)
		return status;
	found = database_column_text(db, CHECK, 0);
	sound = found && !strcmp(found, "ok");
	if (!sound)
		(void)snprintf(why, len, "%s", found ? found : "?");
	database_finish(db, CHECK);
	return sound ? STATUS_SUCCESS : STATUS_REGISTRY_CORRUPT;
}

NTSTATUS database_check(struct database *db, char *why, size_t len)
{
	bool row;
	NTSTATUS status;

	why[0] = '\0';
	status = check_pages(db, why, len);
	if (!NT_SUCCESS(status))
		return status;
	status = database_step(db, CHECK_LINKS, &row);
	if (!NT_SUCCESS(status) || !row)
		return status;
	database_finish(db, CHECK_LINKS);
	(void)snprintf(why, len, "something hangs on a key that is not there");
	return STATUS_REGISTRY_CORRUPT;
}

static NTSTATUS open_file(struct database *db, const char *path, bool create)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
	int code = sqlite3_open_v2(path, &db->connection, flags | (create ? SQLITE_OPEN_CREATE : 0),
				   NULL);

	if (!code)
		return STATUS_SUCCESS;
	return db->connection ? failed(db, code) : STATUS_INSUFFICIENT_RESOURCES;
}

NTSTATUS database_init(struct database *db, const struct database_params *params)
{
	NTSTATUS status;

	use_our_memory();
	*db = (struct database){ .sql = params->sql, .busy_ms = params->busy_ms };
	status = open_file(db, params->path, params->create);
	if (!NT_SUCCESS(status))
		return status;
	(void)sqlite3_extended_result_codes(db->connection, 1);
	(void)sqlite3_busy_handler(db->connection, on_busy, db);
	(void)sqlite3_db_config(db->connection, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	return database_exec(db, settings);
}

void database_deinit(struct database *db)
{
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(db->statements); i++)
		(void)sqlite3_finalize(db->statements[i]);
	(void)sqlite3_close(db->connection);
}
