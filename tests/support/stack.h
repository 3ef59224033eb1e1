/* SPDX-License-Identifier: MIT */
/*
 * stack.h - stacks of the test drivers stacked_*.so on model:edu. What their callbacks saw is a
 * line of words, each with the place it happened at: "low.D0Entry fn.D0Entry".
 */
#ifndef TEST_STACK_H
#define TEST_STACK_H

#include "uw_test.h"

#include <wdf.h>

#include "io/io.h"
#include "pnp/host_impl.h"
#include "stacked.h"
#include "uwdf/host.h"

enum place { LOW, FN, UP, TOP, PLACES };

extern struct stack {
	struct uwdf_host *host;
	struct uwdf_driver *drivers[PLACES]; /* NULL: not in the stack */
	struct stacked_script scripts[PLACES];
	struct uwdf_device *device;
	struct uwdf_report rep;
	struct fx_file *file;
	uint64_t blocks;
	unsigned int fds;
} stack;

int stack_setup(void **state);    /* scripts: the function driver completes all, filters nothing */
int stack_teardown(void **state); /* nothing is left: blocks, descriptors (checked) */
/* Loads the drivers of @places (a bit each) and starts the device; 0 or -errno. */
int stack_start(unsigned int places);
void stack_up(unsigned int places); /* must succeed; the log is empty afterwards */
void stack_remove(void);
#define AT(place) (1u << (place))

const char *stack_log(void);
void stack_log_clear(void);
#define assert_log(text) assert_string_equal(stack_log(), text)

/* --- a client --- */
struct stack_op {
	struct fx_packet packet;
	unsigned int completions;
	NTSTATUS status;
	size_t information;
	char in[64], out[64];
};
NTSTATUS stack_open(void); /* stack.file */
void stack_close(void);
void stack_op_init(struct stack_op *op, enum fx_packet_kind kind);
void stack_submit(struct stack_op *op); /* and settle */
void stack_cancel(struct stack_op *op);
void stack_settle(void); /* the stack's loop has done all there was to do */
void stack_complete(enum place place, NTSTATUS status); /* what that driver kept */
struct fx_device *stack_device(enum place place);

#endif
