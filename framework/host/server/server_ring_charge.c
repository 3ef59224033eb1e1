/* SPDX-License-Identifier: MIT */
/*
 * server_ring_charge.c - what the device may copy for a ring's requests counts as its user's bytes.
 *
 * Taken of the quota in large pieces, and most of it given back when it is not needed, so that a
 * request that has its room by then looks at nothing that other threads change.
 */
#include "server_ring.h"

#define PIECE (256u << 10)

static bool grant(struct server_ring *ring, uint64_t bytes)
{
	if (ring->user && !quota_try_take(&ring->server->quota, ring->user, QUOTA_BYTES, bytes))
		return false;
	ring->granted += bytes;
	return true;
}

/* If not, the log is told. */
static bool may_have(const struct server_ring *ring, uint64_t bytes)
{
	return !ring->user || quota_fits(ring->server, ring->user, QUOTA_BYTES, bytes);
}

int32_t ring_grant(struct server_ring *ring)
{
	uint64_t needed = ring->charge - ring->granted;

	if (ring->charge > SERVER_MAX_CHARGE)
		return UWDF_STATUS_INSUFFICIENT_RESOURCES;
	if (grant(ring, (needed + PIECE - 1) / PIECE * PIECE))
		return UWDF_STATUS_SUCCESS;
	return may_have(ring, needed) && grant(ring, needed) ? UWDF_STATUS_SUCCESS
							     : UWDF_STATUS_QUOTA_EXCEEDED;
}

void ring_grant_less(struct server_ring *ring)
{
	uint64_t bytes = ring->granted - ring->charge - PIECE;

	if (ring->user)
		quota_give_back(ring->user, QUOTA_BYTES, bytes);
	ring->granted -= bytes;
}
