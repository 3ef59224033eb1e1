/* SPDX-License-Identifier: MIT */
/*
 * Timers, DPCs and work items that several threads start, stop, flush and delete while they expire
 * and run: under the simulated executor, where a seed chooses every meeting. What was promised is
 * counted: no callback after a stop that waited, a flush that returned or a cleanup; none lost that
 * was queued; serialized ones never at the same time; and at the end nothing is left.
 */
#include "sim_device.h"

#include <string.h>

#include "base/log.h"

#define SEEDS   80 /* 10000 with UWDF_LONG */
#define THREADS 2
#define STEPS   8

/* Of one object; a callback is counted when it begins and when it ends. */
static struct subject {
	WDFOBJECT handle;          /* referenced, so that late calls reach an object */
	unsigned int began, ended; /* atomic */
	bool cleaned;              /* atomic: EvtCleanupCallback ran */
	bool own_delete;           /* the callback may delete it */
} timer, passive_timer, dpc, item;

static unsigned int inside;                    /* serialized callbacks under way */
static uint64_t runs, stops, flushes, refused; /* what the seeds came across */

/* The seed's choice; with real threads any will do. */
static uint64_t pick(uint64_t bound)
{
	static _Thread_local uint64_t state;

	if (exec_sim_active())
		return exec_sim_random(bound);
	state = state * 6364136223846793005u + 1442695040888963407u + exec_thread_id();
	return (state >> 33) % bound;
}

static void count(uint64_t *counter)
{
	__atomic_add_fetch(counter, 1, __ATOMIC_RELAXED);
}

static struct subject *subject_of(WDFOBJECT handle)
{
	struct subject *const all[] = { &timer, &passive_timer, &dpc, &item };

	for (unsigned int i = 0; i < UW_ARRAY_SIZE(all); i++)
		if (all[i]->handle == handle)
			return all[i];
	abort();
}

static void on_cleanup(WDFOBJECT object)
{
	struct subject *s = subject_of(object);

	if (KeGetCurrentIrql() != PASSIVE_LEVEL)
		fail_msg("a cleanup above PASSIVE_LEVEL");
	__atomic_store_n(&s->cleaned, true, __ATOMIC_RELEASE);
}

/* Of a serialized one the lock makes the plain counter enough. */
static void run(WDFOBJECT handle, bool serialized)
{
	struct subject *s = subject_of(handle);

	/* a work item may run twice at a time, and one of the two delete it */
	if (__atomic_load_n(&s->cleaned, __ATOMIC_ACQUIRE) && !(s == &item && s->own_delete))
		fail_msg("a callback after the cleanup");
	__atomic_add_fetch(&s->began, 1, __ATOMIC_ACQ_REL);
	if (serialized && inside++)
		fail_msg("two serialized callbacks at a time");
	exec_yield();
	if (pick(4) == 0)
		exec_sleep_ms(1);
	if (serialized)
		inside--;
	if (s->own_delete && pick(3) == 0)
		WdfObjectDelete(handle);
	__atomic_add_fetch(&s->ended, 1, __ATOMIC_ACQ_REL);
	count(&runs);
}

static void on_timer(WDFTIMER handle)
{
	run(handle, true);
	if (pick(3) == 0)
		WdfTimerStart(handle, -(LONGLONG)pick(3) * MS);
}

static void on_passive_timer(WDFTIMER handle)
{
	run(handle, false);
}

static void on_dpc(WDFDPC handle)
{
	run(handle, true);
}

static void on_work(WDFWORKITEM handle)
{
	if (pick(3) == 0)
		WdfWorkItemEnqueue(handle);
	run(handle, false);
}

/* --- making them --- */

static void attrs_of(WDF_OBJECT_ATTRIBUTES *attrs)
{
	WDF_OBJECT_ATTRIBUTES_INIT(attrs);
	attrs->ParentObject = fx_made.device;
	attrs->EvtCleanupCallback = on_cleanup;
}

static void make_timers(void)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_TIMER_CONFIG config;

	attrs_of(&attrs);
	WDF_TIMER_CONFIG_INIT_PERIODIC(&config, on_timer, (LONG)pick(2));
	config.TolerableDelay = (ULONG)pick(2);
	assert_int_equal(WdfTimerCreate(&config, &attrs, (WDFTIMER *)&timer.handle),
			 STATUS_SUCCESS);
	WDF_TIMER_CONFIG_INIT(&config, on_passive_timer);
	config.AutomaticSerialization = FALSE;
	attrs.ExecutionLevel = WdfExecutionLevelPassive;
	assert_int_equal(WdfTimerCreate(&config, &attrs, (WDFTIMER *)&passive_timer.handle),
			 STATUS_SUCCESS);
}

static void make_others(void)
{
	WDF_WORKITEM_CONFIG workitem;
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_DPC_CONFIG config;

	attrs_of(&attrs);
	WDF_DPC_CONFIG_INIT(&config, on_dpc);
	assert_int_equal(WdfDpcCreate(&config, &attrs, (WDFDPC *)&dpc.handle), STATUS_SUCCESS);
	WDF_WORKITEM_CONFIG_INIT(&workitem, on_work);
	workitem.AutomaticSerialization = FALSE;
	assert_int_equal(WdfWorkItemCreate(&workitem, &attrs, (WDFWORKITEM *)&item.handle),
			 STATUS_SUCCESS);
}

/* @seed: 0: real threads. */
static void make_all(uint64_t seed)
{
	if (seed)
		sim_device_up(seed);
	else
		assert_int_equal(fx_setup(NULL), 0);
	/* late calls are what this is about: with the verifier on each would be looked into */
	assert_int_equal(uwdf_host_verify(fx.host, "VerifierOn=0", &fx.rep), 0);
	fx_script.scope = WdfSynchronizationScopeDevice;
	fx_up();
	memset(&timer, 0, sizeof(timer));
	memset(&passive_timer, 0, sizeof(passive_timer));
	memset(&dpc, 0, sizeof(dpc));
	memset(&item, 0, sizeof(item));
	inside = 0;
	make_timers();
	make_others();
	item.own_delete = timer.own_delete = dpc.own_delete = pick(4) == 0;
	WdfObjectReference(timer.handle);
	WdfObjectReference(passive_timer.handle);
	WdfObjectReference(dpc.handle);
	WdfObjectReference(item.handle);
}

static void end_all(void)
{
	WdfObjectDereference(timer.handle);
	WdfObjectDereference(passive_timer.handle);
	WdfObjectDereference(dpc.handle);
	WdfObjectDereference(item.handle);
	if (exec_sim_active()) {
		sim_device_down();
		return;
	}
	if (fx.device)
		fx_remove();
	fx_teardown(NULL);
}

/* --- what threads do to them --- */

static void start_timers(void)
{
	WdfTimerStart(timer.handle, -(LONGLONG)pick(3) * MS);
	WdfTimerStart(passive_timer.handle, -(LONGLONG)pick(3) * MS);
}

static void start_at_dispatch(void *arg)
{
	(void)arg;
	start_timers();
	WdfDpcEnqueue(dpc.handle);
	WdfWorkItemEnqueue(item.handle);
	if (pick(2) && !WdfTimerStop(timer.handle, FALSE))
		count(&refused);
	if (pick(2))
		WdfDpcCancel(dpc.handle, FALSE);
}

static void step(void)
{
	switch (pick(8)) {
	case 0:
		start_timers();
		break;
	case 1:
		WdfDpcEnqueue(dpc.handle);
		break;
	case 2:
		WdfWorkItemEnqueue(item.handle);
		break;
	case 3:
		sim_on_loop(start_at_dispatch, NULL);
		break;
	case 4:
		count(&stops);
		WdfTimerStop(timer.handle, pick(2) != 0);
		break;
	case 5:
		count(&stops);
		WdfTimerStop(passive_timer.handle, pick(2) != 0);
		break;
	case 6:
		WdfDpcCancel(dpc.handle, pick(2) != 0);
		break;
	default:
		count(&flushes);
		WdfWorkItemFlush(item.handle);
		break;
	}
}

static void busy_thread(void *arg)
{
	(void)arg;
	for (unsigned int i = 0; i < STEPS; i++) {
		step();
		if (pick(3) == 0)
			exec_sleep_ms(pick(2));
	}
}

static void check_idle(const struct subject *s, const char *name, uint64_t seed)
{
	unsigned int began = __atomic_load_n(&s->began, __ATOMIC_ACQUIRE);

	exec_sleep_ms(exec_sim_active() ? 20 : 2);
	check(began == __atomic_load_n(&s->ended, __ATOMIC_ACQUIRE) &&
		      began == __atomic_load_n(&s->began, __ATOMIC_ACQUIRE),
	      "seed %llu: the %s runs although it was waited for", (unsigned long long)seed, name);
}

/* The other threads are gone; timers that start themselves again are stopped for good. */
static void check_quiet(uint64_t seed)
{
	WdfTimerStop(timer.handle, TRUE);
	check_idle(&timer, "timer", seed);
	WdfTimerStop(passive_timer.handle, TRUE);
	check_idle(&passive_timer, "passive timer", seed);
	WdfWorkItemFlush(item.handle);
	check_idle(&item, "work item", seed);
	WdfDpcCancel(dpc.handle, TRUE);
	check_idle(&dpc, "DPC", seed);
}

static void run_seed(uint64_t seed)
{
	struct exec_thread *threads[THREADS];

	make_all(seed);
	for (unsigned int i = 0; i < THREADS; i++)
		threads[i] = sim_thread_run(busy_thread, NULL);
	for (unsigned int i = 0; i < THREADS; i++)
		exec_thread_join(threads[i]);
	check_quiet(seed);
	end_all();
}

static unsigned int seeds(void)
{
	return getenv("UWDF_LONG") ? 10000 : SEEDS;
}

static void test_seeds__start_stop_flush__keep_their_promises(void **state)
{
	(void)state;
	runs = stops = flushes = refused = 0;
	for (uint64_t seed = 1; seed <= seeds(); seed++)
		run_seed(seed);
	print_message("%u seeds: %llu callbacks, %llu stops (%llu of them found nothing), %llu "
		      "flushes\n",
		      seeds(), (unsigned long long)runs, (unsigned long long)stops,
		      (unsigned long long)refused, (unsigned long long)flushes);
	assert_true(runs > seeds() && stops > seeds() && flushes > seeds() / 2);
}

/* --- deletion meets all of it --- */

static void delete_one(struct subject *s)
{
	unsigned int began;

	WdfObjectDelete(s->handle);
	began = __atomic_load_n(&s->began, __ATOMIC_ACQUIRE);
	if (!__atomic_load_n(&s->cleaned, __ATOMIC_ACQUIRE))
		return; /* another thread or its own callback deletes it */
	if (!s->own_delete && began != __atomic_load_n(&s->ended, __ATOMIC_ACQUIRE))
		fail_msg("a callback runs on after WdfObjectDelete");
}

static void delete_thread(void *arg)
{
	struct subject *const all[] = { &item, &dpc, &passive_timer, &timer };
	unsigned int first = (unsigned int)pick(4);

	(void)arg;
	exec_sleep_ms(pick(3));
	for (unsigned int i = 0; i < 4; i++)
		delete_one(all[(first + i) % 4]);
}

static bool all_cleaned(void)
{
	return __atomic_load_n(&timer.cleaned, __ATOMIC_ACQUIRE) &&
	       __atomic_load_n(&passive_timer.cleaned, __ATOMIC_ACQUIRE) &&
	       __atomic_load_n(&dpc.cleaned, __ATOMIC_ACQUIRE) &&
	       __atomic_load_n(&item.cleaned, __ATOMIC_ACQUIRE);
}

static void delete_under_use(uint64_t seed)
{
	struct exec_thread *busy, *deleter;

	make_all(seed);
	start_at_dispatch(NULL);
	busy = sim_thread_run(busy_thread, NULL);
	deleter = sim_thread_run(delete_thread, NULL);
	exec_thread_join(deleter);
	exec_thread_join(busy);
	for (int i = 0; i < 1000 && !all_cleaned(); i++)
		exec_sleep_ms(1);
	check(all_cleaned(), "seed %llu: a deleted object was not cleaned up",
	      (unsigned long long)seed);
	end_all();
}

static void test_seeds__deleted_under_use__no_callback_afterwards(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= seeds(); seed++)
		delete_under_use(seed);
}

/* --- the device goes while all of it runs --- */

static void remove_under_use(uint64_t seed)
{
	struct exec_thread *busy;

	make_all(seed);
	busy = sim_thread_run(busy_thread, NULL);
	exec_sleep_ms(pick(3));
	exec_thread_join(busy); /* a driver's own threads end before its device */
	start_at_dispatch(NULL);
	fx_remove();
	check(all_cleaned(), "seed %llu: the device went before its children",
	      (unsigned long long)seed);
	end_all();
}

static void test_seeds__device_removed__all_cleaned_up_first(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= seeds(); seed++)
		remove_under_use(seed);
}

/* --- the same with real threads, where ThreadSanitizer can see what a baton hides --- */

#define ROUNDS 6

static void test_threads__real_ones__the_same(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < ROUNDS; i++) {
		run_seed(0);
		delete_under_use(0);
		remove_under_use(0);
	}
}

/* What is reported all the same is so hundreds of times. */
static void quiet(void *arg, enum log_level level, const char *area, const char *text)
{
	(void)arg;
	(void)level;
	(void)area;
	(void)text;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seeds__start_stop_flush__keep_their_promises),
		cmocka_unit_test(test_seeds__deleted_under_use__no_callback_afterwards),
		cmocka_unit_test(test_seeds__device_removed__all_cleaned_up_first),
		cmocka_unit_test(test_threads__real_ones__the_same),
	};

	log_set_sink(quiet, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
