/* SPDX-License-Identifier: MIT */
/* sys.h's part about processes and signals. */
#include "base/sys.h"

#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fault.h"
#include "sys_impl.h"

int sys_getrlimit(int resource, struct rlimit *out)
{
	return fault_hit(FAULT_SYSCALL) ? -EINVAL : result_of(getrlimit((unsigned)resource, out));
}

int sys_setrlimit(int resource, const struct rlimit *limit)
{
	return fault_hit(FAULT_SYSCALL) ? -EPERM : result_of(setrlimit((unsigned)resource, limit));
}

int sys_kill(pid_t pid, int signal)
{
	return result_of(kill(pid, signal));
}

int sys_waitpid(pid_t pid, int *status, int options)
{
	return retried(waitpid(pid, status, options));
}

int sys_pidfd_open(pid_t pid)
{
	return fault_hit(FAULT_SYSCALL) ? -EMFILE : (int)result_of(syscall(SYS_pidfd_open, pid, 0));
}

int sys_sigaction(int signal, const struct sigaction *action, struct sigaction *out_old)
{
	return result_of(sigaction(signal, action, out_old));
}

int sys_sigaltstack(const stack_t *stack, stack_t *out_old)
{
	return result_of(sigaltstack(stack, out_old));
}

pid_t sys_fork(void)
{
	return fault_hit(FAULT_SYSCALL) ? -EAGAIN : result_of(fork());
}

pid_t sys_getpid(void)
{
	return getpid();
}

pid_t sys_getppid(void)
{
	return getppid();
}

int sys_die_with_parent_thread(int signal)
{
	return result_of(prctl(PR_SET_PDEATHSIG, signal));
}

int sys_lead_own_group(void)
{
	return result_of(setpgid(0, 0));
}

int sys_dup2(int from, int to)
{
	return retried(dup2(from, to));
}

int sys_close_on_exec_from(unsigned int first)
{
	return result_of(close_range(first, UINT32_MAX, CLOSE_RANGE_CLOEXEC));
}

void sys_reset_signals(void)
{
	sigset_t none;

	sigemptyset(&none);
	pthread_sigmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
}

int sys_execvp(const char *path, char *const *argv)
{
	execvp(path, argv);
	return -errno;
}

void sys_exit_now(int status)
{
	_exit(status);
}

int sys_last_error(void)
{
	return -errno;
}

void sys_set_last_error(int err)
{
	errno = -err;
}
