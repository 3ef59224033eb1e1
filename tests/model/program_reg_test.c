/* SPDX-License-Identifier: MIT */
/* uwdf reg, as scripts use it: what it prints, and what it ends with. */
#include "registry_dir.h"

#include "jtext.h"
#include "program.h"

static struct program tool;

static int setup(void **state)
{
	(void)state;
	test_registry_begin();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	test_registry_end();
	return 0;
}

#define REG(...) PROGRAM_RUN(&tool, "uwdf", "reg", __VA_ARGS__)

static void expect_said(const char *text)
{
	if (!strstr(tool.output, text))
		fail_msg("'%s' lacks '%s'", tool.output, text);
}

static void test_set_and_get__each_type__what_went_in(void **state)
{
	(void)state;
	assert_int_equal(REG("set", "edu/Parameters/Wdf", "VerifierOn", "1"), 0);
	assert_string_equal(tool.output, "");
	assert_int_equal(REG("get",
			     "HKLM\\System\\CurrentControlSet\\Services\\EDU\\Parameters\\Wdf",
			     "verifieron"),
			 0);
	assert_string_equal(tool.output, "1\n");
	assert_int_equal(REG("set", "edu/Parameters/Wdf", "VerifierOn", "0x10"),
			 0); /* stays a dword */
	assert_int_equal(REG("get", "edu/Parameters/Wdf", "VerifierOn", "--json"), 0);
	expect_said("\"REG_DWORD\"");
	expect_said("\"data\": 16");
	assert_int_equal(REG("set", "HKLM/Software/T", "m", "a", "b c", "--type", "multi_sz"), 0);
	assert_int_equal(REG("get", "HKLM/Software/T", "m"), 0);
	assert_string_equal(tool.output, "a\nb c\n");
	assert_int_equal(REG("set", "HKLM/Software/T", "", "12", "--type", "sz"), 0);
	assert_int_equal(REG("get", "HKLM/Software/T"), 0);
	assert_string_equal(tool.output, "12\n");
	assert_int_equal(REG("set", "HKLM/Software/T", "b", "00ff", "--type", "binary", "--json"),
			 0);
	expect_said("\"00ff\"");
	assert_int_equal(REG("get", "HKLM/Software/T", "b"), 0);
	assert_string_equal(tool.output, "00ff\n");
}

static void test_list__tree__for_people_and_scripts(void **state)
{
	struct jtext *object, *below;
	(void)state;
	assert_int_equal(REG("set", "HKLM/Software/T/U", "n", "7"), 0);
	assert_int_equal(REG("list", "HKLM/Software", "--recursive"), 0);
	expect_said("T\\\n  U\\\n    n ");
	expect_said("0x7 (7)");
	assert_int_equal(REG("list", "HKLM/Software", "--recursive", "--json"), 0);
	object = jtext_parse(tool.output);
	below = jtext_item(jtext_member(object, "keys"), 0);
	assert_string_equal(jtext_text(below, "name"), "T");
	below = jtext_item(jtext_member(below, "keys"), 0);
	assert_string_equal(jtext_text(below, "name"), "U");
	below = jtext_item(jtext_member(below, "values"), 0);
	assert_string_equal(jtext_text(below, "type"), "REG_DWORD");
	assert_int_equal(jtext_number(below, "data"), 7);
	jtext_free(object);
}

static void test_delete__value_and_key__gone(void **state)
{
	(void)state;
	assert_int_equal(REG("set", "HKLM/Software/T/U", "n", "7"), 0);
	assert_int_equal(REG("delete", "HKLM/Software/T"), 1);
	expect_said("--recursive");
	assert_int_equal(REG("delete", "HKLM/Software/T/U", "n"), 0);
	assert_int_equal(REG("delete", "HKLM/Software/T/U", "n"), 3);
	assert_int_equal(REG("delete", "HKLM/Software/T", "--recursive", "--json"), 0);
	expect_said("\"deleted\": true");
	assert_int_equal(REG("list", "HKLM/Software/T"), 3);
	assert_int_equal(REG("delete", "HKLM", "--recursive"), 1);
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void test_import__good_then_wrong__all_or_nothing(void **state)
{
	char path[96];
	(void)state;
	snprintf(path, sizeof(path), "%s/x.reg", test_registry_dir);
	write_file(path,
		   "Windows Registry Editor Version 5.00\n\n[HKEY_LOCAL_MACHINE\\Software\\T]\n"
		   "\"a\"=dword:2a\n");
	assert_int_equal(REG("import", path), 0);
	assert_string_equal(tool.output, "keys made: 1, values set: 1, removed: 0\n");
	write_file(path,
		   "Windows Registry Editor Version 5.00\n\n[-HKEY_LOCAL_MACHINE\\Software\\T]\n"
		   "\"a\"=dword:2a\n");
	assert_int_equal(REG("import", path), 1);
	expect_said("x.reg:4: a value needs a [KEY]");
	assert_int_equal(REG("get", "HKLM/Software/T", "a"), 0);
	assert_string_equal(tool.output, "42\n");
	assert_int_equal(REG("import", "/nonexistent/x.reg"), 3);
	assert_int_equal(REG("import", test_registry_dir), 1);
}

static void test_export__then_import__the_same(void **state)
{
	char path[96], other[96];
	(void)state;
	snprintf(path, sizeof(path), "%s/x.reg", test_registry_dir);
	snprintf(other, sizeof(other), "%s/other.db", test_registry_dir);
	assert_int_equal(REG("export", "edu"), 3);
	assert_int_equal(REG("set", "edu/Parameters", "a", "7"), 0);
	assert_int_equal(REG("export", "edu"), 0);
	expect_said("Windows Registry Editor Version 5.00\n\n[HKEY_LOCAL_MACHINE\\System\\"
		    "CurrentControlSet\\Services\\edu]\n");
	expect_said("\\edu\\Parameters]\n\"a\"=dword:00000007\n");
	assert_int_equal(REG("export", "edu", path, "--utf16"), 0);
	assert_string_equal(tool.output, "keys: 2, values: 1\n");
	assert_int_equal(REG("import", path, "--file", other), 0);
	assert_int_equal(REG("get", "edu/Parameters", "a", "--file", other), 0);
	assert_string_equal(tool.output, "7\n");
	assert_int_equal(REG("export", "edu", path, "--json"), 0);
	expect_said("\"values\": 1");
	assert_int_equal(REG("export", "edu", "/nonexistent/x.reg"), 3);
	assert_int_equal(REG("export", "edu", "/dev/full"), 1);
	expect_said("writing /dev/full: No space left");
}

static void test_words__wrong__code_2_and_what_to_do(void **state)
{
	(void)state;
	assert_int_equal(REG("lst"), 2);
	expect_said("uwdf reg list");
	assert_int_equal(PROGRAM_RUN(&tool, "uwdf", "reg"), 2);
	assert_int_equal(REG("get"), 2);
	assert_int_equal(REG("set", "edu", "name"), 2);
	assert_int_equal(REG("get", "HKCU/Software"), 2);
	assert_int_equal(REG("set", "edu", "n", "1", "--type", "word"), 2);
	expect_said("multi_sz");
	assert_int_equal(REG("set", "edu", "n", "x", "--type", "dword"), 2);
	assert_int_equal(REG("list", "--file", "relative.db"), 2);
	assert_int_equal(REG("--help"), 0);
	expect_said("import FILE");
}

static void test_file__none_or_not_ours__code_and_words(void **state)
{
	(void)state;
	assert_int_equal(REG("get", "edu", "n"), 3);
	expect_said("does not exist yet");
	assert_int_equal(REG("check"), 0);
	assert_int_equal(access(test_registry_path, F_OK), -1);
	write_file(test_registry_path,
		   "this is no registry, but it is long enough to be looked "
		   "at, and nothing of it must be lost, whatever happens......");
	assert_int_equal(REG("set", "edu", "n", "1"), 1);
	expect_said("is damaged");
	assert_int_equal(REG("check", "--file", "/proc/registry.db"), 0);
	assert_int_equal(REG("set", "edu", "n", "1", "--file", "/proc/registry.db"), 1);
	expect_said("/proc/registry.db");
}

static void test_check__sound__says_so(void **state)
{
	(void)state;
	assert_int_equal(REG("set", "edu", "n", "1"), 0);
	assert_int_equal(REG("check"), 0);
	expect_said("sound");
	assert_int_equal(REG("check", "--json"), 0);
	expect_said("\"sound\": true");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_set_and_get__each_type__what_went_in),
		TEST(test_list__tree__for_people_and_scripts),
		TEST(test_delete__value_and_key__gone),
		TEST(test_import__good_then_wrong__all_or_nothing),
		TEST(test_export__then_import__the_same),
		TEST(test_words__wrong__code_2_and_what_to_do),
		TEST(test_file__none_or_not_ours__code_and_words),
		TEST(test_check__sound__says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
