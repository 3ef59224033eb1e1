/* SPDX-License-Identifier: MIT */
/*
 * vfio_watch.c - the kernel's two messages about a function, REQ ("somebody wants it back") and ERR
 * (an uncorrectable PCIe error), as events, from a thread that does nothing else.
 *
 * Not on an I/O loop: arrows point one way, and a loop that is stuck in a driver must not keep the
 * driver from hearing that its device goes.
 */
#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "base/exec.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/sys.h"
#include "vfio_pci.h"

enum watch_source { WATCH_STOP, WATCH_REQUEST, WATCH_ERROR, WATCH_SOURCES };

struct vfio_watch {
	struct vfio_pci *vp; /* borrowed: it owns us */
	struct exec_thread *thread;
	int epoll_fd;
	int eventfds[WATCH_SOURCES]; /* owned; -1: the function has no such interrupt */
	bool released;               /* watch thread: REQ was passed on */
};

static const uint32_t index_of[WATCH_SOURCES] = {
	[WATCH_REQUEST] = VFIO_PCI_REQ_IRQ_INDEX,
	[WATCH_ERROR] = VFIO_PCI_ERR_IRQ_INDEX,
};

/* The kernel repeats REQ every few seconds until the function is closed; once is enough. */
static void pass_on(struct vfio_watch *watch, enum watch_source source)
{
	struct pci_function *fn = watch->vp->fn;

	if (source == WATCH_ERROR) {
		pci_function_post_event(fn, PCI_EVENT_ERROR);
	} else if (!watch->released) {
		watch->released = true;
		pci_function_post_event(fn, PCI_EVENT_RELEASE);
	}
}

static void watch_run(void *arg)
{
	struct vfio_watch *watch = arg;
	struct epoll_event event;
	enum watch_source source;
	int got;

	for (;;) {
		got = exec_wait_fd(watch->epoll_fd, POLLIN, EXEC_FOREVER);
		if (got > 0)
			got = sys_epoll_wait(watch->epoll_fd, &event, 1, 0);
		if (got < 0 && got != -EINTR)
			break;
		if (got <= 0)
			continue;
		source = (enum watch_source)event.data.u64;
		if (source == WATCH_STOP)
			return;
		if (sys_eventfd_drain(watch->eventfds[source]) > 0)
			pass_on(watch, source);
	}
	log_error("vfio", "%s: no longer listening for removal: %s", watch->vp->fn->address,
		  err_text(got));
}

static int add_source(struct vfio_watch *watch, enum watch_source source)
{
	int fd = sys_eventfd(0, EFD_NONBLOCK), err;

	if (fd < 0)
		return fd;
	watch->eventfds[source] = fd;
	err = sys_epoll_ctl(watch->epoll_fd, EPOLL_CTL_ADD, fd, EPOLLIN, source);
	if (err || source == WATCH_STOP)
		return err;
	return vfio_irq_trigger(watch->vp, index_of[source], 0, &fd, 1);
}

static int add_sources(struct vfio_watch *watch)
{
	int err = add_source(watch, WATCH_STOP);

	for (unsigned int s = WATCH_REQUEST; !err && s < WATCH_SOURCES; s++)
		if (watch->vp->irqs[index_of[s]].count)
			err = add_source(watch, (enum watch_source)s);
	return err;
}

/* Closing the descriptor of the device has ended, or will end, what REQ and ERR signal. */
static void watch_free(struct vfio_watch *watch)
{
	for (unsigned int s = 0; s < WATCH_SOURCES; s++)
		sys_close(watch->eventfds[s]);
	sys_close(watch->epoll_fd);
	mem_free(watch);
}

static int watch_new(struct vfio_pci *vp, struct vfio_watch **out)
{
	struct vfio_watch *watch = mem_calloc(1, sizeof(*watch));
	int err;

	if (!watch)
		return -ENOMEM;
	watch->vp = vp;
	for (unsigned int s = 0; s < WATCH_SOURCES; s++)
		watch->eventfds[s] = -1;
	watch->epoll_fd = sys_epoll_create1(0);
	err = watch->epoll_fd < 0 ? watch->epoll_fd : add_sources(watch);
	if (err) {
		watch_free(watch);
		return err;
	}
	*out = watch;
	return 0;
}

int vfio_watch_start(struct vfio_pci *vp)
{
	struct exec_thread_params params = { .name = "vfio-watch", .run = watch_run, .node = -1 };
	struct vfio_watch *watch;
	int err;

	if (!vp->irqs[VFIO_PCI_REQ_IRQ_INDEX].count && !vp->irqs[VFIO_PCI_ERR_IRQ_INDEX].count)
		return 0; /* a kernel before 4.0: nobody will ask */
	err = watch_new(vp, &watch);
	if (err)
		return err;
	params.arg = watch;
	err = exec_thread_start(&params, &watch->thread);
	if (err) {
		watch_free(watch);
		return err;
	}
	vp->watch = watch;
	return 0;
}

void vfio_watch_stop(struct vfio_pci *vp)
{
	struct vfio_watch *watch = vp->watch;

	if (!watch)
		return;
	while (sys_eventfd_signal(watch->eventfds[WATCH_STOP]))
		; /* fails by injection only: the counter is far from full */
	exec_thread_join(watch->thread);
	watch_free(watch);
	vp->watch = NULL;
}
