/* SPDX-License-Identifier: MIT */
/*
 * try.c - a program that uses the echo driver: a text there and, after a while, back; then reads
 * that it does not wait for.
 *
 * usage: echo-try [TEXT [DEVICE]]
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <uwdf/client.h>

#include "uwdf_echo.h"

#define TIMEOUT_MS 60000

static int check(const char *what, int err, int32_t status)
{
	if (err)
		fprintf(stderr, "echo-try: %s: %s\n", what,
			err < 0 ? strerrordesc_np(-err) : "it did not");
	else if (status < 0)
		fprintf(stderr, "echo-try: %s: the driver answered status %08x\n", what,
			(uint32_t)status);
	return err || status < 0;
}

static int set_delay(uwdf_handle *echo, uint32_t delay_ms)
{
	int32_t status = 0;
	int err = uwdf_control(echo, IOCTL_ECHO_SET_DELAY, &delay_ms, sizeof(delay_ms), NULL, 0,
			       TIMEOUT_MS, &status, NULL);

	return check("set delay", err, status);
}

static int read_late(uwdf_handle *echo, struct uwdf_op *op)
{
	struct uwdf_op *got;

	if (check("submit", uwdf_submit(echo, op), 0))
		return 1;
	if (uwdf_reap(echo, TIMEOUT_MS, &got) != 1)
		return check("a read", -ETIMEDOUT, 0);
	return check("read", 0, op->status);
}

static int there_and_back(uwdf_handle *echo, const char *text, uint32_t delay_ms)
{
	char back[256] = "";
	struct uwdf_op read = { .kind = UWDF_READ, .out = back, .out_len = sizeof(back) - 1 };
	int32_t status = 0;
	int err;

	if (set_delay(echo, delay_ms))
		return 1;
	err = uwdf_write(echo, text, strlen(text), TIMEOUT_MS, &status, NULL);
	if (check("write", err, status) || read_late(echo, &read))
		return 1;
	printf("the driver echoes: %s\n", back);
	return strcmp(back, text) != 0;
}

/* Two reads, the second behind the first in the queue; neither is waited for. */
static int cancelled(uwdf_handle *echo)
{
	char first_text[16], second_text[16];
	struct uwdf_op first = { .kind = UWDF_READ,
				 .out = first_text,
				 .out_len = sizeof(first_text) };
	struct uwdf_op second = { .kind = UWDF_READ,
				  .out = second_text,
				  .out_len = sizeof(second_text) };
	struct uwdf_op *got;

	if (set_delay(echo, ECHO_MOST_DELAY_MS) || check("submit", uwdf_submit(echo, &first), 0) ||
	    check("submit", uwdf_submit(echo, &second), 0) ||
	    check("a read that must wait", uwdf_reap(echo, 100, &got), 0) ||
	    check("cancel", uwdf_cancel(echo, &second), 0) ||
	    check("cancel", uwdf_cancel(echo, &first), 0))
		return 1;
	for (int i = 0; i < 2; i++)
		if (uwdf_reap(echo, TIMEOUT_MS, &got) != 1)
			return check("a cancelled read", -ETIMEDOUT, 0);
	printf("cancelled: %08x, %08x\n", (uint32_t)first.status, (uint32_t)second.status);
	return first.status >= 0 || second.status >= 0;
}

int main(int argc, char **argv)
{
	const char *text = argc > 1 ? argv[1] : "hello, driver";
	struct uwdf_error error;
	uwdf_handle *echo;
	int failed;

	if (argc > 3 || !*text || strlen(text) > 255) {
		fprintf(stderr, "usage: echo-try [TEXT of 1 to 255 bytes [DEVICE]]\n");
		return 2;
	}
	if (uwdf_open(argc > 2 ? argv[2] : ECHO_INTERFACE_GUID_TEXT, &error, &echo)) {
		fprintf(stderr, "%s\n%s\n", error.text, error.hint);
		return 1;
	}
	failed =
		there_and_back(echo, text, 200) || cancelled(echo) || there_and_back(echo, text, 0);
	uwdf_close(echo);
	return failed;
}
