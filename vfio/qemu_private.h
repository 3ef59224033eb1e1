/* SPDX-License-Identifier: MIT */
/*
 * qemu_private.h - one QEMU that runs one device model and no guest.
 *
 * QEMU gets everything through inherited descriptors: its firmware and memory are memfds, its
 * qtest, monitor and ivshmem connections socket pairs. Nothing is left behind in the file system,
 * however either side ends.
 *
 * The machine: q35; the device sits alone behind a root port in slot 3 (so that it can be
 * unplugged), an ivshmem-doorbell in slot 4 turns the device's messages into eventfds.
 */
#ifndef VFIO_QEMU_PRIVATE_H
#define VFIO_QEMU_PRIVATE_H

#include "base/exec.h"
#include "base/lock.h"
#include "intx_line.h"
#include "pci_function_ops.h"
#include "qemu_qtest.h"

#define QEMU_MEMORY_LEN    (256ull << 20)
#define QEMU_ARENA_ADDR    (16ull << 20) /* above what firmware and legacy devices use */
#define QEMU_PORT_SLOT     3u
#define QEMU_DOORBELL_SLOT 4u
#define QEMU_DEVICE_BUS    1u
#define QEMU_DOORBELL_ADDR 0xe0000000u /* ivshmem's BAR0 */
#define QEMU_MMIO_FIRST    0xc0000000u /* the port's memory window, up to ... */
#define QEMU_MMIO_LAST     0xdfffffffu
#define QEMU_PORTS_FIRST   0xc000u /* its I/O window */
#define QEMU_PORTS_LAST    0xcfffu
#define QEMU_VECTORS_MAX   64u
#define QEMU_LAST_WORDS    400

/* We are the server of QEMU's ivshmem-doorbell. */
struct qemu_doorbell {
	int fd;                      /* owned: our end of the connection */
	int rings[QEMU_VECTORS_MAX]; /* owned eventfds; message i rings i */
	unsigned int count;          /* constant once open */
};

struct qemu {
	struct pci_function *fn;      /* borrowed: outlives us */
	struct exec_process *process; /* owned */
	int firmware, memory, words;  /* owned memfds; words: QEMU's standard error */
	int monitor;                  /* owned: our end */
	struct qtest qtest;
	bool qtest_open;
	bool opened; /* atomic: its end would be news */
	struct qemu_doorbell doorbell;
	unsigned int msi_cap, msix_cap; /* offsets in config space; 0: none */
	uint64_t msix_table;            /* bus address */
	/* the thread that watches the connection */
	struct exec_thread *reader;
	int epoll, stop; /* owned */
	/* interrupts */
	struct spin_lock irq_lock; /* LOCK_RANK_BACKEND_IRQ; guards all below */
	struct intx_line line;
	bool messages;                  /* MSI or MSI-X is enabled */
	uint64_t masked, pending;       /* a bit a vector */
	int eventfds[QEMU_VECTORS_MAX]; /* borrowed */
};

static inline struct qemu *qemu_of(struct pci_function *fn)
{
	return fn->backend;
}

/* qemu_core.c */
void qemu_died(void *qemu, int err); /* the qtest connection's callback */

/* qemu_process.c */
int qemu_process_start(struct qemu *qemu, const char *device,
		       const struct pci_function_params *params, struct report *rep) UW_MUST_CHECK;
void qemu_process_stop(struct qemu *qemu);
/* The end of what QEMU wrote to its standard error, one line, possibly empty. */
void qemu_last_words(struct qemu *qemu, char *out, size_t len);

/* qemu_reader.c */
int qemu_reader_start(struct qemu *qemu) UW_MUST_CHECK;
/* After qemu_doorbell_announce(). */
int qemu_reader_watch_rings(struct qemu *qemu) UW_MUST_CHECK;
void qemu_reader_stop(struct qemu *qemu);

/* qemu_config.c: any function of the machine; the device itself is bus 1, slot 0 */
int qemu_config_read(struct qemu *qemu, unsigned int bus, unsigned int slot, unsigned int offset,
		     unsigned int width, uint32_t *out) UW_MUST_CHECK;
int qemu_config_write(struct qemu *qemu, unsigned int bus, unsigned int slot, unsigned int offset,
		      unsigned int width, uint32_t value) UW_MUST_CHECK;
int qemu_op_config_read(struct pci_function *fn, unsigned int offset, unsigned int width,
			uint32_t *out);
int qemu_op_config_write(struct pci_function *fn, unsigned int offset, unsigned int width,
			 uint32_t value);

/* qemu_bars.c */
int qemu_machine_init(struct qemu *qemu) UW_MUST_CHECK; /* the port's windows, the doorbell's BAR */
int qemu_bars_init(struct qemu *qemu) UW_MUST_CHECK;
int qemu_op_bar_read(struct pci_function *fn, unsigned int bar, uint64_t offset, unsigned int width,
		     uint64_t *out);
int qemu_op_bar_write(struct pci_function *fn, unsigned int bar, uint64_t offset,
		      unsigned int width, uint64_t value);

/* qemu_doorbell.c */
int qemu_doorbell_init(struct qemu *qemu, int *out_peer_fd) UW_MUST_CHECK;
void qemu_doorbell_deinit(struct qemu *qemu);
/* Makes @count rings; from return on message i rings i. PASSIVE, once. */
int qemu_doorbell_announce(struct qemu *qemu, unsigned int count) UW_MUST_CHECK;

/* qemu_irq.c */
int qemu_irq_init(struct qemu *qemu) UW_MUST_CHECK;
/* Reader thread: vector @ring has rung. */
void qemu_irq_ring(struct qemu *qemu, unsigned int ring);
void qemu_irq_pin(void *arg, unsigned int pin, bool level);
int qemu_irq_restore(struct qemu *qemu) UW_MUST_CHECK; /* after a reset */
int qemu_op_irq_enable(struct pci_function *fn, enum pci_irq_kind kind, const int *eventfds,
		       unsigned int count);
int qemu_op_irq_set(struct pci_function *fn, unsigned int vector, int eventfd);
void qemu_op_irq_disable(struct pci_function *fn);
int qemu_op_irq_unmask(struct pci_function *fn, unsigned int vector);
int qemu_op_irq_mask(struct pci_function *fn, unsigned int vector);

/* qemu_reset.c */
int qemu_op_reset(struct pci_function *fn);

/* qemu_remove.c */
int qemu_op_provoke_removal(struct pci_function *fn);

#endif
