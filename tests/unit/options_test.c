/* SPDX-License-Identifier: MIT */
/* Command lines: what is taken, what is refused, and what is suggested. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

static const struct option_spec specs[] = {
	{ "device", "ADDRESS", "which" },
	{ "qemu-arg", "ARGUMENT", "more" },
	{ "json", NULL, "as JSON" },
	{ "verify", "[=OPTIONS]", "optional" },
	{ NULL, NULL, NULL },
};

static const struct command command = {
	.name = "uwdf run",
	.operands = "DRIVER",
	.summary = "summary",
	.details = "Details.\n",
	.options = specs,
	.least = 1,
	.most = 2,
};

static int parse(struct report *rep, struct arguments *out, const char *words)
{
	static char copy[2048];
	char *argv[80] = { NULL };
	int argc = 0;

	snprintf(copy, sizeof(copy), "%s", words);
	for (char *w = strtok(copy, " "); w; w = strtok(NULL, " "))
		argv[argc++] = w;
	*rep = (struct report)REPORT_INIT;
	return options_parse(&command, argc, argv, rep, out);
}

static void test_options_and_operands_in_any_order(void **state)
{
	const char *values[4];
	struct arguments args;
	struct report rep;

	(void)state;
	assert_int_equal(
		parse(&rep, &args, "run --device=a=b x --json y --qemu-arg 1 --qemu-arg -netdev"),
		0);
	assert_int_equal(args.operand_count, 2);
	assert_string_equal(args.operands[0], "x");
	assert_string_equal(args.operands[1], "y");
	assert_string_equal(option_value(&args, "device"), "a=b");
	assert_true(option_given(&args, "json"));
	assert_int_equal(option_values(&args, "qemu-arg", values, 4), 2);
	assert_string_equal(values[1], "-netdev");
	assert_null(values[2]);
	assert_int_equal(option_values(&args, "qemu-arg", values, 2), 1);
}

static void test_last_value_wins(void **state)
{
	struct arguments args;
	struct report rep;

	(void)state;
	assert_int_equal(parse(&rep, &args, "run x --device a --device b"), 0);
	assert_string_equal(option_value(&args, "device"), "b");
	assert_false(option_given(&args, "json"));
	assert_null(option_value(&args, "qemu-arg"));
}

static void test_optional_value__only_behind_an_equals_sign(void **state)
{
	struct arguments args;
	struct report rep;

	(void)state;
	assert_int_equal(parse(&rep, &args, "run --verify x"), 0);
	assert_true(option_given(&args, "verify"));
	assert_string_equal(option_value(&args, "verify"), "");
	assert_int_equal(args.operand_count, 1);
	assert_int_equal(parse(&rep, &args, "run x --verify"), 0);
	assert_string_equal(option_value(&args, "verify"), "");
	assert_int_equal(parse(&rep, &args, "run x --verify=Quarantine=9,VerifyOn y"), 0);
	assert_string_equal(option_value(&args, "verify"), "Quarantine=9,VerifyOn");
	assert_int_equal(args.operand_count, 2);
	assert_int_equal(parse(&rep, &args, "run x --verify="), 0);
	assert_string_equal(option_value(&args, "verify"), "");
	assert_int_equal(parse(&rep, &args, "run x"), 0);
	assert_false(option_given(&args, "verify"));
}

static void test_two_dashes_end_options(void **state)
{
	struct arguments args;
	struct report rep;

	(void)state;
	assert_int_equal(parse(&rep, &args, "run -- --json -"), 0);
	assert_int_equal(args.operand_count, 2);
	assert_string_equal(args.operands[0], "--json");
	assert_false(option_given(&args, "json"));
}

static void test_help_needs_nothing_else(void **state)
{
	struct arguments args;
	struct report rep;

	(void)state;
	assert_int_equal(parse(&rep, &args, "run --help"), 0);
	assert_true(args.wants_help);
	assert_int_equal(parse(&rep, &args, "run -h"), 0);
	assert_true(args.wants_help);
}

static void expect_refused(const char *words, const char *text, const char *hint)
{
	struct arguments args;
	struct report rep;

	assert_int_equal(parse(&rep, &args, words), -EINVAL);
	if (!strstr(rep.text, text) || !strstr(rep.hint, hint))
		fail_msg("'%s' / '%s'", rep.text, rep.hint);
}

static void test_mistakes__named_with_a_suggestion(void **state)
{
	(void)state;
	expect_refused("run x --devise y", "unknown option: --devise", "--device");
	expect_refused("run x --devise=y", "unknown option: --devise", "--device");
	expect_refused("run x --qemu_arg y", "unknown option", "--qemu-arg");
	expect_refused("run x --frobnicate", "unknown option: --frobnicate", "--help");
	expect_refused("run x -j", "unknown option: -j", "uwdf run");
	expect_refused("run x --json=1", "takes no value", "--help");
	expect_refused("run x --verifi=a", "unknown option: --verifi", "--verify");
	expect_refused("run x --device", "needs a value", "--help");
	expect_refused("run", "missing", "--help");
	expect_refused("run a b c", "too many: c", "--help");
}

static void test_too_many_options__refused(void **state)
{
	char words[2048] = "run x";
	size_t len = strlen(words);

	(void)state;
	for (int i = 0; i < OPTIONS_MAX_GIVEN + 1; i++)
		len += (size_t)snprintf(words + len, sizeof(words) - len, " --json");
	expect_refused(words, "too many options", "");
}

static void test_help_names_every_option(void **state)
{
	char *text;
	size_t len;
	FILE *file = open_memstream(&text, &len);

	(void)state;
	assert_non_null(file);
	options_print_help(file, &command);
	fclose(file);
	for (const struct option_spec *o = specs; o->name; o++)
		assert_non_null(strstr(text, o->name));
	assert_non_null(strstr(text, "Usage: uwdf run DRIVER"));
	assert_non_null(strstr(text, "Details."));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options_and_operands_in_any_order),
		cmocka_unit_test(test_last_value_wins),
		cmocka_unit_test(test_optional_value__only_behind_an_equals_sign),
		cmocka_unit_test(test_two_dashes_end_options),
		cmocka_unit_test(test_help_needs_nothing_else),
		cmocka_unit_test(test_mistakes__named_with_a_suggestion),
		cmocka_unit_test(test_too_many_options__refused),
		cmocka_unit_test(test_help_names_every_option),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
