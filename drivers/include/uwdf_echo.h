/* SPDX-License-Identifier: MIT */
/*
 * uwdf_echo.h - the user interface of the echo driver.
 *
 * A write of up to ECHO_MOST_BYTES bytes is kept instead of what was kept before. A read gets them
 * from the beginning, as many as fit, when the delay has passed; it can be cancelled until then.
 *
 * Usable from drivers (after wdf.h) and from clients (plain C).
 */
#ifndef UWDF_ECHO_H
#define UWDF_ECHO_H

/* {6C1D8B0E-52F7-4E0B-9E43-0F1B7A6D2C55} */
#define ECHO_INTERFACE_GUID_TEXT "{6c1d8b0e-52f7-4e0b-9e43-0f1b7a6d2c55}"
#define ECHO_INTERFACE_GUID_INIT                                                                   \
	{                                                                                          \
		0x6c1d8b0e, 0x52f7, 0x4e0b,                                                        \
		{                                                                                  \
			0x9e, 0x43, 0x0f, 0x1b, 0x7a, 0x6d, 0x2c, 0x55                             \
		}                                                                                  \
	}

/*
 * In: a ULONG, the delay of the reads that come after it in milliseconds, up to ECHO_MOST_DELAY_MS.
 * CTL_CODE(FILE_DEVICE_UNKNOWN = 0x22, 0x800, METHOD_BUFFERED, FILE_ANY_ACCESS)
 */
#define IOCTL_ECHO_SET_DELAY ((0x22u << 16) | (0x800u << 2))

#define ECHO_MOST_BYTES    131072u /* one request of a node in /dev, for who writes more */
#define ECHO_DELAY_MS      100u    /* until it is set */
#define ECHO_MOST_DELAY_MS 3600000u

#endif
