/* SPDX-License-Identifier: MIT */
/* status.h - the NTSTATUS values a client meets most, for programs without KMDF's headers. */
#ifndef UWDF_STATUS_H
#define UWDF_STATUS_H

#include <stdint.h>

#define UWDF_STATUS(value) ((int32_t)(value))

#define UWDF_STATUS_SUCCESS                UWDF_STATUS(0x00000000u)
#define UWDF_STATUS_DEVICE_BUSY            UWDF_STATUS(0x80000011u)
#define UWDF_STATUS_UNSUCCESSFUL           UWDF_STATUS(0xc0000001u)
#define UWDF_STATUS_INVALID_HANDLE         UWDF_STATUS(0xc0000008u)
#define UWDF_STATUS_INVALID_PARAMETER      UWDF_STATUS(0xc000000du)
#define UWDF_STATUS_INVALID_DEVICE_REQUEST UWDF_STATUS(0xc0000010u)
#define UWDF_STATUS_ACCESS_DENIED          UWDF_STATUS(0xc0000022u)
#define UWDF_STATUS_OBJECT_NAME_NOT_FOUND  UWDF_STATUS(0xc0000034u)
#define UWDF_STATUS_QUOTA_EXCEEDED         UWDF_STATUS(0xc0000044u)
#define UWDF_STATUS_REVISION_MISMATCH      UWDF_STATUS(0xc0000059u)
#define UWDF_STATUS_INSUFFICIENT_RESOURCES UWDF_STATUS(0xc000009au)
#define UWDF_STATUS_CANCELLED              UWDF_STATUS(0xc0000120u)
#define UWDF_STATUS_INVALID_BUFFER_SIZE    UWDF_STATUS(0xc0000206u)
#define UWDF_STATUS_NOT_FOUND              UWDF_STATUS(0xc0000225u)
#define UWDF_STATUS_DEVICE_REMOVED         UWDF_STATUS(0xc00002b6u)

/* Success and information are non-negative, warnings and errors negative. */
#define UWDF_STATUS_OK(status) ((status) >= 0)

#endif
