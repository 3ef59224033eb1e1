/* SPDX-License-Identifier: MIT */
/*
 * A node, programs that use it, and its end, with the 1st, 2nd, 3rd... allocation or system call
 * failing: everything may fail, nothing may be left over or hang.
 */
#include "uw_test.h"

#include <errno.h>
#include <string.h>

#include "base/fault.h"
#include "base/mem.h"
#include "fake_cuse.h"

static void interrupted_read(struct cuse_fixture *f, uint64_t file)
{
	struct cuse_call call = { .what = FAKE_READ, .file = file, .len = 10 };

	(void)f;
	fake_call(&call);
	fake_signal(&call);
	fake_await(&call);
	assert_true(call.err == -EINTR || call.err == -ENOMEM);
}

static void use(struct cuse_fixture *f, uint64_t file)
{
	struct cuse_waiter waiter = { 0 };
	char out[8] = "";
	struct uwdf_cuse_control control = { .code = FAKE_ECHO,
					     .in = UWDF_CUSE_ADDRESS("in"),
					     .in_len = 2,
					     .out = UWDF_CUSE_ADDRESS(out),
					     .out_len = sizeof(out) };
	int done = fake_write(file, "frame", 5);

	assert_true(done == 5 || done == -ENOMEM);
	done = fake_ioctl(file, UWDF_CUSE_CONTROL, &control);
	assert_true(!done || done == -ENOMEM);
	(void)fake_poll(file, &waiter);
	interrupted_read(f, file);
	assert_int_equal(fake_release(file), 0);
	assert_int_equal(waiter.woken + waiter.forgotten, 1);
}

static void scenario(struct cuse_fixture *f)
{
	uint64_t file, left_open;

	if (cuse_fixture_start(f)) {
		assert_true(f->rep.text[0]);
		return;
	}
	if (!fake_open(O_RDWR, &file))
		use(f, file);
	(void)!fake_open(O_RDWR, &left_open);
	assert_true(cuse_leave(f->cuse, exec_deadline_ms(60000)));
	cuse_fixture_stop(f);
}

/* Returns how many failures there were to try. */
static uint64_t sweep(struct cuse_fixture *f, enum fault_kind kind)
{
	for (uint64_t k = 1;; k++) {
		bool fired;

		fault_arm(kind, k);
		scenario(f);
		fired = fault_fired();
		fault_disarm();
		f->cuse = NULL;
		if (mem_live_blocks() != f->blocks || test_open_fds() != f->descriptors)
			fail_msg("failure %lu: something is left", k);
		if (FAKE_COUNT(&f->device, opens) != FAKE_COUNT(&f->device, closes) ||
		    FAKE_COUNT(&f->device, pending_count))
			fail_msg("failure %lu: device still open or busy", k);
		if (!fired)
			return k - 1;
	}
}

static void test_each_allocation(void **state)
{
	uint64_t count = sweep(*state, FAULT_ALLOC);

	print_message("swept %lu failures of allocation\n", count);
	assert_true(count > 6);
}

static void test_each_system_call(void **state)
{
	uint64_t count = sweep(*state, FAULT_SYSCALL);

	print_message("swept %lu failures of system call\n", count);
	assert_true(count > 4);
}

static void test_each_submission_and_completion(void **state)
{
	uint64_t submissions = sweep(*state, FAULT_SUBMIT);
	uint64_t completions = sweep(*state, FAULT_COMPLETE);

	print_message("swept %lu failures of ring submission, %lu of completion\n", submissions,
		      completions);
	assert_true(submissions > 6 && completions > 6);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, cuse_fixture_setup, cuse_fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_each_allocation),
		TEST(test_each_system_call),
		TEST(test_each_submission_and_completion),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
