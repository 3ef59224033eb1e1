/* SPDX-License-Identifier: MIT */
/* headers_test.h - what the generated comparison stands on: recording slots and comparers. */
#ifndef HEADERS_TEST_H
#define HEADERS_TEST_H

#include <ntddk.h>
#include <wdf.h>

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define UNUSED __attribute__((unused))

struct ddi_call {
	const char *name;
	int index;
	void (*call)(void);
};
struct init_call {
	const char *name;
	int (*run)(void); /* how many fields differ */
};
struct family {
	const char *name;
	int have, total;
};

/* Arguments of the calls: any type read from here is zero. */
static uint64_t zeros[64] __attribute__((aligned(64)));
static int slot_called; /* index of the slot that ran last */

static int differs(const char *field, long long is, long long should) UNUSED;
static int differs(const char *field, long long is, long long should)
{
	if (is == should)
		return 0;
	fprintf(stderr, "%s is %lld, the table says %lld\n", field, is, should);
	return 1;
}

static int is_zero(const char *field, const void *bytes, size_t len) UNUSED;
static int is_zero(const char *field, const void *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (((const unsigned char *)bytes)[i]) {
			fprintf(stderr, "%s is not zero\n", field);
			return 1;
		}
	}
	return 0;
}

static int is_other(const char *field, const void *is, const void *should, size_t len) UNUSED;
static int is_other(const char *field, const void *is, const void *should, size_t len)
{
	if (!memcmp(is, should, len))
		return 0;
	fprintf(stderr, "%s is not the parameter\n", field);
	return 1;
}

#endif
