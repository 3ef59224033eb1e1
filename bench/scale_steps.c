/* SPDX-License-Identifier: MIT */
#include "scale_steps.h"

#include <errno.h>
#include <string.h>

#include "harness.h"
#include "steps.h"
#include "uwdf/device_io.h"

#define BURST   32u
#define CANCELS 64u /* one after the other */
#define TRIES   16u /* until the recorder follows none of a burst */

struct job {
	struct load *load;
	struct scale_steps *out;
	uint64_t empty; /* what begins and ends the counting */
	int err;
};

static uint64_t count_nothing(void)
{
	struct steps steps = { .atomics = 0 };

	steps_begin(&steps);
	steps_end();
	return steps_total(&steps);
}

/* Prepared once: submit_many() does nothing to what it is given but use it. */
static void one_burst(struct load *load, struct uwdf_io *const *ios)
{
	uwdf_device_io.submit_many(load->files[0], ios, BURST, NULL);
	uwdf_device_io.reap(load->files[0]);
}

static int count_request(struct job *job)
{
	struct uwdf_io *ios[BURST];
	uint64_t before = bench_counted(&job->load->completed);

	for (unsigned int i = 0; i < BURST; i++)
		ios[i] = &job->load->burst[i];
	one_burst(job->load, ios);
	for (unsigned int i = 0; i < TRIES; i++) {
		struct steps steps = { .atomics = 0 };

		steps_begin(&steps);
		one_burst(job->load, ios);
		steps_end();
		if (bench_counted(&job->load->completed) - before != (i + 2) * BURST)
			return -EBADMSG;
		job->out->request = (double)(steps_total(&steps) - job->empty) / BURST;
		if (!steps.clock_reads)
			return 0;
	}
	return -ETIME;
}

static uint64_t count_cancel(struct load *load)
{
	struct steps steps = { .atomics = 0 };

	steps_begin(&steps);
	uwdf_device_io.cancel(load->chosen[0]);
	uwdf_device_io.reap(load->files[0]);
	steps_end();
	return steps_total(&steps);
}

/* The first of all pays for what was not there yet. */
static int count_cancels(struct job *job)
{
	uint64_t sum = 0, most = 0;

	for (unsigned int i = 0; i < CANCELS + 1; i++) {
		uint64_t before = bench_counted(&job->load->completed), took;

		load_choose(job->load, 1, true);
		took = count_cancel(job->load) - job->empty;
		if (bench_counted(&job->load->completed) != before + 1)
			return -EBADMSG;
		load_again(job->load, 1);
		if (i) {
			sum += took;
			most = took > most ? took : most;
		}
	}
	job->out->cancel = (double)sum / CANCELS;
	job->out->cancel_most = (double)most;
	return 0;
}

static void count(void *arg)
{
	struct job *job = arg;

	job->empty = count_nothing();
	job->err = count_request(job);
	if (!job->err)
		job->err = count_cancels(job);
}

int scale_steps_count(struct load *load, struct scale_steps *out)
{
	struct job job = { .load = load, .out = out };

	if (!steps_init("/" BENCH_DRIVER_NAME, "/libuwdf.so.0"))
		return STEPS_COUNTED ? -ENOENT : -ENOSYS;
	if (!uwdf_device_io.call(load->files[0], count, &job))
		return -ENODEV;
	return job.err;
}
