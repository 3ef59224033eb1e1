/* SPDX-License-Identifier: MIT */
/* irp_fixture.h - a driver that sees IRPs first: each test says what it does with them. */
#ifndef IRP_FIXTURE_H
#define IRP_FIXTURE_H

#include "io_fixture.h"

extern struct io_fixture irp_f;
extern WDFDEVICE irp_device;
extern WDFQUEUE irp_queue; /* default, parallel, keeps requests */
extern PIRP irp_last;
extern unsigned int irp_calls;
extern NTSTATUS (*irp_does)(PIRP irp); /* in EvtDeviceWdmIrpPreprocess */

/* Those that clients send: IRP_MJ_CREATE, then four of a file that is open. */
extern const UCHAR irp_majors[5];

NTSTATUS irp_evt(WDFDEVICE device, PIRP irp);
/* What a test wants to see of the given major functions; verifier on. */
void irp_setup(WDF_DEVICE_IO_TYPE io_type, const UCHAR *majors, size_t count);
void irp_setup_config(const struct fx_io_config *config);
void irp_teardown(void);

/* It came back once, and no rule was broken. */
void irp_check_ended(const struct io_op *op, NTSTATUS status, size_t information);
/* @fn on a thread of its own, and what it causes. */
void irp_run_elsewhere(void (*fn)(void *arg), void *arg);

/* What a driver may do. */
NTSTATUS irp_end_with(PIRP irp, NTSTATUS status, ULONG_PTR information); /* IoCompleteRequest */
NTSTATUS irp_pass_on(PIRP irp);                                          /* as it is */
NTSTATUS irp_keep(PIRP irp);                                             /* pending */

#endif
