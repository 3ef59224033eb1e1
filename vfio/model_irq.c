/* SPDX-License-Identifier: MIT */
/* model_irq.c - a model's interrupts become eventfds; INTx is masked when it fires. */
#include <errno.h>
#include <linux/pci_regs.h>

#include "model_private.h"

static void signal_vector(struct pci_model *m, unsigned int vector)
{
	m->stats.interrupts++;
	intx_signal(m->irq.eventfds[vector], 1);
}

/* What the device asserts reaches the pin unless the command register says no. */
void model_irq_settle(struct pci_model *m)
{
	bool off = m->wrong.vanished || (model_config_command(m) & PCI_COMMAND_INTX_DISABLE);
	bool was_masked = m->irq.line.masked;

	intx_line_set_level(&m->irq.line, m->irq.asserted && !off);
	m->stats.interrupts += m->irq.line.masked && !was_masked;
}

void pci_model_set_intx(struct pci_model *m, bool level)
{
	m->irq.asserted = level;
	model_irq_settle(m);
}

bool pci_model_uses_messages(const struct pci_model *m)
{
	return m->irq.enabled && m->irq.kind != PCI_IRQ_INTX;
}

void pci_model_send_msi(struct pci_model *m, unsigned int vector)
{
	struct pci_model_irq *irq = &m->irq;
	bool can = pci_model_uses_messages(m) && vector < irq->count && !m->wrong.vanished &&
		   (model_config_command(m) & PCI_COMMAND_MASTER); /* a message is a write */

	if (!can)
		return;
	if (irq->masked & 1u << vector)
		irq->pending |= 1u << vector;
	else
		signal_vector(m, vector);
}

static void set_masked_locked(struct pci_model *m, unsigned int vector, bool masked)
{
	struct pci_model_irq *irq = &m->irq;
	uint32_t bit = 1u << vector;

	if (irq->kind == PCI_IRQ_INTX) {
		irq->line.masked = masked;
		model_irq_settle(m);
		return;
	}
	irq->masked = masked ? irq->masked | bit : irq->masked & ~bit;
	if (masked || !(irq->pending & bit))
		return;
	irq->pending &= ~bit;
	pci_model_send_msi(m, vector);
}

static int set_masked(struct pci_function *fn, unsigned int vector, bool masked)
{
	struct pci_model *m = fn->backend;
	int err = -EINVAL;

	rank_mutex_lock(&m->lock);
	if (m->irq.enabled && vector < m->irq.count) {
		set_masked_locked(m, vector, masked);
		err = 0;
	}
	rank_mutex_unlock(&m->lock);
	return err;
}

int model_irq_unmask(struct pci_function *fn, unsigned int vector)
{
	return set_masked(fn, vector, false);
}

int model_irq_mask(struct pci_function *fn, unsigned int vector)
{
	return set_masked(fn, vector, true);
}

int model_irq_enable(struct pci_function *fn, enum pci_irq_kind kind, const int *eventfds,
		     unsigned int count)
{
	struct pci_model *m = fn->backend;

	rank_mutex_lock(&m->lock);
	m->irq.kind = kind;
	m->irq.count = count;
	for (unsigned int i = 0; i < count; i++)
		m->irq.eventfds[i] = eventfds[i];
	m->irq.masked = 0;
	m->irq.pending = 0;
	m->irq.enabled = true;
	if (kind == PCI_IRQ_INTX)
		intx_line_connect(&m->irq.line, eventfds[0]);
	model_config_set_messages(m, kind, true);
	rank_mutex_unlock(&m->lock);
	return 0;
}

int model_irq_set(struct pci_function *fn, unsigned int vector, int eventfd)
{
	struct pci_model *m = fn->backend;

	rank_mutex_lock(&m->lock);
	m->irq.eventfds[vector] = eventfd;
	m->irq.line.eventfd = eventfd; /* of use when there is one vector, the pin */
	rank_mutex_unlock(&m->lock);
	return 0;
}

void model_irq_disable(struct pci_function *fn)
{
	struct pci_model *m = fn->backend;

	rank_mutex_lock(&m->lock);
	m->irq.enabled = false;
	m->irq.count = 0;
	intx_line_disconnect(&m->irq.line);
	model_config_set_messages(m, m->irq.kind, false);
	rank_mutex_unlock(&m->lock);
}

void pci_model_spurious_interrupt(struct pci_function *fn, unsigned int vector)
{
	struct pci_model *m = pci_model_of(fn, NULL);

	if (!m)
		return;
	rank_mutex_lock(&m->lock);
	if (m->irq.enabled && vector < m->irq.count) {
		m->irq.line.masked = m->irq.kind == PCI_IRQ_INTX;
		signal_vector(m, vector);
	}
	rank_mutex_unlock(&m->lock);
}
