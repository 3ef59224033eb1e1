/* SPDX-License-Identifier: MIT */
/* disarm.c - objects whose driver is not called any more. */
#include "object/object.h"

static void disarm(struct fx_object *obj)
{
	obj->cleanup = NULL;
	obj->destroy = NULL;
	for (struct fx_context *ctx = obj->contexts; ctx; ctx = ctx->next) {
		ctx->cleanup = NULL;
		ctx->destroy = NULL;
	}
}

static struct fx_object *first_child(const struct fx_object *obj)
{
	return list_empty(&obj->children) ? NULL
					  : list_first(&obj->children, struct fx_object, sibling);
}

/* The next of the tree in which @obj comes before its children and they before its siblings. */
static struct fx_object *next_of(const struct fx_object *top, struct fx_object *obj)
{
	struct fx_object *child = first_child(obj);

	if (child)
		return child;
	for (; obj != top; obj = obj->parent)
		if (obj->sibling.next != &obj->parent->children)
			return list_entry(obj->sibling.next, struct fx_object, sibling);
	return NULL;
}

void fx_object_disarm(struct fx_object *top)
{
	for (struct fx_object *obj = top; obj; obj = next_of(top, obj))
		disarm(obj);
}
