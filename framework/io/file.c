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
	fx_object_commit(obj, attrs);
	return STATUS_SUCCESS;
}

static void file_object_delete(struct fx_file *file)
{
	if (!file->object)
		return;
	file->object->file = NULL;
	fx_object_delete(&file->object->base);
	file->object = NULL;
}

/* As long as it takes, as in KMDF; every minute says whom it is for. */
static void wait_patiently(struct fx_file *file, struct exec_event *event, const char *what)
{
	while (!exec_event_wait(event, exec_deadline_ms(PATIENCE_MS))) {
		struct fx_driver *driver = NULL;

		spin_lock_acquire(&file->lock);
		if (file->io)
			driver = file->io->driver;
		spin_lock_release(&file->lock);
		fx_rule_break(driver, FX_RULE_LONG_WAIT, NULL, "%s", what);
	}
}

/* --- open --- */

/* On the opener's stack. */
struct opening {
	struct fx_packet packet;
	struct exec_event done;
	NTSTATUS status;
};

static void created(struct fx_packet *packet, NTSTATUS status, size_t information)
{
	struct opening *opening = uw_container_of(packet, struct opening, packet);

	(void)information;
	packet->file->opened = NT_SUCCESS(status);
	opening->status = status;
	exec_event_set(&opening->done);
}

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

struct joining {
	struct fx_io *io;
	struct fx_file *file;
	NTSTATUS status;
	bool ask; /* the driver wants to see the create */
};

static void join(void *arg)
{
	struct joining *joining = arg;
	struct fx_io *io = joining->io;

	joining->status = may_open(io);
	if (!NT_SUCCESS(joining->status))
		return;
	joining->status = file_object_new(io, joining->file);
	if (!NT_SUCCESS(joining->status))
		return;
	list_push_back(&io->files, &joining->file->io_link);
	io_count(&io->files_open, 1);
	joining->ask = driver_wants_creates(io);
	joining->file->opened = !joining->ask;
}

/* Ask the driver. The packet travels like any other. */
static NTSTATUS create(struct fx_file *file)
{
	struct opening opening = { .packet = { .kind = FX_PACKET_CREATE, .complete = created } };

	if (exec_event_init(&opening.done))
		return STATUS_INSUFFICIENT_RESOURCES;
	fx_io_submit(file, &opening.packet);
	wait_patiently(file, &opening.done,
		       "the open of a file waits for the driver to complete its create request");
	exec_event_deinit(&opening.done);
	return opening.status;
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

NTSTATUS fx_file_open(struct fx_device *device, struct fx_file **out)
{
	return fx_file_open_for(device, (uint32_t)sys_getpid(), out);
}

NTSTATUS fx_file_open_for(struct fx_device *device, uint32_t process_id, struct fx_file **out)
{
	struct fx_io *io = fx_device_io(device);
	struct joining joining = { .io = io, .file = file_alloc(io) };
	NTSTATUS status;

	if (!joining.file)
		return STATUS_INSUFFICIENT_RESOURCES;
	joining.file->process_id = process_id;
	assert(!io_is_owner(io));
	irq_loop_call(io->owner, join, &joining);
	if (!NT_SUCCESS(joining.status)) {
		file_free(joining.file);
		return joining.status;
	}
	status = joining.ask ? create(joining.file) : STATUS_SUCCESS;
	if (NT_SUCCESS(status))
		*out = joining.file;
	else
		fx_file_close(joining.file); /* never opened: without callbacks */
	return status;
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
	call_file_event(file, io->config.file_config.EvtFileCleanup);
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

	list_remove(&file->io_link);
	call_file_event(file, io->config.file_config.EvtFileClose);
	file_object_delete(file);
	io_count(&io->files_open, (uint64_t)-1);
	spin_lock_acquire(&file->lock);
	file->io = NULL;
	spin_lock_release(&file->lock);
	if (file->close_came)
		tell_closed(file);
}

static struct fx_file *next_to_end(struct fx_io *io)
{
	list_for_each (link, &io->closing) {
		struct fx_file *file = list_entry(link, struct fx_file, io_link);

		if (file->arrived == file->returned)
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

void fx_file_close(struct fx_file *file)
{
	fx_file_close_start(file, NULL, NULL);
	wait_patiently(file, &file->ended,
		       "the close of a file waits for the driver to complete the file's requests");
	file_free(file);
}
