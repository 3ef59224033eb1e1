/* SPDX-License-Identifier: MIT */
/*
 * transport.h - what carries a handle's operations to the device: a socket, or a call.
 *
 * libuwdf-client brings the socket. A program that hosts the device itself takes libuwdf's
 * (uwdf/in_process.h): the same client calls, no socket. A transport is used by one thread at a
 * time; cancel alone may come from any thread.
 */
#ifndef UWDF_TRANSPORT_H
#define UWDF_TRANSPORT_H

#include <uwdf/client.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct uwdf_transport;

struct uwdf_transport_ops {
	/* Take @op and give it op->tag. 0; -EAGAIN too many outstanding; -EPIPE the host is gone.
	 */
	int (*submit)(struct uwdf_transport *t, struct uwdf_op *op);
	/* Any thread. Ask for the outstanding request with @tag to end; unknown tags are ignored.
	 */
	int (*cancel)(struct uwdf_transport *t, uint64_t tag);
	/* Never waits: 1 and an op with its results; 0 none ready; -EPIPE host gone, none left. */
	int (*reap)(struct uwdf_transport *t, struct uwdf_op **out);
	/* @op is outstanding: never touch it or its buffers again. */
	void (*forget)(struct uwdf_transport *t, struct uwdf_op *op);
	/* Wait until reap() may have something: 1; 0 @timeout_ms (< 0: for ever) passed; -errno. */
	int (*wait)(struct uwdf_transport *t, int timeout_ms);
	/* A descriptor that is readable whenever reap() may have something. */
	int (*fd)(struct uwdf_transport *t);
	const char *(*name)(struct uwdf_transport *t);
	/* Cancel what is outstanding, release everything, free @t. */
	void (*close)(struct uwdf_transport *t);
};

struct uwdf_transport {
	const struct uwdf_transport_ops *ops;
};

/* Wrap @transport, which the handle owns from now on, even on failure. 0; -ENOMEM; -EMFILE. */
int uwdf_open_transport(struct uwdf_transport *transport, uwdf_handle **out);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
