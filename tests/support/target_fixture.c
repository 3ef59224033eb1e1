/* SPDX-License-Identifier: MIT */
#include "target_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

struct target_below target_below;

static void cancel_below(WDFREQUEST request)
{
	__atomic_add_fetch(&target_below.cancelled, 1, __ATOMIC_RELEASE);
	WdfRequestComplete(request, STATUS_CANCELLED);
}

static void look_at(WDFREQUEST request)
{
	void *buffer;
	size_t len;

	WDF_REQUEST_PARAMETERS_INIT(&target_below.params);
	WdfRequestGetParameters(request, &target_below.params);
	target_below.file = WdfRequestGetFileObject(request);
	if (target_below.params.Parameters.Others.IoControlCode == TARGET_OTHERS)
		return;
	if (NT_SUCCESS(WdfRequestRetrieveInputBuffer(request, 1, &buffer, &len)) &&
	    len < sizeof(target_below.got))
		memcpy(target_below.got, buffer, len);
	if (NT_SUCCESS(WdfRequestRetrieveOutputBuffer(request, sizeof(target_below.text), &buffer,
						      &len)))
		memcpy(buffer, target_below.text, sizeof(target_below.text));
}

static void keep_below(WDFQUEUE queue, WDFREQUEST request)
{
	unsigned int index = target_below.came;

	(void)queue;
	look_at(request);
	if (index < TARGET_KEPT_MAX)
		target_below.kept[index] = request;
	if (target_below.completes)
		WdfRequestCompleteWithInformation(request, target_below.status,
						  target_below.information);
	else if (target_below.marks)
		WdfRequestMarkCancelable(request, cancel_below);
	__atomic_store_n(&target_below.came, index + 1, __ATOMIC_RELEASE);
}

static void make_lower(struct target_fixture *t, bool one_loop)
{
	struct irq_loop_params params = { .name = "lower", .node = -1, .own_thread = true };
	WDF_IO_QUEUE_CONFIG config;

	if (one_loop)
		t->loop = t->f.loop;
	else
		assert_int_equal(irq_loop_new(&params, &t->loop), 0);
	t->lower = io_device_new(&t->f, t->loop, NULL);
	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
	config.EvtIoDefault = keep_below;
	assert_int_equal(WdfIoQueueCreate((WDFDEVICE)fx_object_handle(&t->lower->base), &config,
					  WDF_NO_OBJECT_ATTRIBUTES, &t->queue),
			 STATUS_SUCCESS);
	fx_io_resume(t->lower->io);
	fx_io_set_started(t->lower->io);
}

void target_setup_config(struct target_fixture *t, bool one_loop, const struct fx_io_config *config,
			 const char *words)
{
	memset(t, 0, sizeof(*t));
	memset(&target_below, 0, sizeof(target_below));
	io_fixture_setup_verify(&t->f, config, words);
	make_lower(t, one_loop);
	fx_local_sink_init(&t->sink, (struct fx_device *)(void *)t->lower);
	t->f.device->below = &t->sink.sink;
	(void)io_default_queue(&t->f);
	t->target = WdfDeviceGetIoTarget(io_fixture_device(&t->f));
	io_fixture_start(&t->f);
}

void target_setup_verify(struct target_fixture *t, bool one_loop, const char *words)
{
	target_setup_config(t, one_loop, NULL, words);
}

void target_setup(struct target_fixture *t, bool one_loop)
{
	target_setup_verify(t, one_loop, "");
}

/* What the lower driver still has would be waited for. */
static void complete_kept(void *arg)
{
	struct target_fixture *t = arg;

	for (unsigned int i = 0; i < target_below.came && i < TARGET_KEPT_MAX; i++) {
		struct fx_object *obj = fx_object_at(target_below.kept[i]);

		if (target_below.kept[i] && fx_object_handle(obj) == target_below.kept[i])
			WdfRequestComplete(target_below.kept[i], STATUS_SUCCESS);
	}
	(void)t;
}

void target_teardown(struct target_fixture *t)
{
	if (!target_below.completes && !target_below.marks)
		io_on_owner(&(struct io_fixture){ .loop = t->loop }, complete_kept, t);
	fx_io_purge(t->f.io, false);
	fx_io_purge(t->lower->io, false);
	t->f.device->below = NULL;
	fx_object_delete(&t->lower->base);
	if (t->loop != t->f.loop)
		irq_loop_free(t->loop);
	io_fixture_teardown(&t->f);
}

void target_settle(struct target_fixture *t)
{
	struct io_fixture lower = { .loop = t->loop };

	for (int i = 0; i < 3; i++) {
		io_settle(&t->f);
		io_settle(&lower);
	}
}

struct completing {
	WDFREQUEST request;
	NTSTATUS status;
	ULONG_PTR information;
};

static void complete_now(void *arg)
{
	struct completing *c = arg;

	WdfRequestCompleteWithInformation(c->request, c->status, c->information);
}

void target_complete(struct target_fixture *t, unsigned int index, NTSTATUS status,
		     ULONG_PTR information)
{
	struct completing c = { .request = target_below.kept[index],
				.status = status,
				.information = information };
	struct io_fixture lower = { .loop = t->loop };

	target_below.kept[index] = NULL;
	io_on_owner(&lower, complete_now, &c);
	target_settle(t);
}

WDFREQUEST target_request(struct target_fixture *t)
{
	WDFREQUEST request = NULL;

	assert_int_equal(WdfRequestCreate(WDF_NO_OBJECT_ATTRIBUTES, t->target, &request),
			 STATUS_SUCCESS);
	return request;
}

void target_count_end(WDFREQUEST request, WDFIOTARGET target, PWDF_REQUEST_COMPLETION_PARAMS params,
		      WDFCONTEXT context)
{
	struct target_sent *sent = context;

	(void)target;
	sent->request = request;
	sent->status = params->IoStatus.Status;
	sent->information = params->IoStatus.Information;
	sent->params = *params;
	sent->level = KeGetCurrentIrql();
	sent->on_owner = irq_loop_is_self(sent->t->f.loop);
	if (sent->then)
		sent->then(sent);
	__atomic_add_fetch(&sent->ends, 1, __ATOMIC_RELEASE);
}

void target_format(struct target_fixture *t, WDFREQUEST request, struct target_sent *sent)
{
	sent->t = t;
	assert_int_equal(WdfIoTargetFormatRequestForIoctl(t->target, request, TARGET_CODE, NULL,
							  NULL, NULL, NULL),
			 STATUS_SUCCESS);
	WdfRequestSetCompletionRoutine(request, target_count_end, sent);
}

BOOLEAN target_send(struct target_fixture *t, WDFREQUEST request, ULONG flags, LONGLONG timeout)
{
	WDF_REQUEST_SEND_OPTIONS options;

	WDF_REQUEST_SEND_OPTIONS_INIT(&options, flags);
	if (timeout)
		WDF_REQUEST_SEND_OPTIONS_SET_TIMEOUT(&options, timeout);
	return WdfRequestSend(request, t->target, flags || timeout ? &options : NULL);
}
