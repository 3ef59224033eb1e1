/* SPDX-License-Identifier: MIT */
#include "remote_sim.h"

struct remote_sim remote_sim;

NTSTATUS remote_sim_open(PCUNICODE_STRING name)
{
	WDF_IO_TARGET_OPEN_PARAMS params;

	WDF_IO_TARGET_OPEN_PARAMS_INIT_OPEN_BY_NAME(&params, name, STANDARD_RIGHTS_ALL);
	return WdfIoTargetOpen(remote_sim.target, &params);
}

NTSTATUS remote_sim_open_elsewhere(void)
{
	DECLARE_CONST_UNICODE_STRING(name, L"\\Device\\Elsewhere");

	return remote_sim_open(&name);
}

static void made_ended(WDFREQUEST request, WDFIOTARGET from, PWDF_REQUEST_COMPLETION_PARAMS params,
		       WDFCONTEXT context)
{
	struct remote_made *m = context;

	(void)from;
	m->broken |= request != m->request || !irq_loop_is_self(remote_sim.f.loop);
	m->status = params->IoStatus.Status;
	m->information = params->IoStatus.Information;
	remote_sim.timeouts += m->status == STATUS_IO_TIMEOUT;
	remote_sim.cancels += m->status == STATUS_CANCELLED;
	remote_sim.successes += NT_SUCCESS(m->status);
	remote_sim.removed += m->status == STATUS_DEVICE_REMOVED;
	__atomic_add_fetch(&m->ended, 1, __ATOMIC_RELEASE);
	if (m->ended_so)
		m->ended_so(m);
}

bool remote_sim_send(struct remote_made *m, LONGLONG timeout, WDFMEMORY out)
{
	WDF_REQUEST_SEND_OPTIONS options;
	WDF_REQUEST_REUSE_PARAMS reuse;

	WDF_REQUEST_REUSE_PARAMS_INIT(&reuse, WDF_REQUEST_REUSE_NO_FLAGS, STATUS_SUCCESS);
	m->broken |= !NT_SUCCESS(WdfRequestReuse(m->request, &reuse));
	m->broken |= !NT_SUCCESS(WdfIoTargetFormatRequestForIoctl(
		remote_sim.target, m->request, REMOTE_SIM_CODE, NULL, NULL, out, NULL));
	WdfRequestSetCompletionRoutine(m->request, made_ended, m);
	WDF_REQUEST_SEND_OPTIONS_INIT(&options, 0);
	if (timeout)
		WDF_REQUEST_SEND_OPTIONS_SET_TIMEOUT(&options, timeout);
	__atomic_add_fetch(&m->sent, 1, __ATOMIC_RELEASE);
	if (WdfRequestSend(m->request, remote_sim.target, &options))
		return true;
	__atomic_sub_fetch(&m->sent, 1, __ATOMIC_RELEASE);
	remote_sim.refused++;
	return false;
}

static void make_requests(void)
{
	WDF_OBJECT_ATTRIBUTES attrs;

	WDF_OBJECT_ATTRIBUTES_INIT(&attrs);
	attrs.ParentObject = io_fixture_device(&remote_sim.f);
	for (unsigned int i = 0; i < REMOTE_SIM_MADE; i++) {
		remote_sim.made[i] = (struct remote_made){ .request = NULL };
		assert_int_equal(
			WdfRequestCreate(&attrs, remote_sim.target, &remote_sim.made[i].request),
			STATUS_SUCCESS);
	}
}

void remote_sim_begin(uint64_t seed)
{
	assert_int_equal(exec_sim_begin(seed), 0);
	fake_remote_init();
	io_fixture_setup_verify(&remote_sim.f, NULL, "VerifierOn=0");
	io_fixture_start(&remote_sim.f);
	assert_int_equal(WdfIoTargetCreate(io_fixture_device(&remote_sim.f),
					   WDF_NO_OBJECT_ATTRIBUTES, &remote_sim.target),
			 STATUS_SUCCESS);
	make_requests();
}

void remote_sim_end(void)
{
	WdfIoTargetClose(remote_sim.target);
	for (unsigned int i = 0; i < REMOTE_SIM_MADE; i++) {
		assert_int_equal(remote_sim.made[i].sent, remote_sim.made[i].ended);
		WdfObjectDelete(remote_sim.made[i].request);
	}
	io_fixture_teardown(&remote_sim.f);
	fake_remote_deinit();
	exec_sim_end();
}

void remote_sim_await_pending(unsigned int count)
{
	while (fake_remote_pending() != count)
		exec_sleep_ms(1);
}

void remote_sim_await_end(const struct remote_made *m)
{
	while (__atomic_load_n(&m->ended, __ATOMIC_ACQUIRE) != m->sent)
		exec_sleep_ms(1);
}
