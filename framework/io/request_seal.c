/* SPDX-License-Identifier: MIT */
/*
 * request_seal.c - with the verifier on: what the driver may have kept of a completed request and
 * has no right to any more, its system buffer and the MDLs in its slot. Filled with a byte that is
 * no address until the slot is used again; then whoever wrote there is told of.
 */
#include "request.h"
#include "room.h"
#include "verifier/call_site.h"
#include "verifier/poison.h"
#include "verifier/verifier.h"

/* The buffer is kept for this alone; what is reserved keeps its own. */
static bool is_counted(const struct fx_request *req)
{
	return req->big_buffer && !req->reserve;
}

void request_seal(struct fx_request *req)
{
	if (req->sealed)
		return;
	req->sealed = true;
	req->sealed_site_known =
		__atomic_load_n(&req->left_handle, __ATOMIC_RELAXED) == req->base.handle;
	if (req->buffer)
		fx_poison(req->buffer, req->buffer_len);
	if (is_counted(req))
		req->io->pool.sealed_len += req->buffer_len;
	fx_poison(&req->in_mdl, sizeof(req->in_mdl));
	fx_poison(&req->out_mdl, sizeof(req->out_mdl));
}

UW_COLD static void report(const struct fx_request *req, const char *what)
{
	char site[400] = "no call of the driver's";

	if (req->sealed_site_known)
		fx_call_site_describe(__atomic_load_n(&req->left_at, __ATOMIC_RELAXED), site,
				      sizeof(site));
	fx_verifier_break(req->base.driver,
			  "%s of a WDFREQUEST was written to after the request was completed; that "
			  "was by %s",
			  what, site);
}

void request_unseal(struct fx_request *req)
{
	bool buffer_is_whole, mdls_are_whole;

	if (!req->sealed)
		return;
	req->sealed = false;
	buffer_is_whole = !req->buffer || fx_unpoison(req->buffer, req->buffer_len);
	mdls_are_whole = fx_unpoison(&req->in_mdl, sizeof(req->in_mdl));
	mdls_are_whole &= fx_unpoison(&req->out_mdl, sizeof(req->out_mdl));
	if (!buffer_is_whole)
		report(req, "the system buffer");
	if (!mdls_are_whole)
		report(req, "an MDL");
	if (!is_counted(req))
		return;
	req->io->pool.sealed_len -= req->buffer_len;
	request_free_big_buffer(req);
}
