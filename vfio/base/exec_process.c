/* SPDX-License-Identifier: MIT */
/*
 * exec_process.c - child processes that never outlive us.
 *
 * The kernel's parent-death signal follows the thread that forked, so every child is forked by one
 * thread that lives until the process ends. Children are real in a simulation too: waiting for one
 * takes real time.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/fault.h"
#include "base/mem.h"
#include "base/sys.h"
#include "exec_impl.h"

struct exec_process {
	pid_t pid;
	int pidfd;
	bool ended;
	int status; /* of waitpid(); valid once ended */
};

struct spawn_order {
	const struct exec_process_params *params;
	int failure_fd; /* close-on-exec pipe: the child's -errno if it cannot become the program */
	pid_t result;   /* pid or -errno */
	bool done;
};

static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct spawn_order *order; /* guarded by lock; one at a time */
	bool running;              /* guarded by lock */
	struct exec_thread thread;
} spawner = { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER };

/* --- in the child: async-signal-safe calls only --- */

static int redirect(const struct exec_process_params *params)
{
	int null = sys_open("/dev/null", O_RDONLY, 0);
	int err = null < 0 ? null : sys_dup2(null, 0);

	if (err >= 0 && params->stderr_fd >= 0)
		err = sys_dup2(params->stderr_fd, 1);
	if (err >= 0 && params->stderr_fd >= 0)
		err = sys_dup2(params->stderr_fd, 2);
	return err < 0 ? err : 0;
}

static int keep_only(const struct exec_process_params *params)
{
	int err = sys_close_on_exec_from(3);

	/* kernels before 5.11: every descriptor of ours is close-on-exec in any case */
	if (err && err != -EINVAL && err != -ENOSYS)
		return err;
	for (unsigned int i = 0; i < params->inherit_count; i++) {
		err = sys_fcntl(params->inherit_fds[i], F_SETFD, 0);
		if (err < 0)
			return err;
	}
	return 0;
}

__attribute__((noreturn)) static void become(const struct spawn_order *order, pid_t parent)
{
	int err = sys_die_with_parent_thread(SIGKILL);

	fault_disarm(); /* the sweep counts the parent's operations */
	if (!err && sys_getppid() != parent)
		sys_exit_now(127); /* the parent ended before the line above took effect */
	sys_reset_signals();
	if (!err)
		err = sys_lead_own_group(); /* Ctrl-C is for us: QEMU serves us until we let go */
	if (!err)
		err = redirect(order->params);
	if (!err)
		err = keep_only(order->params);
	if (!err)
		err = sys_execvp(order->params->path, order->params->argv);
	if (sys_write_quiet(order->failure_fd, &err, sizeof(err)) < 0)
		sys_exit_now(126);
	sys_exit_now(127);
}

/* --- the spawner thread --- */

static pid_t fork_one(const struct spawn_order *order)
{
	pid_t parent = sys_getpid();
	pid_t pid = sys_fork();

	if (pid == 0)
		become(order, parent);
	return pid;
}

static void *spawn_for_ever(void *arg)
{
	real_thread_settle(arg);
	pthread_mutex_lock(&spawner.lock);
	for (;;) {
		while (!spawner.order || spawner.order->done)
			pthread_cond_wait(&spawner.changed, &spawner.lock);
		spawner.order->result = fork_one(spawner.order);
		spawner.order->done = true;
		pthread_cond_broadcast(&spawner.changed);
	}
	return NULL;
}

static int start_spawner_locked(void)
{
	int err;

	if (spawner.running)
		return 0;
	spawner.thread.id = exec_new_thread_id();
	spawner.thread.node = -1;
	for (const char *from = "uwdf-spawner", *at = from; *at; at++)
		spawner.thread.name[at - from] = *at;
	err = real_thread_launch(&spawner.thread, spawn_for_ever);
	if (!err)
		pthread_detach(spawner.thread.handle);
	spawner.running = !err;
	return err;
}

static pid_t spawn(struct spawn_order *order)
{
	pthread_mutex_lock(&spawner.lock);
	order->result = start_spawner_locked();
	if (!order->result) {
		while (spawner.order)
			pthread_cond_wait(&spawner.changed, &spawner.lock);
		spawner.order = order;
		pthread_cond_broadcast(&spawner.changed);
		while (!order->done)
			pthread_cond_wait(&spawner.changed, &spawner.lock);
		spawner.order = NULL;
		pthread_cond_broadcast(&spawner.changed);
	}
	pthread_mutex_unlock(&spawner.lock);
	return order->result;
}

/* --- the parent's side --- */

/* The pipe closes when the child becomes the program, or brings the reason why it could not. */
static int await_exec(int fd)
{
	int reason = 0;
	ssize_t got = sys_read(fd, &reason, sizeof(reason));

	if (got < 0)
		return (int)got;
	return got == sizeof(reason) ? reason : 0;
}

static void kill_and_reap(pid_t pid)
{
	int status;

	(void)!sys_kill(pid, SIGKILL); /* gone already is fine */
	while (sys_waitpid(pid, &status, 0) == -EINTR)
		;
}

static int start_child(struct exec_process *p, const struct exec_process_params *params)
{
	struct spawn_order order = { .params = params };
	int pipe[2];
	int err = sys_pipe2(pipe, O_CLOEXEC);

	if (err)
		return err;
	order.failure_fd = pipe[1];
	p->pid = spawn(&order);
	sys_close(pipe[1]);
	err = p->pid < 0 ? p->pid : await_exec(pipe[0]);
	sys_close(pipe[0]);
	if (err) {
		if (p->pid > 0)
			kill_and_reap(p->pid);
		return err;
	}
	p->pidfd = sys_pidfd_open(p->pid);
	if (p->pidfd < 0)
		kill_and_reap(p->pid);
	return p->pidfd < 0 ? p->pidfd : 0;
}

int exec_process_start(const struct exec_process_params *params, struct exec_process **out)
{
	struct exec_process *p = mem_calloc(1, sizeof(*p));
	int err;

	if (!p)
		return -ENOMEM;
	err = start_child(p, params);
	if (err)
		mem_free(p);
	else
		*out = p;
	return err;
}

pid_t exec_process_pid(const struct exec_process *p)
{
	return p->pid;
}

int exec_process_fd(const struct exec_process *p)
{
	return p->pidfd;
}

bool exec_process_ended(struct exec_process *p, int *out_status)
{
	if (!p->ended)
		p->ended = sys_waitpid(p->pid, &p->status, WNOHANG) != 0;
	if (p->ended && out_status)
		*out_status = p->status;
	return p->ended;
}

static bool ends_by(struct exec_process *p, uint64_t deadline_ns)
{
	if (real_wait_fd(p->pidfd, POLLIN, deadline_ns) < 0)
		return false;
	return exec_process_ended(p, NULL);
}

void exec_process_stop(struct exec_process *p, uint64_t grace_ms)
{
	if (!p)
		return;
	if (!exec_process_ended(p, NULL)) {
		(void)!sys_kill(p->pid, SIGTERM); /* gone already is fine */
		if (!ends_by(p, real_now_ns() + grace_ms * EXEC_NS_PER_MS))
			kill_and_reap(p->pid);
	}
	sys_close(p->pidfd);
	mem_free(p);
}
