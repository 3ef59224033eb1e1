/* SPDX-License-Identifier: MIT */
/* child_show.c - what programs see of child devices. */
#include <stdio.h>

#include "pnp/child_impl.h"

/* What is asked of the children of a device; @visit is under the lock of their list. */
struct look {
	void (*visit)(struct look *look, struct fx_child *child);
	struct uwdf_child_info *infos;
	struct uwdf_device **devices;
	size_t max, count;
};

static void look_at(struct look *look, struct fx_device *parent)
{
	struct fx_children *all;

	spin_lock_acquire(&parent->base.lock);
	all = parent->children;
	spin_lock_release(&parent->base.lock);
	if (!all)
		return;
	spin_lock_acquire(&all->lock);
	list_for_each (it, &all->list)
		look->visit(look, list_entry(it, struct fx_child, link));
	spin_lock_release(&all->lock);
}

static size_t look_at_all(const struct uwdf_device *host, struct look *look)
{
	for (unsigned int i = 0; i < host->level_count; i++)
		if (host->levels[i].device)
			look_at(look, host->levels[i].device);
	return look->count;
}

static void visit_info(struct look *look, struct fx_child *child)
{
	struct uwdf_child_info *info = &look->infos[look->count];

	if (!child->added)
		return;
	if (look->count++ >= look->max)
		return;
	*info = (struct uwdf_child_info){
		.state = __atomic_load_n(&child->shell.host.state, __ATOMIC_ACQUIRE),
		.raw = child->pdo->raw,
	};
	(void)snprintf(info->name, sizeof(info->name), "%s", child->name);
	fx_pdo_plain(&child->pdo->device_id, info->device_id, sizeof(info->device_id));
}

UW_EXPORT size_t uwdf_device_children(struct uwdf_device *host, struct uwdf_child_info *out,
				      size_t max)
{
	struct look look = { .visit = visit_info, .infos = out, .max = max };

	return look_at_all(host, &look);
}

static void visit_open(struct look *look, struct fx_child *child)
{
	if (child->state != FX_CHILD_STARTED)
		return;
	if (look->count < look->max)
		look->devices[look->count] = &fx_shell_ref(&child->shell)->host;
	look->count++;
}

UW_EXPORT size_t uwdf_device_open_children(struct uwdf_device *host, struct uwdf_device **out,
					   size_t max)
{
	struct look look = { .visit = visit_open, .devices = out, .max = max };

	return look_at_all(host, &look);
}
