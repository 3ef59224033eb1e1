/* SPDX-License-Identifier: MIT */
/*
 * uwdf_nic.h - the user interface that every NIC driver here shares.
 *
 * A read request returns one received frame, a write request sends one: raw Ethernet, 14 to 1514
 * bytes, no FCS. Reads pend until a frame arrives; a write pends while no descriptor is free; both
 * can be cancelled. A write outside 14..1514 ends with STATUS_INVALID_BUFFER_SIZE, a read buffer
 * too small for the frame that arrived with STATUS_BUFFER_TOO_SMALL (the frame stays for the next).
 *
 * The control codes for settings are buffered (METHOD_BUFFERED, FILE_ANY_ACCESS). Query: in a ULONG
 * OID, out its value. Set: in a ULONG OID followed by its value. Indicate: out a ULONG status,
 * pends until the status changes (one of NIC_STATUS_*). Frames, many at once: see struct nic_frame.
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

/*
 * Vectors: up to 64 frames in one request, with direct I/O.
 *
 * The first buffer is an array of 1 to 64 struct nic_frame, one for each frame. The second buffer
 * is the client's own memory, which the driver reaches in place: it begins with room for the same
 * array, where the outcome of each frame goes, and holds the frames behind it, wherever the offsets
 * say. The two may share memory: a client passes the array and what follows it as the second
 * buffer, the array alone as the first.
 *
 * Every field is judged once, before anything is done, on the driver's own copy of the first
 * buffer. What is changed in client memory afterwards changes the bytes of frames and nothing else.
 * A refused request does nothing, and says why:
 *   STATUS_INVALID_BUFFER_SIZE  the first buffer is not 1 to 64 whole entries, or a frame to be
 *                               sent is not 14 to 1514 bytes long
 *   STATUS_BUFFER_TOO_SMALL     the second buffer has no room for the array
 *   STATUS_INVALID_PARAMETER    a place lies in the array or not wholly in the second buffer, is
 *                               shorter than 14 bytes, or reserved is not zero
 * A driver without vectors ends both codes with STATUS_INVALID_DEVICE_REQUEST.
 *
 * Differs: in KMDF the second buffer of METHOD_IN_DIRECT is data for the driver, which it may only
 *          read. IOCTL_NIC_WRITE_FRAMES writes the outcomes to its head: pass memory that may be
 *          written to.
 *
 * Else the request ends with an error only if nothing was done with any frame: its buffers are as
 * they were. It ends with STATUS_SUCCESS if at least one frame has an outcome; then the array at
 * the start of the second buffer is complete: each entry has offset, length and a status of its
 * own, which never is STATUS_PENDING, and the entries that were done come first.
 *
 * IOCTL_NIC_WRITE_FRAMES sends the frames in the array's order, behind earlier writes, and ends
 * when the device has reported the last one. Information is the array's length. An entry's status:
 *   STATUS_SUCCESS          sent
 *   STATUS_IO_DEVICE_ERROR  given up by the device (collisions)
 *   STATUS_CANCELLED        the request was cancelled, or power went down, or the device left,
 *                           before the device reported the frame: it may or may not go out
 * Cancelled before any frame was reported, the request itself ends with STATUS_CANCELLED.
 *
 * IOCTL_NIC_READ_FRAMES ends as soon as there is a frame, with as many as there are at that moment
 * and places for them; it pends, behind earlier reads, while there is none. Each length says how
 * much room there is for a frame, and becomes the frame's length; what the room behind it holds is
 * undefined. Information is where the last
 * byte written ends: at least the array's length, and no more than the places in use if these
 * follow one another. An entry's status:
 *   STATUS_SUCCESS          a frame is there
 *   STATUS_NO_MORE_ENTRIES  no frame came for this place; length 0
 * A frame longer than the place it would go to ends the request before it, and stays for the next
 * read; if that is the first place, with STATUS_BUFFER_TOO_SMALL. A request that was cancelled, or
 * whose device left, while it pended has taken no frame: STATUS_CANCELLED.
 */
#define IOCTL_NIC_WRITE_FRAMES (NIC_CTL_CODE(0x210u) | 1u) /* METHOD_IN_DIRECT */
#define IOCTL_NIC_READ_FRAMES  (NIC_CTL_CODE(0x211u) | 2u) /* METHOD_OUT_DIRECT */
#define NIC_MOST_FRAMES        64

struct nic_frame {
	unsigned int offset; /* of the frame in the second buffer, bytes */
	unsigned int length; /* bytes */
	int status;          /* NTSTATUS; ignored on the way in */
	unsigned int reserved;
};

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

/* Of these drivers alone. */
#define NIC_OID_UWDF_DOORBELLS      0xff010101u /* query; register writes that hand over frames */
#define NIC_OID_UWDF_REGISTER_READS 0xff010102u /* query */

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
