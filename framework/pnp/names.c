/* SPDX-License-Identifier: MIT */
#include "pnp/names.h"

#include <stdio.h>
#include <string.h>

#include "base/lock.h"
#include "base/mem.h"

static struct spin_lock lock = { .word = 0, .rank = LOCK_RANK_OBJECT };
static struct list all = LIST_INIT(all); /* guarded by lock */
static ULONG generated;                  /* guarded by lock: names given so far */

/* --- text --- */

static ULONG count_of(const UNICODE_STRING *text)
{
	return text->Length / (ULONG)sizeof(WCHAR);
}

static UNICODE_STRING skip(const UNICODE_STRING *text, ULONG count)
{
	USHORT bytes = (USHORT)(count * sizeof(WCHAR));

	return (UNICODE_STRING){ .Length = (USHORT)(text->Length - bytes),
				 .MaximumLength = (USHORT)(text->Length - bytes),
				 .Buffer = text->Buffer + count };
}

static bool take_prefix(UNICODE_STRING *text, PCWSTR prefix)
{
	UNICODE_STRING want;

	RtlInitUnicodeString(&want, prefix);
	if (!RtlPrefixUnicodeString(&want, text, TRUE))
		return false;
	*text = skip(text, count_of(&want));
	return true;
}

/* Takes the directory from @text: which of them it was. */
static char take_directory(UNICODE_STRING *text)
{
	if (take_prefix(text, L"\\Device\\"))
		return 'd';
	if (take_prefix(text, L"\\DosDevices\\Global\\") || take_prefix(text, L"\\DosDevices\\") ||
	    take_prefix(text, L"\\??\\") || take_prefix(text, L"\\GLOBAL??\\"))
		return 'l';
	return take_prefix(text, L"\\") ? 'r' : 0;
}

static bool has_backslash(const UNICODE_STRING *text)
{
	for (ULONG i = 0; i < count_of(text); i++)
		if (text->Buffer[i] == '\\')
			return true;
	return false;
}

static NTSTATUS check_name(const UNICODE_STRING *text)
{
	UNICODE_STRING rest = *text;

	if (!text->Length)
		return STATUS_OBJECT_NAME_INVALID;
	if (!take_directory(&rest))
		return STATUS_OBJECT_PATH_SYNTAX_BAD;
	if (!rest.Length || rest.Buffer[count_of(&rest) - 1] == '\\')
		return STATUS_OBJECT_NAME_INVALID;
	return has_backslash(&rest) ? STATUS_OBJECT_PATH_NOT_FOUND : STATUS_SUCCESS;
}

NTSTATUS fx_name_check_string(const UNICODE_STRING *text)
{
	if ((text->Length | text->MaximumLength) % sizeof(WCHAR) ||
	    text->Length > text->MaximumLength || (text->Length && !text->Buffer))
		return STATUS_INVALID_PARAMETER;
	return STATUS_SUCCESS;
}

NTSTATUS fx_name_copy(UNICODE_STRING *to, const UNICODE_STRING *text)
{
	UNICODE_STRING copy = { 0 };

	if (text && text->Length) {
		copy.Buffer = mem_alloc(text->Length);
		if (!copy.Buffer)
			return STATUS_INSUFFICIENT_RESOURCES;
		memcpy(copy.Buffer, text->Buffer, text->Length);
		copy.Length = copy.MaximumLength = text->Length;
	}
	mem_free(to->Buffer);
	*to = copy;
	return STATUS_SUCCESS;
}

static bool are_same(const UNICODE_STRING *a, const UNICODE_STRING *b)
{
	UNICODE_STRING rest_a = *a, rest_b = *b;

	return take_directory(&rest_a) == take_directory(&rest_b) &&
	       RtlEqualUnicodeString(&rest_a, &rest_b, TRUE);
}

/* --- taking and dropping --- */

static bool is_taken_locked(const UNICODE_STRING *text)
{
	list_for_each (it, &all)
		if (are_same(&list_entry(it, struct fx_name, link)->text, text))
			return true;
	return false;
}

static struct fx_name *name_new(const UNICODE_STRING *text, bool is_link)
{
	struct fx_name *name = mem_calloc(1, sizeof(*name) + text->Length + sizeof(WCHAR));

	if (!name)
		return NULL;
	name->is_link = is_link;
	name->text.Buffer = (PWSTR)(void *)(name + 1);
	name->text.Length = text->Length;
	name->text.MaximumLength = (USHORT)(text->Length + sizeof(WCHAR));
	memcpy(name->text.Buffer, text->Buffer, text->Length);
	return name;
}

static bool take_locked(struct list *names, struct fx_name *name)
{
	if (is_taken_locked(&name->text))
		return false;
	list_push_back(&all, &name->link);
	list_push_back(names, &name->of_owner);
	return true;
}

NTSTATUS fx_name_take(struct list *names, const UNICODE_STRING *text, bool is_link)
{
	NTSTATUS status = check_name(text);
	struct fx_name *name;
	bool taken;

	if (!NT_SUCCESS(status))
		return status;
	if (text->Length > UNICODE_STRING_MAX_BYTES - sizeof(WCHAR))
		return STATUS_OBJECT_NAME_INVALID;
	name = name_new(text, is_link);
	if (!name)
		return STATUS_INSUFFICIENT_RESOURCES;
	spin_lock_acquire(&lock);
	taken = take_locked(names, name);
	spin_lock_release(&lock);
	if (taken)
		return STATUS_SUCCESS;
	mem_free(name);
	return STATUS_OBJECT_NAME_COLLISION;
}

static void put_number(PWSTR at, ULONG number)
{
	for (unsigned int i = 8; i-- > 0; number >>= 4)
		at[i] = (WCHAR) "0123456789abcdef"[number & 15];
}

NTSTATUS fx_name_generate(struct list *names)
{
	DECLARE_CONST_UNICODE_STRING(pattern, L"\\Device\\00000000");
	struct fx_name *name = name_new(&pattern, false);

	if (!name)
		return STATUS_INSUFFICIENT_RESOURCES;
	name->is_generated = true;
	spin_lock_acquire(&lock);
	do
		put_number(name->text.Buffer + count_of(&pattern) - 8, ++generated);
	while (!take_locked(names, name));
	spin_lock_release(&lock);
	return STATUS_SUCCESS;
}

void fx_names_give_up(struct list *names)
{
	spin_lock_acquire(&lock);
	list_for_each (it, names)
		list_remove(&list_entry(it, struct fx_name, of_owner)->link);
	spin_lock_release(&lock);
}

void fx_names_drop(struct list *names)
{
	struct list *node;

	do {
		spin_lock_acquire(&lock);
		node = list_pop_front(names);
		if (node)
			list_remove(&list_entry(node, struct fx_name, of_owner)->link);
		spin_lock_release(&lock);
		if (node)
			mem_free(list_entry(node, struct fx_name, of_owner));
	} while (node);
}

/* --- looking --- */

const UNICODE_STRING *fx_names_device(struct list *names)
{
	const UNICODE_STRING *text = NULL;

	spin_lock_acquire(&lock);
	list_for_each (it, names) {
		const struct fx_name *name = list_entry(it, struct fx_name, of_owner);

		if (!name->is_link)
			text = &name->text;
	}
	spin_lock_release(&lock);
	return text;
}

static bool begins_with(const UNICODE_STRING *text, const UNICODE_STRING *name, ULONG *out_count)
{
	UNICODE_STRING rest = *text, wanted = *name;

	if (take_directory(&rest) != take_directory(&wanted) ||
	    !RtlPrefixUnicodeString(&wanted, &rest, TRUE))
		return false;
	rest = skip(&rest, count_of(&wanted));
	if (rest.Length && rest.Buffer[0] != '\\')
		return false;
	*out_count = count_of(text) - count_of(&rest);
	return true;
}

bool fx_names_find(struct list *names, const UNICODE_STRING *text, ULONG *out_count)
{
	bool found = false;

	spin_lock_acquire(&lock);
	list_for_each (it, names) {
		const struct fx_name *name = list_entry(it, struct fx_name, of_owner);

		if (!found)
			found = begins_with(text, &name->text, out_count);
	}
	spin_lock_release(&lock);
	return found;
}

/* The characters that runtime_name_valid() wants. */
static char plain(WCHAR c, bool first)
{
	bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

	if (letter || c == '_' || c == '+' || (!first && (c == '.' || c == '-')))
		return (char)c;
	return '_';
}

static void put_plain(const UNICODE_STRING *text, char *buf, size_t len)
{
	UNICODE_STRING rest = *text;
	size_t count;

	(void)take_directory(&rest);
	count = count_of(&rest) < len - 1 ? count_of(&rest) : len - 1;
	for (size_t i = 0; i < count; i++)
		buf[i] = plain(rest.Buffer[i], i == 0);
	buf[count] = '\0';
}

static const struct fx_name *best_locked(struct list *names)
{
	const struct fx_name *best = NULL;

	list_for_each (it, names) {
		const struct fx_name *name = list_entry(it, struct fx_name, of_owner);

		if (name->is_link)
			return name;
		if (!name->is_generated)
			best = name;
	}
	return best;
}

bool fx_names_endpoint(struct list *names, char *buf, size_t len)
{
	const struct fx_name *best;

	spin_lock_acquire(&lock);
	best = best_locked(names);
	if (best)
		put_plain(&best->text, buf, len);
	spin_lock_release(&lock);
	return best;
}
