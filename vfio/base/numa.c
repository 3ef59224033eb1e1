/* SPDX-License-Identifier: MIT */
#include "base/numa.h"

#include <errno.h>
#include <numa.h>
#include <numaif.h>
#include <stdbool.h>

#include "base/sys.h"

#define NODE_WORDS 16 /* nodes 0..1023, the most Linux has */

static bool node_is_known(int node)
{
	return node >= 0 && numa_available() >= 0 && node <= numa_max_node() &&
	       numa_bitmask_isbitset(numa_all_nodes_ptr, (unsigned int)node);
}

int numa_node_count(void)
{
	return numa_available() < 0 ? 1 : numa_num_configured_nodes();
}

/* Containers forbid the call; memory from any node still works. */
static int refusal_is_fine(int err)
{
	return err == -ENOSYS || err == -EPERM ? 0 : err;
}

int numa_bind_memory(void *addr, size_t len, int node)
{
	unsigned long mask[NODE_WORDS] = { 0 };
	unsigned int bits = 8 * sizeof(mask[0]);

	if (!node_is_known(node))
		return 0;
	mask[(unsigned int)node / bits] = 1ul << ((unsigned int)node % bits);
	/* preferred, not bound: a full node must not fail a driver's start */
	if (mbind(addr, len, MPOL_PREFERRED, mask, 8 * sizeof(mask), 0))
		return refusal_is_fine(sys_last_error());
	return 0;
}

int numa_bind_thread(int node)
{
	if (!node_is_known(node))
		return 0;
	return numa_run_on_node(node) ? sys_last_error() : 0;
}
