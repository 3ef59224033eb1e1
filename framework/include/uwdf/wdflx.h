/* SPDX-License-Identifier: MIT */
/* wdflx.h - what uwdf adds to KMDF. Include after wdf.h. */
#ifndef UWDF_WDFLX_H
#define UWDF_WDFLX_H

#include <wdf.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * WdfLxDriverSetIoLevel() - declare at which level this driver's EvtIo* callbacks may run.
 * @Driver: the driver, in DriverEntry, before any device.
 * @Level:  WdfExecutionLevelDispatch: requests, ISR and DPC share one loop thread, no hand-over,
 * and the callbacks must not block. WdfExecutionLevelPassive (default): requests run on the
 *          device's own request loop and may block.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_PARAMETER another level; STATUS_INVALID_DEVICE_STATE the
 *          driver has devices already.
 */
NTSTATUS WdfLxDriverSetIoLevel(WDFDRIVER Driver, WDF_EXECUTION_LEVEL Level);

#ifdef __cplusplus
}
#endif
#endif
