/* SPDX-License-Identifier: MIT */
/*
 * loop.c - one signal of an eventfd through the I/O loop, with deferred work as a DPC would be,
 * until the loop is blocked again: what interrupts/ itself costs beside the barest loops.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "harness.h"
#include "irq/loop.h"
#include "raw_loop.h"

struct ours {
	struct irq_loop *loop;
	struct irq_source *source;
	struct irq_deferred dpc;
	int fd;
	uint64_t served; /* written by the loop's thread alone */
};

static void run_dpc(struct irq_deferred *work)
{
	struct ours *ours = uw_container_of(work, struct ours, dpc);

	bench_count(&ours->served);
}

static void fired(void *arg, uint64_t count)
{
	struct ours *ours = arg;

	(void)count;
	irq_loop_defer(ours->loop, IRQ_PHASE_DPC, &ours->dpc);
}

static int measure(int fd, const uint64_t *served, uint64_t *samples, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		uint64_t one = 1, before = bench_counted(served), begin = bench_now_ns();

		if (write(fd, &one, sizeof(one)) != sizeof(one))
			return -errno;
		while (bench_counted(served) == before)
			sched_yield();
		samples[i] = bench_now_ns() - begin;
	}
	return 0;
}

static int measure_ours(void *arg, uint64_t *samples, unsigned int count)
{
	struct ours *ours = arg;

	return measure(ours->fd, &ours->served, samples, count);
}

static int measure_limit(void *arg, uint64_t *samples, unsigned int count)
{
	struct raw_loop *loop = arg;

	return measure(loop->fd, &loop->served, samples, count);
}

static int compare(const char *name, enum irq_loop_backend backend, enum raw_loop_kind kind,
		   const struct bench_options *options)
{
	struct irq_loop_params params = {
		.name = "bench", .backend = backend, .node = -1, .own_thread = true
	};
	struct ours ours = { .dpc.run = run_dpc };
	struct raw_loop limit;
	struct bench_case bench = { .name = name,
				    .ours = measure_ours,
				    .ours_arg = &ours,
				    .limit = measure_limit,
				    .limit_arg = &limit };
	int err;

	list_init(&ours.dpc.link);
	ours.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	bench_servers_begin();
	err = irq_loop_new(&params, &ours.loop);
	if (!err)
		err = raw_loop_start(&limit, kind, NULL, NULL);
	bench_servers_end();
	if (err)
		return err;
	err = irq_loop_add_source(ours.loop, IRQ_SOURCE_EDGE, ours.fd, fired, &ours, &ours.source);
	if (!err)
		err = bench_run(&bench, options);
	irq_loop_remove_source(ours.source);
	raw_loop_stop(&limit);
	irq_loop_free(ours.loop);
	close(ours.fd);
	return err;
}

int main(int argc, char **argv)
{
	struct bench_options options = { .rounds = 7, .samples = 2000 };
	int err;

	if (bench_parse(argc, argv, &options) != argc) {
		fputs("usage: loop [--short] [--rounds N] [--samples N]\n", stderr);
		return 2;
	}
	err = compare("loop_uring_read", IRQ_LOOP_URING, RAW_LOOP_READ, &options);
	if (!err)
		err = compare("loop_uring_uring", IRQ_LOOP_URING, RAW_LOOP_URING, &options);
	if (!err)
		err = compare("loop_epoll_read", IRQ_LOOP_EPOLL, RAW_LOOP_READ, &options);
	if (err)
		fprintf(stderr, "loop: error %d\n", err);
	return err ? 1 : 0;
}
