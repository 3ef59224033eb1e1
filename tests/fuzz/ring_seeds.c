/* SPDX-License-Identifier: MIT */
/* ring_seeds.c - where the ring's fuzzer starts: honest entries of each kind, several laps of them.
 */
#include <stdio.h>
#include <string.h>

#include "uwdf/ring.h"
#include "uwdf/wire.h"

#define STEPS 20u

static void put(FILE *out, uint8_t word, const struct uwdf_ring_entry *e)
{
	(void)!fwrite(&word, 1, 1, out);
	(void)!fwrite(e, sizeof(*e), 1, out);
}

static void write_seed(const char *dir, const char *name, struct uwdf_ring_entry e)
{
	char path[512];
	FILE *out;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	out = fopen(path, "w");
	if (!out)
		return;
	for (uint32_t i = 0; i < STEPS; i++) {
		e.seq = uwdf_ring_seq(i);
		e.tag = 1u << 16 | (i % 8 + 1);
		put(out, i % 3 ? 0 : 32, &e);
	}
	(void)!fclose(out);
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
	return 0;
}
