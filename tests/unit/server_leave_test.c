/* SPDX-License-Identifier: MIT */
/* The socket server and who leaves: a client, the device, and opens that are kept waiting. */
#include "server_client.h"

static void test_disconnect__cancels_what_is_pending(void **state)
{
	struct server_fixture *f = *state;
	uint32_t h;
	int fd = client_of(f, &h);

	for (uint64_t tag = 1; tag <= 10; tag++) {
		struct uwdf_entry e = read_entry(tag, h);

		raw_send(fd, &e, NULL);
	}
	fake_device_await_pending(&f->device, 10);
	close(fd);
	fake_device_await_closes(&f->device, 1);
	assert_int_equal(FAKE_COUNT(&f->device, pending_count), 0);
}

static void test_disconnect__stubborn_request__file_waits_for_it(void **state)
{
	struct server_fixture *f = *state;
	uint32_t h;
	int fd = client_of(f, &h), other;
	struct uwdf_entry e = raw_entry(UWDF_OP_CONTROL, 5, h);

	e.code = FAKE_STUBBORN;
	raw_send(fd, &e, NULL);
	fake_device_await_pending(&f->device, 1);
	close(fd);
	other = client_of(f, &h); /* others are served meanwhile */
	expect_alive(other, h);
	assert_int_equal(fake_device_closes(&f->device), 0);
	fake_device_finish(&f->device, UWDF_STATUS_SUCCESS, "");
	fake_device_await_closes(&f->device, 1);
	close(other);
}

static void test_leave__tells_cancels_and_refuses(void **state)
{
	struct server_fixture *f = *state;
	struct raw_answer answer;
	uint32_t h;
	int fd = client_of(f, &h);
	struct uwdf_entry e = read_entry(5, h);

	raw_send(fd, &e, NULL);
	fake_device_await_pending(&f->device, 1);
	assert_true(server_leave(f->server, exec_deadline_ms(60000)));
	assert_int_equal(fake_device_closes(&f->device), 1);
	assert_true(raw_receive(fd, &answer));
	assert_int_equal(answer.entry.opcode, UWDF_OP_EVENT);
	assert_int_equal(answer.entry.code, UWDF_EVENT_REMOVED);
	raw_expect(fd, 5, UWDF_STATUS_DEVICE_REMOVED, NULL);
	raw_send(fd, &e, NULL);
	raw_expect(fd, 5, UWDF_STATUS_DEVICE_REMOVED, NULL);
	e = raw_entry(UWDF_OP_OPEN, 6, 0);
	e.in_len = 4;
	raw_send(fd, &e, "fake");
	raw_expect(fd, 6, UWDF_STATUS_DEVICE_REMOVED, NULL);
	e = raw_entry(UWDF_OP_STATUS, 7, 0);
	raw_send(fd, &e, NULL);
	raw_expect(fd, 7, UWDF_STATUS_DEVICE_REMOVED, NULL);
	server_fixture_stop(f);
	raw_expect_hang_up(fd);
	close(fd);
}

static void test_leave__stubborn_request__says_so_at_the_deadline(void **state)
{
	struct server_fixture *f = *state;
	uint32_t h;
	int fd = client_of(f, &h);
	struct uwdf_entry e = raw_entry(UWDF_OP_CONTROL, 5, h);

	e.code = FAKE_STUBBORN;
	raw_send(fd, &e, NULL);
	fake_device_await_pending(&f->device, 1);
	assert_false(server_leave(f->server, exec_deadline_ms(20)));
	fake_device_finish(&f->device, UWDF_STATUS_CANCELLED, "");
	fake_device_await_closes(&f->device, 1);
	close(fd);
}

/* A client whose open the driver keeps waiting. */
static int start_opening(struct server_fixture *f)
{
	struct uwdf_entry e = raw_entry(UWDF_OP_OPEN, 2, 0);
	int fd = client_of(f, NULL);

	f->device.open_waits = true;
	e.in_len = (uint32_t)strlen(server_name(f->server));
	raw_send(fd, &e, server_name(f->server));
	fake_device_await_opening(&f->device);
	return fd;
}

static void test_open__kept_waiting__others_are_served_meanwhile(void **state)
{
	struct server_fixture *f = *state;
	struct raw_answer answer;
	int fd = start_opening(f), other;
	uint32_t h;

	other = client_of(f, &h);
	expect_alive(other, h);
	assert_non_null(f->device.kept);
	fake_device_let_open(&f->device);
	assert_true(raw_receive(fd, &answer));
	assert_int_equal(answer.entry.opcode, UWDF_OP_OPEN);
	assert_int_equal(answer.entry.tag, 2);
	assert_int_equal(answer.entry.status, UWDF_STATUS_SUCCESS);
	expect_alive(fd, answer.entry.handle);
	close(fd);
	close(other);
}

static void test_disconnect__open_kept_waiting__closed_when_it_comes(void **state)
{
	struct server_fixture *f = *state;
	int fd = start_opening(f), other;
	uint32_t h;

	close(fd);
	other = client_of(f, &h);
	expect_alive(other, h);
	assert_int_equal(fake_device_closes(&f->device), 0);
	fake_device_let_open(&f->device);
	fake_device_await_closes(&f->device, 1);
	expect_alive(other, h);
	close(other);
}

/* The driver keeps an open until it is removed. */
static void test_leave__open_kept_waiting__says_so_at_the_deadline(void **state)
{
	struct server_fixture *f = *state;
	int fd = start_opening(f);

	assert_false(server_leave(f->server, exec_deadline_ms(20)));
	fake_device_let_open(&f->device);
	fake_device_await_closes(&f->device, 1);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_server(test_disconnect__cancels_what_is_pending),
		with_server(test_disconnect__stubborn_request__file_waits_for_it),
		with_server(test_open__kept_waiting__others_are_served_meanwhile),
		with_server(test_disconnect__open_kept_waiting__closed_when_it_comes),
		with_server(test_leave__tells_cancels_and_refuses),
		with_server(test_leave__stubborn_request__says_so_at_the_deadline),
		with_server(test_leave__open_kept_waiting__says_so_at_the_deadline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
