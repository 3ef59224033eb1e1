/* SPDX-License-Identifier: MIT */
/* server_connection.c - one client: its socket, what waits to be sent, its end. */
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/report.h"
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

int connection_answer_request(struct connection *c, struct request *r)
{
	ssize_t sent = -EAGAIN;

	answer_stamp(&r->answer);
	if (list_empty(&c->backlog))
		sent = send_entry(c->fd, &r->answer, r->payload);
	if (sent == -EAGAIN) {
		list_push_back(&c->backlog, &r->backlog);
		return watch_room(c, true);
	}
	request_free(r);
	return sent < 0 ? (int)sent : 0;
}

/* Who reads his answers gets each of them, whatever his user's other connections have. */
static bool has_room_for(struct connection *c, const struct uwdf_entry *answer)
{
	return list_empty(&c->backlog) ||
	       quota_fits(c->server, c->user, QUOTA_BYTES, sizeof(struct request) + answer->in_len);
}

static int post(struct connection *c, const struct uwdf_entry *answer, const void *payload,
		uint32_t flags)
{
	struct request *r;

	if (!has_room_for(c, answer))
		return -ENOBUFS;
	r = request_new(c, answer->in_len, SERVER_MAX_CHARGE + SERVER_ANSWER_CHARGE);
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

int connection_answer_status(struct connection *c, const struct uwdf_entry *entry, int32_t status)
{
	const struct uwdf_entry answer = { .opcode = entry->opcode,
					   .tag = entry->tag,
					   .handle = entry->handle,
					   .status = status };

	return connection_answer(c, &answer, NULL);
}

int connection_tell(struct connection *c, enum uwdf_wire_event event, uint32_t handle)
{
	const struct uwdf_entry entry = { .opcode = UWDF_OP_EVENT,
					  .code = event,
					  .handle = handle };

	return post(c, &entry, NULL, 0);
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

/*
 * How long a datagram is, for its judge: too long for the buffer makes a malformed entry of it, and
 * so do descriptors, which clients get and never give. There is no room to receive any: the kernel
 * has closed them.
 */
static size_t length_of(const struct connection *c, const struct msghdr *msg, size_t got)
{
	if (msg->msg_flags & MSG_CTRUNC)
		log_warn("server",
			 "%s: process %u passes file descriptors, which no message to a host takes",
			 c->server->name, c->process_id);
	return msg->msg_flags & (MSG_TRUNC | MSG_CTRUNC) ? msg->msg_iov->iov_len + 1 : got;
}

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
	err = entry_handle(c, c->server->rx, length_of(c, &msg, (size_t)got));
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

/* Whoever may not open the device but administrate the host may ask about it. */
static int32_t check_user(const struct server *server, int fd, struct server_peer *out_peer)
{
	if (server_peer_of(fd, out_peer))
		return UWDF_STATUS_ACCESS_DENIED;
	return out_peer->is_admin || server_access_of(server, out_peer) ? UWDF_STATUS_SUCCESS
									: UWDF_STATUS_ACCESS_DENIED;
}

static struct connection *connection_new(struct server *server, int fd,
					 const struct server_peer *peer)
{
	struct connection *c = mem_calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	if (!tags_init(&c->tags))
		goto err_free;
	c->server = server;
	c->fd = fd;
	c->process_id = peer->pid;
	c->rights = server_access_of(server, peer);
	c->is_admin = peer->is_admin;
	list_init(&c->backlog);
	if (sys_epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, fd, EPOLLIN, (uint64_t)(uintptr_t)c))
		goto err_tags;
	list_push_back(&server->connections, &c->link);
	return c;

err_tags:
	tags_deinit(&c->tags);
err_free:
	mem_free(c);
	return NULL;
}

static int32_t connect_user(struct server *server, int fd, const struct server_peer *peer,
			    struct quota_user *user)
{
	bool fits = quota_fits(server, user, QUOTA_CONNECTIONS, 1);
	struct connection *c;

	if (!fits && (!peer->is_admin || server->spare_count >= SERVER_SPARE_CONNECTIONS))
		return UWDF_STATUS_QUOTA_EXCEEDED;
	c = connection_new(server, fd, peer);
	if (!c)
		return UWDF_STATUS_INSUFFICIENT_RESOURCES;
	c->user = user;
	c->is_spare = !fits;
	server->spare_count += !fits;
	quota_take(user, QUOTA_CONNECTIONS, 1); /* even so: it keeps the user here */
	return UWDF_STATUS_SUCCESS;
}

/* Make it a connection. Else say why not: the text to @buf of QUOTA_TEXT bytes, its length. */
static int32_t admit(struct server *server, int fd, char *buf, uint32_t *len)
{
	struct server_peer peer = { .uid = 0 };
	int32_t status = check_user(server, fd, &peer);
	struct quota_user *user;

	if (status)
		return status;
	user = quota_user_of(&server->quota, peer.uid);
	if (!user)
		return UWDF_STATUS_INSUFFICIENT_RESOURCES;
	status = connect_user(server, fd, &peer, user);
	if (status == UWDF_STATUS_QUOTA_EXCEEDED)
		*len = (uint32_t)quota_text(&server->quota, user, QUOTA_CONNECTIONS, buf,
					    QUOTA_TEXT);
	return status;
}

void connection_accept(struct server *server)
{
	struct uwdf_entry refusal = { .opcode = UWDF_OP_HELLO, .flags = UWDF_FLAG_ANSWER };
	char text[QUOTA_TEXT];
	int fd = sys_accept4(server->listen_fd, SOCK_NONBLOCK);

	if (fd == -EMFILE || fd == -ENFILE || fd == -ENOMEM || fd == -ENOBUFS)
		server_accept_later(server);
	if (fd < 0)
		return;
	refusal.status = admit(server, fd, text, &refusal.in_len);
	if (!refusal.status)
		return;
	answer_stamp(&refusal);
	if (send_entry(fd, &refusal, text) < 0)
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

/* Closing is not enough: as long as a child process that is about to exec has the socket, too, its
 * events would name a connection that is gone. */
static void leave_epoll_set(const struct connection *c)
{
	int err = sys_epoll_ctl(c->server->epoll_fd, EPOLL_CTL_DEL, c->fd, 0, 0);

	if (err)
		log_warn("server", "forgetting a client's socket: %s", err_text(err));
}

void connection_close(struct connection *c)
{
	if (c->fd < 0)
		return;
	leave_epoll_set(c);
	sys_close(c->fd);
	c->fd = -1;
	drop_backlog(c);
	files_close_all(c);
}

void connection_release_if_idle(struct connection *c)
{
	if (c->fd >= 0 || c->outstanding || c->files_moving)
		return;
	list_remove(&c->link);
	quota_give_back(c->user, QUOTA_CONNECTIONS, 1);
	c->server->spare_count -= c->is_spare;
	files_free(c);
	tags_deinit(&c->tags);
	mem_free(c->status_text);
	server_note_dry(c->server);
	mem_free(c);
}
