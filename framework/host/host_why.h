/* SPDX-License-Identifier: MIT */
/* host_why.h - what keeps a host's driver loaded, as JSON. */
#ifndef HOST_WHY_H
#define HOST_WHY_H

#include "endpoints.h"
#include "jtext.h"

/* Any thread. Members: name (of @asked), driver, filters, pid, verified, unloadable, handles (on
 * all devices of the host), devices, references, work (each with its driver, if there are filters);
 * "more" counts what is beyond the limits. */
struct jtext *host_why_json(struct endpoints *all, const struct server *asked);

#endif
