/* SPDX-License-Identifier: MIT */
/* tap.h - a Linux TAP interface: frames in and out, its address and carrier. */
#ifndef NET_TAP_H
#define NET_TAP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/report.h"

struct tap {
	int fd;        /* non-blocking; a read or write is one frame */
	int socket_fd; /* for interface ioctls */
	char name[16];
};

/* Would Linux take @name for an interface? */
bool tap_name_valid(const char *name);
/* -EINVAL bad name, -ENOENT no /dev/net/tun, -EPERM no CAP_NET_ADMIN, -EBUSY somebody has it. */
int tap_open(const char *name, struct report *rep, struct tap *out) UW_MUST_CHECK;
void tap_close(struct tap *tap);
int tap_set_address(const struct tap *tap, const uint8_t address[6],
		    struct report *rep) UW_MUST_CHECK;
int tap_set_carrier(const struct tap *tap, bool on) UW_MUST_CHECK;
int tap_set_up(const struct tap *tap, struct report *rep) UW_MUST_CHECK;

#endif
