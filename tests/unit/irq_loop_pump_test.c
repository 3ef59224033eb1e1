/* SPDX-License-Identifier: MIT */
/* Waiting, on a loop, for what that very loop has to do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/exec.h"
#include "base/mem.h"
#include "irq/loop.h"

static struct irq_loop *loop;
static char order[16];
static unsigned int length;

static void note(char what)
{
	if (length < sizeof(order) - 1)
		order[length++] = what;
}

static int setup(void **state)
{
	struct irq_loop_params params = { .name = "pumped", .node = -1 };

	(void)state;
	length = 0;
	for (unsigned int i = 0; i < sizeof(order); i++)
		order[i] = 0;
	return irq_loop_new(&params, &loop);
}

static int teardown(void **state)
{
	(void)state;
	loop = irq_loop_free(loop);
	return 0;
}

static void pump_until_length(unsigned int want)
{
	uint64_t end = exec_deadline_ms(60000);

	while (length < want && exec_now_ns() < end)
		irq_loop_pump(loop, end);
}

static struct irq_message first, second, third;
static struct irq_deferred work, more;
static struct irq_timer timer, late;

static void note_second(struct irq_message *msg)
{
	(void)msg;
	note('2');
}

static void note_third(struct irq_message *msg)
{
	(void)msg;
	note('3');
}

static void wait_in_message(struct irq_message *msg)
{
	(void)msg;
	note('<');
	third.run = note_third;
	irq_loop_post(loop, &third); /* behind the one that the wake-up has taken already */
	pump_until_length(3);
	note('>');
}

static void test_pump__inside_a_message__serves_the_rest_in_order(void **state)
{
	(void)state;
	first.run = wait_in_message;
	second.run = note_second;
	irq_loop_post(loop, &first);
	irq_loop_post(loop, &second);
	(void)!irq_loop_run_once(loop, 0);
	assert_string_equal(order, "<23>");
}

static void note_work(struct irq_deferred *deferred)
{
	(void)deferred;
	note('w');
}

static void wait_in_work(struct irq_deferred *deferred)
{
	(void)deferred;
	note('<');
	pump_until_length(2);
	note('>');
}

static void test_pump__inside_deferred_work__serves_the_rest(void **state)
{
	(void)state;
	list_init(&work.link);
	list_init(&more.link);
	work.run = wait_in_work;
	more.run = note_work;
	irq_loop_defer(loop, IRQ_PHASE_FLUSH, &work);
	irq_loop_defer(loop, IRQ_PHASE_FLUSH, &more);
	(void)!irq_loop_run_once(loop, 0);
	assert_string_equal(order, "<w>");
}

static void note_timer(struct irq_timer *t)
{
	(void)t;
	note('t');
}

static void wait_in_timer(struct irq_timer *t)
{
	(void)t;
	note('<');
	list_init(&late.link);
	late.run = note_timer;
	irq_loop_timer_start(loop, &late, exec_now_ns() + EXEC_NS_PER_MS);
	pump_until_length(2);
	note('>');
}

static void test_pump__inside_a_timer__waits_for_the_next(void **state)
{
	(void)state;
	list_init(&timer.link);
	timer.run = wait_in_timer;
	irq_loop_timer_start(loop, &timer, 1);
	(void)!irq_loop_run_once(loop, 0);
	assert_string_equal(order, "<t>");
}

static void test_pump__with_nothing_to_do__ends_at_the_deadline(void **state)
{
	uint64_t end = exec_deadline_ms(2);

	(void)state;
	irq_loop_pump(loop, end);
	while (exec_now_ns() < end)
		irq_loop_pump(loop, end);
	assert_int_equal(length, 0);
}

/* --- pollers --- */

static struct waiter {
	struct irq_poller poller;
	bool ran;
} waiter;
static struct irq_poller *other;
static unsigned int other_ran;

static bool never_asleep(struct irq_poller *poller, bool asleep)
{
	(void)poller;
	return !asleep;
}

static bool run_other(struct irq_poller *poller)
{
	(void)poller;
	other_ran++;
	return false;
}

static void free_other(struct irq_message *msg)
{
	(void)msg;
	irq_loop_poller_remove(loop, other);
	mem_free(other);
	other = NULL;
	note('f');
}

static bool wait_in_poller(struct irq_poller *poller)
{
	struct waiter *w = uw_container_of(poller, struct waiter, poller);

	if (w->ran)
		return false;
	w->ran = true;
	note('<');
	pump_until_length(2);
	note('>');
	return true;
}

static void add_pollers(void)
{
	other = mem_calloc(1, sizeof(*other));
	assert_non_null(other);
	list_init(&other->link);
	other->run = run_other;
	other->sleep = never_asleep;
	other_ran = 0;
	waiter = (struct waiter){ .poller = { .run = wait_in_poller, .sleep = never_asleep } };
	list_init(&waiter.poller.link);
	irq_loop_poller_add(loop, &waiter.poller, 0);
	irq_loop_poller_add(loop, other, 0);
}

static void test_pump__inside_a_poller__the_next_one_is_freed_meanwhile(void **state)
{
	(void)state;
	add_pollers();
	first.run = free_other;
	irq_loop_post(loop, &first);
	(void)!irq_loop_run_once(loop, 0);
	assert_string_equal(order, "<f>");
	assert_int_equal(other_ran, 1); /* by the inner wake-up, which looks at all of them */
	irq_loop_poller_remove(loop, &waiter.poller);
}

static void note_first(struct irq_message *msg)
{
	(void)msg;
	note('1');
}

static void test_pump__inside_a_poller__the_others_have_their_turn(void **state)
{
	(void)state;
	add_pollers();
	first.run = note_first;
	irq_loop_post(loop, &first);
	(void)!irq_loop_run_once(loop, 0);
	assert_string_equal(order, "<1>");
	(void)!irq_loop_run_once(loop, 0);
	assert_int_equal(other_ran, 2);
	irq_loop_poller_remove(loop, &waiter.poller);
	irq_loop_poller_remove(loop, other);
	mem_free(other);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_pump__inside_a_message__serves_the_rest_in_order),
		TEST(test_pump__inside_deferred_work__serves_the_rest),
		TEST(test_pump__inside_a_timer__waits_for_the_next),
		TEST(test_pump__inside_a_poller__the_next_one_is_freed_meanwhile),
		TEST(test_pump__inside_a_poller__the_others_have_their_turn),
		TEST(test_pump__with_nothing_to_do__ends_at_the_deadline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
