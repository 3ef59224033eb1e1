/* SPDX-License-Identifier: MIT */
/*
 * The devices of a host leave and go together. Their servers are real, their nodes and what is
 * behind them are the test's.
 */
#include "uw_test.h"

#include <stdio.h>
#include <string.h>

#include "endpoints.h"
#include "host_status.h"
#include "host_why.h"
#include "server_fixture.h"
#include "uwdf/client.h"
#include "uwdf/status.h"
#include "wake.h"

#define DEVICES 3u
#define HELD_MS 20u

static struct fake_device devices[DEVICES];
static uint64_t deadlines[2 * DEVICES];
static unsigned int waits, left, freed;
static bool bus_is_pnp; /* the first device is one, which has children and no node */

/* --- nodes: somebody holds them until the end --- */

struct cuse {
	bool leaves;
};
static struct cuse nodes[DEVICES];
static unsigned int node_count;

/* Whoever waits for one has told all to leave. */
static void note_wait(uint64_t deadline)
{
	for (unsigned int i = 0; i < DEVICES; i++)
		assert_true(nodes[i].leaves);
	deadlines[waits++] = deadline;
}

int cuse_start(const struct cuse_params *params, struct report *rep, struct cuse **out)
{
	(void)params, (void)rep;
	*out = &nodes[node_count++];
	return 0;
}

size_t cuse_handles(struct cuse *cuse, struct server_handle *out, size_t max)
{
	(void)cuse, (void)out, (void)max;
	return !bus_is_pnp;
}

void cuse_start_leaving(struct cuse *cuse)
{
	cuse->leaves = true;
	left++;
}

bool cuse_await_left(struct cuse *cuse, uint64_t deadline_ns)
{
	(void)cuse;
	note_wait(deadline_ns);
	for (unsigned int i = 0; i < DEVICES; i++)
		fake_device_await_cancels(&devices[i], 1);
	return false;
}

int cuse_free(struct cuse *cuse, uint64_t deadline_ns)
{
	if (!cuse)
		return 0;
	freed++;
	note_wait(deadline_ns);
	return 0;
}

/* --- what is behind them --- */

/* The first device's. */
#define CHILDREN 70u
static struct fake_device children[CHILDREN];
static char child_names[CHILDREN][16];
static unsigned int child_count, counted;
static bool children_are_gone;

static bool is_child(const struct uwdf_device *device)
{
	const struct fake_device *fake = (const struct fake_device *)(const void *)device;

	return fake >= children && fake < children + CHILDREN;
}

void uwdf_device_info(struct uwdf_device *device, struct uwdf_device_info *out)
{
	static const char *const names[DEVICES] = { "first", "second", "third" };

	memset(out, 0, sizeof(*out));
	if (is_child(device))
		out->name = child_names[(struct fake_device *)(void *)device - children];
	else
		out->name = names[(struct fake_device *)(void *)device - devices];
}

size_t uwdf_device_access(struct uwdf_device *device, struct uwdf_access *out, size_t max,
			  bool *out_given)
{
	(void)device, (void)out, (void)max;
	*out_given = false;
	return 0;
}

bool uwdf_device_find(struct uwdf_device *device, const struct uwdf_device_name *name,
		      char *file_name, size_t len)
{
	(void)device;
	(void)name;
	(void)len;
	file_name[0] = '\0';
	return true;
}

bool uwdf_device_is_control(const struct uwdf_device *device)
{
	(void)device;
	return true;
}

bool uwdf_device_is_counted(const struct uwdf_device *device)
{
	return !bus_is_pnp || is_child(device);
}

size_t uwdf_device_open_children(struct uwdf_device *device, struct uwdf_device **out, size_t max)
{
	assert_ptr_equal(device, &devices[0]);
	for (unsigned int i = 0; i < child_count && i < max; i++, counted++)
		out[i] = (struct uwdf_device *)(void *)&children[i];
	return child_count;
}

bool uwdf_device_is_gone(struct uwdf_device *device)
{
	return children_are_gone && is_child(device);
}

void uwdf_device_settle(struct uwdf_device *device)
{
	(void)device;
}

void uwdf_device_release(struct uwdf_device *device)
{
	counted -= is_child(device);
}

size_t uwdf_driver_control_devices(struct uwdf_driver *driver, struct uwdf_device **out, size_t max)
{
	(void)driver, (void)out, (void)max;
	return 0;
}

struct jtext *host_status_json(const struct host_status *status)
{
	(void)status;
	return NULL;
}

struct jtext *host_why_json(struct endpoints *all, const struct server *asked)
{
	(void)all, (void)asked;
	return NULL;
}

void wake_note(enum wake_reason reason, const char *why)
{
	(void)reason, (void)why;
}

/* --- tests --- */

static void ready(void *arg, const struct endpoint *endpoint)
{
	(void)arg, (void)endpoint;
}

static uwdf_handle *open_named(const char *name)
{
	struct uwdf_error error;
	uwdf_handle *h;

	if (uwdf_open(name, &error, &h))
		fail_msg("%s", error.text);
	return h;
}

/* A request that its driver holds. */
static void hold(uwdf_handle *h, struct uwdf_op *op, struct fake_device *device)
{
	*op = (struct uwdf_op){ .kind = UWDF_CONTROL, .code = FAKE_STUBBORN };
	assert_int_equal(uwdf_submit(h, op), 0);
	fake_device_await_pending(device, 1);
}

static void test_leave__drivers_hold_requests__all_are_told_before_one_is_awaited(void **state)
{
	static const struct cuse_kernel *const some =
		(const struct cuse_kernel *)(const void *)&nodes;
	static const char *const names[DEVICES] = { "first", "second", "third" };
	struct endpoints all = { .cuse = some, .ready = ready };
	struct uwdf_op ops[DEVICES];
	uwdf_handle *h[DEVICES];
	struct report rep = REPORT_INIT;

	(void)state;
	assert_int_equal(endpoints_init(&all), 0);
	for (unsigned int i = 0; i < DEVICES; i++) {
		fake_device_init(&devices[i]);
		assert_int_equal(
			endpoints_add(&all, (struct uwdf_device *)(void *)&devices[i], NULL, &rep),
			0);
		h[i] = open_named(names[i]);
		hold(h[i], &ops[i], &devices[i]);
	}
	endpoints_leave(&all, HELD_MS);
	assert_int_equal(left, DEVICES);
	assert_int_equal(waits, DEVICES);
	for (unsigned int i = 0; i < DEVICES; i++)
		fake_device_finish(&devices[i], UWDF_STATUS_SUCCESS, "");
	endpoints_free(&all, 10000);
	assert_int_equal(freed, DEVICES);
	for (unsigned int i = 1; i < DEVICES; i++) {
		assert_int_equal(deadlines[i], deadlines[0]);
		assert_int_equal(deadlines[DEVICES + i], deadlines[DEVICES]);
	}
	for (unsigned int i = 0; i < DEVICES; i++) {
		uwdf_close(h[i]);
		fake_device_deinit(&devices[i]);
	}
}

static bool is_there(const char *name)
{
	struct uwdf_error error;
	uwdf_handle *h;

	if (uwdf_open(name, &error, &h))
		return false;
	uwdf_close(h);
	return true;
}

/* The second's name is not one that a socket can have. */
static void name_children(void)
{
	for (unsigned int i = 0; i < CHILDREN; i++)
		(void)snprintf(child_names[i], sizeof(child_names[i]),
			       i == 1 ? "bad/%u" : "child%u", i);
}

static void
test_sync__children_come_and_go__one_that_fails_keeps_none_from_being_served(void **state)
{
	struct endpoints all = { .ready = ready };
	struct report rep = REPORT_INIT;

	(void)state;
	bus_is_pnp = true;
	name_children();
	assert_int_equal(endpoints_init(&all), 0);
	fake_device_init(&devices[0]);
	for (unsigned int i = 0; i < CHILDREN; i++)
		fake_device_init(&children[i]);
	assert_int_equal(endpoints_add(&all, (struct uwdf_device *)(void *)&devices[0], NULL, &rep),
			 0);
	child_count = CHILDREN;
	assert_int_not_equal(endpoints_sync(&all, NULL, &rep), 0);
	assert_true(rep.text[0]);
	assert_int_equal(counted, CHILDREN - 1);
	assert_true(is_there("child0"));
	assert_true(is_there("child69"));
	children_are_gone = true;
	child_count = 0;
	assert_int_equal(endpoints_sync(&all, NULL, &rep), 0);
	assert_int_equal(counted, 0);
	assert_false(is_there("child0"));
	assert_true(is_there("first"));
	endpoints_leave(&all, 10000);
	endpoints_free(&all, 10000);
	for (unsigned int i = 0; i < CHILDREN; i++)
		fake_device_deinit(&children[i]);
	fake_device_deinit(&devices[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_leave__drivers_hold_requests__all_are_told_before_one_is_awaited,
			server_fixture_setup, server_fixture_teardown),
		cmocka_unit_test_setup_teardown(
			test_sync__children_come_and_go__one_that_fails_keeps_none_from_being_served,
			server_fixture_setup, server_fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
