/* SPDX-License-Identifier: MIT */
/* System call wrappers: results, injected failures, replacement by a test. */
#include "uw_test.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>

#include "base/fault.h"
#include "base/sys.h"

static char dir[64], path[64];

static int setup(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/uwdf-sys-test-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%.50s/file", dir);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	(void)!sys_unlink(path);
	return sys_rmdir(dir);
}

static int make_file(const char *text)
{
	int fd = sys_open(path, O_CREAT | O_RDWR | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(sys_write(fd, text, strlen(text)), strlen(text));
	return fd;
}

static void test_file__written__is_read_back_whole(void **state)
{
	char text[16];

	(void)state;
	sys_close(make_file("old"));
	assert_int_equal(sys_write_file(path, "new\n"), 0);
	assert_int_equal(sys_read_file(path, text, sizeof(text)), 4);
	assert_string_equal(text, "new\n");
}

static void test_file__longer_than_the_buffer__is_refused(void **state)
{
	char text[8];

	(void)state;
	sys_close(make_file("12345678"));
	assert_int_equal(sys_read_file(path, text, sizeof(text)), -EMSGSIZE);
	sys_close(make_file("1234567"));
	assert_int_equal(sys_read_file(path, text, sizeof(text)), 7);
}

static void test_file__missing__is_enoent(void **state)
{
	struct stat st;
	char text[8];

	(void)state;
	assert_int_equal(sys_read_file("/nonexistent/x", text, sizeof(text)), -ENOENT);
	assert_int_equal(sys_write_file("/nonexistent/x", "y"), -ENOENT);
	assert_int_equal(sys_stat("/nonexistent/x", &st), -ENOENT);
	assert_int_equal(sys_access("/nonexistent/x", R_OK), -ENOENT);
	assert_int_equal(sys_readlink("/nonexistent/x", text, sizeof(text)), -ENOENT);
	assert_int_equal(sys_chmod("/nonexistent/x", 0600), -ENOENT);
	assert_int_equal(sys_unlink("/nonexistent/x"), -ENOENT);
	assert_int_equal(sys_mkdir("/nonexistent/x/y", 0700), -ENOENT);
	assert_int_equal(sys_mkdirat(AT_FDCWD, "/nonexistent/x/y", 0700), -ENOENT);
	assert_int_equal(sys_fstat(-1, &st), -EBADF);
}

static void test_file__position_and_length__are_honoured(void **state)
{
	int fd = make_file("abcdef");
	char c[2];

	(void)state;
	assert_int_equal(sys_pwrite(fd, "XY", 2, 2), 2);
	assert_int_equal(sys_pread(fd, c, 2, 3), 2);
	assert_memory_equal(c, "Ye", 2);
	assert_int_equal(sys_ftruncate(fd, 1), 0);
	assert_int_equal(sys_pread(fd, c, 2, 0), 1);
	assert_int_equal(sys_flock(fd, LOCK_EX | LOCK_NB), 0);
	sys_close(fd);
	sys_close(-1);
}

static void test_descriptors__of_every_maker__close_on_exec(void **state)
{
	int fds[12], pair[2], count = 0;

	(void)state;
	fds[count++] = make_file("");
	fds[count++] = sys_openat(AT_FDCWD, path, O_RDONLY, 0);
	fds[count++] = sys_eventfd(0, 0);
	fds[count++] = sys_timerfd_create(CLOCK_MONOTONIC, 0);
	fds[count++] = sys_epoll_create1(0);
	fds[count++] = sys_memfd_create("test", 0);
	fds[count++] = sys_socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(sys_socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	fds[count++] = pair[0];
	fds[count++] = pair[1];
	fds[count++] = sys_pidfd_open(sys_getpid());
	for (int i = 0; i < count; i++) {
		assert_int_equal(sys_fcntl(fds[i], F_GETFD, 0), FD_CLOEXEC);
		sys_close(fds[i]);
	}
}

static void test_eventfd__drained__gives_its_count_then_nothing(void **state)
{
	int fd = sys_eventfd(0, EFD_NONBLOCK);

	(void)state;
	assert_int_equal(sys_eventfd_signal(fd), 0);
	assert_int_equal(sys_eventfd_signal(fd), 0);
	assert_int_equal(sys_eventfd_drain(fd), 2);
	assert_int_equal(sys_eventfd_drain(fd), 0);
	sys_close(fd);
	assert_int_equal(sys_eventfd_drain(fd), -EBADF);
}

static void test_timerfd__absolute_time_passed__is_readable(void **state)
{
	int fd = sys_timerfd_create(CLOCK_MONOTONIC, 0);
	struct pollfd poll = { .fd = fd, .events = POLLIN };

	(void)state;
	assert_int_equal(sys_timerfd_settime_abs(fd, 1), 0);
	assert_int_equal(sys_ppoll(&poll, 1, 1000000000), 1);
	assert_int_equal(sys_timerfd_settime_abs(fd, 0), 0);
	assert_int_equal(sys_ppoll(&poll, 1, 0), 0);
	sys_close(fd);
}

static void test_epoll__watched_descriptor__is_reported(void **state)
{
	int ep = sys_epoll_create1(0), fd = sys_eventfd(1, 0);
	struct epoll_event event;

	(void)state;
	assert_int_equal(sys_epoll_ctl(ep, EPOLL_CTL_ADD, fd, EPOLLIN, 77), 0);
	assert_int_equal(sys_epoll_wait(ep, &event, 1, 0), 1);
	assert_int_equal(event.data.u64, 77);
	sys_close(ep);
	sys_close(fd);
}

static void test_mmap__mapped__can_be_used_and_protected(void **state)
{
	size_t len = sys_page_size();
	void *place = NULL;

	(void)state;
	assert_int_equal(sys_mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
				  -1, 0, &place),
			 0);
	memset(place, 1, len);
	assert_int_equal(sys_madvise(place, len, MADV_DONTFORK), 0);
	assert_int_equal(sys_mprotect(place, len, PROT_NONE), 0);
	sys_munmap(place, len);
	assert_int_equal(sys_mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0, &place),
			 -EINVAL);
}

static void test_socket__connected__carries_messages_and_survives_its_peer(void **state)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct iovec iov = { .iov_base = path, .iov_len = 4 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	int server = sys_socket(AF_UNIX, SOCK_SEQPACKET, 0), client, peer, size, on = 1;
	socklen_t len = sizeof(size);

	(void)state;
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	assert_int_equal(sys_bind(server, (struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(sys_listen(server, 1), 0);
	client = sys_socket(AF_UNIX, SOCK_SEQPACKET, 0);
	assert_int_equal(sys_connect(client, (struct sockaddr *)&addr, sizeof(addr)), 0);
	peer = sys_accept4(server, 0);
	assert_true(peer >= 0);
	assert_int_equal(sys_setsockopt(peer, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)), 0);
	assert_int_equal(sys_getsockopt(peer, SOL_SOCKET, SO_SNDBUF, &size, &len), 0);
	assert_int_equal(sys_sendmsg(client, &msg, 0), 4);
	assert_int_equal(sys_recvmsg(peer, &msg, 0), 4);
	sys_close(peer);
	assert_int_equal(sys_sendmsg(client, &msg, 0), -EPIPE); /* and no SIGPIPE */
	sys_close(client);
	sys_close(server);
}

static void test_limits__read_and_set_back__are_unchanged(void **state)
{
	struct rlimit limit;

	(void)state;
	assert_int_equal(sys_getrlimit(RLIMIT_MEMLOCK, &limit), 0);
	assert_int_equal(sys_setrlimit(RLIMIT_MEMLOCK, &limit), 0);
}

static void on_alarm(int sig)
{
	(void)sig;
}

static void test_read__interrupted_by_signals__goes_on(void **state)
{
	struct itimerval often = { .it_interval.tv_usec = 300, .it_value.tv_usec = 300 },
			 off = { 0 };
	struct sigaction act = { .sa_handler = on_alarm }; /* no SA_RESTART */
	int fd = sys_timerfd_create(CLOCK_MONOTONIC, 0);
	struct timespec now;
	uint64_t value;

	(void)state;
	clock_gettime(CLOCK_MONOTONIC, &now);
	sigaction(SIGALRM, &act, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	assert_int_equal(sys_timerfd_settime_abs(fd, (uint64_t)now.tv_sec * 1000000000u +
							     now.tv_nsec + 3000000),
			 0);
	assert_int_equal(sys_read(fd, &value, sizeof(value)), sizeof(value));
	setitimer(ITIMER_REAL, &off, NULL);
	sys_close(fd);
}

static void test_fault__armed__fails_the_kth_call_once(void **state)
{
	int fds[3];

	(void)state;
	fault_arm(FAULT_SYSCALL, 2);
	fds[0] = sys_eventfd(0, 0);
	fds[1] = sys_eventfd(0, 0);
	fds[2] = sys_eventfd(0, 0);
	assert_true(fault_fired());
	assert_int_equal(fault_disarm(), 3);
	assert_true(fds[0] >= 0 && fds[2] >= 0);
	assert_int_equal(fds[1], -EMFILE);
	sys_close(fds[0]);
	sys_close(fds[2]);
}

/* Each wrapper in turn, its only call made to fail. */
static int failing_call(unsigned int which, int fd)
{
	struct rlimit limit = { 0 };
	struct msghdr msg = { 0 };
	struct stat st;
	void *place;
	char text[4] = "";
	int pair[2];
	socklen_t len = 0;

	switch (which) {
	case 0:
		return sys_open(path, O_RDONLY, 0);
	case 1:
		return sys_openat(AT_FDCWD, path, O_RDONLY, 0);
	case 2:
		return (int)sys_read(fd, text, 1);
	case 3:
		return (int)sys_write(fd, text, 1);
	case 4:
		return (int)sys_pread(fd, text, 1, 0);
	case 5:
		return (int)sys_pwrite(fd, text, 1, 0);
	case 6:
		return sys_ioctl(fd, 0, NULL);
	case 7:
		return sys_mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0, &place);
	case 8:
		return sys_mprotect(NULL, 0, 0);
	case 9:
		return sys_madvise(NULL, 0, 0);
	case 10:
		return sys_memfd_create("x", 0);
	case 11:
		return sys_ftruncate(fd, 0);
	case 12:
		return (int)sys_readlink("/proc/self/exe", text, sizeof(text));
	case 13:
		return sys_access("/", R_OK);
	case 14:
		return sys_stat("/", &st);
	case 15:
		return sys_mkdir(path, 0700);
	case 16:
		return sys_chmod("/", 0755);
	case 17:
		return sys_flock(fd, LOCK_SH);
	case 18:
		return sys_fcntl(fd, F_GETFD, 0);
	case 19:
		return sys_pipe2(pair, 0);
	case 20:
		return sys_eventfd(0, 0);
	case 21:
		return sys_timerfd_create(CLOCK_MONOTONIC, 0);
	case 22:
		return sys_timerfd_settime_abs(fd, 0);
	case 23:
		return sys_epoll_create1(0);
	case 24:
		return sys_epoll_ctl(fd, EPOLL_CTL_ADD, fd, 0, 0);
	case 25:
		return sys_socket(AF_UNIX, SOCK_STREAM, 0);
	case 26:
		return sys_socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	case 27:
		return sys_bind(fd, NULL, 0);
	case 28:
		return sys_listen(fd, 0);
	case 29:
		return sys_accept4(fd, 0);
	case 30:
		return sys_connect(fd, NULL, 0);
	case 31:
		return (int)sys_sendmsg(fd, &msg, 0);
	case 32:
		return (int)sys_recvmsg(fd, &msg, 0);
	case 33:
		return sys_setsockopt(fd, 0, 0, NULL, 0);
	case 34:
		return sys_getsockopt(fd, 0, 0, NULL, &len);
	case 35:
		return sys_getrlimit(RLIMIT_CORE, &limit);
	case 36:
		return sys_setrlimit(RLIMIT_CORE, &limit);
	case 37:
		return sys_pidfd_open(sys_getpid());
	case 38:
		return sys_fork();
	case 39:
		return sys_fstat(fd, &st);
	case 40:
		return sys_mkdirat(AT_FDCWD, "/", 0700);
	default:
		return 1;
	}
}

static void test_fault__every_wrapper__can_be_made_to_fail(void **state)
{
	int fd = make_file("x"), got = 0;
	unsigned int fds = test_open_fds();

	(void)state;
	for (unsigned int which = 0; got != 1; which++) {
		fault_arm(FAULT_SYSCALL, 1);
		got = failing_call(which, fd);
		assert_true(got == 1 || (got < 0 && fault_fired()));
		fault_disarm();
	}
	assert_int_equal(test_open_fds(), fds);
	sys_close(fd);
}

/* --- replacement --- */

static unsigned int closes, unmaps;

static int fake_open(const char *name, int flags, mode_t mode)
{
	(void)mode;
	return !strcmp(name, "/dev/vfio/1") && (flags & O_CLOEXEC) ? 500 : -EACCES;
}

static int fake_close(int fd)
{
	closes += fd == 500;
	return 0;
}

static ssize_t fake_read(int fd, void *buf, size_t len)
{
	memset(buf, fd & 0xff, len);
	return (ssize_t)len;
}

static ssize_t fake_write(int fd, const void *buf, size_t len)
{
	(void)fd;
	(void)buf;
	return (ssize_t)len;
}

static ssize_t fake_pread(int fd, void *buf, size_t len, int64_t offset)
{
	memset(buf, fd + (int)offset, len);
	return (ssize_t)len;
}

static ssize_t fake_pwrite(int fd, const void *buf, size_t len, int64_t offset)
{
	(void)fd;
	(void)buf;
	return (ssize_t)len + offset;
}

static int fake_ioctl(int fd, unsigned long request, void *arg)
{
	(void)fd;
	(void)arg;
	return (int)request;
}

static void *fake_mmap(void *addr, size_t len, int prot, int flags, int fd, int64_t offset)
{
	(void)addr;
	(void)len;
	(void)prot;
	(void)flags;
	(void)offset;
	return fd == 500 ? (void *)0x1000 : (void *)(intptr_t)-ENODEV;
}

static int fake_munmap(void *addr, size_t len)
{
	(void)len;
	unmaps += addr == (void *)0x1000;
	return 0;
}

static ssize_t fake_readlink(const char *name, char *buf, size_t len)
{
	(void)name;
	memcpy(buf, "target", len < 6 ? len : 6);
	return 6;
}

static int fake_access(const char *name, int mode)
{
	(void)name;
	return mode ? -EACCES : 0;
}

static int fake_eventfd(unsigned int initial, int flags)
{
	(void)flags;
	return (int)initial + 600;
}

static void test_ops__replaced__are_called_instead(void **state)
{
	static const struct sys_ops ops = {
		.open = fake_open,
		.close = fake_close,
		.read = fake_read,
		.write = fake_write,
		.pread = fake_pread,
		.pwrite = fake_pwrite,
		.ioctl = fake_ioctl,
		.mmap = fake_mmap,
		.munmap = fake_munmap,
		.readlink = fake_readlink,
		.access = fake_access,
		.eventfd = fake_eventfd,
	};
	char text[8];
	void *place;

	(void)state;
	sys_set_ops(&ops);
	assert_int_equal(sys_open("/dev/vfio/1", O_RDWR, 0), 500);
	assert_int_equal(sys_open("/dev/vfio/2", O_RDWR, 0), -EACCES);
	sys_close(500);
	assert_int_equal(sys_read(7, text, 1), 1);
	assert_int_equal(text[0], 7);
	assert_int_equal(sys_write(7, text, 3), 3);
	assert_int_equal(sys_pread(7, text, 1, 2), 1);
	assert_int_equal(text[0], 9);
	assert_int_equal(sys_pwrite(7, text, 1, 2), 3);
	assert_int_equal(sys_ioctl(7, 99, NULL), 99);
	assert_int_equal(sys_mmap(NULL, 1, 0, 0, 500, 0, &place), 0);
	assert_ptr_equal(place, (void *)0x1000);
	sys_munmap(place, 1);
	assert_int_equal(sys_mmap(NULL, 1, 0, 0, 501, 0, &place), -ENODEV);
	assert_int_equal(sys_readlink("x", text, sizeof(text)), 6);
	assert_string_equal(text, "target");
	assert_int_equal(sys_access("x", 1), -EACCES);
	assert_int_equal(sys_eventfd(1, 0), 601);
	sys_set_ops(NULL);
	assert_int_equal(closes, 1);
	assert_int_equal(unmaps, 1);
}

#define WITH_DIR(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_DIR(test_file__written__is_read_back_whole),
		WITH_DIR(test_file__longer_than_the_buffer__is_refused),
		WITH_DIR(test_file__missing__is_enoent),
		WITH_DIR(test_file__position_and_length__are_honoured),
		WITH_DIR(test_descriptors__of_every_maker__close_on_exec),
		WITH_DIR(test_eventfd__drained__gives_its_count_then_nothing),
		WITH_DIR(test_timerfd__absolute_time_passed__is_readable),
		WITH_DIR(test_epoll__watched_descriptor__is_reported),
		WITH_DIR(test_mmap__mapped__can_be_used_and_protected),
		WITH_DIR(test_socket__connected__carries_messages_and_survives_its_peer),
		WITH_DIR(test_limits__read_and_set_back__are_unchanged),
		WITH_DIR(test_read__interrupted_by_signals__goes_on),
		WITH_DIR(test_fault__armed__fails_the_kth_call_once),
		WITH_DIR(test_fault__every_wrapper__can_be_made_to_fail),
		WITH_DIR(test_ops__replaced__are_called_instead),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
