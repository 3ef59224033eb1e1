/* SPDX-License-Identifier: MIT */
/* pdo_init_api.c - the border of what a bus driver says of a child device before it is made. */
#include "base/mem.h"
#include "object/driver.h"
#include "object/functions.h"
#include "pnp/child.h"
#include "pnp/names.h"
#include "pnp/pdo.h"
#include "verifier/verifier.h"

PWDFDEVICE_INIT fx_WdfPdoInitAllocate(PWDF_DRIVER_GLOBALS globals, WDFDEVICE parent)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_device *device = fx_device_from_handle(driver, parent);

	if (!fx_check_level(driver, PASSIVE_LEVEL))
		return NULL;
	if (fx_device_is_fdo(device))
		return fx_child_init_new(device);
	fx_rule_break(driver, FX_RULE_STATIC_CHILD, &device->base,
		      "WdfPdoInitAllocate: the parent is no function or filter device");
	return NULL;
}

/* @function: the caller's __func__, which begins with "fx_". NULL: not a child's, or a wrong level.
 */
static struct fx_pdo *check(struct fx_driver *driver, PWDFDEVICE_INIT init, const char *function)
{
	fx_device_init_check(driver, init, function + 3);
	if (!fx_level_ok(driver, function + 3, PASSIVE_LEVEL))
		return NULL;
	if (init->pdo)
		return init->pdo;
	fx_rule_break(driver, FX_RULE_INIT_KIND, NULL, "%s: the device is no bus driver's child",
		      function + 3);
	return NULL;
}

VOID fx_WdfPdoInitSetEventCallbacks(PWDF_DRIVER_GLOBALS globals, PWDFDEVICE_INIT init,
				    PWDF_PDO_EVENT_CALLBACKS callbacks)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_pdo *pdo = check(driver, init, __func__);

	fx_require(driver, callbacks);
	if (!pdo)
		return;
	if (callbacks->Size != sizeof(*callbacks)) {
		fx_rule_break(driver, FX_RULE_WRONG_SIZE, NULL,
			      "WDF_PDO_EVENT_CALLBACKS: Size is %u, not %zu", callbacks->Size,
			      sizeof(*callbacks));
		return;
	}
	pdo->events = *callbacks;
}

static NTSTATUS set_text(UNICODE_STRING *to, const UNICODE_STRING *text)
{
	NTSTATUS status = fx_name_check_string(text);

	return NT_SUCCESS(status) ? fx_name_copy(to, text) : status;
}

NTSTATUS fx_WdfPdoInitAssignDeviceID(PWDF_DRIVER_GLOBALS globals, PWDFDEVICE_INIT init,
				     PCUNICODE_STRING id)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_pdo *pdo = check(driver, init, __func__);

	fx_require(driver, id);
	return pdo ? set_text(&pdo->device_id, id) : STATUS_INVALID_DEVICE_REQUEST;
}

NTSTATUS fx_WdfPdoInitAssignInstanceID(PWDF_DRIVER_GLOBALS globals, PWDFDEVICE_INIT init,
				       PCUNICODE_STRING id)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_pdo *pdo = check(driver, init, __func__);

	fx_require(driver, id);
	return pdo ? set_text(&pdo->instance_id, id) : STATUS_INVALID_DEVICE_REQUEST;
}

NTSTATUS fx_WdfPdoInitAssignContainerID(PWDF_DRIVER_GLOBALS globals, PWDFDEVICE_INIT init,
					PCUNICODE_STRING id)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_pdo *pdo = check(driver, init, __func__);

	fx_require(driver, id);
	return pdo ? set_text(&pdo->container_id, id) : STATUS_INVALID_DEVICE_REQUEST;
}

static NTSTATUS add_id(struct list *ids, const UNICODE_STRING *text)
{
	struct fx_pdo_id *id = mem_calloc(1, sizeof(*id));
	NTSTATUS status;

	if (!id)
		return STATUS_INSUFFICIENT_RESOURCES;
	status = set_text(&id->text, text);
	if (NT_SUCCESS(status))
		list_push_back(ids, &id->link);
	else
		mem_free(id);
	return status;
}

NTSTATUS fx_WdfPdoInitAddHardwareID(PWDF_DRIVER_GLOBALS globals, PWDFDEVICE_INIT init,
				    PCUNICODE_STRING id)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_pdo *pdo = check(driver, init, __func__);

	fx_require(driver, id);
	return pdo ? add_id(&pdo->hardware_ids, id) : STATUS_INVALID_DEVICE_REQUEST;
}

NTSTATUS fx_WdfPdoInitAddCompatibleID(PWDF_DRIVER_GLOBALS globals, PWDFDEVICE_INIT init,
				      PCUNICODE_STRING id)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_pdo *pdo = check(driver, init, __func__);

	fx_require(driver, id);
	return pdo ? add_id(&pdo->compatible_ids, id) : STATUS_INVALID_DEVICE_REQUEST;
}

static NTSTATUS add_text(struct fx_pdo *pdo, const UNICODE_STRING *description,
			 const UNICODE_STRING *location, LCID locale)
{
	struct fx_pdo_text *text = mem_calloc(1, sizeof(*text));
	NTSTATUS status;

	if (!text)
		return STATUS_INSUFFICIENT_RESOURCES;
	text->locale = locale;
	status = set_text(&text->description, description);
	if (NT_SUCCESS(status))
		status = set_text(&text->location, location);
	if (NT_SUCCESS(status)) {
		list_push_back(&pdo->texts, &text->link);
		return status;
	}
	mem_free(text->description.Buffer);
	mem_free(text);
	return status;
}

NTSTATUS fx_WdfPdoInitAddDeviceText(PWDF_DRIVER_GLOBALS globals, PWDFDEVICE_INIT init,
				    PCUNICODE_STRING description, PCUNICODE_STRING location,
				    LCID locale)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_pdo *pdo = check(driver, init, __func__);

	fx_require(driver, description);
	fx_require(driver, location);
	return pdo ? add_text(pdo, description, location, locale) : STATUS_INVALID_DEVICE_REQUEST;
}

VOID fx_WdfPdoInitSetDefaultLocale(PWDF_DRIVER_GLOBALS globals, PWDFDEVICE_INIT init, LCID locale)
{
	struct fx_pdo *pdo = check(fx_driver_from_globals(globals), init, __func__);

	if (pdo)
		pdo->default_locale = locale;
}

NTSTATUS fx_WdfPdoInitAssignRawDevice(PWDF_DRIVER_GLOBALS globals, PWDFDEVICE_INIT init,
				      CONST GUID *class)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_pdo *pdo = check(driver, init, __func__);

	fx_require(driver, class);
	if (!pdo)
		return STATUS_INVALID_DEVICE_REQUEST;
	pdo->raw = true;
	init->config.device_class = *class;
	init->config.has_class = true;
	return STATUS_SUCCESS;
}

VOID fx_WdfPdoInitAllowForwardingRequestToParent(PWDF_DRIVER_GLOBALS globals, PWDFDEVICE_INIT init)
{
	if (check(fx_driver_from_globals(globals), init, __func__))
		init->config.io.to_parent = true;
}
