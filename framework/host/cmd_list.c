/* SPDX-License-Identifier: MIT */
/* cmd_list.c - uwdf list: which functions there are, and what stands between them and a driver. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "commands.h"
#include "jtext.h"
#include "say.h"
#include "scan.h"

struct listing {
	struct scan_function *functions;
	size_t count;
	const char *filter; /* address, vendor:device, or NULL */
};

static bool is_wanted(const struct listing *list, const struct scan_function *f)
{
	char id[16];

	if (!list->filter)
		return true;
	snprintf(id, sizeof(id), "%04x:%04x", f->vendor, f->device);
	/* the domain may be left out, as lspci does */
	return !strcmp(list->filter, f->address) || !strcmp(list->filter, f->address + 5) ||
	       !strcasecmp(list->filter, id);
}

static bool is_sibling(const struct scan_function *a, const struct scan_function *b)
{
	return a != b && a->group >= 0 && a->group == b->group;
}

static struct jtext *siblings_of(const struct listing *list, const struct scan_function *f)
{
	struct jtext *array = jtext_array();

	for (size_t i = 0; i < list->count; i++)
		if (is_sibling(f, &list->functions[i]))
			jtext_append_text(array, list->functions[i].address);
	return array;
}

static void set_or_null(struct jtext *object, const char *key, int number)
{
	if (number < 0)
		jtext_set_text(object, key, NULL);
	else
		jtext_set_number(object, key, (uint64_t)number);
}

static struct jtext *function_json(const struct listing *list, const struct scan_function *f)
{
	struct jtext *object = jtext_object();

	jtext_set_text(object, "address", f->address);
	jtext_set_number(object, "vendor", f->vendor);
	jtext_set_number(object, "device", f->device);
	jtext_set_number(object, "class", f->class_code);
	jtext_set_text(object, "class_name", f->class_name);
	jtext_set_text(object, "name", f->name);
	jtext_set_text(object, "driver", f->driver[0] ? f->driver : NULL);
	set_or_null(object, "iommu_group", f->group);
	set_or_null(object, "numa_node", f->node);
	jtext_set(object, "group_siblings", siblings_of(list, f));
	return object;
}

static int print_json(const struct listing *list)
{
	struct jtext *array = jtext_array();
	int err;

	for (size_t i = 0; i < list->count; i++)
		if (is_wanted(list, &list->functions[i]))
			jtext_append(array, function_json(list, &list->functions[i]));
	err = jtext_print(stdout, array);
	jtext_free(array);
	return err;
}

static const char *number_text(int number, char *buf, size_t len)
{
	snprintf(buf, len, "%d", number);
	return number < 0 ? "-" : buf;
}

static void print_siblings(const struct listing *list, const struct scan_function *f)
{
	const char *lead = "with";

	for (size_t i = 0; i < list->count; i++) {
		if (!is_sibling(f, &list->functions[i]))
			continue;
		printf("%14s%s %s", "", lead, list->functions[i].address);
		printf(" (%s)\n",
		       list->functions[i].driver[0] ? list->functions[i].driver : "no driver");
		lead = "    ";
	}
}

static void print_table(const struct listing *list)
{
	char group[12], node[12];

	printf("%-13s %-9s %5s %4s  %-12s %s\n", "ADDRESS", "ID", "GROUP", "NODE", "DRIVER",
	       "NAME");
	for (size_t i = 0; i < list->count; i++) {
		const struct scan_function *f = &list->functions[i];

		if (!is_wanted(list, f))
			continue;
		printf("%-13s %04x:%04x %5s %4s  %-12s %s%s%s\n", f->address, f->vendor, f->device,
		       number_text(f->group, group, sizeof(group)),
		       number_text(f->node, node, sizeof(node)), f->driver[0] ? f->driver : "-",
		       f->name[0] ? f->name : "(not in the id list)", f->class_name[0] ? ", " : "",
		       f->class_name);
		if (list->filter)
			print_siblings(list, f);
	}
}

static bool has_wanted(const struct listing *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (is_wanted(list, &list->functions[i]))
			return true;
	return false;
}

static int print(const struct listing *list, const struct arguments *args)
{
	struct report rep = REPORT_INIT;
	int err = 0;

	if (!has_wanted(list)) {
		err = report_fail(&rep, -ENODEV, "listing %s", list->filter);
		report_hint(&rep, "uwdf list    # without a filter shows every function");
	} else if (option_given(args, "json")) {
		err = print_json(list);
		if (err)
			report_fail(&rep, err, "printing the list");
	} else {
		print_table(list);
	}
	if (err)
		say_report("uwdf", &rep);
	return exit_code_of(err);
}

static int run_list(const struct arguments *args)
{
	struct report rep = REPORT_INIT;
	struct listing list = { .filter = args->operand_count ? args->operands[0] : NULL };
	int err = scan_functions(&rep, &list.functions, &list.count);
	int code;

	if (err) {
		say_report("uwdf", &rep);
		return exit_code_of(err);
	}
	code = print(&list, args);
	mem_free(list.functions);
	return code;
}

static const struct option_spec list_options[] = {
	{ "json", NULL, "print a JSON array: address, vendor, device, driver, iommu_group, ..." },
	{ NULL, NULL, NULL },
};

const struct command command_list = {
	.name = "uwdf list",
	.operands = "[ADDRESS | VENDOR:DEVICE]",
	.summary = "show PCI functions: ids, names, IOMMU groups, NUMA nodes, drivers",
	.details = "A function is handed to user space together with its whole IOMMU group. Named "
		   "by its\n"
		   "address (0000:00:03.0 or 00:03.0) or id (8086:100e), a function is shown with "
		   "the\n"
		   "siblings in its group and who drives them: all must be on vfio-pci or on no "
		   "driver.\n"
		   "GROUP and NODE are \"-\" where the machine has no IOMMU or one memory node.\n",
	.options = list_options,
	.most = 1,
	.run = run_list,
};
