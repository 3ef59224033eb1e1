/* SPDX-License-Identifier: MIT */
/* host.h - what the rooms of the framework ask of the host that runs a device. */
#ifndef FX_HOST_H
#define FX_HOST_H

#include "dma/domain.h"
#include "irq/loop.h"
#include "uwdf/host.h"
#include "vfio/pci_function.h"

struct fx_device;

struct pci_function *fx_host_function(struct uwdf_device *host);
struct dma_domain *fx_host_dma(struct uwdf_device *host);
struct irq_loop *fx_host_irq_loop(struct uwdf_device *host);
struct irq_loop *fx_host_request_loop(struct uwdf_device *host);
const char *fx_host_name(const struct uwdf_device *host);
struct fx_device *fx_host_device(struct uwdf_device *host);

/* Any thread: tell the program, once, that the device should be removed. @why is a literal. */
void fx_host_wants_to_leave(struct uwdf_device *host, const char *why);
/* The device object's cleanup ran; whoever removes the device may go on. */
void fx_host_device_disposed(struct fx_device *device);

#endif
