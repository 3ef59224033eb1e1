/* SPDX-License-Identifier: MIT */
/* key_handle.h - keys of the registry as NT's handles, and the way into the registry from here. */
#ifndef FX_KEY_HANDLE_H
#define FX_KEY_HANDLE_H

#include "nt/handle.h"
#include "support/registry.h"

struct nt_key {
	struct nt_object base;
	registry_key key;
};

struct nt_key_params {
	registry_key key;
	ACCESS_MASK granted;
	bool framework_s; /* a WDFKEY's: closed with it */
};
NTSTATUS nt_key_handle_new(const struct nt_key_params *params, HANDLE *out) UW_MUST_CHECK;

/* As registry_enter(); why it failed goes to the log. */
NTSTATUS nt_registry_enter(bool create, struct registry **out) UW_MUST_CHECK;

#endif
