/* SPDX-License-Identifier: MIT */
/*
 * model_e1000_wire.c - where the frames of model:e1000 go: back to itself, to a hub, to a test.
 *
 * A frame leaves with the instance's lock dropped, because it may arrive at another instance that
 * is sending to us. The hubs' lock is held meanwhile, so that a receiver cannot leave.
 */
#include <errno.h>
#include <string.h>

#include "model_e1000.h"

static struct {
	struct spin_lock lock; /* guards members, and that each stays while it receives */
	struct list members;   /* struct e1000 of every hub */
} hubs = { .lock = { 0, LOCK_RANK_WIRE }, .members = LIST_INIT(hubs.members) };

void e1000_hub_join(struct pci_model *m)
{
	struct e1000 *e = e1000_of(m);

	list_init(&e->hub_link);
	if (!e->hub[0])
		return;
	spin_lock_acquire(&hubs.lock);
	list_push_back(&hubs.members, &e->hub_link);
	spin_lock_release(&hubs.lock);
}

void e1000_hub_leave(struct pci_model *m)
{
	spin_lock_acquire(&hubs.lock);
	list_remove(&e1000_of(m)->hub_link);
	spin_lock_release(&hubs.lock);
}

static bool receive(struct pci_model *m, const void *frame, size_t len)
{
	bool taken;

	pci_model_lock(m);
	taken = e1000_receive(m, frame, len);
	pci_model_unlock(m);
	return taken;
}

static void send_to_hub(struct e1000 *from)
{
	spin_lock_acquire(&hubs.lock);
	list_for_each (it, &hubs.members) {
		struct e1000 *to = list_entry(it, struct e1000, hub_link);

		if (to != from && !strcmp(to->hub, from->hub))
			receive(to->model, from->frame, from->frame_len);
	}
	spin_lock_release(&hubs.lock);
}

/* What the wire is, read with the lock held; used after it was dropped. */
struct wire {
	pci_model_frame_fn *sent;
	void *arg;
	bool link, loopback, hub;
};

static void put_on_wire(struct e1000 *e, const struct wire *wire)
{
	if (!wire->link)
		return; /* sent into an open cable */
	if (wire->sent)
		wire->sent(wire->arg, e->frame, e->frame_len);
	else if (wire->loopback)
		receive(e->model, e->frame, e->frame_len);
	else if (wire->hub)
		send_to_hub(e);
}

/* One thread at a time sends; who comes while it does leaves its descriptors to it. */
void e1000_send_all(struct pci_model *m)
{
	struct e1000 *e = e1000_of(m);

	pci_model_lock(m);
	if (e->sending || m->wrong.vanished) {
		pci_model_unlock(m);
		return;
	}
	e->sending = true;
	while (e1000_next_frame(m)) {
		struct wire wire = { e->sent, e->sent_arg, e1000_link_is_up(e), e->loopback,
				     e->hub[0] != '\0' };

		pci_model_unlock(m);
		put_on_wire(e, &wire);
		pci_model_lock(m);
		e1000_frame_sent(m);
	}
	e->sending = false;
	pci_model_unlock(m);
}

/* --- tests --- */

int pci_model_e1000_set_wire(struct pci_function *fn, pci_model_frame_fn *sent, void *arg)
{
	struct pci_model *m = pci_model_of(fn, "e1000");

	if (!m)
		return -EINVAL;
	pci_model_lock(m);
	e1000_of(m)->sent = sent;
	e1000_of(m)->sent_arg = arg;
	pci_model_unlock(m);
	return 0;
}

bool pci_model_e1000_receive(struct pci_function *fn, const void *frame, size_t len)
{
	struct pci_model *m = pci_model_of(fn, "e1000");

	return m && receive(m, frame, len);
}
