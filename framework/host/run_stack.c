/* SPDX-License-Identifier: MIT */
#include "run_stack.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>

#include "program_dir.h"

static unsigned int count_of(struct uwdf_driver *const *drivers)
{
	unsigned int count = 0;

	while (drivers[count])
		count++;
	return count;
}

static int load_one(struct run_stack *stack, const char *name, struct uwdf_host *host,
		    struct report *rep, struct uwdf_driver **out)
{
	struct uwdf_report host_rep = { .text = "" };
	char path[PATH_MAX];
	int err = program_find_driver(name, rep, path, sizeof(path));

	if (err)
		return err;
	err = uwdf_host_load(host, path, &host_rep, out);
	if (!err) {
		stack->filters[count_of(stack->filters)] = *out;
		return 0;
	}
	report_say(rep, "%s", host_rep.text);
	report_hint(rep, "%s", host_rep.hint);
	return err;
}

static int load_all(struct run_stack *stack, const struct arguments *args, const char *option,
		    struct uwdf_driver **drivers, struct uwdf_host *host, struct report *rep)
{
	const char *names[RUN_FILTERS + 1];
	unsigned int count = option_values(args, option, names, RUN_FILTERS + 1);
	int err = 0;

	if (count + count_of(stack->filters) > RUN_FILTERS) {
		report_say(rep, "uwdf run: more than %u filters", RUN_FILTERS);
		return -EINVAL;
	}
	for (unsigned int i = 0; i < count && !err; i++)
		err = load_one(stack, names[i], host, rep, &drivers[i]);
	return err;
}

int run_stack_load_lowers(struct run_stack *stack, const struct arguments *args,
			  struct uwdf_host *host, struct report *rep)
{
	return load_all(stack, args, "lower", stack->lowers, host, rep);
}

int run_stack_load_uppers(struct run_stack *stack, const struct arguments *args,
			  struct uwdf_host *host, struct report *rep)
{
	return load_all(stack, args, "upper", stack->uppers, host, rep);
}

static void unload_all(struct uwdf_driver **drivers)
{
	for (unsigned int i = count_of(drivers); i--;) {
		/* who has a reason to stay has said it, and goes with the host */
		(void)uwdf_host_unload(drivers[i]);
		drivers[i] = NULL;
	}
}

void run_stack_unload_uppers(struct run_stack *stack)
{
	unload_all(stack->uppers);
}

void run_stack_unload_lowers(struct run_stack *stack)
{
	unload_all(stack->lowers);
}

static int refuse_non_pnp(const struct uwdf_driver *filter, struct report *rep)
{
	report_say(rep, "uwdf run: driver %s is not Plug and Play and filters nothing",
		   uwdf_driver_name(filter));
	report_hint(rep, "a filter has an EvtDriverDeviceAdd, which calls WdfFdoInitSetFilter");
	return -EINVAL;
}

int run_stack_check(const struct run_stack *stack, const struct arguments *args, struct report *rep)
{
	if (stack->filters[0] && !option_given(args, "device")) {
		report_say(rep,
			   "uwdf run: --upper and --lower without --device: nothing to filter");
		report_hint(rep, "uwdf run DRIVER --device qemu:edu --upper FILTER");
		return -EINVAL;
	}
	for (unsigned int i = 0; stack->filters[i]; i++)
		if (!uwdf_driver_is_pnp(stack->filters[i]))
			return refuse_non_pnp(stack->filters[i], rep);
	return 0;
}
