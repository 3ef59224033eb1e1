/* SPDX-License-Identifier: MIT */
/* object_report.h - an object, its tree and its history, as lines of the log. */
#ifndef FX_OBJECT_REPORT_H
#define FX_OBJECT_REPORT_H

#include "verifier/record.h"

/* A live object: what it is, what it is in, its children, its history. @own: how many of its
 * references are the caller's, who holds them for the report alone; they are not counted. */
void fx_report_object(const struct fx_object *obj, int32_t own);
/* One that was deleted and is still referenced, once more by the caller; @depth levels in. @in: the
 * end of its first line, what it was in. */
void fx_report_leftover(const struct fx_object *obj, unsigned int depth, const char *in);
/* One that is gone: its history. */
void fx_report_freed(const struct fx_record *record);
/* The driver's oldest live objects but the WDFDRIVER and leftovers that were reported, with who
 * holds references on each. @counted: those alone that the leak limit counts. */
void fx_report_oldest(struct fx_driver *driver, bool counted);

/* 'abcd' for four letters, else 0x1234. */
void fx_tag_text(const void *tag, char *out, size_t len);

#endif
