/* SPDX-License-Identifier: MIT */
/*
 * guiddef.h - GUID and DEFINE_GUID.
 *
 * DEFINE_GUID declares; after including initguid.h it defines (weakly, so that two sources of one
 * driver may both do it).
 *
 * Source: [MS-DTYP] 2.3.4, GUID; Windows driver documentation, "Defining and Exporting New GUIDs".
 */
#ifndef UWDF_GUIDDEF_H
#define UWDF_GUIDDEF_H

#include <stdint.h>
#include <string.h>

typedef struct _GUID {
	uint32_t Data1;
	uint16_t Data2;
	uint16_t Data3;
	uint8_t Data4[8];
} GUID, *LPGUID;
typedef const GUID *LPCGUID;

#ifdef __cplusplus
#define UWDF_GUID_EXTERN extern "C"
#define REFGUID          const GUID &
#else
#define UWDF_GUID_EXTERN extern
#define REFGUID          const GUID *
#endif

#define IsEqualGUIDPointers(a, b) (memcmp((a), (b), sizeof(GUID)) == 0)
#ifdef __cplusplus
#define IsEqualGUID(a, b) (memcmp(&(a), &(b), sizeof(GUID)) == 0)
#else
#define IsEqualGUID(a, b) IsEqualGUIDPointers((a), (b))
#endif

#endif

/* Read again after initguid.h, to switch from declaring to defining. */
#undef DEFINE_GUID
#ifdef INITGUID
#define DEFINE_GUID(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8)                               \
	UWDF_GUID_EXTERN const GUID name;                                                          \
	__attribute__((weak)) const GUID name = { l, w1, w2, { b1, b2, b3, b4, b5, b6, b7, b8 } }
#else
#define DEFINE_GUID(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8)                               \
	UWDF_GUID_EXTERN const GUID name
#endif
