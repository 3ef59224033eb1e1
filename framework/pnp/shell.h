/* SPDX-License-Identifier: MIT */
/*
 * shell.h - what stands for a device that may go at any time: a control device, a child device.
 *
 * To clients it is a struct uwdf_device like others, but one that is counted: the device object
 * goes when it has to, the shell stays until it is released.
 */
#ifndef FX_SHELL_H
#define FX_SHELL_H

#include "pnp/host_impl.h"

struct fx_shell_ops {
	void (*end)(struct fx_shell *shell);    /* nobody counts it: frees what it is part of */
	void (*settle)(struct fx_shell *shell); /* uwdf_device_settle() */
};

struct fx_shell {
	struct uwdf_device host; /* what clients know; its device is guarded by lock */
	const struct fx_shell_ops *ops;
	struct exec_mutex lock; /* while clients' calls look at the device */
	uint32_t refs;          /* atomic */
	bool is_control;        /* constant */
};

/* Counted once, for the caller; of a device of @driver, which it does not have yet. -errno. */
int fx_shell_init(struct fx_shell *shell, const struct fx_shell_ops *ops,
		  struct fx_driver *driver) UW_MUST_CHECK;
static inline struct fx_shell *fx_shell_ref(struct fx_shell *shell)
{
	/* relaxed: whoever calls has a reference, or the lock of a list that it is in */
	__atomic_add_fetch(&shell->refs, 1, __ATOMIC_RELAXED);
	return shell;
}
void fx_shell_unref(struct fx_shell *shell);
/* From here on no client's call gets at the device. */
void fx_shell_hide(struct fx_shell *shell);
/* What both loops began before this call, they have finished. PASSIVE, not on one of them. */
void fx_shell_settle_loops(struct irq_loop *irq_loop, struct irq_loop *request_loop);
/* Which of the driver's devices clients may open is another answer now. Any thread. */
void fx_shells_changed(struct fx_driver *driver);

/*
 * For clients' calls: the device object as long as it is locked, or NULL when it is gone. Of a
 * device without a shell: always there.
 */
struct fx_device *fx_host_device_lock(struct uwdf_device *host);
void fx_host_device_unlock(struct uwdf_device *host);

#endif
