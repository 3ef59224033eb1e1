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

/* -EMSGSIZE? @out_shared: the output lies in memory of uwdf_memory_alloc() that is not copied. */
static inline bool op_is_too_long(const struct uwdf_op *op, bool out_shared)
{
	if (op->in_len > UWDF_WIRE_MAX_PAYLOAD)
		return true;
	if (out_shared && op->kind == UWDF_CONTROL && !op_is_control_of(op, UWDF_METHOD_BUFFERED))
		return op->out_len > UINT32_MAX;
	if (op->out_len > UWDF_WIRE_MAX_PAYLOAD)
		return true;
	/* both go one way: the driver reads the second one, too */
	return op_is_control_of(op, UWDF_METHOD_IN_DIRECT) &&
	       op->in_len + op->out_len > UWDF_WIRE_MAX_PAYLOAD;
}

#endif
