/* SPDX-License-Identifier: MIT */
/* model_core.c - the model back end: instances of models behind struct pci_function. */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "model_private.h"

static const struct pci_function_ops model_ops;

struct pci_model *pci_model_of(struct pci_function *fn, const char *type_name)
{
	struct pci_model *m = fn->ops == &model_ops ? fn->backend : NULL;

	return m && (!type_name || !strcmp(m->type->name, type_name)) ? m : NULL;
}

void *pci_model_state(struct pci_model *m)
{
	return m->state;
}

void pci_model_lock(struct pci_model *m)
{
	rank_mutex_lock(&m->lock);
}

void pci_model_unlock(struct pci_model *m)
{
	rank_mutex_unlock(&m->lock);
}

/* --- accesses --- */

static int op_config_read(struct pci_function *fn, unsigned int offset, unsigned int width,
			  uint32_t *out)
{
	struct pci_model *m = fn->backend;

	rank_mutex_lock(&m->lock);
	*out = m->wrong.vanished ? UINT32_MAX >> (32 - 8 * width)
				 : model_config_read(m, offset, width);
	rank_mutex_unlock(&m->lock);
	return 0;
}

static int op_config_write(struct pci_function *fn, unsigned int offset, unsigned int width,
			   uint32_t value)
{
	struct pci_model *m = fn->backend;

	rank_mutex_lock(&m->lock);
	if (!m->wrong.vanished) {
		model_config_write(m, offset, width, value);
		model_irq_settle(m); /* the interrupt disable bit may have changed */
	}
	rank_mutex_unlock(&m->lock);
	return 0;
}

static uint64_t bend(const struct pci_model *m, unsigned int bar, uint64_t offset, uint64_t value)
{
	const struct pci_model_wrong *w = &m->wrong;

	if (!w->stuck || w->stuck_bar != bar || w->stuck_offset != offset)
		return value;
	return (value | w->stuck_ones) & ~(uint64_t)w->stuck_zeros;
}

static int op_bar_read(struct pci_function *fn, unsigned int bar, uint64_t offset,
		       unsigned int width, uint64_t *out)
{
	struct pci_model *m = fn->backend;

	rank_mutex_lock(&m->lock);
	m->stats.bar_reads++;
	*out = UINT64_MAX;
	if (!m->wrong.vanished && !m->wrong.wedged)
		*out = bend(m, bar, offset, m->type->bar_read(m, bar, offset, width));
	rank_mutex_unlock(&m->lock);
	return 0;
}

static int op_bar_write(struct pci_function *fn, unsigned int bar, uint64_t offset,
			unsigned int width, uint64_t value)
{
	struct pci_model *m = fn->backend;

	rank_mutex_lock(&m->lock);
	m->stats.bar_writes++;
	if (!m->wrong.vanished && !m->wrong.wedged)
		m->type->bar_write(m, bar, offset, width, value);
	rank_mutex_unlock(&m->lock);
	if (m->type->after_write)
		m->type->after_write(m);
	return 0;
}

static int op_reset(struct pci_function *fn)
{
	struct pci_model *m = fn->backend;

	rank_mutex_lock(&m->lock);
	m->type->reset(m);
	rank_mutex_unlock(&m->lock);
	return 0;
}

/* --- what a test makes it do wrong --- */

void pci_model_vanish(struct pci_function *fn)
{
	struct pci_model *m = pci_model_of(fn, NULL);

	if (!m)
		return;
	rank_mutex_lock(&m->lock);
	m->wrong.vanished = true;
	rank_mutex_unlock(&m->lock);
}

static int op_provoke_removal(struct pci_function *fn)
{
	pci_model_vanish(fn);
	pci_function_mark_gone(fn);
	return 0;
}

void pci_model_set_wedged(struct pci_function *fn, bool wedged)
{
	struct pci_model *m = pci_model_of(fn, NULL);

	if (!m)
		return;
	rank_mutex_lock(&m->lock);
	m->wrong.wedged = wedged;
	rank_mutex_unlock(&m->lock);
}

void pci_model_set_stuck(struct pci_function *fn, unsigned int bar, uint64_t offset,
			 uint32_t stuck_ones, uint32_t stuck_zeros)
{
	struct pci_model *m = pci_model_of(fn, NULL);

	if (!m)
		return;
	rank_mutex_lock(&m->lock);
	m->wrong.stuck = stuck_ones || stuck_zeros;
	m->wrong.stuck_bar = bar;
	m->wrong.stuck_offset = offset;
	m->wrong.stuck_ones = stuck_ones;
	m->wrong.stuck_zeros = stuck_zeros;
	rank_mutex_unlock(&m->lock);
}

struct pci_model_stats pci_model_stats(struct pci_function *fn)
{
	struct pci_model *m = pci_model_of(fn, NULL);
	struct pci_model_stats stats = { 0 };

	if (!m)
		return stats;
	rank_mutex_lock(&m->lock);
	stats = m->stats;
	rank_mutex_unlock(&m->lock);
	return stats;
}

/* --- open and close --- */

static void model_free(struct pci_model *m)
{
	model_clock_stop(m);
	if (m->started && m->type->stop)
		m->type->stop(m);
	model_arena_free(m->fn);
	rank_mutex_deinit(&m->lock);
	mem_free(m->state);
	mem_free(m);
}

static void op_close(struct pci_function *fn)
{
	model_free(fn->backend);
	fn->backend = NULL;
}

static const struct pci_function_ops model_ops = {
	.name = "model",
	.close = op_close,
	.config_read = op_config_read,
	.config_write = op_config_write,
	.bar_read = op_bar_read,
	.bar_write = op_bar_write,
	.reset = op_reset,
	.irq_enable = model_irq_enable,
	.irq_set = model_irq_set,
	.irq_disable = model_irq_disable,
	.irq_unmask = model_irq_unmask,
	.irq_mask = model_irq_mask,
	.provoke_removal = op_provoke_removal,
};

static int model_new(struct pci_function *fn, const struct pci_model_type *type,
		     struct pci_model **out)
{
	struct pci_model *m = mem_calloc(1, sizeof(*m));
	int err = -ENOMEM;

	if (!m)
		return err;
	m->state = mem_calloc(1, type->state_len ? type->state_len : 1);
	if (!m->state)
		goto err_free;
	err = rank_mutex_init(&m->lock, LOCK_RANK_BACKEND);
	if (err)
		goto err_state;
	m->fn = fn;
	m->type = type;
	list_init(&m->timers);
	*out = m;
	return 0;

err_state:
	mem_free(m->state);
err_free:
	mem_free(m);
	return err;
}

static int apply_option(struct pci_model *m, char *option, struct report *rep)
{
	char *value = strchr(option, '=');
	int err = -EINVAL;

	if (value) {
		*value++ = '\0';
		if (m->type->option)
			err = m->type->option(m, option, value);
	}
	if (err)
		report_fail(rep, err, "option \"%s\" of model \"%s\"", option, m->type->name);
	return err;
}

static int apply_options(struct pci_model *m, const char *text, struct report *rep)
{
	char copy[sizeof(m->fn->address)];
	char *rest = copy;
	int err = 0;

	memcpy(copy, text, strlen(text) + 1); /* a tail of fn->address */
	while (!err && rest) {
		char *option = strsep(&rest, ",");

		if (*option)
			err = apply_option(m, option, rep);
	}
	return err;
}

static int place_registers(struct pci_function *fn)
{
	for (unsigned int i = 0; i < PCI_BAR_COUNT; i++) {
		int err = 0;

		if (fn->bars[i].size)
			err = register_window_add(fn, i, fn->bars[i].size, &fn->bars[i].regs);
		if (err)
			return err;
	}
	return 0;
}

static void describe(struct pci_function *fn, const struct pci_model_type *type)
{
	fn->id = type->id;
	fn->caps = (struct pci_caps){ .has_reset = type->has_reset,
				      .has_intx_mask = true,
				      .dynamic_msix = type->msix_vectors != 0 };
	fn->irqs[PCI_IRQ_INTX].count = type->has_intx;
	fn->irqs[PCI_IRQ_MSI].count = type->msi_vectors;
	fn->irqs[PCI_IRQ_MSIX].count = type->msix_vectors;
}

static int bring_up(struct pci_model *m, const char *options, struct report *rep)
{
	int err = model_arena_new(m->fn);

	if (err)
		return report_fail(rep, err, "making the DMA memory of %s", m->fn->address);
	model_config_init(m);
	err = apply_options(m, options, rep);
	if (!err && m->type->start)
		err = m->type->start(m);
	m->started = !err;
	if (!err)
		err = model_clock_start(m);
	if (!err) {
		rank_mutex_lock(&m->lock);
		m->type->reset(m);
		rank_mutex_unlock(&m->lock);
		err = place_registers(m->fn);
	}
	return err ? report_fail(rep, err, "starting %s", m->fn->address) : 0;
}

UW_COLD static int refuse_name(const char *address, struct report *rep)
{
	char names[256];

	model_type_names(names, sizeof(names));
	report_say(rep, "opening %s: there is no such model", address);
	report_hint(rep, "one of %s", names);
	return -ENODEV;
}

int model_pci_open(const char *address, const struct pci_function_params *params,
		   struct report *rep, struct pci_function **out)
{
	const char *name = address + strlen("model:");
	size_t len = strcspn(name, ",");
	const struct pci_model_type *type = model_type_find(name, len);
	struct pci_function *fn;
	struct pci_model *m;
	int err;

	if (!type)
		return refuse_name(address, rep);
	err = pci_function_new(address, params, &model_ops, &fn);
	if (err)
		return report_fail(rep, err, "opening %s", address);
	err = model_new(fn, type, &m);
	if (err) {
		report_fail(rep, err, "opening %s", address);
		goto err_function;
	}
	fn->backend = m;
	describe(fn, type);
	err = bring_up(m, fn->address + (name - address) + len, rep);
	if (err)
		goto err_model;
	*out = fn;
	return 0;

err_model:
	register_window_remove(fn);
	model_free(m);
err_function:
	pci_function_free(fn);
	return err;
}
