/* SPDX-License-Identifier: MIT */
/* registry_schema.c - the tables of a registry file, and whether a file has them. */
#include "support/registry_schema.h"

#define SCHEMA_VERSION 1
#define APPLICATION_ID 0x75776466 /* "uwdf" */

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

/* Who made the file, and are there tables? */
struct header {
	int64_t id, version, tables;
};

static NTSTATUS read_header(struct database *db, struct header *out)
{
	NTSTATUS status = database_number(db, "PRAGMA application_id", &out->id);

	if (NT_SUCCESS(status))
		status = database_number(db, "PRAGMA user_version", &out->version);
	if (NT_SUCCESS(status))
		status = database_number(db, "SELECT count(*) FROM sqlite_schema", &out->tables);
	return status;
}

/* All of one moment: another process may be making the tables. */
static NTSTATUS look_at_header(struct database *db, struct header *out)
{
	NTSTATUS status = database_exec(db, "BEGIN");

	if (!NT_SUCCESS(status))
		return status;
	status = read_header(db, out);
	if (NT_SUCCESS(status))
		status = database_exec(db, "COMMIT");
	if (!NT_SUCCESS(status))
		database_rollback(db);
	return status;
}

static NTSTATUS make_schema(struct database *db)
{
	struct header header;
	NTSTATUS status = database_begin(db);

	if (!NT_SUCCESS(status))
		return status;
	status = read_header(db, &header); /* another process may have been first */
	if (NT_SUCCESS(status) && !header.tables)
		status = database_exec(db, schema);
	if (NT_SUCCESS(status))
		return database_commit(db);
	database_rollback(db);
	return status;
}

NTSTATUS registry_schema_prepare(struct database *db, const char *path, struct report *rep)
{
	struct header header = { 0 };
	NTSTATUS status = look_at_header(db, &header);

	if (!NT_SUCCESS(status))
		return status;
	if (!header.id && !header.tables) {
		status = database_use_wal(db);
		return NT_SUCCESS(status) ? make_schema(db) : status;
	}
	if (header.id != APPLICATION_ID) {
		report_say(rep, "registry %s: this is a database of another program", path);
		report_hint(rep, "UWDF_REGISTRY=/path/of/your/registry.db chooses another file");
		return STATUS_OBJECT_TYPE_MISMATCH;
	}
	if (header.version != SCHEMA_VERSION) {
		report_say(rep, "registry %s: its layout has version %lld, this uwdf knows %d",
			   path, (long long)header.version, SCHEMA_VERSION);
		report_hint(rep, "use the newer uwdf that made it; nothing was changed");
		return STATUS_REVISION_MISMATCH;
	}
	return STATUS_SUCCESS;
}
