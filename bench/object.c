/* SPDX-License-Identifier: MIT */
/*
 * object.c - what a WDFOBJECT costs, with the verifier off and on: in picoseconds to create and
 * delete one with a parent and a context of 64 bytes, and to take and drop a reference; in bytes
 * beyond its context while a million are alive.
 */
#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>

#include "harness.h"
#include "object_driver.h"
#include "uwdf/host.h"

#define LIVE     1000000u
#define LIVE_FEW 20000u /* in a short run, and with the verifier, which keeps a record of each */
#define ALLOWED  200    /* bytes an object */

static const char usage[] = "usage: object [--short] [--rounds N] [--samples N]\n";

static struct bench_object *driver;
static unsigned int live = LIVE;

static int measure(void *arg, uint64_t *samples, unsigned int count)
{
	void (*run)(void) = *(void (**)(void))arg;

	for (unsigned int i = 0; i < count; i++) {
		uint64_t begin = bench_now_ns();

		run();
		samples[i] = bench_now_ns() - begin;
	}
	return 0;
}

/* The allocator's own view: its headers and what it rounds up are in it. */
static int measure_size(void *arg, uint64_t *samples, unsigned int count)
{
	(void)arg;
	for (unsigned int i = 0; i < count; i++) {
		struct mallinfo2 before = mallinfo2(), after;

		if (driver->fill(live))
			return -ENOMEM;
		after = mallinfo2();
		samples[i] =
			(after.uordblks + after.hblkhd - before.uordblks - before.hblkhd) / live -
			BENCH_OBJECT_CONTEXT;
		driver->empty();
	}
	return 0;
}

static int allow(void *arg, uint64_t *samples, unsigned int count)
{
	(void)arg;
	for (unsigned int i = 0; i < count; i++)
		samples[i] = ALLOWED;
	return 0;
}

static int compare(const char *suffix, const struct bench_options *options)
{
	struct bench_options few = *options;
	char name[4][40];
	const struct bench_case cases[] = {
		{ name[0], measure, &driver->create_ours, measure, &driver->create_limit },
		{ name[1], measure, &driver->reference_ours, measure, &driver->reference_limit },
		{ name[2], measure, &driver->reference_ours, measure,
		  &driver->reference_limit_five },
		{ name[3], measure_size, NULL, allow, NULL },
	};
	int err = 0;

	(void)snprintf(name[0], sizeof(name[0]), "object_create%s", suffix);
	(void)snprintf(name[1], sizeof(name[1]), "object_reference%s", suffix);
	(void)snprintf(name[2], sizeof(name[2]), "object_reference_five%s", suffix);
	(void)snprintf(name[3], sizeof(name[3]), "object_size%s", suffix);
	for (unsigned int i = 0; !err && i < 3; i++)
		err = bench_run(&cases[i], options);
	few.samples = 1;
	few.rounds = BENCH_MIN_ROUNDS;
	few.unit = "bytes";
	return err ? err : bench_run(&cases[3], &few);
}

/* @verify: as for `uwdf run --verify`. */
static int run(const char *suffix, const char *verify, struct uwdf_report *rep,
	       const struct bench_options *options)
{
	struct uwdf_driver *loaded;
	struct uwdf_host *host;
	void *image = NULL;
	int err = uwdf_host_new(rep, &host);

	if (err)
		return err;
	err = uwdf_host_verify(host, verify, rep);
	if (!err)
		err = uwdf_host_load(host, BENCH_DRIVER, rep, &loaded);
	if (!err) {
		image = dlopen(BENCH_DRIVER, RTLD_NOW | RTLD_NOLOAD);
		driver = image ? dlsym(image, BENCH_OBJECT_SYMBOL) : NULL;
		err = driver ? compare(suffix, options) : -ENOEXEC;
	}
	if (image)
		dlclose(image);
	uwdf_host_free(host);
	return err;
}

int main(int argc, char **argv)
{
	struct bench_options options = { .rounds = 9, .samples = 300 };
	struct uwdf_report rep = { "", "" };
	int err;

	if (bench_parse(argc, argv, &options) != argc) {
		fputs(usage, stderr);
		return 2;
	}
	if (argc > 1 && !strcmp(argv[1], "--short"))
		live = LIVE_FEW;
	options.unit = "ps";
	err = run("", "VerifierOn=0", &rep, &options);
	live = LIVE_FEW;
	options.samples = options.samples < 20 ? options.samples : 20;
	if (!err)
		err = run("_verified", "", &rep, &options);
	if (err)
		fprintf(stderr, "object: %s\n%s\n", rep.text[0] ? rep.text : strerrordesc_np(-err),
			rep.hint);
	return err ? 1 : 0;
}
