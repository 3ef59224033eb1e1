/* SPDX-License-Identifier: MIT */
/*
 * request_user.c - a client's memory as it is: the buffers of "neither" transfers, and locking them
 * for later. Only where EvtIoInCallerContext has the request.
 */
#include "object/functions.h"
#include "request.h"
#include "room.h"
#include "support/memory.h"

static struct fx_request *request_of(struct fx_driver *driver, WDFREQUEST handle)
{
	return uw_container_of(fx_object_from_handle(driver, handle, FX_TYPE_REQUEST),
			       struct fx_request, base);
}

static NTSTATUS check_unsafe(struct fx_driver *driver, const struct fx_request *req,
			     bool level_is_right)
{
	if (!level_is_right)
		return STATUS_INVALID_DEVICE_REQUEST;
	if (request_state(req) == REQUEST_DRIVER && caller_has(req))
		return STATUS_SUCCESS;
	fx_rule_break(driver, FX_RULE_UNSAFE_ELSEWHERE, &req->base,
		      "a client's own buffer was asked for outside EvtIoInCallerContext");
	return STATUS_INVALID_DEVICE_REQUEST;
}

/* @address and @len of the client's; written in any case, as in KMDF. */
static NTSTATUS hand_out(NTSTATUS status, const void *address, size_t len, size_t least,
			 PVOID *out_buffer, size_t *out_len)
{
	if (NT_SUCCESS(status) && len < least)
		status = STATUS_BUFFER_TOO_SMALL;
	/* The packet is const-correct for clients; a driver gets what KMDF gives it. */
	*out_buffer = NT_SUCCESS(status) && len ? (void *)(uintptr_t)address : NULL;
	if (out_len)
		*out_len = NT_SUCCESS(status) ? len : 0;
	return status;
}

NTSTATUS fx_WdfRequestRetrieveUnsafeUserInputBuffer(PWDF_DRIVER_GLOBALS DriverGlobals,
						    WDFREQUEST Request,
						    size_t MinimumRequiredLength,
						    PVOID *InputBuffer, size_t *Length)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_request *req = request_of(driver, Request);
	NTSTATUS status;

	fx_require(driver, InputBuffer);
	status = check_unsafe(driver, req, fx_check_level(driver, PASSIVE_LEVEL));
	if (NT_SUCCESS(status) && (!request_is_neither(req) || req->kind == REQUEST_READ)) {
		fx_rule_break(driver, FX_RULE_UNSAFE_INPUT, &req->base,
			      "WdfRequestRetrieveUnsafeUserInputBuffer on a WDFREQUEST that is no "
			      "control or write of neither-I/O");
		status = STATUS_INVALID_DEVICE_REQUEST;
	}
	return hand_out(status, NT_SUCCESS(status) ? req->packet->in : NULL, req->in_len,
			MinimumRequiredLength, InputBuffer, Length);
}

NTSTATUS fx_WdfRequestRetrieveUnsafeUserOutputBuffer(PWDF_DRIVER_GLOBALS DriverGlobals,
						     WDFREQUEST Request,
						     size_t MinimumRequiredLength,
						     PVOID *OutputBuffer, size_t *Length)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_request *req = request_of(driver, Request);
	NTSTATUS status;

	fx_require(driver, OutputBuffer);
	status = check_unsafe(driver, req, fx_check_level(driver, PASSIVE_LEVEL));
	if (NT_SUCCESS(status) && (!request_is_neither(req) || req->kind == REQUEST_WRITE))
		status = STATUS_INVALID_DEVICE_REQUEST;
	return hand_out(status, NT_SUCCESS(status) ? req->packet->out : NULL, req->out_len,
			MinimumRequiredLength, OutputBuffer, Length);
}

/* --- probe and lock --- */

/* Is [buffer, buffer + len) part of the @total bytes at @whole? Written so that nothing can wrap.
 */
static bool is_part(const void *whole, size_t total, const void *buffer, size_t len)
{
	uintptr_t offset = (uintptr_t)buffer - (uintptr_t)whole;

	return whole && (uintptr_t)buffer >= (uintptr_t)whole && offset <= total &&
	       len <= total - offset;
}

static NTSTATUS probe(const struct fx_request *req, const void *buffer, size_t len, bool write)
{
	const struct fx_packet *packet = req->packet;

	if (request_state(req) != REQUEST_DRIVER) {
		fx_rule_break(req->base.driver, FX_RULE_LOCK_COMPLETED, &req->base,
			      "a client's buffer was to be locked for a WDFREQUEST that the driver "
			      "does not own");
		return STATUS_INVALID_DEVICE_REQUEST;
	}
	if (!len)
		return STATUS_INVALID_USER_BUFFER;
	if (!caller_has(req))
		return STATUS_ACCESS_VIOLATION;
	if (is_part(packet->out, req->out_len, buffer, len) ||
	    (!write && is_part(packet->in, req->in_len, buffer, len)))
		return STATUS_SUCCESS;
	return STATUS_ACCESS_VIOLATION;
}

static NTSTATUS lock(struct fx_driver *driver, struct fx_request *req, PVOID buffer, size_t len,
		     bool write, WDFMEMORY *out)
{
	NTSTATUS status = probe(req, buffer, len, write);
	WDF_OBJECT_ATTRIBUTES attrs;
	struct fx_memory *memory;

	if (!NT_SUCCESS(status))
		return status;
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = request_handle(req);
	status = fx_memory_new(driver, FX_MEMORY_LOCKED, &attrs, &memory);
	if (!NT_SUCCESS(status))
		return status;
	memory->buffer = buffer;
	memory->len = len;
	memory->read_only = !write;
	return fx_object_publish(&memory->base, &attrs, out);
}

NTSTATUS fx_WdfRequestProbeAndLockUserBufferForRead(PWDF_DRIVER_GLOBALS DriverGlobals,
						    WDFREQUEST Request, PVOID Buffer, size_t Length,
						    WDFMEMORY *MemoryObject)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_request *req = request_of(driver, Request);

	fx_require(driver, Buffer);
	fx_require(driver, MemoryObject);
	if (!fx_check_level(driver, PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	return lock(driver, req, Buffer, Length, false, MemoryObject);
}

NTSTATUS fx_WdfRequestProbeAndLockUserBufferForWrite(PWDF_DRIVER_GLOBALS DriverGlobals,
						     WDFREQUEST Request, PVOID Buffer,
						     size_t Length, WDFMEMORY *MemoryObject)
{
	struct fx_driver *driver = fx_driver_from_globals(DriverGlobals);
	struct fx_request *req = request_of(driver, Request);

	fx_require(driver, Buffer);
	fx_require(driver, MemoryObject);
	if (!fx_check_level(driver, PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	return lock(driver, req, Buffer, Length, true, MemoryObject);
}
