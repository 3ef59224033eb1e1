/* SPDX-License-Identifier: MIT */
/*
 * echo_sweep_test.c - the single-fault sweep over the echo driver that the first argument names:
 * start, write, read, a cancelled read, stop, with the k-th allocation, system call, ring
 * submission or completion failing, for every k.
 */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "rig.h"
#include "sweep.h"
#include "uwdf_echo.h"

static struct rig_params params = { .address = "model:edu" };

/* NULL, or what was wrong: a request must come back, well or not. */
static const char *come_back(struct rig_op *op, bool may_fail)
{
	if (!rig_wait(op))
		return "a request does not come back";
	return may_fail || NT_SUCCESS(op->status) ? NULL : "a request fails";
}

static const char *set_delay(struct rig *rig, uint32_t delay_ms, bool may_fail)
{
	struct rig_op op;

	rig_control(rig, &op, IOCTL_ECHO_SET_DELAY, &delay_ms, sizeof(delay_ms), 0);
	return come_back(&op, may_fail);
}

static const char *there_and_back(struct rig *rig, bool may_fail)
{
	struct rig_op op;
	const char *wrong;

	rig_write(rig, &op, "text", 4);
	wrong = come_back(&op, may_fail);
	if (wrong)
		return wrong;
	rig_read(rig, &op, 10);
	wrong = come_back(&op, may_fail);
	if (wrong || !NT_SUCCESS(op.status))
		return wrong;
	if (op.information && (op.information != 4 || memcmp(op.data, "text", 4)))
		return "it echoes something else";
	return NULL;
}

static const char *use(struct rig *rig, bool may_fail)
{
	const char *wrong = set_delay(rig, 1, may_fail);
	struct rig_op op;

	if (!wrong)
		wrong = there_and_back(rig, may_fail);
	if (!wrong)
		wrong = set_delay(rig, 200, may_fail);
	if (wrong)
		return wrong;
	rig_read(rig, &op, 10);
	rig_cancel(&op);
	return rig_wait(&op) ? NULL : "a cancelled read does not come back";
}

static const char *run(bool may_fail)
{
	struct rig_leftovers before = rig_leftovers_now();
	const char *wrong = NULL;
	struct rig rig;

	if (rig_start(&rig, &params))
		return may_fail ? NULL : "it does not start";
	wrong = use(&rig, may_fail);
	rig_stop(&rig);
	if (!wrong && !rig_nothing_left(&before))
		wrong = "something is left";
	return wrong;
}

static int sweep_all(const struct sweep_params *sweeps)
{
	static const char *const names[] = { [FAULT_ALLOC] = "allocation",
					     [FAULT_SYSCALL] = "system call",
					     [FAULT_SUBMIT] = "ring submission",
					     [FAULT_COMPLETE] = "ring completion" };
	int failed = !sweep_baseline(sweeps);

	for (unsigned int kind = 0; kind < FAULT_KINDS && !failed; kind++) {
		struct sweep_result result = sweep(sweeps, (enum fault_kind)kind);

		printf("%s: %llu points of %s, %llu wrong\n", sweeps->name,
		       (unsigned long long)result.fired, names[kind],
		       (unsigned long long)result.failed);
		failed = result.failed || !result.fired;
	}
	return failed;
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "echo";
	struct sweep_params sweeps = { .name = name, .run = run, .stride = 1, .limit_s = 120 };
	char driver[512];

	log_set_level(LOG_LEVEL_ERROR);
	(void)snprintf(driver, sizeof(driver), UWDF_TEST_DRIVERS "/%s.so", name);
	params.driver = driver;
	return sweep_all(&sweeps);
}
