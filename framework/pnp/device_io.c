/* SPDX-License-Identifier: MIT */
/*
 * device_io.c - uwdf/device_io.h on the I/O room: a struct uwdf_io is a struct fx_packet, whose
 * private part lies in the private area. Nothing here looks at both.
 */
#include "uwdf/device_io.h"

#include <stddef.h>

#include "dma/share.h"
#include "io/io.h"
#include "pnp/host_impl.h"
#include "pnp/shell.h"

#define SAME_PLACE(member)                                                                         \
	static_assert(offsetof(struct fx_packet, member) == offsetof(struct uwdf_io, member) &&    \
			      sizeof(((struct fx_packet *)0)->member) ==                           \
				      sizeof(((struct uwdf_io *)0)->member),                       \
		      "one layout")
SAME_PLACE(kind);
SAME_PLACE(code);
SAME_PLACE(in);
SAME_PLACE(in_len);
SAME_PLACE(out);
SAME_PLACE(out_len);
SAME_PLACE(offset);
SAME_PLACE(complete);
SAME_PLACE(owner);
static_assert((int)FX_PACKET_READ == UWDF_IO_READ && (int)FX_PACKET_WRITE == UWDF_IO_WRITE &&
		      (int)FX_PACKET_CONTROL == UWDF_IO_CONTROL &&
		      (int)FX_PACKET_FLUSH == UWDF_IO_FLUSH,
	      "one set of kinds");
static_assert(offsetof(struct fx_packet, file) >= offsetof(struct uwdf_io, private_area) &&
		      sizeof(struct fx_packet) <= sizeof(struct uwdf_io),
	      "the private part fits");
static_assert(sizeof(struct fx_open) <= sizeof(((struct uwdf_open *)0)->private_area),
	      "an open fits");

static struct fx_packet *packet_of(struct uwdf_io *io)
{
	return (struct fx_packet *)(void *)io;
}

static struct fx_file *file_of(struct uwdf_file *file)
{
	return (struct fx_file *)(void *)file;
}

/* A control device may be gone. */
static void start_open(struct uwdf_device *host, struct fx_open *open)
{
	struct fx_device *device = fx_host_device_lock(host);

	if (device)
		fx_file_open_start(device, open);
	fx_host_device_unlock(host);
	if (!device)
		open->done(open, STATUS_NO_SUCH_DEVICE, NULL);
}

static void start_open_of(void *arg, struct fx_open *open)
{
	start_open(arg, open);
}

static int32_t io_open(void *device, uint32_t process_id, struct uwdf_file **out)
{
	struct uwdf_device *host = device;
	struct fx_driver *driver = host->shell ? host->fx : host->driver->fx;
	struct fx_file *file;
	NTSTATUS status = fx_file_open_by(start_open_of, device, driver, process_id, &file);

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

	*private = (struct fx_open){ .process_id = open->process_id,
				     .file_name = open->file_name,
				     .done = open_done };
	start_open(host, private);
}

static void io_close_start(struct uwdf_file *file, void (*done)(void *arg), void *arg)
{
	fx_file_close_start(file_of(file), done, arg);
}

static void io_submit(struct uwdf_file *file, struct uwdf_io *io)
{
	fx_io_submit(file_of(file), packet_of(io));
}

static void io_cancel(struct uwdf_io *io)
{
	fx_io_cancel(packet_of(io));
}

static bool io_call(struct uwdf_file *file, void (*fn)(void *arg), void *arg)
{
	return fx_io_call(file_of(file), fn, arg);
}

static void io_submit_many(struct uwdf_file *file, struct uwdf_io *const *ios, size_t count,
			   struct uwdf_io *const **turn)
{
	fx_io_submit_many(file_of(file), (struct fx_packet *const *)(const void *)ios, count,
			  (struct fx_packet *const **)(void *)turn);
}

static void io_reap(struct uwdf_file *file)
{
	fx_io_reap(file_of(file));
}

static struct irq_loop *io_loop(struct uwdf_file *file)
{
	return fx_file_loop(file_of(file));
}

/* Where its device is there and masters the bus: its domain, counted. */
static void take_domain(struct fx_device *device, void *arg)
{
	struct dma_domain **domain = arg;

	if (device->dma)
		*domain = dma_domain_ref(device->dma);
}

static int io_memory_new(struct uwdf_file *file, size_t len, struct uwdf_io_memory *out)
{
	struct dma_domain *domain = NULL;
	struct dma_share *share;
	int err, fd;

	fx_file_look_at_device(file_of(file), take_domain, &domain);
	err = dma_share_new(domain, len, &share, &fd);
	if (domain)
		dma_domain_unref(domain);
	if (err)
		return err;
	*out = (struct uwdf_io_memory){
		.base = share->vaddr, .len = len, .fd = fd, .place = share
	};
	return 0;
}

static void io_memory_free(struct uwdf_io_memory *memory)
{
	memory->place = dma_share_free(memory->place);
}

static bool io_is_direct(struct uwdf_file *file)
{
	return fx_file_is_direct(file_of(file));
}

const struct uwdf_device_io_ops uwdf_device_io = {
	.open = io_open,
	.close = io_close,
	.open_start = io_open_start,
	.close_start = io_close_start,
	.submit = io_submit,
	.cancel = io_cancel,
	.call = io_call,
	.submit_many = io_submit_many,
	.reap = io_reap,
	.loop = io_loop,
	.memory_new = io_memory_new,
	.memory_free = io_memory_free,
	.is_direct = io_is_direct,
};
