/* SPDX-License-Identifier: MIT */
/* request_send.c - WdfRequestSend: may it go, and off it goes; or the reason is in its status. */
#include "target_impl.h"

/* --- what the driver asks for --- */

#define KNOWN                                                                                      \
	(WDF_REQUEST_SEND_OPTION_TIMEOUT | WDF_REQUEST_SEND_OPTION_SYNCHRONOUS |                   \
	 WDF_REQUEST_SEND_OPTION_IGNORE_TARGET_STATE | WDF_REQUEST_SEND_OPTION_SEND_AND_FORGET)

bool send_options_are_right(struct fx_driver *driver, const struct fx_object *obj,
			    const WDF_REQUEST_SEND_OPTIONS *options)
{
	const ULONG forget = WDF_REQUEST_SEND_OPTION_SEND_AND_FORGET;
	const char *wrong = NULL;

	if (options->Size != sizeof(*options))
		wrong = "a wrong Size";
	else if (options->Flags & ~(ULONG)KNOWN)
		wrong = "flags that there are not";
	else if ((options->Flags & forget) && options->Flags != forget)
		wrong = "WDF_REQUEST_SEND_OPTION_SEND_AND_FORGET and other flags";
	if (!wrong)
		return true;
	fx_rule_break(driver, FX_RULE_SEND_OPTIONS, obj,
		      "a WDFREQUEST was sent with options that have %s", wrong);
	return false;
}

struct sent_options sent_read_options(const WDF_REQUEST_SEND_OPTIONS *options)
{
	struct sent_options out = { 0 };
	ULONG flags = options ? options->Flags : 0;

	out.any_state = flags & WDF_REQUEST_SEND_OPTION_IGNORE_TARGET_STATE;
	out.forget = flags & WDF_REQUEST_SEND_OPTION_SEND_AND_FORGET;
	out.has_due = (flags & WDF_REQUEST_SEND_OPTION_TIMEOUT) && options->Timeout;
	if (out.has_due) /* counted from here, also while the target is stopped */
		out.due = fx_due_from(options->Timeout);
	return out;
}

/* --- may it go? --- */

static NTSTATUS refuse(struct fx_request *req, enum fx_rule rule, const char *why)
{
	fx_rule_break(req->base.driver, rule, &req->base, "a WDFREQUEST was sent %s", why);
	return STATUS_INVALID_DEVICE_REQUEST;
}

static NTSTATUS check_forget(struct fx_request *req)
{
	if (req->made)
		return refuse(req, FX_RULE_FORGET_FORMATTED,
			      "and forgotten that the driver itself created");
	if (req->format == FORMAT_IO)
		return refuse(req, FX_RULE_FORGET_FORMATTED,
			      "and forgotten that was formatted for an I/O target");
	if (req->completion)
		(void)refuse(req, FX_RULE_FORGET_ROUTINE,
			     "and forgotten that has a completion routine, which is not called");
	if (req->kind == REQUEST_CREATE && file_handle(req->file))
		(void)refuse(req, FX_RULE_FORGET_CREATE,
			     "and forgotten that creates a file with a WDFFILEOBJECT");
	return STATUS_SUCCESS;
}

static NTSTATUS check_sending(struct fx_request *req, const struct sent_options *options,
			      bool synchronous)
{
	if (options->forget)
		return check_forget(req);
	if (req->format == FORMAT_NONE)
		return STATUS_REQUEST_NOT_ACCEPTED; /* rule 78 is only traced */
	if (!synchronous && !req->made && !req->completion)
		return refuse(req, FX_RULE_NO_COMPLETION_ROUTINE,
			      "without a completion routine, though it came from a queue");
	return STATUS_SUCCESS;
}

static NTSTATUS not_at_hand(struct fx_request *req, uint32_t word)
{
	if ((word & REQUEST_STATE) == REQUEST_SENT)
		fx_rule_broken(req->base.driver, FX_RULE_SENT_TWICE, &req->base,
			       WDF_REQUEST_FATAL_ERROR_REQUEST_ALREADY_SENT, req->base.handle,
			       "a WDFREQUEST was sent that is sent already");
	else
		(void)refuse(req, request_rule_of(word), "that the driver does not own");
	return STATUS_INVALID_DEVICE_REQUEST;
}

/* It is the target's from here. */
static NTSTATUS take(struct fx_request *req)
{
	uint32_t word = request_word(req);
	uint32_t state;

	do {
		state = word & REQUEST_STATE;
		if (state != REQUEST_DRIVER && state != REQUEST_MADE)
			return not_at_hand(req, word);
		if (word & REQUEST_CANCELABLE)
			return refuse(req, FX_RULE_MOVED_CANCELABLE,
				      "while it is marked cancelable");
	} while (!request_swap_word(req, &word, (word & REQUEST_CANCELLED) | REQUEST_SENT));
	return STATUS_SUCCESS;
}

/* --- off --- */

/* As it came: the buffers that this driver has seen, or the client's own where it saw none. */
static void copy_packet(struct fx_request *req)
{
	const struct fx_packet *from = req->packet;

	sent_unformat(req->sent);
	req->sent->packet = (struct fx_packet){ .kind = from->kind,
						.code = from->code,
						.offset = from->offset,
						.in = req->in ? req->in : from->in,
						.in_len = req->in_len,
						.out = req->out ? req->out : from->out,
						.out_len = req->out_len,
						.others = from->others };
}

static NTSTATUS prepare(struct fx_request *req, const struct sent_options *options)
{
	struct fx_sent *sent = request_sent(req);

	if (!sent)
		return STATUS_INSUFFICIENT_RESOURCES;
	req->memories = true; /* something is left to be taken off it at its end */
	sent->from = req->made ? NULL : req->file;
	if (req->format == FORMAT_AS_IT_CAME || (options->forget && req->format != FORMAT_LOCATION))
		copy_packet(req);
	return STATUS_SUCCESS;
}

/* Until its time is over, if it has one; then it is asked to end, and waited for in any case. */
static void await_end(struct fx_sent *sent, struct fx_target *target, struct fx_target_wait *wait,
		      const struct sent_options *options)
{
	bool over = false;

	while (!over && options->has_due) {
		uint64_t now = exec_now_ns(), at = fx_due_next(&options->due, now);

		if (at <= now) {
			(void)sent_expire(sent);
			break;
		}
		over = target_wait(wait, target, at, NULL);
	}
	if (!over)
		(void)target_wait(wait, target, EXEC_FOREVER,
				  "a WDFREQUEST that was sent synchronously");
}

NTSTATUS sent_and_wait(struct fx_sent *sent, struct fx_target *target,
		       const struct sent_options *options)
{
	struct sent_options waiting = *options;
	struct fx_target_wait wait;
	NTSTATUS status;

	if (target_is_inside(target)) {
		fx_verifier_break(
			target->base.driver,
			"a callback waits for what it sends to its own device, which could "
			"only begin when the callback is over");
		return STATUS_INVALID_DEVICE_REQUEST;
	}
	status = target_wait_init(&wait, target);
	if (!NT_SUCCESS(status))
		return status;
	waiting.wait = &wait;
	status = sent_send(sent, target, &waiting);
	if (NT_SUCCESS(status))
		await_end(sent, target, &wait, options);
	target_wait_deinit(&wait);
	return status;
}

/* In REQUEST_SENT, and referenced if it is a made one. */
static NTSTATUS send_and_wait(struct fx_request *req, struct fx_target *target,
			      const struct sent_options *options)
{
	NTSTATUS status;

	if (!req->made && io_is_owner(req->io) && req->place == PLACE_CALLBACK)
		request_stay(req); /* its file may close meanwhile, and cancels what is listed */
	status = sent_and_wait(req->sent, target, options);
	if (!NT_SUCCESS(status))
		return status;
	req->status = sent_take_back(req->sent);
	req->information = req->sent->information;
	req->completion = NULL;
	req->format = FORMAT_NONE;
	request_come_back(req);
	sent_left(target);
	if (req->made)
		fx_object_unref(&req->base);
	return STATUS_SUCCESS;
}

static bool not_sent(struct fx_request *req, NTSTATUS status)
{
	req->status = status;
	return false;
}

static bool send(struct fx_request *req, struct fx_target *target,
		 const struct sent_options *options, bool synchronous)
{
	bool made = req->made;
	NTSTATUS status;

	if (made && !request_send_irp(req)) {
		request_come_back(req);
		return not_sent(req, refuse(req, FX_RULE_REQUEST_NOT_OWNED,
					    "whose IRP is not the driver's any more"));
	}
	if (made) {
		req->io = target->io;
		__atomic_store_n(&req->sent->loop, target->io->owner, __ATOMIC_RELEASE);
		fx_object_ref(&req->base);
	}
	status = synchronous ? send_and_wait(req, target, options)
			     : sent_send(req->sent, target, options);
	if (NT_SUCCESS(status))
		return true; /* perhaps over already */
	req->status = status;
	request_come_back(req);
	if (made)
		fx_object_unref(&req->base);
	return false;
}

bool request_send(struct fx_request *req, struct fx_target *target,
		  const WDF_REQUEST_SEND_OPTIONS *raw, const void *site)
{
	bool synchronous = raw && (raw->Flags & WDF_REQUEST_SEND_OPTION_SYNCHRONOUS);
	struct sent_options options;
	uint32_t word = request_word(req);
	NTSTATUS status;

	if (raw && !send_options_are_right(req->base.driver, &req->base, raw))
		return not_sent(req, STATUS_INVALID_PARAMETER);
	if ((word & REQUEST_STATE) != REQUEST_DRIVER && (word & REQUEST_STATE) != REQUEST_MADE) {
		(void)not_at_hand(req, word); /* and its status is that of what it is in */
		return false;
	}
	options = sent_read_options(raw);
	status = check_sending(req, &options, synchronous);
	if (NT_SUCCESS(status))
		status = prepare(req, &options);
	if (!NT_SUCCESS(status))
		return not_sent(req, status);
	request_note_gone(req, options.forget ? "sent and forgotten in" : "sent in", site);
	status = take(req);
	if (!NT_SUCCESS(status))
		return not_sent(req, status);
	return send(req, target, &options, synchronous);
}
