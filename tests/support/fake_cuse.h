/* SPDX-License-Identifier: MIT */
/*
 * fake_cuse.h - the kernel side of a node without a kernel: a file in a directory of the test's own
 * is the node, and the test makes the calls of programs. One node at a time.
 */
#ifndef FAKE_CUSE_H
#define FAKE_CUSE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/exec.h"
#include "cuse_impl.h"
#include "fake_device.h"

enum fake_what {
	FAKE_OPEN,
	FAKE_READ,
	FAKE_WRITE,
	FAKE_IOCTL,
	FAKE_POLL,
	FAKE_RELEASE,
	FAKE_SIGNAL
};

struct cuse_waiter {
	unsigned int woken, forgotten;
};

/* A call of a program. */
struct cuse_call {
	enum fake_what what;
	int flags;
	uint64_t file, offset;
	struct iovec data;
	size_t len;
	struct cuse_ioctl ioctl;
	struct cuse_waiter *waiter;
	struct cuse_call *signalled; /* FAKE_SIGNAL: whom */
	struct server_peer caller;
	bool gone; /* an open: nobody waits for it any more */
	/* the answer, under fake_cuse.lock */
	unsigned int answers;
	int err;
	size_t count;
	uint8_t bytes[4096];
	unsigned int events;
	bool again;
	struct iovec in[CUSE_MOST_PARTS], out[CUSE_MOST_PARTS];
	size_t in_count, out_count;
	struct cuse_interrupt *interrupt;
};

struct fake_cuse {
	struct exec_mutex lock;
	struct exec_cond changed;
	int fd; /* an eventfd: one for each call */
	const struct cuse_events *events;
	void *arg;
	struct cuse_call *queue[64];
	unsigned int queued;
	char path[256];
	int refusal;     /* of open(): -errno */
	bool makes_none; /* no node comes up */
	bool ends;       /* the kernel ends the node */
	bool is_made;
};
extern struct fake_cuse fake_cuse;
extern const struct cuse_kernel fake_cuse_kernel;

/* A node on a fake device. */
struct cuse_fixture {
	char directory[64];
	struct fake_device device;
	struct cuse_params params;
	struct cuse *cuse;
	struct report rep;
	uint64_t blocks;
	unsigned int descriptors;
};
/* cmocka set-up and tear-down: the former starts no node, the latter checks that nothing is left.
 */
int cuse_fixture_setup(void **state);
int cuse_fixture_teardown(void **state);
int cuse_fixture_start(struct cuse_fixture *f); /* as cuse_start() */
void cuse_fixture_stop(struct cuse_fixture *f);

void fake_call(struct cuse_call *call);   /* start it */
void fake_await(struct cuse_call *call);  /* until it is answered, which it must be */
void fake_signal(struct cuse_call *call); /* once the node listens; it was told on return */
void fake_end(void);                      /* the kernel ends the node */

/* Start and await: 0 or -errno, what system calls return. */
int fake_open(int flags, uint64_t *file);
int fake_read(uint64_t file, void *buf, size_t len);
int fake_write(uint64_t file, const void *buf, size_t len);
int fake_ioctl(uint64_t file, unsigned int number, void *argument);
/* The rounds of one ioctl, one by one: true when there is another. */
bool fake_ioctl_round(struct cuse_call *call, uint8_t *memory, size_t room);
unsigned int fake_poll(uint64_t file, struct cuse_waiter *waiter);
int fake_release(uint64_t file);

#endif
