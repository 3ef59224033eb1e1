/* SPDX-License-Identifier: MIT */
/* fake_function.h - a function whose back end is an array of config space and one register. */
#ifndef TESTS_FAKE_FUNCTION_H
#define TESTS_FAKE_FUNCTION_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "pci_function_ops.h"

struct fake {
	struct pci_function *fn;
	uint8_t config[256];
	uint64_t reg;                           /* atomic: what every register of BAR 0 holds */
	int err;                                /* what accesses and control calls return */
	void (*on_bar_read)(struct fake *fake); /* may be NULL */
	unsigned int config_reads, resets, enables, disables, closes;
	unsigned int events; /* atomic: PCI_EVENT_GONE seen */
};

static inline struct fake *fake_of(struct pci_function *fn)
{
	return fn->backend;
}

static inline int fake_config_read(struct pci_function *fn, unsigned int offset, unsigned int width,
				   uint32_t *out)
{
	struct fake *fake = fake_of(fn);

	fake->config_reads++;
	*out = 0;
	for (unsigned int i = 0; i < width && offset + i < sizeof(fake->config); i++)
		*out |= (uint32_t)fake->config[offset + i] << (8 * i);
	return fake->err;
}

static inline int fake_config_write(struct pci_function *fn, unsigned int offset,
				    unsigned int width, uint32_t value)
{
	struct fake *fake = fake_of(fn);

	for (unsigned int i = 0; i < width && offset + i < sizeof(fake->config); i++)
		fake->config[offset + i] = (uint8_t)(value >> (8 * i));
	return fake->err;
}

static inline int fake_bar_read(struct pci_function *fn, unsigned int bar, uint64_t offset,
				unsigned int width, uint64_t *out)
{
	struct fake *fake = fake_of(fn);

	(void)bar;
	(void)offset;
	(void)width;
	if (fake->on_bar_read)
		fake->on_bar_read(fake);
	*out = __atomic_load_n(&fake->reg, __ATOMIC_RELAXED);
	return fake->err;
}

static inline int fake_bar_write(struct pci_function *fn, unsigned int bar, uint64_t offset,
				 unsigned int width, uint64_t value)
{
	(void)bar;
	(void)offset;
	(void)width;
	__atomic_store_n(&fake_of(fn)->reg, value, __ATOMIC_RELAXED);
	return fake_of(fn)->err;
}

static inline int fake_reset(struct pci_function *fn)
{
	fake_of(fn)->resets++;
	return fake_of(fn)->err;
}

static inline int fake_irq_enable(struct pci_function *fn, enum pci_irq_kind kind,
				  const int *eventfds, unsigned int count)
{
	(void)kind;
	(void)eventfds;
	(void)count;
	fake_of(fn)->enables++;
	return fake_of(fn)->err;
}

static inline void fake_irq_disable(struct pci_function *fn)
{
	fake_of(fn)->disables++;
}

static inline void fake_close(struct pci_function *fn)
{
	fake_of(fn)->closes++;
}

static const struct pci_function_ops fake_ops = {
	.name = "fake",
	.close = fake_close,
	.config_read = fake_config_read,
	.config_write = fake_config_write,
	.bar_read = fake_bar_read,
	.bar_write = fake_bar_write,
	.reset = fake_reset,
	.irq_enable = fake_irq_enable,
	.irq_disable = fake_irq_disable,
};

static inline void fake_event(void *arg, enum pci_event event)
{
	struct fake *fake = arg;

	if (event == PCI_EVENT_GONE)
		__atomic_add_fetch(&fake->events, 1, __ATOMIC_SEQ_CST);
}

/* Vendor 0x1234, no BAR, no capability. */
static inline void fake_open(struct fake *fake)
{
	struct pci_function_params params = { .on_event = fake_event, .event_arg = fake };

	memset(fake, 0, sizeof(*fake));
	assert_int_equal(pci_function_new("fake:0", &params, &fake_ops, &fake->fn), 0);
	fake->fn->backend = fake;
	fake->config[0] = 0x34;
	fake->config[1] = 0x12;
}

/* BAR 0 in the register window. */
static inline void fake_add_bar(struct fake *fake, uint64_t size)
{
	struct pci_bar *bar = &fake->fn->bars[0];

	bar->size = size;
	assert_int_equal(register_window_add(fake->fn, 0, size, &bar->regs), 0);
}

#endif
