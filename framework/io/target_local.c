/* SPDX-License-Identifier: MIT */
/* target_local.c - sinks of this host: another device's I/O room, or nothing at all. */
#include "target_impl.h"

static void local_submit(struct fx_sink *sink, struct fx_packet *packet, struct fx_file *from)
{
	struct fx_local_sink *local = uw_container_of(sink, struct fx_local_sink, sink);
	struct fx_file *file = from ? from->below : NULL;

	if (!file || file->io != local->to) /* it comes from another device of the driver's */
		file = local->to->nameless;
	fx_io_submit(file, packet);
}

static void local_cancel(struct fx_sink *sink, struct fx_packet *packet)
{
	(void)sink;
	fx_io_cancel(packet);
}

static const struct fx_sink_ops local_ops = { .submit = local_submit, .cancel = local_cancel };

struct fx_io *target_room(const struct fx_sink *sink)
{
	const struct fx_local_sink *local;

	if (!sink || sink->ops != &local_ops)
		return NULL;
	local = (const void *)sink; /* its first member */
	return local->to;
}

void fx_local_sink_init(struct fx_local_sink *local, struct fx_device *to)
{
	struct fx_io *io = fx_device_io(to);

	*local = (struct fx_local_sink){ .sink = { .ops = &local_ops, .loop = io->owner },
					 .to = io };
}

/* --- below the last device --- */

static void nothing_submit(struct fx_sink *sink, struct fx_packet *packet, struct fx_file *from)
{
	(void)sink;
	(void)from;
	packet->complete(packet, STATUS_INVALID_DEVICE_REQUEST, 0);
}

/* It is over as soon as it was submitted. */
static void nothing_cancel(struct fx_sink *sink, struct fx_packet *packet)
{
	(void)sink;
	(void)packet;
}

static const struct fx_sink_ops nothing_ops = { .submit = nothing_submit,
						.cancel = nothing_cancel };
static struct fx_sink nothing = { .ops = &nothing_ops };

/* --- the device itself --- */

/* As requests from below, without an open file. */
static void self_submit(struct fx_sink *sink, struct fx_packet *packet, struct fx_file *from)
{
	struct fx_target *target = uw_container_of(sink, struct fx_target, to_self);

	(void)from;
	if (packet->kind < FX_PACKET_CREATE) {
		fx_io_submit(target->io->to_self, packet);
		return;
	}
	fx_rule_break(target->base.driver, FX_RULE_SELF_TARGET, &target->base,
		      "something else than a read, a write or a control was sent to a self target");
	packet->complete(packet, STATUS_INVALID_PARAMETER, 0);
}

static const struct fx_sink_ops self_ops = { .submit = self_submit, .cancel = local_cancel };

void target_self_init(struct fx_target *target)
{
	target->to_self = (struct fx_sink){ .ops = &self_ops, .loop = target->io->owner };
	target->sink = &target->to_self;
}

struct fx_queue *target_self_queue(const struct fx_io *io)
{
	struct fx_queue *q = __atomic_load_n(&io->self->queue, __ATOMIC_ACQUIRE);

	return q && !q->gone ? q : NULL;
}

struct fx_sink *target_sink(const struct fx_target *target)
{
	const struct fx_device_head *device = (const void *)target->io->device;

	if (target->kind != TARGET_LOWER)
		return target->sink;
	return device->below ? device->below : &nothing;
}

bool target_is_inside(struct fx_target *target)
{
	switch (target->kind) {
	case TARGET_SELF:
		return io_is_owner(target->io);
	case TARGET_NAMED:
		return named_is_inside(target);
	default:
		return false;
	}
}

PDEVICE_OBJECT target_bus_under(struct fx_io *io)
{
	const struct fx_device_head *device = (const void *)io->device;
	struct fx_io *below;

	while ((below = target_room(device->below))) {
		io = below;
		device = (const void *)io->device;
	}
	return io->config.no_bus ? NULL : &io->bus;
}
