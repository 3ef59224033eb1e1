/* SPDX-License-Identifier: MIT */
/* socket_seeds DIR: inputs for socket_fuzz to begin with, one a thing that clients do. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "socket_commands.h"
#include "uwdf/wire.h"

static uint8_t seed[4096];
static size_t seed_len;

static void put(uint64_t value, size_t bytes)
{
	memcpy(seed + seed_len, &value, bytes);
	seed_len += bytes;
}

static void entry(unsigned int client, uint16_t opcode, uint8_t tag, uint8_t handle)
{
	put(COMMAND_ENTRY | client << 3, 1);
	put(opcode, 1);
	put(tag, 1);
	put(handle, 1);
}

static void rest(uint8_t code, uint16_t in_len, uint16_t out_len, uint8_t offset, uint8_t flags)
{
	put(code, 1);
	put(in_len, 2);
	put(out_len, 2);
	put(offset, 1);
	put(flags, 1);
}

static void payload(const char *text)
{
	memcpy(seed + seed_len, text, strlen(text));
	seed_len += strlen(text);
}

static void connect_client(unsigned int client, uint8_t uid)
{
	put(COMMAND_CONNECT | client << 3, 1);
	put(uid, 1);
	entry(client, UWDF_OP_HELLO, 1, HANDLE_NONE);
	rest(0, 0, 63, 0, 0);
}

static void open_device(unsigned int client)
{
	entry(client, UWDF_OP_OPEN, 2, HANDLE_NONE);
	rest(0, 4, 0, 0, 0);
	payload("fuzz");
}

static void control(unsigned int client, uint8_t tag, uint8_t code)
{
	entry(client, UWDF_OP_CONTROL, tag, 0);
	rest(code, 8, 64, 0, 0);
	payload("question");
}

static int save(const char *dir, const char *name)
{
	char path[512];
	size_t put_bytes;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "wb");
	if (!file)
		return -1;
	put_bytes = fwrite(seed, 1, seed_len, file);
	if (fclose(file) || put_bytes != seed_len)
		return -1;
	seed_len = 0;
	return 0;
}

static void begin(void)
{
	connect_client(0, 0);
	open_device(0);
}

static int save_requests(const char *dir)
{
	begin();
	control(0, 3, 4);
	control(0, 4, 0);
	entry(0, UWDF_OP_READ, 5, 0);
	rest(0, 0, 100, 0, 0);
	entry(0, UWDF_OP_CANCEL, 6, 0);
	rest(0, 0, 0, 5, 0);
	put(COMMAND_DEVICE, 1);
	put(0, 4);
	entry(0, UWDF_OP_CLOSE, 7, 0);
	rest(0, 0, 0, 0, 0);
	return save(dir, "requests");
}

/* METHOD_IN_DIRECT: the last bytes of the payload are the second buffer. */
static int save_out_data(const char *dir)
{
	begin();
	entry(0, UWDF_OP_CONTROL, 3, 0);
	rest(1, 8, 4, 0, UWDF_FLAG_OUT_DATA);
	payload("inputout");
	entry(0, UWDF_OP_WRITE, 4, 0);
	rest(0, 5, 0, 9, 0);
	payload("write");
	put(COMMAND_DEVICE, 1);
	put(0, 4);
	return save(dir, "out-data");
}

static int save_names(const char *dir)
{
	connect_client(0, 0);
	entry(0, UWDF_OP_OPEN, 2, HANDLE_NONE);
	rest(0, 20, 0, 0, UWDF_FLAG_OPEN_GUID);
	payload("0123456789abcde");
	put(0, 1);
	payload("\\ref");
	entry(0, UWDF_OP_OPEN, 3, HANDLE_NONE);
	rest(0, 9, 0, 0, 0);
	payload("fuzz\\path");
	return save(dir, "names");
}

static int save_slow_reader(const char *dir)
{
	begin();
	put(COMMAND_BLOCK, 1);
	for (uint8_t tag = 3; tag < 9; tag++)
		control(0, tag, 4);
	put(COMMAND_UNBLOCK, 1);
	put(COMMAND_BLOCK, 1);
	control(0, 9, 4);
	put(COMMAND_DISCONNECT, 1);
	return save(dir, "slow-reader");
}

static int save_stop(const char *dir)
{
	begin();
	entry(0, UWDF_OP_NOTIFY, 3, HANDLE_NONE);
	rest(1, 0, 0, 0, 0);
	connect_client(1, 0);
	entry(1, UWDF_OP_STOP, 4, HANDLE_NONE);
	rest(0, 0, 0, 0, UWDF_FLAG_IF_UNUSED);
	for (uint8_t what = 0; what < 6; what++) {
		put(COMMAND_HOST, 1);
		put(what, 1);
	}
	return save(dir, "stop");
}

static int save_quota(const char *dir)
{
	for (unsigned int client = 0; client < 4; client++)
		connect_client(client, 2);
	for (unsigned int i = 0; i < 8; i++)
		open_device(i & 1);
	for (uint8_t tag = 10; tag < 24; tag++)
		control(0, tag, 8);
	entry(1, UWDF_OP_STATUS, 30, HANDLE_NONE);
	rest(0, 0, 1000, 0, 0);
	return save(dir, "quota");
}

static int save_removal(const char *dir)
{
	put(COMMAND_DEVICE, 1);
	put(0x41, 1);
	begin();
	put(COMMAND_DEVICE, 1);
	put(0x80, 1);
	control(0, 3, 8);
	put(COMMAND_HOST | COMMAND_NO_MESSAGES, 1);
	put(5, 1);
	control(0, 4, 4);
	put(COMMAND_DEVICE, 1);
	put(0x80, 1);
	return save(dir, "removal");
}

static int save_garbage(const char *dir)
{
	const struct uwdf_entry e = { .magic = UWDF_WIRE_MAGIC,
				      .version = UWDF_WIRE_VERSION,
				      .opcode = UWDF_OP_HELLO,
				      .tag = 1 };

	put(COMMAND_CONNECT, 1);
	put(0, 1);
	put(COMMAND_RAW, 1);
	put(sizeof(e), 2);
	memcpy(seed + seed_len, &e, sizeof(e));
	seed_len += sizeof(e);
	put(COMMAND_RAW, 1);
	put(20, 2);
	payload("twenty bytes of rest");
	return save(dir, "garbage");
}

int main(int argc, char **argv)
{
	const char *dir = argv[1];

	if (argc != 2) {
		fprintf(stderr, "usage: socket_seeds DIR\n");
		return 2;
	}
	if (save_requests(dir) || save_out_data(dir) || save_names(dir) || save_slow_reader(dir) ||
	    save_stop(dir) || save_quota(dir) || save_removal(dir) || save_garbage(dir)) {
		perror(dir);
		return 1;
	}
	return 0;
}
