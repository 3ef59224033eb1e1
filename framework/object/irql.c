/* SPDX-License-Identifier: MIT */
#include "object/irql.h"

__thread KIRQL fx_irql_current __attribute__((tls_model("initial-exec"))) = PASSIVE_LEVEL;

__thread uint32_t fx_critical_regions __attribute__((tls_model("initial-exec")));

UW_EXPORT KIRQL KeGetCurrentIrql(VOID)
{
	return fx_irql_current;
}
