/* SPDX-License-Identifier: MIT */
/* cmd_devices.c - uwdf devices: asks every running host how its devices are. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "commands.h"
#include "jtext.h"
#include "say.h"
#include "uwdf/client.h"

#define MAX_HOSTS 256

/* The host as it describes itself, or what can be said of one that does not answer. */
static struct jtext *ask_host(const struct uwdf_host_entry *host)
{
	struct uwdf_error error = { .text = "" };
	struct jtext *object = NULL;
	char *text = NULL;

	if (!uwdf_host_status(host->name, &error, &text)) {
		object = jtext_parse(text);
		free(text);
	}
	if (object)
		return object;
	object = jtext_object();
	jtext_set_text(object, "name", host->name);
	jtext_set_text(object, "socket", host->socket);
	jtext_set_number(object, "pid", (uint64_t)host->pid);
	jtext_set_text(object, "error", error.text[0] ? error.text : "the answer is not JSON");
	jtext_set(object, "devices", jtext_array());
	return object;
}

static const char *or_dash(const char *text)
{
	return text && text[0] ? text : "-";
}

/* Filters and all, from the top; nothing where the driver is alone. */
static void print_stack(const struct jtext *stack)
{
	if (jtext_count(stack) < 2)
		return;
	printf("  stack:");
	for (size_t i = 0; i < jtext_count(stack); i++) {
		const struct jtext *entry = jtext_item(stack, i);

		printf("%s %s (%s%s)", i ? "," : "", or_dash(jtext_text(entry, "driver")),
		       or_dash(jtext_text(entry, "position")),
		       jtext_is_true(entry, "left_out") ? ", left out" : "");
	}
	printf("\n");
}

static void print_children(const struct jtext *children)
{
	for (size_t i = 0; i < jtext_count(children); i++) {
		const struct jtext *child = jtext_item(children, i);

		printf("  child: %s (%s): %s\n", or_dash(jtext_text(child, "name")),
		       or_dash(jtext_text(child, "id")), or_dash(jtext_text(child, "state")));
	}
}

static void print_device(const struct jtext *host, const struct jtext *device)
{
	const struct jtext *interrupts = jtext_member(device, "interrupts");
	const struct jtext *dma = jtext_member(device, "dma");
	const struct jtext *requests = jtext_member(device, "requests");

	printf("%-12s %-18s %-10s %-10s %7" PRIu64 "  %-5s %10" PRIu64 " %8" PRIu64 " %10" PRIu64
	       " %7" PRIu64 "\n",
	       or_dash(jtext_text(device, "name")), or_dash(jtext_text(device, "address")),
	       or_dash(jtext_text(device, "driver")), or_dash(jtext_text(device, "state")),
	       jtext_number(host, "pid"), or_dash(jtext_text(interrupts, "kind")),
	       jtext_number(interrupts, "count"), jtext_number(dma, "mappings"),
	       jtext_number(requests, "completed"), jtext_number(requests, "pending"));
	print_stack(jtext_member(device, "stack"));
	print_children(jtext_member(device, "children"));
}

static void print_host(const struct jtext *host)
{
	const struct jtext *devices = jtext_member(host, "devices");

	for (size_t i = 0; i < jtext_count(devices); i++)
		print_device(host, jtext_item(devices, i));
	if (jtext_text(host, "error"))
		printf("%-12s does not answer (pid %" PRIu64 "): %s\n", jtext_text(host, "name"),
		       jtext_number(host, "pid"), jtext_text(host, "error"));
}

static void print_table(const struct jtext *hosts)
{
	if (!jtext_count(hosts)) {
		printf("no device is running; start one: uwdf run DRIVER --device ADDRESS\n");
		return;
	}
	printf("%-12s %-18s %-10s %-10s %7s  %-5s %10s %8s %10s %7s\n", "NAME", "ADDRESS", "DRIVER",
	       "STATE", "PID", "IRQ", "INTERRUPTS", "MAPPINGS", "REQUESTS", "PENDING");
	for (size_t i = 0; i < jtext_count(hosts); i++)
		print_host(jtext_item(hosts, i));
}

static int print_hosts(const struct uwdf_host_entry *entries, size_t count, bool as_json)
{
	struct jtext *hosts = jtext_array();
	int err = 0;

	for (size_t i = 0; i < count; i++)
		jtext_append(hosts, ask_host(&entries[i]));
	if (as_json)
		err = jtext_print(stdout, hosts);
	else
		print_table(hosts);
	jtext_free(hosts);
	return err;
}

static int cannot_list(int err)
{
	struct report rep = REPORT_INIT;
	char dir[256];

	if (uwdf_runtime_dir(dir, sizeof(dir)))
		snprintf(dir, sizeof(dir), "UWDF_RUNTIME_DIR");
	report_fail(&rep, err, "listing the hosts in %s", dir);
	report_hint(&rep, "ls -ld %s    # it must be yours, and not writable by others", dir);
	say_report("uwdf", &rep);
	return EXIT_CODE_FAILED;
}

static int run_devices(const struct arguments *args)
{
	struct uwdf_host_entry *entries = mem_calloc(MAX_HOSTS, sizeof(*entries));
	size_t count;
	int err;

	if (!entries)
		return cannot_list(-ENOMEM);
	err = uwdf_hosts(entries, MAX_HOSTS, &count);
	if (err) {
		mem_free(entries);
		return cannot_list(err);
	}
	err = print_hosts(entries, count < MAX_HOSTS ? count : MAX_HOSTS,
			  option_given(args, "json"));
	mem_free(entries);
	return exit_code_of(err);
}

static const struct option_spec devices_options[] = {
	{ "json", NULL, "print a JSON array, one object a host, with all counters" },
	{ NULL, NULL, NULL },
};

const struct command command_devices = {
	.name = "uwdf devices",
	.operands = "",
	.summary = "show the devices that run now: state, interrupts, DMA mappings, requests",
	.details = "Asks every host of this user (or those in UWDF_RUNTIME_DIR). MAPPINGS are DMA\n"
		   "mappings that exist now, REQUESTS those completed, PENDING those in the driver "
		   "or\n"
		   "its queues.\n",
	.options = devices_options,
	.run = run_devices,
};
