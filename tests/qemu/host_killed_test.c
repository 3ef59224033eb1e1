/* SPDX-License-Identifier: MIT */
/*
 * host_killed_test.c - a host process is killed while frames flow: its QEMU goes with it, and the
 * same NIC starts again at once.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "nic.h"
#include "vfio/pci_function.h"

static const struct rig_params params = {
	.driver = UWDF_TEST_DRIVERS "/e1000.so",
	.address = "qemu:e1000",
};

/* The victim: says who its QEMU is, then sends frames until it is killed. */
static void send_for_ever(int report_fd)
{
	static const uint8_t to[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	static struct rig rig;
	uint8_t frame[100];
	pid_t qemu = 0;

	if (!rig_start(&rig, &params))
		qemu = pci_function_backend_pid(rig_function(&rig));
	for (uint32_t i = 0; qemu; i++) {
		nic_frame(frame, sizeof(frame), to, to, i);
		if (nic_send(&rig, frame, sizeof(frame)) != STATUS_SUCCESS)
			break;
		if (i == 20 && write(report_fd, &qemu, sizeof(qemu)) != sizeof(qemu))
			break;
	}
	_exit(1);
}

static bool ends_within(pid_t pid, int ms)
{
	struct pollfd fd = { .fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN };
	bool ended;

	if (fd.fd < 0) /* ended and reaped already */
		return true;
	ended = poll(&fd, 1, ms) == 1;
	close(fd.fd);
	return ended;
}

static void test_host__killed_while_frames_flow__nic_starts_again_at_once(void **state)
{
	static struct rig rig;
	pid_t victim, qemu = 0;
	uint8_t frame[60] = { 0 };
	int pipe_fds[2];

	(void)state;
	assert_int_equal(pipe(pipe_fds), 0);
	victim = fork();
	if (!victim)
		send_for_ever(pipe_fds[1]);
	close(pipe_fds[1]);
	assert_int_equal(read(pipe_fds[0], &qemu, sizeof(qemu)), sizeof(qemu));
	close(pipe_fds[0]);
	assert_int_equal(kill(victim, SIGKILL), 0);
	assert_int_equal(waitpid(victim, NULL, 0), victim);

	if (rig_start(&rig, &params))
		fail_msg("%s\n%s", rig.report.text, rig.report.hint);
	assert_int_equal(nic_send(&rig, frame, sizeof(frame)), STATUS_SUCCESS);
	rig_stop(&rig);
	check(ends_within(qemu, 5000), "QEMU outlives its host");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_host__killed_while_frames_flow__nic_starts_again_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
