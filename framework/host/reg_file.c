/* SPDX-License-Identifier: MIT */
#include "reg_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "reg_data.h"
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
	bool narrow;      /* a REGEDIT4 file */
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

/* A statement: lines of hexadecimal digits go on behind a backslash. They are joined in place. */
static char *next_statement(struct reader *f)
{
	char *line = raw_line(f), *text, *more;
	size_t len, more_len;

	f->line = f->next_line;
	if (!line)
		return NULL;
	text = reg_trimmed(line);
	if (text[0] != '"' && text[0] != '@')
		return text;
	for (len = strlen(text); len && text[len - 1] == '\\'; len += more_len) {
		text[--len] = '\0';
		more = raw_line(f);
		if (!more)
			break;
		more = reg_trimmed(more);
		more_len = strlen(more); /* the whole is long: it is not measured each time */
		memmove(text + len, more, more_len + 1);
	}
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
	err = reg_data_parse(text, f->narrow, &value, &why);
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
		name = reg_unquote(text, &rest);
	if (!name)
		return wrong(f, "the value's name needs its closing quote");
	rest = reg_trimmed(rest);
	if (*rest != '=')
		return wrong(f, "a \"=\" is missing behind the value's name");
	if (!f->key)
		return wrong(f, "a value needs a [KEY] before it, which is not one removed");
	return assign(f, name, reg_trimmed(rest + 1));
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

	f->narrow = text && !strcmp(text, "REGEDIT4");
	if (f->narrow || (text && !strcmp(text, "Windows Registry Editor Version 5.00")))
		return 0;
	if (!text)
		f->line = 1;
	return wrong(f, "the first line has to be: Windows Registry Editor Version 5.00");
}

/* The line on which the text is no text any more; 0: there is none. */
static unsigned int bad_line(const char *text, size_t len)
{
	const char *end = text + len, *next;
	unsigned int line = 1;

	for (; text < end; text = next, line++) {
		next = memchr(text, '\n', (size_t)(end - text));
		next = next ? next + 1 : end;
		if (memchr(text, 0, (size_t)(next - text)) ||
		    !registry_is_utf8(text, (size_t)(next - text)))
			return line;
	}
	return 0;
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
	};
	int err;

	f.line = bad_line(text, len);
	if (f.line) {
		report_say(rep, "%s:%u: this is neither UTF-8 nor UTF-16 with a byte order mark",
			   name, f.line);
		report_hint(rep, "iconv -f WINDOWS-1252 -t UTF-8 %s    # or what it is", name);
		return -EINVAL;
	}
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
