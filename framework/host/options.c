/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#define LONGEST_WORD 32u

/* --- suggestions --- */

static unsigned int smaller(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/* Letters to insert, delete or replace between two words. */
static unsigned int distance(const char *a, const char *b)
{
	unsigned int row[LONGEST_WORD + 1];
	size_t width = strlen(b);

	if (width > LONGEST_WORD || strlen(a) > LONGEST_WORD)
		return UINT32_MAX;
	for (unsigned int j = 0; j <= width; j++)
		row[j] = j;
	for (unsigned int i = 1; a[i - 1]; i++) {
		unsigned int diagonal = row[0];

		row[0] = i;
		for (unsigned int j = 1; j <= width; j++) {
			unsigned int replaced = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			row[j] = smaller(replaced, smaller(row[j], row[j - 1]) + 1);
		}
	}
	return row[width];
}

const char *suggest(const char *word, const char *(*next)(const void *arg, size_t i),
		    const void *arg)
{
	unsigned int best = (unsigned int)strlen(word) / 3 + 1; /* further away is another word */
	const char *found = NULL, *candidate;

	for (size_t i = 0; (candidate = next(arg, i)); i++) {
		unsigned int far = distance(word, candidate);

		if (far > best)
			continue;
		best = far ? far - 1 : 0;
		found = candidate;
	}
	return found;
}

static const char *next_option(const void *arg, size_t i)
{
	const struct option_spec *table = arg;

	return table[i].name;
}

/* --- parsing --- */

static const struct option_spec *find_option(const struct command *command, const char *name,
					     size_t len)
{
	for (const struct option_spec *o = command->options; o->name; o++)
		if (strlen(o->name) == len && !memcmp(o->name, name, len))
			return o;
	return NULL;
}

static int unknown_option(const struct command *command, const char *text, struct report *rep)
{
	char word[64];
	const char *meant;

	snprintf(word, sizeof(word), "%.*s", (int)strcspn(text, "="), text);
	meant = suggest(word + strspn(word, "-"), next_option, command->options);
	snprintf(rep->text, sizeof(rep->text), "%s: unknown option: %s", command->name, word);
	if (meant)
		report_hint(rep, "%s --%s", command->name, meant);
	else
		report_hint(rep, "%s --help", command->name);
	return -EINVAL;
}

static int usage_error(const struct command *command, struct report *rep, const char *what,
		       const char *which)
{
	snprintf(rep->text, sizeof(rep->text), "%s: %s%s%s", command->name, what, which ? ": " : "",
		 which ? which : "");
	report_hint(rep, "%s --help", command->name);
	return -EINVAL;
}

static bool may_lack_value(const struct option_spec *spec)
{
	return spec->value && spec->value[0] == '[';
}

/* @text is "--name" or "--name=value". Returns how many of @rest it took, or -EINVAL. */
static int parse_option(const struct command *command, const char *text, const char *rest,
			struct report *rep, struct arguments *out)
{
	const char *equals = strchr(text, '=');
	const char *value = equals ? equals + 1 : rest;
	const struct option_spec *spec;
	size_t len;

	len = equals ? (size_t)(equals - text) : strlen(text);
	spec = len > 2 ? find_option(command, text + 2, len - 2) : NULL;
	if (!spec)
		return unknown_option(command, text, rep);
	if (equals && !spec->value)
		return usage_error(command, rep, "option takes no value", text);
	if (may_lack_value(spec) && !equals)
		value = "";
	if (spec->value && !value)
		return usage_error(command, rep, "option needs a value", text);
	if (out->given_count == OPTIONS_MAX_GIVEN)
		return usage_error(command, rep, "too many options", NULL);
	out->given[out->given_count].spec = spec;
	out->given[out->given_count++].value = spec->value ? value : NULL;
	return spec->value && !may_lack_value(spec) && !equals;
}

static int check_operands(const struct command *command, struct report *rep,
			  const struct arguments *args)
{
	if (args->operand_count < command->least)
		return usage_error(command, rep, "something is missing", command->operands);
	if (args->operand_count > command->most)
		return usage_error(command, rep, "one word too many",
				   args->operands[args->operand_count - 1]);
	return 0;
}

int options_parse(const struct command *command, int argc, char *const *argv, struct report *rep,
		  struct arguments *out)
{
	bool only_operands = false;

	*out = (struct arguments){ .command = command };
	for (int i = 1; i < argc; i++) {
		const char *text = argv[i];
		bool is_option = text[0] == '-' && text[1] && !only_operands;
		int took = 0;

		if (!strcmp(text, "--") && is_option)
			only_operands = true;
		else if (is_option && (!strcmp(text, "--help") || !strcmp(text, "-h")))
			out->wants_help = true;
		else if (is_option)
			took = parse_option(command, text, i + 1 < argc ? argv[i + 1] : NULL, rep,
					    out);
		else if (out->operand_count < UW_ARRAY_SIZE(out->operands))
			out->operands[out->operand_count++] = text;
		if (took < 0)
			return took;
		i += took;
	}
	return out->wants_help ? 0 : check_operands(command, rep, out);
}

/* --- what was given --- */

const char *option_value(const struct arguments *args, const char *name)
{
	const char *value = NULL;

	for (unsigned int i = 0; i < args->given_count; i++)
		if (!strcmp(args->given[i].spec->name, name))
			value = args->given[i].value;
	return value;
}

bool option_given(const struct arguments *args, const char *name)
{
	for (unsigned int i = 0; i < args->given_count; i++)
		if (!strcmp(args->given[i].spec->name, name))
			return true;
	return false;
}

unsigned int option_values(const struct arguments *args, const char *name, const char **values,
			   unsigned int max)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < args->given_count && count + 1 < max; i++)
		if (!strcmp(args->given[i].spec->name, name))
			values[count++] = args->given[i].value;
	values[count] = NULL;
	return count;
}

/* --- help --- */

void options_print_help(FILE *to, const struct command *command)
{
	fprintf(to, "Usage: %s %s%s[options]\n\n%s\n\n%s", command->name, command->operands,
		command->operands[0] ? " " : "", command->summary, command->details);
	fprintf(to, "\nOptions:\n");
	for (const struct option_spec *o = command->options; o->name; o++) {
		char left[48];

		snprintf(left, sizeof(left), "--%s%s%s", o->name,
			 o->value && !may_lack_value(o) ? " " : "", o->value ? o->value : "");
		fprintf(to, "  %-22s %s\n", left, o->help);
	}
	fprintf(to, "  %-22s %s\n", "--help", "this text");
}
