/* SPDX-License-Identifier: MIT */
/* net_options.h - the command line of uwdf-net, which "uwdf net" shows and passes on. */
#ifndef HOST_NET_OPTIONS_H
#define HOST_NET_OPTIONS_H

#include "options.h"

extern const struct option_spec net_options[];

#define NET_OPERANDS "DEVICE --tap NAME"
#define NET_SUMMARY  "join a NIC's frames to a Linux TAP interface"

extern const char net_details[];

#endif
