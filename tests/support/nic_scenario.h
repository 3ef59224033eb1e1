/* SPDX-License-Identifier: MIT */
/*
 * nic_scenario.h - start a NIC driver, move 100 frames one by one and 30 in vectors, stop: what may
 * fail, but not go wrong.
 */
#ifndef TEST_NIC_SCENARIO_H
#define TEST_NIC_SCENARIO_H

#include <stdbool.h>

#include "rig.h"

struct nic_scenario {
	struct rig_params rig;
	bool frames_come_back; /* the wire is a loop */
};

/*
 * With @may_fail, failing to start is fine; so is a frame that is not sent or does not arrive.
 * Always wrong is: a request that never completes, a frame that arrives changed, anything left
 * afterwards. Returns what was wrong, or NULL.
 */
const char *nic_scenario_run(const struct nic_scenario *scenario, bool may_fail);

#endif
