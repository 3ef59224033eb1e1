/* SPDX-License-Identifier: MIT */
/*
 * wdfroletypes.h - names for an object's cleanup and destroy callbacks that say whose they are.
 *
 * The level is the object's: wdfobject.h.
 */
#ifndef UWDF_WDFROLETYPES_H
#define UWDF_WDFROLETYPES_H

#include <wdf/wdfobject.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef EVT_WDF_OBJECT_CONTEXT_CLEANUP EVT_WDF_DEVICE_CONTEXT_CLEANUP;
typedef EVT_WDF_OBJECT_CONTEXT_DESTROY EVT_WDF_DEVICE_CONTEXT_DESTROY;
typedef EVT_WDF_OBJECT_CONTEXT_CLEANUP EVT_WDF_IO_QUEUE_CONTEXT_CLEANUP_CALLBACK;
typedef EVT_WDF_OBJECT_CONTEXT_DESTROY EVT_WDF_IO_QUEUE_CONTEXT_DESTROY_CALLBACK;
typedef EVT_WDF_OBJECT_CONTEXT_CLEANUP EVT_WDF_FILE_CONTEXT_CLEANUP_CALLBACK;
typedef EVT_WDF_OBJECT_CONTEXT_DESTROY EVT_WDF_FILE_CONTEXT_DESTROY_CALLBACK;

#ifdef __cplusplus
}
#endif
#endif
