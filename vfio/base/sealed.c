/* SPDX-License-Identifier: MIT */
#include "base/sealed.h"

#include <fcntl.h>
#include <sys/mman.h>

#include "base/sys.h"

int sealed_memory_new(uint64_t len, void **out, int *out_fd)
{
	int fd = sys_memfd_create("uwdf", MFD_ALLOW_SEALING);
	int err;

	if (fd < 0)
		return fd;
	err = sys_ftruncate(fd, (int64_t)len);
	if (!err)
		err = sys_fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
	if (!err)
		err = sys_mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0, out);
	if (err) {
		sys_close(fd);
		return err;
	}
	*out_fd = fd;
	return 0;
}
