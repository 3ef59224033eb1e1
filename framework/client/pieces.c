/* SPDX-License-Identifier: MIT */
#include "pieces.h"

#include <errno.h>

#include "base/mem.h"
#include "base/sys.h"

#define ALIGNMENT   64u
#define PIECE_LEAST ((size_t)1 << 20) /* asked for at a time: there are few mappings */

static bool take(struct piece *piece, size_t len, void **out)
{
	size_t place = (piece->used + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);

	if (place > piece->len || len > piece->len - place)
		return false;
	piece->used = place + len;
	*out = piece->base + place;
	return true;
}

static int add(struct pieces *pieces, const struct pieces_source *source, size_t len)
{
	struct piece *piece = mem_calloc(1, sizeof(*piece));
	int err = -ENOMEM;

	if (!piece)
		return err;
	piece->len = len;
	err = source->get(source->arg, piece);
	if (err) {
		mem_free(piece);
		return err;
	}
	piece->next = pieces->first;
	pieces->first = piece;
	return 0;
}

int pieces_alloc(struct pieces *pieces, const struct pieces_source *source, size_t len, void **out)
{
	size_t page = sys_page_size(), want = len > PIECE_LEAST ? len : PIECE_LEAST;
	int err;

	for (struct piece *piece = pieces->first; piece; piece = piece->next)
		if (take(piece, len, out))
			return 0;
	if (want > SIZE_MAX / 2)
		return -ENOMEM;
	err = add(pieces, source, (want + page - 1) & ~(page - 1));
	if (err)
		return err;
	return take(pieces->first, len, out) ? 0 : -ENOMEM;
}

void pieces_free(struct pieces *pieces, const struct pieces_source *source)
{
	struct piece *piece;

	while ((piece = pieces->first)) {
		pieces->first = piece->next;
		source->put(source->arg, piece);
		mem_free(piece);
	}
}
