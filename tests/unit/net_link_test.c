/* SPDX-License-Identifier: MIT */
/* net_link_test.c - uwdf-net carries the NIC's link over to the TAP: a NIC made up of answers. */
#include <errno.h>
#include <linux/if_tun.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/mem.h"
#include "base/sys.h"
#include "bridge.h"
#include "uw_test.h"
#include "uwdf/status.h"
#include "uwdf_nic.h"

#define TAP_FD 77
#define MOST   8

/* The device: it tells of each of these changes in turn, then it is removed. */
static struct {
	uint32_t told[MOST];
	int count, next;
	struct uwdf_op *watch; /* the request that waits for a change */
	struct uwdf_op *read;  /* one of those that wait for a frame */
	int carrier[MOST], carriers;
	int event;
	void *memory;
} nic;

int uwdf_submit(uwdf_handle *handle, struct uwdf_op *op)
{
	(void)handle;
	if (op->kind == UWDF_CONTROL && op->code == IOCTL_NIC_INDICATE_STATUS)
		nic.watch = op;
	else
		nic.read = op;
	return 0;
}

int uwdf_reap(uwdf_handle *handle, int timeout_ms, struct uwdf_op **out)
{
	(void)handle;
	(void)timeout_ms;
	if (nic.next == nic.count || !nic.watch) {
		nic.read->status = UWDF_STATUS_DEVICE_REMOVED;
		*out = nic.read;
		return 1;
	}
	*out = nic.watch;
	memcpy(nic.watch->out, &nic.told[nic.next++], sizeof(uint32_t));
	nic.watch->status = 0;
	nic.watch->information = sizeof(uint32_t);
	nic.watch = NULL;
	return 1;
}

/* The bridge asks nothing once it runs. */
int uwdf_control(uwdf_handle *handle, uint32_t code, const void *in, size_t in_len, void *out,
		 size_t out_len, int timeout_ms, int32_t *status, size_t *done)
{
	(void)handle, (void)code, (void)in, (void)in_len, (void)out, (void)out_len;
	(void)timeout_ms, (void)status, (void)done;
	return -1;
}

int uwdf_memory_alloc(uwdf_handle *handle, size_t len, void **out)
{
	(void)handle;
	*out = nic.memory = mem_aligned_zalloc(64, len);
	return 0;
}

int uwdf_poll_fd(const uwdf_handle *handle)
{
	(void)handle;
	return nic.event;
}

const char *uwdf_handle_name(const uwdf_handle *handle)
{
	(void)handle;
	return "nic";
}

static int record_carrier(int fd, unsigned long request, void *arg)
{
	assert_int_equal(fd, TAP_FD);
	assert_int_equal(request, TUNSETCARRIER);
	nic.carrier[nic.carriers++] = *(int *)arg;
	return 0;
}

static void test_link__goes_and_comes__carrier_does_the_same(void **state)
{
	static const struct sys_ops ops = { .ioctl = record_carrier };
	const struct tap tap = { .fd = TAP_FD, .socket_fd = -1, .name = "nic0" };
	int never = sys_eventfd(0, 0);
	struct report report;
	struct bridge *bridge;

	(void)state;
	nic.told[nic.count++] = NIC_STATUS_MEDIA_DISCONNECT;
	nic.told[nic.count++] = NIC_STATUS_MEDIA_CONNECT;
	nic.event = sys_eventfd(1, 0);
	sys_set_ops(&ops);
	assert_int_equal(bridge_new(NULL, &tap, false, &report, &bridge), 0);
	assert_int_equal(bridge_start(bridge, &report), 0);
	assert_int_equal(bridge_run(bridge, never, &report), -EPIPE);
	sys_set_ops(NULL);
	bridge_free(bridge);
	mem_free(nic.memory);
	sys_close(nic.event);
	sys_close(never);
	assert_int_equal(nic.carriers, 2);
	assert_int_equal(nic.carrier[0], 0);
	assert_int_equal(nic.carrier[1], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_link__goes_and_comes__carrier_does_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
