/* SPDX-License-Identifier: MIT */
/* host.c - drivers of this process: loaded, listed, unloaded. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "object/driver.h"
#include "object/hold.h"
#include "object/leftover.h"
#include "object/worker.h"
#include "pnp/control.h"
#include "pnp/host_impl.h"
#include "pnp/shown.h"
#include "vfio/fault_handler.h"

int fx_host_report(struct uwdf_report *out, const struct report *report, int err)
{
	if (!out || !err)
		return err;
	(void)snprintf(out->text, sizeof(out->text), "%s",
		       report->text[0] ? report->text : err_text(err));
	(void)snprintf(out->hint, sizeof(out->hint), "%s", report->hint);
	return err;
}

UW_EXPORT int uwdf_host_new(struct uwdf_report *rep, struct uwdf_host **out)
{
	struct report report = REPORT_INIT;
	struct uwdf_host *host = mem_calloc(1, sizeof(*host));
	int err;

	if (!host)
		return fx_host_report(rep, &report,
				      report_fail(&report, -ENOMEM, "starting a host"));
	list_init(&host->drivers);
	err = fx_worker_start();
	if (err) {
		mem_free(host);
		return fx_host_report(rep, &report,
				      report_fail(&report, err, "starting the worker thread"));
	}
	*out = host;
	return 0;
}

/* By a client of another process, or by what is in this one, which can be named. */
static bool is_open(const struct uwdf_driver *driver, struct report *why)
{
	struct uwdf_hold by;
	char name[48];

	if (!fx_controls_are_open(driver->fx, name, sizeof(name), &by))
		return false;
	report_say(why, "its control device %s is open%s%s", name, by.what[0] ? ", by " : "",
		   by.kind == UWDF_HOLD_HANDLE ? "a client of this process" : by.what);
	return true;
}

/* Why the unload routine must not be called. */
static bool must_stay(const struct uwdf_driver *driver, struct report *why)
{
	char name[48];

	if (driver->fx->device_count)
		report_say(why, "the cleanup of its device does not end");
	else if (!fx_driver_can_unload(driver->fx))
		report_say(why, "it has no EvtDriverUnload");
	else if (fx_control_device_holds(driver->fx, name, sizeof(name)))
		report_say(why, "it has not deleted its control device %s", name);
	else
		(void)is_open(driver, why);
	return why->text[0];
}

/* Its image stays as long as something refers to what it left. */
static bool is_referenced(const struct uwdf_driver *driver, struct report *why)
{
	size_t count = fx_leftover_count(driver->fx);

	if (count)
		report_say(why, "%zu object%s referenced", count, count == 1 ? " is" : "s are");
	return count;
}

static int stay(struct uwdf_driver *driver, const struct report *why)
{
	if (!driver->said)
		log_error("pnp", "driver %s stays loaded: %s", fx_driver_name(driver->fx),
			  why->text);
	driver->said = true;
	return -EBUSY;
}

UW_EXPORT int uwdf_host_unload(struct uwdf_driver *driver)
{
	struct report why = REPORT_INIT;

	if (!driver)
		return 0;
	while (!list_empty(&driver->devices))
		uwdf_device_remove(list_first(&driver->devices, struct fx_level, link)->host);
	if (!driver->unloaded) {
		if (must_stay(driver, &why))
			return stay(driver, &why);
		fx_controls_close(driver->fx); /* as the I/O manager refuses opens from here on */
		fx_driver_leave(driver->fx);
		driver->unloaded = true;
	}
	if (is_referenced(driver, &why))
		return stay(driver, &why);
	list_remove(&driver->link);
	fx_driver_close(driver->fx);
	mem_free(driver);
	return 0;
}

/* As at the end of a system: what is loaded is not asked. A device that does not end may still come
 * back to its driver. */
static void leave_loaded(struct uwdf_driver *driver)
{
	list_remove(&driver->link);
	if (driver->fx->device_count)
		return;
	fx_controls_close(driver->fx);
	fx_driver_discard(driver->fx);
	mem_free(driver);
}

UW_EXPORT void uwdf_host_free(struct uwdf_host *host)
{
	if (!host)
		return;
	while (!list_empty(&host->drivers)) {
		struct uwdf_driver *driver = list_first(&host->drivers, struct uwdf_driver, link);

		if (uwdf_host_unload(driver))
			leave_loaded(driver);
	}
	if (!fx_host_keeps_devices())
		fx_worker_stop();
	mem_free(host);
}

static int add_driver(struct uwdf_host *host, struct fx_driver *fx, struct uwdf_driver **out)
{
	struct uwdf_driver *driver = mem_calloc(1, sizeof(*driver));

	if (!driver)
		return -ENOMEM;
	driver->fx = fx;
	list_init(&driver->devices);
	list_push_back(&host->drivers, &driver->link);
	*out = driver;
	return 0;
}

static int load(struct uwdf_host *host, const char *path, const struct uwdf_driver_image *image,
		struct uwdf_report *rep, struct uwdf_driver **out)
{
	struct report report = REPORT_INIT;
	const struct fx_verifier_settings *verify = host->verify_given ? &host->verify : NULL;
	struct fx_driver *fx;
	int err;

	if (image)
		err = fx_driver_load_image(path, image, verify, &report, &fx);
	else
		err = fx_driver_load(path, verify, &report, &fx);
	if (err)
		return fx_host_report(rep, &report, err);
	err = add_driver(host, fx, out);
	if (err) {
		fx_driver_unload(fx);
		report_fail(&report, err, "loading driver %s", path);
	}
	return fx_host_report(rep, &report, err);
}

UW_EXPORT int uwdf_host_verify(struct uwdf_host *host, const char *options, struct uwdf_report *rep)
{
	struct report report = REPORT_INIT;
	int err = fx_verifier_parse(options, &report, &host->verify);

	host->verify_given = !err;
	return fx_host_report(rep, &report, err);
}

UW_EXPORT int uwdf_host_load(struct uwdf_host *host, const char *path, struct uwdf_report *rep,
			     struct uwdf_driver **out)
{
	return load(host, path, NULL, rep, out);
}

int fx_host_load_image(struct uwdf_host *host, const char *name,
		       const struct uwdf_driver_image *image, struct uwdf_report *rep,
		       struct uwdf_driver **out)
{
	return load(host, name, image, rep, out);
}

UW_EXPORT const char *uwdf_driver_name(const struct uwdf_driver *driver)
{
	return fx_driver_name(driver->fx);
}

UW_EXPORT bool uwdf_driver_is_verified(const struct uwdf_driver *driver)
{
	return driver->fx->verifier.on;
}

UW_EXPORT bool uwdf_driver_can_unload(const struct uwdf_driver *driver)
{
	return fx_driver_can_unload(driver->fx);
}

UW_EXPORT bool uwdf_driver_is_pnp(const struct uwdf_driver *driver)
{
	return driver->fx->config.EvtDriverDeviceAdd;
}

UW_EXPORT void uwdf_host_shut_down(struct uwdf_host *host)
{
	list_for_each (it, &host->drivers)
		fx_controls_shut_down(list_entry(it, struct uwdf_driver, link)->fx);
}

UW_EXPORT size_t uwdf_driver_holds(struct uwdf_driver *driver, struct uwdf_hold *holds, size_t max)
{
	size_t count = 0;

	list_for_each (it, &driver->devices) {
		const struct uwdf_device *device = list_entry(it, struct fx_level, link)->host;

		if (count < max) {
			holds[count] = (struct uwdf_hold){ .kind = UWDF_HOLD_DEVICE };
			(void)snprintf(holds[count].what, sizeof(holds[count].what), "%s",
				       device->name);
			holds[count].state = __atomic_load_n(&device->state, __ATOMIC_ACQUIRE);
		}
		count++;
	}
	count += fx_shown_holds(driver->fx, count < max ? holds + count : holds,
				count < max ? max - count : 0);
	return count + fx_driver_holds(driver->fx, count < max ? holds + count : holds,
				       count < max ? max - count : 0);
}

UW_EXPORT int uwdf_host_catch_faults(void)
{
	int err = fault_handler_install();

	if (err && err != -EALREADY)
		return err;
	return fault_handler_thread_enter();
}
