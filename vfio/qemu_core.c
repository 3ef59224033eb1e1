/* SPDX-License-Identifier: MIT */
/* qemu_core.c - the QEMU back end: one QEMU a function, started by open, stopped by close. */
#include <errno.h>
#include <linux/pci_regs.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "qemu_private.h"

/* The connection broke: QEMU ended, hangs, or a test made a call fail. */
void qemu_died(void *arg, int err)
{
	struct qemu *qemu = arg;
	char words[QEMU_LAST_WORDS];

	if (__atomic_load_n(&qemu->opened, __ATOMIC_ACQUIRE)) {
		qemu_last_words(qemu, words, sizeof(words));
		log_error("vfio", "%s: QEMU is gone: %s%s%s", qemu->fn->address, err_text(err),
			  words[0] ? "; it said: " : "", words);
	}
	pci_function_mark_gone(qemu->fn);
}

/* --- open --- */

static int read_id(struct pci_function *fn)
{
	uint32_t ids, class_revision, sub;
	int err = qemu_op_config_read(fn, PCI_VENDOR_ID, 4, &ids);

	if (!err)
		err = qemu_op_config_read(fn, PCI_CLASS_REVISION, 4, &class_revision);
	if (!err)
		err = qemu_op_config_read(fn, PCI_SUBSYSTEM_VENDOR_ID, 4, &sub);
	if (err)
		return err;
	if (ids == UINT32_MAX)
		return -ENODEV; /* a -device that is no PCI function */
	fn->id = (struct pci_id){ .vendor = (uint16_t)ids,
				  .device = (uint16_t)(ids >> 16),
				  .subvendor = (uint16_t)sub,
				  .subdevice = (uint16_t)(sub >> 16),
				  .class_code = class_revision >> 8,
				  .revision = (uint8_t)class_revision };
	return 0;
}

/* The first answer says that QEMU is up; the rest is what firmware would do. */
static int set_up(struct qemu *qemu)
{
	int err = qtest_command(&qemu->qtest, NULL, "irq_intercept_in ioapic\n");

	if (!err)
		err = qemu_machine_init(qemu);
	if (!err)
		err = read_id(qemu->fn);
	if (!err)
		err = qemu_bars_init(qemu);
	if (!err)
		err = qemu_irq_init(qemu);
	return err;
}

UW_COLD static void hint_from_words(const char *words, const char *device, struct report *rep)
{
	if (strstr(words, "not a valid device model name"))
		report_hint(rep, "qemu-system-x86_64 -device help    # lists the models");
	else if (strstr(words, "Property"))
		report_hint(rep, "qemu-system-x86_64 -device %.*s,help    # lists its properties",
			    (int)strcspn(device, ","), device);
}

static int bring_up(struct qemu *qemu, const char *device, const struct pci_function_params *params,
		    struct report *rep)
{
	struct pci_function *fn = qemu->fn;
	char words[QEMU_LAST_WORDS];
	int err = qemu_process_start(qemu, device, params, rep);

	if (err)
		return err;
	err = qemu_reader_start(qemu);
	if (!err)
		err = set_up(qemu);
	if (err) {
		qemu_last_words(qemu, words, sizeof(words));
		report_fail(rep, err, "opening %s: QEMU said \"%s\"", fn->address, words);
		hint_from_words(words, device, rep);
		return err;
	}
	fn->caps =
		(struct pci_caps){ .has_reset = true, .has_intx_mask = true, .dynamic_msix = true };
	return 0;
}

static void qemu_free(struct qemu *qemu)
{
	qemu_reader_stop(qemu);
	qemu_process_stop(qemu);
	mem_free(qemu);
}

static void op_close(struct pci_function *fn)
{
	struct qemu *qemu = qemu_of(fn);

	/* from here on its end is no news */
	__atomic_store_n(&qemu->opened, false, __ATOMIC_RELEASE);
	qemu_free(qemu);
	fn->backend = NULL;
}

static const struct pci_function_ops qemu_ops = {
	.name = "qemu",
	.close = op_close,
	.config_read = qemu_op_config_read,
	.config_write = qemu_op_config_write,
	.bar_read = qemu_op_bar_read,
	.bar_write = qemu_op_bar_write,
	.reset = qemu_op_reset,
	.irq_enable = qemu_op_irq_enable,
	.irq_set = qemu_op_irq_set,
	.irq_disable = qemu_op_irq_disable,
	.irq_unmask = qemu_op_irq_unmask,
	.irq_mask = qemu_op_irq_mask,
	.provoke_removal = qemu_op_provoke_removal,
};

static struct qemu *qemu_new(struct pci_function *fn)
{
	struct qemu *qemu = mem_calloc(1, sizeof(*qemu));

	if (!qemu)
		return NULL;
	qemu->fn = fn;
	qemu->firmware = qemu->memory = qemu->words = qemu->monitor = -1;
	qemu->epoll = qemu->stop = -1;
	qemu->doorbell.fd = -1;
	qemu->line.eventfd = -1;
	spin_lock_init(&qemu->irq_lock, LOCK_RANK_BACKEND_IRQ);
	return qemu;
}

/* "e1000" of "e1000,mac=..."; what QEMU calls a device has no other characters. */
bool qemu_pci_names_device(const char *text)
{
	size_t len = strcspn(text, ",");

	return len && strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789._-") >= len;
}

static int refuse(const char *address, const char *device, struct report *rep)
{
	int err = 0;

	if (exec_sim_active())
		err = report_fail(rep, -EOPNOTSUPP,
				  "opening %s on simulated time, which QEMU does not keep",
				  address);
	else if (!qemu_pci_names_device(device))
		err = report_fail(rep, -EINVAL, "opening %s: no device model is named", address);
	if (err == -EINVAL)
		report_hint(rep, "say qemu:e1000 or qemu:e1000,mac=52:54:00:12:34:56");
	return err;
}

int qemu_pci_open(const char *address, const struct pci_function_params *params, struct report *rep,
		  struct pci_function **out)
{
	const char *device = address + strlen("qemu:");
	struct pci_function *fn;
	struct qemu *qemu;
	int err = refuse(address, device, rep);

	if (err)
		return err;
	err = pci_function_new(address, params, &qemu_ops, &fn);
	if (err)
		return report_fail(rep, err, "opening %s", address);
	qemu = qemu_new(fn);
	if (!qemu) {
		err = report_fail(rep, -ENOMEM, "opening %s", address);
		goto err_function;
	}
	fn->backend = qemu;
	err = bring_up(qemu, device, params, rep);
	if (err)
		goto err_qemu;
	__atomic_store_n(&qemu->opened, true, __ATOMIC_RELEASE);
	*out = fn;
	return 0;

err_qemu:
	register_window_remove(fn);
	qemu_free(qemu);
err_function:
	pci_function_free(fn);
	return err;
}
