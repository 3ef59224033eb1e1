/* SPDX-License-Identifier: MIT */
/* control_impl.h - what control.c and control_driver.c share. */
#ifndef FX_CONTROL_IMPL_H
#define FX_CONTROL_IMPL_H

#include "object/driver.h"
#include "object/hold.h"
#include "object/pool.h"
#include "pnp/control.h"
#include "pnp/shell.h"

/* What a driver's control devices share; its fx_driver.controls. */
struct fx_controls {
	struct fx_driver *driver;      /* borrowed: owns us */
	struct irq_loop *irq_loop;     /* owned: DPCs and timers */
	struct irq_loop *request_loop; /* owned, or irq_loop: EvtIo* */
	struct exec_mutex lock;
	struct list devices; /* of fx_control, in order of creation; guarded by lock */
	struct list inits;   /* of WDFDEVICE_INIT not used yet; guarded by lock */
	/* deletions on the pool, which may go on after their device left the list; guarded by lock
	 */
	unsigned int ending;
	struct exec_cond ended;
};

struct fx_control {
	struct fx_shell shell;   /* counted: by the device object, the program, who works on it */
	struct fx_controls *all; /* borrowed: until it is disposed of */
	struct fx_control_device hold;
	struct list link;         /* in all->devices */
	struct exec_mutex end;    /* held by who ends its I/O */
	bool finished, going;     /* atomic */
	struct fx_object *doomed; /* counted: from WdfObjectDelete() to the end; set before going */
	bool closed, told;        /* guarded by all->lock: control_driver.c has been at it */
	struct fx_work work;      /* the end, where the deleter must not do it itself */
};

static inline struct fx_control *fx_control_of(const struct fx_device *device)
{
	return uw_container_of(device->host, struct fx_control, shell.host);
}

static inline struct fx_control *fx_control_ref(struct fx_control *control)
{
	(void)fx_shell_ref(&control->shell);
	return control;
}
static inline void fx_control_unref(struct fx_control *control)
{
	fx_shell_unref(&control->shell);
}

/* End what I/O there is on it, if it is not over already. Not on its loop. */
void fx_control_close(struct fx_control *control);

#endif
