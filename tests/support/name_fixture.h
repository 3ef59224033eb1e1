/* SPDX-License-Identifier: MIT */
/*
 * name_fixture.h - two devices of one driver on model:edu, each with its own loops, on
 * fx_fixture.h: one has names and keeps or completes what comes, the other opens it by one of them.
 * What their callbacks saw is in the log of fx_fixture.h.
 */
#ifndef NAME_FIXTURE_H
#define NAME_FIXTURE_H

#include "fx_fixture.h"

#define NAMED_DEVICE L"\\Device\\UwdfNamed"
#define NAMED_LINK   L"\\DosDevices\\UwdfNamedLink"
#define NAMED_CODE   CTL_CODE(FILE_DEVICE_UNKNOWN, 0x801, METHOD_BUFFERED, FILE_ANY_ACCESS)
#define NAMED_KEPT   16

extern const GUID NAMED_GUID; /* its interface, with the reference string "Ref" */

/* What the device with the names does, and what it saw; cleared by named_setup(). */
struct named_script {
	bool exclusive;
	bool keeps;            /* requests, cancelable; else each completes with */
	ULONG_PTR information; /* this */
	NTSTATUS create_status;
	void (*in_io)(WDFREQUEST request); /* first of all */
	void (*in_create)(void);           /* the same; on its own loop, as the next */
	void (*in_cleanup)(void);
	/* on its own loop */
	WDFREQUEST kept[NAMED_KEPT];
	unsigned int kept_count;
	char file_name[64];
	KPROCESSOR_MODE mode;
	WDFFILEOBJECT file, request_file;
	char got[32];
};
extern struct named_script named_script;

/* The target that the other device makes, and its callbacks. */
struct named_target {
	WDFIOTARGET handle;
	bool query, canceled, complete; /* it has the callback */
	NTSTATUS query_status;
	void (*in_query)(WDFIOTARGET target); /* instead of closing it */
	void (*in_canceled)(WDFIOTARGET target);
	void (*in_complete)(WDFIOTARGET target);
	const char *word; /* before the names of its callbacks in the log */
};

/* Where the device with the names is: here, or in another host; see remote_fixture.h. */
struct named_place {
	void (*up)(void);   /* it is started */
	void (*down)(void); /* it is about to be removed, if it was not before */
	int (*query_remove)(void);
	void (*remove)(void);
	void (*surprise)(void);
};

struct named_fixture {
	const struct named_place *place; /* NULL: here */
	WDFDEVICE named, sender;         /* fx.device is that of the first */
	struct uwdf_device *sender_host;
	struct named_target a, b;
};
extern struct named_fixture named;

int named_setup(void **state);
int named_teardown(void **state);
void named_up(void); /* both started, a and b made, the log empty */
void named_remove_sender(void);

NTSTATUS named_open(struct named_target *target, PCWSTR name);
NTSTATUS named_reopen(struct named_target *target);
void named_is_open(struct named_target *target); /* by its device name; fails the test if not */
WDF_IO_TARGET_STATE named_state(const struct named_target *target);
/* The control code through it, waiting. */
NTSTATUS named_ask(struct named_target *target, const char *text, ULONG_PTR *out_information);
/* A request of its own, sent; its end is the word "Back" in the log. */
struct named_sent {
	WDFREQUEST request;
	unsigned int ends; /* atomic */
	NTSTATUS status;
	bool on_own_loop;
};
bool named_send(struct named_target *target, struct named_sent *sent);
/* On the loop of the one or the other device, at PASSIVE_LEVEL. */
void named_on_loop(WDFDEVICE device, void (*fn)(void *arg), void *arg);
/* What this thread wrote the loop of the device with the names sees, and the other way round: what
 * goes through rings between processes tells a race detector nothing. Around named_ask() it is so.
 * Nothing where it was removed. */
void named_meet(void);
uint64_t named_open_files(void); /* of the device with the names */
/* --- its removal, where it is --- */
void named_all_callbacks(struct named_target *target);
int named_query_remove(void); /* as uwdf_device_query_remove() */
void named_remove(void);
void named_surprise(void); /* it wants to leave, and is removed; there it goes as always */
/* Within a minute: another host is told, and told of, in its own time. */
void named_await_state(const struct named_target *target, WDF_IO_TARGET_STATE state);

/* A test here, in remote_fixture.h's other host, and both. */
#define NAMED_HERE(name) cmocka_unit_test_setup_teardown(name, named_setup, named_teardown)
#define NAMED_THERE(name)                                                                          \
	{                                                                                          \
#name " (in another host)", name, remote_setup, remote_teardown, NULL              \
	}
#define NAMED_BOTH(name) NAMED_HERE(name), NAMED_THERE(name)

#endif
