/* SPDX-License-Identifier: MIT */
/*
 * vector.h - the interrupt vectors of one function as sources of a loop.
 *
 * A vector set opens eventfds for count vectors of one kind, enables them on the function and adds
 * them to loops. INTx is masked by the back end when it fires; irq_vector_rearm() allows the next.
 */
#ifndef IRQ_VECTOR_H
#define IRQ_VECTOR_H

#include "irq/loop.h"
#include "vfio/pci_function.h"

struct irq_vectors;

/* Loop thread. @count: 1, since the eventfd is not read: signals that came together are one call.
 */
typedef void irq_vector_fn(void *arg, unsigned int vector, uint64_t count);

/* Eventfds made, nothing enabled. -EINVAL: the function has fewer vectors of this kind. */
int irq_vectors_new(struct pci_function *fn, enum pci_irq_kind kind, unsigned int count,
		    struct irq_vectors **out) UW_MUST_CHECK;
struct irq_vectors *irq_vectors_free(struct irq_vectors *v); /* disconnects what is connected */
enum pci_irq_kind irq_vectors_kind(const struct irq_vectors *v);
unsigned int irq_vectors_count(const struct irq_vectors *v);

/*
 * The first connect enables the kind on the function, the last disconnect disables it. PASSIVE.
 * Return: 0; -EINVAL no such vector; -EBUSY connected already; -ENODEV the function is gone;
 * -ENOSPC the machine has too few vectors; -ENOMEM; another -errno of loop or function.
 */
int irq_vector_connect(struct irq_vectors *v, unsigned int vector, struct irq_loop *loop,
		       irq_vector_fn *fn, void *arg) UW_MUST_CHECK;
/* After return fn does not run. PASSIVE (or the vector's loop). */
void irq_vector_disconnect(struct irq_vectors *v, unsigned int vector);
/* 0; -EINVAL the vector is not enabled; -ENODEV the function is gone. */
int irq_vector_mask(struct irq_vectors *v, unsigned int vector) UW_MUST_CHECK;
/* INTx: unmask after the ISR claimed it; others: unmask if masked. Loop thread or PASSIVE. */
int irq_vector_rearm(struct irq_vectors *v, unsigned int vector) UW_MUST_CHECK;

#endif
