/* SPDX-License-Identifier: MIT */
#include "socket_world.h"

#include <errno.h>
#include <sanitizer/asan_interface.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/log.h"
#include "base/mem.h"
#include "fuzz_check.h"

#define FIRST_FD    1000 /* of client 0; they are numbers, nothing is open */
#define PENDING_MAX 16384u

struct world world;

static struct irq_message *messages[PENDING_MAX];
static size_t message_count;
static struct uwdf_io *pending[PENDING_MAX];
static size_t pending_count;
static struct uwdf_open *opening[PENDING_MAX];
static size_t opening_count;
static struct {
	void (*done)(void *arg);
	void *arg;
} closing[PENDING_MAX];
static size_t closing_count;
static size_t files_open;
static uint64_t blocks_before;

static const void *datagram; /* to be received next; NULL: none */
static size_t datagram_len;
static uint32_t next_uid;
static int next_fd;

/* --- what the linker gives us instead of the real ones --- */

int __wrap_sys_accept4(int fd, int flags);
int __wrap_sys_getsockopt(int fd, int level, int name, void *value, socklen_t *len);
int __wrap_sys_epoll_ctl(int epoll_fd, int op, int fd, uint32_t events, uint64_t data);
ssize_t __wrap_sys_recvmsg(int fd, struct msghdr *msg, int flags);
ssize_t __wrap_sys_sendmsg(int fd, const struct msghdr *msg, int flags);
void __wrap_sys_close(int fd);
void __wrap_irq_loop_post(struct irq_loop *loop, struct irq_message *msg);

int __wrap_sys_accept4(int fd, int flags)
{
	(void)fd;
	(void)flags;
	return next_fd;
}

int __wrap_sys_getsockopt(int fd, int level, int name, void *value, socklen_t *len)
{
	const struct ucred who = { .pid = 1, .uid = next_uid, .gid = next_uid };

	(void)fd;
	(void)level;
	if (name != SO_PEERCRED)
		return -ENOPROTOOPT;
	memcpy(value, &who, sizeof(who));
	*len = sizeof(who);
	return 0;
}

static struct world_client *client_at(int fd)
{
	FUZZ_CHECK(fd >= FIRST_FD && fd < FIRST_FD + (int)WORLD_CLIENTS);
	return &world.clients[fd - FIRST_FD];
}

int __wrap_sys_epoll_ctl(int epoll_fd, int op, int fd, uint32_t events, uint64_t data)
{
	struct world_client *client = client_at(fd);

	(void)epoll_fd;
	(void)events;
	if (op == EPOLL_CTL_ADD)
		client->connection = (struct connection *)(uintptr_t)data;
	else
		FUZZ_CHECK(client->connection);
	return 0;
}

ssize_t __wrap_sys_recvmsg(int fd, struct msghdr *msg, int flags)
{
	size_t room = msg->msg_iov[0].iov_len;
	size_t len = datagram_len < room ? datagram_len : room;

	(void)fd;
	(void)flags;
	if (!datagram)
		return -EAGAIN;
	ASAN_UNPOISON_MEMORY_REGION(msg->msg_iov[0].iov_base, room);
	memcpy(msg->msg_iov[0].iov_base, datagram, len);
	/* behind it is what others sent before */
	ASAN_POISON_MEMORY_REGION((uint8_t *)msg->msg_iov[0].iov_base + len, room - len);
	msg->msg_flags = datagram_len > room ? MSG_TRUNC : 0;
	datagram = NULL;
	return (ssize_t)len;
}

static void remember_handle(struct world_client *client, const struct uwdf_entry *e)
{
	if (e->opcode != UWDF_OP_OPEN || e->status < 0 || !e->handle)
		return;
	client->handles[client->handle_count++ % UW_ARRAY_SIZE(client->handles)] = e->handle;
}

/* All that the server ever says is well formed, and no more than it was asked for. */
static void check_answer(const struct world_client *client, const struct msghdr *msg)
{
	const struct uwdf_entry *e = msg->msg_iov[0].iov_base;

	FUZZ_CHECK(msg->msg_iov[0].iov_len == sizeof(*e));
	FUZZ_CHECK(e->magic == UWDF_WIRE_MAGIC && e->version == UWDF_WIRE_VERSION);
	FUZZ_CHECK(e->in_len <= UWDF_WIRE_MAX_PAYLOAD && msg->msg_iov[1].iov_len == e->in_len);
	FUZZ_CHECK(e->opcode == UWDF_OP_EVENT || (e->flags & UWDF_FLAG_ANSWER));
	FUZZ_CHECK(!e->in_len || msg->msg_iov[1].iov_base);
	/* nobody asks for what has no tag, nor for the words of a refusal */
	FUZZ_CHECK(!e->tag || e->status < 0 || e->in_len <= client->asked[e->tag % 256]);
	/* every byte of it is there to be read */
	for (size_t i = 0; i < e->in_len; i++)
		(void)*((const volatile uint8_t *)msg->msg_iov[1].iov_base + i);
}

ssize_t __wrap_sys_sendmsg(int fd, const struct msghdr *msg, int flags)
{
	struct world_client *client = client_at(fd);

	(void)flags;
	check_answer(client, msg);
	if (client->blocked)
		return -EAGAIN;
	remember_handle(client, msg->msg_iov[0].iov_base);
	return (ssize_t)(msg->msg_iov[0].iov_len + msg->msg_iov[1].iov_len);
}

void __wrap_sys_close(int fd)
{
	client_at(fd)->connection = NULL;
}

/* Posting twice is harmless, as the loop has it. */
void __wrap_irq_loop_post(struct irq_loop *loop, struct irq_message *msg)
{
	(void)loop;
	for (size_t i = 0; i < message_count; i++)
		if (messages[i] == msg)
			return;
	FUZZ_CHECK(message_count < PENDING_MAX);
	messages[message_count++] = msg;
}

void world_run_messages(void)
{
	while (message_count) {
		struct irq_message *msg = messages[0];

		memmove(messages, messages + 1, --message_count * sizeof(struct irq_message *));
		msg->run(msg);
	}
}

/* --- the device --- */

static void finish_open(struct uwdf_open *open, int32_t status)
{
	files_open += UWDF_STATUS_OK(status);
	open->done(open, status, UWDF_STATUS_OK(status) ? (struct uwdf_file *)&world : NULL);
}

static void open_start(void *device, struct uwdf_open *open)
{
	(void)device;
	FUZZ_CHECK(!world.left && opening_count < PENDING_MAX);
	if (world.opens_wait)
		opening[opening_count++] = open;
	else
		finish_open(open, UWDF_STATUS_SUCCESS);
}

static void close_start(struct uwdf_file *file, void (*done)(void *arg), void *arg)
{
	FUZZ_CHECK(file == (struct uwdf_file *)&world && files_open);
	files_open--;
	if (!world.opens_wait) {
		done(arg);
		return;
	}
	closing[closing_count].done = done;
	closing[closing_count++].arg = arg;
}

/* The buffers are what was asked for, to the last byte. */
static void touch(const struct uwdf_io *io)
{
	uint8_t sum = 0;

	FUZZ_CHECK(!io->in_len == !io->in && !io->out_len == !io->out);
	for (size_t i = 0; i < io->in_len; i++)
		sum = (uint8_t)(sum + ((const uint8_t *)io->in)[i]);
	for (size_t i = 0; i < io->out_len; i++)
		((uint8_t *)io->out)[i] = sum;
}

static void submit(struct uwdf_file *file, struct uwdf_io *io)
{
	FUZZ_CHECK(file == (struct uwdf_file *)&world && files_open && !world.left);
	touch(io);
	if (io->kind == UWDF_IO_WRITE || (io->kind == UWDF_IO_CONTROL && (io->code & 4))) {
		io->complete(io, UWDF_STATUS_SUCCESS, io->in_len);
		return;
	}
	FUZZ_CHECK(pending_count < PENDING_MAX);
	pending[pending_count++] = io;
}

static void complete_at(size_t i, int32_t status, uint64_t information)
{
	struct uwdf_io *io = pending[i];

	memmove(pending + i, pending + i + 1, (--pending_count - i) * sizeof(struct uwdf_io *));
	touch(io);
	io->complete(io, status, information);
}

/* Codes with bit 3 ignore it. */
static void cancel(struct uwdf_io *io)
{
	for (size_t i = 0; i < pending_count; i++)
		if (pending[i] == io && !(io->code & 8)) {
			complete_at(i, UWDF_STATUS_CANCELLED, 0);
			return;
		}
}

static const struct uwdf_device_io_ops device_ops = {
	.open_start = open_start,
	.close_start = close_start,
	.submit = submit,
	.cancel = cancel,
};

void world_complete(unsigned int skip, int32_t status, uint64_t information)
{
	if (skip < pending_count)
		complete_at(skip, status, information);
}

void world_answer_opens(int32_t status)
{
	for (size_t i = 0; i < opening_count; i++)
		finish_open(opening[i], status);
	opening_count = 0;
	for (size_t i = 0; i < closing_count; i++)
		closing[i].done(closing[i].arg);
	closing_count = 0;
}

/* --- the host --- */

static size_t describe(void *arg, struct server *server, char *buf, size_t len)
{
	(void)arg;
	(void)server;
	return (size_t)snprintf(buf, len, "{\"a\": \"%0100u\"}", 1u);
}

static void stop(void *arg, enum server_stop how)
{
	(void)arg;
	if (how != SERVER_STOP_FORCED)
		world.asked |= 1u << how;
}

static const struct uwdf_access everybody = { .who = UWDF_WHO_EVERYBODY,
					      .rights = UWDF_ACCESS_READ | UWDF_ACCESS_WRITE };

static void no_words(void *arg, enum log_level level, const char *area, const char *text)
{
	(void)arg;
	(void)level;
	(void)area;
	(void)text;
}

void world_begin(void)
{
	/* low, so that they are met */
	const struct server_params params = {
		.name = "fuzz",
		.interface_count = 1,
		.interfaces = { "0123456789abcde" },
		.access_given = true,
		.access = { everybody },
		.access_count = 1,
		.quota = { .most = { 3, 6, 12, 200000 } },
		.ops = &device_ops,
		.describe = describe,
		.why = describe,
		.stop = stop,
	};

	log_set_sink(no_words, NULL);
	memset(&world, 0, sizeof(world));
	blocks_before = mem_live_blocks();
	world.server = server_new(&params);
	FUZZ_CHECK(world.server);
	strcpy(world.server->name, params.name);
}

void world_connect(unsigned int client, uint32_t uid)
{
	if (world.clients[client].connection || world.left)
		return;
	next_uid = uid;
	next_fd = FIRST_FD + (int)client;
	world.clients[client].blocked = false;
	memset(world.clients[client].asked, 0, sizeof(world.clients[client].asked));
	connection_accept(world.server);
}

void world_disconnect(unsigned int client)
{
	struct connection *c = world.clients[client].connection;

	if (!c)
		return;
	connection_close(c);
	connection_release_if_idle(c);
}

static void note_asked(struct world_client *client, const void *bytes, size_t len)
{
	struct uwdf_entry e;

	if (len < sizeof(e))
		return;
	memcpy(&e, bytes, sizeof(e));
	if (client->asked[e.tag % 256] < e.out_len)
		client->asked[e.tag % 256] = e.out_len;
}

void world_send(unsigned int client, const void *bytes, size_t len)
{
	struct connection *c = world.clients[client].connection;

	if (!c || !len) /* a datagram of nothing is the end of a connection */
		return;
	note_asked(&world.clients[client], bytes, len);
	datagram = bytes;
	datagram_len = len;
	connection_serve(c, EPOLLIN);
	datagram = NULL;
}

void world_unblock(unsigned int client)
{
	world.clients[client].blocked = false;
	if (world.clients[client].connection)
		connection_serve(world.clients[client].connection, EPOLLOUT);
}

void world_leave(void)
{
	if (world.left)
		return;
	__atomic_store_n(&world.server->leaving, true, __ATOMIC_RELEASE);
	world.left = true;
	server_leave_now(world.server);
}

static void let_all_go(void)
{
	world.opens_wait = false;
	world_answer_opens(UWDF_STATUS_SUCCESS);
	world_run_messages();
	while (pending_count) {
		world_complete(0, UWDF_STATUS_UNSUCCESSFUL, 0);
		world_run_messages();
	}
	world_answer_opens(UWDF_STATUS_SUCCESS);
	world_run_messages();
}

void world_end(void)
{
	world_run_messages();
	world_leave();
	for (unsigned int i = 0; i < WORLD_CLIENTS; i++)
		world_disconnect(i);
	let_all_go();
	FUZZ_CHECK(!files_open && !world.server->open_files && !world.server->deaf_files);
	FUZZ_CHECK(list_empty(&world.server->connections) && list_empty(&world.server->handles));
	list_for_each (it, &world.server->quota.users)
		for (unsigned int kind = 0; kind < QUOTA_KINDS; kind++)
			FUZZ_CHECK(!list_entry(it, struct quota_user, link)->used[kind]);
	server_destroy(world.server);
	FUZZ_CHECK(mem_live_blocks() == blocks_before);
}
