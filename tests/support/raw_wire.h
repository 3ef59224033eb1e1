/* SPDX-License-Identifier: MIT */
/* raw_wire.h - a client that may send anything: entries put together by hand. */
#ifndef RAW_WIRE_H
#define RAW_WIRE_H

#include <stdbool.h>
#include <stddef.h>

#include "uwdf/status.h"
#include "uwdf/wire.h"

struct raw_answer {
	struct uwdf_entry entry;
	char payload[UWDF_WIRE_MAX_PAYLOAD];
};

int raw_connect(const char *path); /* a blocking descriptor with a 10 s receive time-out */
/* connected, greeted and, unless @handle is NULL, the device opened */
int raw_client(const char *path, const char *device, uint32_t *handle);
struct uwdf_entry raw_entry(uint16_t opcode, uint64_t tag, uint32_t handle);
void raw_send_bytes(int fd, const void *bytes, size_t len);
void raw_send(int fd, const struct uwdf_entry *entry, const void *payload); /* in_len of it */
bool raw_try_send(int fd, const struct uwdf_entry *entry); /* false: it would wait, or hung up */
/* The next answer; false: the host hung up. A reset before what was sent is passed over. */
bool raw_receive(int fd, struct raw_answer *out);
void raw_expect(int fd, uint64_t tag, int32_t status, struct raw_answer *out); /* out: or NULL */
void raw_expect_hang_up(int fd);

#endif
