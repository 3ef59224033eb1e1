/* SPDX-License-Identifier: MIT */
/* model_forger.h - model:forger, a model:e1000 whose reports of sent frames may be forged. */
#ifndef TEST_MODEL_FORGER_H
#define TEST_MODEL_FORGER_H

#include <stdint.h>

int model_forger_register(void);
void model_forger_unregister(void);
/* Bit i: descriptor i, below 64, is reported as given up from now on. Any thread. */
void model_forger_lose(uint64_t descriptors);

#endif
