/* SPDX-License-Identifier: MIT */
#include "net_options.h"

const struct option_spec net_options[] = {
	{ "tap", "NAME", "the TAP interface, made if it is not there (required)" },
	{ "up", NULL, "set the interface up as soon as it is there" },
	{ "stats", NULL, "print the frame counts at the end" },
	{ "json", NULL, "print what is printed as JSON objects, one a line" },
	{ NULL, NULL, NULL },
};

const char net_details[] =
	"DEVICE is a device's name, the interface GUID of NIC drivers\n"
	"(b74cfec2-9366-454a-ba71-7c27b51470a4), or the path of a host's socket. The kernel's own\n"
	"network stack then runs over the driver: DHCP, ping, tcpdump, iperf3 work on the TAP\n"
	"interface, which takes over the NIC's address and follows its link.\n\n"
	"Needs CAP_NET_ADMIN in its network namespace. Without root, in one of its own:\n"
	"  unshare -Urn uwdf net e1000 --tap nic0\n"
	"  nsenter --preserve-credentials -Un -t PID ip link set nic0 up\n\n"
	"Ends on SIGINT, SIGTERM (exit code 0), or when the device's host ends (exit code 4).\n";
