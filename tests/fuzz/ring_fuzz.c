/* SPDX-License-Identifier: MIT */
/*
 * What the host reads of a client's rings, for libFuzzer: 64 bytes of input are put where the next
 * entry is expected, whole or with a sequence number of their own; then the ring is served. All the
 * shared memory lies in blocks of its own, so that AddressSanitizer sees a step beside it; the
 * device touches all of a request's memory and keeps some requests for later.
 */
#include <stdlib.h>
#include <string.h>

#include "server_ring.h"

#define ENTRIES    8u
#define REGION_LEN 4096u
#define OTHER_LEN  100u
#define RIGHTS     0xffu

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static struct uwdf_io *kept[ENTRIES];
static unsigned int kept_count;

static void touch(struct uwdf_io *io)
{
	volatile uint8_t sum = 0;

	for (size_t i = 0; i < io->in_len; i++)
		sum = (uint8_t)(sum + ((const uint8_t *)io->in)[i]);
	if (io->out_len)
		memset(io->out, sum, io->out_len);
}

static void submit(struct uwdf_file *file, struct uwdf_io *io)
{
	(void)file;
	touch(io);
	if (io->code & 4u)
		kept[kept_count++] = io; /* never more than there are slots: else ASan speaks */
	else
		io->complete(io, io->code & 8u ? UWDF_STATUS_CANCELLED : UWDF_STATUS_SUCCESS,
			     io->offset);
}

static void complete_one(void)
{
	struct uwdf_io *io;

	if (!kept_count)
		return;
	io = kept[--kept_count];
	touch(io);
	io->complete(io, UWDF_STATUS_SUCCESS, UINT64_MAX);
}

static void cancel(struct uwdf_io *io)
{
	for (unsigned int i = 0; i < kept_count; i++)
		if (kept[i] == io) {
			kept[i] = kept[--kept_count];
			io->complete(io, UWDF_STATUS_CANCELLED, 0);
			return;
		}
}

static const struct uwdf_device_io_ops device = { .submit = submit, .cancel = cancel };
static bool told, gone;

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

static void make(struct server_ring *ring, struct server *server)
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
	ring->rights = RIGHTS;
	ring->bell_fd = ring->client_fd = -1;
	ring->broke.run = note_broke;
	ring->gone.run = note_gone;
	ring_fast_init(ring);
	irq_loop_poller_add(server->loop, &ring->poller, 0);
}

static void unmake(struct server_ring *ring)
{
	free(ring->header);
	free(ring->entries);
	free(ring->answers);
	free(ring->requests);
	free(ring->regions[0].base);
	free(ring->regions[3].base);
}

static void serve(struct irq_loop *loop)
{
	for (unsigned int i = 0; i < 3; i++)
		if (!irq_loop_run_once(loop, 0))
			return;
}

/* @word: what becomes of the 64 bytes at @bytes. */
static void step(struct server_ring *ring, uint8_t word, const uint8_t *bytes)
{
	struct uwdf_ring_entry *at = &ring->entries[ring->taken & ring->mask];

	memcpy(at, bytes, sizeof(*at));
	if (word & 1) /* whole, as all but the worst would have it */
		at->seq = uwdf_ring_seq(ring->taken);
	if (word & 2) /* likely to be taken */
		at->opcode = (uint16_t)(UWDF_OP_READ + at->opcode % 3);
	if (word & 4)
		at->tag = 1u << 16 | (at->tag % ENTRIES + 1);
	if (word & 8)
		at->flags &= UWDF_RING_IN_SHARED | UWDF_RING_OUT_SHARED;
	if (word & 16)
		at->in_len %= 128, at->out_len %= 128;
	if (word & 32)
		complete_one();
	serve(ring->loop);
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
	struct server server = { .loop = own_loop() };
	struct server_ring ring = { .taken = 0 };

	kept_count = 0;
	told = gone = false;
	make(&ring, &server);
	for (; len > 64 && !ring.broken; data += 65, len -= 65)
		step(&ring, data[0], data + 1);
	ring_detach(&ring.detach);
	serve(server.loop);
	if (!gone || ring.outstanding || ring.charge || (ring.broken && !told))
		abort();
	unmake(&ring);
	return 0;
}
