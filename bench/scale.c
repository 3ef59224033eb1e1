/* SPDX-License-Identifier: MIT */
/*
 * scale.c - does the cost of a request stay what it is when there are many others? Two devices of
 * one driver, on the same loops: one has 10,000 open files and 100,000 requests in its queue, the
 * other one file and, for the cancels, ten requests. In nanoseconds, in bursts: a control code in
 * process; one of a client of a server, which has as many handles and requests, through its socket
 * and through its rings; and the cancellation of a queued request, which has to find and unlink it
 * among so many.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "scale_driver.h"
#include "scale_load.h"
#include "scale_steps.h"
#include "uwdf/client.h"
#include "uwdf/host.h"

#define HANDLES     10000u
#define QUEUED      100000u
#define QUEUED_FEW  10u
#define BURST       32u
#define CANCELS     8u /* at once, of the ten as of the many */
#define QUEUED_SOME 1000u
#define AT_MOST     1.2 /* times the instructions, whatever there is besides */

static const char usage[] = "usage: scale [--short] [--rounds N] [--samples N]\n";

/* --- a control code in process --- */

static int measure_requests(void *arg, uint64_t *samples, unsigned int count)
{
	struct load *load = arg;

	for (unsigned int i = 0; i < count; i++) {
		uint64_t begin = bench_now_ns();

		load_burst(load, BURST);
		samples[i] = (bench_now_ns() - begin) / BURST;
	}
	return 0;
}

/* --- a cancellation --- */

static int measure_cancels_of(struct load *load, bool any, uint64_t *samples, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		uint64_t begin;

		load_choose(load, CANCELS, any);
		begin = bench_now_ns();
		load_cancel(load, CANCELS);
		samples[i] = (bench_now_ns() - begin) / CANCELS;
		load_again(load, CANCELS);
	}
	return 0;
}

/* The same requests over and over, and so in the cache: only steps count. */
static int measure_cancels(void *arg, uint64_t *samples, unsigned int count)
{
	return measure_cancels_of(arg, false, samples, count);
}

static int measure_any_cancels(void *arg, uint64_t *samples, unsigned int count)
{
	return measure_cancels_of(arg, true, samples, count);
}

/* --- a control code of another process --- */

static int client_burst(uwdf_handle *handle)
{
	struct uwdf_op ops[BURST], *done;
	int err = 0;

	for (unsigned int i = 0; !err && i < BURST; i++) {
		ops[i] = (struct uwdf_op){ .kind = UWDF_CONTROL, .code = SCALE_CODE };
		err = uwdf_submit(handle, &ops[i]);
	}
	for (unsigned int i = 0; !err && i < BURST; i++)
		if (uwdf_reap(handle, 10000, &done) != 1 || done->status)
			err = -EIO;
	return err;
}

static int measure_client(void *arg, uint64_t *samples, unsigned int count)
{
	int err = 0;

	for (unsigned int i = 0; !err && i < count; i++) {
		uint64_t begin = bench_now_ns();

		err = client_burst(arg);
		samples[i] = (bench_now_ns() - begin) / BURST;
	}
	return err;
}

/* --- counted --- */

/* @ours and @limit: instructions; @most: the most that one of ours took; 0: not said. */
static int judge(const char *name, double ours, double limit, double most)
{
	double ratio = ours / limit;

	printf("%s ours=%.1f limit=%.1f unit=insns ratio=%.3f spread=%.3f..%.3f", name, ours, limit,
	       ratio, ratio, ratio);
	if (most > 0)
		printf(" most=%.0f", most);
	putchar('\n');
	fflush(stdout);
	return bench_hold(name, ratio, AT_MOST);
}

static int count_with(struct uwdf_device *device, unsigned int files, unsigned int queued,
		      struct scale_steps *out)
{
	struct load load;
	int err = load_begin(&load, device, files, queued);

	if (!err)
		err = scale_steps_count(&load, out);
	load_end(&load);
	return err;
}

static int compare_steps(struct uwdf_device *empty, struct uwdf_device *full)
{
	struct scale_steps one, some, many;
	int err = count_with(empty, 1, 1, &one);

	if (err)
		return err == -ENOSYS ? 0 : err;
	err = count_with(empty, 1, QUEUED_SOME, &some);
	if (!err)
		err = count_with(full, HANDLES, QUEUED, &many);
	if (!err)
		err = judge("scale_request_insns", many.request, one.request, 0);
	if (!err)
		err = judge("scale_cancel_1000_insns", some.cancel, one.cancel, some.cancel_most);
	if (!err)
		err = judge("scale_cancel_100000_insns", many.cancel, one.cancel, many.cancel_most);
	return err;
}

/* --- all of it --- */

static int compare_in_process(struct uwdf_device *empty, struct uwdf_device *full,
			      const struct bench_options *options)
{
	struct load few, many;
	const struct bench_case cases[] = {
		{ "scale_request", measure_requests, &many, measure_requests, &few },
		{ "scale_cancel", measure_cancels, &many, measure_cancels, &few },
		{ "scale_cancel_any", measure_any_cancels, &many, measure_any_cancels, &few },
	};
	int err = load_begin(&few, empty, 1, QUEUED_FEW);

	if (err)
		return err;
	err = load_begin(&many, full, HANDLES, QUEUED);
	for (unsigned int i = 0; !err && i < 3; i++)
		err = bench_run(&cases[i], options);
	load_end(&many);
	load_end(&few);
	return err;
}

static int compare_sockets(struct uwdf_device *empty, struct uwdf_device *full,
			   const struct bench_options *options)
{
	struct crowd few, many;
	int err = crowd_begin(&few, empty, SCALE_EMPTY, 1, 0);

	if (err)
		return err;
	err = crowd_begin(&many, full, SCALE_FULL, HANDLES, QUEUED);
	if (!err) {
		const struct bench_case cases[] = {
			{ "scale_socket", measure_client, many.socket, measure_client, few.socket },
			{ "scale_rings", measure_client, many.rings, measure_client, few.rings },
		};

		for (unsigned int i = 0; !err && i < 2; i++)
			err = bench_run(&cases[i], options);
		crowd_end(&many);
	}
	crowd_end(&few);
	return err;
}

static int run(struct uwdf_report *rep, const struct bench_options *options)
{
	struct uwdf_device *devices[2];
	struct uwdf_driver *driver;
	struct uwdf_host *host;
	int err;

	/* each post is served before its caller goes on: the same way each time */
	if (!bench_servers_begin())
		fputs("scale: no SCHED_FIFO: the figures vary with the scheduler's mood\n", stderr);
	err = uwdf_host_new(rep, &host);
	if (err)
		return err;
	err = uwdf_host_verify(host, "VerifierOn=0", rep);
	if (!err)
		err = uwdf_host_load(host, BENCH_DRIVER, rep, &driver);
	if (!err) {
		if (uwdf_driver_control_devices(driver, devices, 2) != 2)
			err = -ENODEV;
		if (!err)
			err = compare_steps(devices[0], devices[1]);
		if (!err)
			err = compare_in_process(devices[0], devices[1], options);
		if (!err)
			err = compare_sockets(devices[0], devices[1], options);
		bench_servers_end();
		uwdf_device_release(devices[0]);
		uwdf_device_release(devices[1]);
	}
	uwdf_host_free(host);
	return err;
}

int main(int argc, char **argv)
{
	struct bench_options options = { .rounds = 9, .samples = 300 };
	struct uwdf_report rep = { "", "" };
	char dir[] = "/tmp/uwdf-scale-XXXXXX";
	int err;

	if (bench_parse(argc, argv, &options) != argc) {
		fputs(usage, stderr);
		return 2;
	}
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread yet */
	if (!mkdtemp(dir) || setenv("UWDF_RUNTIME_DIR", dir, 1)) {
		perror("scale");
		return 1;
	}
	err = run(&rep, &options);
	if (err)
		fprintf(stderr, "scale: %s\n%s\n", rep.text[0] ? rep.text : strerrordesc_np(-err),
			rep.hint);
	if (rmdir(dir))
		perror(dir);
	return err ? 1 : 0;
}
