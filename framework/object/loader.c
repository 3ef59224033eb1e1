/* SPDX-License-Identifier: MIT */
/*
 * loader.c - from a path to a driver whose DriverEntry ran, and back.
 *
 * A file is looked at before it is loaded, because loading runs its constructors; a driver's
 * descriptor is checked before anything of it is called.
 */
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/sys.h"
#include "nt/status.h"
#include "object/driver.h"
#include "object/function_table.h"
#include "object/irql.h"
#include "object/leftover.h"
#include "verifier/callback.h"
#include "verifier/driver_setting.h"
#include "verifier/record.h"
#include "vfio/fault_handler.h"

/* "/a/b/e1000.so" -> "e1000" */
static void name_from_path(const char *path, char *name, size_t len)
{
	const char *base = strrchr(path, '/');

	base = base ? base + 1 : path;
	(void)snprintf(name, len, "%.*s", (int)strcspn(base, "."), base);
}

static void set_registry_path(struct fx_driver *driver)
{
	static const char prefix[] = "\\Registry\\Machine\\System\\CurrentControlSet\\Services\\";
	char path[UW_ARRAY_SIZE(driver->registry_path)];
	size_t len;

	(void)snprintf(path, sizeof(path), "%s%s", prefix, driver->globals.DriverName);
	for (len = 0; path[len]; len++)
		driver->registry_path[len] = (WCHAR)(unsigned char)path[len];
	driver->registry_path_string.Buffer = driver->registry_path;
	driver->registry_path_string.Length = (USHORT)(len * sizeof(WCHAR));
	driver->registry_path_string.MaximumLength = (USHORT)((len + 1) * sizeof(WCHAR));
}

static int driver_new(const char *path, struct fx_driver **out)
{
	struct fx_driver *driver = mem_calloc(1, sizeof(*driver));

	if (!driver)
		return -ENOMEM;
	driver->path = mem_strdup(path);
	if (!driver->path) {
		mem_free(driver);
		return -ENOMEM;
	}
	name_from_path(path, driver->globals.DriverName, sizeof(driver->globals.DriverName));
	driver->globals.DriverTag = 0x20666477; /* "wdf " */
	list_init(&driver->leftovers);
	list_init(&driver->control_devices);
	list_init(&driver->child_inits);
	driver->io_level = WdfExecutionLevelPassive;
	set_registry_path(driver);
	*out = driver;
	return 0;
}

static void driver_free(struct fx_driver *driver)
{
	mem_free(driver->path);
	mem_free(driver);
}

static int check_file(const char *path, struct report *rep)
{
	Elf64_Ehdr header;
	ssize_t len;
	int fd = sys_open(path, O_RDONLY | O_CLOEXEC, 0);

	if (fd < 0) {
		int err = report_fail(rep, fd, "loading driver %s", path);

		if (fd == -ENOENT)
			report_hint(rep, "give the path of a driver's .so, for example "
					 "build/release/drivers/e1000.so");
		return err;
	}
	len = sys_read(fd, &header, sizeof(header));
	sys_close(fd);
	if (len < 0)
		return report_fail(rep, (int)len, "reading driver %s", path);
	if ((size_t)len == sizeof(header) && !memcmp(header.e_ident, ELFMAG, SELFMAG) &&
	    header.e_ident[EI_CLASS] == ELFCLASS64 && header.e_type == ET_DYN)
		return 0;
	report_fail(rep, -ENOEXEC, "loading driver %s: not a 64-bit ELF shared object", path);
	report_hint(rep,
		    "a driver is a shared object: cc -shared -fPIC $(pkg-config --cflags uwdf) "
		    "... $(pkg-config --libs uwdf)");
	return -ENOEXEC;
}

static int open_image(struct fx_driver *driver, struct report *rep)
{
	/* dlopen() would search for a name without a slash */
	char *path = mem_asprintf("%s%s", strchr(driver->path, '/') ? "" : "./", driver->path);

	if (!path)
		return report_fail(rep, -ENOMEM, "loading driver %s", driver->path);
	driver->image_handle = dlopen(path, RTLD_LOCAL | RTLD_NOW);
	mem_free(path);
	if (!driver->image_handle)
		/* NOLINTNEXTLINE(concurrency-mt-unsafe): its text is this thread's */
		return report_fail(rep, -ENOEXEC, "loading driver %s: %s", driver->path, dlerror());
	driver->image = dlsym(driver->image_handle, UWDF_DRIVER_IMAGE_SYMBOL);
	if (driver->image)
		return 0;
	report_fail(rep, -ENOEXEC,
		    "loading driver %s: it has no symbol %s, so it is no uwdf driver", driver->path,
		    UWDF_DRIVER_IMAGE_SYMBOL);
	report_hint(rep, "link libuwdf-driverentry.a: pkg-config --libs uwdf names it");
	return -ENOEXEC;
}

static int check_build(const char *path, const struct uwdf_driver_image *image, struct report *rep)
{
	if (image->magic != UWDF_DRIVER_IMAGE_MAGIC || image->size != sizeof(*image) ||
	    image->abi != UWDF_DRIVER_ABI) {
		report_fail(rep, -EPROTO,
			    "loading driver %s: its descriptor is of another uwdf (magic %#llx, "
			    "ABI %u; here ABI %u)",
			    path, (unsigned long long)image->magic, image->abi, UWDF_DRIVER_ABI);
		report_hint(rep, "build the driver again with the headers of this uwdf");
		return -EPROTO;
	}
	if (image->wchar_size != sizeof(WCHAR)) {
		report_fail(rep, -EPROTO, "loading driver %s: built with %u-byte wide characters",
			    path, image->wchar_size);
		report_hint(rep, "build the driver with -fshort-wchar (pkg-config --cflags uwdf)");
		return -EPROTO;
	}
	return 0;
}

/* Than this framework; it asks before it calls what may be missing. */
static bool is_newer(const struct uwdf_driver_image *image)
{
	return image->kmdf_minor > KMDF_VERSION_MINOR_NUMBER;
}

static int check_version(const char *path, const struct uwdf_driver_image *image,
			 struct report *rep)
{
	if (image->kmdf_major != KMDF_VERSION_MAJOR_NUMBER ||
	    image->kmdf_minor_required > KMDF_VERSION_MINOR_NUMBER) {
		report_fail(rep, -EPROTO,
			    "loading driver %s: built for KMDF %u.%u, this uwdf has KMDF %u.%u",
			    path, image->kmdf_major, image->kmdf_minor_required,
			    KMDF_VERSION_MAJOR_NUMBER, KMDF_VERSION_MINOR_NUMBER);
		report_hint(rep,
			    "build the driver with KMDF_MINIMUM_VERSION_REQUIRED=%u or less, or "
			    "install a newer uwdf",
			    KMDF_VERSION_MINOR_NUMBER);
		return -EPROTO;
	}
	if (!is_newer(image) && image->function_count > WdfFunctionTableNumEntries) {
		report_fail(rep, -EPROTO,
			    "loading driver %s: it may call %u framework functions, this uwdf's "
			    "table has %u",
			    path, image->function_count, (unsigned int)WdfFunctionTableNumEntries);
		report_hint(rep, "install the uwdf that the driver was built with, or a newer one");
		return -EPROTO;
	}
	return 0;
}

static int bind_image(struct fx_driver *driver, struct report *rep)
{
	const struct uwdf_driver_image *image = driver->image;
	int err = check_build(driver->path, image, rep);

	if (!err)
		err = check_version(driver->path, image, rep);
	if (err)
		return err;
	if (*image->globals) {
		report_fail(rep, -EEXIST, "loading driver %s: it is loaded already", driver->path);
		report_hint(rep, "one loaded driver serves any number of devices");
		return -EEXIST;
	}
	if (image->faults_first != image->faults_last) {
		err = fault_handler_add_table(image->faults_first, image->faults_last);
		if (err)
			return report_fail(rep, err, "loading driver %s", driver->path);
		driver->has_faults = true;
	}
	*image->functions = fx_function_table;
	*image->functions_there = WdfFunctionTableNumEntries;
	*image->structures = fx_structure_sizes;
	*image->structures_there = WDF_STRUCTURE_TABLE_NUM_ENTRIES;
	*image->newer = is_newer(image);
	*image->globals = &driver->globals;
	driver->bound = true;
	return 0;
}

static void unbind_image(struct fx_driver *driver)
{
	const struct uwdf_driver_image *image = driver->image;

	if (driver->bound) {
		*image->globals = NULL;
		*image->functions = NULL;
	}
	if (driver->has_faults)
		fault_handler_remove_table(image->faults_first);
	if (driver->image_handle)
		dlclose(driver->image_handle);
}

static int call_entry(struct fx_driver *driver, struct report *rep)
{
	NTSTATUS status;

	driver->in_entry = true;
	status = FX_CALL(driver, "DriverEntry", driver->image->driver_entry, &driver->driver_object,
			 &driver->registry_path_string);
	driver->in_entry = false;
	if (!NT_SUCCESS(status)) {
		report_say(rep, "driver %s: DriverEntry failed with %s", fx_driver_name(driver),
			   fx_status_text(status).text);
		report_hint(rep, "UWDF_LOG=debug uwdf run ...    # shows what the driver prints");
		return -ECANCELED;
	}
	if (!driver->created) {
		report_say(rep,
			   "driver %s: DriverEntry succeeded without a WdfDriverCreate that did",
			   fx_driver_name(driver));
		report_hint(rep, "DriverEntry has to return the status of WdfDriverCreate");
		return -ECANCELED;
	}
	driver->entered = true;
	return 0;
}

static int driver_start(struct fx_driver *driver, const struct fx_verifier_settings *verify,
			struct report *rep)
{
	int err = bind_image(driver, rep);

	if (err)
		return err;
	fx_driver_settings_begin();
	fx_verifier_setup(driver, verify);
	fx_driver_settings_end();
	return call_entry(driver, rep);
}

void fx_driver_close(struct fx_driver *driver)
{
	if (driver->controls)
		driver->controls_end(driver);
	if (driver->child_inits_end)
		driver->child_inits_end(driver);
	if (driver->bound)
		fx_records_end(driver);
	unbind_image(driver);
	driver_free(driver);
}

void fx_driver_discard(struct fx_driver *driver)
{
	if (driver->created)
		fx_object_disarm(&driver->base);
	fx_driver_end_object(driver);
	if (fx_leftover_count(driver))
		driver->image_handle = NULL; /* who refers to it may still run in it */
	if (driver->bound)
		fx_records_report(driver);
	fx_leftovers_discard(driver);
	fx_driver_close(driver);
}

void fx_driver_unload(struct fx_driver *driver)
{
	if (!driver)
		return;
	fx_driver_leave(driver);
	fx_driver_discard(driver);
}

static void load_failed(struct fx_driver *driver)
{
	fx_driver_end_object(driver);
	fx_leftovers_report(driver);
	fx_driver_discard(driver);
}

static int finish_load(struct fx_driver *driver, int err, struct fx_driver **out)
{
	if (err) {
		load_failed(driver);
		return err;
	}
	*out = driver;
	return 0;
}

int fx_driver_load(const char *path, const struct fx_verifier_settings *verify, struct report *rep,
		   struct fx_driver **out)
{
	struct fx_driver *driver;
	int err = check_file(path, rep);

	if (err)
		return err;
	err = driver_new(path, &driver);
	if (err)
		return report_fail(rep, err, "loading driver %s", path);
	err = open_image(driver, rep);
	if (!err)
		err = driver_start(driver, verify, rep);
	return finish_load(driver, err, out);
}

int fx_driver_load_image(const char *name, const struct uwdf_driver_image *image,
			 const struct fx_verifier_settings *verify, struct report *rep,
			 struct fx_driver **out)
{
	struct fx_driver *driver;
	int err = driver_new(name, &driver);

	if (err)
		return report_fail(rep, err, "loading driver %s", name);
	driver->image = image;
	return finish_load(driver, driver_start(driver, verify, rep), out);
}
