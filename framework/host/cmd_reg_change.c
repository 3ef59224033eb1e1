/* SPDX-License-Identifier: MIT */
/* cmd_reg_change.c - uwdf reg set, delete, import, export; and check, which asks whether all is
 * well. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/sys.h"
#include "cmd_reg.h"
#include "reg_export.h"
#include "reg_file.h"
#include "reg_value.h"

#define FILE_MAX (256u << 20)

/* --- set --- */

/* --type, else what the value is now, else by its looks. */
static int type_of(struct reg *reg, const char *name, ULONG *out)
{
	const char *text = option_value(reg->args, "type");
	struct registry_value now, number;
	registry_key key;
	char *path;
	int err;

	if (text) {
		if (reg_type_parse(text, out))
			return 0;
		report_say(&reg->rep, "%s: no type of a value: %s", reg->args->command->name, text);
		report_hint(&reg->rep, "types are sz, expand_sz, multi_sz, dword, qword, binary, "
				       "none, or a number");
		return reg_misused(reg);
	}
	*out = REG_SZ;
	if (reg->args->operand_count == 4 &&
	    !reg_value_parse(REG_DWORD, &reg->args->operands[3], 1, &number)) {
		registry_value_free(&number);
		*out = REG_DWORD;
	}
	err = reg_path_of(reg, reg_operand(reg, 1), &path);
	if (err)
		return err;
	if (NT_SUCCESS(registry_find(reg->r, REGISTRY_ROOT, path, &key)) &&
	    NT_SUCCESS(registry_get_named(reg->r, key, name, &now))) {
		*out = now.type;
		registry_value_free(&now);
	}
	mem_free(path);
	return 0;
}

static NTSTATUS set_in(struct registry *r, const char *path, const char *name,
		       const struct registry_value *value)
{
	const struct registry_make_params params = {
		.from = REGISTRY_ROOT,
		.path = path,
		.parents = true,
	};
	NTSTATUS status = registry_begin(r);
	registry_key key;
	bool made;

	if (!NT_SUCCESS(status))
		return status;
	status = registry_make(r, &params, &key, &made);
	if (NT_SUCCESS(status))
		status = registry_set_named(r, key, name, value);
	if (NT_SUCCESS(status))
		return registry_commit(r);
	registry_rollback(r);
	return status;
}

static int set_value(struct reg *reg, const char *name, const struct registry_value *value)
{
	struct jtext *object;
	NTSTATUS status;
	char *path;
	int err = reg_path_of(reg, reg_operand(reg, 1), &path);

	if (err)
		return err;
	status = set_in(reg->r, path, name, value);
	mem_free(path);
	if (!NT_SUCCESS(status))
		return reg_failed(reg, status, reg_operand(reg, 1));
	if (!reg_asked(reg, "json"))
		return 0;
	object = jtext_object();
	jtext_set_text(object, "key", reg_operand(reg, 1));
	jtext_set_text(object, "name", name);
	reg_value_json(object, value);
	return reg_finish(reg, object, "");
}

int reg_run_set(struct reg *reg)
{
	const char *name = reg_operand(reg, 2);
	struct registry_value value;
	char type_text[24];
	ULONG type;
	int err = type_of(reg, name, &type);

	if (err)
		return err;
	err = reg_value_parse(type, &reg->args->operands[3], reg->args->operand_count - 3, &value);
	if (err == -EINVAL) {
		report_say(&reg->rep, "%s: that is no %s", reg->args->command->name,
			   reg_type_name(type, type_text, sizeof(type_text)));
		report_hint(&reg->rep, "uwdf reg --help");
		return reg_misused(reg);
	}
	if (err)
		return err;
	err = set_value(reg, name, &value);
	registry_value_free(&value);
	return err;
}

/* --- delete --- */

static int delete_value(struct reg *reg, registry_key key, const char *name)
{
	NTSTATUS status = registry_unset_named(reg->r, key, name);

	if (status == STATUS_OBJECT_NAME_NOT_FOUND)
		return reg_no_such(reg, "value", name[0] ? name : "(default)", reg_operand(reg, 1));
	return NT_SUCCESS(status) ? 0 : reg_failed(reg, status, reg_operand(reg, 1));
}

int reg_run_delete(struct reg *reg)
{
	struct jtext *object;
	registry_key key;
	NTSTATUS status;
	int err = reg_find_key(reg, reg_operand(reg, 1), &key);

	if (err)
		return err;
	if (reg_operand(reg, 2)) {
		err = delete_value(reg, key, reg_operand(reg, 2));
	} else {
		status = registry_remove(reg->r, key, reg_asked(reg, "recursive"));
		err = NT_SUCCESS(status) ? 0 : reg_failed(reg, status, reg_operand(reg, 1));
	}
	if (err || !reg_asked(reg, "json"))
		return err;
	object = jtext_object();
	jtext_set_text(object, "key", reg_operand(reg, 1));
	if (reg_operand(reg, 2))
		jtext_set_text(object, "name", reg_operand(reg, 2));
	jtext_set_bool(object, "deleted", true);
	return reg_finish(reg, object, "");
}

/* --- import --- */

/* With a zero behind it; "-": standard input. */
static int read_whole(int fd, char **out, size_t *out_len)
{
	size_t len = 0, room = 65536;
	char *text = mem_alloc(room + 1), *more;
	ssize_t got = 1;

	while (text && got > 0 && len < FILE_MAX) {
		if (len == room) {
			room *= 2;
			more = mem_realloc(text, room + 1);
			if (!more)
				break;
			text = more;
		}
		got = sys_read(fd, text + len, room - len);
		len += got > 0 ? (size_t)got : 0;
	}
	if (!text || got) {
		mem_free(text);
		return got < 0 ? (int)got : len >= FILE_MAX ? -EFBIG : -ENOMEM;
	}
	text[len] = '\0';
	*out = text;
	*out_len = len;
	return 0;
}

static int apply(struct reg *reg, const char *name, char *text, size_t len,
		 struct reg_file_counts *counts)
{
	NTSTATUS status = registry_begin(reg->r);
	int err;

	if (!NT_SUCCESS(status))
		return reg_failed(reg, status, name);
	err = reg_file_apply(reg->r, name, text, len, &reg->rep, counts);
	if (err) {
		registry_rollback(reg->r);
		if (!reg->rep.text[0])
			report_fail(&reg->rep, err, "importing %s", name);
		return err;
	}
	status = registry_commit(reg->r);
	return NT_SUCCESS(status) ? 0 : reg_failed(reg, status, name);
}

static int import(struct reg *reg, const char *name, char *text, size_t len)
{
	struct reg_file_counts counts = { 0 };
	struct jtext *object;
	char line[160];
	int err = apply(reg, name, text, len, &counts);

	if (err)
		return err;
	snprintf(line, sizeof(line), "keys made: %llu, values set: %llu, removed: %llu",
		 (unsigned long long)counts.keys, (unsigned long long)counts.values,
		 (unsigned long long)counts.removed);
	object = jtext_object();
	jtext_set_text(object, "file", name);
	jtext_set_number(object, "keys", counts.keys);
	jtext_set_number(object, "values", counts.values);
	jtext_set_number(object, "removed", counts.removed);
	return reg_finish(reg, object, line);
}

int reg_run_import(struct reg *reg)
{
	const char *name = reg_operand(reg, 1);
	bool is_stdin = !strcmp(name, "-");
	int fd = is_stdin ? 0 : sys_open(name, O_RDONLY | O_CLOEXEC, 0);
	char *text = NULL;
	size_t len = 0;
	int err;

	if (fd < 0)
		return report_fail(&reg->rep, fd, "opening %s", name);
	err = read_whole(fd, &text, &len);
	if (!is_stdin)
		sys_close(fd);
	if (err)
		return report_fail(&reg->rep, err, "reading %s", name);
	err = import(reg, name, text, len);
	mem_free(text);
	return err;
}

/* --- export --- */

static int write_whole(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t put = sys_write(fd, bytes, len);

		if (put <= 0)
			return put ? (int)put : -EIO;
		bytes += put;
		len -= (size_t)put;
	}
	return 0;
}

static int write_export(struct reg *reg, const char *name, const struct reg_export_text *text)
{
	int fd, err;

	if (!name)
		return write_whole(1, text->bytes, text->len);
	fd = sys_open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return report_fail(&reg->rep, fd, "opening %s", name);
	err = write_whole(fd, text->bytes, text->len);
	sys_close(fd);
	return err ? report_fail(&reg->rep, err, "writing %s", name) : 0;
}

static int tell_exported(struct reg *reg, const char *name, const struct reg_export_text *text)
{
	struct jtext *object;
	char line[96];

	if (!name)
		return 0;
	(void)snprintf(line, sizeof(line), "keys: %llu, values: %llu",
		       (unsigned long long)text->keys, (unsigned long long)text->values);
	object = jtext_object();
	jtext_set_text(object, "file", name);
	jtext_set_number(object, "keys", text->keys);
	jtext_set_number(object, "values", text->values);
	return reg_finish(reg, object, line);
}

static int export_key(struct reg *reg, registry_key key, const char *path)
{
	const struct reg_export_params params = {
		.key = key,
		.path = path,
		.utf16 = reg_asked(reg, "utf16"),
	};
	const char *name = reg_operand(reg, 2); /* NULL: standard output */
	struct reg_export_text text;
	int err = reg_export(reg->r, &params, &reg->rep, &text);

	if (name && !strcmp(name, "-"))
		name = NULL;
	if (err)
		return err;
	err = write_export(reg, name, &text);
	if (!err)
		err = tell_exported(reg, name, &text);
	mem_free(text.bytes);
	return err;
}

int reg_run_export(struct reg *reg)
{
	registry_key key;
	char *path;
	int err = reg_find_key(reg, reg_operand(reg, 1), &key);

	if (!err)
		err = reg_path_of(reg, reg_operand(reg, 1), &path);
	if (err)
		return err;
	err = export_key(reg, key, path);
	mem_free(path);
	return err;
}

/* --- check --- */

int reg_run_check(struct reg *reg)
{
	struct jtext *object;
	NTSTATUS status = reg->r ? registry_check(reg->r, &reg->rep) : STATUS_SUCCESS;

	if (!NT_SUCCESS(status)) {
		report_hint(&reg->rep,
			    "move the file away; sqlite3 FILE .recover saves what it can");
		return reg->rep.text[0] ? -EIO : reg_failed(reg, status, "");
	}
	object = jtext_object();
	jtext_set_bool(object, "sound", true);
	return reg_finish(reg, object,
			  reg->r ? "the registry is sound" : "there is no registry yet");
}
