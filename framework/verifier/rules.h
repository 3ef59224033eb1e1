/* SPDX-License-Identifier: MIT */
/* rules.h - the rules by name, and when each is kept. */
#ifndef FX_RULES_H
#define FX_RULES_H

#include <stdint.h>

#include "wdf.h"

/* What has to be on for a rule to be reported. */
enum fx_rule_gate {
	FX_GATE_ALWAYS,
	FX_GATE_VERIFIER, /* VerifierOn */
	FX_GATE_TAGS,     /* and TrackHandles names the type */
	FX_GATE_LEAKS,    /* and ObjectLeakDetectionLimit */
	FX_GATE_ENHANCED, /* and EnhancedVerifierOptions bit 0 */
	FX_GATES,
};

/* FX_RULE_LEVEL = 20 and so on; rules.def has them. */
enum fx_rule {
	FX_RULE_NONE = 0, /* wrong, and in no list: a break, always */
#define FX_RULE(number, name, gate, minor, code, hint) FX_RULE_##name = (number),
#include "verifier/rules.def"
#undef FX_RULE
	FX_RULES = 181,
};

struct fx_rule_row {
	const char *name; /* "LEVEL"; NULL: no such rule here */
	const char *hint; /* what to do */
	uint8_t gate;     /* enum fx_rule_gate */
	uint8_t minor;    /* client version 1.x, 0: any */
	uint8_t code;     /* of WDF_BUGCHECK_CODES, 0: a break */
};
extern const struct fx_rule_row fx_rules[FX_RULES];

#endif
