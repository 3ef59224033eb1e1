/* SPDX-License-Identifier: MIT */
/*
 * Each allocation and each system call of a driver that opens a device of another host, sends there
 * and closes fails in turn: it is refused or done without, the target can be opened later, and
 * nothing is left. Some of them fail in the other host, which is in the same process here.
 */
#include "base/fault.h"
#include "remote_fixture.h"

static unsigned int refused, answered;

static int setup(void **state)
{
	int err = remote_setup(state);

	return err ? err : fx_verify("VerifierOn=0");
}

static void nothing(void *arg)
{
	(void)arg;
}

/* A wake-up of one side that fails is lost: then the time-out ends it. */
static NTSTATUS ask(void)
{
	WDF_REQUEST_SEND_OPTIONS options;

	WDF_REQUEST_SEND_OPTIONS_INIT(&options, 0);
	WDF_REQUEST_SEND_OPTIONS_SET_TIMEOUT(&options, WDF_REL_TIMEOUT_IN_MS(200));
	return WdfIoTargetSendIoctlSynchronously(named.a.handle, NULL, NAMED_CODE, NULL, NULL,
						 &options, NULL);
}

static void live(void)
{
	NTSTATUS status = named_open(&named.a, NAMED_DEVICE L"\\path");

	if (!NT_SUCCESS(status)) {
		refused++;
		assert_int_equal(named_state(&named.a), WdfIoTargetClosed);
		return;
	}
	assert_int_equal(named_state(&named.a), WdfIoTargetStarted);
	status = ask();
	answered += NT_SUCCESS(status);
	refused += !NT_SUCCESS(status);
	WdfIoTargetClose(named.a.handle);
	assert_int_equal(named_state(&named.a), WdfIoTargetClosed);
}

static uint64_t sweep(enum fault_kind kind)
{
	bool fired = true;
	uint64_t k;

	refused = answered = 0;
	for (k = 1; fired; k++) {
		fault_arm(kind, k);
		live();
		fired = fault_fired();
		fault_disarm();
		named_on_loop(named.named, nothing, NULL);
		assert_int_equal(named_open(&named.a, NAMED_DEVICE), STATUS_SUCCESS);
		WdfIoTargetClose(named.a.handle);
		assert_int_equal(named_open_files(), 0);
	}
	print_message("%llu failed in turn, %u refused, %u answered\n", (unsigned long long)(k - 2),
		      refused, answered);
	assert_int_equal(refused + answered, k - 1);
	return k - 2;
}

static void test_open_elsewhere__each_allocation_fails__refused_or_done_without(void **state)
{
	(void)state;
	named_up();
	live();
	assert_true(sweep(FAULT_ALLOC) > 10);
	assert_true(refused > 5 && answered > 0);
}

static void test_open_elsewhere__each_system_call_fails__refused_or_done_without(void **state)
{
	(void)state;
	named_up();
	live();
	assert_true(sweep(FAULT_SYSCALL) > 10);
	assert_true(refused > 5 && answered > 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, remote_teardown)
	const struct CMUnitTest tests[] = {
		T(test_open_elsewhere__each_allocation_fails__refused_or_done_without),
		T(test_open_elsewhere__each_system_call_fails__refused_or_done_without),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
