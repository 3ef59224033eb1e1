/* SPDX-License-Identifier: MIT */
#include "base/sys.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/handover.h"
#include "sys_impl.h"

#define MAX_ERRNO 4095

#if defined(BASE_HANDOVER_TSAN)
char handover_of_fd[HANDOVER_FDS];
#endif

static const struct sys_ops *test_ops; /* NULL outside tests */

void sys_set_ops(const struct sys_ops *ops)
{
	test_ops = ops;
}

#define replaced(member) (uw_unlikely(test_ops != NULL) && test_ops->member)

/* --- files --- */

int sys_open(const char *path, int flags, mode_t mode)
{
	if (fault_hit(FAULT_SYSCALL))
		return -EMFILE;
	if (replaced(open))
		return test_ops->open(path, flags | O_CLOEXEC, mode);
	return retried(open(path, flags | O_CLOEXEC, mode));
}

int sys_openat(int dirfd, const char *path, int flags, mode_t mode)
{
	if (fault_hit(FAULT_SYSCALL))
		return -EMFILE;
	return retried(openat(dirfd, path, flags | O_CLOEXEC, mode));
}

void sys_close(int fd)
{
	if (fd < 0)
		return;
	if (replaced(close))
		test_ops->close(fd);
	else
		close(fd); /* Linux has closed it even when it says EINTR */
}

ssize_t sys_read(int fd, void *buf, size_t len)
{
	if (fault_hit(FAULT_SYSCALL))
		return -EIO;
	return replaced(read) ? test_ops->read(fd, buf, len) : retried(read(fd, buf, len));
}

int sys_peek(const void *at, void *out, size_t len)
{
	struct iovec to = { .iov_base = out, .iov_len = len };
	struct iovec from = { .iov_base = (void *)(uintptr_t)at, .iov_len = len };
	ssize_t got = process_vm_readv(getpid(), &to, 1, &from, 1, 0);

	return got == (ssize_t)len ? 0 : -EFAULT;
}

ssize_t sys_write(int fd, const void *buf, size_t len)
{
	if (fault_hit(FAULT_SYSCALL))
		return -EIO;
	return replaced(write) ? test_ops->write(fd, buf, len) : retried(write(fd, buf, len));
}

ssize_t sys_write_quiet(int fd, const void *buf, size_t len)
{
	return retried(write(fd, buf, len));
}

ssize_t sys_pread(int fd, void *buf, size_t len, int64_t offset)
{
	if (fault_hit(FAULT_SYSCALL))
		return -EIO;
	if (replaced(pread))
		return test_ops->pread(fd, buf, len, offset);
	return retried(pread(fd, buf, len, offset));
}

ssize_t sys_pwrite(int fd, const void *buf, size_t len, int64_t offset)
{
	if (fault_hit(FAULT_SYSCALL))
		return -EIO;
	if (replaced(pwrite))
		return test_ops->pwrite(fd, buf, len, offset);
	return retried(pwrite(fd, buf, len, offset));
}

int sys_ioctl(int fd, unsigned long request, void *arg)
{
	if (fault_hit(FAULT_SYSCALL))
		return -EIO;
	if (replaced(ioctl))
		return test_ops->ioctl(fd, request, arg);
	return retried(ioctl(fd, request, arg));
}

ssize_t sys_readlink(const char *path, char *buf, size_t len)
{
	ssize_t got;

	if (fault_hit(FAULT_SYSCALL))
		return -EACCES;
	if (replaced(readlink))
		got = test_ops->readlink(path, buf, len - 1);
	else
		got = result_of(readlink(path, buf, len - 1));
	if (got >= 0)
		buf[got] = '\0';
	return got;
}

int sys_access(const char *path, int mode)
{
	if (fault_hit(FAULT_SYSCALL))
		return -EACCES;
	return replaced(access) ? test_ops->access(path, mode) : result_of(access(path, mode));
}

int sys_stat(const char *path, struct stat *out)
{
	return fault_hit(FAULT_SYSCALL) ? -EACCES : result_of(stat(path, out));
}

int sys_fstat(int fd, struct stat *out)
{
	return fault_hit(FAULT_SYSCALL) ? -EIO : result_of(fstat(fd, out));
}

int sys_lstat(const char *path, struct stat *out)
{
	return fault_hit(FAULT_SYSCALL) ? -EACCES : result_of(lstat(path, out));
}

uid_t sys_geteuid(void)
{
	return geteuid();
}

int sys_mkdirat(int dirfd, const char *path, mode_t mode)
{
	return fault_hit(FAULT_SYSCALL) ? -ENOSPC : result_of(mkdirat(dirfd, path, mode));
}

int sys_mkdir(const char *path, mode_t mode)
{
	return fault_hit(FAULT_SYSCALL) ? -ENOSPC : result_of(mkdir(path, mode));
}

int sys_unlink(const char *path)
{
	return result_of(unlink(path));
}

int sys_rename(const char *from, const char *to)
{
	return fault_hit(FAULT_SYSCALL) ? -ENOSPC : result_of(rename(from, to));
}

int sys_rmdir(const char *path)
{
	return result_of(rmdir(path));
}

int sys_chmod(const char *path, mode_t mode)
{
	return fault_hit(FAULT_SYSCALL) ? -EPERM : result_of(chmod(path, mode));
}

int sys_chown(const char *path, uid_t owner, gid_t group)
{
	return fault_hit(FAULT_SYSCALL) ? -EPERM : result_of(chown(path, owner, group));
}

int sys_setxattr(const char *path, const char *name, const void *value, size_t len)
{
	return fault_hit(FAULT_SYSCALL) ? -ENOTSUP : result_of(setxattr(path, name, value, len, 0));
}

int sys_flock(int fd, int operation)
{
	return fault_hit(FAULT_SYSCALL) ? -ENOLCK : retried(flock(fd, operation));
}

int sys_fcntl(int fd, int command, long arg)
{
	return fault_hit(FAULT_SYSCALL) ? -EINVAL : retried(fcntl(fd, command, arg));
}

int sys_pipe2(int fds[2], int flags)
{
	return fault_hit(FAULT_SYSCALL) ? -EMFILE : result_of(pipe2(fds, flags));
}

int sys_ftruncate(int fd, int64_t len)
{
	return fault_hit(FAULT_SYSCALL) ? -ENOSPC : retried(ftruncate(fd, len));
}

/* --- memory --- */

static void *map(void *addr, size_t len, int prot, int flags, int fd, int64_t offset)
{
	void *place;

	if (replaced(mmap))
		return test_ops->mmap(addr, len, prot, flags, fd, offset);
	place = mmap(addr, len, prot, flags, fd, offset);
	return place == MAP_FAILED ? (void *)(intptr_t)-errno : place;
}

int sys_mmap(void *addr, size_t len, int prot, int flags, int fd, int64_t offset, void **out)
{
	void *place;

	if (fault_hit(FAULT_SYSCALL))
		return -ENOMEM;
	place = map(addr, len, prot, flags, fd, offset);
	if ((uintptr_t)place >= (uintptr_t)-MAX_ERRNO)
		return (int)(intptr_t)place;
	*out = place;
	return 0;
}

void sys_munmap(void *addr, size_t len)
{
	if (replaced(munmap))
		test_ops->munmap(addr, len);
	else
		munmap(addr, len);
}

int sys_mprotect(void *addr, size_t len, int prot)
{
	return fault_hit(FAULT_SYSCALL) ? -ENOMEM : result_of(mprotect(addr, len, prot));
}

int sys_madvise(void *addr, size_t len, int advice)
{
	return fault_hit(FAULT_SYSCALL) ? -ENOMEM : result_of(madvise(addr, len, advice));
}

int sys_memfd_create(const char *name, unsigned int flags)
{
	if (fault_hit(FAULT_SYSCALL))
		return -EMFILE;
	return result_of(memfd_create(name, flags | MFD_CLOEXEC));
}

size_t sys_page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

/* --- waiting --- */

int sys_eventfd(unsigned int initial, int flags)
{
	if (fault_hit(FAULT_SYSCALL))
		return -EMFILE;
	if (replaced(eventfd))
		return test_ops->eventfd(initial, flags | EFD_CLOEXEC);
	return result_of(eventfd(initial, flags | EFD_CLOEXEC));
}

int sys_timerfd_create(int clock, int flags)
{
	if (fault_hit(FAULT_SYSCALL))
		return -EMFILE;
	return result_of(timerfd_create(clock, flags | TFD_CLOEXEC));
}

int sys_timerfd_settime_abs(int fd, uint64_t ns)
{
	struct itimerspec spec = { .it_value = { .tv_sec = (time_t)(ns / 1000000000u),
						 .tv_nsec = (long)(ns % 1000000000u) } };

	if (fault_hit(FAULT_SYSCALL))
		return -EINVAL;
	return result_of(timerfd_settime(fd, TFD_TIMER_ABSTIME, &spec, NULL));
}

int sys_epoll_create1(int flags)
{
	return fault_hit(FAULT_SYSCALL) ? -EMFILE : result_of(epoll_create1(flags | EPOLL_CLOEXEC));
}

int sys_epoll_ctl(int epfd, int op, int fd, uint32_t events, uint64_t data)
{
	struct epoll_event event = { .events = events, .data.u64 = data };

	if (op != EPOLL_CTL_DEL && fault_hit(FAULT_SYSCALL))
		return -ENOSPC;
	return result_of(epoll_ctl(epfd, op, fd, &event));
}

int sys_epoll_wait(int epfd, struct epoll_event *events, int max, int timeout_ms)
{
	return result_of(epoll_wait(epfd, events, max, timeout_ms));
}

int sys_ppoll(struct pollfd *fds, unsigned int count, int64_t timeout_ns)
{
	struct timespec limit = { .tv_sec = timeout_ns / 1000000000,
				  .tv_nsec = timeout_ns % 1000000000 };

	return result_of(ppoll(fds, count, timeout_ns < 0 ? NULL : &limit, NULL));
}

/* --- sockets --- */

int sys_socket(int domain, int type, int protocol)
{
	if (fault_hit(FAULT_SYSCALL))
		return -EMFILE;
	return result_of(socket(domain, type | SOCK_CLOEXEC, protocol));
}

int sys_socketpair(int domain, int type, int protocol, int fds[2])
{
	if (fault_hit(FAULT_SYSCALL))
		return -EMFILE;
	return result_of(socketpair(domain, type | SOCK_CLOEXEC, protocol, fds));
}

int sys_bind(int fd, const struct sockaddr *addr, socklen_t len)
{
	return fault_hit(FAULT_SYSCALL) ? -EADDRINUSE : result_of(bind(fd, addr, len));
}

int sys_listen(int fd, int backlog)
{
	return fault_hit(FAULT_SYSCALL) ? -EADDRINUSE : result_of(listen(fd, backlog));
}

int sys_accept4(int fd, int flags)
{
	if (fault_hit(FAULT_SYSCALL))
		return -EMFILE;
	return retried(accept4(fd, NULL, NULL, flags | SOCK_CLOEXEC));
}

int sys_connect(int fd, const struct sockaddr *addr, socklen_t len)
{
	return fault_hit(FAULT_SYSCALL) ? -ECONNREFUSED : result_of(connect(fd, addr, len));
}

ssize_t sys_sendmsg(int fd, const struct msghdr *msg, int flags)
{
	/* a peer that left is an error to return, not a signal to die of */
	return fault_hit(FAULT_SYSCALL) ? -EIO : retried(sendmsg(fd, msg, flags | MSG_NOSIGNAL));
}

ssize_t sys_recvmsg(int fd, struct msghdr *msg, int flags)
{
	return fault_hit(FAULT_SYSCALL) ? -EIO
					: retried(recvmsg(fd, msg, flags | MSG_CMSG_CLOEXEC));
}

int sys_setsockopt(int fd, int level, int name, const void *value, socklen_t len)
{
	return fault_hit(FAULT_SYSCALL) ? -EINVAL
					: result_of(setsockopt(fd, level, name, value, len));
}

int sys_getsockopt(int fd, int level, int name, void *value, socklen_t *len)
{
	return fault_hit(FAULT_SYSCALL) ? -EINVAL
					: result_of(getsockopt(fd, level, name, value, len));
}

/* --- small files and eventfds --- */

static ssize_t read_all(int fd, char *buf, size_t len)
{
	size_t used = 0;

	while (used < len) {
		ssize_t got = sys_read(fd, buf + used, len - used);

		if (got < 0)
			return got;
		if (got == 0)
			return (ssize_t)used;
		used += (size_t)got;
	}
	return -EMSGSIZE; /* not even room for the terminator */
}

ssize_t sys_read_file(const char *path, char *buf, size_t len)
{
	int fd = sys_open(path, O_RDONLY, 0);
	ssize_t got;

	if (fd < 0)
		return fd;
	got = read_all(fd, buf, len);
	sys_close(fd);
	if (got >= 0)
		buf[got] = '\0';
	return got;
}

int sys_write_file(const char *path, const char *text)
{
	int fd = sys_open(path, O_WRONLY, 0);
	ssize_t put;

	if (fd < 0)
		return fd;
	put = sys_write(fd, text, strlen(text)); /* one write: sysfs takes a value whole */
	sys_close(fd);
	if (put < 0)
		return (int)put;
	return (size_t)put == strlen(text) ? 0 : -EIO;
}

/* The next entry but "." and ".."; NULL at the end. */
static const struct dirent *next_entry(DIR *dir)
{
	const struct dirent *entry;

	do
		entry = readdir(dir); /* NOLINT(concurrency-mt-unsafe): @dir is this thread's */
	while (entry && (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")));
	return entry;
}

int sys_list_dir(const char *path, int (*fn)(void *arg, const char *name), void *arg)
{
	const struct dirent *entry;
	int result = 0;
	DIR *dir;

	if (fault_hit(FAULT_SYSCALL))
		return -EMFILE;
	if (replaced(list_dir))
		return test_ops->list_dir(path, fn, arg);
	dir = opendir(path);
	if (!dir)
		return -errno;
	while (!result && (entry = next_entry(dir)))
		result = fn(arg, entry->d_name);
	closedir(dir);
	return result;
}

int sys_eventfd_signal(int fd)
{
	uint64_t one = 1;
	ssize_t put;

	handover_release(fd);
	put = sys_write(fd, &one, sizeof(one));

	return put < 0 ? (int)put : 0;
}

int64_t sys_eventfd_drain(int fd)
{
	uint64_t count;
	ssize_t got = sys_read(fd, &count, sizeof(count));

	if (got == -EAGAIN)
		return 0;
	return got < 0 ? got : (int64_t)count;
}
