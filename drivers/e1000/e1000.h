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

#include <wdf.h>

#include "registers.h"
#include "uwdf_nic.h"

/* Ring lengths are in descriptors, a multiple of 8 (13.4.27, 13.4.38), here also a power of two. */
#define E1000_RX_DESCRIPTORS 256u
#define E1000_TX_DESCRIPTORS 256u
#define E1000_BUFFER_BYTES   2048u
/* Frames that wait for a read; further ones are dropped and counted. */
#define E1000_RX_KEPT 256u

/* DMA memory as both sides see it. */
struct e1000_dma {
	WDFCOMMONBUFFER handle;
	UCHAR *memory;
	ULONG64 address; /* below 4 GiB */
};

struct e1000_kept_frame {
	USHORT buffer;
	USHORT length; /* bytes */
};

/*
 * Receive: each descriptor and each place in kept[] owns one buffer. Keeping a frame exchanges the
 * buffers of the two, so a frame is copied once, into the reader's memory.
 */
struct e1000_rx {
	struct e1000_dma ring, buffers;
	ULONG next;       /* the descriptor that the device fills next */
	BOOLEAN in_frame; /* the descriptor before that ended no frame */
	USHORT buffer[E1000_RX_DESCRIPTORS];
	struct e1000_kept_frame kept[E1000_RX_KEPT]; /* a FIFO */
	ULONG kept_first, kept_count;
};

struct e1000_sending {
	WDFREQUEST request; /* NULL: none, or it was cancelled */
	USHORT length;      /* bytes */
};

/* Transmit: descriptor i always sends from buffer i. */
struct e1000_tx {
	struct e1000_dma ring, buffers;
	ULONG first; /* oldest descriptor that the device has not given back */
	ULONG next;  /* the descriptor that the next frame takes */
	struct e1000_sending sending[E1000_TX_DESCRIPTORS];
};

struct e1000_counters {
	ULONG sent, send_errors, received, receive_errors, overruns;
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

static inline ULONG e1000_read(const struct e1000 *nic, ULONG offset)
{
	return READ_REGISTER_ULONG((volatile ULONG *)(nic->registers + offset));
}

static inline void e1000_write(const struct e1000 *nic, ULONG offset, ULONG value)
{
	WRITE_REGISTER_ULONG((volatile ULONG *)(nic->registers + offset), value);
}

/* device.c */
EVT_WDF_DEVICE_PREPARE_HARDWARE e1000_prepare_hardware;
EVT_WDF_DEVICE_RELEASE_HARDWARE e1000_release_hardware;
EVT_WDF_DEVICE_D0_ENTRY e1000_d0_entry;
EVT_WDF_DEVICE_D0_EXIT e1000_d0_exit;

/* eeprom.c: the address that the maker gave this NIC; STATUS_DEVICE_CONFIGURATION_ERROR if there is
 * none. */
NTSTATUS e1000_read_address(struct e1000 *nic);
/* May a station have this address? Not a group address, not zero. */
BOOLEAN e1000_is_station(const UCHAR address[6]);

/* interrupt.c */
NTSTATUS e1000_create_interrupt(struct e1000 *nic);

/* ioctl.c */
EVT_WDF_IO_QUEUE_IO_DEVICE_CONTROL e1000_io_device_control;

/* link.c */
void e1000_link_start(struct e1000 *nic);
void e1000_link_changed(struct e1000 *nic);

/* rx.c */
EVT_WDF_IO_QUEUE_IO_READ e1000_io_read;
void e1000_rx_start(struct e1000 *nic);
void e1000_rx_stop(struct e1000 *nic);
void e1000_rx_reap(struct e1000 *nic);
void e1000_rx_set_address(struct e1000 *nic, const UCHAR address[6]);
void e1000_rx_set_filter(struct e1000 *nic, ULONG filter);
void e1000_rx_count_missed(struct e1000 *nic);

/* tx.c */
EVT_WDF_IO_QUEUE_IO_WRITE e1000_io_write;
EVT_WDF_IO_QUEUE_IO_STOP e1000_io_stop;
void e1000_tx_start(struct e1000 *nic);
void e1000_tx_stop(struct e1000 *nic);
void e1000_tx_reap(struct e1000 *nic);

#endif
