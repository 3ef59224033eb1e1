/* SPDX-License-Identifier: MIT */
/* server_ring.c - a handle's rings and memory: made, passed to the client, freed. Server's loop. */
#include "server_ring.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/report.h"
#include "base/sealed.h"
#include "base/sys.h"

#define HEADER_LEN 4096u

/* --- memory --- */

/* The device's where it has wishes, else any. */
static int memory_new(const struct server_ring *ring, uint64_t len, struct uwdf_io_memory *out)
{
	if (ring->ops->memory_new)
		return ring->ops->memory_new(ring->file, len, out);
	out->len = len;
	return sealed_memory_new(len, &out->base, &out->fd);
}

static void memory_free(const struct server_ring *ring, struct uwdf_io_memory *memory)
{
	if (ring->ops->memory_free)
		ring->ops->memory_free(memory);
	else
		sys_munmap(memory->base, memory->len);
}

static void region_add(struct server_ring *ring, uint8_t *base, uint64_t len)
{
	struct ring_region *region = &ring->regions[ring->region_count++];

	region->base = base;
	/* the client may name it from here: pairs with ring_memory() */
	__atomic_store_n(&region->len, len, __ATOMIC_RELEASE);
	ring->region_bytes += len;
}

/* --- descriptors --- */

/* At once or not at all: what is kept in the backlog carries none. */
static int send_descriptors(struct connection *c, struct uwdf_entry *answer, const int *fds,
			    unsigned int count)
{
	union {
		char bytes[CMSG_SPACE(3 * sizeof(int))];
		struct cmsghdr align;
	} control = { .bytes = { 0 } };
	struct iovec part = { .iov_base = answer, .iov_len = sizeof(*answer) };
	struct msghdr msg = { .msg_iov = &part,
			      .msg_iovlen = 1,
			      .msg_control = control.bytes,
			      .msg_controllen = CMSG_SPACE(count * sizeof(int)) };
	struct cmsghdr *head = CMSG_FIRSTHDR(&msg);
	ssize_t sent;

	if (!list_empty(&c->backlog))
		return -EAGAIN;
	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(count * sizeof(int));
	memcpy(CMSG_DATA(head), fds, count * sizeof(int));
	answer_stamp(answer);
	answer->flags |= UWDF_FLAG_ANSWER;
	sent = sys_sendmsg(c->fd, &msg, MSG_DONTWAIT);
	return sent < 0 ? (int)sent : 0;
}

/* --- life --- */

static void regions_free(struct server_ring *ring)
{
	for (uint32_t i = 1; i < ring->region_count; i++)
		memory_free(ring, &ring->regions[i].memory);
}

static void ring_free(struct server_ring *ring)
{
	regions_free(ring);
	sys_munmap(ring->header, ring->memory_len);
	sys_close(ring->bell_fd);
	sys_close(ring->client_fd);
	mem_free(ring->requests);
	mem_free(ring);
}

/* --- quota: what a ring has room for counts as long as there is the ring, used or not --- */

static bool take_bytes(struct server_ring *ring, uint64_t bytes)
{
	struct quota_user *user = ring->connection->user;

	if (!quota_fits(ring->server, user, QUOTA_BYTES, bytes))
		return false;
	quota_take(user, QUOTA_BYTES, bytes);
	ring->quota_bytes += bytes;
	return true;
}

static void give_bytes_back(struct server_ring *ring, uint64_t bytes)
{
	quota_give_back(ring->connection->user, QUOTA_BYTES, bytes);
	ring->quota_bytes -= bytes;
}

static bool take_quota(struct server_ring *ring)
{
	struct quota_user *user = ring->connection->user;
	const uint32_t entries = ring->mask + 1;

	if (!quota_fits(ring->server, user, QUOTA_REQUESTS, entries) ||
	    !take_bytes(ring, ring->memory_len + entries * sizeof(*ring->requests)))
		return false;
	quota_take(user, QUOTA_REQUESTS, entries);
	ring->quota_requests = entries;
	return true;
}

static void give_quota_back(struct server_ring *ring)
{
	quota_give_back(ring->user, QUOTA_REQUESTS, ring->quota_requests);
	quota_give_back(ring->user, QUOTA_BYTES, ring->granted); /* its loop is through with it */
	give_bytes_back(ring, ring->quota_bytes);
}

/* The ring's loop is through with it. */
static void ring_gone(struct irq_message *msg)
{
	struct server_ring *ring = uw_container_of(msg, struct server_ring, gone);
	struct connection *c = ring->connection;
	struct server_file *f = ring->owner;

	give_quota_back(ring);
	f->ring = NULL;
	ring_free(ring);
	server_file_count(f, (uint32_t)-1);
	if (c->fd >= 0 && connection_tell(c, UWDF_EVENT_RINGS_END, f->handle))
		connection_close(c);
	c->outstanding--;
	file_close_if_dry(c, f);
	connection_release_if_idle(c);
}

/* Its client is told what it did, and loses its connection. */
static void ring_broke(struct irq_message *msg)
{
	struct server_ring *ring = uw_container_of(msg, struct server_ring, broke);
	struct connection *c = ring->connection;
	const struct uwdf_entry answer = { .opcode = UWDF_OP_RING,
					   .status = UWDF_STATUS_INVALID_PARAMETER };

	if (ring->lie)
		log_warn("server", "%s: the rings of process %u: %s", ring->server->name,
			 c->process_id, ring->lie);
	if (c->fd < 0)
		return;
	if (connection_answer(c, &answer, NULL))
		log_debug("server", "%s: it was not told", ring->server->name);
	connection_close(c); /* the ring keeps it while we are here */
}

void server_ring_detach(struct server_file *f)
{
	struct server_ring *ring = f->ring;

	if (!ring || ring->detaching)
		return;
	ring->detaching = true; /* the last message from here: none is on its way after it */
	irq_loop_post(ring->loop, &ring->detach);
}

static void init_messages(struct server_ring *ring)
{
	ring->attach.run = ring_attach;
	ring->detach.run = ring_detach;
	ring->cancel_all.run = ring_cancel_all;
	ring->broke.run = ring_broke;
	ring->gone.run = ring_gone;
}

static void lay_out(struct server_ring *ring, uint8_t *memory, uint32_t entries)
{
	const uint64_t ring_len = (uint64_t)entries * sizeof(struct uwdf_ring_entry);
	const uint64_t region_at = HEADER_LEN + 2 * ring_len;

	ring->header = (struct uwdf_ring_header *)(void *)memory;
	*ring->header = (struct uwdf_ring_header){ .magic = UWDF_RING_MAGIC,
						   .version = UWDF_RING_VERSION,
						   .entry_len = sizeof(struct uwdf_ring_entry),
						   .entries = entries,
						   .entries_at = HEADER_LEN,
						   .answers_at = HEADER_LEN + ring_len,
						   .region_at = region_at,
						   .region_len = SERVER_RING_REGION,
						   .memory_len = region_at + SERVER_RING_REGION,
						   .host_asleep = 1 };
	ring->entries = (struct uwdf_ring_entry *)(void *)(memory + HEADER_LEN);
	ring->answers = (struct uwdf_ring_answer *)(void *)(memory + HEADER_LEN + ring_len);
	ring->mask = entries - 1;
	ring->memory_len = region_at + SERVER_RING_REGION;
	region_add(ring, memory + region_at, SERVER_RING_REGION);
}

static uint64_t memory_len(uint32_t entries)
{
	return HEADER_LEN + 2ull * entries * sizeof(struct uwdf_ring_entry) + SERVER_RING_REGION;
}

static int open_bells(struct server_ring *ring)
{
	ring->bell_fd = sys_eventfd(0, EFD_NONBLOCK);
	if (ring->bell_fd < 0)
		return ring->bell_fd;
	ring->client_fd = sys_eventfd(0, EFD_NONBLOCK);
	if (ring->client_fd < 0) {
		sys_close(ring->bell_fd);
		return ring->client_fd;
	}
	return 0;
}

static int ring_new(struct connection *c, struct server_file *f, uint32_t entries,
		    struct server_ring **out, int *out_memory)
{
	struct server_ring *ring = mem_calloc(1, sizeof(*ring));
	void *memory;
	int err = -ENOMEM;

	if (!ring)
		return -ENOMEM;
	ring->requests = mem_aligned_zalloc(UW_CACHELINE, entries * sizeof(*ring->requests));
	if (!ring->requests)
		goto err_ring;
	err = open_bells(ring);
	if (err)
		goto err_requests;
	err = sealed_memory_new(memory_len(entries), &memory, out_memory);
	if (err)
		goto err_bells;
	lay_out(ring, memory, entries);
	ring->ops = c->server->params.ops;
	ring->of_loop = ring->ops->loop && ring->ops->submit_many && ring->ops->reap;
	ring->file = f->file;
	ring->is_direct = ring->ops->is_direct && ring->ops->is_direct(f->file);
	ring->server = c->server;
	ring->connection = c;
	ring->user = c->user;
	ring->owner = f;
	ring->rights = c->rights;
	init_messages(ring);
	ring_fast_init(ring);
	*out = ring;
	return 0;

err_bells:
	sys_close(ring->bell_fd);
	sys_close(ring->client_fd);
err_requests:
	mem_free(ring->requests);
err_ring:
	mem_free(ring);
	return err;
}

/*
 * What the client waits with: it is readable once for each time that we ring. Not the eventfd
 * itself, whose owner could fill it and have it block, and with it whoever rings.
 */
static int waiter_new(struct server_ring *ring)
{
	int fd = sys_epoll_create1(0);
	int err;

	if (fd < 0)
		return fd;
	err = sys_epoll_ctl(fd, EPOLL_CTL_ADD, ring->client_fd, EPOLLIN | EPOLLET, 0);
	if (err) {
		sys_close(fd);
		return err;
	}
	return fd;
}

static int pass(struct connection *c, const struct uwdf_entry *e, struct server_ring *ring,
		int memory_fd)
{
	struct uwdf_entry answer = { .opcode = UWDF_OP_RING,
				     .tag = e->tag,
				     .handle = e->handle,
				     .information = ring->memory_len };
	int waiter = waiter_new(ring);
	const int fds[] = { memory_fd, ring->bell_fd, waiter };
	int err;

	if (waiter < 0)
		return waiter;
	err = send_descriptors(c, &answer, fds, UW_ARRAY_SIZE(fds));
	sys_close(waiter);
	return err;
}

static struct irq_loop *loop_of(struct connection *c, struct server_file *f)
{
	const struct uwdf_device_io_ops *ops = c->server->params.ops;

	return ops->loop ? ops->loop(f->file) : c->server->loop;
}

/* The handle has it until its loop says that it is through. */
static void install(struct server_ring *ring, struct irq_loop *loop)
{
	ring->loop = loop;
	server_file_count(ring->owner, 1);
	/* others look at it: see server_handle.c */
	__atomic_store_n(&ring->owner->ring, ring, __ATOMIC_RELEASE);
	ring->connection->outstanding++;
	irq_loop_post(loop, &ring->attach);
}

static int32_t try_ring(struct connection *c, struct server_file *f, const struct uwdf_entry *e)
{
	struct irq_loop *loop = loop_of(c, f);
	struct server_ring *ring = NULL;
	int32_t status;
	int memory_fd;

	if (!loop)
		return UWDF_STATUS_DEVICE_REMOVED;
	if (ring_new(c, f, e->code, &ring, &memory_fd))
		return UWDF_STATUS_INSUFFICIENT_RESOURCES;
	status = UWDF_STATUS_QUOTA_EXCEEDED;
	if (take_quota(ring))
		status = pass(c, e, ring, memory_fd) ? UWDF_STATUS_INSUFFICIENT_RESOURCES
						     : UWDF_STATUS_SUCCESS;
	sys_close(memory_fd);
	if (UWDF_STATUS_OK(status)) {
		install(ring, loop);
	} else {
		give_quota_back(ring);
		ring_free(ring);
	}
	return status;
}

static bool is_power_of_two(uint32_t n)
{
	return n && !(n & (n - 1));
}

static int32_t judge_asked(struct connection *c, const struct server_file *f,
			   const struct uwdf_entry *e)
{
	if (server_is_leaving(c->server))
		return UWDF_STATUS_DEVICE_REMOVED;
	if (!f)
		return UWDF_STATUS_INVALID_HANDLE;
	if (f->ring)
		return UWDF_STATUS_INVALID_DEVICE_REQUEST;
	if (!is_power_of_two(e->code) || e->code < UWDF_RING_MIN || e->code > UWDF_RING_MAX)
		return UWDF_STATUS_INVALID_PARAMETER;
	return UWDF_STATUS_SUCCESS;
}

int server_ring_asked(struct connection *c, const struct uwdf_entry *e)
{
	struct server_file *f = file_of(c, e->handle);
	int32_t status = judge_asked(c, f, e);

	if (UWDF_STATUS_OK(status))
		status = try_ring(c, f, e);
	return UWDF_STATUS_OK(status) ? 0 : connection_answer_status(c, e, status);
}

/* --- memory --- */

static int32_t try_memory(struct connection *c, struct server_ring *ring,
			  const struct uwdf_entry *e)
{
	struct uwdf_entry answer = { .opcode = UWDF_OP_MEMORY,
				     .tag = e->tag,
				     .handle = e->handle,
				     .code = ring->region_count,
				     .information = e->offset };
	struct uwdf_io_memory memory;
	int32_t status;

	if (ring->region_count == UWDF_RING_MAX_REGION ||
	    e->offset > SERVER_MAX_MEMORY + SERVER_RING_REGION - ring->region_bytes)
		return UWDF_STATUS_INSUFFICIENT_RESOURCES;
	if (!take_bytes(ring, e->offset))
		return UWDF_STATUS_QUOTA_EXCEEDED;
	if (memory_new(ring, e->offset, &memory)) {
		give_bytes_back(ring, e->offset);
		return UWDF_STATUS_INSUFFICIENT_RESOURCES;
	}
	ring->regions[ring->region_count].memory = memory;
	/* before the client hears of it, who may name it at once; unheard of it stays, too */
	region_add(ring, memory.base, e->offset);
	status = send_descriptors(c, &answer, &memory.fd, 1) ? UWDF_STATUS_INSUFFICIENT_RESOURCES
							     : UWDF_STATUS_SUCCESS;
	sys_close(memory.fd);
	return status;
}

int server_memory_asked(struct connection *c, const struct uwdf_entry *e)
{
	struct server_file *f = file_of(c, e->handle);
	struct server_ring *ring = f ? f->ring : NULL;
	int32_t status = UWDF_STATUS_INVALID_PARAMETER;

	if (!ring || ring->detaching)
		status = UWDF_STATUS_INVALID_HANDLE;
	else if (e->offset && e->offset % sys_page_size() == 0)
		status = try_memory(c, ring, e);
	return UWDF_STATUS_OK(status) ? 0 : connection_answer_status(c, e, status);
}

/* --- cancel, asked for over the socket --- */

static void cancel_all(struct server_ring *ring)
{
	if (!__atomic_exchange_n(&ring->cancel_all_posted, true, __ATOMIC_SEQ_CST))
		irq_loop_post(ring->loop, &ring->cancel_all);
}

/* One message a slot, however often it is asked: whoever floods us has them all in one. */
static void cancel_one(struct server_ring *ring, uint64_t tag)
{
	uint32_t slot = (uint32_t)(tag & 0xffff) - 1;
	struct ring_request *r = &ring->requests[slot & ring->mask];

	if (slot > ring->mask)
		return;
	__atomic_store_n(&r->cancel_tag, tag, __ATOMIC_SEQ_CST);
	if (__atomic_exchange_n(&r->cancel_posted, true, __ATOMIC_SEQ_CST))
		return;
	r->cancel.run = ring_cancel_one;
	irq_loop_post(ring->loop, &r->cancel);
}

bool server_ring_cancel(struct server_file *f, uint64_t tag)
{
	struct server_ring *ring = f ? f->ring : NULL;

	if (!ring || ring->detaching)
		return false;
	if (tag)
		cancel_one(ring, tag);
	else
		cancel_all(ring);
	return true;
}

uint32_t server_ring_requests(const struct server_ring *ring)
{
	return ring ? __atomic_load_n(&ring->outstanding, __ATOMIC_RELAXED) : 0;
}
