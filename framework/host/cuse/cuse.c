/* SPDX-License-Identifier: MIT */
/* cuse.c - start, leave, end, and what the kernel says in between. */
#include "cuse.h"

#include <errno.h>
#include <stdio.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/sys.h"
#include "cuse_impl.h"

#define CALLS_AT_ONCE 16    /* of the kernel's, then the loop looks at the rest */
#define MAKE_MS       5000u /* for the kernel to make the node */

/* --- what the kernel says --- */

static struct cuse_file *file_of(uint64_t file)
{
	return (struct cuse_file *)(uintptr_t)file; // NOLINT(performance-no-int-to-ptr)
}

/* Once: whoever starts the node goes on then. */
static void tell_made(struct cuse *cuse, int err)
{
	if (cuse->is_made)
		return;
	cuse->is_made = true;
	cuse->made_err = err;
	exec_event_set(&cuse->made);
}

static void on_made(void *arg)
{
	struct cuse *cuse = arg;
	struct stat st;
	int err = sys_stat(cuse->path, &st);

	tell_made(cuse, err ? err : cuse_access_guard(cuse));
}

static void on_open(void *arg, struct cuse_call *call, int flags)
{
	cuse_file_open(arg, call, flags);
}

static void on_read(void *arg, struct cuse_call *call, uint64_t file, size_t len, uint64_t offset)
{
	(void)arg;
	cuse_read(file_of(file), call, len, offset);
}

static void on_write(void *arg, struct cuse_call *call, uint64_t file, const struct iovec *data,
		     uint64_t offset)
{
	(void)arg;
	cuse_write(file_of(file), call, data, offset);
}

static void on_ioctl(void *arg, struct cuse_call *call, uint64_t file,
		     const struct cuse_ioctl *ioctl)
{
	(void)arg;
	cuse_control(file_of(file), call, ioctl);
}

static void on_poll(void *arg, struct cuse_call *call, uint64_t file, struct cuse_waiter *waiter)
{
	(void)arg;
	cuse_file_poll(file_of(file), call, waiter);
}

static void on_release(void *arg, struct cuse_call *call, uint64_t file)
{
	(void)arg;
	cuse_file_release(file_of(file), call);
}

static const struct cuse_events events = { .made = on_made,
					   .open = on_open,
					   .read = on_read,
					   .write = on_write,
					   .ioctl = on_ioctl,
					   .poll = on_poll,
					   .release = on_release };

static void stop_serving(void *arg)
{
	struct cuse *cuse = arg;

	irq_loop_remove_source(cuse->source);
	cuse->source = NULL;
}

/* Nobody opens the node any more; who had it open is told so by the kernel. */
static void ended_by_kernel(struct cuse *cuse)
{
	log_error("cuse", "%s: the kernel has ended it", cuse->path);
	stop_serving(cuse);
	cuse_files_close(cuse, true);
	tell_made(cuse, -ECONNABORTED);
}

static void serve(void *arg, uint64_t count)
{
	struct cuse *cuse = arg;
	int err = 0;

	(void)count;
	for (int i = 0; i < CALLS_AT_ONCE && !err; i++)
		err = cuse->kernel->serve(cuse->channel);
	if (err && err != -EAGAIN)
		ended_by_kernel(cuse);
}

/* --- start --- */

static int start_serving(struct cuse *cuse, struct report *rep)
{
	const struct irq_loop_params params = {
		.name = "uwdf-cuse", .backend = cuse->params.backend, .node = -1, .own_thread = true
	};
	int fd;
	int err = cuse->kernel->open(cuse->name, &events, cuse, rep, &cuse->channel, &fd);

	if (err)
		return err;
	err = irq_loop_new(&params, &cuse->loop);
	if (err)
		goto err_channel;
	err = irq_loop_add_source(cuse->loop, IRQ_SOURCE_READABLE, fd, serve, cuse, &cuse->source);
	if (err)
		goto err_loop;
	return 0;

err_loop:
	irq_loop_free(cuse->loop);
err_channel:
	cuse->kernel->close(cuse->channel);
	return report_fail(rep, err, "serving %s", cuse->path);
}

static struct cuse *cuse_new(const struct cuse_params *params)
{
	const char *directory = params->directory ? params->directory : "/dev/uwdf";
	struct cuse *cuse = mem_calloc(1, sizeof(*cuse));

	if (!cuse)
		return NULL;
	cuse->params = *params;
	cuse->kernel = params->kernel;
	list_init(&cuse->files);
	(void)snprintf(cuse->name, sizeof(cuse->name), "%s", params->name);
	(void)snprintf(cuse->path, sizeof(cuse->path), "%s/%s", directory, cuse->name);
	quota_init(&cuse->quota, cuse->name, &params->quota);
	if (exec_event_init(&cuse->made))
		goto err_free;
	if (exec_event_init(&cuse->dry))
		goto err_made;
	if (exec_mutex_init(&cuse->lock))
		goto err_dry;
	return cuse;

err_dry:
	exec_event_deinit(&cuse->dry);
err_made:
	exec_event_deinit(&cuse->made);
err_free:
	mem_free(cuse);
	return NULL;
}

static void cuse_destroy(struct cuse *cuse)
{
	quota_deinit(&cuse->quota);
	exec_mutex_deinit(&cuse->lock);
	exec_event_deinit(&cuse->dry);
	exec_event_deinit(&cuse->made);
	mem_free(cuse);
}

/* The kernel says of a name that is taken no more than that there is no node. */
static int check_free(const struct cuse *cuse, struct report *rep)
{
	struct stat st;

	if (sys_stat(cuse->path, &st))
		return 0;
	report_fail(rep, -EEXIST, "making the node %s", cuse->path);
	report_hint(rep, "uwdf run ... --name ANOTHER");
	return -EEXIST;
}

static int await_node(struct cuse *cuse, struct report *rep)
{
	int err = exec_event_wait(&cuse->made, exec_deadline_ms(MAKE_MS)) ? cuse->made_err
									  : -ETIMEDOUT;

	if (err == -ENOENT) {
		report_say(rep, "the kernel made no node %s", cuse->path);
		report_hint(rep, "findmnt /dev    # it must be a devtmpfs, as it is outside of "
				 "most containers");
	} else if (err) {
		report_fail(rep, err, "making the node %s", cuse->path);
	}
	return err;
}

UW_EXPORT int cuse_start(const struct cuse_params *params, struct report *rep, struct cuse **out)
{
	struct cuse *cuse = cuse_new(params);
	int err;

	if (!cuse)
		return report_fail(rep, -ENOMEM, "making a node for %s", params->name);
	err = check_free(cuse, rep);
	if (!err)
		err = start_serving(cuse, rep);
	if (err) {
		cuse_destroy(cuse);
		return err;
	}
	err = await_node(cuse, rep);
	if (err) {
		(void)!cuse_free(cuse, EXEC_FOREVER); /* nobody has opened it */
		return err;
	}
	*out = cuse;
	return 0;
}

UW_EXPORT const char *cuse_path(const struct cuse *cuse)
{
	return cuse->path;
}

UW_EXPORT size_t cuse_handles(struct cuse *cuse, struct server_handle *out, size_t max)
{
	uint64_t now_ns = exec_now_ns();
	size_t count = 0;

	exec_mutex_lock(&cuse->lock);
	list_for_each (it, &cuse->files) {
		const struct cuse_file *f = list_entry(it, struct cuse_file, link);

		if (f->state > CUSE_FILE_OPEN)
			continue;
		if (count < max)
			out[count] = (struct server_handle){
				.process_id = f->process_id,
				.requests = __atomic_load_n(&f->outstanding, __ATOMIC_RELAXED),
				.age_ms = (now_ns - f->opened_ns) / EXEC_NS_PER_MS,
			};
		count++;
	}
	exec_mutex_unlock(&cuse->lock);
	return count;
}

/* --- leave, end --- */

void cuse_note_dry(struct cuse *cuse)
{
	if (cuse->leaving && !cuse->open_files)
		exec_event_set(&cuse->dry);
}

static void leave_now(struct cuse *cuse)
{
	cuse->leaving = true;
	cuse_files_close(cuse, false);
	cuse_note_dry(cuse);
}

static void leave(struct irq_message *msg)
{
	leave_now(uw_container_of(msg, struct cuse, leave));
}

UW_EXPORT void cuse_start_leaving(struct cuse *cuse)
{
	/* Not by a call: only dry, with its deadline, says that all is over. */
	cuse->leave.run = leave;
	irq_loop_post(cuse->loop, &cuse->leave);
}

UW_EXPORT bool cuse_await_left(struct cuse *cuse, uint64_t deadline_ns)
{
	return exec_event_wait(&cuse->dry, deadline_ns);
}

UW_EXPORT bool cuse_leave(struct cuse *cuse, uint64_t deadline_ns)
{
	cuse_start_leaving(cuse);
	return cuse_await_left(cuse, deadline_ns);
}

static void hang_up(void *arg)
{
	leave_now(arg);
}

UW_EXPORT int cuse_free(struct cuse *cuse, uint64_t deadline_ns)
{
	if (!cuse)
		return 0;
	irq_loop_call(cuse->loop, hang_up, cuse);
	/* what the device still holds points into us */
	if (!exec_event_wait(&cuse->dry, deadline_ns))
		return -ETIMEDOUT;
	if (cuse->params.settle)
		cuse->params.settle(cuse->params.arg);
	/* until here programs could release what they have */
	irq_loop_call(cuse->loop, stop_serving, cuse);
	irq_loop_free(cuse->loop);
	cuse_files_free(cuse);
	cuse->kernel->close(cuse->channel);
	cuse_destroy(cuse);
	return 0;
}
