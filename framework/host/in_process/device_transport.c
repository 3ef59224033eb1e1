/* SPDX-License-Identifier: MIT */
/* device_transport.c - the in-process transport on libuwdf's own devices. */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/report.h"
#include "in_process.h"
#include "naming.h"
#include "uwdf/host.h"
#include "uwdf/in_process.h"
#include "uwdf/wire.h"

/* An interface's reference may come from the device itself: as a server has it. */
#define MOST_FILE_NAME (4u * UWDF_WIRE_MAX_NAME)

static int open_at(struct uwdf_device *device, const char *file_name, struct uwdf_transport **out)
{
	struct uwdf_device_info info;
	struct in_process_params params = { .ops = &uwdf_device_io,
					    .watch_ops = &uwdf_device_watch,
					    .device = device,
					    .file_name = file_name };

	uwdf_device_info(device, &info);
	params.name = info.name;
	return in_process_transport_new(&params, out);
}

int uwdf_device_transport(struct uwdf_device *device, struct uwdf_transport **out)
{
	return open_at(device, NULL, out);
}

/* NAME\PATH: is that the device? Then the path is the file's name. */
static int find_by_name(struct uwdf_device *device, const char *what, const struct naming *naming,
			char *file_name)
{
	struct uwdf_device_info info;
	size_t len = (size_t)(naming->rest - what);

	uwdf_device_info(device, &info);
	if (strlen(info.name) != len || memcmp(info.name, what, len) != 0)
		return -ENOENT;
	memcpy(file_name, naming->rest, strlen(naming->rest) + 1);
	return 0;
}

static int find(struct uwdf_device *device, const char *what, char *file_name)
{
	char nt_name[UWDF_WIRE_MAX_NAME + 1];
	struct uwdf_device_name name = { .guid = NULL };
	struct naming naming;

	naming_parse(what, &naming);
	if (strlen(naming.rest) > UWDF_WIRE_MAX_NAME)
		return -ENAMETOOLONG;
	switch (naming.kind) {
	case NAMING_DEVICE:
		return find_by_name(device, what, &naming, file_name);
	case NAMING_INTERFACE:
		name.guid = naming.guid;
		name.text = naming.rest;
		break;
	case NAMING_NT:
		if (naming_to_nt(what, nt_name, sizeof(nt_name)))
			return -ENAMETOOLONG;
		name.text = nt_name;
		break;
	default:
		return -EINVAL; /* there is no socket */
	}
	return uwdf_device_find(device, &name, file_name, MOST_FILE_NAME) ? 0 : -ENOENT;
}

static int explain(struct report *rep, int err, const char *what)
{
	if (err == -ENOENT) {
		report_say(rep, "opening device %s: it is not this one", what);
		report_hint(rep, "leave the name away; or begin it with the device's own, its "
				 "link's, or the GUID of one of its interfaces");
		return err;
	}
	if (err == -EIO)
		report_say(rep, "opening %s: the driver refused", what);
	else if (err == -ECONNREFUSED)
		report_say(rep, "opening %s: the device is being removed", what);
	else
		report_fail(rep, err, "opening %s", what);
	return err;
}

int uwdf_device_transport_as(struct uwdf_device *device, const char *what, struct uwdf_report *rep,
			     struct uwdf_transport **out)
{
	static_assert(sizeof(struct report) == sizeof(*rep), "copied as a whole");
	char file_name[MOST_FILE_NAME];
	struct report report = REPORT_INIT;
	int err = find(device, what, file_name);

	if (!err)
		err = open_at(device, file_name, out);
	if (err)
		(void)explain(&report, err, what);
	if (rep)
		memcpy(rep, &report, sizeof(*rep));
	return err;
}
