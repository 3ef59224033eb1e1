/* SPDX-License-Identifier: MIT */
/*
 * quarantine.h - objects that were freed, kept aside for a while with their contexts poisoned: a
 * stale handle still finds who deleted it, and a write to a freed context is noticed.
 */
#ifndef FX_QUARANTINE_H
#define FX_QUARANTINE_H

#include "verifier/record.h"

/* Takes the record, with the memory of its object and of its contexts where they are the record's.
 */
void fx_quarantine_take(struct fx_driver *driver, struct fx_record *record);
/* A copy of what is known of the freed object that @handle meant; false: nothing. */
bool fx_quarantine_find(struct fx_driver *driver, const void *handle, struct fx_record *out);
/* Frees all that is kept. */
void fx_quarantine_end(struct fx_driver *driver);

#endif
