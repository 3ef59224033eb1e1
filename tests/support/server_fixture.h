/* SPDX-License-Identifier: MIT */
/* server_fixture.h - a socket server on a fake device, in a runtime directory of its own. */
#ifndef SERVER_FIXTURE_H
#define SERVER_FIXTURE_H

#include "fake_device.h"
#include "server.h"

#define FIXTURE_GUID_TEXT "{b74cfec2-9366-454a-ba71-7c27b51470a4}"

struct server_fixture {
	char dir[64];
	struct fake_device device;
	struct server_params params;
	struct server *server;
	unsigned int stops;        /* atomic; times a client asked the host to end */
	unsigned int forced_stops; /* of these: who does not want the driver to be asked */
	const char *stop_refusal;  /* what such a client hears; NULL: consent */
	bool stop_waits;           /* no answer but by server_answer_stop() */
	uint32_t held;             /* atomic: for tests that bring hold_opens() */
	size_t description_len;    /* of the JSON text that describe() gives */
	uint64_t blocks;           /* live before */
	unsigned int descriptors;  /* open before */
};

/* cmocka set-up and tear-down; the latter checks that nothing is left over. */
int server_fixture_setup(void **state);
int server_fixture_teardown(void **state);
/* The set-up with a device that has a loop of its own, as the framework's have. */
int server_fixture_setup_of_loop(void **state);
/* The parts, for tests that fail on purpose. */
void server_fixture_start(struct server_fixture *f);
void server_fixture_stop(struct server_fixture *f);
unsigned int open_descriptors(void);

#endif
