/* SPDX-License-Identifier: MIT */
/* link.c - the link: its speed, and the requests that wait for it to change. */
#include "e1000.h"

static ULONG read_link_mbps(struct e1000 *nic)
{
	static const ULONG mbps[] = { 10, 100, 1000, 1000 };
	ULONG status = e1000_read(nic, E1000_STATUS);

	if (status == ~0u || !(status & E1000_STATUS_LU))
		return 0;
	return mbps[E1000_STATUS_SPEED(status)];
}

/* 14.3: the internal PHY negotiates by itself; the MAC takes over what it found. No flow control.
 */
void e1000_link_start(struct e1000 *nic)
{
	ULONG ctrl = e1000_read(nic, E1000_CTRL);

	ctrl &= ~(E1000_CTRL_LRST | E1000_CTRL_ILOS | E1000_CTRL_FRCSPD | E1000_CTRL_FRCDPLX |
		  E1000_CTRL_RFCE | E1000_CTRL_TFCE | E1000_CTRL_VME | E1000_CTRL_PHY_RST);
	e1000_write(nic, E1000_CTRL, ctrl | E1000_CTRL_FD | E1000_CTRL_ASDE | E1000_CTRL_SLU);
	nic->link_mbps = read_link_mbps(nic);
}

static void tell_watcher(WDFREQUEST request, ULONG indication)
{
	NTSTATUS status;
	ULONG *out;

	status = WdfRequestRetrieveOutputBuffer(request, sizeof(*out), (PVOID *)&out, NULL);
	if (!NT_SUCCESS(status)) {
		WdfRequestComplete(request, status);
		return;
	}
	*out = indication;
	WdfRequestCompleteWithInformation(request, STATUS_SUCCESS, sizeof(*out));
}

/* DPC: LSC says that the link may have changed; going down and up between two reads is no change.
 */
void e1000_link_changed(struct e1000 *nic)
{
	ULONG mbps = read_link_mbps(nic);
	BOOLEAN changed = !mbps != !nic->link_mbps;
	WDFREQUEST request;

	nic->link_mbps = mbps;
	if (!changed)
		return;
	while (NT_SUCCESS(WdfIoQueueRetrieveNextRequest(nic->watchers, &request)))
		tell_watcher(request,
			     mbps ? NIC_STATUS_MEDIA_CONNECT : NIC_STATUS_MEDIA_DISCONNECT);
}
