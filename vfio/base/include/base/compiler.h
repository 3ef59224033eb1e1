/* SPDX-License-Identifier: MIT */
/* compiler.h - the few compiler attributes the tree uses, under one spelling. */
#ifndef BASE_COMPILER_H
#define BASE_COMPILER_H

#include <stddef.h>

#define UW_COLD              __attribute__((cold, noinline))
#define UW_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define UW_MUST_CHECK        __attribute__((warn_unused_result))
#define UW_UNUSED            __attribute__((unused))
#define UW_EXPORT            __attribute__((visibility("default")))
#define UW_CACHELINE         64
#define UW_CACHE_ALIGNED     __attribute__((aligned(UW_CACHELINE)))

/* What an instruction of our own reads and writes, sanitizers do not see: then there are none. */
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define UW_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define UW_SANITIZED 1
#endif
#endif
#if defined(__x86_64__) && !defined(UW_SANITIZED)
#define UW_X86_INSTRUCTIONS 1
#endif

#define uw_likely(x)   __builtin_expect(!!(x), 1)
#define uw_unlikely(x) __builtin_expect(!!(x), 0)

#define uw_container_of(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))
#define UW_ARRAY_SIZE(a)                   (sizeof(a) / sizeof((a)[0]))

/* clang's thread-safety analysis; gcc sees nothing. */
#if defined(__clang__)
#define UW_TSA(x) __attribute__((x))
#else
#define UW_TSA(x)
#endif
#define UW_CAPABILITY(name)  UW_TSA(capability(name))
#define UW_SCOPED_CAPABILITY UW_TSA(scoped_lockable)
#define UW_REQUIRES(...)     UW_TSA(requires_capability(__VA_ARGS__))
#define UW_EXCLUDES(...)     UW_TSA(locks_excluded(__VA_ARGS__))
#define UW_ACQUIRE(...)      UW_TSA(acquire_capability(__VA_ARGS__))
#define UW_TRY_ACQUIRE(...)  UW_TSA(try_acquire_capability(__VA_ARGS__))
#define UW_RELEASE(...)      UW_TSA(release_capability(__VA_ARGS__))
#define UW_NO_TSA            UW_TSA(no_thread_safety_analysis)

#endif
