/* SPDX-License-Identifier: MIT */
/* What uwdf reg exports it imports again; REGEDIT4 files; how wrong lines are named. */
#include "registry_dir.h"

#include <errno.h>

#include "base/fault.h"
#include "base/mem.h"
#include "reg_export.h"
#include "reg_file.h"
#include "support/registry_name.h"

static struct registry *reg, *other;
static struct report rep;
static char other_path[128];
static uint64_t blocks;

static int setup(void **state)
{
	(void)state;
	blocks = mem_live_blocks();
	test_registry_begin();
	snprintf(other_path, sizeof(other_path), "%s/other.db", test_registry_dir);
	memset(&rep, 0, sizeof(rep));
	assert_int_equal(registry_open(test_registry_path, true, &rep, &reg), STATUS_SUCCESS);
	return registry_open(other_path, true, &rep, &other);
}

static int teardown(void **state)
{
	(void)state;
	registry_close(reg);
	registry_close(other);
	unlink(other_path);
	test_registry_end();
	assert_int_equal(mem_live_blocks(), blocks);
	return 0;
}

static int import(struct registry *into, const char *text, size_t len)
{
	char *copy = mem_calloc(1, len + 1);
	struct reg_file_counts counts;
	int err;

	memset(&rep, 0, sizeof(rep));
	memcpy(copy, text, len);
	assert_int_equal(registry_begin(into), STATUS_SUCCESS);
	err = reg_file_apply(into, "x.reg", copy, len, &rep, &counts);
	if (err)
		registry_rollback(into);
	else
		assert_int_equal(registry_commit(into), STATUS_SUCCESS);
	mem_free(copy);
	return err;
}

static struct reg_export_text export_path(struct registry *from, const char *path, bool utf16)
{
	struct reg_export_params params = { .path = path, .utf16 = utf16 };
	struct reg_export_text text;
	int err;

	assert_int_equal(registry_find(from, REGISTRY_ROOT, path, &params.key), STATUS_SUCCESS);
	err = reg_export(from, &params, &rep, &text);
	if (err)
		fail_msg("%d: %s", err, rep.text);
	return text;
}

static registry_key make_key(const char *path)
{
	const struct registry_make_params params = {
		.from = REGISTRY_ROOT,
		.path = path,
		.parents = true,
	};
	registry_key key;
	bool made;

	assert_int_equal(registry_make(reg, &params, &key, &made), STATUS_SUCCESS);
	return key;
}

static void put(registry_key key, const char *name, ULONG type, const void *data, size_t len)
{
	const struct registry_value value = {
		.type = type,
		.len = (ULONG)len,
		.data = (void *)(uintptr_t)data,
	};

	assert_int_equal(registry_set_named(reg, key, name, &value), STATUS_SUCCESS);
}

static void expect_data(const char *name, ULONG type, const void *data, ULONG len)
{
	struct registry_value value;
	registry_key at;

	assert_int_equal(registry_find(reg, REGISTRY_ROOT, "Machine\\Software\\T", &at),
			 STATUS_SUCCESS);
	assert_int_equal(registry_get_named(reg, at, name, &value), STATUS_SUCCESS);
	assert_int_equal(value.type, type);
	assert_int_equal(value.len, len);
	assert_memory_equal(value.data, data, len);
	registry_value_free(&value);
}

/* --- two trees are the same: each is written down, byte by byte --- */

struct picture {
	struct registry *of;
	FILE *to;
	char path[4096];
};

static NTSTATUS draw_value(void *arg, const char *name, const struct registry_value *value)
{
	struct picture *p = arg;

	fprintf(p->to, "%s <%s> %u:", p->path, name, value->type);
	for (ULONG i = 0; i < value->len; i++)
		fprintf(p->to, " %02x", ((uint8_t *)value->data)[i]);
	fputc('\n', p->to);
	return STATUS_SUCCESS;
}

struct found {
	registry_key keys[64];
	char names[64][512];
	int count;
};

static NTSTATUS find_key(void *arg, registry_key key, const char *name, bool is_volatile)
{
	struct found *f = arg;

	(void)is_volatile;
	f->keys[f->count] = key;
	snprintf(f->names[f->count++], sizeof(f->names[0]), "%s", name);
	return STATUS_SUCCESS;
}

static void draw(struct picture *p, registry_key key)
{
	struct found *f = calloc(1, sizeof(*f));
	size_t len = strlen(p->path);

	fprintf(p->to, "%s\n", p->path);
	assert_int_equal(registry_each_value(p->of, key, draw_value, p), STATUS_SUCCESS);
	assert_int_equal(registry_each_key(p->of, key, find_key, f), STATUS_SUCCESS);
	for (int i = 0; i < f->count; i++) {
		snprintf(p->path + len, sizeof(p->path) - len, "\\%s", f->names[i]);
		draw(p, f->keys[i]);
		p->path[len] = '\0';
	}
	free(f);
}

static char *picture_of(struct registry *of)
{
	struct picture p = { .of = of };
	char *text;
	size_t len;

	p.to = open_memstream(&text, &len);
	draw(&p, REGISTRY_ROOT);
	fclose(p.to);
	return text;
}

static void expect_same(void)
{
	char *one = picture_of(reg), *two = picture_of(other);

	assert_string_equal(one, two);
	free(one);
	free(two);
}

static void expect_round_trip(bool utf16)
{
	struct reg_export_text text = export_path(reg, "", utf16);
	int err = import(other, text.bytes, text.len);

	if (err)
		fail_msg("%d: %s", err, rep.text);
	expect_same();
	mem_free(text.bytes);
}

/* --- random trees --- */

static uint64_t seed;

static unsigned int pick(unsigned int count)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned int)(seed >> 33) % count;
}

static void name_at_random(char *out, bool of_a_key)
{
	static const char *const pieces[] = {
		"a",
		"Z",
		" ",
		"\"",
		"]",
		"[",
		"-",
		"@",
		"=",
		";",
		"{1}",
		"\xc3\xa4",
		"\xe2\x82\xac",
		"\xf0\x9f\x98\x80",
		"hex:",
		"\t",
		"0",
	};

	*out = '\0';
	for (unsigned int i = 0, count = 1 + pick(6); i < count; i++)
		strcat(out, pieces[pick(UW_ARRAY_SIZE(pieces))]);
	if (!of_a_key && !pick(3))
		strcat(out, "\\b\\");
}

static void value_at_random(registry_key key)
{
	static const ULONG types[] = { REG_SZ,    REG_SZ,       REG_EXPAND_SZ, REG_BINARY,
				       REG_DWORD, REG_MULTI_SZ, REG_QWORD,     REG_NONE,
				       REG_LINK,  0xcafe };
	static const WCHAR letters[] = { 'x',    ' ',    '"',  '\\', ';', 0xe4, 0x20ac,
					 0xd83d, 0xde00, '\n', '\r', 0,   '=',  '\t' };
	ULONG type = types[pick(UW_ARRAY_SIZE(types))];
	char name[128];
	WCHAR data[80];
	size_t units = pick(60), len;

	name_at_random(name, false);
	for (size_t i = 0; i < units; i++)
		data[i] = letters[pick(pick(4) ? 7 : UW_ARRAY_SIZE(letters))];
	data[units] = 0;
	len = (units + pick(2)) * sizeof(WCHAR) - (units && !pick(8));
	if (type == REG_DWORD && pick(4))
		len = 4;
	put(key, pick(6) ? name : "", type, data, len < sizeof(data) ? len : sizeof(data));
}

static void tree_at_random(void)
{
	char path[1024];

	for (int i = 0; i < 12; i++) {
		registry_key key;
		size_t len;

		len = (size_t)snprintf(path, sizeof(path), "%s", pick(3) ? "Machine" : "User");
		for (unsigned int d = 0, depth = 1 + pick(4); d < depth; d++) {
			path[len++] = '\\';
			name_at_random(path + len, true);
			len += strlen(path + len);
		}
		key = make_key(path);
		for (unsigned int v = pick(6); v; v--)
			value_at_random(key);
	}
}

static void test_export__random_trees__imported_the_same(void **state)
{
	unsigned int rounds = getenv("UWDF_LONG") ? 400 : 8;

	for (unsigned int i = 0; i < rounds; i++) {
		seed = 100 + i;
		assert_int_equal(registry_begin(reg), STATUS_SUCCESS);
		tree_at_random();
		assert_int_equal(registry_commit(reg), STATUS_SUCCESS);
		expect_round_trip(i & 1);
		teardown(state);
		setup(state);
	}
}

/* --- what it looks like --- */

static void fill_known(void)
{
	registry_key key = make_key("Machine\\Software\\T");

	put(key, "", REG_SZ, L"a \"b\" C:\\x", 22);
	put(key, "d\\", REG_DWORD, "\x2a\0\0", 4);
	put(key, "n", REG_NONE, "", 0);
	put(key, "m", REG_MULTI_SZ, "a\0\0\0\0", 6);
	put(key, "two lines", REG_SZ, L"a\nb", 8);
	(void)make_key("Machine\\Software\\T\\Below");
}

#define KNOWN(nl)                                                                                  \
	"Windows Registry Editor Version 5.00" nl nl "[HKEY_LOCAL_MACHINE\\Software\\T]" nl        \
	"@=\"a \\\"b\\\" C:\\\\x\"" nl "\"d\\\\\"=dword:0000002a" nl                               \
	"\"m\"=hex(7):61,00,00,00,00,00" nl "\"n\"=hex(0):" nl                                     \
	"\"two lines\"=hex(1):61,00,0a,00,62,00,00,00" nl nl                                       \
	"[HKEY_LOCAL_MACHINE\\Software\\T\\Below]" nl

static void test_export__known_keys__as_the_editor_writes_them(void **state)
{
	WCHAR units[sizeof(KNOWN("\r\n")) + 1] = { 0xfeff };
	struct reg_export_text text;
	size_t count;
	(void)state;
	fill_known();
	text = export_path(reg, "\\Machine\\Software\\T\\\\", false);
	assert_string_equal(text.bytes, KNOWN("\n"));
	assert_int_equal(text.keys, 2);
	assert_int_equal(text.values, 5);
	mem_free(text.bytes);
	text = export_path(reg, "\\Machine\\Software\\T", true);
	count = registry_utf16(KNOWN("\r\n"), units + 1, sizeof(KNOWN("\r\n")));
	assert_int_equal(text.len, (count + 1) * sizeof(WCHAR));
	assert_memory_equal(text.bytes, units, text.len);
	mem_free(text.bytes);
}

static void test_export__names_no_line_can_hold__refused_and_said(void **state)
{
	static const char *const names[] = { "a\nb", "a\rb", "\xc0\x80", "\xed\xa0\x80" };
	struct reg_export_params params = { .path = "\\Machine" };
	struct reg_export_text text;
	(void)state;
	for (size_t i = 0; i < UW_ARRAY_SIZE(names); i++) {
		registry_key key = make_key("Machine\\Software\\T");

		put(key, names[i], REG_DWORD, "\1\0\0", 4);
		assert_int_equal(registry_find(reg, REGISTRY_ROOT, "Machine", &params.key), 0);
		memset(&rep, 0, sizeof(rep));
		assert_int_equal(reg_export(reg, &params, &rep, &text), -EINVAL);
		assert_non_null(strstr(rep.text, "the value "));
		assert_null(text.bytes);
		assert_int_equal(registry_unset_named(reg, key, names[i]), STATUS_SUCCESS);
		key = make_key(names[i][0] == 'a' ? "Machine\\x\ny" : "Machine\\\xed\xa0\x80");
		memset(&rep, 0, sizeof(rep));
		assert_int_equal(reg_export(reg, &params, &rep, &text), -EINVAL);
		assert_non_null(strstr(rep.text, "the key \\Machine\\"));
		assert_int_equal(registry_remove(reg, key, false), STATUS_SUCCESS);
	}
}

static void test_export__each_allocation_fails__said_and_nothing_left(void **state)
{
	struct reg_export_params params = { .path = "\\Machine", .utf16 = true };
	struct reg_export_text text = { 0 };
	uint64_t k = 1;
	int err;
	(void)state;
	fill_known();
	assert_int_equal(registry_find(reg, REGISTRY_ROOT, "Machine", &params.key), 0);
	do {
		fault_arm(FAULT_ALLOC, k++);
		err = reg_export(reg, &params, &rep, &text);
		fault_disarm();
		assert_true(!err || err == -ENOMEM || err == -EIO);
		assert_false(registry_in_transaction(reg));
	} while (err);
	assert_true(k > 10);
	mem_free(text.bytes);
}

/* --- import --- */

#define OLD "REGEDIT4\r\n\r\n[HKEY_LOCAL_MACHINE\\Software\\T]\r\n"

static void test_regedit4__texts_in_hex__are_narrow(void **state)
{
	static const char text[] = OLD "@=\"caf\xc3\xa9\"\r\n"
				       "\"e\"=hex(2):25,50,41,\\\r\n  54,48,25,00\r\n"
				       "\"m\"=hex(7):61,00,c3,a9,00,00\r\n"
				       "\"open\"=hex(1):61\r\n"
				       "\"b\"=hex:61,00\r\n"
				       "\"q\"=hex(b):01,00,00,00,00,00,00,00\r\n"
				       "\"d\"=dword:7\r\n";
	(void)state;
	assert_int_equal(import(reg, text, strlen(text)), 0);
	expect_data("", REG_SZ, L"caf\x00e9", 10);
	expect_data("e", REG_EXPAND_SZ, L"%PATH%", 14);
	expect_data("m", REG_MULTI_SZ, L"a\0\x00e9\0", 10);
	expect_data("open", REG_SZ, L"a", 2);
	expect_data("b", REG_BINARY, "a", 2);
	expect_data("q", REG_QWORD, "\1\0\0\0\0\0\0", 8);
	expect_data("d", REG_DWORD, "\7\0\0", 4);
}

static void test_regedit4__removals_and_wrong_lines__as_in_version_5(void **state)
{
	static const char wrong[] = OLD "\"a\"=dword:1\r\n\"m\"=hex(7):61,ff,00\r\n";
	static const char removal[] = "REGEDIT4\n[HKEY_LOCAL_MACHINE\\Software\\T]\n\"a\"=-\n"
				      "[-HKEY_LOCAL_MACHINE\\Software\\T\\Below]\n";
	registry_key key;
	(void)state;
	assert_int_equal(import(reg, wrong, strlen(wrong)), -EINVAL);
	assert_non_null(strstr(rep.text, "x.reg:5: the bytes of this text are no UTF-8"));
	assert_int_equal(registry_find(reg, REGISTRY_ROOT, "Machine\\Software\\T", &key),
			 STATUS_OBJECT_NAME_NOT_FOUND);
	fill_known();
	put(make_key("Machine\\Software\\T"), "a", REG_SZ, L"a", 4);
	assert_int_equal(import(reg, removal, strlen(removal)), 0);
	key = make_key("Machine\\Software\\T");
	assert_int_equal(registry_unset_named(reg, key, "a"), STATUS_OBJECT_NAME_NOT_FOUND);
	assert_int_equal(registry_find(reg, key, "Below", &key), STATUS_OBJECT_NAME_NOT_FOUND);
}

static void test_import__comments_behind_values__skipped(void **state)
{
	static const char text[] = "Windows Registry Editor Version 5.00\n"
				   "[HKEY_LOCAL_MACHINE\\Software\\T] \n"
				   "\"a\"=\"x;y\" ; why\n\"b\"=dword:00000001;why\n"
				   "\"c\"=hex:01,\\\n02 ; why\n";
	(void)state;
	assert_int_equal(import(reg, text, strlen(text)), 0);
	expect_data("a", REG_SZ, L"x;y", 8);
	expect_data("b", REG_DWORD, "\1\0\0", 4);
	expect_data("c", REG_BINARY, "\1\2", 2);
}

static void test_import__bytes_of_another_encoding__that_line_and_what_to_do(void **state)
{
	static const char text[] = OLD "\"a\"=\"b\"\r\n\"c\"=\"caf\xe9\"\r\n";
	(void)state;
	assert_int_equal(import(reg, text, strlen(text)), -EINVAL);
	assert_non_null(strstr(rep.text, "x.reg:5: this is neither UTF-8"));
	assert_non_null(strstr(rep.hint, "iconv"));
}

static void test_values__long__there_and_back(void **state)
{
	size_t len = getenv("UWDF_LONG") ? REGISTRY_DATA_MAX : REGISTRY_DATA_MAX / 128;
	char *data = calloc(1, len);
	struct reg_export_text text;
	(void)state;
	for (size_t i = 0; i < len; i += 4096)
		data[i] = (char)(i >> 12);
	put(make_key("Machine\\Software\\T"), "long", REG_BINARY, data, len);
	text = export_path(reg, "\\Machine\\Software\\T", false);
	assert_int_equal(import(other, text.bytes, text.len), 0);
	mem_free(text.bytes);
	expect_same();
	free(data);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_export__random_trees__imported_the_same),
		TEST(test_export__known_keys__as_the_editor_writes_them),
		TEST(test_export__names_no_line_can_hold__refused_and_said),
		TEST(test_export__each_allocation_fails__said_and_nothing_left),
		TEST(test_regedit4__texts_in_hex__are_narrow),
		TEST(test_regedit4__removals_and_wrong_lines__as_in_version_5),
		TEST(test_import__comments_behind_values__skipped),
		TEST(test_import__bytes_of_another_encoding__that_line_and_what_to_do),
		TEST(test_values__long__there_and_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
