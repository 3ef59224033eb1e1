/* SPDX-License-Identifier: MIT */
/*
 * remote_fixture.h - name_fixture.h with the device in another host: the same two devices of this
 * process, but the one with the names is hidden from the other's targets and served on a socket, as
 * a host's are, in a runtime directory of the test's own.
 */
#ifndef REMOTE_FIXTURE_H
#define REMOTE_FIXTURE_H

#include "name_fixture.h"

struct server;

extern struct server *remote_server; /* NULL: it is not served */
extern char remote_dir[64];          /* the runtime directory */

/* Set-up and teardown; named_up() and the rest is name_fixture.h's. */
int remote_setup(void **state);
int remote_teardown(void **state);
/* As the program does it: clients leave, the device is removed, the server goes. */
void remote_remove(void);
/* Those who have it open are asked and given @let_go_ms, then the driver. @return as
 * uwdf_device_query_remove(); a refusal was told. */
int remote_query_remove(unsigned int let_go_ms);
/* Without a word: as if its process were killed. The device is still there. */
void remote_kill(void);

#endif
