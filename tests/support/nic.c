/* SPDX-License-Identifier: MIT */
#include "nic.h"

#include <string.h>

#include "check.h"

static int32_t finish(struct rig_op *op)
{
	check(rig_wait(op), "the request did not complete in %d ms", RIG_DEADLINE_MS);
	return op->status;
}

int32_t nic_query(struct rig *rig, uint32_t oid, void *out, size_t len)
{
	struct rig_op op;
	int32_t status;

	rig_control(rig, &op, IOCTL_NIC_QUERY_OID, &oid, sizeof(oid), len);
	status = finish(&op);
	if (status >= 0)
		memcpy(out, op.data, op.information < len ? op.information : len);
	return status;
}

int32_t nic_set(struct rig *rig, uint32_t oid, const void *value, size_t len)
{
	uint8_t in[64];
	struct rig_op op;

	check(len <= sizeof(in) - sizeof(oid), "value too long");
	memcpy(in, &oid, sizeof(oid));
	memcpy(in + sizeof(oid), value, len);
	rig_control(rig, &op, IOCTL_NIC_SET_OID, in, sizeof(oid) + len, 0);
	return finish(&op);
}

uint32_t nic_query_number(struct rig *rig, uint32_t oid)
{
	uint32_t number = 0;
	int32_t status = nic_query(rig, oid, &number, sizeof(number));

	check(status >= 0, "OID %08x: status %08x", oid, (uint32_t)status);
	return number;
}

void nic_address(struct rig *rig, uint8_t address[6])
{
	int32_t status = nic_query(rig, NIC_OID_802_3_CURRENT_ADDRESS, address, 6);

	check(status >= 0, "address: status %08x", (uint32_t)status);
}

int32_t nic_send(struct rig *rig, const void *frame, size_t len)
{
	struct rig_op op;

	rig_write(rig, &op, frame, len);
	return finish(&op);
}

int32_t nic_receive(struct rig *rig, void *frame, size_t size, size_t *out_len)
{
	struct rig_op op;
	int32_t status;

	rig_read(rig, &op, size);
	status = finish(&op);
	*out_len = status >= 0 ? op.information : 0;
	memcpy(frame, op.data, *out_len);
	return status;
}
