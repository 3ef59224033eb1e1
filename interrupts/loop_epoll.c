/* SPDX-License-Identifier: MIT */
/* loop_epoll.c - the loop's back end where io_uring is refused, and under the simulated executor.
 */
#include <errno.h>
#include <sys/epoll.h>

#include "base/fault.h"
#include "base/mem.h"
#include "base/sys.h"
#include "loop_impl.h"

#define BATCH 64

struct epoll_state {
	int epfd;
	struct epoll_event events[BATCH];
};

static int epoll_open(struct irq_loop *loop)
{
	struct epoll_state *data = mem_calloc(1, sizeof(*data));

	if (!data)
		return -ENOMEM;
	data->epfd = sys_epoll_create1(0);
	if (data->epfd < 0) {
		int err = data->epfd;

		mem_free(data);
		return err;
	}
	loop->backend_data = data;
	return 0;
}

static void epoll_close(struct irq_loop *loop)
{
	struct epoll_state *data = loop->backend_data;

	sys_close(data->epfd);
	mem_free(data);
}

static int epoll_add(struct irq_loop *loop, struct irq_source *source)
{
	struct epoll_state *data = loop->backend_data;
	uint32_t events = source->kind == IRQ_SOURCE_EDGE ? EPOLLIN | EPOLLET : EPOLLIN;

	if (fault_hit(FAULT_SUBMIT))
		return -ENOMEM;
	loop_count(&loop->stats.syscalls, 1);
	return sys_epoll_ctl(data->epfd, EPOLL_CTL_ADD, source->fd, events, (uintptr_t)source);
}

static bool epoll_remove(struct irq_loop *loop, struct irq_source *source)
{
	struct epoll_state *data = loop->backend_data;

	loop_count(&loop->stats.syscalls, 1);
	if (sys_epoll_ctl(data->epfd, EPOLL_CTL_DEL, source->fd, 0, 0))
		return false; /* the descriptor was closed under us: epoll forgot it already */
	return false;
}

static int epoll_collect(struct irq_loop *loop)
{
	struct epoll_state *data = loop->backend_data;

	/* edges are not consumed by a wait that fails, so the next one brings them */
	if (fault_hit(FAULT_COMPLETE))
		return -ENOMEM;
	loop_count(&loop->stats.syscalls, 1);
	return sys_epoll_wait(data->epfd, data->events, BATCH, 0);
}

static int epoll_wait_and_fire(struct irq_loop *loop, uint64_t deadline_ns)
{
	struct epoll_state *data = loop->backend_data;
	int count = 1;

	if (deadline_ns) {
		loop_count(&loop->stats.syscalls, 1);
		count = exec_wait_fd(data->epfd, POLLIN, deadline_ns);
	}
	if (count > 0)
		count = epoll_collect(loop);
	for (int i = 0; i < count; i++)
		loop_source_fired((struct irq_source *)(uintptr_t)data->events[i].data.u64);
	return count < 0 ? count : 0;
}

const struct loop_backend loop_epoll = {
	.kind = IRQ_LOOP_EPOLL,
	.open = epoll_open,
	.close = epoll_close,
	.add = epoll_add,
	.remove = epoll_remove,
	.wait = epoll_wait_and_fire,
};
