/* SPDX-License-Identifier: MIT */
/*
 * remote_sim.h - a driver with a target at a device of fake_remote.h's host, and requests of its
 * own to send there, in virtual time.
 */
#ifndef REMOTE_SIM_H
#define REMOTE_SIM_H

#include "fake_remote.h"
#include "io_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define REMOTE_SIM_MADE 4
#define REMOTE_SIM_CODE CTL_CODE(FILE_DEVICE_UNKNOWN, 0x801, METHOD_BUFFERED, FILE_ANY_ACCESS)

struct remote_made {
	WDFREQUEST request;
	unsigned int sent, ended; /* atomic */
	NTSTATUS status;
	ULONG_PTR information;
	bool broken;                            /* something was not as it must be */
	void (*ended_so)(struct remote_made *); /* NULL, or on the loop: it has */
};

struct remote_sim {
	struct io_fixture f;
	WDFIOTARGET target;
	struct remote_made made[REMOTE_SIM_MADE];
	/* of all seeds */
	unsigned int timeouts, cancels, successes, removed, refused;
};

extern struct remote_sim remote_sim;

void remote_sim_begin(uint64_t seed); /* the target is closed */
void remote_sim_end(void);
NTSTATUS remote_sim_open(PCUNICODE_STRING name);
NTSTATUS remote_sim_open_elsewhere(void);
/* @timeout: as WDF_REQUEST_SEND_OPTIONS has it, 0: none; @out: NULL, or its output. */
bool remote_sim_send(struct remote_made *m, LONGLONG timeout, WDFMEMORY out);
void remote_sim_await_pending(unsigned int count); /* there */
void remote_sim_await_end(const struct remote_made *m);

#endif
