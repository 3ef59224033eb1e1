/* SPDX-License-Identifier: MIT */
/* function_fixture.h - a function opened for one test, its events counted. */
#ifndef TESTS_FUNCTION_FIXTURE_H
#define TESTS_FUNCTION_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/exec.h"
#include "base/sys.h"
#include "vfio/mmio.h"
#include "vfio/pci_function.h"

struct fixture {
	struct pci_function *fn;
	unsigned int events[3]; /* atomic; by enum pci_event */
	volatile uint8_t *bar0;
	uint8_t *dma;
	uint64_t dma_addr;
};

static inline void fixture_event(void *arg, enum pci_event event)
{
	struct fixture *f = arg;

	__atomic_add_fetch(&f->events[event], 1, __ATOMIC_SEQ_CST);
}

static inline unsigned int fixture_count(struct fixture *f, enum pci_event event)
{
	return __atomic_load_n(&f->events[event], __ATOMIC_SEQ_CST);
}

static inline int fixture_try_open(struct fixture *f, const char *address, struct report *rep)
{
	struct pci_function_params params = { .on_event = fixture_event, .event_arg = f };
	int err;

	memset(f, 0, sizeof(*f));
	err = pci_function_open(address, &params, rep, &f->fn);
	if (err)
		return err;
	f->bar0 = pci_function_bar(f->fn, 0)->regs;
	f->dma = pci_function_dma_info(f->fn)->fixed_base;
	f->dma_addr = pci_function_dma_info(f->fn)->fixed_addr;
	return 0;
}

static inline void fixture_open(struct fixture *f, const char *address)
{
	struct report rep = REPORT_INIT;
	int err = fixture_try_open(f, address, &rep);

	if (err)
		fail_msg("%s (%s)", rep.text, rep.hint);
	assert_int_equal(pci_function_set_bus_master(f->fn, true), 0);
}

static inline void fixture_close(struct fixture *f)
{
	pci_function_close(f->fn);
	f->fn = NULL;
}

static inline uint32_t reg_read(struct fixture *f, uint32_t offset)
{
	return vfio_mmio_read32(f->bar0 + offset);
}

static inline void reg_write(struct fixture *f, uint32_t offset, uint32_t value)
{
	vfio_mmio_write32(f->bar0 + offset, value);
}

static inline int eventfd_new(void)
{
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	assert_true(fd >= 0);
	return fd;
}

/* Interrupts seen on @fd within @timeout_ms. */
static inline uint64_t interrupts_within(int fd, uint64_t timeout_ms)
{
	uint64_t count = 0;

	if (exec_wait_fd(fd, POLLIN, exec_deadline_ms(timeout_ms)) <= 0)
		return 0;
	return read(fd, &count, sizeof(count)) == sizeof(count) ? count : 0;
}

#define interrupts_soon(fd) interrupts_within(fd, 5000)
#define interrupts_now(fd)  interrupts_within(fd, 0)

/* Descriptors that this process has open. */
static inline unsigned int open_descriptors(void)
{
	unsigned int count = 0;

	for (int fd = 0; fd < 512; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

#endif
