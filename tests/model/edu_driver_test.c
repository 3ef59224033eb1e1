/* SPDX-License-Identifier: MIT */
/*
 * edu_driver_test.c - the tutorial driver: a factorial, DMA there and back, what it refuses, and
 * removal while the device works. On the function named by the first argument.
 */
#include <string.h>

#include "check.h"
#include "rig.h"
#include "uwdf_edu.h"
#include "vfio/mmio.h"
#include "vfio/pci_function.h"

static const char *address = "model:edu";

struct bench {
	struct rig rig;
	struct rig_leftovers before;
};

static int setup(void **state)
{
	static struct bench bench;
	struct rig_params params = { .driver = UWDF_TEST_DRIVERS "/edu.so", .address = address };

	bench.before = rig_leftovers_now();
	if (rig_start(&bench.rig, &params)) {
		print_error("%s\n%s\n", bench.rig.report.text, bench.rig.report.hint);
		return -1;
	}
	*state = &bench;
	return 0;
}

static int teardown(void **state)
{
	struct bench *bench = *state;

	rig_stop(&bench->rig);
	return rig_nothing_left(&bench->before) ? 0 : -1;
}

static NTSTATUS wait_for(struct rig_op *op)
{
	check(rig_wait(op), "the request did not complete");
	return op->status;
}

static void test_edu__factorial__is_computed(void **state)
{
	struct rig *rig = &((struct bench *)*state)->rig;
	uint32_t number = 10, result;
	struct rig_op op;

	rig_control(rig, &op, IOCTL_EDU_FACTORIAL, &number, sizeof(number), sizeof(result));
	assert_int_equal(wait_for(&op), STATUS_SUCCESS);
	assert_int_equal(op.information, sizeof(result));
	memcpy(&result, op.data, sizeof(result));
	assert_int_equal(result, 3628800);
}

static void test_edu__written__is_read_back(void **state)
{
	struct rig *rig = &((struct bench *)*state)->rig;
	uint8_t data[1000];
	struct rig_op op;

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7);
	rig_write(rig, &op, data, sizeof(data));
	assert_int_equal(wait_for(&op), STATUS_SUCCESS);
	assert_int_equal(op.information, sizeof(data));
	memset(op.data, 0, sizeof(op.data));
	rig_read(rig, &op, sizeof(data));
	assert_int_equal(wait_for(&op), STATUS_SUCCESS);
	assert_int_equal(op.information, sizeof(data));
	assert_memory_equal(op.data, data, sizeof(data));
}

static void test_edu__after_an_interrupt__it_is_acknowledged(void **state)
{
	enum { IRQ_STATUS = 0x24 };
	struct rig *rig = &((struct bench *)*state)->rig;
	const struct pci_bar *bar = pci_function_bar(rig_function(rig), 0);
	uint32_t number = 5;
	struct rig_op op;

	rig_control(rig, &op, IOCTL_EDU_FACTORIAL, &number, sizeof(number), sizeof(number));
	assert_int_equal(wait_for(&op), STATUS_SUCCESS);
	assert_int_equal(vfio_mmio_read32((volatile uint8_t *)bar->regs + IRQ_STATUS), 0);
}

static void test_edu__several_requests__are_served_in_turn(void **state)
{
	struct rig *rig = &((struct bench *)*state)->rig;
	static struct rig_op ops[5];
	uint32_t result, expected = 1;

	for (uint32_t i = 0; i < 5; i++)
		rig_control(rig, &ops[i], IOCTL_EDU_FACTORIAL, &i, sizeof(i), sizeof(result));
	for (uint32_t i = 0; i < 5; i++) {
		assert_int_equal(wait_for(&ops[i]), STATUS_SUCCESS);
		memcpy(&result, ops[i].data, sizeof(result));
		expected *= i ? i : 1;
		assert_int_equal(result, expected);
	}
}

static void test_edu__wrong_requests__are_refused(void **state)
{
	struct rig *rig = &((struct bench *)*state)->rig;
	uint8_t data[8] = { 0 };
	struct rig_op op;

	rig_control(rig, &op, IOCTL_EDU_FACTORIAL, data, 3, 4);
	assert_int_equal(wait_for(&op), STATUS_BUFFER_TOO_SMALL);
	rig_control(rig, &op, IOCTL_EDU_FACTORIAL, data, 4, 3);
	assert_int_equal(wait_for(&op), STATUS_BUFFER_TOO_SMALL);
	rig_control(rig, &op, IOCTL_EDU_FACTORIAL + 4, data, 4, 4);
	assert_int_equal(wait_for(&op), STATUS_INVALID_DEVICE_REQUEST);
	rig_read(rig, &op, EDU_MEMORY_BYTES + 1);
	assert_int_equal(wait_for(&op), STATUS_INVALID_BUFFER_SIZE);
}

static void test_edu__pulled_out_while_it_works__request_ends(void **state)
{
	struct rig *rig = &((struct bench *)*state)->rig;
	uint8_t data[100] = { 0 };
	struct rig_op op;

	rig_write(rig, &op, data, sizeof(data));
	assert_int_equal(pci_function_provoke_removal(rig_function(rig)), 0);
	assert_true(rig_wait_left(rig));
	uwdf_device_remove(rig->device);
	rig->device = NULL;
	assert_true(rig_is_done(&op));
}

#define EDU_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		EDU_TEST(test_edu__factorial__is_computed),
		EDU_TEST(test_edu__written__is_read_back),
		EDU_TEST(test_edu__after_an_interrupt__it_is_acknowledged),
		EDU_TEST(test_edu__several_requests__are_served_in_turn),
		EDU_TEST(test_edu__wrong_requests__are_refused),
		EDU_TEST(test_edu__pulled_out_while_it_works__request_ends),
	};

	if (argc > 1)
		address = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
