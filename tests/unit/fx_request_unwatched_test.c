/* SPDX-License-Identifier: MIT */
/*
 * With the verifier off: what a driver may only do to requests that were delivered to it is refused
 * for one that it made itself, before, while and after it is sent, in silence.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "object/driver.h"
#include "target_fixture.h"

static struct target_fixture t;
static struct target_sent sent;
static WDFREQUEST made;

static int setup(void **state)
{
	(void)state;
	sent = (struct target_sent){ .t = &t };
	target_setup_verify(&t, false, "VerifierOn=0");
	made = target_request(&t);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	WdfObjectDelete(made);
	target_teardown(&t);
	return 0;
}

/* Nothing of it takes effect. */
static void do_what_is_for_others(void *arg)
{
	(void)arg;
	WdfRequestComplete(made, STATUS_SUCCESS);
	WdfRequestCompleteWithInformation(made, STATUS_SUCCESS, 1);
	WdfRequestMarkCancelable(made, io_count_cancel);
	assert_int_equal(WdfRequestMarkCancelableEx(made, io_count_cancel),
			 STATUS_INVALID_DEVICE_REQUEST);
	assert_int_equal(WdfRequestUnmarkCancelable(made), STATUS_INVALID_DEVICE_REQUEST);
}

static void send_and_complete(void)
{
	target_format(&t, made, &sent);
	assert_true(target_send(&t, made, 0, 0));
	target_settle(&t);
	target_complete(&t, 0, STATUS_SUCCESS, 0);
	assert_int_equal(sent.ends, 1);
	assert_int_equal(sent.status, STATUS_SUCCESS);
}

static void test_made__never_sent__refused_and_sent_as_ever(void **state)
{
	(void)state;
	do_what_is_for_others(NULL);
	send_and_complete();
	assert_int_equal(io_seen.cancels, 0);
}

static void test_made__sent_and_on_the_senders_loop__refused_and_ends_as_ever(void **state)
{
	(void)state;
	target_format(&t, made, &sent);
	assert_true(target_send(&t, made, 0, 0));
	target_settle(&t);
	io_on_owner(&t.f, do_what_is_for_others, NULL);
	target_complete(&t, 0, STATUS_SUCCESS, 0);
	assert_int_equal(sent.ends, 1);
	assert_int_equal(io_seen.cancels, 0);
}

static void test_made__back_and_its_device_gone__refused(void **state)
{
	struct fx_device_head *other = io_device_new(&t.f, t.f.loop, NULL);
	WDFIOTARGET target = WdfDeviceGetIoTarget((WDFDEVICE)fx_object_handle(&other->base));

	(void)state;
	target_format(&t, made, &sent);
	assert_true(WdfRequestSend(made, target, NULL)); /* with nothing below it */
	target_settle(&t);
	assert_int_equal(sent.ends, 1);
	fx_io_purge(other->io, false);
	fx_object_delete(&other->base);
	do_what_is_for_others(NULL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_made__never_sent__refused_and_sent_as_ever),
		TEST(test_made__sent_and_on_the_senders_loop__refused_and_ends_as_ever),
		TEST(test_made__back_and_its_device_gone__refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
