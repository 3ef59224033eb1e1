/* SPDX-License-Identifier: MIT */
/* client_load.h - a client that always has as many requests outstanding, and checks the answers. */
#ifndef BENCH_CLIENT_LOAD_H
#define BENCH_CLIENT_LOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "uwdf/client.h"

#define CLIENT_DEPTH 32u /* outstanding */

struct client_load {
	uwdf_handle *handle; /* of the driver in client_driver.c */
	uint32_t code;
	uint8_t *memory; /* of the handle's, 128 bytes a request; NULL: payload inline */
	bool polls;
	unsigned int requests; /* a sample */
};

/* Reaps what is there and submits as many again; @samples: nanoseconds of each load->requests. 0;
 * -EIO an answer is wrong, or what the handle said. */
int client_load_run(const struct client_load *load, uint64_t *samples, unsigned int count);

#endif
