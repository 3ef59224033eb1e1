/* SPDX-License-Identifier: MIT */
/* device_io.c - uwdf/device_io.h on the I/O room: a packet lives in each request's private area. */
#include "uwdf/device_io.h"

#include <string.h>

#include "io/io.h"
#include "pnp/host_impl.h"

static_assert(sizeof(struct fx_packet) <= sizeof(((struct uwdf_io *)0)->private_area),
	      "a packet fits");
static_assert(sizeof(struct fx_open) <= sizeof(((struct uwdf_open *)0)->private_area),
	      "an open fits");

static struct fx_packet *packet_of(struct uwdf_io *io)
{
	return (struct fx_packet *)(void *)io->private_area;
}

static struct fx_file *file_of(struct uwdf_file *file)
{
	return (struct fx_file *)(void *)file;
}

static void packet_complete(struct fx_packet *packet, NTSTATUS status, size_t information)
{
	struct uwdf_io *io = packet->owner;

	io->complete(io, status, information);
}

static int32_t io_open(void *device, uint32_t process_id, struct uwdf_file **out)
{
	struct uwdf_device *host = device;
	struct fx_file *file;
	NTSTATUS status = fx_file_open_for(host->device, process_id, &file);

	if (NT_SUCCESS(status))
		*out = (struct uwdf_file *)(void *)file;
	return status;
}

static void io_close(struct uwdf_file *file)
{
	fx_file_close(file_of(file));
}

static void open_done(struct fx_open *private, NTSTATUS status, struct fx_file *file)
{
	struct uwdf_open *open =
		uw_container_of((uint64_t *)(void *)private, struct uwdf_open, private_area[0]);

	open->done(open, status, (struct uwdf_file *)(void *)file);
}

static void io_open_start(void *device, struct uwdf_open *open)
{
	struct uwdf_device *host = device;
	struct fx_open *private = (struct fx_open *)(void *)open->private_area;

	*private = (struct fx_open){ .process_id = open->process_id, .done = open_done };
	fx_file_open_start(host->device, private);
}

static void io_close_start(struct uwdf_file *file, void (*done)(void *arg), void *arg)
{
	fx_file_close_start(file_of(file), done, arg);
}

static enum fx_packet_kind kind_of(enum uwdf_io_kind kind)
{
	if (kind == UWDF_IO_READ)
		return FX_PACKET_READ;
	return kind == UWDF_IO_WRITE ? FX_PACKET_WRITE : FX_PACKET_CONTROL;
}

static void io_submit(struct uwdf_file *file, struct uwdf_io *io)
{
	struct fx_packet *packet = packet_of(io);

	memset(packet, 0, sizeof(*packet));
	packet->kind = kind_of(io->kind);
	packet->code = io->code;
	packet->in = io->in;
	packet->in_len = io->in_len;
	packet->out = io->out;
	packet->out_len = io->out_len;
	packet->offset = io->offset;
	packet->complete = packet_complete;
	packet->owner = io;
	fx_io_submit(file_of(file), packet);
}

static void io_cancel(struct uwdf_io *io)
{
	fx_io_cancel(packet_of(io));
}

const struct uwdf_device_io_ops uwdf_device_io = {
	.open = io_open,
	.close = io_close,
	.open_start = io_open_start,
	.close_start = io_close_start,
	.submit = io_submit,
	.cancel = io_cancel,
};
