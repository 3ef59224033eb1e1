/* SPDX-License-Identifier: MIT */
#include "reg_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "reg_value.h"
#include "support/registry_name.h"

#define SERVICES "\\Machine\\System\\CurrentControlSet\\Services"

/* --- keys --- */

/* @text behind a root's name, or NULL if it begins otherwise. */
static const char *behind(const char *text, const char *root)
{
	size_t len = strlen(root);

	if (strncasecmp(text, root, len) != 0 || (text[len] && text[len] != '\\'))
		return NULL;
	return text + len;
}

static char *path_of(const char *text, bool *out_known)
{
	static const struct {
		const char *name, *path; /* NULL: a root of Windows that is not here */
	} roots[] = {
		{ "HKEY_LOCAL_MACHINE", "\\Machine" },
		{ "HKLM", "\\Machine" },
		{ "HKEY_USERS", "\\User" },
		{ "HKU", "\\User" },
		{ "\\Registry", "" },
		{ "HKEY_CURRENT_USER", NULL },
		{ "HKCU", NULL },
		{ "HKEY_CLASSES_ROOT", NULL },
		{ "HKCR", NULL },
		{ "HKEY_CURRENT_CONFIG", NULL },
	};

	for (size_t i = 0; i < UW_ARRAY_SIZE(roots); i++) {
		const char *rest = behind(text, roots[i].name);

		if (!rest)
			continue;
		*out_known = roots[i].path;
		return roots[i].path ? mem_asprintf("%s%s", roots[i].path, rest) : NULL;
	}
	*out_known = text[0] != '\\';
	return *out_known ? mem_asprintf(SERVICES "\\%s", text) : NULL;
}

char *reg_key_path(const char *text, bool *out_known)
{
	char *copy, *path;

	if (strchr(text, '\\'))
		return path_of(text, out_known);
	*out_known = true;
	copy = mem_strdup(text);
	if (!copy)
		return NULL;
	for (char *slash = copy; (slash = strchr(slash, '/'));)
		*slash = '\\';
	path = path_of(copy, out_known);
	mem_free(copy);
	return path;
}

/* --- the file --- */

struct reader {
	struct registry *r;
	const char *name;
	struct report *rep;
	struct reg_file_counts *counts;
	char *at, *end;    /* what is not read yet */
	unsigned int line; /* of the statement that is read */
	unsigned int next_line;
	registry_key key; /* of the section; 0: it was removed, or there is none yet */
};

UW_COLD static int wrong(struct reader *f, const char *what)
{
	report_say(f->rep, "%s:%u: %s", f->name, f->line, what);
	report_hint(f->rep, "nothing of the file was imported; correct the line and try again");
	return -EINVAL;
}

static int of_registry(struct reader *f, NTSTATUS status)
{
	if (NT_SUCCESS(status))
		return 0;
	if (status == STATUS_INSUFFICIENT_RESOURCES)
		return -ENOMEM;
	if (status == STATUS_OBJECT_NAME_INVALID)
		return wrong(f, "a name here is too long");
	if (status == STATUS_CANNOT_DELETE)
		return wrong(f, "this key cannot be removed");
	if (status == STATUS_CHILD_MUST_BE_VOLATILE)
		return wrong(f,
			     "a key that stays cannot be made below one that ends with this boot");
	report_say(f->rep, "%s:%u: the registry: %s", f->name, f->line, registry_trouble(f->r));
	return -EIO;
}

/* One line, its end cut off; NULL: no more. */
static char *raw_line(struct reader *f)
{
	char *line = f->at, *end;

	if (f->at >= f->end)
		return NULL;
	end = memchr(f->at, '\n', (size_t)(f->end - f->at));
	end = end ? end : f->end;
	f->at = end + 1;
	if (end > line && end[-1] == '\r')
		end--;
	*end = '\0'; /* at most where the caller's own zero is */
	f->next_line++;
	return line;
}

static char *trimmed(char *text)
{
	char *end = text + strlen(text);

	while (*text == ' ' || *text == '\t')
		text++;
	while (end > text && (end[-1] == ' ' || end[-1] == '\t'))
		*--end = '\0';
	return text;
}

/* A statement: lines of hexadecimal digits go on behind a backslash. They are joined in place. */
static char *next_statement(struct reader *f)
{
	char *line = raw_line(f), *text, *more;
	size_t len;

	f->line = f->next_line;
	if (!line)
		return NULL;
	text = trimmed(line);
	if (text[0] != '"' && text[0] != '@')
		return text;
	while ((len = strlen(text)) && text[len - 1] == '\\') {
		text[--len] = '\0';
		more = raw_line(f);
		if (!more)
			break;
		more = trimmed(more);
		memmove(text + len, more, strlen(more) + 1);
	}
	return text;
}

/* The quoted text at @text, its escapes resolved in place; @out_rest: behind it. NULL: not ended.
 */
static char *unquote(char *text, char **out_rest)
{
	char *from = text + 1, *to = text;

	for (; *from && *from != '"'; from++) {
		if (*from == '\\' && (from[1] == '\\' || from[1] == '"'))
			from++;
		*to++ = *from;
	}
	if (!*from)
		return NULL;
	*out_rest = from + 1; /* before the zero below, which may lie on it */
	*to = '\0';
	return text;
}

static int section(struct reader *f, char *text)
{
	bool remove = text[1] == '-', known, made;
	struct registry_make_params params = { .from = REGISTRY_ROOT, .parents = true };
	size_t len = strlen(text);
	NTSTATUS status;
	char *path;

	f->key = 0;
	if (text[len - 1] != ']' || len < 3)
		return wrong(f, "a key needs its closing bracket");
	text[len - 1] = '\0';
	path = reg_key_path(text + 1 + remove, &known);
	if (!path)
		return known ? -ENOMEM
			     : wrong(f, "only HKEY_LOCAL_MACHINE and HKEY_USERS are here");
	params.path = path;
	if (!remove) {
		status = registry_make(f->r, &params, &f->key, &made);
		f->counts->keys += NT_SUCCESS(status) && made;
	} else {
		status = registry_find(f->r, REGISTRY_ROOT, path, &f->key);
		if (NT_SUCCESS(status))
			status = registry_remove(f->r, f->key, true);
		f->counts->removed += NT_SUCCESS(status);
		f->key = 0;
		if (status == STATUS_OBJECT_NAME_NOT_FOUND)
			status = STATUS_SUCCESS;
	}
	mem_free(path);
	return of_registry(f, status);
}

/* "hex:01,02" or "hex(7):61,00": which type; @out_data: what follows the colon. */
static bool hex_type(char *text, ULONG *out_type, char **out_data)
{
	char *end;

	*out_type = REG_BINARY;
	*out_data = text + 4;
	if (text[3] == ':')
		return true;
	if (text[3] != '(')
		return false;
	*out_type = (ULONG)strtoul(text + 4, &end, 16);
	*out_data = end + 2;
	return end != text + 4 && end[0] == ')' && end[1] == ':';
}

static bool is_hex_number(const char *text)
{
	size_t len = strspn(text, "0123456789abcdefABCDEF");

	return len && len <= 8 && !text[len];
}

/* What stands behind "name"=; 0, or why not: @out_why. */
static int parse_data(char *text, struct registry_value *out, const char **out_why)
{
	const char *words[1];
	char *data, number[16];
	ULONG type;
	int err;

	if (text[0] == '"') {
		words[0] = unquote(text, &data);
		*out_why = words[0] ? "something follows the text"
				    : "the text needs its closing "
				      "quote";
		if (!words[0] || *trimmed(data))
			return -EINVAL;
		return reg_value_parse(REG_SZ, words, 1, out);
	}
	if (!strncasecmp(text, "dword:", 6)) {
		*out_why = "dword: takes one to eight hexadecimal digits";
		if (!is_hex_number(text + 6))
			return -EINVAL;
		snprintf(number, sizeof(number), "0x%s", text + 6);
		words[0] = number;
		return reg_value_parse(REG_DWORD, words, 1, out);
	}
	*out_why = "a value is \"text\", dword:..., hex:..., hex(TYPE):... or -";
	if (strncasecmp(text, "hex", 3) != 0 || !hex_type(text, &type, &data))
		return -EINVAL;
	*out_why = "hex: takes pairs of hexadecimal digits with commas between them";
	words[0] = data;
	err = reg_value_parse(REG_BINARY, words, 1, out); /* the bytes as they are */
	out->type = type;
	return err;
}

static int assign(struct reader *f, const char *name, char *text)
{
	struct registry_value value;
	const char *why = "";
	NTSTATUS status;
	int err;

	if (!strcmp(text, "-")) {
		status = registry_unset_named(f->r, f->key, name);
		f->counts->removed += NT_SUCCESS(status);
		if (status == STATUS_OBJECT_NAME_NOT_FOUND)
			status = STATUS_SUCCESS;
		return of_registry(f, status);
	}
	err = parse_data(text, &value, &why);
	if (err)
		return err == -EINVAL ? wrong(f, why) : err;
	if (value.len > REGISTRY_DATA_MAX)
		err = wrong(f, "the value is longer than 16 MiB");
	else
		err = of_registry(f, registry_set_named(f->r, f->key, name, &value));
	f->counts->values += !err;
	registry_value_free(&value);
	return err;
}

static int value_line(struct reader *f, char *text)
{
	static char no_name[1];
	char *rest = text + 1, *name = no_name;

	if (text[0] == '"')
		name = unquote(text, &rest);
	if (!name)
		return wrong(f, "the value's name needs its closing quote");
	rest = trimmed(rest);
	if (*rest != '=')
		return wrong(f, "a \"=\" is missing behind the value's name");
	if (!f->key)
		return wrong(f, "a value needs a [KEY] before it, which is not one removed");
	return assign(f, name, trimmed(rest + 1));
}

static int statement(struct reader *f, char *text)
{
	if (!text[0] || text[0] == ';')
		return 0;
	if (text[0] == '[')
		return section(f, text);
	if (text[0] == '"' || text[0] == '@')
		return value_line(f, text);
	return wrong(f, "this is no [KEY], no \"name\"=value and no ;comment");
}

static int check_heading(struct reader *f)
{
	char *text = next_statement(f);

	if (text && !strcmp(text, "Windows Registry Editor Version 5.00"))
		return 0;
	if (!text)
		f->line = 1;
	if (text && !strcmp(text, "REGEDIT4"))
		return wrong(f, "REGEDIT4 files have no known encoding: export it again as version "
				"5.00");
	return wrong(f, "the first line has to be: Windows Registry Editor Version 5.00");
}

static int apply_text(struct registry *r, const char *name, char *text, size_t len,
		      struct report *rep, struct reg_file_counts *out)
{
	struct reader f = {
		.r = r,
		.name = name,
		.rep = rep,
		.counts = out,
		.at = text,
		.end = text + len,
		.line = 1,
	};
	int err;

	if (memchr(text, 0, len) || !registry_is_utf8(text, len))
		return wrong(&f, "the file is neither UTF-8 nor UTF-16 with a byte order mark");
	err = check_heading(&f);
	while (!err) {
		char *next = next_statement(&f);

		if (!next)
			return 0;
		err = statement(&f, next);
	}
	return err;
}

int reg_file_apply(struct registry *r, const char *name, char *text, size_t len, struct report *rep,
		   struct reg_file_counts *out)
{
	char *utf8;
	int err;

	*out = (struct reg_file_counts){ 0 };
	if (len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3))
		return apply_text(r, name, text + 3, len - 3, rep, out);
	if (len < 2 || memcmp(text, "\xff\xfe", 2) != 0)
		return apply_text(r, name, text, len, rep, out);
	if (len % sizeof(WCHAR))
		return apply_text(r, name, text, len, rep, out); /* which says what it is not */
	utf8 = registry_utf8((const WCHAR *)(const void *)(text + 2), (len - 2) / sizeof(WCHAR));
	if (!utf8)
		return -ENOMEM;
	err = apply_text(r, name, utf8, strlen(utf8), rep, out);
	mem_free(utf8);
	return err;
}
