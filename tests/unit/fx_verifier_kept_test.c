/* SPDX-License-Identifier: MIT */
/*
 * What a driver keeps of a request beyond its completion, with the verifier on: each touch is
 * found, by the handle, by a byte that is no address, or when the memory is used again.
 */
#include "stop_child.h"

#include <signal.h>
#include <unistd.h>

#include "io_fixture.h"

#include "base/mem.h"

#define BIG (100u << 10)

static struct io_fixture f;
static struct io_op op;
static char *big;

static void up(const char *verify)
{
	io_fixture_setup_verify(&f, NULL, verify);
	io_default_queue(&f);
	io_fixture_start(&f);
	log_set_sink(NULL, NULL);
}

static void down(void)
{
	io_fixture_teardown(&f);
}

static WDFREQUEST arrived(void)
{
	io_submit(&f, &op);
	assert_true(io_seen.kept_count > 0);
	return io_seen.kept[--io_seen.kept_count];
}

static WDFREQUEST arrive(void)
{
	io_op_control(&op, 0x222000, "input", 40);
	return arrived();
}

static WDFREQUEST arrive_big(void)
{
	io_op_write(&op, "");
	op.packet.in = big;
	op.packet.in_len = BIG;
	return arrived();
}

static void complete(WDFREQUEST request)
{
	WdfRequestComplete(request, STATUS_SUCCESS);
	io_settle(&f);
}

/* As many as there are slots, so that each is used again. */
static void use_all_slots(void)
{
	for (unsigned int i = 0; i < REQUEST_CHUNK; i++)
		complete(arrive());
}

static char *input_of(WDFREQUEST request)
{
	char *buffer;

	assert_int_equal(WdfRequestRetrieveInputBuffer(request, 1, (PVOID *)&buffer, NULL),
			 STATUS_SUCCESS);
	return buffer;
}

static char *output_of(WDFREQUEST request)
{
	char *buffer;

	assert_int_equal(WdfRequestRetrieveOutputBuffer(request, 1, (PVOID *)&buffer, NULL),
			 STATUS_SUCCESS);
	return buffer;
}

static UW_UNUSED char *memory_of(WDFREQUEST request)
{
	WDFMEMORY memory;

	assert_int_equal(WdfRequestRetrieveOutputMemory(request, &memory), STATUS_SUCCESS);
	return WdfMemoryGetBuffer(memory, NULL);
}

static PMDL mdl_of(WDFREQUEST request)
{
	PMDL mdl;

	assert_int_equal(WdfRequestRetrieveInputWdmMdl(request, &mdl), STATUS_SUCCESS);
	return mdl;
}

static UW_UNUSED char *by_mdl(WDFREQUEST request)
{
	return MmGetSystemAddressForMdlSafe(mdl_of(request), NormalPagePriority);
}

/* --- nothing is wrong --- */

static void test_left_alone__any_length__nothing_is_said(void **state)
{
	(void)state;
	up("");
	for (int round = 0; round < 3; round++) {
		complete(arrive_big());
		use_all_slots();
	}
	assert_false(io_broke());
	down();
	assert_false(io_broke());
}

static void test_held_until_completion__the_drivers(void **state)
{
	WDFREQUEST request;

	(void)state;
	up("");
	request = arrive();
	memset(output_of(request), 'x', 40);
	WdfRequestCompleteWithInformation(request, STATUS_SUCCESS, 40);
	io_settle(&f);
	assert_memory_equal(op.out, "xxxxxxxx", 8);
	use_all_slots();
	down();
	assert_false(io_broke());
}

static size_t sealed_len(void)
{
	return f.device->io->pool.sealed_len;
}

static void complete_kept(void)
{
	while (io_seen.kept_count)
		complete(io_seen.kept[--io_seen.kept_count]);
}

/* What is kept aside is bounded, however many slots had a long buffer. */
static void test_long_buffers__in_many_slots__bounded(void **state)
{
	static struct io_op many[4 * REQUEST_SEALED_MOST / BIG];

	(void)state;
	up("");
	for (unsigned int round = 0; round < 2; round++) {
		for (unsigned int i = 0; i < UW_ARRAY_SIZE(many); i++) {
			io_op_write(&many[i], "");
			many[i].packet.in = big;
			many[i].packet.in_len = BIG;
			io_submit(&f, &many[i]);
		}
		assert_int_equal(io_seen.kept_count, UW_ARRAY_SIZE(many));
		assert_int_equal(sealed_len(), 0); /* each slot is in use, or was used again */
		complete_kept();
		assert_in_range(sealed_len(), REQUEST_SEALED_MOST - BIG, REQUEST_SEALED_MOST);
		use_all_slots();
		use_all_slots();
		assert_int_equal(sealed_len(), 0);
	}
	down();
	assert_false(io_broke());
}

/* --- written to --- */

#if !defined(__SANITIZE_ADDRESS__) /* which sees such a touch itself, at once */
enum { COMPLETE_LINE = __LINE__ + 13 };
static char *(*kept_how)(WDFREQUEST request);
static WDFREQUEST (*arrive_how)(void);

static void child_writes(void *arg)
{
	bool at_the_end = arg;
	WDFREQUEST request;
	char *kept;

	up("");
	request = arrive_how();
	kept = kept_how(request);
	WdfRequestComplete(request, STATUS_SUCCESS);
	io_settle(&f);
	assert_int_equal((unsigned char)*kept, 0xdd);
	*kept = 'x';
	if (!at_the_end)
		use_all_slots();
	assert_int_equal(io_broke(), !at_the_end);
	down();
	assert_int_equal(io_broke(), at_the_end);
}

static void expect_written(WDFREQUEST (*arrives)(void), char *(*keeps)(WDFREQUEST request))
{
	arrive_how = arrives;
	kept_how = keeps;
	for (int at_the_end = 0; at_the_end < 2; at_the_end++) {
		assert_true(child_returns(child_writes, at_the_end ? &f : NULL));
		assert_said("the system buffer of a WDFREQUEST was written to after the request "
			    "was completed; that was by child_writes at ");
		assert_said("fx_verifier_kept_test.c:%d (", COMPLETE_LINE);
	}
}

static void test_buffer__written_after_completion__told_with_who_completed(void **state)
{
	(void)state;
	expect_written(arrive, input_of);
	expect_written(arrive, output_of);
	expect_written(arrive, memory_of);
	expect_written(arrive, by_mdl);
	expect_written(arrive_big, input_of);
}

static void child_writes_mdl(void *arg)
{
	WDFREQUEST request;
	PMDL mdl;

	(void)arg;
	up("");
	request = arrive();
	mdl = mdl_of(request);
	complete(request);
	mdl->ByteCount = 5;
	use_all_slots();
	assert_true(io_broke());
	down();
}

static void test_mdl__written_after_completion__told(void **state)
{
	(void)state;
	assert_true(child_returns(child_writes_mdl, NULL));
	assert_said("an MDL of a WDFREQUEST was written to after the request was completed");
}
#endif

/* --- read: nothing of it is an address, or what was there --- */

#define READ_IT 42 /* and 43; a sanitizer ends with 1, a fault with a signal */

static void child_reads_by_mdl(void *arg)
{
	WDFREQUEST request;
	PMDL mdl;

	(void)arg;
	up("");
	request = arrive();
	mdl = mdl_of(request);
	complete(request);
	_exit(READ_IT + (*(char *)MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority) == 'i'));
}

static void child_reads_buffer(void *arg)
{
	WDFREQUEST request;
	char *kept;

	(void)arg;
	up("");
	request = arrive();
	kept = input_of(request);
	complete(request);
	if ((unsigned char)*kept == 0xdd)
		abort(); /* as AddressSanitizer does */
}

static void test_mdl__followed_after_completion__faults(void **state)
{
	int status;

	(void)state;
	status = test_in_child(child_reads_by_mdl, NULL, stop_output, sizeof(stop_output));
	assert_false(WIFEXITED(status) &&
		     (WEXITSTATUS(status) == READ_IT || WEXITSTATUS(status) == READ_IT + 1));
}

static void test_buffer__read_after_completion__is_not_the_clients_data(void **state)
{
	(void)state;
	assert_false(child_returns(child_reads_buffer, NULL));
}

/* --- handles --- */

static void read_memory(void *memory)
{
	(void)WdfMemoryGetBuffer(memory, NULL);
}

static void test_memory_handle__after_completion__stops(void **state)
{
	WDFMEMORY in, out;
	WDFREQUEST request;

	(void)state;
	up("");
	request = arrive();
	assert_int_equal(WdfRequestRetrieveInputMemory(request, &in), STATUS_SUCCESS);
	assert_int_equal(WdfRequestRetrieveOutputMemory(request, &out), STATUS_SUCCESS);
	complete(request);
	assert_true(io_stops(read_memory, in, WDF_INVALID_HANDLE));
	assert_true(io_stops(read_memory, out, WDF_INVALID_HANDLE));
	down();
	(void)io_broke();
}

/* --- the verifier is off --- */

static void test_verifier_off__buffer_stays_as_it_is(void **state)
{
	WDFREQUEST request;
	char *kept;

	(void)state;
	up("VerifierOn=0");
	request = arrive();
	kept = input_of(request);
	complete(request);
	assert_memory_equal(kept, "input", 5);
	down();
	assert_false(io_broke());
}

static int make_big(void **state)
{
	(void)state;
	big = mem_calloc(1, BIG);
	return big ? 0 : -1;
}

static int free_big(void **state)
{
	(void)state;
	mem_free(big);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_left_alone__any_length__nothing_is_said),
		cmocka_unit_test(test_held_until_completion__the_drivers),
		cmocka_unit_test(test_long_buffers__in_many_slots__bounded),
#if !defined(__SANITIZE_ADDRESS__)
		cmocka_unit_test(test_buffer__written_after_completion__told_with_who_completed),
		cmocka_unit_test(test_mdl__written_after_completion__told),
#endif
		cmocka_unit_test(test_mdl__followed_after_completion__faults),
		cmocka_unit_test(test_buffer__read_after_completion__is_not_the_clients_data),
		cmocka_unit_test(test_memory_handle__after_completion__stops),
		cmocka_unit_test(test_verifier_off__buffer_stays_as_it_is),
	};

	return cmocka_run_group_tests(tests, make_big, free_big);
}
