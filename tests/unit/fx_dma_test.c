/* SPDX-License-Identifier: MIT */
/* WDFDMAENABLER and WDFCOMMONBUFFER. */
#include "fx_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "hw/dma_enabler.h"
#include "object/irql.h"
#include "object/trouble.h"

static WDF_DMA_ENABLER_CONFIG config;
static WDFDMAENABLER enabler;
static WDFCOMMONBUFFER buffer;

static NTSTATUS create(void)
{
	NTSTATUS status = WdfDmaEnablerCreate(fx_made.device, &config, NULL, &enabler);

	if (!NT_SUCCESS(status))
		assert_null(enabler);
	return status;
}

static void init(WDF_DMA_PROFILE profile)
{
	WDF_DMA_ENABLER_CONFIG_INIT(&config, profile, 65536);
}

static void test_enabler__configuration__checked(void **state)
{
	(void)state;
	fx_up();
	init(WdfDmaProfilePacket);
	config.Size = 4;
	assert_int_equal(create(), STATUS_INFO_LENGTH_MISMATCH);
	init(WdfDmaProfileInvalid);
	assert_int_equal(create(), STATUS_INVALID_PARAMETER);
	init(WdfDmaProfileSystem);
	assert_int_equal(create(), STATUS_NOT_SUPPORTED);
	init(WdfDmaProfilePacket);
	config.MaximumLength = 0;
	assert_int_equal(create(), STATUS_INVALID_PARAMETER);
	init(WdfDmaProfilePacket);
	config.AddressWidthOverride = 33;
	assert_int_equal(create(), STATUS_INVALID_PARAMETER);
	init(WdfDmaProfilePacket64);
	config.AddressWidthOverride = 23;
	assert_int_equal(create(), STATUS_INVALID_PARAMETER);
	init(WdfDmaProfilePacket64);
	config.WdmDmaVersionOverride = 4;
	assert_int_equal(create(), STATUS_INVALID_PARAMETER);
	init(WdfDmaProfilePacket64);
	config.Flags = 0x80;
	assert_int_equal(create(), STATUS_INVALID_PARAMETER);
	config.Flags = WDF_DMA_ENABLER_CONFIG_REQUIRE_SINGLE_TRANSFER;
	config.WdmDmaVersionOverride = 2;
	assert_int_equal(create(), STATUS_INVALID_PARAMETER);
	config.WdmDmaVersionOverride = 3;
	assert_int_equal(create(), STATUS_SUCCESS);
	assert_int_equal(WdfDmaEnablerGetMaximumLength(enabler), 65536);
}

static void test_enabler__every_flag__accepted(void **state)
{
	(void)state;
	fx_up();
	init(WdfDmaProfileScatterGather64);
	config.Flags = WDF_DMA_ENABLER_CONFIG_NO_SGLIST_PREALLOCATION |
		       WDF_DMA_ENABLER_CONFIG_REQUIRE_SINGLE_TRANSFER;
	assert_int_equal(create(), STATUS_SUCCESS);
}

static void create_null(void *arg)
{
	(void)WdfDmaEnablerCreate(arg, NULL, NULL, &enabler);
}

static void test_enabler__null_wrong_level_or_parent__refused(void **state)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	KIRQL before;
	(void)state;
	fx_up();
	assert_true(fx_stops(create_null, fx_made.device, WDF_REQUIRED_PARAMETER_IS_NULL));
	init(WdfDmaProfilePacket);
	before = fx_irql_raise(DISPATCH_LEVEL);
	assert_int_equal(WdfDmaEnablerCreate(fx_made.device, &config, NULL, &enabler),
			 STATUS_INVALID_DEVICE_REQUEST);
	fx_irql_restore(before);
	assert_true(fx_broke());
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = WdfGetDriver();
	assert_int_equal(WdfDmaEnablerCreate(fx_made.device, &config, &attrs, &enabler),
			 STATUS_INVALID_PARAMETER);
}

static uint64_t highest_of(WDF_DMA_PROFILE profile, ULONG width)
{
	init(profile);
	config.AddressWidthOverride = width;
	assert_int_equal(create(), STATUS_SUCCESS);
	return fx_dma_enabler_from_handle(fx.driver->fx, enabler)->max_addr.v;
}

static void test_enabler__profile_and_width__highest_address(void **state)
{
	(void)state;
	fx_up();
	assert_int_equal(highest_of(WdfDmaProfilePacket, 0), 0xffffffff);
	assert_int_equal(highest_of(WdfDmaProfileScatterGather, 0), 0xffffffff);
	assert_int_equal(highest_of(WdfDmaProfileScatterGatherDuplex, 28), 0x0fffffff);
	assert_true(highest_of(WdfDmaProfilePacket64, 0) == UINT64_MAX);
	assert_true(highest_of(WdfDmaProfileScatterGather64, 64) == UINT64_MAX);
	assert_int_equal(highest_of(WdfDmaProfileScatterGather64Duplex, 40), 0xffffffffff);
}

static bool masters_the_bus(void)
{
	uint32_t command = 0;

	assert_int_equal(pci_config_read(fx_host_function(fx.device), 4, 2, &command), 0);
	return command & 4;
}

static void test_bus_master__with_an_enabler_only(void **state)
{
	(void)state;
	fx_up();
	assert_false(masters_the_bus());
	init(WdfDmaProfilePacket);
	assert_int_equal(create(), STATUS_SUCCESS);
	assert_true(masters_the_bus());
	fx_remove();
	fx_script.enablers = 1;
	fx_up();
	assert_true(masters_the_bus());
}

/* --- common buffers --- */

static void up_with_enabler(WDF_DMA_PROFILE profile)
{
	fx_up();
	init(profile);
	assert_int_equal(create(), STATUS_SUCCESS);
}

static void test_buffer__created__zeroed_reachable_and_counted(void **state)
{
	WDFCOMMONBUFFER other;
	struct uwdf_device_info info;
	UCHAR *memory;
	(void)state;
	up_with_enabler(WdfDmaProfilePacket);
	assert_int_equal(WdfCommonBufferCreate(enabler, 5000, NULL, &buffer), STATUS_SUCCESS);
	memory = WdfCommonBufferGetAlignedVirtualAddress(buffer);
	for (size_t i = 0; i < 5000; i++)
		assert_int_equal(memory[i], 0);
	assert_int_equal(WdfCommonBufferGetLength(buffer), 5000);
	assert_true(WdfCommonBufferGetAlignedLogicalAddress(buffer).QuadPart + 5000 <= 1ll << 32);
	assert_int_equal(WdfCommonBufferCreate(enabler, 16, NULL, &other), STATUS_SUCCESS);
	assert_true(WdfCommonBufferGetAlignedLogicalAddress(buffer).QuadPart !=
		    WdfCommonBufferGetAlignedLogicalAddress(other).QuadPart);
	WdfObjectDelete(other);
	uwdf_device_info(fx.device, &info);
	assert_int_equal(info.common_buffers, 1);
	WdfObjectDelete(buffer);
	uwdf_device_info(fx.device, &info);
	assert_int_equal(info.common_buffers, 0);
}

static void test_buffer__with_an_alignment__both_addresses_have_it(void **state)
{
	WDF_COMMON_BUFFER_CONFIG alignment;
	(void)state;
	up_with_enabler(WdfDmaProfilePacket);
	for (ULONG mask = 1; mask < 0x4000; mask = mask * 2 + 1) {
		WDF_COMMON_BUFFER_CONFIG_INIT(&alignment, mask);
		assert_int_equal(
			WdfCommonBufferCreateWithConfig(enabler, 16, &alignment, NULL, &buffer),
			STATUS_SUCCESS);
		assert_int_equal((uintptr_t)WdfCommonBufferGetAlignedVirtualAddress(buffer) &
					 (mask & 0xfff),
				 0);
		assert_int_equal(WdfCommonBufferGetAlignedLogicalAddress(buffer).QuadPart & mask,
				 0);
	}
}

static void test_buffer__device_alignment__holds_for_the_plain_call(void **state)
{
	(void)state;
	up_with_enabler(WdfDmaProfilePacket);
	WdfDeviceSetAlignmentRequirement(fx_made.device, 0x7ff);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(WdfCommonBufferCreate(enabler, 16, NULL, &buffer), STATUS_SUCCESS);
		assert_int_equal(WdfCommonBufferGetAlignedLogicalAddress(buffer).QuadPart & 0x7ff,
				 0);
	}
}

static void test_buffer__wrong_arguments__refused(void **state)
{
	WDF_COMMON_BUFFER_CONFIG alignment;
	WDF_OBJECT_ATTRIBUTES attrs;
	(void)state;
	up_with_enabler(WdfDmaProfilePacket);
	assert_int_equal(WdfCommonBufferCreate(enabler, 0, NULL, &buffer),
			 STATUS_INVALID_PARAMETER);
	assert_null(buffer);
	assert_int_equal(WdfCommonBufferCreate(enabler, 1ull << 32, NULL, &buffer),
			 STATUS_INVALID_PARAMETER);
	WDF_COMMON_BUFFER_CONFIG_INIT(&alignment, 0x10);
	assert_int_equal(WdfCommonBufferCreateWithConfig(enabler, 16, &alignment, NULL, &buffer),
			 STATUS_INVALID_PARAMETER);
	WDF_COMMON_BUFFER_CONFIG_INIT(&alignment, 0xf);
	assert_int_equal(
		WdfCommonBufferCreateWithConfig(enabler, MAXULONG - 3, &alignment, NULL, &buffer),
		STATUS_INVALID_PARAMETER);
	alignment.Size = 2;
	assert_int_equal(WdfCommonBufferCreateWithConfig(enabler, 16, &alignment, NULL, &buffer),
			 STATUS_INFO_LENGTH_MISMATCH);
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = fx_made.device;
	assert_int_equal(WdfCommonBufferCreate(enabler, 16, &attrs, &buffer),
			 STATUS_WDF_PARENT_ASSIGNMENT_NOT_ALLOWED);
}

static void test_buffer__more_than_there_is__refused(void **state)
{
	(void)state;
	up_with_enabler(WdfDmaProfilePacket64);
	assert_int_equal(WdfCommonBufferCreate(enabler, 0xf0000000, NULL, &buffer),
			 STATUS_INSUFFICIENT_RESOURCES);
}

static void look_into_buffer(WDFOBJECT object)
{
	UCHAR *memory = WdfCommonBufferGetAlignedVirtualAddress((WDFCOMMONBUFFER)object);

	fx_note_number("buffer", memory[0]);
	fx_note_number("level", KeGetCurrentIrql());
}

static void test_buffer__cleanup_callback__still_sees_the_memory_at_passive(void **state)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	KIRQL before;
	(void)state;
	up_with_enabler(WdfDmaProfilePacket);
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.EvtCleanupCallback = look_into_buffer;
	assert_int_equal(WdfCommonBufferCreate(enabler, 16, &attrs, &buffer), STATUS_SUCCESS);
	*(UCHAR *)WdfCommonBufferGetAlignedVirtualAddress(buffer) = 42;
	before = fx_irql_raise(DISPATCH_LEVEL);
	WdfObjectDelete(buffer);
	fx_irql_restore(before);
	assert_true(fx_log_await("level0", 1));
	assert_string_equal(fx_log(), "buffer42 level0");
}

/* --- what a callback ran into is in the message about the callback --- */

static char logged[512];

static void keep_log(void *arg, enum log_level level, const char *area, const char *text)
{
	(void)arg;
	(void)level;
	(void)snprintf(logged, sizeof(logged), "%s: %s", area, text);
}

static void take_too_much(WDFDEVICE device)
{
	init(WdfDmaProfilePacket);
	assert_int_equal(WdfDmaEnablerCreate(device, &config, NULL, &enabler), STATUS_SUCCESS);
	assert_int_equal(WdfCommonBufferCreate(enabler, (size_t)1 << 31, NULL, &buffer),
			 STATUS_INSUFFICIENT_RESOURCES);
}

static void start_fails(const char *callback, NTSTATUS status)
{
	logged[0] = '\0';
	log_set_sink(keep_log, NULL);
	fx_script.fail = callback;
	fx_script.status = status;
	assert_int_equal(fx_start("model:edu"), -ECANCELED);
	log_set_sink(NULL, NULL);
	assert_non_null(strstr(fx.rep.text, "driver tested on model:edu: Evt"));
	assert_null(strstr(fx.rep.text, "canceled"));
}

static void assert_why_is_reported(void)
{
	assert_non_null(strstr(fx.rep.text, " failed with STATUS_INSUFFICIENT_RESOURCES "
					    "(0xc000009a): common buffer of 2147483648 bytes: "));
	assert_null(strstr(fx.rep.hint, "UWDF_LOG"));
	assert_string_equal(logged, "");
}

static void test_buffer__missing_in_device_add__is_the_why_of_its_failure(void **state)
{
	(void)state;
	fx_script.in_add = take_too_much;
	start_fails("DeviceAdd", STATUS_INSUFFICIENT_RESOURCES);
	assert_why_is_reported();
}

static void test_buffer__missing_in_d0_entry__is_the_why_of_its_failure(void **state)
{
	(void)state;
	fx_script.in_d0_entry = take_too_much;
	start_fails("D0Entry", STATUS_INSUFFICIENT_RESOURCES);
	assert_why_is_reported();
}

static void test_buffer__missing__callback_fails_otherwise__is_a_warning(void **state)
{
	(void)state;
	fx_script.in_add = take_too_much;
	start_fails("DeviceAdd", STATUS_NOT_SUPPORTED);
	assert_null(strstr(fx.rep.text, "common buffer"));
	assert_non_null(strstr(fx.rep.hint, "this driver is for 1234:11e8"));
	assert_non_null(strstr(logged, "driver tested: common buffer of 2147483648 bytes"));
}

static void test_buffer__missing__driver_lives_with_it__is_a_warning(void **state)
{
	(void)state;
	fx_script.in_add = take_too_much;
	logged[0] = '\0';
	log_set_sink(keep_log, NULL);
	fx_up();
	assert_non_null(strstr(logged, "driver tested: common buffer of 2147483648 bytes"));
	logged[0] = '\0';
	take_too_much(fx_made.device); /* nobody collects any more */
	log_set_sink(NULL, NULL);
	assert_non_null(strstr(logged, "driver tested: common buffer of 2147483648 bytes"));
}

static void run_into_something(WDFDEVICE device)
{
	struct report why = { .text = "all 9 are in use", .hint = "raise it" };

	(void)device;
	fx_trouble_note(fx.driver->fx, STATUS_NOT_FOUND, &why);
}

static void test_trouble__hint__goes_with_the_message(void **state)
{
	(void)state;
	fx_script.in_d0_entry = run_into_something;
	start_fails("D0Entry", STATUS_NOT_FOUND);
	assert_non_null(strstr(fx.rep.text, "): all 9 are in use"));
	assert_string_equal(fx.rep.hint, "raise it");
	assert_string_equal(logged, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fx_setup, fx_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_enabler__configuration__checked),
		TEST(test_enabler__every_flag__accepted),
		TEST(test_enabler__null_wrong_level_or_parent__refused),
		TEST(test_enabler__profile_and_width__highest_address),
		TEST(test_bus_master__with_an_enabler_only),
		TEST(test_buffer__created__zeroed_reachable_and_counted),
		TEST(test_buffer__with_an_alignment__both_addresses_have_it),
		TEST(test_buffer__device_alignment__holds_for_the_plain_call),
		TEST(test_buffer__wrong_arguments__refused),
		TEST(test_buffer__more_than_there_is__refused),
		TEST(test_buffer__cleanup_callback__still_sees_the_memory_at_passive),
		TEST(test_buffer__missing_in_device_add__is_the_why_of_its_failure),
		TEST(test_buffer__missing_in_d0_entry__is_the_why_of_its_failure),
		TEST(test_buffer__missing__callback_fails_otherwise__is_a_warning),
		TEST(test_buffer__missing__driver_lives_with_it__is_a_warning),
		TEST(test_trouble__hint__goes_with_the_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
