/* SPDX-License-Identifier: MIT */
/*
 * control.c - the life of a control device.
 *
 * Created -> finished (clients may open it) -> going (they may not) -> gone. It goes when the
 * driver says so and no client has it open, or with its driver. Its two loops are its driver's,
 * shared by all of the driver's control devices: a device may be deleted from a callback on one of
 * them.
 */
#include "pnp/control_impl.h"

#include <stdio.h>

#include "base/mem.h"
#include "pnp/names.h"
#include "pnp/shown.h"

#include "verifier/verifier.h"

/* --- creation --- */

static void control_end(struct fx_shell *shell)
{
	struct fx_control *control = uw_container_of(shell, struct fx_control, shell);

	exec_mutex_deinit(&control->end);
	mem_free(control);
}

/* As fx_control_close() and the deletion: nothing of it runs on the loops any more. */
static void control_settle(struct fx_shell *shell)
{
	const struct fx_controls *all = uw_container_of(shell, struct fx_control, shell)->all;

	fx_shell_settle_loops(all->irq_loop, all->request_loop);
}

static const struct fx_shell_ops control_ops = { .end = control_end, .settle = control_settle };

static void end_on_pool(struct fx_work *work);

static int init_shell(struct fx_control *control)
{
	int err = exec_mutex_init(&control->end);

	if (err)
		return err;
	err = fx_shell_init(&control->shell, &control_ops, control->all->driver);
	if (err)
		exec_mutex_deinit(&control->end);
	return err;
}

static struct fx_control *control_alloc(struct fx_controls *all)
{
	struct fx_control *control = mem_calloc(1, sizeof(*control));

	if (!control)
		return NULL;
	control->all = all;
	if (init_shell(control)) {
		mem_free(control);
		return NULL;
	}
	control->shell.is_control = true;
	control->shell.host.irq_loop = all->irq_loop;
	control->shell.host.request_loop = all->request_loop;
	list_init(&control->link);
	list_init(&control->hold.link);
	fx_work_init(&control->work, end_on_pool);
	return control;
}

/* Not while others may look at it. */
static void set_name(struct fx_control *control, struct fx_device *device)
{
	char *name = control->hold.name;

	if (!fx_names_endpoint(&device->names, name, sizeof(control->hold.name)))
		(void)snprintf(name, sizeof(control->hold.name), "%s",
			       fx_driver_name(control->all->driver));
	control->shell.host.name = name;
}

static void enlist(struct fx_control *control, struct fx_device *device)
{
	struct fx_controls *all = control->all;

	control->shell.host.device = device;
	set_name(control, device);
	exec_mutex_lock(&all->lock);
	list_push_back(&all->devices, &control->link);
	exec_mutex_unlock(&all->lock);
	fx_control_device_add(all->driver, &control->hold);
	fx_shown_add(&control->shell.host);
}

NTSTATUS fx_control_new(struct WDFDEVICE_INIT *init, PWDF_OBJECT_ATTRIBUTES attrs,
			struct fx_device **out)
{
	struct fx_control *control = control_alloc(init->driver->controls);
	NTSTATUS status;

	if (!control)
		return STATUS_INSUFFICIENT_RESOURCES;
	init->host = &control->shell.host;
	status = fx_device_new(init, attrs, out);
	init->host = NULL;
	if (NT_SUCCESS(status)) {
		enlist(control, *out);
		fx_io_resume((*out)->io); /* always powered; nothing comes before it is finished */
		fx_control_init_free(init);
	}
	fx_control_unref(control);
	return status;
}

void fx_control_made(struct fx_device *device)
{
	(void)fx_control_ref(fx_control_of(device));
}

void fx_control_finish(struct fx_device *device)
{
	struct fx_control *control = fx_control_of(device);

	if (__atomic_load_n(&control->going, __ATOMIC_ACQUIRE) ||
	    __atomic_load_n(&control->finished, __ATOMIC_ACQUIRE))
		return;
	fx_control_device_remove(device->base.driver, &control->hold);
	set_name(control, device); /* it may have got a symbolic link */
	fx_control_device_add(device->base.driver, &control->hold);
	fx_io_set_started(device->io);
	fx_io_allow_open(device->io, true);
	__atomic_store_n(&control->shell.host.state, "started", __ATOMIC_RELEASE);
	__atomic_store_n(&control->finished, true, __ATOMIC_RELEASE);
	fx_shells_changed(device->base.driver);
}

/* --- the end --- */

/* Nothing is open any more, unless the driver goes with the process. Not on the device's loop. */
static void end_io(struct fx_control *control, struct fx_device *device)
{
	exec_mutex_lock(&control->end);
	fx_shell_hide(&control->shell);
	fx_io_purge(device->io, false);
	exec_mutex_unlock(&control->end);
}

void fx_control_close(struct fx_control *control)
{
	struct fx_device *device = fx_host_device_lock(&control->shell.host);
	struct fx_object *obj = device ? fx_object_ref(&device->base) : NULL;

	fx_host_device_unlock(&control->shell.host);
	fx_watches_leave(&control->shell.host);
	if (obj)
		end_io(control, device);
	fx_object_unref(obj);
}

static void end(struct fx_control *control)
{
	struct fx_object *obj = control->doomed;
	struct fx_device *device = fx_device_from_object(obj);

	fx_names_give_up(&device->names); /* who sees that it is gone may take them */
	end_io(control, device);
	fx_object_delete(obj);
	fx_object_unref(obj);
}

static void count_ending(struct fx_controls *all, int by)
{
	exec_mutex_lock(&all->lock);
	all->ending += (unsigned int)by;
	exec_cond_broadcast(&all->ended);
	exec_mutex_unlock(&all->lock);
}

/* The driver may go from here on: last. */
static void work_ended(struct fx_work *work)
{
	struct fx_control *control = uw_container_of(work, struct fx_control, work);
	struct fx_controls *all = control->all;

	fx_control_unref(control);
	count_ending(all, -1);
}

static void end_on_pool(struct fx_work *work)
{
	end(uw_container_of(work, struct fx_control, work));
	fx_work_close(work, work_ended);
}

/* The loop's thread, which cannot wait for itself. */
static void unused(void *arg)
{
	struct fx_control *control = fx_control_ref(arg);

	count_ending(control->all, 1);
	/* once only, by fx_control_delete() or by the last close */
	if (fx_work_queue(&control->work) != FX_WORK_QUEUED)
		work_ended(&control->work);
}

void fx_control_delete(struct fx_object *obj)
{
	struct fx_device *device = fx_device_from_object(obj);
	struct fx_control *control = fx_control_of(device);

	if (!fx_level_ok(obj->driver, "WdfObjectDelete", PASSIVE_LEVEL) ||
	    __atomic_exchange_n(&control->going, true, __ATOMIC_ACQ_REL))
		return;
	control->doomed = fx_object_ref(obj);
	(void)fx_control_ref(control);
	fx_io_allow_open(device->io, false);
	__atomic_store_n(&control->shell.host.state, "leaving", __ATOMIC_RELEASE);
	fx_watches_leave(&control->shell.host);
	if (!fx_io_when_unused(device->io, unused, control))
		; /* when the last handle is closed */
	else if (irq_loop_is_self(device->request_loop))
		unused(control);
	else
		end(control);
	fx_shells_changed(control->all->driver);
	fx_control_unref(control);
}

void fx_control_disposed(struct fx_device *device)
{
	struct fx_control *control = fx_control_of(device);
	struct fx_driver *driver = control->all->driver;

	fx_shell_hide(&control->shell);
	fx_watches_end(&control->shell.host);
	fx_shown_remove(&control->shell.host);
	fx_named_forget(&control->shell.host.named);
	exec_mutex_lock(&control->all->lock);
	list_remove(&control->link);
	exec_mutex_unlock(&control->all->lock);
	__atomic_store_n(&control->shell.host.state, "gone", __ATOMIC_RELEASE);
	fx_control_device_remove(driver, &control->hold);
	fx_shells_changed(driver);
}

void fx_control_destroyed(struct fx_device *device)
{
	fx_control_unref(fx_control_of(device));
}
