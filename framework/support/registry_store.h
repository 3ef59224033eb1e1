/* SPDX-License-Identifier: MIT */
/*
 * registry_store.h - keys and values in one database file.
 *
 * A key is a number that is never used again, so that one kept past the key's removal is noticed.
 * Names come twice: as written, and folded (registry_name.h), which is what is compared. A volatile
 * key goes with the boot that it was made in.
 *
 * Every change is on disk, whole or not at all, when the call returns: a process may be killed at
 * any instruction. Several processes may use one file; who waits longer than registry_busy_ms for
 * another one's change gets STATUS_IO_TIMEOUT.
 *
 * Threads: one at a time in one struct registry (registry_shared.h has the lock). PASSIVE level.
 * Return: STATUS_REGISTRY_CORRUPT, STATUS_REGISTRY_IO_FAILED, STATUS_DISK_FULL,
 * STATUS_ACCESS_DENIED, STATUS_IO_TIMEOUT and STATUS_INSUFFICIENT_RESOURCES from every call.
 */
#ifndef FX_REGISTRY_STORE_H
#define FX_REGISTRY_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/report.h"
#include "wdf.h"

struct registry;
typedef int64_t registry_key;
#define REGISTRY_ROOT     ((registry_key)1) /* "\Registry" */
#define REGISTRY_DATA_MAX (16u << 20)       /* bytes of one value */

extern unsigned int registry_busy_ms; /* default 5000; for tests */

/**
 * registry_open() - open the file, making it (and its last folders) if @create says so.
 * @rep: says what is wrong with the file; a damaged file is refused and left as it is.
 *
 * Return: STATUS_SUCCESS; STATUS_OBJECT_NAME_NOT_FOUND there is no file and @create is false;
 *         STATUS_REVISION_MISMATCH a newer uwdf made it; STATUS_OBJECT_TYPE_MISMATCH a database
 *         of something else; and the above.
 */
NTSTATUS registry_open(const char *path, bool create, struct report *rep,
		       struct registry **out) UW_MUST_CHECK;
void registry_close(struct registry *r); /* NULL is fine; an open transaction is rolled back */
/* Why the last call failed: "database disk image is malformed". Valid until the next call. */
const char *registry_trouble(const struct registry *r);

/* Several changes as one. Not nested. */
NTSTATUS registry_begin(struct registry *r) UW_MUST_CHECK;
/* To read only: all is as it was in one moment. registry_rollback() ends it. */
NTSTATUS registry_begin_reading(struct registry *r) UW_MUST_CHECK;
NTSTATUS registry_commit(struct registry *r) UW_MUST_CHECK; /* on failure: rolled back */
void registry_rollback(struct registry *r);
bool registry_in_transaction(const struct registry *r);

/* STATUS_OBJECT_NAME_NOT_FOUND: @parent has no such key, or is none itself. */
NTSTATUS registry_child(struct registry *r, registry_key parent, const char *folded,
			registry_key *out) UW_MUST_CHECK;
/*
 * A new key. STATUS_OBJECT_NAME_COLLISION it exists; STATUS_KEY_DELETED @parent does not;
 * STATUS_CHILD_MUST_BE_VOLATILE @parent is.
 */
NTSTATUS registry_add(struct registry *r, registry_key parent, const char *name, const char *folded,
		      bool is_volatile, registry_key *out) UW_MUST_CHECK;
/*
 * Without @whole_tree only a key that has no subkeys: else STATUS_CANNOT_DELETE, as always for
 * REGISTRY_ROOT, Machine and User.
 */
NTSTATUS registry_remove(struct registry *r, registry_key key, bool whole_tree) UW_MUST_CHECK;
NTSTATUS registry_key_exists(struct registry *r, registry_key key) UW_MUST_CHECK; /* KEY_DELETED */

/* Owned by whoever asked; registry_value_free(). */
struct registry_value {
	ULONG type; /* REG_* */
	ULONG len;
	void *data; /* never NULL; zero bytes follow that end any string */
};
/* STATUS_OBJECT_NAME_NOT_FOUND no such value; STATUS_KEY_DELETED. */
NTSTATUS registry_get(struct registry *r, registry_key key, const char *folded,
		      struct registry_value *out) UW_MUST_CHECK;
void registry_value_free(struct registry_value *value);
/* STATUS_KEY_DELETED; STATUS_INSUFFICIENT_RESOURCES more than REGISTRY_DATA_MAX. */
NTSTATUS registry_set(struct registry *r, registry_key key, const char *name, const char *folded,
		      const struct registry_value *value) UW_MUST_CHECK;
/* STATUS_OBJECT_NAME_NOT_FOUND no such value; STATUS_KEY_DELETED. */
NTSTATUS registry_unset(struct registry *r, registry_key key, const char *folded) UW_MUST_CHECK;

/* In the order of their folded names. A status other than success from @fn ends the walk. */
typedef NTSTATUS registry_key_fn(void *arg, registry_key key, const char *name, bool is_volatile);
NTSTATUS registry_each_key(struct registry *r, registry_key parent, registry_key_fn *fn,
			   void *arg) UW_MUST_CHECK;
typedef NTSTATUS registry_value_fn(void *arg, const char *name, const struct registry_value *value);
NTSTATUS registry_each_value(struct registry *r, registry_key key, registry_value_fn *fn,
			     void *arg) UW_MUST_CHECK;

/* The whole file: STATUS_REGISTRY_CORRUPT and what is wrong in @rep, or success. */
NTSTATUS registry_check(struct registry *r, struct report *rep) UW_MUST_CHECK;

#endif
