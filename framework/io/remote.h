/* SPDX-License-Identifier: MIT */
/*
 * remote.h - the way to devices of other hosts: libuwdf-client's calls, as whoever links both
 * libraries passes them. This room knows no sockets, and libuwdf does not need the client library.
 */
#ifndef FX_REMOTE_H
#define FX_REMOTE_H

#include <uwdf/client.h>

/* Each is the call of that name in uwdf/client.h. */
struct fx_remote_ops {
	int (*open_within)(const char *what, int timeout_ms, struct uwdf_error *error,
			   int32_t *status, uwdf_handle **out);
	void (*close)(uwdf_handle *handle);
	int (*submit)(uwdf_handle *handle, struct uwdf_op *op);
	int (*reap_many)(uwdf_handle *handle, int timeout_ms, struct uwdf_op **ops,
			 unsigned int max);
	int (*cancel)(uwdf_handle *handle, struct uwdf_op *op);
	void (*abandon)(uwdf_handle *handle, struct uwdf_op *op);
	void (*set_patience)(uwdf_handle *handle, int timeout_ms);
	int (*poll_fd)(const uwdf_handle *handle);
	int (*notify)(uwdf_handle *handle, int on);
	int (*next_event)(uwdf_handle *handle, int timeout_ms, enum uwdf_event *out);
	int (*let_go)(uwdf_handle *handle);
};

/*
 * From here on WdfIoTargetOpen() asks the hosts that run for names that no device of this process
 * has; NULL: no more. @ops stays. No target is open or about to be.
 */
void fx_remote_use(const struct fx_remote_ops *ops);

#endif
