/* SPDX-License-Identifier: MIT */
/*
 * A PnP and a power machine with a worker, posted to by several threads and by each other's acts,
 * under the simulated executor and with real threads. Counted: each event that was accepted ends
 * once (taken, dropped, or left for a state that takes it), no two threads drain a machine, who
 * held the owner lets it go, and what is left is nothing that the present state would have taken.
 */
#include "uw_test.h"

#include <string.h>

#include "base/exec.h"
#include "pnp/machines/machine.h"

#define SEEDS   200 /* 10000 with UWDF_LONG */
#define THREADS 3
#define STEPS   24
#define TOKENS  4096

enum { PNP, POWER, MACHINES };

static struct world {
	struct fx_machine machines[MACHINES];
	uint32_t inside[MACHINES]; /* drainers of each: an act or a callback of it runs */
	uint32_t held;             /* atomic */
	uint32_t accepted, ended;  /* atomic */
	uint8_t tokens[TOKENS];    /* atomic: how often each request ended */
	uint32_t next_token;       /* atomic */
	/* the worker's, guarded by lock: machines to drain, one of each at most */
	struct exec_mutex lock;
	struct exec_cond cond;
	struct fx_machine *wanted[MACHINES];
	bool stop;
} w;

static uint64_t pick(uint64_t bound)
{
	static _Thread_local uint64_t state;

	if (exec_sim_active())
		return exec_sim_random(bound);
	state = state * 6364136223846793005u + 1442695040888963407u + exec_thread_id();
	return (state >> 33) % bound;
}

static void begin(struct fx_machine *m)
{
	/* plain: ThreadSanitizer sees whoever is not the only drainer */
	if (w.inside[m - w.machines]++)
		fail_msg("two threads drain one machine");
	exec_yield();
}

static void end(struct fx_machine *m)
{
	w.inside[m - w.machines]--;
}

static void request_ended(void *request)
{
	uint8_t before;

	if (!request)
		return;
	before = __atomic_fetch_add((uint8_t *)request, 1, __ATOMIC_RELAXED);
	if (before)
		fail_msg("a request ended twice");
	__atomic_add_fetch(&w.ended, 1, __ATOMIC_RELAXED);
}

/* Any event; every second time one that leads on from the present state, if there is one. */
static uint32_t any_event(struct fx_machine *m)
{
	const struct fx_machine_row *row = fx_machine_row(m->table, fx_machine_state(m));
	uint32_t first = (uint32_t)pick(m->table->events);

	for (uint32_t i = 0; i < m->table->events && pick(16); i++)
		if (row->next[(first + i) % m->table->events])
			return (first + i) % m->table->events;
	return 1 + (uint32_t)pick(m->table->events - 1);
}

/* With a request that must come back unless the queue is full. */
static void post_any(unsigned int which)
{
	struct fx_machine *m = &w.machines[which];
	uint32_t token = __atomic_fetch_add(&w.next_token, 1, __ATOMIC_RELAXED);
	void *request = token < TOKENS ? &w.tokens[token] : NULL;

	if (fx_machine_post(m, any_event(m), request))
		__atomic_add_fetch(&w.accepted, request != NULL, __ATOMIC_RELAXED);
}

static uint16_t any_act(void *owner, const struct fx_machine_turn *turn)
{
	const struct fx_machine_row *row = fx_machine_row(turn->machine->table, turn->state);
	uint32_t choices = 0;

	(void)owner;
	begin(turn->machine);
	if (turn->from !=
	    turn->machine->history[(turn->machine->steps - 1) % FX_MACHINE_HISTORY].from)
		fail_msg("another transition came between");
	if (pick(3) == 0)
		post_any((unsigned int)pick(MACHINES));
	end(turn->machine);
	while (choices < FX_MACHINE_SUCCESSORS && row->self[choices])
		choices++;
	if (!choices || (fx_machine_row_waits(row) && pick(2)))
		return FX_MACHINE_STAY;
	return row->self[pick(choices)];
}

static void on_notify(void *owner, struct fx_machine *m, const struct fx_machine_notice *n)
{
	(void)owner;
	begin(m);
	if (n->current != fx_machine_state(m))
		fail_msg("a notice of a state that is not the present one");
	end(m);
}

static void on_dropped(void *owner, struct fx_machine *m, uint32_t event, void *request)
{
	(void)owner;
	(void)event;
	begin(m);
	request_ended(request);
	end(m);
}

static void on_astray(void *owner, struct fx_machine *m, uint16_t wanted)
{
	(void)owner;
	fail_msg("%s: astray to 0x%x", m->table->name, wanted);
}

static void on_hold(void *owner)
{
	(void)owner;
	__atomic_add_fetch(&w.held, 1, __ATOMIC_RELAXED);
}

static void on_let_go(void *owner)
{
	(void)owner;
	__atomic_sub_fetch(&w.held, 1, __ATOMIC_RELAXED);
}

static bool on_may_drain(void *owner, const struct fx_machine *m)
{
	(void)owner;
	(void)m;
	return pick(3) != 0;
}

static void on_defer(void *owner, struct fx_machine *m)
{
	(void)owner;
	exec_mutex_lock(&w.lock);
	if (w.wanted[m - w.machines])
		fail_msg("a machine that waits for its worker is deferred again");
	w.wanted[m - w.machines] = m;
	exec_cond_signal(&w.cond);
	exec_mutex_unlock(&w.lock);
}

/* The request of an event that was taken ends when its state is left or rested in. */
static uint16_t taking_act(void *owner, const struct fx_machine_turn *turn)
{
	const struct fx_machine_row *from = fx_machine_row(turn->machine->table, turn->from);

	/* by itself or by the event: only in the second case the request is new */
	if (turn->event && from->next[turn->event] == turn->state && turn->request &&
	    !__atomic_load_n((uint8_t *)turn->request, __ATOMIC_RELAXED))
		request_ended(turn->request);
	return any_act(owner, turn);
}

static const struct fx_machine_ops ops = { .hold = on_hold,
					   .let_go = on_let_go,
					   .may_drain = on_may_drain,
					   .defer = on_defer,
					   .notify = on_notify,
					   .dropped = on_dropped,
					   .astray = on_astray };

static struct fx_machine *next_wanted_locked(void)
{
	for (unsigned int i = 0; i < MACHINES; i++) {
		struct fx_machine *m = w.wanted[i];

		w.wanted[i] = NULL;
		if (m)
			return m;
	}
	return NULL;
}

static void work(void *unused)
{
	struct fx_machine *m;

	(void)unused;
	exec_mutex_lock(&w.lock);
	for (;;) {
		m = next_wanted_locked();
		if (!m && w.stop)
			break;
		if (!m) {
			exec_cond_wait(&w.cond, &w.lock, EXEC_FOREVER);
			continue;
		}
		exec_mutex_unlock(&w.lock);
		fx_machine_drain(m);
		exec_mutex_lock(&w.lock);
	}
	exec_mutex_unlock(&w.lock);
}

static void post_many(void *unused)
{
	(void)unused;
	for (uint32_t i = 0; i < STEPS; i++) {
		post_any((unsigned int)pick(MACHINES));
		exec_yield();
	}
}

static struct exec_thread *start(void (*run)(void *))
{
	struct exec_thread_params params = { .name = "machine", .run = run, .node = -1 };
	struct exec_thread *thread;

	assert_int_equal(exec_thread_start(&params, &thread), 0);
	return thread;
}

static void make(void)
{
	static fx_machine_act *acts[FX_MACHINE_SLOTS];
	static const struct fx_machine_table *const tables[] = { &fx_pnp_table, &fx_power_table };

	memset(&w, 0, sizeof(w));
	for (uint32_t i = 0; i < FX_MACHINE_SLOTS; i++)
		acts[i] = taking_act;
	assert_int_equal(exec_mutex_init(&w.lock), 0);
	assert_int_equal(exec_cond_init(&w.cond), 0);
	for (unsigned int i = 0; i < MACHINES; i++) {
		struct fx_machine_params params = {
			.table = tables[i], .acts = acts, .ops = &ops, .label = "sim"
		};

		assert_int_equal(fx_machine_init(&w.machines[i], &params), 0);
	}
}

static void check_rest(void)
{
	for (unsigned int i = 0; i < MACHINES; i++) {
		struct fx_machine *m = &w.machines[i];

		assert_true(fx_machine_is_quiet(m));
		assert_int_equal(m->urgent.put, m->urgent.taken);
		if (m->ordinary.put != m->ordinary.taken &&
		    fx_machine_row(m->table, fx_machine_state(m))->open)
			fail_msg("%s: %s left an event", m->table->name,
				 fx_machine_state_name(m->table, fx_machine_state(m)));
		fx_machine_deinit(m);
	}
	assert_int_equal(w.held, 0);
	assert_int_equal(w.accepted, w.ended);
}

static uint64_t one_run(void)
{
	struct exec_thread *threads[THREADS], *worker;
	uint64_t steps;

	make();
	worker = start(work);
	for (unsigned int i = 0; i < THREADS; i++)
		threads[i] = start(post_many);
	for (unsigned int i = 0; i < THREADS; i++)
		exec_thread_join(threads[i]);
	/* machines may still be deferred; the worker ends when none is */
	exec_mutex_lock(&w.lock);
	w.stop = true;
	exec_cond_broadcast(&w.cond);
	exec_mutex_unlock(&w.lock);
	exec_thread_join(worker);
	steps = w.machines[PNP].steps + w.machines[POWER].steps;
	check_rest();
	exec_cond_deinit(&w.cond);
	exec_mutex_deinit(&w.lock);
	return steps;
}

static void test_machines__posted_to_from_everywhere__lose_and_repeat_nothing(void **unused)
{
	uint64_t seeds = getenv("UWDF_LONG") ? 10000 : SEEDS, steps = 0;

	(void)unused;
	for (uint64_t seed = 1; seed <= seeds; seed++) {
		assert_int_equal(exec_sim_begin(seed), 0);
		steps += one_run();
		exec_sim_end();
	}
	print_message("%lu seeds, %lu transitions\n", (unsigned long)seeds, (unsigned long)steps);
	assert_true(steps > seeds * 10);
}

static void test_machines__with_real_threads__lose_and_repeat_nothing(void **unused)
{
	(void)unused;
	for (unsigned int i = 0; i < 50; i++)
		(void)one_run();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_machines__posted_to_from_everywhere__lose_and_repeat_nothing),
		cmocka_unit_test(test_machines__with_real_threads__lose_and_repeat_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
