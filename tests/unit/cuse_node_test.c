/* SPDX-License-Identifier: MIT */
/* The node itself: how it comes up, who may open it, its control codes. */
#include "uw_test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "fake_cuse.h"
#include "skips.h"

#define R  UWDF_ACCESS_READ
#define RW UWDF_ACCESS_BOTH

#define STRANGER 54321u /* a user, and a group, that this test is not */

/* --- start --- */

static void test_start__kernel_makes_none__says_what_to_look_at(void **state)
{
	struct cuse_fixture *f = *state;

	fake_cuse.makes_none = true;
	assert_int_equal(cuse_fixture_start(f), -ENOENT);
	assert_non_null(strstr(f->rep.text, "the kernel made no node"));
	assert_non_null(strstr(f->rep.hint, "devtmpfs"));
}

static void test_start__kernel_side_refuses__its_report(void **state)
{
	struct cuse_fixture *f = *state;

	fake_cuse.refusal = -EOPNOTSUPP;
	assert_int_equal(cuse_fixture_start(f), -EOPNOTSUPP);
	assert_non_null(strstr(f->rep.text, "opening the fake"));
}

static void test_start__kernel_ends_it_at_once__fails(void **state)
{
	struct cuse_fixture *f = *state;

	fake_cuse.ends = true;
	assert_int_equal(cuse_fixture_start(f), -ECONNABORTED);
}

static void test_start__name_taken__says_so(void **state)
{
	struct cuse_fixture *f = *state;
	FILE *other = fopen(fake_cuse.path, "w");

	assert_non_null(other);
	(void)fclose(other);
	assert_int_equal(cuse_fixture_start(f), -EEXIST);
	assert_non_null(strstr(f->rep.hint, "--name"));
	assert_int_equal(unlink(fake_cuse.path), 0);
}

/* --- access --- */

static struct stat started_for(struct cuse_fixture *f, const struct uwdf_access *list,
			       unsigned int count)
{
	struct stat st;

	f->params.access_given = true;
	f->params.access_count = count;
	for (unsigned int i = 0; i < count; i++)
		f->params.access[i] = list[i];
	if (cuse_fixture_start(f))
		fail_msg("%s", f->rep.text);
	assert_int_equal(stat(cuse_path(f->cuse), &st), 0);
	return st;
}

static mode_t mode_of(struct cuse_fixture *f, const struct uwdf_access *list, unsigned int count)
{
	mode_t mode = started_for(f, list, count).st_mode & 0777;

	cuse_fixture_stop(f);
	return mode;
}

static void test_mode__follows_the_list(void **state)
{
	const struct uwdf_access admins[] = { { .who = UWDF_WHO_ADMINISTRATORS, .rights = RW } };
	const struct uwdf_access readers[] = { { .who = UWDF_WHO_ADMINISTRATORS, .rights = RW },
					       { .who = UWDF_WHO_EVERYBODY, .rights = R } };
	const struct uwdf_access denied[] = {
		{ .who = UWDF_WHO_EVERYBODY, .rights = RW, .deny = true }
	};
	const struct uwdf_access two[] = { { .who = UWDF_WHO_USER, .rights = R, .id = 5 },
					   { .who = UWDF_WHO_USER, .rights = R, .id = 6 } };
	struct cuse_fixture *f = *state;

	assert_int_equal(mode_of(f, admins, 1), 0600);
	assert_int_equal(mode_of(f, readers, 2), 0644);
	assert_int_equal(mode_of(f, denied, 1), 0000);
	assert_int_equal(mode_of(f, two, 2), 0444); /* they may knock, with all others */
	f->params.access_given = false;
	assert_int_equal(cuse_fixture_start(f), 0);
	cuse_fixture_stop(f);
}

static void test_owner__one_user_and_one_group(void **state)
{
	const struct uwdf_access list[] = {
		{ .who = UWDF_WHO_USER, .rights = RW, .id = STRANGER },
		{ .who = UWDF_WHO_GROUP, .rights = R, .id = STRANGER + 1 },
	};
	struct cuse_fixture *f = *state;
	struct stat st;

	if (geteuid())
		skip_and_say("nodes are root's business, and so is chown");
	st = started_for(f, list, 2);
	assert_int_equal(st.st_uid, STRANGER);
	assert_int_equal(st.st_gid, STRANGER + 1);
	assert_int_equal(st.st_mode & 0777, 0640);
}

static int open_as(int flags, uint32_t uid, uint32_t gid)
{
	struct cuse_call call = {
		.what = FAKE_OPEN,
		.flags = flags,
		.caller = { .uid = uid, .gid = STRANGER, .groups = { 1, gid }, .group_count = 2 }
	};

	fake_call(&call);
	fake_await(&call);
	return call.err;
}

static void test_open__the_list_decides(void **state)
{
	const struct uwdf_access list[] = {
		{ .who = UWDF_WHO_ADMINISTRATORS, .rights = RW },
		{ .who = UWDF_WHO_GROUP, .rights = RW, .id = 44, .deny = true },
		{ .who = UWDF_WHO_EVERYBODY, .rights = R },
	};
	struct cuse_fixture *f = *state;

	(void)started_for(f, list, 3);
	assert_int_equal(open_as(O_RDWR, geteuid(), 7), 0);
	assert_int_equal(open_as(O_RDONLY, STRANGER, 7), 0);
	assert_int_equal(open_as(O_RDWR, STRANGER, 7), -EACCES);
	assert_int_equal(open_as(O_WRONLY, STRANGER, 7), -EACCES);
	assert_int_equal(open_as(O_RDONLY, STRANGER, 44), -EACCES);
	assert_int_equal(open_as(O_ACCMODE, STRANGER, 7), 0); /* neither to read nor to write */
	assert_int_equal(open_as(O_ACCMODE, STRANGER, 44), -EACCES);
}

/* --- control codes --- */

static int started(void **state)
{
	int err = cuse_fixture_setup(state);

	return err ? err : cuse_fixture_start(*state);
}

static uint64_t opened(int flags)
{
	uint64_t file;

	assert_int_equal(fake_open(flags, &file), 0);
	return file;
}

static struct uwdf_cuse_control echo_of(uint32_t code, const char *in, char *out, uint32_t out_len)
{
	return (struct uwdf_cuse_control){ .code = code,
					   .status = -1,
					   .in = UWDF_CUSE_ADDRESS(in),
					   .in_len = (uint32_t)strlen(in),
					   .out = UWDF_CUSE_ADDRESS(out),
					   .out_len = out_len };
}

static void test_control__buffers_there_and_back(void **state)
{
	struct uwdf_cuse_control control;
	uint64_t file = opened(O_RDWR);
	char out[16] = "untouched";

	(void)state;
	control = echo_of(FAKE_ECHO, "echo", out, 9);
	assert_int_equal(fake_ioctl(file, UWDF_CUSE_CONTROL, &control), 0);
	assert_int_equal(control.status, 0);
	assert_int_equal(control.information, 4);
	assert_string_equal(out, "echouched");
	control = echo_of(FAKE_ECHO, "", NULL, 0);
	assert_int_equal(fake_ioctl(file, UWDF_CUSE_CONTROL, &control), 0);
	assert_int_equal(control.information, 0);
}

static void test_control__refused_by_driver__errno_and_status(void **state)
{
	struct uwdf_cuse_control control;
	uint64_t file = opened(O_RDWR);
	char out[4] = "old";

	(void)state;
	control = echo_of(FAKE_ECHO + 0x400, "echo", out, 4);
	assert_int_equal(fake_ioctl(file, UWDF_CUSE_CONTROL, &control), -EOPNOTSUPP);
	assert_int_equal(control.status, UWDF_STATUS_INVALID_DEVICE_REQUEST);
	assert_string_equal(out, "old");
}

static void test_control__in_direct__driver_reads_the_second_buffer(void **state)
{
	struct cuse_fixture *f = *state;
	char out[8] = "second";
	struct uwdf_cuse_control control = echo_of(FAKE_PEND | 1u, "first", out, sizeof(out));
	struct cuse_call call = { .what = FAKE_IOCTL,
				  .file = opened(O_RDWR),
				  .ioctl = { .number = UWDF_CUSE_CONTROL,
					     .address = (uintptr_t)&control } };
	uint8_t memory[256];

	assert_true(fake_ioctl_round(&call, memory, sizeof(memory)));
	assert_true(fake_ioctl_round(&call, memory, sizeof(memory)));
	assert_int_equal(call.ioctl.in_len, sizeof(control) + 5 + 8);
	assert_memory_equal(memory + sizeof(control), "firstsecond", 11);
	(void)fake_ioctl_round(&call, memory, sizeof(memory)); /* a code that the fake refuses */
	assert_int_equal(call.err, -EOPNOTSUPP);
	assert_int_equal(FAKE_COUNT(&f->device, submitted), 1);
}

static void test_control__changed_between_the_rounds__refused(void **state)
{
	struct cuse_fixture *f = *state;
	char out[8] = "";
	struct uwdf_cuse_control control = echo_of(FAKE_ECHO, "first", out, sizeof(out));
	struct cuse_call call = { .what = FAKE_IOCTL,
				  .file = opened(O_RDWR),
				  .ioctl = { .number = UWDF_CUSE_CONTROL,
					     .address = (uintptr_t)&control } };
	uint8_t memory[256];

	assert_true(fake_ioctl_round(&call, memory, sizeof(memory)));
	assert_true(fake_ioctl_round(&call, memory, sizeof(memory)));
	((struct uwdf_cuse_control *)(void *)memory)->in_len = 100;
	assert_false(fake_ioctl_round(&call, memory, sizeof(memory)));
	assert_int_equal(call.err, -EINVAL);
	assert_int_equal(FAKE_COUNT(&f->device, submitted), 0);
}

static int control_ends(uint64_t file, uint32_t code, uint32_t in_len, uint32_t out_len)
{
	char buf[8] = "";
	struct uwdf_cuse_control control = echo_of(code, buf, buf, out_len);

	control.in_len = in_len;
	return fake_ioctl(file, UWDF_CUSE_CONTROL, &control);
}

#define MOST ((uint32_t)UWDF_CUSE_MOST_BYTES)

static void test_control__what_is_never_asked(void **state)
{
	uint64_t reader = opened(O_RDONLY), both = opened(O_RDWR);
	struct cuse_fixture *f = *state;

	assert_int_equal(fake_ioctl(both, 0x5401, NULL), -ENOTTY); /* isatty() */
	assert_int_equal(control_ends(reader, FAKE_ECHO | 2u << 14, 1, 1), -EACCES);
	assert_int_equal(control_ends(reader, FAKE_ECHO | 1u << 14, 1, 1), -EOPNOTSUPP);
	assert_int_equal(control_ends(both, FAKE_ECHO, MOST + 1, 1), -EMSGSIZE);
	assert_int_equal(control_ends(both, FAKE_ECHO, 1, MOST + 1), -EMSGSIZE);
	assert_int_equal(control_ends(both, FAKE_ECHO, UINT32_MAX, UINT32_MAX), -EMSGSIZE);
	assert_int_equal(control_ends(both, FAKE_ECHO | 1u, MOST, 1), -EMSGSIZE);
	assert_int_equal(FAKE_COUNT(&f->device, submitted), 1);
}

/* --- the table --- */

static void test_errno__each_kind_of_status(void **state)
{
	static const struct {
		uint32_t status;
		int err;
	} rows[] = {
		{ 0x00000000u, 0 },           { 0x00000103u, 0 },
		{ 0x80000005u, 0 },           { 0x80000011u, -EBUSY },
		{ 0xc0000001u, -EIO },        { 0xc000000du, -EINVAL },
		{ 0xc0000010u, -EOPNOTSUPP }, { 0xc0000022u, -EACCES },
		{ 0xc0000023u, -ERANGE },     { 0xc000009au, -ENOMEM },
		{ 0xc00000b5u, -ETIMEDOUT },  { 0xc0000120u, -ECANCELED },
		{ 0xc0000206u, -EMSGSIZE },   { 0xc00002b6u, -ENODEV },
		{ 0xc0ffffffu, -EIO },
	};
	(void)state;
	for (size_t i = 0; i < UW_ARRAY_SIZE(rows); i++)
		if (cuse_errno_of((int32_t)rows[i].status) != rows[i].err)
			fail_msg("%08x is errno %d", rows[i].status,
				 -cuse_errno_of((int32_t)rows[i].status));
}

#define TEST(name)         cmocka_unit_test_setup_teardown(name, cuse_fixture_setup, cuse_fixture_teardown)
#define TEST_STARTED(name) cmocka_unit_test_setup_teardown(name, started, cuse_fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_start__kernel_makes_none__says_what_to_look_at),
		TEST(test_start__kernel_side_refuses__its_report),
		TEST(test_start__kernel_ends_it_at_once__fails),
		TEST(test_start__name_taken__says_so),
		TEST(test_mode__follows_the_list),
		TEST(test_owner__one_user_and_one_group),
		TEST(test_open__the_list_decides),
		TEST_STARTED(test_control__buffers_there_and_back),
		TEST_STARTED(test_control__refused_by_driver__errno_and_status),
		TEST_STARTED(test_control__in_direct__driver_reads_the_second_buffer),
		TEST_STARTED(test_control__changed_between_the_rounds__refused),
		TEST_STARTED(test_control__what_is_never_asked),
		TEST(test_errno__each_kind_of_status),
	};

	return skips_status(cmocka_run_group_tests(tests, NULL, NULL));
}
