/* SPDX-License-Identifier: MIT */
/*
 * cuse_fuse.c - the kernel side of a node, by libfuse's CUSE. The only file that knows libfuse.
 *
 * libfuse makes the session and speaks the protocol; it neither opens /dev/cuse nor waits: we give
 * it the descriptor ("mounted" at /dev/fd/N, which is libfuse's own word for that) and call it when
 * the loop says that there is something to read.
 */
#define FUSE_USE_VERSION 34

#include <cuse_lowlevel.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/sys.h"
#include "cuse_kernel.h"

#define DEVICE "/dev/cuse"

struct cuse_channel {
	const struct cuse_events *events;
	void *arg;
	struct fuse_session *session; /* owned; owns the descriptor */
	struct fuse_buf buf;          /* its memory is libfuse's, kept from call to call */
};

static struct cuse_call *call_of(fuse_req_t req)
{
	return (struct cuse_call *)(void *)req;
}

static fuse_req_t req_of(struct cuse_call *call)
{
	return (fuse_req_t)(void *)call;
}

static struct cuse_channel *channel_of(fuse_req_t req)
{
	return fuse_req_userdata(req);
}

/* --- what programs do --- */

static void on_init_done(void *userdata)
{
	const struct cuse_channel *channel = userdata;

	channel->events->made(channel->arg);
}

static void on_open(fuse_req_t req, struct fuse_file_info *fi)
{
	const struct cuse_channel *channel = channel_of(req);

	channel->events->open(channel->arg, call_of(req), fi->flags);
}

static void on_read(fuse_req_t req, size_t size, off_t offset, struct fuse_file_info *fi)
{
	const struct cuse_channel *channel = channel_of(req);

	channel->events->read(channel->arg, call_of(req), fi->fh, size, (uint64_t)offset);
}

static void on_write(fuse_req_t req, const char *data, size_t size, off_t offset,
		     struct fuse_file_info *fi)
{
	const struct cuse_channel *channel = channel_of(req);
	const struct iovec all = { (void *)(uintptr_t)data, size }; /* read, not written */

	channel->events->write(channel->arg, call_of(req), fi->fh, &all, (uint64_t)offset);
}

static void on_release(fuse_req_t req, struct fuse_file_info *fi)
{
	const struct cuse_channel *channel = channel_of(req);

	channel->events->release(channel->arg, call_of(req), fi->fh);
}

static void on_ioctl(fuse_req_t req, int cmd, void *arg, struct fuse_file_info *fi,
		     unsigned int flags, const void *in, size_t in_len, size_t out_len)
{
	const struct cuse_channel *channel = channel_of(req);
	const struct cuse_ioctl ioctl = { .number = (unsigned int)cmd,
					  .address = (uintptr_t)arg,
					  .in = in,
					  .in_len = in_len,
					  .out_len = out_len };

	(void)flags; /* of 32 bits or 64: the structure is the same */
	channel->events->ioctl(channel->arg, call_of(req), fi->fh, &ioctl);
}

static void on_poll(fuse_req_t req, struct fuse_file_info *fi, struct fuse_pollhandle *handle)
{
	const struct cuse_channel *channel = channel_of(req);

	channel->events->poll(channel->arg, call_of(req), fi->fh,
			      (struct cuse_waiter *)(void *)handle);
}

static const struct cuse_lowlevel_ops operations = { .init_done = on_init_done,
						     .open = on_open,
						     .read = on_read,
						     .write = on_write,
						     .release = on_release,
						     .ioctl = on_ioctl,
						     .poll = on_poll };

/* --- make, serve, end --- */

/* libfuse says on standard error what it returns an error for, too. */
UW_PRINTF(2, 0)
static void log_quietly(enum fuse_log_level level, const char *format, va_list args)
{
	char text[256];
	int len = vsnprintf(text, sizeof(text), format, args);

	(void)level;
	if (len > 0 && text[strlen(text) - 1] == '\n')
		text[strlen(text) - 1] = '\0';
	log_debug("fuse", "%s", text);
}

static int open_device(struct report *rep)
{
	int fd = sys_open(DEVICE, O_RDWR | O_CLOEXEC | O_NONBLOCK, 0);

	if (fd >= 0)
		return fd;
	report_fail(rep, fd, "opening %s, to make a node", DEVICE);
	if (fd == -ENOENT || fd == -ENODEV || fd == -ENXIO) {
		report_hint(rep, "sudo modprobe cuse    # the kernel's module for nodes of "
				 "processes is not loaded");
		return -EOPNOTSUPP; /* not a device that the user named */
	}
	if (fd == -EACCES || fd == -EPERM)
		report_hint(rep, "sudo uwdf run ... --cuse    # making nodes is root's");
	return fd;
}

static struct fuse_session *session_new(const char *name, struct cuse_channel *channel)
{
	char device[128], program[] = "uwdf";
	const char *described[] = { device };
	char *argv[] = { program, NULL };
	struct fuse_args args = FUSE_ARGS_INIT(1, argv);
	/* with major number 0 the kernel chooses */
	const struct cuse_info info = { .dev_info_argc = 1,
					.dev_info_argv = described,
					.flags = CUSE_UNRESTRICTED_IOCTL };
	struct fuse_session *session;

	(void)snprintf(device, sizeof(device), "DEVNAME=uwdf/%s", name);
	fuse_set_log_func(log_quietly);
	session = cuse_lowlevel_new(&args, &info, &operations, channel);
	fuse_opt_free_args(&args);
	return session;
}

/* The descriptor is the session's, as soon as there is one. */
static int attach(struct cuse_channel *channel, const char *name, int fd)
{
	char place[32];

	(void)snprintf(place, sizeof(place), "/dev/fd/%d", fd);
	channel->session = session_new(name, channel);
	if (!channel->session)
		return -ENOMEM;
	if (!fuse_session_mount(channel->session, place))
		return 0;
	fuse_session_destroy(channel->session);
	return -EIO;
}

static int channel_open(const char *name, const struct cuse_events *events, void *arg,
			struct report *rep, struct cuse_channel **out, int *out_fd)
{
	struct cuse_channel *channel = mem_calloc(1, sizeof(*channel));
	int fd, err;

	if (!channel)
		return report_fail(rep, -ENOMEM, "making a node");
	channel->events = events;
	channel->arg = arg;
	fd = open_device(rep);
	if (fd < 0) {
		mem_free(channel);
		return fd;
	}
	err = attach(channel, name, fd);
	if (err) {
		sys_close(fd);
		mem_free(channel);
		return report_fail(rep, err, "making a node by libfuse");
	}
	*out = channel;
	*out_fd = fd;
	return 0;
}

static void channel_close(struct cuse_channel *channel)
{
	fuse_session_destroy(channel->session);
	mem_free_foreign(channel->buf.mem);
	mem_free(channel);
}

static int channel_serve(struct cuse_channel *channel)
{
	int len = fuse_session_receive_buf(channel->session, &channel->buf);

	if (len == -EAGAIN || len == -EINTR)
		return -EAGAIN;
	if (len <= 0)
		return len ? len : -ENODEV;
	fuse_session_process_buf(channel->session, &channel->buf);
	return fuse_session_exited(channel->session) ? -ENODEV : 0;
}

/* --- answers: one that does not arrive has nobody to arrive at --- */

static void caller(struct cuse_call *call, struct server_peer *out)
{
	const struct fuse_ctx *ctx = fuse_req_ctx(req_of(call));
	gid_t groups[UW_ARRAY_SIZE(out->groups)];
	int count = fuse_req_getgroups(req_of(call), (int)UW_ARRAY_SIZE(groups), groups);

	*out = (struct server_peer){ .uid = ctx->uid, .gid = ctx->gid, .pid = (uint32_t)ctx->pid };
	out->more_groups = count < 0 || (size_t)count > UW_ARRAY_SIZE(groups);
	for (int i = 0; i < count && !out->more_groups; i++)
		out->groups[out->group_count++] = groups[i];
}

static void interrupted(fuse_req_t req, void *arg)
{
	struct cuse_interrupt *interrupt = arg;

	(void)req;
	interrupt->run(interrupt);
}

static void on_interrupt(struct cuse_call *call, struct cuse_interrupt *interrupt)
{
	fuse_req_interrupt_func(req_of(call), interrupted, interrupt);
}

static void error(struct cuse_call *call, int err)
{
	(void)fuse_reply_err(req_of(call), -err);
}

static int opened(struct cuse_call *call, uint64_t file)
{
	const struct fuse_file_info fi = { .fh = file };

	return fuse_reply_open(req_of(call), &fi);
}

static void data(struct cuse_call *call, const void *bytes, size_t len)
{
	(void)fuse_reply_buf(req_of(call), bytes, len);
}

static void written(struct cuse_call *call, size_t len)
{
	(void)fuse_reply_write(req_of(call), len);
}

static void retry(struct cuse_call *call, const struct iovec *in, size_t in_count,
		  const struct iovec *out, size_t out_count)
{
	(void)fuse_reply_ioctl_retry(req_of(call), in, in_count, out, out_count);
}

static void controlled(struct cuse_call *call, int result, const struct iovec *parts, size_t count)
{
	(void)fuse_reply_ioctl_iov(req_of(call), result, parts, (int)count);
}

static void polled(struct cuse_call *call, unsigned int events)
{
	(void)fuse_reply_poll(req_of(call), events);
}

static void forget(struct cuse_waiter *waiter)
{
	fuse_pollhandle_destroy((struct fuse_pollhandle *)(void *)waiter);
}

static void wake(struct cuse_waiter *waiter)
{
	(void)fuse_lowlevel_notify_poll((struct fuse_pollhandle *)(void *)waiter);
	forget(waiter);
}

const struct cuse_kernel cuse_fuse = { .open = channel_open,
				       .close = channel_close,
				       .serve = channel_serve,
				       .caller = caller,
				       .on_interrupt = on_interrupt,
				       .error = error,
				       .opened = opened,
				       .data = data,
				       .written = written,
				       .retry = retry,
				       .controlled = controlled,
				       .polled = polled,
				       .wake = wake,
				       .forget = forget };
