/* SPDX-License-Identifier: MIT */
/*
 * socket_fuzz.c - the server's own code under any order of datagrams, connects, hang-ups, answers
 * of the device and of the host. An input is a row of commands (socket_commands.h); what must hold
 * at each step and at the end is in socket_world.c.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "socket_commands.h"
#include "socket_world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

struct input {
	const uint8_t *at;
	size_t left;
};

/* Zeros behind the end. */
static uint64_t take(struct input *in, size_t bytes)
{
	uint64_t value = 0;
	size_t got = bytes < in->left ? bytes : in->left;

	memcpy(&value, in->at, got);
	in->at += got;
	in->left -= got;
	return value;
}

/* As it is in the input: each byte anything. */
static void send_raw(struct input *in, unsigned int client)
{
	size_t len = (size_t)take(in, 2);

	len = len < in->left ? len : in->left;
	world_send(client, in->at, len);
	in->at += len;
	in->left -= len;
}

static uint32_t take_handle(struct input *in, unsigned int client)
{
	const struct world_client *c = &world.clients[client];
	uint8_t which = (uint8_t)take(in, 1);

	if (which == HANDLE_NONE)
		return 0;
	return which < UW_ARRAY_SIZE(c->handles) ? c->handles[which] : which;
}

/* Right in itself, but for what the input changes: gets further than noise does. */
static void send_entry(struct input *in, unsigned int client)
{
	static uint8_t datagram[sizeof(struct uwdf_entry) + UWDF_WIRE_MAX_PAYLOAD];
	struct uwdf_entry e = { .magic = UWDF_WIRE_MAGIC, .version = UWDF_WIRE_VERSION };
	uint8_t what = (uint8_t)take(in, 1);
	size_t payload, len, cut = what & ENTRY_CUT ? (size_t)take(in, 1) : 0;

	e.opcode = what & 15;
	e.tag = take(in, 1);
	e.handle = take_handle(in, client);
	e.code = (uint32_t)take(in, 1);
	e.in_len = (uint32_t)take(in, 2);
	e.out_len = (uint32_t)take(in, 2);
	e.offset = take(in, 1);
	e.flags = (uint32_t)take(in, 1);
	memcpy(datagram, &e, sizeof(e));
	payload = e.in_len < in->left ? e.in_len : in->left;
	memcpy(datagram + sizeof(e), in->at, payload);
	memset(datagram + sizeof(e) + payload, 0, e.in_len - payload);
	in->at += payload;
	in->left -= payload;
	len = sizeof(e) + e.in_len;
	world_send(client, datagram, cut < len ? len - cut : 0);
}

static void device_command(struct input *in)
{
	uint8_t what = (uint8_t)take(in, 1);

	if (what & 0x80)
		world_answer_opens(what & 1 ? UWDF_STATUS_ACCESS_DENIED : UWDF_STATUS_SUCCESS);
	else if (what & 0x40)
		world.opens_wait = what & 1;
	else
		world_complete(what & 15, what & 0x20 ? UWDF_STATUS_UNSUCCESSFUL : 0, take(in, 3));
}

static void host_command(struct input *in)
{
	switch (take(in, 1) & 7) {
	case 0:
		server_query_remove(world.server);
		break;
	case 1:
		server_tell_stays(world.server);
		break;
	case 2:
		server_answer_busy(world.server);
		break;
	case 3:
		server_answer_stop(world.server, "no");
		break;
	case 4:
		server_answer_stop(world.server, NULL);
		break;
	case 5:
		world_leave();
		break;
	default:
		break;
	}
}

static void client_command(struct input *in, unsigned int command, unsigned int client)
{
	switch (command) {
	case COMMAND_CONNECT:
		world_connect(client, (uint32_t)take(in, 1) & 3);
		break;
	case COMMAND_DISCONNECT:
		world_disconnect(client);
		break;
	case COMMAND_BLOCK:
		world.clients[client].blocked = true;
		break;
	case COMMAND_UNBLOCK:
		world_unblock(client);
		break;
	case COMMAND_RAW:
		send_raw(in, client);
		break;
	default:
		send_entry(in, client);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct input in = { data, len };

	world_begin();
	while (in.left) {
		uint8_t byte = (uint8_t)take(&in, 1);
		unsigned int command = byte & 7;

		if (command == COMMAND_DEVICE)
			device_command(&in);
		else if (command == COMMAND_HOST)
			host_command(&in);
		else
			client_command(&in, command, byte >> 3 & (WORLD_CLIENTS - 1));
		if (!(byte & COMMAND_NO_MESSAGES))
			world_run_messages();
	}
	world_end();
	return 0;
}
