/* SPDX-License-Identifier: MIT */
/*
 * server_entry.c - judge an entry before anything believes it.
 *
 * The datagram is the server's private copy, so no field can change between the check and the use.
 */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "server_impl.h"

/* What an opcode may carry; an entry outside of these limits is malformed. */
struct opcode_rule {
	uint32_t in_min, in_max, out_max;
	uint32_t flags;
	bool wants_handle, wants_offset, wants_code;
};

/* clang-format off */
static const struct opcode_rule rules[] = {
	[UWDF_OP_HELLO]   = { .in_max = 0, .out_max = UWDF_WIRE_MAX_PAYLOAD, .wants_code = true },
	[UWDF_OP_OPEN]    = { .in_min = 1, .in_max = 16 + UWDF_WIRE_MAX_NAME, .flags = UWDF_FLAG_OPEN_GUID },
	[UWDF_OP_CLOSE]   = { .wants_handle = true },
	[UWDF_OP_READ]    = { .out_max = UWDF_WIRE_MAX_PAYLOAD, .wants_handle = true, .wants_offset = true },
	[UWDF_OP_WRITE]   = { .in_max = UWDF_WIRE_MAX_PAYLOAD, .wants_handle = true, .wants_offset = true },
	[UWDF_OP_CONTROL] = { .in_max = UWDF_WIRE_MAX_PAYLOAD, .out_max = UWDF_WIRE_MAX_PAYLOAD,
			      .flags = UWDF_FLAG_OUT_DATA, .wants_handle = true, .wants_code = true },
	[UWDF_OP_CANCEL]  = { .flags = UWDF_FLAG_SILENT, .wants_handle = true, .wants_offset = true },
	[UWDF_OP_STATUS]  = { .out_max = UWDF_WIRE_MAX_PAYLOAD, .wants_offset = true },
	[UWDF_OP_STOP]    = { .in_max = 0, .flags = UWDF_FLAG_IF_UNUSED | UWDF_FLAG_FORCE },
	[UWDF_OP_EVENT]   = { .in_min = 1, .in_max = 0 }, /* the host's to send */
	[UWDF_OP_WHY]     = { .out_max = UWDF_WIRE_MAX_PAYLOAD, .wants_offset = true },
	[UWDF_OP_RING]    = { .wants_handle = true, .wants_code = true },
	[UWDF_OP_MEMORY]  = { .wants_handle = true, .wants_offset = true },
	[UWDF_OP_NOTIFY]  = { .in_max = 0, .wants_code = true },
	[UWDF_OP_FLUSH]   = { .wants_handle = true },
};
/* clang-format on */

static bool fields_fit(const struct uwdf_entry *e, const struct opcode_rule *rule)
{
	if (e->in_len < rule->in_min || e->in_len > rule->in_max || e->out_len > rule->out_max)
		return false;
	if (e->flags & ~rule->flags || e->status || e->information || e->reserved)
		return false;
	if ((e->handle && !rule->wants_handle) || (e->offset && !rule->wants_offset) ||
	    (e->code && !rule->wants_code))
		return false;
	if (e->opcode == UWDF_OP_CONTROL && (e->flags & UWDF_FLAG_OUT_DATA))
		return e->in_len >= e->out_len && UWDF_METHOD_OF(e->code) == UWDF_METHOD_IN_DIRECT;
	if (e->opcode == UWDF_OP_NOTIFY && e->code > 1)
		return false;
	if (e->opcode != UWDF_OP_OPEN)
		return true;
	return e->flags & UWDF_FLAG_OPEN_GUID ? e->in_len >= 16 : e->in_len <= UWDF_WIRE_MAX_NAME;
}

/* A number between others' that means nothing: each opcode carries something or has a flag. */
static bool is_gap(const struct opcode_rule *rule)
{
	return !rule->in_max && !rule->out_max && !rule->flags && !rule->wants_handle &&
	       !rule->wants_code;
}

static bool is_well_formed(const struct uwdf_entry *e, size_t len)
{
	if (e->opcode >= UW_ARRAY_SIZE(rules) || is_gap(&rules[e->opcode]))
		return false;
	return e->tag && len == sizeof(*e) + (size_t)e->in_len && fields_fit(e, &rules[e->opcode]);
}

static bool is_request(const struct uwdf_entry *e)
{
	return e->opcode == UWDF_OP_READ || e->opcode == UWDF_OP_WRITE ||
	       e->opcode == UWDF_OP_CONTROL || e->opcode == UWDF_OP_FLUSH;
}

/* Right in itself; does it come at the right time? */
static bool is_in_order(struct connection *c, const struct uwdf_entry *e)
{
	if (c->greeted == (e->opcode == UWDF_OP_HELLO))
		return false;
	if (c->unanswered >= SERVER_MAX_UNANSWERED) /* asks and never reads */
		return false;
	return !is_request(e) ||
	       (c->outstanding < UWDF_WIRE_MAX_OUTSTANDING && !tags_find(&c->tags, e->tag));
}

/* --- what needs no file --- */

static int hello(struct connection *c, const struct uwdf_entry *e)
{
	struct uwdf_entry answer = { .opcode = UWDF_OP_HELLO,
				     .tag = e->tag,
				     .code = UWDF_FEATURE_RING };
	size_t len = strlen(c->server->name);

	c->greeted = true;
	answer.in_len = (uint32_t)(len < e->out_len ? len : e->out_len);
	return connection_answer(c, &answer, c->server->name);
}

typedef size_t describe_fn(void *arg, struct server *server, char *buf, size_t len);

/* Offset 0 takes a fresh picture, further pieces are of the same one. */
static int take_picture(struct connection *c, describe_fn *describe_host)
{
	size_t room = 16384, len;
	char *text = NULL;

	for (;;) {
		char *grown = mem_realloc(text, room);

		if (!grown) {
			mem_free(text);
			return -ENOMEM;
		}
		text = grown;
		len = describe_host(c->server->params.arg, c->server, text, room);
		if (len < room)
			break;
		room = len + 4096; /* and some, for what changes meanwhile */
	}
	mem_free(c->status_text);
	c->status_text = text;
	c->status_len = len;
	return 0;
}

static int describe(struct connection *c, const struct uwdf_entry *e, describe_fn *describe_host)
{
	struct uwdf_entry answer = { .opcode = e->opcode, .tag = e->tag, .offset = e->offset };
	size_t left;

	/* once the device is leaving, it must not be looked at from here any more */
	if (server_is_leaving(c->server))
		answer.status = UWDF_STATUS_DEVICE_REMOVED;
	else if (!describe_host)
		answer.status = UWDF_STATUS_INVALID_DEVICE_REQUEST;
	else if (e->offset == 0 && take_picture(c, describe_host))
		answer.status = UWDF_STATUS_INSUFFICIENT_RESOURCES;
	if (answer.status)
		return connection_answer(c, &answer, NULL);
	left = e->offset < c->status_len ? c->status_len - (size_t)e->offset : 0;
	answer.in_len = (uint32_t)(left < e->out_len ? left : e->out_len);
	answer.flags = answer.in_len < left ? UWDF_FLAG_MORE : 0;
	/* who begins in the middle has no picture yet, and gets nothing of it */
	return connection_answer(c, &answer, left ? c->status_text + (c->status_len - left) : NULL);
}

static int carry_out(struct connection *c, const struct uwdf_entry *e, const uint8_t *payload)
{
	if (!c->is_admin && (e->opcode == UWDF_OP_STOP || e->opcode == UWDF_OP_WHY))
		return connection_answer_status(c, e, UWDF_STATUS_ACCESS_DENIED);
	switch (e->opcode) {
	case UWDF_OP_HELLO:
		return hello(c, e);
	case UWDF_OP_OPEN:
		return file_open(c, e, payload);
	case UWDF_OP_CLOSE:
		return file_close_asked(c, e);
	case UWDF_OP_CANCEL:
		return request_cancel_asked(c, e);
	case UWDF_OP_RING:
		return server_ring_asked(c, e);
	case UWDF_OP_MEMORY:
		return server_memory_asked(c, e);
	case UWDF_OP_STATUS:
		return describe(c, e, c->server->params.describe);
	case UWDF_OP_WHY:
		return describe(c, e, c->server->params.why);
	case UWDF_OP_NOTIFY:
		return notify_asked(c, e);
	case UWDF_OP_STOP:
		return stop_asked(c, e);
	default:
		return request_submit(c, e, payload);
	}
}

/* Tell the client what it did, then hang up on it. */
static int reject(struct connection *c, uint16_t opcode, uint64_t tag, int32_t status)
{
	const struct uwdf_entry answer = { .opcode = opcode, .tag = tag, .status = status };
	int err = connection_answer(c, &answer, NULL);

	return err ? err : -EPROTO;
}

int entry_handle(struct connection *c, const uint8_t *datagram, size_t len)
{
	struct uwdf_entry e = { .tag = 0 };

	if (len >= sizeof(e))
		memcpy(&e, datagram, sizeof(e));
	if (e.magic != UWDF_WIRE_MAGIC)
		return reject(c, UWDF_OP_HELLO, 0, UWDF_STATUS_INVALID_PARAMETER);
	if (e.version != UWDF_WIRE_VERSION)
		return reject(c, UWDF_OP_HELLO, e.tag, UWDF_STATUS_REVISION_MISMATCH);
	if (!is_well_formed(&e, len) || !is_in_order(c, &e))
		return reject(c, e.opcode, e.tag, UWDF_STATUS_INVALID_PARAMETER);
	return carry_out(c, &e, datagram + sizeof(e));
}
