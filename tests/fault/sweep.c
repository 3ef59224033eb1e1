/* SPDX-License-Identifier: MIT */
#include "sweep.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"

/* What a child tells its parent, in shared memory: it survives the child. */
struct progress {
	uint64_t point; /* being tried */
	struct sweep_result result;
	uint32_t quiet; /* points in a row at which the failure did not happen: there are no more */
};
/* Two runs differ by a few operations, so that one quiet point is not the end. */
#define QUIET_POINTS     3
#define WRONG_POINTS_MAX 20 /* enough to look at */

static const char *const kind_names[] = { "an allocation", "a system call", "a submission",
					  "a completion" };

static void complain(const struct sweep_params *params, enum fault_kind kind, uint64_t point,
		     const char *what)
{
	fprintf(stderr, "%s: with %s failing, number %llu: %s\n", params->name, kind_names[kind],
		(unsigned long long)point, what);
}

static void try_point(const struct sweep_params *params, enum fault_kind kind,
		      struct progress *progress)
{
	const char *wrong;
	bool fired;

	alarm(params->limit_s);
	fault_arm(kind, progress->point);
	wrong = params->run(true);
	fired = fault_fired();
	fault_disarm();
	alarm(0);
	progress->result.points++;
	progress->result.fired += fired;
	progress->quiet = fired ? 0 : progress->quiet + 1;
	if (!wrong)
		return;
	progress->result.failed++;
	complain(params, kind, progress->point, wrong);
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

/*
 * Always in a child: threads do not survive fork(), so a parent that had run the scenario itself
 * would pass on a library that believes in threads it no longer has.
 */
static int run_in_child(void (*run)(void *), void *arg)
{
	int status = -1;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (!pid) {
		run(arg);
		child_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		perror("fork or wait");
	return status;
}

static void run_baseline(void *arg)
{
	const struct sweep_params *params = arg;
	const char *wrong;

	alarm(params->limit_s);
	wrong = params->run(false);
	if (wrong)
		fprintf(stderr, "%s: with nothing failing: %s\n", params->name, wrong);
	child_exit(wrong != NULL);
}

bool sweep_baseline(const struct sweep_params *params)
{
	struct sweep_params copy = *params;

	return !run_in_child(run_baseline, &copy);
}

struct sweep_run {
	const struct sweep_params *params;
	enum fault_kind kind;
	struct progress *progress; /* shared with the children */
};

static void run_points(void *arg)
{
	struct sweep_run *run = arg;
	struct progress *progress = run->progress;

	for (; progress->quiet < QUIET_POINTS; progress->point += run->params->stride)
		try_point(run->params, run->kind, progress);
}

/* One child does all points, unless one kills it: then the next goes on behind that one. */
static void sweep_children(struct sweep_run *run)
{
	struct progress *progress = run->progress;

	while (progress->quiet < QUIET_POINTS && progress->result.failed <= WRONG_POINTS_MAX) {
		int status = run_in_child(run_points, run);
		char text[64];

		if (!status)
			return;
		complain(run->params, run->kind, progress->point,
			 cause_of_death(status, text, sizeof(text)));
		progress->result.points++;
		progress->result.failed++;
		progress->point += run->params->stride;
	}
}

struct sweep_result sweep(const struct sweep_params *params, enum fault_kind kind)
{
	struct progress *progress = mmap(NULL, sizeof(*progress), PROT_READ | PROT_WRITE,
					 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct sweep_run run = { params, kind, progress };
	struct sweep_result result = { .failed = 1 };

	if (progress == MAP_FAILED) {
		perror("mmap");
		return result;
	}
	progress->point = 1;
	sweep_children(&run);
	result = progress->result;
	munmap(progress, sizeof(*progress));
	printf("%s: %s failed at %llu of %llu points, %llu wrong\n", params->name, kind_names[kind],
	       (unsigned long long)result.fired, (unsigned long long)result.points,
	       (unsigned long long)result.failed);
	return result;
}
