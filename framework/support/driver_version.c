/* SPDX-License-Identifier: MIT */
/* driver_version.c - the framework's version as text, for a driver that shows it. */
#include "object/driver.h"
#include "object/functions.h"
#include "support/string_object.h"
#include "verifier/verifier.h"

#define DIGITS(number)  DIGITS_(number)
#define DIGITS_(number) L## #number

NTSTATUS fx_WdfDriverRetrieveVersionString(PWDF_DRIVER_GLOBALS globals, WDFDRIVER handle,
					   WDFSTRING string)
{
	static const WCHAR text[] = L"Kernel Mode Driver Framework version " DIGITS(
		KMDF_VERSION_MAJOR_NUMBER) L"." DIGITS(KMDF_VERSION_MINOR_NUMBER) L" (uwdf)";
	struct fx_driver *driver = fx_driver_from_globals(globals);
	UNICODE_STRING version;
	struct fx_object *obj;

	(void)fx_driver_from_handle(driver, handle);
	obj = fx_object_from_handle(driver, string, FX_TYPE_STRING);
	if (!fx_check_level(driver, PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	RtlInitUnicodeString(&version, text);
	return fx_string_assign(obj, &version);
}
