/* SPDX-License-Identifier: MIT */
/*
 * fx_fixture.h - the framework under test: this program is a driver itself, loaded into a host in
 * the same process, with a device model behind it. What its callbacks saw is a line of words.
 */
#ifndef FX_FIXTURE_H
#define FX_FIXTURE_H

#include "uw_test.h"

#include <wdf.h>

#include "pnp/host_impl.h"
#include "uwdf/host.h"

/* What the driver does; cleared by fx_setup(). Every callback writes its name into the log. */
struct fx_script {
	const char *fail;        /* the name of the callback that fails */
	NTSTATUS status;         /* with what; 0: STATUS_UNSUCCESSFUL */
	unsigned int fail_skip;  /* its calls that succeed first */
	bool no_device;          /* EvtDriverDeviceAdd creates none */
	bool dispatch;           /* WdfLxDriverSetIoLevel(dispatch) */
	bool no_unload;          /* no EvtDriverUnload */
	unsigned int interrupts; /* made in EvtDriverDeviceAdd */
	unsigned int enablers;
	WDF_SYNCHRONIZATION_SCOPE scope; /* of the device; 0: inherited, as is the level */
	WDF_EXECUTION_LEVEL level;
	WDF_SYNCHRONIZATION_SCOPE driver_scope; /* of the WDFDRIVER, the same */
	WDF_EXECUTION_LEVEL driver_level;
	bool queue;       /* a parallel default queue that keeps requests */
	const char *skip; /* a callback that is not registered */
	NTSTATUS (*entry)(PDRIVER_OBJECT object, PUNICODE_STRING path); /* instead of DriverEntry */
	void (*in_init)(PWDFDEVICE_INIT init);                          /* before WdfDeviceCreate */
	void (*in_add)(WDFDEVICE device);                               /* after it */
	void (*in_prepare)(WDFDEVICE device, WDFCMRESLIST raw, WDFCMRESLIST translated);
	void (*in_d0_entry)(WDFDEVICE device);
	void (*in_surprise)(WDFDEVICE device);
	void (*in_isr)(WDFINTERRUPT interrupt, ULONG message);
	void (*in_dpc)(WDFINTERRUPT interrupt, WDFOBJECT object);
	void (*in_any)(const char *name); /* in each callback that is in the log */
};
extern struct fx_script fx_script;

struct fx_fixture {
	struct uwdf_host *host;
	struct uwdf_driver *driver;
	struct uwdf_device *device;
	struct uwdf_report rep;
	uint64_t blocks; /* live before setup */
	unsigned int fds;
	unsigned int leaves; /* calls of on_leave */
	char why[64];
};
extern struct fx_fixture fx;

/* What the driver made, for tests to use after the start. */
extern struct fx_made {
	WDFDRIVER driver;
	WDFDEVICE device;
	WDFINTERRUPT interrupts[8];
	WDFDMAENABLER enablers[8];
	WDFQUEUE queue;
	volatile UCHAR *registers; /* BAR 0 from EvtDevicePrepareHardware on */
} fx_made;

int fx_setup(void **state); /* a host with the verifier on, nothing loaded */
/* The verifier otherwise: for tests that count blocks it is "VerifierOn=0". Before fx_load(). */
int fx_verify(const char *options);
int fx_teardown(void **state);     /* and nothing is left: blocks, descriptors (checked) */
int fx_load(void);                 /* 0 or -errno */
int fx_start(const char *address); /* loads first if need be */
void fx_remove(void);
void fx_unload(void);
/* Load and start on model:edu; must succeed. The log is empty afterwards. */
void fx_up(void);

/* --- the log: words, in order, of all threads --- */
void fx_note(const char *word);
void fx_note_number(const char *word, unsigned int number);
const char *fx_log(void);
void fx_log_clear(void);
/* Wait (bounded) until @word was logged @count times. */
bool fx_log_await(const char *word, unsigned int count);

/* Did the verifier break since the last time this was asked? */
bool fx_broke(void);
/* Run @fn; true if it stopped the driver with @code. */
bool fx_stops(void (*fn)(void *arg), void *arg, ULONG code);
const char *fx_stop_text(void); /* what the verifier said in the last fx_stops(), "" if nothing */

/* --- edu's registers --- */
#define EDU_RAISE 0x60
#define EDU_ACK   0x64
void fx_edu_raise(void);

#endif
