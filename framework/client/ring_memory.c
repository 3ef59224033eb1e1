/* SPDX-License-Identifier: MIT */
#include "ring_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "base/sys.h"
#include "uwdf/status.h"

#define SEALS_WANTED (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

int ring_memory_map(int fd, uint64_t len, uint8_t **out)
{
	int seals = sys_fcntl(fd, F_GET_SEALS, 0);
	struct stat st;
	void *at;
	int err;

	/* memory that somebody else could cut off would end us with SIGBUS */
	if (seals < 0 || (seals & SEALS_WANTED) != SEALS_WANTED)
		return -EPROTO;
	if (sys_fstat(fd, &st) || (uint64_t)st.st_size != len)
		return -EPROTO;
	err = sys_mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0, &at);
	if (!err)
		*out = at;
	return err;
}

/* Who asks for a piece, and of whom. */
struct asker {
	struct ring_memory *memory;
	struct link *link;
	uint32_t handle;
};

static int get(void *arg, struct piece *piece)
{
	const struct asker *asker = arg;
	struct link *link = asker->link;
	struct uwdf_entry entry = { .opcode = UWDF_OP_MEMORY,
				    .handle = asker->handle,
				    .offset = piece->len };
	const void *none;
	int err = -ENOMEM;

	if (asker->memory->count < UWDF_RING_MAX_REGION)
		err = link_call(link, &entry, NULL, LINK_REPLY_MS, &none);
	if (err)
		return err;
	if (!UWDF_STATUS_OK(entry.status))
		return -ENOMEM;
	if (link->descriptor_count != 1 || entry.information != piece->len)
		return -EPROTO;
	err = ring_memory_map(link->descriptors[0], piece->len, &piece->base);
	link_drop_descriptors(link);
	if (err)
		return err;
	piece->name = UWDF_RING_AT(entry.code, 0);
	asker->memory->count++;
	return 0;
}

static void put(void *arg, struct piece *piece)
{
	(void)arg;
	sys_munmap(piece->base, piece->len);
}

int ring_memory_alloc(struct ring_memory *memory, struct link *link, uint32_t handle, size_t len,
		      void **out)
{
	struct asker asker = { .memory = memory, .link = link, .handle = handle };
	const struct pieces_source source = { .get = get, .put = put, .arg = &asker };

	return pieces_alloc(&memory->pieces, &source, len, out);
}

void ring_memory_free(struct ring_memory *memory)
{
	const struct pieces_source source = { .put = put };

	pieces_free(&memory->pieces, &source);
}
