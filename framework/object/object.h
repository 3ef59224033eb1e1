/* SPDX-License-Identifier: MIT */
/*
 * object.h - what every framework object is: a kind, a parent, references, contexts, a life.
 *
 * Life: CREATED -> (delete) DISPOSING: the cleanup of everything below it first, then the class's
 * dispose, EvtCleanupCallback -> DISPOSED: waits, as part of the tree, for the cleanup of the
 * object that was deleted -> off its parent -> (last reference) DESTROYED: EvtDestroyCallback,
 * contexts and memory freed. So in every EvtCleanupCallback the parent and the children are still
 * there. Each step is asserted on entry.
 *
 * Handles: the object's address in the low 48 bits, the generation of a recycled slot above. The
 * object keeps its own current handle, so that one compare proves address and generation.
 */
#ifndef FX_OBJECT_H
#define FX_OBJECT_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "base/lock.h"
#include "wdf.h"

struct fx_driver;

enum fx_type {
	FX_TYPE_NONE = 0,
	FX_TYPE_OBJECT = 0x1000, /* WdfObjectCreate */
	FX_TYPE_DRIVER,
	FX_TYPE_DEVICE,
	FX_TYPE_QUEUE,
	FX_TYPE_REQUEST,
	FX_TYPE_MEMORY,
	FX_TYPE_FILE,
	FX_TYPE_INTERRUPT,
	FX_TYPE_DPC,
	FX_TYPE_SPINLOCK,
	FX_TYPE_WAITLOCK,
	FX_TYPE_DMA_ENABLER,
	FX_TYPE_COMMON_BUFFER,
	FX_TYPE_CM_RES_LIST,
	FX_TYPE_IO_TARGET,
	FX_TYPE_COLLECTION,
	FX_TYPE_STRING,
	FX_TYPE_LOOKASIDE,
	FX_TYPE_IO_RES_LIST,
	FX_TYPE_IO_RES_REQ_LIST,
	FX_TYPE_TIMER,
	FX_TYPE_WORKITEM,
	FX_TYPE_KEY,
	FX_TYPE_CHILD_LIST,
	FX_TYPE_DMA_TRANSACTION,
	FX_TYPE_WMI_PROVIDER,
	FX_TYPE_WMI_INSTANCE,
	FX_TYPE_END, /* new types go before it */
};

enum fx_object_state {
	FX_OBJECT_CREATED = 1,
	FX_OBJECT_DISPOSING,
	FX_OBJECT_DISPOSED,
	FX_OBJECT_DESTROYED,
};

/* Where an object is among its parent's children. */
enum fx_object_place {
	FX_PLACE_NONE,   /* not in the list */
	FX_PLACE_LINKED, /* in order of creation */
	FX_PLACE_ASIDE,  /* at the end: somebody disposes or disposed of it */
};

struct fx_object;

/* Where a driver took or dropped a reference. */
struct fx_reference {
	const void *tag;
	const char *file; /* the driver's; NULL: the framework itself */
	int line;
};

/*
 * What a driver's verifier hears of its objects: struct fx_driver.object_hooks, NULL while the
 * verifier is off. An object it keeps a record of has obj->debug set, which is all the fast path
 * looks at.
 */
struct fx_object_hooks {
	/* Before anybody knows its handle, which it may change: may set obj->debug. */
	void (*created)(struct fx_object *obj);
	/* All others hear of objects with obj->debug only. The count after @ref is in obj->refs. */
	void (*referenced)(struct fx_object *obj, const struct fx_reference *ref);
	/* Before the count goes down: the object is still there. */
	void (*dereferenced)(struct fx_object *obj, const struct fx_reference *ref);
	void (*state_changed)(struct fx_object *obj);
	/* The driver asks for its deletion, allowed or not needed any more. */
	void (*delete_asked)(struct fx_object *obj);
	/* The driver is done with it (a request); its end follows. */
	void (*completed)(struct fx_object *obj);
	/* After the last callback, contexts still there. true: the verifier keeps the memory and
	 * calls fx_object_free() later. Of a class with release() it keeps the contexts alone. */
	bool (*destroyed)(struct fx_object *obj);
	/* A slot's use is over without its destruction, and its handle changes: it is used again as
	 * it is. Unless @keep_context its only context may be another one afterwards, zeroed. */
	void (*used)(struct fx_object *obj, bool keep_context);
};

/* One context; the driver's data follows at the next multiple of 16 bytes. */
struct fx_context {
	struct fx_context *next;             /* in order of allocation */
	struct fx_object *object;            /* borrowed: owns us */
	PCWDF_OBJECT_CONTEXT_TYPE_INFO type; /* borrowed: the driver's, lives as long as its code */
	PFN_WDF_OBJECT_CONTEXT_CLEANUP cleanup; /* of attributes given for this context alone */
	PFN_WDF_OBJECT_CONTEXT_DESTROY destroy;
	uint32_t magic;
	uint32_t len; /* of the data: the type's, or ContextSizeOverride */
};
#define FX_CONTEXT_MAGIC 0x58544346u
static_assert(sizeof(struct fx_context) % 16 == 0, "the driver's data is aligned to 16 bytes");

/* A line of a report: @what happened at @site, an address of code; NULL: not known where. */
typedef void fx_say_site(const char *what, const void *site);

/* What a type brings; one constant per type. */
struct fx_object_class {
	enum fx_type type;
	const char *name;       /* "WDFQUEUE" */
	bool driver_may_delete; /* WdfObjectDelete allowed */
	bool passive_cleanup;   /* dispose and EvtCleanup run at PASSIVE */
	/* WdfObjectDelete() asks this instead of deleting at once; may be NULL */
	void (*asked_to_go)(struct fx_object *obj);
	/* a literal: why the driver's code is still to run for it ("queued"); NULL: it is not; any
	 * thread; may be NULL */
	const char *(*pending)(struct fx_object *obj);
	void (*dispose)(struct fx_object *obj); /* before EvtCleanup; may be NULL */
	/* after EvtCleanup of the whole tree, children first, off its parent; may be NULL */
	void (*disposed)(struct fx_object *obj);
	/* after EvtDestroy; frees what the object owns but itself; may be NULL */
	void (*destroy)(struct fx_object *obj);
	/* instead of freeing: pooled and embedded objects; NULL: mem_free */
	void (*release)(struct fx_object *obj);
	/* for reports: what else is known of @obj, or of what the stale @handle of its slot meant;
	 * any thread; may be NULL */
	void (*tell)(const struct fx_object *obj, const void *handle, fx_say_site *say);
	/* its own history, as lines of the verifier's reports; any thread; may be NULL */
	void (*report)(const struct fx_object *obj);
};

struct fx_object {
	union {
		struct {
			uint16_t type; /* enum fx_type */
			uint8_t state; /* enum fx_object_state; atomic */
			uint8_t flags; /* FX_OBJECT_*, atomic: not all who write hold the lock */
		};
		uint32_t word; /* one load tells the kind, and whether the verifier listens */
	};
	int32_t refs;    /* atomic */
	uint64_t handle; /* current handle value */
	const struct fx_object_class *class;
	struct fx_driver *driver;    /* borrowed: whose globals created it */
	struct fx_object *parent;    /* borrowed until it is off it; set before it is linked */
	struct list sibling;         /* in parent->children, guarded by parent's lock */
	struct list children;        /* guarded by lock */
	struct fx_context *contexts; /* owned; the first may be part of this block */
	union {
		PFN_WDF_OBJECT_CONTEXT_CLEANUP cleanup; /* of the creating attributes */
		uint64_t below; /* FX_OBJECT_LEFT: the handle of what it was in */
	};
	PFN_WDF_OBJECT_CONTEXT_DESTROY destroy;
	struct fx_object
		*deferred;     /* next to go on with at PASSIVE; guarded by the worker's lock */
	void *debug;           /* the verifier's record of it; NULL: none; set by the function */
	struct spin_lock lock; /* rank LOCK_RANK_OBJECT */
	union {
		uint32_t active;     /* children that are not DISPOSED; guarded by lock */
		uint32_t below_type; /* FX_OBJECT_LEFT: enum fx_type of that, or 0 */
	};
	uint8_t place;           /* enum fx_object_place, guarded by parent's lock */
	uint8_t execution_level; /* effective: WdfExecutionLevelPassive or Dispatch; constant */
	uint8_t sync_scope;  /* effective: WdfSynchronizationScopeDevice, Queue or None; constant */
	uint8_t own_context; /* the first context is part of this block; constant */
};
static_assert(sizeof(struct fx_object) == 128, "a million of them, and a context behind it");

/* A disposal waits for children; whoever removes one takes it over. */
#define FX_OBJECT_PARKED 1u
/* EvtCleanup and EvtDestroy run at PASSIVE: its class or its own ExecutionLevel says so. */
#define FX_OBJECT_PASSIVE 2u
/* It was deleted, is still referenced, and stands in its driver's list of leftovers. */
#define FX_OBJECT_LEFT 4u
/* Not for WdfObjectDelete, whatever its class says: a queue that requests are routed to. */
#define FX_OBJECT_KEPT 8u
/* A leftover that was reported. */
#define FX_OBJECT_TOLD 16u
/* A child, another context or a callback was added to it: a pooled one is not as it was made. Or it
 * is of no pool although others of its type are. */
#define FX_OBJECT_TOUCHED 32u
/* It has obj->debug, which hears of each reference. */
#define FX_OBJECT_DEBUG 128u

/**
 * fx_object_new() - allocate an object with its first context, in one block.
 * @size: sizeof the struct whose first member is struct fx_object; zeroed.
 * @parent: default parent; Attributes->ParentObject replaces it where the type allows.
 * @attrs: checked; may be NULL (WDF_NO_OBJECT_ATTRIBUTES).
 *
 * It knows its parent, but nobody finds it there before fx_object_publish(). On failure nothing is
 * left. The caller finishes its own initialisation and calls fx_object_delete() if that fails: what
 * was made below the object goes, too, and callbacks of @attrs are not called.
 */
NTSTATUS fx_object_new(const struct fx_object_class *class, size_t size, struct fx_driver *driver,
		       struct fx_object *parent, PWDF_OBJECT_ATTRIBUTES attrs,
		       struct fx_object **out);
/* The same for what has no parent, because its owner ends it: a list of resources. */
NTSTATUS fx_object_new_root(const struct fx_object_class *class, size_t size,
			    struct fx_driver *driver, struct fx_object **out) UW_MUST_CHECK;
/**
 * fx_object_publish() - the last step of a creation: arm EvtCleanup/EvtDestroy, link to the parent.
 * @out: a variable of a handle type; receives the handle.
 *
 * From here on another thread that deletes the parent may end the object: do not touch it again.
 *
 * Return: STATUS_SUCCESS; STATUS_DELETE_PENDING the parent is being deleted. Then the object was
 * deleted as if its creation had failed, and @out is untouched.
 */
NTSTATUS fx_object_publish(struct fx_object *obj, PWDF_OBJECT_ATTRIBUTES attrs,
			   void *out) UW_MUST_CHECK;
/* The same for objects whose handle goes elsewhere. */
NTSTATUS fx_object_commit(struct fx_object *obj, PWDF_OBJECT_ATTRIBUTES attrs);
/* Check Attributes before anything is made: size, context type, scope, level, parent. */
NTSTATUS fx_object_check_attributes(PWDF_OBJECT_ATTRIBUTES attrs, unsigned int flags);
#define FX_ATTR_NO_PARENT      1u  /* ParentObject must be NULL */
#define FX_ATTR_NEEDS_PARENT   2u  /* attributes and ParentObject must be given */
#define FX_ATTR_NO_SCOPE       4u  /* SynchronizationScope must be inherit or none */
#define FX_ATTR_NO_LEVEL       8u  /* ExecutionLevel must be inherit */
#define FX_ATTR_REQUIRED       16u /* attributes must be given */
#define FX_ATTR_NO_SCOPE_LEVEL (FX_ATTR_NO_SCOPE | FX_ATTR_NO_LEVEL)

/* For embedded or pooled objects: initialise in place (no allocation, no parent link). */
void fx_object_init(struct fx_object *obj, const struct fx_object_class *class,
		    struct fx_driver *driver);
NTSTATUS fx_object_add_context(struct fx_object *obj, PWDF_OBJECT_ATTRIBUTES attrs,
			       void **out_context);

/* Are @context (data, or NULL: none) all the contexts there are? */
bool fx_object_contexts_are(const struct fx_object *obj, const void *context);
/*
 * Level and scope that hold for the object's callbacks: its own attributes', or its parent's as
 * they were when it was created. A WDFDRIVER that says nothing: Dispatch, None.
 */
static inline WDF_EXECUTION_LEVEL fx_object_effective_level(const struct fx_object *obj)
{
	return (WDF_EXECUTION_LEVEL)obj->execution_level;
}

static inline WDF_SYNCHRONIZATION_SCOPE fx_object_effective_scope(const struct fx_object *obj)
{
	return (WDF_SYNCHRONIZATION_SCOPE)obj->sync_scope;
}

/* Set both from @attrs (may be NULL), and from @parent (NULL: none) what they leave open. Only for
 * objects that fx_object_new() does not make. */
void fx_object_inherit(struct fx_object *obj, const struct fx_object *parent,
		       const WDF_OBJECT_ATTRIBUTES *attrs);

/* Tell the driver's verifier, if it is on, of an object that fx_object_new() did not make. Before
 * anybody knows its handle. */
void fx_object_watch(struct fx_object *obj);

/* Forget all callbacks of the tree: its deletion calls none. Nobody else works on the tree. */
void fx_object_disarm(struct fx_object *top);

/* Frees what fx_object_hooks.destroyed() kept. */
void fx_object_free(struct fx_object *obj);

/* The data of the context of @type, or NULL. Any level. */
void *fx_object_context(const struct fx_object *obj, PCWDF_OBJECT_CONTEXT_TYPE_INFO type);
struct fx_context *fx_context_of_data(const void *data);

/* The same, with the cleanup and destroy callbacks of @attrs as the context's own. */
NTSTATUS fx_object_attach_context(struct fx_object *obj, PWDF_OBJECT_ATTRIBUTES attrs,
				  void **out_context);
/* Makes @ctx, zeroed memory, the first context of an object that nobody knows yet. */
void fx_context_init(struct fx_context *ctx, struct fx_object *obj,
		     const WDF_OBJECT_ATTRIBUTES *attrs);
/* Bytes of a context's header and data; 0: too many, 4 GiB or more. */
size_t fx_context_size(const WDF_OBJECT_ATTRIBUTES *attrs);

/*
 * Dispose of the tree, children before parents, then take it apart and drop the parent's reference.
 * Once; when others dispose of a child just now, or a PASSIVE cleanup is deferred, it ends after
 * this call returns.
 */
void fx_object_delete(struct fx_object *obj);

static inline struct fx_object *fx_object_ref(struct fx_object *obj)
{
	/* relaxed: whoever calls has a reference, which keeps the object alive */
	__atomic_add_fetch(&obj->refs, 1, __ATOMIC_RELAXED);
	return obj;
}

/* The last reference is gone. */
void fx_object_last(struct fx_object *obj);

/* NULL is fine; returns NULL */
static inline struct fx_object *fx_object_unref(struct fx_object *obj)
{
	/* release: what this thread did to the object comes before its end */
	if (obj && uw_unlikely(!__atomic_sub_fetch(&obj->refs, 1, __ATOMIC_RELEASE)))
		fx_object_last(obj);
	return NULL;
}

/* For whoever finds @obj in a list without a reference of its own: false, it is about to go. */
bool fx_object_ref_unless_zero(struct fx_object *obj);

static inline enum fx_object_state fx_object_state(const struct fx_object *obj)
{
	return (enum fx_object_state)__atomic_load_n(&obj->state, __ATOMIC_ACQUIRE);
}

static inline uint8_t fx_object_flags(const struct fx_object *obj)
{
	return __atomic_load_n(&obj->flags, __ATOMIC_RELAXED);
}

/* In the hooks: nobody else knows the object yet, or any more. NULL: none. */
static inline void fx_object_set_debug(struct fx_object *obj, void *debug)
{
	obj->debug = debug;
	if (debug)
		__atomic_fetch_or(&obj->flags, FX_OBJECT_DEBUG, __ATOMIC_RELAXED);
	else
		__atomic_fetch_and(&obj->flags, (uint8_t)~FX_OBJECT_DEBUG, __ATOMIC_RELAXED);
}

static inline void fx_object_touch(struct fx_object *obj)
{
	if (!(fx_object_flags(obj) & FX_OBJECT_TOUCHED))
		__atomic_fetch_or(&obj->flags, FX_OBJECT_TOUCHED, __ATOMIC_RELAXED);
}

static inline void *fx_object_handle(const struct fx_object *obj)
{
	return (void *)(uintptr_t)obj->handle;
}

#define FX_HANDLE_ADDRESS_MASK 0x0000ffffffffffffull

/* The place a handle names, which may be anything: for tests, and for reports of bad handles. */
static inline struct fx_object *fx_object_at(const void *handle)
{
	return (struct fx_object *)((uintptr_t)handle & FX_HANDLE_ADDRESS_MASK);
}

/* The border check. Never returns NULL: a bad handle stops in the verifier
 * (fx_verifier_bad_handle). */
void fx_verifier_bad_handle(struct fx_driver *driver, const void *handle, enum fx_type expected,
			    const void *caller) __attribute__((cold, noreturn));

static inline struct fx_object *fx_object_from_handle(struct fx_driver *driver, const void *handle,
						      enum fx_type type)
{
	struct fx_object *obj = fx_object_at(handle);

	if (uw_unlikely(!obj || obj->type != (uint16_t)type ||
			obj->handle != (uint64_t)(uintptr_t)handle))
		fx_verifier_bad_handle(driver, handle, type, __builtin_return_address(0));
	return obj;
}

/* The same where the driver's call is not the caller of the function that asks. */
static inline struct fx_object *fx_object_from_handle_at(struct fx_driver *driver,
							 const void *handle, enum fx_type type,
							 const void *caller)
{
	struct fx_object *obj = fx_object_at(handle);

	if (uw_unlikely(!obj || obj->type != (uint16_t)type ||
			obj->handle != (uint64_t)(uintptr_t)handle))
		fx_verifier_bad_handle(driver, handle, type, caller);
	return obj;
}

/* As fx_object_from_handle(), for a WDFOBJECT of any type. */
static inline struct fx_object *fx_object_from_any(struct fx_driver *driver, const void *handle)
{
	struct fx_object *obj = fx_object_at(handle);

	static_assert(FX_TYPE_END <= FX_TYPE_OBJECT + 0x100, "one byte tells an object");
	if (uw_unlikely(!obj || obj->type >> 8 != FX_TYPE_OBJECT >> 8 ||
			obj->handle != (uint64_t)(uintptr_t)handle))
		fx_verifier_bad_handle(driver, handle, FX_TYPE_OBJECT, __builtin_return_address(0));
	return obj;
}

/*
 * Is it the handle of an object of any type, and keeps the verifier no record of it? Asked with the
 * fewest loads and branches: an atomic operation that follows waits for each.
 */
static inline bool fx_object_is_plain(const void *handle)
{
	const struct fx_object *obj = fx_object_at(handle);
	const uint32_t mask = 0xff00u | (uint32_t)FX_OBJECT_DEBUG << 24;

	static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the flags are the highest byte");
	return uw_likely(obj) &&
	       uw_likely((__atomic_load_n(&obj->word, __ATOMIC_RELAXED) & mask) ==
			 FX_TYPE_OBJECT) &&
	       uw_likely(obj->handle == (uint64_t)(uintptr_t)handle);
}

#endif
