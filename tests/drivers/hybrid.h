/* SPDX-License-Identifier: MIT */
/* hybrid.h - what clients of hybrid.c may ask for, on any of its devices. */
#ifndef HYBRID_H
#define HYBRID_H

#define HYBRID_CODE(n)  ((0x22u << 16) | ((0x900u + (n)) << 2))
#define HYBRID_ANSWER   HYBRID_CODE(0) /* nothing but success */
#define HYBRID_MAKE     HYBRID_CODE(1) /* one more control device, "Extra" */
#define HYBRID_DELETE   HYBRID_CODE(2) /* and away with it */
#define HYBRID_DELETE_S HYBRID_CODE(3) /* away with "Sidedoor" */

#endif
