/* SPDX-License-Identifier: MIT */
/* cuse_impl.h - a node's own structures; all of it belongs to the node's loop thread. */
#ifndef HOST_CUSE_IMPL_H
#define HOST_CUSE_IMPL_H

#include "base/exec.h"
#include "base/list.h"
#include "cuse.h"
#include "cuse_kernel.h"
#include "server_quota.h"
#include "uwdf/cuse.h"
#include "uwdf/status.h"

enum cuse_file_state {
	CUSE_FILE_OPENING, /* the device's: open_start() was called */
	CUSE_FILE_OPEN,
	CUSE_FILE_CLOSING, /* closes when its last request is done */
	CUSE_FILE_ENDING,  /* the device's: close_start() was called */
	CUSE_FILE_ENDED,   /* kept until the kernel forgets it, too */
};

/* One open of the node: the kernel knows it by its address. */
struct cuse_file {
	struct list link;           /* in cuse->files */
	struct cuse *cuse;          /* borrowed: owns us */
	enum cuse_file_state state; /* written under cuse->lock, as others look at it */
	struct cuse_call *call;     /* the open or release to answer; NULL: none */
	bool released;              /* the kernel has forgotten it, or never heard of it */
	uint8_t rights;             /* UWDF_ACCESS_* that it was opened for */
	uint32_t process_id, user_id;
	struct quota_user *user; /* borrowed: stays as long as it has handles; NULL: has none yet */
	uint64_t opened_ns;
	struct uwdf_file *file;     /* owned; from OPEN to CLOSING */
	uint32_t outstanding;       /* requests at the device; atomic */
	uint32_t reading, writing;  /* of these */
	struct list requests;       /* at the device */
	struct cuse_waiter *waiter; /* owned; NULL: nobody polls */
	int32_t status;             /* of the open */
	struct uwdf_open open;
	struct irq_message done;         /* from the device: opened or closed */
	struct cuse_interrupt interrupt; /* of the open */
	struct irq_deferred give_up;
};

struct cuse_request {
	struct list link;       /* in file->requests */
	struct cuse_file *file; /* borrowed: closes when its last request is done */
	struct cuse_call *call; /* to answer */
	struct irq_message done;
	struct uwdf_io io;
	int32_t status;
	uint64_t information;
	struct cuse_interrupt interrupt;
	bool interrupted; /* by a signal, before it was done */
	bool cancel_sent;
	size_t charge;                    /* bytes counted against its user */
	struct uwdf_cuse_control control; /* of a control: what goes back */
	_Alignas(16) uint8_t data[];
};

struct cuse {
	struct cuse_params params;
	char name[64], path[128];
	const struct cuse_kernel *kernel;
	struct cuse_channel *channel; /* owned */
	struct irq_loop *loop;        /* owned */
	struct irq_source *source;    /* owned; NULL once the kernel has ended the node */
	struct exec_event made;       /* made_err is there */
	int made_err;
	bool is_made; /* or never will be */
	struct exec_mutex lock;
	struct list files;   /* guarded by lock for others than the loop */
	uint32_t open_files; /* of these, from OPENING to ENDING */
	struct quota quota;
	bool leaving; /* nothing new reaches the device */
	struct irq_message leave;
	struct exec_event dry; /* leaving, and no file is open */
};

/* cuse.c */
void cuse_note_dry(struct cuse *cuse); /* a file closed: was it the last of a leaving node? */

/* cuse_access.c */
/* Owner and mode of the node, as far as they can say what the list says. */
int cuse_access_guard(const struct cuse *cuse) UW_MUST_CHECK;
/* What a file opened with @flags may do; 0 or -EACCES. */
int cuse_access_judge(const struct cuse *cuse, struct cuse_call *call, int flags,
		      struct cuse_file *file) UW_MUST_CHECK;

/* cuse_file.c */
void cuse_file_open(struct cuse *cuse, struct cuse_call *call, int flags);
void cuse_file_release(struct cuse_file *f, struct cuse_call *call);
void cuse_file_poll(struct cuse_file *f, struct cuse_call *call, struct cuse_waiter *waiter);
/* Whoever polls is to look again. */
void cuse_file_wake(struct cuse_file *f);
void cuse_file_close_if_dry(struct cuse_file *f);
/* Cancels, closes as they run dry. @forgotten: the kernel will release none of them. */
void cuse_files_close(struct cuse *cuse, bool forgotten);
void cuse_files_free(struct cuse *cuse); /* those that ended */

/* cuse_request.c */
/* NULL: no memory, or more than its user may have, and @call was told. @data_len: of io.in and
 * io.out. */
struct cuse_request *cuse_request_new(struct cuse_file *f, struct cuse_call *call, size_t data_len);
void cuse_request_submit(struct cuse_request *r); /* its io is complete but for complete, owner */
void cuse_requests_cancel(struct cuse_file *f);
void cuse_read(struct cuse_file *f, struct cuse_call *call, size_t len, uint64_t offset);
void cuse_write(struct cuse_file *f, struct cuse_call *call, const struct iovec *data,
		uint64_t offset);

/* cuse_control.c */
void cuse_control(struct cuse_file *f, struct cuse_call *call, const struct cuse_ioctl *ioctl);
void cuse_control_answer(struct cuse_request *r, int err);

/* cuse_errno.c */
int cuse_errno_of(int32_t status); /* 0, or -errno; a warning with data is no error */

#endif
