/* SPDX-License-Identifier: MIT */
/* Loading driver files: what is refused and how it is said, and two drivers beside each other. */
#include "uw_test.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "base/mem.h"
#include "minimal.h"
#include "uwdf/host.h"

static struct uwdf_host *host;
static struct uwdf_report rep;
static uint64_t blocks;
static unsigned int fds;

static int setup(void **state)
{
	(void)state;
	memset(&rep, 0, sizeof(rep));
	fds = test_open_fds();
	blocks = mem_live_blocks();
	return uwdf_host_new(&rep, &host);
}

static int teardown(void **state)
{
	(void)state;
	uwdf_host_free(host);
	assert_int_equal(mem_live_blocks(), blocks);
	assert_int_equal(test_open_fds(), fds);
	return 0;
}

static const char *path_of(const char *name)
{
	static char path[512];

	(void)snprintf(path, sizeof(path), TEST_DRIVER_DIR "/%s", name);
	return path;
}

static int load(const char *name, struct uwdf_driver **out)
{
	return uwdf_host_load(host, path_of(name), &rep, out);
}

/* Refused with @err, the text says @text, the hint @hint; the file is not mapped afterwards. */
static void refused(const char *name, int err, const char *text, const char *hint)
{
	struct uwdf_driver *driver = NULL;

	assert_int_equal(load(name, &driver), err);
	assert_null(driver);
	assert_non_null(strstr(rep.text, path_of(name)));
	if (!strstr(rep.text, text) || !strstr(rep.hint, hint))
		fail_msg("text \"%s\", hint \"%s\"", rep.text, rep.hint);
	assert_null(dlopen(path_of(name), RTLD_NOW | RTLD_NOLOAD));
}

static void test_load__no_such_file__named(void **state)
{
	(void)state;
	refused("missing.so", -ENOENT, "No such file", "drivers/e1000.so");
}

static void test_load__text_file__no_shared_object(void **state)
{
	char path[512];
	FILE *file;
	(void)state;
	(void)snprintf(path, sizeof(path), "%s", path_of("text.so"));
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs("this is no driver\n", file) > 0);
	assert_int_equal(fclose(file), 0);
	refused("text.so", -ENOEXEC, "not a 64-bit ELF shared object", "pkg-config");
	assert_int_equal(unlink(path), 0);
}

static void test_load__shared_object_without_descriptor__no_driver(void **state)
{
	(void)state;
	refused("no_driver.so", -ENOEXEC, "no symbol UwdfDriverImage", "libuwdf-driverentry.a");
}

static void test_load__other_descriptor__build_again(void **state)
{
	(void)state;
	refused("minimal_magic.so", -EPROTO, "descriptor is of another uwdf",
		"build the driver again");
	refused("minimal_abi.so", -EPROTO, "ABI 99", "build the driver again");
}

static void test_load__wide_characters_of_four_bytes__names_the_option(void **state)
{
	(void)state;
	refused("minimal_wide.so", -EPROTO, "4-byte wide characters", "-fshort-wchar");
}

static void test_load__newer_version__names_both(void **state)
{
	(void)state;
	refused("minimal_newer.so", -EPROTO, "built for KMDF 1.34, this uwdf has KMDF 1.33",
		"KMDF_MINIMUM_VERSION_REQUIRED=33");
}

static void test_load__other_major_version__refused(void **state)
{
	(void)state;
	refused("minimal_major.so", -EPROTO, "built for KMDF 2.33", "newer uwdf");
}

static void test_load__longer_table__names_both_lengths(void **state)
{
	(void)state;
	refused("minimal_longer.so", -EPROTO,
		"may call 500 framework functions, this uwdf's table "
		"has 458",
		"install");
}

static void test_load__older_version_and_shorter_table__accepted(void **state)
{
	struct uwdf_driver *driver;
	(void)state;
	assert_int_equal(load("minimal_older.so", &driver), 0);
}

static void test_load__driver_entry_fails__status_by_name_and_unmapped(void **state)
{
	struct uwdf_driver *driver = NULL;
	(void)state;
	assert_int_equal(load("minimal_fails.so", &driver), -ECANCELED);
	assert_non_null(strstr(rep.text, "driver minimal_fails: DriverEntry failed with "
					 "STATUS_INSUFFICIENT_RESOURCES (0xc000009a)"));
	assert_null(dlopen(path_of("minimal_fails.so"), RTLD_NOW | RTLD_NOLOAD));
}

/* A handle of the loaded file, so that it stays mapped; closed by the caller. */
static void *state_of(const char *name, struct minimal_state **out)
{
	void *image = dlopen(path_of(name), RTLD_NOW | RTLD_NOLOAD);

	assert_non_null(image);
	*out = dlsym(image, "MinimalState");
	assert_non_null(*out);
	return image;
}

static int start(struct uwdf_driver *driver, struct uwdf_device **out)
{
	struct uwdf_device_params params = { .address = "model:edu" };

	return uwdf_device_start(driver, &params, &rep, out);
}

static void test_load__two_drivers__each_its_own_globals(void **state)
{
	struct minimal_state *a_state, *b_state;
	struct uwdf_driver *a, *b;
	struct uwdf_device *device;
	void *a_image, *b_image;
	(void)state;
	assert_int_equal(load("minimal_a.so", &a), 0);
	assert_int_equal(load("minimal_b.so", &b), 0);
	assert_string_equal(uwdf_driver_name(a), "minimal_a");
	assert_string_equal(uwdf_driver_name(b), "minimal_b");
	a_image = state_of("minimal_a.so", &a_state);
	b_image = state_of("minimal_b.so", &b_state);
	assert_ptr_not_equal(a_state->driver, b_state->driver);
	assert_ptr_not_equal(a_state->globals, b_state->globals);
	assert_int_equal(start(a, &device), 0);
	assert_int_equal(start(b, &device), 0);
	assert_int_equal(start(a, &device), 0);
	assert_int_equal(a_state->devices, 2);
	assert_int_equal(b_state->devices, 1);
	uwdf_host_unload(a);
	assert_int_equal(a_state->unloads, 1);
	assert_int_equal(a_state->cleanups, 1);
	assert_int_equal(b_state->unloads, 0);
	uwdf_host_unload(b);
	assert_int_equal(a_state->confused + b_state->confused, 0);
	dlclose(a_image);
	dlclose(b_image);
}

static void test_load__same_file_twice__refused(void **state)
{
	struct uwdf_driver *driver, *again;
	(void)state;
	assert_int_equal(load("minimal_a.so", &driver), 0);
	assert_int_equal(load("minimal_a.so", &again), -EEXIST);
	assert_non_null(strstr(rep.text, "loaded already"));
	uwdf_host_unload(driver);
	assert_int_equal(load("minimal_a.so", &driver), 0);
}

static void test_load__fails_anywhere__nothing_left(void **state)
{
	static const enum fault_kind kinds[] = { FAULT_ALLOC, FAULT_SYSCALL };
	(void)state;
	for (size_t i = 0; i < UW_ARRAY_SIZE(kinds); i++) {
		int err = -1;

		for (uint64_t k = 1; err; k++) {
			struct uwdf_driver *driver;
			uint64_t before = mem_live_blocks();

			fault_arm(kinds[i], k);
			err = load("minimal_a.so", &driver);
			fault_disarm();
			if (!err)
				uwdf_host_unload(driver);
			else
				assert_true(rep.text[0]);
			assert_int_equal(mem_live_blocks(), before);
		}
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_load__no_such_file__named),
		TEST(test_load__text_file__no_shared_object),
		TEST(test_load__shared_object_without_descriptor__no_driver),
		TEST(test_load__other_descriptor__build_again),
		TEST(test_load__wide_characters_of_four_bytes__names_the_option),
		TEST(test_load__newer_version__names_both),
		TEST(test_load__other_major_version__refused),
		TEST(test_load__longer_table__names_both_lengths),
		TEST(test_load__older_version_and_shorter_table__accepted),
		TEST(test_load__driver_entry_fails__status_by_name_and_unmapped),
		TEST(test_load__two_drivers__each_its_own_globals),
		TEST(test_load__same_file_twice__refused),
		TEST(test_load__fails_anywhere__nothing_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
