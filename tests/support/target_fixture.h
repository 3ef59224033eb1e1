/* SPDX-License-Identifier: MIT */
/*
 * target_fixture.h - two devices, one above the other, each on a loop of its own or both on one;
 * the upper one's driver sends, the lower one's keeps what comes or completes it.
 */
#ifndef TARGET_FIXTURE_H
#define TARGET_FIXTURE_H

#include "io_fixture.h"
#include "target.h"

#define TARGET_KEPT_MAX 64

/* What the lower driver saw. */
struct target_below {
	WDFREQUEST kept[TARGET_KEPT_MAX];
	unsigned int came; /* atomic */
	unsigned int cancelled;
	bool completes; /* each at once, with what follows */
	bool marks;     /* each cancelable; EvtRequestCancel completes it */
	NTSTATUS status;
	ULONG_PTR information;
	WDF_REQUEST_PARAMETERS params; /* of the last */
	WDFFILEOBJECT file;
	char text[64]; /* written into the output buffer, if there is one */
	char got[64];  /* of the last input buffer */
};

struct target_fixture {
	struct io_fixture f; /* the upper device, started, a default queue that keeps requests */
	struct irq_loop *loop;
	struct fx_device_head *lower;
	struct fx_local_sink sink;
	WDFIOTARGET target;
	WDFQUEUE queue; /* of the lower device */
};

extern struct target_below target_below;

void target_setup(struct target_fixture *t, bool one_loop);
void target_setup_verify(struct target_fixture *t, bool one_loop, const char *words);
void target_setup_config(struct target_fixture *t, bool one_loop, const struct fx_io_config *config,
			 const char *words); /* of the upper device */
void target_teardown(struct target_fixture *t);
void target_settle(struct target_fixture *t); /* both loops */
/* The lower driver ends its @index-th request, on its own loop. */
void target_complete(struct target_fixture *t, unsigned int index, NTSTATUS status,
		     ULONG_PTR information);

/* --- a request of the upper driver's --- */
struct target_sent {
	unsigned int ends; /* completion routines that ran; atomic */
	NTSTATUS status;
	ULONG_PTR information;
	WDFREQUEST request;
	WDF_REQUEST_COMPLETION_PARAMS params;
	void (*then)(struct target_sent *sent); /* inside the routine; NULL: nothing */
	KIRQL level;
	bool on_owner;
	struct target_fixture *t;
};
WDFREQUEST target_request(struct target_fixture *t); /* created; WdfObjectDelete() it */
/* Formatted as a control without buffers, with a routine that counts in @sent. */
void target_format(struct target_fixture *t, WDFREQUEST request, struct target_sent *sent);
void target_count_end(WDFREQUEST request, WDFIOTARGET target, PWDF_REQUEST_COMPLETION_PARAMS params,
		      WDFCONTEXT context);
BOOLEAN target_send(struct target_fixture *t, WDFREQUEST request, ULONG flags, LONGLONG timeout);

#define TARGET_CODE CTL_CODE(FILE_DEVICE_UNKNOWN, 0x801, METHOD_BUFFERED, FILE_ANY_ACCESS)
/* With arguments in place of buffers, at which the lower driver does not look. */
#define TARGET_OTHERS CTL_CODE(FILE_DEVICE_UNKNOWN, 0x802, METHOD_BUFFERED, FILE_ANY_ACCESS)

#endif
