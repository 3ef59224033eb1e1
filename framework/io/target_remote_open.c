/* SPDX-License-Identifier: MIT */
/*
 * target_remote_open.c - a target that names a device of another host is opened and closed.
 *
 * Hosts are asked by a thread made for it, since each may take its time: the caller waits as for a
 * device of this host, its own loop running meanwhile, and for REMOTE_OPEN_MS at most.
 */
#include "target_remote.h"

#include <errno.h>

#include "base/mem.h"
#include "nt/utf.h"
#include "target_impl.h"

#define NAME_BYTES 3073u /* UTF-8 of the longest that a host listens to */

/* --- on the loop, for who waits --- */

/* On the stack of who waits. */
struct call {
	struct irq_message msg;
	struct fx_target_wait wait;
	struct remote *remote;
	void (*run)(struct call *call); /* ends with target_wait_over() */
	int err;
};

static void run_call(struct irq_message *msg)
{
	struct call *call = uw_container_of(msg, struct call, msg);

	call->run(call);
}

/* 0; -ENOMEM: it did not come there. */
static int call_loop(struct remote *remote, struct fx_target *target,
		     void (*run)(struct call *call), const char *what)
{
	struct call call = { .msg.run = run_call, .remote = remote, .run = run };

	if (!NT_SUCCESS(target_wait_init(&call.wait, target)))
		return -ENOMEM;
	irq_loop_post(remote->loop, &call.msg);
	(void)target_wait(&call.wait, target, EXEC_FOREVER, what);
	target_wait_deinit(&call.wait);
	return call.err;
}

static void begin(struct call *call)
{
	call->err = remote_begin(call->remote);
	target_wait_over(&call->wait);
}

static void let_go(struct call *call)
{
	remote_let_go(call->remote, &call->wait);
}

static void end(struct call *call)
{
	remote_end(call->remote);
	target_wait_over(&call->wait);
}

static void end_at_once(void *remote)
{
	remote_end(remote);
}

/* --- close --- */

static struct remote *remote_of(const struct fx_sink *sink)
{
	const struct remote_sink *rs = (const void *)sink; /* the first member of its first */

	return rs->remote;
}

static struct named_sink *named_of(struct fx_sink *sink)
{
	return uw_container_of(sink, struct named_sink, sink);
}

static void suspend_sink(struct fx_sink *sink)
{
	struct named_sink *named = named_of(sink);
	bool open;

	exec_mutex_lock(&named_lock);
	open = named->open;
	named->open = false;
	exec_mutex_unlock(&named_lock);
	if (open)
		(void)call_loop(remote_of(sink), sink->target, let_go,
				"another host to close its file");
}

static void release(struct remote *remote, struct fx_target *target)
{
	if (call_loop(remote, target, end, "its loop"))
		irq_loop_call(remote->loop, end_at_once, remote);
	mem_free(remote->ops);
	/* as a removal callback is waited for: not where that may need this thread */
	if (!irq_loop_of_thread() && !fx_work_is_mine(&remote->work))
		remote_wait_told(remote);
	remote_unref(remote);
}

static void close_sink(struct fx_sink *sink)
{
	struct fx_target *target = sink->target;
	struct remote *remote = remote_of(sink);

	suspend_sink(sink);
	named_leave(named_of(sink));
	release(remote, target);
}

static void submit(struct fx_sink *sink, struct fx_packet *packet, struct fx_file *from)
{
	(void)from;
	remote_submit(remote_of(sink), packet);
}

static void cancel(struct fx_sink *sink, struct fx_packet *packet)
{
	(void)sink;
	remote_cancel(packet);
}

static const struct fx_sink_ops remote_sink_ops = {
	.submit = submit,
	.cancel = cancel,
	.suspend = suspend_sink,
	.close = close_sink,
};

/* --- open --- */

/* On the stack of who opens. */
struct opening {
	struct fx_target_wait wait;
	uwdf_handle *handle;
	int err;
	int32_t status; /* of the other driver, if it refuses */
	char name[NAME_BYTES];
};

static void open_there(void *arg)
{
	struct opening *opening = arg;
	struct uwdf_error error;

	opening->err = remote_ops->open_within(opening->name, REMOTE_OPEN_MS, &error,
					       &opening->status, &opening->handle);
	target_wait_over(&opening->wait);
}

static NTSTATUS ask_hosts(struct opening *opening, struct fx_target *target)
{
	const struct exec_thread_params params = {
		.name = "uwdf-open", .run = open_there, .arg = opening, .node = -1
	};
	struct exec_thread *thread;
	NTSTATUS status = target_wait_init(&opening->wait, target);
	int err;

	if (!NT_SUCCESS(status))
		return status;
	err = exec_thread_start(&params, &thread);
	if (!err) {
		(void)target_wait(&opening->wait, target, EXEC_FOREVER, "other hosts");
		exec_thread_join(thread);
	}
	target_wait_deinit(&opening->wait);
	return err ? remote_status(err) : STATUS_SUCCESS;
}

static NTSTATUS status_of_open(const struct opening *opening, NTSTATUS not_found)
{
	switch (opening->err) {
	case 0:
		return STATUS_SUCCESS;
	case -ENOENT:
	case -ENAMETOOLONG:
		return not_found;
	case -EIO:
		return NT_SUCCESS(opening->status) ? STATUS_UNSUCCESSFUL : opening->status;
	default:
		return remote_status(opening->err);
	}
}

static bool put_name(const UNICODE_STRING *name, struct opening *opening)
{
	const struct utf_span from = { .wide = name->Buffer, .len = name->Length / sizeof(WCHAR) };

	if (utf8_from_utf16(&from, NULL, SIZE_MAX) >= NAME_BYTES)
		return false;
	opening->name[utf8_from_utf16(&from, opening->name, NAME_BYTES)] = '\0';
	return true;
}

static NTSTATUS open_handle(const struct fx_sink_name *open, NTSTATUS not_found, uwdf_handle **out)
{
	struct opening opening = { .handle = NULL };
	NTSTATUS status;

	if (!put_name(open->name, &opening))
		return not_found;
	status = ask_hosts(&opening, open->target);
	if (!NT_SUCCESS(status))
		return status;
	*out = opening.handle;
	return status_of_open(&opening, not_found);
}

static struct remote *remote_new(struct fx_target *target)
{
	struct remote *remote = mem_calloc(1, sizeof(*remote));

	if (!remote)
		return NULL;
	remote->ops = mem_calloc(REMOTE_OPS, sizeof(*remote->ops));
	if (!remote->ops) {
		mem_free(remote);
		return NULL;
	}
	remote->loop = target->io->owner;
	remote->refs = 1;
	remote_notice_init(remote);
	return remote;
}

/* The handle is @remote's, whatever becomes of it. */
static NTSTATUS connect(struct remote_sink *rs, const struct fx_sink_name *open, NTSTATUS not_found)
{
	struct remote *remote = rs->remote;
	NTSTATUS status = open_handle(open, not_found, &remote->handle);
	int err;

	if (!NT_SUCCESS(status))
		return status;
	err = call_loop(remote, open->target, begin, "its loop");
	if (!err)
		return STATUS_SUCCESS;
	remote_ops->close(remote->handle);
	return remote_status(err);
}

static struct remote_sink *sink_new(struct fx_target *target)
{
	struct remote_sink *rs = mem_calloc(1, sizeof(*rs));

	if (!rs)
		return NULL;
	rs->named.sink = (struct fx_sink){ .ops = &remote_sink_ops, .target = target };
	list_init(&rs->named.link);
	rs->remote = remote_new(target);
	if (rs->remote)
		return rs;
	mem_free(rs);
	return NULL;
}

static void sink_free(struct remote_sink *rs)
{
	mem_free(rs->remote->ops);
	mem_free(rs->remote);
	mem_free(rs);
}

NTSTATUS remote_open(const struct fx_sink_name *open, NTSTATUS status)
{
	struct fx_sink *old = NULL;
	struct remote_sink *rs;

	if (!remote_ops)
		return status;
	rs = sink_new(open->target);
	if (!rs)
		return STATUS_INSUFFICIENT_RESOURCES;
	status = connect(rs, open, status);
	if (!NT_SUCCESS(status)) {
		sink_free(rs);
		return status;
	}
	if (!named_join(&rs->named, &rs->remote->device))
		status = STATUS_NO_SUCH_DEVICE;
	else
		status = named_attach(&rs->named, &old);
	if (!NT_SUCCESS(status))
		close_sink(&rs->named.sink);
	if (old)
		old->ops->close(old);
	return status;
}
