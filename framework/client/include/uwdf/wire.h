/* SPDX-License-Identifier: MIT */
/*
 * wire.h - what a client and a host say to each other: 64-byte entries.
 *
 * Over the socket (AF_UNIX, SOCK_SEQPACKET) one datagram is one entry and, right behind it, its
 * payload. Requests may go through shared memory instead (ring.h). The host trusts nothing it
 * reads: magic, version, opcode, sizes and handle are checked, each field read once.
 */
#ifndef UWDF_WIRE_H
#define UWDF_WIRE_H

#include <stdint.h>

#define UWDF_WIRE_MAGIC           0x46445755u /* "UWDF", little-endian */
#define UWDF_WIRE_VERSION         1
#define UWDF_WIRE_MAX_PAYLOAD     65536u
#define UWDF_WIRE_MAX_NAME        1024u /* bytes of a name in OPEN */
#define UWDF_WIRE_MAX_OUTSTANDING 4096u /* requests of one connection not yet answered */

enum uwdf_wire_opcode {
	UWDF_OP_HELLO =
		1, /* out: name of the host's device, as text; code: client's pid (advice only) */
	/*
	 * in: with UWDF_FLAG_OPEN_GUID an interface GUID's 16 bytes and what is behind it, else a
	 * device's name and what is behind that, or a name that begins with a backslash, as NT has
	 * them; UTF-8, what is behind begins with a backslash. Answer: handle
	 */
	UWDF_OP_OPEN = 2,
	UWDF_OP_CLOSE = 3,
	UWDF_OP_READ = 4,
	UWDF_OP_WRITE = 5,
	UWDF_OP_CONTROL = 6, /* code: the I/O control code */
	UWDF_OP_CANCEL = 7,  /* offset: the tag of the request to cancel, 0: all of the handle's;
				they are answered, too */
	UWDF_OP_STATUS = 8,  /* out: the host's devices as JSON */
	UWDF_OP_STOP = 9,    /* remove the device and end the host, in good order */
	UWDF_OP_EVENT = 10,  /* host to client, unasked, tag 0; code: enum uwdf_wire_event */
	UWDF_OP_WHY = 11,    /* out: what keeps the host's driver loaded, as JSON; as STATUS */
	/*
	 * code: entries wanted, a power of two. The answer carries three descriptors: the rings'
	 * memory (information bytes, see ring.h), the host's bell, and what the client waits with.
	 * Whoever breaks the rules of the rings hears of it as an answer to RING with tag 0.
	 */
	UWDF_OP_RING = 12,
	/* offset: bytes of shared memory wanted, whole pages. The answer carries one descriptor;
	 * code: the region's number. Of a handle with rings. */
	UWDF_OP_MEMORY = 13,
	UWDF_OP_NOTIFY =
		14, /* code 1: tell me of all events and wait for me to close; 0: no more */
	UWDF_OP_FLUSH = 15,
};
/* REMOVED comes to everybody, QUERY_REMOVE and STAYS to those who asked by NOTIFY. */
enum uwdf_wire_event {
	UWDF_EVENT_REMOVED = 1,
	UWDF_EVENT_QUERY_REMOVE = 2,
	UWDF_EVENT_STAYS = 3,
	/* handle: whose rings are read no more; all answers are there */
	UWDF_EVENT_RINGS_END = 4,
};

#define UWDF_FLAG_ANSWER    0x80000000u /* host to client: this answers the entry of the same tag */
#define UWDF_FLAG_OPEN_GUID 1u
#define UWDF_FLAG_MORE      2u /* STATUS, WHY: the text goes on at offset + in_len */
/*
 * STOP: its answer comes when the driver was asked. DEVICE_BUSY: nothing happened, the device
 * stays; the payload says why the driver refused. There is none if a client has the device open,
 * which keeps it with the first of these flags, and does not close it when told of QUERY_REMOVE.
 * With the second nobody is asked.
 */
#define UWDF_FLAG_IF_UNUSED 4u
/* How the buffers of a control code go to the driver. */
#define UWDF_METHOD_OF(code)  ((code)&3u)
#define UWDF_METHOD_BUFFERED  0u
#define UWDF_METHOD_IN_DIRECT 1u
#define UWDF_METHOD_NEITHER   3u
/* CONTROL, with a code of UWDF_METHOD_IN_DIRECT: the last out_len bytes of the payload are what the
 * second buffer holds, for the driver to read */
#define UWDF_FLAG_OUT_DATA 16u
#define UWDF_FLAG_FORCE    8u
/* CANCEL: no answer of its own */
#define UWDF_FLAG_SILENT 32u

/* HELLO's answer, code: what this host can do beyond version 1's first. */
#define UWDF_FEATURE_RING 1u

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
