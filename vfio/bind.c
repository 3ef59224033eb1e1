/* SPDX-License-Identifier: MIT */
/*
 * bind.c - which kernel driver has a function, changed through driver_override.
 *
 * A change is a transaction: what was there before is read first, and put back by the same steps
 * when a later one fails.
 */
#include "vfio/bind.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/exec.h"
#include "base/log.h"
#include "base/sys.h"
#include "bind_in_use.h"
#include "sysfs.h"
#include "vfio_refusal.h"

#define VFIO_PCI         "vfio-pci"
#define NODE_DEADLINE_MS 3000u
#define NODE_POLL_MS     5u

/* Who has a function, and who is told to have it. */
struct binding {
	char address[PCI_ADDRESS_SIZE];
	char driver[SYSFS_NAME_MAX];          /* "" none */
	char driver_override[SYSFS_NAME_MAX]; /* "" none */
};

/* --- one step each --- */

static int write_override(const struct binding *b, const char *driver)
{
	char path[SYSFS_PATH_MAX];

	sysfs_function_path(b->address, "driver_override", path);
	return sys_write_file(path, driver[0] ? driver : "\n");
}

static int tell_driver(const struct binding *b, const char *driver, const char *what)
{
	char path[SYSFS_PATH_MAX];

	snprintf(path, sizeof(path), SYSFS_DRIVERS "/%s/%s", driver, what);
	return sys_write_file(path, b->address);
}

/* Ask the kernel to find a driver; what it found shows in sysfs, not in the result. */
static int probe(const struct binding *b)
{
	return sys_write_file("/sys/bus/pci/drivers_probe", b->address);
}

UW_COLD static int refuse_address(struct report *rep, const char *address)
{
	report_say(rep, "'%s' is no PCI address", address);
	report_hint(rep, "write it as 0000:00:03.0; see 'uwdf list'");
	return -EINVAL;
}

UW_EXPORT bool vfio_bind_address_valid(const char *address)
{
	char full[PCI_ADDRESS_SIZE];

	return pci_address_normalize(address, full) == 0;
}

static int binding_read(const char *address, struct report *rep, struct binding *out)
{
	char path[SYSFS_PATH_MAX];
	int err;

	if (pci_address_normalize(address, out->address))
		return refuse_address(rep, address);
	if (!sysfs_function_exists(out->address))
		return refuse_no_function(rep, out->address);
	err = sysfs_driver(out->address, out->driver);
	sysfs_function_path(out->address, "driver_override", path);
	if (!err)
		err = sysfs_read_text(path, out->driver_override, sizeof(out->driver_override));
	if (err)
		return report_fail(rep, err, "%s: which driver has it", out->address);
	if (!strcmp(out->driver_override, "(null)"))
		out->driver_override[0] = '\0';
	return 0;
}

/* --- undo --- */

static int give_back(const struct binding *was)
{
	struct binding now = { .driver = "" };
	int err = sysfs_driver(was->address, now.driver);

	if (err || !strcmp(now.driver, was->driver))
		return err;
	if (now.driver[0])
		err = tell_driver(was, now.driver, "unbind");
	if (!err && was->driver[0])
		err = tell_driver(was, was->driver, "bind");
	return err;
}

/* The very first step may have been refused. */
static bool is_as_it_was(const struct binding *was)
{
	struct binding now;

	return !binding_read(was->address, NULL, &now) && !strcmp(now.driver, was->driver) &&
	       !strcmp(now.driver_override, was->driver_override);
}

static void restore(const struct binding *was)
{
	int err, bind_err;

	if (is_as_it_was(was))
		return;
	err = write_override(was, was->driver_override);
	bind_err = give_back(was);
	if (err || bind_err)
		log_error("vfio", "%s: could not be given back to %s: %s", was->address,
			  was->driver[0] ? was->driver : "nobody", err_text(err ? err : bind_err));
}

/* --- bind --- */

static UW_COLD int refuse_step(struct report *rep, const struct binding *b, int err,
			       const char *step)
{
	return report_fail(rep, err, "%s: %s", b->address, step);
}

static UW_COLD void hint_root(struct report *rep, const struct binding *b, int err,
			      const char *command)
{
	if (err == -EACCES || err == -EPERM)
		report_hint(rep, "this needs root: sudo uwdf %s %s", command, b->address);
}

static int check_can_bind(const struct binding *b, bool force, struct report *rep)
{
	unsigned int group;
	int err = sysfs_iommu_group(b->address, &group);

	if (err)
		return refuse_no_group(rep, b->address, err);
	if (sys_access(SYSFS_DRIVERS "/" VFIO_PCI, F_OK) < 0) {
		report_fail(rep, -ENOENT, "%s: this kernel has no driver vfio-pci loaded",
			    b->address);
		report_hint(rep, "sudo modprobe vfio-pci");
		return -ENOENT;
	}
	return force ? 0 : bind_check_idle(b->address, rep);
}

static int move_to_vfio(const struct binding *was, struct report *rep)
{
	char now[SYSFS_NAME_MAX];
	int err = write_override(was, VFIO_PCI);

	if (err)
		return refuse_step(rep, was, err, "writing driver_override");
	if (was->driver[0]) {
		err = tell_driver(was, was->driver, "unbind");
		if (err)
			return refuse_step(rep, was, err, "taking it from its driver");
	}
	err = probe(was);
	if (!err)
		err = sysfs_driver(was->address, now);
	if (!err && strcmp(now, VFIO_PCI) != 0) {
		report_fail(rep, -EIO, "%s: vfio-pci would not take it", was->address);
		report_hint(rep, "dmesg | tail says why");
		return -EIO;
	}
	return err ? refuse_step(rep, was, err, "giving it to vfio-pci") : 0;
}

/* devtmpfs makes the node within the probe; a udev rule may rename or set its owner a bit later. */
static int await_node(const struct binding *b, struct report *rep)
{
	uint64_t deadline = exec_deadline_ms(NODE_DEADLINE_MS);
	char path[SYSFS_PATH_MAX];
	unsigned int group = 0;
	int err = sysfs_iommu_group(b->address, &group);

	if (err)
		return refuse_no_group(rep, b->address, err);
	group_node_path(group, path);
	while (sys_access(path, F_OK) < 0) {
		if (exec_now_ns() >= deadline) {
			report_fail(rep, -ETIMEDOUT, "%s is bound, but %s does not appear",
				    b->address, path);
			report_hint(rep, "is /dev a devtmpfs, or udev running?");
			return -ETIMEDOUT;
		}
		exec_sleep_ms(NODE_POLL_MS);
	}
	return 0;
}

UW_EXPORT int vfio_bind(const char *address, bool force, struct report *rep)
{
	struct binding was;
	int err = binding_read(address, rep, &was);

	if (err || !strcmp(was.driver, VFIO_PCI))
		return err;
	err = check_can_bind(&was, force, rep);
	if (err)
		return err;
	err = move_to_vfio(&was, rep);
	if (!err)
		err = await_node(&was, rep);
	if (err)
		restore(&was);
	hint_root(rep, &was, err, "bind");
	return err;
}

/* --- unbind --- */

/*
 * The kernel would wait, without end, for whoever has the function open. Who holds the group is the
 * nearest thing it tells; a sibling's user counts too.
 */
static int check_closed(const struct binding *b, struct report *rep)
{
	char path[SYSFS_PATH_MAX];
	unsigned int group;
	int fd;

	if (sysfs_iommu_group(b->address, &group))
		return 0; /* no group, no user */
	group_node_path(group, path);
	fd = sys_open(path, O_RDWR, 0);
	if (fd == -EBUSY) {
		report_fail(rep, fd, "%s: a process has its IOMMU group %u open", b->address,
			    group);
		report_hint(rep, "uwdf stop, or see who: sudo fuser -v %s", path);
		return fd;
	}
	sys_close(fd);
	return 0;
}

static int leave_vfio(const struct binding *was, struct report *rep)
{
	int err = write_override(was, "");

	if (err)
		return refuse_step(rep, was, err, "clearing driver_override");
	if (!strcmp(was->driver, VFIO_PCI))
		err = tell_driver(was, VFIO_PCI, "unbind");
	if (err)
		return refuse_step(rep, was, err, "taking it from vfio-pci");
	err = probe(was);
	return err ? refuse_step(rep, was, err, "asking for its own driver") : 0;
}

UW_EXPORT int vfio_unbind(const char *address, struct report *rep)
{
	struct binding was;
	int err = binding_read(address, rep, &was);

	if (err)
		return err;
	if (strcmp(was.driver, VFIO_PCI) != 0 && strcmp(was.driver_override, VFIO_PCI) != 0)
		return 0; /* not ours */
	if (!strcmp(was.driver, VFIO_PCI))
		err = check_closed(&was, rep);
	if (err)
		return err;
	err = leave_vfio(&was, rep);
	if (err)
		restore(&was);
	hint_root(rep, &was, err, "unbind");
	return err;
}
