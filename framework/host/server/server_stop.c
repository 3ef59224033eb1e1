/* SPDX-License-Identifier: MIT */
/*
 * server_stop.c - STOP: a client wants the host to end, its driver may refuse.
 *
 * Whoever asks while the driver is being asked gets the same answer.
 */
#include <stdio.h>
#include <string.h>

#include "server_impl.h"

static int answer(struct connection *c, uint64_t tag, int32_t status, const char *text)
{
	const struct uwdf_entry entry = {
		.opcode = UWDF_OP_STOP,
		.tag = tag,
		.status = status,
		.in_len = (uint32_t)strlen(text),
	};

	return connection_answer(c, &entry, text);
}

/* --- nobody opens it between the question and the end --- */

bool opens_are_held(struct server *server)
{
	if (server->params.opens_are_held)
		return server->params.opens_are_held(server->params.arg);
	return server->held;
}

static void hold_opens(struct server *server, bool hold)
{
	if (server->params.hold_opens)
		server->params.hold_opens(server->params.arg, hold);
	else
		server->held += hold ? 1u : (uint32_t)-1;
}

static bool is_asking(const struct server *server, enum server_stop how)
{
	return server->asking & 1u << how;
}

/* --- asking --- */

static int ask(struct connection *c, const struct uwdf_entry *e, enum server_stop how)
{
	struct server *server = c->server;

	c->stop_tag = e->tag;
	c->stop_if_unused = how == SERVER_STOP_IF_UNUSED;
	if (is_asking(server, how))
		return 0;
	server->asking |= 1u << how;
	server->params.stop(server->params.arg, how);
	return 0;
}

static bool is_kept(struct server *server)
{
	return server_is_kept(server) ||
	       (server->params.in_use && server->params.in_use(server->params.arg));
}

static int ask_if_unused(struct connection *c, const struct uwdf_entry *e)
{
	struct server *server = c->server;

	if (!is_asking(server, SERVER_STOP_IF_UNUSED)) {
		hold_opens(server, true);
		if (is_kept(server)) {
			hold_opens(server, false);
			return answer(c, e->tag, UWDF_STATUS_DEVICE_BUSY, "");
		}
	}
	return ask(c, e, SERVER_STOP_IF_UNUSED);
}

int stop_asked(struct connection *c, const struct uwdf_entry *e)
{
	struct server *server = c->server;

	if (e->flags & UWDF_FLAG_FORCE) {
		server->params.stop(server->params.arg, SERVER_STOP_FORCED);
		return answer(c, e->tag, UWDF_STATUS_SUCCESS, "");
	}
	if (c->stop_tag || server_is_leaving(server))
		return answer(c, e->tag, UWDF_STATUS_INVALID_DEVICE_REQUEST, "");
	return e->flags & UWDF_FLAG_IF_UNUSED ? ask_if_unused(c, e) : ask(c, e, SERVER_STOP);
}

/* --- answering --- */

static void answer_those(struct server *server, bool if_unused_only, int32_t status,
			 const char *text)
{
	list_for_each_safe (it, next, &server->connections) {
		struct connection *c = list_entry(it, struct connection, link);
		uint64_t tag = c->stop_tag;

		if (!tag || (if_unused_only && !c->stop_if_unused))
			continue;
		c->stop_tag = 0;
		if (c->fd >= 0 && answer(c, tag, status, text))
			connection_close(c);
		connection_release_if_idle(c);
	}
}

static void let_open(struct server *server)
{
	if (is_asking(server, SERVER_STOP_IF_UNUSED))
		hold_opens(server, false);
}

static void answered(struct irq_message *msg)
{
	struct server *server = uw_container_of(msg, struct server, stop_answer);
	bool refused = server->refusal[0];

	if (refused)
		let_open(server);
	server->asking = 0;
	answer_those(server, false, refused ? UWDF_STATUS_DEVICE_BUSY : UWDF_STATUS_SUCCESS,
		     server->refusal);
}

static void busy(struct irq_message *msg)
{
	struct server *server = uw_container_of(msg, struct server, stop_busy);

	let_open(server);
	server->asking &= ~(1u << SERVER_STOP_IF_UNUSED);
	answer_those(server, true, UWDF_STATUS_DEVICE_BUSY, "");
}

void stops_consent(struct server *server)
{
	let_open(server); /* if this one goes alone, others may be opened again */
	server->asking = 0;
	answer_those(server, false, UWDF_STATUS_SUCCESS, "");
}

UW_EXPORT void server_answer_stop(struct server *server, const char *refusal)
{
	(void)snprintf(server->refusal, sizeof(server->refusal), "%s", refusal ? refusal : "");
	server->stop_answer.run = answered;
	irq_loop_post(server->loop, &server->stop_answer);
}

UW_EXPORT void server_answer_busy(struct server *server)
{
	server->stop_busy.run = busy;
	irq_loop_post(server->loop, &server->stop_busy);
}
