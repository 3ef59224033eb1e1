/* SPDX-License-Identifier: MIT */
/* request_tell.c - what a report says of a request: who was given it, who marked it, who gave it
 * up. */
#include "request.h"

static const void *site_of(const void *const *place)
{
	return __atomic_load_n(place, __ATOMIC_RELAXED);
}

static const char *how_of(const struct fx_request *req, uint64_t meant)
{
	const char *how = __atomic_load_n(&req->left_how, __ATOMIC_RELAXED);

	if (__atomic_load_n(&req->how_handle, __ATOMIC_RELAXED) != meant)
		how = NULL;
	return how ? how : "completed in";
}

/* A moment old when others are at it, which a report is in any case. */
void request_tell(const struct fx_object *obj, const void *handle, fx_say_site *say)
{
	const struct fx_request *req = (const void *)obj; /* its first member */
	uint64_t meant = (uintptr_t)handle;

	if (meant == obj->handle && site_of(&req->given_to))
		say("given to", site_of(&req->given_to));
	if (meant == obj->handle && meant == __atomic_load_n(&req->marked_handle, __ATOMIC_RELAXED))
		say("marked cancelable in", site_of(&req->marked_at));
	if (meant == __atomic_load_n(&req->left_handle, __ATOMIC_RELAXED))
		say(how_of(req, meant), site_of(&req->left_at));
}
