/* SPDX-License-Identifier: MIT */
/*
 * database.h - a connection to one database file; database.c alone knows sqlite3.
 *
 * A user brings its statements as text and names them by their number; each is prepared at its
 * first use and kept. One is used so: bind its parameters (counted from 1), step until there is no
 * row, or finish it earlier. Columns (counted from 0) are those of the row stepped to; pointers
 * into them are good until the next step.
 *
 * Threads: one at a time. PASSIVE level; waits for the disk, and up to busy_ms for other processes.
 * Return: STATUS_REGISTRY_CORRUPT the file is damaged or no database; STATUS_REGISTRY_IO_FAILED,
 * STATUS_DISK_FULL, STATUS_ACCESS_DENIED, STATUS_INSUFFICIENT_RESOURCES; STATUS_IO_TIMEOUT another
 * process did not let go. database_trouble() has the words for it.
 */
#ifndef FX_DATABASE_H
#define FX_DATABASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "wdf.h"

#define DATABASE_STATEMENTS_MAX 24 /* of the user */
#define DATABASE_STATEMENTS_OWN 6

struct sqlite3;
struct sqlite3_stmt;

struct database {
	struct sqlite3 *connection;  /* owned */
	const char *const *sql;      /* borrowed from the params */
	const unsigned int *busy_ms; /* the same */
	uint64_t busy_until;         /* deadline of the wait that goes on */
	bool in_transaction;         /* database_begin() */
	char trouble[256];
	/* owned, prepared at first use */
	struct sqlite3_stmt *statements[DATABASE_STATEMENTS_MAX + DATABASE_STATEMENTS_OWN];
};

struct database_params {
	const char *path;
	bool create;                 /* the file, if there is none */
	const char *const *sql;      /* up to DATABASE_STATEMENTS_MAX; outlives the database */
	const unsigned int *busy_ms; /* read at each wait; outlives the database */
};

/* Opens the file; foreign keys are enforced. After a failure, too, database_deinit(). */
NTSTATUS database_init(struct database *db, const struct database_params *params) UW_MUST_CHECK;
/* An open transaction is rolled back. */
void database_deinit(struct database *db);
/* A new file gets a write-ahead log; two processes may do this at once. */
NTSTATUS database_use_wal(struct database *db) UW_MUST_CHECK;
/*
 * The whole file: STATUS_REGISTRY_CORRUPT and in @why what was found. @why is empty if the check
 * itself failed.
 */
NTSTATUS database_check(struct database *db, char *why, size_t len) UW_MUST_CHECK;

/* Several changes as one. Not nested. */
NTSTATUS database_begin(struct database *db) UW_MUST_CHECK;
/* Nothing is changed, and all is seen as of one moment; others may write. database_rollback(). */
NTSTATUS database_begin_reading(struct database *db) UW_MUST_CHECK;
NTSTATUS database_commit(struct database *db) UW_MUST_CHECK; /* on failure: rolled back */
void database_rollback(struct database *db);

/* Text and data stay where they are until the statement is finished. A NULL text is an SQL NULL. */
NTSTATUS database_bind_number(struct database *db, unsigned int which, int at,
			      int64_t number) UW_MUST_CHECK;
NTSTATUS database_bind_text(struct database *db, unsigned int which, int at,
			    const char *text) UW_MUST_CHECK;
NTSTATUS database_bind_blob(struct database *db, unsigned int which, int at, const void *data,
			    int len) UW_MUST_CHECK;
/*
 * @out_row: there is a row, and the statement stays open for its columns; else it is finished.
 * STATUS_OBJECT_NAME_COLLISION a row that must be the only one is there; STATUS_KEY_DELETED a row
 * would refer to one that is not there.
 */
NTSTATUS database_step(struct database *db, unsigned int which, bool *out_row) UW_MUST_CHECK;
void database_finish(struct database *db, unsigned int which);

int64_t database_column_number(const struct database *db, unsigned int which, int column);
/* NULL: no memory. */
const char *database_column_text(const struct database *db, unsigned int which, int column);
const void *database_column_blob(const struct database *db, unsigned int which, int column,
				 int *out_len);

int64_t database_last_row(const struct database *db); /* the number of the row last inserted */
bool database_changed(const struct database *db);     /* the last statement changed a row */

/* Any statements, separated by semicolons, that give nothing back. */
NTSTATUS database_exec(struct database *db, const char *text) UW_MUST_CHECK;
/* A statement that gives one number; 0 if it gives none. */
NTSTATUS database_number(struct database *db, const char *text, int64_t *out) UW_MUST_CHECK;

#endif
