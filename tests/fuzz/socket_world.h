/* SPDX-License-Identifier: MIT */
/*
 * socket_world.h - what is around the server's own code when its socket is fuzzed: no socket, no
 * thread, no device. The linker's --wrap brings the server's system calls and messages here.
 */
#ifndef SOCKET_WORLD_H
#define SOCKET_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server_impl.h"

#define WORLD_CLIENTS 4u

/* What a client is at the other end. */
struct world_client {
	struct connection *connection; /* NULL: hung up on, or never there */
	bool blocked;                  /* it does not read: sends would wait */
	uint32_t handles[8];           /* the last it was given */
	uint32_t handle_count;
	uint32_t asked[256]; /* the most that entries of such a tag, modulo 256, asked for */
};

struct world {
	struct server *server;
	struct world_client clients[WORLD_CLIENTS];
	bool left;       /* server_leave() was called */
	uint32_t asked;  /* a bit for each enum server_stop that waits */
	bool opens_wait; /* the device answers opens and closes when it is told to */
};
extern struct world world;

void world_begin(void);
/* Everything ends as it would in a host; aborts if anything is left or lost. */
void world_end(void);
void world_connect(unsigned int client, uint32_t uid);
void world_disconnect(unsigned int client);
void world_send(unsigned int client, const void *datagram, size_t len);
void world_unblock(unsigned int client);
/* The device completes the request that has waited longest but @skip; and answers opens. */
void world_complete(unsigned int skip, int32_t status, uint64_t information);
void world_answer_opens(int32_t status);
void world_leave(void);
void world_run_messages(void);

#endif
