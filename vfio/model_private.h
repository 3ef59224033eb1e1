/* SPDX-License-Identifier: MIT */
/* model_private.h - an instance of a model, shared by the model_*.c files. */
#ifndef VFIO_MODEL_PRIVATE_H
#define VFIO_MODEL_PRIVATE_H

#include "base/exec.h"
#include "base/lock.h"
#include "intx_line.h"
#include "pci_function_ops.h"
#include "vfio/model.h"

#define MODEL_CONFIG_LEN 256
#define MODEL_ARENA_ADDR 0x1000000ull /* 16 MiB: below edu's 28 address bits, not zero */
#define MODEL_ARENA_LEN  (64ull << 20)

struct pci_model_irq {
	bool enabled;
	enum pci_irq_kind kind;
	unsigned int count;
	int eventfds[PCI_MODEL_VECTORS_MAX]; /* borrowed; -1: none */
	bool asserted;                       /* INTx: what the device wants */
	struct intx_line line;               /* INTx: what reaches the eventfd */
	uint32_t masked, pending;            /* messages: a bit a vector */
};

struct pci_model_wrong {
	bool vanished, wedged;
	bool stuck;
	unsigned int stuck_bar;
	uint64_t stuck_offset;
	uint32_t stuck_ones, stuck_zeros;
};

struct pci_model {
	struct pci_function *fn; /* borrowed: outlives us */
	const struct pci_model_type *type;
	void *state;            /* owned: type->state_len bytes */
	struct rank_mutex lock; /* guards all below */
	bool started;           /* type->start succeeded */
	uint8_t config[MODEL_CONFIG_LEN];
	uint8_t writable[MODEL_CONFIG_LEN]; /* bits that a config write changes */
	struct pci_model_irq irq;
	struct pci_model_wrong wrong;
	struct pci_model_stats stats;
	/* the clock */
	struct exec_thread *clock; /* owned; NULL unless type->has_clock */
	struct exec_cond clock_changed;
	struct list timers;
	bool clock_stopping;
};

/* model_config.c */
void model_config_init(struct pci_model *m);
uint32_t model_config_read(const struct pci_model *m, unsigned int offset, unsigned int width);
void model_config_write(struct pci_model *m, unsigned int offset, unsigned int width,
			uint32_t value);
uint16_t model_config_command(const struct pci_model *m);
/* Set or clear the enable bit of the MSI or MSI-X capability. */
void model_config_set_messages(struct pci_model *m, enum pci_irq_kind kind, bool on);

/* model_irq.c; the ops take the instance's lock */
int model_irq_enable(struct pci_function *fn, enum pci_irq_kind kind, const int *eventfds,
		     unsigned int count);
int model_irq_set(struct pci_function *fn, unsigned int vector, int eventfd);
void model_irq_disable(struct pci_function *fn);
int model_irq_unmask(struct pci_function *fn, unsigned int vector);
int model_irq_mask(struct pci_function *fn, unsigned int vector);
/* The line may reach its eventfd now: after a change of the line, the mask or the command. */
void model_irq_settle(struct pci_model *m);

/* model_dma.c */
int model_arena_new(struct pci_function *fn) UW_MUST_CHECK;
void model_arena_free(struct pci_function *fn);

/* model_clock.c */
int model_clock_start(struct pci_model *m) UW_MUST_CHECK;
void model_clock_stop(struct pci_model *m);

/* model_registry.c */
const struct pci_model_type *model_type_find(const char *name, size_t len);
/* "model:edu, model:e1000": every address there is, as much as fits. */
void model_type_names(char *out, size_t len);

extern const struct pci_model_type model_edu;
extern const struct pci_model_type model_e1000;

#endif
