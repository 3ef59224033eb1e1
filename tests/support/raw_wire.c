/* SPDX-License-Identifier: MIT */
#include "raw_wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

int raw_connect(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	const struct timeval limit = { .tv_sec = 60 };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	assert_int_equal(connect(fd, (const struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)), 0);
	return fd;
}

struct uwdf_entry raw_entry(uint16_t opcode, uint64_t tag, uint32_t handle)
{
	return (struct uwdf_entry){ .magic = UWDF_WIRE_MAGIC,
				    .version = UWDF_WIRE_VERSION,
				    .opcode = opcode,
				    .tag = tag,
				    .handle = handle };
}

int raw_client(const char *path, const char *device, uint32_t *handle)
{
	struct uwdf_entry entry = raw_entry(UWDF_OP_HELLO, 1, 0);
	static struct raw_answer answer;
	int fd = raw_connect(path);

	entry.out_len = 63;
	raw_send(fd, &entry, NULL);
	raw_expect(fd, 1, UWDF_STATUS_SUCCESS, NULL);
	if (!handle)
		return fd;
	entry = raw_entry(UWDF_OP_OPEN, 2, 0);
	entry.in_len = (uint32_t)strlen(device);
	raw_send(fd, &entry, device);
	raw_expect(fd, 2, UWDF_STATUS_SUCCESS, &answer);
	*handle = answer.entry.handle;
	return fd;
}

void raw_send_bytes(int fd, const void *bytes, size_t len)
{
	assert_int_equal(send(fd, bytes, len, MSG_NOSIGNAL), len);
}

void raw_send(int fd, const struct uwdf_entry *entry, const void *payload)
{
	static char datagram[sizeof(*entry) + UWDF_WIRE_MAX_PAYLOAD];

	memcpy(datagram, entry, sizeof(*entry));
	if (entry->in_len)
		memcpy(datagram + sizeof(*entry), payload, entry->in_len);
	raw_send_bytes(fd, datagram, sizeof(*entry) + entry->in_len);
}

bool raw_try_send(int fd, const struct uwdf_entry *entry)
{
	return send(fd, entry, sizeof(*entry), MSG_NOSIGNAL | MSG_DONTWAIT) == sizeof(*entry);
}

bool raw_receive(int fd, struct raw_answer *out)
{
	ssize_t got = recv(fd, out, sizeof(*out), 0);

	if (got < 0 && errno == ECONNRESET)
		got = recv(fd, out, sizeof(*out), 0);
	if (got == 0 || (got < 0 && errno == ECONNRESET))
		return false;
	assert_true(got >= (ssize_t)sizeof(out->entry));
	assert_int_equal(out->entry.magic, UWDF_WIRE_MAGIC);
	assert_int_equal(got, sizeof(out->entry) + out->entry.in_len);
	return true;
}

void raw_expect(int fd, uint64_t tag, int32_t status, struct raw_answer *out)
{
	static struct raw_answer own;

	out = out ? out : &own;
	assert_true(raw_receive(fd, out));
	assert_true(out->entry.flags & UWDF_FLAG_ANSWER);
	assert_int_equal(out->entry.tag, tag);
	assert_int_equal((uint32_t)out->entry.status, (uint32_t)status);
}

void raw_expect_hang_up(int fd)
{
	static struct raw_answer answer;

	assert_false(raw_receive(fd, &answer));
}
