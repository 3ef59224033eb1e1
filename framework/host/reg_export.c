/* SPDX-License-Identifier: MIT */
#include "reg_export.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "support/registry_name.h"

#define LINE_MAX_LEN 78u /* where lines of hexadecimal digits are broken */

struct writer {
	struct registry *r;
	struct report *rep;
	struct reg_export_text *out;
	const char *newline;
	size_t room;
	int err; /* sticky: nothing is added any more */
};

/* --- text that grows --- */

static void add(struct writer *w, const char *text, size_t len)
{
	struct reg_export_text *out = w->out;

	if (w->err)
		return;
	if (w->room - out->len <= len) {
		size_t room = (w->room + len) * 2 + 1024;
		char *more = mem_realloc(out->bytes, room);

		if (!more) {
			w->err = -ENOMEM;
			return;
		}
		out->bytes = more;
		w->room = room;
	}
	memcpy(out->bytes + out->len, text, len);
	out->len += len;
	out->bytes[out->len] = '\0';
}

static void add_text(struct writer *w, const char *text)
{
	add(w, text, strlen(text));
}

static void add_quoted(struct writer *w, const char *text)
{
	add_text(w, "\"");
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			add_text(w, "\\");
		add(w, text, 1);
	}
	add_text(w, "\"");
}

/* What a line can hold, and what an import takes back as it was. */
static bool fits_a_line(const char *text)
{
	return registry_is_utf8(text, strlen(text)) && !strpbrk(text, "\r\n");
}

UW_COLD static void refuse(struct writer *w, const char *what, const char *name)
{
	w->err = -EINVAL;
	report_say(w->rep, "exporting: the %s %s has a character that no line of a file can hold",
		   what, name);
	report_hint(w->rep, "export the keys beside it one by one");
}

static void of_registry(struct writer *w, NTSTATUS status)
{
	if (NT_SUCCESS(status) || w->err)
		return;
	w->err = status == STATUS_INSUFFICIENT_RESOURCES ? -ENOMEM : -EIO;
	if (w->err == -EIO)
		report_say(w->rep, "exporting: the registry: %s", registry_trouble(w->r));
}

/* --- values --- */

/* Its text, if it is one that a line can hold and that ends with the only zero; owned. */
static char *plain_text(const struct registry_value *value)
{
	const WCHAR *units = value->data;
	size_t count = value->len / sizeof(*units), len = 0;
	char *text;

	if (value->type != REG_SZ || value->len % sizeof(*units) || !count)
		return NULL;
	while (len < count && units[len])
		len++;
	text = len == count - 1 ? registry_utf8(units, len) : NULL;
	if (text && !fits_a_line(text)) {
		mem_free(text);
		text = NULL;
	}
	return text;
}

static void add_hex(struct writer *w, const struct registry_value *value, size_t column)
{
	const uint8_t *bytes = value->data;
	char text[16];

	if (value->type == REG_BINARY)
		(void)snprintf(text, sizeof(text), "hex:");
	else
		(void)snprintf(text, sizeof(text), "hex(%x):", value->type);
	add_text(w, text);
	column += strlen(text);
	for (ULONG i = 0; i < value->len; i++) {
		(void)snprintf(text, sizeof(text), "%02x%s", bytes[i],
			       i + 1 < value->len ? "," : "");
		add_text(w, text);
		column += 3;
		if (column < LINE_MAX_LEN || i + 1 == value->len)
			continue;
		add_text(w, "\\");
		add_text(w, w->newline);
		add_text(w, "  ");
		column = 2;
	}
}

static void add_data(struct writer *w, const struct registry_value *value, size_t column)
{
	char *text = plain_text(value), number[16];
	uint32_t dword;

	if (text) {
		add_quoted(w, text);
	} else if (value->type == REG_DWORD && value->len == sizeof(dword)) {
		memcpy(&dword, value->data, sizeof(dword));
		(void)snprintf(number, sizeof(number), "dword:%08x", dword);
		add_text(w, number);
	} else {
		add_hex(w, value, column);
	}
	mem_free(text);
}

static NTSTATUS add_value(void *arg, const char *name, const struct registry_value *value)
{
	struct writer *w = arg;

	if (!fits_a_line(name))
		refuse(w, "value", name);
	if (name[0])
		add_quoted(w, name);
	else
		add_text(w, "@");
	add_text(w, "=");
	add_data(w, value, strlen(name) + 3);
	add_text(w, w->newline);
	w->out->values++;
	return w->err ? STATUS_CANCELLED : STATUS_SUCCESS;
}

/* --- keys --- */

/* Subkeys are noted first: the registry is not asked anything while it lists. */
struct subkey {
	struct subkey *next;
	registry_key key;
	char name[];
};

struct subkeys {
	struct writer *w;
	struct subkey *first, **last;
};

static NTSTATUS note_subkey(void *arg, registry_key key, const char *name, bool is_volatile)
{
	struct subkeys *all = arg;
	size_t len = strlen(name) + 1;
	struct subkey *sub = mem_alloc(sizeof(*sub) + len);

	(void)is_volatile;
	if (!sub)
		return STATUS_INSUFFICIENT_RESOURCES;
	sub->next = NULL;
	sub->key = key;
	memcpy(sub->name, name, len);
	*all->last = sub;
	all->last = &sub->next;
	return STATUS_SUCCESS;
}

/* As Windows calls its two roots; what else there is as it stands. */
static void add_path(struct writer *w, const char *path)
{
	static const char *const roots[][2] = {
		{ "\\Machine", "HKEY_LOCAL_MACHINE" },
		{ "\\User", "HKEY_USERS" },
	};

	for (size_t i = 0; i < UW_ARRAY_SIZE(roots); i++) {
		size_t len = strlen(roots[i][0]);

		if (strncasecmp(path, roots[i][0], len) != 0 || (path[len] && path[len] != '\\'))
			continue;
		add_text(w, roots[i][1]);
		return add_text(w, path + len);
	}
	add_text(w, "\\Registry");
	add_text(w, path);
}

static void add_heading(struct writer *w, const char *path)
{
	if (!fits_a_line(path))
		refuse(w, "key", path);
	add_text(w, w->newline);
	add_text(w, "[");
	add_path(w, path);
	add_text(w, "]");
	add_text(w, w->newline);
	w->out->keys++;
}

static void add_tree(struct writer *w, registry_key key, const char *path);

/* They are freed on the way. */
static void add_subkeys(struct writer *w, struct subkey *first, const char *path)
{
	for (struct subkey *sub = first, *next; sub; sub = next) {
		char *below = w->err ? NULL : mem_asprintf("%s\\%s", path, sub->name);

		next = sub->next;
		if (below)
			add_tree(w, sub->key, below);
		else if (!w->err)
			w->err = -ENOMEM;
		mem_free(below);
		mem_free(sub);
	}
}

/* As deep as keys are, which REGISTRY_DEPTH_MAX bounds. */
static void add_tree(struct writer *w, registry_key key, const char *path)
{
	struct subkeys all = { .w = w };
	NTSTATUS status;

	all.last = &all.first;
	if (key != REGISTRY_ROOT)
		add_heading(w, path);
	status = registry_each_value(w->r, key, add_value, w);
	if (NT_SUCCESS(status))
		status = registry_each_key(w->r, key, note_subkey, &all);
	of_registry(w, status);
	add_subkeys(w, all.first, path);
}

/* --- the whole --- */

static int to_utf16(struct reg_export_text *out)
{
	size_t count = registry_utf16(out->bytes, NULL, 0);
	WCHAR *units = mem_calloc(count + 1, sizeof(*units));

	if (!units)
		return -ENOMEM;
	units[0] = 0xfeff;
	(void)registry_utf16(out->bytes, units + 1, count);
	mem_free(out->bytes);
	out->bytes = (char *)units;
	out->len = (count + 1) * sizeof(*units);
	return 0;
}

/* Without the backslashes at its end, which mean nothing. */
static char *clean_path(const char *path)
{
	size_t len = strlen(path);

	while (len && path[len - 1] == '\\')
		len--;
	return mem_asprintf("%.*s", (int)len, path);
}

static void export_all(struct writer *w, const struct reg_export_params *params)
{
	char *path = clean_path(params->path);
	NTSTATUS status = registry_begin_reading(w->r);

	of_registry(w, status);
	if (!path)
		w->err = -ENOMEM;
	add_text(w, "Windows Registry Editor Version 5.00");
	add_text(w, w->newline);
	if (!w->err)
		add_tree(w, params->key, path);
	if (NT_SUCCESS(status))
		registry_rollback(w->r);
	mem_free(path);
}

int reg_export(struct registry *r, const struct reg_export_params *params, struct report *rep,
	       struct reg_export_text *out)
{
	struct writer w = {
		.r = r,
		.rep = rep,
		.out = out,
		.newline = params->utf16 ? "\r\n" : "\n",
	};

	*out = (struct reg_export_text){ 0 };
	export_all(&w, params);
	if (!w.err && params->utf16)
		w.err = to_utf16(out);
	if (w.err) {
		mem_free(out->bytes);
		*out = (struct reg_export_text){ 0 };
	}
	return w.err;
}
