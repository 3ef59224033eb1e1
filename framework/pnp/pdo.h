/* SPDX-License-Identifier: MIT */
/* pdo.h - what a bus driver says of a child device: ids, texts, how it is to be used. */
#ifndef FX_PDO_H
#define FX_PDO_H

#include "base/list.h"
#include "wdf.h"

struct fx_pdo_id {
	struct list link;
	UNICODE_STRING text; /* owned */
};

struct fx_pdo_text {
	struct list link;
	UNICODE_STRING description, location; /* owned */
	LCID locale;
};

/* Owned by the WDFDEVICE_INIT, then by the device made from it. */
struct fx_pdo {
	UNICODE_STRING device_id, instance_id, container_id;
	struct list hardware_ids, compatible_ids; /* of fx_pdo_id, best first */
	struct list texts;                        /* of fx_pdo_text */
	LCID default_locale;
	bool raw; /* its bus's driver serves it, too */
	WDF_PDO_EVENT_CALLBACKS events;
};

struct fx_pdo *fx_pdo_new(void);      /* NULL: no memory */
void fx_pdo_free(struct fx_pdo *pdo); /* NULL is fine */
/* Up to @len bytes of what @text says, for logs and names: what is not plain becomes "_". */
void fx_pdo_plain(const UNICODE_STRING *text, char *buf, size_t len);

#endif
