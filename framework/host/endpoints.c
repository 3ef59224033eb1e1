/* SPDX-License-Identifier: MIT */
#include "endpoints.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "host_status.h"
#include "host_why.h"
#include "uwdf/device_io.h"
#include "wake.h"

#define FIRST_GUESS 16u   /* control devices of a driver, child devices of a device */
#define GONE_MS     1000u /* nothing of it is open any more */

/* --- what servers ask, in their threads --- */

static void client_wants_stop(void *arg, enum server_stop how)
{
	struct endpoint *endpoint = arg;

	if (how != SERVER_STOP_FORCED)
		__atomic_fetch_or(&endpoint->asked, 1u << how, __ATOMIC_RELEASE);
	wake_note(how == SERVER_STOP_FORCED ? WAKE_FORCE : WAKE_STOP, NULL);
}

/* All look here before they open: it must not matter which endpoints there are by then. */
static void hold_opens(void *arg, bool hold)
{
	const struct endpoint *endpoint = arg;

	__atomic_fetch_add(&endpoint->all->holders, hold ? 1u : (uint32_t)-1, __ATOMIC_SEQ_CST);
}

static bool opens_are_held(void *arg)
{
	const struct endpoint *endpoint = arg;

	return __atomic_load_n(&endpoint->all->holders, __ATOMIC_SEQ_CST);
}

/* The device stays until the server has left. */
static size_t describe(void *arg, struct server *server, char *buf, size_t len)
{
	const struct endpoint *endpoint = arg;
	struct host_status status = { .name = server_name(server),
				      .socket = server_socket(server),
				      .device = endpoint->device };
	struct jtext *json = host_status_json(&status);
	size_t need = jtext_put(json, buf, len);

	jtext_free(json);
	return need;
}

/* The main thread only waits. */
static size_t explain(void *arg, struct server *server, char *buf, size_t len)
{
	/* its server is its own only when server_start() has returned, and clients may be here */
	const struct endpoint *endpoint = arg;
	struct jtext *json = host_why_json(endpoint->all, server);
	size_t need = jtext_put(json, buf, len);

	jtext_free(json);
	return need;
}

static bool find(void *arg, const uint8_t *guid, const char *text, char *file_name, size_t len)
{
	const struct endpoint *endpoint = arg;
	const struct uwdf_device_name name = { .guid = guid, .text = text };

	return uwdf_device_find(endpoint->device, &name, file_name, len);
}

/* A PnP device's threads have ended by then. */
static void settle(void *arg)
{
	const struct endpoint *endpoint = arg;

	uwdf_device_settle(endpoint->device);
}

static bool node_is_open(const struct endpoint *endpoint)
{
	struct server_handle one;

	return endpoint->cuse && cuse_handles(endpoint->cuse, &one, 1);
}

/* But through the asker's own socket. */
static bool others_are_kept(void *arg)
{
	struct endpoint *asker = arg;
	struct endpoints *all = asker->all;
	bool kept = false;

	exec_mutex_lock(&all->lock);
	list_for_each (it, &all->list) {
		const struct endpoint *endpoint = list_entry(it, struct endpoint, link);

		kept |= endpoint != asker && server_is_kept(endpoint->server);
		kept |= node_is_open(endpoint);
	}
	exec_mutex_unlock(&all->lock);
	return kept;
}

/* --- one --- */

static int start_server(struct endpoint *endpoint, const char *name, struct report *rep)
{
	struct server_params params = { .ops = &uwdf_device_io,
					.device = endpoint->device,
					.describe = describe,
					.why = explain,
					.find = find,
					.in_use = others_are_kept,
					.hold_opens = hold_opens,
					.opens_are_held = opens_are_held,
					.stop = client_wants_stop,
					.quota = endpoint->all->quota,
					.settle = endpoint->is_counted ? settle : NULL,
					.arg = endpoint };
	struct uwdf_device_info info;

	uwdf_device_info(endpoint->device, &info);
	params.name = name ? name : info.name;
	params.access_count = (unsigned int)uwdf_device_access(
		endpoint->device, params.access, UWDF_ACCESS_ENTRIES, &params.access_given);
	return server_start(&params, rep, &endpoint->server);
}

/* Under the name that the server claimed. */
static int start_node(struct endpoint *endpoint, struct report *rep)
{
	struct cuse_params params = { .name = server_name(endpoint->server),
				      .kernel = endpoint->all->cuse,
				      .ops = &uwdf_device_io,
				      .device = endpoint->device,
				      .quota = endpoint->all->quota,
				      .opens_are_held = opens_are_held,
				      .settle = endpoint->is_counted ? settle : NULL,
				      .arg = endpoint };

	if (!params.kernel)
		return 0;
	params.access_count = (unsigned int)uwdf_device_access(
		endpoint->device, params.access, UWDF_ACCESS_ENTRIES, &params.access_given);
	return cuse_start(&params, rep, &endpoint->cuse);
}

/* Takes @endpoint on failure. */
static int start_serving(struct endpoint *endpoint, const char *name, struct report *rep)
{
	int err = start_server(endpoint, name, rep);

	if (err) {
		mem_free(endpoint);
		return err;
	}
	err = start_node(endpoint, rep);
	/* somebody may have come in; what is left of him then points at us */
	if (err && !server_free(endpoint->server, exec_deadline_ms(GONE_MS)))
		mem_free(endpoint);
	return err;
}

int endpoints_add(struct endpoints *all, struct uwdf_device *device, const char *name,
		  struct report *rep)
{
	struct endpoint *endpoint = mem_calloc(1, sizeof(*endpoint));
	int err;

	if (!endpoint)
		return report_fail(rep, -ENOMEM, "serving a device");
	endpoint->all = all;
	endpoint->device = device;
	endpoint->is_control = uwdf_device_is_control(device);
	endpoint->is_counted = uwdf_device_is_counted(device);
	err = start_serving(endpoint, name, rep);
	if (err)
		return err;
	exec_mutex_lock(&all->lock);
	list_push_back(&all->list, &endpoint->link);
	exec_mutex_unlock(&all->lock);
	all->ready(all->arg, endpoint);
	return 0;
}

/* A server thread may look at the list: no lock while it is waited for. */
static void take(struct endpoints *all, struct endpoint *endpoint)
{
	exec_mutex_lock(&all->lock);
	list_remove(&endpoint->link);
	exec_mutex_unlock(&all->lock);
}

static void endpoint_free(struct endpoint *endpoint, uint64_t deadline)
{
	if (cuse_free(endpoint->cuse, deadline) || server_free(endpoint->server, deadline)) {
		fprintf(stderr, "uwdf: requests were never completed by the driver\n");
		return; /* what is left of them points at the server, and that at us */
	}
	if (endpoint->is_counted)
		uwdf_device_release(endpoint->device);
	mem_free(endpoint);
}

static void endpoint_start_leaving(struct endpoint *endpoint)
{
	if (endpoint->cuse)
		cuse_start_leaving(endpoint->cuse);
	server_start_leaving(endpoint->server);
}

static void endpoint_await_left(struct endpoint *endpoint, uint64_t deadline)
{
	bool all_left = !endpoint->cuse || cuse_await_left(endpoint->cuse, deadline);

	if (!server_await_left(endpoint->server, deadline) || !all_left)
		fprintf(stderr,
			"uwdf: %s: the driver holds on to cancelled requests; removing it\n",
			server_name(endpoint->server));
}

/* --- all --- */

int endpoints_init(struct endpoints *all)
{
	list_init(&all->list);
	return exec_mutex_init(&all->lock);
}

static void forget_gone(struct endpoints *all)
{
	list_for_each_safe (it, next, &all->list) {
		struct endpoint *endpoint = list_entry(it, struct endpoint, link);

		if (!endpoint->is_counted || !uwdf_device_is_gone(endpoint->device))
			continue;
		take(all, endpoint);
		endpoint_start_leaving(endpoint);
		endpoint_await_left(endpoint, exec_deadline_ms(GONE_MS));
		endpoint_free(endpoint, exec_deadline_ms(GONE_MS));
	}
}

static bool is_served(struct endpoints *all, const struct uwdf_device *device)
{
	list_for_each (it, &all->list) {
		if (list_entry(it, struct endpoint, link)->device == device)
			return true;
	}
	return false;
}

/* Takes the caller's count of @device. */
static int serve(struct endpoints *all, struct uwdf_device *device, const char *name,
		 struct report *rep)
{
	int err;

	if (is_served(all, device)) {
		uwdf_device_release(device);
		return 0;
	}
	err = endpoints_add(all, device, name, rep);
	if (err)
		uwdf_device_release(device);
	return err;
}

/* Those of one owner, counted. */
struct found {
	struct uwdf_device **devices; /* owned */
	size_t count;
};

/* uwdf_driver_control_devices(), uwdf_device_open_children(). */
typedef size_t list_devices(void *owner, struct uwdf_device **out, size_t max);

static size_t list_controls(void *owner, struct uwdf_device **out, size_t max)
{
	return uwdf_driver_control_devices(owner, out, max);
}

static size_t list_children(void *owner, struct uwdf_device **out, size_t max)
{
	return uwdf_device_open_children(owner, out, max);
}

static void release_found(struct found *found)
{
	while (found->count)
		uwdf_device_release(found->devices[--found->count]);
	mem_free(found->devices);
	found->devices = NULL;
}

/* All there are, however many come meanwhile. */
static int find_all(list_devices *list, void *owner, struct found *out)
{
	size_t max, count = FIRST_GUESS;

	*out = (struct found){ 0 };
	do {
		release_found(out);
		max = count;
		out->devices = mem_calloc(max, sizeof(*out->devices));
		if (!out->devices)
			return -ENOMEM;
		count = list(owner, out->devices, max);
		out->count = count < max ? count : max;
	} while (count > max);
	return 0;
}

/* The first failure is @rep's, the others are said here. */
static int note_failure(int before, int err, const struct report *one, struct report *rep)
{
	if (!before)
		*rep = *one;
	else
		fprintf(stderr, "uwdf: %s\n", one->text);
	return before ? before : err;
}

/* One that fails does not keep the others from being served. @err: what failed before. */
static int sync_devices(struct endpoints *all, const struct found *found, const char *name, int err,
			struct report *rep)
{
	for (size_t i = 0; i < found->count; i++) {
		struct report one = REPORT_INIT;
		int failed = serve(all, found->devices[i], i ? NULL : name, &one);

		if (failed)
			err = note_failure(err, failed, &one, rep);
	}
	mem_free(found->devices);
	return err;
}

static int sync_owner(struct endpoints *all, list_devices *list, void *owner, const char *name,
		      int err, struct report *rep)
{
	struct report one = REPORT_INIT;
	struct found found;
	int failed = find_all(list, owner, &found);

	if (!failed)
		return sync_devices(all, &found, name, err, rep);
	(void)report_fail(&one, failed, "serving the devices of a driver");
	return note_failure(err, failed, &one, rep);
}

/* The device on whose bus they are; NULL: there is none. */
static struct uwdf_device *pnp_device(struct endpoints *all)
{
	list_for_each (it, &all->list) {
		struct endpoint *endpoint = list_entry(it, struct endpoint, link);

		if (!endpoint->is_counted)
			return endpoint->device;
	}
	return NULL;
}

int endpoints_sync(struct endpoints *all, const char *name, struct report *rep)
{
	struct uwdf_device *bus;
	int err;

	forget_gone(all);
	err = sync_owner(all, list_controls, all->driver, name, 0, rep);
	for (unsigned int i = 0; all->filters && all->filters[i]; i++)
		err = sync_owner(all, list_controls, all->filters[i], NULL, err, rep);
	bus = pnp_device(all);
	return bus ? sync_owner(all, list_children, bus, NULL, err, rep) : err;
}

bool endpoints_are_empty(struct endpoints *all)
{
	return list_empty(&all->list);
}

const char *endpoints_name(struct endpoints *all)
{
	return list_empty(&all->list)
		       ? "?"
		       : server_name(list_first(&all->list, struct endpoint, link)->server);
}

static bool are_open(struct endpoints *all)
{
	list_for_each (it, &all->list) {
		const struct endpoint *endpoint = list_entry(it, struct endpoint, link);

		if (server_is_open(endpoint->server) || node_is_open(endpoint))
			return true;
	}
	return false;
}

bool endpoints_are_asked(struct endpoints *all)
{
	list_for_each (it, &all->list) {
		const struct endpoint *endpoint = list_entry(it, struct endpoint, link);

		if (__atomic_load_n(&endpoint->asked, __ATOMIC_ACQUIRE))
			return true;
	}
	return false;
}

static void answer_busy(struct endpoints *all)
{
	const uint32_t bit = 1u << SERVER_STOP_IF_UNUSED;

	list_for_each (it, &all->list) {
		struct endpoint *endpoint = list_entry(it, struct endpoint, link);

		if (__atomic_fetch_and(&endpoint->asked, ~bit, __ATOMIC_ACQ_REL) & bit)
			server_answer_busy(endpoint->server);
	}
}

bool endpoints_query_remove(struct endpoints *all, uint64_t deadline_ns)
{
	bool let_go = true;

	list_for_each (it, &all->list)
		server_query_remove(list_entry(it, struct endpoint, link)->server);
	list_for_each (it, &all->list)
		let_go &= server_await_let_go(list_entry(it, struct endpoint, link)->server,
					      deadline_ns);
	if (!let_go || are_open(all))
		answer_busy(all);
	return endpoints_are_asked(all);
}

void endpoints_tell_stays(struct endpoints *all)
{
	list_for_each (it, &all->list)
		server_tell_stays(list_entry(it, struct endpoint, link)->server);
}

void endpoints_answer_stop(struct endpoints *all, const char *refusal)
{
	list_for_each (it, &all->list) {
		struct endpoint *endpoint = list_entry(it, struct endpoint, link);

		if (__atomic_exchange_n(&endpoint->asked, 0, __ATOMIC_ACQ_REL))
			server_answer_stop(endpoint->server, refusal);
	}
}

void endpoints_leave(struct endpoints *all, unsigned int wait_ms)
{
	uint64_t deadline = exec_deadline_ms(wait_ms);

	list_for_each (it, &all->list)
		endpoint_start_leaving(list_entry(it, struct endpoint, link));
	list_for_each (it, &all->list)
		endpoint_await_left(list_entry(it, struct endpoint, link), deadline);
}

void endpoints_free(struct endpoints *all, unsigned int wait_ms)
{
	uint64_t deadline = exec_deadline_ms(wait_ms);

	while (!list_empty(&all->list)) {
		struct endpoint *endpoint = list_first(&all->list, struct endpoint, link);

		take(all, endpoint);
		endpoint_free(endpoint, deadline);
	}
}
