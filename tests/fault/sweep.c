/* SPDX-License-Identifier: MIT */
#include "sweep.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a child tells its parent, in shared memory: it survives the child. */
struct progress {
	uint64_t point; /* being tried */
	struct sweep_result result;
	bool past_the_end; /* the failure no longer happens: there are no more operations */
};

static const char *const kind_names[] = { "allocation", "system call", "submission", "completion" };

static void complain(const struct sweep_params *params, enum fault_kind kind, uint64_t point,
		     const char *what)
{
	fprintf(stderr, "%s: with %s %llu failing: %s\n", params->name, kind_names[kind],
		(unsigned long long)point, what);
}

static void try_point(const struct sweep_params *params, enum fault_kind kind,
		      struct progress *progress)
{
	const char *wrong;
	bool fired;

	alarm(params->limit_s);
	fault_arm(kind, progress->point);
	wrong = params->run();
	fired = fault_fired();
	fault_disarm();
	alarm(0);
	progress->result.points++;
	progress->result.fired += fired;
	progress->past_the_end = !fired;
	if (!wrong)
		return;
	progress->result.failed++;
	complain(params, kind, progress->point, wrong);
}

static void run_child(const struct sweep_params *params, enum fault_kind kind,
		      struct progress *progress)
{
	for (; !progress->past_the_end; progress->point += params->stride)
		try_point(params, kind, progress);
	_exit(0);
}

static const char *cause_of_death(int status, char *text, size_t len)
{
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
		return "it hangs";
	if (WIFSIGNALED(status))
		snprintf(text, len, "killed by signal %d", WTERMSIG(status));
	else
		snprintf(text, len, "exit status %d", WEXITSTATUS(status));
	return text;
}

/* One child does all points, unless one kills it: then the next child goes on behind that one. */
static void sweep_children(const struct sweep_params *params, enum fault_kind kind,
			   struct progress *progress)
{
	while (!progress->past_the_end) {
		char text[64];
		int status = 0;
		pid_t pid;

		fflush(NULL);
		pid = fork();
		if (pid < 0) {
			perror("fork");
			progress->result.failed++;
			return;
		}
		if (!pid)
			run_child(params, kind, progress);
		if (waitpid(pid, &status, 0) == pid && WIFEXITED(status) && !WEXITSTATUS(status))
			return;
		complain(params, kind, progress->point, cause_of_death(status, text, sizeof(text)));
		progress->result.points++;
		progress->result.failed++;
		progress->point += params->stride;
		if (progress->result.failed > 20)
			return;
	}
}

struct sweep_result sweep(const struct sweep_params *params, enum fault_kind kind)
{
	struct progress *progress = mmap(NULL, sizeof(*progress), PROT_READ | PROT_WRITE,
					 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct sweep_result result = { .failed = 1 };

	if (progress == MAP_FAILED) {
		perror("mmap");
		return result;
	}
	progress->point = 1;
	sweep_children(params, kind, progress);
	result = progress->result;
	munmap(progress, sizeof(*progress));
	printf("%s: failed each %s%s: %llu points, %llu wrong\n", params->name, kind_names[kind],
	       params->stride > 1 ? " of the stride" : "", (unsigned long long)result.points,
	       (unsigned long long)result.failed);
	return result;
}
