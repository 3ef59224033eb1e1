/* SPDX-License-Identifier: MIT */
/* nic.h - the NIC interface by name, waiting: for tests of NIC drivers. */
#ifndef TEST_NIC_H
#define TEST_NIC_H

#include <stdbool.h>
#include <stdint.h>

#include "frame.h"
#include "rig.h"
#include "uwdf_nic.h"

/* Control codes, waiting: the driver's status. */
int32_t nic_query(struct rig *rig, uint32_t oid, void *out, size_t len);
int32_t nic_set(struct rig *rig, uint32_t oid, const void *value, size_t len);
uint32_t nic_query_number(struct rig *rig, uint32_t oid); /* fails the test if it cannot */
void nic_address(struct rig *rig, uint8_t address[6]);

/* One frame, waiting: the driver's status. */
int32_t nic_send(struct rig *rig, const void *frame, size_t len);
int32_t nic_receive(struct rig *rig, void *frame, size_t size, size_t *out_len);

#endif
