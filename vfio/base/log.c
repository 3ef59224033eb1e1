/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/lock.h"
#include "base/sys.h"

#define LOG_LINE_MAX 1024

static const char *const level_names[] = { "error", "warning", "notice", "info", "debug" };
static struct spin_lock sink_lock = { .rank = LOCK_RANK_LOG };
static log_sink *current_sink;                    /* guarded by sink_lock; NULL: standard error */
static void *current_arg;                         /* guarded by sink_lock */
static uint32_t current_level = LOG_LEVEL_NOTICE; /* atomic, relaxed: only a filter */

static void write_to_stderr(enum log_level level, const char *area, const char *text)
{
	char line[LOG_LINE_MAX + 64];
	int len = snprintf(line, sizeof(line), "%s: %s: %s\n", area, level_names[level], text);

	if (len > 0 && sys_write_quiet(2, line, (size_t)len) < 0)
		return; /* nowhere left to say it */
}

void log_set_sink(log_sink *sink, void *arg)
{
	spin_lock_acquire(&sink_lock);
	current_sink = sink;
	current_arg = arg;
	spin_lock_release(&sink_lock);
}

void log_set_level(enum log_level level)
{
	__atomic_store_n(&current_level, (uint32_t)level, __ATOMIC_RELAXED);
}

void log_emit(enum log_level level, const char *area, const char *format, ...)
{
	char text[LOG_LINE_MAX];
	va_list args;

	if ((uint32_t)level > __atomic_load_n(&current_level, __ATOMIC_RELAXED))
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	spin_lock_acquire(&sink_lock);
	if (current_sink)
		current_sink(current_arg, level, area, text);
	else
		write_to_stderr(level, area, text);
	spin_lock_release(&sink_lock);
}

__attribute__((constructor)) static void log_level_from_environment(void)
{
	const char *text = getenv("UWDF_LOG"); /* NOLINT(concurrency-mt-unsafe): before main */

	for (uint32_t level = 0; text && level < UW_ARRAY_SIZE(level_names); level++)
		if (!strcasecmp(text, level_names[level]))
			log_set_level((enum log_level)level);
}
