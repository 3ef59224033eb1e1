/* SPDX-License-Identifier: MIT */
#include "verifier/settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "object/driver.h"
#include "verifier/call_site.h"
#include "verifier/driver_setting.h"
#include "verifier/record.h"

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
};
#define TRACK "TrackHandles"
#define LEAKS "ObjectsForLeakDetection"

/* --- words --- */

bool fx_verifier_names(const char *list, const char *type)
{
	size_t len = strlen(type);

	while (*list) {
		size_t word = strcspn(list, ":");

		if ((word == 1 && *list == '*') || (word == len && !strncasecmp(list, type, len)))
			return true;
		list += word + (list[word] == ':');
	}
	return false;
}

static int refuse(struct report *rep, const char *what, const char *word, size_t len)
{
	report_say(rep, "verifier options: %s: %.*s", what, (int)len, word);
	report_hint(rep, "--verify=VerifierOn,VerifyOn,DbgBreakOnError,VerifyDownLevel,"
			 "VerifierAllocateFailCount=N,ObjectLeakDetectionLimit=N,"
			 "EnhancedVerifierOptions=N,Quarantine=N,TrackHandles=TYPE:TYPE,"
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

static bool parse_list(const char *value, size_t len, char *out)
{
	if (!len || len >= FX_SETTING_NAMES_LEN)
		return false;
	memcpy(out, value, len);
	out[len] = '\0';
	return true;
}

static int find(const char *name, size_t len)
{
	for (int i = 0; i < FX_SETTINGS; i++) {
		if (strlen(names[i]) == len && !strncasecmp(names[i], name, len))
			return i;
	}
	return -1;
}

static bool is(const char *name, size_t len, const char *what)
{
	return len == strlen(what) && !strncasecmp(name, what, len);
}

/* One "NAME[=VALUE]" of @len bytes. */
static int parse_word(const char *word, size_t len, struct report *rep,
		      struct fx_verifier_settings *out)
{
	const char *equals = memchr(word, '=', len);
	size_t name_len = equals ? (size_t)(equals - word) : len;
	const char *value = equals ? equals + 1 : "1";
	size_t value_len = equals ? len - name_len - 1 : 1;
	int at = find(word, name_len);

	if (is(word, name_len, TRACK))
		return equals && parse_list(value, value_len, out->track)
			       ? 0
			       : refuse(rep, "it takes types", word, len);
	if (is(word, name_len, LEAKS))
		return equals && parse_list(value, value_len, out->leaks)
			       ? 0
			       : refuse(rep, "it takes types", word, len);
	if (at < 0)
		return refuse(rep, "there is no", word, name_len);
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

static void take_names(struct fx_driver *driver, const char *asked, const char *name,
		       const char *otherwise, char *out)
{
	if (asked && asked[0])
		(void)snprintf(out, FX_SETTING_NAMES_LEN, "%s", asked);
	else if (!fx_driver_setting_names(driver, name, out, FX_SETTING_NAMES_LEN))
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

/* The verifier without any registry value: everything that costs no more than time. */
static bool by_default(const struct fx_verifier_settings *asked)
{
	return asked ? asked->given & (1u << FX_SET_VERIFIER_ON) : FX_VERIFIER_DEFAULT;
}

void fx_verifier_setup(struct fx_driver *driver, const struct fx_verifier_settings *asked)
{
	struct fx_verifier *v = &driver->verifier;
	bool ours = by_default(asked);
	ULONG enhanced;

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
	enhanced = value_of(driver, asked, FX_SET_ENHANCED, ours);
	take_names(driver, asked ? asked->track : NULL, TRACK, ours ? "*" : "", v->track);
	take_names(driver, asked ? asked->leaks : NULL, LEAKS, "*", v->leaks);
	open_gates(v, enhanced & 1);
	list_init(&v->records);
	list_init(&v->quarantine.records);
	if (v->on) {
		driver->globals.DriverFlags |= WdfVerifierOn;
		driver->object_hooks = &fx_record_hooks;
	}
	if (value_of(driver, asked, FX_SET_VERIFY_ON, v->on))
		driver->globals.DriverFlags |= WdfVerifyOn;
	fx_call_site_find_text(driver->image, &v->text, &v->text_end);
}
