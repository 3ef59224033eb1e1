/* SPDX-License-Identifier: MIT */
/* uwdf-net's bridge between a fake device and a fake interface: a pair of sockets. */
#include "server_fixture.h"
#include "uw_test.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include "base/fault.h"
#include "bridge.h"
#include "uwdf/status.h"
#include "uwdf_nic.h"

#define READS    64 /* how many the bridge keeps at the device */
#define FAILURES 32 /* in a row, at which it gives up */
#define SOON_MS  60000

static struct server_fixture *server;
static uwdf_handle *device;
static struct tap tap = { .socket_fd = -1, .name = "fake0" };
static int wire; /* the other end of the interface */
static struct bridge *bridge;
static struct report report;
static int stop_fd, result;
static pthread_t thread;

static int setup(void **state)
{
	struct uwdf_error error = { .text = "" };
	int ends[2];

	if (server_fixture_setup(state))
		return -1;
	server = *state;
	report = (struct report)REPORT_INIT;
	assert_int_equal(uwdf_open("fake", &error, &device), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends), 0);
	tap.fd = ends[0];
	wire = ends[1];
	stop_fd = eventfd(0, 0);
	bridge = NULL;
	return 0;
}

static int setup_bridge(void **state)
{
	if (setup(state))
		return -1;
	assert_int_equal(bridge_new(device, &tap, false, &report, &bridge), 0);
	assert_int_equal(bridge_start(bridge, &report), 0);
	fake_device_await_pending(&server->device, READS);
	return 0;
}

static int teardown(void **state)
{
	uwdf_close(device);
	bridge_free(bridge);
	close(tap.fd);
	close(wire);
	close(stop_fd);
	return server_fixture_teardown(state);
}

/* As uwdf-net does: whatever came of the start, the device first, then what it had of ours. */
static bool start_with_fault(enum fault_kind kind, uint64_t k)
{
	struct uwdf_error error = { .text = "" };
	bool fired;
	int err;

	assert_int_equal(uwdf_open("fake", &error, &device), 0);
	fault_arm(kind, k);
	err = bridge_new(device, &tap, false, &report, &bridge);
	if (!err)
		err = bridge_start(bridge, &report);
	fired = fault_fired();
	fault_disarm();
	if (err)
		assert_non_null(strstr(report.text, " fake"));
	uwdf_close(device);
	bridge_free(bridge);
	device = NULL;
	bridge = NULL;
	return fired;
}

static void test_start__each_single_fault__said_and_nothing_left(void **state)
{
	(void)state;
	uwdf_close(device);
	for (uint64_t k = 1; start_with_fault(FAULT_ALLOC, k) && k < 100; k++)
		report = (struct report)REPORT_INIT;
	for (uint64_t k = 1; start_with_fault(FAULT_SYSCALL, k) && k < 100; k++)
		report = (struct report)REPORT_INIT;
}

static void *run(void *arg)
{
	(void)arg;
	result = bridge_run(bridge, stop_fd, &report);
	return NULL;
}

static void start(void)
{
	assert_int_equal(pthread_create(&thread, NULL, run, NULL), 0);
}

static void stop(void)
{
	const uint64_t one = 1;

	assert_int_equal(write(stop_fd, &one, sizeof(one)), sizeof(one));
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(result, 0);
}

static void expect_on_wire(const char *text)
{
	struct pollfd fd = { .fd = wire, .events = POLLIN };
	char frame[2048];
	ssize_t len;

	assert_int_equal(poll(&fd, 1, SOON_MS), 1);
	len = read(wire, frame, sizeof(frame));
	assert_int_equal(len, strlen(text));
	assert_memory_equal(frame, text, strlen(text));
}

static void put_on_wire(size_t len)
{
	static const char frame[2048] = "\xff\xff\xff\xff\xff\xff";

	assert_int_equal(write(wire, frame, len), len);
}

/* What the device got is known when the next frame has passed it. */
static void pass_a_frame(const char *text)
{
	fake_device_await_pending(&server->device, READS);
	fake_device_finish(&server->device, UWDF_STATUS_SUCCESS, text);
	expect_on_wire(text);
	fake_device_await_pending(&server->device, READS);
}

static void test_frames_from_the_device__reach_the_interface_in_order(void **state)
{
	(void)state;
	start();
	pass_a_frame("first frame of some length");
	pass_a_frame("second");
	stop();
	assert_int_equal(bridge_counts(bridge).received_frames, 2);
	assert_int_equal(bridge_counts(bridge).received_bytes, 26 + 6);
}

/* The bridge's frames are the requests beyond its reads and its question for the link. */
static void await_submitted(unsigned int count)
{
	for (int i = 0; i < SOON_MS; i++) {
		if (FAKE_COUNT(&server->device, submitted) == count)
			return;
		poll(NULL, 0, 1);
	}
	fail_msg("%u requests instead of %u", FAKE_COUNT(&server->device, submitted), count);
}

static void test_frames_nobody_may_send__dropped_and_counted(void **state)
{
	(void)state;
	start();
	put_on_wire(NIC_MIN_FRAME - 1);
	put_on_wire(NIC_MAX_FRAME + 1);
	put_on_wire(NIC_MIN_FRAME);
	await_submitted(READS + 1 + 1);
	pass_a_frame("the answer to the frame was there before");
	stop();
	assert_int_equal(bridge_counts(bridge).send_dropped, 2);
	assert_int_equal(bridge_counts(bridge).sent_frames, 1);
	assert_int_equal(bridge_counts(bridge).sent_bytes, 60); /* padded to Ethernet's least */
}

static void test_interface_down__frames_dropped_and_reading_goes_on(void **state)
{
	(void)state;
	assert_int_equal(shutdown(wire, SHUT_RD), 0);
	start();
	fake_device_finish(&server->device, UWDF_STATUS_SUCCESS, "lost");
	await_submitted(READS + 1 + 1); /* asked again */
	stop();
	assert_int_equal(bridge_counts(bridge).receive_dropped, 1);
	assert_int_equal(bridge_counts(bridge).received_frames, 0);
}

static void test_reads_fail__some_are_forgiven(void **state)
{
	(void)state;
	start();
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < FAILURES - 1; i++) {
			fake_device_finish(&server->device, UWDF_STATUS_UNSUCCESSFUL, "");
			fake_device_await_pending(&server->device, READS);
		}
		pass_a_frame("works again");
	}
	stop();
	assert_int_equal(bridge_counts(bridge).received_frames, 2);
}

static void test_reads_fail__all_in_a_row__ends_with_a_report(void **state)
{
	(void)state;
	start();
	for (int i = 0; i < FAILURES; i++)
		fake_device_finish(&server->device, UWDF_STATUS_UNSUCCESSFUL, "");
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(result, -EIO);
	assert_non_null(strstr(report.text, "passing frames between fake and fake0"));
}

/* The fake device keeps the questions for an address and a link until they are finished. */
static void *ask(void *arg)
{
	result = bridge_ask_device(device, &report, arg);
	return NULL;
}

static void expect_refused(struct bridge_device *facts, const char *text)
{
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(result, -ENOTSUP);
	assert_non_null(strstr(report.text, text));
	assert_non_null(strstr(report.hint, "is fake a NIC?"));
	assert_false(facts->connected);
}

static void test_no_nic__said_with_its_answer(void **state)
{
	struct bridge_device facts = { .connected = false };

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, ask, &facts), 0);
	fake_device_await_pending(&server->device, 1);
	fake_device_finish(&server->device, UWDF_STATUS_INVALID_DEVICE_REQUEST, "");
	expect_refused(&facts, "asking fake for its address: it said 0xc0000010");
}

static void test_answer_too_short__taken_for_none(void **state)
{
	struct bridge_device facts = { .connected = false };

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, ask, &facts), 0);
	fake_device_await_pending(&server->device, 1);
	fake_device_finish(&server->device, UWDF_STATUS_SUCCESS, "ADDRES");
	fake_device_await_pending(&server->device, 1);
	fake_device_finish(&server->device, UWDF_STATUS_SUCCESS, "lin");
	expect_refused(&facts, "asking fake for its link: it said 0x00000000");
	assert_memory_equal(facts.address, "ADDRES", 6);
}

static void test_host_ends__said(void **state)
{
	(void)state;
	start();
	server_leave(server->server, exec_deadline_ms(SOON_MS));
	server_fixture_stop(server);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(result, -EPIPE);
	assert_non_null(strstr(report.text, "fake is gone"));
}

#define bridged(test) cmocka_unit_test_setup_teardown(test, setup_bridge, teardown)
#define asked(test)   cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		bridged(test_frames_from_the_device__reach_the_interface_in_order),
		bridged(test_frames_nobody_may_send__dropped_and_counted),
		bridged(test_interface_down__frames_dropped_and_reading_goes_on),
		bridged(test_reads_fail__some_are_forgiven),
		bridged(test_reads_fail__all_in_a_row__ends_with_a_report),
		asked(test_start__each_single_fault__said_and_nothing_left),
		asked(test_no_nic__said_with_its_answer),
		asked(test_answer_too_short__taken_for_none),
		bridged(test_host_ends__said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
