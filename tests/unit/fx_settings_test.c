/* SPDX-License-Identifier: MIT */
/* A driver's settings: what is below its Parameters\Wdf key, and what else may be in the way. */
#include "fx_fixture.h"
#include "registry_put.h"

#include <stdio.h>
#include <string.h>

#include "verifier/driver_setting.h"

static int setup(void **state)
{
	int err = fx_setup(state);

	test_registry_begin();
	return err ? err : fx_load();
}

static int teardown(void **state)
{
	test_registry_end();
	return fx_teardown(state);
}

static void put(const char *name, ULONG type, const void *data, ULONG len)
{
	test_registry_put("tested", name, type, data, len);
}

static ULONG number(const char *name)
{
	return fx_driver_setting_ulong(fx.driver->fx, name, 77);
}

static void test_ulong__no_registry__the_default_and_none_is_made(void **state)
{
	(void)state;
	assert_int_equal(number("VerifierOn"), 77);
	assert_int_equal(access(test_registry_path, F_OK), -1);
}

static void test_ulong__there__its_number(void **state)
{
	const ULONG one = 1, all = 0xffffffff;

	(void)state;
	put("VerifierOn", REG_DWORD, &one, sizeof(one));
	put("VerifierAllocateFailCount", REG_DWORD, &all, sizeof(all));
	fx_driver_settings_begin();
	assert_int_equal(number("VerifierOn"), 1);
	assert_int_equal(number("verifieron"), 1);
	assert_int_equal(number("VerifierAllocateFailCount"), 0xffffffff);
	assert_int_equal(number("VerifyOn"), 77);
	fx_driver_settings_end();
}

static void test_ulong__another_kind__the_default(void **state)
{
	const ULONG one = 1;

	(void)state;
	put("VerifierOn", REG_BINARY, &one, sizeof(one));
	put("VerifyOn", REG_DWORD, &one, 2);
	assert_int_equal(number("VerifierOn"), 77);
	assert_int_equal(number("VerifyOn"), 77);
}

static const char *names(const char *name)
{
	static char text[64];

	return fx_driver_setting_names(fx.driver->fx, name, text, sizeof(text)) ? text : NULL;
}

static void test_names__multi_string__with_colons_between(void **state)
{
	static const WCHAR handles[] = L"WDFDEVICE\0WdfQueue\0"; /* and its own zero */
	static const WCHAR star[] = { '*' };                     /* not even ended */
	char small[10];

	(void)state;
	put("TrackHandles", REG_MULTI_SZ, handles, sizeof(handles));
	put("Star", REG_SZ, star, sizeof(star));
	put("Cut", REG_MULTI_SZ, handles, 16);
	put("Empty", REG_MULTI_SZ, handles, 0);
	put("Zeros", REG_MULTI_SZ, L"\0\0", 6);
	put("Binary", REG_BINARY, handles, sizeof(handles));
	assert_string_equal(names("TrackHandles"), "WDFDEVICE:WdfQueue");
	assert_string_equal(names("Star"), "*");
	assert_string_equal(names("Cut"), "WDFDEVIC");
	assert_string_equal(names("Empty"), "");
	assert_string_equal(names("Zeros"), "");
	assert_null(names("Binary"));
	assert_null(names("Nothing"));
	assert_false(fx_driver_setting_names(fx.driver->fx, "TrackHandles", small, 10));
}

static void test_ulong__file_is_no_registry__the_default(void **state)
{
	FILE *file = fopen(test_registry_path, "w");

	(void)state;
	for (int i = 0; i < 1000; i++)
		fputs("no registry", file);
	fclose(file);
	assert_int_equal(number("VerifierOn"), 77);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_ulong__no_registry__the_default_and_none_is_made),
		TEST(test_ulong__there__its_number),
		TEST(test_ulong__another_kind__the_default),
		TEST(test_names__multi_string__with_colons_between),
		TEST(test_ulong__file_is_no_registry__the_default),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
