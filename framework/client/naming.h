/* SPDX-License-Identifier: MIT */
/* naming.h - the forms of a device's name that uwdf_open() takes; clients in process, too. */
#ifndef CLIENT_NAMING_H
#define CLIENT_NAMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

enum naming_kind {
	NAMING_DEVICE,    /* NAME or NAME\PATH: what is before @rest */
	NAMING_INTERFACE, /* {GUID}\REFERENCE\PATH: @guid, @rest */
	NAMING_NT,        /* begins with a backslash */
	NAMING_PATH       /* of a socket */
};
struct naming {
	enum naming_kind kind;
	uint8_t guid[16]; /* as in memory */
	const char *rest; /* "", or from the backslash on */
};

void naming_parse(const char *what, struct naming *out);
/* What programs call \\.\NAME or \\?\NAME, NT calls \??\NAME. -ENAMETOOLONG. */
int naming_to_nt(const char *what, char *buf, size_t len) UW_MUST_CHECK;

#endif
