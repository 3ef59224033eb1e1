/* SPDX-License-Identifier: MIT */
/* object_report.h - an object, its tree and its history, as lines of the log. */
#ifndef FX_OBJECT_REPORT_H
#define FX_OBJECT_REPORT_H

#include "verifier/record.h"

/* A live object: what it is, what it is in, its children, its history. */
void fx_report_object(const struct fx_object *obj);
/* One that is gone: its history. */
void fx_report_freed(const struct fx_record *record);
/* The driver's oldest live objects, with who holds references on each. */
void fx_report_oldest(struct fx_driver *driver);

/* 'abcd' for four letters, else 0x1234. */
void fx_tag_text(const void *tag, char *out, size_t len);

#endif
