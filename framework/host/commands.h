/* SPDX-License-Identifier: MIT */
/* commands.h - the subcommands of uwdf, one file each. */
#ifndef HOST_COMMANDS_H
#define HOST_COMMANDS_H

#include "options.h"

extern const struct command command_list, command_bind, command_unbind, command_run,
	command_devices, command_stop, command_unload, command_net, command_reg, command_version;

#endif
