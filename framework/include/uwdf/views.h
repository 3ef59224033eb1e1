/* SPDX-License-Identifier: MIT */
/*
 * views.h - the front part of the framework's objects, for the few calls that are made for each
 * request and end in a driver's own code unless something is wrong: then the function behind
 * WdfFunctions is called, which says what.
 *
 * Place and meaning of all that is read here are frozen: a change of one is a change of
 * UWDF_DRIVER_ABI (uwdf/driver_image.h), and a driver that was built for another is not loaded.
 * private_part is nobody's. Nothing here is a driver's own business.
 */
#ifndef UWDF_VIEWS_H
#define UWDF_VIEWS_H

#include <stddef.h>
#include <stdint.h>

#define UWDF_VIEW_LIKELY(condition) __builtin_expect(!!(condition), 1)
/* A handle is an address below, and the generation of a slot that is used again above. */
#define UWDF_VIEW_ADDRESS_BITS 48
#define UWDF_VIEW_OBJECT       0x10   /* upper byte of the type of every object */
#define UWDF_VIEW_REQUEST      0x1004 /* type of a WDFREQUEST */
#define UWDF_VIEW_DRIVER       3      /* state of a request that the driver owns */

struct uwdf_context_view {
	struct uwdf_context_view *next;
	void *object;
	const void *type; /* its WDF_OBJECT_CONTEXT_TYPE_INFO */
	void *private_part[3];
	/* the driver's data follows */
};

struct uwdf_object_view {
	uint16_t type;
	uint8_t state, flags;
	int32_t refs;
	uint64_t handle; /* as it is now: another one is not, or no more, this object's */
	void *private_part[7];
	struct uwdf_context_view *contexts;
	void *private_end[6];
};

struct uwdf_request_view {
	struct uwdf_object_view object;
	uint8_t state;
	uint8_t private_part[7];
	void *in, *out; /* not NULL: of in_len and out_len bytes, and there are some */
	size_t in_len, out_len;
};

static inline struct uwdf_object_view *uwdf_object_view(const void *handle)
{
	return (struct uwdf_object_view *)((uintptr_t)handle &
					   (((uintptr_t)1 << UWDF_VIEW_ADDRESS_BITS) - 1));
}

/* Sanitizers know nothing of an instruction of our own (base/compiler.h, which drivers have not).
 */
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__) || !defined(__x86_64__)
#define UWDF_VIEW_BY_ATOMICS 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define UWDF_VIEW_BY_ATOMICS 1
#endif
#endif

/*
 * Is it @value just now? Other threads may write it. What is read behind it needs no order with it:
 * whoever has the handle was given it after all of that. So the compiler may keep what it has read,
 * and an atomic load, which it would not join with the comparison, is not needed.
 */
static inline int uwdf_view_is(const uint8_t *at, uint8_t value)
{
#ifndef UWDF_VIEW_BY_ATOMICS
	int is;

	__asm__("cmpb %2, %1" : "=@cce"(is) : "m"(*at), "qi"(value));
	return is;
#else
	return __atomic_load_n(at, __ATOMIC_RELAXED) == value;
#endif
}

/* NULL: it is none that the driver owns. */
static inline struct uwdf_request_view *uwdf_request_view(const void *handle)
{
	struct uwdf_object_view *object = uwdf_object_view(handle);
	struct uwdf_request_view *request = (struct uwdf_request_view *)(void *)object;

	return UWDF_VIEW_LIKELY(object) && UWDF_VIEW_LIKELY(object->type == UWDF_VIEW_REQUEST) &&
			       UWDF_VIEW_LIKELY(object->handle == (uint64_t)(uintptr_t)handle) &&
			       UWDF_VIEW_LIKELY(uwdf_view_is(&request->state, UWDF_VIEW_DRIVER))
		       ? request
		       : NULL;
}

/* The data of the first context, if @type is its type; NULL: not so simple. */
static inline void *uwdf_first_context(const void *handle, const void *type)
{
	struct uwdf_object_view *object = uwdf_object_view(handle);
	struct uwdf_context_view *first;

	if (!UWDF_VIEW_LIKELY(object) || !UWDF_VIEW_LIKELY(object->type >> 8 == UWDF_VIEW_OBJECT) ||
	    !UWDF_VIEW_LIKELY(object->handle == (uint64_t)(uintptr_t)handle))
		return NULL;
	first = __atomic_load_n(&object->contexts, __ATOMIC_ACQUIRE);
	return UWDF_VIEW_LIKELY(first) && UWDF_VIEW_LIKELY(first->type == type) ? first + 1 : NULL;
}

#endif
