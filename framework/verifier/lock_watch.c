/* SPDX-License-Identifier: MIT */
#include "verifier/lock_watch.h"

#include <stdio.h>

#include "base/exec.h"
#include "base/lock.h"
#include "base/log.h"
#include "base/mem.h"
#include "object/driver.h"
#include "object/irql.h"
#include "verifier/call_site.h"
#include "verifier/verifier.h"

#define HELD_MOST 32u /* locks of one thread that are followed */
#define WAY_MOST  4u  /* steps of a way that are told */

/* @to was taken while @from was held. */
struct fx_lock_edge {
	struct list inner_link; /* in from->inner */
	struct list outer_link; /* in to->outer */
	struct fx_lock_watch *from, *to;
	const void *from_caller, *to_caller;
	uint32_t thread;
	bool against; /* the order of others, and reported: it leads nowhere */
};

struct held {
	struct fx_lock_watch *watch; /* counted */
	const void *caller;
};

static __thread struct held held[HELD_MOST]; /* the first fx_stance.locks, in the order taken */

static struct spin_lock graph_lock = { .rank = LOCK_RANK_VERIFIER };
static uint64_t searches; /* guarded by graph_lock */

/* --- life --- */

struct fx_lock_watch *fx_lock_watch_new(const struct fx_object *obj, bool passive)
{
	struct fx_lock_watch *watch;

	if (!obj->driver->verifier.on)
		return NULL;
	watch = mem_calloc(1, sizeof(*watch));
	if (!watch)
		return NULL;
	watch->driver = obj->driver;
	watch->name = obj->class->name;
	watch->handle = fx_object_handle(obj);
	watch->passive = passive;
	watch->refs = 1;
	list_init(&watch->inner);
	list_init(&watch->outer);
	list_init(&watch->visit);
	return watch;
}

static void unref(struct fx_lock_watch *watch)
{
	/* both: whoever frees it sees what others wrote */
	if (!__atomic_sub_fetch(&watch->refs, 1, __ATOMIC_ACQ_REL))
		mem_free(watch);
}

static void forget_edges_locked(struct fx_lock_watch *watch, struct list *out)
	UW_REQUIRES(graph_lock)
{
	struct list *link;

	while ((link = list_pop_front(&watch->inner))) {
		list_remove(&list_entry(link, struct fx_lock_edge, inner_link)->outer_link);
		list_push_back(out, link);
	}
	while ((link = list_pop_front(&watch->outer))) {
		struct fx_lock_edge *edge = list_entry(link, struct fx_lock_edge, outer_link);

		list_remove(&edge->inner_link);
		list_push_back(out, &edge->inner_link);
	}
}

/* The calling thread holds it no more, if it did. */
static void drop_held(struct fx_lock_watch *watch)
{
	uint32_t at = fx_stance.locks;

	while (at && held[at - 1].watch != watch)
		at--;
	if (!at)
		return;
	for (fx_stance.locks--; at <= fx_stance.locks; at++)
		held[at - 1] = held[at];
	unref(watch);
}

void fx_lock_watch_end(struct fx_lock_watch *watch)
{
	struct list *link, edges;

	if (!watch)
		return;
	list_init(&edges);
	spin_lock_acquire(&graph_lock);
	watch->ended = true;
	forget_edges_locked(watch, &edges);
	spin_lock_release(&graph_lock);
	while ((link = list_pop_front(&edges)))
		mem_free(list_entry(link, struct fx_lock_edge, inner_link));
	drop_held(watch);
	unref(watch);
}

/* --- the graph --- */

static struct fx_lock_edge *find_edge_locked(const struct fx_lock_watch *from,
					     const struct fx_lock_watch *to) UW_REQUIRES(graph_lock)
{
	list_for_each (link, &from->inner) {
		struct fx_lock_edge *edge = list_entry(link, struct fx_lock_edge, inner_link);

		if (edge->to == to)
			return edge;
	}
	return NULL;
}

/* Whoever @watch leads to and was not seen yet is looked at later. */
static void spread_locked(struct fx_lock_watch *watch, struct list *later) UW_REQUIRES(graph_lock)
{
	list_for_each (link, &watch->inner) {
		struct fx_lock_edge *edge = list_entry(link, struct fx_lock_edge, inner_link);

		if (edge->against || edge->to->visited == searches)
			continue;
		edge->to->visited = searches;
		edge->to->came_by = edge;
		list_push_back(later, &edge->to->visit);
	}
}

/* The shortest way, written into came_by from its end. */
static bool find_way_locked(struct fx_lock_watch *from, const struct fx_lock_watch *to)
	UW_REQUIRES(graph_lock)
{
	struct list *link, later;

	searches++;
	from->visited = searches;
	list_init(&later);
	spread_locked(from, &later);
	while (to->visited != searches && (link = list_pop_front(&later)))
		spread_locked(list_entry(link, struct fx_lock_watch, visit), &later);
	while (list_pop_front(&later)) /* for the next search */
		;
	return to->visited == searches;
}

/* One step of a way, in a copy: who held what when it took what. */
struct step {
	const char *from_name, *to_name;
	const void *from_handle, *to_handle, *from_caller, *to_caller;
	uint32_t thread;
};
struct way {
	unsigned int count;
	struct step steps[WAY_MOST]; /* from its end */
};

static void copy_way_locked(const struct fx_lock_watch *from, const struct fx_lock_watch *to,
			    struct way *out) UW_REQUIRES(graph_lock)
{
	while (to != from && out->count < WAY_MOST) {
		const struct fx_lock_edge *edge = to->came_by;

		out->steps[out->count++] = (struct step){
			.from_name = edge->from->name,
			.from_handle = edge->from->handle,
			.from_caller = edge->from_caller,
			.to_name = edge->to->name,
			.to_handle = edge->to->handle,
			.to_caller = edge->to_caller,
			.thread = edge->thread,
		};
		to = edge->from;
	}
}

/* true: @edge is the graph's; @out has a way against it, if there is one. */
static bool add_locked(struct fx_lock_edge *edge, struct way *out) UW_REQUIRES(graph_lock)
{
	if (edge->from->ended || find_edge_locked(edge->from, edge->to))
		return false;
	edge->against = find_way_locked(edge->to, edge->from);
	if (edge->against)
		copy_way_locked(edge->to, edge->from, out);
	list_push_back(&edge->from->inner, &edge->inner_link);
	list_push_back(&edge->to->outer, &edge->outer_link);
	return true;
}

/* --- words --- */

static void describe(const void *caller, char *out, size_t len)
{
	if (caller) /* the call is the instruction before the return address */
		fx_call_site_describe((const char *)caller - 1, out, len);
	else
		(void)snprintf(out, len, "the framework, around a callback");
}

static void say_step(const struct step *step)
{
	char from[300], to[300];

	describe(step->from_caller, from, sizeof(from));
	describe(step->to_caller, to, sizeof(to));
	log_error("verifier", "  earlier thread %u held the %s %p, taken from %s", step->thread,
		  step->from_name, step->from_handle, from);
	log_error("verifier", "    when it took the %s %p from %s", step->to_name, step->to_handle,
		  to);
}

static void say_held(void)
{
	char where[300];

	for (uint32_t i = 0; i < fx_stance.locks; i++) {
		describe(held[i].caller, where, sizeof(where));
		log_error("verifier", "  now held: the %s %p, taken from %s", held[i].watch->name,
			  held[i].watch->handle, where);
	}
}

static void report(const struct fx_lock_watch *outer, const struct fx_lock_watch *inner,
		   const struct way *way)
{
	fx_rule_break(inner->driver, FX_RULE_LOCK_ORDER, NULL,
		      "it takes the %s %p while it holds the %s %p, which was taken in the other "
		      "order before",
		      inner->name, inner->handle, outer->name, outer->handle);
	say_held();
	for (unsigned int i = way->count; i--;)
		say_step(&way->steps[i]);
}

/* --- taking and letting go --- */

/* Once for each pair: the graph knows it then, and a second report would say nothing new. */
static void learn(const struct held *outer, struct fx_lock_watch *inner, const void *caller)
{
	struct way way = { .count = 0 };
	struct fx_lock_edge *edge;
	bool known;

	spin_lock_acquire(&graph_lock);
	known = find_edge_locked(outer->watch, inner);
	spin_lock_release(&graph_lock);
	edge = known ? NULL : mem_calloc(1, sizeof(*edge));
	if (!edge)
		return;
	*edge = (struct fx_lock_edge){ .from = outer->watch,
				       .to = inner,
				       .from_caller = outer->caller,
				       .to_caller = caller,
				       .thread = exec_thread_id() };
	spin_lock_acquire(&graph_lock);
	known = !add_locked(edge, &way);
	spin_lock_release(&graph_lock);
	if (known)
		mem_free(edge);
	else if (way.count)
		report(outer->watch, inner, &way);
}

void fx_lock_watch_wait(struct fx_lock_watch *watch, const void *caller)
{
	for (uint32_t i = 0; i < fx_stance.locks; i++) {
		if (held[i].watch->driver == watch->driver && held[i].watch != watch &&
		    held[i].watch->passive == watch->passive)
			learn(&held[i], watch, caller);
	}
}

/* Locks that another thread deleted while this one held them (rule 32): nobody can give them back,
 * and there must be room for others. */
UW_COLD static void drop_ended(void)
{
	bool ended;

	for (uint32_t i = fx_stance.locks; i--;) {
		spin_lock_acquire(&graph_lock);
		ended = held[i].watch->ended;
		spin_lock_release(&graph_lock);
		if (ended)
			drop_held(held[i].watch);
	}
}

void fx_lock_watch_acquired(struct fx_lock_watch *watch, const void *caller)
{
	fx_lock_history_acquired(&watch->history, caller);
	if (uw_unlikely(fx_stance.locks == HELD_MOST))
		drop_ended();
	if (fx_stance.locks == HELD_MOST)
		return;
	/* relaxed: its lock has a reference, and is held */
	__atomic_add_fetch(&watch->refs, 1, __ATOMIC_RELAXED);
	held[fx_stance.locks++] = (struct held){ watch, caller };
}

void fx_lock_watch_released(struct fx_lock_watch *watch)
{
	fx_lock_history_released(&watch->history);
	drop_held(watch);
}

struct fx_lock_text fx_lock_watch_held_text(void)
{
	struct fx_lock_text out = { "" };
	const struct held *last;
	char where[240];

	if (!fx_stance.locks)
		return out;
	last = &held[fx_stance.locks - 1];
	describe(last->caller, where, sizeof(where));
	(void)snprintf(out.text, sizeof(out.text), "; it still holds the %s %p, taken from %s",
		       last->watch->name, last->watch->handle, where);
	return out;
}
