/* SPDX-License-Identifier: MIT */
/*
 * qemu_doorbell.c - the device's messages (MSI, MSI-X) become eventfds, through ivshmem-doorbell.
 *
 * We are the ivshmem server: QEMU learns from us that peer 0 has an eventfd for each vector. A
 * message is a 32-bit write of the vector's number to ivshmem's doorbell register, which makes
 * QEMU write that eventfd. Source: QEMU, docs/specs/ivshmem-spec.
 *
 * The eventfds are our own, for the life of QEMU, and the reader thread passes on what they say:
 * QEMU 7.2 corrupts its heap when a peer that left comes back, so that ours cannot be exchanged.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>

#include "base/sys.h"
#include "qemu_private.h"

#define PROTOCOL_VERSION 0
#define ID_OF_QEMU       1
#define ID_OF_US         0
#define SHARED_MEMORY    (-1)
#define SHARED_LEN       4096
#define DOORBELL         12u /* register of BAR0: peer << 16 | vector */

/* One message: 8 bytes, little-endian, with or without a descriptor. */
static int send_message(int fd, int64_t value, int descriptor)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec part = { &value, sizeof(value) };
	struct msghdr msg = { .msg_iov = &part, .msg_iovlen = 1 };
	ssize_t put;

	if (descriptor >= 0) {
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&control.header), &descriptor, sizeof(int));
		msg.msg_control = &control;
		msg.msg_controllen = sizeof(control.room);
	}
	put = sys_sendmsg(fd, &msg, 0);
	if (put < 0)
		return (int)put;
	return put == sizeof(value) ? 0 : -EIO;
}

/* What QEMU wants to hear before its ivshmem device is made. */
static int greet(int fd)
{
	int memory = sys_memfd_create("uwdf-ivshmem", 0);
	int err = memory < 0 ? memory : sys_ftruncate(memory, SHARED_LEN);

	if (!err)
		err = send_message(fd, PROTOCOL_VERSION, -1);
	if (!err)
		err = send_message(fd, ID_OF_QEMU, -1);
	if (!err)
		err = send_message(fd, SHARED_MEMORY, memory);
	sys_close(memory);
	return err;
}

int qemu_doorbell_init(struct qemu *qemu, int *out_peer_fd)
{
	int ends[2];
	int err = sys_socketpair(AF_UNIX, SOCK_STREAM, 0, ends);

	if (err)
		return err;
	qemu->doorbell.fd = ends[0];
	*out_peer_fd = ends[1]; /* the caller closes it in any case */
	return greet(ends[0]);
}

void qemu_doorbell_deinit(struct qemu *qemu)
{
	struct qemu_doorbell *bell = &qemu->doorbell;

	while (bell->count)
		sys_close(bell->rings[--bell->count]);
	sys_close(bell->fd);
	bell->fd = -1;
}

/* An eventfd for each vector; QEMU numbers them as they come. */
static int send_rings(struct qemu_doorbell *bell, unsigned int count)
{
	int err = 0;

	while (!err && bell->count < count) {
		int ring = sys_eventfd(0, EFD_NONBLOCK);

		if (ring < 0)
			return ring;
		bell->rings[bell->count++] = ring;
		err = send_message(bell->fd, ID_OF_US, ring);
	}
	return err;
}

/*
 * QEMU reads our messages when it likes. One more vector comes last, with an eventfd of its own:
 * once that rings, all before it do.
 */
static int await_probe(struct qemu *qemu, unsigned int vector, int probe)
{
	uint64_t deadline_ns = exec_deadline_ms(qemu->fn->deadline_ms);

	for (;;) {
		int err = qtest_command(&qemu->qtest, NULL, "writel 0x%x 0x%x\n",
					QEMU_DOORBELL_ADDR + DOORBELL, vector);

		if (err)
			return err;
		/* never read it unasked: QEMU makes each descriptor that it is given block */
		if (exec_wait_fd(probe, POLLIN, exec_deadline_ms(1)) > 0)
			return 0;
		if (exec_now_ns() > deadline_ns)
			return -ETIMEDOUT;
	}
}

/* QEMU has taken them all, so none will be made to block again. */
static int unblock_rings(const struct qemu_doorbell *bell)
{
	int err = 0;

	for (unsigned int i = 0; i < bell->count && !err; i++)
		err = sys_fcntl(bell->rings[i], F_SETFL, O_RDWR | O_NONBLOCK);
	return err;
}

int qemu_doorbell_announce(struct qemu *qemu, unsigned int count)
{
	struct qemu_doorbell *bell = &qemu->doorbell;
	int probe, err;

	if (!count)
		return 0;
	probe = sys_eventfd(0, EFD_NONBLOCK);
	if (probe < 0)
		return probe;
	err = send_rings(bell, count);
	if (!err)
		err = send_message(bell->fd, ID_OF_US, probe);
	if (!err)
		err = await_probe(qemu, count, probe);
	if (!err)
		err = unblock_rings(bell);
	sys_close(probe);
	return err;
}
