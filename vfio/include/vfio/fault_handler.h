/* SPDX-License-Identifier: MIT */
/*
 * fault_handler.h - the SIGBUS/SIGSEGV handler of the host program.
 *
 * A faulting register access of a known table whose address lies in a mapped BAR lands behind its
 * instruction (ones, or the store dropped) and marks the function gone when its vendor id says so.
 * Every other fault goes to the handler that was there before.
 */
#ifndef VFIO_FAULT_HANDLER_H
#define VFIO_FAULT_HANDLER_H

#include "base/compiler.h"
#include "vfio/mmio.h"

/* Once a process. Return: 0; -EALREADY; -ENOSPC too many tables. PASSIVE. */
int fault_handler_install(void) UW_MUST_CHECK;
void fault_handler_uninstall(void);
/*
 * Threads that exec starts while this is installed have an alternate stack, so that a fault on an
 * exhausted stack is told like any other; other threads that touch registers call these two.
 */
int fault_handler_thread_enter(void) UW_MUST_CHECK; /* 0 or -ENOMEM */
void fault_handler_thread_leave(void);
/* The access table of one image (libuwdf itself, each driver .so): [first, last). Not owned.
 * Return: 0; -ENOSPC. After the removal no handler looks at it. */
int fault_handler_add_table(const struct vfio_mmio_fault_row *first,
			    const struct vfio_mmio_fault_row *last) UW_MUST_CHECK;
void fault_handler_remove_table(const struct vfio_mmio_fault_row *first);

#endif
