/* SPDX-License-Identifier: MIT */
/* nic_counters.c - print what a NIC driver says it sent and received, as NAME=VALUE lines. */
#include <inttypes.h>
#include <stdio.h>

#include "uwdf/client.h"
#include "uwdf_nic.h"

static const struct {
	const char *name;
	uint32_t oid;
} counters[] = {
	{ "driver_sent", NIC_OID_GEN_XMIT_OK },
	{ "driver_received", NIC_OID_GEN_RCV_OK },
	{ "driver_send_errors", NIC_OID_GEN_XMIT_ERROR },
	{ "driver_receive_errors", NIC_OID_GEN_RCV_ERROR },
	{ "driver_overruns", NIC_OID_GEN_RCV_NO_BUFFER },
};

static int print_counter(uwdf_handle *nic, const char *name, uint32_t oid)
{
	uint32_t value = 0;
	int32_t status = 0;
	size_t done = 0;
	int err;

	err = uwdf_control(nic, IOCTL_NIC_QUERY_OID, &oid, sizeof(oid), &value, sizeof(value), 2000,
			   &status, &done);
	if (err || status < 0 || done != sizeof(value)) {
		fprintf(stderr, "nic_counters: %s: error %d, status %08" PRIx32 ", %zu bytes\n",
			name, err, (uint32_t)status, done);
		return 1;
	}
	printf("%s=%" PRIu32 "\n", name, value);
	return 0;
}

int main(int argc, char **argv)
{
	struct uwdf_error error = { .text = "" };
	uwdf_handle *nic;
	int failed = 0;

	if (argc != 2) {
		fprintf(stderr, "usage: nic_counters DEVICE\n");
		return 2;
	}
	if (uwdf_open(argv[1], &error, &nic)) {
		fprintf(stderr, "nic_counters: %s\n%s\n", error.text, error.hint);
		return 1;
	}
	for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++)
		failed |= print_counter(nic, counters[i].name, counters[i].oid);
	uwdf_close(nic);
	return failed;
}
