/* SPDX-License-Identifier: MIT */
/*
 * file.c - open and close.
 *
 * Open: a create request to the driver (EvtDeviceFileCreate, or a queue that asked for creates);
 * the opener waits for its completion. Close: EvtFileCleanup, whatever is outstanding is cancelled,
 * EvtFileClose when the last packet was handed back.
 */
#include "file.h"

#include <assert.h>

#include "base/mem.h"
#include "base/sys.h"
#include "room.h"

static const struct fx_object_class file_class = {
	.type = FX_TYPE_FILE,
	.name = "WDFFILEOBJECT",
};

static bool wants_file_objects(const struct fx_io *io)
{
	const WDF_FILEOBJECT_CONFIG *config = &io->config.file_config;
	uint32_t class = (uint32_t)config->FileObjectClass & ~(uint32_t)WdfFileObjectCanBeOptional;

	return config->Size && class != WdfFileObjectNotRequired;
}

static NTSTATUS file_object_new(struct fx_io *io, struct fx_file *file)
{
	WDF_OBJECT_ATTRIBUTES *attrs =
		io->config.file_attributes.Size ? &io->config.file_attributes : NULL;
	struct fx_object *device = &((struct fx_device_head *)(void *)io->device)->base;
	struct fx_object *obj;
	NTSTATUS status;

	if (!wants_file_objects(io))
		return STATUS_SUCCESS;
	status = fx_object_new(&file_class, sizeof(*file->object), io->driver, device, attrs, &obj);
	if (!NT_SUCCESS(status))
		return status;
	file->object = uw_container_of(obj, struct fx_file_object, base);
	file->object->file = file;
	file->object->process_id = file->process_id;
	file->object->wdm.Type = IO_TYPE_FILE;
	file->object->wdm.Size = sizeof(file->object->wdm);
	file->object->device = io->device;
	status = fx_object_commit(obj, attrs);
	if (!NT_SUCCESS(status))
		file->object = NULL;
	return status;
}

static void file_object_delete(struct fx_file *file)
{
	if (!file->object)
		return;
	file->object->file = NULL;
	fx_object_delete(&file->object->base);
	file->object = NULL;
}

/* --- open --- */

static NTSTATUS may_open(struct fx_io *io)
{
	if (!__atomic_load_n(&io->may_open, __ATOMIC_ACQUIRE) || io->dead)
		return STATUS_NO_SUCH_DEVICE;
	if (io->config.exclusive && io->files_open)
		return STATUS_ACCESS_DENIED;
	return STATUS_SUCCESS;
}

static bool driver_wants_creates(const struct fx_io *io)
{
	return io->config.file_config.EvtDeviceFileCreate ||
	       __atomic_load_n(&io->routes[REQUEST_CREATE], __ATOMIC_ACQUIRE);
}

/* The owner's part. @return the driver is to be asked. */
static bool join(struct fx_io *io, struct fx_open *open)
{
	struct fx_file *file = open->file;

	open->status = may_open(io);
	if (NT_SUCCESS(open->status))
		open->status = file_object_new(io, file);
	if (!NT_SUCCESS(open->status))
		return false;
	list_push_back(&io->files, &file->io_link);
	io_count(&io->files_open, 1);
	file->opened = !driver_wants_creates(io);
	return !file->opened;
}

static struct fx_file *file_alloc(struct fx_io *io)
{
	struct fx_file *file = mem_calloc(1, sizeof(*file));

	if (!file)
		return NULL;
	if (exec_event_init(&file->ended)) {
		mem_free(file);
		return NULL;
	}
	spin_lock_init(&file->lock, LOCK_RANK_FILE);
	file->io = io;
	list_init(&file->io_link);
	list_init(&file->requests);
	return file;
}

static void file_free(struct fx_file *file)
{
	exec_event_deinit(&file->ended);
	mem_free(file);
}

static void open_refused(void *arg)
{
	struct fx_open *open = arg;

	open->done(open, open->status, NULL);
}

/* The driver has completed the create request. */
static void created(struct fx_packet *packet, NTSTATUS status, size_t information)
{
	struct fx_open *open = uw_container_of(packet, struct fx_open, packet);

	(void)information;
	open->status = status;
	open->file->opened = NT_SUCCESS(status);
	if (open->file->opened)
		open->done(open, status, open->file);
	else /* it never was open: without callbacks */
		fx_file_close_start(open->file, open_refused, open);
}

static void open_comes(struct irq_message *msg)
{
	struct fx_open *open = uw_container_of(msg, struct fx_open, msg);
	struct fx_file *file = open->file;

	if (join(file->io, open)) {
		open->packet = (struct fx_packet){ .kind = FX_PACKET_CREATE, .complete = created };
		fx_io_submit(file, &open->packet);
		return;
	}
	if (!NT_SUCCESS(open->status)) {
		file_free(file);
		file = NULL;
	}
	open->done(open, open->status, file);
}

void fx_file_open_start(struct fx_device *device, struct fx_open *open)
{
	struct fx_io *io = fx_device_io(device);

	open->msg.run = open_comes;
	open->file = file_alloc(io);
	if (!open->file) {
		open->done(open, STATUS_INSUFFICIENT_RESOURCES, NULL);
		return;
	}
	open->file->process_id = open->process_id;
	irq_loop_post(io->owner, &open->msg);
}

/* On the opener's stack. */
struct opening {
	struct fx_open open;
	struct exec_event done;
	struct fx_file *file;
};

static void opened(struct fx_open *open, NTSTATUS status, struct fx_file *file)
{
	struct opening *opening = uw_container_of(open, struct opening, open);

	open->status = status;
	opening->file = file;
	exec_event_set(&opening->done);
}

NTSTATUS fx_file_open_for(struct fx_device *device, uint32_t process_id, struct fx_file **out)
{
	struct opening opening = { .open = { .process_id = process_id, .done = opened } };
	struct fx_io *io = fx_device_io(device);

	assert(!io_is_owner(io));
	if (exec_event_init(&opening.done))
		return STATUS_INSUFFICIENT_RESOURCES;
	fx_file_open_start(device, &opening.open);
	/* the device stays as long as an open is on its way */
	while (!exec_event_wait(&opening.done, exec_deadline_ms(PATIENCE_MS)))
		fx_rule_break(io->driver, FX_RULE_LONG_WAIT, NULL,
			      "the open of a file waits for the driver to complete its create "
			      "request");
	exec_event_deinit(&opening.done);
	if (NT_SUCCESS(opening.open.status))
		*out = opening.file;
	return opening.open.status;
}

NTSTATUS fx_file_open(struct fx_device *device, struct fx_file **out)
{
	return fx_file_open_for(device, (uint32_t)sys_getpid(), out);
}

void file_arrive_create(struct fx_io *io, struct fx_queue *q, struct fx_request *req)
{
	PFN_WDF_DEVICE_FILE_CREATE evt = io->config.file_config.EvtDeviceFileCreate;
	struct fx_device_head *device = (void *)io->device;
	struct io_call call;

	if (!evt && q) {
		queue_arrive(q, req);
		return;
	}
	req->place = PLACE_OWNED;
	req->presented = true;
	list_push_back(&io->creates, &req->link);
	request_set_word(req, REQUEST_DRIVER);
	if (!evt) {
		request_finish(req, STATUS_SUCCESS, 0);
		return;
	}
	call = io_enter_driver(io, io->file_scope);
	evt((WDFDEVICE)fx_object_handle(&device->base), request_handle(req),
	    file_handle(req->file));
	io_leave_driver(io, &call);
}

/* --- close --- */

static void call_file_event(struct fx_file *file, VOID (*evt)(WDFFILEOBJECT))
{
	struct io_call call;

	if (!file->opened || !evt || !file->object)
		return;
	call = io_enter_driver(file->io, file->io->file_scope);
	evt(file_handle(file));
	io_leave_driver(file->io, &call);
}

/* An open that the driver agreed to only after the close had begun gets it late, but gets it. */
static void call_cleanup(struct fx_file *file)
{
	if (file->opened && !file->cleaned)
		call_file_event(file, file->io->config.file_config.EvtFileCleanup);
	file->cleaned = file->opened;
}

static void cancel_requests(struct fx_file *file)
{
	struct list *link;
	struct list now;

	list_init(&now);
	list_splice_back(&now, &file->requests);
	while ((link = list_pop_front(&now))) {
		list_push_back(&file->requests, link);
		request_cancel(list_entry(link, struct fx_request, file_link));
	}
}

void file_begin_close(struct fx_file *file)
{
	struct fx_io *io = file->io;

	if (file->closing)
		return;
	file->closing = true;
	call_cleanup(file);
	cancel_requests(file);
	list_remove(&file->io_link);
	list_push_back(&io->closing, &file->io_link);
}

/* The client's close has come and the file is over: the shell may go. */
static void tell_closed(struct fx_file *file)
{
	void (*closed)(void *arg) = file->closed;
	void *arg = file->closed_arg;

	if (!closed) {
		exec_event_set(&file->ended); /* the closer frees it */
		return;
	}
	file_free(file);
	closed(arg);
}

static void file_end(struct fx_file *file)
{
	struct fx_io *io = file->io;
	bool close_came;

	list_remove(&file->io_link);
	call_cleanup(file);
	call_file_event(file, io->config.file_config.EvtFileClose);
	file_object_delete(file);
	io_count(&io->files_open, (uint64_t)-1);
	spin_lock_acquire(&file->lock);
	file->io = NULL; /* once this is seen, the closer's thread may free the file */
	close_came = file->close_came;
	spin_lock_release(&file->lock);
	request_race_point();
	if (close_came)
		tell_closed(file);
}

/* Nothing outstanding, nothing on its way here; and if so, nothing will be. */
static bool is_over(struct fx_file *file)
{
	spin_lock_acquire(&file->lock);
	file->over = file->submitted == file->returned;
	spin_lock_release(&file->lock);
	return file->over;
}

static struct fx_file *next_to_end(struct fx_io *io)
{
	list_for_each (link, &io->closing) {
		struct fx_file *file = list_entry(link, struct fx_file, io_link);

		if (is_over(file))
			return file;
	}
	return NULL;
}

void file_run_closing(struct fx_io *io)
{
	struct fx_file *file;

	while ((file = next_to_end(io)))
		file_end(file);
}

void file_close_all(struct fx_io *io)
{
	list_for_each (it, &io->closing)
		list_entry(it, struct fx_file, io_link)->orphan = true;
	while (!list_empty(&io->files)) {
		struct fx_file *file = list_first(&io->files, struct fx_file, io_link);

		file->orphan = true;
		file_begin_close(file);
	}
}

static void close_comes(struct irq_message *msg)
{
	struct fx_file *file = uw_container_of(msg, struct fx_file, close_msg);
	struct fx_io *io = file->io;

	file->close_came = true;
	if (!io) { /* the device went first */
		tell_closed(file);
		return;
	}
	io_begin(io);
	file_begin_close(file);
	io_run(io);
}

void fx_file_close_start(struct fx_file *file, void (*done)(void *arg), void *arg)
{
	struct fx_io *io;

	file->close_msg.run = close_comes;
	file->closed = done;
	file->closed_arg = arg;
	spin_lock_acquire(&file->lock); /* against the owner letting go of the file */
	io = file->io;
	if (io) /* on the owner, too: behind what other threads submitted before */
		irq_loop_post(io->owner, &file->close_msg);
	spin_lock_release(&file->lock);
	if (!io)
		close_comes(&file->close_msg);
}

/* NULL: the device is gone, and with it perhaps its driver. */
static struct fx_driver *driver_of(struct fx_file *file)
{
	struct fx_driver *driver = NULL;

	spin_lock_acquire(&file->lock);
	if (file->io)
		driver = file->io->driver;
	spin_lock_release(&file->lock);
	return driver;
}

void fx_file_close(struct fx_file *file)
{
	fx_file_close_start(file, NULL, NULL);
	while (!exec_event_wait(&file->ended, exec_deadline_ms(PATIENCE_MS)))
		fx_rule_break(driver_of(file), FX_RULE_LONG_WAIT, NULL,
			      "the close of a file waits for the driver to complete the file's "
			      "requests");
	file_free(file);
}
