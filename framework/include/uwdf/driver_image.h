/* SPDX-License-Identifier: MIT */
/*
 * driver_image.h - how a host finds its way into a driver's .so, and the .so its way out.
 *
 * Every driver links libuwdf-driverentry.a, which defines the one exported symbol UwdfDriverImage.
 * The host loads the .so (RTLD_LOCAL | RTLD_NOW), checks the descriptor, stores the function table
 * and the driver's own globals through it, and calls DriverEntry.
 */
#ifndef UWDF_DRIVER_IMAGE_H
#define UWDF_DRIVER_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include <vfio/mmio.h>

#define UWDF_DRIVER_IMAGE_MAGIC  0x31564452464d4b55ull
#define UWDF_DRIVER_IMAGE_SYMBOL "UwdfDriverImage"
#define UWDF_DRIVER_ABI          3

struct uwdf_driver_image {
	uint64_t magic;
	uint32_t size; /* of this struct, as the driver was built */
	uint32_t abi;  /* UWDF_DRIVER_ABI */
	uint32_t kmdf_major, kmdf_minor;
	uint32_t kmdf_minor_required;    /* the oldest framework that it runs with */
	uint32_t function_count;         /* table entries that the driver may call */
	uint32_t wchar_size;             /* 2: built with -fshort-wchar */
	void (*const **functions)(void); /* the driver's WdfFunctions */
	void **globals;                  /* the driver's WdfDriverGlobals */
	int32_t (*driver_entry)(void *driver_object, void *registry_path);
	const struct vfio_mmio_fault_row *faults_first, *faults_last;
	/* what the framework has, for a driver that may be newer */
	uint32_t *functions_there;  /* the driver's WdfFunctionCount */
	uint32_t *structures_there; /* the driver's WdfStructureCount */
	const size_t **structures;  /* the driver's WdfStructures */
	uint8_t *newer;             /* the driver's WdfClientVersionHigherThanFramework */
};

#endif
