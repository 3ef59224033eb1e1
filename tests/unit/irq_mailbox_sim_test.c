/* SPDX-License-Identifier: MIT */
/* A loop's mailbox and its end: whoever receives the last message may free it. */
#include "uw_test.h"

#include "base/exec.h"
#include "irq/loop.h"
#include "loop_mailbox.h"

#define SEEDS  2000
#define UNUSED 1u /* what nobody writes who is not there any more */

static struct loop_mailbox box;
static struct irq_message messages[2];

static void send(void *arg)
{
	loop_mailbox_push(&box, arg);
}

static struct exec_thread *start_sender(struct irq_message *message)
{
	const struct exec_thread_params params = {
		.name = "sender", .run = send, .arg = message, .node = -1
	};
	struct exec_thread *thread;

	assert_int_equal(exec_thread_start(&params, &thread), 0);
	return thread;
}

static void receive_all(void)
{
	unsigned int got = 0;

	while (got < UW_ARRAY_SIZE(messages)) {
		struct irq_message *message = loop_mailbox_take(&box);

		if (!message && loop_mailbox_announce_sleep(&box))
			exec_yield();
		for (; message; message = message->next)
			got++;
	}
}

static void test_deinit__sender_still_there__waited_for(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct exec_thread *senders[UW_ARRAY_SIZE(messages)];

		assert_int_equal(exec_sim_begin(seed), 0);
		assert_int_equal(loop_mailbox_init(&box), 0);
		for (size_t i = 0; i < UW_ARRAY_SIZE(messages); i++)
			senders[i] = start_sender(&messages[i]);
		receive_all();
		loop_mailbox_deinit(&box);
		box.may_sleep = UNUSED;
		for (size_t i = 0; i < UW_ARRAY_SIZE(messages); i++)
			exec_thread_join(senders[i]);
		exec_sim_end();
		if (box.may_sleep != UNUSED || box.senders)
			fail_msg("seed %llu: a sender touched it after its end",
				 (unsigned long long)seed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_deinit__sender_still_there__waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
