/* SPDX-License-Identifier: MIT */
#include "pnp/shown.h"

#include <errno.h>
#include <stdio.h>

#include "base/log.h"
#include "object/driver.h"
#include "pnp/device_find.h"
#include "pnp/shell.h"

/* Taken before that of a control device. */
static struct exec_mutex lock = { .real = PTHREAD_MUTEX_INITIALIZER };
static struct list all = LIST_INIT(all); /* of uwdf_device.shown_link; guarded by lock */

void fx_shown_init(struct uwdf_device *host)
{
	list_init(&host->shown_link);
	fx_named_init(&host->named);
}

void fx_shown_add(struct uwdf_device *host)
{
	exec_mutex_lock(&lock);
	list_push_back(&all, &host->shown_link);
	exec_mutex_unlock(&lock);
}

void fx_shown_remove(struct uwdf_device *host)
{
	exec_mutex_lock(&lock);
	list_remove(&host->shown_link);
	exec_mutex_unlock(&lock);
}

/* --- looking --- */

static bool has_backslash(const UNICODE_STRING *text, ULONG from)
{
	for (ULONG i = from; i < text->Length / sizeof(WCHAR); i++)
		if (text->Buffer[i] == '\\')
			return true;
	return false;
}

/* As the object manager has it: which part of the name is not there? */
static NTSTATUS not_found(const UNICODE_STRING *text)
{
	static const PCWSTR directories[] = { L"\\Device\\", L"\\DosDevices\\Global\\",
					      L"\\DosDevices\\", L"\\??\\", L"\\GLOBAL??\\" };
	ULONG from = 1;

	if (!text->Length || text->Buffer[0] != '\\')
		return STATUS_OBJECT_PATH_SYNTAX_BAD;
	for (size_t i = 0; i < UW_ARRAY_SIZE(directories) && from == 1; i++) {
		UNICODE_STRING directory;

		RtlInitUnicodeString(&directory, directories[i]);
		if (RtlPrefixUnicodeString(&directory, text, TRUE))
			from = directory.Length / sizeof(WCHAR);
	}
	return has_backslash(text, from) ? STATUS_OBJECT_PATH_NOT_FOUND
					 : STATUS_OBJECT_NAME_NOT_FOUND;
}

static bool look_at(struct uwdf_device *host, const struct fx_named_search *search)
{
	struct fx_device *device = fx_host_device_lock(host);
	bool found = device && fx_device_find(host, device, search);

	if (found)
		search->found(search->arg, device, &host->named);
	fx_host_device_unlock(host);
	return found;
}

NTSTATUS fx_named_find(const struct fx_named_search *search)
{
	bool found = false;

	exec_mutex_lock(&lock);
	list_for_each (link, &all) {
		if (!found)
			found = look_at(list_entry(link, struct uwdf_device, shown_link), search);
	}
	exec_mutex_unlock(&lock);
	return found ? STATUS_SUCCESS : not_found(search->name);
}

/* --- going --- */

static int ask(struct uwdf_device *host, bool must_go, struct report *rep)
{
	struct fx_driver *refuser;

	if (NT_SUCCESS(fx_named_query_remove(&host->named, must_go, &refuser)))
		return 0;
	report_say(rep,
		   "driver %s does not let %s go: its EvtIoTargetQueryRemove refused, for an I/O "
		   "target that has it open",
		   fx_driver_name(refuser), host->name);
	return -ECANCELED;
}

int fx_shown_query_remove(struct uwdf_device *host, struct report *rep)
{
	return ask(host, false, rep);
}

static bool one_refuses(struct uwdf_device *host)
{
	struct report report = REPORT_INIT;
	bool refuses = ask(host, true, &report);

	if (refuses)
		log_warn("pnp", "%s; going on", report.text);
	return refuses;
}

void fx_shown_ask_late(struct uwdf_device *host)
{
	if (host->named.leaving)
		return;
	while (one_refuses(host))
		;
}

/* --- who has one open --- */

struct holds {
	struct uwdf_hold *out;
	size_t max, count;
};

static void hold(void *arg, WDFIOTARGET target, struct fx_driver *driver)
{
	struct holds *holds = arg;
	struct uwdf_hold *to = holds->count < holds->max ? &holds->out[holds->count] : NULL;

	holds->count++;
	if (!to)
		return;
	*to = (struct uwdf_hold){ .kind = UWDF_HOLD_TARGET, .state = "open" };
	(void)snprintf(to->what, sizeof(to->what), "WDFIOTARGET %p of %.32s", (void *)target,
		       fx_driver_name(driver));
}

static bool is_of(const struct uwdf_device *host, const struct fx_driver *driver)
{
	if (host->shell)
		return host->fx == driver;
	for (unsigned int i = 0; i < host->level_count; i++)
		if (host->levels[i].driver->fx == driver)
			return true;
	return false;
}

static void find_all_of(struct uwdf_device *host, struct holds *found)
{
	size_t room = found->count < found->max ? found->max - found->count : 0;

	found->count += fx_watches_hold(host, room ? found->out + found->count : NULL, room);
	fx_named_each(&host->named, hold, found);
}

size_t fx_shown_holds_of(struct uwdf_device *host, struct uwdf_hold *holds, size_t max)
{
	struct holds found = { .out = holds, .max = max };

	find_all_of(host, &found);
	return found.count;
}

size_t fx_shown_holds(const struct fx_driver *driver, struct uwdf_hold *holds, size_t max)
{
	struct holds found = { .out = holds, .max = max };

	exec_mutex_lock(&lock);
	list_for_each (link, &all) {
		struct uwdf_device *host = list_entry(link, struct uwdf_device, shown_link);

		if (is_of(host, driver))
			find_all_of(host, &found);
	}
	exec_mutex_unlock(&lock);
	return found.count;
}
