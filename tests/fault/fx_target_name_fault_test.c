/* SPDX-License-Identifier: MIT */
/* Each allocation of a driver that opens a device by name, sends there and closes fails in turn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/fault.h"
#include "base/mem.h"
#include "name_fixture.h"

static unsigned int refused, opened, answered;

static int setup(void **state)
{
	int err = named_setup(state);

	return err ? err : fx_verify("VerifierOn=0");
}

static bool is_refusal(NTSTATUS status)
{
	bool is = status == STATUS_INSUFFICIENT_RESOURCES;

	if (!is && !NT_SUCCESS(status))
		fail_msg("%#x", (unsigned int)status);
	refused += is;
	return is;
}

static void nothing(void *arg)
{
	(void)arg;
}

/* What did not open has let go of all, and may be opened later. */
static void live(void)
{
	ULONG_PTR information;

	if (is_refusal(named_open(&named.a, NAMED_DEVICE L"\\path"))) {
		assert_int_equal(named_state(&named.a), WdfIoTargetClosed);
		return;
	}
	opened++;
	assert_int_equal(named_state(&named.a), WdfIoTargetStarted);
	answered += !is_refusal(named_ask(&named.a, "hello", &information));
	WdfIoTargetClose(named.a.handle);
	assert_int_equal(named_state(&named.a), WdfIoTargetClosed);
}

/* What is made once and kept: each slot of the device's pool of requests has its buffer. */
static void use_each_slot(void)
{
	ULONG_PTR information;

	assert_int_equal(named_open(&named.a, NAMED_DEVICE L"\\path"), STATUS_SUCCESS);
	for (unsigned int i = 0; i < 64; i++)
		assert_int_equal(named_ask(&named.a, "hello", &information), STATUS_SUCCESS);
	WdfIoTargetClose(named.a.handle);
	named_on_loop(named.named, nothing, NULL);
}

static void test_open_by_name__each_allocation_fails__refused_and_nothing_left(void **state)
{
	bool fired = true;
	uint64_t k, blocks;

	(void)state;
	named_up();
	use_each_slot();
	blocks = mem_live_blocks();
	opened = answered = 0;
	for (k = 1; fired; k++) {
		fault_arm(FAULT_ALLOC, k);
		live();
		fired = fault_fired();
		fault_disarm();
		named_on_loop(named.named, nothing, NULL);
		assert_int_equal(named_open_files(), 0);
		assert_int_equal(mem_live_blocks(), blocks);
	}
	print_message("%llu allocations failed in turn, %u refused, %u opened\n",
		      (unsigned long long)(k - 2), refused, opened);
	assert_true(refused > 3);
	assert_true(answered > 0);
	assert_int_equal(refused + answered, k - 1); /* one of both, each time */
}

static void test_reopen__each_allocation_fails__opens_in_the_end(void **state)
{
	NTSTATUS status;
	uint64_t k = 0;

	(void)state;
	named_up();
	live();
	do {
		fault_arm(FAULT_ALLOC, ++k);
		status = named_reopen(&named.a);
		fault_disarm();
	} while (is_refusal(status));
	assert_true(k > 3);
	assert_int_equal(named_state(&named.a), WdfIoTargetStarted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_open_by_name__each_allocation_fails__refused_and_nothing_left, setup,
			named_teardown),
		cmocka_unit_test_setup_teardown(
			test_reopen__each_allocation_fails__opens_in_the_end, setup,
			named_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
