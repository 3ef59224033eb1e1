/* SPDX-License-Identifier: MIT */
/*
 * qemu_remove.c - pulls the device out: device_del, then its slot loses power.
 *
 * device_del alone only asks the guest, and there is none: what a guest would answer is a write
 * to the port's slot control register.
 */
#include <errno.h>
#include <linux/pci_regs.h>
#include <stdio.h>
#include <string.h>

#include "base/sys.h"
#include "qemu_private.h"

#define SLOT_OFF (PCI_EXP_SLTCTL_PWR_OFF | PCI_EXP_SLTCTL_PWR_IND_OFF) /* 0x0700 */

/* --- the monitor: one JSON object a line --- */

/* Reads one line, without what is too long for @line. */
static int read_line(int fd, char *line, size_t len, uint64_t deadline_ns)
{
	size_t used = 0;
	char c = '\0';

	while (c != '\n') {
		int got = exec_wait_fd(fd, POLLIN, deadline_ns);
		ssize_t bytes;

		if (got <= 0)
			return got < 0 ? got : -ETIMEDOUT;
		bytes = sys_read(fd, &c, 1);
		if (bytes <= 0)
			return bytes < 0 ? (int)bytes : -ENODEV;
		if (used + 1 < len)
			line[used++] = c;
	}
	line[used] = '\0';
	return 0;
}

static int await_answer(int fd, uint64_t deadline_ns)
{
	char line[512];
	int err;

	do
		err = read_line(fd, line, sizeof(line), deadline_ns);
	while (!err && !strstr(line, "\"return\"") && !strstr(line, "\"error\""));
	if (err)
		return err;
	return strstr(line, "\"error\"") ? -EOPNOTSUPP : 0;
}

static int monitor_command(struct qemu *qemu, const char *text)
{
	struct iovec part = { (void *)(uintptr_t)text, strlen(text) };
	struct msghdr msg = { .msg_iov = &part, .msg_iovlen = 1 };
	ssize_t put = sys_sendmsg(qemu->monitor, &msg, 0);

	if (put < 0)
		return (int)put;
	return await_answer(qemu->monitor, exec_deadline_ms(qemu->fn->deadline_ms));
}

/* --- the slot --- */

static int find_port_cap(struct qemu *qemu, unsigned int *out)
{
	uint32_t at, id;
	int err = qemu_config_read(qemu, 0, QEMU_PORT_SLOT, PCI_CAPABILITY_LIST, 1, &at);

	for (unsigned int i = 0; !err && at && i < 48; i++) {
		err = qemu_config_read(qemu, 0, QEMU_PORT_SLOT, at, 1, &id);
		if (!err && id == PCI_CAP_ID_EXP) {
			*out = at;
			return 0;
		}
		if (!err)
			err = qemu_config_read(qemu, 0, QEMU_PORT_SLOT, at + 1, 1, &at);
	}
	return err ? err : -EOPNOTSUPP;
}

static int cut_power(struct qemu *qemu)
{
	unsigned int cap = 0;
	int err = find_port_cap(qemu, &cap);

	if (err)
		return err;
	return qemu_config_write(qemu, 0, QEMU_PORT_SLOT, cap + PCI_EXP_SLTCTL, 2, SLOT_OFF);
}

/* Its config space answers with ones once it is out. */
static int await_absence(struct qemu *qemu)
{
	uint64_t deadline_ns = exec_deadline_ms(qemu->fn->deadline_ms);
	uint32_t vendor;

	do {
		int err = qemu_op_config_read(qemu->fn, PCI_VENDOR_ID, 2, &vendor);

		if (err)
			return err;
		if (vendor == 0xffff)
			return 0;
	} while (exec_now_ns() < deadline_ns);
	return -ETIMEDOUT;
}

int qemu_op_provoke_removal(struct pci_function *fn)
{
	struct qemu *qemu = qemu_of(fn);
	int err = monitor_command(qemu, "{\"execute\":\"qmp_capabilities\"}\n");

	if (!err)
		err = monitor_command(
			qemu, "{\"execute\":\"device_del\",\"arguments\":{\"id\":\"function\"}}\n");
	if (!err)
		err = cut_power(qemu);
	if (!err)
		err = await_absence(qemu);
	if (!err)
		pci_function_mark_gone(fn);
	return err;
}
