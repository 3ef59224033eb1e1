/* SPDX-License-Identifier: MIT */
#include "host_why.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/sys.h"

/* Of one socket or node, and of one driver, that are described; of more only the number is told. */
#define MAX_HANDLES 2048u
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

static struct jtext *handle_json(const struct server *server, const struct server_handle *handle)
{
	struct jtext *object = jtext_object();
	char program[64];

	program_of(handle->process_id, program, sizeof(program));
	jtext_set_text(object, "device", server_name(server));
	jtext_set_number(object, "pid", handle->process_id);
	jtext_set_text(object, "program", program);
	jtext_set_number(object, "age_ms", handle->age_ms);
	jtext_set_number(object, "requests", handle->requests);
	return object;
}

static size_t append(struct jtext *array, const struct server *server,
		     const struct server_handle *handles, size_t count)
{
	for (size_t i = 0; i < count && i < MAX_HANDLES; i++)
		jtext_append(array, handle_json(server, &handles[i]));
	return count > MAX_HANDLES ? count - MAX_HANDLES : 0;
}

/* Appends those of one device; how many do not fit. */
static size_t append_handles(struct jtext *array, const struct endpoint *endpoint,
			     struct server_handle *handles)
{
	size_t count = server_handles(endpoint->server, handles, MAX_HANDLES);
	size_t more = append(array, endpoint->server, handles, count);

	if (!endpoint->cuse)
		return more;
	count = cuse_handles(endpoint->cuse, handles, MAX_HANDLES);
	return more + append(array, endpoint->server, handles, count);
}

static size_t set_handles(struct jtext *object, struct endpoints *all)
{
	struct server_handle *handles = mem_calloc(MAX_HANDLES, sizeof(*handles));
	/* without memory there is no array, and the whole answer fails */
	struct jtext *array = handles ? jtext_array() : NULL;
	size_t more = 0;

	exec_mutex_lock(&all->lock);
	list_for_each (it, &all->list) {
		if (handles)
			more += append_handles(array, list_entry(it, struct endpoint, link),
					       handles);
	}
	exec_mutex_unlock(&all->lock);
	jtext_set(object, "handles", array);
	mem_free(handles);
	return more;
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
		[UWDF_HOLD_TARGET] = "I/O target",
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

/* A handle of this process, as one of another is told of. */
static struct jtext *own_handle_json(const struct uwdf_hold *hold)
{
	const uint32_t pid = (uint32_t)sys_getpid();
	struct jtext *object = jtext_object();
	char program[64];

	program_of(pid, program, sizeof(program));
	jtext_set_text(object, "device", hold->what);
	jtext_set_number(object, "pid", pid);
	jtext_set_text(object, "program", program);
	jtext_set_number(object, "age_ms", hold->age_ms);
	jtext_set_number(object, "requests", hold->references);
	return object;
}

static const char *group_of(enum uwdf_hold_kind kind)
{
	if (kind == UWDF_HOLD_DEVICE || kind == UWDF_HOLD_CONTROL_DEVICE)
		return "devices";
	if (kind == UWDF_HOLD_HANDLE)
		return "handles";
	return kind == UWDF_HOLD_REFERENCE ? "references" : "work";
}

/* Appends those of one driver; how many do not fit. */
static size_t append_holds(struct jtext *object, const struct endpoints *all,
			   struct uwdf_driver *driver, struct uwdf_hold *holds)
{
	bool is_stack = all->filters && all->filters[0];
	size_t count = uwdf_driver_holds(driver, holds, MAX_HOLDS);

	for (size_t i = 0; i < count && i < MAX_HOLDS; i++) {
		bool is_handle = holds[i].kind == UWDF_HOLD_HANDLE;
		struct jtext *hold;

		if (is_handle && driver != all->driver)
			continue; /* on the device, of which all have a part: told once */
		hold = is_handle ? own_handle_json(&holds[i]) : hold_json(&holds[i]);
		if (is_stack && !is_handle)
			jtext_set_text(hold, "driver", uwdf_driver_name(driver));
		jtext_append(jtext_member(object, group_of(holds[i].kind)), hold);
	}
	return count > MAX_HOLDS ? count - MAX_HOLDS : 0;
}

static size_t set_holds(struct jtext *object, const struct endpoints *all)
{
	struct uwdf_hold *holds = mem_calloc(MAX_HOLDS, sizeof(*holds));
	size_t more = 0;

	jtext_set(object, "devices", holds ? jtext_array() : NULL);
	jtext_set(object, "references", jtext_array());
	jtext_set(object, "work", jtext_array());
	if (holds)
		more = append_holds(object, all, all->driver, holds);
	for (unsigned int i = 0; holds && all->filters && all->filters[i]; i++)
		more += append_holds(object, all, all->filters[i], holds);
	mem_free(holds);
	return more;
}

/* Who else is in the stack. */
static struct jtext *filters_json(const struct endpoints *all)
{
	struct jtext *array = jtext_array();

	for (unsigned int i = 0; all->filters && all->filters[i]; i++) {
		struct jtext *object = jtext_object();

		jtext_set_text(object, "driver", uwdf_driver_name(all->filters[i]));
		jtext_append(array, object);
	}
	return array;
}

/* Does each driver say yes to @asked? */
static bool all_are(const struct endpoints *all, bool (*asked)(const struct uwdf_driver *driver))
{
	bool yes = asked(all->driver);

	for (unsigned int i = 0; all->filters && all->filters[i]; i++)
		yes &= asked(all->filters[i]);
	return yes;
}

struct jtext *host_why_json(struct endpoints *all, const struct server *asked)
{
	struct jtext *object = jtext_object();
	size_t more;

	jtext_set_text(object, "name", server_name(asked));
	jtext_set_text(object, "driver", uwdf_driver_name(all->driver));
	jtext_set(object, "filters", filters_json(all));
	jtext_set_number(object, "pid", (uint64_t)sys_getpid());
	jtext_set_bool(object, "verified", all_are(all, uwdf_driver_is_verified));
	jtext_set_bool(object, "unloadable", all_are(all, uwdf_driver_can_unload));
	more = set_handles(object, all);
	more += set_holds(object, all);
	jtext_set_number(object, "more", more);
	return object;
}
