/* SPDX-License-Identifier: MIT */
/* support.h - how the objects of this room are made. */
#ifndef FX_SUPPORT_H
#define FX_SUPPORT_H

#include "object/driver.h"
#include "object/object.h"

/*
 * Attributes checked, then an object made below the driver or Attributes->ParentObject. The caller
 * finishes it and calls fx_object_commit(), or fx_object_delete() if that fails.
 */
NTSTATUS fx_support_new(const struct fx_object_class *class, size_t size, struct fx_driver *driver,
			PWDF_OBJECT_ATTRIBUTES attrs, struct fx_object **out);

#endif
