/* SPDX-License-Identifier: MIT */
/*
 * endpoints.h - what a host serves: its PnP device, if it has one, that one's child devices and
 * its drivers' control devices, which come and go. Each has a socket and a server of its own.
 *
 * Main thread, unless a function says otherwise.
 */
#ifndef HOST_ENDPOINTS_H
#define HOST_ENDPOINTS_H

#include "base/exec.h"
#include "base/list.h"
#include "cuse.h"
#include "server.h"
#include "uwdf/host.h"

struct endpoints;

struct endpoint {
	struct list link;
	struct endpoints *all;      /* borrowed: owns us */
	struct uwdf_device *device; /* counted, if is_counted */
	struct server *server;      /* owned */
	struct cuse *cuse;          /* owned; NULL: without a node */
	bool is_control;
	bool is_counted; /* a control or child device */
	uint32_t asked;  /* atomic; a bit for each enum server_stop that clients wait for */
};

struct endpoints {
	struct exec_mutex lock;
	struct list list; /* of endpoint, in order of appearance; guarded by lock */
	struct uwdf_driver *driver;
	struct uwdf_driver *const *filters; /* of its device, NULL-terminated; may be NULL */
	struct server_quota quota;          /* of each of them, and of its node */
	uint32_t holders;                   /* atomic: who wants nothing of the host to be open */
	const struct cuse_kernel *cuse;     /* makes nodes; NULL: none are wanted */
	/* called for every new one, once it can be opened */
	void (*ready)(void *arg, const struct endpoint *endpoint);
	void *arg;
};

int endpoints_init(struct endpoints *all) UW_MUST_CHECK;
/* Serve @device under @name (NULL: its own). */
int endpoints_add(struct endpoints *all, struct uwdf_device *device, const char *name,
		  struct report *rep) UW_MUST_CHECK;
/* Serve control and child devices that are new, the first as @name if that is not NULL; forget
 * those that are gone. All are tried; @rep and what is returned are the first's that fails. */
int endpoints_sync(struct endpoints *all, const char *name, struct report *rep) UW_MUST_CHECK;
bool endpoints_are_empty(struct endpoints *all);
const char *endpoints_name(struct endpoints *all); /* of the first there is; "?" */
/*
 * A removal is in question: clients who want to hear of it are told and have until @deadline_ns to
 * close. Where one does not, whoever wants to unload what is unused is refused. Is there still
 * somebody who waits for an answer?
 */
bool endpoints_query_remove(struct endpoints *all, uint64_t deadline_ns);
void endpoints_tell_stays(struct endpoints *all); /* they are told that it was called off */
bool endpoints_are_asked(struct endpoints *all);  /* does a client wait for the answer to STOP? */
/* The driver's answer to all who asked the host to end; NULL: yes. */
void endpoints_answer_stop(struct endpoints *all, const char *refusal);
/* Clients leave, then (the devices are gone) the servers go. @wait_ms: for all of them. */
void endpoints_leave(struct endpoints *all, unsigned int wait_ms);
void endpoints_free(struct endpoints *all, unsigned int wait_ms);

#endif
