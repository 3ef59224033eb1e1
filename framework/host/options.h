/* SPDX-License-Identifier: MIT */
/* options.h - a command's arguments, as a table that also prints its help. */
#ifndef HOST_OPTIONS_H
#define HOST_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/report.h"

#define OPTIONS_MAX_GIVEN 64

struct option_spec {
	const char *name; /* without its dashes; NULL ends a table */
	/* what follows it, for the help; NULL: nothing does; "[=X]": only after '=', or nothing */
	const char *value;
	const char *help;
};

struct arguments;

struct command {
	const char *name;     /* "uwdf run" */
	const char *operands; /* for the usage line: "DRIVER --device ADDRESS" */
	const char *summary;  /* one line */
	const char *details;  /* paragraphs and examples, ending with a newline */
	const struct option_spec *options;
	unsigned int least, most;                 /* operands */
	int (*run)(const struct arguments *args); /* returns an exit code */
};

struct arguments {
	const struct command *command;
	const char *operands[64];
	unsigned int operand_count;
	struct {
		const struct option_spec *spec;
		const char *value;
	} given[OPTIONS_MAX_GIVEN];
	unsigned int given_count;
	bool wants_help;
};

/* argv[0] is the command itself. -EINVAL: @rep says what is wrong and what was perhaps meant. */
int options_parse(const struct command *command, int argc, char *const *argv, struct report *rep,
		  struct arguments *out) UW_MUST_CHECK;
bool option_given(const struct arguments *args, const char *name);
/* The last value given, or NULL. */
const char *option_value(const struct arguments *args, const char *name);
/* Every value of a repeated option into @values, NULL-terminated; how many there are. */
unsigned int option_values(const struct arguments *args, const char *name, const char **values,
			   unsigned int max);
void options_print_help(FILE *to, const struct command *command);

/* The candidate that @word was perhaps meant to be, or NULL. @next walks the candidates. */
const char *suggest(const char *word, const char *(*next)(const void *arg, size_t i),
		    const void *arg);

#endif
