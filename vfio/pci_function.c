/* SPDX-License-Identifier: MIT */
/* pci_function.c - what every way to a PCI function shares: addresses, locking, being gone. */
#include "vfio/pci_function.h"

#include <ctype.h>
#include <errno.h>
#include <linux/pci_regs.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "fault_ranges.h"
#include "pci_function_ops.h"

#define DEFAULT_DEADLINE_MS 8000
#define CONFIG_LEN          4096u /* PCI Express extended config space */
#define CAP_FIRST           0x40u /* capabilities lie behind the header */
#define CAP_COUNT_MAX       48    /* (256 - 64) / 4: a longer chain is a loop */

/* --- making and freeing --- */

static void set_params(struct pci_function *fn, const struct pci_function_params *params)
{
	fn->deadline_ms = DEFAULT_DEADLINE_MS;
	fn->dma.node = -1;
	if (!params)
		return;
	fn->on_event = params->on_event;
	fn->event_arg = params->event_arg;
	if (params->deadline_ms)
		fn->deadline_ms = params->deadline_ms;
}

int pci_function_new(const char *address, const struct pci_function_params *params,
		     const struct pci_function_ops *ops, struct pci_function **out)
{
	struct pci_function *fn;
	int err;

	if (strlen(address) >= sizeof(fn->address))
		return -EINVAL;
	fn = mem_calloc(1, sizeof(*fn));
	if (!fn)
		return -ENOMEM;
	err = rank_mutex_init(&fn->lock, LOCK_RANK_FUNCTION);
	if (err) {
		mem_free(fn);
		return err;
	}
	fn->ops = ops;
	snprintf(fn->address, sizeof(fn->address), "%s", address);
	set_params(fn, params);
	*out = fn;
	return 0;
}

void pci_function_free(struct pci_function *fn)
{
	if (!fn)
		return;
	fault_ranges_remove(fn);
	register_window_remove(fn);
	rank_mutex_deinit(&fn->lock);
	mem_free(fn);
}

/* --- open --- */

typedef int open_fn(const char *address, const struct pci_function_params *params,
		    struct report *rep, struct pci_function **out);

/* "00:03.0", "0000:00:03.0", or a longer domain (VMD's); the back end asks whether it exists. */
static bool is_pci_address(const char *text)
{
	static const char *const shapes[] = { "xx:xx.x", "xxxx:xx:xx.x", "xxxxx:xx:xx.x" };

	for (unsigned int i = 0; i < UW_ARRAY_SIZE(shapes); i++) {
		const char *shape = shapes[i];
		size_t at = 0;

		if (strlen(text) != strlen(shape))
			continue;
		while (shape[at] && (shape[at] == 'x' ? isxdigit((unsigned char)text[at]) != 0
						      : text[at] == shape[at]))
			at++;
		return !shape[at];
	}
	return false;
}

static open_fn *backend_of(const char *address)
{
	if (!strncmp(address, "model:", strlen("model:")))
		return model_pci_open;
	if (!strncmp(address, "qemu:", strlen("qemu:")))
		return qemu_pci_open;
	return is_pci_address(address) ? vfio_pci_open : NULL;
}

UW_EXPORT bool pci_function_address_valid(const char *address)
{
	if (!strncmp(address, "qemu:", strlen("qemu:")))
		return qemu_pci_names_device(address + strlen("qemu:"));
	return backend_of(address) && strlen(address) < sizeof(((struct pci_function *)0)->address);
}

/* The fault handler answers for BARs that are mapped, as long as the function is open. */
static int guard_mapped_bars(struct pci_function *fn)
{
	for (unsigned int i = 0; i < PCI_BAR_COUNT; i++) {
		const struct pci_bar *bar = &fn->bars[i];
		int err = 0;

		if (bar->size && bar->is_mapped)
			err = fault_ranges_add(fn, (uintptr_t)bar->regs, bar->size);
		if (err)
			return err;
	}
	return 0;
}

int pci_function_open(const char *address, const struct pci_function_params *params,
		      struct report *rep, struct pci_function **out)
{
	open_fn *open_backend = backend_of(address);
	struct pci_function *fn;
	int err;

	if (!open_backend || strlen(address) >= sizeof(fn->address)) {
		err = report_fail(rep, -EINVAL, "opening PCI function \"%.100s\"", address);
		report_hint(rep, "say 0000:00:03.0 (bound to vfio-pci), qemu:e1000 or model:edu");
		return err;
	}
	err = open_backend(address, params, rep, &fn);
	if (err)
		return err;
	err = guard_mapped_bars(fn);
	if (err) {
		pci_function_close(fn);
		return report_fail(rep, err, "guarding the registers of %s", address);
	}
	*out = fn;
	return 0;
}

/* --- facts --- */

const char *pci_function_address(const struct pci_function *fn)
{
	return fn->address;
}

struct pci_id pci_function_id(const struct pci_function *fn)
{
	return fn->id;
}

struct pci_caps pci_function_caps(const struct pci_function *fn)
{
	return fn->caps;
}

const struct pci_bar *pci_function_bar(const struct pci_function *fn, unsigned int bar)
{
	return bar < PCI_BAR_COUNT && fn->bars[bar].size ? &fn->bars[bar] : NULL;
}

struct pci_irq_info pci_function_irq_info(const struct pci_function *fn, enum pci_irq_kind kind)
{
	return (unsigned int)kind < PCI_IRQ_KINDS ? fn->irqs[kind] : (struct pci_irq_info){ 0 };
}

const struct pci_dma_info *pci_function_dma_info(const struct pci_function *fn)
{
	return &fn->dma;
}

pid_t pci_function_backend_pid(const struct pci_function *fn)
{
	return fn->backend_pid;
}

static uint64_t counter(const uint64_t *word)
{
	return __atomic_load_n(word, __ATOMIC_RELAXED);
}

struct pci_function_stats pci_function_stats(const struct pci_function *fn)
{
	const struct pci_function_stats *s = &fn->stats;

	return (struct pci_function_stats){
		.interrupts_unmasked = counter(&s->interrupts_unmasked),
		.dma_maps = counter(&s->dma_maps),
		.dma_unmaps = counter(&s->dma_unmaps),
		.dma_mapped_bytes = counter(&s->dma_mapped_bytes),
		.bar_calls = counter(&s->bar_calls),
	};
}

static void count(uint64_t *word, uint64_t by)
{
	__atomic_add_fetch(word, by, __ATOMIC_RELAXED); /* figures for people: no order needed */
}

/* --- being gone --- */

bool pci_function_is_gone(const struct pci_function *fn)
{
	return __atomic_load_n(&fn->gone, __ATOMIC_RELAXED);
}

static int alive(const struct pci_function *fn)
{
	return pci_function_is_gone(fn) ? -ENODEV : 0;
}

void pci_function_post_event(struct pci_function *fn, enum pci_event event)
{
	if (fn->on_event)
		fn->on_event(fn->event_arg, event);
}

void pci_function_mark_gone(struct pci_function *fn)
{
	if (!__atomic_exchange_n(&fn->gone, true, __ATOMIC_ACQ_REL))
		pci_function_post_event(fn, PCI_EVENT_GONE);
}

bool pci_function_check_gone(struct pci_function *fn)
{
	uint32_t vendor;

	if (pci_function_is_gone(fn))
		return true;
	if (pci_config_read(fn, PCI_VENDOR_ID, 2, &vendor))
		return false; /* not an answer: the register's ones may be true */
	if (vendor == 0xffff)
		pci_function_mark_gone(fn);
	return pci_function_is_gone(fn);
}

/* --- config space --- */

static bool is_config_access(unsigned int offset, unsigned int width)
{
	return (width == 1 || width == 2 || width == 4) && offset % width == 0 &&
	       offset < CONFIG_LEN;
}

static uint32_t config_ones(unsigned int width)
{
	return width == 4 ? UINT32_MAX : (1u << (8 * width)) - 1;
}

int pci_config_read(struct pci_function *fn, unsigned int offset, unsigned int width,
		    uint32_t *out_value)
{
	uint32_t value;
	int err = -ENODEV;

	if (!is_config_access(offset, width))
		return -EINVAL;
	if (!pci_function_is_gone(fn))
		err = fn->ops->config_read(fn, offset, width, &value);
	if (err && !pci_function_is_gone(fn))
		return err;
	*out_value = err || pci_function_is_gone(fn) ? config_ones(width) : value;
	return 0;
}

int pci_config_write(struct pci_function *fn, unsigned int offset, unsigned int width,
		     uint32_t value)
{
	int err;

	if (!is_config_access(offset, width))
		return -EINVAL;
	if (pci_function_is_gone(fn))
		return 0;
	err = fn->ops->config_write(fn, offset, width, value);
	return pci_function_is_gone(fn) ? 0 : err;
}

static uint8_t config_byte(struct pci_function *fn, unsigned int offset)
{
	uint32_t value;

	return pci_config_read(fn, offset, 1, &value) ? 0 : (uint8_t)value;
}

unsigned int pci_function_find_cap(struct pci_function *fn, uint8_t cap_id)
{
	unsigned int at;

	if (pci_function_is_gone(fn) || !(config_byte(fn, PCI_STATUS) & PCI_STATUS_CAP_LIST))
		return 0;
	at = config_byte(fn, PCI_CAPABILITY_LIST) & ~3u;
	for (unsigned int i = 0; i < CAP_COUNT_MAX && at >= CAP_FIRST; i++) {
		if (config_byte(fn, at + PCI_CAP_LIST_ID) == cap_id)
			return pci_function_is_gone(fn) ? 0 : at;
		at = config_byte(fn, at + PCI_CAP_LIST_NEXT) & ~3u;
	}
	return 0;
}

/* Memory and port decoding stay on: a driver may read registers with bus mastering off. */
static uint16_t decode_bits(const struct pci_function *fn)
{
	uint16_t bits = 0;

	for (unsigned int i = 0; i < PCI_BAR_COUNT; i++)
		if (fn->bars[i].size)
			bits |= fn->bars[i].is_port ? PCI_COMMAND_IO : PCI_COMMAND_MEMORY;
	return bits;
}

static int set_bus_master_locked(struct pci_function *fn, bool on)
{
	uint32_t command;
	int err = pci_config_read(fn, PCI_COMMAND, 2, &command);

	if (err)
		return err;
	command |= decode_bits(fn);
	command = on ? command | PCI_COMMAND_MASTER : command & ~(uint32_t)PCI_COMMAND_MASTER;
	return pci_config_write(fn, PCI_COMMAND, 2, command);
}

int pci_function_set_bus_master(struct pci_function *fn, bool on)
{
	int err;

	rank_mutex_lock(&fn->lock);
	err = alive(fn);
	if (!err)
		err = set_bus_master_locked(fn, on);
	rank_mutex_unlock(&fn->lock);
	return err;
}

int pci_function_reset(struct pci_function *fn)
{
	int err;

	rank_mutex_lock(&fn->lock);
	err = alive(fn);
	if (!err)
		err = fn->caps.has_reset ? fn->ops->reset(fn) : -EOPNOTSUPP;
	rank_mutex_unlock(&fn->lock);
	return err;
}

/* --- interrupts --- */

static void irq_disable_locked(struct pci_function *fn)
{
	if (!fn->irq_enabled)
		return;
	fn->ops->irq_disable(fn);
	fn->irq_enabled = false;
	fn->irq_count = 0;
}

static int irq_enable_locked(struct pci_function *fn, enum pci_irq_kind kind, const int *eventfds,
			     unsigned int vectors)
{
	int err;

	if ((unsigned int)kind >= PCI_IRQ_KINDS || !vectors || vectors > fn->irqs[kind].count)
		return -EINVAL;
	irq_disable_locked(fn);
	err = fn->ops->irq_enable(fn, kind, eventfds, vectors);
	if (err)
		return err;
	fn->irq_enabled = true;
	fn->irq_kind = kind;
	fn->irq_count = vectors;
	return 0;
}

int pci_function_irq_enable(struct pci_function *fn, enum pci_irq_kind kind, const int *eventfds,
			    unsigned int vectors)
{
	int err;

	rank_mutex_lock(&fn->lock);
	err = alive(fn);
	if (!err)
		err = irq_enable_locked(fn, kind, eventfds, vectors);
	rank_mutex_unlock(&fn->lock);
	return err;
}

/* Vectors that irq_set() may name: those enabled, or all of the kind where the set can grow. */
static unsigned int irq_set_limit(const struct pci_function *fn)
{
	bool grows = fn->irq_kind == PCI_IRQ_MSIX && fn->ops->msix_set_grows;

	return grows ? fn->irqs[PCI_IRQ_MSIX].count : fn->irq_count;
}

static int irq_set_locked(struct pci_function *fn, unsigned int vector, int eventfd)
{
	int err;

	if (!fn->irq_enabled || vector >= irq_set_limit(fn))
		return -EINVAL;
	err = fn->ops->irq_set(fn, vector, eventfd);
	if (!err && vector >= fn->irq_count)
		fn->irq_count = vector + 1;
	return err;
}

static int irq_vector_ok(const struct pci_function *fn, unsigned int vector)
{
	int err = alive(fn);

	if (!err && (!fn->irq_enabled || vector >= fn->irq_count))
		err = -EINVAL;
	return err;
}

int pci_function_irq_set(struct pci_function *fn, unsigned int vector, int eventfd)
{
	int err;

	rank_mutex_lock(&fn->lock);
	err = alive(fn);
	if (!err)
		err = irq_set_locked(fn, vector, eventfd);
	rank_mutex_unlock(&fn->lock);
	return err;
}

void pci_function_irq_disable(struct pci_function *fn)
{
	rank_mutex_lock(&fn->lock);
	irq_disable_locked(fn);
	rank_mutex_unlock(&fn->lock);
}

/* No lock: this is the loop's, once an interrupt, while whoever holds the lock may be waiting. */
int pci_function_irq_unmask(struct pci_function *fn, unsigned int vector)
{
	int err = alive(fn);

	if (err)
		return err;
	count(&fn->stats.interrupts_unmasked, 1);
	return fn->ops->irq_unmask(fn, vector);
}

int pci_function_irq_mask(struct pci_function *fn, unsigned int vector)
{
	int err;

	rank_mutex_lock(&fn->lock);
	err = irq_vector_ok(fn, vector);
	if (!err)
		err = fn->ops->irq_mask(fn, vector);
	rank_mutex_unlock(&fn->lock);
	return err;
}

/* --- DMA --- */

int pci_function_dma_map(struct pci_function *fn, void *vaddr, size_t len, uint64_t iova,
			 enum pci_dma_prot prot)
{
	int err;

	if (!fn->caps.dma_maps_foreign)
		return -EOPNOTSUPP;
	rank_mutex_lock(&fn->lock);
	err = fn->ops->dma_map(fn, vaddr, len, iova, prot);
	if (!err) {
		count(&fn->stats.dma_maps, 1);
		count(&fn->stats.dma_mapped_bytes, len);
	}
	rank_mutex_unlock(&fn->lock);
	return err;
}

/* Also when gone: the pages are pinned until they are unmapped. */
int pci_function_dma_unmap(struct pci_function *fn, uint64_t iova, size_t len)
{
	int err;

	if (!fn->caps.dma_maps_foreign)
		return -EOPNOTSUPP;
	rank_mutex_lock(&fn->lock);
	err = fn->ops->dma_unmap(fn, iova, len);
	if (!err) {
		count(&fn->stats.dma_unmaps, 1);
		count(&fn->stats.dma_mapped_bytes, -(uint64_t)len);
	}
	rank_mutex_unlock(&fn->lock);
	return err;
}

/* --- tests of removal --- */

int pci_function_provoke_removal(struct pci_function *fn)
{
	int err;

	rank_mutex_lock(&fn->lock);
	err = alive(fn);
	if (!err)
		err = fn->ops->provoke_removal ? fn->ops->provoke_removal(fn) : -EOPNOTSUPP;
	rank_mutex_unlock(&fn->lock);
	return err;
}

/* --- close --- */

void pci_function_close(struct pci_function *fn)
{
	if (!fn)
		return;
	rank_mutex_lock(&fn->lock);
	irq_disable_locked(fn);
	if (set_bus_master_locked(fn, false))
		log_debug("vfio", "%s: bus mastering could not be turned off", fn->address);
	register_window_remove(fn); /* waits for accesses that are under way */
	fault_ranges_remove(fn);
	fn->ops->close(fn);
	rank_mutex_unlock(&fn->lock);
	pci_function_free(fn);
}
