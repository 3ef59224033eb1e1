/* SPDX-License-Identifier: MIT */
/*
 * host_device.c - one device of the host, from its address to running queues and back.
 *
 * Everything a device object borrows is made before it and released after it, in one order; the
 * failure of a start and a removal walk the same way down.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "nt/status.h"
#include "object/driver.h"
#include "object/trouble.h"
#include "object/worker.h"
#include "pnp/device_init.h"
#include "pnp/host_impl.h"
#include "pnp/steps.h"

/* A device whose cleanup is still not done by then keeps what it uses, and the host goes on. */
unsigned int fx_host_dispose_ms = 8000;

/* Those devices: for good, since whoever cleans up may still come back to them. Control thread. */
static struct list kept = LIST_INIT(kept);

bool fx_host_keeps_devices(void)
{
	return !list_empty(&kept);
}

struct pci_function *fx_host_function(struct uwdf_device *host)
{
	return host->fn;
}

struct dma_domain *fx_host_dma(struct uwdf_device *host)
{
	return host->dma;
}

struct irq_loop *fx_host_irq_loop(struct uwdf_device *host)
{
	return host->irq_loop;
}

struct irq_loop *fx_host_request_loop(struct uwdf_device *host)
{
	return host->request_loop;
}

struct fx_device *fx_host_device(struct uwdf_device *host)
{
	return host->device;
}

void fx_host_device_disposed(struct uwdf_device *host)
{
	exec_event_set(&host->disposed);
}

void fx_host_wants_to_leave(struct uwdf_device *host, const char *why)
{
	if (__atomic_exchange_n(&host->left, true, __ATOMIC_ACQ_REL))
		return;
	if (host->params.on_leave)
		host->params.on_leave(host->params.arg, host, why);
}

static void on_event(void *arg, enum pci_event event)
{
	static const char *const why[] = {
		[PCI_EVENT_RELEASE] = "somebody wants the function back",
		[PCI_EVENT_ERROR] = "the function reported an uncorrectable error",
		[PCI_EVENT_GONE] = "the function was removed",
	};

	fx_host_wants_to_leave(arg, why[event]);
}

static void set_state(struct uwdf_device *host, const char *state)
{
	__atomic_store_n(&host->state, state, __ATOMIC_RELEASE);
}

/* --- parts, in the order they are made --- */

static int open_function(struct uwdf_device *host, struct report *rep)
{
	struct pci_function_params params = {
		.on_event = on_event,
		.event_arg = host,
		.qemu_args = host->params.qemu_args,
	};

	return pci_function_open(host->address, &params, rep, &host->fn);
}

static int make_domain(struct uwdf_device *host, struct report *rep)
{
	int err = dma_domain_new(host->fn, &host->dma);

	return err ? report_fail(rep, err, "making a DMA domain for %s", host->address) : 0;
}

static int make_loops(struct uwdf_device *host, struct report *rep)
{
	struct irq_loop_params params = { .name = "uwdf-irq", .own_thread = true };
	int err;

	params.node = pci_function_dma_info(host->fn)->node;
	err = irq_loop_new(&params, &host->irq_loop);
	if (!err && host->driver->fx->io_level == WdfExecutionLevelDispatch) {
		host->request_loop = host->irq_loop;
	} else if (!err) {
		params.name = "uwdf-io";
		err = irq_loop_new(&params, &host->request_loop);
	}
	return err ? report_fail(rep, err, "starting an I/O loop for %s", host->address) : 0;
}

/* A driver's own failure; @trouble: what its callback ran into. */
UW_COLD static int blame(struct uwdf_device *host, const struct fx_trouble *trouble,
			 const struct fx_failure *failure, struct report *rep)
{
	struct pci_id id = pci_function_id(host->fn);
	bool explained = fx_trouble_explains(trouble, failure->status);

	report_say(rep, "driver %s on %s: %s failed with %s%s%s", fx_driver_name(host->driver->fx),
		   host->address, failure->what, fx_status_text(failure->status).text,
		   explained ? ": " : "", explained ? trouble->why.text : "");
	if (!explained)
		report_hint(rep,
			    "UWDF_LOG=debug uwdf run ...    # if this driver is for %04x:%04x: "
			    "shows what it prints",
			    id.vendor, id.device);
	else if (trouble->why.hint[0])
		report_hint(rep, "%s", trouble->why.hint);
	return -ECANCELED;
}

static NTSTATUS call_device_add(struct uwdf_device *host)
{
	struct fx_driver *fx = host->driver->fx;
	struct WDFDEVICE_INIT init;
	NTSTATUS status;

	fx_device_init_prepare(&init, fx, host);
	status = fx->config.EvtDriverDeviceAdd(fx->globals.Driver, &init);
	host->device = init.device;
	return status;
}

static int add_device(struct uwdf_device *host, struct report *rep)
{
	struct fx_failure failure = { .what = "EvtDriverDeviceAdd" };
	struct fx_trouble trouble;

	fx_trouble_collect(&trouble);
	failure.status = call_device_add(host);
	fx_trouble_collect(NULL);
	if (!NT_SUCCESS(failure.status))
		return blame(host, &trouble, &failure, rep);
	(void)fx_trouble_explains(&trouble, failure.status); /* it lives with what there was */
	if (host->device)
		return 0;
	report_say(rep, "driver %s on %s: EvtDriverDeviceAdd succeeded without creating a device",
		   fx_driver_name(host->driver->fx), host->address);
	report_hint(rep, "EvtDriverDeviceAdd has to return the status of WdfDeviceCreate");
	return -ECANCELED;
}

static int start_device(struct uwdf_device *host, struct report *rep)
{
	struct fx_failure failure;
	struct fx_trouble trouble;
	NTSTATUS status;

	fx_trouble_collect(&trouble);
	status = fx_device_start(host->device, &failure);
	fx_trouble_collect(NULL);
	if (!NT_SUCCESS(status))
		return blame(host, &trouble, &failure, rep);
	(void)fx_trouble_explains(&trouble, status);
	return 0;
}

static int (*const makers[])(struct uwdf_device *host, struct report *rep) = {
	open_function, make_domain, make_loops, add_device, start_device,
};

/* --- the way down --- */

/*
 * Is nobody asking the driver? The kernel takes the function back without asking, too, and one that
 * failed is not asked either: only a program that ends by itself does.
 */
static bool is_surprise(struct uwdf_device *host)
{
	return __atomic_load_n(&host->left, __ATOMIC_ACQUIRE) || pci_function_is_gone(host->fn);
}

/* @return nothing uses @host's parts any more. */
static bool end_device(struct uwdf_device *host, bool started)
{
	if (!host->device)
		return true;
	if (started)
		fx_device_stop(host->device, is_surprise(host));
	if (host->device->pnp_state == WdfDevStatePnpInit)
		fx_object_delete(&host->device->base); /* never started: nothing to undo */
	else
		fx_device_remove(host->device);
	host->device = NULL;
	if (exec_event_wait(&host->disposed, exec_deadline_ms(fx_host_dispose_ms)))
		return true;
	log_error("pnp", "driver %s: the cleanup of %s does not end; what it uses is kept",
		  fx_driver_name(host->driver->fx), host->address);
	return false;
}

static void free_parts(struct uwdf_device *host)
{
	if (host->request_loop != host->irq_loop)
		irq_loop_free(host->request_loop);
	irq_loop_free(host->irq_loop);
	dma_domain_free(host->dma);
	pci_function_close(host->fn);
}

static void host_free(struct uwdf_device *host)
{
	if (host->disposed_made)
		exec_event_deinit(&host->disposed);
	mem_free(host->name);
	mem_free(host->address);
	mem_free(host);
}

/* Counted in device_count until it is gone: a driver whose device is kept is not unloaded. */
static void host_end(struct uwdf_device *host, bool started)
{
	struct uwdf_driver *driver = host->driver;

	if (host->fn && !list_empty(&host->register_link))
		fx_host_registers_remove(host);
	if (!end_device(host, started)) {
		list_push_back(&kept, &host->link);
		return;
	}
	free_parts(host);
	host_free(host);
	driver->fx->device_count--;
}

/* --- public --- */

static int host_alloc(struct uwdf_driver *driver, const struct uwdf_device_params *params,
		      struct uwdf_device **out)
{
	struct uwdf_device *host = mem_calloc(1, sizeof(*host));

	if (!host)
		return -ENOMEM;
	list_init(&host->link);
	list_init(&host->register_link);
	host->driver = driver;
	host->params = *params;
	host->state = "starting";
	host->address = mem_strdup(params->address);
	host->name = mem_strdup(params->name ? params->name : fx_driver_name(driver->fx));
	host->disposed_made = exec_event_init(&host->disposed) == 0;
	if (host->address && host->name && host->disposed_made) {
		*out = host;
		return 0;
	}
	host_free(host);
	return -ENOMEM;
}

static int run_makers(struct uwdf_device *host, struct report *rep)
{
	int err = 0;

	for (size_t i = 0; i < UW_ARRAY_SIZE(makers) && !err; i++) {
		if (makers[i] == add_device)
			fx_host_registers_add(host);
		err = makers[i](host, rep);
	}
	return err;
}

static int check_driver(const struct uwdf_driver *driver, struct report *rep)
{
	if (driver->fx->config.EvtDriverDeviceAdd)
		return 0;
	report_say(rep, "driver %s serves no devices: it has no EvtDriverDeviceAdd",
		   fx_driver_name(driver->fx));
	return -ENOTSUP;
}

UW_EXPORT int uwdf_device_start(struct uwdf_driver *driver, const struct uwdf_device_params *params,
				struct uwdf_report *rep, struct uwdf_device **out)
{
	struct report report = REPORT_INIT;
	struct uwdf_device *host;
	int err = check_driver(driver, &report);

	if (err)
		return fx_host_report(rep, &report, err);
	err = host_alloc(driver, params, &host);
	if (err)
		return fx_host_report(rep, &report,
				      report_fail(&report, err, "starting %s", params->address));
	driver->fx->device_count++;
	err = run_makers(host, &report);
	if (err) {
		host_end(host, false);
		return fx_host_report(rep, &report, err);
	}
	list_push_back(&driver->devices, &host->link);
	set_state(host, "started");
	*out = host;
	return 0;
}

UW_EXPORT void uwdf_device_remove(struct uwdf_device *host)
{
	if (!host)
		return;
	set_state(host, "leaving");
	list_remove(&host->link);
	host_end(host, true);
}

static const char *interrupt_kind(const struct fx_device *device)
{
	static const char *const names[] = {
		[PCI_IRQ_INTX] = "INTx",
		[PCI_IRQ_MSI] = "MSI",
		[PCI_IRQ_MSIX] = "MSI-X",
	};

	return device->vectors ? names[irq_vectors_kind(device->vectors)] : "none";
}

static void info_interfaces(struct uwdf_device *host, struct uwdf_device_info *out)
{
	static_assert(sizeof(struct uwdf_guid) == sizeof(GUID), "the same sixteen bytes");
	static_assert(UW_ARRAY_SIZE(out->interfaces) == FX_DEVICE_INTERFACES, "room for all");
	GUID guids[FX_DEVICE_INTERFACES];

	out->interface_count = fx_device_list_interfaces(host->device, guids, FX_DEVICE_INTERFACES);
	memcpy(out->interfaces, guids, out->interface_count * sizeof(GUID));
}

static void info_counters(struct uwdf_device *host, struct uwdf_device_info *out)
{
	struct fx_device *device = host->device;
	struct fx_io_stats io = fx_io_stats(device->io);
	struct dma_stats dma = dma_domain_stats(host->dma);

	out->interrupt_kind = interrupt_kind(device);
	out->interrupt_vectors = device->vectors ? irq_vectors_count(device->vectors) : 0;
	out->interrupts = __atomic_load_n(&device->signals, __ATOMIC_RELAXED);
	out->isr_calls = __atomic_load_n(&device->isr_calls, __ATOMIC_RELAXED);
	out->dpcs = __atomic_load_n(&device->dpcs, __ATOMIC_RELAXED);
	out->dma_mappings = dma.mappings;
	out->dma_mapped_bytes = dma.mapped_bytes;
	out->dma_mappings_total = pci_function_stats(host->fn).dma_maps;
	out->common_buffers = dma.buffers;
	out->requests = io.submitted;
	out->requests_completed = io.completed;
	out->requests_cancelled = io.cancelled;
	out->requests_pending = io.queued_now + io.driver_owned_now;
	out->open_files = io.open_files;
}

UW_EXPORT void uwdf_device_info(struct uwdf_device *host, struct uwdf_device_info *out)
{
	struct pci_id id = pci_function_id(host->fn);

	*out = (struct uwdf_device_info){
		.name = host->name,
		.address = host->address,
		.driver = fx_driver_name(host->driver->fx),
		.state = __atomic_load_n(&host->state, __ATOMIC_ACQUIRE),
		.vendor = id.vendor,
		.device = id.device,
		.device_type = host->device->config.device_type,
	};
	info_interfaces(host, out);
	info_counters(host, out);
}
