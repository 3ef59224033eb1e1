/* SPDX-License-Identifier: MIT */
/*
 * cuse.h - control codes for programs that have opened a device by its node, /dev/uwdf/NAME, which
 * "uwdf run --cuse" makes. They need this header alone, no library.
 *
 *	struct uwdf_cuse_control control = {
 *		.code = IOCTL_EDU_FACTORIAL,
 *		.in = UWDF_CUSE_ADDRESS(&number), .in_len = sizeof(number),
 *		.out = UWDF_CUSE_ADDRESS(&result), .out_len = sizeof(result),
 *	};
 *	if (ioctl(fd, UWDF_CUSE_CONTROL, &control) < 0)
 *		perror("factorial");
 *
 * ioctl() returns 0 when the driver did what was asked, or gave a warning that it said so with
 * data, and -1 with errno when it did not. Whatever the driver answered is in status and
 * information then, too; status is left alone when the driver was never asked: EFAULT, EACCES,
 * EINVAL, EMSGSIZE, ENOMEM.
 */
#ifndef UWDF_CUSE_H
#define UWDF_CUSE_H

#include <stdint.h>
#include <sys/ioctl.h>

/*
 * The same in programs of 32 and 64 bits: addresses have 64 in both, and no member needs padding in
 * either.
 */
struct uwdf_cuse_control {
	uint32_t code;        /* the control code */
	int32_t status;       /* answer: the driver's NTSTATUS */
	uint64_t in;          /* address of the input; of no interest when in_len is 0 */
	uint64_t out;         /* of the output */
	uint32_t in_len;      /* bytes */
	uint32_t out_len;     /* bytes there is room for; METHOD_IN_DIRECT: that the driver reads */
	uint64_t information; /* answer: usually the bytes in the output */
};

#define UWDF_CUSE_CONTROL          _IOWR('w', 0x46, struct uwdf_cuse_control)
#define UWDF_CUSE_ADDRESS(pointer) ((uint64_t)(uintptr_t)(pointer))

/* The longest input, and the longest output; with METHOD_IN_DIRECT both together. */
#define UWDF_CUSE_MOST_BYTES (128u * 1024u - sizeof(struct uwdf_cuse_control))

#endif
