/* SPDX-License-Identifier: MIT */
/*
 * keeper.h - what keeper.c does at a client's wish: it holds on to things, or refuses to go.
 *
 * Usable from the driver (after wdf.h) and from clients (plain C).
 */
#ifndef KEEPER_H
#define KEEPER_H

/* CTL_CODE(FILE_DEVICE_UNKNOWN = 0x22, 0x800 + n, METHOD_BUFFERED, FILE_ANY_ACCESS) */
#define KEEPER_CODE(n) ((0x22u << 16) | ((0x800u + (n)) << 2))

#define KEEPER_REFUSE    KEEPER_CODE(0) /* in: the NTSTATUS of EvtDeviceQueryRemove from now on */
#define KEEPER_REFERENCE KEEPER_CODE(1) /* as many on an object as the ULONG says, tag "Keep" */
#define KEEPER_DELETE    KEEPER_CODE(2) /* that object, in spite of its references */
#define KEEPER_TIMER     KEEPER_CODE(3) /* start a timer that is due in an hour */
#define KEEPER_WORK      KEEPER_CODE(4) /* a work item that runs until KEEPER_RELEASE or D0Exit */
#define KEEPER_DPC       KEEPER_CODE(5) /* a DPC that does, and one that waits for its end */
#define KEEPER_RELEASE   KEEPER_CODE(6)
#define KEEPER_FAIL      KEEPER_CODE(7)  /* WdfDeviceSetFailed */
#define KEEPER_HANG      KEEPER_CODE(9)  /* EvtDeviceQueryRemove does not return before D0Exit */
#define KEEPER_TREE      KEEPER_CODE(10) /* three WDFOBJECTs, each in the one before: see keeper.c */
#define KEEPER_LEAK      KEEPER_CODE(8)  /* as many WDFOBJECTs, referenced and deleted */

#endif
