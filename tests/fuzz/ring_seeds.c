/* SPDX-License-Identifier: MIT */
/*
 * ring_seeds.c - where the ring's fuzzer starts: honest entries of each kind, several laps of them,
 * each kind of thing that a client does besides, and each lie once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ring_steps.h"
#include "uwdf/ring.h"
#include "uwdf/wire.h"

#define STEPS 20u

static void put(FILE *out, uint8_t word, const struct uwdf_ring_entry *e)
{
	(void)!fwrite(&word, 1, 1, out);
	(void)!fwrite(e, sizeof(*e), 1, out);
}

static FILE *begin(const char *dir, const char *name, uint8_t settings)
{
	char path[512];
	FILE *out;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	out = fopen(path, "w");
	if (!out)
		exit(1);
	(void)!fwrite(&settings, 1, 1, out);
	return out;
}

static void put_entry(FILE *out, uint32_t i, uint8_t word, struct uwdf_ring_entry e)
{
	e.seq = uwdf_ring_seq(i);
	e.tag = 1u << 16 | (i % 8 + 1);
	put(out, word, &e);
}

/* As it is, and with each setting. */
static void write_seed(const char *dir, const char *name, struct uwdf_ring_entry e)
{
	static const uint8_t settings[] = { 0, STEPS_OF_LOOP, STEPS_READ_ONLY, STEPS_LEAVING };
	char each[64];

	for (unsigned int k = 0; k < sizeof(settings); k++) {
		FILE *out;

		(void)snprintf(each, sizeof(each), "%s-%u", name, k);
		out = begin(dir, each, settings[k]);
		for (uint32_t i = 0; i < STEPS; i++)
			put_entry(out, i, i % 3 ? 0 : STEP_COMPLETE, e);
		(void)!fclose(out);
	}
}

/* Three kept requests, that done, another one. */
static void write_action(const char *dir, enum step_action action, uint8_t settings)
{
	struct uwdf_ring_entry e = { .opcode = UWDF_OP_CONTROL, .in_len = 16, .offset = 4 };
	uint8_t bytes[64] = { (uint8_t)action, 8 };
	const uint64_t tag = 1u << 16 | 2;
	const uint8_t word = STEP_ACT;
	char name[64];
	FILE *out;

	(void)snprintf(name, sizeof(name), "action-%u-%u", action, settings);
	out = begin(dir, name, settings);
	for (uint32_t i = 0; i < 3; i++)
		put_entry(out, i, 0, e);
	memcpy(bytes + 8, &tag, sizeof(tag));
	(void)!fwrite(&word, 1, 1, out);
	(void)!fwrite(bytes, sizeof(bytes), 1, out);
	put_entry(out, 3, 0, e);
	(void)!fclose(out);
}

static void write_actions(const char *dir)
{
	for (unsigned int action = 0; action < STEP_ACTIONS; action++)
		for (uint8_t settings = 0; settings < 2; settings++)
			write_action(dir, (enum step_action)action, settings);
}

/* Several in one burst, of which one cancels another while the device has it. */
static void write_burst(const char *dir)
{
	struct uwdf_ring_entry e = { .opcode = UWDF_OP_CONTROL, .offset = 4 | 16 };
	FILE *out = begin(dir, "burst", STEPS_OF_LOOP);

	for (uint32_t i = 0; i < 8; i++) {
		e.offset = 4 | 16 | (i + 1) % 8 << 8;
		put_entry(out, i, i < 7 ? STEP_NOT_SERVED : 0, e);
	}
	(void)!fclose(out);
}

static void write_lie(const char *dir, unsigned int number, struct uwdf_ring_entry e)
{
	char name[64];
	FILE *out;

	(void)snprintf(name, sizeof(name), "lie-%u", number);
	out = begin(dir, name, 0);
	e.seq = e.seq ? e.seq : uwdf_ring_seq(0);
	e.tag = e.tag ? e.tag : 1u << 16 | 1;
	put(out, 0, &e);
	(void)!fclose(out);
}

static void write_lies(const char *dir)
{
	const struct uwdf_ring_entry lies[] = {
		{ .opcode = UWDF_OP_CONTROL, .seq = 77 },
		{ .opcode = UWDF_OP_CONTROL, .tag = 1u << 16 | 9 },
		{ .opcode = UWDF_OP_CONTROL, .tag = 1u << 16 },
		{ .opcode = UWDF_OP_OPEN },
		{ .opcode = UWDF_OP_READ, .in_len = 1 },
		{ .opcode = UWDF_OP_WRITE, .out_len = 1 },
		{ .opcode = UWDF_OP_FLUSH, .in_len = 1 },
		{ .opcode = UWDF_OP_CONTROL, .offset = 1ull << 32 },
		{ .opcode = UWDF_OP_CONTROL, .flags = 4 },
		{ .opcode = UWDF_OP_CONTROL, .in_len = 33 },
		{ .opcode = UWDF_OP_CONTROL, .out_len = 33 },
		{ .opcode = UWDF_OP_WRITE,
		  .flags = UWDF_RING_IN_SHARED,
		  .in_len = 100,
		  .in_at = UWDF_RING_AT(0, 4096 - 99) },
		{ .opcode = UWDF_OP_WRITE,
		  .flags = UWDF_RING_IN_SHARED,
		  .in_len = 100,
		  .in_at = UWDF_RING_AT(16, 0) },
		{ .opcode = UWDF_OP_READ,
		  .flags = UWDF_RING_OUT_SHARED,
		  .out_len = 101,
		  .out_at = UWDF_RING_AT(3, 0) },
	};

	for (unsigned int i = 0; i < sizeof(lies) / sizeof(lies[0]); i++)
		write_lie(dir, i, lies[i]);
}

int main(int argc, char **argv)
{
	struct uwdf_ring_entry e = { .opcode = UWDF_OP_CONTROL, .in_len = 16, .out_len = 16 };

	if (argc != 2)
		return 2;
	write_seed(argv[1], "inline", e);
	e.offset = 4;
	write_seed(argv[1], "kept", e);
	e.flags = UWDF_RING_IN_SHARED | UWDF_RING_OUT_SHARED;
	e.in_len = e.out_len = 100;
	e.in_at = UWDF_RING_AT(3, 0);
	e.out_at = UWDF_RING_AT(0, 4096 - 100);
	e.offset = 2; /* METHOD_OUT_DIRECT */
	write_seed(argv[1], "shared", e);
	e = (struct uwdf_ring_entry){ .opcode = UWDF_OP_READ, .offset = 1ull << 40, .out_len = 32 };
	write_seed(argv[1], "read", e);
	e = (struct uwdf_ring_entry){ .opcode = UWDF_OP_WRITE, .in_len = 32 };
	write_seed(argv[1], "write", e);
	e = (struct uwdf_ring_entry){ .opcode = UWDF_OP_FLUSH };
	write_seed(argv[1], "flush", e);
	write_actions(argv[1]);
	write_burst(argv[1]);
	write_lies(argv[1]);
	return 0;
}
