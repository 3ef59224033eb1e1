/* SPDX-License-Identifier: MIT */
/* vfio_fixture.h - a function opened on the fake kernel of fake_vfio.h. */
#ifndef TESTS_VFIO_FIXTURE_H
#define TESTS_VFIO_FIXTURE_H

#include "uw_test.h"

#include <string.h>
#include <sys/eventfd.h>

#include "base/fault.h"
#include "base/mem.h"
#include "fake_vfio.h"
#include "vfio/pci_function.h"

#define FIX_ADDRESS "0000:00:03.0"

static uint64_t fix_blocks;
static unsigned int fix_fds;
static struct report fix_report;

static inline int fix_begin(void **state)
{
	(void)state;
	fix_blocks = mem_live_blocks();
	fix_fds = test_open_fds();
	fix_report = (struct report)REPORT_INIT;
	fake_vfio_begin();
	return 0;
}

/* Whatever a test did: no block, no descriptor, no mapping is left. */
static inline void fix_assert_clean(void)
{
	assert_int_equal(mem_live_blocks(), fix_blocks);
	assert_int_equal(fake.open_fds, 0);
	assert_int_equal(fake.map_count, 0);
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(fake.mapped); i++)
		assert_null(fake.mapped[i]);
}

static inline int fix_end(void **state)
{
	(void)state;
	fix_assert_clean();
	fake_vfio_end();
	assert_int_equal(test_open_fds(), fix_fds);
	return 0;
}

static inline UW_UNUSED int fix_try_open(const char *address, struct pci_function **out)
{
	fix_report = (struct report)REPORT_INIT;
	return pci_function_open(address, NULL, &fix_report, out);
}

static inline UW_UNUSED struct pci_function *fix_open(void)
{
	struct pci_function *fn = NULL;

	if (fix_try_open(FIX_ADDRESS, &fn))
		fail_msg("%s", fix_report.text);
	return fn;
}

static inline UW_UNUSED void fix_assert_refused(const char *address, int err, const char *text,
						const char *hint)
{
	struct pci_function *fn = NULL;

	assert_int_equal(fix_try_open(address, &fn), err);
	assert_null(fn);
	if (!strstr(fix_report.text, text) || !strstr(fix_report.hint, hint))
		fail_msg("'%s' ('%s') lacks '%s' or '%s'", fix_report.text, fix_report.hint, text,
			 hint);
	fix_assert_clean();
}

#define FIX_TEST(f) cmocka_unit_test_setup_teardown(f, fix_begin, fix_end)

#endif
