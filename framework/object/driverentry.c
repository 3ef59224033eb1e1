/* SPDX-License-Identifier: MIT */
/*
 * driverentry.c - linked into every driver: what the host looks for in its .so, and the
 * variables through which the driver calls back and sees what there is to call.
 *
 * The version macros can be overridden at compile time: KMDF_MINIMUM_VERSION_REQUIRED by a driver
 * that runs with older frameworks too, the others so that a test can build a driver for a framework
 * that does not exist yet.
 */
#include <uwdf/driver_image.h>
#include <wdf.h>

#ifndef KMDF_MAJOR_VERSION
#define KMDF_MAJOR_VERSION KMDF_VERSION_MAJOR_NUMBER
#endif
#ifndef KMDF_MINOR_VERSION
#define KMDF_MINOR_VERSION KMDF_VERSION_MINOR_NUMBER
#endif
#ifndef KMDF_MINIMUM_VERSION_REQUIRED
#define KMDF_MINIMUM_VERSION_REQUIRED KMDF_MINOR_VERSION
#endif
#ifndef UWDF_FUNCTION_COUNT
#define UWDF_FUNCTION_COUNT WdfFunctionTableNumEntries
#endif
#ifndef UWDF_IMAGE_MAGIC
#define UWDF_IMAGE_MAGIC UWDF_DRIVER_IMAGE_MAGIC
#endif
#ifndef UWDF_IMAGE_ABI
#define UWDF_IMAGE_ABI UWDF_DRIVER_ABI
#endif
#ifndef UWDF_IMAGE_WCHAR_SIZE
#define UWDF_IMAGE_WCHAR_SIZE sizeof(WCHAR)
#endif

const WDFFUNC *WdfFunctions;
PWDF_DRIVER_GLOBALS WdfDriverGlobals;
ULONG WdfFunctionCount;
ULONG WdfStructureCount;
const size_t *WdfStructures;
BOOLEAN WdfClientVersionHigherThanFramework;

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath);

/* The section's bounds come from the linker; a driver without register access has none. */
extern const struct vfio_mmio_fault_row __start_uwdf_mmio_faults[]
	__attribute__((weak, visibility("hidden")));
extern const struct vfio_mmio_fault_row __stop_uwdf_mmio_faults[]
	__attribute__((weak, visibility("hidden")));

static int32_t call_driver_entry(void *driver_object, void *registry_path)
{
	return DriverEntry(driver_object, registry_path);
}

extern const struct uwdf_driver_image UwdfDriverImage;
__attribute__((visibility("default"))) const struct uwdf_driver_image UwdfDriverImage = {
	.magic = UWDF_IMAGE_MAGIC,
	.size = sizeof(struct uwdf_driver_image),
	.abi = UWDF_IMAGE_ABI,
	.kmdf_major = KMDF_MAJOR_VERSION,
	.kmdf_minor = KMDF_MINOR_VERSION,
	.kmdf_minor_required = KMDF_MINIMUM_VERSION_REQUIRED,
	.function_count = UWDF_FUNCTION_COUNT,
	.wchar_size = UWDF_IMAGE_WCHAR_SIZE,
	.functions = &WdfFunctions,
	.globals = (void **)&WdfDriverGlobals,
	.driver_entry = call_driver_entry,
	.faults_first = __start_uwdf_mmio_faults,
	.faults_last = __stop_uwdf_mmio_faults,
	.functions_there = &WdfFunctionCount,
	.structures_there = &WdfStructureCount,
	.structures = &WdfStructures,
	.newer = &WdfClientVersionHigherThanFramework,
};
