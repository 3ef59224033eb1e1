/* SPDX-License-Identifier: MIT */
/* What holds for any text (support/nt_text.h), for random ones; tests/fuzz looks for better. */
#include "uw_test.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "nt_text.h"

typedef void property_fn(const uint8_t *data, size_t len);

static uint64_t seed;

static unsigned int pick(unsigned int count)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned int)(seed >> 33) % count;
}

/* Pieces that mean something somewhere, between bytes that do not. */
static size_t bytes_at_random(uint8_t *out, size_t room)
{
	static const struct {
		const char *bytes;
		unsigned int len;
	} pieces[] = {
		{ "%ws", 3 },
		{ "%wZ", 3 },
		{ "%Z", 2 },
		{ "%S", 2 },
		{ "%I64x", 5 },
		{ "%-08.3d", 7 },
		{ "%!STATUS!", 9 },
		{ "%hs", 3 },
		{ "%p", 2 },
		{ "%", 1 },
		{ "%.5s", 4 },
		{ "%#llX", 5 },
		{ "\xe2\x82\xac", 3 },
		{ "\xf0\x9f\x98\x80", 4 },
		{ "\xed\xa0\x80", 3 },
		{ "\xc0\x80", 2 },
		{ "\x3d\xd8\x00\xde", 4 },
		{ "\x00\xd8", 2 },
		{ "\x00\xdc", 2 },
		{ "a\0b\0", 4 },
		{ "0\0x\0f\0", 6 },
		{ "{\0"
		  "1\0-\0}\0",
		  8 },
		{ "\0\0", 2 },
		{ "\xe4\0\xdf\0\xff\0", 6 },
		{ "\x31\x01\x30\x01", 4 },
	};
	size_t used = 0, want = pick((unsigned int)room);

	while (used < want) {
		unsigned int which = pick(UW_ARRAY_SIZE(pieces) * 2);

		if (which >= UW_ARRAY_SIZE(pieces) || pieces[which].len > room - used) {
			out[used++] = (uint8_t)pick(256);
			continue;
		}
		memcpy(out + used, pieces[which].bytes, pieces[which].len);
		used += pieces[which].len;
	}
	return used;
}

/* In memory of its own, so that a sanitizer sees a byte read too far. */
static void hold_for_random_bytes(property_fn *property, uint64_t first_seed)
{
	unsigned int rounds = getenv("UWDF_LONG") ? 200000 : 600;
	uint64_t blocks = mem_live_blocks();
	uint8_t bytes[300];

	seed = first_seed;
	for (unsigned int i = 0; i < rounds; i++) {
		size_t len = bytes_at_random(bytes, sizeof(bytes));
		uint8_t *own = malloc(len ? len : 1);

		memcpy(own, bytes, len);
		property(own, len);
		free(own);
	}
	assert_int_equal(mem_live_blocks(), blocks);
}

static void test_formats__any_bytes__same_length_and_no_overrun(void **state)
{
	(void)state;
	hold_for_random_bytes(nt_text_formats, 1);
}

static void test_conversions__any_bytes__there_and_back(void **state)
{
	(void)state;
	hold_for_random_bytes(nt_text_conversions, 2);
}

static void test_case__any_letters__one_order(void **state)
{
	(void)state;
	hold_for_random_bytes(nt_text_case, 3);
}

static void test_numbers__any__there_and_back(void **state)
{
	(void)state;
	hold_for_random_bytes(nt_text_numbers, 4);
}

static void test_safe_strings__any__cut_where_the_room_ends(void **state)
{
	(void)state;
	hold_for_random_bytes(nt_text_safe_strings, 5);
}

static void test_names__any_utf16__comes_back(void **state)
{
	(void)state;
	hold_for_random_bytes(nt_text_names, 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_formats__any_bytes__same_length_and_no_overrun),
		cmocka_unit_test(test_conversions__any_bytes__there_and_back),
		cmocka_unit_test(test_case__any_letters__one_order),
		cmocka_unit_test(test_numbers__any__there_and_back),
		cmocka_unit_test(test_safe_strings__any__cut_where_the_room_ends),
		cmocka_unit_test(test_names__any_utf16__comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
