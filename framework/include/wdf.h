/* SPDX-License-Identifier: MIT */
/*
 * wdf.h - the Kernel-Mode Driver Framework's interface, version 1.33, as far as it is here.
 *
 * Names, numbers and meanings are Microsoft's, so its manual applies; a `Differs:` line says where
 * this implementation does something else. Each family header lists what it has; calling anything
 * else of KMDF does not compile.
 *
 * An "object-attributes status" is one of: STATUS_INFO_LENGTH_MISMATCH (Size),
 * STATUS_WDF_OBJECT_ATTRIBUTES_INVALID (context type and size do not fit, a level or scope that
 * does not exist), STATUS_WDF_EXECUTION_LEVEL_INVALID and STATUS_WDF_SYNCHRONIZATION_SCOPE_INVALID
 * (this type of object has none of its own), STATUS_WDF_PARENT_NOT_SPECIFIED,
 * STATUS_WDF_PARENT_ASSIGNMENT_NOT_ALLOWED, STATUS_DELETE_PENDING (the parent is being deleted).
 *
 * Wrong handles, missing pointers and calls at a wrong level stop the host with a report that names
 * the driver and the function, as KMDF's bug checks do.
 */
#ifndef UWDF_WDF_H
#define UWDF_WDF_H

#include <wdf/wdfassert.h>
#include <wdf/wdfbugcodes.h>
#include <wdf/wdfchildlist.h>
#include <wdf/wdfcollection.h>
#include <wdf/wdfcommonbuffer.h>
#include <wdf/wdfcontrol.h>
#include <wdf/wdfcore.h>
#include <wdf/wdfdevice.h>
#include <wdf/wdfdeviceproperty.h>
#include <wdf/wdfdmaenabler.h>
#include <wdf/wdfdpc.h>
#include <wdf/wdfdriver.h>
#include <wdf/wdffdo.h>
#include <wdf/wdffileobject.h>
#include <wdf/wdffuncenum.h>
#include <wdf/wdfglobals.h>
#include <wdf/wdfinterrupt.h>
#include <wdf/wdfio.h>
#include <wdf/wdfiotarget.h>
#include <wdf/wdfmemory.h>
#include <wdf/wdfminiport.h>
#include <wdf/wdfobject.h>
#include <wdf/wdfpdo.h>
#include <wdf/wdfregistry.h>
#include <wdf/wdfrequest.h>
#include <wdf/wdfresource.h>
#include <wdf/wdfroletypes.h>
#include <wdf/wdfselftarget.h>
#include <wdf/wdfstatus.h>
#include <wdf/wdfstring.h>
#include <wdf/wdfsync.h>
#include <wdf/wdftimer.h>
#include <wdf/wdftypes.h>
#include <wdf/wdfverifier.h>
#include <wdf/wdfworkitem.h>
#include <wdm.h>

#endif
