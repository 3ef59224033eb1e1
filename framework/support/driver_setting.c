/* SPDX-License-Identifier: MIT */
/* driver_setting.c - what the registry says about a driver. Reading it makes nothing. */
#include "verifier/driver_setting.h"

#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "nt/status.h"
#include "object/driver.h"
#include "support/registry.h"
#include "support/registry_name.h"

/* From \Registry\Machine\System\CurrentControlSet\Services\NAME\Parameters\Wdf. */
static NTSTATUS read_setting(struct registry *r, struct fx_driver *driver, const char *name,
			     struct registry_value *out)
{
	static const char below[] = "\\Parameters\\Wdf";
	char *service = registry_utf8(driver->registry_path,
				      driver->registry_path_string.Length / sizeof(WCHAR));
	char *path = service ? mem_asprintf("%s%s", service, below) : NULL;
	NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;
	registry_key key;

	mem_free(service);
	if (!path)
		return status;
	status = registry_find(r, REGISTRY_ROOT, registry_path_below_root(path), &key);
	mem_free(path);
	return NT_SUCCESS(status) ? registry_get_named(r, key, name, out) : status;
}

static NTSTATUS get_setting(struct fx_driver *driver, const char *name, struct registry_value *out)
{
	struct report rep = REPORT_INIT;
	struct registry *r;
	NTSTATUS status = registry_enter(false, &rep, &r);
	static bool said;

	if (NT_SUCCESS(status)) {
		status = read_setting(r, driver, name, out);
		if (!NT_SUCCESS(status) && status != STATUS_OBJECT_NAME_NOT_FOUND)
			report_say(&rep, "reading the registry: %s", registry_trouble(r));
		registry_leave();
	}
	if (!NT_SUCCESS(status) && status != STATUS_OBJECT_NAME_NOT_FOUND &&
	    !__atomic_exchange_n(&said, true, __ATOMIC_RELAXED))
		log_warn("registry", "driver %s runs with its default settings: %s (%s)",
			 fx_driver_name(driver), rep.text[0] ? rep.text : "no memory",
			 fx_status_text(status).text);
	return status;
}

ULONG fx_driver_setting_ulong(struct fx_driver *driver, const char *name, ULONG otherwise)
{
	struct registry_value value;
	ULONG number = otherwise;

	if (!NT_SUCCESS(get_setting(driver, name, &value)))
		return otherwise;
	if (value.type == REG_DWORD && value.len == sizeof(number))
		memcpy(&number, value.data, sizeof(number));
	registry_value_free(&value);
	return number;
}

static size_t u16_len(const WCHAR *units, size_t max)
{
	size_t len = 0;

	while (len < max && units[len])
		len++;
	return len;
}

/* The strings up to an empty one or @count units, which a zero follows, with colons between them.
 */
static bool join_names(WCHAR *units, size_t count, char *out, size_t len)
{
	size_t used = 0;
	char *text;

	for (size_t i = 0; i + 1 < count && (units[i] || units[i + 1]); i++)
		units[i] = units[i] ? units[i] : ':';
	text = registry_utf8(units, u16_len(units, count));
	if (!text)
		return false;
	used = strlen(text);
	if (used && text[used - 1] == ':')
		text[--used] = '\0';
	if (used < len)
		memcpy(out, text, used + 1);
	mem_free(text);
	return used < len;
}

bool fx_driver_setting_names(struct fx_driver *driver, const char *name, char *out, size_t len)
{
	struct registry_value value;
	bool fits = false;

	if (!NT_SUCCESS(get_setting(driver, name, &value)))
		return false;
	if (value.type == REG_MULTI_SZ || value.type == REG_SZ)
		fits = join_names(value.data, value.len / sizeof(WCHAR), out, len);
	registry_value_free(&value);
	return fits;
}

void fx_driver_settings_begin(void)
{
	registry_hold();
}

void fx_driver_settings_end(void)
{
	registry_release();
}
