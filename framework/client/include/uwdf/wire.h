/* SPDX-License-Identifier: MIT */
/*
 * wire.h - what a client and a host say to each other: 64-byte entries.
 *
 * Over the socket (AF_UNIX, SOCK_SEQPACKET) one datagram is one entry and, right behind it, its
 * payload; shared-memory rings carry the same entries later. The host trusts nothing it reads:
 * magic, version, opcode, sizes and handle are checked, each field read once.
 */
#ifndef UWDF_WIRE_H
#define UWDF_WIRE_H

#include <stdint.h>

#define UWDF_WIRE_MAGIC           0x46445755u /* "UWDF", little-endian */
#define UWDF_WIRE_VERSION         1
#define UWDF_WIRE_MAX_PAYLOAD     65536u
#define UWDF_WIRE_MAX_OUTSTANDING 4096u /* requests of one connection not yet answered */

enum uwdf_wire_opcode {
	UWDF_OP_HELLO =
		1, /* out: name of the host's device, as text; code: client's pid (advice only) */
	UWDF_OP_OPEN = 2, /* in: interface GUID (16 bytes) if flags & 1, else a device name; answer:
			     handle */
	UWDF_OP_CLOSE = 3,
	UWDF_OP_READ = 4,
	UWDF_OP_WRITE = 5,
	UWDF_OP_CONTROL = 6, /* code: the I/O control code */
	UWDF_OP_CANCEL =
		7, /* offset: the tag of the request to cancel; that request is answered, too */
	UWDF_OP_STATUS = 8, /* out: the host's devices as JSON */
	UWDF_OP_STOP = 9,   /* remove the device and end the host, in good order */
	UWDF_OP_EVENT = 10, /* host to client, unasked, tag 0; code: enum uwdf_wire_event */
	UWDF_OP_WHY = 11,   /* out: what keeps the host's driver loaded, as JSON; as STATUS */
};
enum uwdf_wire_event { UWDF_EVENT_REMOVED = 1 };

#define UWDF_FLAG_ANSWER    0x80000000u /* host to client: this answers the entry of the same tag */
#define UWDF_FLAG_OPEN_GUID 1u
#define UWDF_FLAG_MORE      2u /* STATUS, WHY: the text goes on at offset + in_len */
/* STOP: only if nobody has the device open, else the status is DEVICE_BUSY and nothing happens */
#define UWDF_FLAG_IF_UNUSED 4u

struct uwdf_entry {
	uint32_t magic;
	uint16_t version;
	uint16_t opcode;
	uint64_t tag;    /* chosen by the client, unique among its outstanding requests; never 0 */
	uint32_t handle; /* from OPEN */
	uint32_t code;
	uint32_t in_len;  /* payload bytes behind this entry */
	uint32_t out_len; /* most payload bytes wanted in the answer */
	uint64_t offset;  /* of a read or write */
	int32_t status;   /* answer: NTSTATUS */
	uint32_t flags;
	uint64_t information; /* answer: as the driver completed it */
	uint64_t reserved;    /* zero */
};
#ifdef __cplusplus
static_assert(sizeof(struct uwdf_entry) == 64, "an entry is one cache line");
#else
_Static_assert(sizeof(struct uwdf_entry) == 64, "an entry is one cache line");
#endif

#endif
