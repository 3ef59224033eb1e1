/* SPDX-License-Identifier: MIT */
/*
 * Who asks the sink to cancel what is sent, where two are inside it: the one that sent it and
 * waits for nothing any more, and the one that starts the target and is about to submit it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/exec.h"
#include "sent.h"
#include "target_fixture.h"

#define SOON_MS 60000

static struct target_fixture t;
static const struct fx_sink_ops *real;
static struct exec_event submitting, sender_left;
static bool is_submitted;
static unsigned int cancels, early_cancels;
static struct exec_thread *starter;
static WDFREQUEST request;

/* --- the sink --- */

static void submit_slowly(struct fx_sink *sink, struct fx_packet *packet, struct fx_file *from)
{
	exec_event_set(&submitting);
	assert_true(exec_event_wait(&sender_left, exec_deadline_ms(SOON_MS)));
	is_submitted = true;
	real->submit(sink, packet, from);
}

static void count_cancel(struct fx_sink *sink, struct fx_packet *packet)
{
	cancels++;
	if (is_submitted)
		real->cancel(sink, packet);
	else
		early_cancels++; /* which knows nothing of it yet */
}

static const struct fx_sink_ops slow_ops = { .submit = submit_slowly, .cancel = count_cancel };

/* --- between the send and its end --- */

static void start_target(void *arg)
{
	(void)arg;
	assert_int_equal(WdfIoTargetStart(t.target), STATUS_SUCCESS);
}

void __wrap_request_arm(struct fx_request *req);
void __real_request_arm(struct fx_request *req);

/* The linker's --wrap: it is out with a time-out, and its sender has not left yet. */
void __wrap_request_arm(struct fx_request *req)
{
	const struct exec_thread_params params = { .name = "starter",
						   .run = start_target,
						   .node = -1 };

	assert_int_equal(exec_thread_start(&params, &starter), 0);
	assert_true(exec_event_wait(&submitting, exec_deadline_ms(SOON_MS)));
	assert_true(WdfRequestCancelSentRequest(request));
	__real_request_arm(req);
}

static void test_cancel__another_is_about_to_submit_it__asked_behind_that(void **state)
{
	struct target_sent sent = { .ends = 0 };
	(void)state;
	target_setup(&t, false);
	target_below.marks = true;
	real = t.sink.sink.ops;
	t.sink.sink.ops = &slow_ops;
	assert_int_equal(exec_event_init(&submitting) + exec_event_init(&sender_left), 0);
	request = target_request(&t);
	target_format(&t, request, &sent);
	WdfIoTargetStop(t.target, WdfIoTargetLeaveSentIoPending);
	assert_true(target_send(&t, request, 0, WDF_REL_TIMEOUT_IN_SEC(60)));
	exec_event_set(&sender_left);
	exec_thread_join(starter);
	assert_int_equal(early_cancels, 0);
	assert_int_equal(cancels, 1);
	target_settle(&t);
	assert_int_equal(sent.ends, 1);
	assert_int_equal(sent.status, STATUS_CANCELLED);
	t.sink.sink.ops = real;
	WdfObjectDelete(request);
	exec_event_deinit(&submitting);
	exec_event_deinit(&sender_left);
	target_teardown(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cancel__another_is_about_to_submit_it__asked_behind_that),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
