/* SPDX-License-Identifier: MIT */
#include "bridge.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <uwdf_nic.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/sys.h"
#include "uwdf/status.h"

#define READS          64u /* frames the NIC may have for us before we come to take one */
#define WRITES         READS
#define VECTORS        4u  /* instead, of either, with a NIC that takes many frames a request */
#define FRAMES_AT_ONCE 32u /* from the interface, before answers are looked at again */
#define FRAME_BYTES    (NIC_MAX_FRAME + 6u) /* and some, so that a longer one is seen to be longer */
#define SHORTEST_SENT  60u /* Ethernet's least, without the checksum: shorter ones are padded */
#define ASK_MS         5000
#define MOST_FAILURES  32u /* reads in a row that fail before we believe it */

enum slot_use { SLOT_READ, SLOT_WRITE, SLOT_LINK };

/* What a request passes: a vector all of it (uwdf_nic.h), else the first frame, and there is no
 * other. It is the device's, too, which so takes frames from it and puts them there. */
struct slot_memory {
	struct nic_frame array[FRAMES_AT_ONCE];
	uint8_t frames[FRAMES_AT_ONCE][FRAME_BYTES];
};

struct slot {
	struct uwdf_op op; /* first: what reap returns is the slot */
	enum slot_use use;
	struct slot *next_free;
	unsigned int count;                /* of a write: frames, with these lengths */
	unsigned int lens[FRAMES_AT_ONCE]; /* what its memory says the host can change */
	struct slot_memory *memory;        /* uwdf_memory_alloc(): until the device is closed */
};

struct bridge {
	uwdf_handle *device;   /* borrowed */
	const struct tap *tap; /* borrowed */
	struct bridge_counts counts;
	bool vectors;          /* many frames a request */
	unsigned int failures; /* reads in a row */
	struct slot *free_writes;
	void *own_memory; /* owned: in place of what the host shares; NULL: it does */
	struct slot reads[READS], writes[WRITES], link;
};

/* --- the device's own affairs --- */

static int ask(uwdf_handle *device, uint32_t code, const void *in, size_t in_len, void *out,
	       size_t out_len, const char *what, struct report *rep)
{
	int32_t status;
	size_t done;
	int err = uwdf_control(device, code, in, in_len, out, out_len, ASK_MS, &status, &done);

	if (err)
		return report_fail(rep, err, "asking %s for %s", uwdf_handle_name(device), what);
	if (UWDF_STATUS_OK(status) && done >= out_len)
		return 0;
	report_fail(rep, -ENOTSUP, "asking %s for %s: it said 0x%08x", uwdf_handle_name(device),
		    what, (uint32_t)status);
	report_hint(rep, "uwdf devices --json    # is %s a NIC? its interfaces say",
		    uwdf_handle_name(device));
	return -ENOTSUP;
}

static int query(uwdf_handle *device, uint32_t oid, void *out, size_t len, const char *what,
		 struct report *rep)
{
	return ask(device, IOCTL_NIC_QUERY_OID, &oid, sizeof(oid), out, len, what, rep);
}

/* What a host on the wire listens to, and all multicast: the kernel sorts that out itself. */
static int set_filter(uwdf_handle *device, struct report *rep)
{
	const uint32_t request[2] = { NIC_OID_GEN_CURRENT_PACKET_FILTER,
				      NIC_FILTER_DIRECTED | NIC_FILTER_BROADCAST |
					      NIC_FILTER_ALL_MULTICAST };

	return ask(device, IOCTL_NIC_SET_OID, request, sizeof(request), NULL, 0, "a packet filter",
		   rep);
}

/* A NIC that knows vectors refuses an empty one; another has no such code. */
static int ask_for_vectors(uwdf_handle *device, struct report *rep, bool *out)
{
	int32_t status;
	size_t done;
	int err = uwdf_control(device, IOCTL_NIC_WRITE_FRAMES, NULL, 0, NULL, 0, ASK_MS, &status,
			       &done);

	if (err)
		return report_fail(rep, err, "asking %s for vectors", uwdf_handle_name(device));
	*out = status == UWDF_STATUS_INVALID_BUFFER_SIZE;
	return 0;
}

int bridge_ask_device(uwdf_handle *device, struct report *rep, struct bridge_device *out)
{
	uint32_t media;
	int err = query(device, NIC_OID_802_3_CURRENT_ADDRESS, out->address, 6, "its address", rep);

	if (!err)
		err = query(device, NIC_OID_GEN_MEDIA_CONNECT_STATUS, &media, sizeof(media),
			    "its link", rep);
	if (!err)
		err = set_filter(device, rep);
	if (!err)
		err = ask_for_vectors(device, rep, &out->vectors);
	if (!err)
		out->connected = media == 0;
	return err;
}

/* --- requests --- */

static void place_frame(struct slot *s, unsigned int i, size_t len)
{
	s->memory->array[i] = (struct nic_frame){
		.offset = (unsigned int)(s->memory->frames[i] - (uint8_t *)s->memory),
		.length = (unsigned int)len,
	};
}

/* The array is both buffers' beginning. */
static void pass_vector(struct slot *s, uint32_t code, unsigned int count)
{
	s->op.code = code;
	s->op.in = s->memory->array;
	s->op.in_len = count * sizeof(s->memory->array[0]);
	s->op.out = s->memory;
	s->op.out_len = offsetof(struct slot_memory, frames) + count * FRAME_BYTES;
}

static int submit_read(struct bridge *b, struct slot *s)
{
	if (!b->vectors) {
		s->op.out_len = FRAME_BYTES;
		return uwdf_submit(b->device, &s->op);
	}
	for (unsigned int i = 0; i < FRAMES_AT_ONCE; i++)
		place_frame(s, i, FRAME_BYTES);
	pass_vector(s, IOCTL_NIC_READ_FRAMES, FRAMES_AT_ONCE);
	return uwdf_submit(b->device, &s->op);
}

static int watch_link(struct bridge *b)
{
	b->link.op.code = IOCTL_NIC_INDICATE_STATUS;
	b->link.op.out_len = sizeof(uint32_t);
	return uwdf_submit(b->device, &b->link.op);
}

static size_t memory_of_slot(bool vectors)
{
	const size_t line = 64;
	size_t len = offsetof(struct slot_memory, frames) +
		     (vectors ? FRAMES_AT_ONCE : 1) * (size_t)FRAME_BYTES;

	return (len + line - 1) / line * line;
}

static void prepare(struct slot *s, enum slot_use use, enum uwdf_op_kind kind, uint8_t **memory,
		    size_t len)
{
	s->use = use;
	s->memory = (struct slot_memory *)(void *)*memory;
	*memory += len;
	s->op.kind = kind;
	if (kind == UWDF_WRITE)
		s->op.in = s->memory->frames[0];
	else
		s->op.out = s->memory->frames[0];
}

static unsigned int slots_each_way(const struct bridge *b)
{
	return b->vectors ? VECTORS : READS;
}

/* A host that has none to share copies what is sent, as for any client. */
static int memory_of_all(struct bridge *b, size_t len, void **out)
{
	int err = uwdf_memory_alloc(b->device, len, out);

	if (err != -ENOMEM)
		return err;
	log_debug("net", "%s shares no memory with us", uwdf_handle_name(b->device));
	b->own_memory = mem_aligned_zalloc(64, len);
	*out = b->own_memory;
	return b->own_memory ? 0 : -ENOMEM;
}

static int prepare_all(struct bridge *b)
{
	const size_t len = memory_of_slot(b->vectors);
	const unsigned int count = slots_each_way(b);
	uint8_t *at;
	void *memory;
	int err = memory_of_all(b, (2 * count + 1) * len, &memory);

	if (err)
		return err;
	at = memory;
	for (unsigned int i = 0; i < count; i++) {
		prepare(&b->writes[i], SLOT_WRITE, b->vectors ? UWDF_CONTROL : UWDF_WRITE, &at,
			len);
		b->writes[i].next_free = b->free_writes;
		b->free_writes = &b->writes[i];
		prepare(&b->reads[i], SLOT_READ, b->vectors ? UWDF_CONTROL : UWDF_READ, &at, len);
	}
	prepare(&b->link, SLOT_LINK, UWDF_CONTROL, &at, len);
	return 0;
}

int bridge_new(uwdf_handle *device, const struct tap *tap, bool vectors, struct report *rep,
	       struct bridge **out)
{
	struct bridge *b = mem_calloc(1, sizeof(*b));
	int err;

	if (!b)
		return report_fail(rep, -ENOMEM, "reading from %s", uwdf_handle_name(device));
	b->device = device;
	b->tap = tap;
	b->vectors = vectors;
	err = prepare_all(b);
	if (err) {
		mem_free(b);
		return report_fail(rep, err, "sharing memory with %s", uwdf_handle_name(device));
	}
	*out = b;
	return 0;
}

int bridge_start(struct bridge *b, struct report *rep)
{
	int err = watch_link(b);

	for (unsigned int i = 0; i < slots_each_way(b) && !err; i++)
		err = submit_read(b, &b->reads[i]);
	if (err)
		report_fail(rep, err, "starting to read from %s", uwdf_handle_name(b->device));
	return err;
}

void bridge_free(struct bridge *b)
{
	if (!b)
		return;
	mem_free(b->own_memory);
	mem_free(b);
}

struct bridge_counts bridge_counts(const struct bridge *b)
{
	return b->counts;
}

/* --- answers --- */

static void pass_to_interface(struct bridge *b, const uint8_t *frame, size_t len)
{
	if (sys_write(b->tap->fd, frame, len) != (ssize_t)len) {
		b->counts.receive_dropped++;
		return;
	}
	b->counts.received_frames++;
	b->counts.received_bytes += len;
}

static void pass_read(struct bridge *b, const struct slot *s)
{
	if (!b->vectors) {
		if (s->op.information <= FRAME_BYTES) /* the host says so */
			pass_to_interface(b, s->memory->frames[0], s->op.information);
		else
			b->counts.receive_dropped++;
		return;
	}
	for (unsigned int i = 0; i < FRAMES_AT_ONCE; i++) {
		const struct nic_frame *entry = &s->memory->array[i];
		/* once: the host has this memory, too */
		unsigned int len = __atomic_load_n(&entry->length, __ATOMIC_RELAXED);

		if (UWDF_STATUS_OK(entry->status) && len <= FRAME_BYTES)
			pass_to_interface(b, s->memory->frames[i], len);
	}
}

static int read_done(struct bridge *b, struct slot *s)
{
	if (UWDF_STATUS_OK(s->op.status)) {
		b->failures = 0;
		pass_read(b, s);
	} else if (++b->failures >= MOST_FAILURES) {
		return -EIO;
	}
	return submit_read(b, s);
}

static int write_done(struct bridge *b, struct slot *s)
{
	for (unsigned int i = 0; i < s->count; i++) {
		if (UWDF_STATUS_OK(s->op.status) &&
		    (!b->vectors || UWDF_STATUS_OK(s->memory->array[i].status))) {
			b->counts.sent_frames++;
			b->counts.sent_bytes += s->lens[i];
		} else {
			b->counts.send_dropped++;
		}
	}
	s->next_free = b->free_writes;
	b->free_writes = s;
	return 0;
}

static int link_done(struct bridge *b, const struct slot *s)
{
	uint32_t status;

	if (!UWDF_STATUS_OK(s->op.status))
		return 0; /* a NIC without it: the link stays as it was found */
	memcpy(&status, s->memory->frames[0], sizeof(status));
	if (tap_set_carrier(b->tap, status == NIC_STATUS_MEDIA_CONNECT))
		log_debug("net", "%s: this kernel cannot set a carrier", b->tap->name);
	return watch_link(b);
}

static int answer_done(struct bridge *b, struct slot *s)
{
	if (s->op.status == UWDF_STATUS_DEVICE_REMOVED)
		return -EPIPE;
	if (s->use == SLOT_READ)
		return read_done(b, s);
	return s->use == SLOT_WRITE ? write_done(b, s) : link_done(b, s);
}

static int take_answers(struct bridge *b)
{
	struct uwdf_op *op;
	int got;

	while ((got = uwdf_reap(b->device, 0, &op)) == 1) {
		int err = answer_done(b, (struct slot *)op);

		if (err)
			return err;
	}
	return got;
}

/* --- frames from the interface --- */

/* A frame for @s, or none: dropped, or -EAGAIN, there is no more; another -errno. */
static int take_frame(struct bridge *b, struct slot *s)
{
	uint8_t *frame = s->memory->frames[s->count];
	ssize_t got = sys_read(b->tap->fd, frame, FRAME_BYTES);
	size_t len;

	if (got < 0)
		return (int)got;
	len = (size_t)got;
	if (len > NIC_MAX_FRAME || len < NIC_MIN_FRAME) {
		b->counts.send_dropped++;
		return 0;
	}
	if (len < SHORTEST_SENT) {
		memset(frame + len, 0, SHORTEST_SENT - len);
		len = SHORTEST_SENT;
	}
	place_frame(s, s->count, len);
	s->lens[s->count++] = (unsigned int)len;
	return 0;
}

static int send_frames(struct bridge *b, struct slot *s)
{
	int err;

	if (b->vectors)
		pass_vector(s, IOCTL_NIC_WRITE_FRAMES, s->count);
	else
		s->op.in_len = s->lens[0];
	err = uwdf_submit(b->device, &s->op);
	if (!err)
		b->free_writes = s->next_free;
	return err;
}

/* Up to so many frames as a request takes, and FRAMES_AT_ONCE in all. */
static int take_frames(struct bridge *b)
{
	unsigned int most = b->vectors ? FRAMES_AT_ONCE : 1, taken = 0;
	int err = 0, sent = 0;

	while (!err && !sent && b->free_writes && taken < FRAMES_AT_ONCE) {
		struct slot *s = b->free_writes;

		s->count = 0;
		for (; !err && s->count < most && taken < FRAMES_AT_ONCE; taken++)
			err = take_frame(b, s);
		if (s->count)
			sent = send_frames(b, s);
	}
	return sent ? sent : err == -EAGAIN ? 0 : err;
}

/* --- the loop --- */

/* 1: go on, 0: asked to stop, -errno. */
static int serve_once(struct bridge *b, int stop_fd)
{
	struct pollfd fds[3] = { { .fd = stop_fd, .events = POLLIN },
				 { .fd = uwdf_poll_fd(b->device), .events = POLLIN },
				 { .fd = b->free_writes ? b->tap->fd : -1, .events = POLLIN } };
	int ready = sys_ppoll(fds, 3, -1);
	int err = 0;

	if (ready < 0)
		return ready == -EINTR ? 1 : ready;
	if (fds[0].revents)
		return 0;
	if (fds[1].revents)
		err = take_answers(b);
	if (!err && fds[2].revents)
		err = take_frames(b);
	return err ? err : 1;
}

int bridge_run(struct bridge *b, int stop_fd, struct report *rep)
{
	int err;

	do
		err = serve_once(b, stop_fd);
	while (err == 1);
	if (err == -ENODEV) /* of a submit: the device has left, its host is still there */
		err = -EPIPE;
	if (err == -EPIPE)
		report_fail(rep, err, "%s is gone: its host ended or the device left",
			    uwdf_handle_name(b->device));
	else if (err)
		report_fail(rep, err, "passing frames between %s and %s",
			    uwdf_handle_name(b->device), b->tap->name);
	return err;
}
