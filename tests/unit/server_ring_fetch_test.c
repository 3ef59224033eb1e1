/* SPDX-License-Identifier: MIT */
/*
 * What the server reads of an entry, it reads once: here each word of an entry turns into its
 * opposite as soon as it was read, faster than any client. The entries lie on a page that cannot
 * be read: the fault notes the word and lets one instruction by, then the word is turned round.
 */
#include "bare_ring.h"

#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>

#if defined(__x86_64__)
#define PAGE           4096u
#define WORDS          8u /* of an entry */
#define TRAP_FLAG      0x100
#define FAULT_BY_WRITE 2

static struct uwdf_ring_entry *page;
static unsigned int reads[WORDS];
static size_t word_read; /* on the page */
static bool written;

static void on_fault(int number, siginfo_t *info, void *context)
{
	ucontext_t *at = context;
	size_t offset = (uintptr_t)info->si_addr - (uintptr_t)page;

	(void)number;
	if (offset >= PAGE)
		abort(); /* another fault */
	written |= at->uc_mcontext.gregs[REG_ERR] & FAULT_BY_WRITE;
	word_read = offset / sizeof(uint64_t);
	(void)mprotect(page, PAGE, PROT_READ | PROT_WRITE);
	at->uc_mcontext.gregs[REG_EFL] |= TRAP_FLAG;
}

static void on_trap(int number, siginfo_t *info, void *context)
{
	uint64_t *words = (uint64_t *)(void *)page;
	ucontext_t *at = context;

	(void)number;
	(void)info;
	if (word_read < WORDS) {
		/* the sequence number is read alone, before opcode and flags beside it */
		bool is_seq = !word_read && !reads[0];

		reads[word_read]++;
		words[word_read] ^= is_seq ? UINT32_MAX : UINT64_MAX;
	}
	(void)mprotect(page, PAGE, PROT_NONE);
	at->uc_mcontext.gregs[REG_EFL] &= ~(greg_t)TRAP_FLAG;
}

/* Calls @run with the page closed. */
static void while_closed(void (*run)(struct server_ring *ring), struct server_ring *ring)
{
	struct sigaction fault = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };
	struct sigaction trap = { .sa_sigaction = on_trap, .sa_flags = SA_SIGINFO };
	struct sigaction old_fault, old_trap;

	memset(reads, 0, sizeof(reads));
	written = false;
	assert_int_equal(sigaction(SIGSEGV, &fault, &old_fault), 0);
	assert_int_equal(sigaction(SIGTRAP, &trap, &old_trap), 0);
	assert_int_equal(mprotect(page, PAGE, PROT_NONE), 0);
	run(ring);
	assert_int_equal(mprotect(page, PAGE, PROT_READ | PROT_WRITE), 0);
	assert_int_equal(sigaction(SIGSEGV, &old_fault, NULL), 0);
	assert_int_equal(sigaction(SIGTRAP, &old_trap, NULL), 0);
}

/* --- the device: what it was given, as it was when it came --- */

static struct uwdf_io given;
static uint8_t input[BARE_REGION];
static unsigned int submitted;

static void submit(struct uwdf_file *file, struct uwdf_io *io)
{
	(void)file;
	submitted++;
	given = *io;
	if (io->in_len)
		memcpy(input, io->in, io->in_len);
	if (io->out_len)
		memset(io->out, 'o', io->out_len);
	io->complete(io, UWDF_STATUS_SUCCESS, io->out_len);
}

static const struct uwdf_device_io_ops device = { .submit = submit };

/* --- one entry, served --- */

static struct bare_ring b;
static struct irq_loop *loop;

static int setup(void **state)
{
	const struct irq_loop_params params = { .name = "fetch",
						.backend = IRQ_LOOP_EPOLL,
						.node = -1 };

	(void)state;
	page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(page, MAP_FAILED);
	assert_int_equal(irq_loop_new(&params, &loop), 0);
	bare_ring_make(&b, loop, &device, page);
	ring_attach(&b.ring.attach);
	submitted = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	ring_detach(&b.ring.detach);
	for (unsigned int i = 0; i < 10 && irq_loop_run_once(loop, 0);)
		i++;
	assert_true(exec_event_wait(&b.gone, 0));
	bare_ring_unmake(&b);
	irq_loop_free(loop);
	munmap(page, PAGE);
	return 0;
}

static void run(struct server_ring *ring)
{
	(void)ring->poller.run(&ring->poller);
}

/* Every word once, but the sequence number and the tag, which are copied with the others after they
 * were judged; what the copy has of them is not looked at. */
static void expect_single_fetch(const struct uwdf_ring_entry *e, bool data)
{
	const struct uwdf_ring_answer *a = &b.ring.answers[0];

	page[0] = *e;
	page[0].tag = 1u << 16 | 3;
	page[0].seq = uwdf_ring_seq(0);
	while_closed(run, &b.ring);
	assert_false(written);
	for (unsigned int i = 2; i < (data ? WORDS : 4u); i++)
		assert_int_equal(reads[i], 1);
	assert_in_range(reads[0], 1, 2);
	assert_in_range(reads[1], 1, 2);
	assert_false(b.ring.broken);
	assert_int_equal(submitted, 1);
	assert_int_equal(given.in_len, e->in_len);
	assert_int_equal(given.out_len, e->out_len);
	assert_int_equal(a->tag, 1u << 16 | 3);
	assert_int_equal(a->information, e->out_len);
}

static void test_inline_control__as_it_was_when_it_was_read(void **state)
{
	struct uwdf_ring_entry e = {
		.opcode = UWDF_OP_CONTROL, .offset = 0x120800, .in_len = 32, .out_len = 32
	};

	(void)state;
	memset(e.data, 'i', sizeof(e.data));
	expect_single_fetch(&e, true);
	assert_int_equal(given.kind, UWDF_IO_CONTROL);
	assert_int_equal(given.code, 0x120800);
	assert_memory_equal(input, e.data, 32);
}

static void test_shared_control__both_places_as_they_were(void **state)
{
	const struct uwdf_ring_entry e = { .opcode = UWDF_OP_CONTROL,
					   .flags = UWDF_RING_IN_SHARED | UWDF_RING_OUT_SHARED,
					   .offset = 0x120802,
					   .in_len = 100,
					   .out_len = 200,
					   .in_at = UWDF_RING_AT(0, 64),
					   .out_at = UWDF_RING_AT(0, BARE_REGION - 200) };

	(void)state;
	expect_single_fetch(&e, true);
	assert_ptr_equal(given.in, b.ring.regions[0].base + 64);
	assert_ptr_equal(given.out, b.ring.regions[0].base + BARE_REGION - 200);
}

static void test_write__its_offset_and_length_as_they_were(void **state)
{
	const struct uwdf_ring_entry e = { .opcode = UWDF_OP_WRITE,
					   .flags = UWDF_RING_IN_SHARED,
					   .offset = 1ull << 40,
					   .in_len = BARE_REGION,
					   .in_at = UWDF_RING_AT(0, 0) };

	(void)state;
	expect_single_fetch(&e, true);
	assert_int_equal(given.kind, UWDF_IO_WRITE);
	assert_int_equal(given.offset, 1ull << 40);
}

static void test_flush__as_it_was(void **state)
{
	const struct uwdf_ring_entry e = { .opcode = UWDF_OP_FLUSH };

	(void)state;
	expect_single_fetch(&e, false);
	assert_int_equal(given.kind, UWDF_IO_FLUSH);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_inline_control__as_it_was_when_it_was_read),
		TEST(test_shared_control__both_places_as_they_were),
		TEST(test_write__its_offset_and_length_as_they_were),
		TEST(test_flush__as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
#else
int main(void)
{
	return 77; /* there is no way to let one instruction by */
}
#endif
