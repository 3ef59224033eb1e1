/* SPDX-License-Identifier: MIT */
/*
 * client_ways.h - a device of a driver of this program, which clients reach in each way there is:
 * over its server's socket, over rings, and in process. What its host does, it does for all.
 */
#ifndef CLIENT_WAYS_H
#define CLIENT_WAYS_H

#include "fx_fixture.h"

#include "uwdf/client.h"
#include "uwdf/wire.h"

#define WAYS_SOON_MS 60000
#define WAYS_GUID    "{11111111-0001-0001-0102-030405060708}"
#define WAYS_FILLING 0x5a

/*
 * Reads pend until they are cancelled, writes succeed at once. What is longer than WAYS_LONG is
 * looked at: a read is filled, and a write's information is how many bytes are WAYS_FILLING.
 * WAYS_LOOK with any method: where the client's memory is, see ways_seen().
 */
#define WAYS_LONG     65536u
#define WAYS_ECHO     CTL_CODE(FILE_DEVICE_UNKNOWN, 0x801, METHOD_BUFFERED, FILE_ANY_ACCESS)
#define WAYS_FAIL     CTL_CODE(FILE_DEVICE_UNKNOWN, 0x802, METHOD_BUFFERED, FILE_ANY_ACCESS)
#define WAYS_WARN     CTL_CODE(FILE_DEVICE_UNKNOWN, 0x803, METHOD_BUFFERED, FILE_ANY_ACCESS)
#define WAYS_MANY     ((size_t)1 << 20)
#define WAYS_PEND_AT  1u /* a long read there pends, too */
#define WAYS_LOOK     CTL_CODE(FILE_DEVICE_UNKNOWN, 0x805, METHOD_BUFFERED, FILE_ANY_ACCESS)
#define WAYS_CHILDREN CTL_CODE(FILE_DEVICE_UNKNOWN, 0x806, METHOD_BUFFERED, FILE_ANY_ACCESS)
#define WAYS_FILL     CTL_CODE(FILE_DEVICE_UNKNOWN, 0x804, METHOD_OUT_DIRECT, FILE_ANY_ACCESS)

struct ways_behaviour {
	const char *name;
	void (*run)(void);
	bool direct_io; /* reads and writes are the device's WdfDeviceIoDirect */
};
#define BEHAVIOUR(name)                                                                            \
	{                                                                                          \
#name, name, false                                                                 \
	}
#define DIRECT_BEHAVIOUR(name)                                                                     \
	{                                                                                          \
#name, name, true                                                                  \
	}
/* Each of them in each way: main()'s result. */
int ways_run(const struct ways_behaviour *behaviours, size_t count);

/* --- the client --- */
/* @what: as uwdf_open() has it; "%s" stands for the device's name. */
int ways_try(const char *what, uwdf_handle **out);
uwdf_handle *ways_open(const char *what);
const char *ways_error(void); /* of the last try */
const char *ways_name(void);  /* the device's */
bool ways_shares_memory(void);
bool ways_is_in_process(void);

/* --- the driver --- */
const char *ways_file_name(void); /* of the last open */
unsigned int ways_pending(void);
void ways_await_pending(unsigned int count);
unsigned int ways_files_closed(void);
void ways_refuse_opens(bool refuse);
void ways_refuse_removal(bool refuse);
bool ways_was_asked(void); /* EvtDeviceQueryRemove, since the last query began */

struct ways_seen {
	const void *type3_input, *irp_type3_input, *user_buffer;
	size_t in_len;
	char input[16]; /* what is there; then the driver writes WAYS_FILLING over the first */
};
const struct ways_seen *ways_seen(void); /* by the last WAYS_LOOK */

/* Cleanups of what WAYS_CHILDREN made below its requests, this many each time. */
unsigned int ways_children_cleaned(void);
#define WAYS_CHILDREN_COUNT 4u

/* --- its host --- */
void ways_patience(unsigned int ms); /* with who hears of a query and does not close */
/* As "uwdf stop" asks: clients, then the driver. 0; -ECANCELED. In this thread or in another. */
int ways_query(void);
int ways_query_from_elsewhere(void);
void ways_query_start(void); /* elsewhere */
int ways_query_end(void);
/* Clients leave, the device stays for the moment. */
void ways_start_leaving(void);
void ways_remove(void); /* and goes */

#endif
