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
#include "object/driver.h"
#include "object/worker.h"
#include "pnp/host_impl.h"
#include "pnp/shell.h"
#include "pnp/shown.h"
#include "pnp/stack.h"

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

const char *fx_host_name(const struct uwdf_device *host)
{
	return host->name;
}

struct fx_device *fx_host_device(struct uwdf_device *host)
{
	return host->device;
}

void fx_host_device_disposed(struct fx_device *device)
{
	exec_event_set(&device->level->disposed);
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
	const struct uwdf_device *lender = host->params.loops_of;
	int err;

	if (lender) {
		host->irq_loop = lender->irq_loop;
		host->request_loop = lender->request_loop;
		return 0;
	}
	params.node = pci_function_dma_info(host->fn)->node;
	err = irq_loop_new(&params, &host->irq_loop);
	if (!err && fx_stack_is_fit_for_dispatch(host)) {
		host->request_loop = host->irq_loop;
	} else if (!err) {
		params.name = "uwdf-io";
		err = irq_loop_new(&params, &host->request_loop);
	}
	return err ? report_fail(rep, err, "starting an I/O loop for %s", host->address) : 0;
}

static int (*const makers[])(struct uwdf_device *host, struct report *rep) = {
	open_function, make_domain, make_loops, fx_stack_add, fx_stack_assign, fx_stack_start,
};

/* --- the way down --- */

/*
 * Is nobody asking the driver? The kernel takes the function back without asking, too, and one that
 * failed is not asked either: only a program that ends by itself does.
 */
static bool is_surprise(struct uwdf_device *host)
{
	return __atomic_load_n(&host->left, __ATOMIC_ACQUIRE) ||
	       (host->fn && pci_function_is_gone(host->fn));
}

static void free_parts(struct uwdf_device *host)
{
	if (!host->params.loops_of && host->request_loop != host->irq_loop)
		irq_loop_free(host->request_loop);
	if (!host->params.loops_of)
		irq_loop_free(host->irq_loop);
	dma_domain_free(host->dma);
	pci_function_close(host->fn);
}

static void host_free(struct uwdf_device *host)
{
	fx_stack_free(host);
	mem_free(host->name);
	mem_free(host->address);
	mem_free(host);
}

static void unlist(struct uwdf_device *host)
{
	for (unsigned int i = 0; i < host->level_count; i++)
		list_remove(&host->levels[i].link);
}

/* Counted in device_count until it is gone: a driver whose device is kept is not unloaded. */
static void host_end(struct uwdf_device *host)
{
	bool ended;

	if (host->fn && !list_empty(&host->register_link))
		fx_host_registers_remove(host);
	unlist(host);
	ended = fx_stack_end(host, is_surprise(host));
	fx_named_remove_complete(&host->named); /* those that had closed it, too */
	fx_named_forget(&host->named);
	fx_watches_end(host);
	if (!ended) {
		list_push_back(&kept, &host->link);
		return;
	}
	free_parts(host);
	host_free(host);
}

/* --- public --- */

static int host_alloc(struct uwdf_driver *driver, const struct uwdf_device_params *params,
		      struct uwdf_device **out)
{
	struct uwdf_device *host = mem_calloc(1, sizeof(*host));
	int err;

	if (!host)
		return -ENOMEM;
	list_init(&host->link);
	list_init(&host->register_link);
	fx_shown_init(host);
	fx_watches_init(&host->watches);
	host->driver = driver;
	host->params = *params;
	host->state = "starting";
	host->address = mem_strdup(params->address);
	host->name = mem_strdup(params->name ? params->name : fx_driver_name(driver->fx));
	err = host->address && host->name ? fx_stack_alloc(host, driver, params) : -ENOMEM;
	if (err)
		host_free(host);
	else
		*out = host;
	return err;
}

static int run_makers(struct uwdf_device *host, struct report *rep)
{
	int err = 0;

	for (size_t i = 0; i < UW_ARRAY_SIZE(makers) && !err; i++) {
		if (makers[i] == fx_stack_add)
			fx_host_registers_add(host);
		err = makers[i](host, rep);
	}
	return err;
}

static int check_driver(const struct uwdf_driver *driver, struct report *rep)
{
	if (uwdf_driver_is_pnp(driver))
		return 0;
	report_say(rep, "driver %s serves no devices: it has no EvtDriverDeviceAdd",
		   fx_driver_name(driver->fx));
	return -ENOTSUP;
}

static int check_drivers(struct uwdf_driver *const *drivers, struct report *rep)
{
	int err = 0;

	for (; drivers && *drivers && !err; drivers++)
		err = check_driver(*drivers, rep);
	return err;
}

static void enlist(struct uwdf_device *host)
{
	for (unsigned int i = 0; i < host->level_count; i++)
		list_push_back(&host->levels[i].driver->devices, &host->levels[i].link);
}

UW_EXPORT int uwdf_device_start(struct uwdf_driver *driver, const struct uwdf_device_params *params,
				struct uwdf_report *rep, struct uwdf_device **out)
{
	struct report report = REPORT_INIT;
	struct uwdf_device *host;
	int err = check_driver(driver, &report);

	if (!err)
		err = check_drivers(params->lowers, &report);
	if (!err)
		err = check_drivers(params->uppers, &report);
	if (err)
		return fx_host_report(rep, &report, err);
	err = host_alloc(driver, params, &host);
	if (err)
		return fx_host_report(rep, &report,
				      report_fail(&report, err, "starting %s", params->address));
	err = run_makers(host, &report);
	if (err) {
		host_end(host);
		return fx_host_report(rep, &report, err);
	}
	enlist(host);
	set_state(host, "started");
	fx_shown_add(host);
	fx_stack_start_children(host);
	*out = host;
	return 0;
}

/* Drivers that have it open first, then its own, as in Windows. */
static int ask_drivers(struct uwdf_device *host, struct report *rep)
{
	int err = fx_shown_query_remove(host, rep);

	if (!err)
		err = fx_stack_query_remove(host, rep);
	if (err)
		fx_named_remove_canceled(&host->named);
	return err;
}

/* Programs before drivers. */
static int query_remove(struct uwdf_device *host, bool unused, struct uwdf_report *rep)
{
	struct report report = REPORT_INIT;
	int err = 0;

	if (is_surprise(host))
		return 0;
	err = fx_stack_query_children(host, unused, &report);
	if (err)
		return fx_host_report(rep, &report, err);
	err = fx_watches_query(host, unused, &report);
	if (!err) {
		err = ask_drivers(host, &report);
		if (err)
			fx_watches_stay(host);
	}
	if (err)
		fx_stack_children_stay(host);
	return fx_host_report(rep, &report, err);
}

UW_EXPORT int uwdf_device_query_remove(struct uwdf_device *host, struct uwdf_report *rep)
{
	return query_remove(host, false, rep);
}

UW_EXPORT int uwdf_device_query_remove_unused(struct uwdf_device *host, struct uwdf_report *rep)
{
	return query_remove(host, true, rep);
}

UW_EXPORT void uwdf_device_remove(struct uwdf_device *host)
{
	if (!host)
		return;
	set_state(host, "leaving");
	fx_watches_leave(host);
	fx_shown_remove(host);
	if (!is_surprise(host))
		fx_shown_ask_late(host);
	fx_named_leave(&host->named);
	host_end(host);
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

	out->interface_count = fx_stack_interfaces(host, guids, FX_DEVICE_INTERFACES);
	memcpy(out->interfaces, guids, out->interface_count * sizeof(GUID));
}

static const struct fx_security *security_of(struct uwdf_device *host, struct fx_device *device)
{
	return host->shell ? &device->config.security : fx_stack_security(host);
}

UW_EXPORT size_t uwdf_device_access(struct uwdf_device *host, struct uwdf_access *out, size_t max,
				    bool *out_given)
{
	struct fx_device *device = fx_host_device_lock(host);
	struct fx_security none = { .given = true }; /* gone: nobody */
	const struct fx_security *security = device ? security_of(host, device) : &none;
	size_t count = security->count;

	memcpy(out, security->entries, (count < max ? count : max) * sizeof(*out));
	*out_given = security->given;
	fx_host_device_unlock(host);
	return count;
}

static void info_requests(const struct fx_device *device, struct uwdf_device_info *out)
{
	struct fx_io_stats io = fx_io_stats(device->io);

	out->requests = io.submitted;
	out->requests_completed = io.completed;
	out->requests_cancelled = io.cancelled;
	out->requests_pending = io.queued_now + io.driver_owned_now;
	out->open_files = io.open_files;
}

static void info_counters(struct uwdf_device *host, struct uwdf_device_info *out)
{
	struct fx_device *device = host->function->device;
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
}

/* Its driver may delete it meanwhile. */
static void info_shell(struct uwdf_device *host, struct uwdf_device_info *out)
{
	struct fx_device *device = fx_host_device_lock(host);
	GUID guids[FX_DEVICE_INTERFACES];

	*out = (struct uwdf_device_info){
		.name = host->name,
		.address = host->address,
		.driver = device ? fx_driver_name(host->fx) : "-",
		.state = __atomic_load_n(&host->state, __ATOMIC_ACQUIRE),
		.interrupt_kind = "none",
	};
	if (device) {
		out->device_type = device->config.device_type;
		info_requests(device, out);
		out->interface_count =
			fx_device_list_interfaces(device, guids, 0, FX_DEVICE_INTERFACES);
		memcpy(out->interfaces, guids, out->interface_count * sizeof(GUID));
	}
	fx_host_device_unlock(host);
}

UW_EXPORT void uwdf_device_info(struct uwdf_device *host, struct uwdf_device_info *out)
{
	struct pci_id id;

	if (host->shell) {
		info_shell(host, out);
		return;
	}
	id = pci_function_id(host->fn);
	*out = (struct uwdf_device_info){
		.name = host->name,
		.address = host->address,
		.driver = fx_driver_name(host->driver->fx),
		.state = __atomic_load_n(&host->state, __ATOMIC_ACQUIRE),
		.vendor = id.vendor,
		.device = id.device,
		.device_type = host->function->device->config.device_type,
	};
	info_interfaces(host, out);
	info_counters(host, out);
	fx_stack_info(host, out);
}
