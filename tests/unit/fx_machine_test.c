/* SPDX-License-Identifier: MIT */
/* One machine's engine: queues, who drains, what acts and callbacks are told, what is remembered.
 */
#include "uw_test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/exec.h"
#include "pnp/machines/machine.h"

#define PNP(state)   WdfDevStatePnp##state
#define POWER(state) WdfDevStatePower##state
#define DEADLINE     exec_deadline_ms(60000)

/* Two machines of one made-up device; what happened is written down as text. */
static struct world {
	struct fx_machine pnp, power;
	fx_machine_act *pnp_acts[FX_MACHINE_SLOTS], *power_acts[FX_MACHINE_SLOTS];
	char trace[1024];
	uint32_t held, deferred, dropped, astray;
	void *last_request;
	bool not_here; /* may_drain() says */
	bool talk;     /* write notices down */
} w;

static void note(const char *what, const char *state)
{
	size_t used = strlen(w.trace);

	snprintf(w.trace + used, sizeof(w.trace) - used, "%s%s%s ", what, *what ? ":" : "", state);
}

static void on_hold(void *owner)
{
	((struct world *)owner)->held++;
}

static void on_let_go(void *owner)
{
	((struct world *)owner)->held--;
}

static bool on_may_drain(void *owner, const struct fx_machine *m)
{
	(void)m;
	return !((struct world *)owner)->not_here;
}

static void on_defer(void *owner, struct fx_machine *m)
{
	(void)m;
	((struct world *)owner)->deferred++;
}

static void on_notify(void *owner, struct fx_machine *m, const struct fx_machine_notice *n)
{
	static const char *const names[] = { "", "enter", "post", "", "leave" };
	uint16_t which = n->type == FX_NOTICE_ENTER ? n->next : n->current;

	(void)owner;
	/* the old state holds until both have been told */
	assert_int_equal(fx_machine_state(m), n->current);
	if (w.talk)
		note(names[n->type], fx_machine_state_name(m->table, which));
}

static void on_dropped(void *owner, struct fx_machine *m, uint32_t event, void *request)
{
	(void)owner;
	w.dropped++;
	w.last_request = request;
	note("dropped", fx_machine_event_name(m->table, event));
}

static void on_astray(void *owner, struct fx_machine *m, uint16_t wanted)
{
	(void)owner;
	w.astray++;
	note("astray", fx_machine_state_name(m->table, wanted));
}

static const struct fx_machine_ops ops = { .hold = on_hold,
					   .let_go = on_let_go,
					   .may_drain = on_may_drain,
					   .defer = on_defer,
					   .notify = on_notify,
					   .dropped = on_dropped,
					   .astray = on_astray };

/* An act that goes to its row's last successor, if it has any. */
static uint16_t go_on(void *owner, const struct fx_machine_turn *turn)
{
	const struct fx_machine_row *row = fx_machine_row(turn->machine->table, turn->state);
	uint16_t next = FX_MACHINE_STAY;

	(void)owner;
	for (uint32_t i = 0; i < FX_MACHINE_SUCCESSORS && row->self[i]; i++)
		next = row->self[i];
	return next;
}

static uint16_t stay(void *owner, const struct fx_machine_turn *turn)
{
	(void)owner;
	note("", fx_machine_state_name(turn->machine->table, turn->state));
	w.last_request = turn->request;
	return FX_MACHINE_STAY;
}

static void start(struct fx_machine *m, const struct fx_machine_table *table,
		  fx_machine_act *const *acts)
{
	struct fx_machine_params params = {
		.table = table, .acts = acts, .ops = &ops, .owner = &w, .label = "test"
	};

	assert_int_equal(fx_machine_init(m, &params), 0);
}

static int set_up(void **unused)
{
	(void)unused;
	memset(&w, 0, sizeof(w));
	for (uint32_t i = 0; i < FX_MACHINE_SLOTS; i++)
		w.pnp_acts[i] = w.power_acts[i] = go_on;
	w.pnp_acts[FX_MACHINE_SLOT(PNP(InitStarting))] = stay;
	w.pnp_acts[FX_MACHINE_SLOT(PNP(HardwareAvailable))] = stay;
	start(&w.pnp, &fx_pnp_table, w.pnp_acts);
	start(&w.power, &fx_power_table, w.power_acts);
	return 0;
}

static int tear_down(void **unused)
{
	(void)unused;
	fx_machine_deinit(&w.pnp);
	fx_machine_deinit(&w.power);
	assert_int_equal(w.held, 0);
	return 0;
}

static void pnp(uint32_t event)
{
	assert_true(fx_machine_post(&w.pnp, event, NULL));
}

static void expect_trace(const char *want)
{
	assert_string_equal(w.trace, want);
	w.trace[0] = '\0';
}

static void start_device(void)
{
	pnp(FX_PNP_AddDevice);
	pnp(FX_PNP_StartDevice);
	pnp(FX_PNP_StartDeviceComplete);
	pnp(FX_PNP_PwrPolStarted);
	assert_int_equal(fx_machine_state(&w.pnp), PNP(Started));
	w.trace[0] = '\0';
}

static void test_start__its_events__reach_started(void **unused)
{
	(void)unused;
	assert_int_equal(fx_machine_state(&w.pnp), PNP(ObjectCreated));
	start_device();
	assert_int_equal(w.dropped + w.astray, 0);
}

static void test_act__an_event_with_a_request__is_given_it(void **unused)
{
	int request;

	(void)unused;
	pnp(FX_PNP_AddDevice);
	assert_true(fx_machine_post(&w.pnp, FX_PNP_StartDevice, &request));
	expect_trace("InitStarting ");
	assert_ptr_equal(w.last_request, &request);
}

static void test_drop__a_request__is_handed_to_the_hook(void **unused)
{
	int request;

	(void)unused;
	assert_true(fx_machine_post(&w.pnp, FX_PNP_Stop, &request));
	expect_trace("dropped:Stop ");
	assert_ptr_equal(w.last_request, &request);
	assert_int_equal(fx_machine_dropped(&w.pnp), 1);
}

static void
test_closed_state__an_ordinary_event__waits_and_a_priority_event_overtakes(void **unused)
{
	(void)unused;
	pnp(FX_PNP_AddDevice);
	pnp(FX_PNP_StartDevice);
	pnp(FX_PNP_StartDeviceComplete);
	pnp(FX_PNP_SurpriseRemove);
	assert_int_equal(fx_machine_state(&w.pnp), PNP(HardwareAvailable));
	assert_true(fx_machine_is_quiet(&w.pnp));
	w.trace[0] = '\0';
	w.pnp_acts[FX_MACHINE_SLOT(PNP(FailedIoStarting))] = stay;
	pnp(FX_PNP_PwrPolStarted);
	/* Started was reached first, then the removal was taken */
	expect_trace("FailedIoStarting ");
}

static void test_deferred__events_of_both_kinds__priority_first_then_in_their_order(void **unused)
{
	(void)unused;
	start_device();
	w.not_here = true;
	pnp(FX_PNP_CancelStop); /* an edge back to Started */
	pnp(FX_PNP_Eject);      /* dropped there */
	pnp(FX_PNP_PwrPolStopped);
	pnp(FX_PNP_PwrPolRemoved);
	assert_int_equal(w.deferred, 1);
	assert_false(fx_machine_is_quiet(&w.pnp));
	expect_trace("");
	fx_machine_drain(&w.pnp);
	expect_trace("dropped:PwrPolStopped dropped:PwrPolRemoved dropped:Eject ");
	assert_true(fx_machine_is_quiet(&w.pnp));
}

static void test_defer__what_no_state_takes__wakes_nobody(void **unused)
{
	(void)unused;
	pnp(FX_PNP_AddDevice);
	pnp(FX_PNP_StartDevice);
	pnp(FX_PNP_StartDeviceComplete);
	w.not_here = true;
	pnp(FX_PNP_Remove);
	assert_int_equal(w.deferred, 0);
	w.not_here = false;
	pnp(FX_PNP_PwrPolStarted);
}

static void test_notices__a_transition__leave_enter_act_post_process(void **unused)
{
	(void)unused;
	w.talk = true;
	pnp(FX_PNP_AddDevice);
	expect_trace("leave:ObjectCreated enter:Init post:Init ");
	pnp(FX_PNP_StartDevice);
	expect_trace("leave:Init enter:InitStarting InitStarting post:InitStarting ");
}

static void test_history__transitions__are_the_last_with_times_and_reasons(void **unused)
{
	struct fx_machine_step steps[FX_MACHINE_HISTORY];
	uint64_t before = exec_now_ns();

	(void)unused;
	pnp(FX_PNP_AddDevice);
	pnp(FX_PNP_SurpriseRemove);
	assert_int_equal(fx_machine_history(&w.pnp, steps, FX_MACHINE_HISTORY), 3);
	assert_true(steps[0].at_ns >= before && steps[2].at_ns >= steps[0].at_ns);
	assert_int_equal(steps[0].from, PNP(ObjectCreated));
	assert_int_equal(steps[1].to, PNP(InitSurpriseRemoved));
	assert_int_equal(steps[1].event, FX_PNP_SurpriseRemove);
	assert_int_equal(steps[2].to, PNP(Init));
	assert_int_equal(steps[2].event, FX_EVENT_NONE);
	for (uint32_t i = 0; i < FX_MACHINE_HISTORY; i++)
		pnp(FX_PNP_SurpriseRemove);
	assert_int_equal(fx_machine_history(&w.pnp, steps, FX_MACHINE_HISTORY), FX_MACHINE_HISTORY);
	assert_int_equal(steps[FX_MACHINE_HISTORY - 1].to, PNP(Init));
	assert_int_equal(fx_machine_history(&w.pnp, steps, 2), 2);
	assert_int_equal(steps[0].to, PNP(InitSurpriseRemoved));
}

static void test_queue__more_than_it_holds__refuses_and_takes_again_later(void **unused)
{
	int request;

	(void)unused;
	start_device();
	w.not_here = true;
	for (uint32_t i = 0; i < FX_MACHINE_QUEUE; i++)
		pnp(FX_PNP_Eject);
	assert_false(fx_machine_post(&w.pnp, FX_PNP_Eject, &request));
	pnp(FX_PNP_PwrPolStarted); /* has places of its own */
	fx_machine_drain(&w.pnp);
	assert_int_equal(w.dropped, FX_MACHINE_QUEUE + 1);
	assert_true(fx_machine_post(&w.pnp, FX_PNP_Eject, &request));
	fx_machine_drain(&w.pnp);
	assert_ptr_equal(w.last_request, &request);
}

static void test_single_event__pending_already__is_one_unless_it_has_a_request(void **unused)
{
	int request;

	(void)unused;
	w.not_here = true;
	for (uint32_t i = 0; i < 2 * FX_MACHINE_QUEUE; i++)
		assert_true(fx_machine_post(&w.power, FX_POWER_ParentToD0, NULL));
	assert_true(fx_machine_post(&w.power, FX_POWER_ParentToD0, &request));
	fx_machine_drain(&w.power);
	expect_trace("dropped:ParentToD0 dropped:ParentToD0 ");
	assert_ptr_equal(w.last_request, &request);
}

static void test_deinit__events_that_no_state_took__are_dropped(void **unused)
{
	struct fx_machine m;
	int request;

	(void)unused;
	start(&m, &fx_pnp_table, w.pnp_acts);
	m.state = PNP(HardwareAvailable);
	assert_true(fx_machine_post(&m, FX_PNP_Remove, &request));
	expect_trace("");
	fx_machine_deinit(&m);
	expect_trace("dropped:Remove ");
	assert_ptr_equal(w.last_request, &request);
}

static void test_init__a_choice_without_an_act__is_refused(void **unused)
{
	struct fx_machine_params params = { .table = &fx_pnp_table,
					    .acts = w.pnp_acts,
					    .ops = &ops };
	struct fx_machine m;

	(void)unused;
	w.pnp_acts[FX_MACHINE_SLOT(PNP(EjectHardware))] = NULL;
	assert_int_equal(fx_machine_init(&m, &params), -EINVAL);
	params.acts = NULL;
	assert_int_equal(fx_machine_init(&m, &params), -EINVAL);
	params.table = &fx_policy_other_table; /* has no choices */
	assert_int_equal(fx_machine_init(&m, &params), 0);
	fx_machine_deinit(&m);
}

static void test_no_act__an_only_successor__is_gone_to(void **unused)
{
	(void)unused;
	w.pnp_acts[FX_MACHINE_SLOT(PNP(InitSurpriseRemoved))] = NULL;
	w.pnp_acts[FX_MACHINE_SLOT(PNP(InitStarting))] = NULL; /* waits for an event, too */
	pnp(FX_PNP_AddDevice);
	pnp(FX_PNP_SurpriseRemove);
	assert_int_equal(fx_machine_state(&w.pnp), PNP(Init));
	pnp(FX_PNP_StartDevice);
	assert_int_equal(fx_machine_state(&w.pnp), PNP(InitStarting));
}

static void test_act__stays_where_nothing_is_waited_for__goes_astray(void **unused)
{
	(void)unused;
	w.pnp_acts[FX_MACHINE_SLOT(PNP(InitSurpriseRemoved))] = stay;
	pnp(FX_PNP_AddDevice);
	pnp(FX_PNP_SurpriseRemove);
	expect_trace("InitSurpriseRemoved astray:? ");
	assert_int_equal(w.astray, 1);
}

/* --- posting from acts --- */

static uint16_t remove_myself(void *owner, const struct fx_machine_turn *turn)
{
	uint16_t next = stay(owner, turn);

	pnp(FX_PNP_StartDeviceFailed);
	pnp(FX_PNP_Remove);
	assert_int_equal(fx_machine_state(turn->machine), turn->state); /* not inside this act */
	note("", "end");
	return next;
}

static void test_act__posts_to_its_own_machine__taken_when_it_has_returned(void **unused)
{
	(void)unused;
	w.pnp_acts[FX_MACHINE_SLOT(PNP(InitStarting))] = remove_myself;
	w.pnp_acts[FX_MACHINE_SLOT(PNP(RemovedChildrenRemoved))] = go_on;
	w.pnp_acts[FX_MACHINE_SLOT(PNP(CheckForDevicePresence))] = go_on; /* still there */
	pnp(FX_PNP_AddDevice);
	pnp(FX_PNP_StartDevice);
	expect_trace("InitStarting end ");
	assert_int_equal(fx_machine_state(&w.pnp), PNP(RemovedPdoWait));
	assert_int_equal(w.dropped, 0);
}

static uint16_t ask_power(void *owner, const struct fx_machine_turn *turn)
{
	stay(owner, turn);
	assert_true(fx_machine_post(&w.power, FX_POWER_ImplicitD0, NULL));
	note("", "asked");
	return FX_MACHINE_STAY;
}

static uint16_t answer_pnp(void *owner, const struct fx_machine_turn *turn)
{
	pnp(FX_PNP_PwrPolStarted);
	note("", "answered");
	return go_on(owner, turn);
}

static void test_two_machines__posting_to_each_other_from_acts__both_go_on(void **unused)
{
	(void)unused;
	w.pnp_acts[FX_MACHINE_SLOT(PNP(HardwareAvailable))] = ask_power;
	w.power_acts[FX_MACHINE_SLOT(POWER(D0StartingStartSelfManagedIo))] = answer_pnp;
	w.power_acts[FX_MACHINE_SLOT(POWER(D0NP))] = stay;
	pnp(FX_PNP_AddDevice);
	pnp(FX_PNP_StartDevice);
	w.trace[0] = '\0';
	pnp(FX_PNP_StartDeviceComplete);
	expect_trace("HardwareAvailable answered D0NP asked ");
	assert_int_equal(fx_machine_state(&w.pnp), PNP(Started));
	assert_int_equal(w.dropped + w.astray, 0);
}

/* --- an act that blocks --- */

static struct exec_event entered, let_it;

static uint16_t block(void *owner, const struct fx_machine_turn *turn)
{
	exec_event_set(&entered);
	assert_true(exec_event_wait(&let_it, DEADLINE));
	return go_on(owner, turn);
}

static void power_up(void *arg)
{
	assert_true(fx_machine_post(arg, FX_POWER_ImplicitD0, NULL));
}

/* D0Entry hangs on dead hardware: the device is removed all the same. */
static void test_act__blocked_in_one_machine__the_other_goes_on_and_posting_returns(void **unused)
{
	struct exec_thread_params params = {
		.name = "d0", .run = power_up, .arg = &w.power, .node = -1
	};
	struct exec_thread *thread;

	(void)unused;
	assert_int_equal(exec_event_init(&entered), 0);
	assert_int_equal(exec_event_init(&let_it), 0);
	start_device();
	w.power_acts[FX_MACHINE_SLOT(POWER(D0Starting))] = block;
	w.power_acts[FX_MACHINE_SLOT(POWER(D0NP))] = stay;
	w.pnp_acts[FX_MACHINE_SLOT(PNP(FailedIoStarting))] = stay;
	assert_int_equal(exec_thread_start(&params, &thread), 0);
	assert_true(exec_event_wait(&entered, DEADLINE));
	assert_true(fx_machine_post(&w.power, FX_POWER_ImplicitD3, NULL)); /* for its drainer */
	pnp(FX_PNP_SurpriseRemove);
	assert_int_equal(fx_machine_state(&w.pnp), PNP(FailedIoStarting));
	assert_int_equal(fx_machine_state(&w.power), POWER(D0Starting));
	exec_event_set(&let_it);
	exec_thread_join(thread);
	assert_int_equal(fx_machine_state(&w.power), POWER(Stopped));
	exec_event_deinit(&entered);
	exec_event_deinit(&let_it);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_start__its_events__reach_started),
		TEST(test_act__an_event_with_a_request__is_given_it),
		TEST(test_drop__a_request__is_handed_to_the_hook),
		TEST(test_closed_state__an_ordinary_event__waits_and_a_priority_event_overtakes),
		TEST(test_deferred__events_of_both_kinds__priority_first_then_in_their_order),
		TEST(test_defer__what_no_state_takes__wakes_nobody),
		TEST(test_notices__a_transition__leave_enter_act_post_process),
		TEST(test_history__transitions__are_the_last_with_times_and_reasons),
		TEST(test_queue__more_than_it_holds__refuses_and_takes_again_later),
		TEST(test_single_event__pending_already__is_one_unless_it_has_a_request),
		TEST(test_deinit__events_that_no_state_took__are_dropped),
		TEST(test_init__a_choice_without_an_act__is_refused),
		TEST(test_no_act__an_only_successor__is_gone_to),
		TEST(test_act__stays_where_nothing_is_waited_for__goes_astray),
		TEST(test_act__posts_to_its_own_machine__taken_when_it_has_returned),
		TEST(test_two_machines__posting_to_each_other_from_acts__both_go_on),
		TEST(test_act__blocked_in_one_machine__the_other_goes_on_and_posting_returns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
