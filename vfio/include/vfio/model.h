/* SPDX-License-Identifier: MIT */
/*
 * model.h - device models inside this process: "model:NAME[,key=value...]".
 *
 * A model is a type (tables and callbacks) registered by name; opening its address makes one
 * instance with state of its own. Its time is exec's, so that under the simulated executor a seed
 * repeats every run. "edu" and "e1000" are always there; tests register their own.
 *
 * Threads: callbacks of a type run under the instance's lock, on the thread that touched the
 * register or, for timers, on the instance's clock thread.
 */
#ifndef VFIO_MODEL_H
#define VFIO_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "vfio/pci_function.h"

#define PCI_MODEL_VECTORS_MAX 32

struct pci_model; /* one instance */

struct pci_model_bar {
	uint32_t size; /* bytes, a power of two; 0: none */
	bool is_port;
};

struct pci_model_type {
	const char *name;
	struct pci_id id;
	struct pci_model_bar bars[PCI_BAR_COUNT];
	bool has_intx;
	uint8_t msi_vectors, msix_vectors; /* at most PCI_MODEL_VECTORS_MAX */
	bool has_reset;
	bool has_clock; /* uses timers: gets a clock thread */
	size_t state_len;
	/* One "key=value" of the address; -EINVAL: unknown or malformed. NULL: takes none. */
	int (*option)(struct pci_model *m, const char *key, const char *value);
	int (*start)(
		struct pci_model *m); /* may be NULL; after the options, before the first reset */
	void (*stop)(struct pci_model *m);  /* may be NULL; no lock held; undoes start */
	void (*reset)(struct pci_model *m); /* power on and function reset */
	uint64_t (*bar_read)(struct pci_model *m, unsigned int bar, uint64_t offset,
			     unsigned int width);
	void (*bar_write)(struct pci_model *m, unsigned int bar, uint64_t offset,
			  unsigned int width, uint64_t value);
	/* May be NULL; no lock held, after each write: what reaches other instances. */
	void (*after_write)(struct pci_model *m);
};

/** pci_model_register() - make @type (borrowed for good) openable. -EEXIST; -ENOSPC. */
int pci_model_register(const struct pci_model_type *type) UW_MUST_CHECK;
void pci_model_unregister(const struct pci_model_type *type); /* no instance may be open */

/* --- for models; the instance's lock is held --- */

void *pci_model_state(struct pci_model *m);
/* The level of the INTx line. */
void pci_model_set_intx(struct pci_model *m, bool level);
/* One message; dropped unless that kind is enabled. */
void pci_model_send_msi(struct pci_model *m, unsigned int vector);
/* Are messages (MSI or MSI-X) enabled, so that the INTx line is of no use? */
bool pci_model_uses_messages(const struct pci_model *m);
/*
 * DMA inside the arena with bus mastering on. false: a violation, which is counted; reads then
 * yield ones, writes are dropped.
 */
bool pci_model_dma_read(struct pci_model *m, uint64_t addr, void *buf, size_t len);
bool pci_model_dma_write(struct pci_model *m, uint64_t addr, const void *buf, size_t len);
/* The model itself saw its driver ask for something it must not. Counted with the violations. */
void pci_model_violation(struct pci_model *m, const char *what, uint64_t addr);

struct pci_model_timer {
	struct list link; /* list_init() it in reset */
	uint64_t due_ns;
	void (*run)(struct pci_model *m); /* clock thread */
};
void pci_model_timer_start(struct pci_model *m, struct pci_model_timer *timer, uint64_t delay_ns,
			   void (*run)(struct pci_model *m));
void pci_model_timer_stop(struct pci_model_timer *timer);
void pci_model_lock(struct pci_model *m) UW_NO_TSA;
void pci_model_unlock(struct pci_model *m) UW_NO_TSA;

/* --- for tests: the instance behind a function, and what it can be made to do wrong --- */

/* NULL unless @fn is an instance of the type of that name (NULL: of any). */
struct pci_model *pci_model_of(struct pci_function *fn, const char *type_name);

/* Vanishes as a pulled card does: all ones from now on, and nobody is told. */
void pci_model_vanish(struct pci_function *fn);
/* Registers read as ones though the function is there (a wedged device). */
void pci_model_set_wedged(struct pci_function *fn, bool wedged);
/* Bits of one 32-bit register that always read as one or as zero; one register at a time. */
void pci_model_set_stuck(struct pci_function *fn, unsigned int bar, uint64_t offset,
			 uint32_t stuck_ones, uint32_t stuck_zeros);
/* An interrupt without a cause, on whatever is enabled. */
void pci_model_spurious_interrupt(struct pci_function *fn, unsigned int vector);

struct pci_model_stats {
	uint64_t bar_reads, bar_writes, dma_reads, dma_writes, interrupts;
	uint64_t dma_violations; /* also pci_model_violation() */
};
struct pci_model_stats pci_model_stats(struct pci_function *fn);

/*
 * --- model:e1000 ---
 * Options: mac=52:54:00:12:34:56; wire=loopback (what is sent is received; the default), wire=none;
 * hub=NAME joins all instances that name it.
 */
typedef void pci_model_frame_fn(void *arg, const void *frame, size_t len);
/* Frames sent go to @sent (no lock held) instead; NULL: back to the option. -EINVAL: no e1000. */
int pci_model_e1000_set_wire(struct pci_function *fn, pci_model_frame_fn *sent,
			     void *arg) UW_MUST_CHECK;
/* A frame arrives from the wire; false: not taken (off, filtered, no descriptor). */
bool pci_model_e1000_receive(struct pci_function *fn, const void *frame, size_t len);
void pci_model_e1000_set_link(struct pci_function *fn, bool up);

#endif
