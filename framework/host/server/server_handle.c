/* SPDX-License-Identifier: MIT */
/*
 * server_handle.c - who has the device open. The loop alone writes it down; whoever asks what keeps
 * a driver loaded may ask the server of another of its devices.
 */
#include "server_impl.h"

void handle_add(struct server_file *f)
{
	struct server *server = f->connection->server;

	exec_mutex_lock(&server->handles_lock);
	list_push_back(&server->handles, &f->in_handles);
	exec_mutex_unlock(&server->handles_lock);
}

void handle_remove(struct server_file *f)
{
	struct server *server = f->connection->server;

	exec_mutex_lock(&server->handles_lock);
	list_remove(&f->in_handles);
	exec_mutex_unlock(&server->handles_lock);
}

/* At the device; its rings keep the file, too, and count as one. */
static uint32_t requests_of(const struct server_file *f)
{
	const struct server_ring *ring = __atomic_load_n(&f->ring, __ATOMIC_ACQUIRE);
	uint32_t count = __atomic_load_n(&f->outstanding, __ATOMIC_RELAXED);

	return ring ? count - 1 + server_ring_requests(ring) : count;
}

UW_EXPORT size_t server_handles(struct server *server, struct server_handle *out, size_t max)
{
	uint64_t now_ns = exec_now_ns();
	size_t count = 0;

	exec_mutex_lock(&server->handles_lock);
	list_for_each (it, &server->handles) {
		const struct server_file *f = list_entry(it, struct server_file, in_handles);

		if (count < max)
			out[count] = (struct server_handle){
				.process_id = f->connection->process_id,
				.requests = requests_of(f),
				.age_ms = (now_ns - f->opened_ns) / 1000000u,
			};
		count++;
	}
	exec_mutex_unlock(&server->handles_lock);
	return count;
}
