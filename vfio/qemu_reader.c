/* SPDX-License-Identifier: MIT */
/* qemu_reader.c - the thread that sees interrupts come in and QEMU end while nobody asks. */
#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "base/sys.h"
#include "qemu_private.h"

/* From SOURCE_RING on: the rings of the doorbell. */
enum source { SOURCE_QTEST, SOURCE_PROCESS, SOURCE_STOP, SOURCE_RING };
#define EVENTS_MAX 16

/* Serves one event; false: the thread ends. */
static bool serve(struct qemu *qemu, uint64_t source)
{
	switch (source) {
	case SOURCE_QTEST:
		qtest_arrived(&qemu->qtest);
		return true;
	case SOURCE_PROCESS:
		qtest_arrived(&qemu->qtest); /* what it still said */
		qtest_kill(&qemu->qtest, -ENODEV);
		return false;
	case SOURCE_STOP:
		return false;
	default:
		qemu_irq_ring(qemu, (unsigned int)(source - SOURCE_RING));
		return true;
	}
}

static void run_reader(void *arg)
{
	struct qemu *qemu = arg;
	struct epoll_event events[EVENTS_MAX];
	bool go_on = true;

	while (go_on) {
		int count = exec_wait_fd(qemu->epoll, POLLIN, EXEC_FOREVER);

		if (count > 0)
			count = sys_epoll_wait(qemu->epoll, events, EVENTS_MAX, 0);
		if (count < 0 && count != -EINTR)
			return qtest_kill(&qemu->qtest, count);
		for (int i = 0; go_on && i < count; i++)
			go_on = serve(qemu, events[i].data.u64);
	}
}

/*
 * The connection reports edges: an answer wakes this thread once, and it leaves it to the thread
 * that waits for it instead of looking again and again.
 */
static int watch_all(struct qemu *qemu)
{
	int err = sys_epoll_ctl(qemu->epoll, EPOLL_CTL_ADD, qemu->qtest.fd, EPOLLIN | EPOLLET,
				SOURCE_QTEST);

	if (!err)
		err = sys_epoll_ctl(qemu->epoll, EPOLL_CTL_ADD, exec_process_fd(qemu->process),
				    EPOLLIN, SOURCE_PROCESS);
	if (!err)
		err = sys_epoll_ctl(qemu->epoll, EPOLL_CTL_ADD, qemu->stop, EPOLLIN, SOURCE_STOP);
	return err;
}

int qemu_reader_watch_rings(struct qemu *qemu)
{
	int err = 0;

	for (unsigned int i = 0; !err && i < qemu->doorbell.count; i++)
		err = sys_epoll_ctl(qemu->epoll, EPOLL_CTL_ADD, qemu->doorbell.rings[i], EPOLLIN,
				    SOURCE_RING + i);
	return err;
}

int qemu_reader_start(struct qemu *qemu)
{
	struct exec_thread_params params = {
		.name = "uwdf-qemu", .run = run_reader, .arg = qemu, .node = -1
	};
	int err;

	qemu->epoll = sys_epoll_create1(0);
	if (qemu->epoll < 0)
		return qemu->epoll;
	qemu->stop = sys_eventfd(0, 0);
	err = qemu->stop < 0 ? qemu->stop : watch_all(qemu);
	return err ? err : exec_thread_start(&params, &qemu->reader);
}

void qemu_reader_stop(struct qemu *qemu)
{
	if (qemu->reader)
		intx_signal(qemu->stop, 1);
	exec_thread_join(qemu->reader);
	qemu->reader = NULL;
	sys_close(qemu->epoll);
	sys_close(qemu->stop);
	qemu->epoll = -1;
	qemu->stop = -1;
}
