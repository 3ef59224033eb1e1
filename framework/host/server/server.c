/* SPDX-License-Identifier: MIT */
/*
 * server.c - start, leave, end.
 *
 * All sockets stand in one epoll set, and the set is one source of the loop: so room to send can be
 * waited for, too, and the loop learns nothing of connections.
 */
#include "server.h"

#include <errno.h>
#include <sys/epoll.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/sys.h"
#include "server_impl.h"

#define EVENTS_AT_ONCE  16
#define ACCEPT_PAUSE_MS 100u

static void serve(void *arg, uint64_t count)
{
	struct epoll_event events[EVENTS_AT_ONCE];
	struct server *server = arg;
	int ready = sys_epoll_wait(server->epoll_fd, events, EVENTS_AT_ONCE, 0);

	(void)count;
	/* serving one connection frees no other, so the batch stays good */
	for (int i = 0; i < ready; i++) {
		struct connection *c = events[i].data.ptr;

		if (c)
			connection_serve(c, events[i].events);
		else
			connection_accept(server);
	}
}

static int watch_listen(struct server *server, int op, uint32_t events)
{
	return sys_epoll_ctl(server->epoll_fd, op, server->listen_fd, events, 0);
}

static void accept_again(struct irq_timer *timer)
{
	struct server *server = uw_container_of(timer, struct server, accept_again);

	if (watch_listen(server, EPOLL_CTL_MOD, EPOLLIN))
		server_accept_later(server);
}

/* Nothing to accept with: a listening socket that stays readable would keep the loop spinning. */
void server_accept_later(struct server *server)
{
	uint64_t due = exec_deadline_ms(ACCEPT_PAUSE_MS);

	if (!watch_listen(server, EPOLL_CTL_MOD, 0))
		irq_loop_timer_start(server->loop, &server->accept_again, due);
}

/* --- start --- */

static int make_loop(struct server *server)
{
	const struct irq_loop_params params = { .name = "uwdf-server",
						.backend = server->params.backend,
						.node = -1,
						.own_thread = true };

	return irq_loop_new(&params, &server->loop);
}

static int start_serving(struct server *server)
{
	int err;

	server->epoll_fd = sys_epoll_create1(0);
	if (server->epoll_fd < 0)
		return server->epoll_fd;
	err = watch_listen(server, EPOLL_CTL_ADD, EPOLLIN);
	if (err)
		goto err_epoll;
	err = make_loop(server);
	if (err)
		goto err_epoll;
	err = irq_loop_add_source(server->loop, IRQ_SOURCE_READABLE, server->epoll_fd, serve,
				  server, &server->source);
	if (err)
		goto err_loop;
	return 0;

err_loop:
	irq_loop_free(server->loop);
err_epoll:
	sys_close(server->epoll_fd);
	return err;
}

struct server *server_new(const struct server_params *params)
{
	struct server *server = mem_calloc(1, sizeof(*server));

	if (!server)
		return NULL;
	server->params = *params;
	list_init(&server->connections);
	list_init(&server->handles);
	quota_init(&server->quota, server->name, &params->quota);
	list_init(&server->accept_again.link);
	server->accept_again.run = accept_again;
	server->rx = mem_alloc(sizeof(struct uwdf_entry) + UWDF_WIRE_MAX_PAYLOAD);
	if (!server->rx || exec_event_init(&server->dry))
		goto err_free;
	if (exec_event_init(&server->let_go))
		goto err_dry;
	if (exec_mutex_init(&server->handles_lock))
		goto err_event;
	return server;

err_event:
	exec_event_deinit(&server->let_go);
err_dry:
	exec_event_deinit(&server->dry);
err_free:
	mem_free(server->rx);
	mem_free(server);
	return NULL;
}

void server_destroy(struct server *server)
{
	quota_deinit(&server->quota);
	exec_mutex_deinit(&server->handles_lock);
	exec_event_deinit(&server->let_go);
	exec_event_deinit(&server->dry);
	mem_free(server->rx);
	mem_free(server);
}

UW_EXPORT int server_start(const struct server_params *params, struct report *rep,
			   struct server **out)
{
	struct server *server = server_new(params);
	int err;

	if (!server)
		return report_fail(rep, -ENOMEM, "serving %s", params->name);
	err = server_socket_claim(server, params->name, rep);
	if (err)
		goto err_destroy;
	err = start_serving(server);
	if (err) {
		report_fail(rep, err, "serving %s", server->path);
		goto err_release;
	}
	*out = server;
	return 0;

err_release:
	server_socket_release(server);
err_destroy:
	server_destroy(server);
	return err;
}

UW_EXPORT const char *server_name(const struct server *server)
{
	return server->name;
}

UW_EXPORT const char *server_socket(const struct server *server)
{
	return server->path;
}

/* --- leave, end --- */

void server_note_dry(struct server *server)
{
	if (server_is_leaving(server) && !server->open_files)
		exec_event_set(&server->dry);
}

void server_leave_now(struct server *server)
{
	stops_consent(server);
	list_for_each_safe (it, next, &server->connections) {
		struct connection *c = list_entry(it, struct connection, link);

		if (c->fd >= 0 && connection_tell(c, UWDF_EVENT_REMOVED, 0))
			connection_close(c);
		files_close_all(c);
		connection_release_if_idle(c);
	}
	server_note_dry(server);
}

static void leave(struct irq_message *msg)
{
	server_leave_now(uw_container_of(msg, struct server, leave));
}

UW_EXPORT void server_start_leaving(struct server *server)
{
	/* Not by a call: only dry, with its deadline, says that all is over. */
	__atomic_store_n(&server->leaving, true, __ATOMIC_RELEASE);
	server->leave.run = leave;
	irq_loop_post(server->loop, &server->leave);
}

UW_EXPORT bool server_await_left(struct server *server, uint64_t deadline_ns)
{
	return exec_event_wait(&server->dry, deadline_ns);
}

UW_EXPORT bool server_leave(struct server *server, uint64_t deadline_ns)
{
	server_start_leaving(server);
	return server_await_left(server, deadline_ns);
}

static void hang_up(void *arg)
{
	struct server *server = arg;

	__atomic_store_n(&server->leaving, true, __ATOMIC_RELEASE);
	irq_loop_timer_stop(&server->accept_again);
	if (watch_listen(server, EPOLL_CTL_DEL, 0)) /* no newcomers while we close */
		log_debug("server", "%s: the listening socket was not watched", server->name);
	list_for_each_safe (it, next, &server->connections) {
		struct connection *c = list_entry(it, struct connection, link);

		connection_close(c);
		connection_release_if_idle(c);
	}
	server_note_dry(server);
}

UW_EXPORT int server_free(struct server *server, uint64_t deadline_ns)
{
	if (!server)
		return 0;
	irq_loop_call(server->loop, hang_up, server);
	irq_loop_remove_source(server->source);
	server_socket_release(server);
	/* what the device still holds points into us */
	if (!exec_event_wait(&server->dry, deadline_ns))
		return -ETIMEDOUT;
	if (server->params.settle)
		server->params.settle(server->params.arg);
	irq_loop_free(server->loop);
	sys_close(server->epoll_fd);
	server_destroy(server);
	return 0;
}
