/* SPDX-License-Identifier: MIT */
/*
 * What a loop does before it sleeps, where something comes through memory alone: it gives way to
 * the other side, which may be waiting for this CPU, and looks again. The other side runs where
 * the loop gives way (the linker's --wrap).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/exec.h"
#include "base/spin.h"
#include "irq/loop.h"

#define AT_ONCE_NS 1u  /* a spin that brings nothing */
#define VAIN       20u /* waits, less than there are before it tries again */

static struct irq_loop *loop;
static struct {
	struct irq_poller poller;
	unsigned int gives, sleeps, served;
	unsigned int filled;        /* what is in the memory */
	unsigned int fills;         /* what the other side puts there whenever it may run */
	unsigned int looks, msg_at; /* the message comes with that look at the memory; 0: never */
	bool is_away_for_long;      /* it keeps the CPU */
	struct irq_message msg;
} other;

void __wrap_exec_give_way(void);

void __wrap_exec_give_way(void)
{
	other.gives++;
	other.filled += other.fills;
	if (other.is_away_for_long)
		exec_sleep_ms(1);
}

static bool take(struct irq_poller *poller)
{
	unsigned int filled = other.filled;

	(void)poller;
	other.served += filled;
	other.filled = 0;
	if (++other.looks == other.msg_at)
		irq_loop_post(loop, &other.msg);
	return filled;
}

static bool note_sleep(struct irq_poller *poller, bool asleep)
{
	(void)poller;
	other.sleeps += asleep;
	return !other.filled;
}

static int setup(void **state)
{
	const struct irq_loop_params params = { .name = "polled", .node = -1 };
	int err = irq_loop_new(&params, &loop);

	(void)state;
	memset(&other, 0, sizeof(other));
	list_init(&other.poller.link);
	other.poller.run = take;
	other.poller.sleep = note_sleep;
	if (!err)
		(void)!irq_loop_run_once(loop, 0); /* it has news of its own at first */
	return err;
}

static int teardown(void **state)
{
	(void)state;
	irq_loop_poller_remove(loop, &other.poller);
	loop = irq_loop_free(loop);
	return 0;
}

static int wait_ms(unsigned int ms)
{
	return irq_loop_run_once(loop, exec_deadline_ms(ms));
}

static void test_wait__other_side_needs_this_cpu__gives_way_instead_of_sleeping(void **state)
{
	(void)state;
	irq_loop_poller_add(loop, &other.poller, AT_ONCE_NS);
	other.fills = 1;
	assert_int_equal(wait_ms(200), 1);
	assert_int_equal(other.served, 1);
	assert_int_equal(other.gives, 1);
	assert_int_equal(other.sleeps, 0); /* nobody has to ring */
}

static void test_wait__nothing_comes_of_it__sleeps_and_no_longer_gives_way(void **state)
{
	(void)state;
	irq_loop_poller_add(loop, &other.poller, AT_ONCE_NS);
	for (unsigned int i = 0; i < VAIN; i++)
		assert_int_equal(wait_ms(0), 0);
	assert_in_range(other.gives, 1, YIELD_VAIN);
	assert_int_equal(other.sleeps, VAIN);
}

static void test_wait__away_for_long__not_once_more(void **state)
{
	(void)state;
	irq_loop_poller_add(loop, &other.poller, AT_ONCE_NS);
	other.is_away_for_long = true;
	other.fills = 1;
	assert_int_equal(wait_ms(200), 1);
	other.fills = 0;
	for (unsigned int i = 0; i < VAIN; i++)
		assert_int_equal(wait_ms(0), 0);
	assert_int_equal(other.gives, 1);
}

static void test_look__no_wait_wanted__does_not_give_way(void **state)
{
	(void)state;
	irq_loop_poller_add(loop, &other.poller, AT_ONCE_NS);
	assert_int_equal(irq_loop_run_once(loop, 0), 0);
	assert_int_equal(other.gives, 0);
}

static void test_wait__poller_that_never_spins__does_not_give_way(void **state)
{
	(void)state;
	irq_loop_poller_add(loop, &other.poller, 0);
	assert_int_equal(wait_ms(0), 0);
	assert_int_equal(other.gives, 0);
	assert_int_equal(other.sleeps, 1);
}

static void nothing(struct irq_message *msg)
{
	(void)msg;
}

/* With the first look, or while it spins. */
static void test_wait__message_comes__served_without_giving_way(void **state)
{
	(void)state;
	irq_loop_poller_add(loop, &other.poller, AT_ONCE_NS);
	other.msg.run = nothing;
	for (other.msg_at = 1; other.msg_at <= 2; other.msg_at++) {
		other.looks = 0;
		assert_int_equal(wait_ms(200), 1);
	}
	assert_int_equal(other.gives, 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_wait__other_side_needs_this_cpu__gives_way_instead_of_sleeping),
		T(test_wait__nothing_comes_of_it__sleeps_and_no_longer_gives_way),
		T(test_wait__away_for_long__not_once_more),
		T(test_look__no_wait_wanted__does_not_give_way),
		T(test_wait__poller_that_never_spins__does_not_give_way),
		T(test_wait__message_comes__served_without_giving_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
