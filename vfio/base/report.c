/* SPDX-License-Identifier: MIT */
#include "base/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *err_text(int err)
{
	const char *text = strerrordesc_np(err < 0 ? -err : err);

	return text ? text : "unknown error";
}

int(report_fail)(struct report *rep, int err, const char *format, ...)
{
	va_list args;
	size_t used;

	if (!rep || rep->text[0])
		return err;
	va_start(args, format);
	vsnprintf(rep->text, sizeof(rep->text), format, args);
	va_end(args);
	used = strlen(rep->text);
	snprintf(rep->text + used, sizeof(rep->text) - used, ": %s", err_text(err));
	return err;
}

void report_say(struct report *rep, const char *format, ...)
{
	va_list args;

	if (!rep || rep->text[0])
		return;
	va_start(args, format);
	vsnprintf(rep->text, sizeof(rep->text), format, args);
	va_end(args);
}

void report_hint(struct report *rep, const char *format, ...)
{
	va_list args;

	if (!rep || rep->hint[0])
		return;
	va_start(args, format);
	vsnprintf(rep->hint, sizeof(rep->hint), format, args);
	va_end(args);
}

void report_prefix(struct report *rep, const char *format, ...)
{
	char rest[sizeof(rep->text)];
	va_list args;
	size_t used;

	if (!rep)
		return;
	memcpy(rest, rep->text, sizeof(rest));
	va_start(args, format);
	vsnprintf(rep->text, sizeof(rep->text), format, args);
	va_end(args);
	used = strlen(rep->text);
	snprintf(rep->text + used, sizeof(rep->text) - used, ": %s", rest);
}
