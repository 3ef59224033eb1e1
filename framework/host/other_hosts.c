/* SPDX-License-Identifier: MIT */
#include "other_hosts.h"

const struct fx_remote_ops other_hosts = {
	.open_within = uwdf_open_within,
	.close = uwdf_close,
	.submit = uwdf_submit,
	.reap_many = uwdf_reap_many,
	.cancel = uwdf_cancel,
	.abandon = uwdf_abandon,
	.set_patience = uwdf_set_patience,
	.poll_fd = uwdf_poll_fd,
	.notify = uwdf_notify,
	.next_event = uwdf_next_event,
	.let_go = uwdf_let_go,
};
