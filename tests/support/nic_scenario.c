/* SPDX-License-Identifier: MIT */
#include "nic_scenario.h"

#include <stdio.h>
#include <string.h>

#include "base/exec.h"
#include "uwdf_nic.h"

#include "frame.h"

#define FRAMES    100
#define BATCH     10
#define FRAME_LEN 200
#define VECTORS   3 /* more batches, each one request to send it and one to read */

static const uint8_t from[6] = { 0x02, 0, 0, 0, 0, 1 };
static const uint8_t to[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

struct batch {
	struct rig_op reads[BATCH], writes[BATCH];
};

/* The outcomes, and behind them the frames. */
struct vector_memory {
	struct nic_frame array[BATCH];
	uint8_t frames[BATCH][FRAME_LEN];
};
struct vector_batch {
	struct rig_op read, write;
	struct vector_memory in, out;
};

static void submit(struct rig *rig, struct batch *batch, uint32_t first, bool read)
{
	uint8_t frame[FRAME_LEN];

	for (uint32_t i = 0; i < BATCH; i++) {
		if (read)
			rig_read(rig, &batch->reads[i], NIC_MAX_FRAME);
		nic_frame(frame, sizeof(frame), to, from, first + i);
		rig_write(rig, &batch->writes[i], frame, sizeof(frame));
	}
}

/* What was made to fail may look like the end of the device: then its removal ends the request. */
static const char *finish(struct rig_op *op, bool may_fail)
{
	if (!rig_wait_unless_left(op, RIG_DEADLINE_MS) && !rig_has_left(op->rig))
		return "a request is stuck";
	return may_fail || NT_SUCCESS(op->status) ? NULL : "a request failed";
}

static const char *check_read(const struct rig_op *op)
{
	uint32_t number;

	if (!NT_SUCCESS(op->status))
		return NULL;
	if (!nic_frame_number(op->data, op->information, &number) || number >= FRAMES ||
	    !nic_frame_is(op->data, op->information, FRAME_LEN, to, from, number))
		return "a frame arrived changed";
	return NULL;
}

static const char *finish_all(struct rig_op *ops, bool may_fail)
{
	const char *wrong = NULL;

	for (int i = 0; i < BATCH && !wrong; i++)
		wrong = finish(&ops[i], may_fail);
	return wrong;
}

static const char *move_batch(struct rig *rig, struct batch *batch, uint32_t first,
			      const struct nic_scenario *scenario, bool may_fail)
{
	bool read = scenario->frames_come_back;
	const char *wrong;

	submit(rig, batch, first, read);
	wrong = finish_all(batch->writes, may_fail);
	if (read && !wrong)
		wrong = finish_all(batch->reads, may_fail);
	if (rig_has_left(rig)) {
		uwdf_device_remove(rig->device);
		rig->device = NULL;
	}
	for (int i = 0; i < BATCH && !wrong; i++) {
		if (!rig_is_done(&batch->writes[i]) || (read && !rig_is_done(&batch->reads[i])))
			wrong = "the device was removed, a request still pends";
		else if (read)
			wrong = check_read(&batch->reads[i]);
	}
	return wrong;
}

/* --- the same with vectors --- */

static void submit_vector(struct rig *rig, struct rig_op *op, uint32_t code,
			  struct vector_memory *memory)
{
	for (uint32_t i = 0; i < BATCH; i++)
		memory->array[i] = (struct nic_frame){
			.offset = (uint32_t)(memory->frames[i] - (uint8_t *)memory),
			.length = FRAME_LEN,
		};
	rig_control_in_place(rig, op, code, memory->array, sizeof(memory->array), memory,
			     sizeof(*memory));
}

static const char *check_vector(const struct rig_op *op, const struct vector_memory *in)
{
	for (uint32_t i = 0; i < BATCH && NT_SUCCESS(op->status); i++) {
		const struct nic_frame *entry = &in->array[i];
		uint32_t number;

		if (!NT_SUCCESS(entry->status))
			continue;
		if (!nic_frame_number(in->frames[i], entry->length, &number) ||
		    !nic_frame_is(in->frames[i], entry->length, FRAME_LEN, to, from, number))
			return "a frame of a vector arrived changed";
	}
	return NULL;
}

static const char *move_vector(struct rig *rig, struct vector_batch *batch, bool may_fail)
{
	const char *wrong;

	for (uint32_t i = 0; i < BATCH; i++)
		nic_frame(batch->out.frames[i], FRAME_LEN, to, from, i);
	submit_vector(rig, &batch->read, IOCTL_NIC_READ_FRAMES, &batch->in);
	submit_vector(rig, &batch->write, IOCTL_NIC_WRITE_FRAMES, &batch->out);
	wrong = finish(&batch->write, may_fail);
	if (!wrong && !NT_SUCCESS(batch->write.status))
		rig_cancel(&batch->read); /* nothing will come */
	if (!wrong)
		wrong = finish(&batch->read, may_fail);
	if (rig_has_left(rig)) {
		uwdf_device_remove(rig->device);
		rig->device = NULL;
	}
	if (!wrong && (!rig_is_done(&batch->write) || !rig_is_done(&batch->read)))
		wrong = "the device was removed, a vector still pends";
	return wrong ? wrong : check_vector(&batch->read, &batch->in);
}

/* --- all of it --- */

static const char *move_frames(struct rig *rig, const struct nic_scenario *scenario, bool may_fail)
{
	static struct batch batch;
	static struct vector_batch vectors;
	const char *wrong = NULL;

	for (uint32_t first = 0; first < FRAMES && rig->device && !wrong; first += BATCH)
		wrong = move_batch(rig, &batch, first, scenario, may_fail);
	for (int i = 0; i < VECTORS && rig->device && !wrong && scenario->frames_come_back; i++)
		wrong = move_vector(rig, &vectors, may_fail);
	return wrong;
}

static const char *left_over(const struct rig_leftovers *before)
{
	static char text[128];
	struct rig_leftovers now = rig_leftovers_now();

	if (rig_nothing_left(before))
		return NULL;
	snprintf(text, sizeof(text), "left over: %lld blocks, %d descriptors",
		 (long long)(now.blocks - before->blocks), now.descriptors - before->descriptors);
	return text;
}

const char *nic_scenario_run(const struct nic_scenario *scenario, bool may_fail)
{
	struct rig_leftovers before = rig_leftovers_now();
	const char *wrong = may_fail ? NULL : "it does not start", *left;
	static struct rig rig;

	if (!rig_start(&rig, &scenario->rig)) {
		wrong = move_frames(&rig, scenario, may_fail);
		rig_stop(&rig);
	}
	left = left_over(&before);
	return wrong ? wrong : left;
}
