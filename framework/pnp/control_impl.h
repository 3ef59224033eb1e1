/* SPDX-License-Identifier: MIT */
/* control_impl.h - what control.c and control_driver.c share. */
#ifndef FX_CONTROL_IMPL_H
#define FX_CONTROL_IMPL_H

#include "object/driver.h"
#include "object/hold.h"
#include "object/pool.h"
#include "pnp/control.h"

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
	struct uwdf_device host; /* first: what clients know; its device is guarded by lock */
	struct fx_controls *all; /* borrowed: until it is disposed of */
	struct fx_control_device hold;
	struct list link;       /* in all->devices */
	struct exec_mutex lock; /* while clients' calls look at the device */
	struct exec_mutex end;  /* held by who ends its I/O */
	uint32_t refs; /* atomic: the device object's, the program's, that of who works on it */
	bool finished, going;     /* atomic */
	struct fx_object *doomed; /* counted: from WdfObjectDelete() to the end; set before going */
	bool closed, told;        /* guarded by all->lock: control_driver.c has been at it */
	struct fx_work work;      /* the end, where the deleter must not do it itself */
};

static inline struct fx_control *fx_control_of(const struct fx_device *device)
{
	return uw_container_of(device->host, struct fx_control, host);
}

static inline struct fx_control *fx_control_ref(struct fx_control *control)
{
	/* relaxed: whoever calls has a reference, or the lock of a list that it is in */
	__atomic_add_fetch(&control->refs, 1, __ATOMIC_RELAXED);
	return control;
}
void fx_control_unref(struct fx_control *control);

/* End what I/O there is on it, if it is not over already. Not on its loop. */
void fx_control_close(struct fx_control *control);
/* The driver's list and counters changed. */
void fx_control_tell(struct fx_driver *driver);

#endif
