/* SPDX-License-Identifier: MIT */
/*
 * uwdf_nonpnp.h - the user interface of the nonpnp driver: one control code for each way in which a
 * program's memory reaches a driver.
 *
 * Usable from drivers (after wdf.h) and from clients (plain C).
 */
#ifndef UWDF_NONPNP_H
#define UWDF_NONPNP_H

#define NONPNP_NAME "Nonpnp" /* what clients open */

/* CTL_CODE(FILE_DEVICE_UNKNOWN = 0x22, 0x800 + n, method, FILE_ANY_ACCESS) */
#define NONPNP_CODE(n, method) ((0x22u << 16) | ((0x800u + (n)) << 2) | (method))

/* In: text. Out: the same in capital letters, in the same buffer. */
#define IOCTL_NONPNP_BUFFERED NONPNP_CODE(0, 0u)
/* In: nothing. The second buffer: text, which the handle remembers instead of what it had. */
#define IOCTL_NONPNP_IN_DIRECT NONPNP_CODE(1, 1u)
/* In: nothing. The second buffer gets what the handle remembers. */
#define IOCTL_NONPNP_OUT_DIRECT NONPNP_CODE(2, 2u)
/* As IOCTL_NONPNP_BUFFERED, with two buffers that the driver reaches itself. */
#define IOCTL_NONPNP_NEITHER NONPNP_CODE(3, 3u)

#define NONPNP_TEXT_BYTES 4096u /* the longest text */

#endif
