/* SPDX-License-Identifier: MIT */
/* ring_open.c - rings as the host passes them: believed once they are what they should be. */
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/mem.h"
#include "base/sys.h"
#include "ring_impl.h"
#include "ring_spin.h"
#include "uwdf/status.h"

#define ENTRIES 1024u

void ring_transport_release(struct ring_transport *rt)
{
	sys_close(rt->bell_fd);
	sys_close(rt->wait_fd);
	if (rt->header)
		sys_munmap(rt->header, rt->memory_len);
	ring_stage_deinit(&rt->stage);
	mem_free(rt->staged);
	mem_free(rt);
}

static bool fits(uint64_t at, uint64_t len, uint64_t whole)
{
	return at % 64 == 0 && at <= whole && len <= whole - at;
}

static bool is_sane(const struct uwdf_ring_header *h, uint64_t memory_len)
{
	const uint64_t ring_len = ENTRIES * sizeof(struct uwdf_ring_entry);

	return h->magic == UWDF_RING_MAGIC && h->version == UWDF_RING_VERSION &&
	       h->entry_len == sizeof(struct uwdf_ring_entry) && h->entries == ENTRIES &&
	       h->memory_len == memory_len && fits(h->entries_at, ring_len, memory_len) &&
	       fits(h->answers_at, ring_len, memory_len) &&
	       fits(h->region_at, h->region_len, memory_len);
}

static int map_rings(struct ring_transport *rt, int fd, uint64_t len)
{
	struct uwdf_ring_header h;
	uint8_t *base;
	int err = len < sizeof(h) ? -EPROTO : ring_memory_map(fd, len, &base);

	if (err)
		return err;
	rt->header = (struct uwdf_ring_header *)(void *)base;
	rt->memory_len = len;
	memcpy(&h, base, sizeof(h));
	if (!is_sane(&h, len))
		return -EPROTO;
	rt->entries = (struct uwdf_ring_entry *)(void *)(base + h.entries_at);
	rt->answers = (struct uwdf_ring_answer *)(void *)(base + h.answers_at);
	rt->region = base + h.region_at;
	rt->mask = ENTRIES - 1;
	rt->slots.most = ENTRIES;
	return ring_stage_init(&rt->stage, h.region_len);
}

/* Takes the link's descriptors but the memory's, which is needed no longer. */
static int take_rings(struct ring_transport *rt, struct link *link, uint64_t memory_len)
{
	int err;

	if (link->descriptor_count != 3)
		return -EPROTO;
	rt->bell_fd = link->descriptors[1];
	rt->wait_fd = link->descriptors[2];
	link->descriptor_count = 1;
	err = map_rings(rt, link->descriptors[0], memory_len);
	link_drop_descriptors(link);
	if (err)
		return err;
	/* one wait for both, and for whoever polls us */
	err = sys_epoll_ctl(rt->wait_fd, EPOLL_CTL_ADD, link->fd, EPOLLIN, RING_SOCKET_EVENT);
	return err == -EINVAL ? -EPROTO : err;
}

static int ask_for_rings(struct link *link, uint32_t handle, uint64_t *out_len)
{
	struct uwdf_entry entry = { .opcode = UWDF_OP_RING, .handle = handle, .code = ENTRIES };
	const void *none;
	int err = link_call(link, &entry, NULL, link_reply_ms(link), &none);

	if (err)
		return err == -ENOMEM || err == -EAGAIN ? -EPROTO : err;
	*out_len = entry.information;
	return UWDF_STATUS_OK(entry.status) ? 0 : -EOPNOTSUPP;
}

int ring_transport_open(struct link *link, uint32_t handle, struct uwdf_transport **out)
{
	struct ring_transport *rt;
	uint64_t memory_len;
	int err;

	if (!(link->features & UWDF_FEATURE_RING))
		return -EOPNOTSUPP;
	rt = mem_calloc(1, sizeof(*rt));
	if (!rt)
		return -ENOMEM;
	rt->base.ops = &ring_transport_ops;
	rt->handle = handle;
	link->rings_of = handle;
	rt->bell_fd = rt->wait_fd = -1;
	rt->staged = mem_calloc(ENTRIES, sizeof(*rt->staged));
	err = rt->staged ? ask_for_rings(link, handle, &memory_len) : -ENOMEM;
	if (!err)
		err = take_rings(rt, link, memory_len);
	if (err) {
		ring_transport_release(rt);
		return err;
	}
	rt->link = *link;
	spin_init(&rt->spin, ring_spin_ns());
	*out = &rt->base;
	return 0;
}
