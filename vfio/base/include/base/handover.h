/* SPDX-License-Identifier: MIT */
/*
 * handover.h - tells ThreadSanitizer what it cannot see: that memory written before an eventfd was
 * signalled is read after the ring or epoll reported it. Nothing at all without the sanitizer.
 */
#ifndef BASE_HANDOVER_H
#define BASE_HANDOVER_H

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define BASE_HANDOVER_TSAN 1
#endif
#elif defined(__SANITIZE_THREAD__)
#define BASE_HANDOVER_TSAN 1
#endif

#if defined(BASE_HANDOVER_TSAN)

#define HANDOVER_FDS 4096
extern char handover_of_fd[HANDOVER_FDS]; /* only its addresses are used */
void __tsan_acquire(void *addr);
void __tsan_release(void *addr);

/* The caller signals @fd next. */
static inline void handover_release(int fd)
{
	if (fd >= 0)
		__tsan_release(&handover_of_fd[fd % HANDOVER_FDS]);
}

/* The caller has learnt that @fd was signalled. */
static inline void handover_acquire(int fd)
{
	if (fd >= 0)
		__tsan_acquire(&handover_of_fd[fd % HANDOVER_FDS]);
}

#else

static inline void handover_release(int fd)
{
	(void)fd;
}
static inline void handover_acquire(int fd)
{
	(void)fd;
}

#endif

#endif
