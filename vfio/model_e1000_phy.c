/* SPDX-License-Identifier: MIT */
/* model_e1000_phy.c - the EEPROM (5) and the transceiver behind MDIC (13.4.6). */
#include <string.h>

#include "model_e1000.h"

#define EEPROM_SUBDEVICE    0x0bu
#define EEPROM_SUBVENDOR    0x0cu
#define EEPROM_DEVICE       0x0du
#define EEPROM_VENDOR       0x0eu
#define EEPROM_CHECKSUM     0x3fu
#define EEPROM_CHECKSUM_SUM 0xbabau /* 5.6.35: all words together */

#define EERD_START 0x01u
#define EERD_DONE  0x10u

#define MDIC_OP_WRITE 1u
#define MDIC_OP_READ  2u
#define MDIC_READY    0x10000000u
#define MDIC_ERROR    0x40000000u
#define PHY_ADDRESS   1u

#define PHY_CONTROL_RESET 0x8000u

void e1000_eeprom_init(struct e1000 *e, const struct pci_id *id)
{
	uint16_t sum = 0;

	for (unsigned int i = 0; i < 3; i++)
		e->eeprom[i] = (uint16_t)(e->mac[2 * i] | e->mac[2 * i + 1] << 8);
	e->eeprom[EEPROM_SUBDEVICE] = id->subdevice;
	e->eeprom[EEPROM_SUBVENDOR] = id->subvendor;
	e->eeprom[EEPROM_DEVICE] = id->device;
	e->eeprom[EEPROM_VENDOR] = id->vendor;
	for (unsigned int i = 0; i < EEPROM_CHECKSUM; i++)
		sum = (uint16_t)(sum + e->eeprom[i]);
	e->eeprom[EEPROM_CHECKSUM] = (uint16_t)(EEPROM_CHECKSUM_SUM - sum);
}

/* 13.4.4: start with an address, done with the data. */
uint32_t e1000_eeprom_command(const struct e1000 *e, uint32_t eerd)
{
	uint32_t address = eerd >> 8 & 0xff;
	uint32_t data = address < E1000_EEPROM_WORDS ? e->eeprom[address] : 0xffff;

	if (!(eerd & EERD_START))
		return eerd & ~EERD_DONE;
	return data << 16 | address << 8 | EERD_DONE;
}

void e1000_phy_reset(struct e1000 *e)
{
	static const uint16_t after_reset[32] = {
		[0] = 0x1140, /* autonegotiation, 1000 Mb/s, full duplex */
		[1] = 0x796d, /* link up, autonegotiation complete */
		[2] = 0x0141, /* Marvell 88E1011 */
		[3] = 0x0c20,  [4] = 0x0de1,  [5] = 0x01e0,
		[9] = 0x0e00,  [10] = 0x3c00, /* both receivers fine, partner does 1000 Mb/s */
		[17] = 0xac08,                /* 1000 Mb/s, full duplex, resolved, link */
	};

	memcpy(e->phy, after_reset, sizeof(e->phy));
}

static uint16_t phy_read(struct e1000 *e, unsigned int reg)
{
	uint16_t value = e->phy[reg];

	if (reg == 1 && !e->link)
		value &= (uint16_t)~0x0024u; /* no link, negotiation not complete */
	if (reg == 17 && !e->link)
		value &= (uint16_t)~0x0400u;
	return value;
}

static void phy_write(struct e1000 *e, unsigned int reg, uint16_t value)
{
	if (reg == 0 && (value & PHY_CONTROL_RESET))
		e1000_phy_reset(e);
	else if (reg != 1 && reg != 2 && reg != 3 && reg != 17) /* read-only */
		e->phy[reg] = value;
}

uint32_t e1000_phy_command(struct e1000 *e, uint32_t mdic)
{
	unsigned int reg = mdic >> 16 & 0x1f;
	unsigned int op = mdic >> 26 & 0x3;

	if ((mdic >> 21 & 0x1f) != PHY_ADDRESS)
		return mdic | MDIC_READY | MDIC_ERROR;
	if (op == MDIC_OP_WRITE)
		phy_write(e, reg, (uint16_t)mdic);
	else if (op == MDIC_OP_READ)
		mdic = (mdic & 0xffff0000u) | phy_read(e, reg);
	else
		mdic |= MDIC_ERROR;
	return mdic | MDIC_READY;
}
