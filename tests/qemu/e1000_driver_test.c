/* SPDX-License-Identifier: MIT */
/* e1000_driver_test.c - the e1000 driver on QEMU's three NICs: frames, counts, link, removal. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "nic.h"
#include "vfio/pci_function.h"
#include "wire.h"

#define FRAMES 100

static const uint8_t own[6] = { 0x52, 0x54, 0x00, 0xaa, 0xbb, 0x01 };
static const uint8_t other[6] = { 0x52, 0x54, 0x00, 0xaa, 0xbb, 0x02 };

struct bench {
	struct rig rig;
	struct wire wire;
	struct rig_leftovers before;
};

static void bench_start(struct bench *bench, const char *address)
{
	struct rig_params params = { .driver = UWDF_TEST_DRIVERS "/e1000.so", .address = address };

	bench->before = rig_leftovers_now();
	check(wire_open(&bench->wire), "no wire");
	params.qemu_args = bench->wire.args;
	if (rig_start(&bench->rig, &params))
		fail_msg("%s\n%s", bench->rig.report.text, bench->rig.report.hint);
}

static void bench_stop(struct bench *bench)
{
	rig_stop(&bench->rig);
	wire_close(&bench->wire);
	check(rig_nothing_left(&bench->before), "something is left over");
}

static void send_all(struct bench *bench)
{
	uint8_t frame[NIC_MAX_FRAME], got[2048];

	for (uint32_t i = 0; i < FRAMES; i++) {
		size_t len = 60 + i * 14;

		nic_frame(frame, len, other, own, i);
		assert_int_equal(nic_send(&bench->rig, frame, len), STATUS_SUCCESS);
		check(nic_frame_is(got, wire_receive(&bench->wire, got, sizeof(got), 5000), len,
				   other, own, i),
		      "frame %u did not reach the wire as it was", i);
	}
}

static void receive_all(struct bench *bench)
{
	uint8_t frame[NIC_MAX_FRAME], got[NIC_MAX_FRAME];
	size_t got_len;

	for (uint32_t i = 0; i < FRAMES; i++) {
		size_t len = 60 + i * 14;

		nic_frame(frame, len, own, other, i);
		assert_true(wire_send(&bench->wire, frame, len));
		assert_int_equal(nic_receive(&bench->rig, got, sizeof(got), &got_len),
				 STATUS_SUCCESS);
		check(nic_frame_is(got, got_len, len, own, other, i),
		      "frame %u did not arrive as it was", i);
	}
}

static void exchange(const char *address)
{
	struct bench bench;
	uint8_t address_of_nic[6];

	bench_start(&bench, address);
	nic_address(&bench.rig, address_of_nic);
	assert_memory_equal(address_of_nic, own, 6);
	send_all(&bench);
	receive_all(&bench);
	assert_int_equal(nic_query_number(&bench.rig, NIC_OID_GEN_XMIT_OK), FRAMES);
	assert_int_equal(nic_query_number(&bench.rig, NIC_OID_GEN_RCV_OK), FRAMES);
	assert_int_equal(nic_query_number(&bench.rig, NIC_OID_GEN_RCV_NO_BUFFER), 0);
	assert_int_equal(wire_captured(&bench.wire), 2 * FRAMES);
	bench_stop(&bench);
}

static void test_e1000__82540em__exchanges_frames_as_captured(void **state)
{
	(void)state;
	exchange("qemu:e1000,netdev=wire,mac=52:54:00:aa:bb:01");
}

static void test_e1000__82544gc__exchanges_frames_as_captured(void **state)
{
	(void)state;
	exchange("qemu:e1000-82544gc,netdev=wire,mac=52:54:00:aa:bb:01");
}

static void test_e1000__82545em__exchanges_frames_as_captured(void **state)
{
	(void)state;
	exchange("qemu:e1000-82545em,netdev=wire,mac=52:54:00:aa:bb:01");
}

static void test_e1000__two_nics_on_one_wire__reach_each_other(void **state)
{
	static struct rig rigs[2];
	struct wire wires[2];
	struct rig_params params[2] = {
		{ .driver = UWDF_TEST_DRIVERS "/e1000.so",
		  .address = "qemu:e1000,netdev=wire,mac=52:54:00:aa:bb:01" },
		{ .share = &rigs[0], .address = "qemu:e1000,netdev=wire,mac=52:54:00:aa:bb:02" },
	};
	uint8_t frame[200], got[NIC_MAX_FRAME];
	size_t got_len;

	(void)state;
	assert_true(wire_open_pair(&wires[0], &wires[1]));
	for (int i = 0; i < 2; i++) {
		params[i].qemu_args = wires[i].args;
		if (rig_start(&rigs[i], &params[i]))
			fail_msg("%s\n%s", rigs[i].report.text, rigs[i].report.hint);
	}
	for (uint32_t i = 0; i < FRAMES; i++) {
		struct rig *from = &rigs[i & 1], *to = &rigs[!(i & 1)];
		const uint8_t *to_address = i & 1 ? own : other, *address = i & 1 ? other : own;

		nic_frame(frame, sizeof(frame), to_address, address, i);
		assert_int_equal(nic_send(from, frame, sizeof(frame)), STATUS_SUCCESS);
		assert_int_equal(nic_receive(to, got, sizeof(got), &got_len), STATUS_SUCCESS);
		check(nic_frame_is(got, got_len, sizeof(frame), to_address, address, i),
		      "frame %u came as another", i);
	}
	rig_stop(&rigs[1]);
	rig_stop(&rigs[0]);
	wire_close(&wires[0]);
	wire_close(&wires[1]);
}

/* Requests in every place: writes in the device, reads that wait. */
static void keep_busy(struct rig *rig, struct rig_op *ops, int count)
{
	uint8_t frame[1000];

	for (int i = 0; i < count; i++) {
		nic_frame(frame, sizeof(frame), other, own, (uint32_t)i);
		if (i & 1)
			rig_read(rig, &ops[i], NIC_MAX_FRAME);
		else
			rig_write(rig, &ops[i], frame, sizeof(frame));
	}
}

static void check_all_end(struct bench *bench, struct rig_op *ops, int count)
{
	check(rig_wait_left(&bench->rig), "the device did not ask to leave");
	uwdf_device_remove(bench->rig.device);
	bench->rig.device = NULL;
	for (int i = 0; i < count; i++)
		check(rig_is_done(&ops[i]), "request %d still pends", i);
}

static void test_e1000__pulled_out_under_traffic__all_requests_end(void **state)
{
	static struct rig_op ops[400];
	struct bench bench;

	(void)state;
	bench_start(&bench, "qemu:e1000,netdev=wire,mac=52:54:00:aa:bb:01");
	keep_busy(&bench.rig, ops, 400);
	assert_int_equal(pci_function_provoke_removal(rig_function(&bench.rig)), 0);
	check_all_end(&bench, ops, 400);
	bench_stop(&bench);
}

static void test_e1000__qemu_dies_under_traffic__all_requests_end(void **state)
{
	static struct rig_op ops[400];
	struct bench bench;

	(void)state;
	bench_start(&bench, "qemu:e1000,netdev=wire,mac=52:54:00:aa:bb:01");
	keep_busy(&bench.rig, ops, 400);
	assert_int_equal(kill(pci_function_backend_pid(rig_function(&bench.rig)), SIGKILL), 0);
	check_all_end(&bench, ops, 400);
	bench_stop(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_e1000__82540em__exchanges_frames_as_captured),
		cmocka_unit_test(test_e1000__82544gc__exchanges_frames_as_captured),
		cmocka_unit_test(test_e1000__82545em__exchanges_frames_as_captured),
		cmocka_unit_test(test_e1000__two_nics_on_one_wire__reach_each_other),
		cmocka_unit_test(test_e1000__pulled_out_under_traffic__all_requests_end),
		cmocka_unit_test(test_e1000__qemu_dies_under_traffic__all_requests_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
