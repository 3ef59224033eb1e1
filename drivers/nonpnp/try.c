/* SPDX-License-Identifier: MIT */
/*
 * try.c - a program that uses the nonpnp driver: a text in capital letters by two methods, and a
 * text left with the handle and fetched again by the two others.
 *
 * usage: nonpnp-try [TEXT]
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <uwdf/client.h>

#include "uwdf_nonpnp.h"

#define TIMEOUT_MS 5000

struct buffer {
	void *data;
	size_t len;
};

/* Bytes that came back, or -1. */
static long control(uwdf_handle *device, uint32_t code, struct buffer in, struct buffer out)
{
	int32_t status = 0;
	size_t done = 0;
	int err = uwdf_control(device, code, in.data, in.len, out.data, out.len, TIMEOUT_MS,
			       &status, &done);

	if (!err && status >= 0)
		return (long)done;
	if (err)
		fprintf(stderr, "nonpnp-try: %s\n", strerrordesc_np(-err));
	else
		fprintf(stderr, "nonpnp-try: the driver answered status %08x\n", (uint32_t)status);
	return -1;
}

static int capitals(uwdf_handle *device, uint32_t code, char *text, size_t len)
{
	char out[NONPNP_TEXT_BYTES];
	long done = control(device, code, (struct buffer){ text, len },
			    (struct buffer){ out, sizeof(out) });

	if (done < 0)
		return 1;
	printf("in capitals: %.*s\n", (int)done, out);
	return 0;
}

/* Both times the second buffer: read by the driver first, then written. */
static int leave_and_fetch(uwdf_handle *device, char *text, size_t len)
{
	const struct buffer nothing = { NULL, 0 };
	char out[NONPNP_TEXT_BYTES];
	long done;

	if (control(device, IOCTL_NONPNP_IN_DIRECT, nothing, (struct buffer){ text, len }) < 0)
		return 1;
	done = control(device, IOCTL_NONPNP_OUT_DIRECT, nothing,
		       (struct buffer){ out, sizeof(out) });
	if (done < 0)
		return 1;
	printf("the handle remembered: %.*s\n", (int)done, out);
	return (size_t)done != len || memcmp(out, text, len) != 0;
}

int main(int argc, char **argv)
{
	char text[NONPNP_TEXT_BYTES + 1];
	struct uwdf_error error;
	uwdf_handle *device;
	size_t len;
	int failed;

	len = (size_t)snprintf(text, sizeof(text), "%s", argc > 1 ? argv[1] : "hello, driver");
	if (len < 1 || len > NONPNP_TEXT_BYTES) {
		fprintf(stderr, "usage: nonpnp-try [TEXT of 1 to %u bytes]\n", NONPNP_TEXT_BYTES);
		return 2;
	}
	if (uwdf_open(NONPNP_NAME, &error, &device)) {
		fprintf(stderr, "%s\n%s\n", error.text, error.hint);
		return 1;
	}
	failed = capitals(device, IOCTL_NONPNP_BUFFERED, text, len) ||
		 capitals(device, IOCTL_NONPNP_NEITHER, text, len) ||
		 leave_and_fetch(device, text, len);
	uwdf_close(device);
	return failed;
}
