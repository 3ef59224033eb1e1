/* SPDX-License-Identifier: MIT */
#include "model_nic.h"

#include <stdio.h>
#include <stdlib.h>

#include "vfio/mmio.h"

#define TCTL    0x400u
#define TCTL_EN 0x2u

struct model_nic {
	struct rig rig; /* first member: *state is it */
	struct rig_leftovers before;
};

int model_nic_setup(void **state)
{
	static const struct rig_params params = {
		.driver = UWDF_TEST_DRIVERS "/e1000.so",
		.address = "model:e1000",
	};
	struct model_nic *nic = calloc(1, sizeof(*nic)); // NOLINT: the test's own memory

	if (!nic)
		return -1;
	nic->before = rig_leftovers_now();
	if (rig_start(&nic->rig, &params)) {
		fprintf(stderr, "%s\n%s\n", nic->rig.report.text, nic->rig.report.hint);
		free(nic);
		return -1;
	}
	*state = &nic->rig;
	return 0;
}

int model_nic_teardown(void **state)
{
	struct model_nic *nic = *state;
	bool clean;

	rig_stop(&nic->rig);
	clean = rig_nothing_left(&nic->before);
	free(nic);
	return clean ? 0 : -1;
}

void model_nic_hold_transmit(struct rig *rig, bool hold)
{
	const struct pci_bar *bar = pci_function_bar(rig_function(rig), 0);
	volatile uint8_t *tctl = (volatile uint8_t *)bar->regs + TCTL;
	uint32_t value = vfio_mmio_read32(tctl);

	vfio_mmio_write32(tctl, hold ? value & ~TCTL_EN : value | TCTL_EN);
}
