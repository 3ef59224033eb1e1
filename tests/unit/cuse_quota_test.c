/* SPDX-License-Identifier: MIT */
/* What one user may have of a node at a time, and that it is nobody else's loss. */
#include "uw_test.h"

#include <errno.h>
#include <string.h>

#include "fake_cuse.h"

#define OTHER 12345u

static void start_with(struct cuse_fixture *f, enum quota_kind kind, uint64_t most)
{
	f->params.access_given = true;
	f->params.access[0] =
		(struct uwdf_access){ .who = UWDF_WHO_EVERYBODY, .rights = UWDF_ACCESS_BOTH };
	f->params.access_count = 1;
	f->params.quota.most[kind] = most;
	assert_int_equal(cuse_fixture_start(f), 0);
}

static int open_as(uint32_t uid, uint64_t *file)
{
	struct cuse_call call = { .what = FAKE_OPEN, .flags = O_RDWR, .caller = { .uid = uid } };

	fake_call(&call);
	fake_await(&call);
	*file = call.file;
	return call.err;
}

static void test_open__beyond_the_handles__refused_until_one_is_closed(void **state)
{
	uint64_t first, second, third;

	start_with(*state, QUOTA_HANDLES, 2);
	assert_int_equal(fake_open(O_RDWR, &first), 0);
	assert_int_equal(fake_open(O_RDWR, &second), 0);
	assert_int_equal(fake_open(O_RDWR, &third), -EDQUOT);
	assert_int_equal(open_as(OTHER, &third), 0);
	assert_int_equal(fake_release(first), 0);
	assert_int_equal(fake_open(O_RDWR, &first), 0);
	assert_int_equal(fake_open(O_RDWR, &second), -EDQUOT);
}

static void test_open__refused_by_the_driver__does_not_count(void **state)
{
	struct cuse_fixture *f = *state;
	uint64_t file;

	start_with(f, QUOTA_HANDLES, 1);
	f->device.open_status = UWDF_STATUS(0xc0000043u);
	assert_int_equal(fake_open(O_RDWR, &file), -EBUSY);
	f->device.open_status = UWDF_STATUS_SUCCESS;
	assert_int_equal(fake_open(O_RDWR, &file), 0);
}

/* Of each kind of request: is there room for it? */
static void expect_room(struct cuse_fixture *f, uint64_t file, int err)
{
	struct uwdf_cuse_control control = { .code = FAKE_ECHO };
	struct cuse_call call = { .what = FAKE_READ, .file = file, .len = 10 };

	assert_int_equal(fake_write(file, "frame", 5), err ? err : 5);
	assert_int_equal(fake_ioctl(file, UWDF_CUSE_CONTROL, &control), err);
	fake_call(&call);
	if (!err) {
		fake_device_await_pending(&f->device, 1);
		fake_device_finish(&f->device, UWDF_STATUS_SUCCESS, "");
	}
	fake_await(&call);
	assert_int_equal(call.err, err);
}

static void test_requests__beyond_their_number__refused_until_one_is_done(void **state)
{
	struct cuse_fixture *f = *state;
	uint64_t file, again, of_other;
	struct cuse_call call = { .what = FAKE_READ, .len = 10 };

	start_with(f, QUOTA_REQUESTS, 1);
	assert_int_equal(fake_open(O_RDWR, &file), 0);
	assert_int_equal(fake_open(O_RDWR, &again), 0);
	assert_int_equal(open_as(OTHER, &of_other), 0);
	expect_room(f, file, 0);
	call.file = file;
	fake_call(&call);
	fake_device_await_pending(&f->device, 1);
	expect_room(f, file, -EDQUOT);
	expect_room(f, again, -EDQUOT); /* over all of his opens */
	assert_int_equal(fake_write(of_other, "frame", 5), 5);
	fake_device_finish(&f->device, UWDF_STATUS_SUCCESS, "");
	fake_await(&call);
	expect_room(f, file, 0);
}

static void test_requests__beyond_their_bytes__refused(void **state)
{
	static char data[3000];
	uint64_t file;

	start_with(*state, QUOTA_BYTES, 2000);
	assert_int_equal(fake_open(O_RDWR, &file), 0);
	for (unsigned int i = 0; i < 3; i++) {
		assert_int_equal(fake_write(file, data, 3000), -EDQUOT);
		assert_int_equal(fake_write(file, data, 1000), 1000);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_open__beyond_the_handles__refused_until_one_is_closed,
			cuse_fixture_setup, cuse_fixture_teardown),
		cmocka_unit_test_setup_teardown(test_open__refused_by_the_driver__does_not_count,
						cuse_fixture_setup, cuse_fixture_teardown),
		cmocka_unit_test_setup_teardown(
			test_requests__beyond_their_number__refused_until_one_is_done,
			cuse_fixture_setup, cuse_fixture_teardown),
		cmocka_unit_test_setup_teardown(test_requests__beyond_their_bytes__refused,
						cuse_fixture_setup, cuse_fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
