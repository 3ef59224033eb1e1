/* SPDX-License-Identifier: MIT */
#include "host_status.h"

#include "base/sys.h"

#define MAX_CHILDREN 64u

void host_guid_text(const struct uwdf_guid *g, char *buf, size_t len)
{
	snprintf(buf, len, "{%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x}", g->a, g->b, g->c,
		 g->d[0], g->d[1], g->d[2], g->d[3], g->d[4], g->d[5], g->d[6], g->d[7]);
}

static struct jtext *interrupts_json(const struct uwdf_device_info *info)
{
	struct jtext *object = jtext_object();

	jtext_set_text(object, "kind", info->interrupt_kind);
	jtext_set_number(object, "vectors", info->interrupt_vectors);
	jtext_set_number(object, "count", info->interrupts);
	jtext_set_number(object, "isr_calls", info->isr_calls);
	jtext_set_number(object, "dpcs", info->dpcs);
	return object;
}

static struct jtext *dma_json(const struct uwdf_device_info *info)
{
	struct jtext *object = jtext_object();

	jtext_set_number(object, "mappings", info->dma_mappings);
	jtext_set_number(object, "mappings_total", info->dma_mappings_total);
	jtext_set_number(object, "mapped_bytes", info->dma_mapped_bytes);
	jtext_set_number(object, "common_buffers", info->common_buffers);
	return object;
}

static struct jtext *requests_json(const struct uwdf_device_info *info)
{
	struct jtext *object = jtext_object();

	jtext_set_number(object, "received", info->requests);
	jtext_set_number(object, "completed", info->requests_completed);
	jtext_set_number(object, "cancelled", info->requests_cancelled);
	jtext_set_number(object, "pending", info->requests_pending);
	return object;
}

static struct jtext *interfaces_json(const struct uwdf_device_info *info)
{
	struct jtext *array = jtext_array();
	char text[40];

	for (uint32_t i = 0; i < info->interface_count; i++) {
		host_guid_text(&info->interfaces[i], text, sizeof(text));
		jtext_append_text(array, text);
	}
	return array;
}

/* From the top; a device of one driver has a stack of one. */
static struct jtext *stack_json(const struct uwdf_device_info *info)
{
	struct jtext *array = jtext_array();

	for (uint32_t i = 0; i < info->stack_count; i++) {
		const struct uwdf_stack_entry *entry = &info->stack[i];
		struct jtext *object = jtext_object();

		jtext_set_text(object, "driver", entry->driver);
		jtext_set_text(object, "position", entry->position);
		jtext_set_bool(object, "left_out", entry->left_out);
		jtext_set_number(object, "received", entry->requests);
		jtext_set_number(object, "pending", entry->requests_pending);
		jtext_append(array, object);
	}
	return array;
}

/* Those that its drivers reported; what can be opened has an entry of its own, too. */
static struct jtext *children_json(struct uwdf_device *device)
{
	struct jtext *array = jtext_array();
	struct uwdf_child_info infos[MAX_CHILDREN];
	size_t count = uwdf_device_children(device, infos, MAX_CHILDREN);

	for (size_t i = 0; i < count && i < MAX_CHILDREN; i++) {
		struct jtext *object = jtext_object();

		jtext_set_text(object, "name", infos[i].name);
		jtext_set_text(object, "id", infos[i].device_id);
		jtext_set_text(object, "state", infos[i].state);
		jtext_set_bool(object, "raw", infos[i].raw);
		jtext_append(array, object);
	}
	return array;
}

static struct jtext *device_json(const struct host_status *status)
{
	struct jtext *object = jtext_object();
	struct uwdf_device_info info;

	uwdf_device_info(status->device, &info);
	jtext_set_text(object, "name", status->name);
	jtext_set_text(object, "address", info.address);
	jtext_set_text(object, "driver", info.driver);
	jtext_set_text(object, "state", info.state);
	jtext_set_number(object, "vendor", info.vendor);
	jtext_set_number(object, "device", info.device);
	jtext_set_number(object, "device_type", info.device_type);
	jtext_set(object, "interrupts", interrupts_json(&info));
	jtext_set(object, "dma", dma_json(&info));
	jtext_set(object, "requests", requests_json(&info));
	jtext_set_number(object, "open_files", info.open_files);
	jtext_set(object, "interfaces", interfaces_json(&info));
	jtext_set(object, "stack", stack_json(&info));
	jtext_set(object, "children", children_json(status->device));
	return object;
}

struct jtext *host_status_json(const struct host_status *status)
{
	struct jtext *object = jtext_object(), *devices = jtext_array();

	jtext_append(devices, device_json(status));
	jtext_set_text(object, "name", status->name);
	jtext_set_text(object, "socket", status->socket);
	jtext_set_number(object, "pid", (uint64_t)sys_getpid());
	jtext_set_text(object, "version", UWDF_PROGRAM_VERSION);
	jtext_set(object, "devices", devices);
	return object;
}
