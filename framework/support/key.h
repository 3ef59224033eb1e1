/* SPDX-License-Identifier: MIT */
/*
 * key.h - WDFKEY: a key of the registry and what its handle is good for.
 *
 * Nothing of it changes after its making, so it is read without a lock; the registry has its own.
 */
#ifndef FX_KEY_H
#define FX_KEY_H

#include "object/driver.h"
#include "object/object.h"
#include "support/registry.h"

struct fx_key {
	struct fx_object base;
	registry_key key;
	ACCESS_MASK granted; /* with the generic rights spelled out */
	bool holds;          /* registry_hold() until it is disposed of */
	HANDLE handle;       /* owned: NT's, for the same key; NULL until it is asked for */
};

static inline struct fx_key *fx_key_from_handle(struct fx_driver *driver, WDFKEY handle)
{
	return uw_container_of(fx_object_from_handle(driver, handle, FX_TYPE_KEY), struct fx_key,
			       base);
}

struct fx_key_open_params {
	registry_key from;
	const char *path; /* below from */
	ACCESS_MASK desired;
	bool make, parents, is_volatile; /* as registry_make(); without make as registry_find() */
	ULONG *out_disposition;          /* may be NULL */
	/* called in the registry, before the path is walked: may make it; may be NULL */
	NTSTATUS (*prepare)(struct registry *r, struct fx_key_open_params *params);
	void *arg; /* of prepare */
};
/* PASSIVE. An object-attributes status, one of registry_find() or registry_make(), or success. */
NTSTATUS fx_key_open(struct fx_driver *driver, struct fx_key_open_params *params,
		     PWDF_OBJECT_ATTRIBUTES attrs, WDFKEY *out) UW_MUST_CHECK;

/* STATUS_INVALID_PARAMETER: odd lengths, a length behind the buffer, or no buffer. */
NTSTATUS fx_key_check_text(PCUNICODE_STRING text) UW_MUST_CHECK;
/* Into the registry, until fx_key_leave(), which passes @status on and says why it is one. */
NTSTATUS fx_key_enter(struct fx_driver *driver, bool create, struct registry **out) UW_MUST_CHECK;
NTSTATUS fx_key_leave(struct fx_driver *driver, struct registry *r, NTSTATUS status) UW_MUST_CHECK;

/* A value of @key by @name. STATUS_ACCESS_DENIED: the handle is not good for it. */
NTSTATUS fx_key_get(const struct fx_key *key, PCUNICODE_STRING name,
		    struct registry_value *out) UW_MUST_CHECK;
NTSTATUS fx_key_set(const struct fx_key *key, PCUNICODE_STRING name,
		    const struct registry_value *value) UW_MUST_CHECK;
NTSTATUS fx_key_unset(const struct fx_key *key, PCUNICODE_STRING name) UW_MUST_CHECK;

/* A handle of NT's for @key, the same each time, closed with it. NULL: no memory. */
HANDLE fx_key_nt_handle(struct fx_key *key);

/* The driver's service key below "\Registry", with @below behind it; owned; NULL: no memory. */
char *fx_key_driver_path(const struct fx_driver *driver, const char *below);

#endif
