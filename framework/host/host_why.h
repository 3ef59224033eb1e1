/* SPDX-License-Identifier: MIT */
/* host_why.h - what keeps a host's driver loaded, as JSON. */
#ifndef HOST_WHY_H
#define HOST_WHY_H

#include "jtext.h"
#include "server.h"
#include "uwdf/host.h"

/* Server thread. Members: name, driver, pid, verified, unloadable, handles, devices, references,
 * work; "more" counts what is beyond the limits. */
struct jtext *host_why_json(const struct server *server, struct uwdf_driver *driver);

#endif
