/* SPDX-License-Identifier: MIT */
/*
 * What the host reads of a client's rings, for libFuzzer. The input is a byte about the device,
 * then steps of a byte and 64 more: an entry, put where the next one is expected, whole or with a
 * sequence number of its own; or something else that a client can do (ring_steps.h). Then the ring
 * is served. All the shared memory lies in blocks of its own, so that AddressSanitizer sees a step
 * beside it; the device touches all of a request's memory and keeps some requests for later.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

#include "base/sys.h"
#include "ring_steps.h"
#include "server_impl.h"
#include "server_ring.h"

#define ENTRIES    8u
#define REGION_LEN 4096u
#define OTHER_LEN  100u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static struct uwdf_io *kept[ENTRIES];
static unsigned int kept_count;

static bool is_within(const void *at, size_t len, const void *base, size_t room)
{
	uintptr_t offset = (uintptr_t)at - (uintptr_t)base;

	return offset <= room && len <= room - offset;
}

/* AddressSanitizer does not see a step from one request's part into the next. */
static void expect_memory(const struct ring_request *r, const void *at, size_t len, const void *own,
			  size_t own_len)
{
	if (len && !is_within(at, len, own, own_len) &&
	    !is_within(at, len, r->ring->regions[0].base, REGION_LEN) &&
	    !is_within(at, len, r->ring->regions[3].base, OTHER_LEN))
		abort();
}

static void touch(struct uwdf_io *io)
{
	const struct ring_request *r = io->owner;
	size_t room =
		r->entry.flags & UWDF_RING_OUT_SHARED ? UWDF_RING_INLINE_IN : UWDF_RING_INLINE;
	volatile uint8_t sum = 0;

	expect_memory(r, io->in, io->in_len, r->entry.data, room);
	expect_memory(r, io->out, io->out_len, r->out, sizeof(r->out));
	for (size_t i = 0; i < io->in_len; i++)
		sum = (uint8_t)(sum + ((const uint8_t *)io->in)[i]);
	if (io->out_len)
		memset(io->out, sum, io->out_len);
}

/* An answer never says more than was asked for, whatever the device does. */
static void complete(struct uwdf_io *io, int32_t status, uint64_t information)
{
	const struct server_ring *ring = ((const struct ring_request *)io->owner)->ring;
	size_t most = io->out_len < UWDF_RING_INLINE ? io->out_len : UWDF_RING_INLINE;
	uint32_t position = ring->answered;

	io->complete(io, status, information);
	if (ring->answered != position + 1 || ring->answers[position & ring->mask].len > most)
		abort();
}

/* A driver that has the loop run in its callback, where a cancel of a request is due. */
static void cancel_inside(struct server_ring *ring, uint32_t code)
{
	static unsigned int depth;
	struct ring_request *r = &ring->requests[(code >> 8) % ENTRIES];

	if (!(code & 16u) || depth == 2 || r->cancel_posted)
		return;
	depth++;
	r->cancel_tag = r->tag;
	ring_cancel_one(&r->cancel);
	depth--;
}

static void submit(struct uwdf_file *file, struct uwdf_io *io)
{
	struct server_ring *ring = ((const struct ring_request *)io->owner)->ring;
	uint32_t code = io->code;

	(void)file;
	touch(io);
	if (code & 4u)
		kept[kept_count++] = io; /* never more than there are slots: else ASan speaks */
	else
		complete(io, code & 8u ? UWDF_STATUS_CANCELLED : UWDF_STATUS_SUCCESS, io->offset);
	cancel_inside(ring, code);
}

static void complete_one(void)
{
	struct uwdf_io *io;

	if (!kept_count)
		return;
	io = kept[--kept_count];
	touch(io);
	complete(io, UWDF_STATUS_SUCCESS, UINT64_MAX);
}

static void cancel(struct uwdf_io *io)
{
	for (unsigned int i = 0; i < kept_count; i++)
		if (kept[i] == io) {
			kept[i] = kept[--kept_count];
			complete(io, UWDF_STATUS_CANCELLED, 0);
			return;
		}
}

static void submit_many(struct uwdf_file *file, struct uwdf_io *const *ios, size_t count,
			struct uwdf_io *const **turn)
{
	for (size_t i = 0; i < count; i++) {
		*turn = &ios[i];
		submit(file, ios[i]);
	}
}

static void reap(struct uwdf_file *file)
{
	(void)file;
}

static const struct uwdf_device_io_ops device = {
	.submit = submit, .cancel = cancel, .submit_many = submit_many, .reap = reap
};
static bool told, gone;
static uint32_t unserved; /* entries that the ring was not asked to look at yet */

static void note_broke(struct irq_message *msg)
{
	(void)msg;
	told = true;
}

static void note_gone(struct irq_message *msg)
{
	(void)msg;
	gone = true;
}

static void make(struct server_ring *ring, struct server *server, uint8_t settings)
{
	ring->header = calloc(1, sizeof(*ring->header));
	ring->entries = calloc(ENTRIES, sizeof(*ring->entries));
	ring->answers = calloc(ENTRIES, sizeof(*ring->answers));
	ring->requests = aligned_alloc(64, ENTRIES * sizeof(*ring->requests));
	memset(ring->requests, 0, ENTRIES * sizeof(*ring->requests));
	ring->regions[0] = (struct ring_region){ .base = malloc(REGION_LEN), .len = REGION_LEN };
	ring->regions[3] = (struct ring_region){ .base = malloc(OTHER_LEN), .len = OTHER_LEN };
	memset(ring->regions[0].base, 1, REGION_LEN);
	memset(ring->regions[3].base, 3, OTHER_LEN);
	ring->mask = ENTRIES - 1;
	ring->ops = &device;
	ring->loop = server->loop;
	ring->server = server;
	ring->rights = settings & STEPS_READ_ONLY ? UWDF_ACCESS_READ : UWDF_ACCESS_BOTH;
	ring->of_loop = settings & STEPS_OF_LOOP;
	ring->bell_fd = sys_eventfd(0, EFD_NONBLOCK);
	ring->client_fd = sys_eventfd(0, EFD_NONBLOCK);
	if (ring->bell_fd < 0 || ring->client_fd < 0)
		abort();
	ring->broke.run = note_broke;
	ring->gone.run = note_gone;
	ring->cancel_all.run = ring_cancel_all;
	ring->detach.run = ring_detach;
	ring_fast_init(ring);
	ring_attach(&ring->attach);
}

static void unmake(struct server_ring *ring)
{
	free(ring->header);
	free(ring->entries);
	free(ring->answers);
	free(ring->requests);
	free(ring->regions[0].base);
	free(ring->regions[3].base);
	sys_close(ring->bell_fd);
	sys_close(ring->client_fd);
}

static void serve(struct irq_loop *loop)
{
	for (unsigned int i = 0; i < 3; i++)
		if (!irq_loop_run_once(loop, 0))
			return;
}

/* Of @len bytes at @to, at most 60 of @bytes, from where the first of them says on. */
static void scribble(void *to, size_t len, const uint8_t *bytes)
{
	size_t from = bytes[1] * 8u % len, most = len - from < 60 ? len - from : 60;

	memcpy((uint8_t *)to + from, bytes + 2, most);
}

static uint64_t tag_at(const uint8_t *bytes)
{
	uint64_t tag;

	memcpy(&tag, bytes + 8, sizeof(tag));
	return tag;
}

static void act(struct server_ring *ring, const uint8_t *bytes)
{
	struct server_file file = { .ring = ring };

	switch (bytes[0] % STEP_ACTIONS) {
	case STEP_CANCEL:
		(void)server_ring_cancel(&file, tag_at(bytes));
		break;
	case STEP_CANCEL_ALL:
		(void)server_ring_cancel(&file, 0);
		break;
	case STEP_RING:
		(void)sys_eventfd_signal(ring->bell_fd);
		break;
	case STEP_HEADER:
		scribble(ring->header, sizeof(*ring->header), bytes);
		break;
	case STEP_ANSWERS:
		scribble(ring->answers, ENTRIES * sizeof(*ring->answers), bytes);
		break;
	case STEP_ENTRIES:
		scribble(ring->entries, ENTRIES * sizeof(*ring->entries), bytes);
		break;
	default:
		complete_one();
	}
}

static void put_entry(struct server_ring *ring, uint8_t word, const uint8_t *bytes)
{
	static const uint16_t opcodes[] = { UWDF_OP_READ, UWDF_OP_WRITE, UWDF_OP_CONTROL,
					    UWDF_OP_FLUSH };
	uint32_t position = ring->taken + unserved++;
	struct uwdf_ring_entry *at = &ring->entries[position & ring->mask];

	memcpy(at, bytes, sizeof(*at));
	if (word & STEP_WHOLE) /* whole, as all but the worst would have it */
		at->seq = uwdf_ring_seq(position);
	if (word & STEP_LIKELY) /* likely to be taken */
		at->opcode = opcodes[at->opcode % UW_ARRAY_SIZE(opcodes)];
	if (word & STEP_TAG)
		at->tag = 1u << 16 | (at->tag % ENTRIES + 1);
	if (word & STEP_FLAGS)
		at->flags &= UWDF_RING_IN_SHARED | UWDF_RING_OUT_SHARED;
	if (word & STEP_SHORT)
		at->in_len %= 128, at->out_len %= 128;
	if (word & STEP_COMPLETE)
		complete_one();
}

/* @word: what becomes of the 64 bytes at @bytes. */
static void step(struct server_ring *ring, uint8_t word, const uint8_t *bytes)
{
	if (word & STEP_ACT)
		act(ring, bytes);
	else
		put_entry(ring, word, bytes);
	if (word & STEP_NOT_SERVED && unserved < ENTRIES)
		return; /* with what comes next */
	serve(ring->loop);
	unserved = 0;
}

static struct irq_loop *own_loop(void)
{
	static struct irq_loop *loop;
	const struct irq_loop_params params = { .name = "fuzz",
						.backend = IRQ_LOOP_EPOLL,
						.node = -1 };

	if (!loop && irq_loop_new(&params, &loop))
		abort();
	return loop;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	uint8_t settings = len ? *data : 0;
	struct server server = { .loop = own_loop(), .leaving = settings & STEPS_LEAVING };
	struct server_ring ring = { .taken = 0 };

	kept_count = unserved = 0;
	told = gone = false;
	make(&ring, &server, settings);
	data += len > 0, len -= len > 0;
	for (; len > 64 && !ring.broken; data += 65, len -= 65)
		step(&ring, data[0], data + 1);
	irq_loop_post(server.loop, &ring.detach); /* behind each cancel, as the server does it */
	serve(server.loop);
	if (!gone || ring.outstanding || ring.charge || (ring.broken && !told))
		abort();
	unmake(&ring);
	return 0;
}
