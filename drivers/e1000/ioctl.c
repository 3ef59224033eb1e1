/* SPDX-License-Identifier: MIT */
/* ioctl.c - the control codes of uwdf_nic.h: query and set an OID, wait for the link to change,
 * and vectors of frames passed on to those who do frames. */
#include "e1000.h"

#define FILTERS                                                                                    \
	(NIC_FILTER_DIRECTED | NIC_FILTER_MULTICAST | NIC_FILTER_ALL_MULTICAST |                   \
	 NIC_FILTER_BROADCAST | NIC_FILTER_PROMISCUOUS)
#define ADDRESS_BYTES 6u

static ULONG vendor_id(const UCHAR address[ADDRESS_BYTES])
{
	return (ULONG)address[0] | (ULONG)address[1] << 8 | (ULONG)address[2] << 16;
}

/* The numbers; an OID that is none of them is not supported. */
static NTSTATUS query_number(struct e1000 *nic, ULONG oid, ULONG *out)
{
	ULONG other;

	switch (oid) {
	case NIC_OID_GEN_LINK_SPEED:
		*out = nic->link_mbps * 10000u;
		return STATUS_SUCCESS;
	case NIC_OID_GEN_MAXIMUM_FRAME_SIZE:
		*out = NIC_MAX_FRAME - NIC_MIN_FRAME;
		return STATUS_SUCCESS;
	case NIC_OID_GEN_MAXIMUM_TOTAL_SIZE:
		*out = NIC_MAX_FRAME;
		return STATUS_SUCCESS;
	case NIC_OID_GEN_VENDOR_ID:
		*out = vendor_id(nic->permanent_address);
		return STATUS_SUCCESS;
	case NIC_OID_GEN_CURRENT_PACKET_FILTER:
		*out = nic->filter;
		return STATUS_SUCCESS;
	case NIC_OID_GEN_MEDIA_CONNECT_STATUS:
		*out = nic->link_mbps ? 0 : 1;
		return STATUS_SUCCESS;
	case NIC_OID_GEN_XMIT_OK:
		*out = nic->counters.sent;
		return STATUS_SUCCESS;
	case NIC_OID_GEN_RCV_OK:
		e1000_rx_count(nic, out, &other);
		return STATUS_SUCCESS;
	case NIC_OID_GEN_XMIT_ERROR:
		*out = nic->counters.send_errors;
		return STATUS_SUCCESS;
	case NIC_OID_GEN_RCV_ERROR:
		e1000_rx_count(nic, &other, out);
		return STATUS_SUCCESS;
	case NIC_OID_GEN_RCV_NO_BUFFER:
		e1000_rx_count_missed(nic);
		*out = nic->counters.overruns;
		return STATUS_SUCCESS;
	case NIC_OID_UWDF_DOORBELLS:
		*out = nic->counters.doorbells;
		return STATUS_SUCCESS;
	case NIC_OID_UWDF_REGISTER_READS:
		*out = nic->counters.register_reads;
		return STATUS_SUCCESS;
	default:
		return STATUS_NOT_SUPPORTED;
	}
}

static const UCHAR *query_address(const struct e1000 *nic, ULONG oid)
{
	switch (oid) {
	case NIC_OID_802_3_PERMANENT_ADDRESS:
		return nic->permanent_address;
	case NIC_OID_802_3_CURRENT_ADDRESS:
		return nic->current_address;
	default:
		return NULL;
	}
}

static NTSTATUS query_oid(struct e1000 *nic, WDFREQUEST request)
{
	const UCHAR *address;
	const void *value;
	size_t length;
	NTSTATUS status;
	ULONG number;
	PVOID buffer;

	status = WdfRequestRetrieveInputBuffer(request, sizeof(ULONG), &buffer, NULL);
	if (!NT_SUCCESS(status))
		return status;
	address = query_address(nic, *(const ULONG *)buffer);
	if (address) {
		value = address;
		length = ADDRESS_BYTES;
	} else {
		status = query_number(nic, *(const ULONG *)buffer, &number);
		if (!NT_SUCCESS(status))
			return status;
		value = &number;
		length = sizeof(number);
	}
	/* METHOD_BUFFERED: this is the same memory as the input, which has been read by now. */
	status = WdfRequestRetrieveOutputBuffer(request, length, &buffer, NULL);
	if (!NT_SUCCESS(status))
		return status;
	RtlCopyMemory(buffer, value, length);
	WdfRequestSetInformation(request, length);
	return STATUS_SUCCESS;
}

static NTSTATUS set_filter(struct e1000 *nic, ULONG filter)
{
	if (filter & ~FILTERS)
		return STATUS_INVALID_PARAMETER;
	e1000_rx_set_filter(nic, filter);
	return STATUS_SUCCESS;
}

static NTSTATUS set_address(struct e1000 *nic, const UCHAR address[ADDRESS_BYTES])
{
	if (!e1000_is_station(address))
		return STATUS_INVALID_PARAMETER;
	e1000_rx_set_address(nic, address);
	return STATUS_SUCCESS;
}

static NTSTATUS set_oid(struct e1000 *nic, WDFREQUEST request)
{
	NTSTATUS status;
	const UCHAR *value;
	size_t length;
	PVOID buffer;

	status = WdfRequestRetrieveInputBuffer(request, sizeof(ULONG), &buffer, &length);
	if (!NT_SUCCESS(status))
		return status;
	value = (const UCHAR *)buffer + sizeof(ULONG);
	length -= sizeof(ULONG);
	switch (*(const ULONG *)buffer) {
	case NIC_OID_GEN_CURRENT_PACKET_FILTER:
		if (length < sizeof(ULONG))
			return STATUS_BUFFER_TOO_SMALL;
		return set_filter(nic, *(const ULONG *)(const void *)value);
	case NIC_OID_802_3_CURRENT_ADDRESS:
		if (length < ADDRESS_BYTES)
			return STATUS_BUFFER_TOO_SMALL;
		return set_address(nic, value);
	default:
		return STATUS_NOT_SUPPORTED;
	}
}

/* STATUS_PENDING: the request waits for the link. */
static NTSTATUS indicate_status(struct e1000 *nic, WDFREQUEST request)
{
	NTSTATUS status;
	PVOID buffer;

	status = WdfRequestRetrieveOutputBuffer(request, sizeof(ULONG), &buffer, NULL);
	if (!NT_SUCCESS(status))
		return status;
	status = WdfRequestForwardToIoQueue(request, nic->watchers);
	return NT_SUCCESS(status) ? STATUS_PENDING : status;
}

void e1000_io_device_control(WDFQUEUE queue, WDFREQUEST request, size_t out_length,
			     size_t in_length, ULONG code)
{
	struct e1000 *nic = e1000_queue_of(queue)->nic;
	NTSTATUS status;

	UNREFERENCED_PARAMETER(out_length);
	UNREFERENCED_PARAMETER(in_length);
	switch (code) {
	case IOCTL_NIC_WRITE_FRAMES:
		e1000_write_vector(nic, request);
		return;
	case IOCTL_NIC_READ_FRAMES:
		e1000_read_vector(nic, request);
		return;
	case IOCTL_NIC_QUERY_OID:
		status = query_oid(nic, request);
		break;
	case IOCTL_NIC_SET_OID:
		status = set_oid(nic, request);
		break;
	case IOCTL_NIC_INDICATE_STATUS:
		status = indicate_status(nic, request);
		break;
	default:
		status = STATUS_INVALID_DEVICE_REQUEST;
		break;
	}
	if (status != STATUS_PENDING)
		WdfRequestComplete(request, status);
}
