/* SPDX-License-Identifier: MIT */
/*
 * timer_start.c - WdfTimerStart and WdfTimerStop of a pending timer from the device's own loop, in
 * picoseconds a pair, beside a look at the clock and a sorted list; with the verifier off and on.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "harness.h"
#include "timer_start_driver.h"
#include "uwdf/host.h"

static const char usage[] = "usage: timer_start [--short] [--rounds N] [--samples N]\n"
			    "Measures WdfTimerStart + WdfTimerStop on the interrupt loop, ps a "
			    "pair.\n";

struct side {
	struct bench_timer *driver;
	enum bench_timer_side which;
};

static int measure(void *arg, uint64_t *samples, unsigned int count)
{
	struct side *side = arg;

	return side->driver->measure(side->which, samples, count) ? -ENODEV : 0;
}

static int compare(const char *name, const struct bench_options *options)
{
	void *image = dlopen(BENCH_DRIVER, RTLD_NOW | RTLD_NOLOAD);
	struct bench_timer *driver = image ? dlsym(image, BENCH_TIMER_SYMBOL) : NULL;
	struct side ours = { driver, BENCH_TIMER_OURS }, limit = { driver, BENCH_TIMER_LIMIT };
	struct bench_case bench = { .name = name,
				    .ours = measure,
				    .ours_arg = &ours,
				    .limit = measure,
				    .limit_arg = &limit };
	int err;

	if (!driver)
		return -ENOEXEC;
	driver->now = bench_now_ns;
	err = bench_run(&bench, options);
	dlclose(image);
	return err;
}

static int with_device(const char *name, struct uwdf_driver *driver, struct uwdf_report *rep,
		       const struct bench_options *options)
{
	struct uwdf_device_params params = { .address = "model:edu" };
	struct uwdf_device *device;
	int err = uwdf_device_start(driver, &params, rep, &device);

	if (err)
		return err;
	err = compare(name, options);
	uwdf_device_remove(device);
	return err;
}

/* @verify: as for `uwdf run --verify`. */
static int run(const char *name, const char *verify, struct uwdf_report *rep,
	       const struct bench_options *options)
{
	struct uwdf_driver *driver;
	struct uwdf_host *host;
	int err = uwdf_host_new(rep, &host);

	if (err)
		return err;
	err = uwdf_host_verify(host, verify, rep);
	if (!err)
		err = uwdf_host_load(host, BENCH_DRIVER, rep, &driver);
	if (!err)
		err = with_device(name, driver, rep, options);
	uwdf_host_free(host);
	return err;
}

int main(int argc, char **argv)
{
	struct bench_options options = { .rounds = 9, .samples = 100 };
	struct uwdf_report rep = { "", "" };
	int err;

	if (bench_parse(argc, argv, &options) != argc) {
		fputs(usage, stderr);
		return 2;
	}
	options.unit = "ps";
	err = run("timer_start", "VerifierOn=0", &rep, &options);
	if (!err)
		err = run("timer_start_verified", "", &rep, &options);
	if (err)
		fprintf(stderr, "timer_start: %s\n%s\n",
			rep.text[0] ? rep.text : strerrordesc_np(-err), rep.hint);
	return err ? 1 : 0;
}
