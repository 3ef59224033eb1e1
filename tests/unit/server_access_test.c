/* SPDX-License-Identifier: MIT */
/* Who may open a served device: the list against credentials, and what the file system shows. */
#include "uw_test.h"

#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "base/fault.h"
#include "raw_wire.h"
#include "server_fixture.h"
#include "server_impl.h"
#include "skips.h"

#define R  UWDF_ACCESS_READ
#define W  UWDF_ACCESS_WRITE
#define RW (R | W)

#define STRANGER 54321u /* a user, and a group, that this test is not */

/* --- the list --- */

static uint8_t access_of(const struct uwdf_access *list, unsigned int count,
			 const struct server_peer *peer)
{
	struct server server = { .params = { .access_given = true, .access_count = count } };

	for (unsigned int i = 0; i < count; i++)
		server.params.access[i] = list[i];
	return server_access_of(&server, peer);
}

static const struct server_peer admin = { .is_admin = true };
static const struct server_peer stranger = { .uid = STRANGER, .gid = STRANGER };
static const struct server_peer member = {
	.uid = STRANGER, .gid = 1, .groups = { 7, 44 }, .group_count = 2
};

static void test_list__none_given__administrators(void **state)
{
	struct server server = { .params = { .name = "" } };
	(void)state;
	assert_int_equal(server_access_of(&server, &admin), RW);
	assert_int_equal(server_access_of(&server, &stranger), 0);
}

static void test_list__empty__nobody(void **state)
{
	(void)state;
	assert_int_equal(access_of(NULL, 0, &admin), 0);
}

static void test_list__first_entry_decides_for_each_right(void **state)
{
	const struct uwdf_access list[] = {
		{ .who = UWDF_WHO_USER, .rights = W, .deny = true, .id = STRANGER },
		{ .who = UWDF_WHO_EVERYBODY, .rights = RW },
		{ .who = UWDF_WHO_EVERYBODY, .rights = R, .deny = true }, /* too late */
	};
	(void)state;
	assert_int_equal(access_of(list, 3, &stranger), R);
	assert_int_equal(access_of(list, 3, &admin), RW);
}

static void test_list__groups__primary_and_others(void **state)
{
	const struct uwdf_access list[] = {
		{ .who = UWDF_WHO_GROUP, .rights = R, .id = 44 },
		{ .who = UWDF_WHO_GROUP, .rights = W, .id = 1 },
		{ .who = UWDF_WHO_NOBODY, .rights = RW },
	};
	(void)state;
	assert_int_equal(access_of(list, 3, &member), RW);
	assert_int_equal(access_of(list, 3, &stranger), 0);
}

/* --- the socket --- */

static void serve_for(struct server_fixture *f, const struct uwdf_access *list, unsigned int count)
{
	server_fixture_stop(f);
	f->params.access_given = true;
	f->params.access_count = count;
	for (unsigned int i = 0; i < count; i++)
		f->params.access[i] = list[i];
	server_fixture_start(f);
}

static mode_t mode_of(const struct server_fixture *f)
{
	struct stat st;

	assert_int_equal(stat(server_socket(f->server), &st), 0);
	return st.st_mode & 0777;
}

static const struct uwdf_access everybody_reads[] = {
	{ .who = UWDF_WHO_ADMINISTRATORS, .rights = R },
	{ .who = UWDF_WHO_EVERYBODY, .rights = R },
};

static void test_list__groups_not_known__denied_as_if_in_each(void **state)
{
	const struct server_peer unknown = { .uid = STRANGER, .gid = 1, .more_groups = true };
	const struct uwdf_access list[] = {
		{ .who = UWDF_WHO_GROUP, .rights = W, .deny = true, .id = 44 },
		{ .who = UWDF_WHO_EVERYBODY, .rights = RW },
	};
	const struct uwdf_access allowed = { .who = UWDF_WHO_GROUP, .rights = RW, .id = 44 };
	(void)state;
	assert_int_equal(access_of(list, 2, &unknown), R);
	assert_int_equal(access_of(&allowed, 1, &unknown), 0);
}

static void test_socket__mode_follows_the_list(void **state)
{
	const struct uwdf_access admins[] = { { .who = UWDF_WHO_ADMINISTRATORS, .rights = RW } };
	const struct uwdf_access denied[] = {
		{ .who = UWDF_WHO_EVERYBODY, .rights = RW, .deny = true }
	};
	struct server_fixture *f = *state;

	assert_int_equal(mode_of(f), 0600);
	serve_for(f, admins, 1);
	assert_int_equal(mode_of(f), 0600);
	serve_for(f, denied, 1);
	assert_int_equal(mode_of(f), 0600);
	serve_for(f, everybody_reads, 2);
	assert_int_equal(mode_of(f), 0666);
}

static const struct uwdf_access one_user_and_group[] = {
	{ .who = UWDF_WHO_USER, .rights = RW, .id = STRANGER },
	{ .who = UWDF_WHO_GROUP, .rights = R, .id = 44 },
	{ .who = UWDF_WHO_USER, .rights = R, .id = STRANGER }, /* named once */
};

static void test_socket__users_and_groups__acl_or_everybody_knocks(void **state)
{
	struct server_fixture *f = *state;
	uint8_t acl[256];
	ssize_t len;

	serve_for(f, one_user_and_group, 3);
	len = getxattr(server_socket(f->server), "system.posix_acl_access", acl, sizeof(acl));
	if (len < 0) { /* no ACLs here */
		assert_int_equal(mode_of(f), 0666);
		return;
	}
	assert_int_equal(len, 4 + 6 * 8);   /* owner, user, group, its group, mask, others */
	assert_int_equal(mode_of(f), 0660); /* the mask shows as the group's */
}

static void test_socket__no_acl__everybody_knocks(void **state)
{
	struct server_fixture *f = *state;
	struct server server = { .params = f->params };

	server.params.access_given = true;
	server.params.access_count = 3;
	memcpy(server.params.access, one_user_and_group, sizeof(one_user_and_group));
	fault_arm(FAULT_SYSCALL, 2);
	assert_int_equal(server_access_guard(&server, server_socket(f->server)), 0);
	assert_true(fault_fired());
	fault_disarm();
	assert_int_equal(mode_of(f), 0666);
}

/* --- rights of a handle --- */

static void ask(int fd, uint16_t opcode, uint32_t handle, uint32_t code, int32_t status)
{
	static uint64_t tag = 1000;
	struct uwdf_entry e = raw_entry(opcode, ++tag, handle);

	e.code = code;
	raw_send(fd, &e, NULL);
	raw_expect(fd, tag, status, NULL);
}

#define CODE(access) ((0x22u << 16) | ((uint32_t)(access) << 14) | (0x900u << 2))

static void test_rights__to_read__no_writes(void **state)
{
	struct server_fixture *f = *state;
	uint32_t h;
	int fd;

	serve_for(f, everybody_reads, 2);
	fd = raw_client(server_socket(f->server), "fake", &h);
	ask(fd, UWDF_OP_WRITE, h, 0, UWDF_STATUS_ACCESS_DENIED);
	ask(fd, UWDF_OP_FLUSH, h, 0, UWDF_STATUS_ACCESS_DENIED);
	ask(fd, UWDF_OP_CONTROL, h, CODE(W), UWDF_STATUS_ACCESS_DENIED);
	ask(fd, UWDF_OP_CONTROL, h, CODE(RW), UWDF_STATUS_ACCESS_DENIED);
	ask(fd, UWDF_OP_CONTROL, h, CODE(R), UWDF_STATUS_INVALID_DEVICE_REQUEST); /* arrived */
	ask(fd, UWDF_OP_CONTROL, h, CODE(0), UWDF_STATUS_INVALID_DEVICE_REQUEST);
	close(fd);
}

static void test_rights__none__administrator_asks_but_does_not_open(void **state)
{
	struct server_fixture *f = *state;
	struct uwdf_entry e = raw_entry(UWDF_OP_OPEN, 5, 0);
	int fd;

	serve_for(f, NULL, 0);
	fd = raw_client(server_socket(f->server), NULL, NULL);
	e.in_len = 4;
	raw_send(fd, &e, "fake");
	raw_expect(fd, 5, UWDF_STATUS_ACCESS_DENIED, NULL);
	ask(fd, UWDF_OP_STOP, 0, 0, UWDF_STATUS_SUCCESS);
	assert_int_equal(f->stops, 1);
	close(fd);
}

/* --- the second buffer's contents --- */

static void send_out_data(int fd, uint32_t handle, uint32_t code, uint32_t out_len)
{
	struct uwdf_entry e = raw_entry(UWDF_OP_CONTROL, 7, handle);

	e.code = code;
	e.flags = UWDF_FLAG_OUT_DATA;
	e.in_len = 6;
	e.out_len = out_len;
	raw_send(fd, &e, "abcdef");
}

static void test_out_data__longer_than_the_payload_or_another_method__hung_up_on(void **state)
{
	struct server_fixture *f = *state;
	uint32_t h;
	int fd = raw_client(server_socket(f->server), "fake", &h);

	send_out_data(fd, h, CODE(0) | 1u, 6); /* all of it: no input */
	raw_expect(fd, 7, UWDF_STATUS_INVALID_DEVICE_REQUEST, NULL);
	send_out_data(fd, h, CODE(0) | 1u, 7);
	raw_expect(fd, 7, UWDF_STATUS_INVALID_PARAMETER, NULL);
	raw_expect_hang_up(fd);
	close(fd);
	fd = raw_client(server_socket(f->server), "fake", &h);
	send_out_data(fd, h, CODE(0), 6);
	raw_expect(fd, 7, UWDF_STATUS_INVALID_PARAMETER, NULL);
	raw_expect_hang_up(fd);
	close(fd);
}

/* --- another user --- */

enum { ANSWERED = 10, REFUSED };

/* In a process of another user: what becomes of an entry. */
static int as_stranger(struct server_fixture *f, uint16_t opcode, const char *payload)
{
	const gid_t group = STRANGER;
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (!pid) {
		struct uwdf_entry hello = raw_entry(UWDF_OP_HELLO, 1, 0);
		struct uwdf_entry e = raw_entry(opcode, 3, 0);
		struct raw_answer answer;
		int fd;

		/* a failed check would go on with other tests, without the threads they wait for */
		alarm(120);
		if (setgroups(1, &group) || setgid(group) || setuid(STRANGER))
			child_exit(1);
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* setuid() took it away */
		fd = raw_connect(server_socket(f->server));
		/* who is refused may be hung up on before */
		(void)!send(fd, &hello, sizeof(hello), MSG_NOSIGNAL);
		if (!raw_receive(fd, &answer) || answer.entry.status)
			child_exit(REFUSED);
		e.in_len = (uint32_t)strlen(payload);
		raw_send(fd, &e, payload);
		if (!raw_receive(fd, &answer))
			child_exit(2);
		child_exit(answer.entry.status ? REFUSED : ANSWERED);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void test_stranger__opens_what_everybody_may_and_stops_nothing(void **state)
{
	struct server_fixture *f = *state;

	if (geteuid())
		skip_and_say("only root can become somebody else");
	assert_int_equal(chmod(f->dir, 0711), 0);
	serve_for(f, everybody_reads, 2);
	assert_int_equal(as_stranger(f, UWDF_OP_OPEN, "fake"), ANSWERED);
	assert_int_equal(as_stranger(f, UWDF_OP_STATUS, ""), ANSWERED);
	assert_int_equal(as_stranger(f, UWDF_OP_STOP, ""), REFUSED);
	assert_int_equal(as_stranger(f, UWDF_OP_WHY, ""), REFUSED);
	assert_int_equal(f->stops, 0);
}

static void test_stranger__not_on_the_list__refused_though_he_could_connect(void **state)
{
	const struct uwdf_access other[] = {
		{ .who = UWDF_WHO_USER, .rights = RW, .id = STRANGER + 1 }
	};
	struct server_fixture *f = *state;

	if (geteuid())
		skip_and_say("only root can become somebody else");
	assert_int_equal(chmod(f->dir, 0711), 0);
	serve_for(f, other, 1);
	assert_int_equal(chmod(server_socket(f->server), 0666), 0);
	assert_int_equal(as_stranger(f, UWDF_OP_OPEN, "fake"), REFUSED);
	serve_for(f, one_user_and_group, 3);
	assert_int_equal(as_stranger(f, UWDF_OP_OPEN, "fake"), ANSWERED);
}

#define TEST(name)                                                                                 \
	cmocka_unit_test_setup_teardown(name, server_fixture_setup, server_fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list__none_given__administrators),
		cmocka_unit_test(test_list__empty__nobody),
		cmocka_unit_test(test_list__first_entry_decides_for_each_right),
		cmocka_unit_test(test_list__groups__primary_and_others),
		cmocka_unit_test(test_list__groups_not_known__denied_as_if_in_each),
		TEST(test_socket__mode_follows_the_list),
		TEST(test_socket__users_and_groups__acl_or_everybody_knocks),
		TEST(test_socket__no_acl__everybody_knocks),
		TEST(test_rights__to_read__no_writes),
		TEST(test_rights__none__administrator_asks_but_does_not_open),
		TEST(test_out_data__longer_than_the_payload_or_another_method__hung_up_on),
		TEST(test_stranger__opens_what_everybody_may_and_stops_nothing),
		TEST(test_stranger__not_on_the_list__refused_though_he_could_connect),
	};

	return skips_status(cmocka_run_group_tests(tests, NULL, NULL));
}
