/* SPDX-License-Identifier: MIT */
/*
 * queue_model.h - what KMDF's documentation says queues do, as plain arrays: a reference that the
 * real ones are compared with. One step at a time; what the driver does is planned beforehand.
 */
#ifndef QUEUE_MODEL_H
#define QUEUE_MODEL_H

#include <stdbool.h>

#include "wdf.h"

#define MODEL_QUEUES 5
#define MODEL_OPS    32 /* at once */
#define MODEL_FILES  2

enum model_state { OP_FREE, OP_WAITING, OP_DRIVER, OP_DONE };
enum model_plan { PLAN_KEEP, PLAN_COMPLETE, PLAN_MARK, PLAN_REQUEUE };

struct model_op {
	enum model_state state;
	unsigned int queue, file;
	bool presented; /* the driver has had it */
	bool marked, cancelled, claimed;
	NTSTATUS status; /* when done */
	enum model_plan on_present, on_cancel, on_stop;
};

struct model_queue {
	WDF_IO_QUEUE_DISPATCH_TYPE type;
	unsigned int limit;
	bool power_managed;
	bool told_of_cancel; /* EvtIoCanceledOnQueue */
	bool stopped, refuses, cancels;
	bool idle_due, empty_due; /* a completion callback */
	unsigned int waiting[MODEL_OPS], waiting_count;
	unsigned int owned[MODEL_OPS], owned_count;
	/* since model_begin() */
	unsigned int presented[MODEL_OPS], presented_count;
	unsigned int told;
};

struct model {
	struct model_queue queues[MODEL_QUEUES];
	struct model_op ops[MODEL_OPS];
	bool held;
	bool closing[MODEL_FILES];
	/* EvtIoStop, EvtIoResume, EvtIoCanceledOnQueue, since model_begin() */
	unsigned int stops, resumes, called_off;
};

enum model_change { MODEL_STOP, MODEL_STOP_AND_PURGE, MODEL_DRAIN, MODEL_PURGE, MODEL_START };

void model_begin(struct model *m); /* a step: forget what the last one did */
bool model_queue_is_open(const struct model *m, const struct model_queue *q);
bool model_file_is_over(const struct model *m, unsigned int file);

/* The steps; @op->queue, file and plans are set by the caller of model_submit(). */
void model_submit(struct model *m, unsigned int op);
void model_cancel(struct model *m, unsigned int op);
void model_close(struct model *m, unsigned int file);
void model_complete(struct model *m, unsigned int op, NTSTATUS status);
NTSTATUS model_mark(struct model *m, unsigned int op, bool fails_if_cancelled);
NTSTATUS model_unmark(struct model *m, unsigned int op);
NTSTATUS model_forward(struct model *m, unsigned int op, unsigned int to);
void model_requeue(struct model *m, unsigned int op);
/* @file: MODEL_FILES: any. @out: which, on success. */
NTSTATUS model_retrieve(struct model *m, unsigned int queue, unsigned int file, unsigned int *out);
void model_change(struct model *m, unsigned int queue, enum model_change change, bool callback);
void model_hold(struct model *m);
void model_resume(struct model *m);

#endif
