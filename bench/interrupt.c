/* SPDX-License-Identifier: MIT */
/*
 * interrupt.c - one interrupt from its vector through EvtInterruptIsr and EvtInterruptDpc until the
 * thread that served it is blocked again, beside the barest loops that can do that.
 */
#include <dlfcn.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <vfio/mmio.h>

#include "harness.h"
#include "interrupt_driver.h"
#include "raw_loop.h"
#include "raw_vfio.h"
#include "uwdf/host.h"

#define GIVE_UP_NS 2000000000ull

static const char usage[] = "usage: interrupt [--short] [--rounds N] [--samples N] [DRIVER.so "
			    "[ADDRESS [RAW_ADDRESS]]]\n"
			    "Measures vector -> EvtInterruptIsr -> EvtInterruptDpc -> blocked "
			    "again at ADDRESS (model:edu),\n"
			    "beside io_uring and blocking reads: of an eventfd, or, with "
			    "RAW_ADDRESS, of a second e1000\n"
			    "through bare VFIO. A guest under -icount counts instructions: set "
			    "BENCH_UNIT=insns there.\n";

/* One side: something that raises an interrupt, and a counter that its service moves. */
struct side {
	void (*raise)(struct side *side);
	const uint64_t *served;
	struct bench_interrupt *driver; /* ours */
	struct raw_loop loop;           /* limit */
	struct raw_vfio *vfio;          /* limit with a device; else NULL */
};

static void raise_through_driver(struct side *side)
{
	vfio_mmio_write32(side->driver->raise, side->driver->raise_value);
}

static void raise_eventfd(struct side *side)
{
	uint64_t one = 1;

	if (write(side->loop.fd, &one, sizeof(one)) != sizeof(one))
		perror("eventfd");
}

static void raise_raw_e1000(struct side *side)
{
	raw_vfio_raise(side->vfio);
}

/* The server preempts us when it wakes, so normally it is done when the store or write returns. */
static int raise_once(struct side *side, uint64_t *out_ns)
{
	uint64_t before = bench_counted(side->served), begin = bench_now_ns();

	side->raise(side);
	while (bench_counted(side->served) == before) {
		sched_yield();
		if (bench_now_ns() - begin > GIVE_UP_NS)
			return -ETIMEDOUT;
	}
	*out_ns = bench_now_ns() - begin;
	return 0;
}

static int measure(void *arg, uint64_t *samples, unsigned int count)
{
	struct side *side = arg;
	uint64_t warm;
	int err = 0;

	if (side->vfio)
		err = raw_vfio_route_intx(side->vfio, side->loop.fd);
	for (unsigned int i = 0; !err && i < 3; i++)
		err = raise_once(side, &warm);
	for (unsigned int i = 0; !err && i < count; i++)
		err = raise_once(side, &samples[i]);
	return err;
}

static int start_limit(struct side *side, enum raw_loop_kind kind, struct raw_vfio *vfio)
{
	*side = (struct side){ .raise = vfio ? raise_raw_e1000 : raise_eventfd, .vfio = vfio };
	side->served = &side->loop.served;
	return raw_loop_start(&side->loop, kind, vfio ? raw_vfio_serve : NULL, vfio);
}

static int compare(const char *device, struct side *ours, struct raw_vfio *vfio,
		   const struct bench_options *options)
{
	static const char *const kinds[] = { [RAW_LOOP_READ] = "read", [RAW_LOOP_URING] = "uring" };
	int err = 0;

	for (unsigned int kind = 0; !err && kind < 2; kind++) {
		struct side limit;
		char name[64];
		struct bench_case bench = { .name = name,
					    .ours = measure,
					    .ours_arg = ours,
					    .limit = measure,
					    .limit_arg = &limit };

		snprintf(name, sizeof(name), "interrupt_%s_%s", device, kinds[kind]);
		bench_servers_begin();
		err = start_limit(&limit, (enum raw_loop_kind)kind, vfio);
		bench_servers_end();
		if (err)
			break;
		err = bench_run(&bench, options);
		raw_loop_stop(&limit.loop);
	}
	return err;
}

/* --- ours: a driver in the framework --- */

static int find_shared(const char *driver, struct side *side)
{
	void *image = dlopen(driver, RTLD_NOW | RTLD_NOLOAD);

	if (image)
		side->driver = dlsym(image, BENCH_INTERRUPT_SYMBOL);
	if (!side->driver || !side->driver->raise) {
		fprintf(stderr, "interrupt: %s is not this bench's driver\n", driver);
		return -ENOEXEC;
	}
	dlclose(image);
	side->raise = raise_through_driver;
	side->served = &side->driver->dpcs;
	return 0;
}

static int with_device(const char *path, const char *address, const char *raw_address,
		       struct uwdf_driver *driver, struct uwdf_report *rep,
		       const struct bench_options *options)
{
	struct uwdf_device_params params = { .address = address };
	struct raw_vfio vfio = { 0 };
	struct uwdf_device *device;
	struct side ours = { 0 };
	int err = uwdf_device_start(driver, &params, rep, &device);

	if (err)
		return err;
	bench_servers_end();
	err = find_shared(path, &ours);
	if (!err && raw_address)
		err = raw_vfio_open(&vfio, raw_address);
	if (!err) {
		err = compare(raw_address ? "e1000" : "model", &ours, raw_address ? &vfio : NULL,
			      options);
		if (raw_address)
			raw_vfio_close(&vfio);
	}
	uwdf_device_remove(device);
	return err;
}

static int run(const char *path, const char *address, const char *raw_address,
	       struct uwdf_report *rep, const struct bench_options *options)
{
	struct uwdf_host *host;
	struct uwdf_driver *driver;
	int err;

	/* the framework's threads start in here */
	if (!bench_servers_begin())
		fprintf(stderr, "interrupt: no SCHED_FIFO: \"blocked again\" may fall out of the "
				"figures\n");
	err = uwdf_host_new(rep, &host);
	if (err)
		return err;
	err = uwdf_host_load(host, path, rep, &driver);
	if (!err)
		err = with_device(path, address, raw_address, driver, rep, options);
	bench_servers_end();
	uwdf_host_free(host);
	return err;
}

int main(int argc, char **argv)
{
	struct bench_options options = { .rounds = 7, .samples = 2000 };
	struct uwdf_report rep = { "", "" };
	int at = bench_parse(argc, argv, &options);
	const char *args[3] = { BENCH_DRIVER, "model:edu", NULL };
	int err;

	if (at < 0 || argc - at > 3 || (at < argc && argv[at][0] == '-')) {
		fputs(usage, stderr);
		return 2;
	}
	for (int i = 0; at + i < argc; i++)
		args[i] = argv[at + i];
	err = run(args[0], args[1], args[2], &rep, &options);
	if (err)
		fprintf(stderr, "interrupt: %s\n%s\n",
			rep.text[0] ? rep.text : strerrordesc_np(-err), rep.hint);
	return err ? 1 : 0;
}
