/* SPDX-License-Identifier: MIT */
/*
 * try.c - a program that uses the edu driver: a factorial, and a text through the device's memory.
 *
 * usage: edu-try [TEXT]
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <uwdf/client.h>

#include "uwdf_edu.h"

#define TIMEOUT_MS 5000

static int check(const char *what, int err, int32_t status)
{
	if (err)
		fprintf(stderr, "%s: %s\n", what, strerrordesc_np(-err));
	else if (status < 0)
		fprintf(stderr, "%s: the driver answered status %08x\n", what, (uint32_t)status);
	return err || status < 0;
}

static int factorial(uwdf_handle *edu, uint32_t number)
{
	uint32_t result = 0;
	int32_t status = 0;
	size_t done;
	int err;

	err = uwdf_control(edu, IOCTL_EDU_FACTORIAL, &number, sizeof(number), &result,
			   sizeof(result), TIMEOUT_MS, &status, &done);
	if (check("factorial", err, status))
		return 1;
	printf("%u! = %u\n", number, result);
	return 0;
}

static int there_and_back(uwdf_handle *edu, const char *text)
{
	size_t len = strlen(text), done;
	char back[EDU_MEMORY_BYTES + 1] = "";
	int32_t status = 0;
	int err;

	err = uwdf_write(edu, text, len, TIMEOUT_MS, &status, &done);
	if (check("write", err, status))
		return 1;
	err = uwdf_read(edu, back, len, TIMEOUT_MS, &status, &done);
	if (check("read", err, status))
		return 1;
	printf("the device remembered: %s\n", back);
	return strcmp(text, back) != 0;
}

int main(int argc, char **argv)
{
	const char *text = argc > 1 ? argv[1] : "hello, device";
	struct uwdf_error error;
	uwdf_handle *edu;
	int failed;

	if (strlen(text) < 1 || strlen(text) > EDU_MEMORY_BYTES) {
		fprintf(stderr, "usage: edu-try [TEXT of 1 to %u bytes]\n", EDU_MEMORY_BYTES);
		return 2;
	}
	if (uwdf_open(EDU_INTERFACE_GUID_TEXT, &error, &edu)) {
		fprintf(stderr, "%s\n%s\n", error.text, error.hint);
		return 1;
	}
	failed = factorial(edu, 10) || there_and_back(edu, text);
	uwdf_close(edu);
	return failed;
}
