/* SPDX-License-Identifier: MIT */
/* lock_order.h - the list of locks that a thread holds, kept in debug builds to check ranks. */
#ifndef BASE_LOCK_ORDER_H
#define BASE_LOCK_ORDER_H

#include <stdint.h>

#if defined(UW_DEBUG_LOCKS)
void lock_order_check(const void *lock, uint32_t rank); /* stops when a held rank is not smaller */
void lock_order_push(const void *lock, uint32_t rank);
void lock_order_pop(const void *lock, uint32_t rank); /* stops when the thread does not hold it */
#else
static inline void lock_order_check(const void *lock, uint32_t rank)
{
	(void)lock;
	(void)rank;
}
static inline void lock_order_push(const void *lock, uint32_t rank)
{
	(void)lock;
	(void)rank;
}
static inline void lock_order_pop(const void *lock, uint32_t rank)
{
	(void)lock;
	(void)rank;
}
#endif

#endif
