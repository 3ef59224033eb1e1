/* SPDX-License-Identifier: MIT */
#include "vfio_info.h"

#include <errno.h>
#include <linux/vfio.h>
#include <string.h>

#include "base/mem.h"
#include "base/sys.h"

#define INFO_MAX (64u * 1024)

/* One question with @len bytes of room; *@out_wanted is what the kernel would fill. */
static int query_once(int fd, unsigned long request, const void *head, size_t head_len, void *info,
		      size_t len, uint32_t *out_wanted)
{
	uint32_t argsz = (uint32_t)len;
	int err;

	memset(info, 0, len);
	memcpy(info, head, head_len);
	memcpy(info, &argsz, sizeof(argsz));
	err = sys_ioctl(fd, request, info);
	if (err < 0)
		return err;
	memcpy(out_wanted, info, sizeof(*out_wanted));
	return 0;
}

int vfio_info_query(int fd, unsigned long request, const void *head, size_t head_len,
		    void **out_info, size_t *out_len)
{
	size_t len = head_len;
	uint32_t wanted;
	void *info;
	int err;

	for (;;) {
		info = mem_calloc(1, len);
		if (!info)
			return -ENOMEM;
		err = query_once(fd, request, head, head_len, info, len, &wanted);
		if (!err && wanted > INFO_MAX)
			err = -EPROTO;
		if (err || wanted <= len)
			break;
		mem_free(info);
		len = wanted; /* grows each time, so this ends */
	}
	if (err) {
		mem_free(info);
		return err;
	}
	*out_info = info;
	*out_len = len;
	return 0;
}

size_t vfio_info_find_cap(const void *info, size_t len, uint32_t first, uint16_t id, size_t need)
{
	struct vfio_info_cap_header header;
	size_t at = first, before = 0;

	while (at > before && at < len && len - at >= sizeof(header)) {
		memcpy(&header, (const char *)info + at, sizeof(header));
		if (header.id == id)
			return len - at >= need ? at : 0;
		before = at;
		at = header.next;
	}
	return 0;
}
