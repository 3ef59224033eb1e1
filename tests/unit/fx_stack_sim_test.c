/* SPDX-License-Identifier: MIT */
/*
 * Clients that open, submit, cancel and close at the top of three devices, whose drivers take some
 * kinds of request each, and a PnP thread that holds one level or removes all from the top down:
 * under the simulated executor. Each request ends once, each file at every level that opened it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/exec.h"
#include "object/driver.h"
#include "sim_stack.h"

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define SEEDS 30
#else
#define SEEDS 100
#endif
#define SEEDS_LONG 10000 /* with UWDF_LONG=1 */
#define CLIENTS    2
#define SESSIONS   2
#define OPS        5 /* of each session */
#define KEPT       64

static WDFSPINLOCK lock;
static bool clients_done; /* atomic */

/* Counted on the owner loop. */
static struct {
	unsigned int creates, cleanups, closes;
} files[LEVELS];
static unsigned int refused; /* creates */

/* What the drivers keep, guarded by lock. */
static struct kept {
	WDFREQUEST request;
	bool marked;
} kept[KEPT];
static unsigned int kept_count;
static uint64_t cancels, lower_reads, opens;

/* --- the drivers --- */

static bool forget_locked(WDFREQUEST request)
{
	for (unsigned int i = 0; i < kept_count; i++) {
		if (kept[i].request != request)
			continue;
		kept[i] = kept[--kept_count];
		return true;
	}
	return false;
}

static void on_cancel(WDFREQUEST request)
{
	WdfSpinLockAcquire(lock);
	(void)forget_locked(request);
	WdfSpinLockRelease(lock);
	cancels++;
	WdfRequestComplete(request, STATUS_CANCELLED);
}

static void keep(WDFREQUEST request, bool marked)
{
	WdfSpinLockAcquire(lock);
	kept[kept_count++] = (struct kept){ request, marked };
	if (marked)
		WdfRequestMarkCancelable(request, on_cancel);
	WdfSpinLockRelease(lock);
}

static void on_request(WDFQUEUE queue, WDFREQUEST request)
{
	(void)queue;
	if (exec_sim_random(2))
		keep(request, exec_sim_random(2));
	else
		WdfRequestComplete(request, STATUS_SUCCESS);
}

static void on_read(WDFQUEUE queue, WDFREQUEST request, size_t len)
{
	(void)len;
	on_request(queue, request);
}

static void on_write(WDFQUEUE queue, WDFREQUEST request, size_t len)
{
	(void)len;
	on_request(queue, request);
}

static void on_low(WDFQUEUE queue, WDFREQUEST request)
{
	WDF_REQUEST_PARAMETERS params;

	WDF_REQUEST_PARAMETERS_INIT(&params);
	WdfRequestGetParameters(request, &params);
	lower_reads += params.Type == WdfRequestTypeRead;
	on_request(queue, request);
}

static void on_stop(WDFQUEUE queue, WDFREQUEST request, ULONG action)
{
	bool mine = false;

	(void)queue;
	if (!(action & WdfRequestStopActionPurge)) {
		WdfRequestStopAcknowledge(request, FALSE);
		return;
	}
	WdfSpinLockAcquire(lock);
	if (!(action & WdfRequestStopRequestCancelable) ||
	    WdfRequestUnmarkCancelable(request) == STATUS_SUCCESS)
		mine = forget_locked(request);
	WdfSpinLockRelease(lock);
	if (mine)
		WdfRequestComplete(request, STATUS_CANCELLED);
}

static void on_create(WDFDEVICE device, WDFREQUEST request, WDFFILEOBJECT file)
{
	(void)device;
	(void)file;
	files[LOW].creates++;
	switch (exec_sim_random(4)) {
	case 0:
		keep(request, false);
		break;
	case 1:
		refused++;
		WdfRequestComplete(request, STATUS_ACCESS_DENIED);
		break;
	default:
		WdfRequestComplete(request, STATUS_SUCCESS);
		break;
	}
}

static void on_file_cleanup(WDFFILEOBJECT file)
{
	files[sim_stack_level(WdfFileObjectGetDevice(file))].cleanups++;
}

static void on_file_close(WDFFILEOBJECT file)
{
	files[sim_stack_level(WdfFileObjectGetDevice(file))].closes++;
}

/* --- the stack --- */

static struct fx_io_config config_of(enum level level)
{
	struct fx_io_config config = { .filter = level != LOW };

	WDF_FILEOBJECT_CONFIG_INIT(&config.file_config, level == LOW ? on_create : NULL,
				   on_file_close, on_file_cleanup);
	return config;
}

static void make_queue(enum level level)
{
	WDF_IO_QUEUE_CONFIG config;

	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, level == MID ? WdfIoQueueDispatchSequential
								     : WdfIoQueueDispatchParallel);
	config.PowerManaged = WdfTrue;
	config.EvtIoStop = on_stop;
	if (level == TOP)
		config.EvtIoRead = on_read;
	else if (level == MID)
		config.EvtIoWrite = on_write;
	else
		config.EvtIoDefault = on_low;
	assert_int_equal(WdfIoQueueCreate(sim_stack_device(level), &config,
					  WDF_NO_OBJECT_ATTRIBUTES, WDF_NO_HANDLE),
			 STATUS_SUCCESS);
}

static void set_up(void)
{
	memset(files, 0, sizeof(files));
	kept_count = refused = 0;
	clients_done = false;
	sim_stack_setup("", config_of);
	assert_int_equal(WdfSpinLockCreate(WDF_NO_OBJECT_ATTRIBUTES, &lock), STATUS_SUCCESS);
	for (enum level i = LOW; i < LEVELS; i++) {
		make_queue(i);
		sim_stack_start(i);
	}
}

static void purge_all(void)
{
	sim_stack_purge(true);
	sim_stack_purge(false);
}

static void tear_down(void)
{
	purge_all();
	WdfObjectDelete(lock);
	sim_stack_teardown();
}

/* --- the threads --- */

static void submit_one(struct fx_file *file, struct io_op *op)
{
	switch (exec_sim_random(3)) {
	case 0:
		io_op_read(op, 8);
		break;
	case 1:
		io_op_write(op, "x");
		break;
	default:
		io_op_control(op, 0x222000, "c", 4);
		break;
	}
	fx_io_submit(file, &op->packet);
}

static void session(struct io_op *ops)
{
	struct fx_file *file;

	if (fx_file_open((struct fx_device *)(void *)sim_stack.devices[TOP], &file) !=
	    STATUS_SUCCESS)
		return;
	__atomic_add_fetch(&opens, 1, __ATOMIC_RELAXED);
	for (unsigned int i = 0; i < OPS; i++) {
		submit_one(file, &ops[i]);
		if (!exec_sim_random(3))
			fx_io_cancel(&ops[i].packet); /* it is ours and stays allocated */
		if (!exec_sim_random(3))
			exec_sleep_ms(1);
	}
	fx_file_close(file);
	for (unsigned int i = 0; i < OPS; i++)
		if (ops[i].completions != 1)
			abort();
}

static void client_thread(void *arg)
{
	struct io_op(*ops)[OPS] = arg;

	for (unsigned int i = 0; i < SESSIONS; i++)
		session(ops[i]);
}

static WDFREQUEST take_kept(void)
{
	WDFREQUEST request = NULL;
	unsigned int i;

	WdfSpinLockAcquire(lock);
	if (kept_count) {
		i = (unsigned int)exec_sim_random(kept_count);
		if (!kept[i].marked ||
		    WdfRequestUnmarkCancelable(kept[i].request) == STATUS_SUCCESS) {
			request = kept[i].request;
			kept[i] = kept[--kept_count];
		}
	}
	WdfSpinLockRelease(lock);
	return request;
}

static void driver_thread(void *arg)
{
	(void)arg;
	while (!__atomic_load_n(&clients_done, __ATOMIC_ACQUIRE)) {
		WDFREQUEST request = take_kept();

		if (request)
			WdfRequestComplete(request, STATUS_SUCCESS);
		else
			exec_sleep_ms(1);
	}
}

static void pnp_thread(void *arg)
{
	(void)arg;
	for (int i = 0; i < 3; i++) {
		struct fx_io *io = sim_stack.devices[exec_sim_random(LEVELS)]->io;

		exec_sleep_ms(1 + exec_sim_random(3));
		fx_io_hold(io);
		exec_sleep_ms(exec_sim_random(3));
		fx_io_resume(io);
	}
}

static void removal_thread(void *arg)
{
	(void)arg;
	exec_sleep_ms(exec_sim_random(6));
	purge_all();
}

/* --- what must be true then --- */

static void check_all(uint64_t seed)
{
	uint64_t submitted = 0, completed = 0, left = 0;
	bool files_agree = true;

	for (enum level i = LOW; i < LEVELS; i++) {
		struct fx_io_stats stats = fx_io_stats(sim_stack.devices[i]->io);

		submitted += stats.submitted;
		completed += stats.completed;
		left += stats.queued_now + stats.driver_owned_now + stats.open_files;
		files_agree &= files[i].closes == files[i].cleanups;
		files_agree &= files[i].closes == files[TOP].closes;
	}
	files_agree &= files[LOW].closes + refused <= files[LOW].creates;
	if (submitted != completed || left || kept_count || !files_agree || io_broke())
		fail_msg("seed %llu: %llu of %llu requests, %llu left, %u kept",
			 (unsigned long long)seed, (unsigned long long)completed,
			 (unsigned long long)submitted, (unsigned long long)left, kept_count);
}

static void run_seed(uint64_t seed, void (*other)(void *arg))
{
	static struct io_op ops[CLIENTS][SESSIONS][OPS];
	struct exec_thread *clients[CLIENTS], *driver, *pnp;

	assert_int_equal(exec_sim_begin(seed), 0);
	memset(ops, 0, sizeof(ops));
	set_up();
	for (unsigned int c = 0; c < CLIENTS; c++)
		clients[c] = sim_thread(client_thread, ops[c]);
	driver = sim_thread(driver_thread, NULL);
	pnp = sim_thread(other, NULL);
	for (unsigned int c = 0; c < CLIENTS; c++)
		exec_thread_join(clients[c]);
	exec_thread_join(pnp);
	__atomic_store_n(&clients_done, true, __ATOMIC_RELEASE);
	exec_thread_join(driver);
	check_all(seed);
	tear_down();
	exec_sim_end();
}

static uint64_t seeds(void)
{
	return getenv("UWDF_LONG") ? SEEDS_LONG : SEEDS;
}

static void test_seeds__power_of_a_level_changes__each_request_ends_once(void **state)
{
	(void)state;
	cancels = lower_reads = opens = 0;
	for (uint64_t seed = 1; seed <= seeds(); seed++)
		run_seed(seed, pnp_thread);
	assert_true(cancels && opens);
	assert_int_equal(lower_reads, 0); /* the highest takes them all */
}

static void test_seeds__removed_from_the_top_down__each_request_ends_once(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= seeds(); seed++)
		run_seed(seed, removal_thread);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seeds__power_of_a_level_changes__each_request_ends_once),
		cmocka_unit_test(test_seeds__removed_from_the_top_down__each_request_ends_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
