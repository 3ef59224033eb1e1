/* SPDX-License-Identifier: MIT */
/*
 * request.c - a request in process, on one thread: submitted, through a parallel queue to
 * EvtIoDeviceControl, EvtIoRead or EvtIoWrite, completed and reaped, in picoseconds beside an
 * io_uring NOP; then what it takes, counted: instructions, and that there is no lock, atomic
 * operation, system call or allocation among them.
 */
#include <dlfcn.h>
#include <errno.h>
#include <liburing.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "harness.h"
#include "request_driver.h"
#include "steps.h"
#include "uwdf/device_io.h"
#include "uwdf/host.h"

#define BATCH       BENCH_REQUEST_BATCH
#define ROUND       1024u /* requests a sample */
#define COUNTED     4u    /* batches that are stepped through */
#define CLOCK_READS 24    /* of the recorder, which follows about one request in 64 */
#define SAMPLE      64u   /* of so many requests the recorder follows one */
/* instructions a request, driver and client included, in a batch that the recorder follows none of
 */
#define INSNS          250u
#define INSNS_ONE      (INSNS * 8 / 5) /* one at a time */
#define INSNS_PENDED   (INSNS * 2)
#define INSNS_RECORDER 50u /* more, with what the recorder takes */
#define PS_A_NS        1000u

static const char usage[] = "usage: request [--short] [--rounds N] [--samples N]\n";

/* --- the client --- */

struct entry {
	struct uwdf_io io;
	uint64_t in[BENCH_REQUEST_FRAME / 8], out[BENCH_REQUEST_FRAME / 8];
};

struct client {
	struct uwdf_file *file;
	struct bench_request *driver;
	uint64_t sent, reaped, wrong;
	struct entry entries[BATCH];
	struct uwdf_io *list[BATCH];
};
static struct client client;

static void reaped(struct uwdf_io *io, int32_t status, uint64_t information)
{
	struct entry *entry = (struct entry *)(void *)io;

	client.reaped++;
	if (status || information != BENCH_REQUEST_LEN ||
	    entry->out[0] != (entry->in[0] ^ BENCH_REQUEST_KEY) ||
	    entry->out[1] != entry->in[1] + 1)
		client.wrong++;
}

/* Of a read or write, which carries no number. */
static void transferred(struct uwdf_io *io, int32_t status, uint64_t information)
{
	struct entry *entry = (struct entry *)(void *)io;

	client.reaped++;
	if (status || information != BENCH_REQUEST_FRAME ||
	    (io->kind == UWDF_IO_READ && entry->out[0] != BENCH_REQUEST_FRAME))
		client.wrong++;
	entry->out[0] = 0;
}

static void fill(struct entry *entry)
{
	uint64_t number = client.sent++;

	entry->in[0] = number;
	entry->in[1] = ~number;
	entry->io.in = entry->in;
	entry->io.out = entry->out;
}

struct kind {
	unsigned int batch;
	uint32_t code;          /* of a control */
	enum uwdf_io_kind kind; /* 0: a control */
	unsigned int insns;     /* a request at most, untraced */
};

static void prepare_transfers(const struct kind *kind)
{
	for (unsigned int i = 0; i < BATCH; i++) {
		struct entry *entry = &client.entries[i];

		entry->in[0] = BENCH_REQUEST_LATER;
		entry->io = (struct uwdf_io){ .kind = kind->kind,
					      .in = entry->in,
					      .out = entry->out,
					      .complete = transferred };
		if (kind->kind == UWDF_IO_READ)
			entry->io.out_len = BENCH_REQUEST_FRAME;
		else
			entry->io.in_len = BENCH_REQUEST_FRAME;
		client.list[i] = &entry->io;
	}
}

static void prepare_controls(uint32_t code)
{
	for (unsigned int i = 0; i < BATCH; i++) {
		client.entries[i].io = (struct uwdf_io){ .kind = UWDF_IO_CONTROL,
							 .code = code,
							 .in_len = BENCH_REQUEST_LEN,
							 .out_len = BENCH_REQUEST_LEN,
							 .complete = reaped };
		client.list[i] = &client.entries[i].io;
	}
}

static void prepare(const struct kind *kind)
{
	if (kind->kind)
		prepare_transfers(kind);
	else
		prepare_controls(kind->code);
}

static void one_batch(const struct kind *kind)
{
	if (kind->kind)
		client.sent += kind->batch;
	else
		for (unsigned int i = 0; i < kind->batch; i++)
			fill(&client.entries[i]);
	uwdf_device_io.submit_many(client.file, client.list, kind->batch, NULL);
	if (kind->code == BENCH_REQUEST_PEND)
		client.driver->finish();
	else if (kind->kind == UWDF_IO_WRITE)
		client.driver->finish_writes();
	uwdf_device_io.reap(client.file);
}

/* --- on the device's loop --- */

struct job {
	const struct kind *kind;
	uint64_t *samples;
	unsigned int count;
	int err;
	struct steps *steps;
};

static void stay_on_this_cpu(void)
{
	cpu_set_t here;

	CPU_ZERO(&here);
	CPU_SET(sched_getcpu(), &here);
	sched_setaffinity(0, sizeof(here), &here);
}

static int check(void)
{
	return client.reaped != client.sent || client.wrong ? -EBADMSG : 0;
}

static void time_requests(void *arg)
{
	struct job *job = arg;

	stay_on_this_cpu();
	prepare(job->kind);
	for (unsigned int i = 0; i < job->count; i++) {
		uint64_t begin = bench_now_ns();

		for (unsigned int sent = 0; sent < ROUND; sent += job->kind->batch)
			one_batch(job->kind);
		job->samples[i] = (bench_now_ns() - begin) * PS_A_NS / ROUND;
	}
	job->err = check();
}

static void step_batches(struct steps *steps, const struct kind *kind, unsigned int count)
{
	steps_begin(steps);
	for (unsigned int i = 0; i < count; i++)
		one_batch(kind);
	steps_end();
}

/* A batch of which the recorder follows none, and none at all. It reads the clock if it does. */
static void step_untraced(struct steps steps[2], const struct kind *kind)
{
	step_batches(&steps[0], kind, 0);
	for (unsigned int tries = 0; tries < 2 * SAMPLE; tries++) {
		memset(&steps[1], 0, sizeof(steps[1]));
		step_batches(&steps[1], kind, 1);
		if (!steps[1].clock_reads)
			return;
	}
}

/* Twice, so that what begins and ends the counting falls out of the difference. */
static void step_requests(void *arg)
{
	struct job *job = arg;

	prepare(job->kind);
	one_batch(job->kind);
	step_batches(&job->steps[0], job->kind, COUNTED);
	step_batches(&job->steps[1], job->kind, 2 * COUNTED);
	step_untraced(&job->steps[2], job->kind);
	job->err = check();
}

static int on_loop(void (*fn)(void *arg), struct job *job)
{
	if (!uwdf_device_io.call(client.file, fn, job))
		return -ENODEV;
	return job->err;
}

static int measure(void *arg, uint64_t *samples, unsigned int count)
{
	struct job job = { .kind = arg, .samples = samples, .count = count };

	return on_loop(time_requests, &job);
}

/* --- the limit: as many NOPs, submitted and waited for by one call --- */

static struct io_uring nops;

static int open_ring(void)
{
	struct io_uring_params params = { .flags = IORING_SETUP_SINGLE_ISSUER |
						   IORING_SETUP_DEFER_TASKRUN };
	int err = io_uring_queue_init_params(BATCH, &nops, &params);

	if (err)
		return err;
	err = io_uring_register_ring_fd(&nops);
	return err == 1 ? 0 : err;
}

static int one_batch_of_nops(void)
{
	struct io_uring_cqe *cqes[BATCH];
	unsigned int count;
	int err;

	for (unsigned int i = 0; i < BATCH; i++)
		io_uring_prep_nop(io_uring_get_sqe(&nops));
	err = io_uring_submit_and_wait(&nops, BATCH);
	if (err < 0)
		return err;
	count = io_uring_peek_batch_cqe(&nops, cqes, BATCH);
	io_uring_cq_advance(&nops, count);
	return count == BATCH ? 0 : -EBADMSG;
}

static void time_nops(void *arg)
{
	struct job *job = arg;

	stay_on_this_cpu();
	job->err = nops.ring_fd ? 0 : open_ring();
	for (unsigned int i = 0; i < job->count && !job->err; i++) {
		uint64_t begin = bench_now_ns();

		for (unsigned int sent = 0; sent < ROUND && !job->err; sent += BATCH)
			job->err = one_batch_of_nops();
		job->samples[i] = (bench_now_ns() - begin) * PS_A_NS / ROUND;
	}
}

static int measure_nops(void *arg, uint64_t *samples, unsigned int count)
{
	struct job job = { .samples = samples, .count = count };

	(void)arg;
	return on_loop(time_nops, &job);
}

/* --- figures --- */

static struct kind batch_32 = { BATCH, BENCH_REQUEST_ANSWER, 0, INSNS },
		   batch_1 = { 1, BENCH_REQUEST_ANSWER, 0, INSNS_ONE },
		   pended = { BATCH, BENCH_REQUEST_PEND, 0, INSNS_PENDED },
		   read_32 = { BATCH, 0, UWDF_IO_READ, INSNS },
		   write_pended = { BATCH, 0, UWDF_IO_WRITE, INSNS_PENDED };

/* What is between @steps[0] and @steps[1], which are @requests apart; -ERANGE above @limit. */
static int judge_steps(const char *name, const struct steps *steps, unsigned int requests,
		       unsigned int limit, double *out_all)
{
	double all = (double)(steps_total(&steps[1]) - steps_total(&steps[0])) / requests;
	double ratio = all / limit, of[STEPS_OWNERS];

	for (unsigned int i = 0; i < STEPS_OWNERS; i++)
		of[i] = (double)(steps[1].instructions[i] - steps[0].instructions[i]) / requests;
	printf("%s ours=%.1f limit=%u unit=insns ratio=%.3f spread=%.3f..%.3f client=%.1f "
	       "driver=%.1f framework=%.1f libc=%.1f\n",
	       name, all, limit, ratio, ratio, ratio, of[STEPS_PROGRAM], of[STEPS_DRIVER],
	       of[STEPS_FRAMEWORK], of[STEPS_OTHER]);
	*out_all = all;
	return bench_hold(name, all, limit);
}

static int judge_counts(const char *name, const char *what, uint64_t count, uint64_t most)
{
	char figure[64];

	snprintf(figure, sizeof(figure), "%s_counted %s", name, what);
	return bench_hold(figure, (double)count, (double)most);
}

/* What a request on one thread needs none of. */
static int check_steps(const char *name, const struct steps *steps)
{
	int err;

	printf("%s_counted atomics=%llu system_calls=%llu allocations=%llu clock_reads=%llu\n",
	       name, (unsigned long long)steps->atomics, (unsigned long long)steps->system_calls,
	       (unsigned long long)steps->allocations, (unsigned long long)steps->clock_reads);
	err = judge_counts(name, "atomics", steps->atomics, 0);
	if (!err)
		err = judge_counts(name, "system_calls", steps->system_calls, 0);
	if (!err)
		err = judge_counts(name, "allocations", steps->allocations, 0);
	return err ? err : judge_counts(name, "clock_reads", steps->clock_reads, CLOCK_READS);
}

static int judge(const char *name, const struct kind *kind, const struct steps *steps)
{
	char with[64], without[64];
	double all, untraced;
	int err;

	snprintf(with, sizeof(with), "%s_insns", name);
	snprintf(without, sizeof(without), "%s_untraced_insns", name);
	err = judge_steps(with, steps, COUNTED * kind->batch, kind->insns + INSNS_RECORDER, &all);
	if (!err)
		err = judge_steps(without, &steps[2], kind->batch, kind->insns, &untraced);
	if (!err)
		err = bench_hold("what the recorder takes", all - untraced, INSNS_RECORDER);
	return err ? err : check_steps(name, &steps[1]);
}

static int count(const char *name, struct kind *kind)
{
	struct steps steps[4];
	struct job job = { .kind = kind, .steps = steps };
	int err;

	memset(steps, 0, sizeof(steps));
	if (!steps_init("/" BENCH_DRIVER_NAME, "/libuwdf.so.0"))
		return STEPS_COUNTED ? -ENOENT : 0;
	err = on_loop(step_requests, &job);
	return err ? err : judge(name, kind, steps);
}

static int compare(const struct bench_options *options)
{
	const struct bench_case cases[] = {
		{ "request_32", measure, &batch_32, measure_nops, NULL },
		{ "request_1", measure, &batch_1, measure, &batch_32 },
		{ "request_pended", measure, &pended, measure, &batch_32 },
		{ "request_read", measure, &read_32, measure, &batch_32 },
		{ "request_write_pended", measure, &write_pended, measure, &batch_32 },
	};
	int err = 0;

	for (unsigned int i = 0; !err && i < sizeof(cases) / sizeof(cases[0]); i++)
		err = bench_run(&cases[i], options);
	if (!err)
		err = count("request_32", &batch_32);
	if (!err)
		err = count("request_1", &batch_1);
	if (!err)
		err = count("request_pended", &pended);
	if (!err)
		err = count("request_read", &read_32);
	return err ? err : count("request_write_pended", &write_pended);
}

/* --- the program --- */

static int with_file(struct uwdf_device *device, const struct bench_options *options)
{
	void *image = dlopen(BENCH_DRIVER, RTLD_NOW | RTLD_NOLOAD);
	int err = -ENOEXEC;

	client.driver = image ? dlsym(image, BENCH_REQUEST_SYMBOL) : NULL;
	if (client.driver)
		err = uwdf_device_io.open(device, 1, &client.file) ? -EIO : 0;
	if (!err) {
		err = compare(options);
		uwdf_device_io.close(client.file);
	}
	if (image)
		dlclose(image);
	return err;
}

static int with_driver(struct uwdf_driver *driver, struct uwdf_report *rep,
		       const struct bench_options *options)
{
	struct uwdf_device_params params = { .address = "model:edu" };
	struct uwdf_device *device;
	int err = uwdf_device_start(driver, &params, rep, &device);

	if (err)
		return err;
	err = with_file(device, options);
	uwdf_device_remove(device);
	return err;
}

static int run(struct uwdf_report *rep, const struct bench_options *options)
{
	struct uwdf_driver *driver;
	struct uwdf_host *host;
	int err = uwdf_host_new(rep, &host);

	if (err)
		return err;
	err = uwdf_host_verify(host, "VerifierOn=0", rep);
	if (!err)
		err = uwdf_host_load(host, BENCH_DRIVER, rep, &driver);
	if (!err)
		err = with_driver(driver, rep, options);
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
	options.unit = "ps";
	err = run(&rep, &options);
	if (err)
		fprintf(stderr, "request: %s\n%s\n", rep.text[0] ? rep.text : strerrordesc_np(-err),
			rep.hint);
	return err ? 1 : 0;
}
