/* SPDX-License-Identifier: MIT */
/*
 * reslist.h - WDFCMRESLIST, WDFIORESLIST and WDFIORESREQLIST: hardware that a device was given, and
 * what it could do with.
 *
 * The framework makes the lists it hands to callbacks, and says what the driver may do with each:
 *   EvtDevicePrepareHardware, EvtDeviceReleaseHardware  nothing
 *   EvtDeviceRemoveAddedResources                       remove
 *   EvtDeviceFilterRemoveResourceRequirements           remove
 *   EvtDeviceFilterAddResourceRequirements              add
 *   EvtDeviceResourcesQuery, ...RequirementsQuery       add
 * A driver deletes none of them. Who hands one out deletes it afterwards: fx_object_delete().
 */
#ifndef FX_RESLIST_H
#define FX_RESLIST_H

#include "object/object.h"
#include "support/descriptors.h"

#define FX_RES_NOTHING 0u
#define FX_RES_ADD     1u
#define FX_RES_REMOVE  2u

struct fx_cm_res_list {
	struct fx_object base;
	struct fx_descriptors descriptors; /* CM_PARTIAL_RESOURCE_DESCRIPTOR */
	unsigned int access;               /* FX_RES_*; constant */
	bool changed;                      /* by the driver; atomic */
};

struct fx_io_req_list {
	struct fx_object base;
	struct fx_items lists; /* of struct fx_io_res_list, our children */
	unsigned int access;   /* FX_RES_*; constant */
	bool changed;          /* by the driver, or a list of ours was; atomic */
	ULONG slot;            /* atomic, as is the next */
	INTERFACE_TYPE interface_type;
};

struct fx_io_res_list {
	struct fx_object base;
	struct fx_descriptors descriptors; /* IO_RESOURCE_DESCRIPTOR */
	struct fx_io_req_list *owner;      /* borrowed: our parent; says what is allowed */
};

/* --- for those who hand lists out; no access is checked --- */
NTSTATUS fx_cm_res_list_new(struct fx_driver *driver, unsigned int access,
			    struct fx_cm_res_list **out) UW_MUST_CHECK;
NTSTATUS fx_io_req_list_new(struct fx_driver *driver, unsigned int access,
			    struct fx_io_req_list **out) UW_MUST_CHECK;
/* An empty configuration at the end of @owner. */
NTSTATUS fx_io_res_list_new(struct fx_io_req_list *owner,
			    struct fx_io_res_list **out) UW_MUST_CHECK;

/* A configuration that is in no list yet; @attrs are checked, not committed. */
NTSTATUS fx_io_res_list_make(struct fx_io_req_list *owner, PWDF_OBJECT_ATTRIBUTES attrs,
			     struct fx_io_res_list **out) UW_MUST_CHECK;
/* A break that names @what unless @access has @flag. */
bool fx_res_allowed(struct fx_driver *driver, unsigned int access, unsigned int flag,
		    const char *what);

#endif
