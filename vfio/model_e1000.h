/* SPDX-License-Identifier: MIT */
/*
 * model_e1000.h - state of model:e1000, an 82540EM as far as a driver needs it.
 *
 * Section numbers are those of Intel's "PCI/PCI-X Family of Gigabit Ethernet Controllers Software
 * Developer's Manual" (8254x).
 */
#ifndef VFIO_MODEL_E1000_H
#define VFIO_MODEL_E1000_H

#include "model_private.h"

#define E1000_FRAME_MAX    16288u /* 3.3.3: what one packet may have in all its descriptors */
#define E1000_EEPROM_WORDS 64u
#define E1000_REGISTERS    (0x8000u / 4)
#define E1000_MAC_LEN      6u
#define E1000_HUB_NAME_LEN 32u

/* clang-format off */
enum e1000_register {           /* 13.4, byte offsets */
	E1000_CTRL = 0x0000, E1000_STATUS = 0x0008, E1000_EECD = 0x0010, E1000_EERD = 0x0014,
	E1000_CTRL_EXT = 0x0018, E1000_MDIC = 0x0020, E1000_ICR = 0x00c0, E1000_ITR = 0x00c4,
	E1000_ICS = 0x00c8, E1000_IMS = 0x00d0, E1000_IMC = 0x00d8, E1000_RCTL = 0x0100,
	E1000_TCTL = 0x0400, E1000_PBA = 0x1000, E1000_RDBAL = 0x2800, E1000_RDBAH = 0x2804,
	E1000_RDLEN = 0x2808, E1000_RDH = 0x2810, E1000_RDT = 0x2818, E1000_TDBAL = 0x3800,
	E1000_TDBAH = 0x3804, E1000_TDLEN = 0x3808, E1000_TDH = 0x3810, E1000_TDT = 0x3818,
	E1000_STATS_FIRST = 0x4000, E1000_MPC = 0x4010, E1000_GPRC = 0x4074, E1000_BPRC = 0x4078,
	E1000_MPRC = 0x407c, E1000_GPTC = 0x4080, E1000_GORCL = 0x4088, E1000_GORCH = 0x408c,
	E1000_GOTCL = 0x4090, E1000_GOTCH = 0x4094, E1000_RNBC = 0x40a0, E1000_TPR = 0x40d0,
	E1000_TPT = 0x40d4, E1000_STATS_LAST = 0x40fc, E1000_MTA = 0x5200, E1000_MTA_LAST = 0x53fc,
	E1000_RAL0 = 0x5400, E1000_RAH0 = 0x5404, E1000_RAH15 = 0x547c,
};

enum e1000_cause {              /* 13.4.17 */
	E1000_ICR_TXDW = 0x01, E1000_ICR_TXQE = 0x02, E1000_ICR_LSC = 0x04,
	E1000_ICR_RXDMT0 = 0x10, E1000_ICR_RXO = 0x40, E1000_ICR_RXT0 = 0x80,
	E1000_ICR_MDAC = 0x200,
};
/* clang-format on */

#define CTRL_FD           0x00000001u
#define CTRL_SLU          0x00000040u
#define CTRL_SPEED_1000   0x00000200u
#define CTRL_RST          0x04000000u
#define CTRL_PHY_RST      0x80000000u
#define STATUS_FD         0x00000001u
#define STATUS_LU         0x00000002u
#define STATUS_SPEED_1000 0x00000080u
#define RAH_AV            0x80000000u

struct e1000 {
	uint32_t regs[E1000_REGISTERS];
	uint16_t phy[32];
	uint16_t eeprom[E1000_EEPROM_WORDS];
	uint8_t mac[E1000_MAC_LEN];
	bool mac_given, wire_given; /* by an option */
	bool link;                  /* the wire's */
	/* sending: one thread at a time drains the ring, with the lock dropped around the wire */
	bool sending;
	bool frame_reports; /* a descriptor of the frame asked for TXDW */
	uint32_t frame_len; /* gathered so far in frame */
	uint8_t frame[E1000_FRAME_MAX];
	/* the wire; guarded by the hubs' lock where it says so */
	bool loopback;
	char hub[E1000_HUB_NAME_LEN]; /* empty: none */
	struct list hub_link;         /* guarded by the hubs' lock */
	struct pci_model *model;
	pci_model_frame_fn *sent; /* NULL: loopback or hub */
	void *sent_arg;
};

static inline struct e1000 *e1000_of(struct pci_model *m)
{
	return pci_model_state(m);
}

static inline uint32_t *e1000_reg(struct e1000 *e, uint32_t offset)
{
	return &e->regs[offset / 4];
}

/* model_e1000.c */
void e1000_cause(struct pci_model *m, uint32_t causes);
bool e1000_link_is_up(struct e1000 *e);

/* model_e1000_phy.c */
void e1000_eeprom_init(struct e1000 *e, const struct pci_id *id);
void e1000_phy_reset(struct e1000 *e);
uint32_t e1000_eeprom_command(const struct e1000 *e, uint32_t eerd);
uint32_t e1000_phy_command(struct e1000 *e, uint32_t mdic);

/* model_e1000_tx.c, model_e1000_rx.c */
bool e1000_next_frame(struct pci_model *m); /* gathers one frame; false: nothing to send */
void e1000_frame_sent(struct pci_model *m);
bool e1000_receive(struct pci_model *m, const uint8_t *frame, size_t len);

/* model_e1000_wire.c */
void e1000_hub_join(struct pci_model *m);
void e1000_hub_leave(struct pci_model *m);
void e1000_send_all(struct pci_model *m);

#endif
