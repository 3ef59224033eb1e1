/* SPDX-License-Identifier: MIT */
/* model_e1000.c - registers, reset, interrupts and options of model:e1000. */
#include "model_e1000.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define PORT_ADDRESS 0x0u /* 13.2: the I/O window onto the registers */
#define PORT_DATA    0x4u

/* --- interrupts (13.4.17 to 13.4.22): ICR holds causes, IMS lets them reach the line --- */

static void settle_line(struct pci_model *m)
{
	struct e1000 *e = e1000_of(m);

	pci_model_set_intx(m, (*e1000_reg(e, E1000_ICR) & *e1000_reg(e, E1000_IMS)) != 0);
}

void e1000_cause(struct pci_model *m, uint32_t causes)
{
	*e1000_reg(e1000_of(m), E1000_ICR) |= causes;
	settle_line(m);
}

static void clear_causes(struct pci_model *m, uint32_t causes)
{
	*e1000_reg(e1000_of(m), E1000_ICR) &= ~causes;
	settle_line(m);
}

static void set_mask(struct pci_model *m, uint32_t mask)
{
	*e1000_reg(e1000_of(m), E1000_IMS) = mask;
	settle_line(m);
}

/* --- reset and link --- */

bool e1000_link_is_up(struct e1000 *e)
{
	return e->link && (*e1000_reg(e, E1000_CTRL) & CTRL_SLU);
}

static void settle_status(struct e1000 *e)
{
	*e1000_reg(e, E1000_STATUS) =
		STATUS_FD | STATUS_SPEED_1000 | (e1000_link_is_up(e) ? STATUS_LU : 0);
}

static void load_mac(struct e1000 *e)
{
	const uint16_t *word = e->eeprom;

	*e1000_reg(e, E1000_RAL0) = (uint32_t)word[1] << 16 | word[0];
	*e1000_reg(e, E1000_RAH0) = RAH_AV | word[2];
}

/* 14.3: software reset leaves what the EEPROM says and the power-on values. */
static void reset_registers(struct pci_model *m)
{
	struct e1000 *e = e1000_of(m);

	memset(e->regs, 0, sizeof(e->regs));
	*e1000_reg(e, E1000_CTRL) = CTRL_FD | CTRL_SPEED_1000;
	*e1000_reg(e, E1000_PBA) = 0x00100030; /* 48 KiB to receive, 16 KiB to send */
	e->frame_len = 0;
	load_mac(e);
	settle_status(e);
	settle_line(m);
}

static void reset(struct pci_model *m)
{
	e1000_phy_reset(e1000_of(m));
	reset_registers(m);
}

static void write_ctrl(struct pci_model *m, uint32_t value)
{
	struct e1000 *e = e1000_of(m);
	bool was_up = e1000_link_is_up(e);

	if (value & CTRL_RST) {
		reset_registers(m);
		return;
	}
	if (value & CTRL_PHY_RST)
		e1000_phy_reset(e);
	*e1000_reg(e, E1000_CTRL) = value & ~CTRL_PHY_RST;
	settle_status(e);
	if (e1000_link_is_up(e) != was_up)
		e1000_cause(m, E1000_ICR_LSC);
}

void pci_model_e1000_set_link(struct pci_function *fn, bool up)
{
	struct pci_model *m = pci_model_of(fn, "e1000");

	if (!m)
		return;
	pci_model_lock(m);
	if (e1000_of(m)->link != up) {
		e1000_of(m)->link = up;
		settle_status(e1000_of(m));
		e1000_cause(m, E1000_ICR_LSC);
	}
	pci_model_unlock(m);
}

/* --- registers --- */

static uint32_t read_register(struct pci_model *m, uint32_t offset)
{
	uint32_t *reg = e1000_reg(e1000_of(m), offset);
	uint32_t value = *reg;

	if (offset == E1000_ICR)
		clear_causes(m, UINT32_MAX); /* reading acknowledges */
	else if (offset >= E1000_STATS_FIRST && offset <= E1000_STATS_LAST)
		*reg = 0; /* 13.7: statistics clear when read */
	else if (offset == E1000_ICS || offset == E1000_IMC)
		value = 0; /* write-only */
	return value;
}

static void write_register(struct pci_model *m, uint32_t offset, uint32_t value)
{
	struct e1000 *e = e1000_of(m);
	uint32_t *reg = e1000_reg(e, offset);

	switch (offset) {
	case E1000_CTRL:
		write_ctrl(m, value);
		break;
	case E1000_EERD:
		*reg = e1000_eeprom_command(e, value);
		break;
	case E1000_MDIC:
		*reg = e1000_phy_command(e, value);
		break;
	case E1000_ICR:
		clear_causes(m, value);
		break;
	case E1000_ICS:
		e1000_cause(m, value);
		break;
	case E1000_IMS:
		set_mask(m, *reg | value);
		break;
	case E1000_IMC:
		set_mask(m, *e1000_reg(e, E1000_IMS) & ~value);
		break;
	case E1000_STATUS:
		break; /* read-only */
	default:
		if (offset < E1000_STATS_FIRST || offset > E1000_STATS_LAST)
			*reg = value;
		break;
	}
}

/* --- BARs: registers in memory, and through an address and a data port --- */

static bool is_register(uint64_t offset, unsigned int width)
{
	return offset / 4 < E1000_REGISTERS && width == 4 && offset % 4 == 0;
}

static uint32_t *port_address(struct e1000 *e)
{
	return &e->regs[E1000_REGISTERS - 1]; /* no register of the 82540EM is there */
}

static uint64_t port_read(struct pci_model *m, uint64_t offset)
{
	uint32_t address = *port_address(e1000_of(m));

	if (offset == PORT_ADDRESS)
		return address;
	return offset == PORT_DATA && is_register(address, 4) ? read_register(m, address) : 0;
}

static void port_write(struct pci_model *m, uint64_t offset, uint32_t value)
{
	uint32_t address = *port_address(e1000_of(m));

	if (offset == PORT_ADDRESS)
		*port_address(e1000_of(m)) = value;
	else if (offset == PORT_DATA && is_register(address, 4))
		write_register(m, address, value);
}

static uint64_t bar_read(struct pci_model *m, unsigned int bar, uint64_t offset, unsigned int width)
{
	if (bar == 1)
		return port_read(m, offset);
	return is_register(offset, width) ? read_register(m, (uint32_t)offset) : 0;
}

static void bar_write(struct pci_model *m, unsigned int bar, uint64_t offset, unsigned int width,
		      uint64_t value)
{
	if (bar == 1)
		port_write(m, offset, (uint32_t)value);
	else if (is_register(offset, width))
		write_register(m, (uint32_t)offset, (uint32_t)value);
}

/* --- options --- */

static int parse_mac(const char *text, uint8_t mac[E1000_MAC_LEN])
{
	unsigned int byte[E1000_MAC_LEN];
	char end;

	/* NOLINTNEXTLINE(cert-err34-c): two hexadecimal digits cannot overflow */
	if (sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x%c", &byte[0], &byte[1], &byte[2], &byte[3],
		   &byte[4], &byte[5], &end) != E1000_MAC_LEN)
		return -EINVAL;
	for (unsigned int i = 0; i < E1000_MAC_LEN; i++)
		mac[i] = (uint8_t)byte[i];
	return 0;
}

static int option_wire(struct e1000 *e, const char *value)
{
	bool loopback = !strcmp(value, "loopback");

	if (!loopback && strcmp(value, "none") != 0)
		return -EINVAL;
	e->loopback = loopback;
	e->wire_given = true;
	return 0;
}

static int option(struct pci_model *m, const char *key, const char *value)
{
	struct e1000 *e = e1000_of(m);

	if (!strcmp(key, "mac")) {
		e->mac_given = true;
		return parse_mac(value, e->mac);
	}
	if (!strcmp(key, "wire"))
		return option_wire(e, value);
	if (strcmp(key, "hub") != 0 || !*value || strlen(value) >= sizeof(e->hub))
		return -EINVAL;
	snprintf(e->hub, sizeof(e->hub), "%s", value);
	return 0;
}

static int start(struct pci_model *m)
{
	static const uint8_t usual_mac[E1000_MAC_LEN] = { 0x52, 0x54, 0x00, 0x12, 0x34, 0x56 };
	struct e1000 *e = e1000_of(m);

	e->model = m;
	e->link = true;
	if (!e->mac_given)
		memcpy(e->mac, usual_mac, sizeof(e->mac));
	if (!e->wire_given)
		e->loopback = !e->hub[0];
	e1000_eeprom_init(e, &m->type->id);
	e1000_hub_join(m);
	return 0;
}

const struct pci_model_type model_e1000 = {
	.name = "e1000",
	.id = { .vendor = 0x8086,
		.device = 0x100e,
		.subvendor = 0x1af4,
		.subdevice = 0x1100,
		.class_code = 0x020000,
		.revision = 0x03 },
	.bars = { { .size = 128u << 10 }, { .size = 64, .is_port = true } },
	.has_intx = true,
	.state_len = sizeof(struct e1000),
	.option = option,
	.start = start,
	.stop = e1000_hub_leave,
	.reset = reset,
	.bar_read = bar_read,
	.bar_write = bar_write,
	.after_write = e1000_send_all,
};
