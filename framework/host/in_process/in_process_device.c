/* SPDX-License-Identifier: MIT */
/*
 * in_process_device.c - a handle and its device: opened, told what becomes of it, closed.
 *
 * When the device is removed, the file is closed as soon as nothing of it is outstanding, as a
 * server does it for clients of other processes: the handle goes on as one that was revoked.
 */
#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>

#include "base/mem.h"
#include "base/sys.h"
#include "in_process_impl.h"
#include "uwdf/status.h"

/* One more on a counter that is drained to zero again and again: it cannot fail. */
void in_process_raise_locked(struct in_process *p)
{
	const uint64_t one = 1;

	(void)!sys_write_quiet(p->done_fd, &one, sizeof(one));
}

/* --- the file of a device that leaves --- */

bool in_process_must_close_locked(struct in_process *p)
{
	if ((!p->leaving && !p->let_go) || p->closing || p->users || !list_empty(&p->out))
		return false;
	p->closing = true;
	return true;
}

/* Lock held: the file is closed. */
static void tell_let_go_locked(struct in_process *p)
{
	if (!p->lets_go)
		return;
	while (p->lets_go) {
		p->lets_go--;
		events_put(&p->told, UWDF_LET_GO);
	}
	in_process_raise_locked(p);
}

static void closed(void *arg)
{
	struct in_process *p = arg;

	if (p->watch_ops)
		p->watch_ops->let_go(&p->watch);
	exec_mutex_lock(&p->lock);
	p->closed = true;
	tell_let_go_locked(p);
	exec_cond_broadcast(&p->came_back);
	exec_mutex_unlock(&p->lock);
}

void in_process_close_file(struct in_process *p)
{
	p->ops->close_start(p->file, closed, p);
}

static void stop_using(struct in_process *p)
{
	bool must_close;

	exec_mutex_lock(&p->lock);
	p->users--;
	must_close = in_process_must_close_locked(p);
	exec_cond_broadcast(&p->came_back);
	exec_mutex_unlock(&p->lock);
	if (must_close)
		in_process_close_file(p);
}

/* --- the client lets go --- */

/* What is out is cancelled; the file is closed when that is back. */
int in_process_let_go(struct uwdf_transport *t)
{
	struct in_process *p = in_process_of(t);
	int err = 0;

	if (p->removed)
		return -ENODEV;
	__atomic_store_n(&p->owner, exec_thread_id(), __ATOMIC_RELAXED);
	exec_mutex_lock(&p->lock);
	if (p->gone) {
		err = -EPIPE;
	} else {
		p->let_go = true;
		p->lets_go++;
		p->users++;
		if (p->closed)
			tell_let_go_locked(p);
	}
	exec_mutex_unlock(&p->lock);
	if (err)
		return err;
	in_process_cancel_all(p, true);
	stop_using(p);
	return 0;
}

static uint32_t requests(struct uwdf_io_watch *watch)
{
	struct in_process *p = uw_container_of(watch, struct in_process, watch);
	uint32_t count = 0;

	exec_mutex_lock(&p->lock);
	list_for_each (it, &p->out)
		count++;
	exec_mutex_unlock(&p->lock);
	return count;
}

/* --- events --- */

static bool tell(struct uwdf_io_watch *watch, enum uwdf_io_event event)
{
	static const enum uwdf_event events[] = { [UWDF_IO_QUERY_REMOVE] = UWDF_QUERY_REMOVE,
						  [UWDF_IO_STAYS] = UWDF_STAYS,
						  [UWDF_IO_LEAVES] = UWDF_REMOVED,
						  [UWDF_IO_GONE] = 0 };
	struct in_process *p = uw_container_of(watch, struct in_process, watch);

	exec_mutex_lock(&p->lock);
	p->gone |= event == UWDF_IO_GONE;
	if (event == UWDF_IO_LEAVES) {
		p->leaving = true;
		p->users++;
	}
	if (events[event])
		events_put(&p->told, events[event]);
	in_process_raise_locked(p);
	exec_mutex_unlock(&p->lock);
	if (event == UWDF_IO_LEAVES) {
		in_process_cancel_all(p, false);
		stop_using(p);
	}
	/* the thread that asks cannot answer meanwhile */
	return __atomic_load_n(&p->owner, __ATOMIC_RELAXED) != exec_thread_id();
}

int in_process_notify(struct uwdf_transport *t, int on)
{
	struct in_process *p = in_process_of(t);
	bool gone;

	if (p->removed)
		return -ENODEV;
	exec_mutex_lock(&p->lock);
	gone = p->gone;
	exec_mutex_unlock(&p->lock);
	if (gone)
		return -EPIPE;
	__atomic_store_n(&p->owner, exec_thread_id(), __ATOMIC_RELAXED);
	p->watch_ops->hear(&p->watch, on);
	return 0;
}

enum uwdf_event in_process_event(struct uwdf_transport *t)
{
	return events_take(&in_process_of(t)->events);
}

/* --- memory --- */

static int get_piece(void *arg, struct piece *piece)
{
	struct in_process *p = arg;
	struct uwdf_io_memory memory;
	int err = p->ops->memory_new(p->file, piece->len, &memory);

	if (err)
		return err;
	sys_close(memory.fd); /* there is nobody to pass it on to */
	piece->base = memory.base;
	piece->place = memory.place;
	return 0;
}

static void put_piece(void *arg, struct piece *piece)
{
	const struct in_process *p = arg;
	struct uwdf_io_memory memory = {
		.base = piece->base, .len = piece->len, .fd = -1, .place = piece->place
	};

	p->ops->memory_free(&memory);
}

static struct pieces_source source_of(struct in_process *p)
{
	return (struct pieces_source){ .get = get_piece, .put = put_piece, .arg = p };
}

int in_process_memory(struct uwdf_transport *t, size_t len, void **out)
{
	struct in_process *p = in_process_of(t);
	const struct pieces_source source = source_of(p);
	int err = 0;

	exec_mutex_lock(&p->lock);
	if (p->leaving || p->let_go)
		err = p->gone ? -EPIPE : -ENOMEM;
	else
		p->users++;
	exec_mutex_unlock(&p->lock);
	if (err)
		return err;
	err = pieces_alloc(&p->memory, &source, len, out);
	stop_using(p);
	return err;
}

/* --- close --- */

static void destroy(struct in_process *p)
{
	sys_close(p->done_fd);
	exec_cond_deinit(&p->came_back);
	exec_mutex_deinit(&p->lock);
	mem_free(p);
}

/* All came back. @return the file is the caller's to close. */
static bool await_end(struct in_process *p)
{
	struct list *node;
	bool mine;

	exec_mutex_lock(&p->lock);
	while (!list_empty(&p->out) || p->users)
		exec_cond_wait(&p->came_back, &p->lock, EXEC_FOREVER);
	while ((node = list_pop_front(&p->done)))
		in_process_unref_locked(list_entry(node, struct in_flight, link));
	mine = !p->closing;
	p->closing = true;
	while (!mine && !p->closed)
		exec_cond_wait(&p->came_back, &p->lock, EXEC_FOREVER);
	exec_mutex_unlock(&p->lock);
	return mine;
}

void in_process_close(struct uwdf_transport *t)
{
	struct in_process *p = in_process_of(t);
	const struct pieces_source source = source_of(p);
	bool mine;

	in_process_cancel_all(p, true);
	mine = await_end(p);
	pieces_free(&p->memory, &source);
	if (mine)
		p->ops->close(p->file);
	/* last: whoever waits for us to let go asks the driver next */
	if (p->watch_ops)
		p->watch_ops->end(&p->watch);
	destroy(p);
}

/* --- open --- */

static int init_locks(struct in_process *p)
{
	int err = exec_mutex_init(&p->lock);

	if (err)
		return err;
	err = exec_cond_init(&p->came_back);
	if (err)
		exec_mutex_deinit(&p->lock);
	return err;
}

static void choose_ops(struct in_process *p)
{
	p->table = in_process_ops;
	if (!p->ops->memory_new)
		p->table.memory = NULL; /* then any memory does */
	if (!p->watch_ops) {
		p->table.notify = NULL;
		p->table.event = NULL;
		p->table.let_go = NULL;
	}
	p->base.ops = &p->table;
}

static int alloc(const struct in_process_params *params, struct in_process **out)
{
	struct in_process *p = mem_calloc(1, sizeof(*p));
	int err = p ? init_locks(p) : -ENOMEM;

	if (err)
		goto err_free;
	p->done_fd = err = sys_eventfd(0, EFD_NONBLOCK);
	if (err < 0)
		goto err_locks;
	p->ops = params->ops;
	p->watch_ops = params->watch_ops;
	p->watch.tell = tell;
	p->watch.requests = requests;
	p->owner = exec_thread_id();
	p->users = 1; /* the open, from before we are told of anything */
	choose_ops(p);
	list_init(&p->out);
	list_init(&p->done);
	strncpy(p->name, params->name, sizeof(p->name) - 1);
	*out = p;
	return 0;

err_locks:
	exec_cond_deinit(&p->came_back);
	exec_mutex_deinit(&p->lock);
err_free:
	mem_free(p);
	return err;
}

/* On the opener's stack. */
struct opening {
	struct uwdf_open open;
	struct exec_event done;
	int32_t status;
	struct uwdf_file *file;
};

static void opened(struct uwdf_open *open, int32_t status, struct uwdf_file *file)
{
	struct opening *opening = uw_container_of(open, struct opening, open);

	opening->status = status;
	opening->file = file;
	exec_event_set(&opening->done);
}

static int32_t open_by_name(const struct in_process_params *params, struct uwdf_file **out)
{
	struct opening opening = { .open = { .process_id = (uint32_t)sys_getpid(),
					     .file_name = params->file_name,
					     .done = opened } };

	if (exec_event_init(&opening.done))
		return UWDF_STATUS_INSUFFICIENT_RESOURCES;
	params->ops->open_start(params->device, &opening.open);
	exec_event_wait(&opening.done, EXEC_FOREVER);
	exec_event_deinit(&opening.done);
	*out = opening.file;
	return opening.status;
}

/* Until then the file is used: whoever tells us that the device leaves does not close it. */
static int open_file(struct in_process *p, const struct in_process_params *params)
{
	bool named = params->file_name && params->file_name[0];
	int32_t status; /* an NTSTATUS */

	status = named ? open_by_name(params, &p->file)
		       : p->ops->open(params->device, (uint32_t)sys_getpid(), &p->file);
	if (status < 0)
		return -EIO;
	stop_using(p);
	return 0;
}

static int begin_watch(struct in_process *p, const struct in_process_params *params)
{
	int err = p->watch_ops ? p->watch_ops->begin(params->device, &p->watch) : 0;

	return err == -EBUSY ? -EIO : err;
}

int in_process_transport_new(const struct in_process_params *params, struct uwdf_transport **out)
{
	struct in_process *p;
	int err = alloc(params, &p);

	if (err)
		return err;
	err = begin_watch(p, params);
	if (err)
		goto err_destroy;
	err = open_file(p, params);
	if (err)
		goto err_watch;
	*out = &p->base;
	return 0;

err_watch:
	if (p->watch_ops)
		p->watch_ops->end(&p->watch);
err_destroy:
	destroy(p);
	return err;
}
