/* SPDX-License-Identifier: MIT */
/* cuse_errno.c - what a program of Linux is told of an NTSTATUS. */
#include <errno.h>

#include "cuse_impl.h"

/* The table of uwdf(1). */
static const struct status_errno {
	uint32_t status;
	int err;
} table[] = {
	/* clang-format off */
	{ 0x80000006u, ENODATA },    /* STATUS_NO_MORE_FILES */
	{ 0x8000001au, ENODATA },    /* STATUS_NO_MORE_ENTRIES */
	{ 0x80000011u, EBUSY },      /* STATUS_DEVICE_BUSY */
	{ 0xc0000002u, ENOSYS },     /* STATUS_NOT_IMPLEMENTED */
	{ 0xc0000004u, EINVAL },     /* STATUS_INFO_LENGTH_MISMATCH */
	{ 0xc0000005u, EFAULT },     /* STATUS_ACCESS_VIOLATION */
	{ 0xc0000008u, EBADF },      /* STATUS_INVALID_HANDLE */
	{ 0xc000000du, EINVAL },     /* STATUS_INVALID_PARAMETER */
	{ 0xc000000eu, ENODEV },     /* STATUS_NO_SUCH_DEVICE */
	{ 0xc000000fu, ENOENT },     /* STATUS_NO_SUCH_FILE */
	{ 0xc0000010u, EOPNOTSUPP }, /* STATUS_INVALID_DEVICE_REQUEST */
	{ 0xc0000011u, ENODATA },    /* STATUS_END_OF_FILE; of a read: 0 bytes */
	{ 0xc0000017u, ENOMEM },     /* STATUS_NO_MEMORY */
	{ 0xc0000022u, EACCES },     /* STATUS_ACCESS_DENIED */
	{ 0xc0000023u, ERANGE },     /* STATUS_BUFFER_TOO_SMALL */
	{ 0xc0000034u, ENOENT },     /* STATUS_OBJECT_NAME_NOT_FOUND */
	{ 0xc0000035u, EEXIST },     /* STATUS_OBJECT_NAME_COLLISION */
	{ 0xc0000043u, EBUSY },      /* STATUS_SHARING_VIOLATION */
	{ 0xc0000056u, ENODEV },     /* STATUS_DELETE_PENDING */
	{ 0xc000007fu, ENOSPC },     /* STATUS_DISK_FULL */
	{ 0xc000009au, ENOMEM },     /* STATUS_INSUFFICIENT_RESOURCES */
	{ 0xc000009du, ENODEV },     /* STATUS_DEVICE_NOT_CONNECTED */
	{ 0xc00000a3u, ENXIO },      /* STATUS_DEVICE_NOT_READY */
	{ 0xc00000b5u, ETIMEDOUT },  /* STATUS_IO_TIMEOUT */
	{ 0xc00000bbu, EOPNOTSUPP }, /* STATUS_NOT_SUPPORTED */
	{ 0xc00000c0u, ENODEV },     /* STATUS_DEVICE_DOES_NOT_EXIST */
	{ 0xc0000120u, ECANCELED },  /* STATUS_CANCELLED; EINTR if a signal was why */
	{ 0xc0000184u, ENXIO },      /* STATUS_INVALID_DEVICE_STATE */
	{ 0xc0000206u, EMSGSIZE },   /* STATUS_INVALID_BUFFER_SIZE */
	{ 0xc0000225u, ENOENT },     /* STATUS_NOT_FOUND */
	{ 0xc00002b6u, ENODEV },     /* STATUS_DEVICE_REMOVED */
	/* clang-format on */
};

int cuse_errno_of(int32_t status)
{
	for (size_t i = 0; i < UW_ARRAY_SIZE(table); i++)
		if (table[i].status == (uint32_t)status)
			return -table[i].err;
	return (uint32_t)status >> 30 == 3 ? -EIO : 0;
}
