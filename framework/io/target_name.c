/* SPDX-License-Identifier: MIT */
/*
 * target_name.c - a device of this host, opened by one of its names: a file there, into which
 * packets go by a message to its loop. What nobody has here another host may (target_remote.h).
 *
 * The file is a client's like others: opened through the device's whole stack, with its create
 * callbacks, and refused where the device is exclusive or not started. It is a driver's, though, so
 * nothing of the device runs inside a call of the sender's: that may hold its own locks.
 */
#include "target_name.h"

#include <string.h>

#include "base/mem.h"
#include "base/sys.h"
#include "file.h"
#include "target_impl.h"
#include "target_remote.h"

#define FILE_NAME_BYTES 3073u /* UTF-8 of what a client may ask for, too */

struct exec_mutex named_lock = { .real = PTHREAD_MUTEX_INITIALIZER };

static const struct fx_sink_ops named_ops;

static struct named_sink *named_of(struct fx_sink *sink)
{
	return uw_container_of(sink, struct named_sink, sink);
}

/* --- packets --- */

static void named_submit(struct fx_sink *sink, struct fx_packet *packet, struct fx_file *from)
{
	(void)from;
	fx_io_submit(named_of(sink)->file, packet);
}

static void named_cancel(struct fx_sink *sink, struct fx_packet *packet)
{
	(void)sink;
	fx_io_cancel(packet);
}

/* Whoever closes the target frees its sink under this lock, and the device takes itself out of its
 * files on its own loop. */
bool named_is_inside(struct fx_target *target)
{
	struct fx_sink *sink;
	struct fx_file *file = NULL;
	const struct fx_io *io = NULL;
	bool inside;

	exec_mutex_lock(&named_lock);
	spin_lock_acquire(&target->lock);
	sink = target->sink;
	if (sink && sink->ops == &named_ops)
		file = named_of(sink)->file;
	spin_lock_release(&target->lock);
	if (file && sink->loop == irq_loop_of_thread()) {
		spin_lock_acquire(&file->lock);
		io = file->io;
		spin_lock_release(&file->lock);
	}
	inside = io && io_is_inside(io);
	exec_mutex_unlock(&named_lock);
	return inside;
}

/* --- close --- */

static void nobody_waits(void *arg)
{
	(void)arg;
}

static void file_closed(void *wait)
{
	target_wait_over(wait);
}

/* On the device's own loop the close comes behind what runs there now. */
static void close_file(struct fx_file *file, const struct fx_sink *sink)
{
	struct fx_target_wait wait;

	if (irq_loop_of_thread() == sink->loop ||
	    !NT_SUCCESS(target_wait_init(&wait, sink->target))) {
		fx_file_close_start(file, nobody_waits, NULL);
		return;
	}
	fx_file_close_start(file, file_closed, &wait);
	(void)target_wait(&wait, sink->target, EXEC_FOREVER, "the close of its file");
	target_wait_deinit(&wait);
}

static void named_suspend(struct fx_sink *sink)
{
	struct named_sink *named = named_of(sink);
	struct fx_file *file;

	exec_mutex_lock(&named_lock);
	file = named->file;
	named->file = NULL;
	named->open = false;
	exec_mutex_unlock(&named_lock);
	if (file)
		close_file(file, sink);
}

static void named_close(struct fx_sink *sink)
{
	named_suspend(sink);
	named_leave(named_of(sink));
}

static const struct fx_sink_ops named_ops = {
	.submit = named_submit,
	.cancel = named_cancel,
	.suspend = named_suspend,
	.close = named_close,
};

/* --- open --- */

/* On the stack of who opens. */
struct opening {
	struct fx_open open;
	struct fx_target_wait wait;
	struct named_sink *named;
	bool begun, inside;
	bool found; /* the device: its driver may say so of something else */
	NTSTATUS status;
	char file_name[FILE_NAME_BYTES];
};

static void opened(struct fx_open *open, NTSTATUS status, struct fx_file *file)
{
	struct opening *opening = uw_container_of(open, struct opening, open);

	opening->named->file = file;
	opening->status = status;
	target_wait_over(&opening->wait);
}

bool named_join(struct named_sink *named, struct fx_named_device *at)
{
	bool joined;

	exec_mutex_lock(&named_lock);
	joined = !at->leaving;
	if (joined) {
		list_push_back(&at->sinks, &named->link);
		named->at = at;
	}
	exec_mutex_unlock(&named_lock);
	return joined;
}

/* fx_found: the device stays until this returns, and then as long as the open is on its way. */
static void begin(void *arg, struct fx_device *device, struct fx_named_device *at)
{
	struct opening *opening = arg;
	struct fx_io *io = fx_device_io(device);

	opening->inside = io_is_inside(io); /* which has to return before it can be opened */
	if (opening->inside || !named_join(opening->named, at))
		return;
	opening->named->sink.loop = io->owner;
	opening->begun = true;
	opening->open.process_id = (uint32_t)sys_getpid();
	opening->open.of_driver = true;
	opening->open.file_name = opening->file_name;
	opening->open.done = opened;
	fx_file_open_start(device, &opening->open);
}

static NTSTATUS find_and_open(struct opening *opening, const struct fx_sink_name *open)
{
	const struct fx_named_search search = {
		.name = open->name,
		.file_name = opening->file_name,
		.len = sizeof(opening->file_name),
		.found = begin,
		.arg = opening,
	};
	NTSTATUS status = fx_named_find(&search);

	/* nor is one that begins with no backslash looked for elsewhere: the client's library would
	 * take it for a path or an interface of its own */
	opening->found =
		status != STATUS_OBJECT_NAME_NOT_FOUND && status != STATUS_OBJECT_PATH_NOT_FOUND;
	if (!NT_SUCCESS(status))
		return status;
	if (opening->inside) {
		fx_verifier_break(open->driver,
				  "WdfIoTargetOpen in a callback of the device that it opens, "
				  "which cannot create the file before the callback returns");
		return STATUS_INVALID_DEVICE_REQUEST;
	}
	if (!opening->begun)
		return STATUS_NO_SUCH_DEVICE;
	(void)target_wait(&opening->wait, open->target, EXEC_FOREVER, "the open of its file");
	return opening->status;
}

NTSTATUS named_attach(struct named_sink *named, struct fx_sink **out_old)
{
	NTSTATUS status = STATUS_SUCCESS;

	exec_mutex_lock(&named_lock);
	if (!named->at || named->at->leaving)
		status = STATUS_NO_SUCH_DEVICE;
	else if (!fx_target_attach(named->sink.target, &named->sink, out_old))
		status = STATUS_INVALID_DEVICE_STATE;
	named->attached = named->open = NT_SUCCESS(status);
	exec_mutex_unlock(&named_lock);
	return status;
}

static NTSTATUS open_file(struct named_sink *named, const struct fx_sink_name *open,
			  bool *out_found)
{
	struct opening opening;
	NTSTATUS status;

	memset(&opening, 0, offsetof(struct opening, file_name));
	opening.named = named;
	status = target_wait_init(&opening.wait, open->target);
	if (!NT_SUCCESS(status))
		return status;
	status = find_and_open(&opening, open);
	*out_found = opening.found;
	target_wait_deinit(&opening.wait);
	return status;
}

static NTSTATUS open_here(const struct fx_sink_name *open, bool *out_found)
{
	struct named_sink *named = mem_calloc(1, sizeof(*named));
	struct fx_sink *old = NULL;
	NTSTATUS status;

	if (!named)
		return STATUS_INSUFFICIENT_RESOURCES;
	named->sink.ops = &named_ops;
	named->sink.target = open->target;
	list_init(&named->link);
	status = open_file(named, open, out_found);
	if (NT_SUCCESS(status))
		status = named_attach(named, &old);
	if (!NT_SUCCESS(status))
		named_close(&named->sink);
	if (old)
		old->ops->close(old);
	return status;
}

NTSTATUS fx_sink_open_name(const struct fx_sink_name *open)
{
	bool found = true;
	NTSTATUS status = open_here(open, &found);

	return found ? status : remote_open(open, status);
}
