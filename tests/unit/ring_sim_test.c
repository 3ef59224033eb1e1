/* SPDX-License-Identifier: MIT */
/*
 * The protocol of ring.h between two simulated threads: whatever a seed has them do at each step,
 * everything arrives once and in order, nobody sleeps for ever, and nobody rings who need not.
 */
#include "uw_test.h"

#include <stdio.h>
#include <string.h>

#include "base/exec.h"

#define UWDF_RING_RACE_POINT() exec_yield()
#include "uwdf/ring.h"

#define ENTRIES    4u
#define SEEDS      600u
#define SEEDS_LONG 10000u
#define FIRST      (UINT32_MAX - 20) /* so that positions wrap, too */

struct side {
	uint32_t asleep;
	struct exec_event bell;
	unsigned int rings, dozes, sleeps;
};

static struct {
	struct uwdf_ring_entry entries[ENTRIES];
	struct uwdf_ring_answer answers[ENTRIES];
	struct side host, client;
	unsigned int total, sent, reaped;
} m;

static void ring_if_asleep(struct side *side)
{
	if (!uwdf_ring_must_ring(&side->asleep))
		return;
	side->rings++;
	exec_event_set(&side->bell);
}

/* Sleeps unless something is there, as both sides do it. */
static void sleep_until(struct side *side, const uint32_t *seq, uint32_t position)
{
	uwdf_ring_doze(&side->asleep);
	side->dozes++;
	if (!uwdf_ring_is_there(seq, position)) {
		side->sleeps++;
		assert_true(exec_event_wait(&side->bell, exec_deadline_ms(1000)));
		exec_event_clear(&side->bell);
	}
	uwdf_ring_wake(&side->asleep);
}

static void host(void *arg)
{
	(void)arg;
	for (unsigned int i = 0; i < m.total;) {
		uint32_t position = FIRST + i;
		const struct uwdf_ring_entry *e = &m.entries[position % ENTRIES];
		struct uwdf_ring_answer *a = &m.answers[position % ENTRIES];

		if (!uwdf_ring_is_there(&e->seq, position)) {
			sleep_until(&m.host, &e->seq, position);
			continue;
		}
		a->tag = e->tag;
		uwdf_ring_publish(&a->seq, position);
		i++;
		/* a batch is told of once */
		if (exec_sim_random(2) || i == m.total ||
		    !uwdf_ring_is_there(&m.entries[(FIRST + i) % ENTRIES].seq, FIRST + i))
			ring_if_asleep(&m.client);
	}
}

static void send_some(void)
{
	bool any = false;

	while (m.sent < m.total && m.sent - m.reaped < ENTRIES && exec_sim_random(4)) {
		uint32_t position = FIRST + m.sent++;
		struct uwdf_ring_entry *e = &m.entries[position % ENTRIES];

		e->tag = m.sent;
		uwdf_ring_publish(&e->seq, position);
		any = true;
	}
	if (any)
		ring_if_asleep(&m.host);
}

static void client(void *arg)
{
	(void)arg;
	while (m.reaped < m.total) {
		uint32_t position = FIRST + m.reaped;
		const struct uwdf_ring_answer *a = &m.answers[position % ENTRIES];

		send_some();
		if (uwdf_ring_is_there(&a->seq, position))
			assert_int_equal(a->tag, ++m.reaped); /* each once, in order */
		else if (m.sent > m.reaped)
			sleep_until(&m.client, &a->seq, position);
	}
}

static void start(void (*run)(void *arg), const char *name, struct exec_thread **out)
{
	const struct exec_thread_params params = { .name = name, .run = run, .node = -1 };

	assert_int_equal(exec_thread_start(&params, out), 0);
}

static void run_seed(uint64_t seed)
{
	struct exec_thread *one, *two;

	memset(&m, 0, sizeof(m));
	m.total = 40;
	assert_int_equal(exec_sim_begin(seed), 0);
	assert_int_equal(exec_event_init(&m.host.bell), 0);
	assert_int_equal(exec_event_init(&m.client.bell), 0);
	start(host, "host", &one);
	start(client, "client", &two);
	exec_thread_join(one);
	exec_thread_join(two);
	exec_event_deinit(&m.host.bell);
	exec_event_deinit(&m.client.bell);
	exec_sim_end();
	assert_int_equal(m.reaped, m.total);
	/* one bell at most for each time somebody slept or was about to */
	assert_true(m.host.rings <= m.host.dozes && m.client.rings <= m.client.dozes);
}

static void test_ring__any_order_of_steps__nothing_lost_nobody_sleeps_on(void **state)
{
	unsigned int seeds = getenv("UWDF_LONG") ? SEEDS_LONG : SEEDS, sleeps = 0, rings = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= seeds; seed++) {
		run_seed(seed);
		sleeps += m.host.sleeps + m.client.sleeps;
		rings += m.host.rings + m.client.rings;
	}
	print_message("%u seeds: %u sleeps, %u bells for %u entries and answers\n", seeds, sleeps,
		      rings, seeds * 80);
	assert_true(sleeps > seeds);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ring__any_order_of_steps__nothing_lost_nobody_sleeps_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
