/* SPDX-License-Identifier: MIT */
/*
 * scan.h - the PCI functions of this machine, with the names people know them by.
 *
 * scan.c alone uses libpci, and only the uwdf program links it: libpci is under the GPL, and ends
 * the process on errors unless kept from it.
 */
#ifndef HOST_SCAN_H
#define HOST_SCAN_H

#include <stddef.h>
#include <stdint.h>

#include "base/report.h"

struct scan_function {
	char address[16];                    /* 0000:00:03.0 */
	uint16_t vendor, device, class_code; /* base and sub class */
	char class_name[48],
		name[96]; /* vendor and device; empty where the id list knows neither */
	char driver[32];  /* empty: none */
	int group;        /* IOMMU group; -1: none */
	int node;         /* NUMA node; -1: unknown */
};

/*
 * Every function, ascending by address, in one block for mem_free(). -ENODEV: no PCI bus, or
 * nothing of it visible (a container without sysfs).
 */
int scan_functions(struct report *rep, struct scan_function **out, size_t *count) UW_MUST_CHECK;

#endif
