/* SPDX-License-Identifier: MIT */
#include "raw_loop.h"

#include <errno.h>
#include <liburing.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "harness.h"

static bool stopping(struct raw_loop *loop)
{
	return __atomic_load_n(&loop->stop, __ATOMIC_ACQUIRE);
}

static void serve(struct raw_loop *loop)
{
	if (loop->serve)
		loop->serve(loop->arg);
	bench_count(&loop->served);
}

static int run_read(struct raw_loop *loop)
{
	uint64_t value;

	for (;;) {
		if (read(loop->fd, &value, sizeof(value)) != sizeof(value))
			return -errno;
		if (stopping(loop))
			return 0;
		serve(loop);
	}
}

static int one_uring_read(struct raw_loop *loop, struct io_uring *ring)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(ring);
	struct io_uring_cqe *cqe;
	uint64_t value;
	int err;

	io_uring_prep_read(sqe, loop->fd, &value, sizeof(value), 0);
	err = io_uring_submit_and_wait(ring, 1);
	if (err < 0)
		return err;
	err = io_uring_peek_cqe(ring, &cqe);
	if (err)
		return err;
	err = cqe->res < 0 ? cqe->res : 0;
	io_uring_cqe_seen(ring, cqe);
	return err;
}

static int run_uring(struct raw_loop *loop)
{
	struct io_uring ring;
	int err = io_uring_queue_init(8, &ring,
				      IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN);

	if (err)
		return err;
	io_uring_register_ring_fd(&ring);
	for (;;) {
		err = one_uring_read(loop, &ring);
		if (err || stopping(loop))
			break;
		serve(loop);
	}
	io_uring_queue_exit(&ring);
	return err;
}

static void *raw_loop_main(void *arg)
{
	struct raw_loop *loop = arg;

	loop->err = loop->kind == RAW_LOOP_READ ? run_read(loop) : run_uring(loop);
	if (loop->err)
		fprintf(stderr, "raw loop: %s\n", strerrordesc_np(-loop->err));
	return NULL;
}

int raw_loop_start(struct raw_loop *loop, enum raw_loop_kind kind, void (*fn)(void *arg), void *arg)
{
	int err;

	*loop = (struct raw_loop){ .kind = kind, .serve = fn, .arg = arg };
	loop->fd = eventfd(0, EFD_CLOEXEC);
	if (loop->fd < 0)
		return -errno;
	err = pthread_create(&loop->thread, NULL, raw_loop_main, loop);
	if (err)
		close(loop->fd);
	return -err;
}

void raw_loop_stop(struct raw_loop *loop)
{
	uint64_t one = 1;

	__atomic_store_n(&loop->stop, true, __ATOMIC_RELEASE);
	if (write(loop->fd, &one, sizeof(one)) != sizeof(one))
		perror("raw loop");
	pthread_join(loop->thread, NULL);
	close(loop->fd);
}
