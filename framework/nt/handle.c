/* SPDX-License-Identifier: MIT */
#include "nt/handle.h"

#include "base/lock.h"
#include "base/mem.h"
#include "nt/dispatcher_impl.h"

#define GROW_BY 32u
#define MOST    0xffffu /* slots */

struct slot {
	struct nt_object *object; /* counted; NULL: free */
	uint32_t turn;            /* a part of the number, not used again for a long time */
};

static struct rank_mutex lock = RANK_MUTEX_INIT(LOCK_RANK_HANDLE);
/* all guarded by lock */
static struct slot *slots; /* owned; NULL when all are closed */
static uint32_t slot_count, used, turns;

/* Low bits zero as NT's are; never zero itself. */
static HANDLE number_of(uint32_t index)
{
	return (HANDLE)(uintptr_t)((uint64_t)slots[index].turn << 18 | (index + 1) << 2);
}

static struct slot *find_locked(HANDLE handle)
{
	uint64_t number = (uintptr_t)handle;
	uint64_t index = (number >> 2 & MOST) - 1;

	if (!(number >> 2 & MOST) || index >= slot_count || !slots[index].object ||
	    number_of((uint32_t)index) != handle)
		return NULL;
	return &slots[index];
}

static NTSTATUS grow_locked(void)
{
	struct slot *more;

	if (slot_count + GROW_BY > MOST)
		return STATUS_INSUFFICIENT_RESOURCES;
	more = mem_realloc(slots, (slot_count + GROW_BY) * sizeof(*slots));
	if (!more)
		return STATUS_INSUFFICIENT_RESOURCES;
	for (uint32_t i = slot_count; i < slot_count + GROW_BY; i++)
		more[i] = (struct slot){ .object = NULL };
	slots = more;
	slot_count += GROW_BY;
	return STATUS_SUCCESS;
}

static uint32_t take_slot_locked(struct nt_object *obj)
{
	uint32_t index = 0;

	while (slots[index].object)
		index++;
	slots[index] = (struct slot){ .object = obj, .turn = ++turns };
	used++;
	return index;
}

NTSTATUS nt_handle_new(struct nt_object *obj, HANDLE *out)
{
	NTSTATUS status = STATUS_SUCCESS;

	rank_mutex_lock(&lock);
	if (used == slot_count)
		status = grow_locked();
	if (NT_SUCCESS(status))
		*out = number_of(take_slot_locked(obj));
	rank_mutex_unlock(&lock);
	return status;
}

static NTSTATUS check_locked(const struct nt_object *obj, enum nt_kind kind, ACCESS_MASK access)
{
	if (obj->kind != kind)
		return STATUS_OBJECT_TYPE_MISMATCH;
	return access && !(obj->granted & access) ? STATUS_ACCESS_DENIED : STATUS_SUCCESS;
}

NTSTATUS nt_handle_get(HANDLE handle, enum nt_kind kind, ACCESS_MASK access, struct nt_object **out)
{
	NTSTATUS status = STATUS_INVALID_HANDLE;
	struct slot *slot;

	rank_mutex_lock(&lock);
	slot = find_locked(handle);
	if (slot)
		status = check_locked(slot->object, kind, access);
	if (NT_SUCCESS(status)) {
		*out = slot->object;
		/* relaxed: the table's own reference is there as long as the lock is held */
		__atomic_add_fetch(&slot->object->refs, 1, __ATOMIC_RELAXED);
	}
	rank_mutex_unlock(&lock);
	return status;
}

void nt_object_unref(struct nt_object *obj)
{
	/* release: what this thread did with it is done; acquire: what the others did, too */
	if (!__atomic_sub_fetch(&obj->refs, 1, __ATOMIC_ACQ_REL))
		obj->free(obj);
}

/* The table goes with the last handle. */
static struct nt_object *take_out_locked(struct slot *slot)
{
	struct nt_object *obj = slot->object;

	slot->object = NULL;
	if (!--used) {
		mem_free(slots);
		slots = NULL;
		slot_count = 0;
	}
	return obj;
}

NTSTATUS nt_handle_close(HANDLE handle, bool by_framework)
{
	struct nt_object *obj = NULL;
	NTSTATUS status = STATUS_SUCCESS;
	struct slot *slot;

	rank_mutex_lock(&lock);
	slot = find_locked(handle);
	if (!slot)
		status = STATUS_INVALID_HANDLE;
	else if (slot->object->framework_s != by_framework)
		status = STATUS_HANDLE_NOT_CLOSABLE;
	else
		obj = take_out_locked(slot);
	rank_mutex_unlock(&lock);
	if (obj)
		nt_object_unref(obj);
	return status;
}

UW_EXPORT NTSTATUS ZwClose(HANDLE Handle)
{
	if (!fx_nt_level_ok("ZwClose", PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	return nt_handle_close(Handle, false);
}
