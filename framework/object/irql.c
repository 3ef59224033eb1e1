/* SPDX-License-Identifier: MIT */
#include "object/irql.h"

__thread union fx_stance fx_stance
	__attribute__((tls_model("initial-exec"))) = { .level = PASSIVE_LEVEL };

UW_EXPORT KIRQL KeGetCurrentIrql(VOID)
{
	return fx_stance.level;
}
