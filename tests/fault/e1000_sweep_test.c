/* SPDX-License-Identifier: MIT */
/*
 * e1000_sweep_test.c - the single-fault sweep over the e1000 driver: start, 100 frames, stop, with
 * the k-th allocation, system call, ring submission or completion failing, for every k.
 *
 * usage: e1000_sweep_test model|qemu [STRIDE]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nic_scenario.h"
#include "sweep.h"

static const struct nic_scenario model = {
	.rig = { .driver = UWDF_TEST_DRIVERS "/e1000.so", .address = "model:e1000" },
	.frames_come_back = true,
};
static const struct nic_scenario qemu = {
	.rig = { .driver = UWDF_TEST_DRIVERS "/e1000.so", .address = "qemu:e1000" },
};

static const char *run_model(void)
{
	return nic_scenario_run(&model);
}

static const char *run_qemu(void)
{
	return nic_scenario_run(&qemu);
}

int main(int argc, char **argv)
{
	bool on_qemu = argc > 1 && !strcmp(argv[1], "qemu");
	struct sweep_params params = {
		.name = on_qemu ? "e1000 on qemu" : "e1000 on model",
		.run = on_qemu ? run_qemu : run_model,
		.stride = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 1,
		.limit_s = 30,
	};
	const char *wrong = params.run();
	uint64_t points = 0, failed = 0;

	if (wrong) {
		fprintf(stderr, "%s: without any failure: %s\n", params.name, wrong);
		return 1;
	}
	for (int kind = 0; kind < FAULT_KINDS; kind++) {
		struct sweep_result result = sweep(&params, (enum fault_kind)kind);

		points += result.points;
		failed += result.failed;
	}
	printf("%s: %llu fault points swept, %llu wrong\n", params.name, (unsigned long long)points,
	       (unsigned long long)failed);
	return failed != 0;
}
