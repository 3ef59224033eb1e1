/* SPDX-License-Identifier: MIT */
/* Memory cut out of pieces, as uwdf_memory_alloc() gives it on either transport. */
#include "uw_test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/mem.h"
#include "base/sys.h"
#include "pieces.h"

#define MIB ((size_t)1 << 20)

struct source {
	struct pieces_source source;
	struct pieces pieces;
	unsigned int given;
	size_t last_len;
	int err; /* what get() says */
};

static int get(void *arg, struct piece *piece)
{
	struct source *s = arg;

	if (s->err)
		return s->err;
	piece->base = aligned_alloc(4096, piece->len);
	memset(piece->base, 0, piece->len);
	piece->name = ++s->given;
	s->last_len = piece->len;
	return 0;
}

static void put(void *arg, struct piece *piece)
{
	struct source *s = arg;

	free(piece->base);
	s->given--;
}

static int setup(void **state)
{
	static struct source s;

	s = (struct source){ .source = { .get = get, .put = put, .arg = &s } };
	*state = &s;
	return 0;
}

static int teardown(void **state)
{
	struct source *s = *state;

	pieces_free(&s->pieces, &s->source);
	return (int)s->given;
}

static uint8_t *take(struct source *s, size_t len)
{
	void *out = NULL;

	assert_int_equal(pieces_alloc(&s->pieces, &s->source, len, &out), 0);
	assert_int_equal((uintptr_t)out % 64, 0);
	return out;
}

static void test_small_ones__share_a_piece__and_do_not_overlap(void **state)
{
	struct source *s = *state;
	uint8_t *one = take(s, 1), *two = take(s, 65), *three = take(s, 64);

	assert_int_equal(s->given, 1);
	assert_int_equal(s->last_len, MIB);
	assert_ptr_equal(two, one + 64);
	assert_ptr_equal(three, two + 128);
}

static void test_large_one__a_piece_of_its_own_in_whole_pages(void **state)
{
	struct source *s = *state;
	uint8_t *small = take(s, 1);

	take(s, MIB + 1);
	assert_int_equal(s->given, 2);
	assert_int_equal(s->last_len, MIB + sys_page_size());
	assert_ptr_equal(take(s, MIB - 64), small + 64); /* there is room in the first one yet */
	assert_int_equal(s->given, 2);
	take(s, MIB);
	assert_int_equal(s->given, 3);
}

static void test_find__what_was_given_and_no_more(void **state)
{
	struct source *s = *state;
	uint8_t *one = take(s, 100), *big = take(s, 2 * MIB);

	assert_int_equal(pieces_find(&s->pieces, one, 100)->name, 1);
	assert_int_equal(pieces_find(&s->pieces, one + 99, 1)->name, 1);
	assert_int_equal(pieces_find(&s->pieces, big + 5, 2 * MIB - 5)->name, 2);
	assert_null(pieces_find(&s->pieces, one, 101)); /* its piece goes on, but is nobody's */
	assert_null(pieces_find(&s->pieces, one - 1, 2));
	assert_null(pieces_find(&s->pieces, one + 1, SIZE_MAX));
	assert_null(pieces_find(&s->pieces, &s, 1));
}

static void test_no_more_to_be_had__says_so_and_keeps_what_there_is(void **state)
{
	struct source *s = *state;
	uint8_t *one = take(s, 1);
	void *out = &s;

	s->err = -EPIPE;
	assert_int_equal(pieces_alloc(&s->pieces, &s->source, 2 * MIB, &out), -EPIPE);
	assert_int_equal(pieces_alloc(&s->pieces, &s->source, SIZE_MAX, &out), -ENOMEM);
	s->err = 0;
	fault_arm(FAULT_ALLOC, 1);
	assert_int_equal(pieces_alloc(&s->pieces, &s->source, 2 * MIB, &out), -ENOMEM);
	fault_disarm();
	assert_ptr_equal(out, &s);
	assert_ptr_equal(take(s, 1), one + 64);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_small_ones__share_a_piece__and_do_not_overlap),
		TEST(test_large_one__a_piece_of_its_own_in_whole_pages),
		TEST(test_find__what_was_given_and_no_more),
		TEST(test_no_more_to_be_had__says_so_and_keeps_what_there_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
