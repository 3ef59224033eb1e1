/* SPDX-License-Identifier: MIT */
/*
 * echo_sim_test.c - the echo driver, in both synchronizations, under the simulated executor: reads
 * that are due, cancelled, held by power and purged by removal at moments that a seed chooses. Each
 * comes back once, none before its time, and none is lost.
 */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "pnp/device.h"
#include "pnp/host.h"
#include "rig.h"
#include "uwdf_echo.h"

#ifdef UW_DEBUG_LOCKS
#define SEEDS 15 /* in the slow builds */
#else
#define SEEDS 60 /* 10000 with UWDF_LONG */
#endif
#define CLIENTS  2
#define OPS      8 /* of each client */
#define DELAY_MS 3

struct echo_op {
	struct fx_packet packet;
	unsigned int completions; /* atomic */
	NTSTATUS status;
	size_t information;
	uint64_t begun_ns, ended_ns;
	uint8_t data[8];
};

static struct rig rig;
static struct echo_op ops[CLIENTS][OPS];
static uint64_t due_ns;                      /* atomic: of the read at the driver */
static uint64_t answered, cancelled, purged; /* over all seeds */

/* The drivers call these (tests/drivers/echo_pauses.h). */
UW_EXPORT void echo_pause(void);
UW_EXPORT void echo_timer_starts(void);
void echo_pause(void)
{
	/* mostly short, so that one thread comes far while another stands still */
	for (uint64_t turns = exec_sim_random(exec_sim_random(6) ? 2 : 100); turns; turns--)
		exec_yield();
}

void echo_timer_starts(void)
{
	__atomic_store_n(&due_ns, exec_now_ns() + DELAY_MS * EXEC_NS_PER_MS, __ATOMIC_RELEASE);
}

static void complete(struct fx_packet *packet, NTSTATUS status, size_t information)
{
	struct echo_op *op = packet->owner;

	op->status = status;
	op->information = information;
	op->ended_ns = exec_now_ns();
	__atomic_add_fetch(&op->completions, 1, __ATOMIC_RELEASE);
}

static void submit(struct echo_op *op, bool is_read)
{
	memset(op, 0, sizeof(*op));
	memcpy(op->data, "echoing", sizeof(op->data));
	op->packet = (struct fx_packet){ .kind = is_read ? FX_PACKET_READ : FX_PACKET_WRITE,
					 .in = is_read ? NULL : op->data,
					 .in_len = is_read ? 0 : sizeof(op->data),
					 .out = is_read ? op->data : NULL,
					 .out_len = is_read ? sizeof(op->data) : 0,
					 .complete = complete,
					 .owner = op };
	op->begun_ns = exec_now_ns();
	fx_io_submit(rig.file, &op->packet);
}

/* On the owner, where whether it is out has an answer. */
static void cancel_if_out(void *arg)
{
	struct echo_op *op = arg;

	if (!__atomic_load_n(&op->completions, __ATOMIC_ACQUIRE))
		fx_io_cancel(&op->packet);
}

static void cancel(struct echo_op *op)
{
	irq_loop_call(fx_host_device(rig.device)->request_loop, cancel_if_out, op);
}

static void nothing(void *arg)
{
	(void)arg;
}

/* Some time, or until just when the read is due that the driver has by now. */
static void wait_a_while(void)
{
	uint64_t due;

	irq_loop_call(fx_host_device(rig.device)->request_loop, nothing, NULL);
	due = __atomic_load_n(&due_ns, __ATOMIC_ACQUIRE);
	if (exec_sim_random(2))
		exec_sleep_ms(exec_sim_random(DELAY_MS + 2));
	else if (due > exec_now_ns())
		exec_sleep_until(due);
}

static void client_thread(void *arg)
{
	struct echo_op *mine = arg;

	for (unsigned int i = 0; i < OPS; i++) {
		submit(&mine[i], i != 0 && exec_sim_random(4));
		wait_a_while();
		if (exec_sim_random(2))
			cancel(&mine[exec_sim_random(2) ? i : exec_sim_random(i + 1)]);
	}
}

static void power_thread(void *arg)
{
	struct fx_io *io = fx_host_device(rig.device)->io;

	(void)arg;
	for (int i = 0; i < 4; i++) {
		wait_a_while();
		fx_io_hold(io);
		exec_sleep_ms(exec_sim_random(2 * DELAY_MS));
		fx_io_resume(io);
	}
}

static struct exec_thread *start(void (*run)(void *arg), void *arg)
{
	struct exec_thread_params params = { .name = "sim", .run = run, .arg = arg, .node = -1 };
	struct exec_thread *thread;

	assert_int_equal(exec_thread_start(&params, &thread), 0);
	return thread;
}

static void start_driver(const char *driver)
{
	const uint32_t delay_ms = DELAY_MS;
	struct rig_params params = { .driver = driver,
				     .address = "model:edu",
				     .verify = "VerifierOn=1" };
	struct rig_op op;

	check(!rig_start(&rig, &params), "%s", rig.report.text);
	rig_control(&rig, &op, IOCTL_ECHO_SET_DELAY, &delay_ms, sizeof(delay_ms), 0);
	assert_true(rig_wait(&op));
	assert_int_equal(op.status, STATUS_SUCCESS);
}

static void check_op(const struct echo_op *op, uint64_t seed)
{
	bool is_read = op->packet.kind == FX_PACKET_READ;

	check(op->completions == 1, "seed %llu: a request came back %u times",
	      (unsigned long long)seed, op->completions);
	if (op->status != STATUS_SUCCESS) {
		cancelled += op->status == STATUS_CANCELLED;
		purged += op->status != STATUS_CANCELLED;
		return;
	}
	answered += is_read;
	check(!is_read || op->ended_ns - op->begun_ns >= DELAY_MS * EXEC_NS_PER_MS,
	      "seed %llu: a read was answered after %llu ns", (unsigned long long)seed,
	      (unsigned long long)(op->ended_ns - op->begun_ns));
	check(!is_read || !op->information || !memcmp(op->data, "echoing", sizeof(op->data)),
	      "seed %llu: it echoes something else", (unsigned long long)seed);
}

static void run_seed(const char *driver, uint64_t seed)
{
	struct exec_thread *clients[CLIENTS], *power;

	assert_int_equal(exec_sim_begin(seed), 0);
	start_driver(driver);
	for (unsigned int c = 0; c < CLIENTS; c++)
		clients[c] = start(client_thread, ops[c]);
	power = start(power_thread, NULL);
	for (unsigned int c = 0; c < CLIENTS; c++)
		exec_thread_join(clients[c]);
	exec_thread_join(power);
	exec_sleep_ms(exec_sim_random(4 * DELAY_MS)); /* then some still wait, or none */
	rig_stop(&rig);
	exec_sim_end();
	for (unsigned int c = 0; c < CLIENTS; c++)
		for (unsigned int i = 0; i < OPS; i++)
			check_op(&ops[c][i], seed);
}

static void run_seeds(const char *driver)
{
	uint64_t seeds = getenv("UWDF_LONG") ? 10000 : SEEDS; // NOLINT(concurrency-mt-unsafe)

	answered = cancelled = purged = 0;
	for (uint64_t seed = 1; seed <= seeds; seed++)
		run_seed(driver, seed);
	print_message("%llu reads answered, %llu requests cancelled, %llu refused\n",
		      (unsigned long long)answered, (unsigned long long)cancelled,
		      (unsigned long long)purged);
	assert_true(answered > seeds && cancelled > seeds);
}

static void test_seeds__automatic__each_read_ends_once_and_in_time(void **state)
{
	(void)state;
	run_seeds(UWDF_TEST_DRIVERS "/echo_pauses.so");
}

static void test_seeds__manual__each_read_ends_once_and_in_time(void **state)
{
	(void)state;
	run_seeds(UWDF_TEST_DRIVERS "/echo-manual_pauses.so");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seeds__automatic__each_read_ends_once_and_in_time),
		cmocka_unit_test(test_seeds__manual__each_read_ends_once_and_in_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
