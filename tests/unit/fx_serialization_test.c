/* SPDX-License-Identifier: MIT */
/*
 * Synchronization scope, execution level and automatic serialization, as "Using Automatic
 * Synchronization" has them: which combinations are refused, at which level each callback runs,
 * which never run at the same time and which do. Each meeting is chosen by a seed.
 */
#include "sim_device.h"

#include <string.h>

#include "uwdf/device_io.h"

#define SEEDS 25 /* of each combination; 10000 together with UWDF_LONG */
#define OPS   4  /* of each kind */

enum who { READS, WRITES, DPC, TIMER, ITEM, INTERRUPT, WHO };

/* One combination. A passive timer takes the place of the timer where level is passive. */
struct combination {
	const char *name;
	WDF_SYNCHRONIZATION_SCOPE scope; /* of the device */
	WDF_EXECUTION_LEVEL level;
	bool below_queue; /* DPC, timer and work item: of the queue of reads, not of the device */
	unsigned int serialized[WHO]; /* same number: never at the same time; 0: whenever */
	int io_level;                 /* of EvtIo*; -1: either */
};

static const struct combination combinations[] = {
	{ "device, dispatch",
	  WdfSynchronizationScopeDevice,
	  WdfExecutionLevelDispatch,
	  false,
	  { 1, 1, 1, 1, 0, 0 },
	  DISPATCH_LEVEL },
	{ "device, passive",
	  WdfSynchronizationScopeDevice,
	  WdfExecutionLevelPassive,
	  false,
	  { 1, 1, 0, 1, 1, 0 },
	  PASSIVE_LEVEL },
	{ "device, dispatch, below a queue",
	  WdfSynchronizationScopeDevice,
	  WdfExecutionLevelDispatch,
	  true,
	  { 1, 1, 1, 1, 0, 0 },
	  DISPATCH_LEVEL },
	{ "queue, dispatch",
	  WdfSynchronizationScopeQueue,
	  WdfExecutionLevelDispatch,
	  true,
	  { 1, 2, 1, 1, 0, 0 },
	  DISPATCH_LEVEL },
	{ "queue, passive",
	  WdfSynchronizationScopeQueue,
	  WdfExecutionLevelPassive,
	  true,
	  { 1, 2, 0, 1, 1, 0 },
	  PASSIVE_LEVEL },
	{ "none, dispatch",
	  WdfSynchronizationScopeNone,
	  WdfExecutionLevelDispatch,
	  false,
	  { 0, 0, 0, 0, 0, 0 },
	  -1 },
	{ "none, passive",
	  WdfSynchronizationScopeNone,
	  WdfExecutionLevelPassive,
	  false,
	  { 0, 0, 0, 0, 0, 0 },
	  PASSIVE_LEVEL },
};

static const struct combination *now; /* the one under test */
static WDFQUEUE reads, writes;
static WDFDPC dpc;
static WDFTIMER timer;
static WDFWORKITEM item;
static unsigned int inside[WHO], runs[WHO]; /* atomic */
static uint64_t met[WHO][WHO];              /* callbacks seen at the same time */

static int level_of(enum who who)
{
	switch (who) {
	case DPC:
	case INTERRUPT:
		return DISPATCH_LEVEL;
	case TIMER:
		return now->level == WdfExecutionLevelPassive ? PASSIVE_LEVEL : DISPATCH_LEVEL;
	case ITEM:
		return PASSIVE_LEVEL;
	default:
		return now->io_level;
	}
}

static void look_around(enum who who)
{
	for (unsigned int other = 0; other < WHO; other++) {
		unsigned int others = __atomic_load_n(&inside[other], __ATOMIC_ACQUIRE);

		others -= other == (unsigned int)who;
		if (!others)
			continue;
		met[who][other]++;
		check(!now->serialized[who] || now->serialized[who] != now->serialized[other],
		      "%s: callback %d during callback %u", now->name, who, other);
	}
}

static void be_inside(enum who who)
{
	int level = level_of(who);

	check(level < 0 ? KeGetCurrentIrql() <= DISPATCH_LEVEL : KeGetCurrentIrql() == level,
	      "%s: callback %d at level %u", now->name, who, KeGetCurrentIrql());
	__atomic_add_fetch(&inside[who], 1, __ATOMIC_ACQ_REL);
	for (uint64_t i = exec_sim_random(4) + 1; i; i--) {
		look_around(who);
		exec_yield();
	}
	__atomic_sub_fetch(&inside[who], 1, __ATOMIC_ACQ_REL);
	__atomic_add_fetch(&runs[who], 1, __ATOMIC_ACQ_REL);
}

/* --- the driver --- */

static void on_cancel(WDFREQUEST request)
{
	be_inside(WdfRequestGetIoQueue(request) == reads ? READS : WRITES);
	WdfRequestComplete(request, STATUS_CANCELLED);
}

static void on_io(WDFQUEUE queue, WDFREQUEST request)
{
	be_inside(queue == reads ? READS : WRITES);
	if (exec_sim_random(2) || WdfRequestMarkCancelableEx(request, on_cancel) != STATUS_SUCCESS)
		WdfRequestComplete(request, STATUS_SUCCESS);
}

static void on_dpc(WDFDPC d)
{
	(void)d;
	be_inside(DPC);
}

static void on_timer(WDFTIMER t)
{
	(void)t;
	be_inside(TIMER);
}

static void on_item(WDFWORKITEM w)
{
	(void)w;
	be_inside(ITEM);
}

static void on_interrupt_dpc(WDFINTERRUPT interrupt, WDFOBJECT object)
{
	(void)interrupt;
	(void)object;
	be_inside(INTERRUPT);
}

static void on_isr(WDFINTERRUPT interrupt, ULONG message)
{
	(void)interrupt;
	(void)message;
	check(KeGetCurrentIrql() > DISPATCH_LEVEL, "an ISR at level %u", KeGetCurrentIrql());
}

static void make_queues(WDFDEVICE device)
{
	WDF_IO_QUEUE_CONFIG config;

	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
	config.EvtIoDefault = on_io;
	assert_int_equal(WdfIoQueueCreate(device, &config, NULL, &reads), STATUS_SUCCESS);
	config.DefaultQueue = FALSE;
	assert_int_equal(WdfIoQueueCreate(device, &config, NULL, &writes), STATUS_SUCCESS);
	assert_int_equal(WdfDeviceConfigureRequestDispatching(device, writes, WdfRequestTypeWrite),
			 STATUS_SUCCESS);
}

static NTSTATUS make_dpc(WDFOBJECT parent, BOOLEAN serialize)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_DPC_CONFIG config;

	WDF_DPC_CONFIG_INIT(&config, on_dpc);
	assert_true(config.AutomaticSerialization);
	config.AutomaticSerialization = serialize;
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = parent;
	return WdfDpcCreate(&config, &attrs, &dpc);
}

static NTSTATUS make_timer(WDFOBJECT parent, BOOLEAN serialize, WDF_EXECUTION_LEVEL level)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_TIMER_CONFIG config;

	WDF_TIMER_CONFIG_INIT(&config, on_timer);
	assert_true(config.AutomaticSerialization);
	config.AutomaticSerialization = serialize;
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = parent;
	attrs.ExecutionLevel = level;
	return WdfTimerCreate(&config, &attrs, &timer);
}

static NTSTATUS make_item(WDFOBJECT parent, BOOLEAN serialize)
{
	WDF_WORKITEM_CONFIG config;
	WDF_OBJECT_ATTRIBUTES attrs;

	WDF_WORKITEM_CONFIG_INIT(&config, on_item);
	assert_true(config.AutomaticSerialization);
	config.AutomaticSerialization = serialize;
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = parent;
	return WdfWorkItemCreate(&config, &attrs, &item);
}

static void up(const struct combination *combination)
{
	now = combination;
	fx_script.scope = now->scope;
	fx_script.level = now->level;
	fx_script.interrupts = 1;
	fx_script.in_add = make_queues;
	fx_script.in_isr = on_isr;
	fx_script.in_dpc = on_interrupt_dpc;
	fx_up();
}

/* --- refused and taken --- */

static void check_creation(const struct combination *c, WDFOBJECT parent)
{
	bool passive = c->level == WdfExecutionLevelPassive;
	NTSTATUS refused = STATUS_WDF_INCOMPATIBLE_EXECUTION_LEVEL;

	assert_int_equal(make_dpc(parent, TRUE), passive ? refused : STATUS_SUCCESS);
	assert_int_equal(make_timer(parent, TRUE, WdfExecutionLevelInheritFromParent),
			 passive ? refused : STATUS_SUCCESS);
	assert_int_equal(make_timer(parent, TRUE, WdfExecutionLevelPassive),
			 passive ? STATUS_SUCCESS : refused);
	assert_int_equal(make_item(parent, TRUE), passive ? STATUS_SUCCESS : refused);
	assert_int_equal(make_dpc(parent, FALSE), STATUS_SUCCESS);
	assert_int_equal(make_timer(parent, FALSE, WdfExecutionLevelInheritFromParent),
			 STATUS_SUCCESS);
	assert_int_equal(make_timer(parent, FALSE, WdfExecutionLevelPassive), STATUS_SUCCESS);
	assert_int_equal(make_item(parent, FALSE), STATUS_SUCCESS);
}

static void test_create__serialized__only_at_the_level_of_the_parent(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(combinations); i++) {
		if (combinations[i].scope == WdfSynchronizationScopeNone)
			continue;
		sim_device_up(1);
		up(&combinations[i]);
		check_creation(&combinations[i], fx_made.device);
		check_creation(&combinations[i], reads);
		sim_device_down();
	}
}

/* AutomaticSerialization has no effect where there is no synchronization: nothing to refuse. */
static void test_create__serialized_without_a_scope__taken(void **state)
{
	(void)state;
	sim_device_up(1);
	up(&combinations[5]);
	assert_int_equal(make_dpc(reads, TRUE), STATUS_SUCCESS);
	assert_int_equal(make_timer(reads, TRUE, WdfExecutionLevelInheritFromParent),
			 STATUS_SUCCESS);
	assert_int_equal(make_item(reads, TRUE), STATUS_SUCCESS);
	sim_device_down();
}

/* --- the locks: which objects have one, and at which level it leaves its holder --- */

static void check_lock(const struct combination *c, WDFOBJECT object)
{
	KIRQL held = c->level == WdfExecutionLevelPassive ? PASSIVE_LEVEL : DISPATCH_LEVEL;

	WdfObjectAcquireLock(object);
	assert_int_equal(KeGetCurrentIrql(), held);
	WdfObjectReleaseLock(object);
	assert_int_equal(KeGetCurrentIrql(), PASSIVE_LEVEL);
}

static void test_object_lock__level_of_the_execution_level(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(combinations); i++) {
		sim_device_up(1);
		up(&combinations[i]);
		check_lock(&combinations[i], fx_made.device);
		if (combinations[i].scope != WdfSynchronizationScopeNone)
			check_lock(&combinations[i], reads);
		sim_device_down();
	}
}

/* --- everything at once --- */

static struct uwdf_io ios[2 * OPS];
static struct uwdf_file *file;
static char bytes[2 * OPS];
static unsigned int completions; /* atomic */

static void on_complete(struct uwdf_io *io, int32_t status, uint64_t information)
{
	(void)io;
	(void)information;
	check(status == STATUS_SUCCESS || status == STATUS_CANCELLED, "a request ended with %#x",
	      (unsigned int)status);
	__atomic_add_fetch(&completions, 1, __ATOMIC_ACQ_REL);
}

static void submit(unsigned int i)
{
	ios[i] = (struct uwdf_io){ .kind = i < OPS ? UWDF_IO_READ : UWDF_IO_WRITE,
				   .complete = on_complete };
	if (i < OPS) {
		ios[i].out = &bytes[i];
		ios[i].out_len = 1;
	} else {
		ios[i].in = &bytes[i];
		ios[i].in_len = 1;
	}
	uwdf_device_io.submit(file, &ios[i]);
}

static void client(void *arg)
{
	unsigned int first = *(unsigned int *)arg;

	for (unsigned int i = first; i < first + OPS; i++) {
		submit(i);
		exec_yield();
	}
	for (unsigned int i = first; i < first + OPS; i++)
		uwdf_device_io.cancel(&ios[i]);
}

static void kick(void *arg)
{
	(void)arg;
	for (unsigned int i = 0; i < OPS; i++) {
		WdfDpcEnqueue(dpc);
		WdfTimerStart(timer, exec_sim_random(2) ? 0 : -1 * MS);
		WdfWorkItemEnqueue(item);
		fx_edu_raise();
		exec_yield();
	}
}

static void run_seed(const struct combination *c, uint64_t seed)
{
	unsigned int first[2] = { 0, OPS };
	struct exec_thread *threads[3];
	WDFOBJECT parent;

	sim_device_up(seed);
	up(c);
	parent = c->below_queue ? (WDFOBJECT)reads : (WDFOBJECT)fx_made.device;
	assert_int_equal(make_dpc(parent, c->serialized[DPC] != 0), STATUS_SUCCESS);
	assert_int_equal(make_timer(parent, c->serialized[TIMER] != 0,
				    c->level == WdfExecutionLevelPassive
					    ? WdfExecutionLevelPassive
					    : WdfExecutionLevelInheritFromParent),
			 STATUS_SUCCESS);
	assert_int_equal(make_item(parent, c->serialized[ITEM] != 0), STATUS_SUCCESS);
	assert_int_equal(uwdf_device_io.open(fx.device, 1, &file), STATUS_SUCCESS);
	completions = 0;
	threads[0] = sim_thread_run(client, &first[0]);
	threads[1] = sim_thread_run(client, &first[1]);
	threads[2] = sim_thread_run(kick, NULL);
	for (unsigned int i = 0; i < 3; i++)
		exec_thread_join(threads[i]);
	sim_wait_for(&completions, 2 * OPS);
	WdfTimerStop(timer, TRUE);
	WdfWorkItemFlush(item);
	WdfDpcCancel(dpc, TRUE);
	uwdf_device_io.close(file);
	assert_false(fx_broke());
	sim_device_down();
}

/* What is not serialized must meet, or the test saw nothing. */
static void check_meetings(const struct combination *c, uint64_t seeds)
{
	for (unsigned int who = 0; who < WHO; who++)
		check(runs[who] >= seeds, "%s: callback %u ran %u times", c->name, who, runs[who]);
	check(met[ITEM][INTERRUPT] + met[INTERRUPT][ITEM], "%s: nothing ever met", c->name);
	if (!c->serialized[READS])
		check(met[READS][DPC] + met[DPC][READS], "%s: over-serialized", c->name);
}

static void test_callbacks__every_combination__only_the_unserialized_meet(void **state)
{
	uint64_t seeds = getenv("UWDF_LONG") ? 10000 / UW_ARRAY_SIZE(combinations) : SEEDS;

	(void)state;
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(combinations); i++) {
		for (unsigned int who = 0; who < WHO; who++)
			runs[who] = inside[who] = 0;
		memset(met, 0, sizeof(met));
		for (uint64_t seed = 1; seed <= seeds; seed++)
			run_seed(&combinations[i], seed);
		check_meetings(&combinations[i], seeds);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_create__serialized__only_at_the_level_of_the_parent),
		cmocka_unit_test(test_create__serialized_without_a_scope__taken),
		cmocka_unit_test(test_object_lock__level_of_the_execution_level),
		cmocka_unit_test(test_callbacks__every_combination__only_the_unserialized_meet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
