/* SPDX-License-Identifier: MIT */
/*
 * report.h - what failed, on what, why, and what to do: the text that goes with an error.
 *
 * Functions whose failure a person must understand take a struct report (NULL is fine) and fill
 * it next to returning -errno. The first report wins: a caller that adds context uses
 * report_prefix(). Nothing is printed here; the program decides.
 */
#ifndef BASE_REPORT_H
#define BASE_REPORT_H

#include "base/compiler.h"

struct report {
	char text[512]; /* "opening /dev/vfio/7: Permission denied" */
	char hint[384]; /* the command or change that fixes it; empty if there is none */
};

#define REPORT_INIT                                                                                \
	{                                                                                          \
		.text = "", .hint = ""                                                             \
	}

/**
 * report_fail() - fill @rep and return @err, so that "return report_fail(rep, err, ...)" reads
 * well.
 * @err: negative errno; ": " and its text are appended.
 */
int report_fail(struct report *rep, int err, const char *format, ...) UW_PRINTF(3, 4) UW_COLD;
#ifdef __clang_analyzer__ /* it sees one file at a time: tell it that @err comes back */
#define report_fail(rep, err, ...) ((report_fail)(rep, err, __VA_ARGS__), (err))
#endif

/** report_say() - fill @rep where no errno says why: the text is complete. */
void report_say(struct report *rep, const char *format, ...) UW_PRINTF(2, 3) UW_COLD;

/** report_hint() - set the hint of a report just filled. */
void report_hint(struct report *rep, const char *format, ...) UW_PRINTF(2, 3) UW_COLD;

/** report_prefix() - put context in front of the text already there. */
void report_prefix(struct report *rep, const char *format, ...) UW_PRINTF(2, 3) UW_COLD;

/** err_text() - thread-safe text of an errno, negative or not: "Permission denied". */
const char *err_text(int err);

#endif
