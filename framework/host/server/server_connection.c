/* SPDX-License-Identifier: MIT */
/* server_connection.c - one client: its socket, what waits to be sent, its end. */
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/sys.h"
#include "server_impl.h"

#define ENTRIES_AT_ONCE 32 /* then the others have their turn */

/* --- sending --- */

static ssize_t send_entry(int fd, const struct uwdf_entry *entry, const void *payload)
{
	struct iovec parts[2] = {
		{ .iov_base = (void *)(uintptr_t)entry, .iov_len = sizeof(*entry) },
		{ .iov_base = (void *)(uintptr_t)payload, .iov_len = entry->in_len }
	};
	struct msghdr msg = { .msg_iov = parts, .msg_iovlen = 2 };

	return sys_sendmsg(fd, &msg, MSG_DONTWAIT);
}

static int watch_room(struct connection *c, bool wants)
{
	uint32_t events = EPOLLIN | (wants ? (uint32_t)EPOLLOUT : 0);

	if (c->wants_room == wants)
		return 0;
	c->wants_room = wants;
	return sys_epoll_ctl(c->server->epoll_fd, EPOLL_CTL_MOD, c->fd, events,
			     (uint64_t)(uintptr_t)c);
}

static void stamp(struct uwdf_entry *answer)
{
	answer->magic = UWDF_WIRE_MAGIC;
	answer->version = UWDF_WIRE_VERSION;
}

int connection_answer_request(struct connection *c, struct request *r)
{
	ssize_t sent = -EAGAIN;

	stamp(&r->answer);
	if (list_empty(&c->backlog))
		sent = send_entry(c->fd, &r->answer, r->payload);
	if (sent == -EAGAIN) {
		list_push_back(&c->backlog, &r->backlog);
		return watch_room(c, true);
	}
	request_free(r);
	return sent < 0 ? (int)sent : 0;
}

static int post(struct connection *c, const struct uwdf_entry *answer, const void *payload,
		uint32_t flags)
{
	struct request *r =
		request_new(c, answer->in_len, SERVER_MAX_CHARGE + SERVER_ANSWER_CHARGE);

	if (!r)
		return -ENOBUFS;
	r->answer = *answer;
	r->answer.flags |= flags;
	r->payload = r->data;
	if (answer->in_len)
		memcpy(r->data, payload, answer->in_len);
	return connection_answer_request(c, r);
}

int connection_answer(struct connection *c, const struct uwdf_entry *answer, const void *payload)
{
	return post(c, answer, payload, UWDF_FLAG_ANSWER);
}

int connection_tell_removed(struct connection *c)
{
	const struct uwdf_entry event = { .opcode = UWDF_OP_EVENT, .code = UWDF_EVENT_REMOVED };

	return post(c, &event, NULL, 0);
}

static int send_backlog(struct connection *c)
{
	while (!list_empty(&c->backlog)) {
		struct request *r = list_first(&c->backlog, struct request, backlog);
		ssize_t sent = send_entry(c->fd, &r->answer, r->payload);

		if (sent == -EAGAIN)
			return 0;
		if (sent < 0)
			return (int)sent;
		request_free(r);
	}
	return watch_room(c, false);
}

/* --- receiving --- */

/* 1: an entry was served; 0: nothing more now; -errno: close. */
static int receive_one(struct connection *c)
{
	const size_t most = sizeof(struct uwdf_entry) + UWDF_WIRE_MAX_PAYLOAD;
	struct iovec part = { .iov_base = c->server->rx, .iov_len = most };
	struct msghdr msg = { .msg_iov = &part, .msg_iovlen = 1 };
	ssize_t got = sys_recvmsg(c->fd, &msg, MSG_DONTWAIT);
	int err;

	if (got == -EAGAIN)
		return 0;
	if (got <= 0)
		return got ? (int)got : -EPIPE;
	/* a datagram too long for the buffer is judged as the malformed entry that it is */
	err = entry_handle(c, c->server->rx, msg.msg_flags & MSG_TRUNC ? most + 1 : (size_t)got);
	return err ? err : 1;
}

void connection_serve(struct connection *c, uint32_t events)
{
	int err = events & EPOLLOUT ? send_backlog(c) : 0;
	int more = 1;

	for (int i = 0; !err && more && i < ENTRIES_AT_ONCE; i++) {
		more = receive_one(c);
		err = more < 0 ? more : 0;
	}
	if (err)
		connection_close(c);
	connection_release_if_idle(c);
}

/* --- life --- */

static int32_t check_user(int fd, uint32_t *out_process_id)
{
	struct ucred who;
	socklen_t len = sizeof(who);
	int err = sys_getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len);

	if (err)
		return UWDF_STATUS_ACCESS_DENIED;
	*out_process_id = (uint32_t)who.pid;
	return who.uid == sys_geteuid() || who.uid == 0 ? UWDF_STATUS_SUCCESS
							: UWDF_STATUS_ACCESS_DENIED;
}

static struct connection *connection_new(struct server *server, int fd, uint32_t process_id)
{
	struct connection *c = mem_calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->server = server;
	c->fd = fd;
	c->process_id = process_id;
	list_init(&c->backlog);
	for (unsigned int i = 0; i < SERVER_TAG_BUCKETS; i++)
		list_init(&c->by_tag[i]);
	if (sys_epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, fd, EPOLLIN, (uint64_t)(uintptr_t)c)) {
		mem_free(c);
		return NULL;
	}
	list_push_back(&server->connections, &c->link);
	server->connection_count++;
	return c;
}

void connection_accept(struct server *server)
{
	struct uwdf_entry refusal = { .opcode = UWDF_OP_HELLO, .flags = UWDF_FLAG_ANSWER };
	uint32_t process_id = 0;
	int fd = sys_accept4(server->listen_fd, SOCK_NONBLOCK);

	if (fd == -EMFILE || fd == -ENFILE || fd == -ENOMEM || fd == -ENOBUFS)
		server_accept_later(server);
	if (fd < 0)
		return;
	refusal.status = check_user(fd, &process_id);
	if (!refusal.status && (server->connection_count >= SERVER_MAX_CONNECTIONS ||
				!connection_new(server, fd, process_id)))
		refusal.status = UWDF_STATUS_INSUFFICIENT_RESOURCES;
	if (!refusal.status)
		return;
	stamp(&refusal);
	if (send_entry(fd, &refusal, NULL) < 0)
		log_debug("server", "%s: a refused client did not wait for the reason",
			  server->name);
	log_info("server", "%s: refused a client: 0x%08x", server->name, (uint32_t)refusal.status);
	sys_close(fd);
}

static void drop_backlog(struct connection *c)
{
	while (!list_empty(&c->backlog))
		request_free(list_first(&c->backlog, struct request, backlog));
}

void connection_close(struct connection *c)
{
	if (c->fd < 0)
		return;
	sys_close(c->fd); /* leaves the epoll set by that */
	c->fd = -1;
	drop_backlog(c);
	files_close_all(c);
}

void connection_release_if_idle(struct connection *c)
{
	if (c->fd >= 0 || c->outstanding || c->files_moving)
		return;
	list_remove(&c->link);
	c->server->connection_count--;
	mem_free(c->status_text);
	server_note_dry(c->server);
	mem_free(c);
}
