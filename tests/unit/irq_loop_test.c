/* SPDX-License-Identifier: MIT */
/* Both back ends of the loop, by the same tests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/resource.h>

#include "base/exec.h"
#include "base/fault.h"
#include "base/mem.h"
#include "base/sys.h"
#include "irq/loop.h"

#define SOON exec_deadline_ms(60000)

struct fixture {
	enum irq_loop_backend backend;
	struct irq_loop *loop; /* driven by the test */
	int fd;
	uint64_t blocks;
	uint64_t fired, count;     /* of count_source() */
	struct irq_source *source; /* removed by remove_self() */
	char order[16];
	unsigned int length;
};

static struct irq_loop *new_loop(enum irq_loop_backend backend, bool own_thread)
{
	struct irq_loop_params params = {
		.name = "test", .backend = backend, .node = -1, .own_thread = own_thread
	};
	struct irq_loop *loop;

	assert_int_equal(irq_loop_new(&params, &loop), 0);
	return loop;
}

static int setup(void **state, enum irq_loop_backend backend)
{
	struct fixture *f;
	uint64_t blocks = mem_live_blocks();

	f = mem_calloc(1, sizeof(*f));
	assert_non_null(f);
	f->blocks = blocks;
	f->backend = backend;
	f->loop = new_loop(backend, false);
	f->fd = sys_eventfd(0, EFD_NONBLOCK);
	assert_true(f->fd >= 0);
	*state = f;
	return 0;
}

static int setup_uring(void **state)
{
	return setup(state, IRQ_LOOP_URING);
}

static int setup_epoll(void **state)
{
	return setup(state, IRQ_LOOP_EPOLL);
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	uint64_t blocks = f->blocks;

	irq_loop_free(f->loop);
	sys_close(f->fd);
	mem_free(f);
	assert_int_equal(mem_live_blocks(), blocks);
	return 0;
}

static void count_source(void *arg, uint64_t count)
{
	struct fixture *f = arg;

	f->fired++;
	f->count += count;
}

static struct irq_source *add(struct fixture *f, enum irq_source_kind kind, irq_source_fn *fn)
{
	struct irq_source *source;

	assert_int_equal(irq_loop_add_source(f->loop, kind, f->fd, fn, f, &source), 0);
	return source;
}

static void settle(struct fixture *f)
{
	while (irq_loop_run_once(f->loop, 0))
		;
}

/* Rounds pass without anything to serve (a request being armed anew), so wait for the effect. */
static void run_until(struct fixture *f, const uint64_t *counter, uint64_t value)
{
	uint64_t deadline = SOON;

	while (*counter < value && exec_now_ns() < deadline)
		(void)!irq_loop_run_once(f->loop, exec_deadline_ms(20));
	assert_int_equal(*counter, value);
}

static void test_loop__eventfd_source__delivers_and_drains_its_value(void **state)
{
	struct fixture *f = *state;
	struct irq_source *source = add(f, IRQ_SOURCE_EVENTFD, count_source);

	assert_int_equal(sys_eventfd_signal(f->fd), 0);
	assert_int_equal(sys_eventfd_signal(f->fd), 0);
	run_until(f, &f->count, 2);
	assert_int_equal(f->fired, 1);
	assert_int_equal(sys_eventfd_drain(f->fd), 0);
	irq_loop_remove_source(source);
}

static void test_loop__edge_source__fires_once_a_signal_undrained(void **state)
{
	struct fixture *f = *state;
	struct irq_source *source = add(f, IRQ_SOURCE_EDGE, count_source);

	for (uint64_t i = 1; i <= 3; i++) {
		assert_int_equal(sys_eventfd_signal(f->fd), 0);
		run_until(f, &f->fired, i);
		settle(f);
	}
	assert_int_equal(f->fired, 3);
	assert_int_equal(sys_eventfd_drain(f->fd), 3);
	irq_loop_remove_source(source);
}

static void test_loop__source_signalled_before_it_is_added__fires(void **state)
{
	struct fixture *f = *state;
	struct irq_source *source;

	assert_int_equal(sys_eventfd_signal(f->fd), 0);
	source = add(f, IRQ_SOURCE_EDGE, count_source);
	run_until(f, &f->fired, 1);
	irq_loop_remove_source(source);
}

static void test_loop__readable_source__fires_while_readable(void **state)
{
	struct fixture *f = *state;
	struct irq_source *source = add(f, IRQ_SOURCE_READABLE, count_source);

	assert_int_equal(sys_eventfd_signal(f->fd), 0);
	run_until(f, &f->fired, 1);
	run_until(f, &f->fired, 2);
	assert_int_equal(sys_eventfd_drain(f->fd), 1);
	f->fired = 0;
	settle(f);
	settle(f);
	assert_true(f->fired <= 1); /* one may have been under way */
	irq_loop_remove_source(source);
}

static void test_loop__removed_source__never_fires(void **state)
{
	struct fixture *f = *state;
	struct irq_source *source = add(f, IRQ_SOURCE_EDGE, count_source);

	settle(f);
	assert_int_equal(sys_eventfd_signal(f->fd), 0);
	irq_loop_remove_source(source);
	settle(f);
	assert_int_equal(f->fired, 0);
}

static void remove_self(void *arg, uint64_t count)
{
	struct fixture *f = arg;

	f->fired += count;
	irq_loop_remove_source(f->source);
}

static void test_loop__source_removed_by_its_own_callback__is_freed_later(void **state)
{
	static const enum irq_source_kind kinds[] = { IRQ_SOURCE_EVENTFD, IRQ_SOURCE_EDGE,
						      IRQ_SOURCE_READABLE };
	struct fixture *f = *state;

	for (unsigned int i = 0; i < UW_ARRAY_SIZE(kinds); i++) {
		f->source = add(f, kinds[i], remove_self);
		assert_int_equal(sys_eventfd_signal(f->fd), 0);
		run_until(f, &f->fired, i + 1);
		assert_true(sys_eventfd_drain(f->fd) <= 1);
	}
}

static void test_loop__bad_descriptor__is_refused(void **state)
{
	struct fixture *f = *state;
	struct irq_source *source = NULL;

	assert_int_equal(
		irq_loop_add_source(f->loop, IRQ_SOURCE_EDGE, 9999, count_source, f, &source),
		-EBADF);
	assert_null(source);
}

static void note(struct fixture *f, char c)
{
	f->order[f->length++] = c;
}

struct work {
	struct irq_deferred deferred;
	struct irq_message msg;
	struct irq_timer timer;
	struct fixture *f;
	char name;
};

static void run_deferred(struct irq_deferred *d)
{
	struct work *w = uw_container_of(d, struct work, deferred);

	note(w->f, w->name);
}

static void run_msg(struct irq_message *m)
{
	struct work *w = uw_container_of(m, struct work, msg);

	note(w->f, w->name);
}

static void run_timer(struct irq_timer *t)
{
	struct work *w = uw_container_of(t, struct work, timer);

	note(w->f, w->name);
}

static void init_work(struct work *w, struct fixture *f, char name)
{
	*w = (struct work){ .f = f,
			    .name = name,
			    .deferred.run = run_deferred,
			    .msg.run = run_msg,
			    .timer.run = run_timer };
	list_init(&w->deferred.link);
	list_init(&w->timer.link);
}

static struct work dpc, flush, message, timer;

static void isr(void *arg, uint64_t count)
{
	struct fixture *f = arg;

	(void)count;
	note(f, 'i');
	irq_loop_defer(f->loop, IRQ_PHASE_FLUSH, &flush.deferred);
	irq_loop_post(f->loop, &message.msg);
	irq_loop_timer_start(f->loop, &timer.timer, 1);
	assert_true(irq_loop_defer(f->loop, IRQ_PHASE_DPC, &dpc.deferred));
	assert_false(irq_loop_defer(f->loop, IRQ_PHASE_DPC, &dpc.deferred));
}

static void test_loop__one_wake_up__serves_in_phases(void **state)
{
	struct fixture *f = *state;
	struct irq_source *source = add(f, IRQ_SOURCE_EDGE, isr);
	uint64_t deadline = SOON;

	init_work(&dpc, f, 'd');
	init_work(&message, f, 'm');
	init_work(&timer, f, 't');
	init_work(&flush, f, 'f');
	assert_int_equal(sys_eventfd_signal(f->fd), 0);
	while (!f->length && exec_now_ns() < deadline)
		(void)!irq_loop_run_once(f->loop, deadline);
	assert_string_equal(f->order, "idmtf");
	irq_loop_remove_source(source);
}

static void test_loop__undeferred_work__does_not_run(void **state)
{
	struct fixture *f = *state;

	init_work(&dpc, f, 'd');
	irq_loop_defer(f->loop, IRQ_PHASE_DPC, &dpc.deferred);
	irq_loop_undefer(&dpc.deferred);
	assert_int_equal(irq_loop_run_once(f->loop, 0), 0);
	assert_int_equal(f->length, 0);
}

static void test_loop__timers__run_in_order_of_due_time(void **state)
{
	struct fixture *f = *state;
	uint64_t now = exec_now_ns();
	struct work a, b, c, stopped;

	init_work(&a, f, 'a');
	init_work(&b, f, 'b');
	init_work(&c, f, 'c');
	init_work(&stopped, f, 's');
	irq_loop_timer_start(f->loop, &c.timer, now + 3 * EXEC_NS_PER_MS);
	irq_loop_timer_start(f->loop, &a.timer, now + 1 * EXEC_NS_PER_MS);
	irq_loop_timer_start(f->loop, &stopped.timer, now);
	irq_loop_timer_start(f->loop, &b.timer, now + 2 * EXEC_NS_PER_MS);
	assert_true(irq_loop_timer_stop(&stopped.timer));
	assert_false(irq_loop_timer_stop(&stopped.timer));
	while (f->length < 3 && exec_now_ns() < now + 5 * EXEC_NS_PER_S)
		(void)!irq_loop_run_once(f->loop, EXEC_FOREVER);
	assert_string_equal(f->order, "abc");
	assert_true(exec_now_ns() >= now + 3 * EXEC_NS_PER_MS);
}

static void run_again_at_once(struct irq_timer *t)
{
	struct work *w = uw_container_of(t, struct work, timer);

	note(w->f, w->name);
	if (w->f->length < 8)
		irq_loop_timer_start(w->f->loop, t, 1); /* long ago */
}

static void stop_the_other(struct irq_timer *t)
{
	struct work *w = uw_container_of(t, struct work, timer);

	note(w->f, w->name);
	assert_true(irq_loop_timer_stop(&timer.timer));
}

static void test_loop__timer_that_is_due_again_at_once__starves_nobody(void **state)
{
	struct fixture *f = *state;

	init_work(&timer, f, 't');
	init_work(&message, f, 'm');
	timer.timer.run = run_again_at_once;
	irq_loop_timer_start(f->loop, &timer.timer, 1);
	assert_int_equal(irq_loop_run_once(f->loop, 0), 1);
	irq_loop_post(f->loop, &message.msg);
	assert_int_equal(irq_loop_run_once(f->loop, EXEC_FOREVER), 1);
	assert_string_equal(f->order, "tmt");
	assert_true(irq_loop_timer_stop(&timer.timer));
}

static void test_loop__timer_stopped_by_one_of_the_same_round__does_not_run(void **state)
{
	struct fixture *f = *state;
	struct work first;

	init_work(&first, f, 'a');
	init_work(&timer, f, 't');
	first.timer.run = stop_the_other;
	irq_loop_timer_start(f->loop, &first.timer, 1);
	irq_loop_timer_start(f->loop, &timer.timer, 2);
	assert_int_equal(irq_loop_run_once(f->loop, 0), 1);
	assert_string_equal(f->order, "a");
}

static void test_loop__run_once_without_work__ends_at_the_deadline(void **state)
{
	struct fixture *f = *state;
	uint64_t deadline;

	settle(f);
	deadline = exec_now_ns() + 2 * EXEC_NS_PER_MS;
	while (exec_now_ns() < deadline)
		assert_int_equal(irq_loop_run_once(f->loop, deadline), 0);
}

/* --- across threads --- */

#define SENDERS 3
#define EACH    2000

struct numbered {
	struct irq_message msg;
	unsigned int sender, number;
};

static struct irq_loop *target;
static struct numbered posts[SENDERS][EACH];
static unsigned int next_of[SENDERS], out_of_order, received; /* loop thread */
static struct exec_event all_received;

static void receive(struct irq_message *m)
{
	struct numbered *n = uw_container_of(m, struct numbered, msg);

	if (n->number != next_of[n->sender]++)
		out_of_order++;
	if (++received == SENDERS * EACH)
		exec_event_set(&all_received);
}

static void send_all(void *arg)
{
	struct numbered *mine = arg;

	for (unsigned int i = 0; i < EACH; i++)
		irq_loop_post(target, &mine[i].msg);
}

static void test_loop__messages_of_several_senders__all_arrive_in_order_each(void **state)
{
	struct fixture *f = *state;
	struct exec_thread *threads[SENDERS];

	target = new_loop(f->backend, true);
	received = out_of_order = 0;
	assert_int_equal(exec_event_init(&all_received), 0);
	for (unsigned int s = 0; s < SENDERS; s++) {
		next_of[s] = 0;
		for (unsigned int i = 0; i < EACH; i++)
			posts[s][i] =
				(struct numbered){ .msg.run = receive, .sender = s, .number = i };
	}
	for (unsigned int s = 0; s < SENDERS; s++)
		assert_int_equal(exec_thread_start(&(struct exec_thread_params){ .name = "sender",
										 .run = send_all,
										 .arg = posts[s],
										 .node = -1 },
						   &threads[s]),
				 0);
	assert_true(exec_event_wait(&all_received, exec_deadline_ms(60000)));
	for (unsigned int s = 0; s < SENDERS; s++)
		exec_thread_join(threads[s]);
	exec_event_deinit(&all_received);
	irq_loop_free(target);
	assert_int_equal(out_of_order, 0);
}

static void set_true(void *arg)
{
	*(bool *)arg = irq_loop_is_self(target);
}

static void test_loop__call__runs_on_the_loop_and_waits(void **state)
{
	struct fixture *f = *state;
	bool there = false;

	target = new_loop(f->backend, true);
	assert_false(irq_loop_is_self(target));
	irq_loop_call(target, set_true, &there);
	assert_true(there);
	irq_loop_free(target);
}

static int handed_over; /* plain memory: the signal is what orders it */
static struct exec_event seen;

static void read_handed_over(void *arg, uint64_t count)
{
	(void)count;
	*(int *)arg = handed_over;
	exec_event_set(&seen);
}

static void test_loop__memory_written_before_the_signal__is_seen_by_the_source(void **state)
{
	struct fixture *f = *state;
	struct irq_source *source;
	int got = 0;

	target = new_loop(f->backend, true);
	assert_int_equal(exec_event_init(&seen), 0);
	handed_over = 0;
	assert_int_equal(irq_loop_add_source(target, IRQ_SOURCE_EDGE, f->fd, read_handed_over, &got,
					     &source),
			 0);
	handed_over = 42;
	assert_int_equal(sys_eventfd_signal(f->fd), 0);
	assert_true(exec_event_wait(&seen, SOON));
	irq_loop_remove_source(source);
	irq_loop_free(target);
	exec_event_deinit(&seen);
	assert_int_equal(got, 42);
}

/* --- more than the ring has room for --- */

#define MANY 1200 /* above the completions the ring holds, far above its submissions */

static void note_one(void *arg, uint64_t count)
{
	*(uint64_t *)arg += count;
}

static bool allow_descriptors(unsigned int count)
{
	struct rlimit limit;

	if (sys_getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_max < count)
		return false;
	limit.rlim_cur = limit.rlim_cur < count ? count : limit.rlim_cur;
	return !sys_setrlimit(RLIMIT_NOFILE, &limit);
}

static void test_loop__more_sources_than_the_ring_has_room__all_fire(void **state)
{
	static struct irq_source *sources[MANY];
	static uint64_t fired[MANY];
	static int fds[MANY];
	struct fixture *f = *state;
	unsigned int left = MANY;
	uint64_t deadline = SOON;

	assert_true(allow_descriptors(MANY + 100)); /* ulimit -Hn: the hard limit is too low */
	for (unsigned int i = 0; i < MANY; i++) {
		fired[i] = 0;
		fds[i] = sys_eventfd(0, EFD_NONBLOCK);
		assert_true(fds[i] >= 0);
		assert_int_equal(irq_loop_add_source(f->loop, IRQ_SOURCE_EDGE, fds[i], note_one,
						     &fired[i], &sources[i]),
				 0);
	}
	settle(f); /* all armed: now they complete at once */
	for (unsigned int i = 0; i < MANY; i++)
		assert_int_equal(sys_eventfd_signal(fds[i]), 0);
	while (left && exec_now_ns() < deadline) {
		(void)!irq_loop_run_once(f->loop, exec_deadline_ms(20));
		left = 0;
		for (unsigned int i = 0; i < MANY; i++)
			left += !fired[i];
	}
	assert_int_equal(left, 0);
	for (unsigned int i = 0; i < MANY; i++) {
		irq_loop_remove_source(sources[i]);
		sys_close(fds[i]);
	}
}

/* --- faults --- */

/* One interrupt after the other, each of which must arrive although operation @k fails. */
static void deliver_three(struct fixture *f)
{
	uint64_t before = f->fired;

	for (uint64_t i = 1; i <= 3; i++) {
		assert_int_equal(sys_write_quiet(f->fd, &(uint64_t){ 1 }, 8), 8);
		run_until(f, &f->fired, before + i);
	}
}

static void sweep(struct fixture *f, enum fault_kind fault, enum irq_source_kind kind)
{
	bool fired = true;

	for (uint64_t k = 1; fired; k++) {
		struct irq_source *source = NULL;
		int err;

		fault_arm(fault, k);
		err = irq_loop_add_source(f->loop, kind, f->fd, count_source, f, &source);
		if (!err) {
			deliver_three(f);
			irq_loop_remove_source(source);
		} else {
			assert_null(source);
			assert_true(fault_fired());
		}
		settle(f);
		fired = fault_fired();
		fault_disarm();
		assert_true(k < 200);
		assert_true(sys_eventfd_drain(f->fd) >= 0);
	}
}

static void test_loop__each_single_fault__loses_no_signal(void **state)
{
	struct fixture *f = *state;

	for (uint32_t kind = FAULT_ALLOC; kind < FAULT_KINDS; kind++) {
		sweep(f, (enum fault_kind)kind, IRQ_SOURCE_EDGE);
		sweep(f, (enum fault_kind)kind, IRQ_SOURCE_EVENTFD);
	}
}

static unsigned int open_descriptors(void)
{
	unsigned int count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += sys_write_quiet(fd, "", 0) >= 0 || sys_fcntl(fd, F_GETFD, 0) >= 0;
	return count;
}

static void test_loop__start_with_each_single_fault__leaves_nothing(void **state)
{
	struct fixture *f = *state;
	uint64_t blocks = mem_live_blocks();
	unsigned int fds = open_descriptors();
	bool fired = true;

	for (uint64_t k = 1; fired; k++) {
		struct irq_loop_params params = {
			.name = "faulty", .backend = f->backend, .node = -1, .own_thread = true
		};
		struct irq_loop *loop = NULL;
		int err;

		fault_arm(FAULT_ANY, k);
		err = irq_loop_new(&params, &loop);
		if (!err)
			irq_loop_free(loop);
		fired = fault_fired();
		fault_disarm();
		assert_true(!err || fired);
		assert_int_equal(mem_live_blocks(), blocks);
		assert_int_equal(open_descriptors(), fds);
		assert_true(k < 100);
	}
}

#define BOTH(test)                                                                                 \
	{ #test " (io_uring)", test, setup_uring, teardown, NULL },                                \
	{                                                                                          \
#test " (epoll)", test, setup_epoll, teardown, NULL                                \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(test_loop__eventfd_source__delivers_and_drains_its_value),
		BOTH(test_loop__edge_source__fires_once_a_signal_undrained),
		BOTH(test_loop__source_signalled_before_it_is_added__fires),
		BOTH(test_loop__readable_source__fires_while_readable),
		BOTH(test_loop__removed_source__never_fires),
		BOTH(test_loop__source_removed_by_its_own_callback__is_freed_later),
		BOTH(test_loop__bad_descriptor__is_refused),
		BOTH(test_loop__one_wake_up__serves_in_phases),
		BOTH(test_loop__undeferred_work__does_not_run),
		BOTH(test_loop__timers__run_in_order_of_due_time),
		BOTH(test_loop__timer_that_is_due_again_at_once__starves_nobody),
		BOTH(test_loop__timer_stopped_by_one_of_the_same_round__does_not_run),
		BOTH(test_loop__run_once_without_work__ends_at_the_deadline),
		BOTH(test_loop__messages_of_several_senders__all_arrive_in_order_each),
		BOTH(test_loop__call__runs_on_the_loop_and_waits),
		BOTH(test_loop__memory_written_before_the_signal__is_seen_by_the_source),
		BOTH(test_loop__more_sources_than_the_ring_has_room__all_fire),
		BOTH(test_loop__each_single_fault__loses_no_signal),
		BOTH(test_loop__start_with_each_single_fault__leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
