/* SPDX-License-Identifier: MIT */
/* server_client.h - clients of server_fixture.h's server that may send anything, and one that is
 * right. */
#ifndef SERVER_CLIENT_H
#define SERVER_CLIENT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "raw_wire.h"
#include "server_fixture.h"

static const char *path_of(const struct server_fixture *f)
{
	return server_socket(f->server);
}

static inline UW_UNUSED int client_of(const struct server_fixture *f, uint32_t *handle)
{
	return raw_client(path_of(f), server_name(f->server), handle);
}

/* Whatever happened to others, this connection works. */
static inline UW_UNUSED void expect_alive(int fd, uint32_t handle)
{
	struct uwdf_entry e = raw_entry(UWDF_OP_CONTROL, 77, handle);
	struct raw_answer answer;

	e.code = FAKE_ECHO;
	e.in_len = e.out_len = 5;
	raw_send(fd, &e, "alive");
	raw_expect(fd, 77, UWDF_STATUS_SUCCESS, &answer);
	assert_int_equal(answer.entry.information, 5);
	assert_memory_equal(answer.payload, "alive", 5);
}

static inline UW_UNUSED struct uwdf_entry read_entry(uint64_t tag, uint32_t handle)
{
	struct uwdf_entry e = raw_entry(UWDF_OP_READ, tag, handle);

	e.out_len = 100;
	return e;
}

static inline UW_UNUSED struct uwdf_entry cancel_entry(uint64_t tag, uint32_t handle, uint64_t what)
{
	struct uwdf_entry e = raw_entry(UWDF_OP_CANCEL, tag, handle);

	e.offset = what;
	return e;
}

#define with_server(test)                                                                          \
	cmocka_unit_test_setup_teardown(test, server_fixture_setup, server_fixture_teardown)

#endif
