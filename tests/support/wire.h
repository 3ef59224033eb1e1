/* SPDX-License-Identifier: MIT */
/*
 * wire.h - the other end of a QEMU NIC's cable: a datagram socket, one frame a datagram.
 *
 * QEMU also writes every frame that passes into a capture file, which it keeps by itself.
 */
#ifndef TEST_WIRE_H
#define TEST_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wire {
	int fd; /* owned; -1: the far end is a QEMU */
	char dir[64];
	char netdev[320], dump[200];
	const char *args[5]; /* for the back end: NIC with netdev=wire */
};

bool wire_open(struct wire *wire);
/* What the NIC sends comes back to it. */
bool wire_open_loop(struct wire *wire);
/* Join two NICs with each other. */
bool wire_open_pair(struct wire *a, struct wire *b);
void wire_close(struct wire *wire);

bool wire_send(struct wire *wire, const void *frame, size_t len);
/* Bytes received; 0: nothing came within @ms. */
size_t wire_receive(struct wire *wire, void *frame, size_t size, int ms);
/* Frames in QEMU's capture so far; -1: no capture. QEMU writes it without buffering. */
int wire_captured(const struct wire *wire);

#endif
