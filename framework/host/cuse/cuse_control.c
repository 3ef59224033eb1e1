/* SPDX-License-Identifier: MIT */
/*
 * cuse_control.c - control codes, by ioctl(UWDF_CUSE_CONTROL).
 *
 * The kernel brings what it is asked for, and calls again: first for the program's structure, then
 * for the buffers that this names. Only the kernel touches the program's memory. What the structure
 * says the second time may differ: it is held against what was brought.
 */
#include <errno.h>
#include <string.h>

#include "cuse_impl.h"
#include "io_layout.h"

typedef struct uwdf_cuse_control control_block;

static bool reads_output(const control_block *control)
{
	return UWDF_METHOD_OF(control->code) == UWDF_METHOD_IN_DIRECT;
}

/* Bytes of the program's buffers that come in. */
static size_t brought(const control_block *control)
{
	return (size_t)control->in_len + (reads_output(control) ? control->out_len : 0);
}

static int judge(const struct cuse_file *f, const control_block *control)
{
	if (access_code_needs(control->code) & ~f->rights)
		return -EACCES;
	if (brought(control) > UWDF_CUSE_MOST_BYTES || control->out_len > UWDF_CUSE_MOST_BYTES)
		return -EMSGSIZE;
	return 0;
}

/* --- what the kernel is to bring --- */

struct parts {
	struct iovec parts[CUSE_MOST_PARTS];
	size_t count;
};

static void add(struct parts *parts, uint64_t address, size_t len)
{
	if (len)
		parts->parts[parts->count++] =
			(struct iovec){ (void *)(uintptr_t)address,
					len }; // NOLINT(performance-no-int-to-ptr)
}

static void ask(struct cuse_file *f, struct cuse_call *call, uint64_t address,
		const control_block *control)
{
	struct parts in = { .count = 0 }, out = { .count = 0 };

	add(&in, address, sizeof(*control));
	if (control) {
		add(&in, control->in, control->in_len);
		if (reads_output(control))
			add(&in, control->out, control->out_len);
		add(&out, address, sizeof(*control));
		add(&out, control->out, control->out_len);
	}
	f->cuse->kernel->retry(call, in.parts, in.count, out.parts, out.count);
}

/* --- to the device --- */

static void submit(struct cuse_file *f, struct cuse_call *call, const control_block *control,
		   const uint8_t *buffers)
{
	const struct io_layout layout =
		io_layout_of(UWDF_IO_CONTROL, control->code, control->in_len, control->out_len);
	struct cuse_request *r = cuse_request_new(f, call, layout.len);
	uint8_t *out;

	if (!r)
		return;
	out = r->data + layout.out_at;
	memcpy(r->data, buffers, control->in_len);
	if (reads_output(control))
		memcpy(out, buffers + control->in_len, control->out_len);
	r->control = *control;
	r->io = (struct uwdf_io){ .kind = UWDF_IO_CONTROL,
				  .code = control->code,
				  .in = control->in_len ? r->data : NULL,
				  .in_len = control->in_len,
				  .out = control->out_len ? out : NULL,
				  .out_len = control->out_len };
	cuse_request_submit(r);
}

void cuse_control(struct cuse_file *f, struct cuse_call *call, const struct cuse_ioctl *ioctl)
{
	const struct cuse_kernel *kernel = f->cuse->kernel;
	control_block control;
	int err;

	if (ioctl->number != UWDF_CUSE_CONTROL) {
		kernel->error(call, -ENOTTY);
		return;
	}
	if (ioctl->in_len < sizeof(control)) {
		ask(f, call, ioctl->address, NULL);
		return;
	}
	memcpy(&control, ioctl->in, sizeof(control));
	err = judge(f, &control);
	if (!err && ioctl->out_len &&
	    (ioctl->in_len != sizeof(control) + brought(&control) ||
	     ioctl->out_len != sizeof(control) + control.out_len))
		err = -EINVAL;
	if (err)
		kernel->error(call, err);
	else if (!ioctl->out_len)
		ask(f, call, ioctl->address, &control);
	else
		submit(f, call, &control, (const uint8_t *)ioctl->in + sizeof(control));
}

/* --- back --- */

void cuse_control_answer(struct cuse_request *r, int err)
{
	size_t len = r->information < r->io.out_len ? (size_t)r->information : r->io.out_len;
	const struct iovec parts[] = { { &r->control, sizeof(r->control) },
				       { r->io.out, err ? 0 : len } };

	r->control.status = r->status;
	r->control.information = r->information;
	r->file->cuse->kernel->controlled(r->call, err, parts, UW_ARRAY_SIZE(parts));
}
