/* SPDX-License-Identifier: MIT */
/*
 * The kernel side by libfuse, on a socket that speaks the kernel's protocol (linux/fuse.h) in place
 * of /dev/cuse.
 */
#include "uw_test.h"

#include <errno.h>
#include <linux/fuse.h>
#include <string.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "base/sys.h"
#include "cuse_kernel.h"

static struct {
	struct cuse_channel *channel;
	int fd; /* the kernel's end */
	uint64_t blocks;
	struct report rep;
	/* what came last */
	char what[16];
	struct cuse_call *call;
	uint64_t file, offset;
	int flags;
	size_t len;
	char data[64];
	struct cuse_ioctl ioctl;
	struct cuse_waiter *waiter;
	unsigned int interrupts;
} f;

static void note(const char *what, struct cuse_call *call, uint64_t file)
{
	strcpy(f.what, what);
	f.call = call;
	f.file = file;
}

static void on_made(void *arg)
{
	assert_ptr_equal(arg, &f);
	note("made", NULL, 0);
}

static void on_open(void *arg, struct cuse_call *call, int flags)
{
	(void)arg;
	note("open", call, 0);
	f.flags = flags;
}

static void on_read(void *arg, struct cuse_call *call, uint64_t file, size_t len, uint64_t offset)
{
	(void)arg;
	note("read", call, file);
	f.len = len;
	f.offset = offset;
}

static void on_write(void *arg, struct cuse_call *call, uint64_t file, const struct iovec *data,
		     uint64_t offset)
{
	(void)arg;
	note("write", call, file);
	f.len = data->iov_len;
	f.offset = offset;
	memcpy(f.data, data->iov_base, data->iov_len);
}

static void on_ioctl(void *arg, struct cuse_call *call, uint64_t file,
		     const struct cuse_ioctl *ioctl)
{
	(void)arg;
	note("ioctl", call, file);
	f.ioctl = *ioctl;
	if (ioctl->in_len)
		memcpy(f.data, ioctl->in, ioctl->in_len);
}

static void on_poll(void *arg, struct cuse_call *call, uint64_t file, struct cuse_waiter *waiter)
{
	(void)arg;
	note("poll", call, file);
	f.waiter = waiter;
}

static void on_release(void *arg, struct cuse_call *call, uint64_t file)
{
	(void)arg;
	note("release", call, file);
}

static const struct cuse_events events = { .made = on_made,
					   .open = on_open,
					   .read = on_read,
					   .write = on_write,
					   .ioctl = on_ioctl,
					   .poll = on_poll,
					   .release = on_release };

/* --- the kernel's end --- */

struct message {
	struct fuse_in_header header;
	uint8_t body[256];
};

struct answer {
	struct fuse_out_header header;
	uint8_t body[512];
};

static uint64_t last_unique;

static void ask(uint32_t opcode, const void *body, size_t len, const char *more)
{
	size_t more_len = more ? strlen(more) : 0;
	struct message m = { .header = { .opcode = opcode,
					 .unique = ++last_unique,
					 .uid = 12,
					 .gid = 34,
					 .pid = (uint32_t)getpid() } };

	memcpy(m.body, body, len);
	if (more)
		memcpy(m.body + len, more, more_len);
	m.header.len = (uint32_t)(sizeof(m.header) + len + more_len);
	assert_int_equal(write(f.fd, &m, m.header.len), m.header.len);
	f.what[0] = '\0';
	assert_int_equal(cuse_fuse.serve(f.channel), 0);
}

static struct answer answer(void)
{
	struct answer a;
	ssize_t len = read(f.fd, &a, sizeof(a));

	assert_true(len >= (ssize_t)sizeof(a.header));
	assert_int_equal(a.header.len, len);
	return a;
}

static void init(void)
{
	const struct cuse_init_in in = { .major = FUSE_KERNEL_VERSION,
					 .minor = FUSE_KERNEL_MINOR_VERSION,
					 .flags = CUSE_UNRESTRICTED_IOCTL };
	const struct cuse_init_out *out;
	struct answer a;

	ask(CUSE_INIT, &in, sizeof(in), NULL);
	assert_string_equal(f.what, "made");
	a = answer();
	out = (const void *)a.body;
	assert_int_equal(a.header.error, 0);
	assert_int_equal(out->flags & CUSE_UNRESTRICTED_IOCTL, CUSE_UNRESTRICTED_IOCTL);
	assert_true(out->max_read >= 128u << 10 && out->max_write >= 128u << 10);
	assert_string_equal((const char *)a.body + sizeof(*out), "DEVNAME=uwdf/edu");
}

/* --- /dev/cuse --- */

static int open_result;

static int fake_open(const char *path, int flags, mode_t mode)
{
	(void)mode;
	assert_string_equal(path, "/dev/cuse");
	assert_int_equal(flags & (O_NONBLOCK | O_CLOEXEC), O_NONBLOCK | O_CLOEXEC);
	return open_result;
}

static const struct sys_ops sys_with_cuse = { .open = fake_open };

static int channel_open(void)
{
	int fd = -1, err;

	f.rep = (struct report)REPORT_INIT;
	sys_set_ops(&sys_with_cuse);
	err = cuse_fuse.open("edu", &events, &f, &f.rep, &f.channel, &fd);
	sys_set_ops(NULL);
	assert_int_equal(fd, err ? -1 : open_result);
	return err;
}

static int setup(void **state)
{
	int ends[2];

	(void)state;
	memset(&f, 0, sizeof(f));
	f.blocks = mem_live_blocks();
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
	f.fd = ends[0];
	open_result = ends[1];
	assert_int_equal(channel_open(), 0);
	init();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	cuse_fuse.close(f.channel);
	close(f.fd);
	assert_true(fcntl(open_result, F_GETFD) < 0); /* the descriptor was the channel's */
	assert_int_equal(mem_live_blocks(), f.blocks);
	return 0;
}

static void test_open_device__missing_or_forbidden__says_what_to_do(void **state)
{
	(void)state;
	open_result = -ENOENT;
	assert_int_equal(channel_open(), -EOPNOTSUPP);
	assert_string_equal(f.rep.text,
			    "opening /dev/cuse, to make a node: No such file or directory");
	assert_non_null(strstr(f.rep.hint, "sudo modprobe cuse"));
	open_result = -ENODEV; /* the node is there, the module is not */
	assert_int_equal(channel_open(), -EOPNOTSUPP);
	assert_non_null(strstr(f.rep.hint, "modprobe"));
	open_result = -EACCES;
	assert_int_equal(channel_open(), -EACCES);
	assert_non_null(strstr(f.rep.hint, "sudo uwdf run"));
	open_result = -EMFILE;
	assert_int_equal(channel_open(), -EMFILE);
	assert_string_equal(f.rep.hint, "");
}

/* --- calls --- */

static void test_open_release__file_and_caller(void **state)
{
	const struct fuse_open_in in = { .flags = O_RDWR };
	const struct fuse_release_in release = { .fh = 77 };
	const struct fuse_open_out *out;
	struct server_peer peer;
	struct answer a;

	(void)state;
	ask(FUSE_OPEN, &in, sizeof(in), NULL);
	assert_string_equal(f.what, "open");
	assert_int_equal(f.flags & O_ACCMODE, O_RDWR);
	cuse_fuse.caller(f.call, &peer);
	assert_int_equal(peer.uid, 12);
	assert_int_equal(peer.gid, 34);
	assert_int_equal(peer.pid, getpid());
	assert_int_equal(peer.more_groups, getgroups(0, NULL) > 64);
	assert_int_equal(cuse_fuse.opened(f.call, 77), 0);
	a = answer();
	out = (const void *)a.body;
	assert_int_equal(out->fh, 77);
	ask(FUSE_RELEASE, &release, sizeof(release), NULL);
	assert_string_equal(f.what, "release");
	assert_int_equal(f.file, 77);
	cuse_fuse.error(f.call, 0);
	assert_int_equal(answer().header.error, 0);
}

static void test_read_write__lengths_and_bytes(void **state)
{
	const struct fuse_read_in in = { .fh = 5, .size = 100, .offset = 7 };
	const struct fuse_write_in write = { .fh = 6, .size = 4, .offset = 9 };
	const struct fuse_write_out *out;
	struct answer a;

	(void)state;
	ask(FUSE_READ, &in, sizeof(in), NULL);
	assert_string_equal(f.what, "read");
	assert_true(f.file == 5 && f.len == 100 && f.offset == 7);
	cuse_fuse.data(f.call, "bytes", 5);
	a = answer();
	assert_int_equal(a.header.len, sizeof(a.header) + 5);
	assert_memory_equal(a.body, "bytes", 5);
	ask(FUSE_WRITE, &write, sizeof(write), "four");
	assert_string_equal(f.what, "write");
	assert_true(f.file == 6 && f.len == 4 && f.offset == 9);
	assert_memory_equal(f.data, "four", 4);
	cuse_fuse.written(f.call, 3);
	a = answer();
	out = (const void *)a.body;
	assert_int_equal(out->size, 3);
	ask(FUSE_READ, &in, sizeof(in), NULL);
	cuse_fuse.error(f.call, -EBUSY);
	assert_int_equal(answer().header.error, -EBUSY);
}

static void test_ioctl__asks_for_memory__then_answers(void **state)
{
	const struct fuse_ioctl_in first = {
		.fh = 5, .flags = FUSE_IOCTL_UNRESTRICTED, .cmd = 0xc0de, .arg = 0x1000
	};
	struct fuse_ioctl_in second = first;
	struct iovec in[] = { { (void *)0x1000, 8 }, { (void *)0x2000, 4 } };
	const struct iovec parts[] = { { (void *)(uintptr_t) "ab", 2 },
				       { (void *)(uintptr_t) "c", 1 } };
	const struct fuse_ioctl_out *out;
	struct answer a;

	(void)state;
	ask(FUSE_IOCTL, &first, sizeof(first), NULL);
	assert_string_equal(f.what, "ioctl");
	assert_true(f.ioctl.number == 0xc0de && f.ioctl.address == 0x1000 && !f.ioctl.out_len);
	cuse_fuse.retry(f.call, in, 2, in, 1);
	a = answer();
	out = (const void *)a.body;
	assert_int_equal(out->flags, FUSE_IOCTL_RETRY);
	assert_int_equal(out->in_iovs, 2);
	assert_int_equal(out->out_iovs, 1);
	second.in_size = 12;
	second.out_size = 8;
	ask(FUSE_IOCTL, &second, sizeof(second), "in and more.");
	assert_true(f.ioctl.in_len == 12 && f.ioctl.out_len == 8);
	assert_memory_equal(f.data, "in and more.", 12);
	cuse_fuse.controlled(f.call, -EIO, parts, 2);
	a = answer();
	out = (const void *)a.body;
	assert_int_equal(out->result, -EIO);
	assert_memory_equal(a.body + sizeof(*out), "abc", 3);
}

static void test_poll__waiter_is_woken(void **state)
{
	struct fuse_poll_in in = { .fh = 5, .kh = 42, .flags = FUSE_POLL_SCHEDULE_NOTIFY };
	const struct fuse_notify_poll_wakeup_out *woken;
	const struct fuse_poll_out *out;
	struct answer a;

	(void)state;
	ask(FUSE_POLL, &in, sizeof(in), NULL);
	assert_string_equal(f.what, "poll");
	assert_non_null(f.waiter);
	cuse_fuse.polled(f.call, 5);
	a = answer();
	out = (const void *)a.body;
	assert_int_equal(out->revents, 5);
	cuse_fuse.wake(f.waiter);
	a = answer();
	woken = (const void *)a.body;
	assert_int_equal(a.header.error, FUSE_NOTIFY_POLL);
	assert_int_equal(woken->kh, 42);
	in.flags = 0;
	ask(FUSE_POLL, &in, sizeof(in), NULL);
	assert_null(f.waiter);
	cuse_fuse.polled(f.call, 0);
	(void)answer();
}

static void count_interrupt(struct cuse_interrupt *interrupt)
{
	(void)interrupt;
	f.interrupts++;
}

static void test_signal__told_while_the_call_waits(void **state)
{
	struct cuse_interrupt interrupt = { .run = count_interrupt };
	const struct fuse_read_in in = { .fh = 5, .size = 100 };
	struct fuse_interrupt_in signal;
	struct cuse_call *call;

	(void)state;
	ask(FUSE_READ, &in, sizeof(in), NULL);
	call = f.call;
	cuse_fuse.on_interrupt(call, &interrupt);
	signal.unique = last_unique;
	ask(FUSE_INTERRUPT, &signal, sizeof(signal), NULL);
	assert_int_equal(f.interrupts, 1);
	cuse_fuse.error(call, -EINTR);
	assert_int_equal(answer().header.error, -EINTR);
}

static void test_serve__nothing_there_and_end(void **state)
{
	int err;

	(void)state;
	assert_int_equal(cuse_fuse.serve(f.channel), -EAGAIN);
	assert_int_equal(shutdown(f.fd, SHUT_WR), 0);
	err = cuse_fuse.serve(f.channel);
	assert_true(err < 0 && err != -EAGAIN);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open_device__missing_or_forbidden__says_what_to_do),
		TEST(test_open_release__file_and_caller),
		TEST(test_read_write__lengths_and_bytes),
		TEST(test_ioctl__asks_for_memory__then_answers),
		TEST(test_poll__waiter_is_woken),
		TEST(test_signal__told_while_the_call_waits),
		TEST(test_serve__nothing_there_and_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
