/* SPDX-License-Identifier: MIT */
/* device_find.h - does a name mean this device? For drivers; clients' are uwdf_device_find()'s. */
#ifndef FX_DEVICE_FIND_H
#define FX_DEVICE_FIND_H

#include "io/target.h"
#include "pnp/host_impl.h"

/* @top: of @host's stack, which stays meanwhile. What is behind the name goes to the search's
 * file_name. */
bool fx_device_find(struct uwdf_device *host, struct fx_device *top,
		    const struct fx_named_search *search);

#endif
