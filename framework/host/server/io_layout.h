/* SPDX-License-Identifier: MIT */
/* io_layout.h - the one block that a request's copied buffers lie in, of a socket's or a node's. */
#ifndef HOST_IO_LAYOUT_H
#define HOST_IO_LAYOUT_H

#include "uwdf/device_io.h"
#include "uwdf/wire.h"

struct io_layout {
	size_t out_at; /* where the output begins; the input does at 0 */
	size_t len;    /* of both */
};

/* A buffered control has one system buffer, as in KMDF. Else the output lies behind the input. */
static inline struct io_layout io_layout_of(enum uwdf_io_kind kind, uint32_t code, size_t in_len,
					    size_t out_len)
{
	struct io_layout layout = { .out_at = (in_len + 15u) & ~(size_t)15 };

	if (kind == UWDF_IO_CONTROL && UWDF_METHOD_OF(code) == UWDF_METHOD_BUFFERED)
		layout.out_at = 0;
	layout.len = layout.out_at + out_len;
	if (layout.len < in_len)
		layout.len = in_len;
	return layout;
}

#endif
