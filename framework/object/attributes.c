/* SPDX-License-Identifier: MIT */
/* attributes.c - is a WDF_OBJECT_ATTRIBUTES one that an object can be made with? */
#include "object/object.h"

static NTSTATUS check_context(const WDF_OBJECT_ATTRIBUTES *attrs)
{
	PCWDF_OBJECT_CONTEXT_TYPE_INFO type = attrs->ContextTypeInfo;

	if (!type)
		return attrs->ContextSizeOverride ? STATUS_WDF_OBJECT_ATTRIBUTES_INVALID
						  : STATUS_SUCCESS;
	if (type->Size != sizeof(*type))
		return STATUS_INFO_LENGTH_MISMATCH;
	if (!type->ContextName || !type->ContextSize)
		return STATUS_WDF_OBJECT_ATTRIBUTES_INVALID;
	if (attrs->ContextSizeOverride && attrs->ContextSizeOverride < type->ContextSize)
		return STATUS_WDF_OBJECT_ATTRIBUTES_INVALID;
	return STATUS_SUCCESS;
}

static NTSTATUS check_parent(const WDF_OBJECT_ATTRIBUTES *attrs, unsigned int flags)
{
	if (attrs->ParentObject && (flags & FX_ATTR_NO_PARENT))
		return STATUS_WDF_PARENT_ASSIGNMENT_NOT_ALLOWED;
	if (!attrs->ParentObject && (flags & FX_ATTR_NEEDS_PARENT))
		return STATUS_WDF_PARENT_NOT_SPECIFIED;
	return STATUS_SUCCESS;
}

/* Drivers may hold any number in an enum: compare as unsigned. */
static NTSTATUS check_range(const WDF_OBJECT_ATTRIBUTES *attrs)
{
	if ((unsigned int)attrs->ExecutionLevel - WdfExecutionLevelInheritFromParent >
	    WdfExecutionLevelDispatch - WdfExecutionLevelInheritFromParent)
		return STATUS_WDF_OBJECT_ATTRIBUTES_INVALID;
	if ((unsigned int)attrs->SynchronizationScope - WdfSynchronizationScopeInheritFromParent >
	    WdfSynchronizationScopeNone - WdfSynchronizationScopeInheritFromParent)
		return STATUS_WDF_OBJECT_ATTRIBUTES_INVALID;
	return STATUS_SUCCESS;
}

/* A scope of None is what every object without callbacks has, so saying so is no mistake. */
static NTSTATUS check_allowed(const WDF_OBJECT_ATTRIBUTES *attrs, unsigned int flags)
{
	if ((flags & FX_ATTR_NO_SCOPE) &&
	    attrs->SynchronizationScope != WdfSynchronizationScopeInheritFromParent &&
	    attrs->SynchronizationScope != WdfSynchronizationScopeNone)
		return STATUS_WDF_SYNCHRONIZATION_SCOPE_INVALID;
	if ((flags & FX_ATTR_NO_LEVEL) &&
	    attrs->ExecutionLevel != WdfExecutionLevelInheritFromParent)
		return STATUS_WDF_EXECUTION_LEVEL_INVALID;
	return STATUS_SUCCESS;
}

NTSTATUS fx_object_check_attributes(PWDF_OBJECT_ATTRIBUTES attrs, unsigned int flags)
{
	NTSTATUS status;

	if (!attrs)
		return flags & (FX_ATTR_NEEDS_PARENT | FX_ATTR_REQUIRED)
			       ? STATUS_WDF_PARENT_NOT_SPECIFIED
			       : STATUS_SUCCESS;
	if (attrs->Size != sizeof(*attrs))
		return STATUS_INFO_LENGTH_MISMATCH;
	status = check_context(attrs);
	if (NT_SUCCESS(status))
		status = check_parent(attrs, flags);
	if (NT_SUCCESS(status))
		status = check_range(attrs);
	if (NT_SUCCESS(status))
		status = check_allowed(attrs, flags);
	return status;
}
