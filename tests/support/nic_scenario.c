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

static const uint8_t from[6] = { 0x02, 0, 0, 0, 0, 1 };
static const uint8_t to[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

struct batch {
	struct rig_op reads[BATCH], writes[BATCH];
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

static const char *move_frames(struct rig *rig, const struct nic_scenario *scenario, bool may_fail)
{
	static struct batch batch;
	const char *wrong = NULL;

	for (uint32_t first = 0; first < FRAMES && rig->device && !wrong; first += BATCH)
		wrong = move_batch(rig, &batch, first, scenario, may_fail);
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
