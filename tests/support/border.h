/* SPDX-License-Identifier: MIT */
/*
 * border.h - every function of the table with every kind of argument: what they are given is in
 * border_rows.def, and here is one object of each type to give.
 */
#ifndef TEST_BORDER_H
#define TEST_BORDER_H

#include "uw_test.h"

#include <wdf.h>

#define BORDER_ARGS_MAX 9

struct border_row {
	unsigned int index;
	const char *args; /* one letter each */
	char level;
};
extern const struct border_row border_rows[];
extern const size_t border_row_count;

int border_setup(void **state);
int border_teardown(void **state);
/* The driver, its device, and one object of each type; a request is the driver's. */
void border_begin(void);
void border_end(void);
/* All that, gone, and once more: what was there first is stale now. */
void border_begin_again(void);

const void *border_good(char letter);  /* what fits there; NULL where that is fine */
const void *border_stale(char letter); /* after border_begin_again(), or a completed request */
const void *border_stale_memory(void); /* of the completed request */
const void *border_empty_init(void);   /* pointer to a PWDFDEVICE_INIT that is NULL */
const void *border_nothing(void);      /* zeros, no object; a context would have its head before */
/* The configuration that the function at @index wants; valid until the next is asked for. */
const void *border_config(unsigned int index);
bool border_is_handle(char letter);

struct border_call {
	const struct border_row *row;
	ULONG_PTR args[BORDER_ARGS_MAX];
	ULONG_PTR result;
};
/* All arguments are good. */
void border_fill(struct border_call *call, const struct border_row *row);
void border_call(void *call); /* a struct border_call; for fx_stops() too */

#endif
