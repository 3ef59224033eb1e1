/* SPDX-License-Identifier: MIT */
/*
 * uwdf_edu.h - the user interface of the edu driver.
 *
 * A write puts 1 to EDU_MEMORY_BYTES bytes into the device's memory, a read gets them back, both
 * from its beginning. IOCTL_EDU_FACTORIAL: in a ULONG, out its factorial modulo 2^32.
 *
 * Usable from drivers (after wdf.h) and from clients (plain C).
 */
#ifndef UWDF_EDU_H
#define UWDF_EDU_H

/* {5B6F3A52-0C6E-4A4E-9D6B-8E1D4C0F2A11} */
#define EDU_INTERFACE_GUID_TEXT "{5b6f3a52-0c6e-4a4e-9d6b-8e1d4c0f2a11}"
#define EDU_INTERFACE_GUID_INIT                                                                    \
	{                                                                                          \
		0x5b6f3a52, 0x0c6e, 0x4a4e,                                                        \
		{                                                                                  \
			0x9d, 0x6b, 0x8e, 0x1d, 0x4c, 0x0f, 0x2a, 0x11                             \
		}                                                                                  \
	}

/* CTL_CODE(FILE_DEVICE_UNKNOWN = 0x22, 0x800, METHOD_BUFFERED, FILE_ANY_ACCESS) */
#define IOCTL_EDU_FACTORIAL ((0x22u << 16) | (0x800u << 2))

/* The device has 4096, but QEMU before 9 ends itself when a transfer touches the last one. */
#define EDU_MEMORY_BYTES 4095u

#endif
