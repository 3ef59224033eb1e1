/* SPDX-License-Identifier: MIT */
/*
 * wdfregistry.h - WDFKEY: keys of the registry, and their values.
 *
 * Has: WdfRegistryOpenKey, WdfRegistryCreateKey, WdfRegistryClose, WdfRegistryWdmGetHandle,
 *      WdfRegistryRemoveKey, WdfRegistryRemoveValue, WdfRegistryQueryValue, WdfRegistryQueryMemory,
 *      WdfRegistryQueryMultiString, WdfRegistryQueryUnicodeString, WdfRegistryQueryString,
 *      WdfRegistryQueryULong, WdfRegistryAssignValue, WdfRegistryAssignMemory,
 *      WdfRegistryAssignMultiString, WdfRegistryAssignUnicodeString, WdfRegistryAssignString,
 *      WdfRegistryAssignULong.
 *
 * The registry is a file that all drivers of this user share; "uwdf reg" shows and changes it. A
 * change is whole and kept when the call returns. Names ignore case.
 *
 * A "registry status" says what became of that file: STATUS_REGISTRY_CORRUPT,
 * STATUS_REGISTRY_IO_FAILED, STATUS_DISK_FULL, STATUS_ACCESS_DENIED, STATUS_REVISION_MISMATCH (a
 * newer uwdf's), STATUS_IO_TIMEOUT (another process kept it for 5 s), STATUS_KEY_DELETED (the key
 * was removed meanwhile). Malformed UNICODE_STRINGs are STATUS_INVALID_PARAMETER everywhere.
 *
 * Rights: a handle is good for what @DesiredAccess asked for, as Microsoft's manual says. A mask of
 * all standard rights and no key's (STANDARD_RIGHTS_ALL) is good for everything, as its samples
 * expect.
 *
 * Source: Windows driver documentation, wdfregistry.h.
 */
#ifndef UWDF_WDFREGISTRY_H
#define UWDF_WDFREGISTRY_H

#include <wdf/wdfcollection.h>
#include <wdf/wdfmemory.h>
#include <wdf/wdfobject.h>
#include <wdf/wdfstring.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * WdfRegistryOpenKey() - open a key that is there.
 * @ParentKey:     the key that @KeyName is below; NULL: @KeyName is a full path.
 * @KeyName:       one name or several with backslashes between them; \Registry\Machine\... if full.
 * @DesiredAccess: what the handle will be used for: KEY_READ, KEY_WRITE, KEY_ALL_ACCESS ...
 * @KeyAttributes: default parent: the driver; may be WDF_NO_OBJECT_ATTRIBUTES.
 * @Key:           the new handle.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_OBJECT_NAME_NOT_FOUND no such key; STATUS_OBJECT_PATH_SYNTAX_BAD
 *          not a full path without @ParentKey, or one with it; STATUS_OBJECT_NAME_INVALID a name of
 *          more than 255 characters, or more than 512 names; STATUS_KEY_DELETED @ParentKey was
 *          removed; STATUS_INVALID_PARAMETER a malformed name; STATUS_INSUFFICIENT_RESOURCES; an
 *          object-attributes status; a registry status.
 * Differs: there is no security descriptor: every right that is asked for is granted.
 * Source:  Windows driver documentation, wdfregistry.h.
 */
typedef NTSTATUS (*PFN_WDFREGISTRYOPENKEY)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY ParentKey,
					   PCUNICODE_STRING KeyName, ACCESS_MASK DesiredAccess,
					   PWDF_OBJECT_ATTRIBUTES KeyAttributes, WDFKEY *Key);
FORCEINLINE NTSTATUS WdfRegistryOpenKey(WDFKEY ParentKey, PCUNICODE_STRING KeyName,
					ACCESS_MASK DesiredAccess,
					PWDF_OBJECT_ATTRIBUTES KeyAttributes, WDFKEY *Key)
{
	return ((PFN_WDFREGISTRYOPENKEY)WdfFunctions[WdfRegistryOpenKeyTableIndex])(
		WdfDriverGlobals, ParentKey, KeyName, DesiredAccess, KeyAttributes, Key);
}

/**
 * WdfRegistryCreateKey() - open a key, made if it is not there.
 * @ParentKey:         as WdfRegistryOpenKey().
 * @KeyName:           as WdfRegistryOpenKey(); all but the last name must be there.
 * @DesiredAccess:     as WdfRegistryOpenKey().
 * @CreateOptions:     REG_OPTION_NON_VOLATILE, or REG_OPTION_VOLATILE: gone with the next boot.
 * @CreateDisposition: REG_CREATED_NEW_KEY or REG_OPENED_EXISTING_KEY; may be NULL.
 * @KeyAttributes:     default parent: the driver; may be WDF_NO_OBJECT_ATTRIBUTES.
 * @Key:               the new handle.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  as WdfRegistryOpenKey(); STATUS_CHILD_MUST_BE_VOLATILE a key that stays, below one that
 *          does not; STATUS_INVALID_PARAMETER other bits in @CreateOptions; STATUS_NOT_SUPPORTED
 *          REG_OPTION_CREATE_LINK.
 * Differs: links are refused; REG_OPTION_BACKUP_RESTORE has no effect. Rights as
 *          WdfRegistryOpenKey().
 * Source:  Windows driver documentation, wdfregistry.h.
 */
typedef NTSTATUS (*PFN_WDFREGISTRYCREATEKEY)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY ParentKey,
					     PCUNICODE_STRING KeyName, ACCESS_MASK DesiredAccess,
					     ULONG CreateOptions, PULONG CreateDisposition,
					     PWDF_OBJECT_ATTRIBUTES KeyAttributes, WDFKEY *Key);
FORCEINLINE NTSTATUS WdfRegistryCreateKey(WDFKEY ParentKey, PCUNICODE_STRING KeyName,
					  ACCESS_MASK DesiredAccess, ULONG CreateOptions,
					  PULONG CreateDisposition,
					  PWDF_OBJECT_ATTRIBUTES KeyAttributes, WDFKEY *Key)
{
	return ((PFN_WDFREGISTRYCREATEKEY)WdfFunctions[WdfRegistryCreateKeyTableIndex])(
		WdfDriverGlobals, ParentKey, KeyName, DesiredAccess, CreateOptions,
		CreateDisposition, KeyAttributes, Key);
}

/**
 * WdfRegistryClose() - close a key: as WdfObjectDelete().
 * @Key: the key; the handle is void afterwards.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfregistry.h.
 */
typedef VOID (*PFN_WDFREGISTRYCLOSE)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Key);
FORCEINLINE VOID WdfRegistryClose(WDFKEY Key)
{
	((PFN_WDFREGISTRYCLOSE)WdfFunctions[WdfRegistryCloseTableIndex])(WdfDriverGlobals, Key);
}

/**
 * WdfRegistryWdmGetHandle() - the key's handle of NT's, with the rights that the key was opened
 * with.
 * @Key: the key.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  the handle, valid until the key is closed; ZwClose() is not for it. NULL: no memory.
 * Differs: RtlQueryRegistryValues() and its kin take it (RTL_REGISTRY_HANDLE); there are no Zw*Key.
 * Source:  Windows driver documentation, wdfregistry.h.
 */
typedef HANDLE (*PFN_WDFREGISTRYWDMGETHANDLE)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Key);
FORCEINLINE HANDLE WdfRegistryWdmGetHandle(WDFKEY Key)
{
	return ((PFN_WDFREGISTRYWDMGETHANDLE)WdfFunctions[WdfRegistryWdmGetHandleTableIndex])(
		WdfDriverGlobals, Key);
}

/**
 * WdfRegistryRemoveKey() - remove a key and its values, and close it.
 * @Key: opened with DELETE, which KEY_ALL_ACCESS has; void after success.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_ACCESS_DENIED opened without DELETE; STATUS_CANNOT_DELETE it has
 *          subkeys; STATUS_KEY_DELETED it was removed already; a registry status. On failure the
 *          handle stays.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfregistry.h.
 */
typedef NTSTATUS (*PFN_WDFREGISTRYREMOVEKEY)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Key);
FORCEINLINE NTSTATUS WdfRegistryRemoveKey(WDFKEY Key)
{
	return ((PFN_WDFREGISTRYREMOVEKEY)WdfFunctions[WdfRegistryRemoveKeyTableIndex])(
		WdfDriverGlobals, Key);
}

/**
 * WdfRegistryRemoveValue() - remove a value.
 * @Key:       opened with KEY_SET_VALUE.
 * @ValueName: its name; empty: the default value.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_OBJECT_NAME_NOT_FOUND no such value; STATUS_ACCESS_DENIED; a
 *          registry status.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfregistry.h.
 */
typedef NTSTATUS (*PFN_WDFREGISTRYREMOVEVALUE)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Key,
					       PCUNICODE_STRING ValueName);
FORCEINLINE NTSTATUS WdfRegistryRemoveValue(WDFKEY Key, PCUNICODE_STRING ValueName)
{
	return ((PFN_WDFREGISTRYREMOVEVALUE)WdfFunctions[WdfRegistryRemoveValueTableIndex])(
		WdfDriverGlobals, Key, ValueName);
}

/**
 * WdfRegistryQueryValue() - what a value holds.
 * @Key:                opened with KEY_QUERY_VALUE.
 * @ValueName:          its name; empty: the default value.
 * @ValueLength:        bytes that @Value has room for.
 * @Value:              NULL: only length and type are wanted.
 * @ValueLengthQueried: bytes of the value, also if they do not fit; may be NULL.
 * @ValueType:          REG_SZ ...; may be NULL.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_BUFFER_OVERFLOW they do not fit (always without @Value, unless
 *          there are none): the first @ValueLength bytes are in @Value, length and type are set;
 *          STATUS_OBJECT_NAME_NOT_FOUND no such value; STATUS_ACCESS_DENIED; a registry status.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfregistry.h.
 */
typedef NTSTATUS (*PFN_WDFREGISTRYQUERYVALUE)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Key,
					      PCUNICODE_STRING ValueName, ULONG ValueLength,
					      PVOID Value, PULONG ValueLengthQueried,
					      PULONG ValueType);
FORCEINLINE NTSTATUS WdfRegistryQueryValue(WDFKEY Key, PCUNICODE_STRING ValueName,
					   ULONG ValueLength, PVOID Value,
					   PULONG ValueLengthQueried, PULONG ValueType)
{
	return ((PFN_WDFREGISTRYQUERYVALUE)WdfFunctions[WdfRegistryQueryValueTableIndex])(
		WdfDriverGlobals, Key, ValueName, ValueLength, Value, ValueLengthQueried,
		ValueType);
}

/**
 * WdfRegistryQueryMemory() - what a value holds, as a memory object.
 * @Key:              opened with KEY_QUERY_VALUE.
 * @ValueName:        its name; empty: the default value.
 * @PoolType:         as WdfMemoryCreate().
 * @MemoryAttributes: default parent: the driver; may be WDF_NO_OBJECT_ATTRIBUTES.
 * @Memory:           the new handle.
 * @ValueType:        REG_SZ ...; may be NULL.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_RESOURCE_DATA_NOT_FOUND the value is empty;
 *          STATUS_OBJECT_NAME_NOT_FOUND no such value; STATUS_ACCESS_DENIED;
 *          STATUS_INSUFFICIENT_RESOURCES; an object-attributes status; a registry status.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfregistry.h.
 */
typedef NTSTATUS (*PFN_WDFREGISTRYQUERYMEMORY)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Key,
					       PCUNICODE_STRING ValueName, POOL_TYPE PoolType,
					       PWDF_OBJECT_ATTRIBUTES MemoryAttributes,
					       WDFMEMORY *Memory, PULONG ValueType);
FORCEINLINE NTSTATUS WdfRegistryQueryMemory(WDFKEY Key, PCUNICODE_STRING ValueName,
					    POOL_TYPE PoolType,
					    PWDF_OBJECT_ATTRIBUTES MemoryAttributes,
					    WDFMEMORY *Memory, PULONG ValueType)
{
	return ((PFN_WDFREGISTRYQUERYMEMORY)WdfFunctions[WdfRegistryQueryMemoryTableIndex])(
		WdfDriverGlobals, Key, ValueName, PoolType, MemoryAttributes, Memory, ValueType);
}

/**
 * WdfRegistryQueryMultiString() - the strings of a REG_MULTI_SZ value, each as a string object.
 * @Key:               opened with KEY_QUERY_VALUE.
 * @ValueName:         its name; empty: the default value.
 * @StringsAttributes: of each string; default parent: the driver; may be WDF_NO_OBJECT_ATTRIBUTES.
 * @Collection:        gets them behind what it has.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_OBJECT_TYPE_MISMATCH no REG_MULTI_SZ;
 *          STATUS_RESOURCE_DATA_NOT_FOUND the value is empty; STATUS_OBJECT_NAME_NOT_FOUND no such
 *          value; STATUS_ACCESS_DENIED; STATUS_INSUFFICIENT_RESOURCES; an object-attributes status;
 *          a registry status. On failure the collection is as before.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfregistry.h.
 */
typedef NTSTATUS (*PFN_WDFREGISTRYQUERYMULTISTRING)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Key,
						    PCUNICODE_STRING ValueName,
						    PWDF_OBJECT_ATTRIBUTES StringsAttributes,
						    WDFCOLLECTION Collection);
FORCEINLINE NTSTATUS WdfRegistryQueryMultiString(WDFKEY Key, PCUNICODE_STRING ValueName,
						 PWDF_OBJECT_ATTRIBUTES StringsAttributes,
						 WDFCOLLECTION Collection)
{
	return ((PFN_WDFREGISTRYQUERYMULTISTRING)
			WdfFunctions[WdfRegistryQueryMultiStringTableIndex])(
		WdfDriverGlobals, Key, ValueName, StringsAttributes, Collection);
}

/**
 * WdfRegistryQueryUnicodeString() - the text of a REG_SZ value.
 * @Key:             opened with KEY_QUERY_VALUE.
 * @ValueName:       its name; empty: the default value.
 * @ValueByteLength: bytes of the text with its terminating zero, also if it does not fit; may be
 *                   NULL.
 * @Value:           its buffer gets the text, with a terminating zero where there is room; may be
 *                   NULL.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_BUFFER_OVERFLOW the text does not fit, nothing was written;
 *          STATUS_OBJECT_TYPE_MISMATCH no REG_SZ; STATUS_INTEGER_OVERFLOW text too long for a
 *          UNICODE_STRING; STATUS_INVALID_PARAMETER neither @Value nor @ValueByteLength;
 *          STATUS_OBJECT_NAME_NOT_FOUND no such value; STATUS_ACCESS_DENIED; a registry status.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfregistry.h.
 */
typedef NTSTATUS (*PFN_WDFREGISTRYQUERYUNICODESTRING)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Key,
						      PCUNICODE_STRING ValueName,
						      PUSHORT ValueByteLength,
						      PUNICODE_STRING Value);
FORCEINLINE NTSTATUS WdfRegistryQueryUnicodeString(WDFKEY Key, PCUNICODE_STRING ValueName,
						   PUSHORT ValueByteLength, PUNICODE_STRING Value)
{
	return ((PFN_WDFREGISTRYQUERYUNICODESTRING)
			WdfFunctions[WdfRegistryQueryUnicodeStringTableIndex])(
		WdfDriverGlobals, Key, ValueName, ValueByteLength, Value);
}

/**
 * WdfRegistryQueryString() - the text of a REG_SZ value, into a string object.
 * @Key:       opened with KEY_QUERY_VALUE.
 * @ValueName: its name; empty: the default value.
 * @String:    its text is replaced; a buffer that WdfStringGetUnicodeString() gave before is gone.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_OBJECT_TYPE_MISMATCH no REG_SZ; STATUS_RESOURCE_DATA_NOT_FOUND
 *          the value is empty; STATUS_INTEGER_OVERFLOW text too long for a UNICODE_STRING;
 *          STATUS_OBJECT_NAME_NOT_FOUND no such value; STATUS_ACCESS_DENIED;
 *          STATUS_INSUFFICIENT_RESOURCES; a registry status.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfregistry.h.
 */
typedef NTSTATUS (*PFN_WDFREGISTRYQUERYSTRING)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Key,
					       PCUNICODE_STRING ValueName, WDFSTRING String);
FORCEINLINE NTSTATUS WdfRegistryQueryString(WDFKEY Key, PCUNICODE_STRING ValueName,
					    WDFSTRING String)
{
	return ((PFN_WDFREGISTRYQUERYSTRING)WdfFunctions[WdfRegistryQueryStringTableIndex])(
		WdfDriverGlobals, Key, ValueName, String);
}

/**
 * WdfRegistryQueryULong() - the number of a REG_DWORD value.
 * @Key:       opened with KEY_QUERY_VALUE.
 * @ValueName: its name; empty: the default value.
 * @Value:     the number.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_OBJECT_TYPE_MISMATCH no REG_DWORD of four bytes;
 *          STATUS_OBJECT_NAME_NOT_FOUND no such value; STATUS_ACCESS_DENIED; a registry status.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfregistry.h.
 */
typedef NTSTATUS (*PFN_WDFREGISTRYQUERYULONG)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Key,
					      PCUNICODE_STRING ValueName, PULONG Value);
FORCEINLINE NTSTATUS WdfRegistryQueryULong(WDFKEY Key, PCUNICODE_STRING ValueName, PULONG Value)
{
	return ((PFN_WDFREGISTRYQUERYULONG)WdfFunctions[WdfRegistryQueryULongTableIndex])(
		WdfDriverGlobals, Key, ValueName, Value);
}

/**
 * WdfRegistryAssignValue() - set a value, of any type.
 * @Key:         opened with KEY_SET_VALUE.
 * @ValueName:   its name; empty: the default value.
 * @ValueType:   REG_SZ ...; stored as it is given.
 * @ValueLength: bytes.
 * @Value:       the data; may be anything for @ValueLength 0, but not NULL.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS: it is in the registry, whatever happens next; STATUS_ACCESS_DENIED;
 *          STATUS_OBJECT_NAME_INVALID a name of more than 16383 characters;
 *          STATUS_INSUFFICIENT_RESOURCES also for more than 16 MiB; a registry status.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfregistry.h.
 */
typedef NTSTATUS (*PFN_WDFREGISTRYASSIGNVALUE)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Key,
					       PCUNICODE_STRING ValueName, ULONG ValueType,
					       ULONG ValueLength, PVOID Value);
FORCEINLINE NTSTATUS WdfRegistryAssignValue(WDFKEY Key, PCUNICODE_STRING ValueName, ULONG ValueType,
					    ULONG ValueLength, PVOID Value)
{
	return ((PFN_WDFREGISTRYASSIGNVALUE)WdfFunctions[WdfRegistryAssignValueTableIndex])(
		WdfDriverGlobals, Key, ValueName, ValueType, ValueLength, Value);
}

/**
 * WdfRegistryAssignMemory() - set a value from a memory object.
 * @Key:           opened with KEY_SET_VALUE.
 * @ValueName:     its name; empty: the default value.
 * @ValueType:     REG_SZ ...; stored as it is given.
 * @Memory:        the data.
 * @MemoryOffsets: the part of it; NULL: all of it.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS: it is in the registry, whatever happens next; STATUS_ACCESS_DENIED;
 *          STATUS_OBJECT_NAME_INVALID a name of more than 16383 characters; STATUS_INTEGER_OVERFLOW
 *          @MemoryOffsets reaches past the memory; STATUS_INSUFFICIENT_RESOURCES also for more than
 *          16 MiB; a registry status.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfregistry.h.
 */
typedef NTSTATUS (*PFN_WDFREGISTRYASSIGNMEMORY)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Key,
						PCUNICODE_STRING ValueName, ULONG ValueType,
						WDFMEMORY Memory, PWDFMEMORY_OFFSET MemoryOffsets);
FORCEINLINE NTSTATUS WdfRegistryAssignMemory(WDFKEY Key, PCUNICODE_STRING ValueName,
					     ULONG ValueType, WDFMEMORY Memory,
					     PWDFMEMORY_OFFSET MemoryOffsets)
{
	return ((PFN_WDFREGISTRYASSIGNMEMORY)WdfFunctions[WdfRegistryAssignMemoryTableIndex])(
		WdfDriverGlobals, Key, ValueName, ValueType, Memory, MemoryOffsets);
}

/**
 * WdfRegistryAssignMultiString() - set a REG_MULTI_SZ value.
 * @Key:               opened with KEY_SET_VALUE.
 * @ValueName:         its name; empty: the default value.
 * @StringsCollection: string objects only.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS: it is in the registry, whatever happens next; STATUS_ACCESS_DENIED;
 *          STATUS_OBJECT_NAME_INVALID a name of more than 16383 characters;
 *          STATUS_INVALID_PARAMETER no strings, or something else among them;
 *          STATUS_INSUFFICIENT_RESOURCES also for more than 16 MiB; a registry status.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfregistry.h.
 */
typedef NTSTATUS (*PFN_WDFREGISTRYASSIGNMULTISTRING)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Key,
						     PCUNICODE_STRING ValueName,
						     WDFCOLLECTION StringsCollection);
FORCEINLINE NTSTATUS WdfRegistryAssignMultiString(WDFKEY Key, PCUNICODE_STRING ValueName,
						  WDFCOLLECTION StringsCollection)
{
	return ((PFN_WDFREGISTRYASSIGNMULTISTRING)
			WdfFunctions[WdfRegistryAssignMultiStringTableIndex])(
		WdfDriverGlobals, Key, ValueName, StringsCollection);
}

/**
 * WdfRegistryAssignUnicodeString() - set a REG_SZ value.
 * @Key:       opened with KEY_SET_VALUE.
 * @ValueName: its name; empty: the default value.
 * @Value:     the text; a terminating zero is added.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS: it is in the registry, whatever happens next; STATUS_ACCESS_DENIED;
 *          STATUS_OBJECT_NAME_INVALID a name of more than 16383 characters;
 *          STATUS_INVALID_PARAMETER lengths that are odd or do not fit;
 *          STATUS_INSUFFICIENT_RESOURCES also for more than 16 MiB; a registry status.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfregistry.h.
 */
typedef NTSTATUS (*PFN_WDFREGISTRYASSIGNUNICODESTRING)(PWDF_DRIVER_GLOBALS DriverGlobals,
						       WDFKEY Key, PCUNICODE_STRING ValueName,
						       PCUNICODE_STRING Value);
FORCEINLINE NTSTATUS WdfRegistryAssignUnicodeString(WDFKEY Key, PCUNICODE_STRING ValueName,
						    PCUNICODE_STRING Value)
{
	return ((PFN_WDFREGISTRYASSIGNUNICODESTRING)
			WdfFunctions[WdfRegistryAssignUnicodeStringTableIndex])(
		WdfDriverGlobals, Key, ValueName, Value);
}

/**
 * WdfRegistryAssignString() - set a REG_SZ value from a string object.
 * @Key:       opened with KEY_SET_VALUE.
 * @ValueName: its name; empty: the default value.
 * @String:    the text.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS: it is in the registry, whatever happens next; STATUS_ACCESS_DENIED;
 *          STATUS_OBJECT_NAME_INVALID a name of more than 16383 characters;
 *          STATUS_INSUFFICIENT_RESOURCES also for more than 16 MiB; a registry status.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfregistry.h.
 */
typedef NTSTATUS (*PFN_WDFREGISTRYASSIGNSTRING)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Key,
						PCUNICODE_STRING ValueName, WDFSTRING String);
FORCEINLINE NTSTATUS WdfRegistryAssignString(WDFKEY Key, PCUNICODE_STRING ValueName,
					     WDFSTRING String)
{
	return ((PFN_WDFREGISTRYASSIGNSTRING)WdfFunctions[WdfRegistryAssignStringTableIndex])(
		WdfDriverGlobals, Key, ValueName, String);
}

/**
 * WdfRegistryAssignULong() - set a REG_DWORD value.
 * @Key:       opened with KEY_SET_VALUE.
 * @ValueName: its name; empty: the default value.
 * @Value:     the number.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS: it is in the registry, whatever happens next; STATUS_ACCESS_DENIED;
 *          STATUS_OBJECT_NAME_INVALID a name of more than 16383 characters;
 *          STATUS_INSUFFICIENT_RESOURCES also for more than 16 MiB; a registry status.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfregistry.h.
 */
typedef NTSTATUS (*PFN_WDFREGISTRYASSIGNULONG)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Key,
					       PCUNICODE_STRING ValueName, ULONG Value);
FORCEINLINE NTSTATUS WdfRegistryAssignULong(WDFKEY Key, PCUNICODE_STRING ValueName, ULONG Value)
{
	return ((PFN_WDFREGISTRYASSIGNULONG)WdfFunctions[WdfRegistryAssignULongTableIndex])(
		WdfDriverGlobals, Key, ValueName, Value);
}

#ifdef __cplusplus
}
#endif
#endif
