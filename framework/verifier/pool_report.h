/* SPDX-License-Identifier: MIT */
/* pool_report.h - what a driver did wrong with pool, in words. */
#ifndef FX_POOL_REPORT_H
#define FX_POOL_REPORT_H

struct fx_driver;
struct fx_pool_record;

/* It is unloaded (rule 15): what it allocated and nobody freed, by tag, and from where. */
void fx_pool_report_leaks(struct fx_driver *driver);
/* @record was written to after it was freed. */
void fx_pool_report_written(struct fx_driver *driver, const struct fx_pool_record *record);

#endif
