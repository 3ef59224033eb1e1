/* SPDX-License-Identifier: MIT */
/*
 * rig.h - a driver on a function inside the test program: started, talked to, stopped.
 *
 * Everything is bounded by RIG_DEADLINE_MS; a test that runs into it fails with what it waited for.
 */
#ifndef TEST_RIG_H
#define TEST_RIG_H

#include <stdbool.h>
#include <stdint.h>

#include <uwdf/host.h>

#include "base/exec.h"
#include "io/io.h"

#define RIG_DEADLINE_MS 60000

struct rig_params {
	const char *driver;  /* path of the .so */
	struct rig *share;   /* or: one more device of the driver in this rig, which outlives it */
	const char *address; /* "model:e1000", "qemu:edu", ... */
	const char *const *qemu_args;
	const char *verify; /* as uwdf run --verify=...; NULL: as it is by default */
};

struct rig {
	struct uwdf_host *host; /* NULL: shared */
	struct uwdf_driver *driver;
	struct uwdf_device *device;
	struct fx_file *file; /* opened by rig_start() */
	struct uwdf_report report;
	struct exec_mutex lock;
	struct exec_cond changed;
	unsigned int completions; /* guarded by lock */
	int left;                 /* guarded by lock: on_leave was called this often */
};

/* Load, start, open. On failure everything is undone and rig->report says why. */
int rig_start(struct rig *rig, const struct rig_params *params);
/* The same without opening the device. */
int rig_start_closed(struct rig *rig, const struct rig_params *params);
void rig_stop(struct rig *rig);
/* One more open of the device; what rig_read() and kin submit goes to rig->file. */
NTSTATUS rig_open(struct rig *rig, struct fx_file **out);

/* The function below the device, to make it do things. */
struct pci_function *rig_function(struct rig *rig);

/* A request with its memory. */
struct rig_op {
	struct fx_packet packet;
	struct rig *rig;
	bool done;          /* guarded by rig->lock */
	unsigned int order; /* of all that completed in this rig: which it was */
	NTSTATUS status;
	size_t information;
	uint8_t data[2048];
};
void rig_read(struct rig *rig, struct rig_op *op, size_t len);
void rig_write(struct rig *rig, struct rig_op *op, const void *data, size_t len);
/* As a client on the device's loop does it: all at once. What is written is in their data. */
#define RIG_MANY 128
void rig_read_many(struct rig *rig, struct rig_op *ops, size_t count, const size_t *lens);
void rig_write_many(struct rig *rig, struct rig_op *ops, size_t count, const size_t *lens);
void rig_cancel_of_many(struct rig_op *op); /* rig_cancel() of one of these */
void rig_control(struct rig *rig, struct rig_op *op, uint32_t code, const void *in, size_t in_len,
		 size_t out_len);
/* The same with buffers of the caller's, @out in place: direct I/O, op->data is not used. */
void rig_control_in_place(struct rig *rig, struct rig_op *op, uint32_t code, const void *in,
			  size_t in_len, void *out, size_t out_len);
void rig_cancel(struct rig_op *op);
/* Has @op completed, at the latest when the deadline has passed? */
bool rig_wait(struct rig_op *op);
bool rig_wait_for(struct rig_op *op, uint64_t ms);
bool rig_is_done(struct rig_op *op);
/* As rig_wait_for(), but not longer than until the device wants to leave. */
bool rig_wait_unless_left(struct rig_op *op, uint64_t ms);
/* Wait until the device wants to leave. */
bool rig_wait_left(struct rig *rig);
bool rig_has_left(struct rig *rig);

/* What must be back at its old value when a test is over. */
struct rig_leftovers {
	uint64_t blocks;
	int descriptors;
};
struct rig_leftovers rig_leftovers_now(void);
bool rig_nothing_left(const struct rig_leftovers *before);

#endif
