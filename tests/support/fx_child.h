/* SPDX-License-Identifier: MIT */
/*
 * fx_child.h - a bus driver's children on fx_fixture.h: each writes its callbacks into the log with
 * its number behind ("Entry1"), and a client of theirs in the same process.
 */
#ifndef FX_CHILD_FIXTURE_H
#define FX_CHILD_FIXTURE_H

#include "base/exec.h"
#include "fx_fixture.h"
#include "uwdf/device_io.h"

/* What the children are to be; cleared by child_setup(). */
struct child_script {
	bool not_raw, no_id, unadded; /* WdfFdoAddStaticChild() is left out */
	bool forwards;                /* allowed, and what EvtIo gets goes to child_parent_queue */
	bool keeps;                   /* what EvtIo gets is kept */
	bool parent_answers;
	const char *fail; /* the callback, with its number, that fails */
	PCWSTR link;      /* a symbolic link; NULL: none */
	void (*in_init)(PWDFDEVICE_INIT init);
	void (*in_create)(WDFDEVICE device);
	void (*in_any)(const char *name); /* in each callback */
};
extern struct child_script child_script;

#define CHILD_MAX 8
extern WDFDEVICE child_devices[CHILD_MAX]; /* as they were made */
extern unsigned int child_count;
extern WDFQUEUE child_parent_queue; /* of the parent: child_make_parent_queue() */
extern WDFREQUEST child_kept;       /* the last that a child, or the parent's queue, has */
extern const GUID child_interface;

int child_setup(void **state); /* fx_setup() */
/* One more child of @parent, as the script says. */
NTSTATUS child_make(WDFDEVICE parent);
void child_make_two(WDFDEVICE parent); /* fx_script.in_add */
/* The parent's: a queue that keeps what comes, or answers it. */
NTSTATUS child_make_parent_queue(WDFDEVICE parent, bool power_managed);

/* --- the client --- */
/* The @index-th of the children that clients may open, counted. */
struct uwdf_device *child_find(unsigned int index);
size_t child_open_count(void);
NTSTATUS child_open(struct uwdf_device *device, struct uwdf_file **out);
void child_close(struct uwdf_file *file);

#define CHILD_CODE CTL_CODE(FILE_DEVICE_UNKNOWN, 0x810, METHOD_BUFFERED, FILE_ANY_ACCESS)
struct child_op {
	struct uwdf_io io;
	char in[32], out[32];
	int32_t status;
	uint64_t information;
	struct exec_event ended;
};
void child_ask_start(struct uwdf_file *file, struct child_op *op);
int32_t child_ask_await(struct child_op *op); /* bounded; once */
int32_t child_ask(struct uwdf_file *file, struct child_op *op);

#endif
