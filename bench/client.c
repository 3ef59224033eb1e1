/* SPDX-License-Identifier: MIT */
/*
 * client.c - a client's request to another process and back: one at a time, blocking on one CPU
 * beside an eventfd ping-pong of the same two processes, polling on two beside a bare spin; and 32
 * outstanding, in picoseconds a request, beside what is asked for.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client_bench.h"
#include "client_load.h"
#include "harness.h"

#define ROUND_TRIPS 200u  /* a sample */
#define REQUESTS    3200u /* a sample */
#define POLL_US     1000000u

static const char usage[] = "usage: client [--short] [--rounds N] [--samples N]\n";

struct side {
	struct bench_host *host;
	struct client_load load;
	uint64_t allowed_ps;
};

/* --- one at a time --- */

static int round_trips(void *arg, uint64_t *samples, unsigned int count)
{
	struct side *side = arg;
	uint8_t in[BENCH_PAYLOAD] = { 1, 2, 3 }, out[BENCH_PAYLOAD];
	int32_t status;
	size_t done;

	for (unsigned int i = 0; i < count; i++) {
		uint64_t begin = bench_now_ns();

		for (unsigned int n = 0; n < ROUND_TRIPS; n++) {
			in[0] = (uint8_t)n;
			if (uwdf_control(side->load.handle, BENCH_INLINE, in, sizeof(in), out,
					 sizeof(out), -1, &status, &done) ||
			    status || memcmp(in, out, sizeof(in)) != 0)
				return -EIO;
		}
		samples[i] = (bench_now_ns() - begin) / ROUND_TRIPS;
	}
	return 0;
}

static int ping_pongs(void *arg, uint64_t *samples, unsigned int count)
{
	struct side *side = arg;
	struct bench_host *host = side->host;
	int err = bench_host_order(host, PEER_PING_PONG, count * ROUND_TRIPS);

	for (unsigned int i = 0; !err && i < count; i++) {
		uint64_t begin = bench_now_ns(), signals = 1;

		for (unsigned int n = 0; n < ROUND_TRIPS; n++) {
			signals = 1;
			if (write(host->ping[0], &signals, sizeof(signals)) < 0 ||
			    read(host->ping[1], &signals, sizeof(signals)) < 0)
				return -EIO;
		}
		samples[i] = (bench_now_ns() - begin) / ROUND_TRIPS;
	}
	return err;
}

static int spins(void *arg, uint64_t *samples, unsigned int count)
{
	struct side *side = arg;
	struct bench_shared *s = side->host->shared;
	int err = bench_host_order(side->host, PEER_SPIN, count * ROUND_TRIPS);
	uint32_t round = 0;

	for (unsigned int i = 0; !err && i < count; i++) {
		uint64_t begin = bench_now_ns();

		for (unsigned int n = 0; n < ROUND_TRIPS; n++) {
			__atomic_store_n(&s->there, ++round, __ATOMIC_RELEASE);
			while (__atomic_load_n(&s->back, __ATOMIC_ACQUIRE) != round)
				;
		}
		samples[i] = (bench_now_ns() - begin) / ROUND_TRIPS;
	}
	return err;
}

/* --- 32 outstanding --- */

static int throughput(void *arg, uint64_t *samples, unsigned int count)
{
	const struct side *side = arg;
	int err = client_load_run(&side->load, samples, count);

	for (unsigned int i = 0; !err && i < count; i++)
		samples[i] = samples[i] * 1000u / side->load.requests;
	return err;
}

static int allowed(void *arg, uint64_t *samples, unsigned int count)
{
	const struct side *side = arg;

	for (unsigned int i = 0; i < count; i++)
		samples[i] = side->allowed_ps;
	return 0;
}

/* --- all --- */

static int run_case(struct side *side, const char *name, bench_side *ours, bench_side *limit,
		    const struct bench_options *options)
{
	struct bench_case bench = {
		.name = name, .ours = ours, .ours_arg = side, .limit = limit, .limit_arg = side
	};
	struct bench_options chosen = *options;

	if (limit == allowed)
		chosen.unit = "ps";
	return bench_run(&bench, &chosen);
}

static int run_throughput(struct side *side, const char *name, uint32_t code, uint64_t allowed_ps,
			  const struct bench_options *options)
{
	struct side own = *side;
	void *memory = NULL;
	int err = 0;

	own.load.code = code;
	own.allowed_ps = allowed_ps;
	if (code == BENCH_ARENA)
		err = uwdf_memory_alloc(own.load.handle, CLIENT_DEPTH * 128u, &memory);
	own.load.memory = memory;
	return err ? err : run_case(&own, name, throughput, allowed, options);
}

static int run_polling(struct side *side, const struct bench_options *options)
{
	int err;

	side->load.polls = true;
	uwdf_set_spin(side->load.handle, POLL_US);
	err = run_case(side, "client_polling", round_trips, spins, options);
	if (!err)
		err = run_throughput(side, "client_32_polling", BENCH_INLINE, 100000, options);
	if (!err)
		err = run_throughput(side, "client_32_polling_arena", BENCH_ARENA, 166667, options);
	return err;
}

static int run_blocking(struct side *side, const struct bench_options *options)
{
	int err = run_case(side, "client_blocking", round_trips, ping_pongs, options);

	if (!err)
		err = run_throughput(side, "client_32_blocking", BENCH_INLINE, 200000, options);
	if (!err)
		err = run_throughput(side, "client_32_blocking_arena", BENCH_ARENA, 200000,
				     options);
	return err;
}

static int run_with(struct bench_host *host, int host_cpu, int own_cpu,
		    int (*run)(struct side *, const struct bench_options *),
		    const struct bench_options *options)
{
	struct side side = { .host = host, .load = { .requests = REQUESTS } };
	struct uwdf_error error = { .text = "" };
	int err = bench_host_start(host, host_cpu);

	if (err) {
		fprintf(stderr, "client: its host does not start: %s\n", strerrordesc_np(-err));
		return err;
	}
	if (!bench_run_on(own_cpu))
		err = -EINVAL;
	if (!err)
		err = uwdf_open("bench", &error, &side.load.handle);
	if (!err) {
		err = run(&side, options);
		uwdf_close(side.load.handle);
	} else {
		fprintf(stderr, "client: %s\n", error.text);
	}
	bench_host_stop(host);
	return err;
}

int main(int argc, char **argv)
{
	struct bench_options options = { .rounds = 9, .samples = 100 };
	char dir[] = "/tmp/uwdf-bench-XXXXXX";
	struct bench_host host = { 0 };
	int err, processors = bench_processors();

	if (bench_parse(argc, argv, &options) != argc) {
		fputs(usage, stderr);
		return 2;
	}
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): there is no other thread yet */
	if (!mkdtemp(dir) || setenv("UWDF_RUNTIME_DIR", dir, 1))
		return 1;
	err = run_with(&host, 0, 0, run_blocking, &options);
	if (!err && processors > 1)
		err = run_with(&host, 1, 0, run_polling, &options);
	if (rmdir(dir))
		fprintf(stderr, "client: %s is left\n", dir);
	return err ? 1 : 0;
}
