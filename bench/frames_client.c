/* SPDX-License-Identifier: MIT */
#include "frames_client.h"

#include <errno.h>
#include <semaphore.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uwdf_nic.h>
#include <x86intrin.h>

#include "uwdf/device_io.h"

#define FRAME_BYTES  64u
#define HEADER_BYTES 14u /* two addresses and a type */

struct frame_op {
	struct uwdf_io io;
	struct frames_client *client;
	uint64_t expected; /* information */
};

/* The second buffer of a vector: outcomes, then frames. Its head is the first buffer, too. */
struct vector_memory {
	struct nic_frame array[FRAMES_MOST_BURST];
	uint8_t frames[FRAMES_MOST_BURST][FRAME_BYTES];
};

/* One way through the wire. */
struct way {
	struct uwdf_file *file;
	struct frame_op singles[FRAMES_MOST_BURST], vector;
	struct uwdf_io *list[FRAMES_MOST_BURST]; /* singles, or the vector alone */
	struct vector_memory memory;
};

struct frames_client {
	struct way out, in;
	uint8_t from[6], to[6];
	struct frames_params params;
	uint64_t *samples;
	unsigned int count;       /* bursts wanted */
	unsigned int outstanding; /* requests of this burst */
	uint32_t number;          /* of the next frame */
	int err;
};

/* --- one request, waiting --- */

struct waiting {
	struct uwdf_io io;
	sem_t done;
	int32_t status;
};

static void wake(struct uwdf_io *io, int32_t status, uint64_t information)
{
	struct waiting *w = io->owner;

	(void)information;
	w->status = status;
	sem_post(&w->done);
}

static int query(struct uwdf_file *file, uint32_t oid, void *out, size_t len)
{
	struct waiting w = { .io = { .kind = UWDF_IO_CONTROL,
				     .code = IOCTL_NIC_QUERY_OID,
				     .in = &oid,
				     .in_len = sizeof(oid),
				     .out = out,
				     .out_len = len,
				     .complete = wake } };

	w.io.owner = &w;
	sem_init(&w.done, 0, 0);
	uwdf_device_io.submit(file, &w.io);
	while (sem_wait(&w.done))
		;
	sem_destroy(&w.done);
	return w.status >= 0 ? 0 : -EIO;
}

static int add_counter(struct frames_client *c, uint32_t oid, uint64_t *sum)
{
	uint32_t a, b;
	int err = query(c->out.file, oid, &a, sizeof(a));

	if (!err)
		err = query(c->in.file, oid, &b, sizeof(b));
	if (!err)
		*sum = (uint64_t)a + b;
	return err;
}

int frames_client_counters(struct frames_client *c, struct frames_counters *out)
{
	int err = add_counter(c, NIC_OID_UWDF_DOORBELLS, &out->doorbells);

	return err ? err : add_counter(c, NIC_OID_UWDF_REGISTER_READS, &out->register_reads);
}

/* --- what is in a frame --- */

static void fill(const struct frames_client *c, uint8_t *frame, uint32_t number)
{
	memcpy(frame, c->to, 6);
	memcpy(frame + 6, c->from, 6);
	frame[12] = 0x88; /* IEEE 802 local experimental */
	frame[13] = 0xb5;
	for (unsigned int i = HEADER_BYTES; i < FRAME_BYTES; i++)
		frame[i] = (uint8_t)(number * 31 + i);
	memcpy(frame + HEADER_BYTES, &number, sizeof(number));
}

static void fill_all(struct frames_client *c)
{
	for (unsigned int i = 0; i < c->params.burst; i++)
		fill(c, c->out.memory.frames[i], c->number + i);
	memset(c->in.memory.frames, 0, sizeof(c->in.memory.frames));
}

static bool all_arrived(const struct frames_client *c)
{
	uint8_t expected[FRAME_BYTES];

	for (unsigned int i = 0; i < c->params.burst; i++) {
		fill(c, expected, c->number + i);
		if (memcmp(c->in.memory.frames[i], expected, FRAME_BYTES) != 0)
			return false;
		if (c->params.way == FRAMES_VECTOR &&
		    (c->out.memory.array[i].status || c->in.memory.array[i].status ||
		     c->in.memory.array[i].length != FRAME_BYTES))
			return false;
	}
	return true;
}

/* --- requests --- */

static void op_done(struct uwdf_io *io, int32_t status, uint64_t information)
{
	struct frame_op *op = io->owner;

	if (status || information != op->expected)
		op->client->err = -EBADMSG;
	op->client->outstanding--;
}

static void prepare_op(struct frames_client *c, struct frame_op *op, enum uwdf_io_kind kind)
{
	op->client = c;
	op->io = (struct uwdf_io){ .kind = kind, .complete = op_done, .owner = op };
}

static void prepare_singles(struct frames_client *c, struct way *way, bool sends)
{
	for (unsigned int i = 0; i < FRAMES_MOST_BURST; i++) {
		struct frame_op *op = &way->singles[i];

		prepare_op(c, op, sends ? UWDF_IO_WRITE : UWDF_IO_READ);
		op->expected = FRAME_BYTES;
		if (sends) {
			op->io.in = way->memory.frames[i];
			op->io.in_len = FRAME_BYTES;
		} else {
			op->io.out = way->memory.frames[i];
			op->io.out_len = FRAME_BYTES;
		}
		way->list[i] = &op->io;
	}
}

/* Frames are as long as their places, so the outcomes of a burst are the array of the next. */
static void prepare_vector(struct frames_client *c, struct way *way, bool sends)
{
	const uint32_t frames = offsetof(struct vector_memory, frames);
	const uint32_t count = c->params.burst;
	struct frame_op *op = &way->vector;

	prepare_op(c, op, UWDF_IO_CONTROL);
	op->io.code = sends ? IOCTL_NIC_WRITE_FRAMES : IOCTL_NIC_READ_FRAMES;
	op->io.in = way->memory.array;
	op->io.in_len = count * sizeof(struct nic_frame);
	op->io.out = &way->memory;
	op->io.out_len = frames + count * FRAME_BYTES;
	op->expected = sends ? op->io.in_len : op->io.out_len;
	for (uint32_t i = 0; i < count; i++)
		way->memory.array[i] = (struct nic_frame){ .offset = frames + i * FRAME_BYTES,
							   .length = FRAME_BYTES };
	way->list[0] = &op->io;
}

static void prepare(struct frames_client *c, struct way *way, bool sends)
{
	if (c->params.way == FRAMES_VECTOR)
		prepare_vector(c, way, sends);
	else
		prepare_singles(c, way, sends);
}

/* --- bursts, on the loop --- */

/* @most at a time. */
static void submit(const struct way *way, size_t count, size_t most)
{
	for (size_t at = 0; at < count; at += most)
		uwdf_device_io.submit_many(way->file, way->list + at, most, NULL);
}

static void one_burst(struct frames_client *c)
{
	size_t count = c->params.way == FRAMES_VECTOR ? 1 : c->params.burst;
	size_t most = c->params.way == FRAMES_PLAIN ? 1 : count;

	c->outstanding = 2 * (unsigned int)count;
	submit(&c->out, count, most);
	submit(&c->in, count, most);
	uwdf_device_io.reap(c->out.file);
	uwdf_device_io.reap(c->in.file);
}

static void run_bursts(void *arg)
{
	struct frames_client *c = arg;

	prepare(c, &c->out, true);
	prepare(c, &c->in, false);
	for (unsigned int i = 0; i < c->count && !c->err; i++) {
		uint64_t begin;

		fill_all(c);
		begin = __rdtsc();
		one_burst(c);
		c->samples[i] = __rdtsc() - begin;
		if (c->outstanding)
			c->err = -ETIME; /* this wire delivers before a write returns */
		else if (!all_arrived(c))
			c->err = -EBADMSG;
		c->number += c->params.burst;
	}
}

int frames_client_run(struct frames_client *c, const struct frames_params *params,
		      uint64_t *samples, unsigned int count)
{
	c->params = *params;
	c->samples = samples;
	c->count = count;
	c->err = 0;
	if (!uwdf_device_io.call(c->out.file, run_bursts, c))
		return -ENODEV;
	return c->err;
}

/* --- life --- */

static int open_way(struct uwdf_device *device, struct way *way, uint8_t address[6])
{
	if (uwdf_device_io.open(device, (uint32_t)getpid(), &way->file) < 0)
		return -EIO;
	return query(way->file, NIC_OID_802_3_CURRENT_ADDRESS, address, 6);
}

int frames_client_open(struct uwdf_device *sender, struct uwdf_device *receiver,
		       struct frames_client **out)
{
	struct frames_client *c = calloc(1, sizeof(*c));
	int err = c ? 0 : -ENOMEM;

	if (err)
		return err;
	err = open_way(sender, &c->out, c->from);
	if (!err)
		err = open_way(receiver, &c->in, c->to);
	if (err)
		frames_client_close(c);
	else
		*out = c;
	return err;
}

/* Requests that did not come back are cancelled by that. */
void frames_client_close(struct frames_client *c)
{
	if (c->out.file)
		uwdf_device_io.close(c->out.file);
	if (c->in.file)
		uwdf_device_io.close(c->in.file);
	free(c);
}
