/* SPDX-License-Identifier: MIT */
/*
 * e1000_sweep_test.c - the single-fault sweep over the e1000 driver: start, 100 frames, stop, with
 * the k-th allocation, system call, ring submission or completion failing, for every k.
 *
 * usage: e1000_sweep_test model|qemu [STRIDE]
 *
 * On QEMU there are some 1,600 points and each starts a QEMU: STRIDE takes every so manyth, unless
 * UWDF_SWEEP_ALL is set.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "nic_scenario.h"
#include "sweep.h"

static const struct nic_scenario model = {
	.rig = { .driver = UWDF_TEST_DRIVERS "/e1000.so", .address = "model:e1000" },
	.frames_come_back = true,
};
static const struct nic_scenario qemu = {
	.rig = { .driver = UWDF_TEST_DRIVERS "/e1000.so", .address = "qemu:e1000" },
};

static const char *run_model(bool may_fail)
{
	return nic_scenario_run(&model, may_fail);
}

static const char *run_qemu(bool may_fail)
{
	return nic_scenario_run(&qemu, may_fail);
}

/* What goes wrong on purpose is reported a thousand times: not to be read. */
static void drop_message(void *arg, enum log_level level, const char *area, const char *text)
{
	(void)arg;
	(void)level;
	(void)area;
	(void)text;
}

static uint32_t stride_from(const char *text)
{
	if (!text || getenv("UWDF_SWEEP_ALL")) // NOLINT(concurrency-mt-unsafe): one thread
		return 1;
	return (uint32_t)strtoul(text, NULL, 10);
}

int main(int argc, char **argv)
{
	bool on_qemu = argc > 1 && !strcmp(argv[1], "qemu");
	struct sweep_params params = {
		.name = on_qemu ? "e1000 on qemu" : "e1000 on model",
		.run = on_qemu ? run_qemu : run_model,
		.stride = stride_from(argc > 2 ? argv[2] : NULL),
		.limit_s = 30,
	};
	uint64_t points = 0, failed = 0;

	log_set_sink(drop_message, NULL);
	if (!sweep_baseline(&params))
		return 1;
	for (int kind = 0; kind < FAULT_KINDS; kind++) {
		struct sweep_result result = sweep(&params, (enum fault_kind)kind);

		points += result.points;
		failed += result.failed;
	}
	printf("%s: %llu fault points swept, %llu wrong\n", params.name, (unsigned long long)points,
	       (unsigned long long)failed);
	return failed != 0;
}
