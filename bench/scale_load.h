/* SPDX-License-Identifier: MIT */
/* scale_load.h - many files and queued requests on a device, in process or through its socket. */
#ifndef BENCH_SCALE_LOAD_H
#define BENCH_SCALE_LOAD_H

#include <stddef.h>
#include <stdint.h>

#include "server.h"
#include "uwdf/client.h"
#include "uwdf/device_io.h"

struct uwdf_device;

/* In process. */
struct load {
	struct uwdf_file **files; /* owned, as what is below */
	struct uwdf_io *queued, *burst;
	struct uwdf_io **chosen;
	unsigned int file_count, queued_count;
	unsigned int next; /* the file whose turn it is */
	uint32_t random;
	uint64_t completed; /* bench_count() */
};

int load_begin(struct load *load, struct uwdf_device *device, unsigned int files,
	       unsigned int queued);
void load_end(struct load *load);
/* So many control codes on the first file, until all are back. */
void load_burst(struct load *load, unsigned int count);
/* Of the queued ones: choose some, the same each time or any, cancel them until they are back,
 * queue them again. */
void load_choose(struct load *load, unsigned int count, bool any);
void load_cancel(struct load *load, unsigned int count);
void load_again(struct load *load, unsigned int count);

/* Clients of a server. */
struct crowd {
	struct server *server; /* owned */
	uwdf_handle *rings;    /* owned: one that is measured, over rings */
	uwdf_handle *socket;   /* owned: the other, over the socket alone */
	uwdf_handle **others;  /* owned: with requests in the queue */
	struct uwdf_op *ops;   /* owned: those requests */
	unsigned int other_count;
	int many_fd; /* owned: one connection with the other handles; -1 none */
};

int crowd_begin(struct crowd *crowd, struct uwdf_device *device, const char *name,
		unsigned int handles, unsigned int queued);
void crowd_end(struct crowd *crowd);

#endif
