/* SPDX-License-Identifier: MIT */
#include "program_dir.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/sys.h"

int program_dir(char *buf, size_t len)
{
	ssize_t got = sys_readlink("/proc/self/exe", buf, len);
	char *slash;

	if (got < 0)
		return (int)got;
	slash = strrchr(buf, '/');
	if (!slash)
		return -ENOENT;
	*slash = '\0';
	return 0;
}

struct driver_search {
	const char *name;
	const char *suffix; /* ".so" unless the name has it */
	char *buf;
	size_t len;
	char places[384]; /* where it was not */
};

static bool is_in(struct driver_search *s, const char *dir, size_t dir_len)
{
	int put = snprintf(s->buf, s->len, "%.*s/%s%s", (int)dir_len, dir, s->name, s->suffix);
	size_t used = strlen(s->places);

	if (put > 0 && (size_t)put < s->len && !sys_access(s->buf, R_OK))
		return true;
	snprintf(s->places + used, sizeof(s->places) - used, "%s%.*s", used ? ", " : "",
		 (int)dir_len, dir);
	return false;
}

static bool is_in_path(struct driver_search *s)
{
	const char *at =
		getenv("UWDF_DRIVER_PATH"); /* NOLINT(concurrency-mt-unsafe): main thread */

	while (at && *at) {
		size_t len = strcspn(at, ":");

		if (len && is_in(s, at, len))
			return true;
		at += len + (at[len] == ':');
	}
	return false;
}

static bool is_beside_program(struct driver_search *s)
{
	char dir[PATH_MAX], place[PATH_MAX + 64];

	if (program_dir(dir, sizeof(dir)))
		return false;
	snprintf(place, sizeof(place), "%s/drivers", dir);
	if (is_in(s, place, strlen(place)))
		return true;
	snprintf(place, sizeof(place), "%s/" UWDF_DRIVERS_FROM_BIN, dir);
	return is_in(s, place, strlen(place));
}

int program_find_driver(const char *driver, struct report *rep, char *buf, size_t len)
{
	struct driver_search s = { .name = driver, .suffix = ".so", .buf = buf, .len = len };

	if (strchr(driver, '/'))
		return snprintf(buf, len, "%s", driver) < (int)len
			       ? 0
			       : report_fail(rep, -ENAMETOOLONG, "finding driver %s", driver);
	if (strstr(driver, ".so"))
		s.suffix = "";
	if (is_in_path(&s) || is_beside_program(&s) || is_in(&s, ".", 1))
		return 0;
	report_say(rep, "finding driver %s: there is no %s%s in %s", driver, driver, s.suffix,
		   s.places);
	if (!sys_access(driver, R_OK))
		report_hint(rep, "uwdf run ./%s ...    # a path is taken as it is", driver);
	else
		report_hint(rep, "uwdf run ./path/to/%s%s ...    # or set UWDF_DRIVER_PATH", driver,
			    s.suffix);
	return -ENOENT;
}
