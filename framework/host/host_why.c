/* SPDX-License-Identifier: MIT */
#include "host_why.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/sys.h"

#define MAX_HANDLES 2048u /* as many as there can be: connections times files */
#define MAX_HOLDS   1024u

/* What the kernel calls the process; "?" when it has gone. */
static void program_of(uint32_t pid, char *name, size_t size)
{
	char path[64];
	ssize_t len;
	int fd;

	(void)snprintf(name, size, "?");
	(void)snprintf(path, sizeof(path), "/proc/%u/comm", pid);
	fd = sys_open(path, O_RDONLY | O_CLOEXEC, 0);
	if (fd < 0)
		return;
	len = sys_read(fd, name, size - 1);
	sys_close(fd);
	if (len <= 0)
		(void)snprintf(name, size, "?");
	else
		name[len - (name[len - 1] == '\n')] = '\0';
}

static struct jtext *handle_json(const struct server_handle *handle)
{
	struct jtext *object = jtext_object();
	char program[64];

	program_of(handle->process_id, program, sizeof(program));
	jtext_set_number(object, "pid", handle->process_id);
	jtext_set_text(object, "program", program);
	jtext_set_number(object, "age_ms", handle->age_ms);
	jtext_set_number(object, "requests", handle->requests);
	return object;
}

static size_t set_handles(struct jtext *object, const struct server *server)
{
	struct server_handle *handles = mem_calloc(MAX_HANDLES, sizeof(*handles));
	size_t count = handles ? server_handles(server, handles, MAX_HANDLES) : 0;
	/* without memory there is no array, and the whole answer fails */
	struct jtext *array = handles ? jtext_array() : NULL;

	for (size_t i = 0; i < count && i < MAX_HANDLES; i++)
		jtext_append(array, handle_json(&handles[i]));
	jtext_set(object, "handles", array);
	mem_free(handles);
	return count > MAX_HANDLES ? count - MAX_HANDLES : 0;
}

static void set_origin(struct jtext *object, const struct uwdf_hold *hold)
{
	if (!hold->tag[0])
		return;
	jtext_set_text(object, "tag", hold->tag);
	jtext_set_text(object, "file", hold->file);
	jtext_set_number(object, "line", hold->line > 0 ? (uint64_t)hold->line : 0);
}

static struct jtext *hold_json(const struct uwdf_hold *hold)
{
	static const char *const kinds[] = {
		[UWDF_HOLD_DEVICE] = "pnp",
		[UWDF_HOLD_CONTROL_DEVICE] = "control",
		[UWDF_HOLD_DPC] = "DPC",
		[UWDF_HOLD_TIMER] = "timer",
		[UWDF_HOLD_WORKITEM] = "work item",
	};
	struct jtext *object = jtext_object();

	if (hold->kind == UWDF_HOLD_REFERENCE)
		jtext_set_number(object, "references", hold->references);
	else
		jtext_set_text(object, "kind", kinds[hold->kind]);
	jtext_set_text(object, "what", hold->what);
	jtext_set_text(object, "state", hold->state);
	set_origin(object, hold);
	return object;
}

static const char *group_of(enum uwdf_hold_kind kind)
{
	if (kind == UWDF_HOLD_DEVICE || kind == UWDF_HOLD_CONTROL_DEVICE)
		return "devices";
	return kind == UWDF_HOLD_REFERENCE ? "references" : "work";
}

static size_t set_holds(struct jtext *object, struct uwdf_driver *driver)
{
	struct uwdf_hold *holds = mem_calloc(MAX_HOLDS, sizeof(*holds));
	size_t count = holds ? uwdf_driver_holds(driver, holds, MAX_HOLDS) : 0;

	jtext_set(object, "devices", holds ? jtext_array() : NULL);
	jtext_set(object, "references", jtext_array());
	jtext_set(object, "work", jtext_array());
	for (size_t i = 0; i < count && i < MAX_HOLDS; i++)
		jtext_append(jtext_member(object, group_of(holds[i].kind)), hold_json(&holds[i]));
	mem_free(holds);
	return count > MAX_HOLDS ? count - MAX_HOLDS : 0;
}

struct jtext *host_why_json(const struct server *server, struct uwdf_driver *driver)
{
	struct jtext *object = jtext_object();
	size_t more;

	jtext_set_text(object, "name", server_name(server));
	jtext_set_text(object, "driver", uwdf_driver_name(driver));
	jtext_set_number(object, "pid", (uint64_t)sys_getpid());
	jtext_set_bool(object, "verified", uwdf_driver_is_verified(driver));
	jtext_set_bool(object, "unloadable", uwdf_driver_can_unload(driver));
	more = set_handles(object, server);
	more += set_holds(object, driver);
	jtext_set_number(object, "more", more);
	return object;
}
