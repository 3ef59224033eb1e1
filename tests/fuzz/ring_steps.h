/* SPDX-License-Identifier: MIT */
/* ring_steps.h - what an input of the ring's fuzzer is made of; its generator writes them. */
#ifndef RING_STEPS_H
#define RING_STEPS_H

/* The first byte. */
#define STEPS_OF_LOOP   1u /* the device is served by the ring's loop */
#define STEPS_READ_ONLY 2u /* the client may read, and no more */
#define STEPS_LEAVING   4u /* the device is being removed */

/* The first byte of a step; the rest says what of an entry is made right. */
#define STEP_WHOLE      1u
#define STEP_LIKELY     2u
#define STEP_TAG        4u
#define STEP_FLAGS      8u
#define STEP_SHORT      16u
#define STEP_COMPLETE   32u /* and the device completes one that it keeps */
#define STEP_NOT_SERVED 64u
#define STEP_ACT        128u /* no entry: the next byte says what */

enum step_action {
	STEP_CANCEL, /* of the tag in the bytes 8 to 15 */
	STEP_CANCEL_ALL,
	STEP_RING,   /* the bell */
	STEP_HEADER, /* written to, from the second byte's place on; so are the next two */
	STEP_ANSWERS,
	STEP_ENTRIES,
	STEP_DONE, /* the device completes one that it keeps */
	STEP_ACTIONS
};

#endif
