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

#include <stdbool.h>
#include <uwdf/client.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct uwdf_transport;

struct uwdf_transport_ops {
	/* Take @op and give it op->tag; flush() follows. 0; -EAGAIN too many outstanding; -EPIPE
	 * the host is gone; -EMSGSIZE: the limits are the transport's. */
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
	/* Ask to be told of events, or no more. 0; -ENODEV the device is gone; -EPIPE. NULL: none.
	 */
	int (*notify)(struct uwdf_transport *t, int on);
	/* The first event that reap() came by and that was not asked for yet, or 0. NULL: none. */
	enum uwdf_event (*event)(struct uwdf_transport *t);

	/* Each of these may be NULL. */
	/* After one submit() or several: the device is to look. 0 or -errno. */
	int (*flush)(struct uwdf_transport *t);
	/* Ask all that is outstanding to end. */
	int (*cancel_all)(struct uwdf_transport *t);
	/*
	 * The caller found nothing to reap and may poll fd() from now on. true: there is something
	 * after all. Without it fd() is always readable when reap() may have something.
	 */
	bool (*watch)(struct uwdf_transport *t);
	/* The most that wait() may spin before it sleeps. */
	void (*set_spin)(struct uwdf_transport *t, uint64_t ns);
	/* Memory that operations use without a copy, until close(). 0; -ENOMEM; -EPIPE. */
	int (*memory)(struct uwdf_transport *t, size_t len, void **out);
	/* As many of @ops, from the first on, as are checked and taken in the shortest way;
	 * submit() takes the next. How many. */
	unsigned int (*submit_some)(struct uwdf_transport *t, struct uwdf_op *const *ops,
				    unsigned int count);
	/* reap() of up to @max: how many, at least 1; what reap() returns if there is none. */
	int (*reap_some)(struct uwdf_transport *t, struct uwdf_op **ops, unsigned int max);
	/* Close the device, whose outstanding requests are cancelled, and go on hearing of it:
	 * UWDF_LET_GO is the answer. 0; -EAGAIN; -ENODEV; -EPIPE. */
	int (*let_go)(struct uwdf_transport *t);
	/* The most that a call may wait for a host that does not keep up. */
	void (*set_patience)(struct uwdf_transport *t, int timeout_ms);
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
