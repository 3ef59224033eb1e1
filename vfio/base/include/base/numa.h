/* SPDX-License-Identifier: MIT */
/* numa.h - nodes of memory and threads; one node where the machine or libnuma knows none. */
#ifndef BASE_NUMA_H
#define BASE_NUMA_H

#include <stddef.h>

#include "base/compiler.h"

int numa_node_count(void);
/* Prefer @node for pages of [addr, addr+len) not yet touched; -1 and unknown nodes are ignored. */
int numa_bind_memory(void *addr, size_t len, int node) UW_MUST_CHECK;
/* Run the calling thread on the CPUs of @node; -1 is ignored. */
int numa_bind_thread(int node) UW_MUST_CHECK;

#endif
