/* SPDX-License-Identifier: MIT */
/*
 * e1000_sweep_test.c - the single-fault sweep over the e1000 driver: start, 100 frames and some in
 * vectors, stop, with the k-th allocation, system call, ring submission or completion failing, for
 * every k.
 *
 * usage: e1000_sweep_test model|qemu [STRIDE]
 *
 * On QEMU there are some 1,600 points and each starts a QEMU: STRIDE takes every so manyth, unless
 * UWDF_LONG is set. What is sent comes back there, too: the wire's far end is its near end.
 *
 * A kind of failure that never happened has proved nothing, so that is wrong as well. A loop on
 * epoll, where io_uring is refused, has submissions and completions that fail, too.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "nic_scenario.h"
#include "sweep.h"
#include "wire.h"

static const struct nic_scenario model = {
	.rig = { .driver = UWDF_TEST_DRIVERS "/e1000.so", .address = "model:e1000" },
	.frames_come_back = true,
};
static struct wire wire;
static const struct nic_scenario qemu = {
	.rig = { .driver = UWDF_TEST_DRIVERS "/e1000.so",
		 .address = "qemu:e1000,netdev=wire",
		 .qemu_args = wire.args },
	.frames_come_back = true,
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
	if (!text || getenv("UWDF_LONG")) // NOLINT(concurrency-mt-unsafe): one thread
		return 1;
	return (uint32_t)strtoul(text, NULL, 10);
}

/* Points that went wrong; one more if there was none. */
static uint64_t sweep_kind(const struct sweep_params *params, enum fault_kind kind, uint64_t *fired)
{
	struct sweep_result result = sweep(params, kind);

	*fired += result.fired;
	if (!result.fired)
		fprintf(stderr, "%s: of this kind, nothing failed\n", params->name);
	return result.failed + !result.fired;
}

static uint64_t sweep_all(const struct sweep_params *params)
{
	uint64_t fired = 0, wrong = 0;

	for (int kind = 0; kind < FAULT_KINDS; kind++)
		wrong += sweep_kind(params, (enum fault_kind)kind, &fired);
	printf("%s: %llu fault points swept, %llu wrong\n", params->name, (unsigned long long)fired,
	       (unsigned long long)wrong);
	return wrong;
}

int main(int argc, char **argv)
{
	bool on_qemu = argc > 1 && !strcmp(argv[1], "qemu"), good;
	struct sweep_params params = {
		.name = on_qemu ? "e1000 on qemu" : "e1000 on model",
		.run = on_qemu ? run_qemu : run_model,
		.stride = stride_from(argc > 2 ? argv[2] : NULL),
		.limit_s = 120,
	};

	log_set_sink(drop_message, NULL);
	if (on_qemu && !wire_open_loop(&wire)) {
		perror("e1000_sweep_test: no directory for the wire");
		return 1;
	}
	good = sweep_baseline(&params) && !sweep_all(&params);
	if (on_qemu)
		wire_close(&wire);
	return !good;
}
