/* SPDX-License-Identifier: MIT */
#include "intx_line.h"

#include "base/handover.h"
#include "base/log.h"
#include "base/sys.h"

void intx_signal(int eventfd, uint64_t count)
{
	if (eventfd < 0)
		return;
	handover_release(eventfd);
	/* hardware loses no interrupt: not one of the calls that a sweep fails */
	if (sys_write_quiet(eventfd, &count, sizeof(count)) < 0)
		log_debug("vfio", "eventfd %d is full", eventfd);
}

void intx_line_settle(struct intx_line *line)
{
	if (!line->connected || !line->level || line->masked)
		return;
	line->masked = true;
	line->signals++;
	intx_signal(line->eventfd, 1);
}

void intx_line_connect(struct intx_line *line, int eventfd)
{
	line->eventfd = eventfd;
	line->masked = true;
	line->connected = true;
}

void intx_line_disconnect(struct intx_line *line)
{
	line->connected = false;
	line->eventfd = -1;
}

void intx_line_set_level(struct intx_line *line, bool level)
{
	line->level = level;
	intx_line_settle(line);
}

void intx_line_set_masked(struct intx_line *line, bool masked)
{
	line->masked = masked;
	intx_line_settle(line);
}
