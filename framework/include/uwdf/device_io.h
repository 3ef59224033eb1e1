/* SPDX-License-Identifier: MIT */
/*
 * device_io.h - I/O on a device from within its own process: what the socket server and in-process
 * clients stand on. It reaches the device as a table of calls, so that a test can bring its own.
 */
#ifndef UWDF_DEVICE_IO_H
#define UWDF_DEVICE_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct irq_loop;
struct uwdf_device;
struct uwdf_file; /* one open of the device */

enum uwdf_io_kind {
	UWDF_IO_READ = 4,
	UWDF_IO_WRITE = 5,
	UWDF_IO_CONTROL = 6,
	UWDF_IO_FLUSH = 15 /* it has nothing but this */
};

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
	/* what is behind the device's name, UTF-8, "\\PATH"; NULL: nothing; stays until done() */
	const char *file_name;
	/* any thread, once; @file: NULL unless @status says success; must not block */
	void (*done)(struct uwdf_open *open, int32_t status, struct uwdf_file *file);
	void *owner;               /* the asker's */
	uint64_t private_area[48]; /* the device's */
};

/* Memory for direct transfers. */
struct uwdf_io_memory {
	void *base;
	size_t len;
	int fd;      /* a memfd of it, sealed; the caller's to pass on and to close */
	void *place; /* the device's */
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
	/*
	 * A client that lives on the device's own loop thread, where nothing is posted and nothing
	 * locked. call() brings @fn there and waits until it ran; false: the device is gone. The
	 * other two may be called by what the loop runs, never by a driver's callback. One that
	 * waits may have the loop run, and so more come in: the driver sees these when it has
	 * returned.
	 */
	bool (*call)(struct uwdf_file *file, void (*fn)(void *arg), void *arg);
	/* As submit() of each, in order; cancel() of these only from the loop, too, and of none
	 * before its turn: @turn, which may be NULL, points into @ios at the one whose it is. */
	void (*submit_many)(struct uwdf_file *file, struct uwdf_io *const *ios, size_t count,
			    struct uwdf_io *const **turn);
	/* complete() of all that is completed, which comes at the end of the wake-up otherwise. */
	void (*reap)(struct uwdf_file *file);
	/*
	 * The loop that owns the device: what is submitted there goes to the driver at once, and
	 * comes back there. It lives until the device is removed. NULL: the device is gone. The
	 * member may be NULL: the device has no loop.
	 */
	struct irq_loop *(*loop)(struct uwdf_file *file);
	/*
	 * @len: bytes, whole pages; zeroed. 0 or -errno. Given back when nothing of the file that
	 * uses it is outstanding, also after the device is gone. Both may be NULL: the device has
	 * no wishes.
	 */
	int (*memory_new)(struct uwdf_file *file, size_t len, struct uwdf_io_memory *out);
	void (*memory_free)(struct uwdf_io_memory *memory);
	/* Are reads and writes done on the client's memory itself? What is copied is bounded by who
	 * submits. NULL: no. */
	bool (*is_direct)(struct uwdf_file *file);
};

/* libuwdf's: @device is a struct uwdf_device. */
extern const struct uwdf_device_io_ops uwdf_device_io __attribute__((visibility("default")));

/* What becomes of a device, as whoever has it open in its own process hears it. */
enum uwdf_io_event {
	UWDF_IO_QUERY_REMOVE, /* somebody wants to remove it */
	UWDF_IO_STAYS,        /* no: somebody refused */
	UWDF_IO_LEAVES,       /* it is being removed: cancel what is outstanding, close the file */
	UWDF_IO_GONE          /* all of that is over; there is no device any more */
};
struct uwdf_io_watch {
	/*
	 * The thread that removes the device, or a driver's that deletes it; must not wait. After
	 * QUERY_REMOVE, is an answer to be waited for (for a second)? It is that the watch ends,
	 * or hears no more. Of no meaning after the others.
	 */
	bool (*tell)(struct uwdf_io_watch *watch, enum uwdf_io_event event);
	/* How many of its requests the device has; any thread; must not wait for the device. NULL:
	 * not known. */
	uint32_t (*requests)(struct uwdf_io_watch *watch);
	uint64_t private_area[8]; /* the device's */
};
struct uwdf_io_watch_ops {
	/* From before a file is opened. 0; -ECONNREFUSED the device is being removed; -EBUSY
	 * somebody wants it unused. */
	int (*begin)(void *device, struct uwdf_io_watch *watch);
	/* After the file was closed. tell() is not called any more, and waited for. Not from inside
	 * it. */
	void (*end)(struct uwdf_io_watch *watch);
	/* Does it want to hear of QUERY_REMOVE and STAYS? At first not. */
	void (*hear)(struct uwdf_io_watch *watch, bool on);
	/* Its file is closed, and it only listens from here: it keeps nobody from anything. */
	void (*let_go)(struct uwdf_io_watch *watch);
};

/* libuwdf's, as above. */
extern const struct uwdf_io_watch_ops uwdf_device_watch __attribute__((visibility("default")));

#ifdef __cplusplus
}
#endif
#endif
