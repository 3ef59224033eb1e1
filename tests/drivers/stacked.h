/* SPDX-License-Identifier: MIT */
/*
 * stacked.h - one driver of a stack, as a test asks for it. Each image of stacked.c exports a
 * pointer to such a script; the test sets it after loading and before the start.
 */
#ifndef STACKED_H
#define STACKED_H

#include <wdf.h>

/* Which of its default queue's callbacks there are; none at all: no queue. */
#define STACKED_READ     1u
#define STACKED_WRITE    2u
#define STACKED_CONTROL  4u
#define STACKED_INTERNAL 8u
#define STACKED_DEFAULT  16u

/* What EvtIo* does with a request. */
enum stacked_way {
	STACKED_COMPLETE,    /* with its level's number as information */
	STACKED_KEEP,        /* in kept */
	STACKED_KEEP_MARKED, /* and cancelable */
	/* to the next lower driver: */
	STACKED_FORGET,    /* and no more of it */
	STACKED_SEND,      /* and completes it when it comes back */
	STACKED_SEND_WAIT, /* waits for it */
};

struct stacked_script {
	const char *name;
	BOOLEAN filter;   /* WdfFdoInitSetFilter */
	const char *fail; /* the callback that fails */
	BOOLEAN no_device;
	DEVICE_TYPE device_type; /* 0: not set */
	ULONG handlers;
	WDF_IO_QUEUE_DISPATCH_TYPE dispatch; /* 0: parallel */
	enum stacked_way way;
	ULONG_PTR information;
	BOOLEAN in_caller_context; /* EvtIoInCallerContext passes all on */
	BOOLEAN creates;           /* EvtDeviceFileCreate */
	NTSTATUS create_status;
	BOOLEAN sends_creates; /* instead of completing them */
	BOOLEAN files;         /* file objects, EvtFileCleanup and EvtFileClose */
	WDF_TRI_STATE forward;
	BOOLEAN takes_half;    /* EvtDeviceRemoveAddedResources, from one of the lists alone */
	BOOLEAN requirements;  /* EvtDeviceFilter... and RemoveAdded; adds a private resource */
	ULONG given, prepared; /* how many resources those and EvtDevicePrepareHardware saw */
	BOOLEAN quiet;         /* PnP callbacks write no words */
	const GUID *interface;
	/* any thread */
	void (*note)(const char *name, const char *word);
	WDFREQUEST kept;
	WDFFILEOBJECT file; /* the last one seen */
	void *input;        /* of the last request */
	WDFDEVICE device;
};

#define STACKED_SYMBOL "stacked_script"

#endif
