/* SPDX-License-Identifier: MIT */
/* A driver that waits in its callback, in a request out of a ring, and has its loop run meanwhile.
 */
#include "uw_test.h"

#include "raw_ring.h"
#include "server_fixture.h"

#define SOON_MS 60000

static const char *path_of(const struct server_fixture *f)
{
	return server_socket(f->server);
}

static void expect_served(struct raw_ring *ring, uint32_t slot)
{
	const struct uwdf_ring_entry e = raw_ring_echo(slot);
	struct uwdf_ring_answer a;

	raw_ring_put(ring, &e);
	assert_true(raw_ring_take(ring, SOON_MS, &a));
	assert_int_equal(a.tag, e.tag);
	assert_int_equal(a.status, UWDF_STATUS_SUCCESS);
}

/* Others notice nothing. */
static void expect_others_served(struct server_fixture *f)
{
	struct raw_ring other;

	raw_ring_open(&other, path_of(f), "fake");
	expect_served(&other, 0);
	raw_ring_close(&other);
}

static struct uwdf_ring_entry raw_ring_code(uint32_t slot, uint32_t code)
{
	struct uwdf_ring_entry e = raw_ring_echo(slot);

	e.offset = code;
	return e;
}

/* The driver waits in its callback and has its loop run meanwhile. */
static void enter_driver(struct server_fixture *f, struct raw_ring *ring)
{
	const struct uwdf_ring_entry e = raw_ring_code(0, FAKE_WAIT);

	raw_ring_put(ring, &e);
	fake_device_await_waiting(&f->device, 1);
}

static void test_driver_waits__its_client_goes__ring_stays_until_it_returns(void **state)
{
	struct server_fixture *f = *state;
	struct raw_ring ring;

	raw_ring_open(&ring, path_of(f), "fake");
	enter_driver(f, &ring);
	raw_ring_close(&ring);
	expect_others_served(f);
	fake_device_await_closes(&f->device, 1); /* the other's */
	fake_device_go_on(&f->device);
	fake_device_await_closes(&f->device, 2);
}

static void test_driver_waits__another_client_goes__its_ring_goes(void **state)
{
	struct server_fixture *f = *state;
	struct raw_ring ring, other;

	raw_ring_open(&ring, path_of(f), "fake");
	raw_ring_open(&other, path_of(f), "fake");
	expect_served(&other, 0);
	enter_driver(f, &ring);
	raw_ring_close(&other);
	fake_device_await_closes(&f->device, 1);
	fake_device_go_on(&f->device);
	expect_others_served(f);
	raw_ring_close(&ring);
}

/* Both are there before the first is looked at. */
static void put_two(struct raw_ring *ring, const struct uwdf_ring_entry *first,
		    const struct uwdf_ring_entry *second)
{
	ring->entered = 1;
	raw_ring_put(ring, second);
	ring->entered = 0;
	raw_ring_put(ring, first);
	raw_ring_ring(ring);
	ring->entered = 2;
}

static void cancel_over(struct raw_ring *ring, const struct uwdf_ring_entry *e)
{
	struct uwdf_entry c = raw_entry(UWDF_OP_CANCEL, 1ull << 62, ring->handle);

	c.offset = e->tag;
	raw_send(ring->fd, &c, NULL);
	raw_expect(ring->fd, c.tag, UWDF_STATUS_SUCCESS, NULL);
}

static void test_driver_waits__cancel_of_what_comes_behind__not_lost(void **state)
{
	const struct uwdf_ring_entry first = raw_ring_code(0, FAKE_WAIT),
				     second = raw_ring_code(1, FAKE_PEND);
	struct server_fixture *f = *state;
	struct uwdf_ring_answer a;
	struct raw_ring ring;

	raw_ring_open(&ring, path_of(f), "fake");
	put_two(&ring, &first, &second);
	fake_device_await_waiting(&f->device, 1);
	cancel_over(&ring, &second);
	expect_others_served(f);
	fake_device_go_on(&f->device);
	assert_true(raw_ring_take(&ring, SOON_MS, &a));
	assert_int_equal(a.tag, first.tag);
	assert_true(raw_ring_take(&ring, SOON_MS, &a));
	assert_int_equal(a.tag, second.tag);
	assert_int_equal(a.status, UWDF_STATUS_CANCELLED);
	raw_ring_close(&ring);
}

/* What it waits for may be the end of the very request that is cancelled. */
static void test_driver_waits_in_the_second__cancel_of_either__at_once(void **state)
{
	const struct uwdf_ring_entry first = raw_ring_code(0, FAKE_PEND),
				     second = raw_ring_code(1, FAKE_WAIT_CANCEL);
	struct server_fixture *f = *state;
	struct uwdf_ring_answer a;
	struct raw_ring ring;

	raw_ring_open(&ring, path_of(f), "fake");
	put_two(&ring, &first, &second);
	fake_device_await_waiting(&f->device, 1);
	cancel_over(&ring, &first);
	assert_true(raw_ring_take(&ring, SOON_MS, &a));
	assert_int_equal(a.tag, first.tag);
	assert_int_equal(a.status, UWDF_STATUS_CANCELLED);
	cancel_over(&ring, &second);
	assert_true(raw_ring_take(&ring, SOON_MS, &a));
	assert_int_equal(a.tag, second.tag);
	assert_int_equal(a.status, UWDF_STATUS_CANCELLED);
	raw_ring_close(&ring);
}

static void test_driver_waits__client_goes_with_more_behind__all_cancelled(void **state)
{
	const struct uwdf_ring_entry first = raw_ring_code(0, FAKE_WAIT),
				     second = raw_ring_code(1, FAKE_PEND);
	struct server_fixture *f = *state;
	struct raw_ring ring;

	raw_ring_open(&ring, path_of(f), "fake");
	put_two(&ring, &first, &second);
	fake_device_await_waiting(&f->device, 1);
	raw_ring_close(&ring);
	expect_others_served(f);
	fake_device_go_on(&f->device);
	fake_device_await_closes(&f->device, 2);
	assert_int_equal(FAKE_COUNT(&f->device, cancels), 1);
}

#define T(name)                                                                                    \
	cmocka_unit_test_setup_teardown(name, server_fixture_setup_of_loop, server_fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_driver_waits__its_client_goes__ring_stays_until_it_returns),
		T(test_driver_waits__another_client_goes__its_ring_goes),
		T(test_driver_waits__cancel_of_what_comes_behind__not_lost),
		T(test_driver_waits_in_the_second__cancel_of_either__at_once),
		T(test_driver_waits__client_goes_with_more_behind__all_cancelled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
