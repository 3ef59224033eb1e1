/* SPDX-License-Identifier: MIT */
/* net_main.c - the uwdf-net program. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>

#include "base/sys.h"
#include "bridge.h"
#include "net_options.h"
#include "runtime_dir.h"
#include "say.h"

#define PROGRAM "uwdf-net"

struct net {
	const struct arguments *args;
	struct report rep;
	uwdf_handle *device;
	struct bridge_device facts;
	struct tap tap;
	struct bridge *bridge;
	int stop_fd;
};

/* SIGINT and SIGTERM as a descriptor. */
static int make_stop_fd(struct report *rep)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_CLOEXEC);
	return fd < 0 ? report_fail(rep, -EMFILE, "preparing for signals") : fd;
}

static int open_device(struct net *net)
{
	struct uwdf_error error = { .text = "" };
	int err = uwdf_open(net->args->operands[0], &error, &net->device);

	if (err) {
		memcpy(&net->rep, &error, sizeof(net->rep));
		return err;
	}
	return bridge_ask_device(net->device, &net->rep, &net->facts);
}

static int open_tap(struct net *net)
{
	int err = tap_open(option_value(net->args, "tap"), &net->rep, &net->tap);

	if (err)
		return err;
	err = tap_set_address(&net->tap, net->facts.address, &net->rep);
	if (!err && tap_set_carrier(&net->tap, net->facts.connected))
		fprintf(stderr, PROGRAM ": this kernel cannot show the NIC's link on %s\n",
			net->tap.name);
	if (!err && option_given(net->args, "up"))
		err = tap_set_up(&net->tap, &net->rep);
	return err;
}

static void print_address(const uint8_t *a)
{
	printf("%02x:%02x:%02x:%02x:%02x:%02x", a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* Names and addresses hold nothing that JSON would have to escape. */
static void say_ready(const struct net *net)
{
	bool json = option_given(net->args, "json");

	printf(json ? "{\"event\":\"ready\",\"device\":\"%s\",\"tap\":\"%s\",\"address\":\""
		    : PROGRAM ": %s is %s, address ",
	       uwdf_handle_name(net->device), net->tap.name);
	print_address(net->facts.address);
	printf(json ? "\",\"link\":%s}\n" : ", link %s\n",
	       json ? (net->facts.connected ? "true" : "false")
		    : (net->facts.connected ? "up" : "down"));
	fflush(stdout);
}

static void say_counts(const struct net *net)
{
	struct bridge_counts c = bridge_counts(net->bridge);
	bool json = option_given(net->args, "json");

	printf(json ? "{\"event\":\"stats\",\"received_frames\":%" PRIu64
		      ",\"received_bytes\":%" PRIu64 ",\"receive_dropped\":%" PRIu64
		      ",\"sent_frames\":%" PRIu64 ",\"sent_bytes\":%" PRIu64
		      ",\"send_dropped\":%" PRIu64 "}\n"
		    : PROGRAM ": received %" PRIu64 " frames (%" PRIu64 " bytes, %" PRIu64
			      " dropped), sent %" PRIu64 " frames (%" PRIu64 " bytes, %" PRIu64
			      " dropped)\n",
	       c.received_frames, c.received_bytes, c.receive_dropped, c.sent_frames, c.sent_bytes,
	       c.send_dropped);
	fflush(stdout);
}

static int bring_up(struct net *net)
{
	int err = open_device(net);

	if (!err)
		err = open_tap(net);
	if (!err)
		err = bridge_new(net->device, &net->tap, net->facts.vectors, &net->rep,
				 &net->bridge);
	if (!err)
		err = bridge_start(net->bridge, &net->rep);
	return err;
}

/* Two words of the command line that can be no name of a device, or of an interface. */
static bool is_malformed(const struct net *net)
{
	const char *device = net->args->operands[0];

	if (!tap_name_valid(option_value(net->args, "tap")))
		return true;
	return !net->device && !strpbrk(device, "/{") && !runtime_name_valid(device);
}

static int code_of(const struct net *net, int err)
{
	if (err == -EPIPE)
		return EXIT_CODE_LEFT;
	return err == -EINVAL && is_malformed(net) ? EXIT_CODE_USAGE : exit_code_of(err);
}

static int run_net(const struct arguments *args)
{
	struct net net = { .args = args, .tap = { .fd = -1, .socket_fd = -1 } };
	int err = net.stop_fd = make_stop_fd(&net.rep);
	int code;

	if (err >= 0)
		err = bring_up(&net);
	if (!err) {
		say_ready(&net);
		err = bridge_run(net.bridge, net.stop_fd, &net.rep);
		if (option_given(args, "stats"))
			say_counts(&net);
	}
	if (err)
		say_report(PROGRAM, &net.rep);
	code = code_of(&net, err);
	uwdf_close(net.device);
	bridge_free(net.bridge);
	tap_close(&net.tap);
	sys_close(net.stop_fd);
	return code;
}

static const struct command net_command = {
	.name = PROGRAM,
	.operands = NET_OPERANDS,
	.summary = NET_SUMMARY,
	.details = net_details,
	.options = net_options,
	.least = 1,
	.most = 1,
	.run = run_net,
};

static int parse(int argc, char **argv, struct report *rep, struct arguments *args)
{
	int err = options_parse(&net_command, argc, argv, rep, args);

	if (err || args->wants_help || option_value(args, "tap"))
		return err;
	snprintf(rep->text, sizeof(rep->text), "--tap is missing");
	report_hint(rep, "uwdf net %s --tap nic0", args->operands[0]);
	return -EINVAL;
}

int main(int argc, char **argv)
{
	struct report rep = REPORT_INIT;
	struct arguments args;

	if (parse(argc, argv, &rep, &args)) {
		say_report(PROGRAM, &rep);
		return EXIT_CODE_USAGE;
	}
	if (args.wants_help) {
		options_print_help(stdout, &net_command);
		return EXIT_CODE_OK;
	}
	return net_command.run(&args);
}
