/* SPDX-License-Identifier: MIT */
/*
 * stack.h - the drivers of one device: lower filters, function driver, upper filters, each with a
 * device object of its own. Control thread.
 */
#ifndef FX_STACK_H
#define FX_STACK_H

#include "base/report.h"
#include "pnp/host_impl.h"

/* A level for each driver of @params and @function; -E2BIG: too many. */
int fx_stack_alloc(struct uwdf_device *host, struct uwdf_driver *function,
		   const struct uwdf_device_params *params) UW_MUST_CHECK;
void fx_stack_free(struct uwdf_device *host);
/* EvtDriverDeviceAdd, from the lowest level on. */
int fx_stack_add(struct uwdf_device *host, struct report *rep) UW_MUST_CHECK;
/* The start of each device, from the lowest on. A failure is undone by fx_stack_end(). */
int fx_stack_start(struct uwdf_device *host, struct report *rep) UW_MUST_CHECK;
/* The stack has started: so do the child devices. */
void fx_stack_start_children(struct uwdf_device *host);
/* May they be removed? As fx_stack_query_remove(); and if the device stays after all: */
int fx_stack_query_children(struct uwdf_device *host, bool unused,
			    struct report *rep) UW_MUST_CHECK;
void fx_stack_children_stay(struct uwdf_device *host);
/* May the device be removed? From the top; who refuses is said in @rep. -ECANCELED: it may not. */
int fx_stack_query_remove(struct uwdf_device *host, struct report *rep) UW_MUST_CHECK;
/* All devices stop and go, from the top. @return nothing uses @host's parts any more. */
bool fx_stack_end(struct uwdf_device *host, bool surprise);

/* Is every driver's I/O fit for DISPATCH? Then all of the stack's is presented there. */
bool fx_stack_is_fit_for_dispatch(const struct uwdf_device *host);
/* Interfaces of all its devices that are enabled, each GUID once. */
unsigned int fx_stack_interfaces(const struct uwdf_device *host, GUID *guids, unsigned int max);
/* Who may open it: as the function driver's device says, else the highest that says something. */
const struct fx_security *fx_stack_security(const struct uwdf_device *host);
/* The stack, from the top, for uwdf_device_info(). */
void fx_stack_info(const struct uwdf_device *host, struct uwdf_device_info *out);

#endif
