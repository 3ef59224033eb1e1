/* SPDX-License-Identifier: MIT */
/*
 * The client library against hosts whose rings are not what they should be, or who write there, or
 * to the socket, as fast as the client reads: what they write between two reads is written where
 * the library receives (the linker's --wrap).
 */
#include "uw_test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/exec.h"
#include "link.h"
#include "raw_wire.h"
#include "uwdf/client.h"
#include "uwdf/ring.h"

#define ENTRIES     1024u
#define LEN         (1u << 20)
#define NONE        9u
#define MOST        4u /* descriptors, one too many */
#define HANDLE      0x101u
#define FLOOD_MOST  5000u /* then it is silent: whoever still listens has failed */
#define LEFT_BEHIND 8u
#define SEALS       (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

/* A host played by a thread: it agrees to all, then answers RING as @lie says. */
struct lie {
	const char *what;
	bool refuses, no_memfd, no_epoll, is_mapped;
	unsigned int descriptors; /* 0: as many as it should be; NONE */
	int seals;                /* instead of all */
	uint64_t said_len;
	struct uwdf_ring_header header; /* what is not zero, instead of what is right */
	int expect;
};
struct fake_host {
	char dir[40], path[64];
	int listen_fd;
	const struct lie *lie;
	uint8_t *memory; /* NULL, or the rings' */
	int fd;          /* the connection */

	void (*between)(void); /* what it does whenever the client receives; NULL: nothing */
	unsigned int turns;    /* how often it did */
	uint32_t answered;     /* answers written */
};

static struct fake_host host;

ssize_t __wrap_sys_recvmsg(int fd, struct msghdr *msg, int flags);
ssize_t __real_sys_recvmsg(int fd, struct msghdr *msg, int flags);

ssize_t __wrap_sys_recvmsg(int fd, struct msghdr *msg, int flags)
{
	if (host.between)
		host.between();
	return __real_sys_recvmsg(fd, msg, flags);
}

static struct uwdf_ring_header right_header(void)
{
	return (struct uwdf_ring_header){ .magic = UWDF_RING_MAGIC,
					  .version = UWDF_RING_VERSION,
					  .entry_len = 64,
					  .entries = ENTRIES,
					  .entries_at = 4096,
					  .answers_at = 4096 + ENTRIES * 64,
					  .region_at = 4096 + ENTRIES * 128,
					  .region_len = 65536,
					  .memory_len = LEN };
}

static void falsify(struct uwdf_ring_header *h, const struct uwdf_ring_header *with)
{
	const uint8_t *from = (const uint8_t *)with;
	uint8_t *to = (uint8_t *)h;

	for (size_t i = 0; i < sizeof(*h); i++)
		to[i] = from[i] ? from[i] : to[i];
}

static int make_memory(const struct lie *lie)
{
	struct uwdf_ring_header header = right_header();
	int fd = memfd_create("lie", MFD_ALLOW_SEALING | MFD_CLOEXEC);

	falsify(&header, &lie->header);
	assert_int_equal(ftruncate(fd, LEN), 0);
	assert_int_equal(pwrite(fd, &header, sizeof(header), 0), sizeof(header));
	if (lie->is_mapped)
		host.memory = mmap(NULL, LEN, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, lie->seals ? lie->seals : SEALS), 0);
	return fd;
}

static void pass(int fd, struct uwdf_entry *e, const struct lie *lie)
{
	char control[CMSG_SPACE(MOST * sizeof(int))] __attribute__((aligned(8))) = { 0 };
	struct iovec part = { .iov_base = e, .iov_len = sizeof(*e) };
	struct msghdr msg = { .msg_iov = &part,
			      .msg_iovlen = 1,
			      .msg_control = control,
			      .msg_controllen = sizeof(control) };
	struct cmsghdr *head = CMSG_FIRSTHDR(&msg);
	int fds[MOST] = { lie->no_memfd ? eventfd(0, EFD_CLOEXEC) : make_memory(lie),
			  eventfd(0, EFD_CLOEXEC),
			  lie->no_epoll ? eventfd(0, EFD_CLOEXEC) : epoll_create1(EPOLL_CLOEXEC),
			  eventfd(0, EFD_CLOEXEC) };
	size_t len = (lie->descriptors ? lie->descriptors : 3) * sizeof(fds[0]);

	if (lie->descriptors == NONE) {
		msg.msg_control = NULL, msg.msg_controllen = 0;
	} else {
		head->cmsg_level = SOL_SOCKET;
		head->cmsg_type = SCM_RIGHTS;
		head->cmsg_len = CMSG_LEN(len);
		memcpy(CMSG_DATA(head), fds, len);
		msg.msg_controllen = CMSG_SPACE(len);
	}
	assert_int_equal(sendmsg(fd, &msg, MSG_NOSIGNAL), sizeof(*e));
	for (unsigned int i = 0; i < MOST; i++)
		close(fds[i]);
}

/* Says that rings end: the client's or another handle's, which it does not have. */
static void tell_end(int fd, bool of_other)
{
	struct uwdf_entry e = raw_entry(UWDF_OP_EVENT, 0, of_other ? HANDLE + 1 : HANDLE);

	e.code = UWDF_EVENT_RINGS_END;
	raw_send(fd, &e, NULL);
}

static void answer(int fd, const struct lie *lie, const struct uwdf_entry *asked)
{
	struct uwdf_entry e = raw_entry(asked->opcode, asked->tag, HANDLE);

	e.flags = UWDF_FLAG_ANSWER;
	if (asked->opcode == UWDF_OP_HELLO)
		e.code = UWDF_FEATURE_RING;
	if (asked->opcode == UWDF_OP_NOTIFY)
		tell_end(fd, asked->code);
	if (asked->opcode != UWDF_OP_RING) {
		(void)raw_try_send(fd, &e); /* who closes does not wait for it */
		return;
	}
	e.information = lie->said_len ? lie->said_len : LEN;
	if (lie->refuses) {
		e.status = UWDF_STATUS_INSUFFICIENT_RESOURCES;
		raw_send(fd, &e, NULL);
	} else {
		pass(fd, &e, lie);
	}
}

static void host_main(void *arg)
{
	struct fake_host *h = arg;
	static struct raw_answer in;
	int fd = h->fd = accept(h->listen_fd, NULL, NULL);

	assert_true(fd >= 0);
	while (raw_receive(fd, &in))
		answer(fd, h->lie, &in.entry);
	close(fd);
}

static int setup(void **state)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	memset(&host, 0, sizeof(host));
	snprintf(host.dir, sizeof(host.dir), "/tmp/uwdf-liar-XXXXXX");
	assert_non_null(mkdtemp(host.dir));
	snprintf(host.path, sizeof(host.path), "%s/h.sock", host.dir);
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", host.path);
	host.listen_fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(host.listen_fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(listen(host.listen_fd, 5), 0);
	*state = &host;
	return 0;
}

static int teardown(void **state)
{
	struct fake_host *h = *state;

	if (h->memory)
		munmap(h->memory, LEN);
	close(h->listen_fd);
	unlink(h->path);
	return rmdir(h->dir);
}

/* clang-format off */
static const struct lie lies[] = {
	{ "the truth", .expect = 0 },
	{ "no rings after all", .refuses = true },
	{ "no descriptors", .descriptors = NONE, .expect = -EPROTO },
	{ "a descriptor too few", .descriptors = 2, .expect = -EPROTO },
	{ "a descriptor too many", .descriptors = 4, .expect = 0 },
	{ "no memory", .no_memfd = true, .expect = -EPROTO },
	{ "nothing to wait with", .no_epoll = true, .expect = -EPROTO },
	{ "memory that can shrink", .seals = F_SEAL_GROW | F_SEAL_SEAL, .expect = -EPROTO },
	{ "memory that can grow", .seals = F_SEAL_SHRINK | F_SEAL_SEAL, .expect = -EPROTO },
	{ "memory that can be sealed", .seals = F_SEAL_SHRINK | F_SEAL_GROW, .expect = -EPROTO },
	{ "memory shorter than said", .said_len = LEN * 2, .expect = -EPROTO },
	{ "memory longer than said", .said_len = LEN / 2, .expect = -EPROTO },
	{ "memory of no length", .said_len = 1, .expect = -EPROTO },
	{ "magic", .header = { .magic = 0x01010101 }, .expect = -EPROTO },
	{ "version", .header = { .version = 2 }, .expect = -EPROTO },
	{ "length of an entry", .header = { .entry_len = 128 }, .expect = -EPROTO },
	{ "more entries than asked for", .header = { .entries = 4096 }, .expect = -EPROTO },
	{ "entries behind the end", .header = { .entries_at = LEN }, .expect = -EPROTO },
	{ "entries somewhere", .header = { .entries_at = UINT64_MAX }, .expect = -EPROTO },
	{ "entries at an odd place", .header = { .entries_at = 1 }, .expect = -EPROTO },
	{ "answers behind the end", .header = { .answers_at = 1ull << 40 }, .expect = -EPROTO },
	{ "a region behind the end", .header = { .region_at = 1ull << 40 }, .expect = -EPROTO },
	{ "a region longer than all", .header = { .region_len = 1ull << 40 }, .expect = -EPROTO },
	{ "another length of all", .header = { .memory_len = 1ull << 40 }, .expect = -EPROTO },
};
/* clang-format on */

static void test_open__host_lies_about_its_rings__refused(void **state)
{
	struct fake_host *h = *state;
	const unsigned int before = test_open_fds();

	for (size_t i = 0; i < UW_ARRAY_SIZE(lies); i++) {
		const struct exec_thread_params params = {
			.name = "fake-host", .run = host_main, .arg = h, .node = -1
		};
		struct exec_thread *thread;
		struct uwdf_error error;
		uwdf_handle *handle = NULL;
		int err;

		h->lie = &lies[i];
		assert_int_equal(exec_thread_start(&params, &thread), 0);
		err = uwdf_open(h->path, &error, &handle);
		if (err != lies[i].expect)
			fail_msg("%s: %d instead of %d", lies[i].what, err, lies[i].expect);
		if (err)
			assert_non_null(strstr(error.text, "shared memory"));
		uwdf_close(err ? NULL : handle);
		exec_thread_join(thread);
		if (test_open_fds() != before)
			fail_msg("%s: a descriptor is left", lies[i].what);
	}
}

/* --- one that does not lie when asked --- */

static struct exec_thread *start(struct fake_host *h, uwdf_handle **out)
{
	static const struct lie truth = { .is_mapped = true };
	const struct exec_thread_params params = {
		.name = "fake-host", .run = host_main, .arg = h, .node = -1
	};
	struct exec_thread *thread;

	h->lie = &truth;
	assert_int_equal(exec_thread_start(&params, &thread), 0);
	assert_int_equal(uwdf_open(h->path, NULL, out), 0);
	return thread;
}

/* The host says that the rings end, which is heard whatever came before. */
static void expect_end(uwdf_handle *handle, struct uwdf_op *op)
{
	struct uwdf_op *got;

	assert_int_equal(uwdf_notify(handle, 0), 0);
	assert_int_equal(uwdf_reap(handle, 10000, &got), 1);
	assert_ptr_equal(got, op);
	assert_int_equal(op->status, UWDF_STATUS_DEVICE_REMOVED);
}

static void test_rings_end__of_another_handle__nothing_ends(void **state)
{
	struct uwdf_op op = { .kind = UWDF_READ }, *got;
	uwdf_handle *handle;
	struct exec_thread *thread = start(*state, &handle);

	assert_int_equal(uwdf_submit(handle, &op), 0);
	assert_int_equal(uwdf_notify(handle, 1), 0);
	assert_int_equal(uwdf_reap(handle, 20, &got), 0);
	expect_end(handle, &op);
	uwdf_close(handle);
	exec_thread_join(thread);
}

/* An event of a later version. */
static void chatter(void)
{
	struct uwdf_entry e = raw_entry(UWDF_OP_EVENT, 0, 0);

	e.code = 99;
	if (host.turns++ < FLOOD_MOST)
		raw_send(host.fd, &e, NULL);
}

static void test_look__socket_says_something_without_end__goes_on_later(void **state)
{
	struct uwdf_op op = { .kind = UWDF_READ }, *got;
	uwdf_handle *handle;
	struct exec_thread *thread = start(*state, &handle);

	assert_int_equal(uwdf_submit(handle, &op), 0);
	assert_true(uwdf_poll_fd(handle) >= 0); /* from here each reap looks there */
	chatter();
	host.between = chatter;
	assert_int_equal(uwdf_reap(handle, 0, &got), 0);
	assert_in_range(host.turns, 2, 1 + LINK_LOOK_MOST);
	host.between = NULL;
	expect_end(handle, &op);
	uwdf_close(handle);
	exec_thread_join(thread);
}

/*
 * As many answers as there is room for, to operations that there are not, and last one to an
 * operation that was left behind: for what it says the client looks at its socket, which is where
 * the host comes in and writes as many again.
 */
static void write_strange_answers(void)
{
	const struct uwdf_ring_header h = right_header();
	struct uwdf_ring_entry *entries = (void *)(host.memory + h.entries_at);
	struct uwdf_ring_answer *answers = (void *)(host.memory + h.answers_at);

	for (unsigned int i = 0; i < ENTRIES; i++) {
		struct uwdf_ring_answer *a = &answers[host.answered % ENTRIES];
		bool last = i == ENTRIES - 1;

		a->tag = last ? entries[host.turns].tag : 0;
		a->status = last ? UWDF_STATUS_DEVICE_REMOVED : UWDF_STATUS_SUCCESS;
		uwdf_ring_publish(&a->seq, host.answered++);
	}
	if (++host.turns == LEFT_BEHIND + 1)
		host.between = NULL;
}

static void leave_behind(uwdf_handle *handle, struct uwdf_op *op)
{
	struct uwdf_op gone[LEFT_BEHIND];

	for (unsigned int i = 0; i < LEFT_BEHIND; i++) {
		gone[i] = (struct uwdf_op){ .kind = UWDF_READ };
		assert_int_equal(uwdf_submit(handle, &gone[i]), 0);
		uwdf_abandon(handle, &gone[i]);
	}
	assert_int_equal(uwdf_submit(handle, op), 0);
	write_strange_answers();
	host.between = write_strange_answers;
}

static void test_reap__strange_answers_without_end__goes_on_later(void **state)
{
	struct uwdf_op op = { .kind = UWDF_READ }, *got = NULL;
	uwdf_handle *handle;
	struct exec_thread *thread = start(*state, &handle);

	leave_behind(handle, &op);
	assert_int_equal(uwdf_reap(handle, 0, &got), 0);
	assert_int_equal(host.turns, 2); /* no more than were there when it came */
	for (unsigned int i = 0; i < LEFT_BEHIND && !got; i++)
		assert_in_range(uwdf_reap(handle, 0, &got), 0, 1);
	assert_ptr_equal(got, &op);
	uwdf_close(handle);
	exec_thread_join(thread);
}

static void test_reap_many__strange_answers_without_end__goes_on_later(void **state)
{
	struct uwdf_op op = { .kind = UWDF_READ }, *got[4] = { NULL };
	uwdf_handle *handle;
	struct exec_thread *thread = start(*state, &handle);

	leave_behind(handle, &op);
	assert_int_equal(uwdf_reap_many(handle, 0, got, UW_ARRAY_SIZE(got)), 0);
	assert_in_range(host.turns, 2, 4); /* it looks thrice */
	for (unsigned int i = 0; i < LEFT_BEHIND && !got[0]; i++)
		assert_in_range(uwdf_reap_many(handle, 0, got, UW_ARRAY_SIZE(got)), 0, 1);
	assert_ptr_equal(got[0], &op);
	uwdf_close(handle);
	exec_thread_join(thread);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_open__host_lies_about_its_rings__refused),
		T(test_rings_end__of_another_handle__nothing_ends),
		T(test_look__socket_says_something_without_end__goes_on_later),
		T(test_reap__strange_answers_without_end__goes_on_later),
		T(test_reap_many__strange_answers_without_end__goes_on_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
