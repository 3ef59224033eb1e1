/* SPDX-License-Identifier: MIT */
/*
 * vector.c - one INTx of an e1000 through pci_function, irq_vectors and the loop, with the rearm
 * and a deferred call, until the loop is blocked again: the framework's share is what `interrupt`
 * adds.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>

#include "harness.h"
#include "interrupt_driver.h"
#include "irq/vector.h"
#include "raw_loop.h"
#include "raw_vfio.h"
#include "vfio/mmio.h"

struct ours {
	struct pci_function *function;
	struct irq_vectors *vectors;
	struct irq_loop *loop;
	struct irq_deferred dpc;
	volatile uint8_t *regs;
	uint64_t served; /* written by the loop's thread alone */
};

struct limit {
	struct raw_loop loop;
	struct raw_vfio *vfio;
};

static void run_dpc(struct irq_deferred *work)
{
	struct ours *ours = uw_container_of(work, struct ours, dpc);

	bench_count(&ours->served);
}

static void fired(void *arg, unsigned int vector, uint64_t count)
{
	struct ours *ours = arg;

	(void)count;
	if (vfio_mmio_read32(ours->regs + E1000_ICR))
		irq_loop_defer(ours->loop, IRQ_PHASE_DPC, &ours->dpc);
	if (irq_vector_rearm(ours->vectors, vector))
		fputs("vector: unmasking failed\n", stderr);
}

static int measure_ours(void *arg, uint64_t *samples, unsigned int count)
{
	struct ours *ours = arg;

	for (unsigned int i = 0; i < count; i++) {
		uint64_t before = bench_counted(&ours->served), begin = bench_now_ns();

		vfio_mmio_write32(ours->regs + E1000_ICS, E1000_CAUSE);
		while (bench_counted(&ours->served) == before)
			sched_yield();
		samples[i] = bench_now_ns() - begin;
	}
	return 0;
}

static int measure_limit(void *arg, uint64_t *samples, unsigned int count)
{
	struct limit *limit = arg;
	int err = raw_vfio_route_intx(limit->vfio, limit->loop.fd);

	for (unsigned int i = 0; !err && i < count; i++) {
		uint64_t before = bench_counted(&limit->loop.served), begin = bench_now_ns();

		raw_vfio_raise(limit->vfio);
		while (bench_counted(&limit->loop.served) == before)
			sched_yield();
		samples[i] = bench_now_ns() - begin;
	}
	return err;
}

static int start_ours(struct ours *ours, const char *address)
{
	struct irq_loop_params loop = { .name = "bench", .node = -1, .own_thread = true };
	struct pci_function_params params = { 0 };
	struct report rep = REPORT_INIT;
	int err = pci_function_open(address, &params, &rep, &ours->function);

	if (err) {
		fprintf(stderr, "vector: %s\n%s\n", rep.text, rep.hint);
		return err;
	}
	ours->regs = pci_function_bar(ours->function, 0)->regs;
	ours->dpc.run = run_dpc;
	list_init(&ours->dpc.link);
	err = irq_loop_new(&loop, &ours->loop);
	if (!err)
		err = irq_vectors_new(ours->function, PCI_IRQ_INTX, 1, &ours->vectors);
	if (!err)
		err = irq_vector_connect(ours->vectors, 0, ours->loop, fired, ours);
	if (err)
		return err;
	vfio_mmio_write32(ours->regs + E1000_IMS, E1000_CAUSE);
	return irq_vector_rearm(ours->vectors, 0);
}

static int compare(const char *name, enum raw_loop_kind kind, struct ours *ours,
		   struct raw_vfio *vfio, const struct bench_options *options)
{
	struct limit limit = { .vfio = vfio };
	struct bench_case bench = { .name = name,
				    .ours = measure_ours,
				    .ours_arg = ours,
				    .limit = measure_limit,
				    .limit_arg = &limit };
	int err;

	bench_servers_begin();
	err = raw_loop_start(&limit.loop, kind, raw_vfio_serve, vfio);
	bench_servers_end();
	if (err)
		return err;
	err = bench_run(&bench, options);
	raw_loop_stop(&limit.loop);
	return err;
}

int main(int argc, char **argv)
{
	struct bench_options options = { .rounds = 7, .samples = 2000 };
	int at = bench_parse(argc, argv, &options);
	struct ours ours = { 0 };
	struct raw_vfio vfio;
	int err;

	if (at < 0 || argc - at != 2) {
		fputs("usage: vector [--short] [--rounds N] [--samples N] ADDRESS RAW_ADDRESS\n"
		      "Two e1000 bound to vfio-pci: through uwdf, and through bare VFIO.\n",
		      stderr);
		return 2;
	}
	bench_servers_begin();
	err = start_ours(&ours, argv[at]);
	bench_servers_end();
	if (!err)
		err = raw_vfio_open(&vfio, argv[at + 1]);
	if (!err)
		err = compare("vector_e1000_read", RAW_LOOP_READ, &ours, &vfio, &options);
	if (!err)
		err = compare("vector_e1000_uring", RAW_LOOP_URING, &ours, &vfio, &options);
	irq_vectors_free(ours.vectors);
	irq_loop_free(ours.loop);
	pci_function_close(ours.function);
	return err ? 1 : 0;
}
