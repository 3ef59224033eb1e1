/* SPDX-License-Identifier: MIT */
/* error_text.c - what an error of the library's functions means, and what to do about it. */
#include <errno.h>
#include <stddef.h>

#include "uwdf/client.h"

static const struct error_text {
	int err;
	const char *text;
} texts[] = {
	{ -EMSGSIZE, "the buffers are longer than 64 KiB: take memory from uwdf_memory_alloc(), "
		     "which may be as long as the device has it, or ask for less at a time" },
	{ -EAGAIN, "too many requests are outstanding: reap some first, or wait for the host" },
	{ -EPIPE, "the device's host is gone: close the handle, and open the device again when "
		  "it is back (uwdf devices)" },
	{ -ENODEV, "the device was removed: close the handle" },
	{ -ETIMEDOUT, "the time given was over; the request was cancelled" },
	{ -EINVAL, "a request of no such kind, or a length without a buffer" },
	{ -ENOMEM, "no memory, or the host allows no more" },
	{ -EOPNOTSUPP, "what carries this handle's requests cannot do that" },
	{ -ENOENT, "there is no such device now: uwdf devices lists them" },
	{ -EACCES, "the device's owner does not let this user have it" },
	{ -ECONNREFUSED, "the device's host is ending" },
	{ -EDQUOT, "the user has all he may have of this device: close some of it" },
	{ -EBUSY, "the device is open elsewhere, or is to be removed" },
	{ -ECANCELED, "the driver refused" },
	{ -EPROTO, "the host broke the protocol: it may be of another version" },
	{ -EIO, "the driver refused, or its host failed: the status is what it said" },
	{ -EMFILE, "this process has as many open files as it may: close some, or see ulimit -n" },
	{ -ENAMETOOLONG, "the name is longer than that of any device or file in it" },
	{ 0, "no error" },
};

const char *uwdf_error_text(int err)
{
	if (err > 0)
		err = -err;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].err == err)
			return texts[i].text;
	return "an error of the system's: see errno(3)";
}
