/* SPDX-License-Identifier: MIT */
/* vfio_pci.c - a function behind vfio-pci: not in this build yet. */
#include <errno.h>

#include "pci_function_ops.h"

int vfio_pci_open(const char *address, const struct pci_function_params *params, struct report *rep,
		  struct pci_function **out)
{
	(void)params;
	(void)out;
	return report_fail(rep, -EOPNOTSUPP, "opening %s through vfio-pci", address);
}
