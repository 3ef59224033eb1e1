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
#include "host_status.h"
#include "host_why.h"
#include "program_dir.h"
#include "runtime_dir.h"
#include "say.h"
#include "server.h"
#include "vfio/pci_function.h"
#include "wake.h"

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
	struct uwdf_device *device;
	struct server *server;
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

static void client_wants_stop(void *arg)
{
	(void)arg;
	wake_note(WAKE_STOP, NULL);
}

/* Server thread; the device stays until the server has left. */
static size_t describe(void *arg, const struct server *server, char *buf, size_t len)
{
	const struct run *run = arg;
	struct host_status status = { .name = server_name(server),
				      .socket = server_socket(server),
				      .device = run->device };
	struct jtext *json = host_status_json(&status);
	size_t need = jtext_put(json, buf, len);

	jtext_free(json);
	return need;
}

/* Server thread, as above: the main thread only waits. */
static size_t explain(void *arg, const struct server *server, char *buf, size_t len)
{
	const struct run *run = arg;
	struct jtext *json = host_why_json(server, run->driver);
	size_t need = jtext_put(json, buf, len);

	jtext_free(json);
	return need;
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
	err = uwdf_host_load(run->host, path, &run->host_rep, &run->driver);
	if (!err)
		return 0;
	take_report(run, err);
	report_prefix(&run->rep, "running %s", option_value(run->args, "device"));
	return err;
}

static int start_device(struct run *run)
{
	const char *qemu_args[MAX_QEMU_ARGS];
	struct uwdf_device_params params = { .address = option_value(run->args, "device"),
					     .name = option_value(run->args, "name"),
					     .qemu_args = qemu_args,
					     .on_leave = device_wants_to_leave };
	int err;

	option_values(run->args, "qemu-arg", qemu_args, MAX_QEMU_ARGS);
	err = uwdf_device_start(run->driver, &params, &run->host_rep, &run->device);
	return err ? take_report(run, err) : 0;
}

static int start_server(struct run *run)
{
	struct server_params params = { .ops = &uwdf_device_io,
					.device = run->device,
					.describe = describe,
					.why = explain,
					.stop = client_wants_stop,
					.arg = run };
	struct uwdf_device_info info;

	uwdf_device_info(run->device, &info);
	params.name = info.name;
	for (uint32_t i = 0; i < info.interface_count && i < SERVER_MAX_INTERFACES; i++)
		memcpy(params.interfaces[params.interface_count++], &info.interfaces[i],
		       sizeof(info.interfaces[i]));
	return server_start(&params, &run->rep, &run->server);
}

static int bring_up(struct run *run)
{
	int err = load_driver(run);

	if (!err)
		err = start_device(run);
	return err ? err : start_server(run);
}

/* --- ready --- */

static int print_ready_json(const struct run *run)
{
	struct jtext *json = jtext_object();
	int err;

	jtext_set_text(json, "event", "ready");
	jtext_set_text(json, "name", server_name(run->server));
	jtext_set_text(json, "driver", uwdf_driver_name(run->driver));
	jtext_set_text(json, "address", option_value(run->args, "device"));
	jtext_set_text(json, "socket", server_socket(run->server));
	jtext_set_number(json, "pid", (uint64_t)sys_getpid());
	err = jtext_print_line(stdout, json);
	jtext_free(json);
	return err;
}

/* For scripts: a descriptor they wait on, given the name and closed. */
static void tell_ready_fd(const struct run *run)
{
	if (run->ready_fd < 0)
		return;
	if (dprintf(run->ready_fd, "%s\n", server_name(run->server)) < 0)
		fprintf(stderr, "uwdf: nobody listens at descriptor %d\n", run->ready_fd);
	sys_close(run->ready_fd);
}

static void say_ready(const struct run *run)
{
	int err = 0;

	if (option_given(run->args, "json"))
		err = print_ready_json(run);
	else
		printf("uwdf: %s is ready: driver %s on %s, pid %d, socket %s\n",
		       server_name(run->server), uwdf_driver_name(run->driver),
		       option_value(run->args, "device"), sys_getpid(), server_socket(run->server));
	if (fflush(stdout) || err)
		fprintf(stderr, "uwdf: %s is ready\n", server_name(run->server));
	tell_ready_fd(run);
}

/* --- down --- */

/*
 * Clients first, so that their requests come back while the driver can still complete them. What a
 * driver keeps even so, comes back by the removal itself.
 */
static void bring_down(struct run *run)
{
	if (run->server && !server_leave(run->server, exec_deadline_ms(LEAVE_MS)))
		fprintf(stderr,
			"uwdf: %s: the driver holds on to cancelled requests; removing it\n",
			server_name(run->server));
	if (run->device)
		uwdf_device_remove(run->device);
	if (server_free(run->server, exec_deadline_ms(FREE_MS)))
		fprintf(stderr, "uwdf: requests were never completed by the driver\n");
	if (run->driver)
		uwdf_host_unload(run->driver);
	if (run->host)
		uwdf_host_free(run->host);
}

static int wait_for_end(const struct run *run)
{
	const char *name = server_name(run->server);
	enum wake_reason reason = wake_wait();

	if (reason != WAKE_LEAVE)
		return EXIT_CODE_OK;
	fprintf(stderr, "uwdf: %s: the device leaves: %s\n", name, wake_why());
	return EXIT_CODE_LEFT;
}

static int code_of(const struct run *run, int err)
{
	const char *name = option_value(run->args, "name");
	bool is_malformed = !pci_function_address_valid(option_value(run->args, "device")) ||
			    (name && !runtime_name_valid(name));

	return err == -EINVAL && (is_malformed || run->misused) ? EXIT_CODE_USAGE
								: exit_code_of(err);
}

static int run_host(struct run *run)
{
	int err = bring_up(run);
	int code;

	if (!err) {
		say_ready(run);
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

	if (!option_given(args, "qemu-arg") || !strncmp(device, "qemu:", 5))
		return 0;
	report_say(rep, "uwdf run: --qemu-arg with --device %s, which needs no QEMU", device);
	report_hint(rep, "uwdf run %s --device %s    # without --qemu-arg", args->operands[0],
		    device);
	return -EINVAL;
}

static int run_run(const struct arguments *args)
{
	struct run run = { .args = args, .ready_fd = -1 };
	int err;

	if (check_ready_fd(&run)) {
		say_report("uwdf", &run.rep);
		return EXIT_CODE_USAGE;
	}
	if (!option_value(args, "device")) {
		snprintf(run.rep.text, sizeof(run.rep.text), "uwdf run: --device is missing");
		report_hint(&run.rep, "uwdf list    # or a device of QEMU's: --device qemu:e1000");
		say_report("uwdf", &run.rep);
		return EXIT_CODE_USAGE;
	}
	if (check_qemu_args(args, &run.rep)) {
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
	{ "name", "NAME", "the device's name for clients (default: the driver's name)" },
	{ "qemu-arg", "ARGUMENT", "pass to QEMU, with qemu: only; may be repeated" },
	{ "ready-fd", "NUMBER", "write the name to this descriptor when ready" },
	{ "verify", "[=OPTIONS]", "watch the driver as KMDF's verifier does; see uwdf(1)" },
	{ "json", NULL, "print the ready line as a JSON object" },
	{ NULL, NULL, NULL },
};

const struct command command_run = {
	.name = "uwdf run",
	.operands = "DRIVER --device ADDRESS",
	.summary = "run a driver on a device, until it is stopped or the device leaves",
	.details =
		"DRIVER is a path (./my/driver.so) or a name, looked for in UWDF_DRIVER_PATH, "
		"beside\n"
		"this program and among the installed drivers. Prints one line when the device "
		"works\n"
		"and clients can open it by name (\"-2\", \"-3\" is appended if the name is "
		"taken).\n"
		"SIGINT, SIGTERM or \"uwdf stop NAME\" remove the device in good order; a second\n"
		"signal ends at once. When the device goes away or is asked back, clients are\n"
		"answered and the program ends within 10 s with exit code 4.\n\n"
		"Examples:\n"
		"  uwdf run edu --device qemu:edu\n"
		"  uwdf run e1000 --device qemu:e1000,netdev=n0 --qemu-arg -netdev --qemu-arg "
		"user,id=n0\n"
		"  sudo uwdf bind 0000:00:03.0 && sudo uwdf run e1000 --device 0000:00:03.0\n",
	.options = run_options,
	.least = 1,
	.most = 1,
	.run = run_run,
};
