/* SPDX-License-Identifier: MIT */
/* op_limits.h - how long an operation's buffers may be, whatever carries it. */
#ifndef CLIENT_OP_LIMITS_H
#define CLIENT_OP_LIMITS_H

#include <stdbool.h>

#include "uwdf/client.h"
#include "uwdf/wire.h"

static inline bool op_is_control_of(const struct uwdf_op *op, uint32_t method)
{
	return op->kind == UWDF_CONTROL && UWDF_METHOD_OF(op->code) == method;
}

/* -EMSGSIZE? What lies in memory of uwdf_memory_alloc() that is not copied is as long as that. */
static inline bool op_is_too_long(const struct uwdf_op *op, bool in_shared, bool out_shared)
{
	size_t in_len = in_shared ? 0 : op->in_len, out_len = out_shared ? 0 : op->out_len;

	if (in_len > UWDF_WIRE_MAX_PAYLOAD || out_len > UWDF_WIRE_MAX_PAYLOAD ||
	    op->in_len > UINT32_MAX || op->out_len > UINT32_MAX)
		return true;
	/* both go one way: the driver reads the second one, too */
	return in_len + out_len > UWDF_WIRE_MAX_PAYLOAD &&
	       op_is_control_of(op, UWDF_METHOD_IN_DIRECT);
}

#endif
