/* SPDX-License-Identifier: MIT */
/* keeper_client.h - a host of the driver keeper, and what a test asks of it. */
#ifndef KEEPER_CLIENT_H
#define KEEPER_CLIENT_H

#include <stdint.h>

#include "program.h"
#include "uwdf/client.h"

/* In the host of program_host.h, on a model; what the driver prints is in its output. */
void start_keeper(void);
void start_keeper_verified(void); /* with uwdf run --verify */
uwdf_handle *keeper_open(void);
/* Open, have it done, close. */
void keeper_do(uint32_t code, uint32_t value);

void expect(const struct program *p, const char *text); /* fails unless it printed @text */
unsigned int count_of(const struct program *p, const char *text);

#endif
