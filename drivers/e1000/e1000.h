/* SPDX-License-Identifier: MIT */
/*
 * e1000.h - the driver's one object: a NIC, kept in the context of its WDFDEVICE.
 *
 * Who runs when: requests, the ISR and the DPC share one loop thread (the driver declares its
 * EvtIo* callbacks fit for DISPATCH_LEVEL), and the framework holds the queues and disconnects the
 * interrupt around the power callbacks. A cancellation is not held up by that, so requests end in
 * EvtIoStop, on the loop, before D0Exit. So nothing here needs a lock, and nothing asks in which
 * Plug and Play or power state the device is.
 */
#ifndef E1000_H
#define E1000_H

#include <uwdf/wdflx.h>

#include "registers.h"
#include "uwdf_nic.h"

/* Ring lengths are in descriptors, a multiple of 8 (13.4.27, 13.4.38), here also a power of two. */
#define E1000_RX_DESCRIPTORS 256u
#define E1000_TX_DESCRIPTORS 256u
#define E1000_BUFFER_BYTES   2048u
/* Descriptors taken before the device is told: one register write for so many frames. */
#define E1000_RX_BATCH         32u
#define E1000_LEAST_FRAME      60u /* that comes over a wire, without its checksum */
#define E1000_SMALL_FRAME      64u
#define E1000_MAY_SEND(length) ((size_t)(length)-NIC_MIN_FRAME <= NIC_MAX_FRAME - NIC_MIN_FRAME)

/* DMA memory as both sides see it. */
struct e1000_dma {
	WDFCOMMONBUFFER handle;
	UCHAR *memory;
	ULONG64 address; /* below 4 GiB */
};

/*
 * Receive: descriptor i always receives into buffer i. Frames wait in the ring until somebody reads
 * them, and are copied once, into the reader's memory.
 */
struct e1000_rx {
	struct e1000_dma ring, buffers;
	ULONG next;       /* the oldest descriptor not taken */
	ULONG taken;      /* descriptors before that which the device does not know to be free */
	BOOLEAN in_frame; /* the descriptor taken last ended no frame */
	BOOLEAN waiting;  /* there may be reads in the queue of those that wait */
};

static inline volatile struct e1000_rx_descriptor *e1000_rx_at(const struct e1000_rx *rx, ULONG i)
{
	return (volatile struct e1000_rx_descriptor *)rx->ring.memory + i;
}

/* What the frames of one request are about, kept with its first descriptor. */
struct e1000_sending {
	WDFREQUEST request; /* NULL: it was cancelled */
	USHORT frames;      /* this many descriptors, from this one on */
	USHORT information; /* of request, when it succeeds */
	BOOLEAN is_vector;  /* each frame has an outcome of its own */
	BOOLEAN cancelable; /* request is marked */
};

/* Transmit: descriptor i always sends from buffer i. */
struct e1000_tx {
	struct e1000_dma ring, buffers;
	ULONG first;     /* oldest descriptor that the device has not given back */
	ULONG next;      /* the descriptor that the next frame takes */
	BOOLEAN waiting; /* there may be writes in the queue of those that wait */
	struct e1000_sending sending[E1000_TX_DESCRIPTORS];
};

static inline volatile struct e1000_tx_descriptor *e1000_tx_at(const struct e1000_tx *tx, ULONG i)
{
	return (volatile struct e1000_tx_descriptor *)tx->ring.memory + i;
}

/* A judged vector: entries is the driver's own copy, the rest is client memory. */
struct e1000_vector {
	const struct nic_frame *entries;
	ULONG count;
	UCHAR *memory; /* offsets count from here, where the outcomes go, too */
	size_t room;   /* bytes there */
};

struct e1000_counters {
	ULONG sent, send_errors, received, receive_errors, overruns;
	ULONG doorbells, register_reads;
};

struct e1000 {
	WDFDEVICE device;
	volatile UCHAR *registers;
	WDFINTERRUPT interrupt;
	WDFDMAENABLER dma;
	WDFQUEUE reads;       /* manual: reads that wait for a frame */
	WDFQUEUE writes;      /* manual: writes that wait for a descriptor */
	WDFQUEUE watchers;    /* manual: requests that wait for the link to change */
	volatile LONG causes; /* interrupt causes read by the ISR, not yet served by the DPC */
	ULONG armed;          /* causes that may interrupt: the link, and what somebody waits for */
	ULONG filter;         /* NIC_FILTER_* */
	ULONG link_mbps;      /* 0: no link */
	UCHAR permanent_address[6];
	UCHAR current_address[6];
	struct e1000_rx rx;
	struct e1000_tx tx;
	struct e1000_counters counters;
};
typedef struct e1000 E1000; /* KMDF pastes the name, so it must be one word */
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(E1000, e1000_of);

/* Of each queue: the way to its device, in one call. */
struct e1000_queue {
	struct e1000 *nic;
};
typedef struct e1000_queue E1000_QUEUE;
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(E1000_QUEUE, e1000_queue_of);

static inline ULONG e1000_read(struct e1000 *nic, ULONG offset)
{
	nic->counters.register_reads++;
	return READ_REGISTER_ULONG((volatile ULONG *)(nic->registers + offset));
}

static inline void e1000_write(const struct e1000 *nic, ULONG offset, ULONG value)
{
	WRITE_REGISTER_ULONG((volatile ULONG *)(nic->registers + offset), value);
}

/* Descriptors up to @tail are the device's. */
static inline void e1000_ring_doorbell(struct e1000 *nic, ULONG tail_register, ULONG tail)
{
	nic->counters.doorbells++;
	e1000_write(nic, tail_register, tail);
}

/* device.c */
EVT_WDF_DEVICE_PREPARE_HARDWARE e1000_prepare_hardware;
EVT_WDF_DEVICE_RELEASE_HARDWARE e1000_release_hardware;
EVT_WDF_DEVICE_D0_ENTRY e1000_d0_entry;
EVT_WDF_DEVICE_D0_EXIT e1000_d0_exit;
EVT_WDF_DEVICE_SELF_MANAGED_IO_RESTART e1000_queues_run;

/* eeprom.c: the address that the maker gave this NIC; STATUS_DEVICE_CONFIGURATION_ERROR if there is
 * none. */
NTSTATUS e1000_read_address(struct e1000 *nic);
/* May a station have this address? Not a group address, not zero. */
BOOLEAN e1000_is_station(const UCHAR address[6]);

/* interrupt.c */
NTSTATUS e1000_create_interrupt(struct e1000 *nic);
/* Somebody waits, or nobody does, for what @causes announce. A cause that came meanwhile interrupts
 * as soon as it is armed, so that looking first and arming then misses nothing. */
void e1000_arm(struct e1000 *nic, ULONG causes);
void e1000_disarm(struct e1000 *nic, ULONG causes);

/* ioctl.c */
EVT_WDF_IO_QUEUE_IO_DEVICE_CONTROL e1000_io_device_control;

/* link.c */
void e1000_link_start(struct e1000 *nic);
void e1000_link_changed(struct e1000 *nic);

/* read.c */
EVT_WDF_IO_QUEUE_IO_READ e1000_io_read;
EVT_WDFLX_IO_QUEUE_IO_MANY e1000_io_reads;
void e1000_read_vector(struct e1000 *nic, WDFREQUEST request);
void e1000_rx_came(struct e1000 *nic);

/* rx.c */
void e1000_rx_start(struct e1000 *nic);
void e1000_rx_stop(struct e1000 *nic);
void e1000_rx_set_address(struct e1000 *nic, const UCHAR address[6]);
void e1000_rx_set_filter(struct e1000 *nic, ULONG filter);
void e1000_rx_count_missed(struct e1000 *nic);
/* Frames that came, read or still in the ring. */
void e1000_rx_count(struct e1000 *nic, ULONG *good, ULONG *bad);

/* write.c */
EVT_WDF_IO_QUEUE_IO_WRITE e1000_io_write;
EVT_WDFLX_IO_QUEUE_IO_MANY e1000_io_writes;
void e1000_write_vector(struct e1000 *nic, WDFREQUEST request);

/* tx.c */
EVT_WDF_IO_QUEUE_IO_STOP e1000_io_stop;
void e1000_tx_start(struct e1000 *nic);
void e1000_tx_stop(struct e1000 *nic);
void e1000_tx_sent(struct e1000 *nic);

/* vector.c: the entries of @vector, judged as uwdf_nic.h says. */
NTSTATUS e1000_vector_judge_frames(const struct e1000_vector *vector);
NTSTATUS e1000_vector_judge_places(const struct e1000_vector *vector);
/*
 * Small frames, from entry @first on, for descriptors from @next on: a few moves each, and one
 * count for both arrays, whose elements are of one size. @return how many: up to one that is not
 * small, or to the ring's end.
 */
ULONG e1000_vector_put_small(const struct e1000_tx *tx, ULONG next,
			     const struct e1000_vector *vector, ULONG first);
/*
 * The usual outcome, that all were sent, for descriptors from @first on, all of them reported.
 * @return what the device says of any of them: if that is not usual, it is told again.
 */
ULONG e1000_vector_tell_all_sent(const struct e1000_tx *tx, ULONG first,
				 const struct e1000_vector *vector);

/* The array of @request; its entries are not judged. */
FORCEINLINE NTSTATUS e1000_vector_take(WDFREQUEST request, struct e1000_vector *out)
{
	size_t bytes, room;
	NTSTATUS status;
	PVOID buffer;

	status = WdfRequestRetrieveInputBuffer(request, sizeof(struct nic_frame), &buffer, &bytes);
	if (!NT_SUCCESS(status) || bytes % sizeof(struct nic_frame) ||
	    bytes > NIC_MOST_FRAMES * sizeof(struct nic_frame))
		return STATUS_INVALID_BUFFER_SIZE;
	out->entries = buffer;
	out->count = (ULONG)(bytes / sizeof(struct nic_frame));
	status = WdfRequestRetrieveOutputBuffer(request, bytes, &buffer, &room);
	if (!NT_SUCCESS(status))
		return STATUS_BUFFER_TOO_SMALL;
	out->memory = buffer;
	out->room = room;
	return STATUS_SUCCESS;
}

/* Sums of two 32-bit numbers, in 64 bits: they cannot wrap. */
static inline BOOLEAN e1000_vector_is_place(const struct e1000_vector *vector,
					    const struct nic_frame *entry)
{
	return entry->offset >= vector->count * sizeof(*entry) && !entry->reserved &&
	       (ULONG64)entry->offset + entry->length <= vector->room;
}

/* The outcome of one frame, in client memory, which need not be aligned. */
static inline void e1000_vector_tell(UCHAR *at, ULONG offset, ULONG length, NTSTATUS status)
{
	struct nic_frame outcome = { .offset = offset, .length = length, .status = status };

	RtlCopyMemory(at, &outcome, sizeof(outcome));
}

/* The same where all is well and @offset is there, in one move: STATUS_SUCCESS is 0. */
static inline void e1000_vector_tell_length(UCHAR *at, ULONG length)
{
	const ULONG64 length_and_status = length;
	const ULONG reserved = 0;

	RtlCopyMemory(at + FIELD_OFFSET(struct nic_frame, length), &length_and_status,
		      sizeof(length_and_status));
	RtlCopyMemory(at + FIELD_OFFSET(struct nic_frame, reserved), &reserved, sizeof(reserved));
}

/* The outcome of a frame that was sent as @entry, of the driver's own copy, asks. */
static inline void e1000_vector_tell_sent(UCHAR *at, const UCHAR *entry)
{
	const size_t place = FIELD_OFFSET(struct nic_frame, status);

	RtlCopyMemory(at, entry, place);
	RtlZeroMemory(at + place, sizeof(struct nic_frame) - place);
}

/*
 * What was answered so far of requests that came together ends now: what waits comes behind it.
 * Those from @first on, before @end: the ones before were seen to.
 */
static inline void e1000_answer(WDFLX_IO *ios, ULONG first, ULONG end)
{
	for (ULONG i = first; i < end; i++) {
		if (ios[i].Status == STATUS_PENDING)
			continue;
		WdfRequestCompleteWithInformation(ios[i].Request, ios[i].Status,
						  ios[i].Information);
		ios[i].Status = STATUS_PENDING;
	}
}

/* A frame of @length bytes where both sides have @room: the smallest cost a few moves, no call. */
static inline void e1000_copy_frame(UCHAR *to, const UCHAR *from, ULONG length, size_t room)
{
	if (length <= E1000_SMALL_FRAME && room >= E1000_SMALL_FRAME)
		RtlCopyMemory(to, from, E1000_SMALL_FRAME);
	else
		RtlCopyMemory(to, from, length);
}

/*
 * The same of a frame that was received: what lies behind it in the device's buffer is of an
 * earlier one, and may be another reader's. @length: E1000_LEAST_FRAME to E1000_SMALL_FRAME.
 */
static inline void e1000_take_small(UCHAR *to, const UCHAR *from, ULONG length)
{
	const size_t last_at = E1000_SMALL_FRAME - sizeof(ULONG64);
	ULONG64 last;

	RtlCopyMemory(to, from, last_at);
	RtlCopyMemory(&last, from + last_at, sizeof(last));
	last &= ~0ull >> (E1000_SMALL_FRAME - length) * 8; /* of little-endian processors */
	RtlCopyMemory(to + last_at, &last, sizeof(last));
}

#endif
