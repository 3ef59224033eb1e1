/* SPDX-License-Identifier: MIT */
/*
 * server_notice.c - clients hear that the device is to be removed, as programs in Windows do by
 * device notifications, and may close it; those who asked for that are waited for.
 */
#include "server_impl.h"

static void tell_listeners(struct server *server, enum uwdf_wire_event event)
{
	list_for_each_safe (it, next, &server->connections) {
		struct connection *c = list_entry(it, struct connection, link);

		if (c->wants_notice && c->fd >= 0 && connection_tell(c, event, 0))
			connection_close(c);
		connection_release_if_idle(c);
	}
}

void notice_if_let_go(struct server *server)
{
	if (server->querying && server->open_files == server->deaf_files)
		exec_event_set(&server->let_go);
}

static void query(struct irq_message *msg)
{
	struct server *server = uw_container_of(msg, struct server, query);

	server->querying = true;
	tell_listeners(server, UWDF_EVENT_QUERY_REMOVE);
	notice_if_let_go(server);
}

static void stays(struct irq_message *msg)
{
	struct server *server = uw_container_of(msg, struct server, stays);

	server->querying = false;
	tell_listeners(server, UWDF_EVENT_STAYS);
}

UW_EXPORT void server_query_remove(struct server *server)
{
	exec_event_clear(&server->let_go);
	server->query.run = query;
	irq_loop_post(server->loop, &server->query);
}

UW_EXPORT bool server_await_let_go(struct server *server, uint64_t deadline_ns)
{
	return exec_event_wait(&server->let_go, deadline_ns);
}

UW_EXPORT void server_tell_stays(struct server *server)
{
	server->stays.run = stays;
	irq_loop_post(server->loop, &server->stays);
}

int notify_asked(struct connection *c, const struct uwdf_entry *entry)
{
	const struct uwdf_entry answer = {
		.opcode = UWDF_OP_NOTIFY,
		.tag = entry->tag,
		.status = server_is_leaving(c->server) ? UWDF_STATUS_DEVICE_REMOVED
						       : UWDF_STATUS_SUCCESS,
	};

	files_hear(c, entry->code);
	notice_if_let_go(c->server);
	return connection_answer(c, &answer, NULL);
}
