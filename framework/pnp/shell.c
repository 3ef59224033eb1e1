/* SPDX-License-Identifier: MIT */
#include "pnp/shell.h"

#include "object/driver.h"
#include "pnp/shown.h"

int fx_shell_init(struct fx_shell *shell, const struct fx_shell_ops *ops, struct fx_driver *driver)
{
	int err = exec_mutex_init(&shell->lock);

	if (err)
		return err;
	shell->ops = ops;
	shell->refs = 1;
	shell->host.shell = shell;
	shell->host.fx = driver;
	shell->host.address = (char *)(uintptr_t) "-";
	shell->host.state = "created";
	list_init(&shell->host.link);
	list_init(&shell->host.register_link);
	fx_shown_init(&shell->host);
	fx_watches_init(&shell->host.watches);
	return 0;
}

void fx_shell_unref(struct fx_shell *shell)
{
	/* acquire and release: the last one sees all that others did to it */
	if (__atomic_sub_fetch(&shell->refs, 1, __ATOMIC_ACQ_REL))
		return;
	exec_mutex_deinit(&shell->lock);
	shell->ops->end(shell);
}

void fx_shell_hide(struct fx_shell *shell)
{
	exec_mutex_lock(&shell->lock);
	shell->host.device = NULL;
	exec_mutex_unlock(&shell->lock);
}

static void nothing(void *arg)
{
	(void)arg;
}

void fx_shell_settle_loops(struct irq_loop *irq_loop, struct irq_loop *request_loop)
{
	irq_loop_call(request_loop, nothing, NULL);
	if (irq_loop != request_loop)
		irq_loop_call(irq_loop, nothing, NULL);
}

void fx_shells_changed(struct fx_driver *driver)
{
	void (*changed)(void *arg) = __atomic_load_n(&driver->changed, __ATOMIC_ACQUIRE);

	if (changed)
		changed(driver->changed_arg);
}

/* --- clients --- */

/* Only a shell has such a lock, which the analysis cannot follow. */
struct fx_device *fx_host_device_lock(struct uwdf_device *host) UW_NO_TSA
{
	if (host->shell)
		exec_mutex_lock(&host->shell->lock);
	return host->device;
}

void fx_host_device_unlock(struct uwdf_device *host) UW_NO_TSA
{
	if (host->shell)
		exec_mutex_unlock(&host->shell->lock);
}

UW_EXPORT bool uwdf_device_is_control(const struct uwdf_device *host)
{
	return host->shell && host->shell->is_control;
}

UW_EXPORT bool uwdf_device_is_counted(const struct uwdf_device *host)
{
	return host->shell;
}

UW_EXPORT void uwdf_device_release(struct uwdf_device *host)
{
	if (host && host->shell)
		fx_shell_unref(host->shell);
}

UW_EXPORT void uwdf_device_settle(struct uwdf_device *host)
{
	if (host->shell)
		host->shell->ops->settle(host->shell);
}

UW_EXPORT bool uwdf_device_is_gone(struct uwdf_device *host)
{
	bool gone = !fx_host_device_lock(host);

	fx_host_device_unlock(host);
	return gone;
}

UW_EXPORT void uwdf_driver_on_change(struct uwdf_driver *driver, void (*changed)(void *arg),
				     void *arg)
{
	driver->fx->changed_arg = arg;
	__atomic_store_n(&driver->fx->changed, changed, __ATOMIC_RELEASE);
}
