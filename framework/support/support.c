/* SPDX-License-Identifier: MIT */
#include "support/support.h"

NTSTATUS fx_support_new(const struct fx_object_class *class, size_t size, struct fx_driver *driver,
			PWDF_OBJECT_ATTRIBUTES attrs, struct fx_object **out)
{
	NTSTATUS status = fx_object_check_attributes(attrs, FX_ATTR_NO_SCOPE_LEVEL);

	if (!NT_SUCCESS(status))
		return status;
	return fx_object_new(class, size, driver, fx_driver_object(driver), attrs, out);
}
