/* SPDX-License-Identifier: MIT */
/*
 * registry.h - the registry by names of keys, for drivers that do without WDFKEY.
 *
 * Has: RtlQueryRegistryValues, RtlWriteRegistryValue, RtlDeleteRegistryValue, RtlCheckRegistryKey,
 * RtlCreateRegistryKey.
 *
 * The registry is the one that WDFKEY knows. All may return the statuses of a registry file that
 * cannot be used, too.
 *
 * IRQL for the whole file: PASSIVE_LEVEL, else a verifier message and
 * STATUS_INVALID_DEVICE_REQUEST.
 * Source for the whole file: Windows driver documentation, wdm.h, "Run-Time Library (RTL) Registry
 * Routines".
 */
#ifndef UWDF_NT_REGISTRY_H
#define UWDF_NT_REGISTRY_H

#include <ntdef.h>
#include <ntstatus.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What @Path is below. */
#define RTL_REGISTRY_ABSOLUTE   0 /* it is a full path: \Registry\Machine\... */
#define RTL_REGISTRY_SERVICES   1 /* ...\System\CurrentControlSet\Services */
#define RTL_REGISTRY_CONTROL    2 /* ...\System\CurrentControlSet\Control */
#define RTL_REGISTRY_WINDOWS_NT 3 /* ...\Software\Microsoft\Windows NT\CurrentVersion */
#define RTL_REGISTRY_DEVICEMAP  4 /* ...\Hardware\DeviceMap; keys made there are volatile */
#define RTL_REGISTRY_USER       5 /* \Registry\User\.Default */
#define RTL_REGISTRY_MAXIMUM    6
#define RTL_REGISTRY_HANDLE     0x40000000 /* @Path is a handle: WdfRegistryWdmGetHandle() */
#define RTL_REGISTRY_OPTIONAL   0x80000000 /* may be added; nothing depends on it */

/** RtlCheckRegistryKey() - is the key there? STATUS_OBJECT_NAME_NOT_FOUND. Differs: nothing known.
 */
NTSTATUS RtlCheckRegistryKey(ULONG RelativeTo, PWSTR Path);
/**
 * RtlCreateRegistryKey() - make the key if it is not there; the one above it has to be.
 *
 * Return:  STATUS_SUCCESS; STATUS_OBJECT_NAME_NOT_FOUND; STATUS_CHILD_MUST_BE_VOLATILE.
 * Differs: nothing known.
 */
NTSTATUS RtlCreateRegistryKey(ULONG RelativeTo, PWSTR Path);
/**
 * RtlWriteRegistryValue() - set a value of a key, which is made as by RtlCreateRegistryKey().
 * @ValueName:   NULL or empty: the key's default value.
 * @ValueData:   @ValueLength bytes; of a text with its terminating zero.
 *
 * Return:  STATUS_SUCCESS; STATUS_INVALID_PARAMETER a NULL pointer, another @RelativeTo;
 * STATUS_OBJECT_NAME_NOT_FOUND; STATUS_ACCESS_DENIED the handle is not good for it.
 * Differs: nothing known.
 */
NTSTATUS RtlWriteRegistryValue(ULONG RelativeTo, PCWSTR Path, PCWSTR ValueName, ULONG ValueType,
			       PVOID ValueData, ULONG ValueLength);
/** RtlDeleteRegistryValue() - STATUS_OBJECT_NAME_NOT_FOUND: no such value, or key. Differs: makes
 * no key. */
NTSTATUS RtlDeleteRegistryValue(ULONG RelativeTo, PCWSTR Path, PCWSTR ValueName);

/* A value for the driver; with RTL_QUERY_REGISTRY_NOVALUE: NULL, REG_NONE, NULL, 0. */
typedef NTSTATUS RTL_QUERY_REGISTRY_ROUTINE(PWSTR ValueName, ULONG ValueType, PVOID ValueData,
					    ULONG ValueLength, PVOID Context, PVOID EntryContext);
typedef RTL_QUERY_REGISTRY_ROUTINE *PRTL_QUERY_REGISTRY_ROUTINE;

#define RTL_QUERY_REGISTRY_SUBKEY          0x00000001 /* Name is a subkey: go on in it */
#define RTL_QUERY_REGISTRY_TOPKEY          0x00000002 /* back to the key of the call */
#define RTL_QUERY_REGISTRY_REQUIRED        0x00000004 /* a missing value is an error */
#define RTL_QUERY_REGISTRY_NOVALUE         0x00000008 /* call the routine once, for no value */
#define RTL_QUERY_REGISTRY_NOEXPAND        0x00000010 /* texts and lists of texts as they are */
#define RTL_QUERY_REGISTRY_DIRECT          0x00000020 /* into EntryContext, without a routine */
#define RTL_QUERY_REGISTRY_DELETE          0x00000040 /* the value is deleted when it was told */
#define RTL_QUERY_REGISTRY_TYPECHECK       0x00000100 /* DefaultType's high byte is the type */
#define RTL_QUERY_REGISTRY_TYPECHECK_SHIFT 24
#define RTL_QUERY_REGISTRY_TYPECHECK_MASK  (0xffu << RTL_QUERY_REGISTRY_TYPECHECK_SHIFT)

/* One thing to ask; the table ends with a row of neither routine, SUBKEY nor DIRECT. */
typedef struct _RTL_QUERY_REGISTRY_TABLE {
	PRTL_QUERY_REGISTRY_ROUTINE QueryRoutine;
	ULONG Flags;
	PWSTR Name; /* NULL: all values */
	PVOID EntryContext;
	ULONG DefaultType; /* REG_NONE: there is no default */
	PVOID DefaultData;
	ULONG DefaultLength; /* zero: of a text, up to its end */
} RTL_QUERY_REGISTRY_TABLE, *PRTL_QUERY_REGISTRY_TABLE;
UWDF_STATIC_ASSERT(sizeof(RTL_QUERY_REGISTRY_TABLE) == 56, "as on 64-bit Windows");

/**
 * RtlQueryRegistryValues() - several values of a key and its subkeys, row by row.
 * @QueryTable:  what is asked.
 * @Context:     for the routines.
 * @Environment: ignored by design: there are no variables to expand.
 *
 * A routine gets a REG_MULTI_SZ text by text and a REG_EXPAND_SZ as it is, both as REG_SZ, but with
 * RTL_QUERY_REGISTRY_NOEXPAND as they are. RTL_QUERY_REGISTRY_DIRECT puts a text into the
 * UNICODE_STRING at EntryContext (a NULL Buffer is allocated: RtlFreeUnicodeString()), a value of
 * up to 4 bytes into the ULONG there, a longer one into a buffer whose first LONG says how long it
 * is: negative, for the data alone; positive, for a ULONG of its length, one of its type, and the
 * data. A REG_MULTI_SZ is put as it is.
 *
 * Return:  STATUS_SUCCESS; what a routine returned, which ends it; STATUS_OBJECT_NAME_NOT_FOUND no
 * such key, or a required value is missing; STATUS_INVALID_PARAMETER rows that contradict
 * themselves; STATUS_BUFFER_TOO_SMALL, STATUS_OBJECT_TYPE_MISMATCH for RTL_QUERY_REGISTRY_DIRECT.
 * Differs: variables (%SystemRoot%) are not expanded.
 */
NTSTATUS RtlQueryRegistryValues(ULONG RelativeTo, PCWSTR Path, PRTL_QUERY_REGISTRY_TABLE QueryTable,
				PVOID Context, PVOID Environment);

#ifdef __cplusplus
}
#endif
#endif
