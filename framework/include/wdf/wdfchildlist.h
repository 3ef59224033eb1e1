/* SPDX-License-Identifier: MIT */
/*
 * wdfchildlist.h - lists of child devices: which of them WdfFdoRetrieveNextStaticChild() is asked
 * for. There are no dynamic lists yet.
 *
 * Has: WDF_RETRIEVE_CHILD_FLAGS.
 */
#ifndef UWDF_WDFCHILDLIST_H
#define UWDF_WDFCHILDLIST_H

#ifdef __cplusplus
extern "C" {
#endif

typedef enum _WDF_RETRIEVE_CHILD_FLAGS {
	WdfRetrieveUnspecified = 0x0,
	WdfRetrievePresentChildren = 0x1, /* reported, and looked at since */
	WdfRetrieveMissingChildren = 0x2, /* marked missing, and not gone yet */
	WdfRetrievePendingChildren = 0x4, /* reported, and not looked at yet */
	WdfRetrieveAddedChildren = WdfRetrievePresentChildren | WdfRetrievePendingChildren,
	WdfRetrieveAllChildren = WdfRetrievePresentChildren | WdfRetrievePendingChildren |
				 WdfRetrieveMissingChildren,
} WDF_RETRIEVE_CHILD_FLAGS;

#ifdef __cplusplus
}
#endif

#endif
