/* SPDX-License-Identifier: MIT */
/* vfio_info.h - VFIO's self-sizing answers and the capability chains inside them. */
#ifndef VFIO_INFO_H
#define VFIO_INFO_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

/**
 * vfio_info_query() - ask with a structure that begins with argsz, again with more room if told so.
 * @head: the question; its first 32 bits are set here.
 * @out_info: the answer in one heap block (mem_free()) of *@out_len bytes, at least @head_len.
 * Return: 0; -EPROTO the kernel wants absurd room; -ENOMEM; the ioctl's -errno.
 */
int vfio_info_query(int fd, unsigned long request, const void *head, size_t head_len,
		    void **out_info, size_t *out_len) UW_MUST_CHECK;

/**
 * vfio_info_find_cap() - offset of the capability @id in a chain that starts at @first.
 * @need: bytes the capability must have before the answer ends.
 *
 * Offsets must ascend, as the kernel writes them, so that a chain that loops ends here too.
 * Return: the offset, which may be unaligned; 0: not there, or cut off.
 */
size_t vfio_info_find_cap(const void *info, size_t len, uint32_t first, uint16_t id, size_t need);

#endif
