/* SPDX-License-Identifier: MIT */
/* Making a TAP interface on a kernel that refuses: each refusal has its advice and leaves nothing.
 */
#include "uw_test.h"

#include <errno.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/fault.h"
#include "base/sys.h"
#include "tap.h"

static struct {
	int open_err;
	int join_err;
	char asked[64];
} kernel;

static int fake_open(const char *path, int flags, mode_t mode)
{
	(void)mode;
	snprintf(kernel.asked, sizeof(kernel.asked), "%s", path);
	return kernel.open_err ? kernel.open_err : open("/dev/null", flags | O_CLOEXEC);
}

static int fake_ioctl(int fd, unsigned long request, void *arg)
{
	(void)fd;
	(void)arg;
	return request == TUNSETIFF ? kernel.join_err : 0;
}

static int set_up(void **state)
{
	static const struct sys_ops ops = { .open = fake_open, .ioctl = fake_ioctl };

	(void)state;
	memset(&kernel, 0, sizeof(kernel));
	sys_set_ops(&ops);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	sys_set_ops(NULL);
	return 0;
}

static void assert_refused(const char *name, int expected, const char *advice)
{
	struct report rep = REPORT_INIT;
	unsigned int fds = test_open_fds();
	struct tap tap;

	assert_int_equal(tap_open(name, &rep, &tap), expected);
	assert_non_null(strstr(rep.hint, advice));
	assert_int_equal(test_open_fds(), fds);
}

static void test_tap_open__kernel_joins__two_descriptors_until_closed(void **state)
{
	struct report rep = REPORT_INIT;
	unsigned int fds = test_open_fds();
	struct tap tap;

	(void)state;
	assert_int_equal(tap_open("nic0", &rep, &tap), 0);
	assert_string_equal(kernel.asked, "/dev/net/tun");
	assert_string_equal(tap.name, "nic0");
	assert_int_equal(test_open_fds(), fds + 2);
	tap_close(&tap);
	assert_int_equal(test_open_fds(), fds);
}

static void test_tap_open__interface_refused__advice_and_nothing_open(void **state)
{
	(void)state;
	kernel.join_err = -EPERM;
	assert_refused("nic0", -EPERM, "unshare -Urn");
	kernel.join_err = -EBUSY;
	assert_refused("nic0", -EBUSY, "another program has it");
	kernel.join_err = -EINVAL;
	assert_refused("lo", -EINVAL, "no TAP interface");
}

static void test_tap_open__no_tun_device__says_how_to_get_it(void **state)
{
	(void)state;
	kernel.open_err = -ENOENT;
	assert_refused("nic0", -ENOENT, "modprobe tun");
	kernel.open_err = -EACCES;
	assert_refused("nic0", -EACCES, "chmod 0666");
}

static void test_tap_open__bad_name__refused_before_anything(void **state)
{
	(void)state;
	assert_refused("", -EINVAL, "at most 15 letters");
	assert_refused("sixteen-letters-", -EINVAL, "at most 15 letters");
	assert_refused("a/b", -EINVAL, "at most 15 letters");
	assert_refused("..", -EINVAL, "at most 15 letters");
	assert_string_equal(kernel.asked, "");
}

static void test_tap_open__each_system_call_fails__nothing_left(void **state)
{
	unsigned int fds = test_open_fds();
	struct report rep;
	struct tap tap;
	int err;

	(void)state;
	for (uint64_t k = 1;; k++) {
		rep = (struct report)REPORT_INIT;
		fault_arm(FAULT_SYSCALL, k);
		err = tap_open("nic0", &rep, &tap);
		if (!err)
			tap_close(&tap);
		assert_int_equal(test_open_fds(), fds);
		if (!fault_fired())
			break;
		assert_int_not_equal(err, 0);
	}
	fault_disarm();
	assert_int_equal(err, 0);
}

int main(void)
{
#define TAP_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TAP_TEST(test_tap_open__kernel_joins__two_descriptors_until_closed),
		TAP_TEST(test_tap_open__interface_refused__advice_and_nothing_open),
		TAP_TEST(test_tap_open__no_tun_device__says_how_to_get_it),
		TAP_TEST(test_tap_open__bad_name__refused_before_anything),
		TAP_TEST(test_tap_open__each_system_call_fails__nothing_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
