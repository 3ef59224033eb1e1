/* SPDX-License-Identifier: MIT */
/* relay.h - what clients of relay.c may ask it for; all other codes go on. */
#ifndef RELAY_H
#define RELAY_H

#define RELAY_NAME  "Relay"
#define RELAY_OPEN  ((0x22u << 16) | (0xa00u << 2)) /* the device it passes codes on to */
#define RELAY_CLOSE ((0x22u << 16) | (0xa01u << 2))

#endif
