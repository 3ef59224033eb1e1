/* SPDX-License-Identifier: MIT */
/*
 * request_buffers.c - what the driver sees of a client's buffers.
 *
 * Buffered, the default: a copy of ours, input and output in the same place, copied in on arrival
 * and out at completion, so that a client that changes its buffer meanwhile changes nothing. Direct
 * (WdfDeviceIoDirect for reads and writes, METHOD_IN_DIRECT and METHOD_OUT_DIRECT for the output of
 * a control): the client's own memory.
 */
#include <string.h>

#include "base/mem.h"
#include "room.h"

static size_t larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

UW_COLD static NTSTATUS grow_buffer(struct fx_request *req, size_t len)
{
	void *buffer;

	len = larger(len, REQUEST_BUFFER_LEN);
	buffer = mem_alloc(len);
	if (!buffer)
		return STATUS_INSUFFICIENT_RESOURCES;
	mem_free(req->buffer);
	req->buffer = buffer;
	req->buffer_len = len;
	return STATUS_SUCCESS;
}

/* One place for both, as METHOD_BUFFERED has it. The rest of the output is zeroed, not left over.
 */
static NTSTATUS bind_buffered(struct fx_request *req, const struct fx_packet *packet,
			      size_t out_len)
{
	size_t len = larger(packet->in_len, out_len);

	if (!len)
		return STATUS_SUCCESS;
	if (uw_unlikely(len > req->buffer_len) && !NT_SUCCESS(grow_buffer(req, len)))
		return STATUS_INSUFFICIENT_RESOURCES;
	if (packet->in_len) {
		memcpy(req->buffer, packet->in, packet->in_len);
		req->in = req->buffer;
	}
	if (out_len) {
		memset((char *)req->buffer + packet->in_len, 0, len - packet->in_len);
		req->out = req->buffer;
	}
	return STATUS_SUCCESS;
}

static bool is_control(const struct fx_request *req)
{
	return req->kind == REQUEST_CONTROL || req->kind == REQUEST_INTERNAL;
}

static NTSTATUS bind_control(struct fx_request *req, struct fx_packet *packet)
{
	switch (METHOD_FROM_CTL_CODE(packet->code)) {
	case METHOD_BUFFERED:
		return bind_buffered(req, packet, packet->out_len);
	case METHOD_NEITHER:
		return STATUS_SUCCESS; /* lengths only: the driver is never given foreign pointers
					*/
	default:
		req->out = packet->out_len ? packet->out : NULL;
		return bind_buffered(req, packet, 0);
	}
}

static NTSTATUS bind_transfer(struct fx_request *req, struct fx_packet *packet)
{
	switch (req->io->config.io_type) {
	case WdfDeviceIoDirect:
		/* The class is const-correct for clients; a driver gets what KMDF gives it. */
		req->in = packet->in_len ? (void *)(uintptr_t)packet->in : NULL;
		req->out = packet->out_len ? packet->out : NULL;
		return STATUS_SUCCESS;
	case WdfDeviceIoNeither:
		return STATUS_SUCCESS;
	default:
		return bind_buffered(req, packet, req->kind == REQUEST_READ ? packet->out_len : 0);
	}
}

NTSTATUS request_bind(struct fx_request *req, struct fx_packet *packet)
{
	req->packet = packet;
	req->file = packet->file;
	packet->request = req;
	list_push_back(&req->file->requests, &req->file_link);
	req->in = NULL;
	req->out = NULL;
	req->in_len = packet->in_len;
	req->out_len = packet->out_len;
	req->code = packet->code;
	req->offset = packet->offset;
	return is_control(req) ? bind_control(req, packet) : bind_transfer(req, packet);
}

/* What the third parameter of a stop points at, as in KMDF; there is no IRP. */
struct length_mismatch {
	WDFREQUEST request;
	void *irp;
	ULONG length;
	ULONG information;
	UCHAR major_function;
};

UW_COLD static size_t too_much_information(const struct fx_request *req, size_t information,
					   size_t most)
{
	struct length_mismatch what = { .request = request_handle(req),
					.length = (ULONG)most,
					.information = (ULONG)information };
	bool nothing_asked = req->kind == REQUEST_CONTROL && !most &&
			     METHOD_FROM_CTL_CODE(req->code) == METHOD_BUFFERED;

	fx_rule_broken(
		req->io->driver,
		nothing_asked ? FX_RULE_INFORMATION_WITHOUT_OUTPUT : FX_RULE_INFORMATION_LENGTH,
		&req->base, WDF_REQUEST_FATAL_ERROR_INFORMATION_LENGTH_MISMATCH, (uintptr_t)&what,
		"a WDFREQUEST was completed with more information (%zu) than its "
		"buffer has bytes (%zu)",
		information, most);
	return most;
}

/* As much as there is room for; a driver that says more has made a mistake. */
static size_t clamp_information(const struct fx_request *req, size_t information)
{
	size_t most = req->kind == REQUEST_WRITE ? req->in_len : req->out_len;

	if (uw_likely(information <= most) || req->kind == REQUEST_CREATE)
		return information;
	return too_much_information(req, information, most);
}

size_t request_unbind(struct fx_request *req, NTSTATUS status, size_t information)
{
	struct fx_packet *packet = req->packet;

	if (NT_ERROR(status))
		return information;
	information = clamp_information(req, information);
	if (req->out && req->out != packet->out && information)
		memcpy(packet->out, req->out, information);
	return information;
}
