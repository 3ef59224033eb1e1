/* SPDX-License-Identifier: MIT */
/* The registry's file: what it keeps, what it refuses, and what else may be in its place. */
#include "uw_test.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fault.h"
#include "base/mem.h"
#include "support/registry.h"
#include "support/registry_name.h"

static char dir[64], path[96];
static uint64_t blocks;
static struct registry *reg;
static struct report rep;

static int setup(void **state)
{
	(void)state;
	blocks = mem_live_blocks();
	strcpy(dir, "/tmp/uwdf-reg-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/registry.db", dir);
	memset(&rep, 0, sizeof(rep));
	reg = NULL;
	return 0;
}

static int teardown(void **state)
{
	char command[96];

	(void)state;
	registry_close(reg);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	assert_int_equal(system(command), 0);
	assert_int_equal(mem_live_blocks(), blocks);
	return 0;
}

static void open_it(void)
{
	NTSTATUS status = registry_open(path, true, &rep, &reg);

	if (!NT_SUCCESS(status))
		fail_msg("0x%08x: %s", (unsigned int)status, rep.text);
}

static void reopen(void)
{
	registry_close(reg);
	open_it();
}

static registry_key make(const char *below, bool is_volatile)
{
	const struct registry_make_params params = {
		.from = REGISTRY_ROOT,
		.path = below,
		.is_volatile = is_volatile,
		.parents = true,
	};
	registry_key key;
	bool made;

	assert_int_equal(registry_make(reg, &params, &key, &made), STATUS_SUCCESS);
	return key;
}

static NTSTATUS set(registry_key key, const char *name, ULONG type, const void *data, ULONG len)
{
	const struct registry_value value = { type, len, (void *)(uintptr_t)data };

	return registry_set_named(reg, key, name, &value);
}

static void expect_data(registry_key key, const char *name, ULONG type, const void *data, ULONG len)
{
	struct registry_value value;

	assert_int_equal(registry_get_named(reg, key, name, &value), STATUS_SUCCESS);
	assert_int_equal(value.type, type);
	assert_int_equal(value.len, len);
	assert_memory_equal(value.data, data, len);
	registry_value_free(&value);
}

static void test_open__no_file__only_made_if_asked(void **state)
{
	(void)state;
	assert_int_equal(registry_open(path, false, &rep, &reg), STATUS_OBJECT_NAME_NOT_FOUND);
	assert_int_equal(access(path, F_OK), -1);
	open_it();
	registry_close(reg);
	reg = NULL;
	assert_int_equal(registry_open(path, false, &rep, &reg), STATUS_SUCCESS);
	assert_int_equal(registry_check(reg, &rep), STATUS_SUCCESS);
}

static void test_keys__fresh__the_layout_is_there(void **state)
{
	static const char *const there[] = { "",
					     "\\Machine\\Software",
					     "\\Machine\\Hardware",
					     "\\Machine\\System\\CurrentControlSet\\Services",
					     "\\Machine\\System\\CurrentControlSet\\Enum",
					     "\\Machine\\System\\CurrentControlSet\\Control\\Class",
					     "\\user\\" };
	registry_key key;

	(void)state;
	open_it();
	for (size_t i = 0; i < UW_ARRAY_SIZE(there); i++)
		assert_int_equal(registry_find(reg, REGISTRY_ROOT, there[i], &key), STATUS_SUCCESS);
	assert_int_equal(registry_find(reg, REGISTRY_ROOT, "Machine\\Nothing", &key),
			 STATUS_OBJECT_NAME_NOT_FOUND);
}

static void test_value__any_kind__comes_back_after_reopening(void **state)
{
	static const char *const names[] = { "", "a", "With \\ backslash", "\xc3\xa4\xe2\x82\xac" };
	uint8_t data[300];
	registry_key key;

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7);
	open_it();
	key = make("Machine\\Software\\Test", false);
	for (ULONG i = 0; i < UW_ARRAY_SIZE(names); i++)
		assert_int_equal(set(key, names[i], i * 3, data, i * 100), STATUS_SUCCESS);
	reopen();
	for (ULONG i = 0; i < UW_ARRAY_SIZE(names); i++)
		expect_data(key, names[i], i * 3, data, i * 100);
}

static void test_names__other_case__same_key_and_value(void **state)
{
	registry_key key, same;

	(void)state;
	open_it();
	key = make("Machine\\Software\\\xc3\x84pfel", false); /* Ae umlaut */
	same = make("MACHINE\\software\\\xc3\xa4PFEL", false);
	assert_true(key == same);
	assert_int_equal(set(key,
			     "Stra\xc3\x9f"
			     "e",
			     REG_BINARY, "1", 1),
			 STATUS_SUCCESS);
	assert_int_equal(set(key,
			     "STRA\xc3\x9f"
			     "E",
			     REG_BINARY, "22", 2),
			 STATUS_SUCCESS);
	expect_data(key,
		    "stra\xc3\x9f"
		    "e",
		    REG_BINARY, "22", 2);
}

static void test_remove__subkeys__refused_until_they_are_gone(void **state)
{
	registry_key parent, child, found;
	struct registry_value value;

	(void)state;
	open_it();
	parent = make("Machine\\Software\\A", false);
	child = make("Machine\\Software\\A\\B", false);
	assert_int_equal(registry_remove(reg, parent, false), STATUS_CANNOT_DELETE);
	assert_int_equal(registry_remove(reg, REGISTRY_ROOT, false), STATUS_CANNOT_DELETE);
	assert_int_equal(registry_remove(reg, REGISTRY_ROOT, true), STATUS_CANNOT_DELETE);
	assert_int_equal(registry_remove(reg, child, false), STATUS_SUCCESS);
	assert_int_equal(registry_remove(reg, child, false), STATUS_KEY_DELETED);
	assert_int_equal(registry_get(reg, child, "X", &value), STATUS_KEY_DELETED);
	assert_int_equal(set(child, "x", REG_NONE, "", 0), STATUS_KEY_DELETED);
	assert_int_equal(registry_unset(reg, child, "X"), STATUS_KEY_DELETED);
	assert_int_equal(registry_add(reg, child, "x", "X", false, &found), STATUS_KEY_DELETED);
	assert_int_equal(registry_find(reg, child, "", &found), STATUS_KEY_DELETED);
	assert_int_equal(registry_remove(reg, parent, false), STATUS_SUCCESS);
	/* a number is never used again */
	assert_true(make("Machine\\Software\\A\\B", false) != child);
	assert_int_equal(registry_check(reg, &rep), STATUS_SUCCESS);
}

static void test_remove__whole_tree__takes_values_along(void **state)
{
	registry_key top, below;

	(void)state;
	open_it();
	top = make("Machine\\Software\\A", false);
	below = make("Machine\\Software\\A\\B\\C", false);
	assert_int_equal(set(below, "v", REG_SZ, "x", 1), STATUS_SUCCESS);
	assert_int_equal(registry_remove(reg, top, true), STATUS_SUCCESS);
	assert_int_equal(registry_key_exists(reg, below), STATUS_KEY_DELETED);
	assert_int_equal(registry_check(reg, &rep), STATUS_SUCCESS);
}

static void test_make__parents_missing__not_found_and_nothing_made(void **state)
{
	struct registry_make_params params = { .from = REGISTRY_ROOT, .path = "Machine\\X\\Y" };
	registry_key key;
	bool made;

	(void)state;
	open_it();
	assert_int_equal(registry_make(reg, &params, &key, &made), STATUS_OBJECT_NAME_NOT_FOUND);
	assert_false(made);
	assert_int_equal(registry_find(reg, REGISTRY_ROOT, "Machine\\X", &key),
			 STATUS_OBJECT_NAME_NOT_FOUND);
	params.parents = true;
	assert_int_equal(registry_make(reg, &params, &key, &made), STATUS_SUCCESS);
	assert_true(made);
	assert_int_equal(registry_make(reg, &params, &key, &made), STATUS_SUCCESS);
	assert_false(made);
}

/* Runs SQL past the code under test. */
static void poke(const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void test_volatile__next_boot__gone_with_all_below(void **state)
{
	registry_key top, below, stays;
	bool made;
	struct registry_make_params params = { .path = "Stays" };

	(void)state;
	open_it();
	top = make("Machine\\Hardware\\DeviceMap", true);
	below = make("Machine\\Hardware\\DeviceMap\\SerialComm", true);
	params.from = top;
	assert_int_equal(registry_make(reg, &params, &stays, &made), STATUS_CHILD_MUST_BE_VOLATILE);
	reopen(); /* the same boot */
	assert_int_equal(registry_key_exists(reg, below), STATUS_SUCCESS);
	registry_close(reg);
	reg = NULL;
	poke("UPDATE key SET boot = 'another' WHERE boot IS NOT NULL");
	open_it();
	assert_int_equal(registry_key_exists(reg, top), STATUS_KEY_DELETED);
	assert_int_equal(registry_key_exists(reg, below), STATUS_KEY_DELETED);
	assert_int_equal(registry_find(reg, REGISTRY_ROOT, "Machine\\Hardware", &top),
			 STATUS_SUCCESS);
}

static void test_transaction__rolled_back__nothing_happened(void **state)
{
	registry_key key, found;

	(void)state;
	open_it();
	key = make("Machine\\Software\\T", false);
	assert_int_equal(registry_begin(reg), STATUS_SUCCESS);
	make("Machine\\Software\\T\\U", false);
	assert_int_equal(set(key, "v", REG_SZ, "x", 1), STATUS_SUCCESS);
	registry_rollback(reg);
	assert_int_equal(registry_find(reg, key, "U", &found), STATUS_OBJECT_NAME_NOT_FOUND);
	assert_int_equal(registry_unset_named(reg, key, "v"), STATUS_OBJECT_NAME_NOT_FOUND);
}

static void test_open__newer_layout__refused_and_unchanged(void **state)
{
	(void)state;
	open_it();
	registry_close(reg);
	reg = NULL;
	poke("PRAGMA user_version = 2");
	assert_int_equal(registry_open(path, true, &rep, &reg), STATUS_REVISION_MISMATCH);
	assert_non_null(strstr(rep.text, "version 2, this uwdf knows 1"));
	assert_non_null(strstr(rep.text, path));
	poke("PRAGMA user_version = 1");
	open_it();
}

static void test_open__another_program_s_database__refused(void **state)
{
	(void)state;
	poke("CREATE TABLE other(a); PRAGMA application_id = 7");
	assert_int_equal(registry_open(path, true, &rep, &reg), STATUS_OBJECT_TYPE_MISMATCH);
	assert_non_null(strstr(rep.text, "another program"));
}

static void read_all(char *buf, size_t len)
{
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	assert_int_equal(fread(buf, 1, len, file), len);
	fclose(file);
}

static void test_open__no_database__refused_and_left_as_it_is(void **state)
{
	char before[8192], after[8192];
	FILE *file = fopen(path, "w");

	(void)state;
	for (size_t i = 0; i < sizeof(before); i++)
		before[i] = (char)(i * 31 + 5);
	assert_int_equal(fwrite(before, 1, sizeof(before), file), sizeof(before));
	fclose(file);
	assert_int_equal(registry_open(path, true, &rep, &reg), STATUS_REGISTRY_CORRUPT);
	assert_non_null(strstr(rep.text, "left as it is"));
	read_all(after, sizeof(after));
	assert_memory_equal(before, after, sizeof(before));
}

static void test_open__pages_overwritten__says_corrupt_and_keeps_the_rest(void **state)
{
	struct registry_value value;
	registry_key key;
	char text[3000];
	NTSTATUS status;
	FILE *file;

	(void)state;
	memset(text, 'x', sizeof(text));
	open_it();
	key = make("Machine\\Software\\T", false);
	for (int i = 0; i < 40; i++) {
		char name[16];

		snprintf(name, sizeof(name), "v%d", i);
		assert_int_equal(set(key, name, REG_BINARY, text, sizeof(text)), STATUS_SUCCESS);
	}
	registry_close(reg);
	reg = NULL;
	file = fopen(path, "r+");
	for (long page = 1; page < 20; page++) {
		fseek(file, page * 4096, SEEK_SET);
		fwrite(text, 1, 64, file);
	}
	fclose(file);
	status = registry_open(path, true, &rep, &reg);
	if (NT_SUCCESS(status))
		status = registry_get(reg, key, "V1", &value);
	assert_int_equal(status, STATUS_REGISTRY_CORRUPT);
	registry_close(reg);
	reg = NULL;
	assert_true(registry_open(path, false, &rep, &reg) == STATUS_REGISTRY_CORRUPT ||
		    registry_check(reg, &rep) == STATUS_REGISTRY_CORRUPT);
}

static void test_open__empty_file__becomes_a_registry(void **state)
{
	(void)state; /* a process killed between making the file and its first transaction */
	fclose(fopen(path, "w"));
	open_it();
	assert_int_equal(registry_check(reg, &rep), STATUS_SUCCESS);
}

static void test_open__a_folder_or_no_rights__says_so(void **state)
{
	(void)state;
	assert_int_equal(mkdir(path, 0700), 0);
	assert_false(NT_SUCCESS(registry_open(path, true, &rep, &reg)));
	assert_non_null(strstr(rep.text, "opening registry"));
}

static void test_change__file_locked_by_another__times_out_and_says_so(void **state)
{
	sqlite3 *other;
	registry_key key;

	(void)state;
	open_it();
	key = make("Machine\\Software\\T", false);
	assert_int_equal(sqlite3_open(path, &other), SQLITE_OK);
	assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	registry_busy_ms = 30;
	assert_int_equal(set(key, "v", REG_SZ, "x", 1), STATUS_IO_TIMEOUT);
	assert_non_null(strstr(registry_trouble(reg), "locked"));
	assert_int_equal(registry_begin(reg), STATUS_IO_TIMEOUT);
	assert_false(registry_in_transaction(reg));
	registry_busy_ms = 5000;
	sqlite3_close(other);
	assert_int_equal(set(key, "v", REG_SZ, "x", 1), STATUS_SUCCESS);
}

static NTSTATUS count_one(void *arg, const char *name, const struct registry_value *value)
{
	(void)name;
	(void)value;
	(*(unsigned int *)arg)++;
	return STATUS_SUCCESS;
}

static NTSTATUS note_key(void *arg, registry_key key, const char *name, bool is_volatile)
{
	(void)key;
	strcat(arg, name);
	strcat(arg, is_volatile ? "* " : " ");
	return strcmp(name, "stop") ? STATUS_SUCCESS : STATUS_CANCELLED;
}

static void test_lists__in_order__until_told_to_stop(void **state)
{
	unsigned int count = 0;
	char names[64] = "";
	registry_key key;

	(void)state;
	open_it();
	key = make("Machine\\Software\\T", false);
	make("Machine\\Software\\T\\b", false);
	make("Machine\\Software\\T\\A", true);
	make("Machine\\Software\\T\\stop", false);
	make("Machine\\Software\\T\\z", false);
	assert_int_equal(set(key, "1", REG_SZ, "x", 1), STATUS_SUCCESS);
	assert_int_equal(set(key, "2", REG_SZ, "x", 1), STATUS_SUCCESS);
	assert_int_equal(registry_each_value(reg, key, count_one, &count), STATUS_SUCCESS);
	assert_int_equal(count, 2);
	assert_int_equal(registry_each_key(reg, key, note_key, names), STATUS_CANCELLED);
	assert_string_equal(names, "A* b stop ");
}

static void test_limits__too_long__refused(void **state)
{
	char *name = calloc(1, REGISTRY_VALUE_NAME_MAX + 2);
	void *data = calloc(1, REGISTRY_DATA_MAX + 1);
	registry_key key, found;

	(void)state;
	open_it();
	key = make("Machine\\Software\\T", false);
	assert_int_equal(set(key, "v", REG_BINARY, data, REGISTRY_DATA_MAX), STATUS_SUCCESS);
	assert_int_equal(set(key, "v", REG_BINARY, data, REGISTRY_DATA_MAX + 1),
			 STATUS_INSUFFICIENT_RESOURCES);
	memset(name, 'n', REGISTRY_VALUE_NAME_MAX);
	assert_int_equal(set(key, name, REG_SZ, "x", 1), STATUS_SUCCESS);
	name[REGISTRY_VALUE_NAME_MAX] = 'n';
	assert_int_equal(set(key, name, REG_SZ, "x", 1), STATUS_OBJECT_NAME_INVALID);
	name[REGISTRY_KEY_NAME_MAX + 1] = '\0';
	assert_int_equal(registry_find(reg, key, name, &found), STATUS_OBJECT_NAME_INVALID);
	memset(name, '\\', REGISTRY_VALUE_NAME_MAX);
	for (int i = 1; i < 2 * (REGISTRY_DEPTH_MAX + 1); i += 2)
		name[i] = 'n';
	name[2 * (REGISTRY_DEPTH_MAX + 1)] = '\0';
	assert_int_equal(registry_find(reg, key, name, &found), STATUS_OBJECT_NAME_NOT_FOUND);
	free(data);
	free(name);
}

/* --- names --- */

static void expect_round_trip(const WCHAR *units, size_t count, const char *utf8)
{
	WCHAR back[16];
	char *text = registry_utf8(units, count);

	assert_string_equal(text, utf8);
	assert_int_equal(registry_utf16(text, back, 16), count);
	assert_memory_equal(back, units, count * sizeof(WCHAR));
	mem_free(text);
}

static void test_names__every_utf16__comes_back(void **state)
{
	static const WCHAR zero[] = { 'a', 0, 'b' }, pair[] = { 0xd83d, 0xde00 };
	static const WCHAR halves[] = { 0xde00, 0xd83d }, euro[] = { 0x20ac };

	(void)state;
	expect_round_trip(zero, 3,
			  "a\xc0\x80"
			  "b");
	expect_round_trip(pair, 2, "\xf0\x9f\x98\x80");
	expect_round_trip(halves, 2, "\xed\xb8\x80\xed\xa0\xbd");
	expect_round_trip(euro, 1, "\xe2\x82\xac");
	expect_round_trip(euro, 0, "");
}

static void test_names__utf8_from_outside__only_the_proper_one(void **state)
{
	(void)state;
	assert_true(registry_is_utf8("a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", 10));
	assert_false(registry_is_utf8("\xc0\x80", 2));             /* a zero in disguise */
	assert_false(registry_is_utf8("\xed\xa0\xbd", 3));         /* half a pair */
	assert_false(registry_is_utf8("\xe2\x82", 2));             /* ends early */
	assert_false(registry_is_utf8("\x80", 1));                 /* starts in the middle */
	assert_false(registry_is_utf8("\xc3(", 2));                /* goes on wrongly */
	assert_false(registry_is_utf8("\xf8\x88\x80\x80\x80", 5)); /* five bytes */
	assert_false(registry_is_utf8("\xf4\x90\x80\x80", 4));     /* behind the last one */
	assert_false(registry_is_utf8("a\0b", 3));
}

/* --- its place --- */

static void expect_place(const char *expected)
{
	char buf[128];

	assert_int_equal(registry_place(&rep, buf, sizeof(buf)), STATUS_SUCCESS);
	assert_string_equal(buf, expected);
}

static void test_place__environment__decides(void **state)
{
	char buf[128], *before = getenv("UWDF_REGISTRY");

	(void)state;
	before = before ? strdup(before) : NULL;
	setenv("UWDF_REGISTRY", "/x/y.db", 1);
	expect_place("/x/y.db");
	setenv("UWDF_REGISTRY", "y.db", 1);
	assert_int_equal(registry_place(&rep, buf, sizeof(buf)), STATUS_OBJECT_PATH_SYNTAX_BAD);
	assert_non_null(strstr(rep.text, "UWDF_REGISTRY is no absolute path"));
	unsetenv("UWDF_REGISTRY");
	setenv("XDG_STATE_HOME", "/s", 1);
	expect_place(geteuid() ? "/s/uwdf/registry.db" : "/var/lib/uwdf/registry.db");
	snprintf(buf, sizeof(buf), "%s/a/b/registry.db", dir);
	setenv("UWDF_REGISTRY", buf, 1);
	assert_int_equal(registry_place_prepare(&rep, buf, sizeof(buf)), STATUS_SUCCESS);
	assert_int_equal(registry_open(buf, true, &rep, &reg), STATUS_SUCCESS);
	if (before)
		setenv("UWDF_REGISTRY", before, 1);
	free(before);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_open__no_file__only_made_if_asked),
		TEST(test_keys__fresh__the_layout_is_there),
		TEST(test_value__any_kind__comes_back_after_reopening),
		TEST(test_names__other_case__same_key_and_value),
		TEST(test_remove__subkeys__refused_until_they_are_gone),
		TEST(test_remove__whole_tree__takes_values_along),
		TEST(test_make__parents_missing__not_found_and_nothing_made),
		TEST(test_volatile__next_boot__gone_with_all_below),
		TEST(test_transaction__rolled_back__nothing_happened),
		TEST(test_open__newer_layout__refused_and_unchanged),
		TEST(test_open__another_program_s_database__refused),
		TEST(test_open__no_database__refused_and_left_as_it_is),
		TEST(test_open__pages_overwritten__says_corrupt_and_keeps_the_rest),
		TEST(test_open__empty_file__becomes_a_registry),
		TEST(test_open__a_folder_or_no_rights__says_so),
		TEST(test_change__file_locked_by_another__times_out_and_says_so),
		TEST(test_lists__in_order__until_told_to_stop),
		TEST(test_limits__too_long__refused),
		TEST(test_names__every_utf16__comes_back),
		TEST(test_names__utf8_from_outside__only_the_proper_one),
		TEST(test_place__environment__decides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
