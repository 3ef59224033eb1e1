/* SPDX-License-Identifier: MIT */
/* device.c - the WDFDEVICE object: made by WdfDeviceCreate(), ended by removal alone. */
#include "pnp/device.h"

#include "base/log.h"
#include "nt/status.h"
#include "object/driver.h"
#include "pnp/device_init.h"
#include "pnp/host.h"

static void device_dispose(struct fx_object *obj)
{
	struct fx_device *device = fx_device_from_object(obj);

	device->io = fx_io_free(device->io);
}

static void device_disposed(struct fx_object *obj)
{
	fx_host_device_disposed(fx_device_from_object(obj)->host);
}

static const struct fx_object_class device_class = {
	.type = FX_TYPE_DEVICE,
	.name = "WDFDEVICE",
	.passive_cleanup = true,
	.dispose = device_dispose,
	.disposed = device_disposed,
};

struct fx_device *fx_device_of_object(struct fx_object *obj)
{
	while (obj && obj->type != FX_TYPE_DEVICE)
		obj = obj->parent;
	return obj ? fx_device_from_object(obj) : NULL;
}

static void device_fill(struct fx_device *device, const struct WDFDEVICE_INIT *init)
{
	device->host = init->host;
	device->fn = fx_host_function(init->host);
	device->dma = fx_host_dma(init->host);
	device->irq_loop = fx_host_irq_loop(init->host);
	device->request_loop = fx_host_request_loop(init->host);
	device->config = init->config;
	device->config.io.level = fx_device_io_irql(device);
	list_init(&device->interrupts);
	list_init(&device->enablers);
	device->pnp_state = WdfDevStatePnpInit;
	device->power_state = WdfDevStatePowerObjectCreated;
}

static NTSTATUS device_io_new(struct fx_device *device)
{
	NTSTATUS status = fx_io_new(device, device->request_loop, &device->io);

	if (NT_SUCCESS(status))
		status = fx_io_configure(device->io, &device->config.io);
	return status;
}

NTSTATUS fx_device_new(struct WDFDEVICE_INIT *init, PWDF_OBJECT_ATTRIBUTES attrs,
		       struct fx_device **out)
{
	struct fx_device *device;
	struct fx_object *obj;
	NTSTATUS status;

	status = fx_object_new(&device_class, sizeof(*device), init->driver,
			       fx_driver_object(init->driver), attrs, &obj);
	if (!NT_SUCCESS(status))
		return status;
	device = fx_device_from_object(obj);
	device_fill(device, init);
	status = device_io_new(device);
	if (!NT_SUCCESS(status)) {
		fx_object_delete(obj);
		return status;
	}
	status = fx_object_commit(obj, attrs);
	if (NT_SUCCESS(status))
		*out = device;
	return status;
}

void fx_device_set_states(struct fx_device *device, uint32_t pnp, uint32_t power)
{
	if (pnp)
		__atomic_store_n(&device->pnp_state, pnp, __ATOMIC_RELEASE);
	if (power)
		__atomic_store_n(&device->power_state, power, __ATOMIC_RELEASE);
}

void fx_device_note_failure(struct fx_device *device, const char *what, NTSTATUS status)
{
	if (!NT_SUCCESS(status))
		log_warn("pnp", "driver %s: %s failed with %s; going on",
			 fx_driver_name(device->base.driver), what, fx_status_text(status).text);
}
