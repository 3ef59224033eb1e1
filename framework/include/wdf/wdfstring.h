/* SPDX-License-Identifier: MIT */
/*
 * wdfstring.h - WDFSTRING: text with an owner.
 *
 * Has: WdfStringCreate, WdfStringGetUnicodeString.
 */
#ifndef UWDF_WDFSTRING_H
#define UWDF_WDFSTRING_H

#include <wdf/wdfobject.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * WdfStringCreate() - create a string object.
 * @UnicodeString:    what to copy; may be NULL: then the string is empty.
 * @StringAttributes: default parent: the driver; may be WDF_NO_OBJECT_ATTRIBUTES.
 * @String:           the new handle.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_PARAMETER lengths that are odd or do not fit, no buffer;
 *          STATUS_INTEGER_OVERFLOW no room for a terminating zero; STATUS_INSUFFICIENT_RESOURCES;
 *          an object-attributes status.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfstring.h.
 */
typedef NTSTATUS (*PFN_WDFSTRINGCREATE)(PWDF_DRIVER_GLOBALS DriverGlobals,
					PCUNICODE_STRING UnicodeString,
					PWDF_OBJECT_ATTRIBUTES StringAttributes, WDFSTRING *String);
FORCEINLINE NTSTATUS WdfStringCreate(PCUNICODE_STRING UnicodeString,
				     PWDF_OBJECT_ATTRIBUTES StringAttributes, WDFSTRING *String)
{
	return ((PFN_WDFSTRINGCREATE)WdfFunctions[WdfStringCreateTableIndex])(
		WdfDriverGlobals, UnicodeString, StringAttributes, String);
}

/**
 * WdfStringGetUnicodeString() - where a string object's text is.
 * @String:        the string object.
 * @UnicodeString: filled in.
 *
 * The text belongs to the object and is as long there; a zero follows it. Of an object that was
 * made from NULL, Buffer is NULL and both lengths are 0.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfstring.h.
 */
typedef VOID (*PFN_WDFSTRINGGETUNICODESTRING)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFSTRING String,
					      PUNICODE_STRING UnicodeString);
FORCEINLINE VOID WdfStringGetUnicodeString(WDFSTRING String, PUNICODE_STRING UnicodeString)
{
	((PFN_WDFSTRINGGETUNICODESTRING)WdfFunctions[WdfStringGetUnicodeStringTableIndex])(
		WdfDriverGlobals, String, UnicodeString);
}

#ifdef __cplusplus
}
#endif
#endif
