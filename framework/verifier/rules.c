/* SPDX-License-Identifier: MIT */
#include "verifier/rules.h"

const struct fx_rule_row fx_rules[FX_RULES] = {
	[FX_RULE_NONE] = { .name = "NONE", .hint = "" },
#define FX_RULE(number_, name_, gate_, minor_, code_, hint_)                                       \
	[number_] = { .name = #name_,                                                              \
		      .hint = (hint_),                                                             \
		      .gate = (gate_),                                                             \
		      .minor = (minor_),                                                           \
		      .code = (code_) },
#include "verifier/rules.def"
#undef FX_RULE
};
