/* SPDX-License-Identifier: MIT */
/*
 * access.h - who may open a device: the entries of its driver's SDDL string, as Linux sees them.
 *
 * They are looked at in turn; for each right the first entry that concerns the client decides, and
 * what none decides is denied.
 */
#ifndef UWDF_ACCESS_H
#define UWDF_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

#define UWDF_ACCESS_READ    1u
#define UWDF_ACCESS_WRITE   2u
#define UWDF_ACCESS_ENTRIES 32u /* of one device */

enum uwdf_who {
	UWDF_WHO_NOBODY,         /* somebody whom there is only in Windows */
	UWDF_WHO_EVERYBODY,      /* WD, AU, IU, BU */
	UWDF_WHO_ADMINISTRATORS, /* SY, BA, CO: root, and the host's own user */
	UWDF_WHO_USER,           /* S-1-22-1-ID */
	UWDF_WHO_GROUP,          /* S-1-22-2-ID */
};

struct uwdf_access {
	uint8_t who; /* enum uwdf_who */
	uint8_t rights;
	bool deny;
	uint32_t id; /* of a user or group */
};

#endif
