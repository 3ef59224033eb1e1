/* SPDX-License-Identifier: MIT */
/*
 * stack.c - several drivers for one device.
 *
 * As in Windows, whatever goes up begins at the lowest driver and whatever goes down at the highest
 * one. Where no file is open each device of an orderly removal is gone before the next is told;
 * otherwise, and in a surprise removal, all of them stop before the first one goes: what a driver
 * sent down comes back only while those below still run.
 */
#include "pnp/stack.h"

#include <errno.h>

#include "base/log.h"
#include "base/mem.h"
#include "nt/status.h"
#include "object/driver.h"
#include "object/trouble.h"
#include "pnp/child.h"
#include "pnp/device_init.h"
#include "pnp/steps.h"
#include "verifier/callback.h"

/* --- levels --- */

static unsigned int count_of(struct uwdf_driver *const *drivers)
{
	unsigned int count = 0;

	while (drivers && drivers[count])
		count++;
	return count;
}

static int put_level(struct uwdf_device *host, struct uwdf_driver *driver,
		     enum fx_position position)
{
	struct fx_level *level = &host->levels[host->level_count];
	int err = exec_event_init(&level->disposed);

	if (err)
		return err;
	list_init(&level->link);
	level->host = host;
	level->driver = driver;
	level->position = position;
	host->level_count++;
	driver->fx->device_count++;
	return 0;
}

static int put_levels(struct uwdf_device *host, struct uwdf_driver *const *drivers,
		      enum fx_position position)
{
	unsigned int count = count_of(drivers);
	int err = 0;

	for (unsigned int i = 0; i < count && !err; i++)
		err = put_level(host, drivers[i], position);
	return err;
}

int fx_stack_alloc(struct uwdf_device *host, struct uwdf_driver *function,
		   const struct uwdf_device_params *params)
{
	unsigned int count = count_of(params->lowers) + 1 + count_of(params->uppers);
	int err;

	if (count > UWDF_STACK_MAX)
		return -E2BIG;
	host->levels = mem_calloc(count, sizeof(*host->levels));
	if (!host->levels)
		return -ENOMEM;
	err = put_levels(host, params->lowers, FX_LOWER_FILTER);
	host->function = &host->levels[host->level_count];
	if (!err)
		err = put_level(host, function, FX_FUNCTION_DRIVER);
	return err ? err : put_levels(host, params->uppers, FX_UPPER_FILTER);
}

void fx_stack_free(struct uwdf_device *host)
{
	while (host->level_count) {
		struct fx_level *level = &host->levels[--host->level_count];

		level->driver->fx->device_count--;
		list_remove(&level->link);
		fx_assignment_free(&level->assigned);
		exec_event_deinit(&level->disposed);
	}
	mem_free(host->levels);
}

bool fx_stack_is_fit_for_dispatch(const struct uwdf_device *host)
{
	for (unsigned int i = 0; i < host->level_count; i++)
		if (host->levels[i].driver->fx->io_level != WdfExecutionLevelDispatch)
			return false;
	return true;
}

/* The next device below or above; NULL: there is none. A level that was left out has none. */
static struct fx_level *next_up(struct uwdf_device *host, const struct fx_level *level)
{
	unsigned int i = level ? (unsigned int)(level - host->levels) + 1 : 0;

	while (i < host->level_count && !host->levels[i].device)
		i++;
	return i < host->level_count ? &host->levels[i] : NULL;
}

static struct fx_level *next_down(struct uwdf_device *host, const struct fx_level *level)
{
	unsigned int i = level ? (unsigned int)(level - host->levels) : host->level_count;

	while (i && !host->levels[i - 1].device)
		i--;
	return i ? &host->levels[i - 1] : NULL;
}

/* --- the way up --- */

/* A driver's own failure; @trouble: what its callback ran into. */
UW_COLD static int blame(const struct fx_level *level, const struct fx_trouble *trouble,
			 const struct fx_failure *failure, struct report *rep)
{
	struct pci_id id = pci_function_id(level->host->fn);
	bool explained = fx_trouble_explains(trouble, failure->status);

	report_say(rep, "driver %s on %s: %s failed with %s%s%s", fx_driver_name(level->driver->fx),
		   level->host->address, failure->what, fx_status_text(failure->status).text,
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

/* Bounded: a device whose cleanup does not end keeps what it uses. */
static bool await_disposed(struct fx_level *level)
{
	level->device = NULL;
	if (exec_event_wait(&level->disposed, exec_deadline_ms(fx_host_dispose_ms)))
		return true;
	log_error("pnp", "driver %s: the cleanup of %s does not end; what it uses is kept",
		  fx_driver_name(level->driver->fx), level->host->address);
	level->host->stuck = true;
	return false;
}

/* What EvtDriverDeviceAdd made of its WDFDEVICE_INIT. */
struct added {
	NTSTATUS status;
	bool filter; /* WdfFdoInitSetFilter was called */
};

static struct added call_device_add(struct fx_level *level)
{
	struct fx_driver *fx = level->driver->fx;
	struct fx_level *below = next_down(level->host, level);
	struct WDFDEVICE_INIT init;
	struct added added;

	fx_device_init_prepare(&init, fx, level->host);
	init.level = level;
	init.below = below ? below->device : NULL;
	added.status = FX_CALL(fx, "EvtDriverDeviceAdd", fx->config.EvtDriverDeviceAdd,
			       fx->globals.Driver, &init);
	level->device = init.device;
	added.filter = init.config.io.filter;
	fx_device_init_finish(&init);
	return added;
}

static int keep(struct fx_level *level)
{
	level->host->stuck = true;
	return -EBUSY;
}

/* KMDF makes a success of it: the device works without the filter. */
UW_COLD static int leave_out(struct fx_level *level, const struct added *added)
{
	const char *name = fx_driver_name(level->driver->fx);

	if (NT_SUCCESS(added->status))
		log_notice("pnp", "filter %s makes no device for %s: it is left out", name,
			   level->host->address);
	else
		log_warn("pnp",
			 "filter %s is left out of %s: its EvtDriverDeviceAdd failed with %s", name,
			 level->host->address, fx_status_text(added->status).text);
	if (!level->device)
		return 0;
	if (!fx_children_end(level->device))
		return keep(level);
	fx_object_delete(&level->device->base);
	return await_disposed(level) ? 0 : -EBUSY;
}

/* One that is a bus to those above it would have to answer for their devices. */
static bool is_bus_filter(const struct fx_level *level)
{
	return level->position == FX_LOWER_FILTER && level->device->config.io.filter &&
	       level->device->config.device_type == FILE_DEVICE_BUS_EXTENDER;
}

UW_COLD static int refuse_bus_filter(const struct fx_level *level, struct report *rep)
{
	report_say(rep, "driver %s on %s is a bus filter, which KMDF does not have",
		   fx_driver_name(level->driver->fx), level->host->address);
	report_hint(rep, "a filter of one device does not set FILE_DEVICE_BUS_EXTENDER");
	return -ENOTSUP;
}

static void check_role(const struct fx_level *level)
{
	bool is_filter = level->device->config.io.filter;

	if (is_filter != (level->position == FX_FUNCTION_DRIVER))
		return;
	log_warn("pnp",
		 is_filter ? "function driver %s of %s called WdfFdoInitSetFilter: what it "
			     "does not handle goes to the bus"
			   : "driver %s, a filter of %s, did not call WdfFdoInitSetFilter: "
			     "what it does not handle fails",
		 fx_driver_name(level->driver->fx), level->host->address);
}

static int added_nothing(const struct fx_level *level, struct report *rep)
{
	report_say(rep, "driver %s on %s: EvtDriverDeviceAdd succeeded without creating a device",
		   fx_driver_name(level->driver->fx), level->host->address);
	report_hint(rep, "EvtDriverDeviceAdd has to return the status of WdfDeviceCreate");
	return -ECANCELED;
}

static int add_level(struct fx_level *level, struct report *rep)
{
	struct fx_failure failure = { .what = "EvtDriverDeviceAdd" };
	bool may_miss = level->position != FX_FUNCTION_DRIVER;
	struct fx_trouble trouble;
	struct added added;

	fx_trouble_collect(&trouble);
	added = call_device_add(level);
	fx_trouble_collect(NULL);
	if (NT_SUCCESS(added.status))
		(void)fx_trouble_explains(&trouble, added.status); /* it lives with it */
	failure.status = added.status;
	if (!NT_SUCCESS(added.status) && !(may_miss && added.filter))
		return blame(level, &trouble, &failure, rep);
	if (!NT_SUCCESS(added.status) || (may_miss && !level->device))
		return leave_out(level, &added);
	if (!level->device)
		return added_nothing(level, rep);
	if (is_bus_filter(level))
		return refuse_bus_filter(level, rep);
	if (level->host->level_count > 1)
		check_role(level);
	return 0;
}

int fx_stack_add(struct uwdf_device *host, struct report *rep)
{
	int err = 0;

	for (unsigned int i = 0; i < host->level_count && !err; i++)
		err = add_level(&host->levels[i], rep);
	if (!err)
		host->device = next_down(host, NULL)->device;
	return err;
}

static int start_level(struct fx_level *level, struct report *rep)
{
	struct fx_failure failure;
	struct fx_trouble trouble;
	NTSTATUS status;

	fx_trouble_collect(&trouble);
	status = fx_device_start(level->device, &failure);
	fx_trouble_collect(NULL);
	if (!NT_SUCCESS(status))
		return blame(level, &trouble, &failure, rep);
	(void)fx_trouble_explains(&trouble, status);
	level->started = true;
	return 0;
}

/* The start request on its way down. Nothing is undone: no device has begun. */
static int pass_resources(struct uwdf_device *host, struct report *rep)
{
	struct fx_failure failure = { .what = "EvtDeviceRemoveAddedResources" };
	struct fx_level *level = NULL;
	struct fx_trouble trouble;

	fx_trouble_collect(&trouble);
	failure.status = fx_stack_pass_resources(host, &level);
	fx_trouble_collect(NULL);
	return NT_SUCCESS(failure.status) ? 0 : blame(level, &trouble, &failure, rep);
}

int fx_stack_start(struct uwdf_device *host, struct report *rep)
{
	struct fx_level *level = NULL;
	int err = pass_resources(host, rep);

	while (!err && (level = next_up(host, level)))
		err = start_level(level, rep);
	return err;
}

void fx_stack_start_children(struct uwdf_device *host)
{
	for (struct fx_level *level = next_up(host, NULL); level; level = next_up(host, level))
		fx_children_start(level->device);
}

/* --- the way down --- */

int fx_stack_query_children(struct uwdf_device *host, bool unused, struct report *rep)
{
	struct fx_level *level = NULL;
	int err = 0;

	while (!err && (level = next_down(host, level)))
		err = fx_children_query_remove(level->device, unused, rep);
	if (err)
		fx_stack_children_stay(host);
	return err;
}

void fx_stack_children_stay(struct uwdf_device *host)
{
	struct fx_level *level = NULL;

	while ((level = next_down(host, level)))
		fx_children_stay(level->device);
}

/* Those above the one that refused had agreed: their removal is called off. */
static void cancel_query(struct uwdf_device *host, const struct fx_level *refuser)
{
	struct fx_level *level = next_up(host, refuser);

	for (; level; level = next_up(host, level))
		fx_device_set_states(level->device, WdfDevStatePnpStarted, 0);
}

int fx_stack_query_remove(struct uwdf_device *host, struct report *rep)
{
	struct fx_level *level = NULL;

	while ((level = next_down(host, level))) {
		NTSTATUS status = fx_device_query_remove(level->device);

		if (NT_SUCCESS(status))
			continue;
		report_say(rep, "driver %s does not let %s go: EvtDeviceQueryRemove returned %s",
			   fx_driver_name(level->driver->fx), host->name,
			   fx_status_text(status).text);
		cancel_query(host, level);
		return -ECANCELED;
	}
	return 0;
}

/* Whoever does not ask first has decided: a refusal is written down, and the device goes. */
static void ask_late(struct uwdf_device *host)
{
	struct fx_level *level = NULL;

	while ((level = next_down(host, level)))
		fx_children_ask_late(level->device);
	while ((level = next_down(host, level)))
		if (level->started)
			fx_device_ask_late(level->device);
}

/* Before any driver of their parent's stack: a subtree goes from its leaves on. */
static void stop_children(struct uwdf_device *host, bool surprise)
{
	struct fx_level *level = NULL;

	while ((level = next_down(host, level)))
		fx_children_stop(level->device, surprise);
}

static bool is_complete(struct uwdf_device *host)
{
	for (struct fx_level *level = next_up(host, NULL); level; level = next_up(host, level))
		if (!level->started)
			return false;
	return host->device;
}

static void stop_level(struct fx_level *level, bool surprise)
{
	if (!level->started)
		return;
	level->started = false;
	fx_device_stop(level->device, surprise);
}

static void remove_level(struct fx_level *level)
{
	struct fx_device *device = level->device;

	if (!fx_children_end(device)) {
		(void)keep(level);
		return;
	}
	if (level->host->device == device)
		level->host->device = NULL;
	if (device->pnp_state == WdfDevStatePnpInit)
		fx_object_delete(&device->base); /* never started: nothing to undo */
	else
		fx_device_remove(device);
	(void)await_disposed(level);
}

/* What uses those below may still do so: they are quiet, but there. */
static void stop_rest(struct uwdf_device *host)
{
	struct fx_level *level = NULL;

	while ((level = next_down(host, level)))
		stop_level(level, false);
}

bool fx_stack_end(struct uwdf_device *host, bool surprise)
{
	struct fx_level *level = NULL;

	if (is_complete(host) && !surprise)
		ask_late(host);
	stop_children(host, surprise);
	if (surprise || (host->device && fx_io_stats(host->device->io).open_files)) {
		while ((level = next_down(host, level)))
			stop_level(level, surprise);
		fx_named_remove_complete(&host->named);
	}
	while (!host->stuck && (level = next_down(host, NULL))) {
		stop_level(level, surprise);
		remove_level(level);
	}
	if (host->stuck)
		stop_rest(host);
	return !host->stuck;
}

/* --- what is shown --- */

unsigned int fx_stack_interfaces(const struct uwdf_device *host, GUID *guids, unsigned int max)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < host->level_count; i++)
		if (host->levels[i].device)
			count = fx_device_list_interfaces(host->levels[i].device, guids, count,
							  max);
	return count;
}

const struct fx_security *fx_stack_security(const struct uwdf_device *host)
{
	const struct fx_security *found = &host->function->device->config.security;

	for (unsigned int i = host->level_count; i-- && !found->given;)
		if (host->levels[i].device && host->levels[i].device->config.security.given)
			found = &host->levels[i].device->config.security;
	return found;
}

static const char *const positions[] = {
	[FX_LOWER_FILTER] = "lower filter",
	[FX_FUNCTION_DRIVER] = "function",
	[FX_UPPER_FILTER] = "upper filter",
};

/* What was passed on counts where it ended. */
static void add_requests(const struct fx_device *device, struct uwdf_device_info *out,
			 struct uwdf_stack_entry *entry)
{
	struct fx_io_stats io = fx_io_stats(device->io);

	entry->requests = io.submitted;
	entry->requests_pending = io.queued_now + io.driver_owned_now;
	out->requests += io.submitted;
	out->requests_completed += io.completed;
	out->requests_cancelled += io.cancelled;
	out->requests_pending += entry->requests_pending;
}

void fx_stack_info(const struct uwdf_device *host, struct uwdf_device_info *out)
{
	for (unsigned int i = host->level_count; i--;) {
		const struct fx_level *level = &host->levels[i];
		struct uwdf_stack_entry *entry = &out->stack[out->stack_count++];

		*entry = (struct uwdf_stack_entry){
			.driver = fx_driver_name(level->driver->fx),
			.position = positions[level->position],
			.left_out = !level->device,
		};
		if (level->device)
			add_requests(level->device, out, entry);
	}
	out->open_files = fx_io_stats(host->device->io).open_files;
}
