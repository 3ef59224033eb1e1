/* SPDX-License-Identifier: MIT */
/*
 * uwdf_nic.h - the user interface that every NIC driver here shares.
 *
 * A read request returns one received frame, a write request sends one: raw Ethernet, 14 to 1514
 * bytes, no FCS. Reads pend until a frame arrives; a write pends while no descriptor is free; both
 * can be cancelled. A write outside 14..1514 ends with STATUS_INVALID_BUFFER_SIZE, a read buffer
 * too small for the frame that arrived with STATUS_BUFFER_TOO_SMALL (the frame stays for the next).
 *
 * The control codes are buffered (METHOD_BUFFERED, FILE_ANY_ACCESS). Query: in a ULONG OID, out its
 * value. Set: in a ULONG OID followed by its value. Indicate: out a ULONG status, pends until the
 * status changes (one of NIC_STATUS_*).
 *
 * Usable from drivers (after wdf.h) and from clients (plain C).
 */
#ifndef UWDF_NIC_H
#define UWDF_NIC_H

/* {B74CFEC2-9366-454A-BA71-7C27B51470A4} */
#define NIC_INTERFACE_GUID_TEXT "{b74cfec2-9366-454a-ba71-7c27b51470a4}"
#define NIC_INTERFACE_GUID_INIT                                                                    \
	{                                                                                          \
		0xb74cfec2, 0x9366, 0x454a,                                                        \
		{                                                                                  \
			0xba, 0x71, 0x7c, 0x27, 0xb5, 0x14, 0x70, 0xa4                             \
		}                                                                                  \
	}

/* CTL_CODE(FILE_DEVICE_NETWORK = 0x12, function, METHOD_BUFFERED, FILE_ANY_ACCESS) */
#define NIC_CTL_CODE(function)    ((0x12u << 16) | ((function) << 2))
#define IOCTL_NIC_QUERY_OID       NIC_CTL_CODE(0x201u)
#define IOCTL_NIC_SET_OID         NIC_CTL_CODE(0x205u)
#define IOCTL_NIC_INDICATE_STATUS NIC_CTL_CODE(0x206u)

#define NIC_MIN_FRAME 14
#define NIC_MAX_FRAME 1514

/* OIDs, with the values the NDIS documentation gives them; all values are ULONG but the addresses.
 */
#define NIC_OID_GEN_LINK_SPEED            0x00010107u /* query; units of 100 bit/s */
#define NIC_OID_GEN_MAXIMUM_FRAME_SIZE    0x00010106u /* query; 1500 */
#define NIC_OID_GEN_MAXIMUM_TOTAL_SIZE    0x00010111u /* query; 1514 */
#define NIC_OID_GEN_VENDOR_ID             0x0001010cu /* query; first three octets of the address */
#define NIC_OID_GEN_CURRENT_PACKET_FILTER 0x0001010eu /* query, set: NIC_FILTER_* */
#define NIC_OID_GEN_MEDIA_CONNECT_STATUS  0x00010114u /* query; 0 connected, 1 not */
#define NIC_OID_GEN_XMIT_OK               0x00020101u /* query */
#define NIC_OID_GEN_RCV_OK                0x00020102u /* query */
#define NIC_OID_GEN_XMIT_ERROR            0x00020103u /* query */
#define NIC_OID_GEN_RCV_ERROR             0x00020104u /* query */
#define NIC_OID_GEN_RCV_NO_BUFFER         0x00020105u /* query; receive overruns */
#define NIC_OID_802_3_PERMANENT_ADDRESS   0x01010101u /* query; 6 bytes */
#define NIC_OID_802_3_CURRENT_ADDRESS     0x01010102u /* query, set; 6 bytes */

/* Filter 0 receives nothing. Without a list of groups, MULTICAST means all of them; all stations
 * are one of these, so that broadcasts come with it. */
#define NIC_FILTER_DIRECTED      0x01u
#define NIC_FILTER_MULTICAST     0x02u
#define NIC_FILTER_ALL_MULTICAST 0x04u
#define NIC_FILTER_BROADCAST     0x08u
#define NIC_FILTER_PROMISCUOUS   0x20u

#define NIC_STATUS_MEDIA_CONNECT    0x4001000bu
#define NIC_STATUS_MEDIA_DISCONNECT 0x4001000cu

#endif
