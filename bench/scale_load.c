/* SPDX-License-Identifier: MIT */
#include "scale_load.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "harness.h"
#include "scale_driver.h"
#include "uwdf/host.h"
#include "uwdf/wire.h"

#define MOST_AT_ONCE 64u
#define PER_CLIENT   4000u /* requests of one connection */

static char nowhere[8]; /* the reads are cancelled, never answered */

/* --- in process --- */

static void await(const uint64_t *counter, uint64_t value)
{
	while (bench_counted(counter) < value)
		sched_yield(); /* the loop may be on this very processor */
}

static void completed(struct uwdf_io *io, int32_t status, uint64_t information)
{
	struct load *load = io->owner;

	(void)status;
	(void)information;
	bench_count(&load->completed); /* all on the device's one loop */
}

static void submit(struct load *load, struct uwdf_io *io)
{
	load->next = (load->next + 1) % load->file_count;
	uwdf_device_io.submit(load->files[load->next], io);
}

static int allocate(struct load *load, unsigned int files, unsigned int queued)
{
	*load = (struct load){ .random = 1 };
	load->files = calloc(files, sizeof(struct uwdf_file *));
	load->queued = calloc(queued, sizeof(*load->queued));
	load->burst = calloc(MOST_AT_ONCE, sizeof(*load->burst));
	load->chosen = calloc(MOST_AT_ONCE, sizeof(struct uwdf_io *));
	return load->files && load->queued && load->burst && load->chosen ? 0 : -ENOMEM;
}

int load_begin(struct load *load, struct uwdf_device *device, unsigned int files,
	       unsigned int queued)
{
	int err = allocate(load, files, queued);

	for (unsigned int i = 0; !err && i < files; i++) {
		err = uwdf_device_io.open(device, 1, &load->files[i]) < 0 ? -EIO : 0;
		load->file_count += !err;
	}
	for (unsigned int i = 0; !err && i < queued; i++) {
		/* not of no length: those are completed at once */
		load->queued[i] = (struct uwdf_io){ .kind = UWDF_IO_READ,
						    .out = nowhere,
						    .out_len = sizeof(nowhere),
						    .complete = completed,
						    .owner = load };
		submit(load, &load->queued[i]);
		load->queued_count++;
	}
	for (unsigned int i = 0; i < MOST_AT_ONCE && !err; i++)
		load->burst[i] = (struct uwdf_io){ .kind = UWDF_IO_CONTROL,
						   .code = SCALE_CODE,
						   .complete = completed,
						   .owner = load };
	return err;
}

void load_end(struct load *load)
{
	for (unsigned int i = 0; i < load->file_count; i++)
		uwdf_device_io.close(load->files[i]); /* cancels what it has queued */
	free(load->chosen);
	free(load->burst);
	free(load->queued);
	free(load->files);
}

void load_burst(struct load *load, unsigned int count)
{
	uint64_t end = bench_counted(&load->completed) + count;

	for (unsigned int i = 0; i < count; i++)
		uwdf_device_io.submit(load->files[0], &load->burst[i]);
	await(&load->completed, end);
}

/* No two alike. */
void load_choose(struct load *load, unsigned int count, bool any)
{
	unsigned int apart = load->queued_count / count;

	for (unsigned int i = 0; i < count; i++) {
		load->random = load->random * 1664525u + 1013904223u;
		load->chosen[i] = &load->queued[i * apart];
		if (any)
			load->chosen[i] += (load->random >> 8) % apart;
	}
}

void load_cancel(struct load *load, unsigned int count)
{
	uint64_t end = bench_counted(&load->completed) + count;

	for (unsigned int i = 0; i < count; i++)
		uwdf_device_io.cancel(load->chosen[i]);
	await(&load->completed, end);
}

void load_again(struct load *load, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		submit(load, load->chosen[i]);
}

/* --- through the socket --- */

static int call(int fd, struct uwdf_entry *entry, const char *payload)
{
	char datagram[256];

	entry->magic = UWDF_WIRE_MAGIC;
	entry->version = UWDF_WIRE_VERSION;
	entry->tag = 1;
	entry->in_len = (uint32_t)strlen(payload);
	memcpy(datagram, entry, sizeof(*entry));
	memcpy(datagram + sizeof(*entry), payload, entry->in_len);
	if (send(fd, datagram, sizeof(*entry) + entry->in_len, MSG_NOSIGNAL) < 0 ||
	    recv(fd, datagram, sizeof(datagram), 0) < (ssize_t)sizeof(*entry))
		return -errno;
	memcpy(entry, datagram, sizeof(*entry));
	return entry->status < 0 ? -EIO : 0;
}

/* More handles on one connection than the library would make. */
static int open_many(struct crowd *crowd, const char *name, unsigned int count)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct uwdf_entry hello = { .opcode = UWDF_OP_HELLO };
	int err;

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", server_socket(crowd->server));
	crowd->many_fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (crowd->many_fd < 0 ||
	    connect(crowd->many_fd, (const struct sockaddr *)&addr, sizeof(addr)))
		return -errno;
	err = call(crowd->many_fd, &hello, "");
	for (unsigned int i = 0; !err && i < count; i++) {
		struct uwdf_entry open = { .opcode = UWDF_OP_OPEN };

		err = call(crowd->many_fd, &open, name);
	}
	return err;
}

static int queue_requests(struct crowd *crowd, const char *name, unsigned int queued)
{
	int err = 0;

	crowd->others = calloc(queued / PER_CLIENT + 1, sizeof(uwdf_handle *));
	crowd->ops = calloc(queued + 1, sizeof(*crowd->ops));
	if (!crowd->others || !crowd->ops)
		return -ENOMEM;
	for (unsigned int i = 0; !err && i < queued; i++) {
		if (i % PER_CLIENT == 0) {
			err = uwdf_open(name, NULL, &crowd->others[i / PER_CLIENT]);
			crowd->other_count += !err;
		}
		crowd->ops[i] = (struct uwdf_op){ .kind = UWDF_READ,
						  .out = nowhere,
						  .out_len = sizeof(nowhere) };
		if (!err)
			err = uwdf_submit(crowd->others[i / PER_CLIENT], &crowd->ops[i]);
	}
	return err;
}

static void settle(void *device)
{
	uwdf_device_settle(device);
}

int crowd_begin(struct crowd *crowd, struct uwdf_device *device, const char *name,
		unsigned int handles, unsigned int queued)
{
	const struct server_params params = {
		.name = name,
		.ops = &uwdf_device_io,
		.device = device,
		.quota = { .most = { [QUOTA_HANDLES] = handles + queued + 10,
				     [QUOTA_REQUESTS] = 2 * queued + 4000 } },
		.settle = settle,
		.arg = device,
	};
	struct report rep = REPORT_INIT;
	int err;

	*crowd = (struct crowd){ .many_fd = -1 };
	err = server_start(&params, &rep, &crowd->server);
	if (err)
		return err;
	err = uwdf_open(name, NULL, &crowd->rings);
	if (!err) /* NOLINTNEXTLINE(concurrency-mt-unsafe): who reads it is this thread */
		err = setenv("UWDF_TRANSPORT", "socket", 1) ? -ENOMEM : 0;
	if (!err)
		err = uwdf_open(name, NULL, &crowd->socket);
	if (!err && handles > 1)
		err = open_many(crowd, name, handles);
	if (!err)
		err = queue_requests(crowd, name, queued);
	unsetenv("UWDF_TRANSPORT"); /* NOLINT(concurrency-mt-unsafe): as above */
	if (err)
		crowd_end(crowd);
	return err;
}

void crowd_end(struct crowd *crowd)
{
	for (unsigned int i = 0; i < crowd->other_count; i++)
		uwdf_close(crowd->others[i]);
	uwdf_close(crowd->socket);
	uwdf_close(crowd->rings);
	if (crowd->many_fd >= 0)
		close(crowd->many_fd);
	if (server_free(crowd->server, UINT64_MAX))
		fputs("scale: requests were never completed\n", stderr);
	free(crowd->others);
	free(crowd->ops);
}
