/* SPDX-License-Identifier: MIT */
/* qemu_irq.c - INTx from the I/O APIC's pin, MSI and MSI-X through the doorbell. */
#include <errno.h>
#include <linux/pci_regs.h>

#include "base/sys.h"
#include "qemu_private.h"

#define MSG_ADDRESS (QEMU_DOORBELL_ADDR + 12u) /* ivshmem's doorbell register */
/* q35 routes pin A of slot n to pin 20 + n % 4 of the I/O APIC, for the slots below 25. */
#define INTX_PIN (20u + QEMU_PORT_SLOT % 4)

/* --- what there is --- */

static int init_messages(struct qemu *qemu)
{
	struct pci_function *fn = qemu->fn;
	uint32_t flags, table;
	int err = 0;

	qemu->msi_cap = pci_function_find_cap(fn, PCI_CAP_ID_MSI);
	qemu->msix_cap = pci_function_find_cap(fn, PCI_CAP_ID_MSIX);
	if (qemu->msi_cap) {
		err = qemu_op_config_read(fn, qemu->msi_cap + PCI_MSI_FLAGS, 2, &flags);
		if (!err)
			fn->irqs[PCI_IRQ_MSI].count = 1u << ((flags & PCI_MSI_FLAGS_QMASK) >> 1);
	}
	if (err || !qemu->msix_cap)
		return err;
	err = qemu_op_config_read(fn, qemu->msix_cap + PCI_MSIX_FLAGS, 2, &flags);
	if (!err)
		err = qemu_op_config_read(fn, qemu->msix_cap + PCI_MSIX_TABLE, 4, &table);
	if (err || (table & PCI_MSIX_TABLE_BIR) >= PCI_BAR_COUNT)
		return err;
	flags = (flags & PCI_MSIX_FLAGS_QSIZE) + 1;
	fn->irqs[PCI_IRQ_MSIX].count = flags < QEMU_VECTORS_MAX ? flags : QEMU_VECTORS_MAX;
	qemu->msix_table =
		fn->bars[table & PCI_MSIX_TABLE_BIR].bus_addr + (table & PCI_MSIX_TABLE_OFFSET);
	return 0;
}

static unsigned int ring_count(const struct pci_function *fn)
{
	unsigned int msi = fn->irqs[PCI_IRQ_MSI].count, msix = fn->irqs[PCI_IRQ_MSIX].count;

	return msi > msix ? msi : msix;
}

int qemu_irq_init(struct qemu *qemu)
{
	uint32_t pin;
	int err = qemu_op_config_read(qemu->fn, PCI_INTERRUPT_PIN, 1, &pin);

	if (err)
		return err;
	qemu->fn->irqs[PCI_IRQ_INTX].count = pin != 0;
	err = init_messages(qemu);
	if (!err)
		err = qemu_doorbell_announce(qemu, ring_count(qemu->fn));
	return err ? err : qemu_reader_watch_rings(qemu);
}

/* --- INTx --- */

void qemu_irq_pin(void *arg, unsigned int pin, bool level)
{
	struct qemu *qemu = arg;

	if (pin != INTX_PIN)
		return; /* the timer's and others' */
	spin_lock_acquire(&qemu->irq_lock);
	intx_line_set_level(&qemu->line, level);
	spin_lock_release(&qemu->irq_lock);
}

static int intx_enable(struct qemu *qemu, int eventfd)
{
	uint32_t command;
	int err = qemu_op_config_read(qemu->fn, PCI_COMMAND, 2, &command);

	if (!err)
		err = qemu_op_config_write(qemu->fn, PCI_COMMAND, 2,
					   command & ~(uint32_t)PCI_COMMAND_INTX_DISABLE);
	if (err)
		return err;
	spin_lock_acquire(&qemu->irq_lock);
	intx_line_connect(&qemu->line, eventfd);
	spin_lock_release(&qemu->irq_lock);
	return 0;
}

static void intx_disable(struct qemu *qemu)
{
	spin_lock_acquire(&qemu->irq_lock);
	intx_line_disconnect(&qemu->line);
	spin_lock_release(&qemu->irq_lock);
}

/* --- MSI: one address, data whose low bits are the vector --- */

static int msi_enable(struct qemu *qemu, unsigned int count)
{
	struct pci_function *fn = qemu->fn;
	unsigned int cap = qemu->msi_cap, log2 = 0;
	uint32_t flags = 0;
	int err = qemu_op_config_read(fn, cap + PCI_MSI_FLAGS, 2, &flags);
	bool wide = flags & PCI_MSI_FLAGS_64BIT;

	while (1u << log2 < count)
		log2++;
	flags = (flags & ~(uint32_t)PCI_MSI_FLAGS_QSIZE) | log2 << 4 | PCI_MSI_FLAGS_ENABLE;
	if (!err)
		err = qemu_op_config_write(fn, cap + PCI_MSI_ADDRESS_LO, 4, MSG_ADDRESS);
	if (!err && wide)
		err = qemu_op_config_write(fn, cap + PCI_MSI_ADDRESS_HI, 4, 0);
	if (!err)
		err = qemu_op_config_write(fn, cap + (wide ? PCI_MSI_DATA_64 : PCI_MSI_DATA_32), 2,
					   0);
	if (!err && (flags & PCI_MSI_FLAGS_MASKBIT))
		err = qemu_op_config_write(fn, cap + (wide ? PCI_MSI_MASK_64 : PCI_MSI_MASK_32), 4,
					   0);
	if (!err)
		err = qemu_op_config_write(fn, cap + PCI_MSI_FLAGS, 2, flags);
	return err;
}

/* --- MSI-X: a table in a BAR --- */

static int msix_write(struct qemu *qemu, unsigned int vector, unsigned int offset, uint32_t value)
{
	return qtest_command(&qemu->qtest, NULL, "writel 0x%llx 0x%x\n",
			     qemu->msix_table + 0ULL + vector * PCI_MSIX_ENTRY_SIZE + offset,
			     value);
}

static int msix_program(struct qemu *qemu, unsigned int vector)
{
	int err = msix_write(qemu, vector, PCI_MSIX_ENTRY_LOWER_ADDR, MSG_ADDRESS);

	if (!err)
		err = msix_write(qemu, vector, PCI_MSIX_ENTRY_UPPER_ADDR, 0);
	if (!err)
		err = msix_write(qemu, vector, PCI_MSIX_ENTRY_DATA, vector);
	if (!err)
		err = msix_write(qemu, vector, PCI_MSIX_ENTRY_VECTOR_CTRL, 0);
	return err;
}

static int msix_enable(struct qemu *qemu, unsigned int count)
{
	uint32_t flags;
	int err = 0;

	for (unsigned int i = 0; !err && i < count; i++)
		err = msix_program(qemu, i);
	if (!err)
		err = qemu_op_config_read(qemu->fn, qemu->msix_cap + PCI_MSIX_FLAGS, 2, &flags);
	if (!err)
		err = qemu_op_config_write(qemu->fn, qemu->msix_cap + PCI_MSIX_FLAGS, 2,
					   (flags | PCI_MSIX_FLAGS_ENABLE) &
						   ~(uint32_t)PCI_MSIX_FLAGS_MASKALL);
	return err;
}

static int change_flags(struct qemu *qemu, unsigned int at, uint32_t clear, uint32_t set)
{
	uint32_t flags;
	int err = qemu_op_config_read(qemu->fn, at, 2, &flags);

	return err ? err : qemu_op_config_write(qemu->fn, at, 2, (flags & ~clear) | set);
}

static int msi_off(struct qemu *qemu)
{
	return qemu->msi_cap
		       ? change_flags(qemu, qemu->msi_cap + PCI_MSI_FLAGS, PCI_MSI_FLAGS_ENABLE, 0)
		       : 0;
}

static int msix_off(struct qemu *qemu)
{
	return qemu->msix_cap ? change_flags(qemu, qemu->msix_cap + PCI_MSIX_FLAGS,
					     PCI_MSIX_FLAGS_ENABLE, 0)
			      : 0;
}

/*
 * Masked as a whole, not turned off: QEMU 7.2's e1000e has throttling timers that abort QEMU when
 * they end after MSI-X was turned off. It is turned off when another kind is wanted.
 */
static int msix_quiet(struct qemu *qemu)
{
	return change_flags(qemu, qemu->msix_cap + PCI_MSIX_FLAGS, 0, PCI_MSIX_FLAGS_MASKALL);
}

/* --- messages that rang --- */

static void pass_on_locked(struct qemu *qemu, unsigned int ring, uint64_t count)
{
	if (!qemu->messages)
		return; /* sent before they were disabled */
	if (qemu->masked >> ring & 1)
		qemu->pending |= 1ull << ring;
	else
		intx_signal(qemu->eventfds[ring], count);
}

void qemu_irq_ring(struct qemu *qemu, unsigned int ring)
{
	int64_t count = sys_eventfd_drain(qemu->doorbell.rings[ring]);

	if (count <= 0)
		return; /* it stays readable: we come back */
	spin_lock_acquire(&qemu->irq_lock);
	pass_on_locked(qemu, ring, (uint64_t)count);
	spin_lock_release(&qemu->irq_lock);
}

static void listen_to_messages(struct qemu *qemu, const int *eventfds, unsigned int count)
{
	spin_lock_acquire(&qemu->irq_lock);
	for (unsigned int i = 0; i < QEMU_VECTORS_MAX; i++)
		qemu->eventfds[i] = i < count ? eventfds[i] : -1;
	qemu->masked = 0;
	qemu->pending = 0;
	qemu->messages = count != 0;
	spin_lock_release(&qemu->irq_lock);
}

/* --- the operations --- */

static int messages_enable(struct qemu *qemu, enum pci_irq_kind kind, const int *eventfds,
			   unsigned int count)
{
	int err;

	listen_to_messages(qemu, eventfds, count);
	err = kind == PCI_IRQ_MSI ? msi_enable(qemu, count) : msix_enable(qemu, count);
	if (err)
		listen_to_messages(qemu, NULL, 0);
	return err;
}

int qemu_op_irq_enable(struct pci_function *fn, enum pci_irq_kind kind, const int *eventfds,
		       unsigned int count)
{
	struct qemu *qemu = qemu_of(fn);
	int err = kind == PCI_IRQ_MSIX ? 0 : msix_off(qemu);

	if (err)
		return err;
	return kind == PCI_IRQ_INTX ? intx_enable(qemu, eventfds[0])
				    : messages_enable(qemu, kind, eventfds, count);
}

void qemu_op_irq_disable(struct pci_function *fn)
{
	struct qemu *qemu = qemu_of(fn);
	int err = 0;

	if (fn->irq_kind == PCI_IRQ_INTX)
		intx_disable(qemu);
	else
		err = fn->irq_kind == PCI_IRQ_MSI ? msi_off(qemu) : msix_quiet(qemu);
	listen_to_messages(qemu, NULL, 0);
	if (err)
		return; /* QEMU is gone, and its interrupts with it */
}

static void set_masked_locked(struct qemu *qemu, unsigned int vector, bool mask)
{
	uint64_t bit = 1ull << vector;

	if (qemu->line.connected) {
		intx_line_set_masked(&qemu->line, mask);
		return;
	}
	qemu->masked = mask ? qemu->masked | bit : qemu->masked & ~bit;
	if (mask || !(qemu->pending & bit))
		return;
	qemu->pending &= ~bit;
	pass_on_locked(qemu, vector, 1);
}

static int set_masked(struct qemu *qemu, unsigned int vector, bool mask)
{
	if (vector >= QEMU_VECTORS_MAX)
		return -EINVAL;
	spin_lock_acquire(&qemu->irq_lock);
	set_masked_locked(qemu, vector, mask);
	spin_lock_release(&qemu->irq_lock);
	return 0;
}

int qemu_op_irq_mask(struct pci_function *fn, unsigned int vector)
{
	return set_masked(qemu_of(fn), vector, true);
}

int qemu_op_irq_unmask(struct pci_function *fn, unsigned int vector)
{
	return set_masked(qemu_of(fn), vector, false);
}

int qemu_op_irq_set(struct pci_function *fn, unsigned int vector, int eventfd)
{
	struct qemu *qemu = qemu_of(fn);

	spin_lock_acquire(&qemu->irq_lock);
	if (fn->irq_kind == PCI_IRQ_INTX)
		qemu->line.eventfd = eventfd;
	else
		qemu->eventfds[vector] = eventfd;
	spin_lock_release(&qemu->irq_lock);
	return 0;
}

/* A reset forgets what was programmed; whoever listens goes on listening. */
int qemu_irq_restore(struct qemu *qemu)
{
	struct pci_function *fn = qemu->fn;

	if (!fn->irq_enabled || fn->irq_kind == PCI_IRQ_INTX)
		return 0;
	return fn->irq_kind == PCI_IRQ_MSI ? msi_enable(qemu, fn->irq_count)
					   : msix_enable(qemu, fn->irq_count);
}
