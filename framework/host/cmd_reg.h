/* SPDX-License-Identifier: MIT */
/*
 * cmd_reg.h - what the actions of `uwdf reg` share: cmd_reg.c shows, cmd_reg_change.c changes.
 *
 * Threads: the main one. Return: 0 or -errno, and then why in @rep, if there is more to say.
 */
#ifndef UWDF_CMD_REG_H
#define UWDF_CMD_REG_H

#include <stdbool.h>

#include "base/report.h"
#include "jtext.h"
#include "options.h"
#include "support/registry.h"

struct reg {
	const struct arguments *args;
	struct registry *r; /* NULL: there is no file yet */
	struct report rep;
	bool misused; /* the command line is wrong */
};

/* NULL: there are not so many; 0 is the action itself. */
const char *reg_operand(const struct reg *reg, unsigned int i);
bool reg_asked(const struct reg *reg, const char *option);

/* The words are wrong: @rep says how. Returns -EINVAL. */
int reg_misused(struct reg *reg);
/* There is no @what @name in key @in (NULL: in the registry). Returns -ENOENT. */
int reg_no_such(struct reg *reg, const char *what, const char *name, const char *in);
/* What the registry says of @key, for people. */
int reg_failed(struct reg *reg, NTSTATUS status, const char *key);

/* @key as it was written, as a path below REGISTRY_ROOT; mem_free() it. */
int reg_path_of(struct reg *reg, const char *key, char **out);
int reg_find_key(struct reg *reg, const char *key, registry_key *out);

/* Prints @object with --json, else @text; @object is freed. */
int reg_finish(struct reg *reg, struct jtext *object, const char *text);

int reg_run_set(struct reg *reg);
int reg_run_delete(struct reg *reg);
int reg_run_import(struct reg *reg);
int reg_run_export(struct reg *reg);
int reg_run_check(struct reg *reg);

#endif
