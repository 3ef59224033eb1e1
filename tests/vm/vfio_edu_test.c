/* SPDX-License-Identifier: MIT */
/* QEMU's edu device behind vfio-pci: one MSI and a DMA engine of 28 address bits, no reset. */
#include "vm_functions.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "dma/domain.h"
#include "dma/share.h"

enum {
	EDU_ID = 0x00,
	EDU_LIVENESS = 0x04,
	EDU_RAISE = 0x60,
	EDU_ACK = 0x64,
	EDU_DMA_SRC = 0x80,
	EDU_DMA_DST = 0x88,
	EDU_DMA_LEN = 0x90,
	EDU_DMA_CMD = 0x98,
};
#define EDU_MEMORY                                                                                 \
	0x40000ull /* the engine's own buffer, 4096 bytes; QEMU 7.2 lets 4095 be used              \
		    */
#define DMA_START      1u
#define DMA_FROM_DEV   2u
#define DMA_IRQ        4u
#define EDU_ADDR_LIMIT ((dma_iova){ (1u << 28) - 1 })
#define WAIT_MS        60000

struct edu {
	struct pci_function *fn;
	struct dma_domain *domain;
	int irq;
};

static int edu_open(void **state)
{
	static struct edu edu;

	edu.fn = vm_open(VM_EDU, 0);
	edu.irq = vm_eventfd();
	assert_int_equal(dma_domain_new(edu.fn, &edu.domain), 0);
	assert_int_equal(pci_function_irq_enable(edu.fn, PCI_IRQ_MSI, &edu.irq, 1), 0);
	assert_int_equal(pci_function_set_bus_master(edu.fn, true), 0);
	*state = &edu;
	return 0;
}

static int edu_close(void **state)
{
	struct edu *edu = *state;

	pci_function_irq_disable(edu->fn);
	dma_domain_free(edu->domain);
	pci_function_close(edu->fn);
	close(edu->irq);
	return 0;
}

static void edu_dma(struct edu *edu, uint64_t from, uint64_t to, uint32_t len, uint32_t command)
{
	vfio_mmio_write64(vm_reg(edu->fn, 0, EDU_DMA_SRC), from);
	vfio_mmio_write64(vm_reg(edu->fn, 0, EDU_DMA_DST), to);
	vfio_mmio_write64(vm_reg(edu->fn, 0, EDU_DMA_LEN), len);
	vfio_mmio_write64(vm_reg(edu->fn, 0, EDU_DMA_CMD), DMA_START | DMA_IRQ | command);
	assert_int_not_equal(vm_await(edu->irq, WAIT_MS), 0);
	vfio_mmio_write32(vm_reg(edu->fn, 0, EDU_ACK), 0x100);
}

static struct dma_buffer edu_buffer(struct edu *edu, size_t len)
{
	struct dma_buffer_params params = { .len = len, .max_addr = EDU_ADDR_LIMIT };
	struct report rep = REPORT_INIT;
	struct dma_buffer buffer = { .domain = NULL };

	if (dma_buffer_alloc(edu->domain, &params, &rep, &buffer))
		fail_msg("%s", rep.text);
	return buffer;
}

static void test_edu__opened__registers_answer_and_no_reset_is_offered(void **state)
{
	struct edu *edu = *state;

	assert_int_equal(vfio_mmio_read32(vm_reg(edu->fn, 0, EDU_ID)), 0x010000ed);
	vfio_mmio_write32(vm_reg(edu->fn, 0, EDU_LIVENESS), 0x12345678);
	assert_int_equal(vfio_mmio_read32(vm_reg(edu->fn, 0, EDU_LIVENESS)), 0xedcba987);
	assert_int_equal(pci_function_id(edu->fn).vendor, 0x1234);
	assert_int_equal(pci_function_bar(edu->fn, 0)->size, 1 << 20);
	assert_true(pci_function_bar(edu->fn, 0)->is_mapped);
	assert_false(pci_function_caps(edu->fn).has_reset);
	assert_int_equal(pci_function_reset(edu->fn), -EOPNOTSUPP);
	assert_false(pci_function_check_gone(edu->fn));
}

static void test_edu_msi__raised__signals_its_eventfd_once_each(void **state)
{
	struct edu *edu = *state;

	for (uint32_t i = 1; i <= 3; i++) {
		vfio_mmio_write32(vm_reg(edu->fn, 0, EDU_RAISE), i);
		assert_int_equal(vm_await(edu->irq, WAIT_MS), 1);
		vfio_mmio_write32(vm_reg(edu->fn, 0, EDU_ACK), i);
	}
}

static void test_edu_msi__disabled__is_silent_and_enabled_anew__speaks(void **state)
{
	struct edu *edu = *state;

	pci_function_irq_disable(edu->fn);
	vfio_mmio_write32(vm_reg(edu->fn, 0, EDU_RAISE), 1);
	vfio_mmio_write32(vm_reg(edu->fn, 0, EDU_ACK), 1);
	assert_int_equal(vm_await(edu->irq, 100), 0);
	assert_int_equal(pci_function_irq_enable(edu->fn, PCI_IRQ_MSI, &edu->irq, 1), 0);
	vfio_mmio_write32(vm_reg(edu->fn, 0, EDU_RAISE), 2);
	assert_int_equal(vm_await(edu->irq, WAIT_MS), 1);
	vfio_mmio_write32(vm_reg(edu->fn, 0, EDU_ACK), 2);
}

static void test_edu_intx__fires__is_masked_until_unmasked(void **state)
{
	struct edu *edu = *state;

	assert_true(pci_function_caps(edu->fn).has_intx_mask);
	assert_int_equal(pci_function_irq_enable(edu->fn, PCI_IRQ_INTX, &edu->irq, 1), 0);
	vfio_mmio_write32(vm_reg(edu->fn, 0, EDU_RAISE), 1);
	assert_int_equal(vm_await(edu->irq, 100), 0); /* raised, but masked from the start */
	assert_int_equal(pci_function_irq_unmask(edu->fn, 0), 0);
	assert_int_equal(vm_await(edu->irq, WAIT_MS), 1);
	assert_int_equal(vm_await(edu->irq, 100), 0); /* still raised, masked by having fired */
	assert_int_equal(pci_function_irq_unmask(edu->fn, 0), 0);
	assert_int_equal(vm_await(edu->irq, WAIT_MS), 1);
	vfio_mmio_write32(vm_reg(edu->fn, 0, EDU_ACK), 1);
	assert_int_equal(pci_function_irq_unmask(edu->fn, 0), 0);
	assert_int_equal(vm_await(edu->irq, 100), 0); /* acknowledged */
}

static void test_edu_dma__there_and_back__carries_the_bytes(void **state)
{
	struct edu *edu = *state;
	struct dma_buffer out = edu_buffer(edu, 4096), in = edu_buffer(edu, 4096);

	for (unsigned int i = 0; i < 4096; i++)
		((unsigned char *)out.vaddr)[i] = (unsigned char)(i * 7 + 3);
	assert_true(out.iova.v + out.len <= EDU_ADDR_LIMIT.v + 1);
	edu_dma(edu, out.iova.v, EDU_MEMORY, 2048, 0);
	edu_dma(edu, EDU_MEMORY, in.iova.v, 2048, DMA_FROM_DEV);
	assert_memory_equal(in.vaddr, out.vaddr, 2048);
	dma_buffer_free(&in);
	dma_buffer_free(&out);
}

static void test_edu_dma__to_an_address_not_mapped__changes_no_memory(void **state)
{
	struct edu *edu = *state;
	struct dma_buffer buffer = edu_buffer(edu, 4096);
	static const unsigned char zeros[4096];

	edu_dma(edu, EDU_MEMORY, 0x100000, 2048, DMA_FROM_DEV);
	assert_memory_equal(buffer.vaddr, zeros, 4096);
	assert_int_equal(vfio_mmio_read32(vm_reg(edu->fn, 0, EDU_ID)), 0x010000ed);
	dma_buffer_free(&buffer);
}

static void test_edu_dma__bus_mastering_off__changes_no_memory(void **state)
{
	struct edu *edu = *state;
	struct dma_buffer buffer = edu_buffer(edu, 4096);
	static const unsigned char zeros[64];

	memset(buffer.vaddr, 0x5a, 64);
	edu_dma(edu, buffer.iova.v, EDU_MEMORY, 64, 0);
	memset(buffer.vaddr, 0, 64);
	assert_int_equal(pci_function_set_bus_master(edu->fn, false), 0);
	vfio_mmio_write64(vm_reg(edu->fn, 0, EDU_DMA_SRC), EDU_MEMORY);
	vfio_mmio_write64(vm_reg(edu->fn, 0, EDU_DMA_DST), buffer.iova.v);
	vfio_mmio_write64(vm_reg(edu->fn, 0, EDU_DMA_LEN), 64);
	vfio_mmio_write64(vm_reg(edu->fn, 0, EDU_DMA_CMD), DMA_START | DMA_FROM_DEV);
	for (int i = 0; i < 100 && vfio_mmio_read64(vm_reg(edu->fn, 0, EDU_DMA_CMD)) & DMA_START;
	     i++)
		usleep(10000);
	assert_memory_equal(buffer.vaddr, zeros, 64);
	dma_buffer_free(&buffer);
}

static void test_dma__memory_of_the_process_mapped_in_place__is_what_the_device_writes(void **state)
{
	struct edu *edu = *state;
	struct dma_buffer out = edu_buffer(edu, 4096);
	struct dma_stats stats;
	void *page = NULL;
	dma_iova iova;

	assert_int_equal(sys_mmap(NULL, 4096, 3, 0x22, -1, 0, &page), 0);
	assert_int_equal(dma_domain_map(edu->domain, page, 4096, DMA_BIDIRECTIONAL, &iova), 0);
	assert_int_equal(dma_domain_map(edu->domain, page, 4096, DMA_BIDIRECTIONAL, &iova),
			 -EEXIST);
	stats = dma_domain_stats(edu->domain);
	assert_int_equal(stats.mappings, 2);
	assert_true(stats.entry_limit > 1000);
	dma_domain_unmap(edu->domain, iova, 4096);
	assert_int_equal(dma_domain_stats(edu->domain).mappings, 1);
	sys_munmap(page, 4096);
	dma_buffer_free(&out);
}

static void test_dma__memory_of_a_client__mapped_for_who_asks(void **state)
{
	struct edu *edu = *state;
	struct dma_share *share;
	dma_iova iova;
	int fd;

	assert_int_equal(dma_share_new(edu->domain, 1 << 20, &share, &fd), 0);
	assert_int_equal(dma_domain_stats(edu->domain).mappings, 0);
	assert_true(dma_domain_find(edu->domain, share->vaddr, 1 << 20, &iova));
	assert_int_equal(dma_domain_stats(edu->domain).mappings, 1);
	dma_share_free(share);
	assert_int_equal(dma_domain_stats(edu->domain).mappings, 0);
	sys_close(fd);
}

/* The child dies while its device writes; whoever comes next finds the function free and quiet. */
static void test_edu__its_process_killed_during_dma__can_be_opened_at_once(void **state)
{
	struct edu *edu;
	void *again = NULL;
	int status, ready[2];
	pid_t child;
	char byte;

	(void)state;
	assert_int_equal(pipe(ready), 0);
	child = fork();
	if (child == 0) {
		edu_open(&again);
		edu = again;
		struct dma_buffer buffer = edu_buffer(edu, 4096);

		vfio_mmio_write64(vm_reg(edu->fn, 0, EDU_DMA_SRC), EDU_MEMORY);
		vfio_mmio_write64(vm_reg(edu->fn, 0, EDU_DMA_DST), buffer.iova.v);
		vfio_mmio_write64(vm_reg(edu->fn, 0, EDU_DMA_LEN), 2048);
		vfio_mmio_write64(vm_reg(edu->fn, 0, EDU_DMA_CMD),
				  DMA_START | DMA_FROM_DEV | DMA_IRQ);
		if (write(ready[1], "r", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	edu_open(&again);
	edu = again;
	assert_int_equal(vfio_mmio_read32(vm_reg(edu->fn, 0, EDU_ID)), 0x010000ed);
	for (int i = 0; i < 200 && vfio_mmio_read64(vm_reg(edu->fn, 0, EDU_DMA_CMD)) & DMA_START;
	     i++)
		usleep(10000);
	vfio_mmio_write32(vm_reg(edu->fn, 0, EDU_ACK), 0x100);
	vm_await(edu->irq, 100); /* edu has no reset: its last transfer may end only now */
	test_edu_dma__there_and_back__carries_the_bytes(&again);
	edu_close(&again);
	close(ready[0]);
	close(ready[1]);
}

static void test_open__a_function_that_this_process_has_open__busy(void **state)
{
	struct edu *edu = *state;
	struct report rep = REPORT_INIT;
	struct pci_function *again;

	assert_int_equal(pci_function_open(pci_function_address(edu->fn), NULL, &rep, &again),
			 -EBUSY);
	assert_non_null(strstr(rep.text, "this process has"));
}

static void test_open__a_function_that_another_process_has_open__busy(void **state)
{
	struct edu *edu = *state;
	int status;

	if (fork() == 0) {
		/* a process of its own: nothing of this one's is inherited but memory */
		execl("/proc/self/exe", "vfio_edu_test", "open", pci_function_address(edu->fn),
		      NULL);
		_exit(99);
	}
	assert_true(wait(&status) > 0);
	assert_int_equal(WEXITSTATUS(status), EBUSY);
}

/* "vfio_edu_test open ADDRESS": what another process sees. */
static int open_and_tell(const char *address)
{
	struct report rep = REPORT_INIT;
	struct pci_function *fn;
	int err = pci_function_open(address, NULL, &rep, &fn);

	print_message("%s; %s\n", rep.text, rep.hint);
	if (!strstr(rep.hint, "fuser"))
		return 1;
	return -err;
}

int main(int argc, char **argv)
{
#define EDU_TEST(f) cmocka_unit_test_setup_teardown(f, edu_open, edu_close)
	const struct CMUnitTest tests[] = {
		EDU_TEST(test_edu__opened__registers_answer_and_no_reset_is_offered),
		EDU_TEST(test_edu_msi__raised__signals_its_eventfd_once_each),
		EDU_TEST(test_edu_msi__disabled__is_silent_and_enabled_anew__speaks),
		EDU_TEST(test_edu_intx__fires__is_masked_until_unmasked),
		EDU_TEST(test_edu_dma__there_and_back__carries_the_bytes),
		EDU_TEST(test_edu_dma__to_an_address_not_mapped__changes_no_memory),
		EDU_TEST(test_edu_dma__bus_mastering_off__changes_no_memory),
		EDU_TEST(
			test_dma__memory_of_the_process_mapped_in_place__is_what_the_device_writes),
		EDU_TEST(test_open__a_function_that_this_process_has_open__busy),
		EDU_TEST(test_open__a_function_that_another_process_has_open__busy),
		EDU_TEST(test_dma__memory_of_a_client__mapped_for_who_asks),
		cmocka_unit_test(test_edu__its_process_killed_during_dma__can_be_opened_at_once),
	};

	if (argc == 3 && !strcmp(argv[1], "open"))
		return open_and_tell(argv[2]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
