/* SPDX-License-Identifier: MIT */
/*
 * frames.c - Ethernet frames through the e1000 driver as it is shipped: two NICs joined back to
 * back, one thread, a request for each frame of a burst, one for all of it, or each by itself.
 *
 * Under -icount its figures repeat and are held. What they are compared with is not measured here,
 * since it wants both NICs for itself; its figures can be given on the command line.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "frames_client.h"
#include "harness.h"

#define LINK_UP_NS 1500000000 /* QEMU's e1000 is deaf for one second after it was enabled */

static const char usage[] =
	"usage: frames [--short] [--rounds N] [--samples N] DRIVER.so SENDER RECEIVER "
	"[TESTPMD]...\n"
	"Writes bursts of 64-byte frames to one NIC and reads them from the other: instructions\n"
	"a frame at bursts of 1, 8, 32 and 64, under -icount. TESTPMD: what dpdk-testpmd takes in\n"
	"each burst, and where it allocates, sends and frees.\n";

#define BURSTS 4u
static const unsigned int bursts[BURSTS] = { 1, 8, 32, 64 };

static const char *const names[FRAMES_WAYS] = { "single", "vector", "plain" };
/* Instructions a frame that are held. */
static const unsigned int most[FRAMES_WAYS][BURSTS] = {
	[FRAMES_SINGLE] = { 1000, 450, 450, 450 },
	[FRAMES_VECTOR] = { 1400, 280, 140, 140 },
	[FRAMES_PLAIN] = { 1000, 1000, 1000, 1000 },
};
#define ALLOCATED 32u /* the burst that TESTPMD's last figure is for */

struct bench {
	struct frames_client *client;
	const struct bench_options *options;
	double testpmd[BURSTS + 1]; /* 0: none given */
};

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static int compare_samples(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* The median burst of a round, a frame of it. */
static int one_round(const struct bench *b, const struct frames_params *params, uint64_t *samples,
		     double *out)
{
	unsigned int count = b->options->samples;
	uint64_t median;
	int err = frames_client_run(b->client, params, samples, count);

	if (err)
		return err;
	qsort(samples, count, sizeof(*samples), compare_samples);
	median = samples[count / 2];
	*out = (double)median / params->burst;
	return 0;
}

/* What is no count of instructions is held to nothing. */
static bool counts(const struct bench *b)
{
	return !strcmp(b->options->unit, "insns");
}

static void print_comparison(const struct bench *b, unsigned int limit, const double *rounds)
{
	unsigned int n = b->options->rounds;

	if (counts(b))
		printf("limit=%u unit=insns ratio=%.3f spread=%.3f..%.3f ", limit,
		       rounds[n / 2] / limit, rounds[0] / limit, rounds[n - 1] / limit);
	else
		printf("limit=none unit=%s ", b->options->unit);
}

static void print_testpmd(const struct bench *b, unsigned int at, double ours)
{
	double allocated = b->testpmd[BURSTS];

	if (b->testpmd[at] > 0)
		printf(" testpmd=%.1f of_testpmd=%.3f", b->testpmd[at], ours / b->testpmd[at]);
	if (bursts[at] == ALLOCATED && allocated > 0)
		printf(" testpmd_alloc_send_free=%.1f", allocated);
}

/* Of bursts[@at]. */
static int judge(const struct bench *b, unsigned int at, enum frames_way way, const double *rounds,
		 const struct frames_counters *used)
{
	unsigned int n = b->options->rounds, limit = most[way][at];
	double frames = (double)n * b->options->samples * bursts[at];
	char name[32];

	snprintf(name, sizeof(name), "frames_%s_%u", names[way], bursts[at]);
	printf("%s ours=%.1f ", name, rounds[n / 2]);
	print_comparison(b, limit, rounds);
	printf("doorbells=%.3f register_reads=%.3f", (double)used->doorbells / frames,
	       (double)used->register_reads / frames);
	print_testpmd(b, at, rounds[n / 2]);
	putchar('\n');
	fflush(stdout);
	return counts(b) ? bench_hold(name, rounds[n / 2], limit) : 0;
}

static int measure(const struct bench *b, unsigned int at, enum frames_way way, uint64_t *samples)
{
	const struct frames_params params = { .burst = bursts[at], .way = way };
	struct frames_counters before, after;
	double rounds[BENCH_MAX_ROUNDS];
	int err = one_round(b, &params, samples, rounds); /* warm */

	if (!err)
		err = frames_client_counters(b->client, &before);
	for (unsigned int i = 0; !err && i < b->options->rounds; i++)
		err = one_round(b, &params, samples, &rounds[i]);
	if (!err)
		err = frames_client_counters(b->client, &after);
	if (err)
		return err;
	qsort(rounds, b->options->rounds, sizeof(rounds[0]), compare);
	after.doorbells -= before.doorbells;
	after.register_reads -= before.register_reads;
	return judge(b, at, way, rounds, &after);
}

static int measure_all(const struct bench *b)
{
	uint64_t *samples = calloc(b->options->samples, sizeof(*samples));
	int err = samples ? 0 : -ENOMEM;

	for (unsigned int i = 0; !err && i < FRAMES_WAYS * BURSTS; i++) {
		err = measure(b, i % BURSTS, (enum frames_way)(i / BURSTS), samples);
		if (err)
			fprintf(stderr, "frames: bursts of %u: %s\n", bursts[i % BURSTS],
				strerrordesc_np(-err));
	}
	free(samples);
	return err;
}

static int with_devices(struct uwdf_device *sender, struct uwdf_device *receiver, struct bench *b)
{
	struct timespec link_up = { .tv_sec = LINK_UP_NS / 1000000000,
				    .tv_nsec = LINK_UP_NS % 1000000000 };
	int err = frames_client_open(sender, receiver, &b->client);

	if (err)
		return err;
	nanosleep(&link_up, NULL);
	err = measure_all(b);
	frames_client_close(b->client);
	return err;
}

static int with_driver(struct uwdf_driver *driver, char **addresses, struct uwdf_report *rep,
		       struct bench *b)
{
	struct uwdf_device_params params = { .address = addresses[0], .name = "sender" };
	struct uwdf_device *sender, *receiver;
	int err = uwdf_device_start(driver, &params, rep, &sender);

	if (err)
		return err;
	params = (struct uwdf_device_params){ .address = addresses[1],
					      .name = "receiver",
					      .loops_of = sender };
	err = uwdf_device_start(driver, &params, rep, &receiver);
	if (!err) {
		err = with_devices(sender, receiver, b);
		uwdf_device_remove(receiver);
	}
	uwdf_device_remove(sender);
	return err;
}

static int run(char **args, struct uwdf_report *rep, struct bench *b)
{
	struct uwdf_driver *driver;
	struct uwdf_host *host;
	int err = uwdf_host_new(rep, &host);

	if (err)
		return err;
	err = uwdf_host_load(host, args[0], rep, &driver);
	if (!err)
		err = with_driver(driver, args + 1, rep, b);
	uwdf_host_free(host);
	return err;
}

int main(int argc, char **argv)
{
	struct bench_options options = { .rounds = 5, .samples = 200 };
	struct uwdf_report rep = { "", "" };
	struct bench b = { .options = &options };
	int at = bench_parse(argc, argv, &options);
	int err;

	if (at < 0 || argc - at < 3 || argc - at > 3 + (int)BURSTS + 1 || argv[at][0] == '-') {
		fputs(usage, stderr);
		return 2;
	}
	for (int i = at + 3; i < argc; i++)
		b.testpmd[i - at - 3] = strtod(argv[i], NULL);
	err = run(argv + at, &rep, &b);
	if (err)
		fprintf(stderr, "frames: %s\n%s\n", rep.text[0] ? rep.text : strerrordesc_np(-err),
			rep.hint);
	return err ? 1 : 0;
}
