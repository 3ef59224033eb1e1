/* SPDX-License-Identifier: MIT */
/*
 * sys.h - the only place that makes system calls and reads errno.
 *
 * Each wrapper returns a non-negative result or -errno, retries EINTR where that is safe, and can
 * be made to fail (FAULT_SYSCALL) or be replaced as a whole by a test (sys_set_ops). Closing and
 * unmapping never fail by injection, so that an undo path is not itself swept.
 */
#ifndef BASE_SYS_H
#define BASE_SYS_H

#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "base/compiler.h"

/* The calls a test may replace; a NULL member means the real one. */
struct sys_ops {
	int (*open)(const char *path, int flags, mode_t mode);
	int (*close)(int fd);
	ssize_t (*read)(int fd, void *buf, size_t len);
	ssize_t (*write)(int fd, const void *buf, size_t len);
	ssize_t (*pread)(int fd, void *buf, size_t len, int64_t offset);
	ssize_t (*pwrite)(int fd, const void *buf, size_t len, int64_t offset);
	int (*ioctl)(int fd, unsigned long request, void *arg); /* >= 0 or -errno */
	void *(*mmap)(void *addr, size_t len, int prot, int flags, int fd, int64_t offset);
	int (*munmap)(void *addr, size_t len);
	ssize_t (*readlink)(const char *path, char *buf, size_t len);
	int (*access)(const char *path, int mode);
	int (*eventfd)(unsigned int initial, int flags);
	int (*list_dir)(const char *path, int (*fn)(void *arg, const char *name), void *arg);
};

/* All replacements return >= 0 or -errno; mmap stores its result's errno as (void *)-errno. */
void sys_set_ops(const struct sys_ops *ops); /* NULL: back to the real ones; tests only */

int sys_open(const char *path, int flags, mode_t mode) UW_MUST_CHECK;
int sys_openat(int dirfd, const char *path, int flags, mode_t mode) UW_MUST_CHECK;
void sys_close(int fd); /* a negative descriptor is ignored */
ssize_t sys_read(int fd, void *buf, size_t len) UW_MUST_CHECK;
/* Copies memory of this process that may not be there: 0; -EFAULT it is not. Never made to fail. */
int sys_peek(const void *at, void *out, size_t len) UW_MUST_CHECK;
ssize_t sys_write(int fd, const void *buf, size_t len) UW_MUST_CHECK;
/* As sys_write(), never made to fail: for log lines, which must not be counted by a sweep. */
ssize_t sys_write_quiet(int fd, const void *buf, size_t len) UW_MUST_CHECK;
ssize_t sys_pread(int fd, void *buf, size_t len, int64_t offset) UW_MUST_CHECK;
ssize_t sys_pwrite(int fd, const void *buf, size_t len, int64_t offset) UW_MUST_CHECK;
int sys_ioctl(int fd, unsigned long request, void *arg) UW_MUST_CHECK;
/* sys_mmap() - maps into *out; 0 or -errno. */
int sys_mmap(void *addr, size_t len, int prot, int flags, int fd, int64_t offset,
	     void **out) UW_MUST_CHECK;
void sys_munmap(void *addr, size_t len);
int sys_mprotect(void *addr, size_t len, int prot) UW_MUST_CHECK;
int sys_madvise(void *addr, size_t len, int advice) UW_MUST_CHECK;
int sys_memfd_create(const char *name, unsigned int flags) UW_MUST_CHECK;
int sys_ftruncate(int fd, int64_t len) UW_MUST_CHECK;
ssize_t sys_readlink(const char *path, char *buf, size_t len) UW_MUST_CHECK; /* terminates buf */
int sys_access(const char *path, int mode) UW_MUST_CHECK;
int sys_stat(const char *path, struct stat *out) UW_MUST_CHECK;
int sys_fstat(int fd, struct stat *out) UW_MUST_CHECK;
int sys_lstat(const char *path, struct stat *out) UW_MUST_CHECK; /* of a link itself */
uid_t sys_geteuid(void);
int sys_mkdir(const char *path, mode_t mode) UW_MUST_CHECK;
int sys_mkdirat(int dirfd, const char *path, mode_t mode) UW_MUST_CHECK;
int sys_unlink(const char *path) UW_MUST_CHECK;
int sys_rename(const char *from, const char *to) UW_MUST_CHECK;
int sys_rmdir(const char *path) UW_MUST_CHECK;
int sys_setxattr(const char *path, const char *name, const void *value, size_t len) UW_MUST_CHECK;
int sys_chmod(const char *path, mode_t mode) UW_MUST_CHECK;
int sys_chown(const char *path, uid_t owner, gid_t group) UW_MUST_CHECK;
int sys_flock(int fd, int operation) UW_MUST_CHECK;
int sys_fcntl(int fd, int command, long arg) UW_MUST_CHECK;
int sys_pipe2(int fds[2], int flags) UW_MUST_CHECK;

int sys_eventfd(unsigned int initial, int flags) UW_MUST_CHECK;
int sys_timerfd_create(int clock, int flags) UW_MUST_CHECK;
int sys_timerfd_settime_abs(int fd, uint64_t ns) UW_MUST_CHECK; /* 0 disarms */
int sys_epoll_create1(int flags) UW_MUST_CHECK;
int sys_epoll_ctl(int epfd, int op, int fd, uint32_t events, uint64_t data) UW_MUST_CHECK;
struct epoll_event;
int sys_epoll_wait(int epfd, struct epoll_event *events, int max, int timeout_ms) UW_MUST_CHECK;
/* sys_ppoll() - timeout_ns < 0 waits for ever; EINTR is returned, not retried. */
int sys_ppoll(struct pollfd *fds, unsigned int count, int64_t timeout_ns) UW_MUST_CHECK;

int sys_socket(int domain, int type, int protocol) UW_MUST_CHECK;
int sys_socketpair(int domain, int type, int protocol, int fds[2]) UW_MUST_CHECK;
int sys_bind(int fd, const struct sockaddr *addr, socklen_t len) UW_MUST_CHECK;
int sys_listen(int fd, int backlog) UW_MUST_CHECK;
int sys_accept4(int fd, int flags) UW_MUST_CHECK;
int sys_connect(int fd, const struct sockaddr *addr, socklen_t len) UW_MUST_CHECK;
ssize_t sys_sendmsg(int fd, const struct msghdr *msg, int flags) UW_MUST_CHECK;
ssize_t sys_recvmsg(int fd, struct msghdr *msg, int flags) UW_MUST_CHECK;
int sys_setsockopt(int fd, int level, int name, const void *value, socklen_t len) UW_MUST_CHECK;
int sys_getsockopt(int fd, int level, int name, void *value, socklen_t *len) UW_MUST_CHECK;

int sys_getrlimit(int resource, struct rlimit *out) UW_MUST_CHECK;
int sys_setrlimit(int resource, const struct rlimit *limit) UW_MUST_CHECK;
int sys_kill(pid_t pid, int signal) UW_MUST_CHECK;
int sys_waitpid(pid_t pid, int *status, int options) UW_MUST_CHECK;
int sys_pidfd_open(pid_t pid) UW_MUST_CHECK;
/* Both are fine in a signal handler; either pointer may be NULL. */
int sys_sigaction(int signal, const struct sigaction *action,
		  struct sigaction *out_old) UW_MUST_CHECK;
int sys_sigaltstack(const stack_t *stack, stack_t *out_old) UW_MUST_CHECK;
/* What exec_process.c builds a child from; from sys_die_with_parent_thread() on called in the
 * child. */
pid_t sys_fork(void) UW_MUST_CHECK;
pid_t sys_getpid(void);
pid_t sys_getppid(void);
int sys_die_with_parent_thread(int signal) UW_MUST_CHECK; /* PR_SET_PDEATHSIG */
int sys_lead_own_group(void) UW_MUST_CHECK; /* a process group with nobody else in it */
int sys_dup2(int from, int to) UW_MUST_CHECK;
int sys_close_on_exec_from(unsigned int first) UW_MUST_CHECK; /* this descriptor and all above */
void sys_reset_signals(void);                        /* nothing blocked, SIGPIPE as by default */
int sys_execvp(const char *path, char *const *argv); /* returns only to say -errno */
void sys_exit_now(int status) __attribute__((noreturn));
size_t sys_page_size(void);
/* sys_last_error() - -errno of a library's call that failed (libnuma, libseccomp). */
int sys_last_error(void);
/* sys_set_last_error() - a signal handler puts back what sys_last_error() said when it came. */
void sys_set_last_error(int err);

/* Small files (sysfs, proc): whole contents, terminated; -EMSGSIZE when @len is too small. */
ssize_t sys_read_file(const char *path, char *buf, size_t len) UW_MUST_CHECK;
int sys_write_file(const char *path, const char *text) UW_MUST_CHECK;
/*
 * sys_list_dir() - call @fn with the name of each entry but "." and "..", in the kernel's order.
 * Return: 0; the first non-zero result of @fn, which ends the walk; -errno when @path cannot be
 * read.
 */
int sys_list_dir(const char *path, int (*fn)(void *arg, const char *name), void *arg) UW_MUST_CHECK;
/* eventfd add: a plain write(), never an io_uring write (that is punted to a worker). */
int sys_eventfd_signal(int fd) UW_MUST_CHECK;
/* eventfd drain: count read, 0 when nothing was pending, or -errno. */
int64_t sys_eventfd_drain(int fd);

#endif
