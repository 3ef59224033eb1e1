/* SPDX-License-Identifier: MIT */
#include "fx_fixture.h"

#include <stdio.h>
#include <string.h>

#include "base/exec.h"
#include "base/fault.h"
#include "base/mem.h"
#include "uwdf/driver_image.h"
#include "uwdf/wdflx.h"
#include "verifier/verifier.h"

#define AWAIT_MS 60000

struct fx_script fx_script;
struct fx_fixture fx;
struct fx_made fx_made;

/* --- the log --- */

static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	char text[16384];
	size_t len;
} notes = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, "", 0 };

void fx_note(const char *word)
{
	pthread_mutex_lock(&notes.lock);
	if (notes.len + strlen(word) + 2 < sizeof(notes.text))
		notes.len +=
			(size_t)snprintf(notes.text + notes.len, sizeof(notes.text) - notes.len,
					 "%s%s", notes.len ? " " : "", word);
	pthread_cond_broadcast(&notes.changed);
	pthread_mutex_unlock(&notes.lock);
}

void fx_note_number(const char *word, unsigned int number)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "%s%u", word, number);
	fx_note(text);
}

/* As it is now, until this thread asks again: others may go on writing. */
const char *fx_log(void)
{
	static _Thread_local char text[sizeof(notes.text)];

	pthread_mutex_lock(&notes.lock);
	memcpy(text, notes.text, notes.len + 1);
	pthread_mutex_unlock(&notes.lock);
	return text;
}

void fx_log_clear(void)
{
	pthread_mutex_lock(&notes.lock);
	notes.len = 0;
	notes.text[0] = '\0';
	pthread_mutex_unlock(&notes.lock);
}

static unsigned int count_words(const char *word)
{
	unsigned int count = 0;
	size_t len = strlen(word);

	for (const char *at = notes.text; (at = strstr(at, word)); at += len)
		count += (at == notes.text || at[-1] == ' ') && (at[len] == ' ' || !at[len]);
	return count;
}

bool fx_log_await(const char *word, unsigned int count)
{
	struct timespec until;
	int err = 0;
	bool found;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += AWAIT_MS / 1000;
	pthread_mutex_lock(&notes.lock);
	while (!(found = count_words(word) >= count) && !err)
		err = pthread_cond_timedwait(&notes.changed, &notes.lock, &until);
	pthread_mutex_unlock(&notes.lock);
	return found;
}

/* Notes the callback and says what it returns. */
static NTSTATUS answer(const char *name)
{
	fx_note(name);
	if (fx_script.in_any)
		fx_script.in_any(name);
	if (!fx_script.fail || strcmp(name, fx_script.fail))
		return STATUS_SUCCESS;
	if (fx_script.fail_skip) {
		fx_script.fail_skip--;
		return STATUS_SUCCESS;
	}
	return fx_script.status ? fx_script.status : STATUS_UNSUCCESSFUL;
}

/* --- the driver's callbacks --- */

static NTSTATUS on_d0_entry(WDFDEVICE device, WDF_POWER_DEVICE_STATE previous)
{
	assert_int_equal(previous, WdfPowerDeviceD3Final);
	if (fx_script.in_d0_entry)
		fx_script.in_d0_entry(device);
	return answer("D0Entry");
}

static NTSTATUS on_d0_entry_post(WDFDEVICE device, WDF_POWER_DEVICE_STATE previous)
{
	(void)device;
	assert_int_equal(previous, WdfPowerDeviceD3Final);
	return answer("D0EntryPost");
}

static NTSTATUS on_d0_exit(WDFDEVICE device, WDF_POWER_DEVICE_STATE target)
{
	(void)device;
	assert_int_equal(target, WdfPowerDeviceD3Final);
	return answer("D0Exit");
}

static NTSTATUS on_d0_exit_pre(WDFDEVICE device, WDF_POWER_DEVICE_STATE target)
{
	(void)device;
	assert_int_equal(target, WdfPowerDeviceD3Final);
	return answer("D0ExitPre");
}

static volatile UCHAR *map_bar0(WDFCMRESLIST translated)
{
	PCM_PARTIAL_RESOURCE_DESCRIPTOR d = WdfCmResourceListGetDescriptor(translated, 0);

	if (!d || d->Type != CmResourceTypeMemory)
		return NULL;
	return MmMapIoSpace(d->u.Memory.Start, d->u.Memory.Length, MmNonCached);
}

static NTSTATUS on_prepare(WDFDEVICE device, WDFCMRESLIST raw, WDFCMRESLIST translated)
{
	fx_made.registers = map_bar0(translated);
	if (fx_script.in_prepare)
		fx_script.in_prepare(device, raw, translated);
	return answer("PrepareHardware");
}

static NTSTATUS on_release(WDFDEVICE device, WDFCMRESLIST translated)
{
	(void)device;
	assert_true(WdfCmResourceListGetCount(translated) > 0);
	return answer("ReleaseHardware");
}

static NTSTATUS on_smio_init(WDFDEVICE device)
{
	(void)device;
	return answer("SmioInit");
}

static NTSTATUS on_smio_suspend(WDFDEVICE device)
{
	(void)device;
	return answer("SmioSuspend");
}

static NTSTATUS on_smio_restart(WDFDEVICE device)
{
	(void)device;
	return answer("SmioRestart");
}

static void on_smio_flush(WDFDEVICE device)
{
	(void)device;
	(void)answer("SmioFlush");
}

static void on_smio_cleanup(WDFDEVICE device)
{
	(void)device;
	(void)answer("SmioCleanup");
}

static void on_surprise(WDFDEVICE device)
{
	if (fx_script.in_surprise)
		fx_script.in_surprise(device);
	(void)answer("SurpriseRemoval");
}

static NTSTATUS on_query_remove(WDFDEVICE device)
{
	(void)device;
	return answer("QueryRemove");
}

/* Before a device gets other resources, which nobody gives it: seen in no test. */
static NTSTATUS on_query_stop(WDFDEVICE device)
{
	(void)device;
	return answer("QueryStop");
}

static void register_pnp(PWDFDEVICE_INIT init)
{
	WDF_PNPPOWER_EVENT_CALLBACKS pnp;

	WDF_PNPPOWER_EVENT_CALLBACKS_INIT(&pnp);
	pnp.EvtDeviceD0Entry = on_d0_entry;
	pnp.EvtDeviceD0EntryPostInterruptsEnabled = on_d0_entry_post;
	pnp.EvtDeviceD0Exit = on_d0_exit;
	pnp.EvtDeviceD0ExitPreInterruptsDisabled = on_d0_exit_pre;
	pnp.EvtDevicePrepareHardware = on_prepare;
	pnp.EvtDeviceReleaseHardware = on_release;
	pnp.EvtDeviceSelfManagedIoInit = on_smio_init;
	pnp.EvtDeviceSelfManagedIoSuspend = on_smio_suspend;
	pnp.EvtDeviceSelfManagedIoRestart = on_smio_restart;
	pnp.EvtDeviceSelfManagedIoFlush = on_smio_flush;
	pnp.EvtDeviceSelfManagedIoCleanup = on_smio_cleanup;
	pnp.EvtDeviceSurpriseRemoval = on_surprise;
	pnp.EvtDeviceQueryRemove = on_query_remove;
	pnp.EvtDeviceQueryStop = on_query_stop;
	if (!fx_script.skip)
		WdfDeviceInitSetPnpPowerEventCallbacks(init, &pnp);
}

/* --- interrupts --- */

static BOOLEAN on_isr(WDFINTERRUPT interrupt, ULONG message)
{
	if (fx_script.in_isr)
		fx_script.in_isr(interrupt, message);
	WRITE_REGISTER_ULONG((volatile ULONG *)(fx_made.registers + EDU_ACK), ~0u);
	(void)answer("Isr");
	WdfInterruptQueueDpcForIsr(interrupt);
	return TRUE;
}

static void on_dpc(WDFINTERRUPT interrupt, WDFOBJECT object)
{
	if (fx_script.in_dpc)
		fx_script.in_dpc(interrupt, object);
	(void)answer("Dpc");
}

static NTSTATUS on_interrupt_enable(WDFINTERRUPT interrupt, WDFDEVICE device)
{
	assert_ptr_equal(WdfInterruptGetDevice(interrupt), device);
	return answer("InterruptEnable");
}

static NTSTATUS on_interrupt_disable(WDFINTERRUPT interrupt, WDFDEVICE device)
{
	assert_ptr_equal(WdfInterruptGetDevice(interrupt), device);
	return answer("InterruptDisable");
}

static NTSTATUS make_interrupts(WDFDEVICE device)
{
	WDF_INTERRUPT_CONFIG config;
	NTSTATUS status = STATUS_SUCCESS;

	WDF_INTERRUPT_CONFIG_INIT(&config, on_isr, on_dpc);
	config.EvtInterruptEnable = on_interrupt_enable;
	config.EvtInterruptDisable = on_interrupt_disable;
	for (unsigned int i = 0; i < fx_script.interrupts && NT_SUCCESS(status); i++)
		status = WdfInterruptCreate(device, &config, WDF_NO_OBJECT_ATTRIBUTES,
					    &fx_made.interrupts[i]);
	return status;
}

/* --- DMA --- */

static NTSTATUS on_fill(WDFDMAENABLER enabler)
{
	(void)enabler;
	return answer("Fill");
}

static NTSTATUS on_enable(WDFDMAENABLER enabler)
{
	(void)enabler;
	return answer("Enable");
}

static NTSTATUS on_dma_start(WDFDMAENABLER enabler)
{
	(void)enabler;
	return answer("DmaStart");
}

static NTSTATUS on_dma_stop(WDFDMAENABLER enabler)
{
	(void)enabler;
	return answer("DmaStop");
}

static NTSTATUS on_disable(WDFDMAENABLER enabler)
{
	(void)enabler;
	return answer("Disable");
}

static NTSTATUS on_flush(WDFDMAENABLER enabler)
{
	(void)enabler;
	return answer("Flush");
}

static NTSTATUS make_enablers(WDFDEVICE device)
{
	WDF_DMA_ENABLER_CONFIG config;
	NTSTATUS status = STATUS_SUCCESS;

	WDF_DMA_ENABLER_CONFIG_INIT(&config, WdfDmaProfileScatterGather, 4096);
	config.EvtDmaEnablerFill = on_fill;
	config.EvtDmaEnablerEnable = on_enable;
	config.EvtDmaEnablerSelfManagedIoStart = on_dma_start;
	config.EvtDmaEnablerSelfManagedIoStop = on_dma_stop;
	config.EvtDmaEnablerDisable = on_disable;
	config.EvtDmaEnablerFlush = on_flush;
	for (unsigned int i = 0; i < fx_script.enablers && NT_SUCCESS(status); i++)
		status = WdfDmaEnablerCreate(device, &config, WDF_NO_OBJECT_ATTRIBUTES,
					     &fx_made.enablers[i]);
	return status;
}

/* --- queue --- */

static void on_io(WDFQUEUE queue, WDFREQUEST request)
{
	(void)queue;
	fx_note("Io");
	WdfRequestComplete(request, STATUS_SUCCESS);
}

static NTSTATUS make_queue(WDFDEVICE device)
{
	WDF_IO_QUEUE_CONFIG config;

	if (!fx_script.queue)
		return STATUS_SUCCESS;
	WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&config, WdfIoQueueDispatchParallel);
	config.EvtIoDefault = on_io;
	return WdfIoQueueCreate(device, &config, WDF_NO_OBJECT_ATTRIBUTES, &fx_made.queue);
}

/* --- the device --- */

static void on_device_cleanup(WDFOBJECT object)
{
	(void)object;
	(void)answer("DeviceCleanup");
}

static void on_device_destroy(WDFOBJECT object)
{
	(void)object;
	(void)answer("DeviceDestroy");
}

static NTSTATUS fill_device(WDFDEVICE device)
{
	NTSTATUS status = make_interrupts(device);

	if (NT_SUCCESS(status))
		status = make_enablers(device);
	if (NT_SUCCESS(status))
		status = make_queue(device);
	if (fx_script.in_add)
		fx_script.in_add(device);
	return status;
}

static NTSTATUS on_device_add(WDFDRIVER driver, PWDFDEVICE_INIT init)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	NTSTATUS status;

	assert_ptr_equal(driver, WdfGetDriver());
	if (fx_script.no_device)
		return answer("DeviceAdd");
	register_pnp(init);
	if (fx_script.in_init)
		fx_script.in_init(init);
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.EvtCleanupCallback = on_device_cleanup;
	attrs.EvtDestroyCallback = on_device_destroy;
	if (fx_script.scope)
		attrs.SynchronizationScope = fx_script.scope;
	if (fx_script.level)
		attrs.ExecutionLevel = fx_script.level;
	status = WdfDeviceCreate(&init, &attrs, &fx_made.device);
	if (NT_SUCCESS(status))
		status = fill_device(fx_made.device);
	return NT_SUCCESS(status) ? answer("DeviceAdd") : status;
}

static void on_unload(WDFDRIVER driver)
{
	assert_ptr_equal(driver, WdfGetDriver());
	(void)answer("DriverUnload");
}

static void on_driver_cleanup(WDFOBJECT object)
{
	(void)object;
	(void)answer("DriverCleanup");
}

NTSTATUS DriverEntry(PDRIVER_OBJECT object, PUNICODE_STRING path);
NTSTATUS DriverEntry(PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	WDF_OBJECT_ATTRIBUTES attrs;
	WDF_DRIVER_CONFIG config;
	NTSTATUS status;

	if (fx_script.entry)
		return fx_script.entry(object, path);
	WDF_DRIVER_CONFIG_INIT(&config, on_device_add);
	if (!fx_script.no_unload)
		config.EvtDriverUnload = on_unload;
	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.EvtCleanupCallback = on_driver_cleanup;
	if (fx_script.driver_scope)
		attrs.SynchronizationScope = fx_script.driver_scope;
	if (fx_script.driver_level)
		attrs.ExecutionLevel = fx_script.driver_level;
	status = WdfDriverCreate(object, path, &attrs, &config, &fx_made.driver);
	if (NT_SUCCESS(status) && fx_script.dispatch)
		status = WdfLxDriverSetIoLevel(fx_made.driver, WdfExecutionLevelDispatch);
	return NT_SUCCESS(status) ? answer("DriverEntry") : status;
}

/* --- the test's side --- */

extern const struct uwdf_driver_image UwdfDriverImage;

static jmp_buf stop_jump;
static ULONG stop_code;
static char stop_text[512];

static void stop_hook(ULONG code, const char *text)
{
	(void)snprintf(stop_text, sizeof(stop_text), "%s", text);
	stop_code = code;
	longjmp(stop_jump, 1);
}

bool fx_stops(void (*fn)(void *arg), void *arg, ULONG code)
{
	volatile bool stopped = true;

	fx_verifier_set_hook(stop_hook);
	stop_code = 0;
	stop_text[0] = '\0';
	if (!setjmp(stop_jump)) {
		fn(arg);
		stopped = false;
	}
	fx_verifier_set_hook(NULL);
	return stopped && stop_code == code;
}

const char *fx_stop_text(void)
{
	return stop_text;
}

bool fx_broke(void)
{
	static uint64_t seen;
	uint64_t before = seen;

	seen = fx_verifier_breaks();
	return seen != before;
}

int fx_setup(void **state)
{
	(void)state;
	memset(&fx_script, 0, sizeof(fx_script));
	memset(&fx_made, 0, sizeof(fx_made));
	memset(&fx, 0, sizeof(fx));
	fx_log_clear();
	(void)fx_broke();
	fx.fds = test_open_fds();
	fx.blocks = mem_live_blocks();
	return uwdf_host_new(&fx.rep, &fx.host) || fx_verify("");
}

int fx_verify(const char *options)
{
	return uwdf_host_verify(fx.host, options, &fx.rep);
}

int fx_teardown(void **state)
{
	(void)state;
	uwdf_host_free(fx.host);
	assert_int_equal(mem_live_blocks(), fx.blocks);
	assert_int_equal(test_open_fds(), fx.fds);
	return 0;
}

int fx_load(void)
{
	if (fx.driver)
		return 0;
	return fx_host_load_image(fx.host, "tested", &UwdfDriverImage, &fx.rep, &fx.driver);
}

static void on_leave(void *arg, struct uwdf_device *device, const char *why)
{
	(void)arg;
	(void)device;
	(void)snprintf(fx.why, sizeof(fx.why), "%s", why);
	__atomic_add_fetch(&fx.leaves, 1, __ATOMIC_RELEASE);
	fx_note("Leave");
}

int fx_start(const char *address)
{
	struct uwdf_device_params params = { .address = address, .on_leave = on_leave };
	int err = fx_load();

	return err ? err : uwdf_device_start(fx.driver, &params, &fx.rep, &fx.device);
}

void fx_remove(void)
{
	uwdf_device_remove(fx.device);
	fx.device = NULL;
}

void fx_unload(void)
{
	assert_int_equal(uwdf_host_unload(fx.driver), 0);
	fx.driver = NULL;
}

void fx_up(void)
{
	int err = fx_start("model:edu");

	if (err)
		fail_msg("%s; %s", fx.rep.text, fx.rep.hint);
	fx_log_clear();
}

void fx_edu_raise(void)
{
	WRITE_REGISTER_ULONG((volatile ULONG *)(fx_made.registers + EDU_RAISE), 1);
}
