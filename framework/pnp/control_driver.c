/* SPDX-License-Identifier: MIT */
/* control_driver.c - what all control devices of a driver share: loops, lists, unloading. */
#include <stdio.h>

#include "base/mem.h"
#include "pnp/control_impl.h"
#include "pnp/shown.h"

/* --- what the driver's control devices share --- */

static void free_inits(struct fx_controls *all)
{
	while (!list_empty(&all->inits))
		fx_control_init_free(list_first(&all->inits, struct WDFDEVICE_INIT, link));
}

static void free_loops(struct fx_controls *all)
{
	if (all->request_loop != all->irq_loop)
		irq_loop_free(all->request_loop);
	irq_loop_free(all->irq_loop);
}

static void controls_destroy(struct fx_controls *all)
{
	free_loops(all);
	exec_cond_deinit(&all->ended);
	exec_mutex_deinit(&all->lock);
	mem_free(all);
}

/* fx_driver.controls_end: no device is left. */
static void controls_free(struct fx_driver *driver)
{
	struct fx_controls *all = driver->controls;

	free_inits(all);
	driver->controls = NULL;
	controls_destroy(all);
}

static int make_loops(struct fx_controls *all)
{
	struct irq_loop_params params = { .name = "uwdf-ctl-irq", .node = -1, .own_thread = true };
	int err = irq_loop_new(&params, &all->irq_loop);

	if (!err && all->driver->io_level == WdfExecutionLevelDispatch) {
		all->request_loop = all->irq_loop;
	} else if (!err) {
		params.name = "uwdf-ctl-io";
		err = irq_loop_new(&params, &all->request_loop);
	}
	return err;
}

static int init_locks(struct fx_controls *all)
{
	int err = exec_mutex_init(&all->lock);

	if (err)
		return err;
	err = exec_cond_init(&all->ended);
	if (err)
		exec_mutex_deinit(&all->lock);
	return err;
}

static struct fx_controls *controls_new(struct fx_driver *driver)
{
	struct fx_controls *all = mem_calloc(1, sizeof(*all));

	if (!all)
		return NULL;
	all->driver = driver;
	list_init(&all->devices);
	list_init(&all->inits);
	if (!make_loops(all) && !init_locks(all))
		return all;
	free_loops(all);
	mem_free(all);
	return NULL;
}

/* Made with the first control device; two threads of the driver may be the first. */
static struct fx_controls *controls_get(struct fx_driver *driver)
{
	struct fx_controls *all = __atomic_load_n(&driver->controls, __ATOMIC_ACQUIRE);
	struct fx_controls *none = NULL;

	if (all)
		return all;
	all = controls_new(driver);
	if (!all)
		return NULL;
	driver->controls_end = controls_free;
	if (__atomic_compare_exchange_n(&driver->controls, &none, all, false, __ATOMIC_ACQ_REL,
					__ATOMIC_ACQUIRE))
		return all;
	controls_destroy(all);
	return none;
}

/* --- WDFDEVICE_INIT --- */

struct WDFDEVICE_INIT *fx_control_init_new(struct fx_driver *driver)
{
	struct fx_controls *all = controls_get(driver);
	struct WDFDEVICE_INIT *init = all ? mem_calloc(1, sizeof(*init)) : NULL;

	if (!init)
		return NULL;
	fx_device_init_prepare(init, driver, NULL);
	exec_mutex_lock(&all->lock);
	list_push_back(&all->inits, &init->link);
	exec_mutex_unlock(&all->lock);
	return init;
}

void fx_control_init_free(struct WDFDEVICE_INIT *init)
{
	struct fx_controls *all = init->driver->controls;

	exec_mutex_lock(&all->lock);
	list_remove(&init->link);
	exec_mutex_unlock(&all->lock);
	fx_device_init_finish(init);
	mem_free(init);
}

/* --- one after the other --- */

static struct fx_controls *controls_of(const struct fx_driver *driver)
{
	return __atomic_load_n(&driver->controls, __ATOMIC_ACQUIRE);
}

/* The oldest that was not closed yet, counted for the caller; NULL: none. */
static struct fx_control *next_to_close(struct fx_controls *all)
{
	struct fx_control *found = NULL;

	exec_mutex_lock(&all->lock);
	list_for_each (it, &all->devices) {
		struct fx_control *control = list_entry(it, struct fx_control, link);

		if (control->closed)
			continue;
		control->closed = true;
		found = fx_control_ref(control);
		break;
	}
	exec_mutex_unlock(&all->lock);
	return found;
}

/* The youngest that was not told yet. */
static struct fx_control *next_to_tell(struct fx_controls *all)
{
	struct fx_control *found = NULL;

	exec_mutex_lock(&all->lock);
	list_for_each (it, &all->devices) {
		struct fx_control *control = list_entry(it, struct fx_control, link);

		if (!control->told)
			found = control;
	}
	if (found) {
		found->told = true;
		(void)fx_control_ref(found);
	}
	exec_mutex_unlock(&all->lock);
	return found;
}

static bool is_open(struct fx_control *control)
{
	struct fx_device *device = fx_host_device_lock(&control->shell.host);
	bool open = device && fx_io_stats(device->io).open_files;

	fx_host_device_unlock(&control->shell.host);
	return open;
}

bool fx_controls_are_open(struct fx_driver *driver, char *name, size_t len, struct uwdf_hold *by)
{
	struct fx_controls *all = controls_of(driver);
	bool open = false;

	if (!all)
		return false;
	exec_mutex_lock(&all->lock);
	list_for_each (it, &all->devices) {
		struct fx_control *control = list_entry(it, struct fx_control, link);

		if (open || !is_open(control))
			continue;
		(void)snprintf(name, len, "%s", control->hold.name);
		if (!fx_shown_holds_of(&control->shell.host, by, 1))
			by->what[0] = 0;
		open = true;
	}
	exec_mutex_unlock(&all->lock);
	return open;
}

/* A deletion that a closing handle caused is over. */
static void await_deletion(struct fx_control *control)
{
	uwdf_device_settle(&control->shell.host);
	fx_work_flush(&control->work);
}

/* They still use the driver, though no list says so. */
static void await_endings(struct fx_controls *all)
{
	exec_mutex_lock(&all->lock);
	while (all->ending)
		exec_cond_wait(&all->ended, &all->lock, EXEC_FOREVER);
	exec_mutex_unlock(&all->lock);
}

void fx_controls_close(struct fx_driver *driver)
{
	struct fx_controls *all = controls_of(driver);
	struct fx_control *control;

	while (all && (control = next_to_close(all))) {
		await_deletion(control);
		fx_control_close(control);
		await_deletion(control);
		fx_control_unref(control);
	}
	if (all)
		await_endings(all);
}

static void tell(struct fx_control *control)
{
	struct fx_device *device = fx_host_device_lock(&control->shell.host);
	struct fx_object *obj = device ? fx_object_ref(&device->base) : NULL;

	fx_host_device_unlock(&control->shell.host);
	if (!obj)
		return;
	for (unsigned int flag = 1; flag <= WdfDeviceLastChanceShutdown; flag <<= 1) {
		if (device->config.shutdown && (device->config.shutdown_flags & flag))
			device->config.shutdown((WDFDEVICE)fx_object_handle(obj));
	}
	fx_object_unref(obj);
}

void fx_controls_shut_down(struct fx_driver *driver)
{
	struct fx_controls *all = controls_of(driver);
	struct fx_control *control;

	while (all && (control = next_to_tell(all))) {
		tell(control);
		fx_control_unref(control);
	}
}

/* --- the program --- */

UW_EXPORT size_t uwdf_driver_control_devices(struct uwdf_driver *driver, struct uwdf_device **out,
					     size_t max)
{
	struct fx_controls *all = controls_of(driver->fx);
	size_t count = 0;

	if (!all)
		return 0;
	exec_mutex_lock(&all->lock);
	list_for_each (it, &all->devices) {
		struct fx_control *control = list_entry(it, struct fx_control, link);

		if (!__atomic_load_n(&control->finished, __ATOMIC_ACQUIRE) ||
		    __atomic_load_n(&control->going, __ATOMIC_ACQUIRE))
			continue;
		if (count < max)
			out[count] = &fx_control_ref(control)->shell.host;
		count++;
	}
	exec_mutex_unlock(&all->lock);
	return count;
}
