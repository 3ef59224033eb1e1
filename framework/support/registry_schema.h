/* SPDX-License-Identifier: MIT */
/* registry_schema.h - the tables of a registry file, and whether a file has them. */
#ifndef FX_REGISTRY_SCHEMA_H
#define FX_REGISTRY_SCHEMA_H

#include "base/report.h"
#include "support/database.h"

/*
 * Makes the tables in a new file; an old one must have them. Threads: as database.h.
 * @path: how @rep calls the file.
 *
 * Return: STATUS_OBJECT_TYPE_MISMATCH a database of something else, STATUS_REVISION_MISMATCH a
 *         newer uwdf's, both with words in @rep and the file as it was; and those of database.h.
 */
NTSTATUS registry_schema_prepare(struct database *db, const char *path,
				 struct report *rep) UW_MUST_CHECK;

#endif
