/* SPDX-License-Identifier: MIT */
/*
 * wdfstatus.h - status values of the framework.
 *
 * Source: Windows driver documentation, wdfstatus.h.
 */
#ifndef UWDF_WDFSTATUS_H
#define UWDF_WDFSTATUS_H

#include <ntstatus.h>

#define FACILITY_WDF                             0x20
#define STATUS_WDF_QUEUED                        ((NTSTATUS)0x40200000)
#define STATUS_WDF_POSTED                        ((NTSTATUS)0x40200002)
#define STATUS_WDF_NO_PACKAGE                    ((NTSTATUS)0xc0200200u)
#define STATUS_WDF_INTERNAL_ERROR                ((NTSTATUS)0xc0200201u)
#define STATUS_WDF_PAUSED                        ((NTSTATUS)0xc0200203u)
#define STATUS_WDF_BUSY                          ((NTSTATUS)0xc0200204u)
#define STATUS_WDF_IO_TIMEOUT_NOT_SENT           ((NTSTATUS)0xc0200205u)
#define STATUS_WDF_DEVICE_REMOVED_NOT_SENT       ((NTSTATUS)0xc0200206u)
#define STATUS_WDF_REQUEST_ALREADY_PENDING       ((NTSTATUS)0xc0200207u)
#define STATUS_WDF_REQUEST_INVALID_STATE         ((NTSTATUS)0xc0200208u)
#define STATUS_WDF_OBJECT_ATTRIBUTES_INVALID     ((NTSTATUS)0xc0200209u)
#define STATUS_WDF_TOO_FRAGMENTED                ((NTSTATUS)0xc020020au)
#define STATUS_WDF_NO_CALLBACK                   ((NTSTATUS)0xc020020bu)
#define STATUS_WDF_INCOMPATIBLE_EXECUTION_LEVEL  ((NTSTATUS)0xc020020cu)
#define STATUS_WDF_PARENT_ALREADY_ASSIGNED       ((NTSTATUS)0xc020020du)
#define STATUS_WDF_PARENT_IS_SELF                ((NTSTATUS)0xc020020eu)
#define STATUS_WDF_PARENT_ASSIGNMENT_NOT_ALLOWED ((NTSTATUS)0xc020020fu)
#define STATUS_WDF_SYNCHRONIZATION_SCOPE_INVALID ((NTSTATUS)0xc0200210u)
#define STATUS_WDF_EXECUTION_LEVEL_INVALID       ((NTSTATUS)0xc0200211u)
#define STATUS_WDF_PARENT_NOT_SPECIFIED          ((NTSTATUS)0xc0200212u)
#define STATUS_WDF_TOO_MANY_TRANSFERS            ((NTSTATUS)0xc0200213u)
#define STATUS_WDF_NOT_ENOUGH_MAP_REGISTERS      ((NTSTATUS)0xc0200214u)
#define STATUS_SEVERITY_SUCCESS                  0x0
#define STATUS_SEVERITY_INFORMATIONAL            0x1
#define STATUS_SEVERITY_WARNING                  0x2
#define STATUS_SEVERITY_ERROR                    0x3

#endif
