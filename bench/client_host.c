/* SPDX-License-Identifier: MIT */
/* client_host.c - the other process of bench/client. */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client_bench.h"
#include "server.h"
#include "uwdf/device_io.h"
#include "uwdf/host.h"

#define END_MS 5000000000ull

static cpu_set_t allowed; /* before anybody was pinned */

int bench_processors(void)
{
	return sched_getaffinity(0, sizeof(allowed), &allowed) ? 0 : CPU_COUNT(&allowed);
}

bool bench_run_on(int number)
{
	cpu_set_t set;

	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &allowed) || number--)
			continue;
		CPU_ZERO(&set);
		CPU_SET(cpu, &set);
		return !sched_setaffinity(0, sizeof(set), &set);
	}
	return false;
}

/* --- the limits' other half --- */

static void ping_pong(const struct bench_host *host, uint32_t rounds)
{
	uint64_t count;

	for (uint32_t i = 0; i < rounds; i++) {
		if (read(host->ping[0], &count, sizeof(count)) < 0)
			return;
		count = 1;
		if (write(host->ping[1], &count, sizeof(count)) < 0)
			return;
	}
}

static void spin(const struct bench_host *host, uint32_t rounds)
{
	struct bench_shared *s = host->shared;

	for (uint32_t i = 1; i <= rounds; i++) {
		while (__atomic_load_n(&s->there, __ATOMIC_ACQUIRE) != i)
			;
		__atomic_store_n(&s->back, i, __ATOMIC_RELEASE);
	}
}

static void serve_orders(const struct bench_host *host, int orders)
{
	struct bench_peer_order order;

	while (read(orders, &order, sizeof(order)) == sizeof(order)) {
		if (order.what == PEER_QUIT)
			return;
		if (order.what == PEER_SPIN)
			spin(host, order.rounds);
		else
			ping_pong(host, order.rounds);
	}
}

/* --- the host --- */

static size_t no_text(void *arg, struct server *server, char *buf, size_t len)
{
	(void)arg;
	(void)server;
	if (len)
		buf[0] = '\0';
	return 0;
}

static void no_stop(void *arg, enum server_stop how)
{
	(void)arg;
	(void)how;
}

static int serve(const struct bench_host *host, int orders, int ready, struct uwdf_device *device)
{
	const struct server_params params = { .name = "bench",
					      .ops = &uwdf_device_io,
					      .device = device,
					      .describe = no_text,
					      .stop = no_stop };
	struct report rep = REPORT_INIT;
	struct server *server;
	int err = server_start(&params, &rep, &server);

	if (err) {
		fprintf(stderr, "bench: %s\n", rep.text);
		return err;
	}
	if (write(ready, "r", 1) == 1)
		serve_orders(host, orders);
	server_leave(server, UINT64_MAX);
	uwdf_device_remove(device);
	return server_free(server, UINT64_MAX);
}

static int run_host(const struct bench_host *host, int orders, int ready)
{
	struct uwdf_device_params params = { .address = "model:edu" };
	struct uwdf_report rep = { "", "" };
	struct uwdf_device *device;
	struct uwdf_driver *driver;
	struct uwdf_host *uwdf;
	int err = uwdf_host_new(&rep, &uwdf);

	if (err)
		return err;
	err = uwdf_host_verify(uwdf, "VerifierOn=0", &rep);
	if (!err)
		err = uwdf_host_load(uwdf, BENCH_DRIVER, &rep, &driver);
	if (!err)
		err = uwdf_device_start(driver, &params, &rep, &device);
	if (!err)
		err = serve(host, orders, ready, device);
	else
		fprintf(stderr, "bench: %s\n", rep.text);
	uwdf_host_free(uwdf);
	return err;
}

/* --- from the other side --- */

static int make(struct bench_host *host)
{
	host->shared = mmap(NULL, sizeof(*host->shared), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	host->ping[0] = eventfd(0, EFD_CLOEXEC);
	host->ping[1] = eventfd(0, EFD_CLOEXEC);
	return host->shared == MAP_FAILED || host->ping[0] < 0 || host->ping[1] < 0 ? -ENOMEM : 0;
}

int bench_host_start(struct bench_host *host, int number)
{
	int orders[2], ready[2];
	char byte;

	if (make(host) || pipe(orders) || pipe(ready))
		return -ENOMEM;
	host->pid = fork();
	if (host->pid < 0)
		return -ENOMEM;
	if (host->pid == 0) {
		close(orders[1]); /* so that the other's end is seen */
		_exit(!bench_run_on(number) || run_host(host, orders[0], ready[1]));
	}
	close(orders[0]);
	close(ready[1]);
	host->orders = orders[1];
	host->ready = ready[0];
	return read(host->ready, &byte, 1) == 1 ? 0 : -ENODEV;
}

int bench_host_order(struct bench_host *host, enum bench_peer what, uint32_t rounds)
{
	const struct bench_peer_order order = { .what = what, .rounds = rounds };

	host->shared->there = host->shared->back = 0;
	return write(host->orders, &order, sizeof(order)) == sizeof(order) ? 0 : -EPIPE;
}

void bench_host_stop(struct bench_host *host)
{
	if (bench_host_order(host, PEER_QUIT, 0))
		return;
	(void)!waitpid(host->pid, NULL, 0);
	close(host->orders);
	close(host->ready);
	close(host->ping[0]);
	close(host->ping[1]);
	munmap(host->shared, sizeof(*host->shared));
}
