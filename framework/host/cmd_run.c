/* SPDX-License-Identifier: MIT */
/* cmd_run.c - uwdf run: one driver, one device, in the foreground. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/exec.h"
#include "base/sys.h"
#include "commands.h"
#include "cuse_kernel.h"
#include "endpoints.h"
#include "jtext.h"
#include "other_hosts.h"
#include "program_dir.h"
#include "run_stack.h"
#include "runtime_dir.h"
#include "say.h"
#include "vfio/pci_function.h"
#include "wake.h"

#define CLOSE_MS      1000u /* for clients to close what they are told is to be removed */
#define LEAVE_MS      2000u /* for clients' requests to come back before the device is removed */
#define FREE_MS       2000u /* and after that */
#define END_S         9u    /* for everything from the wish to end to the end */
#define MAX_QEMU_ARGS 128u

struct run {
	const struct arguments *args;
	struct report rep;
	struct uwdf_report host_rep;
	struct uwdf_host *host;
	struct uwdf_driver *driver;
	struct run_stack stack;     /* its filters */
	struct uwdf_device *device; /* NULL: the driver is not Plug and Play */
	struct endpoints endpoints;
	int ready_fd; /* -1: none */
	bool misused; /* --verify was */
};

/* --- what others note --- */

static void device_wants_to_leave(void *arg, struct uwdf_device *device, const char *why)
{
	(void)arg;
	(void)device;
	wake_note(WAKE_LEAVE, why);
}

static void control_devices_changed(void *arg)
{
	(void)arg;
	wake_note(WAKE_CHANGE, NULL);
}

/* --- up --- */

/* libuwdf's reports have the same text and hint. */
static int take_report(struct run *run, int err)
{
	_Static_assert(sizeof(run->rep) == sizeof(run->host_rep), "copied as a whole");
	memcpy(&run->rep, &run->host_rep, sizeof(run->rep));
	return err;
}

static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (sys_getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= limit.rlim_max)
		return;
	limit.rlim_cur = limit.rlim_max;
	if (sys_setrlimit(RLIMIT_NOFILE, &limit))
		return; /* the old limit does for one device; what it does not do for, says so */
}

static int load_driver(struct run *run)
{
	char path[PATH_MAX];
	int err = program_find_driver(run->args->operands[0], &run->rep, path, sizeof(path));

	if (err)
		return err;
	fx_remote_use(&other_hosts);
	err = uwdf_host_new(&run->host_rep, &run->host);
	if (err)
		return take_report(run, err);
	err = uwdf_host_catch_faults();
	if (err)
		return report_fail(&run->rep, err, "catching faults of register accesses");
	if (option_given(run->args, "verify"))
		err = uwdf_host_verify(run->host, option_value(run->args, "verify"),
				       &run->host_rep);
	if (err) {
		run->misused = true;
		return take_report(run, err);
	}
	err = run_stack_load_lowers(&run->stack, run->args, run->host, &run->rep);
	if (!err)
		err = take_report(run,
				  uwdf_host_load(run->host, path, &run->host_rep, &run->driver));
	run->endpoints.driver = run->driver;
	run->endpoints.filters = run->stack.filters;
	if (!err)
		err = run_stack_load_uppers(&run->stack, run->args, run->host, &run->rep);
	if (!err)
		return 0;
	if (option_given(run->args, "device"))
		report_prefix(&run->rep, "running %s", option_value(run->args, "device"));
	return err;
}

static int start_device(struct run *run)
{
	const char *qemu_args[MAX_QEMU_ARGS];
	struct uwdf_device_params params = { .address = option_value(run->args, "device"),
					     .name = option_value(run->args, "name"),
					     .qemu_args = qemu_args,
					     .lowers = run->stack.lowers,
					     .uppers = run->stack.uppers,
					     .on_leave = device_wants_to_leave };
	int err;

	option_values(run->args, "qemu-arg", qemu_args, MAX_QEMU_ARGS);
	err = uwdf_device_start(run->driver, &params, &run->host_rep, &run->device);
	return err ? take_report(run, err) : 0;
}

static int misuse(struct run *run)
{
	run->misused = true;
	return -EINVAL;
}

/* Only the loaded driver knows whether it wants a device. */
static int check_kind(struct run *run)
{
	const char *device = option_value(run->args, "device");
	const char *name = run->args->operands[0];
	bool is_pnp = uwdf_driver_is_pnp(run->driver);

	if (run_stack_check(&run->stack, run->args, &run->rep))
		return misuse(run);
	if (is_pnp == (device != NULL))
		return 0;
	if (is_pnp) {
		report_say(&run->rep, "uwdf run: --device is missing: driver %s is for a device",
			   uwdf_driver_name(run->driver));
		report_hint(&run->rep, "uwdf list    # or a device of QEMU's: --device qemu:e1000");
	} else {
		report_say(&run->rep,
			   "uwdf run: --device %s with driver %s, which is not Plug and Play and "
			   "serves no device",
			   device, uwdf_driver_name(run->driver));
		report_hint(&run->rep, "uwdf run %s    # without --device", name);
	}
	return misuse(run);
}

static int serve_control_devices(struct run *run)
{
	const char *name = run->device ? NULL : option_value(run->args, "name");
	int err;

	uwdf_driver_on_change(run->driver, control_devices_changed, NULL);
	for (unsigned int i = 0; run->stack.filters[i]; i++)
		uwdf_driver_on_change(run->stack.filters[i], control_devices_changed, NULL);
	err = endpoints_sync(&run->endpoints, name, &run->rep);
	if (!endpoints_are_empty(&run->endpoints)) {
		if (err) /* the others are served */
			say_report("uwdf", &run->rep);
		return 0;
	}
	if (err)
		return err;
	report_say(&run->rep, "driver %s has no device and made no control device: nothing to open",
		   uwdf_driver_name(run->driver));
	report_hint(&run->rep, "WdfControlDeviceInitAllocate, WdfDeviceCreate and "
			       "WdfControlFinishInitializing in DriverEntry make one");
	return -ENODEV;
}

static int bring_up(struct run *run)
{
	int err = endpoints_init(&run->endpoints);

	if (err)
		return report_fail(&run->rep, err, "starting a host");
	err = load_driver(run);
	if (!err)
		err = check_kind(run);
	if (!err && option_value(run->args, "device"))
		err = start_device(run);
	if (!err && run->device)
		err = endpoints_add(&run->endpoints, run->device, NULL, &run->rep);
	return err ? err : serve_control_devices(run);
}

/* --- ready --- */

static int print_ready_json(const struct endpoint *endpoint, const struct uwdf_device_info *info)
{
	struct jtext *json = jtext_object();
	int err;

	jtext_set_text(json, "event", "ready");
	jtext_set_text(json, "name", server_name(endpoint->server));
	jtext_set_text(json, "driver", info->driver);
	jtext_set_text(json, "address", info->address);
	jtext_set_text(json, "socket", server_socket(endpoint->server));
	if (endpoint->cuse)
		jtext_set_text(json, "node", cuse_path(endpoint->cuse));
	jtext_set_number(json, "pid", (uint64_t)sys_getpid());
	err = jtext_print_line(stdout, json);
	jtext_free(json);
	return err;
}

/* For scripts: a descriptor they wait on, given the first name and closed. */
static void tell_ready_fd(struct run *run, const struct endpoint *endpoint)
{
	if (run->ready_fd < 0)
		return;
	if (dprintf(run->ready_fd, "%s\n", server_name(endpoint->server)) < 0)
		fprintf(stderr, "uwdf: nobody listens at descriptor %d\n", run->ready_fd);
	sys_close(run->ready_fd);
	run->ready_fd = -1;
}

static const char *place_of(const struct endpoint *endpoint)
{
	if (endpoint->is_control)
		return ", control device";
	return endpoint->is_counted ? ", child device" : " on ";
}

static void say_ready(void *arg, const struct endpoint *endpoint)
{
	const char *name = server_name(endpoint->server);
	struct uwdf_device_info info;
	struct run *run = arg;
	int err = 0;

	uwdf_device_info(endpoint->device, &info);
	if (option_given(run->args, "json"))
		err = print_ready_json(endpoint, &info);
	else
		printf("uwdf: %s is ready: driver %s%s%s, pid %d, socket %s%s%s\n", name,
		       info.driver, place_of(endpoint), endpoint->is_counted ? "" : info.address,
		       sys_getpid(), server_socket(endpoint->server),
		       endpoint->cuse ? ", node " : "",
		       endpoint->cuse ? cuse_path(endpoint->cuse) : "");
	if (fflush(stdout) || err)
		fprintf(stderr, "uwdf: %s is ready\n", name);
	tell_ready_fd(run, endpoint);
}

/* --- down --- */

/*
 * Clients first, so that their requests come back while the driver can still complete them. What a
 * driver keeps even so, comes back by the removal itself.
 */
static void bring_down(struct run *run)
{
	endpoints_leave(&run->endpoints, LEAVE_MS);
	if (run->device)
		uwdf_device_remove(run->device);
	endpoints_free(&run->endpoints, FREE_MS);
	run_stack_unload_uppers(&run->stack);
	if (run->driver)
		uwdf_host_unload(run->driver);
	run_stack_unload_lowers(&run->stack);
	if (run->host)
		uwdf_host_free(run->host);
}

static bool ask_driver(struct run *run)
{
	struct uwdf_report refusal = { .text = "" };
	int err = 0;

	if (run->device)
		err = uwdf_device_query_remove(run->device, &refusal);
	wake_asked();
	if (err)
		fprintf(stderr, "uwdf: %s: %s\n", endpoints_name(&run->endpoints), refusal.text);
	endpoints_answer_stop(&run->endpoints, err ? refusal.text : NULL);
	return !err;
}

/* Clients first, then the driver, as in Windows; whoever asked for the end hears the answer. */
static bool all_agree(struct run *run)
{
	wake_asking(END_S, "asking the driver whether its device may be removed");
	/* whoever asked while the driver was asked before has heard that answer */
	if (!endpoints_are_asked(&run->endpoints)) {
		wake_asked();
		return false;
	}
	if (!endpoints_query_remove(&run->endpoints, exec_deadline_ms(CLOSE_MS)))
		wake_asked();
	else if (ask_driver(run))
		return true;
	endpoints_tell_stays(&run->endpoints);
	return false;
}

/* Control devices came or went. Does that end the host? */
static bool nothing_is_left(struct run *run)
{
	struct report rep = REPORT_INIT;

	wake_taken(WAKE_CHANGE);
	if (endpoints_sync(&run->endpoints, NULL, &rep))
		say_report("uwdf", &rep);
	if (!endpoints_are_empty(&run->endpoints))
		return false;
	wake_note(WAKE_LEAVE, "the driver deleted its last control device");
	return true;
}

static bool goes_on(struct run *run, enum wake_reason reason)
{
	if (reason == WAKE_CHANGE)
		return !nothing_is_left(run);
	return reason == WAKE_STOP && !all_agree(run);
}

static int wait_for_end(struct run *run)
{
	char name[64];
	enum wake_reason reason;

	snprintf(name, sizeof(name), "%s", endpoints_name(&run->endpoints));
	do
		reason = wake_wait();
	while (goes_on(run, reason));
	if (reason == WAKE_SIGNAL) /* as at the end of a system */
		uwdf_host_shut_down(run->host);
	if (reason != WAKE_LEAVE && reason != WAKE_CHANGE)
		return EXIT_CODE_OK;
	fprintf(stderr, "uwdf: %s: the device leaves: %s\n", name, wake_why());
	return EXIT_CODE_LEFT;
}

static int code_of(const struct run *run, int err)
{
	const char *name = option_value(run->args, "name");
	const char *device = option_value(run->args, "device");
	bool is_malformed = (device && !pci_function_address_valid(device)) ||
			    (name && !runtime_name_valid(name));

	return err == -EINVAL && (is_malformed || run->misused) ? EXIT_CODE_USAGE
								: exit_code_of(err);
}

static int run_host(struct run *run)
{
	int err = bring_up(run);
	int code;

	if (!err) {
		code = wait_for_end(run);
	} else {
		say_report("uwdf", &run->rep);
		code = code_of(run, err);
	}
	wake_watchdog(END_S, "removing the device");
	bring_down(run);
	return code;
}

/* Before we open anything, which could get that very number. */
static int check_ready_fd(struct run *run)
{
	const char *text = option_value(run->args, "ready-fd");
	char *end;
	long fd;
	int flags = -EBADF;

	if (!text)
		return 0;
	fd = strtol(text, &end, 10);
	if (end != text && !*end && fd > 2 && fd <= INT_MAX)
		flags = sys_fcntl((int)fd, F_GETFL, 0);
	if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY) {
		report_say(&run->rep,
			   "uwdf run: --ready-fd %s: no open, writable descriptor above 2", text);
		report_hint(&run->rep, "uwdf run ... --ready-fd 3 3>FILE");
		return -EBADF;
	}
	run->ready_fd = (int)fd;
	return 0;
}

/* Only QEMU's devices have a QEMU to pass anything to. */
static int check_qemu_args(const struct arguments *args, struct report *rep)
{
	const char *device = option_value(args, "device");

	if (!option_given(args, "qemu-arg") || (device && !strncmp(device, "qemu:", 5)))
		return 0;
	device = device ? device : "none";
	report_say(rep, "uwdf run: --qemu-arg with --device %s, which needs no QEMU", device);
	report_hint(rep, "uwdf run %s --device %s    # without --qemu-arg", args->operands[0],
		    device);
	return -EINVAL;
}

static int run_run(const struct arguments *args)
{
	struct run run = { .args = args,
			   .ready_fd = -1,
			   .endpoints = { .cuse = option_given(args, "cuse") ? &cuse_fuse : NULL,
					  .ready = say_ready,
					  .arg = &run } };
	int err;

	if (check_ready_fd(&run)) {
		say_report("uwdf", &run.rep);
		return EXIT_CODE_USAGE;
	}
	if (check_qemu_args(args, &run.rep)) {
		say_report("uwdf", &run.rep);
		return EXIT_CODE_USAGE;
	}
	if (option_given(args, "quota") &&
	    server_quota_parse(option_value(args, "quota"), &run.endpoints.quota, &run.rep)) {
		say_report("uwdf", &run.rep);
		return EXIT_CODE_USAGE;
	}
	raise_descriptor_limit();
	err = wake_init();
	if (!err)
		err = uwdf_host_catch_faults();
	if (err) {
		report_fail(&run.rep, err, "preparing for signals");
		say_report("uwdf", &run.rep);
		return EXIT_CODE_FAILED;
	}
	return run_host(&run);
}

static const struct option_spec run_options[] = {
	{ "device", "ADDRESS", "0000:00:03.0, qemu:MODEL[,PROPERTY=VALUE...] or model:NAME" },
	{ "upper", "FILTER", "a filter above the driver; may be repeated, the highest last" },
	{ "lower", "FILTER", "a filter below the driver; may be repeated, the lowest first" },
	{ "name", "NAME", "the device's name for clients (default: the driver's name)" },
	{ "cuse", NULL, "make a node /dev/uwdf/NAME for each device; see uwdf(1)" },
	{ "qemu-arg", "ARGUMENT", "pass to QEMU, with qemu: only; may be repeated" },
	{ "ready-fd", "NUMBER", "write the name to this descriptor when ready" },
	{ "quota", "LIMITS", "what one user may have of it: connections=N,handles=N,..." },
	{ "verify", "[=OPTIONS]", "watch the driver as KMDF's verifier does; see uwdf(1)" },
	{ "json", NULL, "print the ready line as a JSON object" },
	{ NULL, NULL, NULL },
};

const struct command command_run = {
	.name = "uwdf run",
	.operands = "DRIVER [--device ADDRESS [--upper FILTER]... [--lower FILTER]...]",
	.summary = "run a driver on a device, until it is stopped or the device leaves",
	.details =
		"DRIVER is a path (./my/driver.so) or a name, looked for in UWDF_DRIVER_PATH, "
		"beside\n"
		"this program and among the installed drivers. Prints one line when the device "
		"works\n"
		"and clients can open it by name (\"-2\", \"-3\" is appended if the name is "
		"taken);\n"
		"one more for each control device that the driver makes. A driver that is not Plug "
		"and\n"
		"Play has control devices alone: it is run without --device.\n"
		"Filters are drivers, too: clients open the highest. All of a stack's requests "
		"are\n"
		"presented at DISPATCH_LEVEL if each of its drivers is fit for it, else at "
		"PASSIVE.\n"
		"SIGINT, SIGTERM or \"uwdf stop NAME\" remove the device in good order; a second\n"
		"signal ends at once. When the device goes away or is asked back, clients are\n"
		"answered and the program ends within 10 s with exit code 4.\n\n"
		"Examples:\n"
		"  uwdf run edu --device qemu:edu\n"
		"  uwdf run e1000 --device qemu:e1000,netdev=n0 --qemu-arg -netdev --qemu-arg "
		"user,id=n0\n"
		"  uwdf run edu --device qemu:edu --upper ./logger.so\n"
		"  sudo uwdf bind 0000:00:03.0 && sudo uwdf run e1000 --device 0000:00:03.0\n",
	.options = run_options,
	.least = 1,
	.most = 1,
	.run = run_run,
};
