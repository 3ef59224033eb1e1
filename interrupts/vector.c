/* SPDX-License-Identifier: MIT */
#include "irq/vector.h"

#include <errno.h>
#include <sys/eventfd.h>

#include "base/mem.h"
#include "base/sys.h"

struct vector {
	struct irq_vectors *set;   /* borrowed: contains this */
	struct irq_source *source; /* owned; NULL: not connected */
	irq_vector_fn *fn;
	void *arg;
	int eventfd; /* owned; nobody drains it while connected */
};

/* Changed by one control thread at a time; fn runs on the loop of its vector. */
struct irq_vectors {
	struct pci_function *function; /* borrowed: outlives the set */
	enum pci_irq_kind kind;
	unsigned int count;
	unsigned int connected;
	struct vector vectors[];
};

struct irq_vectors *irq_vectors_free(struct irq_vectors *v)
{
	if (!v)
		return NULL;
	for (unsigned int i = 0; i < v->count; i++) {
		irq_vector_disconnect(v, i);
		sys_close(v->vectors[i].eventfd);
	}
	mem_free(v);
	return NULL;
}

int irq_vectors_new(struct pci_function *fn, enum pci_irq_kind kind, unsigned int count,
		    struct irq_vectors **out)
{
	struct irq_vectors *v;

	if (!count || count > pci_function_irq_info(fn, kind).count)
		return -EINVAL;
	v = mem_calloc(1, sizeof(*v) + count * sizeof(v->vectors[0]));
	if (!v)
		return -ENOMEM;
	v->function = fn;
	v->kind = kind;
	for (v->count = 0; v->count < count; v->count++) {
		int fd = sys_eventfd(0, EFD_NONBLOCK);

		if (fd < 0) {
			irq_vectors_free(v);
			return fd;
		}
		v->vectors[v->count] = (struct vector){ .set = v, .eventfd = fd };
	}
	*out = v;
	return 0;
}

enum pci_irq_kind irq_vectors_kind(const struct irq_vectors *v)
{
	return v->kind;
}

unsigned int irq_vectors_count(const struct irq_vectors *v)
{
	return v->count;
}

static void vector_fired(void *arg, uint64_t count)
{
	struct vector *vec = arg;

	vec->fn(vec->arg, (unsigned int)(vec - vec->set->vectors), count);
}

static int enable_first(struct irq_vectors *v, unsigned int vector)
{
	int *fds = mem_calloc(v->count, sizeof(*fds));
	int err;

	if (!fds)
		return -ENOMEM;
	for (unsigned int i = 0; i < v->count; i++)
		fds[i] = i == vector ? v->vectors[i].eventfd : -1;
	err = pci_function_irq_enable(v->function, v->kind, fds, v->count);
	mem_free(fds);
	return err;
}

int irq_vector_connect(struct irq_vectors *v, unsigned int vector, struct irq_loop *loop,
		       irq_vector_fn *fn, void *arg)
{
	struct vector *vec = &v->vectors[vector];
	int err;

	if (vector >= v->count)
		return -EINVAL;
	if (vec->source)
		return -EBUSY;
	vec->fn = fn;
	vec->arg = arg;
	err = irq_loop_add_source(loop, IRQ_SOURCE_EDGE, vec->eventfd, vector_fired, vec,
				  &vec->source);
	if (err)
		return err;
	/* listening first: the function may signal before the call returns */
	if (v->connected)
		err = pci_function_irq_set(v->function, vector, vec->eventfd);
	else
		err = enable_first(v, vector);
	if (err)
		goto err_remove;
	v->connected++;
	return 0;

err_remove:
	irq_loop_remove_source(vec->source);
	vec->source = NULL;
	return err;
}

void irq_vector_disconnect(struct irq_vectors *v, unsigned int vector)
{
	struct vector *vec = &v->vectors[vector];

	if (!vec->source)
		return;
	if (--v->connected == 0)
		pci_function_irq_disable(v->function);
	else /* where it fails the function is gone, and nobody listens any more in any case */
		(void)!pci_function_irq_set(v->function, vector, -1);
	irq_loop_remove_source(vec->source);
	vec->source = NULL;
	sys_eventfd_drain(vec->eventfd); /* a later connect starts with nothing pending */
}

int irq_vector_mask(struct irq_vectors *v, unsigned int vector)
{
	return pci_function_irq_mask(v->function, vector);
}

int irq_vector_rearm(struct irq_vectors *v, unsigned int vector)
{
	return pci_function_irq_unmask(v->function, vector);
}
