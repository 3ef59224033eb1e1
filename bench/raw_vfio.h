/* SPDX-License-Identifier: MIT */
/* raw_vfio.h - an e1000 through bare VFIO: container, group, device, BAR 0, INTx. */
#ifndef BENCH_RAW_VFIO_H
#define BENCH_RAW_VFIO_H

#include <stdint.h>

struct raw_vfio {
	int container, group, device;
	volatile uint32_t *regs; /* BAR 0 */
};

int raw_vfio_open(struct raw_vfio *v, const char *address);
void raw_vfio_close(struct raw_vfio *v);
int raw_vfio_route_intx(struct raw_vfio *v, int eventfd); /* from now on; unmasked */
void raw_vfio_serve(void *v);                             /* acknowledge and unmask */
void raw_vfio_raise(struct raw_vfio *v);

#endif
