/* SPDX-License-Identifier: MIT */
/* scan.c - the one file that knows libpci. */
#include "scan.h"

#include <errno.h>
#include <pci/pci.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* libpci calls back without an argument, and scanning is the main thread's alone. */
static jmp_buf failed;
static char failure[160];

static void note_error(char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
static void note_error(char *format, ...)
{
	va_list args;

	va_start(args, format);
	/* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): clang 14 forgets va_start() here */
	vsnprintf(failure, sizeof(failure), format, args);
	va_end(args);
	longjmp(failed, 1); /* returning would let libpci go on with what it lacks */
}

static void ignore(char *format, ...) __attribute__((format(printf, 1, 2)));
static void ignore(char *format, ...) /* NOLINT(readability-non-const-parameter): libpci's type */
{
	(void)format;
}

#define WANTED                                                                                     \
	(PCI_FILL_IDENT | PCI_FILL_CLASS | PCI_FILL_DRIVER | PCI_FILL_IOMMU_GROUP |                \
	 PCI_FILL_NUMA_NODE)

static void look_up_names(struct pci_access *bus, struct scan_function *f)
{
	const int vendor_and_device =
		PCI_LOOKUP_VENDOR | PCI_LOOKUP_DEVICE | PCI_LOOKUP_NO_NUMBERS | PCI_LOOKUP_NO_HWDB;

	if (!pci_lookup_name(bus, f->name, sizeof(f->name), vendor_and_device, f->vendor,
			     f->device))
		f->name[0] = '\0';
	if (!pci_lookup_name(bus, f->class_name, sizeof(f->class_name),
			     PCI_LOOKUP_CLASS | PCI_LOOKUP_NO_NUMBERS | PCI_LOOKUP_NO_HWDB,
			     f->class_code))
		f->class_name[0] = '\0';
}

static void describe(struct pci_access *bus, struct pci_dev *dev, struct scan_function *f)
{
	const char *driver, *group;

	pci_fill_info(dev, WANTED);
	snprintf(f->address, sizeof(f->address), "%04x:%02x:%02x.%u", (unsigned int)dev->domain,
		 dev->bus, dev->dev, dev->func);
	f->vendor = dev->vendor_id;
	f->device = dev->device_id;
	f->class_code = dev->device_class;
	f->node = dev->numa_node;
	driver = pci_get_string_property(dev, PCI_FILL_DRIVER);
	snprintf(f->driver, sizeof(f->driver), "%s", driver ? driver : "");
	group = pci_get_string_property(dev, PCI_FILL_IOMMU_GROUP);
	f->group = group ? (int)strtol(group, NULL, 10) : -1;
	look_up_names(bus, f);
}

static int by_address(const void *a, const void *b)
{
	return strcmp(((const struct scan_function *)a)->address,
		      ((const struct scan_function *)b)->address);
}

static int collect(struct pci_access *bus, struct scan_function **out, size_t *out_count)
{
	struct scan_function *functions;
	size_t count = 0;

	for (struct pci_dev *dev = bus->devices; dev; dev = dev->next)
		count++;
	if (!count)
		return -ENODEV;
	functions = mem_calloc(count, sizeof(*functions));
	if (!functions)
		return -ENOMEM;
	*out = functions; /* before libpci may jump */
	count = 0;
	for (struct pci_dev *dev = bus->devices; dev; dev = dev->next)
		describe(bus, dev, &functions[count++]);
	qsort(functions, count, sizeof(*functions), by_address);
	*out_count = count;
	return 0;
}

static int no_bus(struct report *rep)
{
	report_fail(rep, -ENODEV, "listing PCI functions: %s",
		    failure[0] ? failure : "this machine shows none in /sys/bus/pci");
	report_hint(rep, "uwdf run edu --device qemu:edu    # QEMU's own devices need no PCI bus");
	return -ENODEV;
}

int scan_functions(struct report *rep, struct scan_function **out, size_t *count)
{
	struct pci_access *volatile bus = pci_alloc();
	volatile int err = -ENODEV;

	*out = NULL;
	failure[0] = '\0';
	bus->error = note_error;
	bus->warning = ignore;
	bus->debug = ignore;
	if (!setjmp(failed)) {
		pci_init(bus);
		pci_scan_bus(bus);
		err = collect(bus, out, count);
	}
	if (!setjmp(failed)) /* it may complain of what a jump above left half made */
		pci_cleanup(bus);
	if (!err)
		return 0;
	mem_free(*out);
	*out = NULL;
	return err == -ENODEV ? no_bus(rep) : report_fail(rep, err, "listing PCI functions");
}
