/* SPDX-License-Identifier: MIT */
/*
 * device_io.h - I/O on a device from within its own process: what the socket server and in-process
 * clients stand on. It reaches the device as a table of calls, so that a test can bring its own.
 */
#ifndef UWDF_DEVICE_IO_H
#define UWDF_DEVICE_IO_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct uwdf_device;
struct uwdf_file; /* one open of the device */

enum uwdf_io_kind { UWDF_IO_READ = 4, UWDF_IO_WRITE = 5, UWDF_IO_CONTROL = 6 };

/* One request; it and its buffers stay valid until complete() runs. in and out may be the same. */
struct uwdf_io {
	enum uwdf_io_kind kind;
	uint32_t code;
	const void *in; /* write and control */
	size_t in_len;
	void *out; /* read and control */
	size_t out_len;
	uint64_t offset;
	/* any thread, once, whatever happens; @status is an NTSTATUS; must not block */
	void (*complete)(struct uwdf_io *io, int32_t status, uint64_t information);
	void *owner;               /* the submitter's */
	uint64_t private_area[48]; /* the device's */
};

/* One open on its way; it stays valid until done() runs. Nothing can call it off. */
struct uwdf_open {
	uint32_t process_id; /* of the asker */
	/* any thread, once; @file: NULL unless @status says success; must not block */
	void (*done)(struct uwdf_open *open, int32_t status, struct uwdf_file *file);
	void *owner;               /* the asker's */
	uint64_t private_area[48]; /* the device's */
};

/* PASSIVE level, any thread. */
struct uwdf_device_io_ops {
	/* As long as the driver takes; the other two never wait. */
	int32_t (*open)(void *device, uint32_t process_id, struct uwdf_file **out);
	void (*close)(struct uwdf_file *file); /* nothing of it is outstanding */
	void (*open_start)(void *device, struct uwdf_open *open);
	/* @done: any thread, once, at the end; must not block */
	void (*close_start)(struct uwdf_file *file, void (*done)(void *arg), void *arg);
	void (*submit)(struct uwdf_file *file, struct uwdf_io *io);
	/* Ask @io to end early: complete() is still called, once. Harmless when it was called
	 * already, as long as @io's memory is there. */
	void (*cancel)(struct uwdf_io *io);
};

/* libuwdf's: @device is a struct uwdf_device. */
extern const struct uwdf_device_io_ops uwdf_device_io __attribute__((visibility("default")));

#ifdef __cplusplus
}
#endif
#endif
