/* SPDX-License-Identifier: MIT */
/* sys_impl.h - how sys.h's functions make a call. */
#ifndef BASE_SYS_IMPL_H
#define BASE_SYS_IMPL_H

#include <errno.h>

/* The result of one call, -errno if it failed. */
#define result_of(call)                                                                            \
	({                                                                                         \
		__typeof__(call) result_ = (call);                                                 \
		result_ < 0 ? (__typeof__(result_))-errno : result_;                               \
	})

/* The same, repeated as long as a signal interrupts it. */
#define retried(call)                                                                              \
	({                                                                                         \
		__typeof__(call) retried_;                                                         \
		do                                                                                 \
			retried_ = result_of(call);                                                \
		while (retried_ == -EINTR);                                                        \
		retried_;                                                                          \
	})

#endif
