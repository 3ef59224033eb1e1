/* SPDX-License-Identifier: MIT */
/*
 * log.h - messages for people, by level and area, to one sink that the program chooses.
 *
 * The library itself stays quiet above debug level unless something went wrong that no return
 * value carries (a device vanished, QEMU died). Not for the hot path.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/compiler.h"

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARN,
	LOG_LEVEL_NOTICE,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG
};

typedef void log_sink(void *arg, enum log_level level, const char *area, const char *text);

/* log_set_sink() - where messages go; NULL: standard error. One lock serialises calls of the sink.
 */
void log_set_sink(log_sink *sink, void *arg);
void log_set_level(enum log_level level); /* default NOTICE; UWDF_LOG=debug at start */
/* log_emit() - one line without its newline. Context: any level but DIRQL. */
void log_emit(enum log_level level, const char *area, const char *format, ...)
	UW_PRINTF(3, 4) UW_COLD;

#define log_error(area, ...)  log_emit(LOG_LEVEL_ERROR, area, __VA_ARGS__)
#define log_warn(area, ...)   log_emit(LOG_LEVEL_WARN, area, __VA_ARGS__)
#define log_notice(area, ...) log_emit(LOG_LEVEL_NOTICE, area, __VA_ARGS__)
#define log_info(area, ...)   log_emit(LOG_LEVEL_INFO, area, __VA_ARGS__)
#define log_debug(area, ...)  log_emit(LOG_LEVEL_DEBUG, area, __VA_ARGS__)

#endif
