/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SERVER_PRIORITY 10

uint64_t bench_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* --- options --- */

static bool parse_number(const char *text, unsigned int least, unsigned int most, unsigned int *out)
{
	char *end;
	unsigned long value = text ? strtoul(text, &end, 10) : 0;

	if (!text || *end || value < least || value > most)
		return false;
	*out = (unsigned int)value;
	return true;
}

int bench_parse(int argc, char **argv, struct bench_options *options)
{
	const char *unit =
		getenv("BENCH_UNIT"); /* NOLINT(concurrency-mt-unsafe): before any thread */
	int at = 1;

	options->unit = unit ? unit : "ns";
	for (; at < argc && !strncmp(argv[at], "--", 2); at++) {
		bool fine = true;

		if (!strcmp(argv[at], "--short"))
			options->samples = options->samples / 10 + 1;
		else if (!strcmp(argv[at], "--rounds"))
			fine = parse_number(argv[++at], BENCH_MIN_ROUNDS, BENCH_MAX_ROUNDS,
					    &options->rounds);
		else if (!strcmp(argv[at], "--samples"))
			fine = parse_number(argv[++at], 1, 1000000, &options->samples);
		else
			return at;
		if (!fine) {
			fprintf(stderr, "%s: a number is missing or out of range\n", argv[at - 1]);
			return -1;
		}
	}
	return at;
}

/* --- statistics --- */

static int compare_counts(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static int compare_ratios(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static uint64_t median(uint64_t *values, unsigned int count)
{
	qsort(values, count, sizeof(*values), compare_counts);
	return values[count / 2];
}

struct rounds {
	uint64_t ours[BENCH_MAX_ROUNDS], limit[BENCH_MAX_ROUNDS];
	double ratio[BENCH_MAX_ROUNDS];
};

static void print_line(const struct bench_case *bench, const struct bench_options *options,
		       struct rounds *r)
{
	unsigned int n = options->rounds;

	qsort(r->ratio, n, sizeof(r->ratio[0]), compare_ratios);
	printf("%s ours=%llu limit=%llu unit=%s ratio=%.3f spread=%.3f..%.3f\n", bench->name,
	       (unsigned long long)median(r->ours, n), (unsigned long long)median(r->limit, n),
	       options->unit, r->ratio[n / 2], r->ratio[0], r->ratio[n - 1]);
	fflush(stdout);
}

static int judge(const struct bench_case *bench, double at_most, double ratio)
{
	if (at_most <= 0 || ratio <= at_most)
		return 0;
	fprintf(stderr, "%s: its ratio is above %.3f\n", bench->name, at_most);
	return -ERANGE;
}

int bench_hold(const char *name, double value, double most)
{
	if (!BENCH_HOLDS || value <= most)
		return 0;
	fprintf(stderr, "%s: %.1f, and at most %.1f is held\n", name, value, most);
	return -ERANGE;
}

/* --- rounds --- */

static int one_side(bench_side *side, void *arg, uint64_t *samples, unsigned int count,
		    uint64_t *out_median)
{
	int err = side(arg, samples, count);

	if (!err)
		*out_median = median(samples, count);
	return err;
}

/* Who goes first alternates, so that a drift of the machine favours neither. */
static int one_round(const struct bench_case *bench, unsigned int round, uint64_t *samples,
		     unsigned int count, struct rounds *r)
{
	int err = 0;

	for (unsigned int turn = 0; turn < 2 && !err; turn++)
		err = (round + turn) % 2 ? one_side(bench->limit, bench->limit_arg, samples, count,
						    &r->limit[round])
					 : one_side(bench->ours, bench->ours_arg, samples, count,
						    &r->ours[round]);
	if (!err)
		r->ratio[round] =
			(double)r->ours[round] / (double)(r->limit[round] ? r->limit[round] : 1);
	return err;
}

int bench_run(const struct bench_case *bench, const struct bench_options *options)
{
	uint64_t *samples = calloc(options->samples, sizeof(*samples));
	struct rounds rounds;
	int err = samples ? 0 : -ENOMEM;

	for (unsigned int round = 0; !err && round < options->rounds; round++)
		err = one_round(bench, round, samples, options->samples, &rounds);
	free(samples);
	if (err) {
		fprintf(stderr, "%s: %s\n", bench->name, strerrordesc_np(-err));
		return err;
	}
	print_line(bench, options, &rounds);
	return judge(bench, options->at_most, rounds.ratio[options->rounds / 2]);
}

/* --- one CPU --- */

bool bench_servers_begin(void)
{
	struct sched_param param = { .sched_priority = SERVER_PRIORITY };
	cpu_set_t first;

	CPU_ZERO(&first);
	CPU_SET(sched_getcpu(), &first);
	sched_setaffinity(0, sizeof(first), &first);
	return !sched_setscheduler(0, SCHED_FIFO, &param); /* inherited by threads started now */
}

void bench_servers_end(void)
{
	struct sched_param param = { .sched_priority = 0 };

	sched_setscheduler(0, SCHED_OTHER, &param);
}
