/* SPDX-License-Identifier: MIT */
/*
 * request_format.c - what a request carries to an I/O target, and the memory objects it holds
 * meanwhile: from its formatting until it is formatted again, used again, or ends.
 */
#include "base/mem.h"
#include "target_impl.h"

bool request_is_at_hand(struct fx_request *req, const char *what)
{
	uint32_t word = request_word(req);
	uint32_t state = word & REQUEST_STATE;

	if (state == REQUEST_DRIVER || state == REQUEST_MADE)
		return true;
	fx_rule_break(req->base.driver, request_rule_of(word), &req->base,
		      "%s a WDFREQUEST that the driver does not have%s", what,
		      state == REQUEST_SENT ? ": it is sent" : "");
	return false;
}

struct fx_sent *request_sent(struct fx_request *req)
{
	if (uw_unlikely(!req->sent)) {
		struct fx_sent *sent = mem_calloc(1, sizeof(*sent));

		if (sent)
			sent_init(sent, req);
		/* release: another thread may ask for the cancel of what is not sent */
		__atomic_store_n(&req->sent, sent, __ATOMIC_RELEASE);
	}
	return req->sent;
}

void sent_unformat(struct fx_sent *sent)
{
	for (unsigned int i = 0; i < SENT_MEMORIES; i++) {
		struct fx_memory *memory = sent->memories[i];

		sent->memories[i] = NULL;
		if (memory)
			fx_object_unref(&memory->base);
	}
	sent->type = WdfRequestTypeNoFormat;
}

void request_unformat(struct fx_request *req)
{
	if (req->sent)
		sent_unformat(req->sent);
	req->format = FORMAT_NONE;
	req->completion = NULL;
}

void request_free_sent(struct fx_request *req)
{
	if (req->sent)
		sent_unformat(req->sent);
	mem_free(req->sent);
	req->sent = NULL;
}

/* --- buffers --- */

static NTSTATUS cut(struct sent_buffer *buffer, const WDFMEMORY_OFFSET *offset)
{
	size_t end;

	if (!offset)
		return STATUS_SUCCESS;
	if (__builtin_add_overflow(offset->BufferOffset, offset->BufferLength, &end))
		return STATUS_INTEGER_OVERFLOW;
	if (end > buffer->len)
		return STATUS_BUFFER_OVERFLOW;
	buffer->offset = offset->BufferOffset;
	buffer->start = (char *)buffer->start + offset->BufferOffset;
	buffer->len =
		offset->BufferLength ? offset->BufferLength : buffer->len - offset->BufferOffset;
	return STATUS_SUCCESS;
}

NTSTATUS sent_buffer_of_memory(struct fx_driver *driver, WDFMEMORY handle,
			       const WDFMEMORY_OFFSET *offset, struct sent_buffer *out)
{
	struct fx_memory *memory;

	*out = (struct sent_buffer){ 0 };
	if (!handle)
		return STATUS_SUCCESS;
	memory = uw_container_of(fx_object_from_handle(driver, handle, FX_TYPE_MEMORY),
				 struct fx_memory, base);
	out->memory = memory;
	out->start = memory->buffer;
	out->len = memory->len;
	return cut(out, offset);
}

static NTSTATUS of_mdl(const WDF_MEMORY_DESCRIPTOR *from, struct sent_buffer *out)
{
	const MDL *mdl = from->u.MdlType.Mdl;

	if (!mdl)
		return STATUS_INVALID_PARAMETER;
	if (from->u.MdlType.BufferLength > mdl->ByteCount)
		return STATUS_BUFFER_TOO_SMALL;
	out->start = mdl->MappedSystemVa;
	out->len = from->u.MdlType.BufferLength ? from->u.MdlType.BufferLength : mdl->ByteCount;
	return STATUS_SUCCESS;
}

NTSTATUS sent_buffer_of_descriptor(struct fx_driver *driver, const WDF_MEMORY_DESCRIPTOR *from,
				   struct sent_buffer *out)
{
	*out = (struct sent_buffer){ 0 };
	if (!from)
		return STATUS_SUCCESS;
	switch (from->Type) {
	case WdfMemoryDescriptorTypeBuffer:
		out->start = from->u.BufferType.Buffer;
		out->len = from->u.BufferType.Length;
		return STATUS_SUCCESS;
	case WdfMemoryDescriptorTypeMdl:
		return of_mdl(from, out);
	case WdfMemoryDescriptorTypeHandle:
		return sent_buffer_of_memory(driver, from->u.HandleType.Memory,
					     from->u.HandleType.Offsets, out);
	default:
		return STATUS_INVALID_PARAMETER;
	}
}

/* --- the packet --- */

static enum fx_packet_kind kind_of(WDF_REQUEST_TYPE type)
{
	switch (type) {
	case WdfRequestTypeRead:
		return FX_PACKET_READ;
	case WdfRequestTypeWrite:
		return FX_PACKET_WRITE;
	case WdfRequestTypeDeviceControl:
		return FX_PACKET_CONTROL;
	default:
		return FX_PACKET_INTERNAL_CONTROL;
	}
}

/* Before what it held goes: that may be the same, and deleted by its driver. */
static void ref_memories(const struct sent_format *format)
{
	const struct sent_buffer *buffers[] = { &format->in, &format->out, &format->third };

	for (unsigned int i = 0; i < SENT_MEMORIES; i++)
		if (buffers[i]->memory)
			fx_object_ref(&buffers[i]->memory->base);
}

static void hold(struct fx_sent *sent, unsigned int which, const struct sent_buffer *buffer)
{
	sent->offsets[which] = buffer->offset;
	sent->others[which] = buffer->start;
	sent->memories[which] = buffer->memory;
}

void sent_format(struct fx_sent *sent, const struct sent_format *format)
{
	struct fx_packet *packet = &sent->packet;

	ref_memories(format);
	sent_unformat(sent);
	sent->type = format->type;
	hold(sent, 0, &format->in);
	hold(sent, 1, &format->out);
	hold(sent, 2, &format->third);
	*packet = (struct fx_packet){ .kind = kind_of(format->type),
				      .code = format->code,
				      .offset = (uint64_t)format->offset };
	if (format->others) {
		packet->others = sent->others;
		return;
	}
	packet->in = format->in.start;
	packet->in_len = format->in.len;
	packet->out = format->out.start;
	packet->out_len = format->out.len;
}
