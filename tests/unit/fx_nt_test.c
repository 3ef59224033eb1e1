/* SPDX-License-Identifier: MIT */
/* The NT subset: printing, pool, time, strings, lists, arithmetic, statuses. */
#include "fx_fixture.h"

#include <errno.h>
#include <ntintsafe.h>
#include <stdio.h>
#include <string.h>

#include "base/exec.h"
#include "base/log.h"
#include "nt/print.h"
#include "nt/status.h"
#include "verifier/verifier.h"

static const char *print(const char *format, ...)
{
	static char text[256];
	va_list args;

	va_start(args, format);
	(void)fx_vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return text;
}

static void test_print__what_libc_knows__the_same(void **state)
{
	(void)state;
	assert_string_equal(print("%d %5u|%-5d|%05x %#X %%", -1, 7u, 8, 0xabu, 0xcdu),
			    "-1     7|8    |000ab 0XCD %");
	assert_string_equal(print("%s %.2s %c %*d", "abc", "xyz", 'c', 4, 5), "abc xy c    5");
	assert_string_equal(print("%.3d %.*d", 7, 4, 8), "007 0008");
	assert_string_equal(print("%s", (char *)NULL), "(null)");
	assert_string_equal(print("%hd %hhu", 3, 4), "3 4");
}

static void test_print__what_nt_knows__too(void **state)
{
	UNICODE_STRING wide = RTL_CONSTANT_STRING(L"counted");
	ANSI_STRING narrow = { 3, 3, (PCHAR)(uintptr_t) "abcdef" };
	(void)state;
	assert_string_equal(print("%ws %S %ls %.2ws", L"one", L"two", L"three", L"four"),
			    "one two three fo");
	assert_string_equal(print("%wZ %Z %wc %C", &wide, &narrow, L'w', L'C'), "counted abc w C");
	assert_string_equal(print("%I64x %I64d %I32u %Ix", 0x123456789abcdefull, -5ll, 9u,
				  (size_t)0xffffffffffull),
			    "123456789abcdef -5 9 ffffffffff");
	assert_string_equal(print("%ld %lu %lx %llu", -2, 3u, 0xffu, 1ull << 40),
			    "-2 3 ff 1099511627776");
	assert_string_equal(print("%wZ", (PUNICODE_STRING)NULL), "(null)");
	assert_string_equal(print("%ws", L"\x4e2d!"), "\xe4\xb8\xad!");
	assert_string_equal(print("[%5s|%-5ws|%6wZ|%3c]", "ab", L"cd", &wide, 'x'),
			    "[   ab|cd   |counted|  x]");
	assert_string_equal(print("%hs %*s", "narrow", -3, "y"), "narrow y  ");
	assert_string_equal(print("%!STATUS! %!GUID!", STATUS_CANCELLED),
			    "STATUS_CANCELLED (0xc0000120) %!GUID!");
}

static void test_print__unknown_or_cut_short__nothing_bad(void **state)
{
	char small[4];
	va_list *none = NULL;
	(void)state;
	(void)none;
	assert_string_equal(print("a%n b%"), "a%n b%");
	memset(small, 'x', sizeof(small));
	assert_string_equal(print("%200d", 1) + 190, "         1");
}

static char logged[256];
static enum log_level logged_level;

static void keep(void *arg, enum log_level level, const char *area, const char *text)
{
	(void)arg;
	assert_string_equal(area, "driver");
	logged_level = level;
	(void)snprintf(logged, sizeof(logged), "%s", text);
}

static void test_dbg_print__goes_to_the_log_without_its_newline(void **state)
{
	(void)state;
	log_set_sink(keep, NULL);
	log_set_level(LOG_LEVEL_DEBUG);
	DbgPrint("hello %ws\r\n", L"world");
	assert_string_equal(logged, "hello world");
	assert_int_equal(logged_level, LOG_LEVEL_INFO);
	DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_ERROR_LEVEL, "bad\n");
	assert_string_equal(logged, "bad");
	assert_int_equal(logged_level, LOG_LEVEL_ERROR);
	DbgPrintEx(DPFLTR_IHVDRIVER_ID, 99, "other");
	assert_int_equal(logged_level, LOG_LEVEL_INFO);
	log_set_sink(NULL, NULL);
	log_set_level(LOG_LEVEL_NOTICE);
}

static void free_pool(void *arg)
{
	ExFreePoolWithTag(arg, 'abcd');
}

static void test_pool__checked(void **state)
{
	UCHAR *block = ExAllocatePool2(POOL_FLAG_NON_PAGED, 100, 'gaT1');
	(void)state;
	assert_non_null(block);
	assert_int_equal((uintptr_t)block % 16, 0);
	assert_int_equal(block[99], 0);
	assert_true(fx_stops(free_pool, block, WDF_VERIFIER_FATAL_ERROR));
	ExFreePoolWithTag(block, 'gaT1');
	assert_null(ExAllocatePool2(0, 100, 'gaT1'));
	assert_null(ExAllocatePool2(POOL_FLAG_NON_PAGED_EXECUTE | POOL_FLAG_NON_PAGED, 1, 'a'));
	assert_null(ExAllocatePool2(POOL_FLAG_PAGED, 0, 'gaT1'));
	assert_null(ExAllocatePool2(POOL_FLAG_PAGED, 10, 0));
	assert_null(ExAllocatePool2(POOL_FLAG_PAGED, SIZE_MAX, 'gaT1'));
	assert_null(ExAllocatePoolWithTag((POOL_TYPE)77, 10, 'gaT1'));
	block = ExAllocatePoolWithTag(NonPagedPoolNx, 10, 'gaT1');
	ExFreePool(block);
	assert_true(fx_stops(free_pool, NULL, WDF_REQUIRED_PARAMETER_IS_NULL));
}

static void raise_pool(void *arg)
{
	(void)arg;
	(void)ExAllocatePool2(POOL_FLAG_NON_PAGED | POOL_FLAG_RAISE_ON_FAILURE, SIZE_MAX, 'gaT1');
}

static void test_pool__older_functions_and_alignment(void **state)
{
	uint64_t breaks = fx_verifier_breaks();
	UCHAR *block = ExAllocatePool2(POOL_FLAG_PAGED | POOL_FLAG_USE_QUOTA, PAGE_SIZE, 'gaT1');
	(void)state;
	ExInitializeDriverRuntime(DrvRtPoolNxOptIn);
	assert_non_null(block);
	assert_int_equal((uintptr_t)block % PAGE_SIZE, 0);
	assert_int_equal(block[PAGE_SIZE - 1], 0);
	ExFreePoolWithTag(block, 'gaT1');
	block = ExAllocatePoolZero(NonPagedPoolNxCacheAligned, 10, 'gaT1');
	assert_int_equal((uintptr_t)block % 64, 0);
	assert_int_equal(block[9], 0);
	ExFreePool(block);
	block = ExAllocatePool(NonPagedPool, 10);
	ExFreePoolWithTag(block, 'enoN');
	assert_null(ExAllocatePoolWithTag(NonPagedPool, 10, 0));
	assert_null(ExAllocatePool2(POOL_FLAG_PAGED | POOL_FLAG_NON_PAGED, 10, 'gaT1'));
	assert_null(ExAllocatePool2(POOL_FLAG_PAGED | 0x10, 10, 'gaT1'));
	assert_true(fx_stops(raise_pool, NULL, WDF_VERIFIER_FATAL_ERROR));
	assert_int_equal(fx_verifier_breaks(), breaks);
	(void)KeRaiseIrqlToDpcLevel();
	ExFreePool(ExAllocatePool2(POOL_FLAG_NON_PAGED, 1, 'gaT1'));
	assert_int_equal(fx_verifier_breaks(), breaks);
	ExFreePool(ExAllocatePool2(POOL_FLAG_PAGED, 1, 'gaT1'));
	assert_int_equal(fx_verifier_breaks(), breaks + 1);
	KeLowerIrql(PASSIVE_LEVEL);
}

static void test_register_buffers__registers_move_on_ports_do_not(void **state)
{
	USHORT registers[3] = { 1, 2, 3 }, buffer[3];
	ULONG port = 9, words[2] = { 4, 5 };
	(void)state;
	READ_REGISTER_BUFFER_USHORT(registers, buffer, 3);
	assert_int_equal(buffer[2], 3);
	buffer[0] = 7;
	WRITE_REGISTER_BUFFER_USHORT(registers, buffer, 2);
	assert_int_equal(registers[0], 7);
	assert_int_equal(registers[2], 3);
	WRITE_PORT_BUFFER_ULONG(&port, words, 2);
	assert_int_equal(port, 5);
	READ_PORT_BUFFER_ULONG(&port, words, 2);
	assert_int_equal(words[0] + words[1], 10);
}

static void test_time__moves_forward(void **state)
{
	LARGE_INTEGER wall, wait;
	ULONGLONG before = KeQueryInterruptTime();
	(void)state;
	KeStallExecutionProcessor(100);
	assert_true(KeQueryInterruptTime() - before >= 1000);
	wait.QuadPart = WDF_REL_TIMEOUT_IN_MS(2);
	before = KeQueryInterruptTime();
	assert_int_equal(KeDelayExecutionThread(KernelMode, FALSE, &wait), STATUS_SUCCESS);
	assert_true(KeQueryInterruptTime() - before >= 20000);
	assert_int_equal(KeDelayExecutionThread(KernelMode, TRUE, &wait), STATUS_NOT_SUPPORTED);
	wait.QuadPart = 1; /* long past: returns at once */
	assert_int_equal(KeDelayExecutionThread(KernelMode, FALSE, &wait), STATUS_SUCCESS);
	KeQuerySystemTime(&wall);
	assert_true(wall.QuadPart > 130000000000000000ll); /* later than 2012 */
}

static void test_stall__simulated__moves_the_clock(void **state)
{
	uint64_t before;
	(void)state;
	assert_int_equal(exec_sim_begin(1), 0);
	before = exec_now_ns();
	KeStallExecutionProcessor(5000000);
	assert_true(exec_now_ns() - before >= 5000000000ull);
	exec_sim_end();
}

static void stop_all(void *arg)
{
	(void)arg;
	KeBugCheckEx(0xe2, 1, 2, 3, 4);
}

static void fail_assertion(void *arg)
{
	(void)arg;
	UwdfAssertFailed("a == b", "file.c", 7);
}

static void test_bug_check_and_assert__end_the_process_with_a_text(void **state)
{
	char text[512];
	(void)state;
	assert_true(WIFSIGNALED(test_in_child(stop_all, NULL, text, sizeof(text))));
	assert_non_null(strstr(text, "KeBugCheckEx(0xe2, 0x1, 0x2, 0x3, 0x4)"));
	assert_true(WIFSIGNALED(test_in_child(fail_assertion, NULL, text, sizeof(text))));
	assert_non_null(strstr(text, "file.c:7: assertion failed: a == b"));
}

static void test_strings__initialised__counted_in_bytes(void **state)
{
	DECLARE_CONST_UNICODE_STRING(constant, L"four");
	DECLARE_UNICODE_STRING_SIZE(empty, 10);
	UNICODE_STRING string;
	(void)state;
	RtlInitUnicodeString(&string, L"abc");
	assert_int_equal(string.Length, 6);
	assert_int_equal(string.MaximumLength, 8);
	RtlInitUnicodeString(&string, NULL);
	assert_int_equal(string.Length + string.MaximumLength, 0);
	assert_int_equal(constant.Length, 8);
	assert_int_equal(constant.MaximumLength, 10);
	assert_int_equal(empty.MaximumLength, 20);
}

static void test_lists__in_and_out(void **state)
{
	LIST_ENTRY head, a, b;
	(void)state;
	InitializeListHead(&head);
	assert_true(IsListEmpty(&head));
	InsertTailList(&head, &a);
	InsertHeadList(&head, &b);
	assert_ptr_equal(RemoveTailList(&head), &a);
	assert_true(RemoveEntryList(&b));
	InsertTailList(&head, &b);
	assert_ptr_equal(RemoveHeadList(&head), &b);
	assert_ptr_equal(RemoveHeadList(&head), &head);
}

static void test_interlocked__returns_what_nt_does(void **state)
{
	volatile LONG value = 5;
	volatile LONG64 wide = 1;
	PVOID volatile pointer = NULL;
	(void)state;
	assert_int_equal(InterlockedIncrement(&value), 6);
	assert_int_equal(InterlockedDecrement(&value), 5);
	assert_int_equal(InterlockedExchangeAdd(&value, 10), 5);
	assert_int_equal(InterlockedAdd(&value, 1), 16);
	assert_int_equal(InterlockedExchange(&value, 2), 16);
	assert_int_equal(InterlockedCompareExchange(&value, 9, 1), 2);
	assert_int_equal(InterlockedCompareExchange(&value, 9, 2), 2);
	assert_int_equal(InterlockedOr(&value, 6), 9);
	assert_int_equal(InterlockedAnd(&value, 3), 15);
	assert_int_equal(InterlockedXor(&value, 1), 3);
	assert_int_equal(InterlockedIncrement64(&wide), 2);
	assert_int_equal(InterlockedDecrement64(&wide), 1);
	assert_int_equal(InterlockedCompareExchange64(&wide, 4, 1), 1);
	assert_int_equal(InterlockedExchange64(&wide, 5), 4);
	assert_int_equal(InterlockedExchangeAdd64(&wide, 1), 5);
	assert_null(InterlockedExchangePointer(&pointer, state));
	assert_ptr_equal(InterlockedCompareExchangePointer(&pointer, NULL, state), state);
	assert_null(pointer);
}

static void test_arithmetic__overflow__reported(void **state)
{
	size_t size;
	ULONG small;
	USHORT tiny;
	(void)state;
	assert_int_equal(RtlULongAdd(1, 2, &small), STATUS_SUCCESS);
	assert_int_equal(small, 3);
	assert_int_equal(RtlULongMult(0x10000, 0x10000, &small), STATUS_INTEGER_OVERFLOW);
	assert_int_equal(small, MAXULONG);
	assert_int_equal(RtlULongSub(1, 2, &small), STATUS_INTEGER_OVERFLOW);
	assert_int_equal(RtlSizeTAdd(SIZE_MAX, 1, &size), STATUS_INTEGER_OVERFLOW);
	assert_int_equal(RtlSizeTToULong(1ull << 32, &small), STATUS_INTEGER_OVERFLOW);
	assert_int_equal(RtlSizeTToULong(7, &small), STATUS_SUCCESS);
	assert_int_equal(RtlULongToUShort(0x10000, &tiny), STATUS_INTEGER_OVERFLOW);
	assert_int_equal(tiny, 0xffff);
}

static void test_core__helpers(void **state)
{
	(void)state;
	assert_int_equal(WDF_ALIGN_SIZE_UP(13, 8), 16);
	assert_int_equal(WDF_ALIGN_SIZE_DOWN(13, 8), 8);
	assert_int_equal(WDF_REL_TIMEOUT_IN_SEC(1), -10000000);
	assert_int_equal(WDF_ABS_TIMEOUT_IN_US(3), 30);
	assert_int_equal(CTL_CODE(FILE_DEVICE_NETWORK, 0x201, METHOD_BUFFERED, FILE_ANY_ACCESS),
			 0x120804);
	assert_int_equal(METHOD_FROM_CTL_CODE(0x120807), METHOD_NEITHER);
	assert_int_equal(DEVICE_TYPE_FROM_CTL_CODE(0x120804), FILE_DEVICE_NETWORK);
	assert_int_equal(BYTES_TO_PAGES(4097), 2);
}

static void test_status__errno_and_text(void **state)
{
	(void)state;
	assert_int_equal(fx_status(0), STATUS_SUCCESS);
	assert_int_equal(fx_status(-ENOMEM), STATUS_INSUFFICIENT_RESOURCES);
	assert_int_equal(fx_status(-ENOSPC), STATUS_INSUFFICIENT_RESOURCES);
	assert_int_equal(fx_status(-ENODEV), STATUS_DEVICE_REMOVED);
	assert_int_equal(fx_status(-EINVAL), STATUS_INVALID_PARAMETER);
	assert_int_equal(fx_status(-EPERM), STATUS_ACCESS_DENIED);
	assert_int_equal(fx_status(-EBUSY), STATUS_DEVICE_BUSY);
	assert_int_equal(fx_status(-EOPNOTSUPP), STATUS_NOT_SUPPORTED);
	assert_int_equal(fx_status(-ETIMEDOUT), STATUS_IO_TIMEOUT);
	assert_int_equal(fx_status(-ENOENT), STATUS_NOT_FOUND);
	assert_int_equal(fx_status(-EXDEV), STATUS_UNSUCCESSFUL);
	assert_string_equal(fx_status_text(STATUS_CANCELLED).text, "STATUS_CANCELLED (0xc0000120)");
	assert_string_equal(fx_status_text((NTSTATUS)0xe0000001).text, "status (0xe0000001)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_print__what_libc_knows__the_same),
		cmocka_unit_test(test_print__what_nt_knows__too),
		cmocka_unit_test(test_print__unknown_or_cut_short__nothing_bad),
		cmocka_unit_test(test_dbg_print__goes_to_the_log_without_its_newline),
		cmocka_unit_test(test_pool__checked),
		cmocka_unit_test(test_pool__older_functions_and_alignment),
		cmocka_unit_test(test_register_buffers__registers_move_on_ports_do_not),
		cmocka_unit_test(test_time__moves_forward),
		cmocka_unit_test(test_stall__simulated__moves_the_clock),
		cmocka_unit_test(test_bug_check_and_assert__end_the_process_with_a_text),
		cmocka_unit_test(test_strings__initialised__counted_in_bytes),
		cmocka_unit_test(test_lists__in_and_out),
		cmocka_unit_test(test_interlocked__returns_what_nt_does),
		cmocka_unit_test(test_arithmetic__overflow__reported),
		cmocka_unit_test(test_core__helpers),
		cmocka_unit_test(test_status__errno_and_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
