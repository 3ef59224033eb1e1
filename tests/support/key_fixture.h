/* SPDX-License-Identifier: MIT */
/* key_fixture.h - tests of WDFKEY: a loaded driver, a registry of the test's own, and the driver's
 * parameters key. */
#ifndef TEST_KEY_FIXTURE_H
#define TEST_KEY_FIXTURE_H

#include "fx_fixture.h"
#include "registry_dir.h"

#define TEXT(name, text) DECLARE_CONST_UNICODE_STRING(name, text)

static WDFKEY key;

static inline UW_UNUSED int key_setup(void **state)
{
	int err = fx_setup(state);

	test_registry_begin();
	err = err ? err : fx_load();
	key = NULL;
	if (!err && !NT_SUCCESS(WdfDriverOpenParametersRegistryKey(WdfGetDriver(), KEY_ALL_ACCESS,
								   NULL, &key)))
		err = -1;
	if (err)
		test_registry_end(); /* no teardown follows */
	return err;
}

static inline UW_UNUSED int key_teardown(void **state)
{
	int err = fx_teardown(state);

	test_registry_end();
	return err;
}

static inline UW_UNUSED WDFKEY make(WDFKEY parent, PCUNICODE_STRING name, ACCESS_MASK access)
{
	WDFKEY made;

	assert_int_equal(WdfRegistryCreateKey(parent, name, access, 0, NULL, NULL, &made),
			 STATUS_SUCCESS);
	return made;
}

static inline UW_UNUSED void expect_open(WDFKEY parent, PCUNICODE_STRING name, NTSTATUS expected)
{
	WDFKEY opened = key;

	assert_int_equal(WdfRegistryOpenKey(parent, name, KEY_READ, NULL, &opened), expected);
	if (NT_SUCCESS(expected))
		WdfRegistryClose(opened);
	else
		assert_null(opened);
}

#endif
