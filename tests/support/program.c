/* SPDX-License-Identifier: MIT */
#include "program.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* A test that fails leaves its programs to this: none outlives it. */
static void die_with(pid_t test)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != test)
		_exit(127);
}

static void exec_program(const char *const *argv, int out)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", UWDF_TEST_BIN, argv[0]);
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	execv(strchr(argv[0], '/') ? argv[0] : path, (char *const *)(uintptr_t)argv);
	perror(path);
	_exit(127);
}

void program_start_with(struct program *p, const char *const *argv, void (*in_child)(void))
{
	pid_t test = getpid();
	int fds[2];

	memset(p, 0, sizeof(*p));
	for (unsigned int i = 0; argv[i]; i++) {
		size_t used = strlen(p->words);

		snprintf(p->words + used, sizeof(p->words) - used, "%s ", argv[i]);
	}
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	p->pid = fork();
	assert_true(p->pid >= 0);
	if (!p->pid && in_child)
		in_child();
	if (!p->pid) {
		die_with(test); /* after in_child(), since another user would undo it */
		exec_program(argv, fds[1]);
	}
	close(fds[1]);
	p->fd = fds[0];
}

void program_start(struct program *p, const char *const *argv)
{
	program_start_with(p, argv, NULL);
}

/* Some more output: false at its end or at the deadline. */
static bool read_some(struct program *p, int64_t deadline_ms)
{
	struct pollfd poll_fd = { .fd = p->fd, .events = POLLIN };
	int64_t left = deadline_ms - now_ms();
	ssize_t got;

	if (left <= 0 || poll(&poll_fd, 1, (int)left) <= 0 || p->len + 1 >= sizeof(p->output))
		return false;
	got = read(p->fd, p->output + p->len, sizeof(p->output) - 1 - p->len);
	if (got <= 0)
		return false;
	p->len += (size_t)got;
	p->output[p->len] = '\0';
	return true;
}

static void kill_and_reap(struct program *p)
{
	kill(p->pid, SIGKILL);
	waitpid(p->pid, NULL, 0);
	close(p->fd);
}

void program_await(struct program *p, const char *text)
{
	int64_t deadline = now_ms() + 60000;

	while (!strstr(p->output, text))
		if (!read_some(p, deadline)) {
			kill_and_reap(p);
			fail_msg("waited for '%s', got: %s", text, p->output);
		}
}

int program_end(struct program *p, unsigned int seconds)
{
	int64_t deadline = now_ms() + seconds * INT64_C(1000);
	int status = 0;
	pid_t ended;

	while (read_some(p, deadline))
		;
	/* its output ended; it cannot be far behind */
	while (!(ended = waitpid(p->pid, &status, WNOHANG)) && now_ms() < deadline)
		poll(NULL, 0, 5);
	if (!ended) {
		kill_and_reap(p);
		fail_msg("%s still runs after %u s: %s", p->words, seconds, p->output);
	}
	close(p->fd);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int program_run(struct program *p, const char *const *argv)
{
	program_start(p, argv);
	return program_end(p, 60);
}
