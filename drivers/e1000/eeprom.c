/* SPDX-License-Identifier: MIT */
/*
 * eeprom.c - the permanent Ethernet address.
 *
 * The EEPROM holds it in words 00h to 02h (5.6.1), and the controller loads it from there into the
 * first receive address at reset (13.5.2). The EEPROM is asked first, because the receive address
 * may have been changed since; where it does not answer or its checksum is wrong, the receive
 * address has to do.
 */
#include "e1000.h"

#define EERD_POLLS   1000u
#define EERD_POLL_US 5u

/* Software access through EERD, 5.3.1. */
static BOOLEAN read_word(struct e1000 *nic, ULONG word, USHORT *out)
{
	e1000_write(nic, E1000_EERD, E1000_EERD_ADDR(word) | E1000_EERD_START);
	for (ULONG i = 0; i < EERD_POLLS; i++) {
		ULONG eerd = e1000_read(nic, E1000_EERD);

		if (eerd == ~0u)
			return FALSE;
		if (eerd & E1000_EERD_DONE) {
			*out = E1000_EERD_DATA(eerd);
			return TRUE;
		}
		KeStallExecutionProcessor(EERD_POLL_US);
	}
	return FALSE;
}

static BOOLEAN address_from_eeprom(struct e1000 *nic, UCHAR address[6])
{
	USHORT sum = 0, value;

	for (ULONG word = 0; word < E1000_EEPROM_WORDS; word++) {
		if (!read_word(nic, word, &value))
			return FALSE;
		sum = (USHORT)(sum + value);
		if (word < 3) {
			address[2 * word] = (UCHAR)value;
			address[2 * word + 1] = (UCHAR)(value >> 8);
		}
	}
	return sum == E1000_EEPROM_SUM;
}

static void address_from_filter(struct e1000 *nic, UCHAR address[6])
{
	ULONG low = e1000_read(nic, E1000_RAL0), high = e1000_read(nic, E1000_RAH0);

	for (ULONG i = 0; i < 4; i++)
		address[i] = (UCHAR)(low >> (8 * i));
	for (ULONG i = 0; i < 2; i++)
		address[4 + i] = (UCHAR)(high >> (8 * i));
}

/* An address of a station: not a group address, not zero. All ones (no NIC) is a group address. */
BOOLEAN e1000_is_station(const UCHAR address[6])
{
	UCHAR any = 0;

	for (ULONG i = 0; i < 6; i++)
		any |= address[i];
	return any && !(address[0] & 1);
}

NTSTATUS e1000_read_address(struct e1000 *nic)
{
	UCHAR address[6];

	if (!address_from_eeprom(nic, address) || !e1000_is_station(address))
		address_from_filter(nic, address);
	if (!e1000_is_station(address))
		return STATUS_DEVICE_CONFIGURATION_ERROR;
	RtlCopyMemory(nic->permanent_address, address, sizeof(address));
	if (!e1000_is_station(
		    nic->current_address)) /* keep what a client set before a power-down */
		RtlCopyMemory(nic->current_address, address, sizeof(address));
	return STATUS_SUCCESS;
}
