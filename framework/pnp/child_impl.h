/* SPDX-License-Identifier: MIT */
/* child_impl.h - what child.c and children.c share. */
#ifndef FX_CHILD_IMPL_H
#define FX_CHILD_IMPL_H

#include "object/pool.h"
#include "pnp/child.h"
#include "pnp/pdo.h"

/* What the children of one device share. Its lock guards what says nothing else. */
struct fx_children {
	uint32_t refs;                            /* atomic: parent's, children's, inits' */
	struct fx_device *parent;                 /* borrowed: until fx_children_end() */
	struct irq_loop *irq_loop, *request_loop; /* borrowed; NULL: the parent ended */
	struct spin_lock lock;
	enum fx_children_phase phase; /* the parent's */
	bool surprise;                /* they are not asked */
	struct list list;             /* of fx_child, in order of creation */
	bool stuck;                   /* a cleanup does not end */
	bool may_forward;             /* there was one that may */
	struct fx_work work;          /* something is due, and the control thread is not at it */
	/* one thread starts and stops them at a time */
	struct exec_mutex turn_lock;
	struct exec_cond turn_over; /* or none is made */
	/* guarded by turn_lock */
	bool turn;
	bool closed;         /* no more are made */
	unsigned int making; /* threads that make one */
};

/* Why one stops. Only of an orderly stop it was asked. */
enum fx_child_end { FX_CHILD_ORDERLY, FX_CHILD_SURPRISE, FX_CHILD_MISSING, FX_CHILD_FAILED };

enum fx_child_state {
	FX_CHILD_NEW,
	FX_CHILD_STARTED,
	FX_CHILD_IDLE, /* it did not start, or has stopped */
	FX_CHILD_GONE, /* out of the list */
};

struct fx_child {
	struct fx_shell shell;    /* counted: by the list, the device object, the program */
	struct fx_children *all;  /* counted */
	struct fx_pdo *pdo;       /* owned */
	struct fx_device *device; /* borrowed: as long as it is in the list */
	struct list link;         /* in all->list */
	/* guarded by all->lock */
	enum fx_child_state state; /* written by who has the turn */
	bool added, missing, failed;
	bool asked;                 /* of who has the turn, as the next: it agreed to go */
	bool told;                  /* that it is reported missing */
	struct exec_event disposed; /* the device object's cleanup ran */
	unsigned int number;        /* of the parent's children, from 0 */
	char id[48];                /* constant once it is in the list, where no other has it */
	char name[48];              /* what clients call it: constant from its start on */
};

struct fx_children *fx_children_get(struct fx_device *parent); /* made if need be; NULL */
struct fx_children *fx_children_ref(struct fx_children *all);
void fx_children_unref(struct fx_children *all);
/* Around the making of one, in which the parent does not end. @return false: it has. PASSIVE. */
bool fx_children_begin_making(struct fx_children *all);
void fx_children_end_making(struct fx_children *all);
/* Something is due. Any level. */
void fx_children_wake(struct fx_children *all);

/* Of who has the turn. */
void fx_child_start(struct fx_child *child);
void fx_child_stop(struct fx_child *child, enum fx_child_end why);
/* It is in no list any more: the caller's alone, to be removed. */
void fx_child_take_out(struct fx_child *child, enum fx_child_end why);
/* Waits for all that it forwarded. Without the turn. */
void fx_child_remove(struct fx_child *child);

#endif
