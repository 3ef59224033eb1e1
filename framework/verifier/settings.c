/* SPDX-License-Identifier: MIT */
#include "verifier/settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "object/driver.h"
#include "object/object.h"
#include "verifier/call_site.h"
#include "verifier/driver_setting.h"
#include "verifier/pool_track.h"
#include "verifier/record.h"
#include "verifier/verifier.h"

#define NEVER 0xffffffffu /* of a count or a limit */
#ifndef FX_VERIFIER_DEFAULT
#define FX_VERIFIER_DEFAULT 0
#endif

static const char *const names[FX_SETTINGS] = {
	[FX_SET_VERIFIER_ON] = "VerifierOn",
	[FX_SET_VERIFY_ON] = "VerifyOn",
	[FX_SET_BREAK_ON_ERROR] = "DbgBreakOnError",
	[FX_SET_DOWN_LEVEL] = "VerifyDownLevel",
	[FX_SET_ALLOCATE_FAIL_COUNT] = "VerifierAllocateFailCount",
	[FX_SET_LEAK_LIMIT] = "ObjectLeakDetectionLimit",
	[FX_SET_ENHANCED] = "EnhancedVerifierOptions",
	[FX_SET_QUARANTINE] = "Quarantine",
	[FX_SET_PATIENCE] = "DbgWaitForSignalTimeoutInSec",
};
/* Of KMDF's, about what is not here (README.md): they are read to say so. */
static const char *const idle_names[] = {
	"DbgBreakOnDeviceStateError",
	"DbgWaitForWakeInterruptIsrTimeoutInSec",
	"TrackPower",
	"VerboseOn",
	"ForceLogsInMiniDump",
	"TrackDriverForMiniDumpLog",
	"RequestParentOptimizationOn",
	"DsfOn",
	"RemoveLockOptionFlags",
};
#define TRACK "TrackHandles"
#define LEAKS "ObjectsForLeakDetection"

/* --- words --- */

static bool is(const char *name, size_t len, const char *what)
{
	return len == strlen(what) && !strncasecmp(name, what, len);
}

bool fx_verifier_names(const char *list, const char *type)
{
	while (*list) {
		size_t word = strcspn(list, ":");

		if (is(list, word, "*") || is(list, word, type))
			return true;
		list += word + (list[word] == ':');
	}
	return false;
}

static bool is_type(const char *name, size_t len)
{
	if (is(name, len, "*"))
		return true;
	for (unsigned int type = FX_TYPE_OBJECT; type < FX_TYPE_END; type++) {
		if (is(name, len, fx_type_name(type)))
			return true;
	}
	return false;
}

/* The first word from @list on that is no type, and its length; NULL: there is none. */
static const char *find_no_type(const char *list, size_t *out_len)
{
	while (*list) {
		size_t word = strcspn(list, ":");

		if (!is_type(list, word)) {
			*out_len = word;
			return list;
		}
		list += word + (list[word] == ':');
	}
	return NULL;
}

static int refuse(struct report *rep, const char *what, const char *word, size_t len)
{
	report_say(rep, "verifier options: %s: %.*s", what, (int)len, word);
	report_hint(rep, "--verify=VerifierOn,VerifyOn,DbgBreakOnError,VerifyDownLevel,"
			 "VerifierAllocateFailCount=N,ObjectLeakDetectionLimit=N,"
			 "EnhancedVerifierOptions=N,DbgWaitForSignalTimeoutInSec=N,Quarantine=N,"
			 "TrackHandles=TYPE:TYPE,"
			 "ObjectsForLeakDetection=TYPE:TYPE");
	return -EINVAL;
}

static bool parse_number(const char *text, size_t len, ULONG *out)
{
	char copy[16], *end;
	unsigned long long value;

	if (!len || len >= sizeof(copy) || text[0] == '-')
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	value = strtoull(copy, &end, 0);
	*out = (ULONG)value;
	return !*end && value <= NEVER;
}

static int refuse_type(struct report *rep, const char *option, const char *type, size_t len)
{
	char known[512] = "*";
	size_t at = 1;

	for (unsigned int i = FX_TYPE_OBJECT; i < FX_TYPE_END && at < sizeof(known); i++)
		at += (size_t)snprintf(known + at, sizeof(known) - at, ":%s", fx_type_name(i));
	report_say(rep,
		   "verifier options: %s: there is no handle type %.*s, so nothing would be "
		   "watched for it",
		   option, (int)len, type);
	report_hint(rep, "%s", known);
	return -EINVAL;
}

/* "@option=@value" of @word; @value is NULL if there is none. */
static int parse_types(const char *option, const char *word, size_t len, const char *value,
		       struct report *rep, char *out)
{
	size_t value_len = value ? len - (size_t)(value - word) : 0, type_len = 0;
	const char *type;

	if (!value_len || value_len >= FX_SETTING_NAMES_LEN)
		return refuse(rep, "it takes types", word, len);
	memcpy(out, value, value_len);
	out[value_len] = '\0';
	type = find_no_type(out, &type_len);
	return type ? refuse_type(rep, option, type, type_len) : 0;
}

static int find(const char *const *list, size_t count, const char *name, size_t len)
{
	for (size_t i = 0; i < count; i++) {
		if (is(name, len, list[i]))
			return (int)i;
	}
	return -1;
}

/* A value that has no subject here, or nothing of KMDF's at all. */
static int parse_idle(const char *name, size_t name_len, const char *value, size_t value_len,
		      struct report *rep, struct fx_verifier_settings *out)
{
	int at = find(idle_names, UW_ARRAY_SIZE(idle_names), name, name_len);
	ULONG number;

	if (at < 0)
		return refuse(rep, "there is no", name, name_len);
	if (!parse_number(value, value_len, &number))
		return refuse(rep, "it takes a number", name, name_len);
	out->idle |= 1u << at;
	return 0;
}

/* One "NAME[=VALUE]" of @len bytes. */
static int parse_word(const char *word, size_t len, struct report *rep,
		      struct fx_verifier_settings *out)
{
	const char *equals = memchr(word, '=', len);
	size_t name_len = equals ? (size_t)(equals - word) : len;
	const char *value = equals ? equals + 1 : "1";
	size_t value_len = equals ? len - name_len - 1 : 1;
	int at = find(names, FX_SETTINGS, word, name_len);

	if (is(word, name_len, TRACK))
		return parse_types(TRACK, word, len, equals ? value : NULL, rep, out->track);
	if (is(word, name_len, LEAKS))
		return parse_types(LEAKS, word, len, equals ? value : NULL, rep, out->leaks);
	if (at < 0)
		return parse_idle(word, name_len, value, value_len, rep, out);
	if (!parse_number(value, value_len, &out->values[at]))
		return refuse(rep, "it takes a number", word, len);
	out->given |= 1u << at;
	return 0;
}

int fx_verifier_parse(const char *text, struct report *rep, struct fx_verifier_settings *out)
{
	struct fx_verifier_settings settings = { .given = 1u << FX_SET_VERIFIER_ON,
						 .values[FX_SET_VERIFIER_ON] = 1 };
	int err;

	while (*text) {
		size_t len = strcspn(text, ",");

		err = parse_word(text, len, rep, &settings);
		if (err)
			return err;
		text += len + (text[len] == ',');
	}
	*out = settings;
	return 0;
}

/* --- what comes of them --- */

static ULONG value_of(struct fx_driver *driver, const struct fx_verifier_settings *asked,
		      enum fx_setting which, ULONG otherwise)
{
	if (asked && (asked->given & (1u << which)))
		return asked->values[which];
	return fx_driver_setting_ulong(driver, names[which], otherwise);
}

/* The registry cannot be refused: it says so, and the other names hold. */
static void say_no_types(struct fx_driver *driver, const char *name, const char *list)
{
	size_t len;

	for (list = find_no_type(list, &len); list; list = find_no_type(list + len, &len)) {
		log_warn("verifier",
			 "driver %s: %s in its registry key names %.*s: there is no such handle "
			 "type, so nothing is watched for it",
			 fx_driver_name(driver), name, (int)len, list);
		len += list[len] == ':';
	}
}

static void take_names(struct fx_driver *driver, const char *asked, const char *name,
		       const char *otherwise, char *out)
{
	if (asked && asked[0])
		(void)snprintf(out, FX_SETTING_NAMES_LEN, "%s", asked);
	else if (fx_driver_setting_names(driver, name, out, FX_SETTING_NAMES_LEN))
		say_no_types(driver, name, out);
	else
		(void)snprintf(out, FX_SETTING_NAMES_LEN, "%s", otherwise);
}

static enum fx_trap trap_of(struct fx_driver *driver, const struct fx_verifier_settings *asked,
			    bool on)
{
	switch (value_of(driver, asked, FX_SET_BREAK_ON_ERROR, NEVER)) {
	case 0:
		return FX_TRAP_NEVER;
	case NEVER: /* not said */
		return on ? FX_TRAP_IN_DEBUGGER : FX_TRAP_NEVER;
	default:
		return FX_TRAP_ALWAYS;
	}
}

static uint64_t limit_of(ULONG value)
{
	return value == NEVER ? UINT64_MAX : value;
}

static void open_gates(struct fx_verifier *v, bool enhanced)
{
	v->gates = 1u << FX_GATE_ALWAYS;
	if (!v->on)
		return;
	v->gates |= 1u << FX_GATE_VERIFIER;
	v->gates |= (uint8_t)((v->track[0] != '\0') << FX_GATE_TAGS);
	v->gates |= (uint8_t)((v->leak_limit != UINT64_MAX) << FX_GATE_LEAKS);
	v->gates |= (uint8_t)(enhanced << FX_GATE_ENHANCED);
}

static uint32_t patience_of(ULONG seconds)
{
	if (!seconds)
		seconds = FX_PATIENCE_S;
	return seconds > UINT32_MAX / 1000 ? UINT32_MAX : seconds * 1000;
}

static void say_idle(struct fx_driver *driver, const struct fx_verifier_settings *asked)
{
	for (size_t i = 0; i < UW_ARRAY_SIZE(idle_names); i++) {
		bool given = asked && (asked->idle & (1u << i));

		if (given || fx_driver_setting_ulong(driver, idle_names[i], 0))
			log_warn("verifier",
				 "driver %s: %s has no effect: there is nothing here "
				 "that it is about",
				 fx_driver_name(driver), idle_names[i]);
	}
}

bool fx_verifier_denies_request(struct fx_driver *driver)
{
	struct fx_verifier *v = &driver->verifier;
	uint32_t random;

	if (uw_likely(!v->on || !(v->enhanced & (FX_ENHANCED_DENY_ALL | FX_ENHANCED_DENY_SOME))))
		return false;
	if (v->enhanced & FX_ENHANCED_DENY_ALL)
		return true;
	/* several at once may draw the same: that is as random */
	random = __atomic_load_n(&v->random, __ATOMIC_RELAXED) * 1664525u + 1013904223u;
	__atomic_store_n(&v->random, random, __ATOMIC_RELAXED);
	return random >> 31;
}

/* The verifier without any registry value: everything that costs no more than time. */
static bool by_default(const struct fx_verifier_settings *asked)
{
	return asked ? asked->given & (1u << FX_SET_VERIFIER_ON) : FX_VERIFIER_DEFAULT;
}

void fx_verifier_setup(struct fx_driver *driver, const struct fx_verifier_settings *asked)
{
	struct fx_verifier *v = &driver->verifier;
	bool ours = by_default(asked);

	v->on = value_of(driver, asked, FX_SET_VERIFIER_ON, FX_VERIFIER_DEFAULT);
	v->minor = (uint8_t)driver->image->kmdf_minor;
	v->down_level = value_of(driver, asked, FX_SET_DOWN_LEVEL, 0);
	v->trap = (uint8_t)trap_of(driver, asked, v->on);
	v->quarantine_most = value_of(driver, asked, FX_SET_QUARANTINE, 1024);
	v->allocations_left = UINT64_MAX;
	if (v->on)
		v->allocations_left =
			limit_of(value_of(driver, asked, FX_SET_ALLOCATE_FAIL_COUNT, NEVER));
	v->leak_limit = limit_of(value_of(driver, asked, FX_SET_LEAK_LIMIT, NEVER));
	v->enhanced = value_of(driver, asked, FX_SET_ENHANCED, ours);
	v->patience_ms = patience_of(value_of(driver, asked, FX_SET_PATIENCE, FX_PATIENCE_S));
	take_names(driver, asked ? asked->track : NULL, TRACK, ours ? "*" : "", v->track);
	take_names(driver, asked ? asked->leaks : NULL, LEAKS, "*", v->leaks);
	open_gates(v, v->enhanced & FX_ENHANCED_CALLBACKS);
	list_init(&v->records);
	list_init(&v->quarantine.records);
	if (v->on) {
		driver->globals.DriverFlags |= WdfVerifierOn;
		driver->object_hooks = &fx_record_hooks;
		say_idle(driver, asked);
	}
	if (value_of(driver, asked, FX_SET_VERIFY_ON, v->on))
		driver->globals.DriverFlags |= WdfVerifyOn;
	fx_call_site_find_text(driver->image, &v->text, &v->text_end);
	fx_pool_watch(driver);
}
