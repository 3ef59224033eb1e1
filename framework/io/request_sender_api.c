/* SPDX-License-Identifier: MIT */
/* request_sender_api.c - the border of WDFREQUEST: where it came from. */
#include "irp.h"
#include "object/functions.h"
#include "room.h"

static struct fx_request *request_of(struct fx_driver *driver, WDFREQUEST handle)
{
	return uw_container_of(fx_object_from_handle(driver, handle, FX_TYPE_REQUEST),
			       struct fx_request, base);
}

WDFFILEOBJECT fx_WdfRequestGetFileObject(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request)
{
	struct fx_request *req = request_of(fx_driver_from_globals(DriverGlobals), Request);

	if (request_state(req) == REQUEST_DRIVER)
		return file_handle(req->file);
	fx_rule_break(req->base.driver, FX_RULE_FILE_OBJECT_NOT_OWNED, &req->base,
		      "WdfRequestGetFileObject on a WDFREQUEST that the driver does not own");
	return NULL;
}

WDFQUEUE fx_WdfRequestGetIoQueue(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request)
{
	struct fx_request *req = request_of(fx_driver_from_globals(DriverGlobals), Request);

	return req->queue && request_has_sender(req) ? queue_handle(req->queue) : NULL;
}

static bool is_over(const struct fx_request *req, const char *function)
{
	if (request_state(req) != REQUEST_COMPLETING)
		return false;
	fx_rule_break(req->base.driver, FX_RULE_REQUEST_IS_OVER, &req->base,
		      "%s on a completed WDFREQUEST", function);
	return true;
}

/* One that the driver made from an IRP has that one's; of what is over nothing is known, and
 * UserMode trusts nobody. */
KPROCESSOR_MODE fx_WdfRequestGetRequestorMode(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request)
{
	struct fx_request *req = request_of(fx_driver_from_globals(DriverGlobals), Request);
	const struct fx_irp *irp;

	if (req->made) {
		irp = __atomic_load_n(&req->irp, __ATOMIC_ACQUIRE);
		if (irp)
			return irp->wdm.RequestorMode;
		return KernelMode;
	}
	if (is_over(req, "WdfRequestGetRequestorMode") || !request_has_sender(req))
		return UserMode;
	return file_mode(req->file);
}

BOOLEAN fx_WdfRequestIsReserved(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request)
{
	return request_of(fx_driver_from_globals(DriverGlobals), Request)->reserve != NULL;
}

ULONG fx_WdfRequestGetRequestorProcessId(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_request *req = request_of(driver, Request);

	if (!fx_check_level(driver, DISPATCH_LEVEL))
		return 0;
	if (is_over(req, "WdfRequestGetRequestorProcessId") || !request_has_sender(req))
		return 0;
	return req->file->process_id;
}

/* Clients have structures of this process's word size (see header). */
BOOLEAN fx_WdfRequestIsFrom32BitProcess(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);

	(void)request_of(driver, Request);
	(void)fx_check_level(driver, APC_LEVEL);
	return FALSE;
}
