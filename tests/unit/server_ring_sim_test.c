/* SPDX-License-Identifier: MIT */
/*
 * The server's own code of a ring (compiled here with the race points of uwdf/ring.h) on its own
 * loop, a client, and a device that completes from another thread, under the simulated executor:
 * whatever a seed has them do, each request is answered once, nobody sleeps on with something to
 * do, and nobody makes a system call to wake a side that is awake.
 */
#include "bare_ring.h"

#include <poll.h>
#include <stdio.h>

#define SEEDS   400u /* 10000 with UWDF_LONG */
#define TOTAL   40u
#define SOON_MS 60000

int __real_sys_eventfd_signal(int fd);
int __wrap_sys_eventfd_signal(int fd);

static struct {
	struct bare_ring bare;
	struct uwdf_ring_entry entries[BARE_ENTRIES];
	struct exec_mutex lock;
	struct uwdf_io *kept[BARE_ENTRIES];
	unsigned int kept_count;
	bool keeps; /* else what is lost is not found by the message of a later completion */
	bool over;  /* atomic */
	bool (*ring_sleep)(struct irq_poller *poller, bool asleep);
	unsigned int bells, signals;           /* system calls: of the client, of the host */
	unsigned int host_dozes, client_dozes; /* times that a side said it sleeps */
	bool host_sleeps, client_sleeps; /* or is about to, or has not said that it is awake */
	unsigned int sent, reaped;
	bool answered[TOTAL + 1];
} m;

/* Every system call that wakes a side of a ring: that side is no longer awake, or not yet. */
int __wrap_sys_eventfd_signal(int fd)
{
	if (fd == m.bare.ring.bell_fd) {
		m.bells++;
		assert_true(m.host_sleeps);
	} else if (fd == m.bare.ring.client_fd) {
		m.signals++;
		assert_true(m.client_sleeps);
	}
	return __real_sys_eventfd_signal(fd);
}

static bool count_dozes(struct irq_poller *poller, bool asleep)
{
	bool may_wait;

	m.host_dozes += asleep;
	m.host_sleeps |= asleep;
	may_wait = m.ring_sleep(poller, asleep);
	m.host_sleeps &= asleep;
	return may_wait;
}

/* --- the device --- */

static void submit(struct uwdf_file *file, struct uwdf_io *io)
{
	bool keeps = m.keeps && exec_sim_random(2);

	(void)file;
	if (!keeps) {
		io->complete(io, UWDF_STATUS_SUCCESS, 0);
		return;
	}
	exec_mutex_lock(&m.lock);
	m.kept[m.kept_count++] = io;
	exec_mutex_unlock(&m.lock);
}

static void cancel(struct uwdf_io *io)
{
	(void)io;
}

static const struct uwdf_device_io_ops device = { .submit = submit, .cancel = cancel };

static struct uwdf_io *take_kept(void)
{
	struct uwdf_io *io = NULL;

	exec_mutex_lock(&m.lock);
	if (m.kept_count)
		io = m.kept[--m.kept_count];
	exec_mutex_unlock(&m.lock);
	return io;
}

static void device_thread(void *arg)
{
	(void)arg;
	while (!__atomic_load_n(&m.over, __ATOMIC_ACQUIRE)) {
		struct uwdf_io *io = take_kept();

		if (io)
			io->complete(io, UWDF_STATUS_SUCCESS, 0);
		exec_sleep_ms(1);
	}
}

/* --- the client --- */

static bool slot_is_free[BARE_ENTRIES];

static unsigned int free_slot(void)
{
	for (unsigned int slot = 0; slot < BARE_ENTRIES; slot++)
		if (slot_is_free[slot])
			return slot;
	return BARE_ENTRIES;
}

static void send_some(void)
{
	struct uwdf_ring_header *header = m.bare.ring.header;
	unsigned int slot;
	bool any = false;

	while (m.sent < TOTAL && exec_sim_random(4) && (slot = free_slot()) < BARE_ENTRIES) {
		struct uwdf_ring_entry *e = &m.entries[m.sent % BARE_ENTRIES];

		slot_is_free[slot] = false;
		e->opcode = UWDF_OP_FLUSH;
		e->tag = (uint64_t)(m.sent + 1) << 16 | (slot + 1);
		uwdf_ring_publish(&e->seq, m.sent++);
		any = true;
	}
	if (any && uwdf_ring_must_ring(&header->host_asleep))
		assert_int_equal(sys_eventfd_signal(m.bare.ring.bell_fd), 0);
}

static void sleep_for_answer(const uint32_t *seq)
{
	struct uwdf_ring_header *header = m.bare.ring.header;

	m.client_sleeps = true;
	m.client_dozes++;
	uwdf_ring_doze(&header->client_asleep);
	if (!uwdf_ring_is_there(seq, m.reaped)) {
		if (exec_wait_fd(m.bare.ring.client_fd, POLLIN, exec_deadline_ms(SOON_MS)) <= 0)
			fail_msg("the client sleeps on: %u of %u answers", m.reaped, m.sent);
		(void)sys_eventfd_drain(m.bare.ring.client_fd);
	}
	uwdf_ring_wake(&header->client_asleep);
	m.client_sleeps = false;
}

static void reap(const struct uwdf_ring_answer *a)
{
	uint64_t number = a->tag >> 16;

	assert_in_range(number, 1, m.sent);
	assert_false(m.answered[number]);
	m.answered[number] = true;
	slot_is_free[(a->tag & 0xffff) - 1] = true;
	m.reaped++;
}

static void run_client(bool sleeps)
{
	while (m.reaped < TOTAL) {
		const struct uwdf_ring_answer *a = &m.bare.ring.answers[m.reaped % BARE_ENTRIES];

		send_some();
		if (uwdf_ring_is_there(&a->seq, m.reaped))
			reap(a);
		else if (m.sent == m.reaped)
			continue;
		else if (sleeps)
			sleep_for_answer(&a->seq);
		else
			exec_sleep_ms(1); /* it looks again and again */
	}
}

/* --- a seed --- */

static struct exec_thread *start_device(void)
{
	const struct exec_thread_params params = { .name = "device",
						   .run = device_thread,
						   .node = -1 };
	struct exec_thread *thread;

	assert_int_equal(exec_thread_start(&params, &thread), 0);
	return thread;
}

static void begin(struct irq_loop **loop)
{
	const struct irq_loop_params params = {
		.name = "ring", .own_thread = true, .backend = IRQ_LOOP_EPOLL, .node = -1
	};

	assert_int_equal(irq_loop_new(&params, loop), 0);
	bare_ring_make(&m.bare, *loop, &device, m.entries);
	m.bare.ring.header->host_asleep = 1; /* as the server makes it */
	m.host_sleeps = true;
	m.ring_sleep = m.bare.ring.poller.sleep;
	m.bare.ring.poller.sleep = count_dozes;
	irq_loop_post(*loop, &m.bare.ring.attach);
}

static void run_seed(uint64_t seed, bool sleeps)
{
	struct exec_thread *thread;
	struct irq_loop *loop;

	memset(&m, 0, sizeof(m));
	memset(slot_is_free, 1, sizeof(slot_is_free));
	m.keeps = seed % 2;
	assert_int_equal(exec_sim_begin(seed), 0);
	assert_int_equal(exec_mutex_init(&m.lock), 0);
	begin(&loop);
	thread = start_device();
	run_client(sleeps);
	__atomic_store_n(&m.over, true, __ATOMIC_RELEASE);
	exec_thread_join(thread);
	irq_loop_post(loop, &m.bare.ring.detach);
	assert_true(exec_event_wait(&m.bare.gone, exec_deadline_ms(SOON_MS)));
	irq_loop_free(loop);
	bare_ring_unmake(&m.bare);
	exec_mutex_deinit(&m.lock);
	exec_sim_end();
}

static unsigned int seeds(void)
{
	return getenv("UWDF_LONG") ? 10000 : SEEDS; // NOLINT(concurrency-mt-unsafe)
}

static void test_both_sleep__nothing_lost_and_a_call_for_a_sleeper_only(void **state)
{
	unsigned int bells = 0, signals = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= seeds(); seed++) {
		run_seed(seed, true);
		/* one at most for each time the other side said that it sleeps; it began asleep */
		assert_in_range(m.bells, 0, m.host_dozes + 1);
		assert_in_range(m.signals, 0, m.client_dozes + 1); /* and the end is told */
		bells += m.bells;
		signals += m.signals;
	}
	print_message("%u bells and %u signals for %u requests\n", bells, signals, seeds() * TOTAL);
	assert_true(bells > seeds() && signals > seeds());
}

static void test_client_is_awake__not_one_system_call_for_it(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= seeds() / 4; seed++) {
		run_seed(seed, false);
		assert_int_equal(m.client_dozes, 0);
		assert_int_equal(m.signals, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_sleep__nothing_lost_and_a_call_for_a_sleeper_only),
		cmocka_unit_test(test_client_is_awake__not_one_system_call_for_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
