/* SPDX-License-Identifier: MIT */
/* QEMU's devices through struct pci_function, with neither guest nor driver. */
#include "function_fixture.h"

#include <errno.h>
#include <linux/pci_regs.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/log.h"
#include "base/mem.h"
#include "qemu_private.h"

static void test_e1000__open__id_bars_and_interrupts_as_the_device_has_them(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, "qemu:e1000");
	assert_int_equal(pci_function_id(f.fn).vendor, 0x8086);
	assert_int_equal(pci_function_id(f.fn).device, 0x100e);
	assert_int_equal(pci_function_id(f.fn).class_code, 0x020000);
	assert_int_equal(pci_function_bar(f.fn, 0)->size, 128 << 10);
	assert_false(pci_function_bar(f.fn, 0)->is_port);
	assert_int_equal(pci_function_bar(f.fn, 1)->size, 64);
	assert_true(pci_function_bar(f.fn, 1)->is_port);
	assert_null(pci_function_bar(f.fn, 2));
	assert_int_equal(pci_function_irq_info(f.fn, PCI_IRQ_INTX).count, 1);
	assert_int_equal(pci_function_irq_info(f.fn, PCI_IRQ_MSI).count, 0);
	assert_true(pci_function_backend_pid(f.fn) > 0);
	fixture_close(&f);
}

static void test_e1000__device_property__reaches_the_device(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, "qemu:e1000,mac=52:54:00:ab:cd:ef");
	assert_int_equal(reg_read(&f, 0x5400), 0xab005452u); /* RAL0 */
	assert_int_equal(reg_read(&f, 0x5404) & 0xffff, 0xefcd);
	fixture_close(&f);
}

static void test_e1000__port_bar__shows_the_same_register(void **state)
{
	struct fixture f;
	volatile uint8_t *ports;

	(void)state;
	fixture_open(&f, "qemu:e1000");
	ports = pci_function_bar(f.fn, 1)->regs;
	assert_int_equal(vfio_mmio_read32(ports), 0); /* QEMU's e1000 leaves its ports empty */
	fixture_close(&f);
}

static void test_e1000_intx__level_held__signals_again_on_each_unmask(void **state)
{
	struct fixture f;
	int fd = eventfd_new();

	(void)state;
	fixture_open(&f, "qemu:e1000");
	assert_int_equal(pci_function_irq_enable(f.fn, PCI_IRQ_INTX, &fd, 1), 0);
	reg_write(&f, 0xd0, 4);                         /* IMS: link change */
	reg_write(&f, 0xc8, 4);                         /* ICS */
	assert_int_equal(interrupts_within(fd, 50), 0); /* masked until the first unmask */
	assert_int_equal(pci_function_irq_unmask(f.fn, 0), 0);
	assert_int_equal(interrupts_soon(fd), 1);
	assert_int_equal(pci_function_irq_unmask(f.fn, 0), 0);
	assert_int_equal(interrupts_soon(fd), 1);
	assert_int_equal(reg_read(&f, 0xc0) & 4, 4); /* ICR: acknowledged by reading */
	assert_int_equal(pci_function_irq_unmask(f.fn, 0), 0);
	assert_int_equal(interrupts_within(fd, 50), 0);
	fixture_close(&f);
	close(fd);
}

static void test_e1000_intx__nobody_talks_to_qemu__reader_delivers(void **state)
{
	struct fixture f;
	int fd = eventfd_new();

	(void)state;
	fixture_open(&f, "qemu:e1000,mitigation=on");
	assert_int_equal(pci_function_irq_enable(f.fn, PCI_IRQ_INTX, &fd, 1), 0);
	assert_int_equal(pci_function_irq_unmask(f.fn, 0), 0);
	reg_write(&f, 0x00c4, 0xffff); /* ITR: the second interrupt comes 16 ms later, by itself */
	reg_write(&f, 0xd0, 4);
	for (unsigned int i = 0; i < 5; i++) {
		reg_write(&f, 0xc8, 4);
		assert_int_equal(interrupts_soon(fd), 1);
		assert_int_equal(reg_read(&f, 0xc0) & 4, 4);
		assert_int_equal(pci_function_irq_unmask(f.fn, 0), 0);
	}
	fixture_close(&f);
	close(fd);
}

#define EDU_BUFFER 0x40000

static void edu_dma(struct fixture *f, uint64_t from, uint64_t to, uint32_t command)
{
	vfio_mmio_write64(f->bar0 + 0x80, from);
	vfio_mmio_write64(f->bar0 + 0x88, to);
	vfio_mmio_write64(f->bar0 + 0x90, 256);
	vfio_mmio_write64(f->bar0 + 0x98, command);
}

static void test_edu_msi__raised_then_dma__one_interrupt_each_and_same_bytes(void **state)
{
	struct fixture f;
	int fd = eventfd_new();

	(void)state;
	fixture_open(&f, "qemu:edu");
	assert_int_equal(pci_function_irq_info(f.fn, PCI_IRQ_MSI).count, 1);
	assert_int_equal(pci_function_irq_enable(f.fn, PCI_IRQ_MSI, &fd, 1), 0);
	reg_write(&f, 0x60, 0x10);
	assert_int_equal(interrupts_soon(fd), 1);
	assert_int_equal(reg_read(&f, 0x24), 0x10);
	reg_write(&f, 0x64, 0x10);
	for (unsigned int i = 0; i < 256; i++)
		f.dma[i] = (uint8_t)(i * 3);
	edu_dma(&f, f.dma_addr, EDU_BUFFER, 1 | 4);
	assert_int_equal(interrupts_soon(fd), 1);
	reg_write(&f, 0x64, 0x100);
	edu_dma(&f, EDU_BUFFER, f.dma_addr + 8192, 1 | 2 | 4);
	assert_int_equal(interrupts_soon(fd), 1);
	assert_memory_equal(f.dma, f.dma + 8192, 256);
	fixture_close(&f);
	close(fd);
}

static void test_edu_msi__other_eventfd_set__signals_there(void **state)
{
	struct fixture f;
	int first = eventfd_new(), second = eventfd_new();

	(void)state;
	fixture_open(&f, "qemu:edu");
	assert_int_equal(pci_function_irq_enable(f.fn, PCI_IRQ_MSI, &first, 1), 0);
	assert_int_equal(pci_function_irq_set(f.fn, 0, second), 0);
	reg_write(&f, 0x60, 1);
	assert_int_equal(interrupts_soon(second), 1);
	assert_int_equal(interrupts_now(first), 0);
	assert_int_equal(pci_function_irq_set(f.fn, 1, second), -EINVAL);
	fixture_close(&f);
	close(first);
	close(second);
}

static void test_edu__intx_then_msi__the_kind_enabled_last_signals(void **state)
{
	struct fixture f;
	int intx = eventfd_new(), msi = eventfd_new();

	(void)state;
	fixture_open(&f, "qemu:edu");
	assert_int_equal(pci_function_irq_enable(f.fn, PCI_IRQ_INTX, &intx, 1), 0);
	assert_int_equal(pci_function_irq_unmask(f.fn, 0), 0);
	reg_write(&f, 0x60, 1);
	assert_int_equal(interrupts_soon(intx), 1);
	reg_write(&f, 0x64, 1);
	assert_int_equal(pci_function_irq_enable(f.fn, PCI_IRQ_MSI, &msi, 1), 0);
	reg_write(&f, 0x60, 1);
	assert_int_equal(interrupts_soon(msi), 1);
	assert_int_equal(interrupts_now(intx), 0);
	pci_function_irq_disable(f.fn);
	reg_write(&f, 0x64, 1);
	fixture_close(&f);
	close(intx);
	close(msi);
}

/* 82574L: IVAR says which cause goes to which of the 5 vectors; causes as ICS bits. */
#define E1000E_IVAR     0x00e4
#define E1000E_CTRL_EXT 0x0018
#define E1000E_IMS      0x00d0
#define E1000E_ICS      0x00c8
#define E1000E_IVARS    ((8u | 0) | (8u | 1) << 4 | (8u | 2) << 8 | (8u | 3) << 12 | (8u | 4) << 16)

static const uint32_t e1000e_causes[] = { 1u << 20, 1u << 21, 1u << 22, 1u << 23, 1u << 24 };

static void e1000e_route(struct fixture *f)
{
	reg_write(f, E1000E_IVAR, E1000E_IVARS);
	reg_write(f, E1000E_CTRL_EXT, reg_read(f, E1000E_CTRL_EXT) | 1u << 31); /* PBA support */
	for (unsigned int i = 0; i < 5; i++)
		reg_write(f, 0x00e8 + 4 * i, 0); /* EITR: no throttling */
}

/* Reading ICR clears what is left; the mask is written anew, because QEMU clears it as well. */
static void e1000e_raise(struct fixture *f, unsigned int vector)
{
	reg_read(f, 0x00c0);
	reg_write(f, E1000E_IMS, 0x01f00000);
	reg_write(f, E1000E_ICS, e1000e_causes[vector]);
}

static void test_e1000e_msix__each_of_five_vectors__signals_its_own_eventfd(void **state)
{
	struct fixture f;
	int fds[5];

	(void)state;
	for (unsigned int i = 0; i < 5; i++)
		fds[i] = eventfd_new();
	fixture_open(&f, "qemu:e1000e");
	assert_int_equal(pci_function_irq_info(f.fn, PCI_IRQ_MSIX).count, 5);
	assert_true(pci_function_caps(f.fn).has_reset);
	assert_int_equal(pci_function_irq_enable(f.fn, PCI_IRQ_MSIX, fds, 5), 0);
	e1000e_route(&f);
	for (unsigned int i = 0; i < 5; i++) {
		e1000e_raise(&f, i);
		assert_true(interrupts_soon(fds[i]) >= 1);
		for (unsigned int other = 0; other < 5; other++)
			if (other != i)
				assert_int_equal(interrupts_now(fds[other]), 0);
	}
	fixture_close(&f);
	for (unsigned int i = 0; i < 5; i++)
		close(fds[i]);
}

static void test_e1000e_msix__masked_vector__pends_until_unmasked(void **state)
{
	struct fixture f;
	int fds[2] = { eventfd_new(), eventfd_new() };

	(void)state;
	fixture_open(&f, "qemu:e1000e");
	assert_int_equal(pci_function_irq_enable(f.fn, PCI_IRQ_MSIX, fds, 2), 0);
	e1000e_route(&f);
	assert_int_equal(pci_function_irq_mask(f.fn, 1), 0);
	e1000e_raise(&f, 1);
	assert_int_equal(interrupts_within(fds[1], 50), 0);
	assert_int_equal(pci_function_irq_unmask(f.fn, 1), 0);
	assert_true(interrupts_soon(fds[1]) >= 1);
	fixture_close(&f);
	close(fds[0]);
	close(fds[1]);
}

static void test_e1000e__reset__registers_back_and_vectors_still_enabled(void **state)
{
	struct fixture f;
	int fds[5];

	(void)state;
	for (unsigned int i = 0; i < 5; i++)
		fds[i] = eventfd_new();
	fixture_open(&f, "qemu:e1000e");
	assert_int_equal(pci_function_irq_enable(f.fn, PCI_IRQ_MSIX, fds, 5), 0);
	reg_write(&f, 0x5200, 0x1234); /* multicast table */
	assert_int_equal(pci_function_reset(f.fn), 0);
	assert_int_equal(reg_read(&f, 0x5200), 0);
	assert_int_equal(pci_function_set_bus_master(f.fn, true), 0);
	e1000e_route(&f);
	e1000e_raise(&f, 3);
	assert_true(interrupts_soon(fds[3]) >= 1);
	fixture_close(&f);
	for (unsigned int i = 0; i < 5; i++)
		close(fds[i]);
}

static void assert_all_ones(struct fixture *f)
{
	uint32_t value;

	assert_int_equal(reg_read(f, 8), UINT32_MAX);
	assert_int_equal(vfio_mmio_read16(f->bar0), UINT16_MAX);
	assert_int_equal(pci_config_read(f->fn, PCI_VENDOR_ID, 4, &value), 0);
	assert_int_equal(value, UINT32_MAX);
	reg_write(f, 8, 1);
	assert_int_equal(pci_config_write(f->fn, PCI_COMMAND, 2, 0), 0);
}

static void test_removal__device_unplugged__ones_and_one_event(void **state)
{
	static const char *const devices[] = { "qemu:e1000", "qemu:e1000e", "qemu:edu" };

	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		struct fixture f;
		int fd = eventfd_new();

		fixture_open(&f, devices[i]);
		assert_int_equal(pci_function_irq_enable(f.fn, PCI_IRQ_INTX, &fd, 1), 0);
		assert_int_equal(pci_function_provoke_removal(f.fn), 0);
		assert_all_ones(&f);
		assert_true(pci_function_check_gone(f.fn));
		assert_int_equal(fixture_count(&f, PCI_EVENT_GONE), 1);
		assert_int_equal(pci_function_irq_enable(f.fn, PCI_IRQ_INTX, &fd, 1), -ENODEV);
		assert_int_equal(pci_function_set_bus_master(f.fn, true), -ENODEV);
		assert_int_equal(pci_function_provoke_removal(f.fn), -ENODEV);
		fixture_close(&f);
		close(fd);
	}
}

static char last_log[1024];

static void keep_log(void *arg, enum log_level level, const char *area, const char *text)
{
	(void)arg;
	(void)area;
	if (level == LOG_LEVEL_ERROR)
		snprintf(last_log, sizeof(last_log), "%s", text);
}

static void await_event(struct fixture *f, enum pci_event event)
{
	uint64_t deadline_ns = exec_deadline_ms(60000);

	while (!fixture_count(f, event) && exec_now_ns() < deadline_ns)
		exec_sleep_ms(1);
	assert_int_equal(fixture_count(f, event), 1);
}

static void test_qemu_killed__idle__event_once_then_ones_and_enodev(void **state)
{
	struct fixture f;
	uint64_t before_ns;

	(void)state;
	fixture_open(&f, "qemu:e1000");
	log_set_sink(keep_log, NULL);
	assert_int_equal(kill(pci_function_backend_pid(f.fn), SIGKILL), 0);
	await_event(&f, PCI_EVENT_GONE);
	before_ns = exec_now_ns();
	assert_all_ones(&f);
	assert_int_equal(pci_function_set_bus_master(f.fn, true), -ENODEV);
	assert_true(exec_now_ns() - before_ns < 30 * EXEC_NS_PER_S);
	log_set_sink(NULL, NULL);
	assert_non_null(strstr(last_log, "qemu:e1000"));
	assert_non_null(strstr(last_log, "no peer")); /* what QEMU had said */
	fixture_close(&f);
	assert_int_equal(fixture_count(&f, PCI_EVENT_GONE), 1);
}

static void read_until_gone(void *arg)
{
	struct fixture *f = arg;

	while (!pci_function_is_gone(f->fn))
		reg_read(f, 8);
	assert_int_equal(reg_read(f, 8), UINT32_MAX);
}

static void test_qemu_killed__registers_being_read__readers_end_soon(void **state)
{
	struct exec_thread_params params = { .name = "read", .run = read_until_gone, .node = -1 };
	struct exec_thread *threads[2];
	struct fixture f;
	uint64_t before_ns;

	(void)state;
	fixture_open(&f, "qemu:e1000");
	log_set_sink(keep_log, NULL);
	params.arg = &f;
	for (unsigned int i = 0; i < 2; i++)
		assert_int_equal(exec_thread_start(&params, &threads[i]), 0);
	exec_sleep_ms(20);
	before_ns = exec_now_ns();
	assert_int_equal(kill(pci_function_backend_pid(f.fn), SIGKILL), 0);
	exec_thread_join(threads[0]);
	exec_thread_join(threads[1]);
	assert_true(exec_now_ns() - before_ns < 30 * EXEC_NS_PER_S);
	assert_int_equal(fixture_count(&f, PCI_EVENT_GONE), 1);
	fixture_close(&f);
	log_set_sink(NULL, NULL);
}

/* Run as a process of its own: opens a function, says QEMU's pid, and waits to be killed. */
static int hold_function(void)
{
	struct report rep = REPORT_INIT;
	struct fixture f;

	if (fixture_try_open(&f, "qemu:e1000", &rep))
		return 1;
	printf("%d\n", pci_function_backend_pid(f.fn));
	fflush(stdout);
	pause();
	return 0;
}

static pid_t start_holder(int *out_fd)
{
	int ends[2];
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (!pid) {
		dup2(ends[1], 1);
		close(ends[0]);
		close(ends[1]);
		execl("/proc/self/exe", "qemu_function_test", "hold", NULL);
		_exit(127);
	}
	close(ends[1]);
	*out_fd = ends[0];
	return pid;
}

/* Also when nobody has reaped it yet. */
static bool ended(pid_t pid)
{
	char path[32], text[1024];

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	return sys_read_file(path, text, sizeof(text)) < 0 || strstr(text, ") Z ");
}

static void test_host_killed__qemu_ends_too(void **state)
{
	uint64_t deadline_ns = exec_deadline_ms(60000);
	char text[16] = "";
	pid_t holder, qemu;
	int fd, status;

	(void)state;
	holder = start_holder(&fd);
	assert_true(read(fd, text, sizeof(text) - 1) > 0);
	qemu = atoi(text);
	assert_true(qemu > 0);
	assert_false(ended(qemu));
	assert_int_equal(kill(holder, SIGKILL), 0);
	assert_int_equal(waitpid(holder, &status, 0), holder);
	while (!ended(qemu) && exec_now_ns() < deadline_ns)
		exec_sleep_ms(5);
	assert_true(ended(qemu));
	close(fd);
}

static void test_qemu_stopped__command__times_out_and_counts_as_gone(void **state)
{
	struct fixture f;
	uint64_t before_ns;

	(void)state;
	fixture_open(&f, "qemu:e1000");
	qemu_of(f.fn)->qtest.deadline_ms = 300; /* a start may take longer on a busy machine */
	log_set_sink(keep_log, NULL);
	assert_int_equal(kill(pci_function_backend_pid(f.fn), SIGSTOP), 0);
	before_ns = exec_now_ns();
	assert_int_equal(reg_read(&f, 8), UINT32_MAX);
	assert_true(exec_now_ns() - before_ns >= 300 * EXEC_NS_PER_MS);
	qemu_of(f.fn)->qtest.deadline_ms = 120000; /* which would be seen */
	before_ns = exec_now_ns();
	assert_all_ones(&f);
	assert_true(exec_now_ns() - before_ns < 60000 * EXEC_NS_PER_MS);
	assert_int_equal(fixture_count(&f, PCI_EVENT_GONE), 1);
	fixture_close(&f);
	log_set_sink(NULL, NULL);
}

static void test_qemu_missing__report_names_the_package(void **state)
{
	struct report rep = REPORT_INIT;
	struct fixture f;
	char *path = strdup(getenv("PATH"));

	(void)state;
	setenv("PATH", "/nonexistent", 1);
	assert_int_equal(fixture_try_open(&f, "qemu:e1000", &rep), -ENOENT);
	setenv("PATH", path, 1);
	free(path);
	assert_non_null(strstr(rep.text, "qemu-system-x86_64"));
	assert_non_null(strstr(rep.hint, "apt-get install qemu-system-x86"));
}

/* A program that is found instead of QEMU, as whoever comes first in PATH. */
static void write_program(const char *directory, const char *text)
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "%s/qemu-system-x86_64", directory);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	fclose(file);
	assert_int_equal(chmod(path, 0700), 0);
}

/* Not even SIGTERM ends it, and its shell is the process that we wait for. */
static void test_qemu_that_never_answers__start__ends_at_the_deadline(void **state)
{
	struct pci_function_params params = { .deadline_ms = 200 };
	char directory[] = "/tmp/uwdf-silent.XXXXXX", path[64];
	struct report rep = REPORT_INIT;
	char *old = strdup(getenv("PATH"));
	unsigned int descriptors;
	struct pci_function *fn;
	uint64_t before_ns;

	(void)state;
	assert_non_null(mkdtemp(directory));
	write_program(directory, "#!/bin/sh\ntrap '' TERM\necho not today >&2\n"
				 "while :; do /bin/sleep 0.1; done\n");
	descriptors = open_descriptors();
	setenv("PATH", directory, 1);
	before_ns = exec_now_ns();
	assert_int_equal(pci_function_open("qemu:e1000", &params, &rep, &fn), -ETIMEDOUT);
	assert_true(exec_now_ns() - before_ns < 8 * EXEC_NS_PER_S);
	setenv("PATH", old, 1);
	assert_non_null(strstr(rep.text, "not today"));
	assert_int_equal(open_descriptors(), descriptors);
	snprintf(path, sizeof(path), "%s/qemu-system-x86_64", directory);
	unlink(path);
	rmdir(directory);
	free(old);
}

static void test_unknown_device__report_shows_what_qemu_said(void **state)
{
	struct report rep = REPORT_INIT;
	struct fixture f;

	(void)state;
	assert_int_equal(fixture_try_open(&f, "qemu:no-such-card", &rep), -ENODEV);
	assert_non_null(strstr(rep.text, "no-such-card"));
	assert_non_null(strstr(rep.text, "not a valid device model name"));
}

static void test_bad_property__report_shows_what_qemu_said(void **state)
{
	struct report rep = REPORT_INIT;
	struct fixture f;

	(void)state;
	assert_int_equal(fixture_try_open(&f, "qemu:e1000,colour=red", &rep), -ENODEV);
	assert_non_null(strstr(rep.text, "colour"));
}

static void test_malformed_address__refused(void **state)
{
	struct report rep = REPORT_INIT;
	struct fixture f;

	(void)state;
	assert_int_equal(fixture_try_open(&f, "qemu:", &rep), -EINVAL);
	assert_int_equal(fixture_try_open(&f, "qemu:e1000 -drive", &rep), -EINVAL);
	assert_true(rep.hint[0]);
}

static void test_extra_arguments__a_network_for_the_device(void **state)
{
	static const char *const args[] = { "-netdev", "hubport,id=net0,hubid=1", NULL };
	struct pci_function_params params = { .qemu_args = args };
	struct report rep = REPORT_INIT;
	struct pci_function *fn;

	(void)state;
	assert_int_equal(pci_function_open("qemu:e1000,netdev=net0", &params, &rep, &fn), 0);
	pci_function_close(fn);
}

static void test_close__qemu_ended_and_nothing_left(void **state)
{
	struct fixture f;
	uint64_t blocks;
	unsigned int descriptors;
	pid_t pid;

	(void)state;
	fixture_open(&f, "qemu:edu"); /* the spawner thread, which stays */
	fixture_close(&f);
	blocks = mem_live_blocks();
	descriptors = open_descriptors();
	fixture_open(&f, "qemu:edu");
	pid = pci_function_backend_pid(f.fn);
	fixture_close(&f);
	assert_int_equal(mem_live_blocks(), blocks);
	assert_int_equal(open_descriptors(), descriptors);
	assert_int_equal(kill(pid, 0), -1);
}

static void test_round_trip__register_read__fast_enough_for_a_driver(void **state)
{
	struct fixture f;
	uint64_t before_ns;

	(void)state;
	fixture_open(&f, "qemu:e1000");
	before_ns = exec_now_ns();
	for (unsigned int i = 0; i < 1000; i++)
		reg_read(&f, 8);
	print_message("register read: %llu ns\n",
		      (unsigned long long)(exec_now_ns() - before_ns) / 1000);
	fixture_close(&f);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_e1000__open__id_bars_and_interrupts_as_the_device_has_them),
		cmocka_unit_test(test_e1000__device_property__reaches_the_device),
		cmocka_unit_test(test_e1000__port_bar__shows_the_same_register),
		cmocka_unit_test(test_e1000_intx__level_held__signals_again_on_each_unmask),
		cmocka_unit_test(test_e1000_intx__nobody_talks_to_qemu__reader_delivers),
		cmocka_unit_test(test_edu_msi__raised_then_dma__one_interrupt_each_and_same_bytes),
		cmocka_unit_test(test_edu_msi__other_eventfd_set__signals_there),
		cmocka_unit_test(test_edu__intx_then_msi__the_kind_enabled_last_signals),
		cmocka_unit_test(test_e1000e_msix__each_of_five_vectors__signals_its_own_eventfd),
		cmocka_unit_test(test_e1000e_msix__masked_vector__pends_until_unmasked),
		cmocka_unit_test(test_e1000e__reset__registers_back_and_vectors_still_enabled),
		cmocka_unit_test(test_removal__device_unplugged__ones_and_one_event),
		cmocka_unit_test(test_qemu_killed__idle__event_once_then_ones_and_enodev),
		cmocka_unit_test(test_qemu_killed__registers_being_read__readers_end_soon),
		cmocka_unit_test(test_host_killed__qemu_ends_too),
		cmocka_unit_test(test_qemu_stopped__command__times_out_and_counts_as_gone),
		cmocka_unit_test(test_qemu_missing__report_names_the_package),
		cmocka_unit_test(test_qemu_that_never_answers__start__ends_at_the_deadline),
		cmocka_unit_test(test_unknown_device__report_shows_what_qemu_said),
		cmocka_unit_test(test_bad_property__report_shows_what_qemu_said),
		cmocka_unit_test(test_malformed_address__refused),
		cmocka_unit_test(test_extra_arguments__a_network_for_the_device),
		cmocka_unit_test(test_close__qemu_ended_and_nothing_left),
		cmocka_unit_test(test_round_trip__register_read__fast_enough_for_a_driver),
	};

	if (argc == 2 && !strcmp(argv[1], "hold"))
		return hold_function();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
