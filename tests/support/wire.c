/* SPDX-License-Identifier: MIT */
#include "wire.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Headers of the pcap format: of the file, of a packet. */
struct pcap_file {
	uint32_t magic;
	uint16_t major, minor;
	uint32_t zone, accuracy, longest, link_type;
};
struct pcap_packet {
	uint32_t seconds, microseconds, captured_len, len;
};
#define PCAP_MAGIC 0xa1b2c3d4u

static bool make_dir(struct wire *wire)
{
	memset(wire, 0, sizeof(*wire));
	wire->fd = -1;
	snprintf(wire->dir, sizeof(wire->dir), "/tmp/uwdf-wire-XXXXXX");
	return mkdtemp(wire->dir) != NULL;
}

static void describe(struct wire *wire, const char *far_end)
{
	snprintf(wire->netdev, sizeof(wire->netdev),
		 "dgram,id=wire,local.type=unix,local.path=%s/near,"
		 "remote.type=unix,remote.path=%s",
		 wire->dir, far_end);
	snprintf(wire->dump, sizeof(wire->dump), "filter-dump,id=dump,netdev=wire,file=%s/frames",
		 wire->dir);
	wire->args[0] = "-netdev";
	wire->args[1] = wire->netdev;
	wire->args[2] = "-object";
	wire->args[3] = wire->dump;
	wire->args[4] = NULL;
}

static bool bind_far_end(struct wire *wire)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/far", wire->dir);
	wire->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return wire->fd >= 0 && !bind(wire->fd, (struct sockaddr *)&address, sizeof(address));
}

bool wire_open(struct wire *wire)
{
	char far_end[80];

	if (!make_dir(wire))
		return false;
	snprintf(far_end, sizeof(far_end), "%s/far", wire->dir);
	describe(wire, far_end);
	return bind_far_end(wire);
}

bool wire_open_loop(struct wire *wire)
{
	char near[80];

	if (!make_dir(wire))
		return false;
	snprintf(near, sizeof(near), "%s/near", wire->dir);
	describe(wire, near);
	return true;
}

bool wire_open_pair(struct wire *a, struct wire *b)
{
	char near_a[80], near_b[80];

	if (!make_dir(a) || !make_dir(b))
		return false;
	snprintf(near_a, sizeof(near_a), "%s/near", a->dir);
	snprintf(near_b, sizeof(near_b), "%s/near", b->dir);
	describe(a, near_b);
	describe(b, near_a);
	return true;
}

void wire_close(struct wire *wire)
{
	static const char *const names[] = { "near", "far", "frames" };
	char path[100];

	if (wire->fd >= 0)
		close(wire->fd);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", wire->dir, names[i]);
		unlink(path);
	}
	rmdir(wire->dir);
}

bool wire_send(struct wire *wire, const void *frame, size_t len)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct timeval limit = { .tv_sec = 10 };

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/near", wire->dir);
	setsockopt(wire->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	return sendto(wire->fd, frame, len, 0, (struct sockaddr *)&address, sizeof(address)) ==
	       (ssize_t)len;
}

size_t wire_receive(struct wire *wire, void *frame, size_t size, int ms)
{
	struct pollfd fd = { .fd = wire->fd, .events = POLLIN };
	ssize_t got;

	if (poll(&fd, 1, ms) != 1)
		return 0;
	got = recv(wire->fd, frame, size, 0);
	return got > 0 ? (size_t)got : 0;
}

int wire_captured(const struct wire *wire)
{
	struct pcap_packet packet;
	struct pcap_file header;
	char path[100];
	int count = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/frames", wire->dir);
	file = fopen(path, "re");
	if (!file)
		return -1;
	if (fread(&header, sizeof(header), 1, file) != 1 || header.magic != PCAP_MAGIC)
		count = -1;
	while (count >= 0 && fread(&packet, sizeof(packet), 1, file) == 1 &&
	       !fseek(file, (long)packet.captured_len, SEEK_CUR))
		count++;
	fclose(file);
	return count;
}
