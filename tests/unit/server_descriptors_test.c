/* SPDX-License-Identifier: MIT */
/*
 * Clients that pass descriptors to the host. It makes all memory and doorbells itself and takes
 * none: whatever comes with whatever message, the client is told, its connection ends, the log says
 * why, nothing is open that was not before, and others go on.
 */
#include "uw_test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "base/log.h"
#include "raw_wire.h"
#include "server_fixture.h"

#define MOST_AT_ONCE 253 /* SCM_MAX_FD */
#define PAGE         4096

static unsigned int warnings; /* atomic */

static void note_warning(void *arg, enum log_level level, const char *area, const char *text)
{
	(void)arg;
	if (level == LOG_LEVEL_WARN && !strcmp(area, "server") &&
	    strstr(text, "passes file descriptors"))
		__atomic_add_fetch(&warnings, 1, __ATOMIC_RELEASE);
}

static int setup(void **state)
{
	warnings = 0;
	log_set_sink(note_warning, NULL);
	return server_fixture_setup(state);
}

static int teardown(void **state)
{
	int err = server_fixture_teardown(state);

	log_set_sink(NULL, NULL);
	return err;
}

/* --- what they pass --- */

static int memory_of(unsigned int seals, off_t len)
{
	int fd = memfd_create("offered", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, len), 0);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, seals), 0);
	return fd;
}

static int unsealed(void)
{
	return memory_of(0, PAGE);
}

static int sealed_against_growth_alone(void)
{
	return memory_of(F_SEAL_GROW, PAGE);
}

static int sealed_against_writing(void)
{
	return memory_of(F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE, PAGE);
}

static int sealed_as_the_host_does(void)
{
	return memory_of(F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL, PAGE);
}

static int empty_memory(void)
{
	return memory_of(F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL, 0);
}

static int odd_memory(void)
{
	return memory_of(F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL, 100);
}

static int huge_memory(void)
{
	return memory_of(F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL, (off_t)1 << 40);
}

static int regular_file(void)
{
	char path[] = "/tmp/uwdf-descriptor-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(unlink(path), 0);
	return fd;
}

static int end_of_pipe(int which)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	close(ends[!which]);
	return ends[which];
}

static int read_end(void)
{
	return end_of_pipe(0);
}

static int write_end(void)
{
	return end_of_pipe(1);
}

static int event(void)
{
	return eventfd(0, EFD_CLOEXEC);
}

static int counting_event(void)
{
	return eventfd(7, EFD_CLOEXEC | EFD_SEMAPHORE | EFD_NONBLOCK);
}

static int waiter(void)
{
	return epoll_create1(0);
}

static int other_socket(void)
{
	return socket(AF_UNIX, SOCK_DGRAM, 0);
}

static int directory(void)
{
	return open("/", O_RDONLY | O_DIRECTORY);
}

static int (*const kinds[])(void) = {
	unsealed,     sealed_against_growth_alone,
	empty_memory, sealed_against_writing,
	odd_memory,   sealed_as_the_host_does,
	huge_memory,  regular_file,
	read_end,     write_end,
	event,        counting_event,
	waiter,       other_socket,
	directory,
};

/* --- with what --- */

static void send_with(int fd, const struct uwdf_entry *entry, const int *fds, unsigned int count)
{
	static char payload[64];
	struct iovec parts[] = { { (void *)(uintptr_t)entry, sizeof(*entry) },
				 { payload, entry->in_len } };
	union {
		char bytes[CMSG_SPACE(MOST_AT_ONCE * sizeof(int))];
		struct cmsghdr align;
	} control = { { 0 } };
	struct msghdr msg = { .msg_iov = parts,
			      .msg_iovlen = 2,
			      .msg_control = control.bytes,
			      .msg_controllen = CMSG_SPACE(count * sizeof(int)) };
	struct cmsghdr *head = CMSG_FIRSTHDR(&msg);

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(count * sizeof(int));
	memcpy(CMSG_DATA(head), fds, count * sizeof(int));
	assert_int_equal(sendmsg(fd, &msg, MSG_NOSIGNAL), sizeof(*entry) + entry->in_len);
}

/* Right but for the descriptors. */
static struct uwdf_entry entry_of(uint16_t opcode, uint32_t handle)
{
	struct uwdf_entry e = raw_entry(opcode, 50, handle);

	switch (opcode) {
	case UWDF_OP_OPEN:
		e.handle = 0;
		e.in_len = 4;
		break;
	case UWDF_OP_READ:
	case UWDF_OP_STATUS:
		e.out_len = 8;
		break;
	case UWDF_OP_WRITE:
		e.in_len = 8;
		break;
	case UWDF_OP_CONTROL:
		e.code = FAKE_ECHO;
		e.in_len = e.out_len = 8;
		break;
	case UWDF_OP_RING:
		e.code = 8;
		break;
	case UWDF_OP_MEMORY:
		e.offset = PAGE;
		break;
	default:
		break;
	}
	if (opcode == UWDF_OP_STATUS || opcode == UWDF_OP_NOTIFY || opcode == UWDF_OP_STOP)
		e.handle = 0;
	return e;
}

static void echo(int fd, uint32_t handle)
{
	struct uwdf_entry e = entry_of(UWDF_OP_CONTROL, handle);

	raw_send(fd, &e, "12345678");
	raw_expect(fd, e.tag, UWDF_STATUS_SUCCESS, NULL);
}

/* One more client, which passes them: nothing is done for it, and nothing of them stays. */
static void expect_refused(struct server_fixture *f, uint16_t opcode, const int *fds,
			   unsigned int count)
{
	unsigned int before = __atomic_load_n(&warnings, __ATOMIC_ACQUIRE);
	struct uwdf_entry e;
	uint32_t handle;
	int fd = raw_client(server_socket(f->server), "fake", &handle);

	e = entry_of(opcode, handle);
	send_with(fd, &e, fds, count);
	raw_expect(fd, e.tag, UWDF_STATUS_INVALID_PARAMETER, NULL);
	raw_expect_hang_up(fd);
	close(fd);
	assert_int_equal(__atomic_load_n(&warnings, __ATOMIC_ACQUIRE), before + 1);
}

static void test_each_kind__with_each_message__refused_and_none_stays_open(void **state)
{
	static const uint16_t opcodes[] = { UWDF_OP_OPEN,   UWDF_OP_CLOSE,   UWDF_OP_READ,
					    UWDF_OP_WRITE,  UWDF_OP_CONTROL, UWDF_OP_CANCEL,
					    UWDF_OP_STATUS, UWDF_OP_STOP,    UWDF_OP_RING,
					    UWDF_OP_MEMORY, UWDF_OP_NOTIFY,  UWDF_OP_FLUSH };
	struct server_fixture *f = *state;
	unsigned int closes = 0, open_before;
	uint32_t handle;
	int other = raw_client(server_socket(f->server), "fake", &handle);

	open_before = open_descriptors();
	for (size_t k = 0; k < UW_ARRAY_SIZE(kinds); k++)
		for (size_t i = 0; i < UW_ARRAY_SIZE(opcodes); i++) {
			int offered = kinds[k]();

			assert_true(offered >= 0);
			expect_refused(f, opcodes[i], &offered, 1);
			close(offered);
			echo(other, handle);
			fake_device_await_closes(&f->device, ++closes);
			/* its connection is gone with its file */
			assert_int_equal(open_descriptors(), open_before);
		}
	assert_int_equal(FAKE_COUNT(&f->device, submitted), closes); /* the other's */
	assert_int_equal(__atomic_load_n(&f->stops, __ATOMIC_RELAXED), 0);
	close(other);
}

static void test_before_hello__refused(void **state)
{
	struct server_fixture *f = *state;
	struct uwdf_entry e = raw_entry(UWDF_OP_HELLO, 1, 0);
	int fd = raw_connect(server_socket(f->server)), offered = unsealed();

	send_with(fd, &e, &offered, 1);
	raw_expect(fd, 1, UWDF_STATUS_INVALID_PARAMETER, NULL);
	raw_expect_hang_up(fd);
	close(offered);
	close(fd);
}

static void test_too_many__refused_and_none_stays_open(void **state)
{
	struct server_fixture *f = *state;
	int fds[MOST_AT_ONCE], offered = event();
	unsigned int before = open_descriptors();

	for (unsigned int i = 0; i < MOST_AT_ONCE; i++)
		fds[i] = offered;
	for (unsigned int i = 1; i <= 20; i++) {
		expect_refused(f, UWDF_OP_RING, fds, MOST_AT_ONCE);
		fake_device_await_closes(&f->device, i);
		assert_int_equal(open_descriptors(), before);
	}
	close(offered);
}

/* The connection itself, which then would keep itself open. */
static void test_its_own_socket__refused_and_none_stays_open(void **state)
{
	struct server_fixture *f = *state;
	struct uwdf_entry e;
	uint32_t handle;
	int fd = raw_client(server_socket(f->server), "fake", &handle);

	e = entry_of(UWDF_OP_MEMORY, handle);
	send_with(fd, &e, &fd, 1);
	raw_expect(fd, e.tag, UWDF_STATUS_INVALID_PARAMETER, NULL);
	raw_expect_hang_up(fd);
	close(fd);
	fake_device_await_closes(&f->device, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_each_kind__with_each_message__refused_and_none_stays_open),
		TEST(test_before_hello__refused),
		TEST(test_too_many__refused_and_none_stays_open),
		TEST(test_its_own_socket__refused_and_none_stays_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
