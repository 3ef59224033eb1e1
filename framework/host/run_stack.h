/* SPDX-License-Identifier: MIT */
/* run_stack.h - the filters of "uwdf run --lower FILTER --upper FILTER". Main thread. */
#ifndef HOST_RUN_STACK_H
#define HOST_RUN_STACK_H

#include "options.h"
#include "uwdf/host.h"

#define RUN_FILTERS (UWDF_STACK_MAX - 1)

/* Both from the lowest on, NULL-terminated. */
struct run_stack {
	struct uwdf_driver *lowers[RUN_FILTERS + 1], *uppers[RUN_FILTERS + 1];
	struct uwdf_driver *filters[RUN_FILTERS + 1]; /* all, for those who do not care */
};

/* Loads what @args name as "lower" or "upper"; what was loaded stays so on failure. */
int run_stack_load_lowers(struct run_stack *stack, const struct arguments *args,
			  struct uwdf_host *host, struct report *rep) UW_MUST_CHECK;
int run_stack_load_uppers(struct run_stack *stack, const struct arguments *args,
			  struct uwdf_host *host, struct report *rep) UW_MUST_CHECK;
/* Their device is gone; the highest first. What stays loaded says so. */
void run_stack_unload_uppers(struct run_stack *stack);
void run_stack_unload_lowers(struct run_stack *stack);
/* Each of them must serve a device, and there must be one. -EINVAL: misused. */
int run_stack_check(const struct run_stack *stack, const struct arguments *args,
		    struct report *rep) UW_MUST_CHECK;

#endif
