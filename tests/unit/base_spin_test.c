/* SPDX-License-Identifier: MIT */
/* How long to look before sleeping, and when to give way: as long as it pays. */
#include "uw_test.h"

#include "base/spin.h"

#define SHORT_NS 1000u

static struct yielding fresh(void)
{
	struct yielding y;

	yield_init(&y);
	return y;
}

/* In how many waits is it tried? */
static unsigned int tries(struct yielding *y, unsigned int waits, bool pays, uint64_t away_ns)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < waits; i++) {
		if (!yield_may(y))
			continue;
		count++;
		yield_done(y, pays, away_ns);
	}
	return count;
}

static void test_yield__pays__every_time(void **state)
{
	struct yielding y = fresh();
	(void)state;
	assert_int_equal(tries(&y, 1000, true, SHORT_NS), 1000);
}

static void test_yield__in_vain__given_up_and_tried_ever_more_rarely(void **state)
{
	struct yielding y = fresh();
	(void)state;
	assert_int_equal(tries(&y, YIELD_VAIN, false, SHORT_NS), YIELD_VAIN);
	assert_int_equal(tries(&y, SPIN_TRY_AGAIN - 1, false, SHORT_NS), 0);
	assert_int_equal(tries(&y, 1, false, SHORT_NS), 1);
	assert_int_equal(tries(&y, 2 * SPIN_TRY_AGAIN - 1, false, SHORT_NS), 0);
	assert_int_equal(tries(&y, 1, false, SHORT_NS), 1);
	(void)tries(&y, 100000, false, SHORT_NS);
	assert_true(tries(&y, 10 * SPIN_TRY_RARELY, false, SHORT_NS) <= 10);
}

static void test_yield__in_vain_now_and_then__goes_on(void **state)
{
	struct yielding y = fresh();
	(void)state;
	for (unsigned int i = 0; i < 100; i++) {
		assert_int_equal(tries(&y, YIELD_VAIN - 1, false, SHORT_NS), YIELD_VAIN - 1);
		assert_int_equal(tries(&y, 1, true, SHORT_NS), 1);
	}
}

static void test_yield__pays_again__as_at_first(void **state)
{
	struct yielding y = fresh();
	(void)state;
	(void)tries(&y, 100000, false, SHORT_NS);
	while (!yield_may(&y))
		;
	yield_done(&y, true, SHORT_NS);
	assert_int_equal(tries(&y, 100, true, SHORT_NS), 100);
	assert_int_equal(y.try_after, SPIN_TRY_AGAIN);
}

/* Somebody else has the CPU meanwhile: what came all the same is no reason to do it again. */
static void test_yield__away_for_long__given_up_at_once(void **state)
{
	struct yielding y = fresh();
	(void)state;
	assert_int_equal(tries(&y, 1, true, YIELD_LONG_NS + 1), 1);
	assert_int_equal(tries(&y, SPIN_TRY_AGAIN - 1, true, SHORT_NS), 0);
	assert_int_equal(tries(&y, 1, true, SHORT_NS), 1);
	assert_int_equal(tries(&y, 10, true, SHORT_NS), 10);
}

static void test_spin__in_vain__halved_down_to_none__paid__whole(void **state)
{
	struct spin spin;
	(void)state;
	spin_init(&spin, 4 * SPIN_LEAST_NS);
	assert_int_equal(spin_budget_ns(&spin), 4 * SPIN_LEAST_NS);
	spin_failed(&spin);
	assert_int_equal(spin_budget_ns(&spin), 2 * SPIN_LEAST_NS);
	spin_failed(&spin);
	spin_failed(&spin);
	for (unsigned int i = 1; i < SPIN_TRY_AGAIN; i++)
		assert_int_equal(spin_budget_ns(&spin), 0);
	assert_int_equal(spin_budget_ns(&spin), 4 * SPIN_LEAST_NS);
	spin_paid(&spin);
	assert_int_equal(spin_budget_ns(&spin), 4 * SPIN_LEAST_NS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_yield__pays__every_time),
		cmocka_unit_test(test_yield__in_vain__given_up_and_tried_ever_more_rarely),
		cmocka_unit_test(test_yield__in_vain_now_and_then__goes_on),
		cmocka_unit_test(test_yield__pays_again__as_at_first),
		cmocka_unit_test(test_yield__away_for_long__given_up_at_once),
		cmocka_unit_test(test_spin__in_vain__halved_down_to_none__paid__whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
