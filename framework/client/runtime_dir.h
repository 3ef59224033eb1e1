/* SPDX-License-Identifier: MIT */
/* runtime_dir.h - the directory that holds the hosts' sockets, and who may own it. */
#ifndef CLIENT_RUNTIME_DIR_H
#define CLIENT_RUNTIME_DIR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/report.h"

#define RUNTIME_SOCKET_SUFFIX ".sock"

/* For clients: where to look. -ENOENT nobody made it yet; -EACCES others could put sockets there.
 */
int runtime_dir_check(struct report *rep, char *buf, size_t len) UW_MUST_CHECK;
/* For hosts: the same, made if it is missing (0700; 0755 for root's /run/uwdf). */
int runtime_dir_prepare(struct report *rep, char *buf, size_t len) UW_MUST_CHECK;
/* Letters, digits and . _ - +, at most 63, not starting with a dot or dash. */
bool runtime_name_valid(const char *name);
/* DIR/NAME.sock; -ENAMETOOLONG when a socket address cannot hold it. */
int runtime_socket_path(const char *dir, const char *name, char *buf, size_t len) UW_MUST_CHECK;

#endif
