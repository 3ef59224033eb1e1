/* SPDX-License-Identifier: MIT */
/* Vectors of a fake function: what reaches the function, and what reaches the callback. */
#include "uw_test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/exec.h"
#include "base/fault.h"
#include "base/mem.h"
#include "base/sys.h"
#include "irq/vector.h"
#include "pci_function_ops.h"

#define VECTORS 4

/* A function that remembers what it was asked. */
static struct {
	int fds[VECTORS];
	unsigned int enables, disables, sets, masks, unmasks;
	int enable_err, set_err;
} fake;

static int fake_enable(struct pci_function *fn, enum pci_irq_kind kind, const int *fds,
		       unsigned int count)
{
	(void)fn;
	(void)kind;
	if (fake.enable_err)
		return fake.enable_err;
	memcpy(fake.fds, fds, count * sizeof(*fds));
	fake.enables++;
	return 0;
}

static int fake_set(struct pci_function *fn, unsigned int vector, int fd)
{
	(void)fn;
	if (fake.set_err)
		return fake.set_err;
	fake.fds[vector] = fd;
	fake.sets++;
	return 0;
}

static void fake_disable(struct pci_function *fn)
{
	(void)fn;
	for (unsigned int i = 0; i < VECTORS; i++)
		fake.fds[i] = -1;
	fake.disables++;
}

static int fake_mask(struct pci_function *fn, unsigned int vector)
{
	(void)fn;
	(void)vector;
	fake.masks++;
	return 0;
}

static int fake_unmask(struct pci_function *fn, unsigned int vector)
{
	(void)fn;
	(void)vector;
	fake.unmasks++;
	return 0;
}

static void fake_close(struct pci_function *fn)
{
	(void)fn;
}

static int fake_config_read(struct pci_function *fn, unsigned int offset, unsigned int width,
			    uint32_t *out)
{
	(void)fn;
	(void)offset;
	(void)width;
	*out = 0;
	return 0;
}

static int fake_config_write(struct pci_function *fn, unsigned int offset, unsigned int width,
			     uint32_t value)
{
	(void)fn;
	(void)offset;
	(void)width;
	(void)value;
	return 0;
}

static const struct pci_function_ops fake_ops = {
	.name = "fake",
	.close = fake_close,
	.config_read = fake_config_read,
	.config_write = fake_config_write,
	.irq_enable = fake_enable,
	.irq_set = fake_set,
	.irq_disable = fake_disable,
	.irq_mask = fake_mask,
	.irq_unmask = fake_unmask,
};

struct fixture {
	uint64_t blocks;
	unsigned int fds;
	struct pci_function *function;
	struct irq_loop *loop; /* driven by the test */
	struct irq_vectors *vectors;
	unsigned int fired[VECTORS];
	uint64_t total;
};

static int setup(void **state)
{
	struct irq_loop_params loop = { .name = "test", .node = -1 };
	struct pci_function_params params = { 0 };
	uint64_t blocks = mem_live_blocks();
	unsigned int fds = test_open_fds();
	struct fixture *f = mem_calloc(1, sizeof(*f));

	memset(&fake, 0, sizeof(fake));
	memset(fake.fds, 0xff, sizeof(fake.fds));
	assert_non_null(f);
	f->blocks = blocks;
	f->fds = fds;
	assert_int_equal(irq_loop_new(&loop, &f->loop), 0);
	assert_int_equal(pci_function_new("fake:0", &params, &fake_ops, &f->function), 0);
	f->function->irqs[PCI_IRQ_MSIX].count = VECTORS;
	f->function->irqs[PCI_IRQ_INTX].count = 1;
	assert_int_equal(irq_vectors_new(f->function, PCI_IRQ_MSIX, VECTORS, &f->vectors), 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	struct fixture was = *f;

	irq_vectors_free(f->vectors);
	irq_loop_free(f->loop);
	pci_function_close(f->function);
	mem_free(f);
	assert_int_equal(mem_live_blocks(), was.blocks);
	assert_int_equal(test_open_fds(), was.fds);
	return 0;
}

static void count(void *arg, unsigned int vector, uint64_t signals)
{
	struct fixture *f = arg;

	f->fired[vector]++;
	f->total += signals;
}

static int connect_one(struct fixture *f, unsigned int vector)
{
	return irq_vector_connect(f->vectors, vector, f->loop, count, f);
}

static void run_until(struct fixture *f, uint64_t total)
{
	uint64_t deadline = exec_deadline_ms(60000);

	while (f->total < total && exec_now_ns() < deadline)
		(void)!irq_loop_run_once(f->loop, exec_deadline_ms(20));
	assert_int_equal(f->total, total);
}

static void test_vector__signalled__runs_its_callback_with_its_number(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(connect_one(f, 2), 0);
	assert_int_equal(connect_one(f, 0), 0);
	assert_int_equal(sys_eventfd_signal(fake.fds[2]), 0);
	run_until(f, 1);
	assert_int_equal(f->fired[2], 1);
	assert_int_equal(sys_eventfd_signal(fake.fds[0]), 0);
	run_until(f, 2);
	assert_int_equal(f->fired[0], 1);
}

static void test_vectors__first_connect_and_last_disconnect__enable_and_disable(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(connect_one(f, 1), 0);
	assert_int_equal(fake.enables, 1);
	assert_true(fake.fds[1] >= 0);
	assert_int_equal(fake.fds[0], -1);
	assert_int_equal(connect_one(f, 0), 0);
	assert_int_equal(fake.enables, 1);
	assert_int_equal(fake.sets, 1);
	irq_vector_disconnect(f->vectors, 1);
	assert_int_equal(fake.fds[1], -1);
	assert_int_equal(fake.disables, 0);
	irq_vector_disconnect(f->vectors, 0);
	irq_vector_disconnect(f->vectors, 0);
	assert_int_equal(fake.disables, 1);
}

static void test_vector__disconnected__never_fires_and_starts_anew(void **state)
{
	struct fixture *f = *state;
	int fd;

	assert_int_equal(connect_one(f, 1), 0);
	fd = fake.fds[1];
	assert_int_equal(sys_eventfd_signal(fd), 0);
	irq_vector_disconnect(f->vectors, 1);
	(void)!irq_loop_run_once(f->loop, exec_deadline_ms(1));
	assert_int_equal(f->total, 0);
	assert_int_equal(connect_one(f, 1), 0);
	(void)!irq_loop_run_once(f->loop, exec_deadline_ms(1));
	(void)!irq_loop_run_once(f->loop, exec_deadline_ms(1));
	assert_int_equal(f->total, 0);
}

static void test_vector__connected_twice_or_beyond_the_end__is_refused(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(connect_one(f, 1), 0);
	assert_int_equal(connect_one(f, 1), -EBUSY);
	assert_int_equal(connect_one(f, VECTORS), -EINVAL);
}

static void test_vectors__more_than_the_function_has__are_refused(void **state)
{
	struct fixture *f = *state;
	struct irq_vectors *v = NULL;

	assert_int_equal(irq_vectors_new(f->function, PCI_IRQ_MSIX, VECTORS + 1, &v), -EINVAL);
	assert_int_equal(irq_vectors_new(f->function, PCI_IRQ_MSI, 1, &v), -EINVAL);
	assert_int_equal(irq_vectors_new(f->function, PCI_IRQ_MSIX, 0, &v), -EINVAL);
	assert_null(v);
	assert_null(irq_vectors_free(NULL));
	assert_int_equal(irq_vectors_kind(f->vectors), PCI_IRQ_MSIX);
	assert_int_equal(irq_vectors_count(f->vectors), VECTORS);
}

static void test_vector__function_refuses__is_not_connected(void **state)
{
	struct fixture *f = *state;

	fake.enable_err = -EIO;
	assert_int_equal(connect_one(f, 0), -EIO);
	fake.enable_err = 0;
	assert_int_equal(connect_one(f, 0), 0);
	fake.set_err = -EIO;
	assert_int_equal(connect_one(f, 1), -EIO);
	fake.set_err = 0;
	assert_int_equal(connect_one(f, 1), 0);
}

static void test_vector__mask_and_rearm__reach_the_function(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(connect_one(f, 0), 0);
	assert_int_equal(irq_vector_rearm(f->vectors, 0), 0);
	assert_int_equal(irq_vector_mask(f->vectors, 0), 0);
	assert_int_equal(fake.unmasks, 1);
	assert_int_equal(fake.masks, 1);
}

static void test_vectors__each_single_fault__leaves_nothing(void **state)
{
	struct fixture *f = *state;
	bool fired = true;

	for (uint64_t k = 1; fired; k++) {
		uint64_t blocks = mem_live_blocks();
		unsigned int fds = test_open_fds();
		struct irq_vectors *v = NULL;
		int err;

		fault_arm(FAULT_ANY, k);
		err = irq_vectors_new(f->function, PCI_IRQ_MSIX, VECTORS, &v);
		for (unsigned int i = 0; !err && i < VECTORS; i++)
			err = irq_vector_connect(v, i, f->loop, count, f);
		irq_vectors_free(v);
		for (int i = 0; i < 4; i++) /* the loop lets go of what was removed */
			(void)!irq_loop_run_once(f->loop, exec_deadline_ms(1));
		fired = fault_fired();
		fault_disarm();
		assert_true(!err || fired);
		assert_int_equal(mem_live_blocks(), blocks);
		assert_int_equal(test_open_fds(), fds);
		assert_true(k < 200);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_vector__signalled__runs_its_callback_with_its_number, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_vectors__first_connect_and_last_disconnect__enable_and_disable, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			test_vector__disconnected__never_fires_and_starts_anew, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_vector__connected_twice_or_beyond_the_end__is_refused, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			test_vectors__more_than_the_function_has__are_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_vector__function_refuses__is_not_connected,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_vector__mask_and_rearm__reach_the_function,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_vectors__each_single_fault__leaves_nothing,
						setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
