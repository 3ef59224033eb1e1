/* SPDX-License-Identifier: MIT */
/* loop_source.c - descriptors that a loop watches. */
#include <errno.h>
#include <fcntl.h>

#include "base/handover.h"
#include "base/mem.h"
#include "base/sys.h"
#include "loop_impl.h"

struct add_call {
	struct irq_loop *loop;
	struct irq_source *source;
	int err;
};

static void add_on_loop(void *arg)
{
	struct add_call *call = arg;

	call->err = call->loop->backend->add(call->loop, call->source);
}

int irq_loop_add_source(struct irq_loop *loop, enum irq_source_kind kind, int fd, irq_source_fn *fn,
			void *arg, struct irq_source **out)
{
	struct add_call call = { .loop = loop };
	int err = sys_fcntl(fd, F_GETFD, 0); /* the ring would tell only later */

	if (err < 0)
		return err;
	call.source = mem_calloc(1, sizeof(*call.source));
	if (!call.source)
		return -ENOMEM;
	*call.source =
		(struct irq_source){ .loop = loop, .kind = kind, .fd = fd, .fn = fn, .arg = arg };
	list_init(&call.source->link);
	*out = call.source; /* before fn can run on another thread */
	irq_loop_call(loop, add_on_loop, &call);
	if (call.err) {
		*out = NULL;
		mem_free(call.source);
	}
	return call.err;
}

static void remove_on_loop(void *arg)
{
	struct irq_source *source = arg;

	source->removed = true;
	if (!source->loop->backend->remove(source->loop, source))
		loop_source_bury(source);
}

void irq_loop_remove_source(struct irq_source *source)
{
	if (source)
		irq_loop_call(source->loop, remove_on_loop, source);
}

void loop_source_bury(struct irq_source *source)
{
	list_push_back(&source->loop->buried, &source->link);
}

void loop_source_fired(struct irq_source *source)
{
	int64_t count = 1;

	if (uw_unlikely(source->removed))
		return;
	if (source->kind == IRQ_SOURCE_EVENTFD) {
		loop_count(&source->loop->stats.syscalls, 1);
		count = sys_eventfd_drain(source->fd);
		if (!count)
			return; /* somebody else read it */
		if (count < 0)
			count = 1; /* it did fire; what is left undrained fires again */
	}
	handover_acquire(source->fd);
	if (source != source->loop->wake)
		loop_count(&source->loop->stats.events, 1);
	source->fn(source->arg, (uint64_t)count);
}
