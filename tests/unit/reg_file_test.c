/* SPDX-License-Identifier: MIT */
/* Files of the Windows registry editor: what they mean, and which line is wrong and why. */
#include "registry_dir.h"

#include <errno.h>

#include "base/fault.h"
#include "base/mem.h"
#include "reg_file.h"
#include "reg_value.h"
#include "support/registry_name.h"

#define HEAD "Windows Registry Editor Version 5.00\r\n\r\n"
#define KEY  "[HKEY_LOCAL_MACHINE\\SOFTWARE\\T]\r\n"

static struct registry *reg;
static struct report rep;
static struct reg_file_counts counts;
static uint64_t blocks;

static int setup(void **state)
{
	(void)state;
	blocks = mem_live_blocks();
	test_registry_begin();
	return registry_open(test_registry_path, true, &rep, &reg);
}

static int teardown(void **state)
{
	(void)state;
	registry_close(reg);
	test_registry_end();
	assert_int_equal(mem_live_blocks(), blocks);
	return 0;
}

static int apply_bytes(const char *text, size_t len)
{
	char *copy = mem_calloc(1, len + 1);
	int err;

	memset(&rep, 0, sizeof(rep));
	memcpy(copy, text, len);
	assert_int_equal(registry_begin(reg), STATUS_SUCCESS);
	err = reg_file_apply(reg, "x.reg", copy, len, &rep, &counts);
	if (err)
		registry_rollback(reg);
	else
		assert_int_equal(registry_commit(reg), STATUS_SUCCESS);
	mem_free(copy);
	return err;
}

static void apply(const char *text)
{
	int err = apply_bytes(text, strlen(text));

	if (err)
		fail_msg("%d: %s", err, rep.text);
}

static void expect_data(const char *key, const char *name, ULONG type, const void *data, ULONG len)
{
	struct registry_value value;
	registry_key at;

	assert_int_equal(registry_find(reg, REGISTRY_ROOT, key, &at), STATUS_SUCCESS);
	assert_int_equal(registry_get_named(reg, at, name, &value), STATUS_SUCCESS);
	assert_int_equal(value.type, type);
	assert_int_equal(value.len, len);
	assert_memory_equal(value.data, data, len);
	registry_value_free(&value);
}

static void expect_missing(const char *key, const char *name)
{
	registry_key at;

	if (NT_SUCCESS(registry_find(reg, REGISTRY_ROOT, key, &at)))
		assert_int_equal(registry_unset_named(reg, at, name), STATUS_OBJECT_NAME_NOT_FOUND);
}

static const char everything[] = HEAD "; a comment\r\n" KEY "@=\"default \\\"q\\\" C:\\\\x\"\r\n"
				      "\"a=b\\\\\"=dword:2A\r\n"
				      "  \"bin\" = hex:01,02,\\\r\n   03\r\n"
				      "\"none\"=hex(0):\r\n"
				      "\"multi\"=hex(7):61,00,00,00,00,00\r\n"
				      "\"q\"=hex(b):01,00,00,00,00,00,00,80\r\n"
				      "\"odd\"=hex(cafe):ff\r\n"
				      "\r\n[HKEY_USERS\\.DEFAULT]\r\n\"u\"=\"\"\r\n"
				      "[HKEY_LOCAL_MACHINE\\SOFTWARE\\T\\Below]";

static void expect_everything(void)
{
	expect_data("Machine\\Software\\T", "", REG_SZ, L"default \"q\" C:\\x", 34);
	expect_data("Machine\\Software\\T", "a=b\\", REG_DWORD, "\x2a\0\0", 4);
	expect_data("Machine\\Software\\T", "BIN", REG_BINARY, "\1\2\3", 3);
	expect_data("Machine\\Software\\T", "none", REG_NONE, "", 0);
	expect_data("Machine\\Software\\T", "multi", REG_MULTI_SZ, "a\0\0\0\0", 6);
	expect_data("Machine\\Software\\T", "q", REG_QWORD, "\1\0\0\0\0\0\0\x80", 8);
	expect_data("Machine\\Software\\T", "odd", 0xcafe, "\xff", 1);
	expect_data("User\\.Default", "u", REG_SZ, L"", 2);
	assert_int_equal(counts.keys, 3);
	assert_int_equal(counts.values, 8);
}

static void test_import__utf8__every_kind_of_line(void **state)
{
	(void)state;
	apply(everything);
	expect_everything();
}

static void test_import__utf8_with_mark_and_utf16__the_same(void **state)
{
	char marked[sizeof(everything) + 3] = "\xef\xbb\xbf";
	WCHAR units[sizeof(everything) + 1] = { 0xfeff };
	size_t count = registry_utf16(everything, units + 1, sizeof(everything));
	(void)state;
	strcat(marked, everything);
	apply(marked);
	expect_everything();
	assert_int_equal(apply_bytes((char *)units, (count + 1) * sizeof(WCHAR)), 0);
	assert_int_equal(counts.keys, 0); /* they are there */
	assert_int_equal(counts.values, 8);
}

static void test_import__removals__gone_and_no_matter_if_not_there(void **state)
{
	registry_key key;
	(void)state;
	apply(everything);
	apply(HEAD KEY "\"bin\"=-\r\n@=-\r\n\"never\"=-\r\n"
		       "[-HKLM\\Software\\Never]\r\n[-HKU\\.DEFAULT]\r\n");
	assert_int_equal(counts.removed, 3);
	expect_missing("Machine\\Software\\T", "bin");
	assert_int_equal(registry_find(reg, REGISTRY_ROOT, "User\\.Default", &key),
			 STATUS_OBJECT_NAME_NOT_FOUND);
	expect_data("Machine\\Software\\T", "none", REG_NONE, "", 0);
}

static void test_import__wrong__line_and_reason_and_nothing_done(void **state)
{
	static const struct {
		const char *text, *said;
	} wrong[] = {
		{ "", "x.reg:1: the first line" },
		{ "Windows Registry Editor Version 4\r\n", "x.reg:1: the first line" },
		{ HEAD "\"a\"=dword:1\r\n", "x.reg:3: a value needs a [KEY]" },
		{ HEAD KEY "\"ok\"=dword:1\r\nnonsense\r\n", "x.reg:5: this is no [KEY]" },
		{ HEAD KEY "\"a\"=dword:\r\n", "x.reg:4: dword:" },
		{ HEAD KEY "\"a\"=dword:123456789\r\n", "x.reg:4: dword:" },
		{ HEAD KEY "\"a\"=dword:12x\r\n", "x.reg:4: dword:" },
		{ HEAD KEY "\"a\"=hex:1\r\n", "x.reg:4: hex:" },
		{ HEAD KEY "\"a\"=hex:01,zz\r\n", "x.reg:4: hex:" },
		{ HEAD KEY "\"a\"=hex(:01\r\n", "x.reg:4: a value is" },
		{ HEAD KEY "\"a\"=hex(7)01\r\n", "x.reg:4: a value is" },
		{ HEAD KEY "\"a\"=hexagon\r\n", "x.reg:4: a value is" },
		{ HEAD KEY "\"a\"=12\r\n", "x.reg:4: a value is" },
		{ HEAD KEY "\"a\"=\"b\r\n", "x.reg:4: the text needs" },
		{ HEAD KEY "\"a\"=\"b\"c\r\n", "x.reg:4: something follows" },
		{ HEAD KEY "\"a=dword:1\r\n", "x.reg:4: the value's name" },
		{ HEAD KEY "\"a\" dword:1\r\n", "x.reg:4: a \"=\" is missing" },
		{ HEAD KEY "\"a\"=hex:01,\\\r\n02,\\\r\n0\r\n", "x.reg:4: hex:" },
		{ HEAD KEY "\"b\"=hex:01,\\\r\n02\r\n\"a\"=1\r\n", "x.reg:6: a value is" },
		{ HEAD "[HKEY_LOCAL_MACHINE\\X\r\n", "x.reg:3: a key needs its closing" },
		{ HEAD "[]\r\n", "x.reg:3: a key needs" },
		{ HEAD "[HKEY_CURRENT_USER\\X]\r\n", "x.reg:3: only HKEY_LOCAL_MACHINE" },
		{ HEAD "[\\Registered\\X]\r\n", "x.reg:3: only HKEY_LOCAL_MACHINE" },
		{ HEAD "[-HKEY_LOCAL_MACHINE]\r\n", "x.reg:3: this key cannot be removed" },
		{ HEAD KEY "[-HKLM\\Software\\T]\r\n\"a\"=dword:1\r\n", "x.reg:5: a value needs" },
		{ HEAD KEY "\"a\"=\"\xff\"\r\n", "x.reg:4: this is neither" },
	};
	registry_key key;
	(void)state;
	for (size_t i = 0; i < UW_ARRAY_SIZE(wrong); i++) {
		assert_int_equal(apply_bytes(wrong[i].text, strlen(wrong[i].text)), -EINVAL);
		if (strncmp(rep.text, wrong[i].said, strlen(wrong[i].said)))
			fail_msg("%zu: '%s' should begin '%s'", i, rep.text, wrong[i].said);
		assert_int_equal(registry_find(reg, REGISTRY_ROOT, "Machine\\Software\\T", &key),
				 STATUS_OBJECT_NAME_NOT_FOUND);
	}
}

static void test_import__zero_bytes_or_half_a_unit__refused(void **state)
{
	(void)state;
	assert_int_equal(apply_bytes(HEAD "\0", sizeof(HEAD)), -EINVAL);
	assert_int_equal(apply_bytes("\xff\xfeW", 3), -EINVAL);
	assert_int_equal(apply_bytes("\xff\xfe", 2), -EINVAL); /* no heading */
	assert_int_equal(apply_bytes("\xff\xfe\0\xd8", 4), -EINVAL);
}

static void test_import__each_allocation_fails__nothing_done(void **state)
{
	uint64_t k = 1;
	registry_key key;
	int err;
	(void)state;
	do {
		char *copy = mem_strdup(everything);

		assert_int_equal(registry_begin(reg), STATUS_SUCCESS);
		fault_arm(FAULT_ALLOC, k++);
		err = reg_file_apply(reg, "x.reg", copy, strlen(copy), &rep, &counts);
		fault_disarm();
		registry_rollback(reg);
		mem_free(copy);
		assert_true(!err || err == -ENOMEM || err == -EIO);
		assert_int_equal(registry_find(reg, REGISTRY_ROOT, "Machine\\Software\\T", &key),
				 STATUS_OBJECT_NAME_NOT_FOUND);
	} while (err || k < 20);
	assert_true(k > 20);
}

/* Bytes changed at random: any answer but a crash, and never half of a file. */
static void test_import__random_damage__an_answer(void **state)
{
	char text[sizeof(everything)];
	uint64_t random = 5;
	(void)state;
	for (int i = 0; i < 1500; i++) {
		memcpy(text, everything, sizeof(text));
		for (int j = 0; j < 3; j++) {
			random = random * 6364136223846793005ull + 1442695040888963407ull;
			text[(random >> 33) % (sizeof(text) - 1)] = (char)(random >> 25);
		}
		assert_int_equal(registry_begin(reg), STATUS_SUCCESS);
		(void)!reg_file_apply(reg, "x.reg", text, sizeof(text) - 1, &rep, &counts);
		registry_rollback(reg);
	}
	assert_int_equal(registry_check(reg, &rep), STATUS_SUCCESS);
}

/* --- values --- */

static void expect_parsed(ULONG type, const char *word, int err, const void *data, ULONG len)
{
	struct registry_value value;

	assert_int_equal(reg_value_parse(type, &word, 1, &value), err);
	if (err)
		return;
	assert_int_equal(value.len, len);
	assert_memory_equal(value.data, data, len);
	registry_value_free(&value);
}

static void test_value__words__data_or_refused(void **state)
{
	const char *two[] = { "a", "b" };
	struct registry_value value;
	(void)state;
	expect_parsed(REG_DWORD, "42", 0, "\x2a\0\0", 4);
	expect_parsed(REG_DWORD, "0xffffffff", 0, "\xff\xff\xff\xff", 4);
	expect_parsed(REG_DWORD, "4294967296", -EINVAL, NULL, 0);
	expect_parsed(REG_DWORD, "-1", -EINVAL, NULL, 0);
	expect_parsed(REG_DWORD, "", -EINVAL, NULL, 0);
	expect_parsed(REG_DWORD, "4x", -EINVAL, NULL, 0);
	expect_parsed(REG_QWORD, "0x100000000", 0, "\0\0\0\0\1\0\0", 8);
	expect_parsed(REG_QWORD, "18446744073709551616", -EINVAL, NULL, 0);
	expect_parsed(REG_BINARY, "01 02,fF", 0, "\1\2\xff", 3);
	expect_parsed(REG_BINARY, "012", -EINVAL, NULL, 0);
	expect_parsed(REG_SZ, "\xe2\x82\xac", 0, L"\x20ac", 4);
	expect_parsed(REG_SZ, "\xff", -EINVAL, NULL, 0);
	expect_parsed(REG_MULTI_SZ, "", -EINVAL, NULL, 0);
	assert_int_equal(reg_value_parse(REG_MULTI_SZ, two, 2, &value), 0);
	assert_int_equal(value.len, 10);
	assert_memory_equal(value.data, L"a\0b\0", 10);
	registry_value_free(&value);
	assert_int_equal(reg_value_parse(REG_SZ, two, 2, &value), -EINVAL);
	assert_int_equal(reg_value_parse(REG_SZ, two, 0, &value), -EINVAL);
	assert_int_equal(reg_value_parse(REG_NONE, two, 0, &value), 0);
	assert_int_equal(value.len, 0);
	registry_value_free(&value);
}

static void test_type__names_and_numbers__both_ways(void **state)
{
	char buf[24];
	ULONG type;
	(void)state;
	assert_true(reg_type_parse("dword", &type) && type == REG_DWORD);
	assert_true(reg_type_parse("REG_multi_sz", &type) && type == REG_MULTI_SZ);
	assert_true(reg_type_parse("expand", &type) && type == REG_EXPAND_SZ);
	assert_true(reg_type_parse("0x11", &type) && type == 17);
	assert_false(reg_type_parse("word", &type));
	assert_false(reg_type_parse("", &type));
	assert_string_equal(reg_type_name(REG_QWORD, buf, sizeof(buf)), "REG_QWORD");
	assert_string_equal(reg_type_name(17, buf, sizeof(buf)), "type 17");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_import__utf8__every_kind_of_line),
		TEST(test_import__utf8_with_mark_and_utf16__the_same),
		TEST(test_import__removals__gone_and_no_matter_if_not_there),
		TEST(test_import__wrong__line_and_reason_and_nothing_done),
		TEST(test_import__zero_bytes_or_half_a_unit__refused),
		TEST(test_import__each_allocation_fails__nothing_done),
		TEST(test_import__random_damage__an_answer),
		TEST(test_value__words__data_or_refused),
		TEST(test_type__names_and_numbers__both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
