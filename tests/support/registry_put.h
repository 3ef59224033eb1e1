/* SPDX-License-Identifier: MIT */
/* registry_put.h - values below a driver's Parameters\Wdf key, in the registry of registry_dir.h.
 */
#ifndef TEST_REGISTRY_PUT_H
#define TEST_REGISTRY_PUT_H

#include "registry_dir.h"

#include "support/registry.h"

static inline UW_UNUSED void test_registry_put(const char *driver, const char *name, ULONG type,
					       const void *data, ULONG len)
{
	const struct registry_value value = { type, len, (void *)(uintptr_t)data };
	struct registry_make_params params = { .from = REGISTRY_ROOT, .parents = true };
	struct registry *r;
	registry_key key;
	char path[128];
	bool made;

	(void)snprintf(path, sizeof(path),
		       "Machine\\System\\CurrentControlSet\\Services\\%s\\Parameters\\Wdf", driver);
	params.path = path;
	assert_int_equal(registry_enter(true, NULL, &r), STATUS_SUCCESS);
	assert_int_equal(registry_make(r, &params, &key, &made), STATUS_SUCCESS);
	assert_int_equal(registry_set_named(r, key, name, &value), STATUS_SUCCESS);
	registry_leave();
}

#endif
