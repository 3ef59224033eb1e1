/* SPDX-License-Identifier: MIT */
/*
 * client_cuse.c - in a guest: 32 control codes outstanding at one device, through the rings and
 * through the node that "uwdf run --cuse" makes of it. Same host, same driver, same payload.
 *
 * An ioctl() blocks, so 32 outstanding at the node are 32 threads. They share one processor
 * here; what that costs shows in a second figure, with one thread at the node.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client_bench.h"
#include "client_load.h"
#include "harness.h"
#include "uwdf/cuse.h"

#define NAME     "bench"
#define NODE     "/dev/uwdf/" NAME
#define REQUESTS 160u /* a sample */
#define STOP_MS  60000
#define AT_MOST  0.1 /* of what the node needs */

static const char usage[] = "usage: client_cuse [--short] [--rounds N] [--samples N] UWDF DRIVER\n";

/* --- the host: the uwdf program --- */

static int host_exec(const char *uwdf, const char *driver, int ready)
{
	char number[16];

	(void)snprintf(number, sizeof(number), "%d", ready);
	execl(uwdf, uwdf, "run", driver, "--device", "model:edu", "--name", NAME, "--cuse",
	      "--verify=VerifierOn=0", "--ready-fd", number, (char *)NULL);
	return 127;
}

/* Its process, once there are socket and node; or -errno. */
static int host_start(const char *uwdf, const char *driver)
{
	int ready[2], pid;
	char byte;
	bool up;

	if (pipe(ready))
		return -errno;
	pid = fork();
	if (pid == 0) {
		close(ready[0]);
		_exit(host_exec(uwdf, driver, ready[1]));
	}
	close(ready[1]);
	up = pid > 0 && read(ready[0], &byte, 1) == 1;
	close(ready[0]);
	if (up)
		return pid;
	if (pid > 0)
		(void)!waitpid(pid, NULL, 0);
	return -ENODEV;
}

static int host_stop(int pid)
{
	struct uwdf_error error = { .text = "" };
	int status, err = uwdf_host_stop(NAME, STOP_MS, &error);

	if (err)
		fprintf(stderr, "client_cuse: %s\n", error.text);
	else if (waitpid(pid, &status, 0) != pid || status)
		err = -EIO;
	return err;
}

/* --- the node --- */

/* Its threads never wait for each other: who completes the last request of a sample looks at the
 * clock. */
struct node {
	int fd;
	unsigned int threads;
	pthread_mutex_t gate; /* shut until all threads are there */
	uint64_t *stamps;     /* count + 1 of them */
	uint64_t last;        /* request that is timed */
	uint64_t done;        /* atomic */
	uint32_t joined;      /* atomic; threads, each with a payload of its own */
	bool failed;          /* atomic */
};

static bool ask(const struct node *node, const uint8_t *in, uint8_t *out)
{
	struct uwdf_cuse_control control = { .code = BENCH_INLINE,
					     .status = -1,
					     .in = UWDF_CUSE_ADDRESS(in),
					     .out = UWDF_CUSE_ADDRESS(out),
					     .in_len = BENCH_PAYLOAD,
					     .out_len = BENCH_PAYLOAD };

	return !ioctl(node->fd, UWDF_CUSE_CONTROL, &control) && !control.status &&
	       control.information == BENCH_PAYLOAD && !memcmp(in, out, BENCH_PAYLOAD);
}

static void *keep_asking(void *arg)
{
	uint8_t in[BENCH_PAYLOAD], out[BENCH_PAYLOAD] = { 0 };
	struct node *node = arg;
	uint64_t number = 1;

	memset(in, (int)__atomic_add_fetch(&node->joined, 1, __ATOMIC_RELAXED), sizeof(in));
	pthread_mutex_lock(&node->gate);
	pthread_mutex_unlock(&node->gate);
	while (number < node->last && !__atomic_load_n(&node->failed, __ATOMIC_RELAXED)) {
		if (!ask(node, in, out))
			__atomic_store_n(&node->failed, true, __ATOMIC_RELAXED);
		number = __atomic_add_fetch(&node->done, 1, __ATOMIC_RELAXED);
		if (number % REQUESTS == 0 && number <= node->last)
			node->stamps[number / REQUESTS - 1] = bench_now_ns();
		in[0]++;
	}
	return NULL;
}

static int node_time(struct node *node)
{
	pthread_t threads[CLIENT_DEPTH];
	unsigned int started = 0;
	int err = 0;

	pthread_mutex_lock(&node->gate);
	while (!err && started < node->threads) {
		err = -pthread_create(&threads[started], NULL, keep_asking, node);
		started += !err;
	}
	if (err)
		__atomic_store_n(&node->failed, true, __ATOMIC_RELAXED);
	pthread_mutex_unlock(&node->gate);
	while (started)
		pthread_join(threads[--started], NULL);
	if (!err && node->failed)
		err = -EIO;
	return err;
}

/* --- in turn --- */

struct both {
	struct client_load load;
	unsigned int threads;
};

/* Neither side is open while the other is measured: a loop looks for a while for what a ring may
 * bring, before it sleeps. */
static int through_rings(void *arg, uint64_t *samples, unsigned int count)
{
	struct both *both = arg;
	struct uwdf_error error = { .text = "" };
	int err = uwdf_open(NAME, &error, &both->load.handle);

	if (err) {
		fprintf(stderr, "client_cuse: %s\n", error.text);
		return err;
	}
	err = client_load_run(&both->load, samples, 1); /* until it knows how long to look */
	if (!err)
		err = client_load_run(&both->load, samples, count);
	uwdf_close(both->load.handle);
	for (unsigned int i = 0; !err && i < count; i++)
		samples[i] /= REQUESTS;
	return err;
}

/* The first requests, until all threads have had one, are not timed. */
static int through_node(void *arg, uint64_t *samples, unsigned int count)
{
	const struct both *both = arg;
	struct node node = { .fd = open(NODE, O_RDWR | O_CLOEXEC),
			     .threads = both->threads,
			     .gate = PTHREAD_MUTEX_INITIALIZER,
			     .stamps = calloc(count + 1, sizeof(uint64_t)),
			     .last = (uint64_t)(count + 1) * REQUESTS };
	int err = node.fd < 0 || !node.stamps ? -ENODEV : node_time(&node);

	for (unsigned int i = 0; !err && i < count; i++)
		samples[i] = (node.stamps[i + 1] - node.stamps[i]) / REQUESTS;
	if (node.fd >= 0)
		close(node.fd);
	free(node.stamps);
	return err;
}

static int run_case(struct both *both, const char *name, unsigned int threads,
		    const struct bench_options *options)
{
	const struct bench_case bench = { .name = name,
					  .ours = through_rings,
					  .ours_arg = both,
					  .limit = through_node,
					  .limit_arg = both };

	both->threads = threads;
	return bench_run(&bench, options);
}

static int run(const struct bench_options *options)
{
	struct both both = { .load = { .code = BENCH_INLINE, .requests = REQUESTS } };
	int err = run_case(&both, "client_32_cuse", CLIENT_DEPTH, options);

	if (!err)
		err = run_case(&both, "client_32_cuse_one_thread", 1, options);
	return err;
}

int main(int argc, char **argv)
{
	struct bench_options options = { .rounds = 5, .samples = 10, .at_most = AT_MOST };
	int stopped, err, pid, at = bench_parse(argc, argv, &options);

	if (at < 0 || at + 2 != argc) {
		fputs(usage, stderr);
		return 2;
	}
	pid = host_start(argv[at], argv[at + 1]);
	if (pid < 0) {
		fputs("client_cuse: its host does not start\n", stderr);
		return 1;
	}
	err = run(&options);
	stopped = host_stop(pid);
	return err || stopped ? 1 : 0;
}
