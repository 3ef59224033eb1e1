/* SPDX-License-Identifier: MIT */
/*
 * request_buffers.c - what the driver sees of a client's buffers.
 *
 * Buffered, the default: a copy of ours, input and output in the same place, copied in on arrival
 * and out at completion, so that a client that changes its buffer meanwhile changes nothing. Direct
 * (WdfDeviceIoDirect for reads and writes, METHOD_IN_DIRECT and METHOD_OUT_DIRECT for the output of
 * a control): the client's own memory.
 */
#include "base/mem.h"
#include "request_fast.h"

NTSTATUS request_grow_buffer(struct fx_request *req, size_t len)
{
	void *buffer;

	len = len > REQUEST_BUFFER_LEN ? len : REQUEST_BUFFER_LEN;
	buffer = mem_alloc(len);
	if (!buffer)
		return STATUS_INSUFFICIENT_RESOURCES;
	mem_free(req->buffer);
	req->buffer = buffer;
	req->buffer_len = len;
	req->big_buffer = len > REQUEST_BUFFER_KEEP;
	return STATUS_SUCCESS;
}

static bool is_control(const struct fx_request *req)
{
	return req->kind == REQUEST_CONTROL || req->kind == REQUEST_INTERNAL;
}

bool request_is_neither(const struct fx_request *req)
{
	if (is_control(req))
		return METHOD_FROM_CTL_CODE(req->code) == METHOD_NEITHER;
	return req->kind != REQUEST_CREATE && req->io->config.io_type == WdfDeviceIoNeither;
}

static NTSTATUS bind_control(struct fx_request *req, struct fx_packet *packet)
{
	NTSTATUS status;

	switch (METHOD_FROM_CTL_CODE(packet->code)) {
	case METHOD_BUFFERED:
		req->copied = true;
		return request_bind_buffered(req, packet, req->in_len, req->out_len);
	case METHOD_NEITHER: /* no buffers: a driver that wants its input knows what it does */
		req->type3_input = packet->in;
		return STATUS_SUCCESS;
	default:
		status = request_bind_buffered(req, packet, req->in_len, 0);
		req->out = packet->out_len ? packet->out : NULL;
		return status;
	}
}

/* A driver above gave arguments in place of buffers. */
static bool bind_others(struct fx_request *req, const struct fx_packet *packet)
{
	req->has_others = packet->others;
	if (req->has_others)
		memcpy(req->others, packet->others, sizeof(req->others));
	return req->has_others;
}

NTSTATUS request_bind_other(struct fx_request *req, struct fx_packet *packet)
{
	req->in = NULL;
	req->out = NULL;
	req->copied = false;
	if (req->kind == REQUEST_INTERNAL && bind_others(req, packet))
		return STATUS_SUCCESS;
	return is_control(req) ? bind_control(req, packet) : STATUS_SUCCESS;
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
		req->base.driver,
		nothing_asked ? FX_RULE_INFORMATION_WITHOUT_OUTPUT : FX_RULE_INFORMATION_LENGTH,
		&req->base, WDF_REQUEST_FATAL_ERROR_INFORMATION_LENGTH_MISMATCH, (uintptr_t)&what,
		"a WDFREQUEST was completed with more information (%zu) than its "
		"buffer has bytes (%zu)",
		information, most);
	return most;
}

/* As much as there is room for; a driver that says more has made a mistake. */
size_t request_clamp(const struct fx_request *req, size_t information)
{
	size_t most = req->kind == REQUEST_WRITE ? req->in_len : req->out_len;

	if (uw_likely(information <= most) || req->kind == REQUEST_CREATE)
		return information;
	return too_much_information(req, information, most);
}
