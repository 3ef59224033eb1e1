/* SPDX-License-Identifier: MIT */
/*
 * wdfobject.h - what every object has: contexts, parent, references, callbacks.
 *
 * Has: WdfObjectGetTypedContextWorker, WdfObjectAllocateContext, WdfObjectContextGetObject,
 *      WdfObjectReferenceActual, WdfObjectDereferenceActual, WdfObjectCreate, WdfObjectDelete,
 *      WdfObjectQuery, WDF_DECLARE_CONTEXT_TYPE(_WITH_NAME),
 *      WDF_DECLARE_SHARED_CONTEXT_TYPE_WITH_NAME, WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE,
 *      WDF_OBJECT_ATTRIBUTES_SET_CONTEXT_TYPE, WdfObjectGetTypedContext, WdfObjectReference
 *      (WithTag), WdfObjectDereference(WithTag), WDF_DECLARE_CUSTOM_TYPE, WdfObjectAddCustomType
 *      (WithData), WdfObjectIsCustomType, WdfObjectGetCustomTypeData.
 */
#ifndef UWDF_WDFOBJECT_H
#define UWDF_WDFOBJECT_H

#include <uwdf/views.h>
#include <wdf/wdffuncenum.h>
#include <wdf/wdfglobals.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum _WDF_EXECUTION_LEVEL {
	WdfExecutionLevelInvalid = 0,
	WdfExecutionLevelInheritFromParent = 1,
	WdfExecutionLevelPassive = 2,
	WdfExecutionLevelDispatch = 3,
} WDF_EXECUTION_LEVEL,
	*PWDF_EXECUTION_LEVEL;

typedef enum _WDF_SYNCHRONIZATION_SCOPE {
	WdfSynchronizationScopeInvalid = 0,
	WdfSynchronizationScopeInheritFromParent = 1,
	WdfSynchronizationScopeDevice = 2,
	WdfSynchronizationScopeQueue = 3,
	WdfSynchronizationScopeNone = 4,
} WDF_SYNCHRONIZATION_SCOPE,
	*PWDF_SYNCHRONIZATION_SCOPE;

/**
 * EVT_WDF_OBJECT_CONTEXT_CLEANUP - the object is being deleted: drop references, release what it
 *    owns.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Source:  Windows driver documentation, wdfobject.h.
 */
typedef VOID EVT_WDF_OBJECT_CONTEXT_CLEANUP(WDFOBJECT Object);
typedef EVT_WDF_OBJECT_CONTEXT_CLEANUP *PFN_WDF_OBJECT_CONTEXT_CLEANUP;

/**
 * EVT_WDF_OBJECT_CONTEXT_DESTROY - the last reference is gone: the contexts are still valid,
 *    nothing else.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Source:  Windows driver documentation, wdfobject.h.
 */
typedef VOID EVT_WDF_OBJECT_CONTEXT_DESTROY(WDFOBJECT Object);
typedef EVT_WDF_OBJECT_CONTEXT_DESTROY *PFN_WDF_OBJECT_CONTEXT_DESTROY;

typedef const struct _WDF_OBJECT_CONTEXT_TYPE_INFO *PCWDF_OBJECT_CONTEXT_TYPE_INFO;
typedef PCWDF_OBJECT_CONTEXT_TYPE_INFO (*PFN_GET_UNIQUE_CONTEXT_TYPE)(VOID);

typedef struct _WDF_OBJECT_CONTEXT_TYPE_INFO {
	ULONG Size;
	LPCSTR ContextName;
	size_t ContextSize;
	PCWDF_OBJECT_CONTEXT_TYPE_INFO UniqueType;
	PFN_GET_UNIQUE_CONTEXT_TYPE EvtDriverGetUniqueContextType;
} WDF_OBJECT_CONTEXT_TYPE_INFO, *PWDF_OBJECT_CONTEXT_TYPE_INFO;

typedef struct _WDF_OBJECT_ATTRIBUTES {
	ULONG Size;
	PFN_WDF_OBJECT_CONTEXT_CLEANUP EvtCleanupCallback;
	PFN_WDF_OBJECT_CONTEXT_DESTROY EvtDestroyCallback;
	WDF_EXECUTION_LEVEL ExecutionLevel;
	WDF_SYNCHRONIZATION_SCOPE SynchronizationScope;
	WDFOBJECT ParentObject;
	size_t ContextSizeOverride;
	PCWDF_OBJECT_CONTEXT_TYPE_INFO ContextTypeInfo;
} WDF_OBJECT_ATTRIBUTES, *PWDF_OBJECT_ATTRIBUTES;

/** WDF_OBJECT_ATTRIBUTES_INIT() - size and defaults. IRQL: any. */
FORCEINLINE VOID WDF_OBJECT_ATTRIBUTES_INIT(PWDF_OBJECT_ATTRIBUTES Attributes)
{
	RtlZeroMemory(Attributes, sizeof(*Attributes));
	Attributes->Size = sizeof(WDF_OBJECT_ATTRIBUTES);
	Attributes->ExecutionLevel = WdfExecutionLevelInheritFromParent;
	Attributes->SynchronizationScope = WdfSynchronizationScopeInheritFromParent;
}

#define WDF_NO_OBJECT_ATTRIBUTES (NULL)
#define WDF_NO_CONTEXT           (NULL)
#define WDF_NO_EVENT_CALLBACK    (NULL)
#define WDF_NO_HANDLE            (NULL)
#define WDF_NO_SEND_OPTIONS      (NULL)

/* The name of a context type's description, and its address. */
#define WDF_TYPE_NAME_TO_TYPE_INFO(type) WDF_##type##_TYPE_INFO
#define WDF_TYPE_NAME_POINTER_TYPE(type) WDF_POINTER_TYPE_##type
#define WDF_GET_CONTEXT_TYPE_INFO(type)  (WDF_TYPE_NAME_TO_TYPE_INFO(type).UniqueType)

#define WDF_TYPE_NAME_TO_EXTERNAL_INIT(type)          type##_EXTERNAL_INIT
#define WDF_TYPE_NAME_TO_EXTERNAL_INIT_FUNCTION(type) type##_EXTERNAL_INIT_FUNCTION

/* The description of a context type. @section: unused here; kernel images sort globals with it. */
#define WDF_DECLARE_TYPE_AND_GLOBALS(type, unique_type, get_unique_type, section)                  \
	extern const WDF_OBJECT_CONTEXT_TYPE_INFO WDF_TYPE_NAME_TO_TYPE_INFO(type);                \
	DECLSPEC_SELECTANY const WDF_OBJECT_CONTEXT_TYPE_INFO WDF_TYPE_NAME_TO_TYPE_INFO(          \
		type) = { sizeof(WDF_OBJECT_CONTEXT_TYPE_INFO), #type, sizeof(type), unique_type,  \
			  get_unique_type };                                                       \
	typedef type *WDF_TYPE_NAME_POINTER_TYPE(type)

/**
 * WDF_DECLARE_CONTEXT_TYPE_WITH_NAME() - declare a context type and its accessor.
 * @type:     a struct type by its typedef name.
 * @accessor: name of the function made: type *accessor(WDFOBJECT Handle), never NULL for an object
 *            that was created with this type.
 *
 * At file scope, in a header if several sources of the driver use it; sources write it with and
 * without a semicolon.
 *
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfobject.h.
 */
#define WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(type, accessor)                                         \
	WDF_DECLARE_TYPE_AND_GLOBALS(type, &WDF_TYPE_NAME_TO_TYPE_INFO(type), NULL, );             \
	WDF_DECLARE_CASTING_FUNCTION(type, accessor)

/**
 * WDF_DECLARE_SHARED_CONTEXT_TYPE_WITH_NAME() - as above, for a type that has its description
 *    elsewhere.
 * @type:     as above; the macro type_EXTERNAL_INIT_FUNCTION has to name a function that returns
 * the description that counts: the contexts of all who name it are of one type.
 * @accessor: as above.
 *
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfobject.h.
 */
#define WDF_DECLARE_SHARED_CONTEXT_TYPE_WITH_NAME(type, accessor)                                  \
	WDF_DECLARE_TYPE_AND_GLOBALS(type, &WDF_TYPE_NAME_TO_TYPE_INFO(type),                      \
				     WDF_TYPE_NAME_TO_EXTERNAL_INIT_FUNCTION(type), );             \
	WDF_DECLARE_CASTING_FUNCTION(type, accessor)

/** WDF_DECLARE_CONTEXT_TYPE() - as ..._WITH_NAME(), with WdfObjectGet_<type> as accessor. */
#define WDF_DECLARE_CONTEXT_TYPE(type) WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(type, WdfObjectGet_##type)

#define WDF_DECLARE_CASTING_FUNCTION(type, accessor)                                               \
	FORCEINLINE WDF_TYPE_NAME_POINTER_TYPE(type) accessor(WDFOBJECT Handle)                    \
	{                                                                                          \
		return (WDF_TYPE_NAME_POINTER_TYPE(type))WdfObjectGetTypedContextWorker(           \
			Handle, WDF_GET_CONTEXT_TYPE_INFO(type));                                  \
	}

/** WDF_OBJECT_ATTRIBUTES_SET_CONTEXT_TYPE() - name the context type in initialised attributes. */
#define WDF_OBJECT_ATTRIBUTES_SET_CONTEXT_TYPE(attributes, type)                                   \
	((attributes)->ContextTypeInfo = WDF_GET_CONTEXT_TYPE_INFO(type))

/** WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE() - initialise attributes and name the context type. */
#define WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(attributes, type)                                  \
	(WDF_OBJECT_ATTRIBUTES_INIT(attributes),                                                   \
	 WDF_OBJECT_ATTRIBUTES_SET_CONTEXT_TYPE(attributes, type))

#define WdfObjectGetTypedContext(handle, type)                                                     \
	((WDF_TYPE_NAME_POINTER_TYPE(type))WdfObjectGetTypedContextWorker(                         \
		(WDFOBJECT)(handle), WDF_GET_CONTEXT_TYPE_INFO(type)))
#define WdfObjectReference(handle) WdfObjectReferenceActual(handle, NULL, __LINE__, __FILE__)
#define WdfObjectReferenceWithTag(handle, tag)                                                     \
	WdfObjectReferenceActual(handle, tag, __LINE__, __FILE__)
#define WdfObjectDereference(handle) WdfObjectDereferenceActual(handle, NULL, __LINE__, __FILE__)
#define WdfObjectDereferenceWithTag(handle, tag)                                                   \
	WdfObjectDereferenceActual(handle, tag, __LINE__, __FILE__)

/**
 * WdfObjectGetTypedContextWorker() - the context of one type (use the accessor that
 *    WDF_DECLARE_CONTEXT_TYPE_WITH_NAME makes).
 * @Handle:   any object.
 * @TypeInfo: address of the type's WDF_OBJECT_CONTEXT_TYPE_INFO.
 *
 * IRQL:    any up to the interrupt's own.
 * Return:  the context, or NULL when the object has none of this type.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfobject.h.
 */
typedef PVOID (*PFN_WDFOBJECTGETTYPEDCONTEXTWORKER)(PWDF_DRIVER_GLOBALS DriverGlobals,
						    WDFOBJECT Handle,
						    PCWDF_OBJECT_CONTEXT_TYPE_INFO TypeInfo);
FORCEINLINE PVOID WdfObjectGetTypedContextWorker(WDFOBJECT Handle,
						 PCWDF_OBJECT_CONTEXT_TYPE_INFO TypeInfo)
{
	PVOID context = uwdf_first_context(Handle, TypeInfo);

	if (UWDF_VIEW_LIKELY(context))
		return context;
	return ((PFN_WDFOBJECTGETTYPEDCONTEXTWORKER)
			WdfFunctions[WdfObjectGetTypedContextWorkerTableIndex])(WdfDriverGlobals,
										Handle, TypeInfo);
}

/**
 * WdfObjectAllocateContext() - give an object one more context.
 * @Handle:            any object.
 * @ContextAttributes: names the context type; cleanup and destroy callbacks of its own; no parent,
 *                     scope or level.
 * @Context:           the zeroed context; may be NULL.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_OBJECT_NAME_EXISTS the object has one of this type already
 *          (@Context receives it); STATUS_OBJECT_NAME_INVALID no type;
 *          STATUS_WDF_PARENT_NOT_SPECIFIED no attributes; STATUS_DELETE_PENDING the object is being
 *          deleted; STATUS_INSUFFICIENT_RESOURCES; an object-attributes status.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfobject.h.
 */
typedef NTSTATUS (*PFN_WDFOBJECTALLOCATECONTEXT)(PWDF_DRIVER_GLOBALS DriverGlobals,
						 WDFOBJECT Handle,
						 PWDF_OBJECT_ATTRIBUTES ContextAttributes,
						 PVOID *Context);
FORCEINLINE NTSTATUS WdfObjectAllocateContext(WDFOBJECT Handle,
					      PWDF_OBJECT_ATTRIBUTES ContextAttributes,
					      PVOID *Context)
{
	return ((PFN_WDFOBJECTALLOCATECONTEXT)WdfFunctions[WdfObjectAllocateContextTableIndex])(
		WdfDriverGlobals, Handle, ContextAttributes, Context);
}

/**
 * WdfObjectContextGetObject() - the object that a context belongs to.
 * @ContextPointer: what an accessor returned.
 *
 * IRQL:    any up to the interrupt's own.
 * Return:  the handle.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfobject.h.
 */
typedef WDFOBJECT (*PFN_WDFOBJECTCONTEXTGETOBJECT)(PWDF_DRIVER_GLOBALS DriverGlobals,
						   PVOID ContextPointer);
FORCEINLINE WDFOBJECT WdfObjectContextGetObject(PVOID ContextPointer)
{
	return ((PFN_WDFOBJECTCONTEXTGETOBJECT)WdfFunctions[WdfObjectContextGetObjectTableIndex])(
		WdfDriverGlobals, ContextPointer);
}

/**
 * WdfObjectReferenceActual() - take a reference; use WdfObjectReference() or
 *    WdfObjectReferenceWithTag().
 * @Handle: any object.
 * @Tag:    a name for this reference.
 * @Line:   of the caller.
 * @File:   of the caller.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfobject.h.
 */
typedef VOID (*PFN_WDFOBJECTREFERENCEACTUAL)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFOBJECT Handle,
					     PVOID Tag, LONG Line, PCCH File);
FORCEINLINE VOID WdfObjectReferenceActual(WDFOBJECT Handle, PVOID Tag, LONG Line, PCCH File)
{
	((PFN_WDFOBJECTREFERENCEACTUAL)WdfFunctions[WdfObjectReferenceActualTableIndex])(
		WdfDriverGlobals, Handle, Tag, Line, File);
}

/**
 * WdfObjectDereferenceActual() - drop a reference; use WdfObjectDereference() or
 *    WdfObjectDereferenceWithTag().
 * @Handle: any object.
 * @Tag:    as given when it was taken.
 * @Line:   of the caller.
 * @File:   of the caller.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfobject.h.
 */
typedef VOID (*PFN_WDFOBJECTDEREFERENCEACTUAL)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFOBJECT Handle,
					       PVOID Tag, LONG Line, PCCH File);
FORCEINLINE VOID WdfObjectDereferenceActual(WDFOBJECT Handle, PVOID Tag, LONG Line, PCCH File)
{
	((PFN_WDFOBJECTDEREFERENCEACTUAL)WdfFunctions[WdfObjectDereferenceActualTableIndex])(
		WdfDriverGlobals, Handle, Tag, Line, File);
}

/**
 * WdfObjectCreate() - create an object that has only contexts, parent and callbacks.
 * @Attributes: may be WDF_NO_OBJECT_ATTRIBUTES.
 * @Object:     the new handle.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_INSUFFICIENT_RESOURCES; STATUS_DELETE_PENDING the parent is being
 *          deleted; an object-attributes status.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfobject.h.
 */
typedef NTSTATUS (*PFN_WDFOBJECTCREATE)(PWDF_DRIVER_GLOBALS DriverGlobals,
					PWDF_OBJECT_ATTRIBUTES Attributes, WDFOBJECT *Object);
FORCEINLINE NTSTATUS WdfObjectCreate(PWDF_OBJECT_ATTRIBUTES Attributes, WDFOBJECT *Object)
{
	return ((PFN_WDFOBJECTCREATE)WdfFunctions[WdfObjectCreateTableIndex])(WdfDriverGlobals,
									      Attributes, Object);
}

/**
 * WdfObjectDelete() - delete an object and its children: cleanup callbacks now, memory at the last
 *    reference.
 * @Object: an object that drivers may delete; of queues not the default one, nor one that
 *          WdfDeviceConfigureRequestDispatching() named.
 *
 * EvtCleanupCallback runs from the farthest child up to @Object, all others of the tree still being
 * there; then the references that their places in the tree had go. Above PASSIVE_LEVEL a cleanup
 * that needs that level, and with it its parents', happens later. Deleting twice, with a reference
 * in hand, does nothing.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfobject.h.
 */
typedef VOID (*PFN_WDFOBJECTDELETE)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFOBJECT Object);
FORCEINLINE VOID WdfObjectDelete(WDFOBJECT Object)
{
	((PFN_WDFOBJECTDELETE)WdfFunctions[WdfObjectDeleteTableIndex])(WdfDriverGlobals, Object);
}

/**
 * WdfObjectQuery() - reserved: asks an object for something that no DDI gives.
 * @Object:            any object.
 * @Guid:              what is asked for.
 * @QueryBufferLength: bytes of @QueryBuffer.
 * @QueryBuffer:       receives the answer.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  STATUS_NOT_FOUND: as in the released framework, nothing answers to any GUID.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfobject.h.
 */
typedef NTSTATUS (*PFN_WDFOBJECTQUERY)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFOBJECT Object,
				       CONST GUID *Guid, ULONG QueryBufferLength,
				       PVOID QueryBuffer);
FORCEINLINE NTSTATUS WdfObjectQuery(WDFOBJECT Object, CONST GUID *Guid, ULONG QueryBufferLength,
				    PVOID QueryBuffer)
{
	return ((PFN_WDFOBJECTQUERY)WdfFunctions[WdfObjectQueryTableIndex])(
		WdfDriverGlobals, Object, Guid, QueryBufferLength, QueryBuffer);
}

/* The context that marks an object as one of a custom type. */
typedef struct _WDF_CUSTOM_TYPE_CONTEXT {
	ULONG Size;
	ULONG_PTR Data;
} WDF_CUSTOM_TYPE_CONTEXT, *PWDF_CUSTOM_TYPE_CONTEXT;

#define WDF_CUSTOM_TYPE_CONTEXT_NAME(type)      WDF_CUSTOM_TYPE_CONTEXT_##type
#define WDF_ADD_CUSTOM_TYPE_FUNCTION_NAME(type) WdfCustomTypeAdd_##type
#define WDF_GET_CUSTOM_TYPE_FUNCTION_NAME(type) WdfCustomTypeGet_##type

/**
 * WDF_DECLARE_CUSTOM_TYPE() - declare a type that objects can be given and asked for.
 * @type: a name of its own; no C type of that name is needed.
 *
 * At file scope, before WdfObjectAddCustomType() and the others use @type.
 *
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfobject.h.
 */
#define WDF_DECLARE_CUSTOM_TYPE(type)                                                              \
	typedef WDF_CUSTOM_TYPE_CONTEXT WDF_CUSTOM_TYPE_CONTEXT_NAME(type);                        \
	WDF_DECLARE_CUSTOM_TYPE_CONTEXT(type, WDF_CUSTOM_TYPE_CONTEXT_##type)

/* @context: WDF_CUSTOM_TYPE_CONTEXT_NAME(type), spelled out for the names made from it. */
#define WDF_DECLARE_CUSTOM_TYPE_CONTEXT(type, context)                                             \
	WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(context, WDF_GET_CUSTOM_TYPE_FUNCTION_NAME(type))       \
	FORCEINLINE NTSTATUS WDF_ADD_CUSTOM_TYPE_FUNCTION_NAME(type)(                              \
		WDFOBJECT Handle, ULONG_PTR Data, PFN_WDF_OBJECT_CONTEXT_CLEANUP EvtCleanup,       \
		PFN_WDF_OBJECT_CONTEXT_DESTROY EvtDestroy)                                         \
	{                                                                                          \
		WDF_OBJECT_ATTRIBUTES attributes;                                                  \
		PVOID added = NULL;                                                                \
		NTSTATUS status;                                                                   \
                                                                                                   \
		WDF_OBJECT_ATTRIBUTES_INIT(&attributes);                                           \
		attributes.ContextTypeInfo = WDF_GET_CONTEXT_TYPE_INFO(context);                   \
		attributes.EvtCleanupCallback = EvtCleanup;                                        \
		attributes.EvtDestroyCallback = EvtDestroy;                                        \
		status = WdfObjectAllocateContext(Handle, &attributes, &added);                    \
		if (status == STATUS_SUCCESS) {                                                    \
			((PWDF_CUSTOM_TYPE_CONTEXT)added)->Size = sizeof(WDF_CUSTOM_TYPE_CONTEXT); \
			((PWDF_CUSTOM_TYPE_CONTEXT)added)->Data = Data;                            \
		}                                                                                  \
		return status;                                                                     \
	}

/**
 * WdfObjectAddCustomTypeWithData() - make an object one of a custom type, too.
 * @handle:  any object.
 * @type:    a custom type that WDF_DECLARE_CUSTOM_TYPE() declared.
 * @data:    a number or pointer that WdfObjectGetCustomTypeData() returns.
 * @cleanup: EvtCleanupCallback of this type alone; may be NULL.
 * @destroy: EvtDestroyCallback of this type alone; may be NULL.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  as WdfObjectAllocateContext(); STATUS_OBJECT_NAME_EXISTS keeps the data there is.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfobject.h.
 */
#define WdfObjectAddCustomTypeWithData(handle, type, data, cleanup, destroy)                       \
	WDF_ADD_CUSTOM_TYPE_FUNCTION_NAME(type)                                                    \
	((WDFOBJECT)(handle), (ULONG_PTR)(data), cleanup, destroy)

/** WdfObjectAddCustomType() - the same without data and callbacks. */
#define WdfObjectAddCustomType(handle, type)                                                       \
	WDF_ADD_CUSTOM_TYPE_FUNCTION_NAME(type)((WDFOBJECT)(handle), 0, NULL, NULL)

/** WdfObjectIsCustomType() - was the object given this type? IRQL: as an accessor. */
#define WdfObjectIsCustomType(handle, type)                                                        \
	(WDF_GET_CUSTOM_TYPE_FUNCTION_NAME(type)((WDFOBJECT)(handle)) != NULL)

/** WdfObjectGetCustomTypeData() - the data that came with the type, which the object must have. */
#define WdfObjectGetCustomTypeData(handle, type)                                                   \
	(WDF_GET_CUSTOM_TYPE_FUNCTION_NAME(type)((WDFOBJECT)(handle))->Data)

#ifdef __cplusplus
}
#endif
#endif
