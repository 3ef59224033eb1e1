/* SPDX-License-Identifier: MIT */
/* bus.h - what clients ask of the driver bus.c, and of its children. */
#ifndef BUS_H
#define BUS_H

#define BUS_CODE(function) (0x22u << 16 | (function) << 2)
/* Of the bus: one more child, "Extra", or none of it. */
#define BUS_PLUG   BUS_CODE(0x900u)
#define BUS_UNPLUG BUS_CODE(0x901u)
/* Of each child: who answers? "plain", or "bus" where the child forwards it. */
#define BUS_WHO BUS_CODE(0x902u)

#endif
