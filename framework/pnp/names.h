/* SPDX-License-Identifier: MIT */
/*
 * names.h - the object names of this process: of devices and symbolic links.
 *
 * Upper and lower case are the same in a name, as in Windows. \DosDevices\, \??\ and \GLOBAL??\ are
 * one directory. There are no other directories than these and \Device; a name may lie in the root.
 */
#ifndef FX_NAMES_H
#define FX_NAMES_H

#include "base/list.h"
#include "wdf.h"

struct fx_device;

/* A name while it is taken; a part of its device's list. */
struct fx_name {
	struct list link;     /* in the list of all names, guarded by the lock of names.c */
	struct list of_owner; /* in its owner's list, guarded by the same lock */
	UNICODE_STRING text;  /* its buffer lies behind this struct */
	bool is_link;
	bool is_generated;
};

/* Is @text a string that can be read at all? Else STATUS_INVALID_PARAMETER. */
NTSTATUS fx_name_check_string(const UNICODE_STRING *text);
/* A copy of @text instead of what @to owns; NULL or empty: nothing. */
NTSTATUS fx_name_copy(UNICODE_STRING *to, const UNICODE_STRING *text) UW_MUST_CHECK;
/*
 * Take @text for a device (or a link to it) and put it into @names. STATUS_OBJECT_NAME_COLLISION,
 * _NAME_INVALID, _PATH_SYNTAX_BAD (does not begin with a backslash), _PATH_NOT_FOUND (no such
 * directory), STATUS_INSUFFICIENT_RESOURCES.
 */
NTSTATUS fx_name_take(struct list *names, const UNICODE_STRING *text, bool is_link) UW_MUST_CHECK;
/* \Device\ and eight digits that nobody has. */
NTSTATUS fx_name_generate(struct list *names) UW_MUST_CHECK;
/* Others may take @names, and none of them is found any more; their owner still knows them. */
void fx_names_give_up(struct list *names);
/* All of @names are free again. */
void fx_names_drop(struct list *names);
/* The device's own name in @names, or NULL. It stays until the names are dropped. */
const UNICODE_STRING *fx_names_device(struct list *names);
/* Does @text begin with one of @names? Then its first *@out_count characters are the name, in
 * whichever way its directory is written, and nothing or a backslash follows. */
bool fx_names_find(struct list *names, const UNICODE_STRING *text, ULONG *out_count);
/*
 * What a client calls the device: the last part of its first symbolic link, else of its own name
 * unless that was generated. What file names cannot have becomes "_". False: it has neither.
 */
bool fx_names_endpoint(struct list *names, char *buf, size_t len);

#endif
