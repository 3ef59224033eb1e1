/* SPDX-License-Identifier: MIT */
/*
 * Unloading in two steps while others are at it: clients open, close and ask, a timer fires, its
 * DPC queues a work item, threads drop references late. Under the simulated executor, where a seed
 * chooses every meeting. What is promised: nothing of the driver is called after its image went,
 * the image goes once the last reference is dropped and EvtDestroyCallback returned, each routine
 * runs once and in order.
 */
#include "sim_device.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "uwdf/device_io.h"

#define SEEDS    60 /* 10000 with UWDF_LONG */
#define CLIENTS  2
#define DROPPERS 2
#define KEPT     6

static struct kept {
	WDFOBJECT handle;
	unsigned int destroyed; /* atomic */
} kept[KEPT];
static WDFTIMER timer;
static WDFDPC dpc;
static WDFWORKITEM item;
static bool leaving;                                 /* atomic: no further opens */
static bool over;                                    /* atomic: what calls back was cleaned up */
static bool closed;                                  /* atomic: the image is gone */
static int held;                                     /* atomic: references on kept objects */
static unsigned int inside;                          /* atomic: callbacks that run */
static uint64_t opens, calls, waits, late, verified; /* over all seeds */

static void enter(bool after_cleanup_too)
{
	__atomic_add_fetch(&inside, 1, __ATOMIC_ACQ_REL);
	check(!__atomic_load_n(&closed, __ATOMIC_ACQUIRE), "called after its image went");
	check(after_cleanup_too || !__atomic_load_n(&over, __ATOMIC_ACQUIRE),
	      "called after its cleanup");
	__atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED);
}

static void leave(void)
{
	exec_yield();
	check(!__atomic_load_n(&closed, __ATOMIC_ACQUIRE), "its image went meanwhile");
	__atomic_sub_fetch(&inside, 1, __ATOMIC_ACQ_REL);
}

static void on_timer(WDFTIMER handle)
{
	(void)handle;
	enter(false);
	(void)WdfDpcEnqueue(dpc);
	leave();
}

static void on_dpc(WDFDPC handle)
{
	(void)handle;
	enter(false);
	WdfWorkItemEnqueue(item);
	leave();
}

static void on_work(WDFWORKITEM handle)
{
	(void)handle;
	enter(false);
	exec_sleep_ms(exec_sim_random(2));
	leave();
}

static void on_over(WDFOBJECT object)
{
	(void)object;
	enter(false);
	__atomic_store_n(&over, true, __ATOMIC_RELEASE);
	leave();
}

static void on_destroy(WDFOBJECT object)
{
	enter(true);
	for (unsigned int i = 0; i < 4; i++)
		exec_yield(); /* long enough for somebody to unload meanwhile */
	for (unsigned int i = 0; i < KEPT; i++) {
		if (kept[i].handle == object)
			__atomic_add_fetch(&kept[i].destroyed, 1, __ATOMIC_ACQ_REL);
	}
	leave();
}

static void on_io(WDFQUEUE queue, WDFREQUEST request)
{
	(void)queue;
	enter(false);
	(void)WdfDpcEnqueue(dpc);
	WdfRequestComplete(request, STATUS_SUCCESS);
	leave();
}

/* Timer, DPC, work item: each is gone before what it calls. */
static void make_work(WDF_OBJECT_ATTRIBUTES *attrs)
{
	WDF_TIMER_CONFIG timer_config;
	WDF_DPC_CONFIG dpc_config;
	WDF_WORKITEM_CONFIG work_config;

	WDF_TIMER_CONFIG_INIT_PERIODIC(&timer_config, on_timer, 1);
	WDF_DPC_CONFIG_INIT(&dpc_config, on_dpc);
	WDF_WORKITEM_CONFIG_INIT(&work_config, on_work);
	timer_config.AutomaticSerialization = dpc_config.AutomaticSerialization = FALSE;
	work_config.AutomaticSerialization = FALSE;
	assert_int_equal(WdfTimerCreate(&timer_config, attrs, &timer), STATUS_SUCCESS);
	assert_int_equal(WdfDpcCreate(&dpc_config, attrs, &dpc), STATUS_SUCCESS);
	assert_int_equal(WdfWorkItemCreate(&work_config, attrs, &item), STATUS_SUCCESS);
}

/* Below the device, its child and the driver; two references each. */
static void make_kept(WDFOBJECT const *parents)
{
	WDF_OBJECT_ATTRIBUTES attrs;

	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.EvtDestroyCallback = on_destroy;
	for (unsigned int i = 0; i < KEPT; i++) {
		attrs.ParentObject = parents[i % 3];
		attrs.ExecutionLevel = exec_sim_random(3) ? WdfExecutionLevelInheritFromParent
							  : WdfExecutionLevelPassive;
		assert_int_equal(WdfObjectCreate(&attrs, &kept[i].handle), STATUS_SUCCESS);
		for (unsigned int t = 0; t < DROPPERS; t++, held++)
			WdfObjectReference(kept[i].handle);
	}
}

static void make_all(WDFDEVICE device)
{
	WDF_IO_QUEUE_CONFIG queue;
	WDF_OBJECT_ATTRIBUTES attrs;
	WDFOBJECT parents[3] = { device, NULL, WdfGetDriver() };

	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&queue, WdfIoQueueDispatchParallel);
	queue.EvtIoDefault = on_io;
	assert_int_equal(WdfIoQueueCreate(device, &queue, WDF_NO_OBJECT_ATTRIBUTES, NULL),
			 STATUS_SUCCESS);
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = device;
	attrs.EvtCleanupCallback = on_over;
	assert_int_equal(WdfObjectCreate(&attrs, &parents[1]), STATUS_SUCCESS);
	attrs.EvtCleanupCallback = NULL;
	attrs.ParentObject = parents[1];
	make_work(&attrs);
	make_kept(parents);
}

/* --- who else is there --- */

static void completed(struct uwdf_io *io, int32_t status, uint64_t information)
{
	(void)status;
	(void)information;
	exec_event_set(io->owner);
}

static void ask(struct uwdf_file *file)
{
	char out[8];
	struct exec_event done;
	struct uwdf_io io = { .kind = UWDF_IO_READ,
			      .out = out,
			      .out_len = sizeof(out),
			      .complete = completed,
			      .owner = &done };

	assert_int_equal(exec_event_init(&done), 0);
	uwdf_device_io.submit(file, &io);
	check(exec_event_wait(&done, EXEC_FOREVER), "no answer");
	exec_event_deinit(&done);
}

/* The last handle is closed while the device goes, as the server does when requests come back. */
static void use_device(void *arg)
{
	struct exec_event *let_go = arg;
	struct uwdf_file *file;
	bool last = false;

	while (!last) {
		assert_int_equal(uwdf_device_io.open(fx.device, 1, &file), STATUS_SUCCESS);
		opens++;
		ask(file);
		last = __atomic_load_n(&leaving, __ATOMIC_ACQUIRE);
		if (last)
			exec_event_set(let_go);
		exec_yield();
		uwdf_device_io.close(file);
		exec_sleep_ms(!last); /* or else no time passes */
	}
}

static void drop_references(void *arg)
{
	unsigned int first = (unsigned int)exec_sim_random(KEPT);

	(void)arg;
	for (unsigned int i = 0; i < KEPT; i++) {
		KIRQL before;

		exec_sleep_ms(exec_sim_random(4));
		before = fx_irql_raise(exec_sim_random(2) ? DISPATCH_LEVEL : PASSIVE_LEVEL);
		__atomic_sub_fetch(&held, 1, __ATOMIC_ACQ_REL);
		WdfObjectDereference(kept[(first + i) % KEPT].handle);
		fx_irql_restore(before);
	}
}

/* --- one life --- */

static void up(uint64_t seed)
{
	bool verify = exec_sim_random(4) == 0;

	(void)seed;
	memset(kept, 0, sizeof(kept));
	leaving = over = closed = false;
	held = 0;
	inside = 0;
	verified += verify;
	assert_int_equal(fx_verify(verify ? "" : "VerifierOn=0"), 0);
	fx_script.in_add = make_all;
	fx_up();
	(void)WdfTimerStart(timer, -MS);
}

/* Both steps, the second as often as it takes. */
static void unload(void)
{
	while (uwdf_host_unload(fx.driver)) {
		waits++;
		check(strstr(fx_log(), "DriverCleanup"), "stays loaded before the first step");
		if (exec_sim_random(2))
			exec_yield();
		else
			exec_sleep_ms(1);
	}
	__atomic_store_n(&closed, true, __ATOMIC_RELEASE);
	fx.driver = NULL;
	check(!__atomic_load_n(&held, __ATOMIC_ACQUIRE), "its image went, %d references", held);
	check(!__atomic_load_n(&inside, __ATOMIC_ACQUIRE), "its image went from under a callback");
}

static void check_end(void)
{
	static const char order[] = "QueryRemove SmioSuspend D0ExitPre D0Exit ReleaseHardware "
				    "SmioFlush SmioCleanup DeviceCleanup DeviceDestroy "
				    "DriverUnload DriverCleanup";

	check(!strcmp(fx_log(), order), "%s", fx_log());
	for (unsigned int i = 0; i < KEPT; i++)
		check(kept[i].destroyed == 1, "%u: destroyed %u times", i, kept[i].destroyed);
	(void)fx_broke(); /* rule 15, where something outlived EvtDriverUnload */
	assert_null(WdfDriverGlobals);
}

static void run_seed(uint64_t seed)
{
	struct exec_thread *clients[CLIENTS], *droppers[DROPPERS];
	struct exec_event let_go[CLIENTS];

	sim_device_up(seed);
	up(seed);
	for (unsigned int i = 0; i < CLIENTS; i++) {
		assert_int_equal(exec_event_init(&let_go[i]), 0);
		clients[i] = sim_thread_run(use_device, &let_go[i]);
	}
	exec_sleep_ms(exec_sim_random(5));
	for (unsigned int i = 0; i < DROPPERS; i++)
		droppers[i] = sim_thread_run(drop_references, NULL);
	exec_sleep_ms(exec_sim_random(5));
	assert_int_equal(uwdf_device_query_remove(fx.device, &fx.rep), 0);
	__atomic_store_n(&leaving, true, __ATOMIC_RELEASE);
	for (unsigned int i = 0; i < CLIENTS; i++)
		check(exec_event_wait(&let_go[i], EXEC_FOREVER), "a client hangs");
	fx_remove();
	late += __atomic_load_n(&held, __ATOMIC_ACQUIRE) > 0;
	for (unsigned int i = 0; i < CLIENTS; i++) {
		exec_thread_join(clients[i]);
		exec_event_deinit(&let_go[i]);
	}
	unload();
	for (unsigned int i = 0; i < DROPPERS; i++)
		exec_thread_join(droppers[i]);
	check_end();
	sim_device_down();
}

static void quiet(void *arg, enum log_level level, const char *area, const char *text)
{
	(void)arg;
	(void)level;
	(void)area;
	(void)text;
}

static void test_unload__others_at_it__image_goes_last(void **state)
{
	unsigned int seeds = getenv("UWDF_LONG") ? 10000 : SEEDS; // NOLINT(concurrency-mt-unsafe)
	(void)state;
	log_set_sink(quiet, NULL);
	for (uint64_t seed = 1; seed <= seeds; seed++)
		run_seed(seed);
	log_set_sink(NULL, NULL);
	print_message("%u seeds, %llu verified: %llu opens, %llu callbacks; %llu references "
		      "outlived their device, %llu waits for the image\n",
		      seeds, (unsigned long long)verified, (unsigned long long)opens,
		      (unsigned long long)calls, (unsigned long long)late,
		      (unsigned long long)waits);
	assert_true(late > seeds / 10 && waits > seeds / 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unload__others_at_it__image_goes_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
