/* SPDX-License-Identifier: MIT */
/* model_nic.h - the e1000 driver on model:e1000, set up and taken down around each test. */
#ifndef TEST_MODEL_NIC_H
#define TEST_MODEL_NIC_H

#include "rig.h"
#include "vfio/model.h"

/* cmocka setup: *state is a started, opened rig. Teardown also checks that nothing is left. */
int model_nic_setup(void **state);
int model_nic_teardown(void **state);

/* TCTL.EN off: what is written stays in the ring. On again: it goes out. */
void model_nic_hold_transmit(struct rig *rig, bool hold);

#endif
