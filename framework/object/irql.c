/* SPDX-License-Identifier: MIT */
#include "object/irql.h"

__thread KIRQL fx_irql_current __attribute__((tls_model("initial-exec"))) = PASSIVE_LEVEL;

UW_EXPORT KIRQL KeGetCurrentIrql(VOID)
{
	return fx_irql_current;
}
