/* SPDX-License-Identifier: MIT */
/*
 * file.c - open: a create request to the driver (EvtDeviceFileCreate, or a queue that asked for
 * creates), or to the first below it that wants one; the opener waits for its completion.
 */
#include "file.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "base/sys.h"
#include "irp.h"
#include "nt/utf.h"
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

/* Characters of the file name; 0 if there is none, or more of it than a counted string takes. */
static size_t name_chars(const struct utf_span *name)
{
	size_t count = name->narrow ? utf16_from_utf8(name, NULL, SIZE_MAX) : 0;

	return count <= UNICODE_STRING_MAX_BYTES / sizeof(WCHAR) ? count : 0;
}

static void set_name(struct fx_file_object *object, const struct utf_span *name, size_t chars)
{
	USHORT bytes = (USHORT)(chars * sizeof(WCHAR));

	if (!chars)
		return;
	utf16_from_utf8(name, object->name, chars);
	object->wdm.FileName = (UNICODE_STRING){ bytes, bytes, object->name };
}

static NTSTATUS file_object_new(struct fx_io *io, struct fx_file *file, const char *file_name)
{
	const struct utf_span name = { .narrow = file_name,
				       .len = file_name ? strlen(file_name) : 0 };
	const size_t chars = name_chars(&name);
	WDF_OBJECT_ATTRIBUTES *attrs =
		io->config.file_attributes.Size ? &io->config.file_attributes : NULL;
	struct fx_object *device = &((struct fx_device_head *)(void *)io->device)->base;
	struct fx_object *obj;
	NTSTATUS status;

	if (!wants_file_objects(io))
		return STATUS_SUCCESS;
	status = fx_object_new(&file_class, sizeof(*file->object) + chars * sizeof(WCHAR),
			       io->driver, device, attrs, &obj);
	if (!NT_SUCCESS(status))
		return status;
	file->object = uw_container_of(obj, struct fx_file_object, base);
	file->object->file = file;
	file->object->process_id = file->process_id;
	set_name(file->object, &name, chars);
	file->object->wdm.Type = IO_TYPE_FILE;
	file->object->wdm.Size = sizeof(file->object->wdm);
	file->object->wdm.DeviceObject = &io->wdm;
	file->object->device = io->device;
	status = fx_object_commit(obj, attrs);
	if (!NT_SUCCESS(status))
		file->object = NULL;
	return status;
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

static bool driver_handles_creates(const struct fx_io *io)
{
	return io->config.file_config.EvtDeviceFileCreate ||
	       __atomic_load_n(&io->routes[REQUEST_CREATE], __ATOMIC_ACQUIRE);
}

static bool driver_wants_creates(const struct fx_io *io)
{
	return driver_handles_creates(io) || irp_wanted(io, FX_PACKET_CREATE);
}

bool file_create_goes_down(const struct fx_io *io)
{
	return (io->config.filter || io_forwards_close(io)) && !driver_handles_creates(io);
}

NTSTATUS file_join(struct fx_file *file)
{
	struct fx_io *io = file->io;
	NTSTATUS status = may_open(io);

	if (NT_SUCCESS(status))
		status = file_object_new(io, file, file->root->name);
	if (!NT_SUCCESS(status))
		return status;
	file->joined = true;
	io_count(&io->files_open, 1);
	return STATUS_SUCCESS;
}

/* The owner's part. @return drivers are to be asked. */
static bool join(struct fx_io *io, struct fx_open *open)
{
	struct fx_file *file = open->file;

	open->status = file_join(file);
	if (!NT_SUCCESS(open->status))
		return false;
	list_push_back(&io->files, &file->io_link);
	file->opened = !driver_wants_creates(io) && !file_create_goes_down(io);
	file->opening = !file->opened;
	return file->opening;
}

void file_put_by_irps(struct fx_file *file)
{
	irp_put_by(file->cleanup_irp);
	irp_put_by(file->close_irp);
	file->cleanup_irp = NULL;
	file->close_irp = NULL;
}

struct fx_irp *file_take_irp(struct fx_file *file, enum fx_packet_kind kind)
{
	struct fx_irp **at = file_irp(file, kind);
	struct fx_irp *irp = *at;

	*at = NULL;
	__atomic_store_n(&file->root->seen, kind, __ATOMIC_RELAXED);
	return irp;
}

/* false: no memory. @return also if the driver does not want any. */
static bool reserve_irp(struct fx_file *file, enum fx_packet_kind kind)
{
	if (!irp_wanted(file->io, kind))
		return true;
	*file_irp(file, kind) = irp_reserve(file->io);
	return *file_irp(file, kind);
}

/* A file that is open can be closed. */
static bool reserve_irps(struct fx_file *root)
{
	for (struct fx_file *file = root; file; file = file->below)
		if (!reserve_irp(file, FX_PACKET_CLEANUP) || !reserve_irp(file, FX_PACKET_CLOSE))
			return false;
	return true;
}

void file_free(struct fx_file *root)
{
	struct fx_file *file = root->below;

	while (file) {
		struct fx_file *below = file->below;

		file_put_by_irps(file);
		mem_free(file);
		file = below;
	}
	file_put_by_irps(root);
	exec_event_deinit(&root->ended);
	mem_free(root);
}

static struct fx_file *level_alloc(struct fx_io *io, uint32_t process_id)
{
	struct fx_file *file = mem_calloc(1, sizeof(*file));

	if (!file)
		return NULL;
	spin_lock_init(&file->lock, LOCK_RANK_FILE);
	file->io = io;
	file->process_id = process_id;
	list_init(&file->io_link);
	list_init(&file->requests);
	return file;
}

static bool alloc_below(struct fx_file *root)
{
	struct fx_file *file = root;

	root->root = root;
	while (file->io->below) {
		file->below = level_alloc(file->io->below, root->process_id);
		if (!file->below)
			return false;
		file = file->below;
		file->root = root;
	}
	return true;
}

static struct fx_file *file_alloc(struct fx_io *io, uint32_t process_id)
{
	struct fx_file *root = level_alloc(io, process_id);

	if (!root)
		return NULL;
	if (exec_event_init(&root->ended)) {
		mem_free(root);
		return NULL;
	}
	if (alloc_below(root))
		return root;
	file_free(root);
	return NULL;
}

/* What is sent by drivers, without an open: no callback ever hears of it. */
static struct fx_file *nameless_new(struct fx_io *io)
{
	struct fx_file *root = file_alloc(io, (uint32_t)sys_getpid());

	if (!root)
		return NULL;
	for (struct fx_file *file = root; file; file = file->below)
		file->nameless = file->posts = true;
	list_push_back(&io->files, &root->io_link);
	return root;
}

static void nameless_free(struct fx_file *file)
{
	if (!file)
		return;
	list_remove(&file->io_link);
	file_free(file);
}

NTSTATUS file_nameless_new(struct fx_io *io)
{
	io->nameless = nameless_new(io);
	if (io->nameless && io->config.to_self)
		io->to_self = nameless_new(io);
	return io->nameless && (io->to_self || !io->config.to_self) ? STATUS_SUCCESS
								    : STATUS_INSUFFICIENT_RESOURCES;
}

void file_nameless_free(struct fx_io *io)
{
	nameless_free(io->nameless);
	nameless_free(io->to_self);
}

static void open_refused(void *arg)
{
	struct fx_open *open = arg;

	open->done(open, open->status, NULL);
}

/* It is open there and at those above it that passed the create on: down from who sent it. */
void file_created(struct fx_file *file)
{
	struct fx_file *from = file->root;

	for (struct fx_file *at = from; at != file; at = at->below)
		if (driver_wants_creates(at->io))
			from = at->below;
	for (; from != file; from = from->below)
		from->opened = true;
	file->opened = true;
}

static void forget_opened(struct fx_file *root)
{
	root->opened = false;
	for (struct fx_file *file = root->below; file; file = file->below)
		file->opened = false;
}

/* The last driver that it came to has completed the create request. */
static void created(struct fx_packet *packet, NTSTATUS status, size_t information)
{
	struct fx_open *open = uw_container_of(packet, struct fx_open, packet);

	(void)information;
	open->status = status;
	open->file->name = NULL;
	open->file->opening = false;
	if (NT_SUCCESS(status)) {
		open->done(open, status, open->file);
		return;
	}
	forget_opened(open->file); /* it never was open: without callbacks */
	fx_file_close_start(open->file, open_refused, open);
}

static void open_comes(struct irq_message *msg)
{
	struct fx_open *open = uw_container_of(msg, struct fx_open, msg);
	struct fx_file *file = open->file;

	if (io_park(file->io, msg))
		return;
	if (join(file->io, open)) {
		open->packet = (struct fx_packet){ .kind = FX_PACKET_CREATE, .complete = created };
		fx_io_submit(file, &open->packet);
		return;
	}
	if (!NT_SUCCESS(open->status)) {
		file_free(file);
		file = NULL;
	}
	if (file)
		file->name = NULL;
	open->done(open, open->status, file);
}

void fx_file_open_start(struct fx_device *device, struct fx_open *open)
{
	struct fx_io *io = fx_device_io(device);

	open->msg.run = open_comes;
	open->file = file_alloc(io, open->process_id);
	if (open->file && !reserve_irps(open->file)) {
		file_free(open->file);
		open->file = NULL;
	}
	if (!open->file) {
		open->done(open, STATUS_INSUFFICIENT_RESOURCES, NULL);
		return;
	}
	open->file->name = open->file_name;
	open->file->posts = open->of_driver;
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

NTSTATUS fx_file_open_by(void (*start)(void *arg, struct fx_open *open), void *arg,
			 struct fx_driver *driver, uint32_t process_id, struct fx_file **out)
{
	struct opening opening = { .open = { .process_id = process_id, .done = opened } };

	if (exec_event_init(&opening.done))
		return STATUS_INSUFFICIENT_RESOURCES;
	start(arg, &opening.open);
	/* the device stays as long as an open is on its way */
	while (!exec_event_wait(&opening.done, io_patience_end(driver)))
		fx_rule_break(driver, FX_RULE_LONG_WAIT, NULL,
			      "the open of a file waits for the driver to complete its create "
			      "request");
	exec_event_deinit(&opening.done);
	if (NT_SUCCESS(opening.open.status))
		*out = opening.file;
	return opening.open.status;
}

static void start_at(void *device, struct fx_open *open)
{
	fx_file_open_start(device, open);
}

NTSTATUS fx_file_open_for(struct fx_device *device, uint32_t process_id, struct fx_file **out)
{
	struct fx_io *io = fx_device_io(device);

	assert(!io_is_owner(io));
	return fx_file_open_by(start_at, device, io->driver, process_id, out);
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
	request_give_unqueued(req);
	if (!evt) {
		request_finish(req, STATUS_SUCCESS, 0);
		return;
	}
	call = io_enter_driver(io, io->file_scope, "EvtDeviceFileCreate", FX_CODE(evt));
	evt((WDFDEVICE)fx_object_handle(&device->base), request_handle(req),
	    file_handle(req->file));
	io_leave_driver(io, &call);
}

/* --- on the loop of its device --- */

struct irq_loop *fx_file_loop(struct fx_file *file)
{
	struct irq_loop *loop;

	spin_lock_acquire(&file->lock);
	loop = file->io ? file->io->owner : NULL;
	spin_lock_release(&file->lock);
	return loop;
}

bool fx_file_is_direct(struct fx_file *file)
{
	WDF_DEVICE_IO_TYPE type;

	spin_lock_acquire(&file->lock);
	type = file->io ? file->io->config.io_type : WdfDeviceIoUndefined;
	spin_lock_release(&file->lock);
	return type == WdfDeviceIoDirect || type == WdfDeviceIoNeither;
}

void fx_file_look_at_device(struct fx_file *file, void (*look)(struct fx_device *device, void *arg),
			    void *arg)
{
	spin_lock_acquire(&file->lock);
	if (file->io)
		look(file->io->device, arg);
	spin_lock_release(&file->lock);
}

/* On the caller's stack. The file stays as long as its caller waits. */
struct call {
	struct irq_message msg;
	void (*fn)(void *arg);
	void *arg;
	struct exec_event done;
};

static void call_comes(struct irq_message *msg)
{
	struct call *call = uw_container_of(msg, struct call, msg);

	call->fn(call->arg);
	exec_event_set(&call->done);
}

bool fx_io_call(struct fx_file *file, void (*fn)(void *arg), void *arg)
{
	struct call call = { .msg.run = call_comes, .fn = fn, .arg = arg };
	struct fx_io *io;

	if (exec_event_init(&call.done))
		return false;
	spin_lock_acquire(&file->lock); /* against the owner letting go of the file */
	io = file->io;
	if (io)
		irq_loop_post(io->owner, &call.msg);
	spin_lock_release(&file->lock);
	if (io)
		exec_event_wait(&call.done, EXEC_FOREVER);
	exec_event_deinit(&call.done);
	return io;
}
