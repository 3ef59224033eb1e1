/* SPDX-License-Identifier: MIT */
/*
 * registry.h - the registry by paths, and the one that a process shares.
 *
 * Paths are UTF-8 as registry_name.h has it, their keys parted by backslashes; empty parts do not
 * count. A full path begins with "\Registry\Machine" or "\Registry\User". README.md has the layout.
 */
#ifndef FX_REGISTRY_H
#define FX_REGISTRY_H

#include "support/registry_store.h"

/* What follows "\Registry" in a full path; NULL: it is none. */
const char *registry_path_below_root(const char *path);

/*
 * The key at @path below @from; an empty path: @from itself. STATUS_OBJECT_NAME_NOT_FOUND;
 * STATUS_OBJECT_NAME_INVALID a name too long, or too many.
 */
NTSTATUS registry_find(struct registry *r, registry_key from, const char *path,
		       registry_key *out) UW_MUST_CHECK;

struct registry_make_params {
	registry_key from;
	const char *path;
	bool is_volatile; /* what is made */
	bool parents;     /* make them, too; else STATUS_OBJECT_NAME_NOT_FOUND without them */
};
/* As registry_find(), but makes the key if it is not there: all of the path or nothing. */
NTSTATUS registry_make(struct registry *r, const struct registry_make_params *params,
		       registry_key *out, bool *out_made) UW_MUST_CHECK;

/* registry_get(), _set() and _unset() by a name as written. */
NTSTATUS registry_get_named(struct registry *r, registry_key key, const char *name,
			    struct registry_value *out) UW_MUST_CHECK;
NTSTATUS registry_set_named(struct registry *r, registry_key key, const char *name,
			    const struct registry_value *value) UW_MUST_CHECK;
NTSTATUS registry_unset_named(struct registry *r, registry_key key, const char *name) UW_MUST_CHECK;

/*
 * Where the file is: UWDF_REGISTRY, else /var/lib/uwdf/registry.db for root, else uwdf/registry.db
 * in $XDG_STATE_HOME or ~/.local/state. STATUS_OBJECT_PATH_SYNTAX_BAD no absolute path.
 */
NTSTATUS registry_place(struct report *rep, char *buf, size_t len) UW_MUST_CHECK;
/* The same, and its folders made. */
NTSTATUS registry_place_prepare(struct report *rep, char *buf, size_t len) UW_MUST_CHECK;

/*
 * The process's own registry, under its lock until registry_leave(). Opened now if it is not;
 * @create: make the file if there is none. STATUS_OBJECT_NAME_NOT_FOUND: there is none.
 *
 * Context: PASSIVE.
 */
NTSTATUS registry_enter(bool create, struct report *rep, struct registry **out) UW_MUST_CHECK;
void registry_leave(void);
/* Between these two it stays open when nobody is in it. Any number of holders. */
void registry_hold(void);
void registry_release(void);

#endif
