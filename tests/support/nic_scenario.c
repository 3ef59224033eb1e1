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

/* A failing completion may lose an interrupt, and with it the answer: then cancelling must do. */
static const char *finish(struct rig_op *op)
{
	if (rig_wait_for(op, 100))
		return NULL;
	rig_cancel(op);
	return rig_wait(op) ? NULL : "a request neither completes nor obeys its cancellation";
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

static const char *move_frames(struct rig *rig, bool read)
{
	static struct batch batch;
	const char *wrong = NULL;

	for (uint32_t first = 0; first < FRAMES && !wrong; first += BATCH) {
		submit(rig, &batch, first, read);
		for (int i = 0; i < BATCH && !wrong; i++)
			wrong = finish(&batch.writes[i]);
		for (int i = 0; i < BATCH && read && !wrong; i++)
			wrong = finish(&batch.reads[i]);
		for (int i = 0; i < BATCH && read && !wrong; i++)
			wrong = check_read(&batch.reads[i]);
	}
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

const char *nic_scenario_run(const struct nic_scenario *scenario)
{
	struct rig_leftovers before = rig_leftovers_now();
	const char *wrong = NULL, *left;
	static struct rig rig;

	if (!rig_start(&rig, &scenario->rig)) {
		wrong = move_frames(&rig, scenario->frames_come_back);
		rig_stop(&rig);
	}
	left = left_over(&before);
	return wrong ? wrong : left;
}
