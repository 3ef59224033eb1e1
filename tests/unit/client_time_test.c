/* SPDX-License-Identifier: MIT */
/*
 * How long the client library waits for hosts that do not greet, do not answer or never stop
 * talking. Clock, waiting and receiving are played (the linker's --wrap): the hosts take their
 * turns inside the library's waits, and the time between is skipped.
 */
#include "uw_test.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

#include "base/sys.h"
#include "link.h"
#include "raw_wire.h"
#include "uwdf/client.h"

#define GUID       "{b74cfec2-9366-454a-ba71-7c27b51470a4}"
#define FLOOD_MOST 20000u /* then it hangs up: whoever still listens has failed */
#define FLOOD_MS   10     /* from one of its datagrams to the next */

struct host {
	const char *name;
	int64_t greet_ms, open_ms; /* until it does; < 0: never */
	bool lacks_it;             /* what is to be opened */
	unsigned int floods;       /* datagrams that are no answers, one before each that is read */
	int listen_fd, fd;
	uint16_t asked; /* it has read that, and answers at due_ms */
	uint64_t tag;
	int64_t due_ms;
};

static struct {
	char dir[40];
	struct host hosts[2]; /* in the order in which they are asked */
	int64_t now_ms;
	unsigned int receives;
} play;

int __wrap_clock_gettime(clockid_t clock, struct timespec *out);
int __wrap_sys_ppoll(struct pollfd *fds, unsigned int count, int64_t timeout_ns);
ssize_t __wrap_sys_recvmsg(int fd, struct msghdr *msg, int flags);
ssize_t __real_sys_recvmsg(int fd, struct msghdr *msg, int flags);

/* --- the hosts --- */

static void answer(struct host *h)
{
	struct uwdf_entry e = raw_entry(h->asked, h->tag, 0x101);

	e.flags = UWDF_FLAG_ANSWER;
	if (h->asked == UWDF_OP_HELLO)
		e.in_len = (uint32_t)strlen(h->name);
	if (h->asked == UWDF_OP_OPEN && h->lacks_it)
		e.status = UWDF_STATUS_OBJECT_NAME_NOT_FOUND;
	h->asked = 0;
	raw_send(h->fd, &e, h->name);
}

static int64_t answers_after(const struct host *h)
{
	return h->asked == UWDF_OP_HELLO ? h->greet_ms : h->asked == UWDF_OP_OPEN ? h->open_ms : 0;
}

/* false: nobody has asked anything, or hung up. */
static bool listen_to_client(struct host *h)
{
	struct uwdf_entry e;
	ssize_t got;

	if (h->fd < 0)
		h->fd = accept4(h->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (h->fd < 0)
		return false;
	got = recv(h->fd, &e, sizeof(e), 0);
	if (got == sizeof(e)) {
		h->asked = e.opcode;
		h->tag = e.tag;
		h->due_ms = answers_after(h) < 0 ? INT64_MAX : play.now_ms + answers_after(h);
		return true;
	}
	if (got < 0 && errno == EAGAIN)
		return false;
	close(h->fd); /* it only looked who is there, or has had enough */
	h->fd = -1;
	return listen_to_client(h);
}

static void take_turn(struct host *h)
{
	while (h->asked || listen_to_client(h)) {
		if (h->due_ms > play.now_ms)
			return;
		answer(h);
	}
}

static void chatter(const struct host *h)
{
	struct uwdf_entry e = raw_entry(UWDF_OP_EVENT, 0, 0);

	e.code = 99; /* of a later version */
	raw_send(h->fd, &e, NULL);
}

static void flood(struct host *h)
{
	play.now_ms += FLOOD_MS;
	if (--h->floods)
		chatter(h);
	else
		shutdown(h->fd, SHUT_RDWR);
}

/* --- what the library waits with --- */

int __wrap_clock_gettime(clockid_t clock, struct timespec *out)
{
	assert_int_equal(clock, CLOCK_MONOTONIC);
	out->tv_sec = play.now_ms / 1000;
	out->tv_nsec = play.now_ms % 1000 * 1000000;
	return 0;
}

static int64_t next_turn_ms(int64_t until_ms)
{
	for (size_t i = 0; i < UW_ARRAY_SIZE(play.hosts); i++) {
		const struct host *h = &play.hosts[i];

		if (h->asked && h->due_ms < until_ms)
			until_ms = h->due_ms;
	}
	return until_ms;
}

int __wrap_sys_ppoll(struct pollfd *fds, unsigned int count, int64_t timeout_ns)
{
	int64_t until_ms = timeout_ns < 0 ? INT64_MAX : play.now_ms + timeout_ns / 1000000;

	for (;;) {
		int ready;

		for (size_t i = 0; i < UW_ARRAY_SIZE(play.hosts); i++)
			take_turn(&play.hosts[i]);
		ready = poll(fds, count, 0);
		if (ready || play.now_ms >= until_ms)
			return ready;
		play.now_ms = next_turn_ms(until_ms);
		assert_true(play.now_ms < INT64_MAX); /* nobody will ever say anything */
	}
}

ssize_t __wrap_sys_recvmsg(int fd, struct msghdr *msg, int flags)
{
	play.receives++;
	for (size_t i = 0; i < UW_ARRAY_SIZE(play.hosts); i++)
		if (play.hosts[i].fd >= 0 && play.hosts[i].floods)
			flood(&play.hosts[i]);
	return __real_sys_recvmsg(fd, msg, flags);
}

/* --- fixture --- */

static void path_of(const struct host *h, struct sockaddr_un *out)
{
	*out = (struct sockaddr_un){ .sun_family = AF_UNIX };
	snprintf(out->sun_path, sizeof(out->sun_path), "%s/%s.sock", play.dir, h->name);
}

static struct host *add(size_t i, const char *name)
{
	struct host *h = &play.hosts[i];
	struct sockaddr_un addr;

	h->name = name;
	path_of(h, &addr);
	h->listen_fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(h->listen_fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(listen(h->listen_fd, 5), 0);
	return h;
}

static int setup(void **state)
{
	(void)state;
	memset(&play, 0, sizeof(play));
	for (size_t i = 0; i < UW_ARRAY_SIZE(play.hosts); i++)
		play.hosts[i].listen_fd = play.hosts[i].fd = -1;
	snprintf(play.dir, sizeof(play.dir), "/tmp/uwdf-time-XXXXXX");
	assert_non_null(mkdtemp(play.dir));
	setenv("UWDF_RUNTIME_DIR", play.dir, 1);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	for (size_t i = 0; i < UW_ARRAY_SIZE(play.hosts); i++) {
		struct sockaddr_un addr;

		if (!play.hosts[i].name)
			continue;
		path_of(&play.hosts[i], &addr);
		close(play.hosts[i].listen_fd);
		if (play.hosts[i].fd >= 0)
			close(play.hosts[i].fd);
		unlink(addr.sun_path);
	}
	unsetenv("UWDF_RUNTIME_DIR");
	return rmdir(play.dir);
}

static void expect_open(const char *what, int timeout_ms, int expected)
{
	uwdf_handle *handle = NULL;
	struct uwdf_error error;
	int err = uwdf_open_within(what, timeout_ms, &error, NULL, &handle);

	if (err != expected)
		fail_msg("%s: %d instead of %d: %s", what, err, expected, err ? error.text : "");
	uwdf_close(handle);
}

/* --- who does not greet --- */

static void test_open__one_of_many_does_not_greet__passed_over_after_three_seconds(void **state)
{
	(void)state;
	add(0, "a")->greet_ms = -1;
	add(1, "b");
	expect_open(GUID, -1, 0);
	assert_int_equal(play.now_ms, LINK_GREET_MS);
}

static void test_open__one_greets_too_late__passed_over(void **state)
{
	(void)state;
	add(0, "a")->greet_ms = LINK_GREET_MS + 1;
	add(1, "b")->lacks_it = true;
	expect_open(GUID, -1, -ENOENT);
}

/* Whether it has it nobody knows: that it hangs is no reason to say that something may be there. */
static void test_open__one_does_not_greet_and_no_other_has_it__not_there(void **state)
{
	(void)state;
	add(0, "a")->greet_ms = -1;
	add(1, "b")->lacks_it = true;
	expect_open(GUID, -1, -ENOENT);
}

static void test_open__one_greets_and_decides_nothing__timed_out(void **state)
{
	(void)state;
	add(0, "a")->open_ms = -1;
	add(1, "b")->lacks_it = true;
	expect_open(GUID, -1, -ETIMEDOUT);
	assert_int_equal(play.now_ms, LINK_REPLY_MS);
}

static void test_open__no_other_could_be_asked__waited_for(void **state)
{
	(void)state;
	add(0, "a")->greet_ms = LINK_GREET_MS + 1000;
	expect_open(GUID, -1, 0);
	expect_open("a", -1, 0);
	assert_int_equal(play.now_ms, 2 * (LINK_GREET_MS + 1000));
}

static void test_open_within__less_than_a_greeting_may_take__over_in_time(void **state)
{
	(void)state;
	add(0, "a")->greet_ms = -1;
	add(1, "b")->greet_ms = 100;
	expect_open(GUID, 50, -ETIMEDOUT);
	assert_int_equal(play.now_ms, 50);
}

/* The time of the others begins where the greeting's ends. */
static void test_open_within__more_than_a_greeting_may_take__all_of_it(void **state)
{
	(void)state;
	add(0, "a")->greet_ms = -1;
	add(1, "b")->open_ms = 4000;
	expect_open(GUID, 10000, 0);
	assert_int_equal(play.now_ms, LINK_GREET_MS + 4000);
}

/* --- who never stops talking --- */

static void test_call__anything_but_the_answer_without_end__timed_out(void **state)
{
	struct host *h = add(0, "a");

	(void)state;
	h->open_ms = -1;
	h->floods = FLOOD_MOST;
	expect_open("a", -1, -ETIMEDOUT);
	assert_in_range(play.now_ms, LINK_REPLY_MS, LINK_REPLY_MS + LINK_REPLY_MS / 2);
}

static void test_look__anything_but_answers_without_end__over_and_goes_on_later(void **state)
{
	struct uwdf_op op = { .kind = UWDF_READ }, *got;
	struct host *h = add(0, "a");
	struct pollfd entry = { .events = POLLIN };
	uwdf_handle *handle;

	(void)state;
	assert_int_equal(uwdf_open("a", NULL, &handle), 0);
	assert_int_equal(uwdf_submit(handle, &op), 0);
	h->floods = FLOOD_MOST;
	play.receives = 0;
	assert_int_equal(uwdf_reap(handle, 0, &got), 0);
	assert_in_range(play.receives, 1, LINK_LOOK_MOST);
	h->floods = 0;
	chatter(h);
	entry.fd = uwdf_poll_fd(handle);
	assert_int_equal(poll(&entry, 1, 0), 1);
	take_turn(h);
	assert_int_equal(uwdf_reap(handle, 0, &got), 1);
	assert_ptr_equal(got, &op);
	uwdf_close(handle);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_open__one_of_many_does_not_greet__passed_over_after_three_seconds),
		T(test_open__one_greets_too_late__passed_over),
		T(test_open__one_does_not_greet_and_no_other_has_it__not_there),
		T(test_open__one_greets_and_decides_nothing__timed_out),
		T(test_open__no_other_could_be_asked__waited_for),
		T(test_open_within__less_than_a_greeting_may_take__over_in_time),
		T(test_open_within__more_than_a_greeting_may_take__all_of_it),
		T(test_call__anything_but_the_answer_without_end__timed_out),
		T(test_look__anything_but_answers_without_end__over_and_goes_on_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
