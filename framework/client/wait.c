/* SPDX-License-Identifier: MIT */
#include "wait.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <time.h>

#include "base/sys.h"

uint64_t wait_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int64_t now_ms(void)
{
	return (int64_t)(wait_now_ns() / 1000000u);
}

wait_deadline wait_until_ms(int timeout_ms)
{
	return timeout_ms < 0 ? -1 : now_ms() + timeout_ms;
}

int wait_left_ms(wait_deadline deadline)
{
	int64_t left = deadline < 0 ? -1 : deadline - now_ms();

	if (deadline < 0)
		return -1;
	if (left <= 0)
		return 0;
	return left > INT_MAX ? INT_MAX : (int)left;
}

int wait_fd(int fd, short events, wait_deadline deadline)
{
	struct pollfd entry = { .fd = fd, .events = events };
	int ready;

	do {
		int left = wait_left_ms(deadline);

		ready = sys_ppoll(&entry, 1, left < 0 ? -1 : left * INT64_C(1000000));
	} while (ready == -EINTR);
	return ready > 0 ? 1 : ready;
}
