/* SPDX-License-Identifier: MIT */
#include "client_load.h"

#include <errno.h>
#include <string.h>

#include "client_bench.h"
#include "harness.h"

static struct uwdf_op ops[CLIENT_DEPTH];
static uint8_t payload[CLIENT_DEPTH][2][BENCH_PAYLOAD];

static void prepare(const struct client_load *load)
{
	for (unsigned int i = 0; i < CLIENT_DEPTH; i++) {
		uint8_t *own = load->memory ? load->memory + i * 128u : payload[i][0];

		ops[i] = (struct uwdf_op){ .kind = UWDF_CONTROL,
					   .code = load->code,
					   .in = own,
					   .in_len = BENCH_PAYLOAD,
					   .out = load->memory ? own + 64 : payload[i][1],
					   .out_len = BENCH_PAYLOAD,
					   .user = load->memory ? NULL : own };
		memset(own, (int)i + 1, BENCH_PAYLOAD);
	}
}

/* The next one asks for something else, so that an answer to this one would be wrong there. Not in
 * shared memory: it would be one more line that both processes write. */
static void change(const struct uwdf_op *op)
{
	uint8_t *own = op->user;

	if (own)
		own[0]++;
}

static int check(struct uwdf_op *const *got, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		if (got[i]->status || got[i]->information != BENCH_PAYLOAD ||
		    memcmp(got[i]->in, got[i]->out, BENCH_PAYLOAD) != 0)
			return -EIO;
		change(got[i]);
	}
	return 0;
}

static int keep_busy(const struct client_load *load)
{
	struct uwdf_op *got[CLIENT_DEPTH];
	unsigned int done = 0;

	while (done < load->requests) {
		int count = uwdf_reap_many(load->handle, load->polls ? 0 : -1, got, CLIENT_DEPTH);

		if (count < 0 || check(got, (unsigned int)count) ||
		    uwdf_submit_many(load->handle, got, (unsigned int)count) != count)
			return -EIO;
		done += (unsigned int)count;
	}
	return 0;
}

static int drain(const struct client_load *load)
{
	struct uwdf_op *got[CLIENT_DEPTH];
	unsigned int left = CLIENT_DEPTH;

	while (left) {
		int count = uwdf_reap_many(load->handle, -1, got, CLIENT_DEPTH);

		if (count <= 0 || check(got, (unsigned int)count))
			return -EIO;
		left -= (unsigned int)count;
	}
	return 0;
}

int client_load_run(const struct client_load *load, uint64_t *samples, unsigned int count)
{
	struct uwdf_op *all[CLIENT_DEPTH];
	int err = 0;

	prepare(load);
	for (unsigned int i = 0; i < CLIENT_DEPTH; i++)
		all[i] = &ops[i];
	if (uwdf_submit_many(load->handle, all, CLIENT_DEPTH) != (int)CLIENT_DEPTH)
		return -EIO;
	for (unsigned int i = 0; !err && i < count; i++) {
		uint64_t begin = bench_now_ns();

		err = keep_busy(load);
		samples[i] = bench_now_ns() - begin;
	}
	return err ? err : drain(load);
}
