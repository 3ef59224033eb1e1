/* SPDX-License-Identifier: MIT */
#include "nt/file_place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/sys.h"
#include "support/registry_name.h"

static const char *environment(const char *name)
{
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): read only, as libc does */
	const char *value = getenv(name);

	return value && value[0] == '/' ? value : NULL;
}

/* The folder; owned; NULL: there is none, or no memory. */
static char *root_folder(void)
{
	if (environment("UWDF_FILES"))
		return mem_strdup(environment("UWDF_FILES"));
	if (!sys_geteuid())
		return mem_strdup("/var/lib/uwdf/files");
	if (environment("XDG_STATE_HOME"))
		return mem_asprintf("%s/uwdf/files", environment("XDG_STATE_HOME"));
	if (environment("HOME"))
		return mem_asprintf("%s/.local/state/uwdf/files", environment("HOME"));
	return NULL;
}

/* What follows @prefix, whatever its capital letters; NULL: it begins otherwise. */
static const char *behind(const char *text, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncasecmp(text, prefix, len) ? NULL : text + len;
}

/* "\??\C:\x" lies in "C", "\SystemRoot\x" in "SystemRoot"; @out_rest: "\x". NULL: another root. */
static const char *volume_of(const char *text, const char **out_rest)
{
	static const char letters[26][2] = { "A", "B", "C", "D", "E", "F", "G", "H", "I",
					     "J", "K", "L", "M", "N", "O", "P", "Q", "R",
					     "S", "T", "U", "V", "W", "X", "Y", "Z" };
	const char *drive = behind(text, "\\??\\");
	unsigned int letter;

	*out_rest = behind(text, "\\SystemRoot");
	if (*out_rest)
		return "SystemRoot";
	if (!drive)
		drive = behind(text, "\\DosDevices\\");
	if (!drive || !drive[0] || drive[1] != ':')
		return NULL;
	letter = ((unsigned char)drive[0] & ~0x20u) - 'A';
	*out_rest = drive + 2;
	return letter < 26 ? letters[letter] : NULL;
}

/* Parts between backslashes, none of which is empty, leads up or has a slash. */
static bool is_below(const char *rest)
{
	if (*rest != '\\')
		return false;
	while (*rest) {
		size_t len = strcspn(++rest, "\\");

		if (!len || memchr(rest, '/', len) || (len == 1 && rest[0] == '.') ||
		    (len == 2 && !memcmp(rest, "..", 2)))
			return false;
		rest += len;
	}
	return true;
}

static NTSTATUS join(const char *volume, const char *rest, struct file_place *out)
{
	struct file_place place = { .root = root_folder() };

	if (!place.root)
		return STATUS_OBJECT_PATH_SYNTAX_BAD;
	place.rest = mem_asprintf("%s%s", volume, rest);
	if (!place.rest) {
		file_place_free(&place);
		return STATUS_INSUFFICIENT_RESOURCES;
	}
	for (char *at = place.rest; (at = strchr(at, '\\'));)
		*at = '/';
	*out = place;
	return STATUS_SUCCESS;
}

NTSTATUS file_place_of(PCUNICODE_STRING name, struct file_place *out)
{
	char *text = registry_utf8(name->Buffer, name->Length / sizeof(WCHAR));
	NTSTATUS status = STATUS_OBJECT_PATH_SYNTAX_BAD;
	const char *volume, *rest;

	if (!text)
		return STATUS_INSUFFICIENT_RESOURCES;
	volume = volume_of(text, &rest);
	if (volume && (!is_below(rest) || !registry_is_utf8(text, strlen(text))))
		status = STATUS_OBJECT_NAME_INVALID;
	else if (volume)
		status = join(volume, rest, out);
	mem_free(text);
	return status;
}

void file_place_free(struct file_place *place)
{
	mem_free(place->root);
	mem_free(place->rest);
	*place = (struct file_place){ 0 };
}

/* --- the way there --- */

static int make_root(char *path)
{
	for (char *slash = strchr(path + 1, '/');; slash = strchr(slash + 1, '/')) {
		int err;

		if (slash)
			*slash = '\0';
		err = sys_mkdir(path, 0700);
		if (!slash)
			return err == -EEXIST ? 0 : err;
		*slash = '/';
		if (err && err != -EEXIST && err != -EACCES && err != -EPERM && err != -EROFS)
			return err; /* those: it may be there; opening it will tell */
	}
}

static int open_root(const struct file_place *place, bool make)
{
	int fd = sys_open(place->root, O_PATH | O_DIRECTORY, 0);
	int err;

	if (fd != -ENOENT || !make)
		return fd;
	err = make_root(place->root);
	return err ? err : sys_open(place->root, O_PATH | O_DIRECTORY, 0);
}

/* O_DIRECTORY makes a symbolic link, which is not followed, -ENOTDIR. */
static int open_folder(int above, const char *name, bool make)
{
	const int flags = O_PATH | O_DIRECTORY | O_NOFOLLOW;
	int fd = sys_openat(above, name, flags, 0);
	int err;

	if (fd != -ENOENT || !make)
		return fd;
	err = sys_mkdirat(above, name, 0700);
	return err && err != -EEXIST ? err : sys_openat(above, name, flags, 0);
}

/* Folder by folder: with the whole path at once a link on the way would lead anywhere. */
int file_place_enter(const struct file_place *place, bool make, const char **out_leaf)
{
	int fd = open_root(place, make);
	char *at = place->rest, *slash;

	for (; fd >= 0 && (slash = strchr(at, '/')); at = slash + 1) {
		int above = fd;

		*slash = '\0';
		fd = open_folder(above, at, make);
		*slash = '/';
		sys_close(above);
	}
	*out_leaf = at;
	return fd;
}
