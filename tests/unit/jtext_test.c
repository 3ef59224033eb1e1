/* SPDX-License-Identifier: MIT */
/* JSON: what is written can be read back; what cannot be written whole is not written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "jtext.h"

static void test_written_and_read_back(void **state)
{
	struct jtext *object = jtext_object(), *array = jtext_array(), *back;
	char buf[256];
	size_t len;

	(void)state;
	jtext_set_text(object, "text", "a \"quoted\"\nline");
	jtext_set_text(object, "none", NULL);
	jtext_set_number(object, "number", 1ull << 62);
	jtext_set_bool(object, "flag", true);
	jtext_append_text(array, "first");
	jtext_append(array, jtext_object());
	jtext_set(object, "array", array);
	len = jtext_put(object, buf, sizeof(buf));
	assert_int_equal(len, strlen(buf));
	back = jtext_parse(buf);
	assert_non_null(back);
	assert_string_equal(jtext_text(back, "text"), "a \"quoted\"\nline");
	assert_null(jtext_text(back, "none"));
	assert_int_equal(jtext_number(back, "number"), 1ull << 62);
	assert_int_equal(jtext_count(jtext_member(back, "array")), 2);
	assert_null(jtext_text(jtext_item(jtext_member(back, "array"), 0), "x"));
	jtext_free(back);
	jtext_free(object);
}

static void test_put__too_small__length_needed(void **state)
{
	struct jtext *object = jtext_object();
	char small[4], buf[64];

	(void)state;
	jtext_set_text(object, "key", "value");
	assert_int_equal(jtext_put(object, small, sizeof(small)), strlen("{\"key\":\"value\"}"));
	assert_int_equal(small[3], '\0');
	assert_int_equal(jtext_put(object, NULL, 0), strlen("{\"key\":\"value\"}"));
	assert_int_equal(jtext_put(object, buf, sizeof(buf)), strlen("{\"key\":\"value\"}"));
	assert_string_equal(buf, "{\"key\":\"value\"}");
	jtext_free(object);
}

static void test_incomplete_tree__not_written(void **state)
{
	struct jtext *object = jtext_object();
	char buf[64];

	(void)state;
	jtext_set(object, "missing", NULL); /* as when memory was short */
	assert_int_equal(jtext_put(object, buf, sizeof(buf)), 0);
	jtext_set(object, "missing", NULL);
	assert_int_equal(jtext_print(stdout, object), -ENOMEM);
	assert_int_equal(jtext_put(object, buf, sizeof(buf)), 2); /* said once */
	jtext_free(object);
}

static void test_strange_text__null(void **state)
{
	struct jtext *object = jtext_object();
	char buf[64];

	(void)state;
	jtext_set_text(object, "name", "\xff\xfe");
	assert_int_not_equal(jtext_put(object, buf, sizeof(buf)), 0);
	assert_string_equal(buf, "{\"name\":null}");
	jtext_free(object);
}

static void test_not_json__refused(void **state)
{
	(void)state;
	assert_null(jtext_parse("{\"a\":"));
	assert_null(jtext_parse(""));
	assert_null(jtext_parse("{\"a\":1,\"a\":2}"));
	assert_null(jtext_text(NULL, "a"));
	assert_int_equal(jtext_number(NULL, "a"), 0);
	assert_int_equal(jtext_count(NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_written_and_read_back),
		cmocka_unit_test(test_put__too_small__length_needed),
		cmocka_unit_test(test_incomplete_tree__not_written),
		cmocka_unit_test(test_strange_text__null),
		cmocka_unit_test(test_not_json__refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
