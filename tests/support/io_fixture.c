/* SPDX-License-Identifier: MIT */
#include "io_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/log.h"
#include "base/mem.h"
#include "object/driver.h"
#include "object/worker.h"
#include "verifier/verifier.h"

extern const struct uwdf_driver_image UwdfDriverImage;
struct io_seen io_seen;

static NTSTATUS device_add(WDFDRIVER driver, PWDFDEVICE_INIT init)
{
	(void)driver;
	(void)init;
	return STATUS_SUCCESS;
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath);
NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
	WDF_DRIVER_CONFIG config;

	WDF_DRIVER_CONFIG_INIT(&config, device_add);
	return WdfDriverCreate(DriverObject, RegistryPath, WDF_NO_OBJECT_ATTRIBUTES, &config,
			       WDF_NO_HANDLE);
}

static void quiet(void *arg, enum log_level level, const char *area, const char *text)
{
	(void)arg;
	(void)level;
	(void)area;
	(void)text;
}

static void device_dispose(struct fx_object *obj)
{
	struct fx_device_head *device = uw_container_of(obj, struct fx_device_head, base);

	device->io = fx_io_free(device->io);
}

static const struct fx_object_class device_class = {
	.type = FX_TYPE_DEVICE,
	.name = "WDFDEVICE of a test",
	.dispose = device_dispose,
};

static struct fx_device_head *device_new(struct io_fixture *f, struct irq_loop *owner,
					 struct fx_io *below, const struct fx_io_config *config)
{
	struct fx_io_config plain = { 0 };
	struct fx_device_head *device;
	struct fx_object *obj;

	assert_int_equal(fx_object_new(&device_class, sizeof(struct fx_device_head), f->driver,
				       fx_driver_object(f->driver), NULL, &obj),
			 STATUS_SUCCESS);
	assert_int_equal(fx_object_commit(obj, NULL), STATUS_SUCCESS);
	device = uw_container_of(obj, struct fx_device_head, base);
	assert_int_equal(fx_io_new((struct fx_device *)(void *)device, owner, &device->io),
			 STATUS_SUCCESS);
	if (below)
		fx_io_stack_on(device->io, below);
	assert_int_equal(fx_io_configure(device->io, config ? config : &plain), STATUS_SUCCESS);
	assert_int_equal(fx_io_add_target(device->io), STATUS_SUCCESS);
	return device;
}

struct fx_device_head *io_device_new(struct io_fixture *f, struct irq_loop *owner,
				     const struct fx_io_config *config)
{
	return device_new(f, owner, NULL, config);
}

struct fx_device_head *io_device_above(struct io_fixture *f, struct fx_device_head *below,
				       const struct fx_io_config *config)
{
	return device_new(f, f->loop, below->io, config);
}

static uint64_t blocks_before;

static void set_up(struct io_fixture *f, const struct fx_io_config *config, const char *words,
		   bool own_thread)
{
	struct irq_loop_params params = { .name = "owner", .node = -1, .own_thread = own_thread };
	struct fx_verifier_settings verify;

	memset(f, 0, sizeof(*f));
	memset(&io_seen, 0, sizeof(io_seen));
	log_set_sink(quiet, NULL);
	blocks_before = mem_live_blocks();
	assert_int_equal(fx_worker_start(), 0);
	assert_int_equal(fx_verifier_parse(words, NULL, &verify), 0);
	assert_int_equal(
		fx_driver_load_image("io_test", &UwdfDriverImage, &verify, NULL, &f->driver), 0);
	assert_int_equal(irq_loop_new(&params, &f->loop), 0);
	f->device = io_device_new(f, f->loop, config);
	f->io = f->device->io;
	(void)io_broke();
}

void io_fixture_setup_verify(struct io_fixture *f, const struct fx_io_config *config,
			     const char *words)
{
	set_up(f, config, words, true);
}

void io_fixture_setup_here(struct io_fixture *f, const struct fx_io_config *config)
{
	set_up(f, config, "", false);
}

void io_fixture_setup_here_verify(struct io_fixture *f, const struct fx_io_config *config,
				  const char *words)
{
	set_up(f, config, words, false);
}

void io_fixture_setup(struct io_fixture *f, const struct fx_io_config *config)
{
	io_fixture_setup_verify(f, config, "");
}

void io_fixture_start(struct io_fixture *f)
{
	fx_io_resume(f->io);
	fx_io_set_started(f->io);
	fx_io_allow_open(f->io, true);
	assert_int_equal(fx_file_open((struct fx_device *)(void *)f->device, &f->file),
			 STATUS_SUCCESS);
}

void io_fixture_teardown(struct io_fixture *f)
{
	fx_io_purge(f->io, false);
	if (f->file)
		fx_file_close(f->file);
	fx_object_delete(&f->device->base);
	irq_loop_free(f->loop);
	fx_driver_unload(f->driver);
	fx_worker_stop();
	assert_int_equal(mem_live_blocks(), blocks_before);
	log_set_sink(NULL, NULL);
}

WDFDEVICE io_fixture_device(const struct io_fixture *f)
{
	return (WDFDEVICE)fx_object_handle(&f->device->base);
}

static void nothing(void *arg)
{
	(void)arg;
}

void io_settle(struct io_fixture *f)
{
	for (int i = 0; i < 4; i++) /* message, deferred, flush; and once more for what they post */
		irq_loop_call(f->loop, nothing, NULL);
}

void io_on_owner(struct io_fixture *f, void (*fn)(void *arg), void *arg)
{
	irq_loop_call(f->loop, fn, arg);
	io_settle(f);
}

WDFQUEUE io_queue(struct io_fixture *f, PWDF_IO_QUEUE_CONFIG config)
{
	WDFQUEUE queue = NULL;

	assert_int_equal(
		WdfIoQueueCreate(io_fixture_device(f), config, WDF_NO_OBJECT_ATTRIBUTES, &queue),
		STATUS_SUCCESS);
	assert_non_null(queue);
	return queue;
}

WDFQUEUE io_default_queue(struct io_fixture *f)
{
	WDF_IO_QUEUE_CONFIG config;

	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
	config.EvtIoDefault = io_keep_request;
	return io_queue(f, &config);
}

WDFQUEUE io_manual_queue(struct io_fixture *f)
{
	WDF_IO_QUEUE_CONFIG config;

	WDF_IO_QUEUE_CONFIG_INIT(&config, WdfIoQueueDispatchManual);
	return io_queue(f, &config);
}

void io_keep_request(WDFQUEUE queue, WDFREQUEST request)
{
	(void)queue;
	if (io_seen.kept_count < IO_KEPT_MAX)
		io_seen.kept[io_seen.kept_count] = request;
	io_seen.kept_count++;
	io_seen.last = request;
}

void io_complete_request(WDFQUEUE queue, WDFREQUEST request)
{
	io_keep_request(queue, request);
	WdfRequestComplete(request, STATUS_SUCCESS);
}

void io_count_stop(WDFQUEUE queue, WDFREQUEST request, ULONG action)
{
	(void)queue;
	io_seen.stop_action = action;
	io_seen.last = request;
	__atomic_add_fetch(&io_seen.stops, 1, __ATOMIC_RELEASE); /* tests wait for it */
}

void io_count_resume(WDFQUEUE queue, WDFREQUEST request)
{
	(void)queue;
	io_seen.resumes++;
	io_seen.last = request;
}

void io_count_cancel(WDFREQUEST request)
{
	io_seen.cancels++;
	io_seen.last = request;
}

void io_cancel_completes(WDFREQUEST request)
{
	io_seen.cancels++;
	WdfRequestComplete(request, STATUS_CANCELLED);
	__asm__ volatile(""); /* a call at the very end would be a jump, and have no line */
}

void io_complete_cancelled_on_queue(WDFQUEUE queue, WDFREQUEST request)
{
	(void)queue;
	io_seen.cancelled_on_queue++;
	WdfRequestComplete(request, STATUS_CANCELLED);
}

void io_count_state(WDFQUEUE queue, WDFCONTEXT context)
{
	(void)queue;
	(void)context;
	io_seen.states++;
}

void io_count_ready(WDFQUEUE queue, WDFCONTEXT context)
{
	(void)queue;
	(void)context;
	io_seen.ready++;
}

static void op_done(struct fx_packet *packet, NTSTATUS status, size_t information)
{
	struct io_op *op = uw_container_of(packet, struct io_op, packet);

	op->status = status;
	op->information = information;
	__atomic_add_fetch(&op->completions, 1, __ATOMIC_RELEASE);
}

static void op_init(struct io_op *op, enum fx_packet_kind kind)
{
	memset(op, 0, sizeof(*op));
	op->packet.kind = kind;
	op->packet.complete = op_done;
	op->packet.in = op->in;
	op->packet.out = op->out;
}

void io_op_read(struct io_op *op, size_t len)
{
	op_init(op, FX_PACKET_READ);
	op->packet.out_len = len;
}

void io_op_flush(struct io_op *op)
{
	op_init(op, FX_PACKET_FLUSH);
}

void io_op_write(struct io_op *op, const char *text)
{
	op_init(op, FX_PACKET_WRITE);
	op->packet.in_len = strlen(text);
	memcpy(op->in, text, op->packet.in_len);
}

void io_op_control(struct io_op *op, uint32_t code, const char *in, size_t out_len)
{
	op_init(op, FX_PACKET_CONTROL);
	op->packet.code = code;
	op->packet.in_len = strlen(in);
	memcpy(op->in, in, op->packet.in_len);
	op->packet.out_len = out_len;
}

void io_submit(struct io_fixture *f, struct io_op *op)
{
	fx_io_submit(f->file, &op->packet);
	io_settle(f);
}

void io_cancel(struct io_fixture *f, struct io_op *op)
{
	fx_io_cancel(&op->packet);
	io_settle(f);
}

bool io_broke(void)
{
	static uint64_t before;
	uint64_t now = fx_verifier_breaks();
	bool broke = now != before;

	before = now;
	return broke;
}

static jmp_buf stopped;
static ULONG stop_code;

static void note_stop(ULONG code, const char *text)
{
	(void)text;
	stop_code = code;
	longjmp(stopped, 1);
}

bool io_stops(void (*fn)(void *arg), void *arg, ULONG code)
{
	stop_code = 0;
	fx_verifier_set_hook(note_stop);
	if (!setjmp(stopped))
		fn(arg);
	fx_verifier_set_hook(NULL);
	return stop_code == code;
}
