/* SPDX-License-Identifier: MIT */
/*
 * Who may open a device: SDDL strings as "SDDL for Device Objects" describes them, when they need a
 * name (WdfDeviceCreate), and the constants of wdmsec.h.
 */
#include "fx_control.h"

#include <string.h>
#include <wdmsec.h>

#include "pnp/security.h"

static struct fx_security parsed;

static NTSTATUS parse(PCWSTR text)
{
	memset(&parsed, 0, sizeof(parsed));
	return fx_security_parse(control_text(text), &parsed);
}

static bool entry_is(unsigned int i, enum uwdf_who who, unsigned int rights, bool deny)
{
	const struct uwdf_access *entry = &parsed.entries[i];

	return i < parsed.count && entry->who == who && entry->rights == rights &&
	       entry->deny == deny;
}

#define R  UWDF_ACCESS_READ
#define W  UWDF_ACCESS_WRITE
#define RW (R | W)

static void test_parse__entries__who_and_what(void **state)
{
	(void)state;
	assert_int_equal(parse(L"D:P(A;;GA;;;SY)(D;;GW;;;BU)(A;;GRGX;;;WD)(A;;GA;;;LS)"),
			 STATUS_SUCCESS);
	assert_true(parsed.given);
	assert_int_equal(parsed.count, 4);
	assert_true(entry_is(0, UWDF_WHO_ADMINISTRATORS, RW, false));
	assert_true(entry_is(1, UWDF_WHO_EVERYBODY, W, true));
	assert_true(entry_is(2, UWDF_WHO_EVERYBODY, R, false));
	assert_true(entry_is(3, UWDF_WHO_NOBODY, RW, false));
}

static void test_parse__rights__letters_and_masks(void **state)
{
	static const struct {
		PCWSTR text;
		unsigned int rights;
	} rows[] = {
		{ L"D:(A;;FA;;;WD)", RW },
		{ L"D:(A;;FR;;;WD)", R },
		{ L"D:(A;;FW;;;WD)", W },
		{ L"D:(A;;GX;;;WD)", 0 },
		{ L"D:(A;;CCDC;;;WD)", RW },
		{ L"D:(A;;RCSDWDWO;;;WD)", 0 },
		{ L"D:(A;;0x10000000;;;WD)", RW },
		{ L"D:(A;;0x80000000;;;WD)", R },
		{ L"D:(A;;0x40000000;;;WD)", W },
		{ L"D:(A;;0x1;;;WD)", R },
		{ L"D:(A;;0X2;;;WD)", W },
		{ L"D:(A;;0x1f01ff;;;WD)", RW },
		{ L"D:(A;;;;;WD)", 0 },
	};
	(void)state;
	for (size_t i = 0; i < UW_ARRAY_SIZE(rows); i++) {
		assert_int_equal(parse(rows[i].text), STATUS_SUCCESS);
		assert_true(entry_is(0, UWDF_WHO_EVERYBODY, rows[i].rights, false));
	}
}

static void test_parse__sids__windows_and_unix(void **state)
{
	static const struct {
		PCWSTR text;
		enum uwdf_who who;
		uint32_t id;
	} rows[] = {
		{ L"D:(A;;GA;;;S-1-1-0)", UWDF_WHO_EVERYBODY, 0 },
		{ L"D:(A;;GA;;;S-1-5-11)", UWDF_WHO_EVERYBODY, 0 },
		{ L"D:(A;;GA;;;S-1-5-18)", UWDF_WHO_ADMINISTRATORS, 0 },
		{ L"D:(A;;GA;;;S-1-5-32-544)", UWDF_WHO_ADMINISTRATORS, 544 },
		{ L"D:(A;;GA;;;S-1-5-32-545)", UWDF_WHO_EVERYBODY, 545 },
		{ L"D:(A;;GA;;;S-1-5-32-546)", UWDF_WHO_NOBODY, 546 },
		{ L"D:(A;;GA;;;S-1-5-19)", UWDF_WHO_NOBODY, 0 },
		{ L"D:(A;;GA;;;S-1-22-1-1000)", UWDF_WHO_USER, 1000 },
		{ L"D:(A;;GA;;;S-1-22-2-44)", UWDF_WHO_GROUP, 44 },
		{ L"D:(A;;GA;;;S-1-5-21-1-2-3-1001)", UWDF_WHO_NOBODY, 1 },
	};
	(void)state;
	for (size_t i = 0; i < UW_ARRAY_SIZE(rows); i++) {
		assert_int_equal(parse(rows[i].text), STATUS_SUCCESS);
		assert_true(entry_is(0, rows[i].who, RW, false));
		assert_int_equal(parsed.entries[0].id, rows[i].id);
	}
}

static void test_parse__malformed__says_what(void **state)
{
	static const struct {
		PCWSTR text;
		NTSTATUS status;
	} rows[] = {
		{ L"", STATUS_INVALID_PARAMETER },
		{ L"P(A;;GA;;;SY)", STATUS_INVALID_PARAMETER },
		{ L"O:BAD:(A;;GA;;;SY)", STATUS_INVALID_PARAMETER },
		{ L"D:Q", STATUS_INVALID_ACL },
		{ L"D:(", STATUS_INVALID_ACL },
		{ L"D:(A", STATUS_INVALID_ACL },
		{ L"D:(X;;GA;;;SY)", STATUS_INVALID_ACL },
		{ L"D:(A;;GQ;;;SY)", STATUS_INVALID_ACL },
		{ L"D:(A;;G", STATUS_INVALID_ACL },
		{ L"D:(A;;0x;;;SY)", STATUS_INVALID_ACL },
		{ L"D:(A;;0x123456789;;;SY)", STATUS_INVALID_ACL },
		{ L"D:(A;;GA;x;;SY)", STATUS_INVALID_ACL },
		{ L"D:(A;;GA;;;)", STATUS_INVALID_SID },
		{ L"D:(A;;GA;;;ZZ)", STATUS_INVALID_SID },
		{ L"D:(A;;GA;;;S-1-5)", STATUS_INVALID_SID },
		{ L"D:(A;;GA;;;S-1-5-4294967296)", STATUS_INVALID_SID },
		{ L"D:(A;;GA;;;S-1-5-1-2-3-4-5-6-7-8-9-10-11-12-13-14-15-16)", STATUS_INVALID_SID },
		{ L"D:(A;;GA;;;SY", STATUS_INVALID_ACL },
		{ L"D:(A;;GA;;;SY)x", STATUS_INVALID_ACL },
	};
	(void)state;
	for (size_t i = 0; i < UW_ARRAY_SIZE(rows); i++) {
		assert_int_equal(parse(rows[i].text), rows[i].status);
		assert_false(parsed.given); /* untouched */
	}
}

static void test_parse__every_beginning_of_a_string__read_to_its_end_only(void **state)
{
	static const WCHAR text[] = L"D:PAI(A;OICI;GA;;;SY)(D;;0x12;;;S-1-22-1-7)(A;;GRGW;;;WD)";
	(void)state;
	for (size_t len = 0; len < UW_ARRAY_SIZE(text); len++) {
		/* a block of exactly that size, for the address sanitizer */
		WCHAR *copy = malloc(len * sizeof(WCHAR) + 1);
		UNICODE_STRING part = { (USHORT)(len * sizeof(WCHAR)),
					(USHORT)(len * sizeof(WCHAR)), copy };

		memcpy(copy, text, len * sizeof(WCHAR));
		if (fx_security_parse(&part, &parsed) == STATUS_SUCCESS)
			assert_true(parsed.given);
		free(copy);
	}
}

static void test_parse__as_many_entries_as_fit__not_one_more(void **state)
{
	WCHAR text[2 + 33 * 12 + 1] = L"D:";
	(void)state;
	for (unsigned int i = 0; i < 33; i++)
		memcpy(text + 2 + i * 12, L"(A;;GA;;;SY)", 12 * sizeof(WCHAR));
	text[2 + 32 * 12] = 0;
	assert_int_equal(parse(text), STATUS_SUCCESS);
	assert_int_equal(parsed.count, UWDF_ACCESS_ENTRIES);
	text[2 + 32 * 12] = '(';
	text[2 + 33 * 12] = 0;
	assert_int_equal(parse(text), STATUS_INVALID_ACL);
}

static void test_constants__are_what_their_names_say(void **state)
{
	(void)state;
	assert_int_equal(fx_security_parse(&SDDL_DEVOBJ_KERNEL_ONLY, &parsed), STATUS_SUCCESS);
	assert_int_equal(parsed.count, 0);
	assert_int_equal(fx_security_parse(&SDDL_DEVOBJ_SYS_ALL, &parsed), STATUS_SUCCESS);
	assert_int_equal(parsed.count, 1);
	assert_int_equal(fx_security_parse(&SDDL_DEVOBJ_SYS_ALL_ADM_ALL, &parsed), STATUS_SUCCESS);
	assert_true(entry_is(1, UWDF_WHO_ADMINISTRATORS, RW, false));
	assert_int_equal(fx_security_parse(&SDDL_DEVOBJ_SYS_ALL_ADM_RX, &parsed), STATUS_SUCCESS);
	assert_true(entry_is(1, UWDF_WHO_ADMINISTRATORS, R, false));
	assert_int_equal(fx_security_parse(&SDDL_DEVOBJ_SYS_ALL_ADM_RWX_WORLD_R, &parsed),
			 STATUS_SUCCESS);
	assert_true(entry_is(2, UWDF_WHO_EVERYBODY, R, false));
	assert_int_equal(fx_security_parse(&SDDL_DEVOBJ_SYS_ALL_ADM_RWX_WORLD_R_RES_R, &parsed),
			 STATUS_SUCCESS);
	assert_true(entry_is(3, UWDF_WHO_NOBODY, R, false));
	assert_int_equal(fx_security_parse(&SDDL_DEVOBJ_SYS_ALL_ADM_RWX_WORLD_RW_RES_R, &parsed),
			 STATUS_SUCCESS);
	assert_true(entry_is(2, UWDF_WHO_EVERYBODY, RW, false));
	assert_int_equal(fx_security_parse(&SDDL_DEVOBJ_SYS_ALL_ADM_RWX_WORLD_RWX_RES_RWX, &parsed),
			 STATUS_SUCCESS);
	assert_true(entry_is(2, UWDF_WHO_EVERYBODY, RW, false));
}

/* --- at WdfDeviceCreate() --- */

static NTSTATUS create_status;

static NTSTATUS make(void)
{
	create_status = control_make();
	return STATUS_SUCCESS;
}

static unsigned int access_of(struct uwdf_device *device, bool *given)
{
	return (unsigned int)uwdf_device_access(device, parsed.entries, UWDF_ACCESS_ENTRIES, given);
}

static void test_control_device__its_string_holds(void **state)
{
	struct uwdf_device *device;
	bool given = false;
	(void)state;
	control_script.sddl = L"D:P(A;;GR;;;WD)";
	control_legacy(make);
	assert_int_equal(fx_load(), 0);
	device = control_find();
	assert_int_equal(access_of(device, &given), 1);
	assert_true(given);
	assert_int_equal(parsed.entries[0].who, UWDF_WHO_EVERYBODY);
	WdfObjectDelete(control_device);
	assert_int_equal(access_of(device, &given), 0); /* gone: nobody */
	assert_true(given);
	uwdf_device_release(device);
}

static void replace_sddl(PWDFDEVICE_INIT init)
{
	assert_int_equal(WdfDeviceInitAssignSDDLString(init, &SDDL_DEVOBJ_KERNEL_ONLY),
			 STATUS_SUCCESS);
}

static void test_assign_sddl__replaces_what_allocate_got(void **state)
{
	struct uwdf_device *device;
	bool given = false;
	(void)state;
	control_script.sddl = L"D:P(A;;GR;;;WD)";
	control_script.in_init = replace_sddl;
	control_legacy(make);
	assert_int_equal(fx_load(), 0);
	device = control_find();
	assert_int_equal(access_of(device, &given), 0);
	assert_true(given);
	uwdf_device_release(device);
}

static void test_create__string_cannot_be_read__fails(void **state)
{
	(void)state;
	control_script.sddl = L"D:P(A;;GR;;;QQ)";
	control_legacy(make);
	assert_int_equal(fx_load(), 0);
	assert_int_equal(create_status, STATUS_INVALID_SID);
	assert_int_equal(control_count(), 0);
}

static void sddl_of_fdo(PWDFDEVICE_INIT init)
{
	assert_int_equal(WdfDeviceInitAssignSDDLString(init, &SDDL_DEVOBJ_SYS_ALL_ADM_ALL),
			 STATUS_SUCCESS);
}

static void class_of_fdo(PWDFDEVICE_INIT init)
{
	static const GUID class = { 0x4d36e97d, 0xe325, 0x11ce, { 0xbf, 0xc1 } };

	WdfDeviceInitSetDeviceClass(init, &class);
}

static void named_sddl_of_fdo(PWDFDEVICE_INIT init)
{
	sddl_of_fdo(init);
	class_of_fdo(init);
	assert_int_equal(WdfDeviceInitAssignName(init, control_text(L"\\Device\\Secure")),
			 STATUS_SUCCESS);
}

static void test_create__string_or_class_without_a_name__refused(void **state)
{
	bool given = true;
	(void)state;
	fx_script.in_init = sddl_of_fdo;
	assert_int_not_equal(fx_start("model:edu"), 0);
	assert_non_null(strstr(fx.rep.text, "STATUS_INVALID_SECURITY_DESCR"));
	fx_script.in_init = class_of_fdo;
	assert_int_not_equal(fx_start("model:edu"), 0);
	assert_non_null(strstr(fx.rep.text, "STATUS_INVALID_SECURITY_DESCR"));
	fx_script.in_init = named_sddl_of_fdo;
	fx_up();
	assert_int_equal(access_of(fx.device, &given), 2);
	fx_remove();
	fx_script.in_init = NULL;
	fx_up();
	assert_int_equal(access_of(fx.device, &given), 0);
	assert_false(given); /* administrators */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, control_setup, fx_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse__entries__who_and_what),
		cmocka_unit_test(test_parse__rights__letters_and_masks),
		cmocka_unit_test(test_parse__sids__windows_and_unix),
		cmocka_unit_test(test_parse__malformed__says_what),
		cmocka_unit_test(test_parse__every_beginning_of_a_string__read_to_its_end_only),
		cmocka_unit_test(test_parse__as_many_entries_as_fit__not_one_more),
		cmocka_unit_test(test_constants__are_what_their_names_say),
		TEST(test_control_device__its_string_holds),
		TEST(test_assign_sddl__replaces_what_allocate_got),
		TEST(test_create__string_cannot_be_read__fails),
		TEST(test_create__string_or_class_without_a_name__refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
