/* SPDX-License-Identifier: MIT */
/*
 * Handles in process while their device is asked for and removed, under the simulated executor:
 * clients that submit, cancel, wait, listen, let go and close, a device that answers late, a thread
 * that asks and then removes. Whatever a seed has them do, each request comes back once, each file
 * is closed once and used no more, and nobody waits for ever.
 */
#include "uw_test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "in_process.h"
#include "pnp/host_impl.h"
#include "uwdf/client.h"
#include "uwdf/status.h"

#define SEEDS    300 /* 10000 with UWDF_LONG */
#define CLIENTS  3
#define SESSIONS 3
#define STEPS    12
#define OPS      4
#define PENDING  (CLIENTS * OPS)

struct uwdf_file {
	bool open;
	uint32_t inside; /* calls */
	void (*closed)(void *arg);
	void *closed_arg;
};

static struct {
	struct uwdf_device host;
	struct exec_mutex lock;
	struct uwdf_io *pending[PENDING];
	struct uwdf_file files[CLIENTS * SESSIONS];
	unsigned int file_count, opens, closes;
	unsigned int clients; /* that are not done */
	unsigned int removals, revoked, let_go;
	bool over; /* atomic */
} m;

/* --- the device --- */

static int32_t sim_open(void *device, uint32_t process_id, struct uwdf_file **out)
{
	(void)device;
	(void)process_id;
	exec_yield();
	if (!exec_sim_random(8))
		return UWDF_STATUS_UNSUCCESSFUL;
	exec_mutex_lock(&m.lock);
	*out = &m.files[m.file_count++];
	(*out)->open = true;
	m.opens++;
	exec_mutex_unlock(&m.lock);
	return UWDF_STATUS_SUCCESS;
}

static void close_locked(struct uwdf_file *file)
{
	assert_true(file->open);
	assert_int_equal(file->inside, 0);
	file->open = false;
	m.closes++;
}

static void sim_close(struct uwdf_file *file)
{
	exec_yield();
	exec_mutex_lock(&m.lock);
	close_locked(file);
	exec_mutex_unlock(&m.lock);
}

static void sim_close_start(struct uwdf_file *file, void (*done)(void *arg), void *arg)
{
	exec_mutex_lock(&m.lock);
	close_locked(file);
	m.revoked++;
	file->closed_arg = arg;
	file->closed = done; /* by the device's thread */
	exec_mutex_unlock(&m.lock);
}

static bool pend_locked(struct uwdf_io *io)
{
	for (unsigned int i = 0; i < PENDING; i++)
		if (!m.pending[i]) {
			m.pending[i] = io;
			return true;
		}
	return false;
}

static void sim_submit(struct uwdf_file *file, struct uwdf_io *io)
{
	bool pends;

	exec_yield();
	exec_mutex_lock(&m.lock);
	assert_true(file->open);
	file->inside++;
	io->private_area[0] = 1;
	pends = exec_sim_random(4) && pend_locked(io);
	exec_mutex_unlock(&m.lock);
	exec_yield();
	if (!pends)
		io->complete(io, UWDF_STATUS_SUCCESS, 0);
	exec_yield();
	exec_mutex_lock(&m.lock);
	file->inside--;
	exec_mutex_unlock(&m.lock);
}

/* It is the caller's to complete. */
static bool take_locked(const struct uwdf_io *io)
{
	for (unsigned int i = 0; i < PENDING; i++)
		if (m.pending[i] == io) {
			m.pending[i] = NULL;
			return true;
		}
	return false;
}

static void sim_cancel(struct uwdf_io *io)
{
	bool mine;

	assert_int_equal(io->private_area[0], 1); /* never before it was submitted */
	exec_yield();
	exec_mutex_lock(&m.lock);
	mine = exec_sim_random(4) && take_locked(io);
	exec_mutex_unlock(&m.lock);
	if (mine)
		io->complete(io, UWDF_STATUS_CANCELLED, 0);
}

static const struct uwdf_device_io_ops sim_ops = { .open = sim_open,
						   .close = sim_close,
						   .close_start = sim_close_start,
						   .submit = sim_submit,
						   .cancel = sim_cancel };

/* The device may leave before it is open. */
static int watch_begin(void *device, struct uwdf_io_watch *watch)
{
	int err = uwdf_device_watch.begin(device, watch);

	exec_yield();
	return err;
}

static void watch_end(struct uwdf_io_watch *watch)
{
	exec_yield();
	uwdf_device_watch.end(watch);
}

static void watch_hear(struct uwdf_io_watch *watch, bool on)
{
	uwdf_device_watch.hear(watch, on);
}

static void watch_let_go(struct uwdf_io_watch *watch)
{
	exec_yield();
	uwdf_device_watch.let_go(watch);
}

static const struct uwdf_io_watch_ops sim_watch_ops = {
	.begin = watch_begin, .end = watch_end, .hear = watch_hear, .let_go = watch_let_go
};

static void finish_closing(void)
{
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(m.files); i++) {
		void (*closed)(void *arg);

		exec_mutex_lock(&m.lock);
		closed = m.files[i].closed;
		m.files[i].closed = NULL;
		exec_mutex_unlock(&m.lock);
		if (closed)
			closed(m.files[i].closed_arg);
	}
}

static void device_thread(void *arg)
{
	(void)arg;
	while (!__atomic_load_n(&m.over, __ATOMIC_ACQUIRE)) {
		struct uwdf_io *io;
		unsigned int slot = (unsigned int)exec_sim_random(PENDING);

		exec_mutex_lock(&m.lock);
		io = m.pending[slot];
		m.pending[slot] = NULL;
		exec_mutex_unlock(&m.lock);
		if (io)
			io->complete(io, UWDF_STATUS_SUCCESS, 0);
		finish_closing();
		exec_sleep_ms(1);
	}
}

/* --- clients --- */

struct session {
	uwdf_handle *h;
	struct uwdf_op ops[OPS];
	bool out[OPS];
	bool removed;
};

static int reap(struct session *s, int timeout_ms)
{
	struct uwdf_op *op;
	int got = uwdf_reap(s->h, timeout_ms, &op);

	if (got == 1) {
		assert_true(s->out[op - s->ops]);
		s->out[op - s->ops] = false;
	}
	return got;
}

static void submit(struct session *s, unsigned int i)
{
	int err;

	if (s->out[i])
		return;
	s->ops[i] = (struct uwdf_op){ .kind = UWDF_READ };
	err = uwdf_submit(s->h, &s->ops[i]);
	s->out[i] = !err;
	if (err && err != -ENODEV && err != -EPIPE)
		fail_msg("submit: %d", err);
}

static void look_for_event(struct session *s)
{
	enum uwdf_event event;

	if (uwdf_next_event(s->h, 0, &event) != 1)
		return;
	assert_false(s->removed); /* it is the last */
	s->removed = event == UWDF_REMOVED;
}

static void let_go(struct session *s)
{
	int err = uwdf_let_go(s->h);

	if (err && err != -ENODEV && err != -EPIPE)
		fail_msg("let go: %d", err);
	m.let_go += !err;
}

static void step(struct session *s)
{
	unsigned int i = (unsigned int)exec_sim_random(OPS);

	if (!exec_sim_random(STEPS * 2))
		let_go(s);
	switch (exec_sim_random(6)) {
	case 0:
	case 1:
		submit(s, i);
		break;
	case 2:
		if (s->out[i])
			assert_int_equal(uwdf_cancel(s->h, &s->ops[i]), 0);
		break;
	case 3:
		(void)reap(s, s->out[i] ? -1 : 0);
		break;
	case 4:
		look_for_event(s);
		break;
	default:
		(void)uwdf_notify(s->h, (int)exec_sim_random(2));
	}
}

static void session(void)
{
	const struct in_process_params params = {
		.ops = &sim_ops, .watch_ops = &sim_watch_ops, .device = &m.host, .name = "sim"
	};
	struct session s = { .removed = false };
	struct uwdf_transport *t;
	int err = in_process_transport_new(&params, &t);

	if (!err)
		err = uwdf_open_transport(t, &s.h);
	if (err) {
		assert_true(err == -EIO || err == -ECONNREFUSED);
		return;
	}
	for (unsigned int i = 0; i < STEPS; i++)
		step(&s);
	if (exec_sim_random(2))
		while (s.out[0] || s.out[1] || s.out[2] || s.out[3])
			assert_int_equal(reap(&s, -1), 1);
	uwdf_close(s.h);
}

static void client_thread(void *arg)
{
	(void)arg;
	for (unsigned int i = 0; i < SESSIONS; i++)
		session();
	exec_mutex_lock(&m.lock);
	m.clients--;
	exec_mutex_unlock(&m.lock);
}

/* --- who removes it --- */

static void host_thread(void *arg)
{
	struct report rep = REPORT_INIT;
	(void)arg;
	for (unsigned int i = 0; i < 3; i++) {
		struct uwdf_hold hold;

		exec_sleep_ms(exec_sim_random(20));
		assert_in_range(fx_watches_hold(&m.host, &hold, 1), 0, CLIENTS);
		if (fx_watches_query(&m.host, exec_sim_random(2), &rep))
			continue;
		if (exec_sim_random(2))
			break;
		fx_watches_stay(&m.host);
	}
	fx_watches_leave(&m.host);
	m.removals++;
	exec_sleep_ms(exec_sim_random(20));
	fx_watches_end(&m.host);
	memset(&m.host, 0xa5, sizeof(m.host)); /* nobody looks at it any more, but opens */
	fx_watches_init(&m.host.watches);
	m.host.watches.leaving = true;
}

static struct exec_thread *start(void (*run)(void *arg))
{
	const struct exec_thread_params params = { .name = "sim", .run = run, .node = -1 };
	struct exec_thread *thread;

	assert_int_equal(exec_thread_start(&params, &thread), 0);
	return thread;
}

static void run_seed(uint64_t seed)
{
	struct exec_thread *device, *host, *clients[CLIENTS];
	unsigned int removals = m.removals, revoked = m.revoked, let_go_before = m.let_go;
	const uint64_t blocks = mem_live_blocks();

	memset(&m, 0, sizeof(m));
	m.removals = removals;
	m.revoked = revoked;
	m.let_go = let_go_before;
	m.clients = CLIENTS;
	m.host.name = (char[]){ "sim" };
	assert_int_equal(exec_sim_begin(seed), 0);
	assert_int_equal(exec_mutex_init(&m.lock), 0);
	fx_watches_init(&m.host.watches);
	device = start(device_thread);
	host = start(host_thread);
	for (unsigned int i = 0; i < CLIENTS; i++)
		clients[i] = start(client_thread);
	for (unsigned int i = 0; i < CLIENTS; i++)
		exec_thread_join(clients[i]);
	exec_thread_join(host);
	__atomic_store_n(&m.over, true, __ATOMIC_RELEASE);
	exec_thread_join(device);
	exec_mutex_deinit(&m.lock);
	exec_sim_end();
	if (m.opens != m.closes || mem_live_blocks() != blocks)
		fail_msg("seed %lu: %u opens, %u closes", (unsigned long)seed, m.opens, m.closes);
}

static void test_every_seed__nothing_lost_nothing_left(void **state)
{
	uint64_t seeds = getenv("UWDF_LONG") ? 10000 : SEEDS; // NOLINT(concurrency-mt-unsafe)
	(void)state;
	for (uint64_t seed = 1; seed <= seeds; seed++)
		run_seed(seed);
	print_message("%u removals, %u clients let go, %u files closed by one of these\n",
		      m.removals, m.let_go, m.revoked);
	assert_true(m.revoked > seeds / 4 && m.let_go > seeds / 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_seed__nothing_lost_nothing_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
