/* SPDX-License-Identifier: MIT */
/*
 * fault_ranges.h - which addresses are mapped BARs, and whose.
 *
 * Written by pci_function.c at PASSIVE, read by the fault handler in a signal.
 */
#ifndef VFIO_FAULT_RANGES_H
#define VFIO_FAULT_RANGES_H

#include <stdint.h>

#include "base/compiler.h"

struct pci_function;

/** fault_ranges_add() - [start, start + len) is a BAR of @fn. Return: 0; -ENOSPC table full. */
int fault_ranges_add(struct pci_function *fn, uintptr_t start, uint64_t len) UW_MUST_CHECK;
/** fault_ranges_remove() - forget all of @fn's; afterwards no signal handler holds it. */
void fault_ranges_remove(struct pci_function *fn);
/**
 * fault_ranges_enter() - the function whose BAR holds @addr, or NULL. Async-signal-safe.
 *
 * Every call, also one that found nothing, is followed by fault_ranges_leave().
 */
struct pci_function *fault_ranges_enter(uintptr_t addr);
void fault_ranges_leave(void);
/* fault_ranges_quiesce() - wait until whoever entered before has left. PASSIVE. */
void fault_ranges_quiesce(void);

#endif
