/* SPDX-License-Identifier: MIT */
/*
 * fake_remote.h - another host that is none: libuwdf-client's calls played in memory, for tests in
 * virtual time and for what no honest host does.
 */
#ifndef FAKE_REMOTE_H
#define FAKE_REMOTE_H

#include "base/exec.h"
#include "io/remote.h"

#define FAKE_REMOTE_OPS 64u

struct fake_remote {
	/* set by the test */
	unsigned int room;    /* ops that it takes; 0: all */
	bool refuses_cancels; /* -EAGAIN, for now */
	bool is_stubborn;     /* cancels change nothing */
	bool never_lets_go;
	unsigned int busy_let_gos; /* that many times it has no room for the asking, then... */
	int let_go_err;            /* ...this, or it closes its file */
	bool ends_in_silence;      /* the descriptor says once that the connection is of no use */
	int open_err;              /* of the next opens */
	int32_t open_status;
	int notify_err;
	uint64_t open_takes_ms;
	/* seen */
	unsigned int opens, closes, cancels, abandoned, let_gos;

	struct exec_mutex lock;         /* guards what follows */
	struct fake_connection *newest; /* of those that are open; NULL: none */
};

extern struct fake_remote fake_remote;
extern const struct fx_remote_ops fake_remote_ops;

void fake_remote_init(void);
void fake_remote_deinit(void);
/* Of the handle that was opened last, as all that follows. */
unsigned int fake_remote_pending(void);
unsigned int fake_remote_events(void); /* that were not taken yet */
/* Ends the @index-th of those that pend; false: there are not so many. */
bool fake_remote_answer(unsigned int index, int32_t status, size_t information);
void fake_remote_tell(enum uwdf_event event);
/* What pends is lost, then the connection. */
void fake_remote_die(void);

#endif
