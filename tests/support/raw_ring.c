/* SPDX-License-Identifier: MIT */
#include "raw_ring.h"

#include "uw_test.h"

#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "fake_device.h"

void raw_ask_descriptors(int fd, struct uwdf_entry *entry, int fds[3])
{
	char control[CMSG_SPACE(3 * sizeof(int))] __attribute__((aligned(8)));
	struct iovec part = { .iov_base = entry, .iov_len = sizeof(*entry) };
	struct msghdr msg = { .msg_iov = &part,
			      .msg_iovlen = 1,
			      .msg_control = control,
			      .msg_controllen = sizeof(control) };
	struct cmsghdr *head;

	raw_send(fd, entry, NULL);
	assert_int_equal(recvmsg(fd, &msg, MSG_CMSG_CLOEXEC), sizeof(*entry));
	fds[0] = fds[1] = fds[2] = -1;
	head = CMSG_FIRSTHDR(&msg);
	if (head)
		memcpy(fds, CMSG_DATA(head), head->cmsg_len - CMSG_LEN(0));
}

void raw_ring_open(struct raw_ring *ring, const char *path, const char *device)
{
	struct uwdf_entry entry;
	uint8_t *base;
	int fds[3];

	*ring = (struct raw_ring){ .fd = -1 };
	ring->fd = raw_client(path, device, &ring->handle);
	entry = raw_entry(UWDF_OP_RING, 3, ring->handle);
	entry.code = RAW_RING_ENTRIES;
	raw_ask_descriptors(ring->fd, &entry, fds);
	assert_int_equal(entry.status, UWDF_STATUS_SUCCESS);
	ring->memory_fd = fds[0];
	ring->bell_fd = fds[1];
	ring->wait_fd = fds[2];
	ring->len = entry.information;
	base = mmap(NULL, ring->len, PROT_READ | PROT_WRITE, MAP_SHARED, fds[0], 0);
	assert_ptr_not_equal(base, MAP_FAILED);
	ring->header = (struct uwdf_ring_header *)(void *)base;
	ring->entries = (struct uwdf_ring_entry *)(void *)(base + ring->header->entries_at);
	ring->answers = (struct uwdf_ring_answer *)(void *)(base + ring->header->answers_at);
	ring->region = base + ring->header->region_at;
}

void raw_ring_close(struct raw_ring *ring)
{
	munmap(ring->header, ring->len);
	close(ring->memory_fd);
	close(ring->bell_fd);
	close(ring->wait_fd);
	close(ring->fd);
}

struct uwdf_ring_entry raw_ring_echo(uint32_t slot)
{
	struct uwdf_ring_entry entry = { .opcode = UWDF_OP_CONTROL,
					 .tag = 1u << 16 | (slot + 1),
					 .offset = FAKE_ECHO,
					 .in_len = 3,
					 .out_len = 3 };

	memcpy(entry.data, "lie", 3);
	return entry;
}

void raw_ring_ring(struct raw_ring *ring)
{
	const uint64_t one = 1;

	assert_int_equal(write(ring->bell_fd, &one, sizeof(one)), sizeof(one));
}

void raw_ring_put(struct raw_ring *ring, const struct uwdf_ring_entry *entry)
{
	struct uwdf_ring_entry *at = &ring->entries[ring->entered % RAW_RING_ENTRIES];

	memcpy((char *)at + sizeof(at->seq), (const char *)entry + sizeof(at->seq),
	       sizeof(*at) - sizeof(at->seq));
	uwdf_ring_publish(&at->seq, ring->entered++);
	if (uwdf_ring_must_ring(&ring->header->host_asleep))
		raw_ring_ring(ring);
}

bool raw_ring_take(struct raw_ring *ring, int ms, struct uwdf_ring_answer *out)
{
	const struct uwdf_ring_answer *at = &ring->answers[ring->reaped % RAW_RING_ENTRIES];
	struct epoll_event event;
	int rung = 1;

	/* a bell may be a late one, of an answer that was there without it */
	while (rung && !uwdf_ring_is_there(&at->seq, ring->reaped)) {
		uwdf_ring_doze(&ring->header->client_asleep);
		if (!uwdf_ring_is_there(&at->seq, ring->reaped))
			rung = epoll_wait(ring->wait_fd, &event, 1, ms);
		uwdf_ring_wake(&ring->header->client_asleep);
	}
	if (!rung)
		return false;
	ring->reaped++;
	*out = *at;
	return true;
}

void raw_ring_expect_told(struct raw_ring *ring)
{
	static struct raw_answer answer;

	raw_expect(ring->fd, 0, UWDF_STATUS_INVALID_PARAMETER, &answer);
	assert_int_equal(answer.entry.opcode, UWDF_OP_RING);
	raw_expect_hang_up(ring->fd);
}
