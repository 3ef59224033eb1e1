/* SPDX-License-Identifier: MIT */
/*
 * Load and compare in one instruction: of values that fit its immediate, that have to be in a
 * register, and that the compiler knows nothing of.
 */
#include "uw_test.h"

#include "base/look.h"

/* The compiler does not know what it is. */
static uint64_t unknown(uint64_t value)
{
	__asm__ volatile("" : "+r"(value));
	return value;
}

/* @value is a constant where it is compared, and then one in a register. */
#define CHECK_IS32(at, value, equal)                                                               \
	do {                                                                                       \
		assert_int_equal(look_is32(at, value), equal);                                     \
		assert_int_equal(look_is32(at, (uint32_t)unknown(value)), equal);                  \
	} while (0)
#define CHECK_IS64(at, value, equal)                                                               \
	do {                                                                                       \
		assert_int_equal(look_is64(at, value), equal);                                     \
		assert_int_equal(look_is64(at, unknown(value)), equal);                            \
	} while (0)
#define CHECK_HAS32(at, bits, some)                                                                \
	do {                                                                                       \
		assert_int_equal(look_has32(at, bits), some);                                      \
		assert_int_equal(look_has32(at, (uint32_t)unknown(bits)), some);                   \
	} while (0)

/* --- look_is32() --- */

static void test_is32__equal__whatever_the_width_of_the_constant(void **state)
{
	(void)state;
	CHECK_IS32(&(uint32_t){ 0 }, 0, true);
	CHECK_IS32(&(uint32_t){ 1 }, 1, true);
	CHECK_IS32(&(uint32_t){ 0x7f }, 0x7f, true); /* the last that fits a byte */
	CHECK_IS32(&(uint32_t){ 0x80 }, 0x80, true); /* as a byte it would be negative */
	CHECK_IS32(&(uint32_t){ 0xffffff80 }, 0xffffff80, true);
	CHECK_IS32(&(uint32_t){ INT32_MAX }, INT32_MAX, true);
	CHECK_IS32(&(uint32_t){ 0x80000000 }, 0x80000000, true);
	CHECK_IS32(&(uint32_t){ UINT32_MAX }, UINT32_MAX, true);
}

static void test_is32__one_bit_differs__not_equal(void **state)
{
	(void)state;
	CHECK_IS32(&(uint32_t){ 0 }, 1, false);
	CHECK_IS32(&(uint32_t){ 1 }, 0, false);
	CHECK_IS32(&(uint32_t){ 0x80000000 }, 0, false);
	CHECK_IS32(&(uint32_t){ 0 }, 0x80000000, false);
	CHECK_IS32(&(uint32_t){ UINT32_MAX }, INT32_MAX, false);
	CHECK_IS32(&(uint32_t){ 0x00000080 }, 0xffffff80, false);
	CHECK_IS32(&(uint32_t){ 0x12340000 }, 0x12345678, false); /* the low half */
	CHECK_IS32(&(uint32_t){ 0x00005678 }, 0x12345678, false); /* the high one */
	for (unsigned int bit = 0; bit < 32; bit++)
		assert_false(look_is32(&(uint32_t){ 0x12345678u ^ 1u << bit }, 0x12345678));
}

static void test_is32__neighbours_in_memory__not_looked_at(void **state)
{
	const uint32_t words[] = { UINT32_MAX, 5, UINT32_MAX };

	(void)state;
	CHECK_IS32(&words[1], 5, true);
	CHECK_IS32(&words[1], 6, false);
}

/* --- look_is64() --- */

static void test_is64__equal__whatever_the_width_of_the_constant(void **state)
{
	(void)state;
	CHECK_IS64(&(uint64_t){ 0 }, 0, true);
	CHECK_IS64(&(uint64_t){ 1 }, 1, true);
	CHECK_IS64(&(uint64_t){ INT32_MAX }, INT32_MAX, true); /* the last immediate */
	CHECK_IS64(&(uint64_t){ 0x80000000 }, 0x80000000, true);
	CHECK_IS64(&(uint64_t){ UINT32_MAX }, UINT32_MAX, true);
	CHECK_IS64(&(uint64_t){ 0x100000000 }, 0x100000000, true);
	CHECK_IS64(&(uint64_t){ 0x1234567800000000 }, 0x1234567800000000, true);
	CHECK_IS64(&(uint64_t){ 0x1234567887654321 }, 0x1234567887654321, true);
	CHECK_IS64(&(uint64_t){ INT64_MAX }, INT64_MAX, true);
	CHECK_IS64(&(uint64_t){ 0xffffffff80000000 }, 0xffffffff80000000, true); /* one again */
	CHECK_IS64(&(uint64_t){ UINT64_MAX }, UINT64_MAX, true);
}

/* An immediate has 32 bits, and bit 31 is that of those above it. */
static void test_is64__bit_31__is_no_sign(void **state)
{
	(void)state;
	CHECK_IS64(&(uint64_t){ 0xffffffff80000000 }, 0x80000000, false);
	CHECK_IS64(&(uint64_t){ 0x80000000 }, 0xffffffff80000000, false);
	CHECK_IS64(&(uint64_t){ UINT64_MAX }, UINT32_MAX, false);
	CHECK_IS64(&(uint64_t){ UINT32_MAX }, UINT64_MAX, false);
	CHECK_IS64(&(uint64_t){ 0x80000000 }, 0, false);
}

static void test_is64__one_half_differs__not_equal(void **state)
{
	(void)state;
	CHECK_IS64(&(uint64_t){ 0x100000005 }, 5, false);
	CHECK_IS64(&(uint64_t){ 5 }, 0x100000005, false);
	CHECK_IS64(&(uint64_t){ 0x100000005 }, 0x100000004, false);
	CHECK_IS64(&(uint64_t){ 0x1234567887654321 }, 0x1234567800000000, false);
	CHECK_IS64(&(uint64_t){ 0x1234567887654321 }, 0x0000000087654321, false);
	CHECK_IS64(&(uint64_t){ 0x8000000000000000 }, 0, false);
	for (unsigned int bit = 0; bit < 64; bit++)
		assert_false(look_is64(&(uint64_t){ 0x1234567887654321u ^ 1ull << bit },
				       0x1234567887654321u));
}

/* --- look_has32() --- */

static void test_has32__some_or_all_of_the_bits__true(void **state)
{
	(void)state;
	CHECK_HAS32(&(uint32_t){ 1 }, 1, true);
	CHECK_HAS32(&(uint32_t){ 6 }, 4, true);
	CHECK_HAS32(&(uint32_t){ 4 }, 6, true);
	CHECK_HAS32(&(uint32_t){ 0x80000000 }, 0x80000000, true);
	CHECK_HAS32(&(uint32_t){ 0x80000000 }, ~(uint32_t)5, true);
	CHECK_HAS32(&(uint32_t){ UINT32_MAX }, 0x00010000, true);
	CHECK_HAS32(&(uint32_t){ 0x00000100 }, UINT32_MAX, true);
	for (unsigned int bit = 0; bit < 32; bit++)
		assert_true(look_has32(&(uint32_t){ 1u << bit }, UINT32_MAX));
}

static void test_has32__none_of_the_bits__false(void **state)
{
	(void)state;
	CHECK_HAS32(&(uint32_t){ 0 }, UINT32_MAX, false);
	CHECK_HAS32(&(uint32_t){ UINT32_MAX }, 0, false);
	CHECK_HAS32(&(uint32_t){ 5 }, ~(uint32_t)5, false);
	CHECK_HAS32(&(uint32_t){ INT32_MAX }, 0x80000000, false);
	CHECK_HAS32(&(uint32_t){ 0x80000000 }, INT32_MAX, false);
	CHECK_HAS32(&(uint32_t){ 0xffff0000 }, 0x0000ffff, false);
	for (unsigned int bit = 0; bit < 32; bit++)
		assert_false(look_has32(&(uint32_t){ ~(1u << bit) }, 1u << bit));
}

/* --- each looks again --- */

/* What is written between two looks is seen by the second: nothing is kept in a register. */
static void test_look__written_meanwhile__seen(void **state)
{
	uint32_t word = 1;
	uint64_t both = 1;

	(void)state;
	assert_true(look_is32(&word, 1));
	assert_false(look_has32(&word, 2));
	assert_true(look_is64(&both, 1));
	__atomic_store_n(&word, 2, __ATOMIC_RELEASE);
	__atomic_store_n(&both, 0x100000001, __ATOMIC_RELEASE);
	assert_false(look_is32(&word, 1));
	assert_true(look_has32(&word, 2));
	assert_false(look_is64(&both, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_is32__equal__whatever_the_width_of_the_constant),
		cmocka_unit_test(test_is32__one_bit_differs__not_equal),
		cmocka_unit_test(test_is32__neighbours_in_memory__not_looked_at),
		cmocka_unit_test(test_is64__equal__whatever_the_width_of_the_constant),
		cmocka_unit_test(test_is64__bit_31__is_no_sign),
		cmocka_unit_test(test_is64__one_half_differs__not_equal),
		cmocka_unit_test(test_has32__some_or_all_of_the_bits__true),
		cmocka_unit_test(test_has32__none_of_the_bits__false),
		cmocka_unit_test(test_look__written_meanwhile__seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
