/* SPDX-License-Identifier: MIT */
/*
 * cuse_kernel.h - between a node and the kernel. What a program does with the node arrives as one
 * of struct cuse_events, each with a call that the program waits in; each call is answered once.
 *
 * All on the thread that calls serve(), but cuse_kernel.open() and close().
 */
#ifndef HOST_CUSE_KERNEL_H
#define HOST_CUSE_KERNEL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "access_list.h"
#include "base/compiler.h"
#include "base/report.h"

struct cuse_channel; /* a node, as the kernel knows it */
struct cuse_call;    /* a program waits in a call */
struct cuse_waiter;  /* a program wants to know when poll() may say something else */

/* Runs at once if there was a signal already; must not answer the call. */
struct cuse_interrupt {
	void (*run)(struct cuse_interrupt *interrupt);
};

#define CUSE_MOST_PARTS 4 /* of a program's memory, in one ioctl */

/* What the kernel has read for an ioctl, and for what it has room. Both 0: for nothing yet. */
struct cuse_ioctl {
	unsigned int number;
	uint64_t address; /* the program's */
	const void *in;
	size_t in_len, out_len;
};

struct cuse_events {
	void (*made)(void *arg); /* the kernel was told all; if there is no node now, it refused */
	void (*open)(void *arg, struct cuse_call *call, int flags);
	/* @file: what opened() was given */
	void (*read)(void *arg, struct cuse_call *call, uint64_t file, size_t len, uint64_t offset);
	void (*write)(void *arg, struct cuse_call *call, uint64_t file, const struct iovec *data,
		      uint64_t offset);
	void (*ioctl)(void *arg, struct cuse_call *call, uint64_t file,
		      const struct cuse_ioctl *ioctl);
	/* @waiter: NULL, or the receiver's until it calls wake() or forget() */
	void (*poll)(void *arg, struct cuse_call *call, uint64_t file, struct cuse_waiter *waiter);
	void (*release)(void *arg, struct cuse_call *call, uint64_t file); /* the last close() */
};

struct cuse_kernel {
	/* The node "@directory/@name" will be made while serve() runs; @out_fd is readable when
	 * serve() has something to do, and the channel's. */
	int (*open)(const char *name, const struct cuse_events *events, void *arg,
		    struct report *rep, struct cuse_channel **out, int *out_fd);
	void (*close)(struct cuse_channel *channel); /* the node goes; open calls fail */
	/* One event at most: 0; -EAGAIN there was none; -ENODEV the kernel has ended it. */
	int (*serve)(struct cuse_channel *channel);

	void (*caller)(struct cuse_call *call, struct server_peer *out);
	/* Tell of a signal that comes in for whoever waits, until the call is answered. */
	void (*on_interrupt)(struct cuse_call *call, struct cuse_interrupt *interrupt);

	void (*error)(struct cuse_call *call, int err); /* 0, or -errno */
	/* -ENOENT: the program has gone meanwhile, there will be no release. */
	int (*opened)(struct cuse_call *call, uint64_t file);
	void (*data)(struct cuse_call *call, const void *data, size_t len);
	void (*written)(struct cuse_call *call, size_t len);
	/* Call again with what these are: parts of the program's memory. */
	void (*retry)(struct cuse_call *call, const struct iovec *in, size_t in_count,
		      const struct iovec *out, size_t out_count);
	/* @result: 0, or -errno. The parts lie in the memory named by retry(), one behind another.
	 */
	void (*controlled)(struct cuse_call *call, int result, const struct iovec *parts,
			   size_t count);
	void (*polled)(struct cuse_call *call, unsigned int events);
	void (*wake)(struct cuse_waiter *waiter);
	void (*forget)(struct cuse_waiter *waiter);
};

extern const struct cuse_kernel cuse_fuse; /* libfuse's; the uwdf program's alone */

#endif
