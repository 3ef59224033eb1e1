/* SPDX-License-Identifier: MIT */
#include "bind_in_use.h"

#include <errno.h>
#include <limits.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/sys.h"
#include "sysfs.h"

#define PROC_ROOM_FIRST (64u << 10)
#define PROC_ROOM_MAX   (16u << 20)

struct search {
	const char *address;
	const char *class_dir; /* "/sys/class/net" */
	struct report *rep;
	const char *mounts; /* /proc/self/mountinfo; disks only */
	const char *swaps;  /* /proc/swaps; disks only */
};

/* A class entry links to its place in the device tree, which names each function above it. */
static int is_below(const struct search *search, const char *name, bool *out)
{
	char path[SYSFS_PATH_MAX], target[PATH_MAX], part[PCI_ADDRESS_SIZE + 2];
	ssize_t got;

	snprintf(path, sizeof(path), "%s/%.64s", search->class_dir, name);
	got = sys_readlink(path, target, sizeof(target));
	if (got == -EINVAL || got == -ENOENT) {
		*out = false; /* a plain file of the class, or gone meanwhile */
		return 0;
	}
	if (got < 0)
		return (int)got;
	snprintf(part, sizeof(part), "/%s/", search->address);
	*out = strstr(target, part) != NULL;
	return 0;
}

/* --- network interfaces --- */

static int refuse_interface(void *arg, const char *name)
{
	const struct search *search = arg;
	char path[SYSFS_PATH_MAX];
	bool below = false;
	int64_t flags = 0;
	int err = is_below(search, name, &below);

	if (err || !below)
		return err;
	snprintf(path, sizeof(path), "%s/%.64s/flags", search->class_dir, name);
	err = sysfs_read_number(path, &flags);
	if (err || !(flags & IFF_UP))
		return err;
	report_fail(search->rep, -EBUSY, "the network interface %s of %s is up", name,
		    search->address);
	report_hint(search->rep, "sudo ip link set %s down, or --force to take it nevertheless",
		    name);
	return -EBUSY;
}

/* --- disks --- */

/* Does @text have @word, with white space or an end on both sides? */
static bool has_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = strstr(text, word); at; at = strstr(at + 1, word)) {
		bool starts = at == text || strchr(" \t\n", at[-1]);

		if (starts && (!at[len] || strchr(" \t\n", at[len])))
			return true;
	}
	return false;
}

/* By number, and by name too: btrfs shows a number of its own. */
static int is_mounted(const struct search *search, const char *disk, bool *out)
{
	char path[SYSFS_PATH_MAX], number[32], node[SYSFS_NAME_MAX + 8];
	int err;

	snprintf(path, sizeof(path), "%s/%.64s/dev", search->class_dir, disk);
	err = sysfs_read_text(path, number, sizeof(number));
	if (err)
		return err;
	snprintf(node, sizeof(node), "/dev/%.64s", disk);
	*out = has_word(search->mounts, number) || has_word(search->mounts, node);
	return 0;
}

static int stop_at_first(void *arg, const char *name)
{
	(void)arg;
	(void)name;
	return 1;
}

/* How the disk is used, as a phrase; NULL when it is not. */
static int use_of_disk(const struct search *search, const char *disk, const char **out)
{
	char holders[SYSFS_PATH_MAX], node[SYSFS_NAME_MAX + 8];
	bool mounted = false;
	int err = is_mounted(search, disk, &mounted), held;

	if (err)
		return err;
	snprintf(node, sizeof(node), "/dev/%.64s", disk);
	snprintf(holders, sizeof(holders), "%s/%.64s/holders", search->class_dir, disk);
	held = sys_list_dir(holders, stop_at_first, NULL);
	if (held < 0 && held != -ENOENT)
		return held;
	*out = mounted                         ? "mounted"
	       : has_word(search->swaps, node) ? "used for swap"
	       : held > 0                      ? "part of another block device (LVM, RAID, crypt)"
					       : NULL;
	return 0;
}

static int refuse_disk(void *arg, const char *name)
{
	const struct search *search = arg;
	const char *use = NULL;
	bool below = false;
	int err = is_below(search, name, &below);

	if (!err && below)
		err = use_of_disk(search, name, &use);
	if (err || !use)
		return err;
	report_fail(search->rep, -EBUSY, "the disk %s of %s is %s", name, search->address, use);
	report_hint(search->rep,
		    "stop using /dev/%s (umount, swapoff), or --force to take it "
		    "nevertheless and lose what it holds",
		    name);
	return -EBUSY;
}

/* --- both --- */

static int search_class(const struct search *search, int (*fn)(void *arg, const char *name))
{
	struct search copy = *search;
	int err = sys_list_dir(copy.class_dir, fn, &copy);

	if (err == -ENOENT)
		return 0; /* a kernel without such devices */
	if (err && err != -EBUSY)
		return report_fail(copy.rep, err, "%s: looking for users in %s", copy.address,
				   copy.class_dir);
	return err;
}

/* A whole file of /proc in one heap block; one that is not there reads as empty. */
static int read_proc(const char *path, char **out)
{
	for (size_t room = PROC_ROOM_FIRST; room <= PROC_ROOM_MAX; room *= 4) {
		char *text = mem_alloc(room);
		ssize_t got;

		if (!text)
			return -ENOMEM;
		got = sys_read_file(path, text, room);
		if (got == -ENOENT)
			text[0] = '\0';
		if (got >= 0 || got == -ENOENT) {
			*out = text;
			return 0;
		}
		mem_free(text);
		if (got != -EMSGSIZE)
			return (int)got;
	}
	return -EMSGSIZE;
}

static int check_disks(const char *address, struct report *rep)
{
	struct search search = { .address = address, .class_dir = "/sys/class/block", .rep = rep };
	char *mounts = NULL, *swaps = NULL;
	int err = read_proc("/proc/self/mountinfo", &mounts);

	if (!err)
		err = read_proc("/proc/swaps", &swaps);
	if (err) {
		report_fail(rep, err, "%s: what is mounted", address);
	} else {
		search.mounts = mounts;
		search.swaps = swaps;
		err = search_class(&search, refuse_disk);
	}
	mem_free(swaps);
	mem_free(mounts);
	return err;
}

int bind_check_idle(const char *address, struct report *rep)
{
	struct search net = { .address = address, .class_dir = "/sys/class/net", .rep = rep };
	int err = search_class(&net, refuse_interface);

	return err ? err : check_disks(address, rep);
}
