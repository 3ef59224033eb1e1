/* SPDX-License-Identifier: MIT */
/* child.c - the life of one child device. */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "nt/status.h"
#include "object/driver.h"
#include "pnp/child_impl.h"
#include "pnp/names.h"
#include "pnp/shown.h"
#include "pnp/steps.h"
#include "verifier/callback.h"
#include "verifier/verifier.h"

/* --- what clients count --- */

static void child_end(struct fx_shell *shell)
{
	struct fx_child *child = uw_container_of(shell, struct fx_child, shell);

	exec_event_deinit(&child->disposed);
	fx_pdo_free(child->pdo);
	fx_children_unref(child->all);
	mem_free(child);
}

/* Control thread, as the end of the parent, which has its loops. */
static void child_settle(struct fx_shell *shell)
{
	const struct fx_children *all = uw_container_of(shell, struct fx_child, shell)->all;

	if (all->request_loop)
		fx_shell_settle_loops(all->irq_loop, all->request_loop);
}

static const struct fx_shell_ops child_ops = { .end = child_end, .settle = child_settle };

/* --- creation --- */

static struct fx_child *child_alloc(struct fx_children *all)
{
	struct fx_child *child = mem_calloc(1, sizeof(*child));

	if (!child)
		return NULL;
	if (exec_event_init(&child->disposed))
		goto err_free;
	if (fx_shell_init(&child->shell, &child_ops, all->parent->base.driver))
		goto err_event;
	child->all = fx_children_ref(all);
	child->shell.host.name = child->name;
	child->shell.host.irq_loop = all->irq_loop;
	child->shell.host.request_loop = all->request_loop;
	list_init(&child->link);
	return child;

err_event:
	exec_event_deinit(&child->disposed);
err_free:
	mem_free(child);
	return NULL;
}

/* As its driver named it. */
static void put_name(const struct fx_child *child, char *name, size_t len)
{
	if (!fx_names_endpoint(&child->device->names, name, len))
		memcpy(name, child->id, len);
}

static bool has_id(struct fx_children *all, const char *id)
{
	list_for_each (it, &all->list) {
		if (!strcmp(list_entry(it, struct fx_child, link)->id, id))
			return true;
	}
	return false;
}

/* By its parent, its device's id and its instance's, else its place. Others may be called so. */
static void put_id(struct fx_child *child)
{
	char device[16], instance[11], id[sizeof(child->id) - 11];

	fx_pdo_plain(&child->pdo->device_id, device, sizeof(device));
	fx_pdo_plain(&child->pdo->instance_id, instance, sizeof(instance));
	if (!instance[0])
		(void)snprintf(instance, sizeof(instance), "%u", child->number);
	(void)snprintf(id, sizeof(id), "%.9s%s%s-%s", child->all->parent->host->name,
		       device[0] ? "-" : "", device, instance);
	(void)snprintf(child->id, sizeof(child->id), "%s", id);
	for (unsigned int i = 1; has_id(child->all, child->id); i++)
		(void)snprintf(child->id, sizeof(child->id), "%s+%u", id, i);
}

/* Whoever lists the children may be reading it. */
static void set_name(struct fx_child *child)
{
	struct fx_children *all = child->all;
	char name[sizeof(child->name)];

	put_name(child, name, sizeof(name));
	spin_lock_acquire(&all->lock);
	memcpy(child->name, name, sizeof(name));
	spin_lock_release(&all->lock);
}

static void enlist(struct fx_child *child, struct fx_device *device)
{
	struct fx_children *all = child->all;
	unsigned int number = 0;

	child->device = device;
	(void)fx_shell_ref(&child->shell);
	spin_lock_acquire(&all->lock);
	list_for_each (it, &child->all->list)
		number = list_entry(it, struct fx_child, link)->number + 1;
	child->number = number;
	put_id(child);
	child->all->may_forward |= device->config.io.to_parent;
	list_push_back(&child->all->list, &child->link);
	spin_lock_release(&all->lock);
	set_name(child);
}

static NTSTATUS child_new(struct WDFDEVICE_INIT *init, PWDF_OBJECT_ATTRIBUTES attrs,
			  struct fx_device **out)
{
	struct fx_child *child = child_alloc(init->bus);
	NTSTATUS status;

	if (!child)
		return STATUS_INSUFFICIENT_RESOURCES;
	init->host = &child->shell.host;
	init->child = child;
	status = fx_device_new(init, attrs, out);
	init->host = NULL;
	init->child = NULL;
	if (NT_SUCCESS(status)) {
		child->pdo = init->pdo;
		init->pdo = NULL;
		enlist(child, *out);
	}
	fx_shell_unref(&child->shell);
	return status;
}

NTSTATUS fx_child_new(struct WDFDEVICE_INIT *init, PWDF_OBJECT_ATTRIBUTES attrs,
		      struct fx_device **out)
{
	NTSTATUS status;

	if (!fx_children_begin_making(init->bus))
		return STATUS_DELETE_PENDING;
	status = child_new(init, attrs, out);
	fx_children_end_making(init->bus);
	if (NT_SUCCESS(status))
		fx_child_init_free(init);
	return status;
}

void fx_child_made(struct fx_device *device)
{
	(void)fx_shell_ref(&device->child->shell);
}

/* --- start --- */

static void set_state(struct fx_child *child, enum fx_child_state state, const char *shown)
{
	struct fx_children *all = child->all;

	spin_lock_acquire(&all->lock);
	child->state = state;
	spin_lock_release(&all->lock);
	__atomic_store_n(&child->shell.host.state, shown, __ATOMIC_RELEASE);
}

static bool has_failed(const struct fx_child *child)
{
	struct fx_children *all = child->all;
	bool failed;

	spin_lock_acquire(&all->lock);
	failed = child->failed;
	spin_lock_release(&all->lock);
	return failed;
}

/* As Windows, which would not know what it is. */
static const char *why_not(const struct fx_child *child)
{
	if (has_failed(child)) /* its driver says so */
		return "failed";
	if (!child->pdo->device_id.Length)
		return "no device id";
	return child->pdo->raw ? NULL : "no driver";
}

static void say_idle(const struct fx_child *child, const char *why)
{
	char id[64];

	fx_pdo_plain(&child->pdo->device_id, id, sizeof(id));
	log_notice("pnp", "child device %s (%s) of %s is not started: %s", child->name, id,
		   child->all->parent->host->name, why);
}

static void publish(struct fx_child *child)
{
	set_name(child);
	exec_mutex_lock(&child->shell.lock);
	child->shell.host.device = child->device;
	exec_mutex_unlock(&child->shell.lock);
}

void fx_child_start(struct fx_child *child)
{
	const char *why = why_not(child);
	struct fx_failure failure;

	if (why) {
		set_state(child, FX_CHILD_IDLE, why);
		say_idle(child, why);
		return;
	}
	publish(child);
	if (NT_SUCCESS(fx_device_start(child->device, &failure))) {
		set_state(child, FX_CHILD_STARTED, "started");
		fx_shown_add(&child->shell.host);
	} else {
		log_error("pnp", "driver %s on child device %s: %s failed with %s",
			  fx_driver_name(child->device->base.driver), child->name, failure.what,
			  fx_status_text(failure.status).text);
		fx_shell_hide(&child->shell);
		set_state(child, FX_CHILD_IDLE, "failed");
	}
	fx_shells_changed(child->device->base.driver);
}

/* --- the way down --- */

/* Once: it is stopped, then removed. */
static void tell_missing(struct fx_child *child, enum fx_child_end why)
{
	PFN_WDF_DEVICE_REPORTED_MISSING missing = child->pdo->events.EvtDeviceReportedMissing;

	if (why != FX_CHILD_MISSING || child->told)
		return;
	child->told = true;
	if (missing)
		FX_CALL_VOID(child->device->base.driver, "EvtDeviceReportedMissing", missing,
			     (WDFDEVICE)fx_object_handle(&child->device->base));
}

void fx_child_stop(struct fx_child *child, enum fx_child_end why)
{
	struct uwdf_device *host = &child->shell.host;

	tell_missing(child, why);
	__atomic_store_n(&host->state, "leaving", __ATOMIC_RELEASE);
	fx_watches_leave(host);
	fx_shown_remove(host);
	fx_named_leave(&host->named);
	fx_device_stop(child->device, why != FX_CHILD_ORDERLY);
	fx_named_remove_complete(&host->named);
	set_state(child, FX_CHILD_IDLE, why == FX_CHILD_FAILED ? "failed" : "stopped");
	fx_shells_changed(child->device->base.driver);
}

static void delist(struct fx_child *child)
{
	struct fx_children *all = child->all;

	spin_lock_acquire(&all->lock);
	child->state = FX_CHILD_GONE;
	list_remove(&child->link);
	spin_lock_release(&all->lock);
}

static void set_stuck(struct fx_children *all)
{
	spin_lock_acquire(&all->lock);
	all->stuck = true;
	spin_lock_release(&all->lock);
}

/* Bounded, as the parent's. */
static void await_disposed(struct fx_child *child)
{
	if (exec_event_wait(&child->disposed, exec_deadline_ms(fx_host_dispose_ms)))
		return;
	log_error("pnp", "the cleanup of child device %s does not end; what it uses is kept",
		  child->name);
	set_stuck(child->all);
}

void fx_child_take_out(struct fx_child *child, enum fx_child_end why)
{
	tell_missing(child, why);
	delist(child);
	fx_shell_hide(&child->shell);
}

void fx_child_remove(struct fx_child *child)
{
	struct uwdf_device *host = &child->shell.host;
	struct fx_device *device = child->device;
	struct fx_driver *driver = device->base.driver;

	fx_names_give_up(&device->names);
	if (device->pnp_state == WdfDevStatePnpInit)
		fx_object_delete(&device->base); /* never started: nothing to undo */
	else
		fx_device_remove(device);
	await_disposed(child);
	fx_named_remove_complete(&host->named);
	fx_named_forget(&host->named);
	fx_watches_end(host);
	fx_shell_settle_loops(child->all->irq_loop, child->all->request_loop);
	__atomic_store_n(&host->state, "gone", __ATOMIC_RELEASE);
	fx_shells_changed(driver);
	fx_shell_unref(&child->shell);
}

/* Before it was added it is its driver's, as a control device is. @return it was in the list. */
static bool take_unadded(struct fx_child *child)
{
	struct fx_children *all = child->all;
	bool mine;

	spin_lock_acquire(&all->lock);
	mine = !child->added && child->state == FX_CHILD_NEW && !list_empty(&child->link);
	if (mine) {
		child->state = FX_CHILD_GONE;
		list_remove(&child->link);
	}
	spin_lock_release(&all->lock);
	return mine;
}

void fx_child_delete(struct fx_object *obj)
{
	struct fx_child *child = fx_device_from_object(obj)->child;

	if (!take_unadded(child)) {
		fx_rule_break(obj->driver, FX_RULE_MAY_NOT_DELETE, obj,
			      "WdfObjectDelete on a child device that was added: "
			      "STATUS_CANNOT_DELETE");
		return;
	}
	fx_object_delete(obj);
	fx_shell_unref(&child->shell);
}

/* One that was never added, and that nobody deleted, goes with its parent's tree. */
void fx_child_disposed(struct fx_device *device)
{
	struct fx_child *child = device->child;

	exec_event_set(&child->disposed);
	if (take_unadded(child))
		fx_shell_unref(&child->shell);
}

void fx_child_destroyed(struct fx_device *device)
{
	fx_shell_unref(&device->child->shell);
}

const char *fx_child_id(const struct fx_child *child)
{
	return child->id;
}

struct fx_device *fx_child_bus(const struct fx_child *child)
{
	return child->all->parent;
}
