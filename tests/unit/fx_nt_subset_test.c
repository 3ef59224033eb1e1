/* SPDX-License-Identifier: MIT */
/* The NT subset's smaller parts: sequenced lists, atomics, safe arithmetic, layouts, words. */
#include "fx_fixture.h"

#include <evntrace.h>
#include <initguid.h>
#include <ntintsafe.h>
#include <stdio.h>
#include <wdmguid.h>

#include "base/exec.h"
#include "nt/status.h"

/* --- sequenced lists --- */

static void test_slist__push_pop_flush__last_in_first_out(void **state)
{
	SLIST_HEADER head = { 0 };
	SLIST_ENTRY a, b, c;
	(void)state;
	assert_null(InterlockedPopEntrySList(&head));
	assert_null(FirstEntrySList(&head));
	InitializeSListHead(&head);
	assert_null(InterlockedPushEntrySList(&head, &a));
	assert_ptr_equal(InterlockedPushEntrySList(&head, &b), &a);
	assert_ptr_equal(ExInterlockedPushEntrySList(&head, &c, NULL), &b);
	assert_int_equal(QueryDepthSList(&head), 3);
	assert_ptr_equal(FirstEntrySList(&head), &c);
	assert_ptr_equal(InterlockedPopEntrySList(&head), &c);
	assert_ptr_equal(FirstEntrySList(&head), &b);
	assert_int_equal(ExQueryDepthSList(&head), 2);
	assert_ptr_equal(InterlockedFlushSList(&head), &b);
	assert_ptr_equal(b.Next, &a);
	assert_null(a.Next);
	assert_int_equal(QueryDepthSList(&head), 0);
	assert_null(InterlockedPopEntrySList(&head));
	assert_null(InterlockedFlushSList(&head));
}

#define THREADS 4
#define ENTRIES 16
#define TURNS   10000
static LONG started;
static SLIST_HEADER shared;
static struct owned {
	SLIST_ENTRY link;
	LONG owner; /* not atomic: who popped it has it alone */
} owned[ENTRIES];

static void take_turns(void *arg)
{
	LONG self = *(LONG *)arg;

	InterlockedIncrement(&started);
	while (ReadAcquire(&started) < THREADS) /* so that they run at the same time */
		exec_yield();
	for (int i = 0; i < TURNS; i++) {
		PSLIST_ENTRY entry = InterlockedPopEntrySList(&shared);
		struct owned *mine;

		if (!entry)
			continue;
		mine = CONTAINING_RECORD(entry, struct owned, link);
		assert_int_equal(mine->owner, 0);
		mine->owner = self;
		assert_int_equal(mine->owner, self);
		mine->owner = 0;
		InterlockedPushEntrySList(&shared, entry);
	}
}

static void test_slist__four_threads__each_entry_is_one_s_alone(void **state)
{
	struct exec_thread *threads[THREADS];
	LONG numbers[THREADS];
	(void)state;
	InitializeSListHead(&shared);
	memset(owned, 0, sizeof(owned));
	for (int i = 0; i < ENTRIES; i++)
		InterlockedPushEntrySList(&shared, &owned[i].link);
	for (int i = 0; i < THREADS; i++) {
		struct exec_thread_params params = { .name = "slist",
						     .run = take_turns,
						     .node = -1 };

		numbers[i] = i + 1;
		params.arg = &numbers[i];
		assert_int_equal(exec_thread_start(&params, &threads[i]), 0);
	}
	for (int i = 0; i < THREADS; i++)
		exec_thread_join(threads[i]);
	assert_int_equal(QueryDepthSList(&shared), ENTRIES);
	for (int i = 0; i < ENTRIES; i++)
		assert_non_null(InterlockedPopEntrySList(&shared));
	assert_null(InterlockedPopEntrySList(&shared));
}

/* --- atomics --- */

static void test_interlocked__bytes_and_words__the_old_value(void **state)
{
	volatile CHAR byte = 0x7f;
	volatile SHORT word = 1;
	volatile SIZE_T size = 5;
	(void)state;
	assert_int_equal(InterlockedExchange8(&byte, 3), 0x7f);
	assert_int_equal(InterlockedExchangeAdd8(&byte, 2), 3);
	assert_int_equal(InterlockedXor8(&byte, 1), 5);
	assert_int_equal(InterlockedAnd8(&byte, 6), 4);
	assert_int_equal(InterlockedOr8(&byte, 1), 4);
	assert_int_equal(byte, 5);
	assert_int_equal(InterlockedExchange16(&word, 7), 1);
	assert_int_equal(InterlockedExchangeAdd16(&word, 1), 7);
	assert_int_equal(InterlockedCompareExchange16(&word, 1, 9), 8);
	assert_int_equal(InterlockedCompareExchange16(&word, 1, 8), 8);
	assert_int_equal(InterlockedXor16(&word, 3), 1);
	assert_int_equal(InterlockedAnd16(&word, 2), 2);
	assert_int_equal(InterlockedOr16(&word, 4), 2);
	assert_int_equal(InterlockedIncrement16(&word), 7);
	assert_int_equal(InterlockedDecrement16(&word), 6);
	assert_int_equal(InterlockedAddSizeT(&size, 2), 7);
	assert_int_equal(InterlockedExchangeAddSizeT(&size, 2), 7);
	assert_int_equal(InterlockedIncrementSizeT(&size), 10);
	assert_int_equal(InterlockedDecrementSizeT(&size), 9);
}

static void test_interlocked__64_bits_and_bits__as_documented(void **state)
{
	volatile LONG64 wide[2] = { 0xf0, 0 };
	volatile LONG bits[2] = { 0, 0 };
	(void)state;
	assert_int_equal(InterlockedOr64(wide, 0xf), 0xf0);
	assert_int_equal(InterlockedAnd64(wide, 0x3c), 0xff);
	assert_int_equal(InterlockedXor64(wide, 0x4), 0x3c);
	assert_int_equal(InterlockedAdd64(wide, 2), 0x3a);
	assert_false(InterlockedBitTestAndSet64(wide, 64));
	assert_int_equal(wide[1], 1);
	assert_true(InterlockedBitTestAndReset64(wide, 64));
	assert_int_equal(wide[1], 0);
	assert_false(InterlockedBitTestAndSet(bits, 33));
	assert_int_equal(bits[1], 2);
	assert_true(InterlockedBitTestAndComplement(bits, 33));
	assert_int_equal(bits[1], 0);
	assert_false(InterlockedBitTestAndReset(bits, 0));
	assert_false(InterlockedBitTestAndComplement(bits, 31));
	assert_int_equal(bits[0], (LONG)0x80000000);
}

static void test_interlocked__16_bytes__both_halves_or_none(void **state)
{
	volatile LONG64 DECLSPEC_ALIGN(16) value[2] = { 1, 2 };
	LONG64 DECLSPEC_ALIGN(16) expected[2] = { 1, 3 };
	(void)state;
	assert_false(InterlockedCompareExchange128(value, 8, 7, expected));
	assert_true(expected[0] == 1 && expected[1] == 2);
	assert_true(value[0] == 1 && value[1] == 2);
	assert_true(InterlockedCompareExchange128(value, 8, 7, expected));
	assert_true(value[0] == 7 && value[1] == 8);
	assert_true(expected[0] == 1 && expected[1] == 2);
}

static void test_ordered__reads_and_writes__every_width(void **state)
{
	volatile LONG l = 0;
	volatile LONG64 wide = 0;
	volatile SHORT s = 0;
	volatile CHAR c = 0;
	volatile ULONG ul = 0;
	PVOID volatile p = NULL;
	LONG other;
	(void)state;
	WriteRelease(&l, -1);
	WriteRelease64(&wide, -2);
	WriteRaw16(&s, -3);
	WriteNoFence8(&c, -4);
	WriteULongRelease(&ul, 0xfffffffb);
	WritePointerRelease(&p, &other);
	assert_int_equal(ReadAcquire(&l), -1);
	assert_true(ReadRaw64(&wide) == -2);
	assert_int_equal(ReadAcquire16(&s), -3);
	assert_int_equal(ReadRaw8(&c), -4);
	assert_int_equal(ReadULongNoFence(&ul), 0xfffffffb);
	assert_ptr_equal(ReadPointerAcquire(&p), &other);
	assert_int_equal(InterlockedIncrementAcquire(&l), 0);
	assert_ptr_equal(InterlockedExchangePointerNoFence(&p, NULL), &other);
}

/* --- arithmetic --- */

#define FITS(call, out, expected)                                                                  \
	do {                                                                                       \
		assert_int_equal(call, STATUS_SUCCESS);                                            \
		assert_true((out) == (expected));                                                  \
	} while (0)
#define OVERFLOWS(call, out)                                                                       \
	do {                                                                                       \
		assert_int_equal(call, STATUS_INTEGER_OVERFLOW);                                   \
		assert_true((out) == (__typeof__(out))-1);                                         \
	} while (0)

static void test_arithmetic__signed_and_unsigned__at_their_limits(void **state)
{
	USHORT us;
	LONG l;
	LONGLONG ll;
	ULONGLONG ull;
	ULONG_PTR up;
	(void)state;
	FITS(RtlUShortAdd(0xfffe, 1, &us), us, 0xffff);
	OVERFLOWS(RtlUShortAdd(0xffff, 1, &us), us);
	OVERFLOWS(RtlUShortMult(0x100, 0x100, &us), us);
	FITS(RtlLongSub(-2147483647, 1, &l), l, -2147483647 - 1);
	OVERFLOWS(RtlLongSub(-2147483647, 2, &l), l);
	OVERFLOWS(RtlLongMult(0x10000, 0x8000, &l), l);
	OVERFLOWS(RtlLongLongAdd(0x7fffffffffffffff, 1, &ll), ll);
	FITS(RtlULongLongMult(1ull << 32, 0xffffffff, &ull), ull, 0xffffffff00000000);
	OVERFLOWS(RtlULongLongMult(1ull << 32, 1ull << 32, &ull), ull);
	OVERFLOWS(RtlULongPtrSub(0, 1, &up), up);
}

static void test_conversion__value_lost__said(void **state)
{
	UCHAR uc;
	SHORT s;
	LONG l;
	ULONG ul;
	ULONGLONG ull;
	size_t size;
	(void)state;
	FITS(RtlULongToUChar(255, &uc), uc, 255);
	OVERFLOWS(RtlULongToUChar(256, &uc), uc);
	FITS(RtlLongToShort(-32768, &s), s, -32768);
	OVERFLOWS(RtlLongToShort(-32769, &s), s);
	OVERFLOWS(RtlLongToULong(-1, &ul), ul);
	FITS(RtlULongToLong(0x7fffffff, &l), l, 0x7fffffff);
	OVERFLOWS(RtlULongToLong(0x80000000, &l), l);
	OVERFLOWS(RtlLongLongToULong(0x100000000, &ul), ul);
	OVERFLOWS(RtlLongLongToULongLong(-1, &ull), ull);
	OVERFLOWS(RtlIntToSizeT(-1, &size), size);
	FITS(RtlSizeTToULong(0xffffffff, &ul), ul, 0xffffffff);
}

/* --- layouts, as Microsoft's compiler has them on 64 bits --- */

static void test_layouts__as_on_64_bit_windows(void **state)
{
	(void)state;
	assert_int_equal(offsetof(UNICODE_STRING, Buffer), 8);
	assert_int_equal(offsetof(OBJECT_ATTRIBUTES, SecurityDescriptor), 32);
	assert_int_equal(offsetof(LARGE_INTEGER, HighPart), 4);
	assert_int_equal(sizeof(LIST_ENTRY), 16);
	assert_int_equal(sizeof(GUID), 16);
	assert_int_equal(sizeof(IO_STATUS_BLOCK), 16);
	assert_int_equal(sizeof(TIME_FIELDS), 16);
	assert_int_equal(sizeof(CM_PARTIAL_RESOURCE_LIST), 28);
	assert_int_equal(offsetof(CM_PARTIAL_RESOURCE_DESCRIPTOR, u.Interrupt.Affinity), 12);
	assert_int_equal(offsetof(IO_RESOURCE_DESCRIPTOR, u.Memory.MaximumAddress), 24);
	assert_int_equal(offsetof(PCI_COMMON_CONFIG, u.type0.SubVendorID), 0x2c);
	assert_int_equal(offsetof(PCI_COMMON_CONFIG, u.type0.InterruptLine), 0x3c);
	assert_int_equal(offsetof(PCI_COMMON_CONFIG, DeviceSpecific), 64);
	assert_int_equal(offsetof(BUS_INTERFACE_STANDARD, GetBusData), 56);
	assert_int_equal(sizeof(PNP_BUS_INFORMATION), 24);
	assert_int_equal(__alignof__(SLIST_ENTRY), 16);
}

/* --- words of the dialect --- */

__declspec(selectany) LONG chosen_by_any = 7;
typedef __declspec(align(64)) struct {
	__int64 wide;
	unsigned __int16 narrow;
} aligned_by_declspec;
static __declspec(noinline) VOID __stdcall called_as_declared(unsigned __int8 *out)
{
	*out = 9;
}
__forceinline VOID forced_inline(LONG *out)
{
	*out = 3;
}

static void test_dialect__microsoft_s_words__mean_what_they_say(void **state)
{
	UCHAR out = 0;
	LONG forced = 0;
	(void)state;
	__pragma(warning(disable : 4100)) called_as_declared(&out);
	forced_inline(&forced);
	assert_int_equal(out, 9);
	assert_int_equal(forced, 3);
	assert_int_equal(chosen_by_any, 7);
	assert_int_equal(__alignof__(aligned_by_declspec), 64);
	assert_int_equal(sizeof(__int64), 8);
	assert_int_equal(GUID_BUS_INTERFACE_STANDARD.Data1, 0x496b8280);
	assert_int_equal(TRACE_LEVEL_VERBOSE, 5);
	assert_true(IsNotNEC_98);
}

static void fail_verify(void *arg)
{
	(void)NT_VERIFY(!arg);
}

static void test_verify__evaluated_once__and_stops_in_checked_builds(void **state)
{
	int asked = 0;
	char text[512];
	(void)state;
	assert_true(NT_VERIFY(++asked));
	assert_int_equal(asked, 1);
	YieldProcessor();
	KeFlushIoBuffers(NULL, TRUE, TRUE);
	NT_ASSERT(asked == 1);
	NT_ASSERTMSG("asked", asked == 1);
#if defined(DBG) && DBG
	assert_true(WIFSIGNALED(test_in_child(fail_verify, state, text, sizeof(text))));
	assert_non_null(strstr(text, "assertion failed: !arg"));
#else
	assert_true(WIFEXITED(test_in_child(fail_verify, state, text, sizeof(text))));
#endif
}

/* --- every status has its name --- */

static void test_status__each_of_the_header__has_a_name(void **state)
{
	FILE *header = fopen(UWDF_NTSTATUS_HEADER, "r");
	char line[256], name[128];
	unsigned int value, seen = 0;
	(void)state;
	assert_non_null(header);
	while (fgets(line, sizeof(line), header)) {
		if (sscanf(line, "#define %127[A-Z0-9_] ((NTSTATUS)%x", name, &value) != 2 ||
		    !strcmp(name, "STATUS_WAIT_0")) /* success by another name */
			continue;
		if (strncmp(fx_status_text((NTSTATUS)value).text, name, strlen(name)))
			fail_msg("%s prints as %s", name, fx_status_text((NTSTATUS)value).text);
		seen++;
	}
	fclose(header);
	assert_true(seen > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slist__push_pop_flush__last_in_first_out),
		cmocka_unit_test(test_slist__four_threads__each_entry_is_one_s_alone),
		cmocka_unit_test(test_interlocked__bytes_and_words__the_old_value),
		cmocka_unit_test(test_interlocked__64_bits_and_bits__as_documented),
		cmocka_unit_test(test_interlocked__16_bytes__both_halves_or_none),
		cmocka_unit_test(test_ordered__reads_and_writes__every_width),
		cmocka_unit_test(test_arithmetic__signed_and_unsigned__at_their_limits),
		cmocka_unit_test(test_conversion__value_lost__said),
		cmocka_unit_test(test_layouts__as_on_64_bit_windows),
		cmocka_unit_test(test_dialect__microsoft_s_words__mean_what_they_say),
		cmocka_unit_test(test_verify__evaluated_once__and_stops_in_checked_builds),
		cmocka_unit_test(test_status__each_of_the_header__has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
