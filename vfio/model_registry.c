/* SPDX-License-Identifier: MIT */
/* model_registry.c - types of models by name. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "model_private.h"

#define TYPES_MAX 32

static const struct pci_model_type *const built_in[] = { &model_edu, &model_e1000 };

static struct {
	struct spin_lock lock;
	const struct pci_model_type *types[TYPES_MAX]; /* guarded by lock; NULL: free */
} registry = { .lock = { 0, LOCK_RANK_BACKEND } };

static bool is_named(const struct pci_model_type *type, const char *name, size_t len)
{
	return type && strlen(type->name) == len && !memcmp(type->name, name, len);
}

static const struct pci_model_type *find_locked(const char *name, size_t len)
{
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(built_in); i++)
		if (is_named(built_in[i], name, len))
			return built_in[i];
	for (unsigned int i = 0; i < TYPES_MAX; i++)
		if (is_named(registry.types[i], name, len))
			return registry.types[i];
	return NULL;
}

const struct pci_model_type *model_type_find(const char *name, size_t len)
{
	const struct pci_model_type *found;

	spin_lock_acquire(&registry.lock);
	found = find_locked(name, len);
	spin_lock_release(&registry.lock);
	return found;
}

static void append(char *out, size_t len, const struct pci_model_type *type)
{
	size_t used = strlen(out);

	if (type)
		snprintf(out + used, len - used, "%smodel:%s", used ? ", " : "", type->name);
}

void model_type_names(char *out, size_t len)
{
	out[0] = '\0';
	for (unsigned int i = 0; i < UW_ARRAY_SIZE(built_in); i++)
		append(out, len, built_in[i]);
	spin_lock_acquire(&registry.lock);
	for (unsigned int i = 0; i < TYPES_MAX; i++)
		append(out, len, registry.types[i]);
	spin_lock_release(&registry.lock);
}

static int add_locked(const struct pci_model_type *type)
{
	if (find_locked(type->name, strlen(type->name)))
		return -EEXIST;
	for (unsigned int i = 0; i < TYPES_MAX; i++) {
		if (registry.types[i])
			continue;
		registry.types[i] = type;
		return 0;
	}
	return -ENOSPC;
}

int pci_model_register(const struct pci_model_type *type)
{
	int err;

	spin_lock_acquire(&registry.lock);
	err = add_locked(type);
	spin_lock_release(&registry.lock);
	return err;
}

void pci_model_unregister(const struct pci_model_type *type)
{
	spin_lock_acquire(&registry.lock);
	for (unsigned int i = 0; i < TYPES_MAX; i++)
		if (registry.types[i] == type)
			registry.types[i] = NULL;
	spin_lock_release(&registry.lock);
}
