/* SPDX-License-Identifier: MIT */
/*
 * socket_commands.h - an input of socket_fuzz: each command begins with a byte whose low three bits
 * say which, the next two which client.
 */
#ifndef SOCKET_COMMANDS_H
#define SOCKET_COMMANDS_H

enum socket_command {
	COMMAND_ENTRY, /* opcode, tag, handle, code, in_len (2), out_len (2), offset, flags, payload
			*/
	COMMAND_RAW,   /* length (2), a datagram */
	COMMAND_CONNECT, /* uid */
	COMMAND_DISCONNECT,
	COMMAND_BLOCK, /* it reads no more */
	COMMAND_UNBLOCK,
	COMMAND_DEVICE, /* what the device does */
	COMMAND_HOST,   /* what the host does */
};
#define ENTRY_CUT           0x80 /* of the opcode: a byte more says how much the datagram lacks */
#define HANDLE_NONE         0xff /* else one of the last eight that it was given, or a number */
#define COMMAND_NO_MESSAGES 0x20 /* what was posted stays posted for a while */

#endif
