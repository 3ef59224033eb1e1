/* SPDX-License-Identifier: MIT */
/* ring_transport.h - operations over rings in shared memory. */
#ifndef CLIENT_RING_TRANSPORT_H
#define CLIENT_RING_TRANSPORT_H

#include "link.h"
#include "uwdf/transport.h"

/*
 * For @handle, which was opened over @link: asks the host for rings. 0: the transport owns the
 * link. Else the link is still the caller's: -EOPNOTSUPP, -ENOMEM, -EMFILE: it can be used without;
 * -EPROTO, -EPIPE, -ETIMEDOUT: it cannot.
 */
int ring_transport_open(struct link *link, uint32_t handle,
			struct uwdf_transport **out) UW_MUST_CHECK;

#endif
