/* SPDX-License-Identifier: MIT */
/* other_hosts.h - libuwdf-client for the I/O targets of this host's drivers. */
#ifndef HOST_OTHER_HOSTS_H
#define HOST_OTHER_HOSTS_H

#include "io/remote.h"

extern const struct fx_remote_ops other_hosts;

#endif
