/* SPDX-License-Identifier: MIT */
/*
 * registers.h - registers and descriptors of the 8254x, as far as this driver uses them.
 *
 * Numbers in comments are sections of Intel's "PCI/PCI-X Family of Gigabit Ethernet Controllers
 * Software Developer's Manual" (317453). All registers are 32 bits wide and little-endian.
 */
#ifndef E1000_REGISTERS_H
#define E1000_REGISTERS_H

#include <wdf.h>

#define E1000_REGISTER_BYTES 0x20000u /* 128 KiB behind BAR 0 (4.1) */

/* Device control, 13.4.1 */
#define E1000_CTRL         0x00000u
#define E1000_CTRL_FD      0x00000001u /* full duplex */
#define E1000_CTRL_LRST    0x00000008u /* link reset; 0 lets auto-negotiation run */
#define E1000_CTRL_ASDE    0x00000020u /* take the speed that the PHY found */
#define E1000_CTRL_SLU     0x00000040u /* set link up */
#define E1000_CTRL_ILOS    0x00000080u /* invert loss of signal */
#define E1000_CTRL_FRCSPD  0x00000800u /* force speed */
#define E1000_CTRL_FRCDPLX 0x00001000u /* force duplex */
#define E1000_CTRL_RST     0x04000000u /* reset; clears itself */
#define E1000_CTRL_RFCE    0x08000000u /* receive flow control */
#define E1000_CTRL_TFCE    0x10000000u /* transmit flow control */
#define E1000_CTRL_VME     0x40000000u /* strip and insert VLAN tags */
#define E1000_CTRL_PHY_RST 0x80000000u /* PHY reset */

/* Device status, 13.4.2 */
#define E1000_STATUS               0x00008u
#define E1000_STATUS_LU            0x00000002u            /* link up */
#define E1000_STATUS_SPEED(status) (((status) >> 6) & 3u) /* 0: 10, 1: 100, 2 and 3: 1000 Mb/s */

/* EEPROM read, 13.4.4 */
#define E1000_EERD            0x00014u
#define E1000_EERD_START      0x00000001u
#define E1000_EERD_DONE       0x00000010u
#define E1000_EERD_ADDR(word) ((ULONG)(word) << 8)
#define E1000_EERD_DATA(eerd) ((USHORT)((eerd) >> 16))

/* EEPROM contents: address in words 00h-02h (5.6.1), all words 00h-3Fh add up to BABAh (5.6.35) */
#define E1000_EEPROM_WORDS 0x40u
#define E1000_EEPROM_SUM   0xbabau

/* Interrupts: cause read 13.4.17 (reading clears), mask set 13.4.20, mask clear 13.4.21 */
#define E1000_ICR      0x000c0u
#define E1000_IMS      0x000d0u
#define E1000_IMC      0x000d8u
#define E1000_INT_TXDW 0x00000001u /* a transmit descriptor was written back */
#define E1000_INT_LSC  0x00000004u /* link status changed */
#define E1000_INT_RXT0 0x00000080u /* a frame was received (receive timer) */

/* Receive control, 13.4.22 */
#define E1000_RCTL       0x00100u
#define E1000_RCTL_EN    0x00000002u
#define E1000_RCTL_UPE   0x00000008u /* all unicast frames */
#define E1000_RCTL_MPE   0x00000010u /* all multicast frames */
#define E1000_RCTL_BAM   0x00008000u /* broadcast frames */
#define E1000_RCTL_SECRC 0x04000000u /* leave the CRC out of memory */
/* BSIZE 00b, BSEX 0: buffers of 2048 bytes; LPE 0: frames over 1522 bytes are dropped */

/* Receive ring, 13.4.25 to 13.4.30 */
#define E1000_RDBAL 0x02800u
#define E1000_RDBAH 0x02804u
#define E1000_RDLEN 0x02808u
#define E1000_RDH   0x02810u
#define E1000_RDT   0x02818u
#define E1000_RDTR  0x02820u

/* Transmit control 13.4.33, inter-packet gap 13.4.34 */
#define E1000_TCTL         0x00400u
#define E1000_TCTL_EN      0x00000002u
#define E1000_TCTL_PSP     0x00000008u        /* pad short packets */
#define E1000_TCTL_CT(n)   ((ULONG)(n) << 4)  /* collision threshold */
#define E1000_TCTL_COLD(n) ((ULONG)(n) << 12) /* collision distance */
#define E1000_TIPG         0x00410u
#define E1000_TIPG_VALUE(ipgt, ipgr1, ipgr2)                                                       \
	((ULONG)(ipgt) | (ULONG)(ipgr1) << 10 | (ULONG)(ipgr2) << 20)

/* Transmit ring, 13.4.36 to 13.4.40 */
#define E1000_TDBAL 0x03800u
#define E1000_TDBAH 0x03804u
#define E1000_TDLEN 0x03808u
#define E1000_TDH   0x03810u
#define E1000_TDT   0x03818u

/* Statistics: missed packets, cleared by reading, 13.7.5 */
#define E1000_MPC 0x04010u

/* Receive filter: multicast table 13.5.1, receive addresses 13.5.2 and 13.5.3 */
#define E1000_MTA(n)    (0x05200u + 4u * (n))
#define E1000_MTA_COUNT 128u
#define E1000_RAL0      0x05400u
#define E1000_RAH0      0x05404u
#define E1000_RAH_AV    0x80000000u /* address valid */

/*
 * Receive descriptor, 3.2.3. The device writes the second half when it is done with it; read whole,
 * so that all of it was written together.
 */
struct e1000_rx_descriptor {
	ULONG64 address;
	ULONG64 done;
};
C_ASSERT(sizeof(struct e1000_rx_descriptor) == 16);
#define E1000_RXD_LENGTH(done) ((ULONG)(done)&0xffffu)
#define E1000_RXD_DD           (0x01ull << 32) /* the device is finished with it (3.2.3.1) */
#define E1000_RXD_EOP          (0x02ull << 32) /* end of packet */
#define E1000_RXD_ERRORS       (0x97ull << 40) /* CE, SE, SEQ, CXE, RXE (3.2.3.2); no checksum hints */
/* Of a whole frame of at least @shortest bytes: by how much it is longer. Of all else: more than
 * any length. */
#define E1000_RXD_BEYOND(done, shortest)                                                           \
	(((done) & (E1000_RXD_DD | E1000_RXD_EOP | E1000_RXD_ERRORS | 0xffffu)) -                  \
	 (E1000_RXD_DD | E1000_RXD_EOP) - (shortest))

/* Legacy transmit descriptor, 3.3.3. The second half begins with the length and has the command in
 * bits 31:24; written whole, the rest, status among it, is 0. */
struct e1000_tx_descriptor {
	ULONG64 address;
	union {
		ULONG64 order;
		struct {
			USHORT length;
			UCHAR checksum_offset;
			UCHAR command;
			UCHAR status;
			UCHAR checksum_start;
			USHORT special;
		};
	};
};
C_ASSERT(sizeof(struct e1000_tx_descriptor) == 16);
#define E1000_TXD_ORDER(length, command) ((ULONG64)(length) | (ULONG64)(command) << 24)
#define E1000_TXD_EOP                    0x01u /* end of packet (3.3.3.1) */
#define E1000_TXD_IFCS                   0x02u /* insert the CRC */
#define E1000_TXD_RS                     0x08u /* report status */
#define E1000_TXD_WHOLE_FRAME            (E1000_TXD_EOP | E1000_TXD_IFCS | E1000_TXD_RS)
#define E1000_TXD_DD                     0x01u /* done (3.3.3.2) */
#define E1000_TXD_LOST                   0x06u /* EC, LC: given up after collisions */

/* Between a descriptor's DD and what it vouches for. x86 keeps loads in order by itself. */
#ifdef _AMD64_
#define e1000_read_barrier() KeMemoryBarrierWithoutFence()
#else
#define e1000_read_barrier() KeMemoryBarrier()
#endif

#endif
